/** Opening, confirming, touching and closing sessions (R23, R24). The database holds the hash of a token, never the token. */

import {
  type Bytes,
  base64url,
  fromBase64url,
  type Instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type SessionId,
} from '@ketenkluis/base';
import type { EventCode } from '@ketenkluis/ledger';
import {
  type openSession,
  SESSION_IDLE,
  SESSION_LIFE,
  type sessionOpened,
  sessionProofBytes,
} from '@ketenkluis/protocol';
import type { z } from 'zod';
import { identityNeeded, reachedBy, startLevel, takeGuestLevel } from './assurance.ts';
import { type Caller, hardLimit, homeOf, refused, type Signed, sessionFault, tokenHash } from './auth.ts';
import { vaultError } from './errors.ts';
import { keepDirectory, packVouched, type Welcomed, welcome } from './guests.ts';
import { append, commonOf, ownCommon } from './lines.ts';
import type { People } from './people.ts';
import type { SessionStage } from './storage/schema.ts';
import { endedIn, useUnlocker } from './unlockers.ts';
import type { Vault } from './vault.ts';
import { checkAssertion, credentialId, takeChallenge } from './webauthn.ts';

export type OpenSession = z.infer<typeof openSession>;
export type SessionOpened = z.infer<typeof sessionOpened>;

/** RFC 8032 7.1, test 1: stands in where nobody is known, so that the same work is done. */
const NOBODYS_KEY = fromBase64url('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJHURHo');

interface Proven {
  readonly person: PersonId;
  /** Somebody of a partner, and what their organisation says of them. */
  readonly guest: Welcomed | null;
  readonly device: string | null;
  /** The passkey or device; null for a person's own key. */
  readonly unlocker: string | null;
  readonly by: OpenSession['by'];
}

/** Who holds this unlocker? The challenge is used up whatever comes of it. */
async function prove(
  vault: Vault,
  practice: OrganisationId,
  people: People | undefined,
  ask: OpenSession,
): Promise<Proven | undefined> {
  const at = vault.clock();
  const { fresh, passkey, device } = await vault.storage.write(async (tx) => ({
    fresh: await takeChallenge(tx, practice, ask.challenge, at),
    passkey: await tx
      .selectFrom('credential')
      .selectAll()
      .where('practice', '=', practice)
      .where('credential', '=', ask.by === 'passkey' ? (credentialId(ask.credential) ?? '') : '')
      .where('ended', 'is', null)
      .executeTakeFirst(),
    device: await tx
      .selectFrom('device')
      .selectAll()
      .where('practice', '=', practice)
      .where('device', '=', ask.by === 'device' ? ask.device : '')
      .where('ended', 'is', null)
      .executeTakeFirst(),
  }));
  const signedBy = async (key: Uint8Array | undefined, by: string, signature: string): Promise<boolean> => {
    const bytes = /^[A-Za-z0-9_-]{85}[AQgw]$/.test(signature) ? fromBase64url(signature) : new Uint8Array(64);
    for (const origin of vault.origins) {
      const message = sessionProofBytes(origin, practice, ask.challenge, by);
      const good = await vault.verifier.verify(key ?? NOBODYS_KEY, message, bytes);
      if (good && key) return true;
    }
    return false;
  };
  if (ask.by === 'passkey') {
    const counter = fresh && passkey && (await checkAssertion(vault, ask.challenge, ask.credential, passkey));
    if (!passkey || typeof counter !== 'number') return undefined;
    await vault.storage.write((tx) =>
      tx
        .updateTable('credential')
        .set({ counter })
        .where('practice', '=', practice)
        .where('credential', '=', passkey.credential)
        .execute(),
    );
    return { person: passkey.person, guest: null, device: null, unlocker: passkey.credential, by: 'passkey' };
  }
  if (ask.by === 'device') {
    const good = await signedBy(device && fromBase64url(device.sign), ask.device, ask.signature);
    if (!fresh || !device || !good) return undefined;
    return { person: device.person, guest: null, device: ask.device, unlocker: ask.device, by: 'device' };
  }
  const { person } = ask;
  if (ask.by === 'guest') {
    const guest = await welcome(vault, people, ask, at);
    const good = await signedBy(guest?.directory.keyOf(person, at), person, ask.signature);
    return fresh && guest && good ? { person, guest, device: null, unlocker: null, by: 'guest' } : undefined;
  }
  // One key is one factor: enough for an agent, and for a person whose keyring is only now being put here (R23).
  const alone = people && (await mayEnterByKey(vault, people, ask.person, at));
  const good = await signedBy(people?.keys.keyOf(ask.person, at), ask.person, ask.signature);
  return fresh && alone && good ? { person, guest: null, device: null, unlocker: null, by: 'key' } : undefined;
}

