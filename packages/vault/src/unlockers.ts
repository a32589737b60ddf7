/** Ways in: passkeys and devices, listed, added with the next keyring, and ended (design 5, R14). */

import {
  type Bytes,
  DAY,
  fromBase64url,
  type Instant,
  instant,
  type OrganisationId,
  type PersonId,
  utf8,
} from '@ketenkluis/base';
import {
  type addCredential,
  type endUnlocker,
  type putKeyring,
  unlockerBytes,
  type unlockers as unlockersMessage,
} from '@ketenkluis/protocol';
import {
  expectType,
  hashOf,
  MIN_UNLOCKERS,
  parseKeyring,
  type Statement,
  statementFromWire,
  unlockerId,
  verifyStatement,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { aboutThePractice } from './admin.ts';
import { type Caller, denied, refused, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';
import {
  CHALLENGE_LIFE,
  checkRegistration,
  type NewCredential,
  newChallenge,
  registrationOptions,
  takeChallenge,
} from './webauthn.ts';

/** A day is enough to know a lost telephone by; the minute somebody signs in is nobody's business. */
const dayOf = (at: Instant): Instant => instant(at - (at % DAY));

/** A keyring as it was sent. Throws `vault/bad-statement` unless it is this person's. */
export function readKeyring(text: string, person: PersonId): { bytes: Bytes; number: number; unlockers: string[] } {
  const bytes = fromBase64url(text);
  const { header } = parseKeyring(bytes);
  if (header.person !== person) throw vaultError('bad-statement', 'this keyring belongs to somebody else');
  return { bytes, number: header.number, unlockers: header.unlockers.map(unlockerId) };
}

/** A device's key may ask for this person's keyring. */
export async function readDevice(
  vault: Vault,
  wire: unknown,
  person: PersonId,
  key: Bytes | undefined,
): Promise<Statement<'device'>> {
  const device = expectType(statementFromWire(wire), 'device');
  if (
    device.payload.person !== person ||
    !key ||
    !(await verifyStatement(device, (by) => (by === person ? key : undefined), vault.verifier))
  ) {
    throw vaultError('bad-statement', 'this device is not vouched for by the person');
  }
  return device;
}

export async function putDevice(
  tx: Tx,
  practice: OrganisationId,
  { payload }: Statement<'device'>,
  at: Instant,
): Promise<void> {
  const { id: device, person, sign } = payload;
  const taken = await tx
    .selectFrom('device')
    .select('person')
    .where('practice', '=', practice)
    .where('device', '=', device)
    .executeTakeFirst();
  if (taken) throw vaultError('already-there', 'this device is known already');
  await tx
    .insertInto('device')
    .values({ practice, device, person, sign, since: dayOf(at), used: null, ended: null })
    .execute();
}

export async function putCredential(
  tx: Tx,
  practice: OrganisationId,
  person: PersonId,
  passkey: NewCredential,
  at: Instant,
): Promise<void> {
  await tx
    .insertInto('credential')
    .values({ practice, person, ...passkey, since: dayOf(at), used: null, ended: null })
    .execute();
}

/**
 * The day on which it last opened something. In the transaction of the session that it opens, so that one that was ended
 * meanwhile opens none: throws `vault/refused`.
 */
export async function useUnlocker(tx: Tx, practice: OrganisationId, unlocker: string, at: Instant): Promise<void> {
  let found = 0n;
  for (const table of ['credential', 'device'] as const) {
    const { numUpdatedRows } = await tx
      .updateTable(table)
      .set({ used: dayOf(at) })
      .where('practice', '=', practice)
      .where(table, '=', unlocker as never)
      .where('ended', 'is', null)
      .executeTakeFirst();
    found += numUpdatedRows;
  }
  if (found === 0n) throw refused();
}

interface WayIn {
  readonly person: PersonId;
  readonly unlocker: string;
  readonly kind: 'passkey' | 'passphrase';
  readonly since: Instant;
  readonly used: Instant | null;
  readonly ended: Instant | null;
}

async function waysIn(tx: Tx, practice: OrganisationId, person: PersonId | null): Promise<WayIn[]> {
  let passkeys = tx.selectFrom('credential').selectAll().where('practice', '=', practice);
  let devices = tx.selectFrom('device').selectAll().where('practice', '=', practice);
  if (person !== null) {
    passkeys = passkeys.where('person', '=', person);
    devices = devices.where('person', '=', person);
  }
  return [
    ...(await passkeys.execute()).map((row) => ({ ...row, unlocker: row.credential, kind: 'passkey' as const })),
    ...(await devices.execute()).map((row) => ({ ...row, unlocker: row.device, kind: 'passphrase' as const })),
  ];
}

/** Of the unlockers in this keyring those that were ended. */
export async function endedIn(
  tx: Tx,
  practice: OrganisationId,
  person: PersonId,
  keyring: Bytes | null,
): Promise<string[]> {
  if (keyring === null) return [];
  const there = new Set(parseKeyring(keyring).header.unlockers.map(unlockerId));
  const all = await waysIn(tx, practice, person);
  return all.filter(({ unlocker, ended }) => ended !== null && there.has(unlocker)).map(({ unlocker }) => unlocker);
}

/** Refused from now on; every session that it opened is over, but for the one that asks. */
async function endNow(
  tx: Tx,
  practice: OrganisationId,
  unlocker: string,
  at: Instant,
  keep: string | null,
): Promise<void> {
  for (const table of ['credential', 'device'] as const) {
    await tx
      .updateTable(table)
      .set({ ended: at })
      .where('practice', '=', practice)
      .where(table, '=', unlocker as never)
      .where('ended', 'is', null)
      .execute();
  }
  let sessions = tx
    .updateTable('session')
    .set({ ended: at })
    .where('practice', '=', practice)
    .where('ended', 'is', null)
    .where((is) => is.or([is('unlocker', '=', unlocker), is('device', '=', unlocker)]));
  if (keep !== null) sessions = sessions.where('session', '!=', keep as never);
  await sessions.execute();
}

/** One's own; for an owner those of everybody. */
export async function listUnlockers(vault: Vault, caller: Caller): Promise<z.infer<typeof unlockersMessage>> {
  const { practice, people, session } = caller;
  const all = await vault.storage.read((tx) =>
    waysIn(tx, practice, people.isOwner(session.person) ? null : session.person),
  );
  const named = new Map<PersonId, WayIn[]>([[session.person, []]]);
  for (const one of all) named.set(one.person, [...(named.get(one.person) ?? []), one]);
  return {
    people: [...named].map(([person, mine]) => ({
      person,
      unlockers: mine
        .sort((a, b) => a.since - b.since)
        .map(({ unlocker, kind, since, used, ended }) => ({ unlocker, kind, since, used, ended })),
    })),
  };
}

/** An owner ends a colleague's way in after a loss. One's own end with the next keyring, so that two stay. */
export async function endUnlockerOf(vault: Vault, signed: Signed, body: z.infer<typeof endUnlocker>['body']) {
  const { practice, people, request, session } = signed;
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny' || !people.isOwner(session.person) || body.person === session.person)
    throw await denied(vault, signed, decision.outcome === 'deny' ? decision.reason : 'class-not-allowed');
  await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`person/${body.person}`],
    plan: async (tx, at) => {
      const all = await waysIn(tx, practice, body.person);
      const found = all.find(({ unlocker }) => unlocker === body.unlocker);
      if (!found) throw vaultError('bad-request', 'this colleague has no such way in');
      if (found.ended !== null) throw vaultError('already-there', 'this way in has ended already');
      const object = hashOf(unlockerBytes(body.person, body.unlocker));
      return {
        common: commonOf(vault, people, request, at, { event: 'keyring', action: 'D', outcome: 'success' }),
        items: [item({ kind: 'object', object, checks: SIGNED_CHECKS })],
        effect: (write) => endNow(write, practice, body.unlocker, at, null),
      };
    },
  });
  return { done: true as const };
}

