/**
 * Who asks? A bearer token finds the session; a person-signed request proves possession and covers every byte that was sent.
 * Whoever is no confirmed member gets one constant refusal, whatever was asked (R22).
 */

import { hash } from 'node:crypto';
import { type DenyReason, type KnownFact, type Question, requestFault } from '@ketenkluis/access';
import {
  canonicalJson,
  type DossierId,
  type Instant,
  isId,
  type OrganisationId,
  plus,
  type SessionId,
  type TeamId,
} from '@ketenkluis/base';
import type { Reason } from '@ketenkluis/ledger';
import { ENDPOINTS, type EndpointName, SESSION_HARD, SESSION_IDLE, SESSION_LIFE } from '@ketenkluis/protocol';
import { type Card, expectType, type Hash, hashOf, statementFromWire } from '@ketenkluis/seal';
import type { FastifyRequest } from 'fastify';
import type { Selectable } from 'kysely';
import { identityNeeded, type Reached, reachedBy } from './assurance.ts';
import { vaultError } from './errors.ts';
import { type Guest, guestOf } from './guests.ts';
import { append, commonOf, counterNow, type SignedRequest } from './lines.ts';
import type { People } from './people.ts';
import type { Moment } from './storage/moments.ts';
import { prepared } from './storage/prepared.ts';
import type { Schema } from './storage/schema.ts';
import type { Vault } from './vault.ts';

export type SessionRow = Selectable<Schema['session']>;
export interface Caller extends Reached {
  readonly practice: OrganisationId;
  readonly people: People;
  readonly session: SessionRow;
  readonly card: Card | null;
  /** Set for people of a partner; the card is then one of their own organisation. */
  readonly guest: Guest | null;
  /** The session's row was read then, or since. */
  readonly seen: Moment;
}
export interface Signed extends Caller {
  readonly request: SignedRequest;
  readonly at: Instant;
}

export const refused = () => vaultError('refused', 'not available');
export const tokenHash = (token: string): Hash => hash('sha256', token, 'base64url') as Hash;

const NOBODY = 'A'.repeat(43);
const bearer = (request: FastifyRequest): string =>
  /^Bearer ([A-Za-z0-9_-]{16,64})$/.exec(request.headers.authorization ?? '')?.[1] ?? NOBODY;

export const practiceOf = (request: FastifyRequest): OrganisationId => {
  const { practice } = request.params as { practice?: unknown };
  return (isId('organisation', practice) ? practice : 'org_aaaaaaaaaaaaaaaaaaaaaaaaaa') as OrganisationId;
};

const byToken = prepared<{ practice: OrganisationId; token: Hash }, SessionRow>((tx, at) =>
  tx.selectFrom('session').selectAll().where('practice', '=', at('practice')).where('token', '=', at('token')),
);
const byId = prepared<{ practice: OrganisationId; session: SessionId }, SessionRow>((tx, at) =>
  tx.selectFrom('session').selectAll().where('practice', '=', at('practice')).where('session', '=', at('session')),
);

export type SessionFault = 'idle' | 'hard' | 'ended';
/** Idle and hard limits (R24); after twelve hours even a touch brings nothing back. */
export function sessionFault(session: SessionRow, at: Instant): SessionFault | undefined {
  if (session.ended !== null || at >= plus(session.opened, SESSION_LIFE)) return 'ended';
  if (at >= session.until) return 'hard';
  if (at >= plus(session.active, SESSION_IDLE)) return 'idle';
  return undefined;
}
export const hardLimit = (at: Instant): Instant => plus(at, SESSION_HARD);

const callers = new WeakMap<FastifyRequest, Promise<Caller>>();

/**
 * The session behind the token, whatever its state; members only. Looked up once per request, before its body is read, with the
 * same reads for everybody.
 */
export function findCaller(vault: Vault, request: FastifyRequest): Promise<Caller> {
  const found = callers.get(request) ?? lookUp(vault, request);
  callers.set(request, found);
  return found;
}

async function lookUp(vault: Vault, request: FastifyRequest): Promise<Caller> {
  const practice = practiceOf(request);
  const token = tokenHash(bearer(request));
  const seen = vault.storage.moment();
  const [session] = await vault.storage.one(byToken, { practice, token });
  const people = session && (await vault.people.of(practice));
  if (!session || !people) throw refused();
  const { endpoint } = request.routeOptions.config;
  if (session.organisation !== null && !isFor('guests', endpoint)) throw refused();
  const stands = standing(people, session, vault.clock());
  if (isPatient(stands) && !isFor('patients', endpoint)) throw refused();
  const reached = await reachedBy(vault, people, session, endpoint);
  return { practice, people, session, seen, ...reached, ...stands };
}

