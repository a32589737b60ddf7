/** The content that a first sync seals, as files: one minimised JSON document per patient, for a backup program to store. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderSource, openState, readPractice } from '@ketenkluis/agent';
import { systemRandom } from '@ketenkluis/base';
import {
  type CareRecord,
  compileSelection,
  emergencySummary,
  PROGRAMMES,
  type ProgrammeId,
  type ScopeId,
} from '@ketenkluis/care';
import type { Records } from './ground.ts';

/** What this agent's register says of who is enrolled, in which programmes. */
async function enrolledBy(agentDir: string): Promise<ReadonlyMap<string, readonly ProgrammeId[]>> {
  const state = await openState({ dir: agentDir, random: systemRandom });
  const found = Object.entries(state.register.patients).flatMap(([id, { enrolment }]) =>
    enrolment?.state === 'enrolled' ? [[id, enrolment.programmes as ProgrammeId[]] as const] : [],
  );
  await state.close();
  return new Map(found);
}

/** Writes into `out`; the emergency copy that is sealed too is in each file. */
export async function writeContents(
  records: Records,
  agentDir: string,
  out: string,
): Promise<{ files: number; bytes: number }> {
  const selection = compileSelection(Object.values(PROGRAMMES));
  const enrolled = await enrolledBy(agentDir);
  const patients = new Map<string, Map<ScopeId, CareRecord[]>>();
  const source = await folderSource(records.dir);
  await readPractice(source, {
    asOf: records.asOf,
    selection,
    enrolled: (patient) => enrolled.get(patient) ?? [],
    sink: {
      restart: () => patients.clear(),
      records(patient, scope, list) {
        const own = patients.get(patient) ?? new Map<ScopeId, CareRecord[]>();
        patients.set(patient, own);
        own.set(scope, [...(own.get(scope) ?? []), ...list]);
      },
    },
  });
  await source.close();
  let bytes = 0;
  for (const [number, scopes] of [...patients.values()].entries()) {
    const emergency = emergencySummary([...scopes.values()].flat(), records.asOf, selection);
    const text = JSON.stringify({ ...Object.fromEntries(scopes), ...(emergency.length > 0 ? { emergency } : {}) });
    bytes += Buffer.byteLength(text);
    writeFileSync(join(out, `${number}.json`), text, { mode: 0o600 });
  }
  return { files: patients.size, bytes };
}
