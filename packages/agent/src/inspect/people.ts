/** Who is called what, and which facts stand; for every chapter. */

import type { FactOf } from '@ketenkluis/seal';
import type { InspectFacts, KINDS } from './facts.ts';

type FactKind = (typeof KINDS)[number];
type Spanned = { readonly id: string; readonly from: number; readonly until: number | null };

export class Stated {
  readonly facts: InspectFacts;
  readonly #names: ReadonlyMap<string, string>;
  readonly #ended: ReadonlyMap<string, number>;

  constructor(facts: InspectFacts) {
    this.facts = facts;
    this.#names = new Map(facts.register.staff.map(({ person, name }) => [person, name]));
    this.#ended = new Map(
      facts.statements.flatMap(({ payload }) => (payload.t === 'withdrawal' ? [[payload.fact, payload.at]] : [])),
    );
  }

  /** Only the practice's own people have a name here (R47). */
  name(person: string): string {
    const { agent, vault } = this.facts.register;
    if (person === agent.person) return 'praktijkagent (programma)';
    if (person === vault.person) return 'kluis (programma)';
    return this.#names.get(person) ?? 'iemand van buiten de praktijk';
  }

  team(id: string): string {
    return this.facts.register.teams.find(({ team }) => team === id)?.name ?? 'team van een andere organisatie';
  }

  organisation(id: string): string {
    const { practice, partners } = this.facts.register;
    if (id === practice.organisation) return practice.name;
    return partners.find(({ organisation }) => organisation === id)?.name ?? 'andere organisatie';
  }

  /** In the order in which they were stated. */
  ofKind<K extends FactKind>(kind: K): FactOf<K>[] {
    return this.facts.statements.flatMap(({ payload }) =>
      payload.t === 'fact' && payload.kind === kind ? [payload as FactOf<K>] : [],
    );
  }

  endOf(fact: Spanned): number | null {
    return this.#ended.get(fact.id) ?? fact.until;
  }

  live(fact: Spanned): boolean {
    const end = this.endOf(fact);
    return fact.from <= this.facts.now && (end === null || this.facts.now < end);
  }
}
