/** What somebody takes: by ATC, with the text of the Dutch label. One agreement per medicine; changes are rare here. */

import type { Day } from './calendar.ts';
import type { Dice } from './dice.ts';
import type { Episode, Prescription, Sensitivity } from './model.ts';
import type { StaffKey } from './staff.ts';

type Line = readonly [atc: string, text: string, dosage: string];

const LINES = {
  metformin: ['A10BA02', 'METFORMINE TABLET 500MG', '2x per dag 1 tablet, tijdens de maaltijd'],
  metforminHigh: ['A10BA02', 'METFORMINE TABLET 1000MG', '2x per dag 1 tablet, tijdens de maaltijd'],
  gliclazide: ['A10BB09', 'GLICLAZIDE TABLET MVA 30MG', '1x per dag 1 tablet bij het ontbijt'],
  glimepiride: ['A10BB12', 'GLIMEPIRIDE TABLET 2MG', '1x per dag 1 tablet bij het ontbijt'],
  dapagliflozin: ['A10BK01', 'DAPAGLIFLOZINE TABLET 10MG', '1x per dag 1 tablet'],
  empagliflozin: ['A10BK03', 'EMPAGLIFLOZINE TABLET 10MG', '1x per dag 1 tablet'],
  semaglutide: ['A10BJ06', 'SEMAGLUTIDE INJVLST 1,34MG/ML PEN', '1x per week 0,5 mg subcutaan'],
  glargine: ['A10AE04', 'INSULINE GLARGINE INJVLST 100E/ML PEN', 'voor de nacht volgens schema'],
  aspart: ['A10AB05', 'INSULINE ASPART INJVLST 100E/ML PEN', '3x per dag voor de maaltijd volgens schema'],
  perindopril: ['C09AA04', 'PERINDOPRIL TABLET 4MG', '1x per dag 1 tablet'],
  enalapril: ['C09AA02', 'ENALAPRIL TABLET 10MG', '1x per dag 1 tablet'],
  losartan: ['C09CA01', 'LOSARTAN TABLET 50MG', '1x per dag 1 tablet'],
  candesartan: ['C09CA06', 'CANDESARTAN TABLET 8MG', '1x per dag 1 tablet'],
  amlodipine: ['C08CA01', 'AMLODIPINE TABLET 5MG', '1x per dag 1 tablet'],
  hydrochlorothiazide: ['C03AA03', 'HYDROCHLOORTHIAZIDE TABLET 12,5MG', '1x per dag 1 tablet in de ochtend'],
  chlortalidone: ['C03BA04', 'CHLOORTALIDON TABLET 12,5MG', '1x per dag 1 tablet in de ochtend'],
  metoprolol: ['C07AB02', 'METOPROLOL TABLET MVA 50MG', '1x per dag 1 tablet'],
  bisoprolol: ['C07AB07', 'BISOPROLOL TABLET 2,5MG', '1x per dag 1 tablet'],
  simvastatin: ['C10AA01', 'SIMVASTATINE TABLET 40MG', '1x per dag 1 tablet voor de nacht'],
  atorvastatin: ['C10AA05', 'ATORVASTATINE TABLET 20MG', '1x per dag 1 tablet'],
  rosuvastatin: ['C10AA07', 'ROSUVASTATINE TABLET 10MG', '1x per dag 1 tablet'],
  ezetimibe: ['C10AX09', 'EZETIMIB TABLET 10MG', '1x per dag 1 tablet'],
  clopidogrel: ['B01AC04', 'CLOPIDOGREL TABLET 75MG', '1x per dag 1 tablet'],
  aspirin: ['B01AC06', 'ACETYLSALICYLZUUR TABLET 80MG', '1x per dag 1 tablet'],
  apixaban: ['B01AF02', 'APIXABAN TABLET 5MG', '2x per dag 1 tablet'],
  rivaroxaban: ['B01AF01', 'RIVAROXABAN TABLET 20MG', '1x per dag 1 tablet bij de maaltijd'],
  furosemide: ['C03CA01', 'FUROSEMIDE TABLET 40MG', '1x per dag 1 tablet in de ochtend'],
  spironolactone: ['C03DA01', 'SPIRONOLACTON TABLET 25MG', '1x per dag 1 tablet'],
  nitrospray: ['C01DA02', 'NITROGLYCERINE SPRAY 0,4MG/DO', 'zo nodig 1 dosis onder de tong'],
  salbutamol: ['R03AC02', 'SALBUTAMOL AEROSOL 100UG/DO', 'zo nodig 1-2 inhalaties, max 8 per dag'],
  beclometasone: ['R03BA01', 'BECLOMETASON AEROSOL 100UG/DO', '2x per dag 1 inhalatie met voorzetkamer'],
  formoterolIcs: ['R03AK08', 'BECLOMETASON/FORMOTEROL AEROSOL 100/6UG/DO', '2x per dag 1 inhalatie'],
  salmeterolIcs: ['R03AK06', 'SALMETEROL/FLUTICASON INHPDR 50/250UG/DO', '2x per dag 1 inhalatie'],
  tiotropium: ['R03BB04', 'TIOTROPIUM INHALATIECAPSULE 18UG', '1x per dag 1 capsule inhaleren'],
  umeclidinium: ['R03AL03', 'VILANTEROL/UMECLIDINIUM INHPDR 22/55UG/DO', '1x per dag 1 inhalatie'],
  triple: ['R03AL08', 'VILANTEROL/UMECLIDINIUM/FLUTICASON INHPDR', '1x per dag 1 inhalatie'],
  prednisolone: ['H02AB06', 'PREDNISOLON TABLET 30MG', '1x per dag 1 tablet gedurende 7 dagen'],
  omeprazole: ['A02BC01', 'OMEPRAZOL CAPSULE MSR 20MG', '1x per dag 1 capsule voor het ontbijt'],
  levothyroxine: ['H03AA01', 'LEVOTHYROXINE TABLET 75UG', '1x per dag 1 tablet nuchter'],
  allopurinol: ['M04AA01', 'ALLOPURINOL TABLET 100MG', '1x per dag 1 tablet'],
  alendronate: ['M05BA04', 'ALENDRONINEZUUR TABLET 70MG', '1x per week 1 tablet nuchter met water'],
  tamsulosin: ['G04CA02', 'TAMSULOSINE CAPSULE MGA 0,4MG', '1x per dag 1 capsule'],
  ferrous: ['B03AA02', 'FERROFUMARAAT TABLET 200MG', '1x per dag 1 tablet'],
  sertraline: ['N06AB06', 'SERTRALINE TABLET 50MG', '1x per dag 1 tablet'],
  citalopram: ['N06AB04', 'CITALOPRAM TABLET 20MG', '1x per dag 1 tablet'],
  oxazepam: ['N05BA04', 'OXAZEPAM TABLET 10MG', 'zo nodig 1 tablet, maximaal 2 per dag'],
  temazepam: ['N05CD07', 'TEMAZEPAM CAPSULE 10MG', 'voor de nacht 1 capsule zo nodig'],
  methylphenidate: ['N06BA04', 'METHYLFENIDAAT TABLET 10MG', '2x per dag 1 tablet'],
  lithium: ['N05AN01', 'LITHIUMCARBONAAT TABLET 400MG', '1x per dag 2 tabletten voor de nacht'],
  olanzapine: ['N05AH03', 'OLANZAPINE TABLET 10MG', '1x per dag 1 tablet voor de nacht'],
  sildenafil: ['G04BE03', 'SILDENAFIL TABLET 50MG', 'zo nodig 1 tablet een uur tevoren'],
  azithromycin: ['J01FA10', 'AZITROMYCINE TABLET 500MG', 'eenmalig 2 tabletten'],
  antiretroviral: ['J05AR20', 'BICTEGRAVIR/EMTRICITABINE/TENOFOVIR TABLET', '1x per dag 1 tablet'],
  amoxicillin: ['J01CA04', 'AMOXICILLINE CAPSULE 500MG', '3x per dag 1 capsule gedurende 5 dagen'],
  nitrofurantoin: ['J01XE01', 'NITROFURANTOINE CAPSULE MGA 100MG', '2x per dag 1 capsule gedurende 5 dagen'],
} as const satisfies Record<string, Line>;

