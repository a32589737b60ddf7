/** Later syncs: what an unchanged practice sends, and what one per cent of changed patients costs beyond their own packs. */

import { join } from 'node:path';
import { openState } from '@ketenkluis/agent';
import { systemRandom } from '@ketenkluis/base';
import { withNewMeasurements } from './changed.ts';
import type { Measured } from './figure.ts';
import type { Ground } from './ground.ts';

const KIB = 1024;

/** In both of these the measurement that is added has its place. */
const MEASURED = new Set(['diabetes', 'cvrm']);

/** As many as one in a hundred of the enrolled, spread over the register. */
async function onePerCent(agentDir: string): Promise<string[]> {
  const state = await openState({ dir: agentDir, random: systemRandom });
  const enrolled = Object.entries(state.register.patients).flatMap(([id, { enrolment }]) =>
    enrolment?.state === 'enrolled' ? [{ id, programmes: enrolment.programmes }] : [],
  );
  await state.close();
  const fit = enrolled.filter(({ programmes }) => programmes.some((id) => MEASURED.has(id)));
  const wanted = Math.round(enrolled.length / 100);
  return Array.from({ length: wanted }, (_, i) => fit[Math.floor(((i + 0.5) * fit.length) / wanted)]!.id);
}

export async function later(on: Ground): Promise<readonly Measured[]> {
  const { records, practice, agentDir } = await on.synced();
  const sync = async (dir: string) => {
    const before = practice.sent();
    const result = await practice.sync(dir, records.asOf);
    return { ...result, sent: practice.sent() - before };
  };
  const quiet = await sync(records.dir);
  if (quiet.changed + quiet.packs > 0) throw new Error('an unchanged practice was not seen as unchanged');

  const patients = await onePerCent(agentDir);
  const dir = join(on.root, 'changed');
  withNewMeasurements(records.dir, dir, patients, records.asOf);
  const moved = await sync(dir);
  if (moved.changed !== patients.length) {
    throw new Error(`${patients.length} patients were changed and ${moved.changed} were noticed`);
  }
  return [
    {
      work: 'unchanged practice, bytes sent',
      unit: 'bytes',
      runs: [quiet.sent],
      bar: { on: 'figure', at: 'most', value: 5 * KIB },
    },
    {
      work: '1 % of patients changed, bytes sent',
      unit: 'bytes',
      runs: [moved.sent],
      bar: { on: 'figure', at: 'most', value: Math.round(1.15 * moved.bytes + 5 * KIB) },
      note: `${moved.changed} patients; ${moved.packs} packs, ${moved.lists} of them lists, ${moved.bytes} bytes`,
    },
  ];
}
