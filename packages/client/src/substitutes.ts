/**
 * Substitutes (docs/spec/substitutes.md): an activator calls somebody of the approved pool in, a colleague hands over the patient of the
 * moment, and the substitute opens that dossier and no other.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  type DossierId,
  type FactId,
  fromBase64url,
  fromUtf8,
  type HandleId,
  HOUR,
  type Instant,
  newId,
  type PersonId,
  plus,
} from '@ketenkluis/base';
import { calls as callsMessage } from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type FactOf,
  hashOf,
  type Plaintext,
  sealTo,
  signStatement,
  statementFromWire,
  statementToWire,
  type Withdrawal,
} from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { type OpenedDossier, openDossier } from './look.ts';
import type { Session } from './session.ts';

/** Whom this person may call in, and where they stand in already. */
export async function substitutesToCall(
  session: Session,
): Promise<{ readonly pool: FactOf<'pool'>; readonly place: FactOf<'substitute'> | null }[]> {
  const people = await session.people(true);
  const at = session.now();
  const mine = people.pools(at).filter(({ activators }) => activators.includes(session.person));
  return mine.map((pool) => ({ pool, place: people.places(at).find((place) => place.pool === pool.id) ?? null }));
}

/** Calls a substitute in from now on; one signature, on the ground of what the owners approved together. */
export async function activate(
  session: Session,
  pool: FactOf<'pool'>,
  until: Instant,
): Promise<{ readonly place: FactOf<'substitute'>; readonly line: ProvedLine }> {
  const place: FactOf<'substitute'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'substitute', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, from: session.now(), until, pool: pool.id, team: pool.team, person: pool.person },
  };
  return { place, line: await say(session, place, 'fact') };
}

/** Ends a place at once: by who called in, or an owner. */
export async function endPlace(session: Session, place: FactId): Promise<ProvedLine> {
  const { practice } = session;
  return await say(
    session,
    { t: 'withdrawal', v: 1, suite: 1, practice, fact: place, dossier: null, at: session.now() },
    'withdraw',
  );
}

async function say(session: Session, payload: FactOf<'substitute'> | Withdrawal, event: string): Promise<ProvedLine> {
  const statement = await signStatement(payload, session.keys().signer);
  const { line } = await change(session, {
    ...{ endpoint: 'substitute', class: 'session', items: [], annexed: false, event },
    body: { statement: statementToWire(statement) },
  });
  return line;
}

const noteContent = z.strictObject({
  v: z.literal(1),
  dossier: z.string(),
  name: z.string().max(200),
  birthDate: z.string().max(10).nullable(),
  reason: z.string().max(500).nullable(),
});
const info = (call: FactId) => `call ${call}`;
/** As long as a consulting hour and its aftermath take. */
const CALL = 8 * HOUR;

/** Hands the patient at the door to a substitute: what the caller can open, the caller may hand over. Opens nothing by itself. */
export async function callPatient(
  session: Session,
  what: {
    readonly dossier: DossierId;
    /** A part that the caller may open, with the facts of the caller's own list. */
    readonly handle: HandleId;
    readonly facts: readonly FactId[];
    readonly to: PersonId;
    readonly name: string;
    readonly birthDate: string | null;
    readonly reason?: string;
    readonly until?: Instant;
    readonly about?: About;
  },
): Promise<{ readonly call: FactId; readonly line: ProvedLine }> {
  const at = session.now();
  const people = await session.people(true);
  const [place] = people.placesOf(what.to, at);
  const key = people.kemOf(what.to, at);
  if (place === undefined || key === undefined) {
    throw clientError('no-key-here', 'this substitute has not been called in now');
  }
  const id = newId('fact', session.wire.ports.random);
  const { dossier, name, birthDate, reason = null } = what;
  const plain = canonicalJson({ v: 1, dossier, name, birthDate, reason }) as Plaintext;
  const note: Bytes = await sealTo(key, info(id), plain);
  const last = plus(at, CALL);
  const until = what.until ?? (last < place.until ? last : place.until);
  const fact: FactOf<'call'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'call', id, practice: session.practice, from: at, until },
    ...{ dossier, person: what.to, note: hashOf(note) },
  };
  const { line } = await change(session, {
    ...{ endpoint: 'call', class: 'grant', event: 'call' },
    items: [{ dossier, handle: what.handle, facts: what.facts }],
    about: { purpose: 'overdracht aan waarnemer', ...what.about },
    body: { statement: statementToWire(await signStatement(fact, session.keys().signer)), note: base64url(note) },
  });
  return { call: id, line };
}

/** A patient handed over: who, by whose word, and what to ask for. */
export interface Called {
  readonly call: FactId;
  readonly dossier: DossierId;
  readonly until: Instant;
  readonly by: string;
  readonly name: string;
  readonly birthDate: string | null;
  readonly reason: string | null;
  readonly handles: readonly HandleId[];
  readonly facts: readonly FactId[];
}

/** For a substitute: the patients of the moment. What does not hold in every part is left out. */
export async function callsForMe(session: Session): Promise<readonly Called[]> {
  const { calls } = await session.call('calls', callsMessage);
  const people = await session.people(true);
  const found: Called[] = [];
  for (const { statement: wired, note, handles, facts } of calls) {
    const statement = expectType(statementFromWire(wired), 'fact');
    const fact = statement.payload;
    const now = session.now();
    if (fact.kind !== 'call' || fact.person !== session.person || now >= fact.until) continue;
    if (!(await people.verify(statement, now))) continue;
    const bytes = fromBase64url(note);
    if (hashOf(bytes) !== fact.note) continue;
    const plain = await openSealed(session.keys().kem, info(fact.id), asSealedBlob(bytes)).catch(() => null);
    const said = plain === null ? undefined : noteContent.safeParse(JSON.parse(fromUtf8(plain))).data;
    if (said === undefined || said.dossier !== fact.dossier) continue;
    const { name, birthDate, reason } = said;
    const by = 'sigs' in statement.proof ? (statement.proof.sigs[0]?.by ?? '') : '';
    const { id: call, dossier, until } = fact;
    found.push({ call, dossier, until, by, name, birthDate, reason, handles, facts });
  }
  return found;
}

/** Opens the dossier of a patient who was handed over. */
export const openCalled = (session: Session, called: Called, about: About = {}): Promise<OpenedDossier> =>
  openDossier(session, {
    dossier: called.dossier,
    handles: called.handles,
    facts: [...called.facts],
    about: { purpose: 'waarneming', ground: 'call', ...about },
  });
