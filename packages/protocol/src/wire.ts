/** The parts that messages are made of (docs/spec/protocol.md). Binary is base64url; hashes name statements. */

import { type Id, type IdKind, type Instant, idPattern } from '@ketenkluis/base';
import { hash } from '@ketenkluis/seal';
import { z } from 'zod';

export const id = <K extends IdKind>(kind: K) =>
  z
    .custom<Id<K>>((value) => typeof value === 'string' && idPattern(kind).test(value), `expected a ${kind} id`)
    .meta({
      type: 'string',
      pattern: idPattern(kind).source,
    });
export const instant = z
  .custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds')
  .meta({ type: 'integer', minimum: 0 });
/** A calendar day of the Netherlands, YYYY-MM-DD; whether it exists is for who reads it. */
export const day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/);
export const base64url = (max: number) =>
  z
    .string()
    .max(max)
    .regex(/^[A-Za-z0-9_-]*$/);
export const wireHash = hash.meta({ type: 'string', pattern: '^[A-Za-z0-9_-]{43}$' });

/** A signed statement: canonical header bytes and how they are signed. `batch` refers to a statement in the same message's `batches`. */
export const wireStatement = z.strictObject({
  header: base64url(90_000),
  proof: z.union([
    z.strictObject({
      sigs: z
        .array(z.strictObject({ by: z.string().max(40), sig: base64url(90) }))
        .min(1)
        .max(16),
    }),
    z.strictObject({ batch: wireHash, index: z.int().min(0), path: z.array(base64url(43)).max(17) }),
  ]),
});
export type WireStatement = z.infer<typeof wireStatement>;

/** A signed C2SP checkpoint note, as text. */
export const checkpointNote = z.string().max(8000);

/** Items of one entry, each provable without the others (docs/spec/entry.md). */
export const ledgerProof = z.strictObject({
  index: z.int().min(0),
  leaf: base64url(90_000),
  path: z.array(base64url(43)).max(64),
  common: z.strictObject({ part: base64url(8_000), salt: base64url(22) }).nullable(),
  items: z.array(z.strictObject({ position: z.int().min(0), part: base64url(8_000), salt: base64url(22) })).max(256),
});
export type LedgerProof = z.infer<typeof ledgerProof>;

/** A share wrapped in a bundle (docs/spec/pack.md). */
export const wrap = z.strictObject({
  bundle: wireHash,
  index: z.int().min(0),
  descriptor: wireHash,
  kind: z.enum(['c', 'h', 'x']),
  ct: base64url(120),
});
export type WireWrap = z.infer<typeof wrap>;

/** Where a dossier stands: the number of the last item that changed it, its state hash and the hashes of everything live that make that state. */
export const dossierState = z.strictObject({
  dossier: id('dossier'),
  seq: z.int().min(0),
  state: wireHash,
  live: z.array(wireHash).max(2000),
});
export type WireState = z.infer<typeof dossierState>;

/** RFC 9457. `type` is the error code; outsiders get one constant body (R22). */
export const problem = z.strictObject({
  type: z.string().max(80),
  title: z.string().max(200),
  status: z.int(),
  detail: z.string().max(500).optional(),
  requestId: z.string().max(40).optional(),
});
export type Problem = z.infer<typeof problem>;

/** A receipt as it travels to the vault with the delivery. */
export const custodyProof = z.strictObject({ by: id('person'), sig: base64url(90) });
export type CustodyProof = z.infer<typeof custodyProof>;
