/**
 * What a patient asks of their practice, and the answer (docs/spec/petition.md; R53, R54). Everything is checked here again: who signed,
 * that the answer is to what was asked and by nobody whom it is about, and that the log holds it.
 */

import {
  fromBase64url,
  fromUtf8,
  type Instant,
  type LocalDate,
  lengthPrefixed,
  localDate,
  type OrganisationId,
  type PersonId,
  type TeamId,
} from '@ketenkluis/base';
import {
  dueDay,
  extendsIt,
  MAX_UNREAD,
  PETITION_DATED,
  petitions as petitionsMessage,
  standingAnswer,
  type Waiting,
  waitingAt,
} from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Hash,
  hashOf,
  type KeyDirectory,
  type Petition,
  type PetitionAbout,
  type PetitionDestroy,
  type PetitionExtension,
  type PetitionStatement,
  type Statement,
  statementFromWire,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import type { Audit } from './audit.ts';
import { clientError } from './errors.ts';
import { provedLine } from './log.ts';
import { answerWords, askedWords, type ExtendedBy, extendWords, petitionInfo } from './petition-words.ts';
import type { Session } from './session.ts';

export {
  answerPetition,
  answerPosed,
  askName,
  askRight,
  common,
  extendPetition,
  mayAnswerThere,
  say,
  setAlert,
  unreadAnswer,
} from './petition-say.ts';
export {
  type AnswerVerdict,
  alertWords,
  answerWords,
  EXTENDED_BY,
  type ExtendedBy,
  petitionInfo,
} from './petition-words.ts';

export interface ShownAnswer {
  readonly hash: Hash;
  readonly line: number;
  readonly at: Instant;
  readonly by: PersonId;
  /** The partner that answered; null for the practice. */
  readonly organisation: OrganisationId | null;
  /** Null where the words do not open here. */
  readonly words: Pick<z.infer<typeof answerWords>, 'verdict' | 'name' | 'text'> | null;
  /** They should have opened for this reader, who had the key at that time: it answers nothing here. */
  readonly unreadable: boolean;
}
export interface ShownPetition {
  readonly hash: Hash;
  readonly line: number;
  readonly payload: Petition;
  readonly about: PetitionAbout;
  readonly at: Instant;
  /** What the patient wrote; null where it does not open here. */
  readonly text: string | null;
  readonly answer: ShownAnswer | null;
  /** How many answers were called unreadable before, by the patient or the practice; `mayUnread`: this one may be as well. */
  readonly unread: number;
  readonly mayUnread: boolean;
  /** The practice took longer, once; `until` is the day by which it answers now. */
  readonly extension: ShownExtension | null;
  /** While there is no answer, or one that nobody here can read. */
  readonly waiting: Waiting | null;
}
export interface ShownExtension {
  readonly line: number;
  readonly at: Instant;
  readonly by: PersonId;
  readonly until: LocalDate;
  /** Null where the words do not open here. */
  readonly reason: { readonly ground: ExtendedBy; readonly text: string } | null;
}
/** What a practice, or a patient of it, asks of this partner. */
export interface Posed {
  readonly hash: Hash;
  readonly payload: Extract<Petition, { kind: 'name' }> | PetitionDestroy;
  readonly at: Instant;
  /** By when: of a name the month runs at the practice. */
  readonly due: LocalDate;
  readonly late: boolean;
  /** What the patient wrote; null where it does not open here, and of a destruction. */
  readonly text: string | null;
  readonly answer: ShownAnswer | null;
}
export interface Petitions {
  /** Oldest first. */
  readonly all: readonly ShownPetition[];
  /** The newest word of this patient on being told; null: never said. */
  readonly alert: { readonly on: boolean; readonly at: Instant } | null;
  /** What the vault shows and does not hold, or the log holds and the vault does not show: lines. */
  readonly broken: readonly number[];
}

