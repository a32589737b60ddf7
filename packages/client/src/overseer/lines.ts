/**
 * The lines of a log as a review needs them (docs/spec/review.md, "Index"): every look, and what stands in the log itself that explains
 * one. Pure; columns, so that a year of looks is small when it is kept sealed and quick when it is opened.
 */

import { DAY, type DossierId, type Instant, type LocalDate, localDate, MINUTE, type PersonId } from '@ketenkluis/base';
import type { Annex, Entry } from '@ketenkluis/ledger';
import type { Hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { SAID } from '../annex.ts';
import type { Look, LookAction } from '../review/index.ts';
import { noneSeen, SeenIndexer, seenColumns } from './seen.ts';

const ACTIONS: readonly LookAction[] = ['open', 'list', 'search', 'print', 'export', 'copy', 'emergency'];
const ACTION_OF: Readonly<Record<string, LookAction>> = {
  ...{ release: 'open', search: 'search', print: 'print', export: 'export', copy: 'copy', emergency: 'emergency' },
};
const ints = z.array(z.int());

/** What one person's client keeps of a log, sealed to them. */
export const logIndex = z.strictObject({
  v: z.literal(2),
  /** Lines read, and the right edge of the tree over them. */
  size: z.int().min(0),
  peaks: z.array(z.string()),
  people: z.array(z.string()),
  dossiers: z.array(z.string()),
  /** One place per look; a dossier of -1 is none, or several. */
  looks: z.strictObject({ line: ints, at: ints, person: ints, dossier: ints, action: ints, said: ints }),
  /** Referrals begun (by whom) and ended, messages of partners: person, dossier, time. */
  referred: z.array(z.tuple([z.int(), z.int(), z.int()])),
  ended: z.array(z.tuple([z.int(), z.int(), z.int()])),
  messages: z.array(z.tuple([z.int(), z.int(), z.int()])),
  /** Patients handed to a substitute: the fact and since when; and who looked on it: person, dossier, since when. */
  calls: z.array(z.tuple([z.string(), z.int()])),
  called: z.array(z.tuple([z.int(), z.int(), z.int()])),
  /** Records of the review: line, hash of the statement, time. */
  records: z.array(z.tuple([z.int(), z.string(), z.int()])),
  /** Looks behind broken glass. */
  emergencies: z.int(),
  /** The day of each line that is the last of its day, and the size of the log then. */
  days: z.array(z.tuple([z.string(), z.int()])),
  /** Not judged, and said so: looks by people of partners, lists of the own team that were opened, refusals. */
  partners: z.int(),
  lists: z.int(),
  refused: z.int(),
  /** Annexes that belong to a look and that did not open. */
  unread: z.int(),
  seen: seenColumns,
});
export type LogIndex = z.infer<typeof logIndex>;

export const emptyIndex = (): LogIndex => ({
  ...{ v: 2, size: 0, peaks: [], people: [], dossiers: [] },
  looks: { line: [], at: [], person: [], dossier: [], action: [], said: [] },
  ...{ referred: [], ended: [], messages: [], calls: [], called: [], records: [], emergencies: 0, days: [] },
  ...{ partners: 0, lists: 0, refused: 0, unread: 0 },
  seen: noneSeen(),
});

const SAYINGS = ['phone', 'consultation'] as const satisfies (keyof typeof SAID)[];

/** A search belongs to the opening that its words stand with, if that came within this time. */
const SEARCHED = 10 * MINUTE;

/** Grows an index line by line. */
export class Indexer {
  readonly index: LogIndex;
  readonly #people: Map<string, number>;
  readonly #dossiers: Map<string, number>;
  readonly #seen: SeenIndexer;
  /** Each person's last search without a dossier: its place among the looks. */
  readonly #searched = new Map<number, number>();

  constructor(index: LogIndex = emptyIndex()) {
    this.index = index;
    this.#people = new Map(index.people.map((one, i) => [one, i]));
    this.#dossiers = new Map(index.dossiers.map((one, i) => [one, i]));
    this.#seen = new SeenIndexer(index.seen);
    const { person, action, dossier } = index.looks;
    for (let i = Math.max(0, person.length - 200); i < person.length; i++)
      if (ACTIONS[action[i]!] === 'search' && dossier[i] === -1) this.#searched.set(person[i]!, i);
  }

  /** Is this a line whose annex says more than the line itself? */
  static looks({ common }: Entry): boolean {
    return common.outcome === 'success' && Object.hasOwn(ACTION_OF, common.event);
  }

  /** `annex`: what it says; null where it did not open, undefined where there is none. `judged`: a person of the practice, no program. */
  add(line: number, entry: Entry, annex: Annex | null | undefined, judged: boolean): void {
    const { index } = this;
    const { common, items } = entry;
    this.#seen.add(line, entry, judged);
    this.#day(localDate(common.at), line + 1);
    index.size = line + 1;
    const own = common.organisation === common.practice;
    if (common.outcome !== 'success' && (Object.hasOwn(ACTION_OF, common.event) || common.event === 'list'))
      index.refused++;
    const done = items.filter(({ outcome }) => outcome === 'success');
    const dossiers = [...new Set(done.flatMap(({ dossier }) => dossier ?? []))];
    const mark = (list: [number, number, number][]) => {
      for (const one of dossiers) list.push([this.#person(common.actor), this.#dossier(one), common.at]);
    };
    if (common.event === 'control') {
      for (const { object } of done) if (object !== null) index.records.push([line, object, common.at]);
    }
    if (common.event === 'call')
      for (const fact of done.at(-1)?.facts.slice(-1) ?? []) index.calls.push([fact, common.at]);
    if (common.event === 'refer') mark(index.referred);
    if (common.event === 'end') mark(index.ended);
    if (common.event === 'write' && !own) mark(index.messages);
    if (common.event === 'list') index.lists++;
    if (!Indexer.looks(entry)) return;
    if (annex === null) index.unread++;
    if (!own) index.partners += Math.max(1, dossiers.length);
    if (!own || !judged) return;
    this.#look(line, entry, dossiers, annex ?? null);
  }

  /** Looks that rest on a patient's being handed over. */
  #called({ common, items }: Entry): void {
    const { calls, called } = this.index;
    for (const { outcome, dossier, facts } of items) {
      if (outcome !== 'success' || dossier === null) continue;
      for (const [fact, from] of calls) {
        if (common.at < from || common.at > from + DAY || !(facts as readonly string[]).includes(fact)) continue;
        const one: [number, number, number] = [this.#person(common.actor), this.#dossier(dossier), from];
        if (!called.some((other) => other.every((part, i) => part === one[i]))) called.push(one);
      }
    }
  }

  #look(line: number, entry: Entry, dossiers: readonly DossierId[], annex: Annex | null): void {
    const { common } = entry;
    const term = annex?.searchTerm ?? null;
    const said = SAYINGS.findIndex((one) => SAID[one] === annex?.purpose) + 1;
    this.#called(entry);
    const { looks } = this.index;
    const person = this.#person(common.actor);
    const action = ACTION_OF[common.event]!;
    // One look per dossier of a line, however many of its parts were opened.
    const places = dossiers.length === 0 ? [-1] : dossiers.map((one) => this.#dossier(one));
    const searched = this.#searched.get(person);
    if (action === 'open' && term !== null && searched !== undefined && places.length === 1) {
      if (common.at - looks.at[searched]! <= SEARCHED) {
        looks.dossier[searched] = places[0]!;
        looks.said[searched] = said;
      }
      this.#searched.delete(person);
    }
    for (const dossier of places) {
      if (action === 'search' && dossier === -1) this.#searched.set(person, looks.line.length);
      if (action === 'emergency') this.index.emergencies++;
      looks.line.push(line);
      looks.at.push(common.at);
      looks.person.push(person);
      looks.dossier.push(dossier);
      looks.action.push(ACTIONS.indexOf(action));
      looks.said.push(said);
    }
  }

  #day(day: LocalDate, size: number): void {
    const { days } = this.index;
    const last = days.at(-1);
    if (last?.[0] === day) last[1] = size;
    else days.push([day, size]);
  }
  #person = (id: string): number => place(this.#people, this.index.people, id);
  #dossier = (id: string): number => place(this.#dossiers, this.index.dossiers, id);
}

function place(known: Map<string, number>, list: string[], id: string): number {
  const found = known.get(id);
  if (found !== undefined) return found;
  known.set(id, list.length);
  return list.push(id) - 1;
}

/** Looks as the engine takes them. */
export function looksOf({ looks, people, dossiers }: LogIndex): Look[] {
  return looks.line.map((line, i) => ({
    ...{ line, at: looks.at[i]! as Instant, person: people[looks.person[i]!]! as PersonId },
    dossier: looks.dossier[i] === -1 ? null : (dossiers[looks.dossier[i]!]! as DossierId),
    action: ACTIONS[looks.action[i]!]!,
    ...(looks.said[i] === 0 ? {} : { declared: SAYINGS[looks.said[i]! - 1]! }),
  }));
}

/** How many lines the log had at the end of a day. */
export function sizeAt({ days }: LogIndex, day: LocalDate): number {
  let size = 0;
  for (const [one, upTo] of days) if (one <= day) size = upTo;
  return size;
}

/** Hashes of the records that the log holds, by line. */
export const recordsIn = ({ records }: LogIndex): ReadonlyMap<Hash, { readonly line: number; readonly at: Instant }> =>
  new Map(records.map(([line, hash, at]) => [hash as Hash, { line, at: at as Instant }]));
