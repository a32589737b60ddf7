/** First reading: who is in the practice, which problems count for a programme, and who is a candidate. */

import type { LocalDate } from '@ketenkluis/base';
import {
  activeInclusionCodes,
  type CheckedProgramme,
  candidateFor,
  firstDay,
  longKey,
  type PatientFacts,
  PROGRAMMES,
  type ProblemFact,
  type ProblemSaid,
  type ProgrammeId,
  personFact,
  problemSaid,
  type Selection,
  settled,
} from '@ketenkluis/care';
import {
  type Bsn,
  type CodingKey,
  type Condition,
  codeKeys,
  conceptKeys,
  type EpisodeOfCare,
  type FhirRecord,
  linksOf,
  literalReference,
  type Medication,
  type Patient,
  type PatientLink,
  type PatientLinks,
  type PractitionerRole,
  patientReference,
  type ReferenceIndex,
  type Rejection,
  readBsn,
  resolveLinks,
} from '@ketenkluis/fhir';
import { type Dwelling, dwellingOf } from '../evidence.ts';
import { practitionersIn } from './contact.ts';
import { CodeList, listedYears } from './filter.ts';
import { IdSet } from './idset.ts';

export const CHOOSING_TYPES: ReadonlySet<string> = new Set([
  'Patient',
  'Condition',
  'EpisodeOfCare',
  'Medication',
  // Who is who, for appointments.
  'PractitionerRole',
]);

interface Person extends Pick<PatientFacts, 'birthDate' | 'died'> {
  readonly problems: ProblemFact[];
  /** Of the number: enough to see that two differ, too little to be one. */
  readonly mark: number | null;
}
const MARK = 65_521;

/** By what two records, or one record at two times, are told to be of one person. */
export interface Known {
  readonly birthDate: LocalDate | null;
  readonly mark: number | null;
}
/** Born on different days, and no number that says it is one person all the same: these are two people. */
export const areTwo = (one: Known, other: Known): boolean =>
  one.birthDate !== null &&
  other.birthDate !== null &&
  one.birthDate !== other.birthDate &&
  !(one.mark !== null && one.mark === other.mark);

interface WaitingProblem {
  /** As the source refers to the patient. */
  patient: string;
  readonly condition: string;
  readonly said: ProblemSaid;
  readonly file: string;
  readonly line: number;
}

type Day = LocalDate | undefined;

/** Periods by reference, the last one counts. In columns: a practice has one for every problem of everybody. */
class Periods {
  readonly #at = new Map<string, number>();
  readonly #starts: Day[] = [];
  readonly #ends: Day[] = [];

  set(reference: string, start: Day, end: Day): void {
    // Again at the end: of two names for one problem the later line counts.
    this.#at.delete(reference);
    this.#at.set(reference, this.#starts.push(start) - 1);
    this.#ends.push(end);
  }