/** Only what says so answers people of a partner, or patients; everything else knows no such session. */
const isFor = (whom: 'guests' | 'patients', name: EndpointName | undefined): boolean =>
  name !== undefined && whom in ENDPOINTS[name];

/** The patient, or who stands in for them (docs/spec/own.md). */
export const isPatient = ({ card }: Pick<Caller, 'card'>): boolean => card?.kind === 'patient';
/** Is told of nothing why not: whoever is not of the practice's own people (R22). */
export const isOutsider = (caller: Pick<Caller, 'card' | 'guest'>): boolean =>
  caller.guest !== null || isPatient(caller);

/** What the session's person is now. Throws the constant refusal for who is nothing. */
function standing(people: People, session: SessionRow, at: Instant): Pick<Caller, 'card' | 'guest'> {
  if (session.organisation !== null) {
    const guest = guestOf(people, session, at);
    if (!guest) throw refused();
    return { card: guest.card, guest };
  }
  const card = people.keys.cardOf(session.person, at) ?? null;
  if (card === null && !people.isOwner(session.person)) throw refused();
  return { card, guest: null };
}

function requireLive(caller: Caller, stage: 'keyring' | 'open', at: Instant): void {
  const fault = sessionFault(caller.session, at);
  if (fault === 'ended') throw vaultError('session-ended', 'the session has ended; sign in again');
  if (fault === 'hard') throw vaultError('session-ended', 'the session has reached its limit; touch to go on');
  if (fault === 'idle') throw vaultError('session-idle', 'the session is locked; touch to go on');
  if (stage === 'open' && caller.session.stage !== 'open') {
    throw vaultError('session-not-open', 'confirm the session with a signed request first');
  }
  // Who is a guest brings one along at the door, or nothing opens; they are told nothing of what the practice asks.
  if (stage === 'open' && caller.lack !== null) throw caller.guest ? refused() : identityNeeded(caller.lack);
}

/** Throws unless the session is open, within its limits. */
export const requireOpen = (caller: Caller, at: Instant): void => requireLive(caller, 'open', at);

/** For what is needed to open it: a session within its limits, open or not. */
export async function authenticateEarly(vault: Vault, request: FastifyRequest): Promise<Caller> {
  const caller = await findCaller(vault, request);
  requireLive(caller, 'keyring', vault.clock());
  return caller;
}

/**
 * For what the vault is held to before anything opens: the key directory, which says what the practice asks of a sign-on. Whoever is a
 * guest is held to an open session.
 */
export async function authenticateToHold(vault: Vault, request: FastifyRequest): Promise<Caller> {
  const caller = await findCaller(vault, request);
  requireLive(caller, caller.guest === null ? 'keyring' : 'open', vault.clock());
  return caller;
}

/** For reading with a session and nothing more. */
export async function authenticate(vault: Vault, request: FastifyRequest): Promise<Caller> {
  const caller = await findCaller(vault, request);
  requireLive(caller, 'open', vault.clock());
  return caller;
}

/** Whom the asker acts for: the practice, or the partner that vouches. */
export const homeOf = ({ practice, guest }: Caller): OrganisationId => guest?.organisation ?? practice;

/** An attempt that the signature or the request itself does not bear out is a line as well. */
async function logAttempt(vault: Vault, caller: Caller, signed: SignedRequest, reason: Reason): Promise<void> {
  const { practice, people, session } = caller;
  await append(vault, {
    practice,
    log: people.log,
    request: null,
    keys: [],
    plan: async (_tx, at) => {
      const common = commonOf(vault, people, signed, at, { event: 'attempt', action: 'E', outcome: 'refused', reason });
      // What was claimed is not proved: the line names the session's own person and calls it a session event.
      const actor = session.person;
      return {
        common: { ...common, practice, actor, responsible: actor, organisation: homeOf(caller), class: 'session' },
        items: [],
      };
    },
  });
}

/** Somebody known asked for what they may not: the line first, then the error that says why. */
export async function denied(
  vault: Vault,
  signed: Signed,
  reason: DenyReason,
  why = 'this needs an owner, or an agent with a mandate',
): Promise<Error> {
  const { practice, people, request } = signed;
  await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [],
    plan: async (_tx, at) => ({
      common: commonOf(vault, people, request, at, { event: 'attempt', action: 'E', outcome: 'refused', reason }),
      items: [],
    }),
  });
  return vaultError('not-allowed', why, { detail: { reason } });
}

/** Checks the signed request of an endpoint against everything that was sent with it. */
export async function openSigned(
  vault: Vault,
  request: FastifyRequest,
  name: EndpointName,
  wire: unknown,
  bodyHash: Hash,
  stage: 'keyring' | 'open' = 'open',
): Promise<Signed> {
  const caller = await findCaller(vault, request);
  requireLive(caller, stage, vault.clock());
  const signed = expectType(statementFromWire(wire), 'request');
  return checkSigned(vault, caller, name, signed, bodyHash);
}

