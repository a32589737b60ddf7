/** Journal lines about mental and sexual health. Every one holds a mark that must never be found outside. */

import type { Soep } from './model.ts';
import type { Sex } from './names.ts';
import { he, his, type TextContext } from './texts.ts';

const otherSex = (t: TextContext): Sex => (t.person.sex === 'male' ? 'female' : 'male');

type Lines = readonly [s: string, o: string, e: string, p: string];

const MENTAL: Readonly<Record<string, (t: TextContext) => Lines>> = {
  P76: (t) => [
    t.d.pick<() => string>([
      () =>
        `Somber sinds de scheiding van ${t.other('ex-partner', otherSex(t), t.age)}. Slaapt slecht, piekert, huilt veel.`,
      () => 'Geen plezier meer, komt de deur niet uit. Denkt soms dat het niet meer hoeft, geen plannen.',
      () => 'Sertraline doet iets, stemming vlakker, minder huilbuien.',
    ])(),
    t.d.pick(['Stemming somber, affect vlak, oogcontact matig.', '4DKL: distress 26, depressie 7.']),
    'Depressieve episode',
    t.d.pick([
      'Gesprekken POH-GGZ, dagstructuur, terug over 2 weken.',
      'Sertraline naar 100 mg, suïcidaliteit uitgevraagd, veiligheidsafspraak.',
    ]),
  ],
  P74: (t) => [
    t.d.pick<() => string>([
      () => 'Paniekaanvallen in de supermarkt, vermijdt bus en trein.',
      () => `Bang dat ${t.other('kind', 'male', 12)} iets overkomt, controleert steeds.`,
    ])(),
    'Gespannen, hyperventileert licht. GAD-7: 15.',
    'Angststoornis',
    'Uitleg vermijding, exposure-oefeningen met POH-GGZ.',
  ],
  P02: (t) => [
    `Na ontslag door leidinggevende ${t.other('leidinggevende', 'male', 50)} volledig ingestort.`,
    'Huilt, adequaat, geen psychotische kenmerken.',
    'Acute stressreactie',
    'Steunend gesprek, ziekmelding, over een week terug.',
  ],
  P78: () => [
    'Opgebrand, komt tot niets, prikkelbaar tegen de kinderen.',
    'Vermoeid, concentratie matig.',
    'Overspanning',
    'Rustfase, daarna activeren; bedrijfsarts ingeschakeld.',
  ],
  P06: () => [
    'Ligt uren wakker, slikt al jaren temazepam en wil niet minderen.',
    'Geen bijzonderheden.',
    'Chronische slapeloosheid',
    'Slaaphygiëne, afbouwschema benzodiazepine besproken.',
  ],
  P15: (t) => [
    `Drinkt een fles wijn per dag, ${t.other('partner', otherSex(t), t.age)} weet de helft niet.`,
    'Foetor, lichte tremor. Gamma-GT 212.',
    'Alcoholmisbruik',
    'Motiverende gespreksvoering, verslavingszorg aangeboden, wil nog niet.',
  ],
  P82: () => [
    'Nachtmerries over het misbruik vroeger, schrikt van aanraking.',
    'Gespannen, dissociatief moment in het gesprek.',
    'PTSS',
    'EMDR via GGZ, wachttijd 5 maanden, overbrugging POH-GGZ.',
  ],
  P21: (t) =>
    t.age < 18
      ? [
          `School (juf ${t.other('leerkracht', 'female', 35)}) klaagt over onrust; thuis ook druk.`,
          'Beweeglijk, vriendelijk contact.',
          'ADHD',
          'Methylfenidaat 2dd 10 mg, gewicht en RR volgen.',
        ]
      : [
          'Kan de aandacht niet bij het werk houden, vergeet afspraken. Medicatie helpt wel.',
          'Snelle spraak, springt van onderwerp.',
          'ADHD',
          'Methylfenidaat ongewijzigd, RR en pols halfjaarlijks.',
        ],
  P80: () => [
    'Weer ruzie met de buren, dreigt met aangifte tegen iedereen.',
    'Boos, later huilend.',
    'Persoonlijkheidsstoornis',
    'Vaste afspraak om de 3 weken, crisisplan bijgewerkt.',
  ],
  P73: () => [
    'Slaapt drie uur per nacht, koopt veel, praat snel.',
    'Ontremd, gedachtevlucht.',
    'Manische episode bij bipolaire stoornis',
    'Overleg psychiater, lithiumspiegel, crisisdienst op de hoogte.',
  ],
  P72: () => [
    'Hoort weer stemmen, neemt depot nog wel.',
    'Achterdochtig, latentie.',
    'Schizofrenie',
    'FACT-team gebeld, huisbezoek morgen.',
  ],
  P70: (t) => [
    `Vergeetachtig, verdwaalde in het dorp. ${t.other('dochter', 'female', 55)} houdt het thuis bijna niet vol.`,
    'MMSE 19, initiatiefverlies.',
    'Dementie',
    'Casemanager aangevraagd, dagopvang, rijbewijs besproken.',
  ],
  P77: (t) => [
    `Nam 20 tabletten paracetamol na ruzie met ${t.other('vriend', 'male', t.age)}.`,
    'Aanspreekbaar, spijt, wisselend over doodswens.',
    'Suïcidepoging',
    'SEH en crisisdienst, nazorg binnen 48 uur.',
  ],
};

