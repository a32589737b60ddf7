/** Two owners name witnesses, as their clients would. */

import { HOUR, newId, systemRandom } from '@ketenkluis/base';
import { type FactOf, signStatement, statementsToWire } from '@ketenkluis/seal';
import type { TestWorld } from '../testing.ts';

/** Into the log as one line; throws when the vault refuses it. */
export async function nameWitnesses(
  world: TestWorld,
  named: Partial<Pick<FactOf<'witnesses'>, 'quorum' | 'lag'>> & Pick<FactOf<'witnesses'>, 'witnesses'>,
): Promise<FactOf<'witnesses'>> {
  const { practice, time } = world;
  const fact: FactOf<'witnesses'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'witnesses', id: newId('fact', systemRandom), practice: practice.id },
    ...{ from: time.clock(), until: null, quorum: named.witnesses.length, lag: HOUR, ...named },
  };
  const body = { ...statementsToWire([await signStatement(fact, practice.owners)]), wraps: [] };
  const reply = await world.signed(await world.open(practice.gp), 'statements', body, { class: 'admin' });
  if (reply.status !== 200) throw new Error(`nobody was named: ${reply.text}`);
  return fact;
}