export async function checkSigned(
  vault: Vault,
  caller: Caller,
  name: EndpointName,
  signed: SignedRequest,
  bodyHash: Hash,
): Promise<Signed> {
  const { people, session } = caller;
  const at = vault.clock();
  const counter = await counterNow(vault, caller.practice, signed.payload);
  const fault = requestFault(signed.payload, {
    practice: caller.practice,
    audiences: vault.origins,
    person: session.person,
    session: session.session,
    action: name,
    classes: ENDPOINTS[name].classes ?? [],
    body: bodyHash,
    now: at,
    counter,
  });
  const genuine =
    signed.payload.organisation === homeOf(caller) &&
    (await people.keys.verify(signed, at)) &&
    signed.payload.device === session.device;
  if (!genuine || fault) {
    await logAttempt(vault, caller, signed, genuine && fault ? fault : 'bad-signature');
    throw vaultError('request-refused', 'the signed request does not hold; ask again', {
      detail: { fault: genuine && fault ? fault : 'signature' },
    });
  }
  return { ...caller, request: signed, at };
}

/** `{request, body}` as JSON: the hash is over the canonical JSON of `body`. */
export const openMessage = (
  vault: Vault,
  request: FastifyRequest,
  name: EndpointName,
  message: { readonly request: unknown; readonly body: unknown },
  stage: 'keyring' | 'open' = 'open',
): Promise<Signed> => openSigned(vault, request, name, message.request, hashOf(canonicalJson(message.body)), stage);

/** The same asker as the directory stands now: what was withdrawn since the request came in counts already. */
export async function refresh(vault: Vault, signed: Signed): Promise<Signed> {
  const { practice } = signed;
  const people = await vault.people.of(practice);
  const seen = vault.storage.moment();
  const stood = vault.storage.stands(signed.seen, ['session'], practice);
  const [session] = stood
    ? [signed.session]
    : await vault.storage.one(byId, { practice, session: signed.session.session });
  if (!people || !session) throw refused();
  // `checkSigned` held the action against the endpoint.
  const reached = await reachedBy(vault, people, session, signed.request.payload.action as EndpointName);
  requireLive({ ...signed, session, ...reached }, signed.session.stage === 'open' ? 'open' : 'keyring', vault.clock());
  return {
    ...signed,
    session,
    seen: stood ? signed.seen : seen,
    people,
    ...reached,
    ...standing(people, session, vault.clock()),
  };
}

/** What is known of the asker: what the practice states, or what a partner vouches for, with the practice's own partner facts. */
export const factsOfAsker = ({ people, session, guest }: Caller): readonly KnownFact[] =>
  guest
    ? [
        ...people.facts.filter(({ fact }) => fact.kind === 'partner' || fact.kind === 'assumption'),
        ...guest.memberships.map((fact) => ({ fact, ended: null })),
      ]
    : people.factsOf(session.person);

/** Of a guest's question: who reads that dossier as the patient or for them, as what they consented to rests on it. */
export const ownsFor = ({ people, guest }: Caller, dossier: DossierId): readonly KnownFact[] =>
  guest ? people.facts.filter(({ fact }) => fact.kind === 'own' && fact.dossier === dossier) : [];

/** The teams that the asker works in now, as a member or as a substitute. */
export const teamsOfAsker = ({ people, session, guest }: Caller, at: Instant): ReadonlySet<TeamId> =>
  new Set(
    (
      guest?.memberships ?? [
        ...people.keys.memberships(at).filter(({ person }) => person === session.person),
        ...people.keys.placesOf(session.person, at),
        ...people.keys.owns(at).filter(({ person }) => person === session.person),
      ]
    ).map(({ team }) => team),
  );

/**
 * The reason as the line says it. A guest is shown the line, and learns no more from it than that there is no such patient (R22); what
 * was checked and held stands in the item, which no guest is shown.
 */
export const shownReason = (caller: Caller, reason: Reason): Reason => (isOutsider(caller) ? 'unknown' : reason);

/** The answer when `decide()` says no: the line with the refusal stands, and people of the practice, nobody else, learn why (R22). */
export const notAllowed = (signed: Signed, reason: string) =>
  isOutsider(signed) ? refused() : vaultError('not-allowed', 'this may not be done now', { detail: { reason } });

/** How `decide()` sees the asker. A guest owns nothing here. */
export const actorOf = (signed: Signed): Question['actor'] => ({
  person: signed.session.person,
  organisation: signed.request.payload.organisation,
  session: sessionFault(signed.session, signed.at) ? 'locked' : signed.session.stage,
  owner: signed.guest === null && signed.people.isOwner(signed.session.person),
});
