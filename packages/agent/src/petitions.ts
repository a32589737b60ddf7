/**
 * What patients ask, as the agent follows it (docs/spec/petition.md; R53): nothing that the log holds may be hidden, what waits is
 * counted against its month, and who wants to hear that somebody looked is written to (docs/spec/notices.md; R52).
 */

import { fromBase64url, fromUtf8, type Instant, type LocalDate, lengthPrefixed, localDate } from '@ketenkluis/base';
import type { Session } from '@ketenkluis/client';
import { alertWords, listedPetitions, petitionInfo } from '@ketenkluis/client/petitions';
import { countWaiting, extendsIt, PETITION_DATED, standingAnswer } from '@ketenkluis/protocol';
import {
  asSealedBlob,
  type Hash,
  hashOf,
  type KeyDirectory,
  type PetitionAlert,
  type Statement,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { settleAsked } from './destroy/asked.ts';
import { agentError } from './errors.ts';
import type { LogLine } from './lines.ts';
import { ADDRESS } from './post/address.ts';
import type { Post } from './post/post.ts';
import type { Register } from './register.ts';

export interface PetitionReport {
  readonly open: number;
  readonly late: number;
  /** The day by which the next must be answered. */
  readonly next: LocalDate | null;
  /** Messages that somebody looked: gone out, and those that wait for the next run. Null where no mail is set up. */
  readonly told: { readonly sent: number; readonly failed: number } | null;
}

const LOOKS: ReadonlySet<string> = new Set(['release', 'emergency']);
const kept = (register: Register): NonNullable<Register['petitions']> => {
  register.petitions ??= { seen: [], looked: {}, told: {} };
  return register.petitions;
};

/** Of lines just proved: what was asked, and when somebody other than the patient or a program looked. */
export function followPetitions(
  register: Register,
  lines: readonly LogLine[],
  people: KeyDirectory,
  now: Instant,
): void {
  const read = new Set(people.owns(now).map(({ dossier }) => dossier));
  const seen = new Set(register.petitions?.seen ?? []);
  for (const { entry } of lines) {
    const { event, outcome, at, actor } = entry.common;
    if (outcome !== 'success') continue;
    for (const { object, dossier, outcome: each } of entry.items) {
      if (each !== 'success' || dossier === null) continue;
      if (event === 'petition' && object !== null) seen.add(object as Hash);
      if (event === 'answer' && object !== null) {
        const into = kept(register);
        into.said ??= {};
        into.said[object as Hash] = at;
      }
      const another = entry.common.class !== 'own' && actor !== register.agent.person;
      if (LOOKS.has(event) && another && read.has(dossier)) kept(register).looked[dossier] = at;
    }
  }
  if (seen.size > 0 || register.petitions !== undefined) kept(register).seen = [...seen];
}

export type Held = Awaited<ReturnType<typeof listedPetitions>>[number];

/** Did the log hold what answers this, and then? A vault that shows what was never written down, or is dated back, stops no clock. */
function isWrittenDown(
  { said, seen }: NonNullable<Register['petitions']>,
  shown: ReadonlyMap<string, Held>,
  one: Held,
): boolean {
  const { hash, payload } = one.statement;
  if (payload.kind === 'unread' && seen.includes(hash)) return true;
  if (payload.kind !== 'unread' && payload.kind !== 'answer' && payload.kind !== 'extend') return true;
  const at = said?.[hash];
  if (at !== undefined) return Math.abs(payload.at - at) <= PETITION_DATED;
  // What was settled in an earlier run waits no more.
  const asked = shown.get(payload.petition)?.statement;
  return (
    payload.kind !== 'unread' && asked !== undefined && asked.payload.kind !== 'destroy' && !seen.includes(asked.hash)
  );
}

/**
 * What the vault shows and its signer may say; of what answers, what the log holds. Throws `agent/vault-forked` where it hides a request
 * that the log holds.
 */
export async function readPetitions(session: Session, register: Register): Promise<readonly Held[]> {
  const people = await session.people();
  const seen = new Set<string>(register.petitions?.seen ?? []);
  const good: Held[] = [];
  const shown = new Map((await listedPetitions(session)).map((one) => [one.statement.hash as string, one]));
  for (const one of shown.values()) {
    const { line, statement } = one;
    const { kind } = statement.payload;
    // Somebody's `own` may end, dated back, after they asked: what the log holds waits all the same, and stops nothing.
    const waits = (kind === 'name' || kind === 'ask') && seen.has(statement.hash);
    if (!isWrittenDown(kept(register), shown, one)) continue;
    if (waits || (await people.verify(statement, people.timeAt(statement.payload.at, line)))) good.push(one);
  }
  if ([...seen].some((hash) => !shown.has(hash)))
    throw agentError('vault-forked', 'the log holds a request of a patient that the vault does not show', {
      detail: { alarm: 'gap' },
    });
  return good;
}

/** Counts what waits, and writes to who wants to hear. What could not be sent is tried again at the next run. */
export async function settlePetitions(of: {
  readonly register: Register;
  readonly session: Session;
  readonly post: Post | null;
  readonly save: () => Promise<void>;
}): Promise<PetitionReport> {
  const { register, session, post, save } = of;
  const now = session.now();
  const all = await readPetitions(session, register);
  await settleAsked({ register, session, today: localDate(now), held: all });
  const said = all.map(({ statement }) => statement);
  const done = (one: Statement<'petition'>) => standingAnswer(one, said) !== undefined;
  const open = said.filter((one) => (one.payload.kind === 'name' || one.payload.kind === 'ask') && !done(one));
  const longer = (one: Statement<'petition'>) =>
    said.flatMap(({ payload }) => (payload.kind === 'extend' && extendsIt(one, payload) ? [payload.months] : []))[0] ??
    0;
  if (register.petitions !== undefined) {
    // What has its answer may go; what waits is looked for at every run, and so is the word that an answer opens for nobody.
    const unread = said.filter(
      ({ payload }) => payload.kind === 'unread' && open.some(({ hash }) => hash === payload.petition),
    );
    register.petitions.seen = [...open, ...unread].map(({ hash }) => hash);
    const waits = new Set(
      [...open, ...said.filter(({ payload }) => payload.kind === 'destroy')].map(({ hash }) => hash),
    );
    const later = said.filter(({ payload }) => 'petition' in payload && waits.has(payload.petition));
    const { said: held } = register.petitions;
    register.petitions.said = Object.fromEntries(
      later.flatMap(({ hash }) => (held?.[hash] ? [[hash, held[hash]]] : [])),
    );
    await save();
  }
  const told = post === null ? null : await tell({ ...of, post, all, now });
  return {
    ...countWaiting(
      open.map((one) => ({ at: one.payload.at, extended: longer(one) })),
      now,
    ),
    told,
  };
}

async function tell(of: {
  readonly register: Register;
  readonly session: Session;
  readonly post: Post;
  readonly save: () => Promise<void>;
  readonly all: readonly Held[];
  readonly now: Instant;
}): Promise<{ readonly sent: number; readonly failed: number }> {
  const { register, session, post, save, all, now } = of;
  const people = await session.people();
  const today = localDate(now);
  const count = { sent: 0, failed: 0 };
  for (const { person, id, dossier, as } of people.owns(now)) {
    const newest = all.findLast(
      ({ statement: { payload } }) => payload.kind === 'alert' && payload.by === person && payload.own === id,
    );
    const alert = newest?.statement.payload as PetitionAlert | undefined;
    const looked = register.petitions?.looked[dossier];
    if (alert === undefined || alert.words === null || looked === undefined) continue;
    const last = kept(register).told[person];
    // Looks from before the patient asked are no news, and nobody hears more than once a day.
    if (looked <= alert.at || (last !== undefined && (looked <= last.until || last.day >= today))) continue;
    const to = await addressIn(session, alert, newest!.sent);
    try {
      if (to === null) throw agentError('not-sent', 'the address does not open');
      await post.send({ to, ...WORDS[as] });
      kept(register).told[person] = { day: today, until: looked };
      count.sent += 1;
      await save();
    } catch (error) {
      if (!agentError.is(error, 'not-sent')) throw error;
      count.failed += 1;
    }
  }
  return count;
}

const SUBJECT = 'Bericht van uw huisartsenpraktijk';
/** No name, no time, no link: it says only that there is something to read. */
const WORDS = {
  patient: { subject: SUBJECT, text: 'Er is naar uw dossier gekeken. Log in om te zien door wie.\r\n' },
  representative: {
    subject: SUBJECT,
    text: 'Er is gekeken naar een dossier dat u mag lezen. Log in om te zien door wie.\r\n',
  },
} as const;

async function addressIn(
  session: Session,
  alert: PetitionAlert,
  words: readonly string[] | null,
): Promise<string | null> {
  if (words === null) return null;
  const blobs = words.map((one) => asSealedBlob(fromBase64url(one)));
  if (hashOf(lengthPrefixed(...blobs)) !== alert.words) return null;
  for (const blob of blobs) {
    try {
      const plain = fromUtf8(await openSealed(session.keys().kem, petitionInfo(alert), blob));
      const { address } = alertWords.parse(JSON.parse(plain));
      return ADDRESS.test(address) ? address : null;
    } catch {
      // Sealed to another agent of the practice.
    }
  }
  return null;
}
