/**
 * What an overview counts of every line (docs/spec/audit-record.md, "Overviews"), in columns beside those of the review: also refusals,
 * lists, and what people of other organisations did, who stand there as their organisation and are nowhere kept by id (R47).
 */

import type { Instant, PersonId } from '@ketenkluis/base';
import { type Entry, EVENTS, OUTCOMES } from '@ketenkluis/ledger';
import { z } from 'zod';
import type { Seen } from '../audit-record/overview.ts';

const ints = z.array(z.int());
export const seenColumns = z.strictObject({
  /** Ids of colleagues and of other organisations. */
  who: z.array(z.string()),
  dossiers: z.array(z.string()),
  /** By name, so that what was kept stays true when a later version knows more of them. */
  events: z.array(z.enum(EVENTS)),
  outcomes: z.array(z.enum(OUTCOMES)),
  /** One place per dossier of a line; -1 is none. */
  rows: z.strictObject({ line: ints, at: ints, who: ints, dossier: ints, event: ints, outcome: ints }),
});
export type SeenColumns = z.infer<typeof seenColumns>;

export const noneSeen = (): SeenColumns => ({
  ...{ who: [], dossiers: [], events: [], outcomes: [] },
  rows: { line: [], at: [], who: [], dossier: [], event: [], outcome: [] },
});

/** Grows columns line by line; a program's lines are not anybody's. */
export class SeenIndexer {
  readonly #columns: SeenColumns;
  readonly #who: Map<string, number>;
  readonly #dossiers: Map<string, number>;
  readonly #events: Map<string, number>;
  readonly #outcomes: Map<string, number>;

  constructor(columns: SeenColumns) {
    this.#columns = columns;
    this.#who = new Map(columns.who.map((id, i) => [id, i]));
    this.#dossiers = new Map(columns.dossiers.map((id, i) => [id, i]));
    this.#events = new Map(columns.events.map((name, i) => [name, i]));
    this.#outcomes = new Map(columns.outcomes.map((name, i) => [name, i]));
  }

  add(line: number, { common, items }: Entry, person: boolean): void {
    if (!person) return;
    const { rows, who, dossiers, events, outcomes } = this.#columns;
    const key = common.organisation === common.practice ? common.actor : common.organisation;
    const named = [...new Set(items.flatMap(({ dossier }) => dossier ?? []))];
    for (const dossier of named.length === 0 ? [null] : named) {
      rows.line.push(line);
      rows.at.push(common.at);
      rows.who.push(place(this.#who, who, key));
      rows.dossier.push(dossier === null ? -1 : place(this.#dossiers, dossiers, dossier));
      rows.event.push(place(this.#events, events, common.event));
      rows.outcome.push(place(this.#outcomes, outcomes, common.outcome));
    }
  }
}

function place<T extends string>(known: Map<string, number>, list: T[], id: T): number {
  const found = known.get(id);
  if (found !== undefined) return found;
  known.set(id, list.length);
  return list.push(id) - 1;
}

export interface SeenNames {
  person(id: PersonId): { readonly name: string; readonly role: string } | null;
  organisation(id: string): string | null;
  patient(dossier: string): string | null;
}

/** Lines with the names that this reader knows. An id that begins as an organisation's is one: nobody of it is named. */
export function seenIn({ who, dossiers, events, outcomes, rows }: SeenColumns, names: SeenNames): Seen[] {
  const people = who.map((key): Seen['who'] => {
    const elsewhere = key.startsWith('org_');
    if (elsewhere) return { key, elsewhere, name: names.organisation(key), role: null };
    return { key, elsewhere, name: null, role: null, ...names.person(key as PersonId) };
  });
  const patients = dossiers.map((dossier) => names.patient(dossier));
  return rows.line.map((line, i): Seen => {
    const dossier = rows.dossier[i]!;
    return {
      ...{ line, at: rows.at[i]! as Instant, event: events[rows.event[i]!]!, outcome: outcomes[rows.outcome[i]!]! },
      who: people[rows.who[i]!]!,
      dossier: dossier === -1 ? null : dossiers[dossier]!,
      patient: dossier === -1 ? null : patients[dossier]!,
    };
  });
}