/** The relying party is the full host name; the passkey must verify its user and be found without a name. */
export async function passkeyOptions(vault: Vault, { practice, session }: Caller): Promise<Record<string, unknown>> {
  const { challenge } = await newChallenge(vault, practice);
  const known = await vault.storage.read((tx) =>
    tx
      .selectFrom('credential')
      .select(['credential', 'transports'])
      .where('practice', '=', practice)
      .where('person', '=', session.person)
      .where('ended', 'is', null)
      .execute(),
  );
  const host = new URL(vault.origins[0]!).hostname;
  const options = await registrationOptions({
    rpName: 'Ketenkluis',
    rpID: host,
    // Names stay out of authenticators that the vault cannot see into.
    userName: 'Ketenkluis',
    userID: utf8(session.person),
    challenge: fromBase64url(challenge),
    timeout: CHALLENGE_LIFE,
    attestationType: 'none',
    excludeCredentials: known.map(({ credential }) => ({ id: credential })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
  return { ...options };
}

interface KeyringChange {
  readonly keyring: string;
  readonly device?: Statement<'device'> | null;
  readonly passkey?: NewCredential;
}

/**
 * The sealed keyring is replaced by its next number; a way in may come with it, and those that it leaves out end. Never fewer than
 * two that work, unless there were fewer already.
 */
async function changeKeyring(vault: Vault, signed: Signed, change: KeyringChange): Promise<void> {
  const { practice, people, request, session } = signed;
  const person = session.person;
  const { bytes, number, unlockers } = readKeyring(change.keyring, person);
  const coming = change.passkey?.credential ?? change.device?.payload.id;
  if (coming !== undefined && !unlockers.includes(coming))
    throw vaultError('bad-statement', 'the keyring does not carry the way in that came with it');
  await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`person/${person}`],
    plan: async (tx, at) => {
      const row = await tx
        .selectFrom('person')
        .select(['number', 'keyring'])
        .where('practice', '=', practice)
        .where('person', '=', person)
        .executeTakeFirst();
      if (row && number !== row.number + 1)
        throw vaultError('conflict', 'the keyring has changed elsewhere; open it again');
      const dead = new Set(row ? await endedIn(tx, practice, person, row.keyring) : []);
      const before = row?.keyring ? parseKeyring(row.keyring).header.unlockers.map(unlockerId) : [];
      const working = before.filter((id) => !dead.has(id));
      const after = unlockers.filter((id) => !dead.has(id));
      if (after.length < Math.min(MIN_UNLOCKERS, working.length))
        throw vaultError('conflict', 'at least two ways in must stay; add another one first');
      const gone = (await waysIn(tx, practice, person)).filter(
        ({ unlocker, ended }) => ended === null && !unlockers.includes(unlocker),
      );
      const ends = gone.map(({ unlocker }) =>
        item({ kind: 'object', object: hashOf(unlockerBytes(person, unlocker)), checks: SIGNED_CHECKS }),
      );
      return {
        common: commonOf(vault, people, request, at, { event: 'keyring', action: 'U', outcome: 'success' }),
        items: ends,
        effect: async (write) => {
          await write
            .insertInto('person')
            .values({ practice, person, keyring: bytes, number })
            .onConflict((on) => on.columns(['practice', 'person']).doUpdateSet({ keyring: bytes, number }))
            .execute();
          for (const { unlocker } of gone) await endNow(write, practice, unlocker, at, session.session);
          if (change.device) await putDevice(write, practice, change.device, at);
          if (change.passkey) await putCredential(write, practice, person, change.passkey, at);
        },
      };
    },
  });
}

export async function credential(vault: Vault, signed: Signed, body: z.infer<typeof addCredential>['body']) {
  const fresh = await vault.storage.write((tx) => takeChallenge(tx, signed.practice, body.challenge, signed.at));
  const passkey = fresh ? await checkRegistration(vault, body.challenge, body.credential) : undefined;
  if (!passkey) throw vaultError('unlocker-refused', 'this passkey was not accepted; make another one');
  await changeKeyring(vault, signed, { keyring: body.keyring, passkey });
  return { done: true as const };
}

export async function keyring(vault: Vault, signed: Signed, body: z.infer<typeof putKeyring>['body']) {
  const key = signed.people.keys.keyOf(signed.session.person, signed.at);
  const device = body.device === null ? null : await readDevice(vault, body.device, signed.session.person, key);
  await changeKeyring(vault, signed, { keyring: body.keyring, device });
  return { done: true as const };
}
