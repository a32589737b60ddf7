/**
 * Naming scopes and programmes from one dump (SECURITY.md: sizes and the graph are not hidden). The attacker has the same software and
 * makes a practice of its own to learn from, knows which team is which, and sees of the target what a host sees: handles, who has a
 * grant, and the size of each pack. A best guess, not a bound on every attacker.
 */

import { database, rowsOf } from './host.ts';
import { handlesFor, lookAt } from './looks.ts';
import { type Base, buildBase, Fork } from './world.ts';

/** One handle as the host sees it, and what only the practice knows of it. */
interface Seen {
  readonly dossier: string;
  readonly handle: string;
  readonly descriptor: string;
  /** Needs of the teams with a grant, in order. */
  readonly teams: string;
  readonly size: number;
  readonly scope: string;
  readonly programmes: string;
}

export interface Named {
  /** Share of handles whose scope was guessed right. */
  readonly scopes: number;
  /** Share of dossiers whose set of programmes was guessed right. */
  readonly programmes: number;
  /** The same by always saying what is most common. */
  readonly blind: { readonly scopes: number; readonly programmes: number };
  readonly handles: number;
  readonly dossiers: number;
}

/** What one dump shows of every live handle of a dossier, with its label. */
function seenIn(base: Base): Seen[] {
  const needs = new Map(Object.entries(base.teams).map(([need, team]) => [team, need]));
  const labels = new Map(
    base.patients.flatMap(({ handles, programmes }) =>
      Object.entries(handles).map(
        ([scope, handle]) => [handle as string, { scope, programmes: [...programmes].sort().join('+') }] as const,
      ),
    ),
  );
  return database(`${base.dir}/vault`, (db) => {
    const granted = Map.groupBy(rowsOf(db, 'SELECT descriptor, team FROM granted'), (row) => String(row['descriptor']));
    const heads = rowsOf(
      db,
      "SELECT h.dossier, h.handle, h.descriptor, length(p.bytes) AS size FROM handle h JOIN pack p ON p.descriptor = h.descriptor WHERE h.dossier IS NOT NULL AND h.state = 'live'",
    );
    return heads.flatMap((row): Seen[] => {
      const label = labels.get(String(row['handle']));
      if (label === undefined) return [];
      const descriptor = String(row['descriptor']);
      const teams = (granted.get(descriptor) ?? []).map((one) => needs.get(String(one['team'])) ?? '?').sort();
      const place = { dossier: String(row['dossier']), handle: String(row['handle']), descriptor };
      return [{ ...place, teams: teams.join(' '), size: Number(row['size']), ...label }];
    });
  });
}

const NEAREST = 5;
const mostCommon = (labels: readonly string[]): string => {
  const counts = [...Map.groupBy(labels, (label) => label)].map(([label, all]) => [label, all.length] as const);
  return counts.reduce((best, one) => (one[1] > best[1] ? one : best), ['', 0] as readonly [string, number])[0];
};
function nearest<T>(known: readonly T[], distance: (one: T) => number, label: (one: T) => string): string {
  const sorted = known.map((one) => [distance(one), label(one)] as const).sort(([a], [b]) => a - b);
  return mostCommon(sorted.slice(0, NEAREST).map(([, text]) => text));
}
const right = (pairs: readonly (readonly [string, string])[]): number =>
  pairs.filter(([guess, truth]) => guess === truth).length / Math.max(1, pairs.length);

/** Of one dossier: per set of recipients the sizes of its handles, largest first. */
const shapeOf = (handles: readonly Seen[]): Map<string, number[]> =>
  new Map(
    [...Map.groupBy(handles, ({ teams }) => teams)].map(([teams, list]) => [
      teams,
      list.map(({ size }) => Math.log2(size)).sort((a, b) => b - a),
    ]),
  );
function apart(a: ReadonlyMap<string, number[]>, b: ReadonlyMap<string, number[]>): number {
  let sum = 0;
  for (const teams of new Set([...a.keys(), ...b.keys()])) {
    const [x, y] = [a.get(teams) ?? [], b.get(teams) ?? []];
    // A handle that the other does not have weighs more than any difference of size.
    for (let i = 0; i < Math.max(x.length, y.length); i++)
      sum += x[i] === undefined || y[i] === undefined ? 10 : Math.abs(x[i]! - y[i]!);
  }
  return sum;
}

/** Learns from `known`, guesses in `target`. */
function nameFrom(known: readonly Seen[], target: readonly Seen[]): Named {
  const dossiersIn = (all: readonly Seen[]) =>
    [...Map.groupBy(all, ({ dossier }) => dossier).values()].map((handles) => ({
      shape: shapeOf(handles),
      programmes: handles[0]!.programmes,
    }));
  const [learned, asked] = [dossiersIn(known), dossiersIn(target)];
  const scopes = target.map((one) => {
    const same = known.filter(({ teams }) => teams === one.teams);
    const far = (other: Seen) => Math.abs(Math.log2(one.size) - Math.log2(other.size));
    return [nearest(same.length > 0 ? same : known, far, ({ scope }) => scope), one.scope] as const;
  });
  const programmes = asked.map(
    (one) =>
      [
        nearest(
          learned,
          ({ shape }) => apart(shape, one.shape),
          (other) => other.programmes,
        ),
        one.programmes,
      ] as const,
  );
  const usual = mostCommon(known.map(({ scope }) => scope));
  const usually = mostCommon(learned.map((one) => one.programmes));
  return {
    scopes: right(scopes),
    programmes: right(programmes),
    blind: {
      scopes: right(target.map(({ scope }) => [usual, scope] as const)),
      programmes: right(asked.map((one) => [usually, one.programmes] as const)),
    },
    handles: target.length,
    dossiers: asked.length,
  };
}

/** The same handles with the exact length of their content, as a store without compression and padding would show it. */
async function withExactSizes(base: Base, seen: readonly Seen[]): Promise<Seen[]> {
  const fork = new Fork(base);
  try {
    await fork.up();
    const session = await fork.signIn('owner');
    const lengths = new Map<string, number>();
    for (const patient of base.patients) {
      const { handles } = handlesFor(patient, 'gp');
      const { parts } = await lookAt(session, patient, { need: 'gp', handles });
      for (const part of parts)
        if (part.outcome === 'permit') lengths.set(part.handle, JSON.stringify(part.content).length);
    }
    return seen.flatMap((one) => {
      const size = lengths.get(one.handle);
      return size === undefined ? [] : [{ ...one, size }];
    });
  } finally {
    await fork.end();
  }
}

export interface Measured {
  readonly padded: Named;
  /** Over the handles of which the exact size is known, with padded and with exact sizes. */
  readonly same: Named;
  readonly exact: Named;
}

/** The attacker's own practice and the target, each built once; the guess with the sizes of packs and with those of contents. */
export async function measure(patients: number): Promise<Measured> {
  const known = await buildBase({ patients, seed: 'attacker' });
  const target = await buildBase({ patients, seed: 'target' });
  try {
    const [learned, asked] = [seenIn(known), seenIn(target)];
    const [exactly, exact] = [await withExactSizes(known, learned), await withExactSizes(target, asked)];
    const readable = (all: readonly Seen[], of: readonly Seen[]) => {
      const handles = new Set(of.map(({ handle }) => handle));
      return all.filter(({ handle }) => handles.has(handle));
    };
    return {
      padded: nameFrom(learned, asked),
      same: nameFrom(readable(learned, exactly), readable(asked, exact)),
      exact: nameFrom(exactly, exact),
    };
  } finally {
    known.remove();
    target.remove();
  }
}
