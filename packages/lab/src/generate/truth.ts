/**
 * What a right reader must find, counted from what the generator meant, by a rule written here a second time:
 * alive and of age at as-of; any coding matches; onset <= as-of < abatement, the clinical status only where there are
 * no dates; not refuted nor entered in error; cvrm excludes diabetes.
 */

import type { LocalDate } from '@ketenkluis/base';
import { ageAt, type Day, isoDay } from './calendar.ts';
import { MEASURES, type MeasureKey } from './measures.ts';
import {
  type CanaryField,
  type Episode,
  type PatientRecord,
  type Person,
  PROGRAMMES,
  type ProgrammeId,
  type Register,
  SEALED_FIELDS,
} from './model.ts';

const ICPC = 'http://hl7.org/fhir/sid/icpc-1-nl';
const SNOMED = 'http://snomed.info/sct';

/** Every code that the generator writes and that puts a patient in a programme. T93 alone does not: it needs an indication. */
const MEANS: Readonly<Record<string, ProgrammeId>> = {
  'T90.02': 'diabetes',
  R95: 'copd',
  R96: 'asthma',
  'R96.02': 'asthma',
  K74: 'cvrm',
  K75: 'cvrm',
  'K76.01': 'cvrm',
  'K76.02': 'cvrm',
  K86: 'cvrm',
  K87: 'cvrm',
  K89: 'cvrm',
  'K90.03': 'cvrm',
  K91: 'cvrm',
  'K92.01': 'cvrm',
  'K99.01': 'cvrm',
  'U99.01': 'cvrm',
};
const AGE: Readonly<Record<ProgrammeId, number>> = { diabetes: 18, copd: 18, asthma: 16, cvrm: 18 };

const lowest = (text: string): string => `${text}${'-01-01'.slice(text.length - 4)}`.slice(0, 10);

/** On this day the episode runs and stands. */
export function runs(episode: Episode, asOf: LocalDate): boolean {
  if (episode.verification === 'refuted' || episode.verification === 'entered-in-error') return false;
  if (episode.onset === undefined && episode.abated === undefined) return episode.clinical === 'active';
  if (episode.onset !== undefined && lowest(episode.onset) > asOf) return false;
  return episode.abated === undefined || episode.abated > asOf;
}

/** The programmes this person is a candidate for, in the fixed order. */
export function candidateOf(person: Person, episodes: readonly Episode[], today: Day): ProgrammeId[] {
  if (person.died !== undefined && person.died <= today) return [];
  const asOf = isoDay(today);
  const age = ageAt(person.born, today);
  const found = new Set<ProgrammeId>();
  for (const episode of episodes) {
    const programme = MEANS[episode.icpc];
    if (programme !== undefined && age >= AGE[programme] && runs(episode, asOf)) found.add(programme);
  }
  if (found.has('diabetes')) found.delete('cvrm');
  return PROGRAMMES.filter((programme) => found.has(programme));
}

function codesOf(person: Person, episodes: readonly Episode[], today: Day): Set<string> {
  const codes = new Set<string>();
  if (person.died !== undefined && person.died <= today) return codes;
  const age = ageAt(person.born, today);
  for (const episode of episodes) {
    const programme = MEANS[episode.icpc];
    if (programme === undefined || age < AGE[programme] || !runs(episode, isoDay(today))) continue;
    codes.add(`${ICPC}|${episode.icpc}`);
    if (episode.snomed !== undefined) codes.add(`${SNOMED}|${episode.snomed}`);
  }
  return codes;
}

export interface Canary {
  readonly token: string;
  readonly field: CanaryField;
  /** FHIR id of the patient in whose record it stands. */
  readonly patient: string;
  /** Must not be in any pack, sealed or not, when the candidates who did not refuse are enrolled. */
  readonly mustStay: boolean;
}