type Name = keyof typeof LINES;

interface Choice {
  readonly share: number;
  readonly of: readonly Name[];
  readonly days?: number;
  readonly sensitivity?: Sensitivity;
}

/** Which medicines an open episode brings, and how often. */
const FOR: Readonly<Record<string, readonly Choice[]>> = {
  'T90.02': [
    { share: 0.72, of: ['metformin', 'metforminHigh'] },
    { share: 0.28, of: ['gliclazide', 'glimepiride'] },
    { share: 0.16, of: ['dapagliflozin', 'empagliflozin'] },
    { share: 0.06, of: ['semaglutide'] },
    { share: 0.2, of: ['glargine'] },
    { share: 0.07, of: ['aspart'] },
    { share: 0.68, of: ['simvastatin', 'atorvastatin', 'rosuvastatin'] },
  ],
  'T90.01': [
    { share: 1, of: ['glargine'] },
    { share: 1, of: ['aspart'] },
  ],
  K86: [
    { share: 0.45, of: ['perindopril', 'enalapril'] },
    { share: 0.3, of: ['losartan', 'candesartan'] },
    { share: 0.38, of: ['amlodipine'] },
    { share: 0.34, of: ['hydrochlorothiazide', 'chlortalidone'] },
    { share: 0.18, of: ['metoprolol', 'bisoprolol'] },
  ],
  K87: [
    { share: 0.8, of: ['perindopril', 'losartan'] },
    { share: 0.5, of: ['amlodipine'] },
  ],
  T93: [{ share: 0.7, of: ['simvastatin', 'atorvastatin', 'rosuvastatin'] }],
  'T93.01': [
    { share: 0.74, of: ['atorvastatin', 'rosuvastatin'] },
    { share: 0.14, of: ['ezetimibe'] },
  ],
  K74: [
    { share: 0.85, of: ['aspirin', 'clopidogrel'] },
    { share: 0.8, of: ['atorvastatin'] },
    { share: 0.7, of: ['metoprolol'] },
    { share: 0.6, of: ['nitrospray'] },
  ],
  K75: [
    { share: 0.92, of: ['aspirin', 'clopidogrel'] },
    { share: 0.88, of: ['atorvastatin', 'rosuvastatin'] },
    { share: 0.75, of: ['metoprolol', 'bisoprolol'] },
  ],
  'K76.01': [
    { share: 0.8, of: ['aspirin'] },
    { share: 0.8, of: ['atorvastatin'] },
  ],
  'K76.02': [
    { share: 0.85, of: ['aspirin'] },
    { share: 0.8, of: ['simvastatin', 'atorvastatin'] },
  ],
  K89: [
    { share: 0.9, of: ['clopidogrel'] },
    { share: 0.8, of: ['simvastatin', 'atorvastatin'] },
  ],
  'K90.03': [
    { share: 0.9, of: ['clopidogrel'] },
    { share: 0.8, of: ['atorvastatin'] },
  ],
  'K92.01': [
    { share: 0.8, of: ['clopidogrel', 'aspirin'] },
    { share: 0.75, of: ['atorvastatin'] },
  ],
  K77: [
    { share: 0.7, of: ['furosemide'] },
    { share: 0.4, of: ['spironolactone'] },
    { share: 0.6, of: ['bisoprolol'] },
  ],
  K78: [
    { share: 0.82, of: ['apixaban', 'rivaroxaban'] },
    { share: 0.6, of: ['bisoprolol', 'metoprolol'] },
  ],
  R95: [
    { share: 0.8, of: ['salbutamol'] },
    { share: 0.5, of: ['tiotropium', 'umeclidinium'] },
    { share: 0.25, of: ['triple'] },
    { share: 0.2, of: ['prednisolone'], days: 7 },
  ],
  R96: [
    { share: 0.85, of: ['salbutamol'] },
    { share: 0.48, of: ['beclometasone'] },
    { share: 0.3, of: ['formoterolIcs', 'salmeterolIcs'] },
  ],
  'R96.02': [
    { share: 0.8, of: ['salbutamol'] },
    { share: 0.6, of: ['beclometasone', 'formoterolIcs'] },
  ],
  'R96.01': [{ share: 0.6, of: ['salbutamol'], days: 200 }],
  D84: [{ share: 0.8, of: ['omeprazole'] }],
  T86: [{ share: 0.92, of: ['levothyroxine'] }],
  T92: [{ share: 0.5, of: ['allopurinol'] }],
  L95: [{ share: 0.7, of: ['alendronate'] }],
  Y85: [{ share: 0.7, of: ['tamsulosin'] }],
  B80: [{ share: 0.8, of: ['ferrous'], days: 120 }],
  R81: [{ share: 0.9, of: ['amoxicillin'], days: 5 }],
  U71: [{ share: 0.85, of: ['nitrofurantoin'], days: 5 }],
  P76: [{ share: 0.62, of: ['sertraline', 'citalopram'], sensitivity: 'mental' }],
  P74: [
    { share: 0.4, of: ['sertraline'], sensitivity: 'mental' },
    { share: 0.2, of: ['oxazepam'], days: 60, sensitivity: 'mental' },
  ],
  P06: [{ share: 0.55, of: ['temazepam'], sensitivity: 'mental' }],
  P21: [{ share: 0.6, of: ['methylphenidate'], sensitivity: 'mental' }],
  P73: [{ share: 0.8, of: ['lithium'], sensitivity: 'mental' }],
  P72: [{ share: 0.85, of: ['olanzapine'], sensitivity: 'mental' }],
  Y07: [{ share: 0.7, of: ['sildenafil'], sensitivity: 'sexual' }],
  X92: [{ share: 0.95, of: ['azithromycin'], days: 1, sensitivity: 'sexual' }],
  B90: [{ share: 0.95, of: ['antiretroviral'], sensitivity: 'sexual' }],
};

