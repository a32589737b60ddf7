/** Journal lines of programme visits; they quote the values that were measured at that visit. */

import type { Soep } from './model.ts';
import { comma, his, mention, reference, type TextContext, title } from './texts.ts';

export interface Values {
  readonly systolic?: number | undefined;
  readonly diastolic?: number | undefined;
  readonly weight?: number | undefined;
  readonly bmi?: number | undefined;
  readonly hba1c?: number | undefined;
  readonly ldl?: number | undefined;
  readonly egfr?: number | undefined;
  readonly acr?: number | undefined;
  readonly act?: number | undefined;
  readonly ccq?: number | undefined;
  readonly mrc?: number | undefined;
  readonly smokes: boolean;
}

const measured = (v: Values): string => {
  const parts: string[] = [];
  if (v.systolic !== undefined) parts.push(`RR ${v.systolic}/${v.diastolic}`);
  if (v.weight !== undefined) parts.push(`gewicht ${comma(v.weight)} kg`);
  if (v.bmi !== undefined) parts.push(`BMI ${comma(v.bmi)}`);
  if (v.hba1c !== undefined) parts.push(`HbA1c ${v.hba1c}`);
  if (v.ldl !== undefined) parts.push(`LDL ${comma(v.ldl)}`);
  if (v.egfr !== undefined) parts.push(`eGFR ${v.egfr}`);
  if (v.acr !== undefined) parts.push(`ACR ${comma(v.acr)}`);
  if (v.act !== undefined) parts.push(`ACT ${v.act}`);
  if (v.ccq !== undefined) parts.push(`CCQ ${comma(v.ccq)}`);
  if (v.mrc !== undefined) parts.push(`MRC ${v.mrc}`);
  return parts.length === 0 ? 'Geen metingen gedaan.' : `${parts.join(', ')}.`;
};

const join = (...parts: string[]): string => parts.filter((part) => part !== '').join(' ');

type Pair = readonly [said: string, done: string];

const DIABETES_HIGH: readonly Pair[] = [
  [
    'Weet dat het beter moet. Snoept ’s avonds, weinig bewogen door knieklachten.',
    'Voorlichting over tussendoortjes, verwijzing diëtist. Terug over 6 weken.',
  ],
  [
    'Vergeet de avondtabletten regelmatig, weekdoos thuis maar niet gebruikt.',
    'Medicatierol via de apotheek aangevraagd. HbA1c over 3 maanden.',
  ],
  [
    'Dorst en vaker plassen de laatste weken, verder goed.',
    'Gliclazide MR 30 mg erbij, hypo-instructie gegeven. HbA1c over 3 maanden.',
  ],
  [
    'Rommelige periode thuis, eten op onregelmatige tijden. Meet pieken na het ontbijt.',
    'Ontbijt besproken, dagcurve maken en mailen. Terug over 4 weken.',
  ],
  ['Ramadan gehouden, medicatie zelf verschoven.', 'Terug naar oude schema, volgend jaar vooraf plan maken.'],
  ['Wil geen insuline, is bang voor aankomen.', 'SGLT2-remmer besproken, denkt erover na. Overleg met huisarts.'],
];

const DIABETES_GOOD: readonly Pair[] = [
  ['Voelt zich goed. Geen hypo’s, geen voetklachten.', 'Beleid ongewijzigd. Controle over 3 maanden.'],
  [
    'Loopt nu drie keer per week een half uur met de hond. Eten gaat goed.',
    'Complimenten, zo doorgaan. Volgende keer met lab nuchter.',
  ],
  ['Geen klachten. Medicatie trouw ingenomen, geen bijwerkingen.', 'Streefwaarde gehaald. Over een half jaar terug.'],
  [
    'Soms trillerig voor het avondeten, meet dan 4,2 tot 5.',
    'Gliclazide halveren, hypo-instructie herhaald. Belt over 2 weken.',
  ],
  [
    'Was bij de opticien, leest zonder moeite. Geen tintelingen in de voeten.',
    'Funduscontrole staat gepland. Beleid ongewijzigd.',
  ],
  [
    'Last van dunne ontlasting van de metformine, wil wel door.',
    'Metformine na de maaltijd, bij aanhoudende klachten tablet met vertraagde afgifte.',
  ],
];

