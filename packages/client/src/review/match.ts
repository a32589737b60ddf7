/** Which reason explains a look: one walk through the looks and reasons of each dossier in order of time. */

import { CAN_STAND, type Nearness, REASONS, STANDING, type Strength, type Window } from './rules.ts';
import type { Table } from './table.ts';
import type { Colleague, Reason } from './types.ts';

export const STRENGTHS: readonly Strength[] = ['none', 'weak', 'strong'];

export interface Matched {
  /** Index in `STRENGTHS`. */
  readonly strength: Uint8Array;
  /** The strongest reason, of those the one that began last, then the first of the input; -1 where none covers the look. */
  readonly reason: Int32Array;
}

/** `of`: the colleague whose reason it is, where it is somebody's. */
export function nearness(
  reason: Reason,
  looker: Colleague | undefined,
  id: string,
  of: Colleague | undefined,
): Nearness {
  if (reason.person === id) return 'own';
  const teams = reason.person !== null ? (of?.teams ?? []) : reason.team !== null ? [reason.team] : [];
  return looker !== undefined && teams.some((team) => looker.teams.includes(team)) ? 'team' : 'practice';
}

/** Null: a reason of this kind and length says nothing to who is so near. */
export function windowOf(reason: Reason, near: Nearness): Window | null {
  const window = REASONS[reason.kind][near];
  if (window === null || !CAN_STAND.has(reason.kind) || reason.until - reason.from <= STANDING) return window;
  return near === 'practice' ? null : { ...window, strength: 'weak' };
}

const NEAR: readonly Nearness[] = ['own', 'team', 'practice'];
const widest = (side: 'before' | 'after'): number =>
  Math.max(...Object.values(REASONS).flatMap((row) => NEAR.map((near) => row[near]?.[side] ?? 0)));
const BEFORE = widest('before');
const AFTER = widest('after');

export function match(table: Table): Matched {
  const { input, count, at, person, colleagues, looksOf, reasonsOf } = table;
  const { reasons } = input;
  const byId = new Map(input.colleagues.map((one) => [one.id, one]));
  const strength = new Uint8Array(count);
  const best = new Int32Array(count).fill(-1);
  looksOf.forEach((looks, dossier) => {
    const ahead = reasonsOf[dossier]!;
    let next = 0;
    let open: number[] = [];
    for (const i of looks) {
      const when = at[i]!;
      while (next < ahead.length && reasons[ahead[next]!]!.from - BEFORE <= when) open.push(ahead[next++]!);
      if (open.some((r) => reasons[r]!.until + AFTER < when))
        open = open.filter((r) => reasons[r]!.until + AFTER >= when);
      const looker = colleagues[person[i]!];
      const id = input.looks[i]!.person;
      // In order of `from`, so a later one of equal strength and a later start wins; of equal start the first does.
      for (const r of open) {
        const reason = reasons[r]!;
        const of = reason.person === null ? undefined : byId.get(reason.person);
        const window = windowOf(reason, nearness(reason, looker, id, of));
        if (window === null || when < reason.from - window.before || when > reason.until + window.after) continue;
        const found = window.strength === 'strong' ? 2 : 1;
        const held = best[i]!;
        if (found > strength[i]! || (found === strength[i] && reason.from > reasons[held]!.from)) {
          strength[i] = found;
          best[i] = r;
        }
      }
    }
  });
  return { strength, reason: best };
}
