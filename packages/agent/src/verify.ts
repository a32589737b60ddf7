/** A mirror folder checked offline, as a stranger would: the whole log, and every pack against its descriptor. */

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { base64url, fromBase64url, fromUtf8 } from '@ketenkluis/base';
import { type Fault, parseVkey, verifyLedger } from '@ketenkluis/ledger';
import { decodeStatement, expectType, verifyPackHash, webVerifier } from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import { readIfThere } from './files.ts';
import { entriesFile, GONE, MIRROR_FILE, mirrorState, readObjects } from './mirror.ts';

export interface MirrorVerdict {
  readonly ok: boolean;
  readonly size: number;
  readonly root: string | null;
  /** Lines whose leaf was made again from their content. */
  readonly entries: number;
  /** Packs held against their signed descriptors. */
  readonly packs: number;
  readonly faults: readonly (Omit<Fault, 'kind'> & { readonly kind: Fault['kind'] | 'pack' })[];
}

/** Throws `agent/bad-mirror` when there is no mirror; whatever is wrong inside stands in the verdict. */
export async function verifyMirror(dir: string): Promise<MirrorVerdict> {
  const bytes = await readIfThere(join(dir, MIRROR_FILE));
  const state = bytes === null ? null : mirrorState.safeParse(JSON.parse(fromUtf8(bytes))).data;
  if (!state) throw agentError('bad-mirror', `${dir} is no mirror of a vault`);
  let cached = { file: '', lines: [] as string[] };
  const line = async (index: number) => {
    const file = entriesFile(index);
    if (cached.file !== file) {
      cached = { file, lines: fromUtf8((await readIfThere(join(dir, file))) ?? new Uint8Array()).split('\n') };
    }
    return cached.lines[index % 1000] ?? '';
  };
  const verdict = await verifyLedger({
    folder: { read: async (path) => (await readIfThere(join(dir, 'log', path))) ?? undefined },
    trust: { log: parseVkey(state.log.key) },
    verifier: webVerifier,
    erased: state.erased.map((shard) => ({ ...shard, log: state.log.origin })),
    async entries(from, to) {
      const found: { index: number; stored: Uint8Array }[] = [];
      for (let index = from; index < to; index++) {
        const text = await line(index);
        if (text !== '' && text !== GONE) found.push({ index, stored: fromBase64url(text) });
      }
      return found;
    },
  });
  const { packs, faults } = await checkPacks(dir);
  return {
    ok: verdict.ok && faults.length === 0,
    size: verdict.checkpoint?.size ?? 0,
    root: verdict.checkpoint ? base64url(verdict.checkpoint.root) : null,
    entries: verdict.entries,
    packs,
    faults: [...verdict.faults, ...faults],
  };
}

/** Packs stand in the same file as their descriptors: both come with one line of the log. */
async function checkPacks(dir: string): Promise<Pick<MirrorVerdict, 'packs' | 'faults'>> {
  const faults: MirrorVerdict['faults'][number][] = [];
  let packs = 0;
  const folder = join(dir, 'objects');
  for (const name of (await readdir(folder).catch(() => [])).sort()) {
    const objects = readObjects((await readIfThere(join(folder, name))) ?? new Uint8Array());
    const statements = new Map(objects.filter(({ kind }) => kind === 'statement').map((one) => [one.name, one.bytes]));
    for (const { kind, name: hash, bytes } of objects) {
      if (kind !== 'pack') continue;
      packs += 1;
      const descriptor = statements.get(hash);
      const stated = descriptor && expectType(decodeStatement(fromBase64url(descriptor)), 'descriptor').payload;
      if (!stated || !verifyPackHash(fromBase64url(bytes), stated)) {
        faults.push({
          kind: 'pack',
          index: null,
          message: `a pack in ${name} is not the one that its descriptor names`,
        });
      }
    }
  }
  return { packs, faults };
}
