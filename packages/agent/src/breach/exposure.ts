/**
 * What an incident laid open (docs/spec/breach.md, R58): per part of a dossier whether keys to it went out (`read`), could have been
 * asked for (`reachable`), or only sealed bytes were there (`ciphertext`). Pure, over plain intervals; times are [from, until).
 */

import type { DossierId, HandleId, Instant } from '@ketenkluis/base';

interface Span {
  readonly from: number;
  /** Null: until now. */
  readonly until: number | null;
}
/** Who kept pieces of a version's key, and how many of them it takes. */
export interface HeldBy {
  readonly need: number;
  readonly people: readonly string[];
}
/** A version of a part stood at the vault. */
export interface HeadSpan extends Span {
  readonly dossier: DossierId;
  readonly handle: HandleId;
  /** Null: nobody outside the vault keeps a piece of its key. */
  readonly held: HeldBy | null;
}
/** A team might open these parts; null: every part of the dossier, as its patient's own team. */
export interface StepSpan extends Span {
  readonly team: string;
  readonly dossier: DossierId;
  readonly handles: readonly HandleId[] | null;
}
/** A person was in a team. */
export interface MemberSpan extends Span {
  readonly person: string;
  readonly team: string;
}
/** A team's key, by its public half: the same over several epochs while nobody left. */
export interface KeySpan extends Span {
  readonly team: string;
  readonly kem: string;
}
/** A line that handed out keys of a part. */
export interface ReadLine {
  readonly at: Instant;
  readonly person: string;
  readonly organisation: string;
  readonly device: string | null;
  readonly dossier: DossierId;
  readonly handle: HandleId;
}
export interface BreachWorld {
  readonly heads: readonly HeadSpan[];
  readonly steps: readonly StepSpan[];
  readonly members: readonly MemberSpan[];
  readonly keys: readonly KeySpan[];
  readonly reads: readonly ReadLine[];
  /** Teams of other organisations. */
  readonly partners: ReadonlyMap<string, readonly string[]>;
  /** Who a device belongs to, as lines show it. */
  readonly devices: ReadonlyMap<string, readonly string[]>;
}

/** What fell into whose hands; parts that are left out did not. Several together are one incident. */
export interface Incident {
  readonly from: Instant;
  readonly until: Instant;
  /** People whose way in was used or could be. */
  readonly accounts?: readonly string[];
  readonly devices?: readonly string[];
  readonly organisations?: readonly string[];
  /** Teams' private keys, by team and public half. Without a way in or a copy of the vault they open nothing. */
  readonly keys?: readonly { readonly team: string; readonly kem: string }[];
  /** Keyholders whose store and key were in somebody's hands at some moment of the window. Alone they open nothing. */
  readonly keyholders?: readonly string[];
  /** A copy of the vault with its shares, as it stood then: a backup, a disk. */
  readonly backup?: Instant;
  /** Nothing is known but the time: whatever was handed out in it counts as read. */
  readonly anybody?: boolean;
}
export type Level = 'read' | 'reachable' | 'ciphertext';
export interface Exposed {
  readonly dossier: DossierId;
  readonly handle: HandleId;
  readonly level: Level;
}

const RANK: Readonly<Record<Level, number>> = { ciphertext: 1, reachable: 2, read: 3 };
const end = ({ until }: Span): number => until ?? Number.POSITIVE_INFINITY;
/** One moment lies in all of them. */
const meet = (...spans: readonly Span[]): boolean =>
  Math.max(...spans.map(({ from }) => from)) < Math.min(...spans.map(end));
const at = (moment: number): Span => ({ from: moment, until: moment + 1 });

/** Parts with what became of them, dossier by dossier; what was not touched is not named. */
export function exposureOf(world: BreachWorld, incident: Incident): readonly Exposed[] {
  const found = new Map<string, Exposed>();
  const mark = (dossier: DossierId, handle: HandleId, level: Level): void => {
    const before = found.get(`${dossier}/${handle}`);
    if (before === undefined || RANK[before.level] < RANK[level])
      found.set(`${dossier}/${handle}`, { dossier, handle, level });
  };
  const window: Span = incident;
  const devices = new Set(incident.devices ?? []);
  const organisations = new Set(incident.organisations ?? []);
  const accounts = new Set([
    ...(incident.accounts ?? []),
    ...[...devices].flatMap((device) => world.devices.get(device) ?? []),
  ]);
  const named = new Set(incident.accounts ?? []);
  const taken = new Set(incident.keyholders ?? []);
  /** Nothing is missing of this version's key but what vault and team hold. */
  const unheld = (head: HeadSpan): boolean => {
    if (head.held === null) return true;
    const { need, people } = head.held;
    return meet(window, head) && new Set(people.filter((one) => taken.has(one))).size >= need;
  };
  for (const line of world.reads) {
    const theirs =
      incident.anybody === true ||
      named.has(line.person) ||
      organisations.has(line.organisation) ||
      (line.device !== null && devices.has(line.device));
    if (theirs && meet(window, at(line.at))) mark(line.dossier, line.handle, 'read');
  }
  const stepsOf = Map.groupBy(world.steps, ({ dossier }) => dossier);
  const keysOf = (team: string) => (incident.keys ?? []).filter((key) => key.team === team);
  const guests = new Set([...organisations].flatMap((one) => world.partners.get(one) ?? []));
  const spansOf = Map.groupBy(
    world.members.filter(({ person }) => accounts.has(person)),
    ({ team }) => team,
  );
  for (const head of world.heads) {
    const steps = (stepsOf.get(head.dossier) ?? []).filter(
      ({ handles }) => handles === null || handles.includes(head.handle),
    );
    for (const step of steps) {
      const { team } = step;
      const inside = guests.has(team) ? [window] : (spansOf.get(team) ?? []);
      if (inside.some((member) => meet(window, member, step, head))) mark(head.dossier, head.handle, 'reachable');
      const stolen = world.keys.filter((key) => keysOf(team).some(({ kem }) => kem === key.kem) && key.team === team);
      for (const key of stolen) {
        if (meet(window, key, step, head)) mark(head.dossier, head.handle, 'ciphertext');
        // With the vault's shares of that moment, and enough pieces, the key opens what was wrapped for it.
        if (incident.backup !== undefined && unheld(head) && meet(at(incident.backup), key, step, head))
          mark(head.dossier, head.handle, 'reachable');
      }
    }
    if (incident.backup !== undefined && meet(at(incident.backup), head)) mark(head.dossier, head.handle, 'ciphertext');
  }
  return [...found.values()].sort((a, b) => (`${a.dossier}/${a.handle}` < `${b.dossier}/${b.handle}` ? -1 : 1));
}
