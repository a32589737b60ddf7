/** A mirror folder checked offline, as a stranger would: the whole log, and every pack against its descriptor. */

import { join } from 'node:path';
import { base64url, fromBase64url, fromUtf8 } from '@ketenkluis/base';
import { readPartnerDirectory } from '@ketenkluis/client';
import { type Checkpoint, type Fault, type NoteKey, openCheckpoint, parseVkey, verifyLedger } from '@ketenkluis/ledger';
import { partners as partnersMessage } from '@ketenkluis/protocol';
import { webVerifier } from '@ketenkluis/seal';
import type { z } from 'zod';
import { agentError } from './errors.ts';
import { readIfThere } from './files.ts';
import { MIRROR_FILE, mirrorState, PARTNERS_FILE, WITNESSES_FILE, witnessesFile } from './mirror.ts';
import { ANNEXES, checkBeside, REQUESTS } from './mirror-beside.ts';
import { entriesFile, filesOf, GONE, isPackOf, objectsIn } from './mirror-files.ts';

export interface MirrorVerdict {
  readonly ok: boolean;
  readonly size: number;
  readonly root: string | null;
  /** Lines whose leaf was made again from their content. */
  readonly entries: number;
  /** Packs held against their signed descriptors. */
  readonly packs: number;
  /** Annexes that lines name and that stand here; null: this copy was made without them. */
  readonly annexes: number | null;
  /** Signed requests that lines name and that stand here; null: this copy was made without them. */
  readonly requests: number | null;
  /** Witnesses that the owners named when the folder was copied, how many must confirm, and up to which line as many do. */
  readonly outside: { readonly named: number; readonly quorum: number; readonly size: number };
  readonly faults: readonly (Omit<Fault, 'kind'> & {
    readonly kind: Fault['kind'] | 'pack' | 'annex' | 'request' | 'witness' | 'partner';
  })[];
}

/** Throws `agent/bad-mirror` when there is no mirror; whatever is wrong inside stands in the verdict. `seen`: earlier checkpoints that the tree must have had. */
export async function verifyMirror(dir: string, seen: readonly Checkpoint[] = []): Promise<MirrorVerdict> {
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
  const log = parseVkey(state.log.key);
  const outside = await readWitnesses(dir, log);
  const verdict = await verifyLedger({
    folder: { read: async (path) => (await readIfThere(join(dir, 'log', path))) ?? undefined },
    trust: { log },
    seen: [...outside.seen, ...seen],
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
  const { packs, faults: broken } = await checkPacks(dir);
  // Of a log that does not hold nobody can tell which annexes it names.
  const size = verdict.ok ? verdict.checkpoint?.size : undefined;
  const held = state.annexes === null || size === undefined ? null : await checkBeside(ANNEXES, dir, size);
  const asked = state.requests === null || size === undefined ? null : await checkBeside(REQUESTS, dir, size);
  const faults = [
    ...outside.faults,
    ...broken,
    ...(held?.faults ?? []),
    ...(asked?.faults ?? []),
    ...(await checkPartners(dir)),
  ];
  return {
    ok: verdict.ok && faults.length === 0,
    size: verdict.checkpoint?.size ?? 0,
    root: verdict.checkpoint ? base64url(verdict.checkpoint.root) : null,
    entries: verdict.entries,
    packs,
    annexes: held?.count ?? null,
    requests: asked?.count ?? null,
    outside: { named: outside.named, quorum: outside.quorum, size: outside.size },
    faults: [...verdict.faults, ...faults],
  };
}

/**
 * What the witnesses cosigned, each under the log's own signature; their roots are held against the tree by who verifies it. A note that
 * does not hold is a fault: the agent copies only what holds.
 */
async function readWitnesses(
  dir: string,
  log: NoteKey,
): Promise<
  MirrorVerdict['outside'] & { readonly seen: readonly Checkpoint[]; readonly faults: MirrorVerdict['faults'] }
> {
  const none = { named: 0, quorum: 0, size: 0, seen: [], faults: [] };
  const bytes = await readIfThere(join(dir, 'log', WITNESSES_FILE));
  if (bytes === null) return none;
  const bad = (message: string) => ({ kind: 'witness' as const, index: null, message });
  let said: ReturnType<typeof witnessesFile.parse>;
  try {
    said = witnessesFile.parse(JSON.parse(fromUtf8(bytes)));
  } catch {
    return { ...none, faults: [bad('the list of witnesses cannot be read')] };
  }
  const seen: Checkpoint[] = [];
  const faults: MirrorVerdict['faults'][number][] = [];
  for (const { name, keys, note } of said.witnesses) {
    if (note === null) continue;
    try {
      const known = keys.map(parseVkey).filter((key) => key.type !== 1 && key.name === name);
      seen.push(await openCheckpoint(note, { log, witnesses: known, quorum: 1 }, webVerifier));
    } catch {
      faults.push(bad(`the note of ${name} is not signed by the log and that witness`));
    }
  }
  const sizes = seen.map(({ size }) => size).sort((a, b) => b - a);
  const size = said.quorum > 0 ? (sizes[said.quorum - 1] ?? 0) : 0;
  return { named: said.witnesses.length, quorum: said.quorum, size, seen, faults };
}

/** Partners' directories, each built again by itself: what was sealed for whom is checked with them. */
async function checkPartners(dir: string): Promise<MirrorVerdict['faults']> {
  const bytes = await readIfThere(join(dir, PARTNERS_FILE));
  if (bytes === null) return [];
  const bad = (message: string) => ({ kind: 'partner' as const, index: null, message });
  let said: z.infer<typeof partnersMessage>['partners'];
  try {
    said = partnersMessage.shape.partners.parse(JSON.parse(fromUtf8(bytes)));
  } catch {
    return [bad('the directories of partners cannot be read; copy them again with the next sync')];
  }
  const faults: MirrorVerdict['faults'][number][] = [];
  for (const { organisation, statements, batches } of said) {
    try {
      await readPartnerDirectory(organisation, { statements, batches }, webVerifier);
    } catch {
      faults.push(
        bad(
          `the directory of ${organisation} does not hold; let somebody of it sign in again, and copy with the next sync`,
        ),
      );
    }
  }
  return faults;
}

/** Packs stand in the same file as their descriptors: both come with one line of the log. */
async function checkPacks(dir: string): Promise<Pick<MirrorVerdict, 'packs' | 'faults'>> {
  const faults: MirrorVerdict['faults'][number][] = [];
  let packs = 0;
  for (const name of await filesOf(dir, 'objects')) {
    const objects = await objectsIn(dir, name);
    const statements = new Map(objects.filter(({ kind }) => kind === 'statement').map((one) => [one.name, one.bytes]));
    for (const { kind, name: hash, bytes } of objects) {
      if (kind !== 'pack') continue;
      packs += 1;
      if (!isPackOf(bytes, statements.get(hash))) {
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
