/** What a practice asks of a sign-on (docs/identity.md, "The demand"): the parts of it fit each other, and what follows for whom. */

import { sealError } from './errors.ts';
import { ASSURANCE_LEVELS, type AssuranceLevel } from './fact.ts';
import type { Card, FactOf } from './statements.ts';

export type Demand = FactOf<'demand'>;
export type DemandedLevel = NonNullable<Demand['staff']>;

export const reachesLevel = (level: AssuranceLevel, least: AssuranceLevel): boolean =>
  ASSURANCE_LEVELS.indexOf(level) >= ASSURANCE_LEVELS.indexOf(least);

/** An origin and nothing more; in the clear only to the very machine. */
function isDesk(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  const near = hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '127.0.0.1';
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && near));
}

/**
 * A demand that nobody can meet shuts a practice, and an older one said again would lower it. Throws `seal/bad-statement`,
 * `seal/replayed`.
 */
export function checkDemand({ desk, ways, staff, patients, from, until }: Demand, before: Demand | undefined): void {
  const means = ways.map((way) => way.means);
  const sound =
    until === null &&
    (desk === null ? ways.length === 0 : isDesk(desk) && ways.length > 0) &&
    new Set(means).size === means.length &&
    ways.every(({ issuer }) => URL.canParse(issuer)) &&
    (staff === null || means.some((one) => one !== 'eid')) &&
    (patients === null || means.includes('eid'));
  if (!sound) throw sealError('bad-statement', 'what is asked of a sign-on cannot be met at that desk');
  if (from <= (before?.from ?? -1))
    throw sealError('replayed', 'this was asked of a sign-on before what is asked of it now');
}

/** Whoever is taken in while patients are asked for a level signs on with what was pinned, at that level at least. */
export const meetsDemand = ({ eid }: Pick<FactOf<'own'>, 'eid'>, demand: Demand | undefined): boolean =>
  (demand?.patients ?? null) === null || (eid !== undefined && reachesLevel(eid.level, demand!.patients!));

export function demandedOf(demand: Demand | undefined, kind: Card['kind'] | undefined): DemandedLevel | null {
  if (demand === undefined || kind === 'agent' || kind === 'vault' || kind === 'keyholder') return null;
  return kind === 'patient' ? demand.patients : demand.staff;
}
