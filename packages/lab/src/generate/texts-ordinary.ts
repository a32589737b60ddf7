/** Journal lines of what is on no programme's list, and of the telephone. */

import type { Soep } from './model.ts';
import { mention, reference, type TextContext, title } from './texts.ts';

const line = (...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' ');

interface Ordinary {
  readonly s: readonly string[];
  readonly o: readonly string[];
  readonly e: string;
  readonly p: readonly string[];
}

const ORDINARY: Readonly<Record<string, Ordinary>> = {
  L03: {
    s: [
      'Sinds een week lage rugpijn na tillen. Geen uitstraling, mictie en defecatie normaal.',
      'Weer door de rug gegaan bij het tuinieren. Kan moeilijk uit bed komen.',
    ],
    o: [
      'Flexie beperkt, Lasègue negatief, kracht en sensibiliteit intact.',
      'Hypertonie paravertebraal, geen asdrukpijn.',
    ],
    e: 'Aspecifieke lage-rugpijn',
    p: [
      'Uitleg gunstig beloop, in beweging blijven, paracetamol 4dd 1000 mg. Zo nodig fysiotherapie.',
      'Naproxen 2dd 500 mg kort, maagbescherming niet nodig. Terug bij alarmsymptomen.',
    ],
  },
  R74: {
    s: [
      'Vijf dagen verkouden, hoesten, keelpijn. Geen koorts.',
      'Snotteren en hoesten, vraagt of het geen longontsteking is.',
    ],
    o: ['Niet ziek. Longen VAG, keel rood zonder beslag.', 'Temp 37,4. Sat 98 %. Geen crepitaties.'],
    e: 'Bovenste-luchtweginfectie',
    p: [
      'Uitleg viraal, zo nodig paracetamol. Terug bij koorts of benauwdheid.',
      'Afwachten, zoutwater, neusspray max 1 week.',
    ],
  },
  R81: {
    s: ['Drie dagen koorts en productieve hoest, kortademig bij traplopen.'],
    o: ['Temp 38,9. AF 22, sat 94 %. Crepitaties rechts basaal. CRP 96.'],
    e: 'Pneumonie',
    p: ['Amoxicilline 3dd 500 mg 5 dagen, morgen telefonisch contact. Bij verslechtering direct bellen.'],
  },
  H71: {
    s: ['Oorpijn rechts sinds gisteren, huilerig, koorts.', 'Oorpijn na verkoudheid.'],
    o: ['Trommelvlies rood en bomberend, mastoïd niet pijnlijk.'],
    e: 'Otitis media acuta',
    p: ['Paracetamol op vaste tijden, xylometazoline. Bij geen verbetering over 3 dagen antibioticum.'],
  },
  U71: {
    s: ['Pijn bij plassen en vaker aandrang sinds twee dagen. Geen koorts of flankpijn.'],
    o: ['Nitriet positief, temp 36,9.', 'Nitriet negatief, dipslide positief.'],
    e: 'Ongecompliceerde cystitis',
    p: ['Nitrofurantoïne MGA 2dd 100 mg 5 dagen. Veel drinken. Terug bij koorts.'],
  },
  S88: {
    s: ['Rode jeukende handen, werkt veel met schoonmaakmiddelen.'],
    o: ['Erytheem en schilfering handruggen, kloofjes.'],
    e: 'Contacteczeem',
    p: ['Hydrocortisonacetaatcrème 2dd, vette zalf, handschoenen met katoen eronder.'],
  },
  S87: {
    s: ['Eczeem weer opgevlamd in de elleboogplooien, krabt ’s nachts.'],
    o: ['Lichenificatie elleboogplooien, enkele excoriaties.'],
    e: 'Constitutioneel eczeem',
    p: ['Triamcinoloncrème afbouwschema, vette basis, jeukadviezen.'],
  },
  S74: {
    s: ['Schilferende plek tussen de tenen, jeukt.'],
    o: ['Interdigitale maceratie dig 4-5.'],
    e: 'Tinea pedis',
    p: ['Miconazolcrème 2dd 4 weken, droog houden.'],
  },
  D84: {
    s: ['Zuurbranden na het eten en ’s nachts. Niet afgevallen, geen bloedverlies.'],
    o: ['Buik soepel, epigastrio drukpijnlijk.'],
    e: 'Refluxklachten',
    p: ['Leefregels, omeprazol 20 mg 4 weken, daarna afbouwen.'],
  },
  L90: {
    s: ['Startpijn knie, traplopen moeilijk, kan nog 20 minuten wandelen.'],
    o: ['Crepitaties, flexie 110 graden, geen hydrops.'],
    e: 'Gonartrose',
    p: ['Oefentherapie, afvallen besproken, paracetamol. Injectie als onvoldoende.'],
  },
  L89: {
    s: ['Liespijn bij opstaan, schoenen aantrekken lukt niet goed meer.'],
    o: ['Endorotatie heup beperkt en pijnlijk.'],
    e: 'Coxartrose',
    p: ['X-heup, fysiotherapie, verwijzing orthopedie bespreken na foto.'],
  },
  L92: {
    s: ['Pijn schouder bij heffen, kan niet op de zij liggen.'],
    o: ['Painful arc positief, passief vrij.'],
    e: 'Subacromiaal pijnsyndroom',
    p: ['Uitleg, NSAID 2 weken, zo nodig injectie.'],
  },
  L95: {
    s: ['Vraagt over botmedicijn, slikt alendronaat nu 3 jaar.'],
    o: ['Geen lengteverlies.'],
    e: 'Osteoporose',
    p: ['Doorgaan tot 5 jaar, dan DEXA. Calcium en vitamine D.'],
  },
  N89: {
    s: ['Twee aanvallen per maand, eenzijdig bonzend met misselijkheid.'],
    o: ['Neurologisch geen bijzonderheden.'],
    e: 'Migraine',
    p: ['Sumatriptan 50 mg bij aanval, hoofdpijndagboek.'],
  },
  N17: {
    s: ['Draaierig bij omdraaien in bed, duurt seconden.'],
    o: ['Dix-Hallpike rechts positief.'],
    e: 'BPPD',
    p: ['Epley uitgevoerd, instructie. Niet autorijden bij klachten.'],
  },
  F92: {
    s: ['Ziet waziger, vooral bij tegenlicht. Oogarts heeft staar gezien.'],
    o: ['Visus OD 0,5 OS 0,6.'],
    e: 'Cataract',
    p: ['Operatie gepland, medicatie doorgenomen.'],
  },
  H84: {
    s: ['Verstaat gesprekken in gezelschap niet goed, tv staat hard.'],
    o: ['Gehoorgangen schoon.'],
    e: 'Presbyacusis',
    p: ['Verwijzing audicien.'],
  },
  T86: {
    s: ['Moe, verder stabiel op de schildkliertabletten.'],
    o: ['Pols regulair, schildklier niet palpabel.'],
    e: 'Hypothyreoïdie, controle',
    p: ['TSH en vrij T4, levothyroxine ongewijzigd.'],
  },
  T92: {
    s: ['Plots rode pijnlijke grote teen vannacht, laken niet te verdragen.'],
    o: ['MTP-1 links rood, warm, zeer drukpijnlijk.'],
    e: 'Jichtaanval',
    p: ['Colchicine 2dd 0,5 mg, alcohol matigen, urinezuur over 6 weken.'],
  },
  B80: {
    s: ['Moe en bleek, heftige menses.'],
    o: ['Bleke slijmvliezen, Hb 6,4, ferritine 8.'],
    e: 'IJzergebreksanemie',
    p: ['Ferrofumaraat 200 mg 1dd, Hb-controle 6 weken.'],
  },
  K95: {
    s: ['Zware benen ’s avonds, spataderen.'],
    o: ['Varices onderbeen, geen ulcus.'],
    e: 'Varices',
    p: ['Steunkousen klasse 2, uitleg.'],
  },
  R97: {
    s: ['Niezen en jeukende ogen sinds de grassen bloeien.'],
    o: ['Bleek gezwollen neusslijmvlies.'],
    e: 'Hooikoorts',
    p: ['Fluticason neusspray dagelijks, cetirizine zo nodig.'],
  },
  Y85: {
    s: ['Zwakke straal, nachtelijk 3x plassen.'],
    o: ['RT: vergroot, glad.'],
    e: 'Mictieklachten bij BPH',
    p: ['Tamsulosine 0,4 mg, evaluatie 6 weken.'],
  },
  X76: {
    s: ['Nacontrole mammapoli goed, wel moe van hormoontherapie.'],
    o: ['Litteken rustig, geen palpabele klieren.'],
    e: 'Mammacarcinoom, nazorg',
    p: ['Vermoeidheid besproken, fysio oncologie.'],
  },
  Y77: {
    s: ['Onder controle uroloog, PSA stabiel. Opvliegers.'],
    o: ['Geen bijzonderheden.'],
    e: 'Prostaatcarcinoom',
    p: ['Beleid uroloog, hier zo nodig.'],
  },
  D75: {
    s: ['Na hemicolectomie, ontlasting nog wisselend.'],
    o: ['Litteken rustig, buik soepel.'],
    e: 'Coloncarcinoom, follow-up',
    p: ['CEA via chirurgie, voeding via diëtist.'],
  },
  A05: {
    s: ['Gaat achteruit, eet slecht, valt vaker. Thuiszorg komt tweemaal daags.'],
    o: ['Kwetsbare indruk, gewicht daalt.'],
    e: 'Algehele achteruitgang',
    p: ['Behandelgrenzen besproken, MDO met wijkverpleging.'],
  },
  S18: {
    s: ['Snijwond in de hand bij het koken.'],
    o: ['Wond 2 cm, geen pees- of zenuwletsel.'],
    e: 'Snijwond',
    p: ['Gehecht, tetanus bijgewerkt, hechtingen eruit over 10 dagen.'],
  },
  K77: {
    s: ['Kortademig bij traplopen, slaapt met twee kussens.', 'Twee kilo aangekomen in een week, enkels dik.'],
    o: ['Pitting oedeem enkels, geen crepitaties.'],
    e: 'Hartfalen',
    p: ['Furosemide tijdelijk 80 mg, gewicht dagelijks, nierfunctie over een week.'],
  },
  K78: {
    s: ['Voelt soms overslaan, niet duizelig. Slikt de bloedverdunner trouw.'],
    o: ['Pols irregulair 78, geen tekenen van hartfalen.'],
    e: 'Atriumfibrilleren',
    p: ['Frequentie goed, DOAC door, jaarlijks nierfunctie.'],
  },
  T82: {
    s: ['Wil afvallen, dieet houdt geen stand.'],
    o: ['Buikomvang toegenomen.'],
    e: 'Overgewicht',
    p: ['Verwijzing gecombineerde leefstijlinterventie.'],
  },
  'T90.01': {
    s: ['Sensor en pomp via het ziekenhuis, hier voor wondje aan de voet.'],
    o: ['Oppervlakkige wond, geen infectie.'],
    e: 'Diabetes type 1, hoofdbehandelaar internist',
    p: ['Wondzorg, podotherapeut via ziekenhuis.'],
  },
  'R96.01': {
    s: ['Hoest ’s nachts na verkoudheid, piept soms.'],
    o: ['Wisselend expiratoir piepen.'],
    e: 'Hyperreactiviteit luchtwegen',
    p: ['Salbutamol via voorzetkamer zo nodig, evaluatie 2 weken.'],
  },
  D73: {
    s: ['Braken en diarree sinds gisteren, kan nog drinken.'],
    o: ['Niet gedehydreerd, buik soepel.'],
    e: 'Gastro-enteritis',
    p: ['ORS, drinken in kleine beetjes. Terug bij sufheid of bloed.'],
  },
};

