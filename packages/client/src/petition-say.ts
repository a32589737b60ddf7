/** What a patient asks, and what the practice or a partner says to it: signed and sealed (docs/spec/petition.md; R53, R54). */

import {
  base64url,
  type DossierId,
  fromBase64url,
  lengthPrefixed,
  type OrganisationId,
  type PersonId,
  type TeamId,
} from '@ketenkluis/base';
import {
  answersFor,
  hashOf,
  type KeyDirectory,
  type Payload,
  type Petition,
  type PetitionAbout,
  type PetitionStatement,
  sealTo,
  signStatement,
  statementToWire,
} from '@ketenkluis/seal';
import type { AuditLine } from './audit.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { OwnDossier } from './own.ts';
import {
  type AnswerVerdict,
  alertWords,
  answerWords,
  askedWords,
  type ExtendedBy,
  extendWords,
  padded,
  petitionInfo,
} from './petition-words.ts';
import type { Posed, ShownPetition } from './petitions.ts';
import type { Session } from './session.ts';

/** `K` of every field but the hash of its words, which is made here. */
type Unsealed = PetitionStatement extends infer P ? (P extends PetitionStatement ? Omit<P, 'words'> : never) : never;

/** Patients ask as such, an answer of the practice is who may see who looked; a partner on a visit signs and nothing more. */
function classOf(session: Session, payload: Unsealed): 'own' | 'audit' | 'session' | 'sync' {
  const { kind } = payload;
  if (kind === 'destroy' || kind === 'forget') return 'sync';
  const answers = kind === 'answer' || kind === 'extend' || (kind === 'unread' && payload.own === null);
  if (!answers) return 'own';
  return session.home === null ? 'audit' : 'session';
}

const ABOUT = {
  own: { role: { code: 'patient', text: 'patiënt' }, purpose: 'verzoek' },
  audit: { purpose: 'antwoord op een verzoek' },
  session: { purpose: 'antwoord op een verzoek' },
  sync: { purpose: 'vernietiging op verzoek' },
} as const;

