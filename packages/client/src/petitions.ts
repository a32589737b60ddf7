/**
 * What a patient asks of their practice, and the answer (docs/spec/petition.md; R53, R54). Everything is checked here again: who signed,
 * that the answer is to what was asked and by nobody whom it is about, and for the patient that the log holds it.
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
import { answers, petitions as petitionsMessage, type Waiting, waitingAt } from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Hash,
  hashOf,
  type Payload,
  type Petition,
  type PetitionAbout,
  type PetitionAnswer,
  type PetitionStatement,
  type Plaintext,
  type Statement,
  sealTo,
  signStatement,
  statementFromWire,
  statementToWire,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import type { Audit, AuditLine } from './audit.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { OwnDossier } from './own.ts';
import type { Session } from './session.ts';

const text = z.string().max(4000);
const askedWords = z.strictObject({ v: z.literal(1), text });
const answerWords = z
  .strictObject({
    v: z.literal(1),
    verdict: z.enum(['given', 'refused', 'done']),
    name: z.string().min(1).max(200).nullable(),
    text: text.min(1),
  })
  .refine(({ verdict, name }) => (verdict === 'given') === (name !== null));
/** To whom the agent writes, and nothing more. */
export const alertWords = z.strictObject({ v: z.literal(1), address: z.string().min(3).max(320) });
export type AnswerVerdict = z.infer<typeof answerWords>['verdict'];

export interface ShownAnswer {
  readonly line: number;
  readonly at: Instant;
  readonly by: PersonId;
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
  /** While there is no answer. */
  readonly waiting: Waiting | null;
}
export interface Petitions {
  /** Oldest first. */
  readonly all: readonly ShownPetition[];
  /** The newest word of this patient on being told; null: never said. */
  readonly alert: { readonly on: boolean; readonly at: Instant } | null;
  /** What the vault shows and does not hold, or the log holds and the vault does not show: lines. */
  readonly broken: readonly number[];
}

/** So that a size says neither yes nor no: JSON takes blanks at its end. */
const PAD = 2048;
const padded = (words: unknown): Plaintext => {
  const plain = JSON.stringify(words);
  const size = utf8(plain).length;
  return utf8(plain + ' '.repeat(Math.ceil(size / PAD) * PAD - size)) as Uint8Array as Plaintext;
};
export const petitionInfo = ({
  kind,
  dossier,
  by,
  at,
}: Pick<PetitionStatement, 'kind' | 'dossier' | 'by' | 'at'>): string => `petition ${kind} ${dossier} ${by} ${at}`;

/** `K` of every field but the hash of its words, which is made here. */
type Unsealed = PetitionStatement extends infer P ? (P extends PetitionStatement ? Omit<P, 'words'> : never) : never;

async function say(session: Session, payload: Unsealed, keys: readonly string[], words: unknown): Promise<void> {
  const blobs =
    words === null
      ? null
      : await Promise.all(keys.map((key) => sealTo(fromBase64url(key), petitionInfo(payload), padded(words))));
  const full = { ...payload, words: blobs === null ? null : hashOf(lengthPrefixed(...blobs)) } as Payload<'petition'>;
  const own = payload.kind !== 'answer';
  await change(session, {
    ...{ endpoint: 'petition', class: own ? 'own' : 'audit' },
    items: [{ dossier: payload.dossier, handle: null, facts: 'own' in payload ? [payload.own] : [] }],
    about: own
      ? { role: { code: 'patient', text: 'patiënt' }, purpose: 'verzoek' }
      : { purpose: 'antwoord op een verzoek' },
    body: {
      statement: statementToWire(await signStatement(full, session.keys().signer)),
      words: blobs === null ? null : blobs.map((one) => base64url(one)),
    },
  });
}