const VESSEL: readonly Pair[] = [
  [
    'Geen pijn op de borst meer gehad, fietst weer 10 km. Nitrospray niet nodig.',
    'Medicatie ongewijzigd, jaarcontrole over 12 maanden met lab.',
  ],
  [
    'Bang voor een nieuwe beroerte, let op zout. Geen uitval gehad.',
    'Gerustgesteld over de waarden, blijft clopidogrel nemen.',
  ],
  ['Kan 300 meter lopen, dan kramp in de kuit. Stopt dan even.', 'Looptraining bij fysiotherapeut, roken besproken.'],
  ['Spierpijn in de bovenbenen, denkt aan de statine.', 'CK bij lab, statine twee weken pauze en dan evalueren.'],
  ['Is gestopt met hartrevalidatie wegens vervoer, wandelt nu zelf.', 'Beweegplan gemaakt, over een half jaar bellen.'],
];

const PRESSURE: readonly Pair[] = [
  [
    'Geen klachten. Meet thuis zelf, gemiddeld wat lager dan hier.',
    'Medicatie ongewijzigd, jaarcontrole over 12 maanden met lab.',
  ],
  ['Enkels ’s avonds wat dik sinds de amlodipine.', 'Amlodipine omzetten naar lercanidipine, controle over 6 weken.'],
  ['Kriebelhoest sinds de nieuwe bloeddruktablet.', 'ACE-remmer vervangen door losartan, over 2 weken nierfunctie.'],
  [
    'Drukke tijd op het werk, slaapt matig, drinkt zes koppen koffie.',
    'Leefstijl besproken, over 3 maanden opnieuw meten.',
  ],
  [
    'Wil liever geen tabletten erbij, probeert eerst af te vallen.',
    'Afgesproken: 3 maanden leefstijl, dan opnieuw beslissen.',
  ],
  ['Neemt de tabletten trouw, geen bijwerkingen.', 'Streefwaarden gehaald. Volgend jaar terug.'],
];

export function diabetesSoep(t: TextContext, v: Values, yearly: boolean): Soep {
  const { d } = t;
  const high = v.hba1c !== undefined && v.hba1c > 58;
  const [s, p] = d.pick(high ? DIABETES_HIGH : DIABETES_GOOD);
  return {
    icpc: 'T90.02',
    s: join(yearly ? 'Jaarcontrole diabetes.' : 'Kwartaalcontrole diabetes.', s, d.chance(0.18) ? mention(t) : ''),
    o: join(measured(v), yearly ? 'Voeten: pulsaties aanwezig, monofilament goed gevoeld.' : ''),
    e: high ? 'DM2, HbA1c boven streefwaarde' : 'DM2, goed ingesteld',
    p: join(p, d.chance(0.5) ? reference(t) : ''),
  };
}

export function cvrmSoep(t: TextContext, v: Values, icpc: string, yearly: boolean): Soep {
  const { d } = t;
  const high = v.systolic !== undefined && v.systolic > 145;
  const vessel = /^K(7[456]|89|9)/.test(icpc);
  const [s, next] = d.pick(vessel ? VESSEL : PRESSURE);
  const p = high
    ? d.pick([
        'Thuismeting 7 dagen meegegeven, daarna beslissen over ophogen.',
        'Perindopril naar 8 mg, over 2 weken kreatinine en kalium.',
        'Chloortalidon 12,5 mg erbij, overleg huisarts akkoord.',
      ])
    : next;
  return {
    icpc,
    s: join(
      yearly ? 'Jaarcontrole CVRM.' : 'Bloeddrukcontrole.',
      s,
      v.smokes ? 'Rookt nog.' : '',
      d.chance(0.16) ? mention(t) : '',
    ),
    o: measured(v),
    e: high ? 'Bloeddruk boven streefwaarde' : vessel ? 'HVZ, stabiel' : 'CVRM, stabiel',
    p: join(p, d.chance(0.5) ? reference(t) : ''),
  };
}

