/** Team epochs and their wraps, KKEW (docs/spec/keys.md). */

import {
  type Bytes,
  base64url,
  canonicalJson,
  fromBase64url,
  type Instant,
  idBytes,
  lengthPrefixed,
  type OrganisationId,
  type PersonId,
  type Random,
  type TeamId,
  u32,
  utf8,
} from '@ketenkluis/base';
import { z } from 'zod';
import type { Sealed } from './brands.ts';
import { checkHeader, decodeObject, domain, encodeObject, MAGICS, parseHeader } from './encoding.ts';
import { sealError } from './errors.ts';
import type { KemKeyPair, KemPrivateKey } from './hpke.ts';
import { hashOf, type Statement } from './statement.ts';
import { type Epoch, epoch, type Hash } from './statements.ts';
import { suite } from './suite.ts';

const EPOCH = domain('epoch');
const NOTHING = new Uint8Array();

const header = z.strictObject({
  t: z.literal('epoch-wraps'),
  v: z.literal(1),
  suite: epoch.shape.suite,
  team: epoch.shape.team,
  number: epoch.shape.number,
});
const wrap = z.strictObject({
  to: z.union([z.literal('recovery'), epoch.shape.members.element.shape.person]),
  enc: z.string().regex(/^[A-Za-z0-9_-]{40,4096}$/),
  ct: z.string().regex(/^[A-Za-z0-9_-]{40,200}$/),
});
const wraps = z.array(wrap).min(1).max(257);
export type EpochRecipient = PersonId | 'recovery';

const info = (team: TeamId, number: number, to: EpochRecipient): Bytes =>
  lengthPrefixed(EPOCH, idBytes(team), u32(number), utf8(to));

export interface NewEpoch {
  /** To be signed by the owners. */
  readonly payload: Epoch;
  readonly wraps: Sealed<'epoch-wraps'>;
  readonly keys: KemKeyPair;
}

/** Who is a member as well gets one wrap. */
const poolOnly = ({ members, pool = [] }: Pick<Parameters<typeof createEpoch>[0], 'members' | 'pool'>) =>
  pool.filter(({ payload }) => !members.some((member) => member.payload.subject === payload.subject));

/** A team key, wrapped to each member's card and to recovery: fresh, or the current one for a joiner. The caller has verified the cards and their inclusion. */
export async function createEpoch(input: {
  readonly suite?: number;
  readonly organisation: OrganisationId;
  readonly team: TeamId;
  readonly number: number;
  readonly prev: Hash | null;
  readonly members: readonly Statement<'card'>[];
  /** Cards of the team's approved pool: they get a wrap beforehand and are no members (design 5). */
  readonly pool?: readonly Statement<'card'>[];
  readonly recoveryKey: Uint8Array;
  readonly at: Instant;
  readonly random: Random;
  /** The current key, for a record that only adds members; a fresh one when left out. */
  readonly keys?: KemKeyPair;
}): Promise<NewEpoch> {
  const id = input.suite ?? 1;
  const { organisation, team, number, prev, at } = input;
  const { kem } = suite(id);
  const keys = input.keys ?? (await kem.generate(input.random));
  const recipients: { to: EpochRecipient; key: Uint8Array }[] = [
    ...[...input.members, ...poolOnly(input)].map(({ payload }) => ({
      to: payload.subject,
      key: fromBase64url(payload.kem),
    })),
    { to: 'recovery', key: input.recoveryKey },
  ];
  const sealed = await Promise.all(
    recipients.map(async ({ to, key }) => {
      const { enc, ct } = await kem.seal(key, info(team, number, to), NOTHING, keys.seed);
      return { to, enc: base64url(enc), ct: base64url(ct) };
    }),
  );
  const head = { t: 'epoch-wraps', v: 1, suite: id, team, number };
  const object = encodeObject(MAGICS.epochWraps, head, canonicalJson(wraps.parse(sealed))) as Sealed<'epoch-wraps'>;
  const payload = checkHeader('epoch', epoch, {
    ...{ t: 'epoch', v: 1, suite: id, organisation, team, number, prev, at },
    kem: base64url(keys.publicKey),
    members: input.members.map((card) => ({ person: card.payload.subject, card: card.hash })),
    wraps: hashOf(object),
  });
  return { payload, wraps: object, keys };
}

/** Checks the frame of stored bytes. Throws `seal/bad-object` or `seal/bad-header`. */
export function asEpochWraps(bytes: Bytes): Sealed<'epoch-wraps'> {
  const { body } = decodeObject(MAGICS.epochWraps, header, bytes);
  parseHeader('epoch wraps', wraps, body);
  return bytes as Sealed<'epoch-wraps'>;
}

/** Who can open these wraps. */
export function epochRecipients(bytes: Sealed<'epoch-wraps'>): readonly EpochRecipient[] {
  return parseHeader('epoch wraps', wraps, decodeObject(MAGICS.epochWraps, header, bytes).body).map(({ to }) => to);
}

/**
 * The team's private key, for one recipient. Checks that these are the wraps that the epoch names and that the key inside belongs
 * to the epoch's public key. Throws `seal/bad-epoch` or `seal/cannot-open`.
 */
export async function openEpoch(input: {
  readonly wraps: Sealed<'epoch-wraps'>;
  readonly epoch: Epoch;
  readonly to: EpochRecipient;
  readonly key: KemPrivateKey;
}): Promise<{ readonly seed: Bytes; readonly key: KemPrivateKey }> {
  const { epoch: stated, to } = input;
  const { header: head, body } = decodeObject(MAGICS.epochWraps, header, input.wraps);
  if (hashOf(input.wraps) !== stated.wraps || head.team !== stated.team || head.number !== stated.number) {
    throw sealError('bad-epoch', 'these wraps are not those of this epoch');
  }
  const own = parseHeader('epoch wraps', wraps, body).find((one) => one.to === to);
  if (!own) throw sealError('bad-epoch', 'this epoch holds no wrap for this person');
  const { kem } = suite(head.suite);
  const context = info(stated.team, stated.number, to);
  const seed = await kem.open(input.key, fromBase64url(own.enc), context, NOTHING, fromBase64url(own.ct));
  const key = await kem.importPrivate(seed);
  // A seed that does not fit the public key would lock the team out later, or split it in two.
  const probe = await kem.seal(fromBase64url(stated.kem), context, NOTHING, EPOCH);
  await kem.open(key, probe.enc, context, NOTHING, probe.ct);
  return { seed, key };
}
