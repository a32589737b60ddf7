/**
 * Participation, notice and enrolment (docs/spec/register.md). Participation is read from the GP system; notice says how people were
 * told; enrolment is an owner's signed word about a batch. A refusal is remembered and honoured (R1).
 */

import {
  base64url,
  canonicalJson,
  fromUtf8,
  type Instant,
  type LocalDate,
  lengthPrefixed,
  type PersonId,
  type Random,
  type Signer,
} from '@ketenkluis/base';
import { diffSelection, type ProgrammeId, type Selection } from '@ketenkluis/care';
import { SYSTEM } from '@ketenkluis/fhir';
import { domain, type Hash, hashOf } from '@ketenkluis/seal';
import { isForgotten } from './destroy/forgotten.ts';
import { emptyPatient } from './ending.ts';
import { agentError } from './errors.ts';
import { carryWords } from './links.ts';
import { newDossierIds } from './plan.ts';
import type { Notice, Participation, PatientRecord, Register } from './register.ts';
import { readPractice } from './source/practice.ts';
import type { Registration } from './source/process.ts';
import type { Source } from './source/source.ts';
import type { AgentState } from './state.ts';

const YES = `${SYSTEM.nhg45Answer}|1`;
const CONFIRMATION = domain('enrolment-confirmation');

export interface EnrolOptions {
  readonly state: AgentState;
  readonly source: Source;
  readonly asOf: LocalDate;
  readonly selection: Selection;
  readonly at: Instant;
  readonly random: Random;
  /** `participation`: who is registered as taking part; `candidates`: everybody who may; or these ids of the GP system. */
  readonly who: 'participation' | 'candidates' | readonly string[];
  /** How the people of this batch were told; without it nobody is enrolled. */
  readonly notice: Notice;
  /** An owner of the practice signs the batch. Throws `agent/not-an-owner` for anybody else. */
  readonly owner: Signer;
  /** The owner has seen what leaves (or what more leaves) and accepts it. */
  readonly acceptSelection: boolean;
}

export interface EnrolResult {
  readonly candidates: number;
  readonly enrolled: number;
  readonly already: number;
  readonly refused: number;
  readonly byProgramme: Readonly<Record<string, number>>;
}

/** What the GP system says last about one programme; undefined: it says nothing. */
interface Said {
  readonly takesPart: boolean;
  readonly day: LocalDate;
  readonly code: string;
}

function lastWord(registrations: readonly Registration[]): Map<ProgrammeId, Said> {
  const said = new Map<ProgrammeId, Said>();
  for (const { programme, what, day, code, answers, yes } of registrations) {
    if (what !== 'participation') continue;
    const before = said.get(programme);
    if (before && before.day > day) continue;
    // An answer that is not a plain yes is no yes.
    said.set(programme, { takesPart: yes ?? answers.includes(YES), day, code });
  }
  return said;
}

/** Reads candidates and their registrations into the register; answers who may take part in what. */
export async function readParticipation(
  register: Register,
  options: Pick<EnrolOptions, 'source' | 'asOf' | 'selection'>,
): Promise<{
  readonly candidates: Map<string, readonly ProgrammeId[]>;
  readonly said: Map<string, Map<ProgrammeId, Said>>;
  /** Under another record of whom a dossier still stands: the next sync says which one stays. */
  readonly waiting: ReadonlySet<string>;
  /** Asked for destruction: as if they had refused. */
  readonly forgotten: ReadonlySet<string>;
}> {
  const candidates = new Map<string, readonly ProgrammeId[]>();
  const waiting = new Set<string>();
  const forgotten = new Set<string>();
  const registrations = new Map<string, Registration[]>();
  await readPractice(options.source, {
    asOf: options.asOf,
    selection: options.selection,
    found(found) {
      carryWords(register, found, options.asOf);
      for (const [old, places] of found.links.replaced)
        if (register.patients[old]?.enrolment?.state === 'enrolled') for (const one of places) waiting.add(one);
    },
    enrolled(patient, may) {
      if (may.length === 0) return may;
      if (isForgotten(register, patient)) {
        forgotten.add(patient);
        return [];
      }
      candidates.set(patient, may);
      return may;
    },
    sink: {
      restart: () => registrations.clear(),
      records: () => undefined,
      registration: (patient, one) => void registrations.set(patient, [...(registrations.get(patient) ?? []), one]),
    },
  });
  const said = new Map([...registrations].map(([patient, list]) => [patient, lastWord(list)]));
  for (const patient of candidates.keys()) {
    const record = register.patients[patient] ?? emptyPatient();
    register.patients[patient] = record;
    record.participations = [...(said.get(patient) ?? [])].map(
      ([programme, { takesPart, day, code }]): Participation => ({
        programme,
        from: takesPart ? day : null,
        until: takesPart ? null : day,
        code,
      }),
    );
  }
  return { candidates, said, waiting, forgotten };
}