export function copdSoep(t: TextContext, v: Values, flare: boolean): Soep {
  const { d } = t;
  if (flare) {
    return {
      icpc: 'R95',
      s: join(
        'Sinds vier dagen meer benauwd, meer en groener sputum, slaapt rechtop.',
        d.chance(0.2) ? mention(t) : '',
      ),
      o: 'AF 24, sat 92 %, verlengd expirium, piepen beiderzijds, geen crepitaties. Temp 37,8.',
      e: 'Longaanval COPD',
      p: join(
        'Prednisolon 30 mg 7 dagen, salbutamol via voorzetkamer. Morgen bellen, bij achteruitgang direct.',
        reference(t),
      ),
    };
  }
  const s = d.pick([
    'Trap op gaat met een pauze halverwege. Hoest ’s ochtends slijm op.',
    'Redelijk stabiele winter, één kuur gehad in januari.',
    'Durft weinig, bang voor benauwdheid. Fysio helpt wel.',
    'Gaat goed, verzorgt de moestuin nog zelf.',
  ]);
  const smoke = v.smokes
    ? d.pick([
        'Rookt 10 per dag, wil nu niet stoppen.',
        'Is aan het minderen, nog 4 shagjes per dag.',
        'Stoppoging mislukt na drie weken, wil het met begeleiding proberen.',
      ])
    : '';
  return {
    icpc: 'R95',
    s: join('Jaarcontrole COPD.', s, smoke, d.chance(0.16) ? mention(t) : ''),
    o: join(measured(v), 'Inhalatie-instructie doorlopen.'),
    e: d.pick(['COPD, stabiel', 'COPD, matige ziektelast', 'COPD, lichte ziektelast']),
    p: join(
      d.pick([
        'Techniek gecorrigeerd, spirometrie volgend jaar. Griepprik in het najaar.',
        'Longaanvalactieplan besproken en meegegeven.',
        'Beweegprogramma bij fysiotherapeut, verwijzing gemaakt.',
      ]),
      d.chance(0.5) ? reference(t) : '',
    ),
  };
}

export function asthmaSoep(t: TextContext, v: Values): Soep {
  const { d } = t;
  const poor = v.act !== undefined && v.act < 20;
  return {
    icpc: 'R96',
    s: join(
      poor
        ? d.pick<() => string>([
            () => 'Wordt twee nachten per week wakker van het hoesten, gebruikt salbutamol dagelijks.',
            () => `Kat in huis bij ${t.other('vriendin', 'female', Math.max(18, t.age - 2))}, daarna steeds piepen.`,
            () => 'Vergeet de bruine puffer, alleen de blauwe als het nodig is.',
          ])()
        : d.pick([
            'Weinig klachten, alleen bij mist en inspanning. Sport zonder beperking.',
            'Gebruikt de voorzetkamer trouw. Geen nachtelijke klachten.',
            'In het hooikoortsseizoen wat meer last, nu rustig.',
          ]),
      v.smokes ? 'Rookt, weet dat het niet helpt.' : '',
      d.chance(0.1) ? mention(t) : '',
    ),
    o: join(measured(v), poor ? 'Verlengd expirium, geen ronchi.' : 'VAG, geen piepen.'),
    e: poor ? 'Astma, onvoldoende onder controle' : 'Astma, goed onder controle',
    p: join(
      poor
        ? d.pick([
            'ICS dagelijks, techniek opnieuw geoefend. Terug over 6 weken.',
            'Overstap naar combinatiepreparaat, longarts niet nodig nu.',
          ])
        : d.pick([
            'Zelfde medicatie, over een jaar terug.',
            'Proberen ICS te halveren, bij klachten terug naar oude dosis.',
          ]),
      d.chance(0.4) ? reference(t) : '',
    ),
  };
}

/** Why somebody does not want to take part: remembered, and nothing of it leaves. */
export function refusalSoep(t: TextContext, programme: string, icpc: string): Soep {
  return {
    icpc,
    s: t.d.pick([
      `${title(t.person)} wil niet meedoen aan ${programme}: wil niet dat gegevens de praktijk verlaten.`,
      `Zorgprogramma ${programme} uitgelegd, bedankt ervoor. Komt liever alleen bij de huisarts.`,
      `Ziet het nut van ${programme} niet, heeft slechte ervaring met instanties en ${his(t.person)} gegevens.`,
    ]),
    o: '-',
    e: 'Deelname geweigerd',
    p: `Vastgelegd, jaarlijks eenmaal opnieuw bespreken. ${reference(t)}`,
  };
}