  get(reference: string): { readonly start: Day; readonly end: Day } | undefined {
    const at = this.#at.get(reference);
    return at === undefined ? undefined : { start: this.#starts[at], end: this.#ends[at] };
  }

  *[Symbol.iterator](): Generator<readonly [reference: string, start: Day, end: Day]> {
    for (const [reference, at] of this.#at) yield [reference, this.#starts[at], this.#ends[at]];
  }
}

export interface Choice {
  readonly patients: number;
  readonly candidates: Readonly<Record<string, number>>;
  readonly byCode: Readonly<Record<string, number>>;
  /** Programmes for which each candidate may be enrolled. */
  readonly candidateFor: ReadonlyMap<string, readonly ProgrammeId[]>;
  readonly links: PatientLinks;
}

export class Chooser {
  readonly #programmes: readonly CheckedProgramme[];
  readonly #asOf: LocalDate;
  readonly #listed: CodeList;
  readonly #keys = new Map<CodingKey, CodingKey>();
  readonly #people = new Map<string, Person>();
  readonly #conditions = new IdSet();
  readonly #reject: (rejection: Rejection) => void;
  readonly #onBsn: (patient: string, bsn: Bsn) => void;
  readonly #onDwelling: (patient: string, dwelling: () => Dwelling) => void;
  readonly #medication = new Map<string, Medication>();
  /** What the source calls the people of `PractitionerRole/id` and `Practitioner/id`. */
  readonly #staff = new Map<string, CodingKey[]>();
  #staffOfFile: [string, readonly CodingKey[]][] = [];
  /** Problems wait for the end: their patient may stand in a later file. */
  readonly #waiting: WaitingProblem[] = [];
  #waitingBefore = 0;
  /** `Condition/id` -> period of the episode that names it. */
  readonly #episodes = new Periods();
  #episodesOfFile = new Periods();
  readonly #links: PatientLink[] = [];
  #linksOfFile: { readonly patient: string; readonly type: PatientLink['type']; readonly reference: string }[] = [];

  constructor(
    selection: Selection,
    asOf: LocalDate,
    reject: (rejection: Rejection) => void,
    onBsn: (patient: string, bsn: Bsn) => void = () => undefined,
    onDwelling: (patient: string, dwelling: () => Dwelling) => void = () => undefined,
  ) {
    this.#onBsn = onBsn;
    this.#onDwelling = onDwelling;
    this.#programmes = selection.programmes;
    this.#asOf = asOf;
    this.#reject = reject;
    const deciding = new Set<CheckedProgramme>(this.#programmes);
    for (const one of this.#programmes) for (const id of one.excludedBy) deciding.add(PROGRAMMES[id]);
    const codes = new Map<string, number>();
    for (const programme of deciding) {
      for (const { code } of programme.include) {
        this.#keys.set(longKey(code), longKey(code));
        codes.set(code.slice(code.indexOf('|') + 1), Number.POSITIVE_INFINITY);
      }
    }
    this.#listed = new CodeList(codes);
  }

  /** A problem whose codes decide nothing stays unparsed. */
  skip(text: string, from: number, to: number, type: string): boolean {
    return type === 'Condition' && listedYears(text.slice(from, to), this.#listed) === 0;
  }

  record({ type, file, line, resource }: FhirRecord): void {
    if (type === 'Patient') this.#patient(resource as Patient, file, line);
    else if (type === 'Condition') this.#condition(resource as Condition, file, line);
    else if (type === 'EpisodeOfCare') this.#episode(resource as EpisodeOfCare);
    else if (type === 'Medication') this.#medication.set(`Medication/${resource.id}`, resource as Medication);
    else if (type === 'PractitionerRole') this.#role(resource as PractitionerRole);
  }

  codesOf = (reference: string): readonly CodingKey[] => this.#staff.get(reference) ?? [];

  /** A person with several roles has the codes of all of them; an ended role tells nothing. */
  #role({ id, active, practitioner, code }: PractitionerRole): void {
    if (active === false) return;
    const keys = (code ?? []).flatMap(conceptKeys);
    this.#staff.set(`PractitionerRole/${id}`, keys);
    if (practitioner?.reference !== undefined) this.#staffOfFile.push([practitioner.reference, keys]);
  }

  medication = (reference: string): Medication | undefined => {
    const target = literalReference(reference);
    return target === undefined ? undefined : this.#medication.get(`${target.type}/${target.id}`);
  };

  #patient(patient: Patient, file: string, line: number): void {
    const id = patient.id!;
    if (this.#people.has(id)) {
      this.#reject({ file, line, code: 'duplicate-id' });
      return;
    }
    const bsn = readBsn(patient.identifier);
    if (bsn.kind === 'masked') this.#reject({ file, line, code: 'bsn-masked' });
    else if (bsn.kind === 'fault') this.#reject({ file, line, code: bsn.fault });
    else if (bsn.kind === 'bsn') this.#onBsn(id, bsn.bsn);
    this.#onDwelling(id, () => {
      const doctors = practitionersIn(patient.generalPractitioner?.map(({ reference }) => reference));
      return { ...dwellingOf(patient.name, patient.address), ...(doctors.length === 0 ? {} : { doctors }) };
    });
    const mark = bsn.kind === 'bsn' ? Number(bsn.bsn) % MARK : null;
    this.#people.set(id, { ...personFact(patient), problems: [], mark });
    for (const { type, reference = '' } of linksOf(patient)) {
      this.#linksOfFile.push({ patient: id, type, reference });
      if (type !== 'same') this.#reject({ file, line, code: 'patient-replaced', field: 'link' });
    }
  }

  #condition(condition: Condition, file: string, line: number): void {
    // Only what decides, in one text for all of them.
    const keys = codeKeys(condition).flatMap((key) => this.#keys.get(key) ?? []);
    if (keys.length === 0) return;
    if (!this.#conditions.add(condition.id!)) {
      this.#reject({ file, line, code: 'duplicate-id' });
      return;
    }
    const patient = patientReference(condition);
    if (patient === undefined) this.#reject({ file, line, code: 'no-patient' });
    else {
      const said = { ...problemSaid(condition), keys };
      this.#waiting.push({ patient, condition: condition.id!, said, file, line });
    }
  }

  #episode(episode: EpisodeOfCare): void {
    if (episode.status === 'entered-in-error') return;
    const start = firstDay(episode.period?.start);
    const end = firstDay(episode.period?.end);
    for (const { condition } of episode.diagnosis ?? []) {
      if (condition?.reference === undefined) continue;
      this.#episodesOfFile.set(condition.reference, start, end);
    }
  }

