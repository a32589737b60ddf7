/**
 * Findings from question to decision, and checks that were done, as the log holds them (R49, R50; docs/spec/review.md, "Records"). Everything
 * is checked here again: that the log holds the statement, who signed, that the steps follow each other, and that nobody had a say over
 * looks of their own or over their own file.
 */

import {
  base64url,
  type DossierId,
  fromBase64url,
  fromUtf8,
  type Instant,
  lengthPrefixed,
  type PersonId,
  type TeamId,
  utf8,
} from '@ketenkluis/base';
import { placeOf, records as recordsMessage } from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Hash,
  hashOf,
  type Plaintext,
  type ReviewRecord,
  type ReviewStep,
  type Statement,
  sealTo,
  signersOf,
  signStatement,
  statementFromWire,
  statementToWire,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { change } from '../change.ts';
import { clientError } from '../errors.ts';
import type { CheckKind, DoneCheck, FindingEvent, FindingState, FollowUp, Subject, Verdict } from '../review/index.ts';
import { stateOf } from '../review/index.ts';
import type { Session } from '../session.ts';
import { type LogIndex, recordsIn } from './lines.ts';

const text = z.string().min(1).max(4000);
/** Sealed under a step: what people read of it. */
const wordsSchema = z.strictObject({
  v: z.literal(1),
  text,
  verdict: z.enum(['justified', 'unjustified', 'unclear']).nullable(),
  followUp: z.enum(['none', 'talk', 'measure', 'breach']).nullable(),
  /** With the first step and with every question: what it is about, so that who is asked can tell. */
  about: z
    .strictObject({
      points: z.int().min(0),
      rules: z.string().max(40),
      features: z.array(z.string().max(40)).max(32),
      looks: z
        .array(
          z.strictObject({
            line: z.int().min(0),
            at: z.int().min(0),
            person: z.string().max(60),
            dossier: z.string().max(60).nullable(),
            action: z.string().max(20),
          }),
        )
        .max(200),
    })
    .nullable(),
});
export type StepWords = z.infer<typeof wordsSchema>;

/** One step, verified; `words` null where they are not this person's to read. */
export interface ShownStep {
  readonly hash: Hash;
  readonly line: number;
  readonly step: ReviewStep;
  readonly words: StepWords | null;
}
/** Why a record does not count. */
export type Fault = 'not-in-log' | 'not-signed' | 'out-of-order' | 'own-look' | 'own-file' | 'not-allowed';
export interface RecordedFinding {
  readonly finding: Hash;
  readonly lines: readonly number[];
  readonly people: readonly PersonId[];
  readonly steps: readonly ShownStep[];
  /** Null where the steps do not hold. */
  readonly state: FindingState | null;
  readonly fault: Fault | null;
}
export interface Recorded {
  readonly findings: ReadonlyMap<Hash, RecordedFinding>;
  readonly checks: readonly (DoneCheck & { readonly record: ReviewRecord })[];
  /** Records that do not count, each with why. */
  readonly broken: readonly { readonly line: number; readonly fault: Fault }[];
  /** Lines of the log that hold a record which the vault does not show. */
  readonly hidden: readonly number[];
}

const FINDING = utf8('ketenkluis.finding.v1');
/** Names a finding of the engine in its records; says nothing of it. */
export const findingName = (id: string): Hash => hashOf(lengthPrefixed(FINDING, utf8(id)));

const info = (step: Pick<ReviewStep, 'finding' | 'number'>) => `review ${step.finding} ${step.number}`;

interface Received {
  readonly line: number;
  readonly statement: Statement<'review'>;
  readonly words: readonly string[] | null;
}

/** As the vault gives them, page after page. Throws `client/bad-answer` where the pages do not go on. */
async function received(session: Session): Promise<Received[]> {
  const all: Received[] = [];
  for (let after = -1; ; ) {
    const { records, next } = await session.call('records', recordsMessage, undefined, `?after=${after}`);
    for (const { line, statement, words } of records)
      all.push({ line, statement: expectType(statementFromWire(statement), 'review'), words });
    if (next === null) return all;
    if (next <= after) throw clientError('bad-answer', 'the pages of what was recorded do not go on');
    after = next;
  }
}

/** The first blob that opens with the team's key or this person's own, if all of them are the words that were signed. */
async function openWords(
  session: Session,
  step: ReviewStep,
  sent: readonly string[] | null,
): Promise<StepWords | null> {
  if (sent === null) return null;
  const blobs = sent.map((one) => asSealedBlob(fromBase64url(one)));
  if (hashOf(lengthPrefixed(...blobs)) !== step.words) return null;
  const people = await session.people();
  const team = session.wire.place.pins.logTeam as TeamId;
  const keys = [async () => session.keys().kem];
  for (let epoch = people.epochOf(team)?.payload.number ?? -1; epoch >= 0; epoch--)
    keys.push(() => session.teamKey(team, epoch));
  for (const key of keys) {
    for (const blob of blobs) {
      try {
        return wordsSchema.parse(JSON.parse(fromUtf8(await openSealed(await key(), info(step), blob))));
      } catch {
        // Sealed to somebody else, or under another epoch.
      }
    }
  }
  return null;
}

