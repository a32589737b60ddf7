/**
 * Batches (docs/spec/statements.md): one signature over a Merkle tree (RFC 6962) of many statements, leaf data = signed bytes.
 * The bulk wire form carries the batch once and the headers in leaf order; the receiver rebuilds root and paths.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
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
  expectType,
  makeStatement,
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

export interface SignedBatch<T extends StatementType = StatementType> {
  readonly batch: Statement<'batch'>;
  /** In the order given. */
  readonly statements: readonly Statement<T>[];
}

function spread<T extends StatementType>(
  batch: Statement<'batch'>,
  payloads: readonly Payload<T>[],
  bytes: readonly Bytes[],
  tree: ReturnType<typeof memoryTree>,
): SignedBatch<T> {
  const statements = payloads.map((payload, index) =>
    makeStatement<T>(payload, bytes[index]!, proofIn(batch, index, tree)),
  );
  return { batch, statements };
}

/** The path is worked out when it is asked for: whoever sends the whole batch never does. */
function proofIn(batch: Statement<'batch'>, index: number, tree: ReturnType<typeof memoryTree>): Statement['proof'] {
  let path: string[] | undefined;
  return {
    batch,
    index,
    get path() {
      path ??= tree.inclusion(index).map((step) => base64url(step));
      return path;
    },
  };
}

/** Signs many payloads at once. Throws `seal/bad-batch` for none, too many, or a batch inside. */
export async function signBatch<P extends Payload>(
  payloads: readonly P[],
  by: { readonly practice: OrganisationId; readonly at: Instant; readonly signer: Signer; readonly suite?: number },
): Promise<SignedBatch<P['t']>> {
  if (payloads.length < 1 || payloads.length > MAX_BATCH || payloads.some(({ t }) => t === 'batch')) {
    throw sealError('bad-batch', `a batch holds 1 to ${MAX_BATCH} statements, none of them a batch`);
  }
  const bytes = payloads.map((payload) => canonicalJson(parsePayload(payload)));
  const tree = memoryTree(bytes.map(signedBytes));
  const batch = await signStatement(
    {
      t: 'batch',
      v: 1,
      suite: by.suite ?? 1,
      practice: by.practice,
      by: by.signer.by as PersonId,
      size: payloads.length,
      root: asHash(tree.root),
      at: by.at,
    },
    by.signer,
  );
  return spread(batch, payloads as readonly Payload<P['t']>[], bytes, tree);
}

export const batchWireSchema = z.strictObject({
  batch: signedWireSchema,
  headers: z.array(z.string().max(88_000)).min(1).max(MAX_BATCH),
});
export type BatchWire = z.infer<typeof batchWireSchema>;

/** All statements of one batch, in leaf order, without paths. */
export const batchToWire = ({ batch, statements }: SignedBatch): BatchWire => ({
  batch: signedToWire(batch),
  headers: statements.map(({ bytes }) => base64url(bytes)),
});

/** Rebuilds every proof. Throws `seal/bad-batch` when the headers are not exactly the leaves that were signed. */
export function batchFromWire(wire: unknown): SignedBatch {
  const { batch: batchWire, headers } = checkHeader('batch wire', batchWireSchema, wire);
  const batch = expectType(statementFromWire(batchWire), 'batch');
  const bytes = headers.map((header) => fromBase64url(header));
  const tree = memoryTree(bytes.map(signedBytes));
  if (batch.payload.size !== tree.size || !equalBytes(fromBase64url(batch.payload.root), tree.root)) {
    throw sealError('bad-batch', 'the statements are not the ones this batch was signed over');
  }
  const payloads = bytes.map((header) => parsePayload(parseHeader('statement', z.unknown(), header)));
  return spread(batch, payloads, bytes, tree);
}
