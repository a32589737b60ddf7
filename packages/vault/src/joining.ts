/** Invitations, passkeys and keyrings: how a person comes to have a second way in (design 5). */

import { type Bytes, base64url, fromBase64url, type OrganisationId, type PersonId, utf8 } from '@ketenkluis/base';
import type { addCredential, invitationState, joinInvitation, putKeyring } from '@ketenkluis/protocol';
import {
  expectType,
  invitation as invitationSchema,
  parseKeyring,
  type Statement,
  statementFromWire,
  statementWireSchema,
  verifyStatement,
} from '@ketenkluis/seal';
import { generateRegistrationOptions } from '@simplewebauthn/server';
import type { z } from 'zod';
import { type Caller, refused, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, ownCommon } from './lines.ts';
import { getStatements, payloadOf, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';
import { CHALLENGE_LIFE, checkRegistration, newChallenge, takeChallenge } from './webauthn.ts';

const MAX_JOINS = 16;
function readKeyring(text: string, person: PersonId): { bytes: Bytes; number: number } {
  const bytes = fromBase64url(text);
  const { header } = parseKeyring(bytes);
  if (header.person !== person) throw vaultError('bad-statement', 'this keyring belongs to somebody else');
  return { bytes, number: header.number };
}

async function invitationOf(vault: Vault, practice: OrganisationId, invitation: string) {
  const found = await vault.storage.read(async (tx) => {
    const row = await tx
      .selectFrom('invitation')
      .selectAll()
      .where('practice', '=', practice)
      .where('invitation', '=', invitation)
      .executeTakeFirst();
    const joins = await tx
      .selectFrom('joining')
      .selectAll()
      .where('practice', '=', practice)
      .where('invitation', '=', invitation)
      .execute();
    const statement = (await getStatements(tx, practice, row ? [row.hash] : [])).get(row?.hash ?? ('' as never));
    return { row, joins, statement };
  });
  if (!found.row || !found.statement) throw refused();
  return { row: found.row, joins: found.joins, statement: found.statement };
}

export async function invitation(
  vault: Vault,
  practice: OrganisationId,
  id: string,
): Promise<z.infer<typeof invitationState>> {
  const { row, joins, statement } = await invitationOf(vault, practice, id);
  const over = row.state !== 'confirmed' && row.until <= vault.clock();
  return {
    invitation: toWire(statement),
    joins: joins.map(({ header, sigs }) =>
      statementWireSchema.parse({ header: base64url(header), proof: { sigs: JSON.parse(sigs) } }),
    ),
    state: over ? 'ended' : row.state,
  };
}

/** A device's key may ask for this person's keyring. */
async function readDevice(
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

async function putDevice(tx: Tx, practice: OrganisationId, { payload }: Statement<'device'>): Promise<void> {
  const taken = await tx
    .selectFrom('device')
    .select('person')
    .where('practice', '=', practice)
    .where('device', '=', payload.id)
    .executeTakeFirst();
  if (taken) throw vaultError('already-there', 'this device is known already');
  await tx
    .insertInto('device')
    .values({ practice, device: payload.id, person: payload.person, sign: payload.sign, ended: null })
    .execute();
}

/** Keys were made on the device; nothing opens before the inviter has compared the code and an owner's card says so. */
export async function join(vault: Vault, practice: OrganisationId, id: string, body: z.infer<typeof joinInvitation>) {
  const { row, statement } = await invitationOf(vault, practice, id);
  const people = await vault.people.of(practice);
  if (!people) throw refused();
  const invited = invitationSchema.parse(payloadOf(statement));
  const joining = expectType(statementFromWire(body.join), 'join');
  const { person, sign } = joining.payload;
  const keyOf = (by: string) =>
    by === id ? fromBase64url(invited.key) : by === person ? fromBase64url(sign) : undefined;
  const genuine =
    joining.payload.invitation === id && (await verifyStatement(joining, keyOf, vault.verifier, { threshold: 2 }));
  const at = vault.clock();
  if (!genuine || row.state === 'confirmed' || row.until <= at || !('sigs' in joining.proof)) throw refused();
  if (people.keys.cardStatement(person) !== undefined || people.isOwner(person)) throw refused();
  const keyring = readKeyring(body.keyring, person);
  const device = body.device === null ? null : await readDevice(vault, body.device, person, fromBase64url(sign));
  const fresh =
    body.passkey && (await vault.storage.write((tx) => takeChallenge(tx, practice, body.passkey!.challenge, at)));
  const passkey =
    body.passkey && fresh ? await checkRegistration(vault, body.passkey.challenge, body.passkey.credential) : undefined;
  if (body.passkey && !passkey) throw vaultError('unlocker-refused', 'this passkey was not accepted; make another one');
  const sigs = JSON.stringify(joining.proof.sigs);
  await append(vault, {
    practice,
    log: people.log,
    request: null,
    keys: [`invitation/${id}`, `person/${person}`],
    plan: async (tx) => {
      const others = await tx
        .selectFrom('joining')
        .select('person')
        .where('practice', '=', practice)
        .where('invitation', '=', id)
        .execute();
      if (others.length >= MAX_JOINS) throw refused();
      const taken = await tx
        .selectFrom('person')
        .select('person')
        .where('practice', '=', practice)
        .where('person', '=', person)
        .executeTakeFirst();
      if (taken) throw vaultError('already-there', 'this person has joined already');
      return {
        common: ownCommon(vault, practice, {
          event: 'invitation',
          action: 'C',
          class: 'session',
          outcome: 'success',
          actor: person,
          responsible: invited.by,
        }),
        items: [item({ kind: 'object', object: joining.hash })],
        effect: async (write) => {
          await write
            .insertInto('joining')
            .values({ practice, invitation: id, person, hash: joining.hash, header: joining.bytes, sigs })
            .execute();
          await write
            .insertInto('person')
            .values({ practice, person, keyring: keyring.bytes, number: keyring.number })
            .execute();
          if (device) await putDevice(write, practice, device);
          if (passkey)
            await write
              .insertInto('credential')
              .values({ practice, person, ...passkey })
              .execute();
          await write
            .updateTable('invitation')
            .set({ state: 'joined' })
            .where('practice', '=', practice)
            .where('invitation', '=', id)
            .where('state', '=', 'open')
            .execute();
        },
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
      .execute(),
  );
  const host = new URL(vault.origins[0]!).hostname;
  const options = await generateRegistrationOptions({
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

type KeyringChange = {
  readonly keyring: string;
  readonly device?: Statement<'device'> | null;
  readonly passkey?: Awaited<ReturnType<typeof checkRegistration>>;
};

/** The sealed keyring is replaced by its next number; an unlocker may come with it. */
async function changeKeyring(vault: Vault, signed: Signed, change: KeyringChange): Promise<void> {
  const { practice, people, request, session } = signed;
  const person = session.person;
  const { bytes, number } = readKeyring(change.keyring, person);
  await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`person/${person}`],
    plan: async (tx, at) => {
      const row = await tx
        .selectFrom('person')
        .select('number')
        .where('practice', '=', practice)
        .where('person', '=', person)
        .executeTakeFirst();
      if (row && number !== row.number + 1)
        throw vaultError('conflict', 'the keyring has changed elsewhere; open it again');
      return {
        common: commonOf(vault, people, request, at, { event: 'keyring', action: 'U', outcome: 'success' }),
        items: [],
        effect: async (write) => {
          await write
            .insertInto('person')
            .values({ practice, person, keyring: bytes, number })
            .onConflict((on) => on.columns(['practice', 'person']).doUpdateSet({ keyring: bytes, number }))
            .execute();
          if (change.device) await putDevice(write, practice, change.device);
          if (change.passkey)
            await write
              .insertInto('credential')
              .values({ practice, person, ...change.passkey })
              .execute();
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
