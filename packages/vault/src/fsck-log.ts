/** The log part of `fsck`: walks all lines once, in order, in constant memory but for one chain head per dossier. */

import { type Bytes, base64url, type DossierId, equalBytes, type OrganisationId } from '@ketenkluis/base';
import { decodeEntry, type Entry, leafHash, leafOf, nodeHash, parseLeaf } from '@ketenkluis/ledger';
import type { Report } from './fsck.ts';
import type { Storage } from './storage/storage.ts';

export interface ChainEnd {
  readonly seq: number;
  readonly head: string;
  /** State after the last item. */
  readonly state: string | null;
}
export interface LogWalk {
  readonly lines: number;
  readonly items: number;
  /** From the leaves that the stored lines make, not from the leaves that are stored. */
  readonly root: Bytes;
  readonly chains: ReadonlyMap<DossierId, ChainEnd>;
  /** Descriptors that a line brought in. */
  readonly heads: ReadonlySet<string>;
}

const PAGE = 2000;

/** Right edge of a growing tree: one hash per complete subtree. */
function frontier() {
  const edge: { size: number; hash: Bytes }[] = [];
  return {
    add(leaf: Uint8Array): void {
      let node = { size: 1, hash: leafHash(leaf) };
      for (let left = edge.at(-1); left?.size === node.size; left = edge.at(-1)) {
        edge.pop();
        node = { size: node.size * 2, hash: nodeHash(left.hash, node.hash) };
      }
      edge.push(node);
    },
    root: (): Bytes =>
      edge.reduceRight<Bytes | undefined>((right, { hash }) => (right ? nodeHash(hash, right) : hash), undefined) ??
      new Uint8Array(),
  };
}

export async function walkLog(
  storage: Storage,
  practice: OrganisationId,
  log: string,
  report: Report,
): Promise<LogWalk> {
  const tree = frontier();
  const chains = new Map<DossierId, ChainEnd>();
  const heads = new Set<string>();
  let lines = 0;
  let items = 0;
  let last = 0;
  for (;;) {
    const page = await storage.ledger.entries(log, lines, lines + PAGE);
    if (page.length === 0) break;
    for (const stored of page) {
      const where = `${log} line ${lines}`;
      if (stored.index !== lines) {
        report('line-missing', where);
        return { lines, items, root: tree.root(), chains, heads };
      }
      lines++;
      let entry: Entry;
      let leaf: Bytes;
      try {
        const decoded = decodeEntry(stored.stored);
        entry = decoded.entry;
        leaf = leafOf(entry, decoded.salts);
      } catch {
        report('line-changed', where);
        tree.add(stored.leaf);
        continue;
      }
      tree.add(leaf);
      if (!equalBytes(leaf, stored.leaf) || entry.common.practice !== practice) report('line-changed', where);
      if (entry.common.at < last) report('time-backwards', where);
      last = Math.max(last, entry.common.at);
      const commitments = parseLeaf(leaf).items;
      for (const [position, item] of entry.items.entries()) {
        items++;
        if (item.kind === 'head' && item.outcome === 'success' && item.object !== null) heads.add(item.object);
        if (item.dossier === null || item.seq === null) continue;
        const before = chains.get(item.dossier);
        if (item.seq !== (before?.seq ?? 0) + 1 || item.prev !== (before?.head ?? null))
          report('chain-broken', `${where} item ${position}`);
        chains.set(item.dossier, { seq: item.seq, head: base64url(commitments[position]!), state: item.state });
      }
    }
  }
  return { lines, items, root: tree.root(), chains, heads };
}