const SEXUAL: Readonly<Record<string, (t: TextContext) => Lines>> = {
  X92: (t) => [
    `Onbeschermd contact drie weken geleden met ${t.other('partner', 'male', t.age)}, nu contactbloedingen.`,
    'PCR chlamydia positief.',
    'Chlamydia',
    'Azitromycine 1000 mg eenmalig, partnerwaarschuwing besproken.',
  ],
  Y99: (t) => [
    `Branderige plas, had een vluggertje met ${t.other('contact', 'female', t.age)}. Vrouw mag het niet weten.`,
    'Eerstestraals-PCR chlamydia positief.',
    'Chlamydia-urethritis',
    'Doxycycline 7 dagen, waarschuwing anoniem via GGD.',
  ],
  Y71: () => [
    'Pus uit de plasbuis sinds twee dagen, seks met meerdere mannen.',
    'Gonokokken-PCR positief.',
    'Gonorroe',
    'Ceftriaxon i.m., hiv-test en PrEP besproken.',
  ],
  X90: () => [
    'Pijnlijke blaasjes vulva, derde keer.',
    'Gegroepeerde blaasjes labium.',
    'Herpes genitalis recidief',
    'Valaciclovir, uitleg besmettelijkheid.',
  ],
  Y07: (t) => [
    `Erecties onvoldoende sinds een half jaar, spanning met ${t.other('partner', 'female', t.age)} hierover.`,
    'Genitalia geen bijzonderheden.',
    'Erectiestoornis',
    'Sildenafil op proef, niet met nitraten; seksuoloog zo nodig.',
  ],
  P08: () => [
    'Geen zin meer in vrijen, pijn bij gemeenschap, durft het thuis niet te zeggen.',
    'Vaginisme bij onderzoek.',
    'Seksuele disfunctie',
    'Uitleg, bekkenfysiotherapie, seksuoloog.',
  ],
  W83: (t) => [
    `Onbedoeld zwanger, zeven weken. ${t.other('vriend', 'male', t.age)} weet het niet en mag het niet weten.`,
    'Zwangerschapstest positief.',
    'Wens tot zwangerschapsafbreking',
    'Weloverwogen besluit, verwijzing kliniek vandaag.',
  ],
  B90: (t) => [
    `Onder controle hiv-centrum, virale load niet aantoonbaar. Alleen ${t.other('broer', 'male', t.age)} weet ervan.`,
    'Geen bijzonderheden.',
    'Hiv-infectie',
    'Interacties gecontroleerd, stempel in dossier vermijden op verzoek.',
  ],
  Z25: (t) => [
    `Geslagen door ${t.other('partner', otherSex(t), t.age)}, ${he(t.person)} durft niet naar huis. Kinderen waren erbij.`,
    'Hematoom linker bovenarm en hals.',
    'Huiselijk geweld',
    `Advies Veilig Thuis gevraagd, foto’s in ${his(t.person)} dossier, signaal besproken.`,
  ],
  Z12: (t) => [
    `Steeds ruzie met ${t.other('partner', otherSex(t), t.age)}, ontdekte een affaire.`,
    'Verdrietig, adequaat.',
    'Relatieproblemen',
    'Gesprek, relatietherapie geopperd.',
  ],
};

const MARKS = ['GGZ-dossier', 'Behandelplan', 'Vertrouwelijk, map', 'Aparte notitie'] as const;

export function mentalSoep(t: TextContext, icpc: string): Soep {
  const [s, o, e, p] = (MENTAL[icpc] ?? (MENTAL.P76 as (t: TextContext) => Lines))(t);
  return { icpc, s, o, e, p: `${p} ${t.d.pick(MARKS)} ${t.mark('mental-health')}.` };
}

export function sexualSoep(t: TextContext, icpc: string): Soep {
  const [s, o, e, p] = (SEXUAL[icpc] ?? (SEXUAL.Z12 as (t: TextContext) => Lines))(t);
  return { icpc, s, o, e, p: `${p} Vertrouwelijk, nr ${t.mark('sexual-health')}.` };
}