async function officersKey(session: Session): Promise<string> {
  const epoch = (await session.people(true)).epochOf(session.wire.place.pins.logTeam as TeamId);
  if (epoch === undefined) throw clientError('no-key-here', "the log officers' team has no key; nothing can be asked");
  return epoch.payload.kem;
}
async function ownKey(session: Session, team: TeamId): Promise<string[]> {
  const people = await session.people();
  const kem = people.ownOf(team, session.now()) === undefined ? undefined : people.epochOf(team)?.payload.kem;
  return kem === undefined ? [] : [kem];
}
const common = (session: Session, dossier: DossierId) => ({
  ...({ t: 'petition', v: 1, suite: 1 } as const),
  ...{ practice: session.practice, dossier, by: session.person, at: session.now() },
});
const from = ({ own, team }: OwnDossier) => ({ own, team });

/** "Wie was dit?" of one line of the own log. Throws what `change` throws. */
export async function askName(
  session: Session,
  own: OwnDossier,
  line: Pick<AuditLine, 'index' | 'who'>,
  reason: string,
): Promise<void> {
  if (line.who === null) throw clientError('refused', 'nobody stands in this line');
  const keys = [await officersKey(session), ...(await ownKey(session, own.team))];
  const payload = {
    ...common(session, own.dossier),
    ...from(own),
    kind: 'name',
    line: line.index,
    whom: line.who,
  } as const;
  await say(session, payload, keys, askedWords.parse({ v: 1, text: reason.trim() }));
}

/** A copy on paper, a correction, destruction, or anything else that the practice answers in words. */
export async function askRight(
  session: Session,
  own: OwnDossier,
  about: Exclude<PetitionAbout, 'name'>,
  words: string,
): Promise<void> {
  const keys = [await officersKey(session), ...(await ownKey(session, own.team))];
  const payload = { ...common(session, own.dossier), ...from(own), kind: 'ask', about } as const;
  await say(session, payload, keys, askedWords.parse({ v: 1, text: words.trim() }));
}

/** A message when somebody looked, to this address; null: no more. Only the practice's agents can read the address. */
export async function setAlert(session: Session, own: OwnDossier, address: string | null): Promise<void> {
  const people = await session.people(true);
  const now = session.now();
  const agents = people
    .cards(now)
    .filter(({ kind, subject }) => kind === 'agent' && people.mandatesOf(subject, now).length > 0);
  if (address !== null && agents.length === 0)
    throw clientError('no-key-here', 'the practice has no agent that could write');
  const payload = { ...common(session, own.dossier), ...from(own), kind: 'alert' } as const;
  const words = address === null ? null : alertWords.parse({ v: 1, address: address.trim() });
  await say(
    session,
    payload,
    agents.map(({ kem }) => kem),
    words,
  );
}

/** One answer, signed, sealed to the patient who asked and to the log officers. Throws `client/refused` for whom it is about. */
export async function answerPetition(
  session: Session,
  asked: Pick<ShownPetition, 'hash' | 'payload' | 'about'>,
  said: { readonly verdict: AnswerVerdict; readonly name: string | null; readonly text: string },
): Promise<void> {
  const { payload, hash, about } = asked;
  const whom = payload.kind === 'name' ? payload.whom : null;
  if (whom === session.person)
    throw clientError('refused', 'somebody else of the practice answers what is asked about you');
  const words = answerWords.parse({ v: 1, ...said, text: said.text.trim() });
  if (said.verdict === (about === 'name' ? 'done' : 'given'))
    throw clientError('refused', 'a name is given or refused; anything else is done or refused');
  const keys = [await officersKey(session), ...(await ownKey(session, payload.team))];
  const answer = { ...common(session, payload.dossier), kind: 'answer', petition: hash, about, whom } as const;
  await say(session, answer, keys, words);
}

