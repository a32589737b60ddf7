/** Whether an inspection pack is as it was signed (docs/inspector.md): for whoever received it, without network, account or register. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64url, fromUtf8 } from '@ketenkluis/base';
import type { Entry } from '@ketenkluis/ledger';
import { createVerifier, decodeStatement, expectType } from '@ketenkluis/seal';
import { z } from 'zod';
import { mirroredLines } from '../breach/world.ts';
import { agentError } from '../errors.ts';
import { publicPem } from '../native.ts';
import { verifyMirror } from '../verify.ts';
import { cardStands, holdFindings } from './findings.ts';
import { filesUnder, PACK, sumOf } from './pack.ts';

const manifestSchema = z.strictObject({
  v: z.literal(2),
  practice: z.string(),
  at: z.int(),
  by: z.string(),
  card: z.string(),
  log: z.strictObject({ origin: z.string(), size: z.int(), root: z.string().nullable() }),
});

export interface PackFault {
  readonly kind: 'signature' | 'signer' | 'changed' | 'missing' | 'added' | 'log' | 'findings';
  readonly file: string;
}
export interface PackVerdict {
  readonly ok: boolean;
  readonly practice: string | null;
  readonly files: number;
  readonly lines: number;
  readonly faults: readonly PackFault[];
}

const SUM = /^([0-9a-f]{64}) {2}(\S.*)$/;

/**
 * The agent's card: a line of this very log says that a card was made, and it was this one. Other lines name hashes too, of what partners
 * signed among them.
 */
export function cardHolds(lines: readonly Pick<Entry, 'common' | 'items'>[], card: string, by: string): boolean {
  const { hash, payload } = decodeStatement(fromBase64url(card));
  if (payload.t !== 'card' || payload.subject !== by || payload.kind !== 'agent') return false;
  return cardStands(lines, { hash, payload });
}

/** Throws `agent/bad-mirror` for a folder that is no pack; whatever is wrong inside stands in the verdict. */
export async function checkPack(dir: string): Promise<PackVerdict> {
  const raw = async (name: string) => new Uint8Array(await readFile(join(dir, name)));
  let sums: Uint8Array;
  let signature: Uint8Array;
  let manifest: z.infer<typeof manifestSchema>;
  try {
    sums = await raw(PACK.sums);
    signature = await raw(PACK.signature);
    manifest = manifestSchema.parse(JSON.parse(fromUtf8(await raw(PACK.manifest))));
  } catch (cause) {
    throw agentError('bad-mirror', `${dir} is no inspection pack`, { cause });
  }
  const faults: PackFault[] = [];
  let practice: string | null = null;
  try {
    const card = expectType(decodeStatement(fromBase64url(manifest.card)), 'card').payload;
    const key = fromBase64url(card.sign);
    if (!(await createVerifier().verify(key, sums, signature))) faults.push({ kind: 'signature', file: PACK.sums });
    const lines = (await mirroredLines(join(dir, PACK.log))).map(({ entry }) => entry);
    const held = cardHolds(lines, manifest.card, manifest.by) && card.organisation === manifest.practice;
    if (!held || publicPem(key) !== fromUtf8(await raw(PACK.signer)))
      faults.push({ kind: 'signer', file: PACK.signer });
    practice = card.organisation;
  } catch {
    faults.push({ kind: 'signer', file: PACK.manifest });
  }
  const signed = new Map<string, string>();
  for (const line of fromUtf8(sums).split('\n').filter(Boolean)) {
    const [, sum, name] = SUM.exec(line) ?? [];
    if (sum === undefined || name === undefined) faults.push({ kind: 'changed', file: PACK.sums });
    else signed.set(name, sum);
  }
  const there = new Set(await filesUnder(dir));
  for (const [name, sum] of signed) {
    if (!there.has(name)) faults.push({ kind: 'missing', file: name });
    else if ((await sumOf(join(dir, name))) !== sum) faults.push({ kind: 'changed', file: name });
  }
  for (const name of there)
    if (!signed.has(name) && name !== PACK.sums && name !== PACK.signature) faults.push({ kind: 'added', file: name });
  const verdict = await verifyMirror(join(dir, PACK.log));
  const { log } = manifest;
  if (!verdict.ok || verdict.size !== log.size || verdict.root !== log.root)
    faults.push({ kind: 'log', file: PACK.log });
  // What a log officer gave along is of this log, and nothing of what the log holds is left out of it.
  if (there.has(PACK.findings)) {
    const held = await holdFindings(await raw(PACK.findings), await mirroredLines(join(dir, PACK.log)));
    if (held.fault !== null || held.said.practice !== manifest.practice)
      faults.push({ kind: 'findings', file: PACK.findings });
  }
  return { ok: faults.length === 0, practice, files: signed.size, lines: verdict.size, faults };
}
