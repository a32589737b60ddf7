/** What the bench says: figures beside a peer's, against the bar of the issue that asked for them. */

import { readFileSync } from 'node:fs';
import { steadyCount } from '@ketenkluis/base';

export type Unit = 's' | 'ms' | 'bytes' | 'MB' | '/s' | '%';

/** A bar is on our figure or, where a peer is measured beside it, on the ratio of the two. */
export interface Bar {
  readonly on: 'figure' | 'ratio';
  readonly at: 'most' | 'least';
  readonly value: number;
}

export interface Figure {
  readonly part: string;
  readonly work: string;
  readonly unit: Unit;
  /** Median of `runs`. */
  readonly ours: number;
  readonly runs: readonly number[];
  readonly peer: { readonly name: string; readonly value: number; readonly runs: readonly number[] } | null;
  /** Ours divided by the peer's. */
  readonly ratio: number | null;
  /** Null: told, not asked for. */
  readonly bar: Bar | null;
  readonly held: boolean | null;
  readonly note?: string;
}

export interface Measured {
  readonly work: string;
  readonly unit: Unit;
  readonly runs: readonly number[];
  readonly peer?: { readonly name: string; readonly runs: readonly number[] };
  readonly bar?: Bar;
  readonly note?: string;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The smallest value that at least `part` of the values do not exceed. */
export function percentile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)]!;
}

export function figure(part: string, { work, unit, runs, peer, bar, note }: Measured): Figure {
  const ours = median(runs);
  const beside = peer === undefined ? null : { ...peer, value: median(peer.runs) };
  const ratio = beside === null ? null : ours / beside.value;
  const judged = bar?.on === 'ratio' ? ratio : ours;
  const held =
    bar === undefined || judged === null ? null : bar.at === 'most' ? judged <= bar.value : judged >= bar.value;
  return {
    part,
    work,
    unit,
    ours,
    runs,
    peer: beside,
    ratio,
    bar: bar ?? null,
    held,
    ...(note === undefined ? {} : { note }),
  };
}

export interface Timed<T> {
  readonly ms: number;
  /** Milliseconds of processor time that this process used meanwhile: says what a busy machine hides. */
  readonly cpu: number;
  readonly value: T;
}

export async function timed<T>(work: () => Promise<T> | T): Promise<Timed<T>> {
  const before = process.cpuUsage();
  const started = steadyCount();
  const value = await work();
  const ms = steadyCount() - started;
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu: (user + system) / 1000, value };
}

/** Milliseconds of processor time that a process has used so far; 0 where the system does not tell. */
export function processorTime(pid: number): number {
  try {
    // proc(5): fields 14 and 15, behind the name in brackets, in hundredths of a second.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
