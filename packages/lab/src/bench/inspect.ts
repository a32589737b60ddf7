/** The inspection pack of a practice in which every patient was looked at: written, and checked as whoever receives it would. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkPack, inspectionPack, openState } from '@ketenkluis/agent';
import { systemClock, systemRandom } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import { openDossier, openList, readContent, worklistContent } from '@ketenkluis/client';
import { type Measured, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const ROUNDS = 3;

export async function inspect(on: Ground): Promise<readonly Measured[]> {
  const { practice, records, agentDir } = await on.synced();
  const nurse = await practice.signIn('poh-s');
  const { content } = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, content).list);
  for (const { dossier, handles, facts } of rows)
    await openDossier(nurse, { dossier, handles: handles.map(({ handle }) => handle), facts });
  await nurse.close();
  const mirror = join(await on.folder('inspected'), 'mirror');
  await practice.sync(records.dir, records.asOf, { mirror });
  const state = await openState({ dir: agentDir, random: systemRandom });
  const written: number[] = [];
  const checked: number[] = [];
  let cpu = Number.POSITIVE_INFINITY;
  let [files, lines] = [0, 0];
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const out = join(await on.folder('inspected'), `pack-${round}`);
      const { register } = state;
      const made = await timed(() => inspectionPack({ register, mirror, out, clock: systemClock }));
      const found = await timed(() => checkPack(out));
      if (!made.value.verified || !found.value.ok) throw new Error('the pack does not hold');
      cpu = Math.min(cpu, made.cpu / 1000);
      written.push(made.ms / 1000);
      checked.push(found.ms / 1000);
      ({ files, lines } = made.value);
      rmSync(out, { recursive: true, force: true });
    }
  } finally {
    await state.close();
  }
  return [
    {
      work: 'inspect: the whole pack, its PDF and signed sums',
      unit: 's',
      runs: written,
      bar: { on: 'figure', at: 'most', value: 10 },
      note: `${rows.length} dossiers on the list, a log of ${lines} lines, ${files} files; ${cpu.toFixed(1)} s of processor time`,
    },
    { work: 'the same pack checked by whoever receives it', unit: 's', runs: checked },
  ];
}
