/**
 * `ketenkluis drill --sheets`: the practice's own copy (the mirror folder, or a backup of it) opened with the sheets of as many people as it
 * takes, without a host (docs/spec/destruction.md, "Drill"; R5, P5). What is live opens; what ended or was destroyed is not in it.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CopyKeys,
  type Drill,
  endedFacts,
  mirroredStatements,
  openCopy,
  type Register,
  standing,
  stateOfMirror,
  verifyMirror,
} from '@ketenkluis/agent';
import type { Clock } from '@ketenkluis/base';
import { memoryStorage, openLog } from '@ketenkluis/client';
import { readCheckpoint } from '@ketenkluis/ledger';
import { webVerifier } from '@ketenkluis/seal';

export const COPY_CHECKS = ['whole', 'mirror', 'prefix', 'opens', 'nobody', 'clients-refuse'] as const;
type Check = (typeof COPY_CHECKS)[number];

/** A client, or the agent, that saw the newest checkpoint is shown the backup's. */
export async function clientsRefuse(register: Register, newest: string, shown: string): Promise<boolean> {
  const storage = memoryStorage();
  const { log } = register.vault;
  const practice = register.practice.organisation;
  const first = await openLog({ practice, log, storage, verifier: webVerifier });
  await first.accept(newest, null, null);
  const again = await openLog({ practice, log, storage, verifier: webVerifier });
  return again.accept(shown, null, again.seen()).then(
    () => false,
    () => true,
  );
}

/** Changes nothing; nothing that opened is kept. */
export async function copyDrillOf(options: {
  /** The mirror itself, or a backup of it. */
  readonly copy: string;
  readonly mirror: string;
  readonly register: Register;
  readonly keys: CopyKeys;
  readonly clock: Clock;
}): Promise<Drill> {
  const { copy, mirror, register, keys, clock } = options;
  const failed = new Set<Check>();
  const note = (dir: string) => readFile(join(dir, 'log', 'checkpoint'), 'utf8');
  const [shown, newest] = [await note(copy), await note(mirror)];
  const [of, known] = [readCheckpoint(shown), readCheckpoint(newest)];
  if (!(await verifyMirror(copy)).ok) failed.add('whole');
  if (copy !== mirror && !(await verifyMirror(mirror)).ok) failed.add('mirror');
  const older = of.size < known.size;
  if (of.size > known.size || !(await verifyMirror(mirror, [of])).ok) failed.add('prefix');
  if (older && !(await clientsRefuse(register, newest, shown))) failed.add('clients-refuse');

  const found = await openCopy(copy, keys);
  const now = standing(register);
  const live = found.packs.filter(({ hash }) => now.versions.has(hash));
  const there = new Set<string>(live.map(({ hash }) => hash));
  const missing = [...now.versions].filter((hash) => !there.has(hash)).length;
  // An older copy lacks what was sealed since; what it has of what is live must open all the same.
  if (live.some(({ opened }) => !opened) || (!older && missing > 0)) failed.add('opens');
  const over = found.packs.filter(({ hash }) => !now.versions.has(hash));
  const dossiers = over.flatMap(({ descriptor: { dossier } }) =>
    dossier !== null && !now.dossiers.has(dossier) ? [dossier] : [],
  );
  const [endedNow, endedThen] = [await endedFacts(mirror), await endedFacts(copy)];
  const people = (await mirroredStatements(copy)).flatMap((one) =>
    one.t === 'fact' && one.kind === 'membership' && endedNow.has(one.id) && !endedThen.has(one.id) ? [one.person] : [],
  );
  const years = (await stateOfMirror(copy)).erased.map(({ year }) => year);
  const back = {
    dossiers: new Set(dossiers).size,
    versions: over.length,
    people: new Set(people).size,
    years: (await stateOfMirror(mirror)).erased.filter(({ year }) => !years.includes(year)).length,
    names: [...standing(found.register).names].filter((id) => !now.names.has(id)).length,
  };
  if (!older && Object.values(back).some((count) => count > 0)) failed.add('nobody');
  return {
    ...{ at: clock(), size: of.size, newest: known.size, ok: failed.size === 0, failed: [...failed], back },
    ...{ copy: 'mirror', opened: live.filter(({ opened }) => opened).length },
  };
}