  /** References inside a Bundle can point forward, so they are followed when its end is reached. */
  endFile(index: ReferenceIndex): void {
    for (let i = this.#waitingBefore; i < this.#waiting.length; i++) {
      const one = this.#waiting[i]!;
      one.patient = index.resolve(one.patient) ?? one.patient;
    }
    this.#waitingBefore = this.#waiting.length;
    for (const [reference, start, end] of this.#episodesOfFile) {
      const leads = index.resolve(reference) ?? reference;
      const target = literalReference(leads);
      if (target?.type !== 'Condition') continue;
      const name = `Condition/${target.id}`;
      // The text that is there already, rather than one more.
      this.#episodes.set(name === leads ? leads : name, start, end);
    }
    this.#episodesOfFile = new Periods();
    for (const [reference, keys] of this.#staffOfFile) {
      const target = literalReference(index.resolve(reference) ?? reference);
      if (target?.type !== 'Practitioner') continue;
      const name = `Practitioner/${target.id}`;
      this.#staff.set(name, [...(this.#staff.get(name) ?? []), ...keys]);
    }
    this.#staffOfFile = [];
    for (const { patient, type, reference } of this.#linksOfFile) {
      const target = literalReference(index.resolve(reference) ?? reference);
      // Replaced by what cannot be found is replaced all the same; an empty id is nobody's.
      if (target === undefined || target.type === 'Patient')
        this.#links.push({ patient, type, other: target?.id ?? '' });
    }
    this.#linksOfFile = [];
  }

  /** Ids in the order of the files; complete after the last one. */
  patients(): IterableIterator<string> {
    return this.#people.keys();
  }

  known(patient: string): Known | undefined {
    const person = this.#people.get(patient);
    return person && { birthDate: person.birthDate ?? null, mark: person.mark };
  }

  #attach(): void {
    for (const { patient, condition, said, file, line } of this.#waiting) {
      const target = literalReference(patient);
      const person = target?.type === 'Patient' ? this.#people.get(target.id) : undefined;
      if (person === undefined) {
        this.#reject({ file, line, code: 'dangling-reference' });
        continue;
      }
      const fact = settled(said, person.birthDate);
      const period = this.#episodes.get(`Condition/${condition}`);
      const onset = fact.onset ?? period?.start;
      const abatement = fact.abatement ?? period?.end;
      person.problems.push({ ...fact, ...(onset && { onset }), ...(abatement && { abatement }) });
    }
    this.#waiting.length = 0;
  }

  /** Called once, after the last file. */
  choose(): Choice {
    this.#attach();
    const candidates: Record<string, number> = {};
    for (const { id } of this.#programmes) candidates[id] = 0;
    const byCode = new Map<CodingKey, number>();
    const chosen = new Map<string, readonly ProgrammeId[]>();
    const links = resolveLinks(this.#links, (patient) => this.#people.has(patient));
    for (const [id, facts] of this.#people) {
      // A record that another one replaces is used no more.
      if (links.replaced.has(id)) continue;
      const codes = new Set(this.#programmes.flatMap((one) => activeInclusionCodes(one, facts, this.#asOf)));
      for (const code of codes) byCode.set(code, (byCode.get(code) ?? 0) + 1);
      const programmes = candidateFor(this.#programmes, facts, this.#asOf);
      if (programmes.length > 0) chosen.set(id, programmes);
      for (const programme of programmes) candidates[programme]!++;
    }
    return {
      patients: this.#people.size,
      candidates,
      byCode: Object.fromEntries([...byCode].sort(([a], [b]) => (a < b ? -1 : 1))),
      candidateFor: chosen,
      links,
    };
  }
}