async function opened(
  session: Session,
  payload: PetitionStatement,
  sent: readonly string[] | null,
  team: TeamId,
): Promise<unknown> {
  if (sent === null) return null;
  const blobs = sent.map((one) => asSealedBlob(fromBase64url(one)));
  if (hashOf(lengthPrefixed(...blobs)) !== payload.words) return null;
  const people = await session.people();
  for (let epoch = people.epochOf(team)?.payload.number ?? -1; epoch >= 0; epoch--) {
    for (const blob of blobs) {
      try {
        const key = await session.teamKey(team, epoch);
        return JSON.parse(fromUtf8(await openSealed(key, petitionInfo(payload), blob)));
      } catch {
        // Sealed to somebody else, or under another epoch.
      }
    }
  }
  return null;
}

/** Statements and lines of one dossier's log that hold something asked or answered. */
const heldIn = ({ lines }: Audit) =>
  new Map(
    lines.flatMap(({ index, event, verified, line, who }) =>
      verified && (event === 'petition' || event === 'answer')
        ? (line?.items ?? []).flatMap(({ item }) =>
            item.object && item.outcome === 'success' ? [[item.object, { index, event, who }] as const] : [],
          )
        : [],
    ),
  );

/** Everything of this reader, verified. `log`: the patient's own, just proved. `read` false: no words are opened. */
export async function petitionsOf(session: Session, log: Audit | null, read = true): Promise<Petitions> {
  const people = await session.people(true);
  const mine = people.owns(session.now()).filter(({ person }) => person === session.person);
  const team = mine[0]?.team ?? (session.wire.place.pins.logTeam as TeamId);
  const { petitions } = await session.call('petitions', petitionsMessage);
  const held = log === null ? null : heldIn(log);
  const broken: number[] = [];
  const good: {
    readonly line: number;
    readonly statement: Statement<'petition'>;
    readonly sent: readonly string[] | null;
  }[] = [];
  for (const { line, statement: sent, words } of petitions) {
    const statement = expectType(statementFromWire(sent), 'petition');
    const { payload, hash } = statement;
    const inLog =
      held === null || line >= log!.size || payload.dossier !== mine[0]?.dossier || held.get(hash)?.index === line;
    if (inLog && (await people.verify(statement, people.timeAt(payload.at, line))))
      good.push({ line, statement, sent: words });
    else broken.push(line);
  }
  const shown = new Set(petitions.map(({ statement }) => statementFromWire(statement).hash));
  for (const [hash, { index, event, who }] of held ?? [])
    if (event === 'petition' && who === session.person && !shown.has(hash as Hash)) broken.push(index);
  const all: ShownPetition[] = [];
  for (const { line, statement, sent } of good) {
    const { payload, hash } = statement;
    if (payload.kind !== 'name' && payload.kind !== 'ask') continue;
    const fits = good.filter(({ statement: { payload: one } }) => one.kind === 'answer' && one.petition === hash);
    const answer = fits.find(({ statement: { payload: one } }) => answers(statement, one as PetitionAnswer));
    for (const other of fits) if (other !== answer) broken.push(other.line);
    const words = askedWords.safeParse(read ? await opened(session, payload, sent, team) : null);
    all.push({
      ...{ hash, line, payload, at: payload.at },
      about: payload.kind === 'name' ? 'name' : payload.about,
      text: words.success ? words.data.text : null,
      answer: answer === undefined ? null : await shownAnswer(session, read ? answer : { ...answer, sent: null }, team),
      waiting: answer === undefined ? waitingAt(payload.at, session.now()) : null,
    });
  }
  const said = good.findLast(({ statement: { payload } }) => payload.kind === 'alert' && payload.by === session.person);
  const alert = said && { on: said.statement.payload.words !== null, at: said.statement.payload.at };
  return { all, alert: alert ?? null, broken: broken.sort((a, b) => a - b) };
}

async function shownAnswer(
  session: Session,
  {
    line,
    statement,
    sent,
  }: { readonly line: number; readonly statement: Statement<'petition'>; readonly sent: readonly string[] | null },
  team: TeamId,
): Promise<ShownAnswer> {
  const { payload } = statement;
  const words = answerWords.safeParse(await opened(session, payload, sent, team));
  return { line, at: payload.at, by: payload.by, words: words.success ? words.data : null };
}