/**
 * Every record, verified. With `index` (who reads the log): each stands in the line that it names, and every line with a record is shown.
 * `subjects`: whose own file is whose.
 */
export async function readRecords(
  session: Session,
  options: {
    readonly index: LogIndex | null;
    readonly subjects: readonly Pick<Subject, 'id' | 'colleague'>[];
  },
): Promise<Recorded> {
  const { index, subjects } = options;
  const people = await session.people(true);
  const all = await received(session);
  const held = index === null ? null : recordsIn(index);
  const broken: { line: number; fault: Fault }[] = [];
  const good: (Received & { readonly at: Instant })[] = [];
  for (const one of all) {
    const { statement, line } = one;
    // A line that was written after this reading of the log is found by the next.
    const late = index !== null && line >= index.size;
    const place = held?.get(statement.hash);
    if (held !== null && !late && place?.line !== line) {
      broken.push({ line, fault: 'not-in-log' });
      continue;
    }
    const at = place?.at ?? statement.payload.at;
    if (!(await people.verify(statement, people.timeAt(at, line)))) {
      broken.push({ line, fault: 'not-signed' });
      continue;
    }
    good.push({ ...one, at });
  }
  const shown = new Set(all.map(({ statement }) => statement.hash));
  const hidden = held === null ? [] : [...held].flatMap(([hash, { line }]) => (shown.has(hash) ? [] : [line]));
  const dossiersOf = index === null ? null : dossiersByLine(index);
  const findings = new Map<Hash, RecordedFinding>();
  const steps = good.filter(({ statement }) => 'finding' in statement.payload);
  for (const [finding, own] of Map.groupBy(steps, ({ statement }) => (statement.payload as ReviewStep).finding)) {
    const list: ShownStep[] = [];
    for (const { statement, line, words } of own) {
      const step = statement.payload as ReviewStep;
      list.push({ hash: statement.hash, line, step, words: await openWords(session, step, words) });
    }
    const { lines, people: lookers } = list[0]!.step;
    const dossiers = [...new Set(lines.flatMap((line) => dossiersOf?.lines.get(line) ?? []))];
    const actors =
      dossiersOf === null ? null : [...new Set(lines.flatMap((line) => dossiersOf.people.get(line) ?? []))];
    const { state, fault } = judged(list, {
      officers: people.controls.flatMap(({ fact }) => fact.officers),
      policyAt: (at) => people.controlAt(at),
      ...{ subjects, dossiers, actors },
    });
    if (fault !== null) broken.push({ line: list.at(-1)!.line, fault });
    findings.set(finding, { finding, lines, people: lookers, steps: list, state, fault });
  }
  const checks = good.flatMap(({ statement, at }) => {
    const { payload } = statement;
    if (payload.kind !== 'check' && payload.kind !== 'rights') return [];
    const kind: CheckKind = payload.kind === 'rights' ? 'rights' : payload.check;
    const lines = payload.kind === 'check' && payload.check === 'review' ? payload.lines : null;
    const read = payload.kind === 'check' ? payload.read : null;
    const outOf = payload.kind === 'check' ? { outOf: payload.unexplained } : {};
    return [{ kind, at, by: payload.by, lines, read, ...outOf, record: payload }];
  });
  return { findings, checks, broken, hidden };
}

function dossiersByLine({ looks, dossiers, people }: LogIndex) {
  const lines = new Map<number, DossierId[]>();
  const actors = new Map<number, PersonId>();
  for (const [i, line] of looks.line.entries()) {
    actors.set(line, people[looks.person[i]!]! as PersonId);
    if (looks.dossier[i]! >= 0)
      lines.set(line, [...(lines.get(line) ?? []), dossiers[looks.dossier[i]!]! as DossierId]);
  }
  return { lines, people: actors };
}

/** The state machine over steps whose signatures hold. */
function judged(
  steps: readonly ShownStep[],
  of: {
    readonly officers: readonly PersonId[];
    readonly policyAt: (at: Instant) => { readonly answerDays: number } | undefined;
    readonly subjects: readonly Pick<Subject, 'id' | 'colleague'>[];
    readonly dossiers: readonly DossierId[];
    readonly actors: readonly PersonId[] | null;
  },
): { readonly state: FindingState | null; readonly fault: Fault | null } {
  const { people } = steps[0]!.step;
  if (placeOf(steps.map(({ hash, step }) => ({ hash, payload: step }))) === null)
    return { state: null, fault: 'out-of-order' };
  if (of.actors !== null && [...of.actors].sort().join() !== people.join()) return { state: null, fault: 'own-look' };
  const about = new Set(of.dossiers);
  const own = new Set(of.subjects.filter(({ id }) => about.has(id)).map(({ colleague }) => colleague));
  const says = steps.filter(({ step }) => step.kind !== 'answer');
  if (says.some(({ step }) => people.includes(step.by))) return { state: null, fault: 'own-look' };
  if (says.some(({ step }) => own.has(step.by))) return { state: null, fault: 'own-file' };
  // Who was asked reads less than an officer: what a step says is then not theirs to weigh.
  if (steps.some(({ words }) => words === null)) return { state: null, fault: null };
  const judges = of.officers.filter((officer) => !people.includes(officer) && !own.has(officer));
  try {
    const state = stateOf(steps.map(eventOf), {
      finding: { people, dossiers: of.dossiers },
      judges,
      answerDays: (at) => of.policyAt(at)?.answerDays ?? Number.POSITIVE_INFINITY,
    });
    return { state, fault: null };
  } catch {
    return { state: null, fault: 'not-allowed' };
  }
}

