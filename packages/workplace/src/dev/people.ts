/** An invented practice: dice that always fall the same, names that belong to nobody. Tests and development only. */

import { addDays, addMonths, base32, type Id, type IdKind, type LocalDate } from '@ketenkluis/base';
import {
  type CareRecord,
  dueFor,
  type MeasurementRecord,
  PARAMETERS,
  type ParameterId,
  PROGRAMMES,
  type ProgrammeId,
  type WorklistRow,
} from '@ketenkluis/care';

/** mulberry32: small, and the same on every machine. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const PREFIX: Partial<Record<IdKind, string>> = {
  dossier: 'dos',
  handle: 'han',
  fact: 'fac',
  team: 'tea',
  person: 'per',
  device: 'dev',
  invitation: 'inv',
  entry: 'ent',
  organisation: 'org',
};
export function madeId<K extends IdKind>(kind: K, roll: () => number): Id<K> {
  const bytes = Uint8Array.from({ length: 16 }, () => Math.floor(roll() * 256));
  return `${PREFIX[kind]}_${base32(bytes)}` as Id<K>;
}

const FAMILY = [
  'Bakker',
  'de Vries',
  'Jansen',
  'van Dijk',
  'Visser',
  'Smit',
  'Meijer',
  'de Boer',
  'Mulder',
  'de Groot',
  'Bos',
  'Vos',
  'Peters',
  'Hendriks',
  'van Leeuwen',
  'Dekker',
  'Brouwer',
  'de Wit',
  'Dijkstra',
  'Smits',
  'de Graaf',
  'van der Meer',
  'Kuipers',
  'El Amrani',
  'Yılmaz',
  'Pinas',
  'van ’t Hof',
  'Ramdin',
  'Nguyen',
  'Kowalski',
  'Benali',
  'Özdemir',
  'Schouten',
  'Willemsen',
  'Hoekstra',
  'Koster',
  'Prins',
  'Blom',
  'Huisman',
  'Peeters',
  'van den Heuvel-Nooitgedagt',
];
const GIVEN = {
  male: ['Jan', 'Piet', 'Kees', 'Hans', 'Willem', 'Mohamed', 'Gerrit', 'Henk', 'Ahmet', 'Johan', 'Ruud', 'Wim', 'Ravi'],
  female: [
    'Maria',
    'Anna',
    'Johanna',
    'Fatima',
    'Elly',
    'Truus',
    'Ans',
    'Corrie',
    'Ayşe',
    'Ineke',
    'Sita',
    'Wil',
    'Riet',
  ],
} as const;

export interface Invented {
  readonly row: WorklistRow;
  readonly records: readonly CareRecord[];
}

/** Where a parameter's values lie: middle and spread. */
const LEVEL: Partial<Record<ParameterId, readonly [number, number]>> = {
  systolic: [138, 13],
  diastolic: [81, 8],
  weight: [84, 14],
  height: [1.71, 0.08],
  bmi: [28.6, 4],
  hba1c: [53, 8],
  'glucose-fasting': [7.6, 1.2],
  ldl: [2.4, 0.5],
  'non-hdl': [3.1, 0.6],
  hdl: [1.3, 0.2],
  creatinine: [84, 14],
  egfr: [71, 12],
  acr: [1.9, 1.1],
  mrc: [2, 0.8],
  ccq: [1.2, 0.6],
  act: [20, 3],
  exacerbations: [0.6, 0.5],
  'fev1-fvc': [62, 6],
  fev1: [2.1, 0.4],
};
const WORDS: Partial<Record<ParameterId, readonly string[]>> = {
  smoking: ['snomed|266919005', 'snomed|8517006', 'snomed|449868002'],
  exercise: ['yes', 'no'],
  alcohol: ['yes', 'no'],
  'diet-advice': ['yes'],
  'inhalation-technique': ['yes', 'no'],
  fundus: ['no'],
  'cv-risk': ['nhg45a|8'],
  'foot-exam': ['no', 'yes'],
};

function measured(
  parameter: ParameterId,
  months: number,
  asOf: LocalDate,
  roll: () => number,
  punctual: number,
): MeasurementRecord[] {
  const { answer, plausible, decimals, codes } = PARAMETERS[parameter];
  const code = codes[0]?.code;
  const words = WORDS[parameter];
  if (code === undefined || (answer === 'coded' && words === undefined)) return [];
  const [low, high] = plausible ?? [1, 10];
  const [middle, spread] = LEVEL[parameter] ?? [low + (high - low) * 0.3, (high - low) * 0.06];
  const own = middle + (roll() - 0.5) * spread * 2.4;
  const list: MeasurementRecord[] = [];
  const oldest = addMonths(asOf, -58);
  let day = addDays(asOf, -Math.floor(roll() * 30 * months * punctual));
  let value = own;
  while (day > oldest && list.length < 40) {
    const step = Math.round(30.4 * Math.max(3, months) * (0.6 + roll() * 0.9));
    if (words !== undefined) {
      list.push({
        kind: 'measurement',
        parameter,
        code,
        date: day,
        answer: [words[Math.floor(roll() * words.length)]!],
      });
      day = addDays(day, -step);
      continue;
    }
    value += (roll() - 0.5) * spread * 0.5 + (own - value) * 0.3;
    list.push({
      kind: 'measurement',
      parameter,
      code,
      date: day,
      value: Math.min(high * 0.99, Math.max(low * 1.01, value)).toFixed(decimals ?? 1),
    });
    day = addDays(day, -step);
  }
  return list;
}

