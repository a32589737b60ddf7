/**
 * What one person alone may add to what everybody reads (docs/spec/substitutes.md, "Bounds"): the key directory is never shortened, so an
 * activator who calls in and sends home without end, or an owner who ends the same thing over and over, would make it too large to read.
 */

import type { Instant } from '@ketenkluis/base';
import type { FactOf, Statement } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import type { People } from './people.ts';

/** Places that run or are to come, of one pool. */
export const MAX_PLACES = 4;
/** Places that one pool ever gave; then the owners approve anew. */
export const MAX_PLACES_EVER = 100;
/** Words of the day about one person in one team that hold at once: each owner's device says its own. */
export const MAX_VOUCHED = 32;
/** Calls of one patient to one substitute that run at once, and of all patients. */
export const MAX_CALLS = { patient: 4, person: 64 } as const;

/** Throws `vault/too-many` where this pool has no room for another place. */
export function checkPlace({ facts }: Pick<People, 'facts'>, { pool }: FactOf<'substitute'>, at: Instant): void {
  const places = facts.flatMap(({ fact, ended }) =>
    fact.kind === 'substitute' && fact.pool === pool ? [{ fact, ended }] : [],
  );
  const open = places.filter(({ fact, ended }) => ended === null && at < fact.until);
  if (open.length >= MAX_PLACES)
    throw vaultError('too-many', `this substitute has been called in ${MAX_PLACES} times already; end one first`);
  if (places.length >= MAX_PLACES_EVER)
    throw vaultError('too-many', 'this approval is used up; the owners approve this substitute anew');
}

/** Throws `vault/conflict` for the end of what has ended: saying it once more adds nothing but a statement. */
export function checkEnds({ facts }: Pick<People, 'facts'>, statements: readonly Statement[]): void {
  const ended = new Set(facts.flatMap(({ fact, ended: at }) => (at === null ? [] : [fact.id as string])));
  for (const { payload } of statements) {
    if (payload.t !== 'withdrawal') continue;
    if (ended.has(payload.fact)) throw vaultError('conflict', 'this has ended already');
    ended.add(payload.fact);
  }
}
