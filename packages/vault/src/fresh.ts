/**
 * How far the last step of taking away has come (docs/spec/substitutes.md, "Leaver"): of how many dossiers every part that the team may
 * open was sealed anew since the team got the key that whoever left does not have. Counted in what the log brought; opens nothing.
 */

import type { TeamId } from '@ketenkluis/base';
import type { fresh as freshMessage } from '@ketenkluis/protocol';
import { type Epoch, payloadHash } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Caller } from './auth.ts';
import type { People } from './people.ts';
import { getStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

/** The record that brought the key of now: a later one with the same key only adds people. Undefined: it is the first key. */
function newKey({ keys }: People, team: TeamId): Epoch | undefined {
  let found = keys.epochOf(team)?.payload;
  for (let before = found; before !== undefined && before.kem === found?.kem; ) {
    found = before;
    before = keys.epochNumber(team, before.number - 1);
  }
  return found === undefined || found.number === 0 ? undefined : found;
}

async function countOf(tx: Tx, { practice, people }: Caller, team: TeamId) {
  const epoch = newKey(people, team);
  if (epoch === undefined) return [];
  const hash = payloadHash(epoch);
  const line = (await getStatements(tx, practice, [hash])).get(hash)?.line;
  if (line === undefined) return [];
  const rows = await tx
    .selectFrom('granted')
    .innerJoin('handle', (on) =>
      on.onRef('handle.practice', '=', 'granted.practice').onRef('handle.descriptor', '=', 'granted.descriptor'),
    )
    .select((eb) => ['granted.dossier', eb.fn.min('handle.line').as('oldest')])
    .where('granted.practice', '=', practice)
    .where('granted.team', '=', team)
    .where('granted.dossier', 'is not', null)
    .where('handle.state', '=', 'live')
    // Notes and messages have no second version; they go when they are taken over.
    .where('handle.class', '=', 'source')
    .groupBy('granted.dossier')
    .execute();
  const done = rows.filter(({ oldest }) => Number(oldest) > line).length;
  return [{ team, since: epoch.at, done, total: rows.length }];
}

export async function fresh(vault: Vault, caller: Caller): Promise<z.infer<typeof freshMessage>> {
  const { people, session } = caller;
  const at = vault.clock();
  const own = people.keys.memberships(at).flatMap(({ person, team }) => (person === session.person ? [team] : []));
  const seen = people.isOwner(session.person) ? people.keys.epochs().map(({ payload }) => payload.team) : own;
  return vault.storage.read(async (tx) => {
    const teams: z.infer<typeof freshMessage>['teams'] = [];
    for (const team of new Set(seen)) teams.push(...(await countOf(tx, caller, team)));
    return { teams };
  });
}
