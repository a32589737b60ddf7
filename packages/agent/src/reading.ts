/** The practice's records of the enrolled, patient by patient, and what the register must know of everybody else. */

import type { DossierId, LocalDate } from '@ketenkluis/base';
import {
  type Booking,
  type CareRecord,
  dueFor,
  type IdentityRecord,
  type ProgrammeId,
  type ScopeId,
  type Selection,
} from '@ketenkluis/care';
import type { Bsn } from '@ketenkluis/fhir';
import { Fingerprints, type ScopeRecords } from './contents.ts';
import { endEnrolment } from './ending.ts';
import { type Dwelling, evidenceSince } from './evidence.ts';
import { settleLinks } from './links.ts';
import type { Enrolled } from './plan.ts';
import type { Register } from './register.ts';
import type { Contact } from './source/contact.ts';
import { type PracticeReading, readPractice } from './source/practice.ts';
import type { Registration } from './source/process.ts';
import type { Source } from './source/source.ts';
import { Spill } from './source/spill.ts';
import type { Work } from './source/work.ts';

/** Beyond this part of the enrolled missing, the source is taken to be incomplete and nobody is ended for it. */
const MISSING_PART = 0.05;
const MISSING_FEW = 3;

type Value = readonly ['r', ScopeId, readonly CareRecord[]] | readonly ['c', LocalDate];
/** The last word of the GP system on taking part, by programme. */
type Words = Map<string, { readonly day: LocalDate; readonly takesPart: boolean }>;

export interface PatientRead {
  readonly patient: string;
  readonly enrolment: Enrolled;
  readonly scopes: ScopeRecords;
  readonly identity: IdentityRecord | null;
  readonly contacts: readonly LocalDate[];
}

export interface Reading {
  readonly practice: PracticeReading;
  /** Enrolled patients that the source does not hold and that were left as they are, because too many are missing. */
  readonly missing: number;
  /** Of the patients about whom Mitz is asked, in memory only. */
  readonly bsns: ReadonlyMap<string, Bsn>;
  /** Of the enrolled and of colleagues who are patients here. */
  readonly dwellings: ReadonlyMap<string, Dwelling>;
  /** Who was seen when, since the first day of the evidence. */
  readonly seen: ReadonlyMap<string, readonly Contact[]>;
  /** Traces of work in other registers since then. */
  readonly worked: ReadonlyMap<string, readonly Work[]>;
  /** Appointments and contacts of the days asked for, by patient. */
  readonly bookings: ReadonlyMap<string, readonly Booking[]>;
  /** Each enrolled patient once; whoever died is ended in the register instead. */
  patients(): Generator<PatientRead>;
  close(): void;
}

/** First choose, then spill sealed blocks, then hand out patient by patient: memory does not grow with the practice. */
export async function readEnrolled(options: {
  readonly register: Register;
  readonly source: Source;
  readonly asOf: LocalDate;
  readonly selection: Selection;
  /** Whose BSN is needed; of nobody else it is kept. */
  readonly bsnOf?: ReadonlySet<string>;
  /** The days whose appointments are read. */
  readonly booked?: { readonly from: LocalDate; readonly to: LocalDate };
  /** Dossiers in which the patient shut something; asked only where records became one or two. */
  readonly restricted: () => Promise<ReadonlySet<DossierId>>;
  readonly onFile?: (done: number, files: number) => void;
}): Promise<Reading> {
  const { register, source, asOf, selection } = options;
  let spill = new Spill<Value>();
  const seen = new Set<string>();
  const words = new Map<string, Words>();
  const bsns = new Map<string, Bsn>();
  const bookings = new Map<string, Booking[]>();
  const fingerprints = new Fingerprints(register.fingerprintKey);
  // As it was, in case the reading begins again.
  let before: Register['patients'] | null = null;
  let doubted: ReadonlySet<string> = new Set();
  const dwellings = new Map<string, Dwelling>();
  const contacts = new Map<string, Contact[]>();
  const worked = new Map<string, Work[]>();
  const since = evidenceSince(asOf);
  const files = new Set(register.staff.flatMap(({ file }) => file ?? []));
  try {
    const practice = await readPractice(source, {
      asOf,
      selection,
      ...(options.booked === undefined ? {} : { booked: options.booked }),
      worked: since,
      async found(found) {
        ({ doubted, before } = await settleLinks({
          register,
          found,
          asOf,
          fingerprints,
          restricted: options.restricted,
        }));
      },
      enrolled(patient, may) {
        if (doubted.has(patient)) return [];
        const enrolment = register.patients[patient]?.enrolment;
        if (enrolment?.state === 'enrolled') {
          seen.add(patient);
          return enrolment.programmes as ProgrammeId[];
        }
        // Known from now on as not asked yet; nothing of it is read or sent.
        if (may.length > 0 && register.patients[patient] === undefined) {
          register.patients[patient] = { participations: [], notices: [], enrolment: null, live: null };
        }
        return [];
      },
      sink: {
        restart() {
          spill.close();
          spill = new Spill<Value>();
          if (before !== null) register.patients = before;
          seen.clear();
          words.clear();
          bsns.clear();
          bookings.clear();
          dwellings.clear();
          contacts.clear();
          worked.clear();
        },
        bsn: (patient, bsn) => void (options.bsnOf?.has(patient) && bsns.set(patient, bsn)),
        records: (patient, scope, records) => spill.append(patient, ['r', scope, records]),
        dwelling(patient, dwelling) {
          const enrolled = register.patients[patient]?.enrolment?.state === 'enrolled';
          if (enrolled || files.has(patient)) dwellings.set(patient, dwelling());
        },
        contact(patient, contact) {
          spill.append(patient, ['c', contact.day]);
          if (contact.day >= since) contacts.set(patient, [...(contacts.get(patient) ?? []), contact]);
        },
        work: (patient, one) => void worked.set(patient, [...(worked.get(patient) ?? []), one]),
        booking: (patient, one) => void bookings.set(patient, [...(bookings.get(patient) ?? []), one]),
        registration: (patient, one) => {
          const takesPart = participationOf(one);
          if (takesPart === null) return;
          const own: Words = words.get(patient) ?? new Map();
          words.set(patient, own);
          if ((own.get(one.programme)?.day ?? '') <= one.day) own.set(one.programme, { day: one.day, takesPart });
        },
      },
      onProgress: ({ done, files }) => options.onFile?.(done, files),
    });
    // What was read under a programme that has ended must not leave, not even once: read again without it.
    if (endedProgrammes(register, words, asOf)) {
      spill.close();
      return await readEnrolled(options);
    }
    const missing = doubted.size + endMissing(register, new Set([...seen, ...doubted]), asOf);
    return {
      practice,
      missing,
      bsns,
      bookings,
      dwellings,
      seen: contacts,
      worked,
      patients: () => handOut(register, spill, asOf),
      close: () => spill.close(),
    };
  } catch (error) {
    spill.close();
    throw error;
  }
}

