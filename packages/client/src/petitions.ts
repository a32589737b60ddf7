/**
 * What a patient asks of their practice, and the answer (docs/spec/petition.md; R53, R54). Everything is checked here again: who signed,
 * that the answer is to what was asked and by nobody whom it is about, and for the patient that the log holds it.
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
  answers,
  dueDay,
  extendsIt,
  PETITION_DATED,
  petitions as petitionsMessage,
  type Waiting,
  waitingAt,
} from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Hash,
  hashOf,
  type Petition,
  type PetitionAbout,
  type PetitionAnswer,
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
import { answerWords, askedWords, type ExtendedBy, extendWords, petitionInfo } from './petition-words.ts';
import type { Session } from './session.ts';

export {
  answerPetition,
  answerPosed,
  askName,
  askRight,
  common,
  extendPetition,
  say,
  setAlert,
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
  readonly line: number;
  readonly at: Instant;
  readonly by: PersonId;
  /** The partner that answered; null for the practice. */
  readonly organisation: OrganisationId | null;
  /** Null where the words do not open here. */
  readonly words: Pick<z.infer<typeof answerWords>, 'verdict' | 'name' | 'text'> | null;
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
  /** The practice took longer, once; `until` is the day by which it answers now. */
  readonly extension: ShownExtension | null;
  /** While there is no answer. */
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

/** All pages, oldest first. */
export async function listedPetitions(session: Session): Promise<readonly Listed[]> {
  const all: Listed[] = [];
  for (let after = -1; ; ) {
    const page = await session.call('petitions', petitionsMessage, undefined, `?after=${after}`);
    for (const { line, statement, words } of page.petitions)
      all.push({ line, statement: expectType(statementFromWire(statement), 'petition'), sent: words });
    if (page.next === null) return all;
    if (page.next <= after) throw clientError('bad-answer', 'the pages of what is asked do not go on');
    after = page.next;
  }
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

/** What is dated back from its line, or from a line after this reading, is nothing: a month is lengthened before it is over. */
const isDated = (said: Instant, line: Instant | null): boolean =>
  line !== null && Math.abs(said - line) <= PETITION_DATED;

/** Everything of this reader, verified. `log`: the patient's own, just proved. `read` false: no words are opened. */
export async function petitionsOf(session: Session, log: Audit | null, read = true): Promise<Petitions> {
  const people = await session.people(true);
  const mine = people.owns(session.now()).filter(({ person }) => person === session.person);
  const team = mine[0]?.team ?? (session.wire.place.pins.logTeam as TeamId);
  const listed = await listedPetitions(session);
  const held = log === null ? null : heldIn(log);
  const broken: number[] = [];
  const good: Listed[] = [];
  for (const one of listed) {
    const { line, statement } = one;
    const { payload, hash } = statement;
    const inLog =
      held === null ||
      payload.dossier !== mine[0]?.dossier ||
      (line >= log!.size
        ? payload.at >= log!.own.common!.at - PETITION_DATED
        : held.get(hash)?.index === line && isDated(payload.at, held.get(hash)!.at));
    if (inLog && (await people.verify(statement, people.timeAt(payload.at, line)))) good.push(one);
    else broken.push(line);
  }
  const shown = new Set(listed.map(({ statement }) => statement.hash));
  for (const [hash, { index, event, who }] of held ?? [])
    if (event === 'petition' && who === session.person && !shown.has(hash as Hash)) broken.push(index);
  const open = (of: Listed) => (read ? opened(session, of.statement.payload, of.sent, team) : Promise.resolve(null));
  const all: ShownPetition[] = [];
  for (const asked of good) {
    const { line, statement } = asked;
    const { payload, hash } = statement;
    if (payload.kind !== 'name' && payload.kind !== 'ask') continue;
    const { answer, extension, unfit } = repliesTo(statement, good);
    broken.push(...unfit);
    const words = askedWords.safeParse(await open(asked));
    const months = extension === undefined ? 0 : (extension.statement.payload as PetitionExtension).months;
    all.push({
      ...{ hash, line, payload, at: payload.at },
      about: payload.kind === 'name' ? 'name' : payload.about,
      text: words.success ? words.data.text : null,
      answer: answer === undefined ? null : shownAnswer(answer, await open(answer)),
      extension:
        extension === undefined ? null : shownExtension(extension, dueDay(payload.at, months), await open(extension)),
      waiting: answer === undefined ? waitingAt(payload.at, session.now(), months) : null,
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
  const kind = (one: 'answer' | 'extend') => of.filter(({ statement: { payload } }) => payload.kind === one);
  const answer = kind('answer').find(({ statement: { payload } }) => answers(asked, payload as PetitionAnswer));
  const extension = kind('extend').find(({ statement: { payload } }) => extendsIt(asked, payload as PetitionExtension));
  const unfit = of.flatMap((one) => (one === answer || one === extension ? [] : [one.line]));
  return { answer, extension, unfit };
}

function shownAnswer({ line, statement }: Listed, opened: unknown): ShownAnswer {
  const { at, by, ...rest } = statement.payload;
  const words = answerWords.safeParse(opened);
  const organisation = 'organisation' in rest ? (rest.organisation ?? null) : null;
  return { line, at, by, organisation, words: words.success ? words.data : null };
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
