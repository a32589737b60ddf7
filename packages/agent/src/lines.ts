/**
 * The lines since the last sync, each rebuilt to its leaf and held against the checkpoint (docs/spec/monitor.md): what is not shown,
 * does not give its leaf, or went before its time is an alarm.
 */

import { type Bytes, base64url, fromBase64url } from '@ketenkluis/base';
import { type Alarm, ErasedLines, Frontier } from '@ketenkluis/client';
import { CHAIN_START, checkChain, decodeEntry, type Entry } from '@ketenkluis/ledger';
import { entriesPage } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import { agentError } from './errors.ts';
import type { Link } from './link.ts';
import type { Register } from './register.ts';

export interface LogLine {
  readonly index: number;
  readonly entry: Entry;
  /** As stored, for the mirror. */
  readonly stored: Uint8Array;
}

export const forked = (why: string, alarm: Alarm = 'change') =>
  agentError('vault-forked', `the log does not add up: ${why}; no snapshot is signed`, { detail: { alarm } });

/** Lines that hold statements of the directory: cards, team keys, memberships, mandates and their ends. */
const OF_PEOPLE = new Set(['authority', 'card', 'epoch', 'fact', 'withdraw']);

/** A vault that shows the keys of people without one that its log holds would have this agent seal for somebody who left. */
function checkPeople(lines: readonly LogLine[], shown: ReadonlySet<string>): void {
  for (const { index, entry } of lines) {
    if (!OF_PEOPLE.has(entry.common.event)) continue;
    const hidden = entry.items.some(
      ({ dossier, object, outcome }) =>
        dossier === null && outcome === 'success' && object !== null && !shown.has(object),
    );
    if (hidden) throw forked(`line ${index} holds a card, key or end of one that the vault does not show`, 'gap');
  }
}

/** A line that names the annex of an earlier one: to whoever reads that dossier it proves nothing. */
export interface SecondAnnex {
  readonly line: number;
  readonly first: number;
}

/** Reads and rebuilds lines up to the last checkpoint this link has taken. Throws `agent/vault-forked`. */
export async function readLines(
  link: Link,
  register: Register,
): Promise<{
  lines: LogLine[];
  frontier: Frontier;
  chains: NonNullable<Register['vault']['chains']>;
  second: readonly SecondAnnex[];
}> {
  const log = await link.session.log();
  const from = register.vault.checkpoint;
  const frontier = new Frontier(from?.size ?? 0, from?.peaks ?? []);
  const lines: LogLine[] = [];
  const annexes = new Map<string, number>();
  const second: SecondAnnex[] = [];
  const chains = structuredClone(register.vault.chains ?? { whole: from === null, heads: {} });
  // A first page makes its own line; it is read in the next run.
  await link.session.people(true);
  const target = log.seen();
  if (target === null) throw forked('it has no checkpoint');
  const erased = new ErasedLines(register.vault.log.origin, link.session.now());
  /** Dossiers whose chain may jump: a year was erased since their last item. */
  const jump = new Set<string>();
  while (frontier.size < target.size) {
    const page = await link.session.call('entries', entriesPage, undefined, `?from=${frontier.size}`);
    if (page.entries.length === 0) throw forked(`line ${frontier.size} is not shown`, 'gap');
    lawful(() => erased.page(page));
    for (const text of page.entries) {
      if (frontier.size >= target.size) break;
      const gone = text === '' ? erased.leaf(frontier.size) : undefined;
      if (gone !== undefined) {
        chains.whole = false;
        for (const dossier of Object.keys(chains.heads)) jump.add(dossier);
        frontier.add(gone);
        continue;
      }
      const stored = fromBase64url(text);
      const { entry, hashes, leaf } = decodeOrThrow(stored, frontier.size);
      lawful(() => erased.line(frontier.size, entry));
      followChains(chains, jump, frontier.size, entry, hashes);
      second.push(...secondAnnexes(annexes, frontier.size, entry));
      lines.push({ index: frontier.size, entry, stored });
      frontier.add(leaf);
    }
  }
  lawful(() => erased.end(from?.size ?? 0));
  if (frontier.root() !== target.root) throw forked('its lines do not give its checkpoint', 'leaf');
  checkPeople(lines, link.session.peopleHashes);
  return { lines, frontier, chains, second };
}

/** Lines that retention took are no gap; those that went before their time are. */
function lawful(check: () => void): void {
  try {
    check();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'lines were erased';
    throw agentError('vault-forked', `${why}; no snapshot is signed`, { cause, detail: { alarm: 'gap' } });
  }
}

/** Every dossier's items are numbered without a gap, and each names the one before (docs/spec/entry.md, "Chain of a dossier"). */
function followChains(
  { whole, heads }: NonNullable<Register['vault']['chains']>,
  jump: Set<string>,
  index: number,
  entry: Entry,
  hashes: readonly Bytes[],
): void {
  for (const [place, item] of entry.items.entries()) {
    if (item.dossier === null || item.seq === null) continue;
    const hash = base64url(hashes[place]!) as Hash;
    const stood = heads[item.dossier] ?? (whole ? CHAIN_START : null);
    const jumped = jump.delete(item.dossier) && stood !== null && item.seq > stood.seq + 1;
    const before = jumped ? { seq: item.seq - 1, hash: item.prev } : stood;
    if (before !== null && !checkChain([{ item, hash }], before).ok)
      throw forked(`line ${index} does not follow what stood of a dossier before`, 'gap');
    heads[item.dossier] = { seq: item.seq, hash };
  }
}

/**
 * An annex is one line's (docs/spec/entry.md, "Annex"). A log that holds a second line with it holds it for good: that is named in the run
 * that reads it and stops nothing, or no later change would ever be confirmed.
 */
function secondAnnexes(annexes: Map<string, number>, line: number, { items }: Entry): SecondAnnex[] {
  return [...new Set(items.flatMap(({ annex }) => annex ?? []))].flatMap((annex) => {
    const first = annexes.get(annex) ?? line;
    annexes.set(annex, first);
    return first === line ? [] : [{ line, first }];
  });
}

function decodeOrThrow(stored: Uint8Array, index: number) {
  try {
    return decodeEntry(stored);
  } catch (cause) {
    const detail = { alarm: 'leaf' satisfies Alarm };
    throw agentError('vault-forked', `line ${index} of the log cannot be rebuilt; no snapshot is signed`, {
      cause,
      detail,
    });
  }
}