export interface Truth {
  readonly asOf: LocalDate;
  readonly seed: string;
  readonly patients: number;
  readonly people: {
    readonly alive: number;
    readonly died: number;
    readonly departed: number;
    readonly adults: number;
  };
  readonly candidates: Readonly<Record<ProgrammeId, number>>;
  /** Patients who are a candidate of at least one programme. */
  readonly candidatePatients: number;
  readonly byCode: Readonly<Record<string, number>>;
  readonly register: Readonly<Record<ProgrammeId, Readonly<Record<Register, number>>>>;
  /** Candidates with a dated consented participation. */
  readonly enrolledReady: Readonly<Record<ProgrammeId, number>>;
  readonly principal: { readonly missing: number; readonly double: number; readonly specialist: number };
  readonly resources: Readonly<Record<string, number>>;
  readonly measurements: { readonly total: number; readonly byCode: Readonly<Record<string, number>> };
  readonly prevalence: Readonly<Record<string, number>>;
  readonly dirt: Readonly<Record<string, number>>;
  readonly canaries: readonly Canary[];
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
const perProgramme = <T>(make: (programme: ProgrammeId) => T): Record<ProgrammeId, T> =>
  Object.fromEntries(PROGRAMMES.map((programme) => [programme, make(programme)])) as Record<ProgrammeId, T>;

export const PRINCIPAL_OF: Readonly<Record<ProgrammeId, MeasureKey>> = {
  diabetes: 'mainDiabetes',
  copd: 'mainCopd',
  asthma: 'mainAsthma',
  cvrm: 'mainCvrm',
};

/** What the generator spoils on purpose is far outside any human range. */
const isImplausible = (key: MeasureKey, value: number): boolean =>
  value >= 1000 || (key === 'systolic' && value < 50) || (key === 'diastolic' && (value < 20 || value > 200));

/** Adds up while the patients stream by. */
export interface TruthKeeper {
  household(records: readonly PatientRecord[]): void;
  resource(type: string): void;
  done(): Truth;
}

export function keepTruth(seed: string, today: Day): TruthKeeper {
  const counts = {
    candidates: new Map<string, number>(),
    byCode: new Map<string, number>(),
    register: new Map<string, number>(),
    resources: new Map<string, number>(),
    measurements: new Map<string, number>(),
    prevalence: new Map<string, number>(),
    dirt: new Map<string, number>(),
    people: new Map<string, number>(),
    principal: new Map<string, number>(),
  };
  const canaries: Canary[] = [];
  const add = (to: Map<string, number>, name: string): void => {
    to.set(name, (to.get(name) ?? 0) + 1);
  };
  let patients = 0;
  let total = 0;

  function principal(record: PatientRecord, programme: ProgrammeId): void {
    const answers = new Set<string>();
    for (const one of record.measurements) {
      if (one.measure === PRINCIPAL_OF[programme] && typeof one.value === 'object') answers.add(one.value.text);
    }
    if (answers.size === 0) add(counts.principal, 'missing');
    if (answers.size > 1) add(counts.principal, 'double');
    if (answers.has('specialist')) add(counts.principal, 'specialist');
  }

  function episodes(record: PatientRecord, alive: boolean): void {
    const seen = new Set<string>();
    for (const one of record.episodes) {
      if (one.onset !== undefined && one.onset.length < 10) add(counts.dirt, 'episode-partial-date');
      if (one.onset === undefined) add(counts.dirt, 'episode-without-dates');
      if (one.abated !== undefined) add(counts.dirt, 'episode-abated');
      if (one.onset !== undefined && one.onset > isoDay(today)) add(counts.dirt, 'episode-in-the-future');
      if (one.verification === 'refuted') add(counts.dirt, 'episode-refuted');
      if (one.verification === 'entered-in-error') add(counts.dirt, 'episode-entered-in-error');
      if (one.icpc === 'T90.01' || one.icpc === 'R96.01') add(counts.dirt, `episode-${one.icpc}`);
      if (one.spelling !== 'plain') add(counts.dirt, `episode-code-${one.spelling}`);
      if (MEANS[one.icpc] === 'asthma' && ageAt(record.person.born, today) < 16) add(counts.dirt, 'asthma-under-16');
      if (alive && runs(one, isoDay(today))) seen.add(one.icpc);
    }
    for (const icpc of seen) add(counts.prevalence, icpc);
  }

  function measurements(record: PatientRecord): void {
    const seen = new Set<string>();
    for (const one of record.measurements) {
      total++;
      const measure = MEASURES[one.measure];
      add(counts.measurements, measure.nhg ?? measure.loinc ?? measure.snomed ?? measure.text);
      if (typeof one.value === 'number') {
        if (one.unit === undefined && measure.unit !== undefined) add(counts.dirt, 'value-without-unit');
        if (one.unit !== undefined && one.unit !== measure.unit) add(counts.dirt, `value-in-${one.unit}`);
        if (one.measure === 'height' && one.unit === 'm' && one.value > 3) add(counts.dirt, 'height-cm-called-m');
        if (isImplausible(one.measure, one.value)) add(counts.dirt, 'value-implausible');
        if (String(one.value).length > 9) add(counts.dirt, 'value-noisy-decimals');
      }
      if (one.monthOnly) add(counts.dirt, 'value-partial-date');
      if (one.status !== 'final') add(counts.dirt, 'value-entered-in-error');
      if (one.visit === -2) add(counts.dirt, 'reference-dangling');
      const same = `${one.measure} ${one.day} ${one.minute} ${typeof one.value === 'object' ? one.value.text : one.value}`;
      if (seen.has(same)) add(counts.dirt, 'value-duplicate');
      seen.add(same);
    }
  }

  return {
    household(records) {
      const leaves = new Map<PatientRecord, boolean>();
      for (const record of records) {
        const { person } = record;
        const alive = person.died === undefined && person.departed === undefined;
        const programmes = candidateOf(person, record.episodes, today);
        patients++;
        add(counts.people, alive ? 'alive' : person.died === undefined ? 'departed' : 'died');
        if (alive && ageAt(person.born, today) >= 18) add(counts.people, 'adults');
        for (const programme of programmes) {
          add(counts.candidates, programme);
          add(counts.register, `${programme} ${record.register.get(programme) ?? 'not-asked'}`);
          principal(record, programme);
        }
        if (programmes.length > 0) add(counts.candidates, 'any');
        if (programmes.includes('asthma') && programmes.includes('copd')) add(counts.dirt, 'asthma-and-copd');
        if (person.bsn === undefined) add(counts.dirt, 'bsn-masked');
        for (const code of codesOf(person, record.episodes, today)) add(counts.byCode, code);
        episodes(record, alive);
        measurements(record);
        leaves.set(
          record,
          programmes.some((programme) => record.register.get(programme) !== 'refused'),
        );
      }
      // A name or telephone number shared at home leaves as soon as one of the household is enrolled.
      for (const record of records) {
        for (const { token, field } of record.canaries) {
          const shared = records.some(
            (other) => leaves.get(other) && other.canaries.some((one) => one.token === token),
          );
          canaries.push({
            token,
            field,
            patient: `pat-${record.person.key}`,
            mustStay: !(SEALED_FIELDS.includes(field) && shared),
          });
        }
      }
    },
    resource(type) {
      add(counts.resources, type);
    },
    done() {
      const candidates = perProgramme((programme) => counts.candidates.get(programme) ?? 0);
      const register = perProgramme((programme) => ({
        consented: counts.register.get(`${programme} consented`) ?? 0,
        refused: counts.register.get(`${programme} refused`) ?? 0,
        'not-asked': counts.register.get(`${programme} not-asked`) ?? 0,
      }));
      return {
        asOf: isoDay(today),
        seed,
        patients,
        people: {
          alive: counts.people.get('alive') ?? 0,
          died: counts.people.get('died') ?? 0,
          departed: counts.people.get('departed') ?? 0,
          adults: counts.people.get('adults') ?? 0,
        },
        candidates,
        candidatePatients: counts.candidates.get('any') ?? 0,
        byCode: sorted(counts.byCode),
        register,
        enrolledReady: perProgramme((programme) => register[programme].consented),
        principal: {
          missing: counts.principal.get('missing') ?? 0,
          double: counts.principal.get('double') ?? 0,
          specialist: counts.principal.get('specialist') ?? 0,
        },
        resources: sorted(counts.resources),
        measurements: { total, byCode: sorted(counts.measurements) },
        prevalence: sorted(counts.prevalence),
        dirt: sorted(counts.dirt),
        canaries,
      };
    },
  };
}