async function mayEnterByKey(vault: Vault, people: People, person: PersonId, at: Instant): Promise<boolean> {
  if (people.keys.cardOf(person, at)?.kind === 'agent') return true;
  return (await keyringOf(vault, people.practice, person)) === null;
}

const isMember = (people: People, person: PersonId, at: Instant): boolean =>
  people.keys.cardOf(person, at) !== undefined || people.isOwner(person);

/** Who tries a door that takes the person's own key: somebody of the practice, or of a partner as its directory is known here. */
function knownAs(
  people: People,
  ask: OpenSession,
  at: Instant,
): { readonly person: PersonId; readonly home: OrganisationId } | undefined {
  if (ask.by === 'key' && isMember(people, ask.person, at)) return { person: ask.person, home: people.practice };
  const card = ask.by === 'guest' ? people.keys.guestCardOf(ask.person, at) : undefined;
  if (ask.by !== 'guest' || card?.organisation !== ask.organisation) return undefined;
  return { person: ask.person, home: ask.organisation };
}

async function logSession(
  vault: Vault,
  people: People,
  event: EventCode,
  person: PersonId,
  refusal = false,
  organisation = people.practice,
): Promise<void> {
  await append(vault, {
    practice: people.practice,
    log: people.log,
    request: null,
    keys: [],
    plan: async (_tx, at) => ({
      common: ownCommon(vault, people.practice, {
        event,
        action: 'E',
        class: 'session',
        outcome: refusal ? 'refused' : 'success',
        actor: person,
        organisation,
        responsible: people.keys.mandatesOf(person, at)[0]?.responsible ?? person,
        reason: refusal ? 'not-authenticated' : null,
      }),
      items: [],
    }),
  });
}

async function keyringOf(vault: Vault, practice: OrganisationId, person: PersonId): Promise<Bytes | null> {
  const row = await vault.storage.read((tx) =>
    tx
      .selectFrom('person')
      .select('keyring')
      .where('practice', '=', practice)
      .where('person', '=', person)
      .executeTakeFirst(),
  );
  return row?.keyring ?? null;
}

/** The sealed keyring, and which of its unlockers were ended: the person's client leaves them out of the next one. */
async function handedOut(
  vault: Vault,
  practice: OrganisationId,
  person: PersonId | null,
): Promise<Pick<SessionOpened, 'keyring' | 'ended'>> {
  const keyring = person && (await keyringOf(vault, practice, person));
  if (!keyring) return { keyring: null, ended: [] };
  const ended = await vault.storage.read((tx) => endedIn(tx, practice, person, keyring));
  return { keyring: base64url(keyring), ended };
}

/** Everything that is wrong with the attempt looks the same: `vault/refused`. */
export async function open(vault: Vault, practice: OrganisationId, ask: OpenSession): Promise<SessionOpened> {
  const people = await vault.people.of(practice);
  const proven = await prove(vault, practice, people, ask);
  const at = vault.clock();
  if (!people || !proven || !(proven.guest || isMember(people, proven.person, at))) {
    // Somebody who is known and did not prove it is an attempt worth a line; a stranger is not known by any id.
    // Not waited for: the time of an answer must not tell who is known (R22). The log keeps its order.
    const known = people && knownAs(people, ask, at);
    if (known) logSession(vault, people, 'attempt', known.person, true, known.home).catch(() => undefined);
    throw refused();
  }
  const token = base64url(vault.random(32));
  const session = newId('session', vault.random);
  const { guest } = proven;
  if (guest) await keepDirectory(vault, people, guest, proven.person);
  const { lack } = await reachedBy(
    vault,
    people,
    { session, person: proven.person, organisation: guest?.organisation ?? null },
    'session-open',
  );
  const stage: SessionStage = (proven.by === 'key' && lack === null) || guest ? 'open' : 'keyring';
  const until = guest && guest.until < hardLimit(at) ? guest.until : hardLimit(at);
  await vault.storage.write(async (tx) => {
    await tx
      .insertInto('session')
      .values({
        practice,
        session,
        token: tokenHash(token),
        person: proven.person,
        device: proven.device,
        organisation: guest?.organisation ?? null,
        vouched: guest && packVouched(guest.memberships),
        unlocker: proven.unlocker,
        stage,
        opened: at,
        active: at,
        until,
        ended: null,
        log_read: 0,
      })
      .execute();
    await startLevel(tx, practice, session, proven.by, at);
    if (proven.unlocker !== null) await useUnlocker(tx, practice, proven.unlocker, at);
  });
  if (guest) await takeLevel(vault, people, session, proven.person, guest);
  // The line first: a keyring that is handed out can be guessed at from then on.
  const event = stage === 'open' ? 'login' : 'keyring';
  await logSession(vault, people, event, proven.person, false, guest?.organisation);
  const { keyring, ended } = await handedOut(vault, practice, stage === 'keyring' ? proven.person : null);
  return {
    session,
    token,
    person: proven.person,
    stage,
    keyring,
    ended,
    idle: SESSION_IDLE,
    until,
  };
}