/** Reasons that need no episode: said, seen, done belong together. */
const ANYTHING: readonly (readonly [from: number, s: string, o: string, e: string, p: string])[] = [
  [
    18,
    'Komt voor de uitslag van het lab en herhaalrecepten.',
    'Geen bijzonderheden.',
    'Bespreken uitslag',
    'Uitslag besproken, geen actie nodig. Recepten herhaald.',
  ],
  [
    18,
    'Moe de laatste weken, slaapt wel. Geen gewichtsverlies.',
    'Maakt geen zieke indruk, slijmvliezen niet bleek.',
    'Moeheid',
    'Lab: Hb, TSH, glucose. Bellen over uitslag.',
  ],
  [
    40,
    'Hoort minder aan het linkeroor sinds het zwemmen.',
    'Links cerumenprop.',
    'Cerumen',
    'Uitgespoten, trommelvlies gaaf.',
  ],
  [
    50,
    'Vraagt of de griepprik en de pneumokokkenprik samen kunnen.',
    'Niet onderzocht.',
    'Vraag over vaccinatie',
    'Kan samen, oproep volgt.',
  ],
  [
    18,
    'Plekje op de rug dat jeukt, partner vindt het veranderd.',
    'Verruca seborrhoica, geen verdachte kenmerken.',
    'Goedaardige huidafwijking',
    'Geruststelling, foto in dossier, terug bij verandering.',
  ],
  [
    16,
    'Buikpijn met wisselende ontlasting, vooral bij drukte.',
    'Buik soepel, geen weerstanden.',
    'Functionele buikklachten',
    'Uitleg, vezels en regelmaat. Folder thuisarts.nl.',
  ],
  [
    0,
    'Gevallen op de pols bij het sporten.',
    'Drukpijn distale radius, geen asdrukpijn, functie goed.',
    'Contusie pols',
    'Drukverband, zo nodig foto als het na een week niet beter is.',
  ],
  [
    0,
    'Wratjes onder de voet, doen pijn bij lopen.',
    'Drie verrucae plantares.',
    'Voetwratten',
    'Aangestipt met stikstof, herhalen over 3 weken.',
  ],
  [
    0,
    'Sinds een paar dagen huiduitslag, jeukt matig, geen koorts.',
    'Maculeus exantheem romp, niet ziek.',
    'Exantheem, waarschijnlijk viraal',
    'Afwachten, terug bij koorts of vlekken die niet wegdrukken.',
  ],
  [
    60,
    'Valt soms bijna bij het opstaan, duizelig.',
    'RR liggend 142, staand 118.',
    'Orthostatische hypotensie',
    'Rustig opstaan, medicatie nagekeken, plastablet in overleg later op de dag.',
  ],
];