/** Signs it, with its words sealed to each of these keys (null: it has none), and has it written down. */
export async function say(session: Session, payload: Unsealed, keys: readonly string[], words: unknown): Promise<void> {
  const blobs =
    words === null
      ? null
      : await Promise.all(keys.map((key) => sealTo(fromBase64url(key), petitionInfo(payload), padded(words))));
  const worded = payload.kind !== 'destroy' && payload.kind !== 'forget' && payload.kind !== 'unread';
  const hash = blobs === null ? null : hashOf(lengthPrefixed(...blobs));
  const full = { ...payload, ...(worded ? { words: hash } : {}) } as Payload<'petition'>;
  const kind = classOf(session, payload);
  await change(session, {
    ...{ endpoint: 'petition', class: kind },
    items: [
      { dossier: payload.dossier, handle: null, facts: 'own' in payload && payload.own !== null ? [payload.own] : [] },
    ],
    about: ABOUT[kind],
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

/** Blobs that one statement takes, less those of the practice and the patient. */
const MOST = 48;
/** Who may answer for this organisation by its own directory, but whoever it is about. */
function answerersOf(directory: KeyDirectory | undefined, session: Session, whom: string | null): string[] {
  const now = session.now();
  const cards = (directory?.cards(now) ?? []).filter(
    ({ subject }) => subject !== whom && answersFor(directory!, subject, now),
  );
  return cards.map(({ kem }) => kem).slice(0, MOST);
}

/** The agents of the practice that work now. */
async function agentsKeys(session: Session): Promise<string[]> {
  const people = await session.people(true);
  const now = session.now();
  const agents = people
    .cards(now)
    .filter(({ kind, subject }) => kind === 'agent' && people.mandatesOf(subject, now).length > 0);
  return agents.map(({ kem }) => kem);
}
export const common = (session: Session, dossier: DossierId) => ({
  ...({ t: 'petition', v: 1, suite: 1 } as const),
  ...{ practice: session.practice, dossier, by: session.person, at: session.now() },
});
const from = ({ own, team }: OwnDossier) => ({ own, team });

/**
 * "Wie was dit?" of one line of the own log. Of a partner's person the partner is asked as well: whoever answers for it reads the words,
 * but not the person that it is about. Throws what `change` throws.
 */
export async function askName(
  session: Session,
  own: OwnDossier,
  line: Pick<AuditLine, 'index' | 'who'> & { readonly organisation?: OrganisationId | null },
  reason: string,
): Promise<void> {
  if (line.who === null) throw clientError('refused', 'nobody stands in this line');
  const partner = line.organisation == null || line.organisation === session.practice ? null : line.organisation;
  const keys = [await officersKey(session), ...(await ownKey(session, own.team))];
  const home = partner === null ? undefined : (await session.people()).partnerAt(partner, session.now())?.directory;
  const payload = {
    ...common(session, own.dossier),
    ...from(own),
    ...({ kind: 'name', line: line.index, whom: line.who } as const),
    ...(partner === null ? {} : { organisation: partner }),
  };
  const words = askedWords.parse({ v: 1, text: reason.trim() });
  await say(session, payload, [...keys, ...answerersOf(home, session, line.who)], words);
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
  const agents = await agentsKeys(session);
  if (address !== null && agents.length === 0)
    throw clientError('no-key-here', 'the practice has no agent that could write');
  const payload = { ...common(session, own.dossier), ...from(own), kind: 'alert' } as const;
  const words = address === null ? null : alertWords.parse({ v: 1, address: address.trim() });
  await say(session, payload, agents, words);
}

interface Said {
  readonly verdict: AnswerVerdict;
  readonly name: string | null;
  readonly text: string;
}
function answerOf(about: PetitionAbout, said: Said) {
  if (said.verdict === (about === 'name' ? 'done' : 'given'))
    throw clientError('refused', 'a name is given or refused; anything else is done or refused');
  return answerWords.parse({ v: 1, ...said, text: said.text.trim() });
}
const whomOf = (payload: Petition) => (payload.kind === 'name' ? payload.whom : null);
const aboutOf = (session: Session, { payload, hash, about }: Pick<ShownPetition, 'hash' | 'payload' | 'about'>) => {
  const whom = whomOf(payload);
  if (whom === session.person)
    throw clientError('refused', 'somebody else of the practice answers what is asked about you');
  return { petition: hash, about, whom };
};

/** Is there anybody at this partner who may answer what is asked about one of its people? */
export async function mayAnswerThere(session: Session, organisation: OrganisationId, whom: PersonId): Promise<boolean> {
  const people = await session.people();
  const home = organisation === people.organisation ? people : people.partnerAt(organisation, session.now())?.directory;
  return answerersOf(home, session, whom).length > 0;
}

type Unread = Pick<ShownPetition, 'hash' | 'payload' | 'about' | 'answer'>;
/**
 * The words of its answer do not open for who should read them: from now on it waits again, in its first month. By who asked (`own`), or
 * for the practice (null). Throws `client/refused` where the answer opens here, and what `change` throws.
 */
export async function unreadAnswer(session: Session, asked: Unread, own: OwnDossier | null): Promise<void> {
  const { answer, payload, hash, about } = asked;
  if (answer?.unreadable !== true) throw clientError('refused', 'this answer can be read here');
  const of = own === null ? aboutOf(session, asked) : { petition: hash, about, whom: whomOf(payload) };
  const by = own === null ? { own: null, team: null } : from(own);
  const full = { ...common(session, payload.dossier), ...by, kind: 'unread', ...of, answer: answer.hash } as const;
  await say(session, full, [], null);
}

/**
 * One answer, signed, sealed to the patient who asked and to the log officers; where one stands that nobody here can read, that is said
 * first. Throws `client/refused` for whom it is about.
 */
export async function answerPetition(
  session: Session,
  asked: Pick<ShownPetition, 'hash' | 'payload' | 'about'> & { readonly answer?: ShownPetition['answer'] },
  said: Said,
): Promise<void> {
  const { payload, answer = null } = asked;
  const of = aboutOf(session, asked);
  const words = answerOf(asked.about, said);
  if (answer?.unreadable) await unreadAnswer(session, { ...asked, answer }, null);
  const keys = [await officersKey(session), ...(await ownKey(session, payload.team))];
  await say(session, { ...common(session, payload.dossier), kind: 'answer', ...of } as const, keys, words);
}

/** One or two months more, once, within the first month, with the reason (AVG 12(3)). Throws `client/refused`, and what `change` throws. */
export async function extendPetition(
  session: Session,
  asked: Pick<ShownPetition, 'hash' | 'payload' | 'about'>,
  more: { readonly months: 1 | 2; readonly ground: ExtendedBy; readonly text: string },
): Promise<void> {
  const { payload } = asked;
  const { months, ...reason } = more;
  const words = extendWords.parse({ v: 1, ...reason, text: reason.text.trim() });
  const keys = [await officersKey(session), ...(await ownKey(session, payload.team))];
  const of = { ...aboutOf(session, asked), months };
  await say(session, { ...common(session, payload.dossier), kind: 'extend', ...of } as const, keys, words);
}

/** On a visit: the partner's answer, sealed to who asked, to the practice that is visited and to the partner's own. */
export async function answerPosed(guest: Session, posed: Posed, said: Said): Promise<void> {
  const { payload, hash } = posed;
  const name = payload.kind === 'name';
  const about = name ? ('name' as const) : ('erase' as const);
  const whom = name ? payload.whom : null;
  if (guest.home === null || whom === guest.person)
    throw clientError('refused', 'somebody else of the organisation answers what is asked about you');
  const words = answerOf(about, said);
  const theirs = name ? await ownKey(guest, payload.team) : await agentsKeys(guest);
  const keys = [await officersKey(guest), ...theirs, ...answerersOf(await guest.home.people(), guest, whom)];
  const of = { petition: hash, about, whom, organisation: guest.organisation };
  await say(guest, { ...common(guest, payload.dossier), kind: 'answer', ...of } as const, keys, words);
}