const takeLevel = async (
  vault: Vault,
  people: People,
  session: SessionId,
  person: PersonId,
  { organisation, assurance }: Welcomed,
): Promise<void> =>
  assurance === null ? undefined : await takeGuestLevel(vault, people, { session, person, organisation }, assurance);

/** The person's own key has signed: the session is open. */
export async function confirm(vault: Vault, signed: Signed) {
  const { practice, people, session, request, lack } = signed;
  if (lack !== null) {
    await logSession(vault, people, 'attempt', session.person, true);
    throw identityNeeded(lack);
  }
  await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`session/${session.session}`],
    plan: async (_tx, at) => ({
      common: commonOf(vault, people, request, at, {
        event: session.stage === 'open' ? 're-touch' : 'login',
        action: 'E',
        outcome: 'success',
      }),
      items: [],
      effect: async (tx) => {
        await tx
          .updateTable('session')
          .set({ stage: 'open' })
          .where('practice', '=', practice)
          .where('session', '=', session.session)
          .execute();
      },
    }),
  });
  return { session: session.session, stage: 'open' as const, idle: SESSION_IDLE, until: session.until };
}

/**
 * One gesture brings the same session back, idle and hard limit both, with a new token. A passkey (with user verification) or the
 * person's key opens it again; a device key alone leads to the keyring, and `confirm` opens.
 */
export async function touch(vault: Vault, caller: Caller, ask: OpenSession): Promise<SessionOpened> {
  const { practice, people, session } = caller;
  if (sessionFault(session, vault.clock()) === 'ended')
    throw vaultError('session-ended', 'the session has ended; sign in again');
  const proven = await prove(vault, practice, people, ask);
  const home = homeOf(caller);
  const guest = proven?.guest ?? null;
  if (!proven || proven.person !== session.person || (guest?.organisation ?? null) !== session.organisation) {
    await logSession(vault, people, 'attempt', session.person, true, home);
    throw vaultError('unlocker-refused', 'this unlocker does not belong to the session; sign in again');
  }
  const at = vault.clock();
  const token = base64url(vault.random(32));
  const stage: SessionStage =
    // A guest has no keyring here: what is lacking is looked at with every request.
    session.stage === 'open' && proven.by !== 'device' && (caller.lack === null || guest !== null) ? 'open' : 'keyring';
  const limit = plus(session.opened, SESSION_LIFE);
  const until = Math.min(hardLimit(at), limit, guest?.until ?? limit) as Instant;
  const { unlocker } = proven;
  if (guest) await keepDirectory(vault, people, guest, session.person);
  const vouched = guest && packVouched(guest.memberships);
  await vault.storage.write(async (tx) => {
    await tx
      .updateTable('session')
      .set({
        token: tokenHash(token),
        stage,
        active: at,
        until,
        device: proven.device ?? session.device,
        unlocker,
        vouched,
      })
      .where('practice', '=', practice)
      .where('session', '=', session.session)
      .where('ended', 'is', null)
      .execute();
    if (unlocker !== null) await useUnlocker(tx, practice, unlocker, at);
  });
  if (guest) await takeLevel(vault, people, session.session, session.person, guest);
  await logSession(vault, people, 're-touch', session.person, false, home);
  const { keyring, ended } = await handedOut(vault, practice, guest ? null : session.person);
  return {
    session: session.session,
    token,
    person: session.person,
    stage,
    keyring,
    ended,
    idle: SESSION_IDLE,
    until,
  };
}

export async function close(vault: Vault, caller: Caller) {
  const { practice, people, session } = caller;
  const at = vault.clock();
  await vault.storage.write((tx) =>
    tx
      .updateTable('session')
      .set({ ended: at })
      .where('practice', '=', practice)
      .where('session', '=', session.session)
      .where('ended', 'is', null)
      .execute(),
  );
  if (session.ended === null) await logSession(vault, people, 'logout', session.person, false, homeOf(caller));
  return { session: session.session, stage: 'ended' as const, idle: SESSION_IDLE, until: session.until };
}