type Sent = readonly string[] | null;
interface Listed {
  readonly line: number;
  readonly statement: Statement<'petition'>;
  readonly sent: Sent;
}
/** `held`: its line was proved, and says what the statement says. */
type Held = Listed & { readonly held: boolean };
type Page = z.infer<typeof petitionsMessage>;

async function paged(session: Session, tail: string, each: (page: Page) => void | Promise<void>): Promise<void> {
  for (let after = -1; ; ) {
    const page = await session.call('petitions', petitionsMessage, undefined, `?after=${after}${tail}`);
    await each(page);
    if (page.next === null) return;
    if (page.next <= after) throw clientError('bad-answer', 'the pages of what is asked do not go on');
    after = page.next;
  }
}
const listedIn = ({ line, statement, words }: Page['petitions'][number]): Listed => ({
  ...{ line, sent: words },
  statement: expectType(statementFromWire(statement), 'petition'),
});

/** All pages, oldest first. */
export async function listedPetitions(session: Session): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  await paged(session, '', ({ petitions }) => void all.push(...petitions.map(listedIn)));
  return all;
}

/** The same, each held against the proof of its own line. */
async function provedPetitions(session: Session): Promise<readonly Held[]> {
  const log = await session.log();
  return await session.inTurn(async () => {
    const all: Held[] = [];
    const from = log.seen();
    const tail = `&proofs=1${from === null ? '' : `&from=${from.size}`}`;
    await paged(session, tail, async ({ petitions, checkpoint, consistency }) => {
      if (checkpoint === undefined) throw clientError('bad-answer', 'what is asked came without a checkpoint');
      const under = await log.accept(checkpoint, consistency ?? null, from);
      for (const one of petitions) {
        const listed = listedIn(one);
        all.push({ ...listed, held: one.proof !== undefined && holds(listed, one.proof, under) });
      }
    });
    return all;
  });
}

/** Does this line say that this was said, by whom, of which dossier, and then? */
function holds(
  { line, statement: { hash, payload } }: Listed,
  proof: Parameters<typeof provedLine>[0],
  under: Parameters<typeof provedLine>[1],
): boolean {
  let proved: ReturnType<typeof provedLine>;
  try {
    proved = provedLine(proof, under);
  } catch {
    return false;
  }
  const { common, items } = proved;
  const named = items.some(
    ({ item }) => item.object === hash && item.dossier === payload.dossier && item.outcome === 'success',
  );
  const event = common?.event === 'petition' || common?.event === 'answer';
  return named && event && proved.index === line && common.actor === payload.by && isDated(payload.at, common.at);
}

/** The words, with these keys one after the other; null where they are others than were signed, or open with none. */
async function openedBy(keys: Iterable<() => Promise<Key>>, payload: PetitionStatement, sent: Sent): Promise<unknown> {
  if (sent === null || !('words' in payload)) return null;
  const blobs = sent.map((one) => asSealedBlob(fromBase64url(one)));
  if (hashOf(lengthPrefixed(...blobs)) !== payload.words) return null;
  for (const key of keys) {
    for (const blob of blobs) {
      try {
        return JSON.parse(fromUtf8(await openSealed(await key(), petitionInfo(payload), blob)));
      } catch {
        // Sealed to somebody else, or under another epoch.
      }
    }
  }
  return null;
}
type Key = Parameters<typeof openSealed>[0];

/** The words that were sealed to this key; null where they were not, or are others than were signed. */
export const openedWith = (key: Key, { statement, sent }: Listed): Promise<unknown> =>
  openedBy([async () => key], statement.payload, sent);

async function opened(session: Session, payload: PetitionStatement, sent: Sent, team: TeamId): Promise<unknown> {
  const newest = (await session.people()).epochOf(team)?.payload.number ?? -1;
  const keys = Array.from({ length: newest + 1 }, (_, i) => () => session.teamKey(team, newest - i));
  return await openedBy(keys, payload, sent);
}

