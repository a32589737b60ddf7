/**
 * The log part of `fsck`: walks all lines once, in order, in constant memory but for one chain head per dossier. It derives leaves
 * and roots by itself from docs/spec/entry.md and RFC 6962, with no code of the writer, so that one mistake cannot hide another.
 */

import { hash } from 'node:crypto';
import {
  type Bytes,
  type DossierId,
  type Instant,
  instant,
  lengthPrefixed,
  type OrganisationId,
  utf8,
} from '@ketenkluis/base';
import { type ErasedShard, ErasureCheck } from '@ketenkluis/ledger';
import type { Hash } from '@ketenkluis/seal';
import type { Report } from './fsck.ts';
import type { Storage } from './storage/storage.ts';

export interface ChainEnd {
  /** Items of it that are still there. */
  readonly count: number;
  /** Line of the last one. */
  readonly line: number;
  readonly seq: number;
  readonly head: string;
  /** State after the last item. */
  readonly state: string | null;
}
export interface LogWalk {
  readonly lines: number;
  readonly items: number;
  /** Time of the newest line. */
  readonly at: Instant;
  /** From the leaves that the stored lines make, not from the leaves that are stored. */
  readonly root: Bytes;
  /** The last line that retention took; -1 for none. What happened to a dossier up to there may be gone. */
  readonly erased: number;
  readonly chains: ReadonlyMap<DossierId, ChainEnd>;
  /** Descriptors that a line brought in. */
  readonly heads: ReadonlySet<string>;
}

const PAGE = 2000;
const sha256 = (data: Uint8Array): Buffer => hash('sha256', data, 'buffer');

/** Right edge of a growing tree: one hash per complete subtree. */
function frontier() {
  const edge: { size: number; hash: Buffer }[] = [];
  const join = (left: Buffer, right: Buffer): Buffer => sha256(Buffer.concat([Buffer.of(1), left, right]));
  return {
    add(leaf: Uint8Array): void {
      let node = { size: 1, hash: sha256(Buffer.concat([Buffer.of(0), leaf])) };
      for (let left = edge.at(-1); left?.size === node.size; left = edge.at(-1)) {
        edge.pop();
        node = { size: node.size * 2, hash: join(left.hash, node.hash) };
      }
      edge.push(node);
    },
    root(): Bytes {
      const whole = edge.reduceRight<Buffer | undefined>(
        (right, left) => (right ? join(left.hash, right) : left.hash),
        undefined,
      );
      return new Uint8Array(whole ?? sha256(Buffer.alloc(0)));
    },
  };
}

interface Common {
  readonly practice: unknown;
  readonly at: Instant;
  readonly event: string;
  readonly outcome: string;
  readonly requestHash: string | null;
}
interface Item {
  readonly kind: string;
  readonly outcome: string;
  readonly object: string | null;
  readonly dossier: DossierId | null;
  readonly seq: number | null;
  readonly prev: string | null;
  readonly state: string | null;
  readonly annex: string | null;
}
interface Derived {
  readonly common: Common;
  readonly items: readonly Item[];
  readonly commitments: readonly Buffer[];
  readonly leaf: Buffer;
}

const COMMON = utf8('ketenkluis.entry.common.v1');
const ITEM = utf8('ketenkluis.entry.item.v1');
const LEAF = Buffer.from('KKLE\u0001', 'latin1');
const STORED = Buffer.from('KKLS\u0001', 'latin1');
const MAX_PARTS = 2 * 2001;

/** The parts behind their lengths; undefined when the bytes end elsewhere. */
function partsOf(stored: Buffer): Buffer[] | undefined {
  const parts: Buffer[] = [];
  let at = STORED.length;
  while (at + 4 <= stored.length && parts.length < MAX_PARTS) {
    const end = at + 4 + stored.readUInt32BE(at);
    parts.push(stored.subarray(at + 4, end));
    at = end;
  }
  return at === stored.length && stored.subarray(0, STORED.length).equals(STORED) ? parts : undefined;
}

/** The line, its items' commitments and its leaf, from the stored form: lp(salt, common, salt, item, ...); undefined when it is none. */
function derive(stored: Uint8Array): Derived | undefined {
  const parts = partsOf(Buffer.from(stored));
  if (!parts || parts.length < 2 || parts.length % 2 !== 0) return undefined;
  const read = (at: number): unknown => JSON.parse(parts[at]!.toString('utf8'));
  const commit = (domain: Uint8Array, at: number): Buffer => sha256(lengthPrefixed(domain, parts[at]!, parts[at + 1]!));
  try {
    const places = Array.from({ length: parts.length / 2 - 1 }, (_, i) => 2 * i + 2);
    const commitments = places.map((at) => commit(ITEM, at));
    const count = Buffer.of(commitments.length >> 8, commitments.length & 0xff);
    const leaf = Buffer.concat([LEAF, commit(COMMON, 0), count, ...commitments]);
    return { common: read(1) as Common, items: places.map((at) => read(at + 1) as Item), commitments, leaf };
  } catch {
    return undefined;
  }
}