function eventOf({ step, words }: ShownStep): FindingEvent {
  const { at, by } = step;
  const said = words?.text ?? '';
  switch (step.kind) {
    case 'ask':
      return { kind: 'ask', at, by, whom: step.whom, question: said };
    case 'answer':
      return { kind: 'answer', at, by, answer: said };
    case 'decide':
      return {
        ...{ kind: 'decide', at, by, ground: said },
        ...{ verdict: words?.verdict ?? 'unclear', followUp: words?.followUp ?? 'none' },
      };
    case 'reopen':
      return { kind: 'reopen', at, by, ground: said };
  }
}

export type NewStep =
  | { readonly kind: 'ask'; readonly whom: PersonId; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'decide'; readonly text: string; readonly verdict: Verdict; readonly followUp: FollowUp }
  | { readonly kind: 'reopen'; readonly text: string };

/** What a step is about: a finding of the engine, or one that has steps already. */
export interface AboutFinding {
  readonly finding: Hash;
  readonly lines: readonly number[];
  readonly people: readonly PersonId[];
  readonly about: StepWords['about'];
  readonly before: readonly ShownStep[];
}

/** Says one step: signed, its words sealed to the log officers' team and to whoever was asked, and in the log. */
export async function sayStep(session: Session, on: AboutFinding, said: NewStep): Promise<void> {
  const people = await session.people(true);
  const at = session.now();
  const last = on.before.at(-1);
  const words: StepWords = wordsSchema.parse({
    ...{ v: 1, text: said.text.trim() },
    verdict: said.kind === 'decide' ? said.verdict : null,
    followUp: said.kind === 'decide' ? said.followUp : null,
    about: said.kind === 'answer' ? null : on.about,
  });
  const place = { finding: on.finding, number: on.before.length + 1, prev: last?.hash ?? null };
  const asked = on.before.flatMap(({ step }) => (step.kind === 'ask' ? [step.whom] : []));
  const readers = [...new Set([...asked, ...(said.kind === 'ask' ? [said.whom] : [])])];
  const team = people.epochOf(session.wire.place.pins.logTeam as TeamId);
  if (team === undefined) throw clientError('no-key-here', "the log officers' team has no key; nothing can be said");
  const keys = [team.payload.kem, ...readers.flatMap((person) => people.cardOf(person, at)?.kem ?? [])];
  const plain = utf8(JSON.stringify(words)) as Uint8Array as Plaintext;
  const blobs = await Promise.all(keys.map((key) => sealTo(fromBase64url(key), info(place), plain)));
  const common = {
    ...({ t: 'review', v: 1, suite: 1 } as const),
    ...{ practice: session.practice, by: session.person, at, ...place },
    ...{ lines: [...on.lines], people: [...on.people].sort(), words: hashOf(lengthPrefixed(...blobs)) },
  } as const;
  const payload: ReviewStep =
    said.kind === 'ask' ? { ...common, kind: 'ask', whom: said.whom } : { ...common, kind: said.kind };
  await send(session, payload, blobs);
}

/** What every record of a check says of itself, and the policy that it was done under. */
async function underPolicy(session: Session) {
  const policy = (await session.people(true)).controls.at(-1);
  if (policy === undefined) throw clientError('refused', 'the practice has no control policy yet');
  const said = { t: 'review', v: 1, suite: 1, practice: session.practice, by: session.person } as const;
  return { ...said, at: session.now(), policy: policy.hash };
}

/** A check that was done. */
export async function recordCheck(
  session: Session,
  check: Omit<Extract<ReviewRecord, { kind: 'check' }>, 't' | 'v' | 'suite' | 'practice' | 'by' | 'at' | 'policy'>,
): Promise<void> {
  await send(session, { ...check, ...(await underPolicy(session)) }, null);
}

/** Every place of a person was looked at: it stays, or it was ended before. */
export async function recordRights(
  session: Session,
  said: Pick<Extract<ReviewRecord, { kind: 'rights' }>, 'kept' | 'ended'>,
): Promise<void> {
  await send(session, { kind: 'rights', ...said, ...(await underPolicy(session)) }, null);
}

async function send(session: Session, payload: ReviewRecord, blobs: readonly Uint8Array[] | null): Promise<void> {
  const statement = await signStatement(payload, session.keys().signer);
  if (signersOf(statement).length !== 1) throw clientError('refused', 'one person signs a record');
  await change(session, {
    ...{ endpoint: 'record', class: 'session', items: [], annexed: false, event: 'control' },
    body: { statement: statementToWire(statement), words: blobs?.map((one) => base64url(one)) ?? null },
  });
}