const MIX: readonly { readonly ids: readonly ProgrammeId[]; readonly share: number }[] = [
  { ids: ['diabetes'], share: 0.28 },
  { ids: ['cvrm'], share: 0.38 },
  { ids: ['copd'], share: 0.09 },
  { ids: ['asthma'], share: 0.13 },
  { ids: ['diabetes', 'copd'], share: 0.05 },
  { ids: ['cvrm', 'copd'], share: 0.07 },
];
function programmesOf(roll: () => number): readonly ProgrammeId[] {
  let left = roll();
  for (const { ids, share } of MIX) {
    left -= share;
    if (left < 0) return ids;
  }
  return ['cvrm'];
}

const PROBLEMS: Record<ProgrammeId, string> = {
  diabetes: 'icpc|T90.02',
  copd: 'icpc|R95',
  asthma: 'icpc|R96',
  cvrm: 'icpc|K86',
};

function medicines(ids: readonly ProgrammeId[], asOf: LocalDate, roll: () => number): CareRecord[] {
  const since = () => addDays(asOf, -Math.floor(200 + roll() * 1500));
  const list: CareRecord[] = [];
  const add = (
    group: Extract<CareRecord, { kind: 'medication' }>['group'],
    atc: string,
    frequency: string,
    end?: LocalDate,
  ) =>
    list.push({
      kind: 'medication',
      group,
      atc,
      status: end === undefined ? 'active' : 'stopped',
      start: since(),
      ...(end === undefined ? { openEnd: true as const } : { end }),
      dose: { value: '1', unit: '{tbl}' },
      times: { frequency, period: '1', unit: 'd' },
    });
  const groups = ids.flatMap((id) => PROGRAMMES[id].medication.groups);
  for (const group of new Set(groups)) {
    const atc = ATC[group];
    if (atc === undefined || roll() < 0.35) continue;
    add(group, atc, roll() < 0.5 ? '1' : '2', roll() < 0.15 ? addDays(asOf, -200) : undefined);
  }
  return list;
}
const ATC: Readonly<Record<string, string>> = {
  'glucose-lowering': 'A10BA02',
  insulin: 'A10AE04',
  'lipid-lowering': 'C10AA05',
  ras: 'C09AA02',
  antithrombotic: 'B01AC06',
  diuretic: 'C03AA03',
  'beta-blocker': 'C07AB02',
  inhaler: 'R03AC02',
};

const invented = new Map<string, readonly Invented[]>();

/** The same people for the same dice: who asks again in the same page gets those who are there. */
export function invent(seed: number, count: number, asOf: LocalDate): readonly Invented[] {
  const key = `${seed} ${count} ${asOf}`;
  const roll = dice(seed);
  const people = invented.get(key) ?? Array.from({ length: count }, () => one(roll, asOf));
  invented.set(key, people);
  return people;
}

function one(roll: () => number, asOf: LocalDate): Invented {
  const programmes = programmesOf(roll);
  const gender = roll() < 0.5 ? 'male' : 'female';
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)]!;
  const family = pick(FAMILY);
  const given = `${pick(GIVEN[gender])}`;
  const young = programmes.includes('asthma') ? 22 : 48;
  const birthDate = addDays(asOf, -Math.floor(365.25 * (young + roll() * 44)));
  const punctual = roll() < 0.6 ? 0.85 : 1.25;
  const parameters = new Map<ParameterId, number>();
  for (const id of programmes) {
    for (const rule of PROGRAMMES[id].due) {
      parameters.set(rule.parameter, Math.min(rule.everyMonths, parameters.get(rule.parameter) ?? 99));
    }
    for (const { parameter } of PROGRAMMES[id].parameters) {
      if (!parameters.has(parameter) && roll() < 0.6) parameters.set(parameter, 12);
    }
  }
  const measurements = [...parameters].flatMap(([parameter, months]) =>
    measured(parameter, months, asOf, roll, punctual),
  );
  const records: CareRecord[] = [
    { kind: 'identity', family, given, birthDate, gender, phone: [`06 ${Math.floor(10_000_000 + roll() * 8e7)}`] },
    ...programmes.map(
      (id): CareRecord => ({
        kind: 'problem',
        codes: [PROBLEMS[id]],
        onset: addDays(asOf, -Math.floor(roll() * 6000)).slice(0, roll() < 0.3 ? 7 : 10),
      }),
    ),
    ...measurements,
    ...medicines(programmes, asOf, roll),
  ];
  if (roll() < 0.3)
    records.push({
      kind: 'allergy',
      codes: ['atc|J01CA04'],
      criticality: roll() < 0.4 ? 'high' : 'low',
      recorded: '2014',
    });
  if (roll() < 0.5) records.push({ kind: 'vaccination', vaccination: 'influenza', date: addDays(asOf, -40) });
  // Realistic dirt: a weight in the wrong field and a value without a unit.
  if (roll() < 0.2) {
    records.push({
      kind: 'measurement',
      parameter: 'systolic',
      code: 'nhg45|1744',
      date: addDays(asOf, -260),
      value: '1400',
      mark: 'implausible',
    });
  }
  if (roll() < 0.2) {
    records.push({
      kind: 'measurement',
      parameter: 'weight',
      code: 'nhg45|357',
      date: addDays(asOf, -120),
      original: { value: '83' },
      mark: 'no-unit',
    });
  }
  const contacts = roll() < 0.04 ? [] : [addDays(asOf, -Math.floor(roll() * 300))];
  const due = dueFor({ programmes, since: addMonths(asOf, -30), records, contacts });
  return {
    records,
    row: {
      dossier: madeId('dossier', roll),
      name: `${family}, ${given}`,
      birthDate,
      programmes: [...programmes],
      ...(due.lastSeen === undefined ? {} : { lastSeen: due.lastSeen }),
      due: due.items.map(({ parameter, due: day }) => ({ parameter, due: day })),
      classes: due.classes,
      handles: [],
      facts: [],
    },
  };
}