const ANNEXES = 500;

/** What the lines name is here, and is what was signed for. */
async function checkAnnexes(
  storage: Storage,
  practice: OrganisationId,
  named: ReadonlyMap<string, string>,
  report: Report,
): Promise<void> {
  const hashes = [...named.keys()];
  for (let from = 0; from < hashes.length; from += ANNEXES) {
    const part = hashes.slice(from, from + ANNEXES) as Hash[];
    const rows = await storage.read((tx) =>
      tx
        .selectFrom('annex')
        .select(['hash', 'bytes'])
        .where('practice', '=', practice)
        .where('hash', 'in', part)
        .execute(),
    );
    const held = new Map<string, Uint8Array>(rows.map((row) => [row.hash, row.bytes]));
    for (const name of part) {
      const bytes = held.get(name);
      if (bytes === undefined) report('annex-missing', named.get(name)!);
      else if (sha256(bytes).toString('base64url') !== name) report('annex-changed', named.get(name)!);
    }
  }
}

const STATEMENT = utf8('ketenkluis.statement.v1');
/** The signed request behind each of these lines is here, and is the one that the line names. */
async function checkRequests(
  storage: Storage,
  practice: OrganisationId,
  named: ReadonlyMap<number, { readonly hash: string; readonly where: string }>,
  report: Report,
): Promise<void> {
  const [first, last] = [Math.min(...named.keys()), Math.max(...named.keys())];
  const rows = await storage.read((tx) =>
    tx
      .selectFrom('asked')
      .select(['line', 'header'])
      .where('practice', '=', practice)
      .where('line', '>=', first)
      .where('line', '<=', last)
      .execute(),
  );
  const held = new Map(rows.map((row) => [row.line, row.header]));
  for (const [line, { hash: name, where }] of named) {
    const header = held.get(line);
    if (header === undefined) report('request-missing', where);
    else if (sha256(lengthPrefixed(STATEMENT, header)).toString('base64url') !== name) report('request-changed', where);
  }
}

export async function walkLog(
  storage: Storage,
  practice: OrganisationId,
  log: string,
  shards: readonly ErasedShard[],
  report: Report,
): Promise<LogWalk> {
  const erasure = new ErasureCheck(shards);
  let gone = -1;
  const tree = frontier();
  const chains = new Map<DossierId, ChainEnd>();
  const heads = new Set<string>();
  let lines = 0;
  let items = 0;
  let last = 0;
  for (;;) {
    const page = await storage.ledger.entries(log, lines, lines + PAGE);
    if (page.length === 0) break;
    /** Annexes that lines of this page name, with the first that does. */
    const named = new Map<string, string>();
    const asked = new Map<number, { hash: string; where: string }>();
    for (const stored of page) {
      const where = `${log} line ${lines}`;
      if (stored.index !== lines) {
        report('line-missing', where);
        return { lines, items, at: instant(last), root: tree.root(), chains, heads, erased: gone };
      }
      lines++;
      if (stored.stored.length === 0 && erasure.shardOf(stored.index)) {
        gone = stored.index;
        tree.add(stored.leaf);
        continue;
      }
      const derived = derive(stored.stored);
      tree.add(derived?.leaf ?? stored.leaf);
      if (!derived?.leaf.equals(stored.leaf) || derived.common.practice !== practice) report('line-changed', where);
      if (!derived) continue;
      const { common, commitments } = derived;
      if (erasure.line(stored.index, derived) === 'early') report('erased-early', where);
      if (common.at < last) report('time-backwards', where);
      last = Math.max(last, common.at);
      // What was attempted and did not bear its own signature out is kept nowhere.
      if (common.requestHash !== null && common.event !== 'attempt')
        asked.set(stored.index, { hash: common.requestHash, where });
      for (const [position, item] of derived.items.entries()) {
        items++;
        if (item.annex !== null && !named.has(item.annex)) named.set(item.annex, where);
        if (item.kind === 'head' && item.outcome === 'success' && item.object !== null) heads.add(item.object);
        if (item.dossier === null || item.seq === null) continue;
        const before = chains.get(item.dossier);
        const follows = item.seq === (before?.seq ?? 0) + 1 && item.prev === (before?.head ?? null);
        // What stood between went with its year.
        const jumps = gone > (before?.line ?? -1) && item.seq > (before?.seq ?? 0) + 1;
        if (!follows && !jumps) {
          report('chain-broken', `${where} item ${position}`);
        }
        chains.set(item.dossier, {
          count: (before?.count ?? 0) + 1,
          line: stored.index,
          seq: item.seq,
          head: commitments[position]!.toString('base64url'),
          state: item.state,
        });
      }
    }
    await checkAnnexes(storage, practice, named, report);
    if (asked.size > 0) await checkRequests(storage, practice, asked, report);
  }
  for (const { year } of erasure.unnamed()) report('erased-without-line', `${log} year ${year}`);
  return { lines, items, at: instant(last), root: tree.root(), chains, heads, erased: gone };
}