/** A registration that says no ends; null: says nothing about taking part. */
const participationOf = (one: Registration): boolean | null =>
  one.what === 'participation'
    ? (one.yes ?? (one.answers.length === 0 || one.answers.some((key) => key.endsWith('|1'))))
    : null;

/** Who is not in the source any more has left the practice, unless so many are gone that the source itself is in doubt. */
function endMissing(register: Register, seen: ReadonlySet<string>, asOf: LocalDate): number {
  const enrolled = Object.keys(register.patients).filter(
    (id) => register.patients[id]!.enrolment?.state === 'enrolled',
  );
  const gone = enrolled.filter((id) => !seen.has(id));
  if (gone.length > Math.max(MISSING_FEW, enrolled.length * MISSING_PART)) return gone.length;
  for (const patient of gone) endEnrolment(register, patient, 'left-practice', asOf);
  return 0;
}

function* handOut(register: Register, spill: Spill<Value>, asOf: LocalDate): Generator<PatientRead> {
  for (const [patient, values] of spill.groups()) {
    const enrolment = register.patients[patient]?.enrolment;
    if (enrolment?.state !== 'enrolled') continue;
    const scopes = new Map<ScopeId, CareRecord[]>();
    const contacts: LocalDate[] = [];
    for (const value of values) {
      if (value[0] === 'r') scopes.set(value[1], [...(scopes.get(value[1]) ?? []), ...value[2]]);
      else contacts.push(value[1]);
    }
    const identity = [...scopes.values()].flat().find((record) => record.kind === 'identity') ?? null;
    if (identity?.died !== undefined) {
      endEnrolment(register, patient, 'deceased', asOf);
      continue;
    }
    yield { patient, enrolment, scopes, identity, contacts };
  }
}

/** A later "no" in the GP system ends that programme, and with the last one the enrolment. True if some of several ended. */
function endedProgrammes(register: Register, words: ReadonlyMap<string, Words>, asOf: LocalDate): boolean {
  let narrowed = false;
  for (const [patient, said] of words) {
    const enrolment = register.patients[patient]?.enrolment;
    if (enrolment?.state !== 'enrolled') continue;
    const left = enrolment.programmes.filter((programme) => {
      const word = said.get(programme);
      return word === undefined || word.takesPart || word.day < enrolment.since;
    });
    if (left.length === enrolment.programmes.length) continue;
    if (left.length === 0) endEnrolment(register, patient, 'participation-ended', asOf);
    else {
      enrolment.programmes = left;
      narrowed = true;
    }
  }
  return narrowed;
}

/** Days and classes for the list, over everything read of this patient. */
export const dueOf = (read: PatientRead, selection: Selection) =>
  dueFor(
    {
      programmes: read.enrolment.programmes as ProgrammeId[],
      since: read.enrolment.since,
      records: [...read.scopes.values()].flat(),
      contacts: read.contacts,
    },
    selection,
  );