const NOTES = [
  (mark: string) => `Weekdoos via apotheek, uitgiftenr ${mark}.`,
  (mark: string) => `Patiënt halveert de tablet zelf, zie notitie ${mark}.`,
  (mark: string) => `Machtiging verzekeraar ${mark}.`,
];

/** `from` and `last` in days; `mark` gives a token for a note. */
export function prescribe(
  d: Dice,
  episodes: readonly { readonly episode: Episode; readonly from: Day; readonly until: Day | undefined }[],
  last: Day,
  by: StaffKey,
  mark: () => string,
): Prescription[] {
  const taken = new Set<string>();
  const list: Prescription[] = [];
  for (const { episode, from, until } of episodes) {
    for (const choice of FOR[episode.icpc] ?? []) {
      if (!d.chance(choice.share)) continue;
      const name = d.pick(choice.of);
      const [atc, text, dosage] = LINES[name];
      // One medicine per class: nobody gets two statins because of two diagnoses.
      const group = atc.slice(0, choice.days === undefined ? 5 : 7);
      if (taken.has(group)) continue;
      taken.add(group);
      const start = Math.min(last, from + d.int(0, 60));
      const brief = choice.days === undefined ? undefined : start + choice.days;
      const dropped =
        choice.days === undefined && d.chance(0.1) ? start + Math.floor((last - start) * d.unit()) : undefined;
      const stop = brief ?? until ?? dropped;
      const sensitive = choice.sensitivity !== undefined;
      list.push({
        atc,
        text,
        dosage,
        start,
        stop: stop !== undefined && stop <= last ? stop : undefined,
        note: sensitive || d.chance(0.1) ? d.pick(NOTES)(mark()) : undefined,
        by,
        sensitivity: choice.sensitivity ?? 'none',
      });
    }
  }
  return list;
}
