/** One look as a nurse makes it: one signed request for a dossier's parts, its line on disk, every check, the plaintext. */

import { parseWorklist } from '@ketenkluis/care';
import { openDossier, openList, readContent, worklistContent } from '@ketenkluis/client';
import { type Measured, percentile, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const LOOKS = 200;
const WARM = 10;

export async function look(on: Ground): Promise<readonly Measured[]> {
  const { practice } = await on.synced();
  const nurse = await practice.signIn('poh-s');
  const opened = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, opened.content).list);
  if (rows.length === 0) throw new Error('the worklist is empty');
  const runs: number[] = [];
  let parts = 0;
  let cpu = 0;
  for (let i = 0; i < WARM + LOOKS; i++) {
    const row = rows[i % rows.length]!;
    const handles = row.handles.map(({ handle }) => handle);
    const { value, ...took } = await timed(() =>
      openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts, about: { purpose: 'controle' } }),
    );
    if (value.parts.some(({ outcome }) => outcome === 'deny')) throw new Error('a look was refused');
    if (i < WARM) continue;
    parts += value.parts.length;
    cpu += took.cpu;
    runs.push(took.ms);
  }
  await nurse.close();
  return [
    {
      work: 'one look, request to plaintext, p50',
      unit: 'ms',
      runs,
      bar: { on: 'figure', at: 'most', value: 30 },
      note: `${LOOKS} looks, ${(parts / LOOKS).toFixed(1)} parts each; ${(cpu / LOOKS).toFixed(1)} ms of the client's processor time each`,
    },
    {
      work: 'one look, p99',
      unit: 'ms',
      runs: [percentile(runs, 0.99)],
      bar: { on: 'figure', at: 'most', value: 100 },
    },
  ];
}
