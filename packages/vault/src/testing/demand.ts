/** Two owners ask something of a sign-on, as their clients would. */

import { newId, systemRandom } from '@ketenkluis/base';
import { type Demand, signStatement, statementsToWire } from '@ketenkluis/seal';
import type { Reply, TestPerson, TestWorld } from '../testing.ts';

const WAYS: Demand['ways'] = [
  { means: 'dezi', issuer: 'https://dezi.example' },
  { means: 'eid', issuer: 'https://digid.example' },
];

export const demandOf = (
  { practice, time }: Pick<TestWorld, 'practice' | 'time'>,
  asks: Partial<Demand> = {},
): Demand => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'demand', id: newId('fact', systemRandom), practice: practice.id },
  ...{ from: time.clock(), until: null, desk: 'https://balie.example', ways: WAYS, staff: null, patients: null },
  ...asks,
});

/** Into the log as one line, signed by both owners unless others are named. */
export async function askSignOn(
  world: TestWorld,
  asks: Partial<Demand>,
  signers: readonly TestPerson['signer'][] = world.practice.owners,
): Promise<Reply> {
  const body = { ...statementsToWire([await signStatement(demandOf(world, asks), [...signers])]), wraps: [] };
  return await world.signed(await world.open(world.practice.gp), 'statements', body, { class: 'admin' });
}
