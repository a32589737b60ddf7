/** Invitations: how a new colleague brings keys and ways in (design 5). */

import { base64url, fromBase64url, type OrganisationId } from '@ketenkluis/base';
import type { invitationState, joinInvitation } from '@ketenkluis/protocol';
import {
  expectType,
  invitation as invitationSchema,
  statementFromWire,
  statementWireSchema,
  verifyStatement,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { refused } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, item, ownCommon } from './lines.ts';
import { getStatements, payloadOf, toWire } from './storage/statements.ts';
import { putCredential, putDevice, readDevice, readKeyring } from './unlockers.ts';
import type { Vault } from './vault.ts';
import { checkRegistration, takeChallenge } from './webauthn.ts';

const MAX_JOINS = 16;

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
          if (device) await putDevice(write, practice, device, at);
          if (passkey) await putCredential(write, practice, person, passkey, at);
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