/** Statements and lines of one dossier's log that hold something asked or answered. */
const heldIn = ({ lines }: Audit) =>
  new Map(
    lines.flatMap(({ index, event, verified, line, who, at }) =>
      verified && (event === 'petition' || event === 'answer')
        ? (line?.items ?? []).flatMap(({ item }) =>
            item.object && item.outcome === 'success' ? [[item.object, { index, event, who, at }] as const] : [],
          )
        : [],
    ),
  );

/** What is dated back from its line is nothing: a month is lengthened before it is over. */
const isDated = (said: Instant, line: Instant): boolean => Math.abs(said - line) <= PETITION_DATED;

/** Was the key of this team at that time this person's? Who came later reads nothing from before. */
function hadKey(people: KeyDirectory, team: TeamId, person: PersonId, at: Instant): boolean {
  for (let n = people.epochOf(team)?.payload.number ?? -1; n >= 0; n--) {
    const epoch = people.epochNumber(team, n);
    if (epoch !== undefined && epoch.at <= at) return epoch.members.some((one) => one.person === person);
  }
  return false;
}

/**
 * Everything of this reader, verified, each held against its own line. `log`: the patient's own, just proved, in which none may be left
 * out. `read` false: only to count, and no words are opened but those of a partner's answer.
 */
export async function petitionsOf(session: Session, log: Audit | null, read = true): Promise<Petitions> {
  const people = await session.people(true);
  const mine = people.owns(session.now()).filter(({ person }) => person === session.person);
  const team = mine[0]?.team ?? (session.wire.place.pins.logTeam as TeamId);
  const listed = await provedPetitions(session);
  const broken: number[] = [];
  const good: Listed[] = [];
  for (const one of listed) {
    const { line, statement, held } = one;
    if (held && (await people.verify(statement, people.timeAt(statement.payload.at, line)))) good.push(one);
    else broken.push(line);
  }
  const shown = new Set(listed.map(({ statement }) => statement.hash));
  for (const [hash, { index, event, who }] of log === null ? [] : heldIn(log))
    if (event === 'petition' && who === session.person && !shown.has(hash as Hash)) broken.push(index);
  const isPartners = ({ statement: { payload } }: Listed) => 'organisation' in payload && payload.kind === 'answer';
  const open = (of: Listed) =>
    read || isPartners(of) ? opened(session, of.statement.payload, of.sent, team) : Promise.resolve(null);
  const forgotten = (of: Listed) =>
    good.some(
      ({ line, statement: { payload } }) =>
        payload.kind === 'forget' && payload.dossier === of.statement.payload.dossier && line > of.line,
    );
  const shownTo = async (of: Listed | undefined): Promise<ShownAnswer | null> => {
    if (of === undefined) return null;
    const answer = shownAnswer(of, await open(of));
    const tried = read || isPartners(of);
    const theirs = of.sent === null ? !forgotten(of) : hadKey(people, team, session.person, answer.at);
    return { ...answer, unreadable: tried && answer.words === null && theirs };
  };
  const all: ShownPetition[] = [];
  for (const asked of good) {
    const { line, statement } = asked;
    const { payload, hash } = statement;
    if (payload.kind !== 'name' && payload.kind !== 'ask') continue;
    const { answer: stands, extension, unread, unfit } = repliesTo(statement, good);
    broken.push(...unfit);
    const answer = await shownTo(stands);
    const words = askedWords.safeParse(await open(asked));
    const months = extension === undefined ? 0 : (extension.statement.payload as PetitionExtension).months;
    all.push({
      ...{ hash, line, payload, at: payload.at },
      about: payload.kind === 'name' ? 'name' : payload.about,
      text: words.success ? words.data.text : null,
      ...{ answer, unread, mayUnread: answer?.unreadable === true && unread < MAX_UNREAD },
      extension:
        extension === undefined ? null : shownExtension(extension, dueDay(payload.at, months), await open(extension)),
      waiting: answer === null || answer.unreadable ? waitingAt(payload.at, session.now(), months) : null,
    });
  }
  const said = good.findLast(({ statement: { payload } }) => payload.kind === 'alert' && payload.by === session.person);
  const payload = said?.statement.payload;
  const alert = payload?.kind === 'alert' ? { on: payload.words !== null, at: payload.at } : null;
  return { all, alert, broken: broken.sort((a, b) => a - b) };
}

