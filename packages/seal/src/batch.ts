/**
 * Batches (docs/spec/statements.md): one signature over a Merkle tree (RFC 6962) of many statements, leaf data = signed bytes.
 * The bulk wire form carries the batch once and the headers in leaf order; the receiver rebuilds root and paths.
 */

import {
  type Bytes,
  base64url,
  concat,
  equalBytes,
  fromBase64url,
  type Instant,
  type OrganisationId,
  type PersonId,
  type Signer,
} from '@ketenkluis/base';
import { memoryTree } from '@ketenkluis/ledger';
import { z } from 'zod';
import { checkHeader, parseHeader } from './encoding.ts';
import { sealError } from './errors.ts';
import {
  asHash,
  type Draft,
  draft,
  expectType,
  fromDraft,
  hashOf,
  isDraft,
  parsePayload,
  type Statement,
  signedBytes,
  signedToWire,
  signedWireSchema,
  signStatement,
  statementFromWire,
} from './statement.ts';
import type { Payload, StatementType } from './statements.ts';

/** More than this goes into a second batch. */
export const MAX_BATCH = 65_536;
/** Of one statement, and of its text as base64url. */
const MAX_HEADER_BYTES = 66_000;
const MAX_HEADER_TEXT = 88_000;

export interface SignedBatch<T extends StatementType = StatementType> {
  readonly batch: Statement<'batch'>;
  /** In the order given. */
  readonly statements: readonly Statement<T>[];
}

function spread<T extends StatementType>(
  batch: Statement<'batch'>,
  leaves: readonly Pick<Draft<Payload<T>>, 'payload' | 'bytes' | 'signed' | 'hash'>[],
  tree: ReturnType<typeof memoryTree>,
): SignedBatch<T> {
  return { batch, statements: leaves.map((one, index) => fromDraft<T>(one, proofIn(batch, index, tree))) };
}

/** The path is worked out when it is asked for: whoever sends the whole batch never does. */
function proofIn(batch: Statement<'batch'>, index: number, tree: ReturnType<typeof memoryTree>): Statement['proof'] {
  let path: string[] | undefined;
  const proof = {
    batch,
    index,
    get path() {
      path ??= tree.inclusion(index).map((step) => base64url(step));
      return path;
    },
  };
  steps.set(proof, () => concat(...tree.inclusion(index)));
  return proof;
}

/** Of proofs made here: their steps from the tree, without a text in between. */
const steps = new WeakMap<object, () => Bytes>();

/** The steps of a proof in a batch one after the other, 32 bytes each. */
export const pathBytes = (proof: Extract<Statement['proof'], { readonly batch: unknown }>): Bytes =>
  steps.get(proof)?.() ?? concat(...proof.path.map((step) => fromBase64url(step)));

/** Signs many payloads at once, drafted already or not. Throws `seal/bad-batch` for none, too many, or a batch inside. */
export async function signBatch<P extends Payload>(
  payloads: readonly (P | Draft<P>)[],
  by: { readonly practice: OrganisationId; readonly at: Instant; readonly signer: Signer; readonly suite?: number },
): Promise<SignedBatch<P['t']>> {
  const inside = (one: P | Draft<P>): P => (isDraft(one) ? one.payload : one);
  if (payloads.length < 1 || payloads.length > MAX_BATCH || payloads.some((one) => inside(one).t === 'batch')) {
    throw sealError('bad-batch', `a batch holds 1 to ${MAX_BATCH} statements, none of them a batch`);
  }
  const leaves = payloads.map((one) => (isDraft(one) ? one : draft(one)));
  const tree = memoryTree(leaves.map(({ signed }) => signed));
  const batch = await signStatement(
    {
      t: 'batch',
      v: 1,
      suite: by.suite ?? 1,
      practice: by.practice,
      by: by.signer.by as PersonId,
      size: leaves.length,
      root: asHash(tree.root),
      at: by.at,
    },
    by.signer,
  );
  return spread<P['t']>(batch, leaves as unknown as readonly Draft<Payload<P['t']>>[], tree);
}

export const batchWireSchema = z.strictObject({
  batch: signedWireSchema,
  headers: z.array(z.string().max(MAX_HEADER_TEXT)).min(1).max(MAX_BATCH),
});
export type BatchWire = z.infer<typeof batchWireSchema>;

/** All statements of one batch, in leaf order, without paths. */
export const batchToWire = ({ batch, statements }: SignedBatch): BatchWire => ({
  batch: signedToWire(batch),
  headers: statements.map(({ bytes }) => base64url(bytes)),
});

/** Rebuilds every proof. Throws `seal/bad-batch` when the headers are not exactly the leaves that were signed. */
export function batchFromWire(wire: unknown): SignedBatch {
  const { batch, headers } = checkHeader('batch wire', batchWireSchema, wire);
  return batchFromBytes(
    batch,
    headers.map((header) => fromBase64url(header)),
  );
}

/** The same of headers that came as their bytes. */
export function batchFromBytes(batchWire: unknown, headers: readonly Bytes[]): SignedBatch {
  const batch = expectType(statementFromWire(checkHeader('batch wire', signedWireSchema, batchWire)), 'batch');
  if (headers.length < 1 || headers.length > MAX_BATCH || headers.some(({ length }) => length > MAX_HEADER_BYTES))
    throw sealError('bad-batch', `a batch holds 1 to ${MAX_BATCH} statements of at most ${MAX_HEADER_BYTES} bytes`);
  const signed = headers.map(signedBytes);
  const tree = memoryTree(signed);
  if (batch.payload.size !== tree.size || !equalBytes(fromBase64url(batch.payload.root), tree.root)) {
    throw sealError('bad-batch', 'the statements are not the ones this batch was signed over');
  }
  const leaves = headers.map((bytes, i) => ({
    ...{ payload: parsePayload(parseHeader('statement', z.unknown(), bytes)), bytes },
    ...{ signed: signed[i]!, hash: hashOf(signed[i]!) },
  }));
  return spread(batch, leaves, tree);
}