/** Throws `agent/widened` when more would leave than an owner has accepted; takes a narrower selection as it is. */
export function holdSelection(register: Register, selection: Selection, accept: boolean): void {
  const accepted = register.selection;
  if (accepted?.version === selection.version) return;
  const before = accepted && { ...selection, lines: accepted.lines };
  const difference = before ? diffSelection(before, selection) : null;
  if ((difference === null || difference.widens) && !accept) {
    throw agentError(
      'widened',
      'this would let more leave the practice than an owner has accepted; show the difference first',
      {
        detail: { lines: difference?.changes.length ?? selection.lines.length },
      },
    );
  }
  register.selection = { version: selection.version, lines: selection.lines.map((line) => ({ ...line })) };
}

/** Nothing was refused: the copy went because records became one or two. It comes back by name only. */
const mayBeAskedAnew = ({ enrolment }: PatientRecord): boolean =>
  enrolment?.state === 'ended' && enrolment.removed && (enrolment.reason === 'merged' || enrolment.reason === 'split');

/** One batch. Who refused in the GP system or here before is left alone, whatever the batch says. */
export async function enrol(options: EnrolOptions): Promise<EnrolResult> {
  const { state, owner, asOf, selection, at, random, notice } = options;
  const { register } = state;
  const known = register.owners.find(({ person, sign }) => person === owner.by && sign === base64url(owner.publicKey));
  if (!known) throw agentError('not-an-owner', 'a batch of enrolments is signed by an owner of the practice');
  holdSelection(register, selection, options.acceptSelection);
  const { candidates, said, waiting, forgotten } = await readParticipation(register, options);
  const listed = typeof options.who === 'string' ? null : new Set(options.who);
  for (const patient of listed ?? []) {
    if (!candidates.has(patient))
      throw agentError('not-a-candidate', 'somebody on the list is no candidate for any programme');
  }

  const chosen = new Map<string, readonly ProgrammeId[]>();
  let refused = forgotten.size;
  let already = 0;
  for (const [patient, may] of candidates) {
    const record = register.patients[patient]!;
    if (record.enrolment?.state === 'enrolled' || waiting.has(patient)) {
      already += 1;
      continue;
    }
    if (listed?.has(patient) && mayBeAskedAnew(record)) record.enrolment = null;
    else if (record.byName) continue;
    const words = said.get(patient);
    const no = may.filter((programme) => words?.get(programme)?.takesPart === false);
    if (record.enrolment !== null || (no.length > 0 && no.length === may.length)) {
      record.enrolment ??= { state: 'refused', since: asOf };
      refused += 1;
      continue;
    }
    const wanted =
      options.who === 'participation'
        ? may.filter((programme) => words?.get(programme)?.takesPart === true)
        : listed === null || listed.has(patient)
          ? may.filter((programme) => !no.includes(programme))
          : [];
    if (wanted.length > 0) chosen.set(patient, wanted);
  }

  const ground = options.who === 'participation' ? ('participation' as const) : ('asked' as const);
  const signed = await signBatchOf({ register, owner, at, asOf, notice, ground, chosen });
  const byProgramme: Record<string, number> = {};
  for (const [patient, programmes] of chosen) {
    const record = register.patients[patient]!;
    record.notices.push({ ...notice });
    delete record.byName;
    delete record.marks;
    record.enrolment = {
      state: 'enrolled',
      since: asOf,
      programmes: [...programmes],
      ground,
      confirmation: signed,
      ids: newDossierIds(random),
    };
    for (const programme of programmes) byProgramme[programme] = (byProgramme[programme] ?? 0) + 1;
  }
  await state.save();
  return { candidates: candidates.size, enrolled: chosen.size, already, refused, byProgramme };
}

async function signBatchOf(of: {
  readonly register: Register;
  readonly owner: Signer;
  readonly at: Instant;
  readonly asOf: LocalDate;
  readonly notice: Notice;
  readonly ground: 'participation' | 'asked';
  readonly chosen: ReadonlyMap<string, readonly ProgrammeId[]>;
}): Promise<Hash> {
  const { register, owner, at, asOf, notice, ground, chosen } = of;
  const patients = [...chosen]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([patient, programmes]) => [patient, ...programmes]);
  const bytes = canonicalJson({ practice: register.practice.organisation, at, asOf, notice, ground, patients });
  const named = hashOf(lengthPrefixed(CONFIRMATION, bytes));
  register.confirmations.push({
    hash: named,
    owner: owner.by as PersonId,
    at,
    text: fromUtf8(bytes),
    signature: base64url(await owner.sign(lengthPrefixed(CONFIRMATION, bytes))),
  });
  return named;
}
