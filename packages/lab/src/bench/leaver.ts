/** A colleague leaves a practice of six hundred in care: when the next look is refused, and when everything is wrapped anew. */

import { parseWorklist } from '@ketenkluis/care';
import { endMembership, openDossier, openList, readContent, rewrap, worklistContent } from '@ketenkluis/client';
import { type Measured, timed } from './figure.ts';
import type { Ground } from './ground.ts';

export async function leaver(on: Ground): Promise<readonly Measured[]> {
  const { practice } = await on.synced();
  const nurse = await practice.signIn('poh-s');
  const owner = await practice.signIn('gp');
  const { content } = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, content).list);
  const [row] = rows;
  if (row === undefined) throw new Error('the worklist is empty');
  const handles = row.handles.map(({ handle }) => handle);
  const ended = await timed(async () => {
    await endMembership(owner, nurse.person, { leaves: false });
    return await openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts });
  });
  if (ended.value.parts.some(({ outcome }) => outcome === 'permit')) throw new Error('a leaver was not refused');
  const wrapped = await timed(() => rewrap(owner));
  const { done, left } = wrapped.value;
  if (done === 0 || left > 0) throw new Error(`${left} dossiers were not wrapped anew`);
  await Promise.all([nurse.close(), owner.close()]);
  return [
    {
      work: 'a colleague leaves, next look refused',
      unit: 's',
      runs: [ended.ms / 1000],
      bar: { on: 'figure', at: 'most', value: 2 },
      note: 'the end of the membership, the new key and the refused look together',
    },
    {
      work: 'everything wrapped for the new key',
      unit: 's',
      runs: [wrapped.ms / 1000],
      bar: { on: 'figure', at: 'most', value: 60 },
      note: `${done} dossiers, one signed line each; ${(wrapped.cpu / done).toFixed(1)} ms of the client's processor time each`,
    },
  ];
}