/** A contact for something that is on no programme's list. */
export function ordinarySoep(t: TextContext, icpc: string): Soep {
  const text = ORDINARY[icpc];
  if (text === undefined) {
    const [, s, o, e, p] = t.d.pick(ANYTHING.filter(([from]) => t.age >= from));
    return {
      icpc: 'A97',
      s: line(s, t.d.chance(0.16) ? mention(t) : ''),
      o,
      e,
      p: line(p, t.d.chance(0.4) ? reference(t) : ''),
    };
  }
  return {
    icpc,
    s: line(t.d.pick(text.s), t.d.chance(0.16) ? mention(t) : ''),
    o: t.d.pick(text.o),
    e: text.e,
    p: line(t.d.pick(text.p), t.d.chance(0.5) ? reference(t) : ''),
  };
}

const CALLS: readonly (readonly [s: string, p: string])[] = [
  ['belt voor herhaling van de medicatie.', 'Recept naar de apotheek gestuurd.'],
  ['vraagt of de uitslag van het lab binnen is.', 'Nog niet binnen, huisarts belt na het spreekuur.'],
  ['wil de afspraak verzetten, zit zonder vervoer.', 'Nieuwe afspraak gemaakt.'],
  [
    'vraagt welke pijnstiller samen met de andere tabletten mag.',
    'Overlegd met huisarts: paracetamol heeft de voorkeur.',
  ],
  [
    'meldt koorts sinds gisteren, drinkt goed.',
    'Triage U4: adviezen gegeven, terugbellen als het langer duurt dan drie dagen.',
  ],
  ['is thuis gevallen, geen hoofdletsel, schaafwond arm.', 'Wondadvies, tetanus nagekeken.'],
];

/** A note by an assistant at the telephone. */
export function phoneSoep(t: TextContext): Soep {
  const [said, done] = t.d.pick(CALLS);
  const who = t.age < 16 ? (t.d.chance(0.75) ? 'Moeder' : 'Vader') : title(t.person);
  return {
    icpc: 'A97',
    s: line(
      `${who} ${said}`,
      t.age >= 40 && t.d.chance(0.2) ? `Gesproken met ${t.other('dochter', 'female', t.age - 26)}.` : '',
    ),
    o: '-',
    e: 'Telefonisch verzoek',
    p: line(done, t.d.chance(0.4) ? `Terugbelnotitie ${t.mark('journal')}.` : ''),
  };
}