/** What was said to it: one answer, and one extension that came in time; `unfit`: lines of what fits neither. */
function repliesTo(asked: Statement<'petition'>, good: readonly Listed[]) {
  const of = good.filter(({ statement: { payload } }) => 'petition' in payload && payload.petition === asked.hash);
  const kind = (one: PetitionStatement['kind']) => of.filter(({ statement: { payload } }) => payload.kind === one);
  const all = of.map(({ statement }) => statement);
  const listed = (one: Statement<'petition'> | undefined) => of.find(({ statement }) => statement === one);
  const answer = listed(standingAnswer(asked, all));
  const extension = kind('extend').find(({ statement: { payload } }) => extendsIt(asked, payload as PetitionExtension));
  const unread = kind('unread').filter(({ statement: { payload } }) => {
    const said = all.find(({ hash }) => payload.kind === 'unread' && hash === payload.answer);
    return said !== undefined && standingAnswer(asked, [said]) !== undefined;
  });
  const gone = unread.flatMap(({ statement: { payload } }) => (payload.kind === 'unread' ? [payload.answer] : []));
  const fit = (one: Listed) =>
    one === answer || one === extension || unread.includes(one) || gone.includes(one.statement.hash);
  return { answer, extension, unread: unread.length, unfit: of.flatMap((one) => (fit(one) ? [] : [one.line])) };
}

function shownAnswer({ line, statement }: Listed, opened: unknown): ShownAnswer {
  const { at, by, ...rest } = statement.payload;
  const words = answerWords.safeParse(opened);
  const organisation = 'organisation' in rest ? (rest.organisation ?? null) : null;
  const { hash } = statement;
  return { hash, line, at, by, organisation, words: words.success ? words.data : null, unreadable: false };
}
function shownExtension({ line, statement }: Listed, until: LocalDate, opened: unknown): ShownExtension {
  const { at, by } = statement.payload;
  const words = extendWords.safeParse(opened);
  const reason = words.success ? { ground: words.data.ground, text: words.data.text } : null;
  return { line, at, by, until, reason };
}

/**
 * On a visit, for who answers for their organisation: what the practice and its patients ask of it, oldest first. Others of the partner
 * get `client/refused`.
 */
export async function posedTo(guest: Session): Promise<readonly Posed[]> {
  const people = await guest.people(true);
  const listed = await listedPetitions(guest);
  const good: Listed[] = [];
  for (const one of listed) {
    const { payload } = one.statement;
    if (await people.verify(one.statement, people.timeAt(payload.at, one.line))) good.push(one);
  }
  const { kem } = guest.keys();
  const all: Posed[] = [];
  for (const one of good) {
    const { statement } = one;
    const { hash, payload } = statement;
    if ((payload.kind !== 'name' && payload.kind !== 'destroy') || payload.organisation !== guest.organisation)
      continue;
    const { answer, extension } = repliesTo(statement, good);
    const words = askedWords.safeParse(await openedWith(kem, one));
    const months = extension === undefined ? 0 : (extension.statement.payload as PetitionExtension).months;
    const due = payload.kind === 'destroy' ? payload.due : dueDay(payload.at, months);
    all.push({
      ...{ hash, payload, at: payload.at, due, late: answer === undefined && localDate(guest.now()) > due },
      text: words.success ? words.data.text : null,
      answer: answer === undefined ? null : shownAnswer(answer, await openedWith(kem, answer)),
    });
  }
  return all;
}
