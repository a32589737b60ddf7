/**
 * `ketenkluis drill`: a backup of the vault is put back into a scratch folder and asked what it would bring back (docs/hosts.md, R4). The
 * practice's own copy and register are the measure: what was withdrawn, destroyed, erased or left since is named, and nothing of it is served.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type Drill,
  liveHashes,
  mirroredStatements,
  mirrorState,
  openState,
  type Register,
  verifyMirror,
} from '@ketenkluis/agent';
import { base64url, type Clock, isoInstant, systemClock, systemRandom } from '@ketenkluis/base';
import { memoryStorage, openLog } from '@ketenkluis/client';
import { readCheckpoint } from '@ketenkluis/ledger';
import { webVerifier } from '@ketenkluis/seal';
import { createVault, fsck, NEWEST_FILE, type RunningVault } from '@ketenkluis/vault';
import type { Outcome } from './output.ts';

const CHECKS = ['whole', 'mirror', 'prefix', 'vault-refuses', 'clients-refuse'] as const;
type Check = (typeof CHECKS)[number];

const start = (dir: string, clock: Clock): Promise<RunningVault> =>
  createVault({
    dir,
    clock,
    origins: ['http://drill.localhost'],
    bootstrapToken: base64url(systemRandom(24)),
    log: false,
  });

/** What the restored vault holds live, beside what the practice knows to be live now. */
async function broughtBack(vault: RunningVault['vault'], register: Register, mirror: string): Promise<Drill['back']> {
  const practice = register.practice.organisation;
  const held = await vault.storage.read(async (tx) => ({
    dossiers: await tx
      .selectFrom('dossier')
      .select('dossier')
      .where('practice', '=', practice)
      .where('ended', '=', 0)
      .execute(),
    packs: await tx
      .selectFrom('handle')
      .select('descriptor')
      .where('practice', '=', practice)
      .where('state', '=', 'live')
      .execute(),
    members: await tx
      .selectFrom('fact')
      .select(['fact', 'person'])
      .where('practice', '=', practice)
      .where('kind', '=', 'membership')
      .where('ended', 'is', null)
      .execute(),
    years: await tx.selectFrom('erased').select('year').where('practice', '=', practice).execute(),
  }));
  const lives = Object.values(register.patients).flatMap(({ enrolment, live }) =>
    live !== null && enrolment !== null && 'ids' in enrolment ? [{ dossier: enrolment.ids.dossier, live }] : [],
  );
  const dossiers = new Set<string>(lives.map(({ dossier }) => dossier));
  const versions = new Set<string>([
    ...lives.flatMap(({ live }) => [...liveHashes(live)]),
    ...register.teams.flatMap(({ slots }) => Object.values(slots).flatMap(({ descriptor }) => descriptor ?? [])),
  ]);
  const ended = new Set(
    (await mirroredStatements(mirror)).flatMap((one) => (one.t === 'withdrawal' ? [one.fact] : [])),
  );
  const { erased } = mirrorState.parse(JSON.parse(await readFile(join(mirror, 'mirror.json'), 'utf8')));
  return {
    dossiers: held.dossiers.filter(({ dossier }) => !dossiers.has(dossier)).length,
    versions: held.packs.filter(({ descriptor }) => !versions.has(descriptor)).length,
    people: new Set(held.members.filter(({ fact }) => ended.has(fact)).map(({ person }) => person)).size,
    years: erased.filter(({ year }) => !held.years.some((one) => one.year === year)).length,
  };
}

/** A client, or the agent, that saw the newest checkpoint is shown the backup's. */
async function clientsRefuse(register: Register, newest: string, shown: string): Promise<boolean> {
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

/** Never changes the backup; the scratch folder is gone when this answers. */
export async function drillOf(options: {
  readonly backup: string;
  readonly mirror: string;
  readonly register: Register;
  readonly clock: Clock;
}): Promise<Drill> {
  const { backup, mirror, register, clock } = options;
  const scratch = mkdtempSync(join(tmpdir(), 'ketenkluis-drill-'));
  const dir = join(scratch, 'vault');
  const failed = new Set<Check>();
  try {
    cpSync(backup, dir, { recursive: true, filter: (path) => !path.endsWith('vault.lock') });
    if (!(await fsck(dir)).ok) failed.add('whole');
    const newest = await readFile(join(mirror, 'log', 'checkpoint'), 'utf8');
    const known = readCheckpoint(newest);
    if (!(await verifyMirror(mirror)).ok) failed.add('mirror');

    const plain = await start(dir, clock);
    const shown = (await plain.vault.storage.ledger.state(register.vault.log.origin)).checkpoint ?? '';
    const back = await broughtBack(plain.vault, register, mirror);
    await plain.stop();
    const { size, root } = readCheckpoint(shown);
    // The mirror's own lines must have had the backup's root; of one that is newer the vault says whether it holds the mirror's.
    const older = size < known.size;
    if (size <= known.size && !(await verifyMirror(mirror, [{ ...readCheckpoint(shown), root }])).ok)
      failed.add('prefix');

    writeFileSync(join(dir, NEWEST_FILE), JSON.stringify({ v: 1, notes: [newest] }), { mode: 0o600 });
    const told = await start(dir, clock);
    const asked = await told.app.inject(`/v1/practices/${register.practice.organisation}/directory`);
    await told.stop();
    const refused = asked.statusCode === 503 && asked.json<{ type: string }>().type === 'vault/behind';
    if (refused !== older) failed.add('vault-refuses');
    if (older && !(await clientsRefuse(register, newest, shown))) failed.add('clients-refuse');
    return { at: clock(), size, newest: known.size, ok: failed.size === 0, failed: [...failed], back };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

export async function drill(options: {
  readonly dir: string;
  readonly mirror: string;
  readonly backup: string;
}): Promise<Outcome> {
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    const [backup, mirror] = [resolve(options.backup), resolve(options.mirror)];
    const found = await drillOf({ backup, mirror, register, clock: systemClock });
    register.drills = [...(register.drills ?? []), found].slice(-100);
    await state.save();
    const { size, newest, back, failed } = found;
    return {
      json: { ...found, at: isoInstant(found.at), checked: CHECKS },
      words: [
        `the backup holds ${size} of ${newest} lines`,
        `it would bring back ${back.dossiers} dossiers, ${back.versions} versions, ${back.people} people who left, ${back.years} erased years`,
        ...CHECKS.map((check) => `${check}: ${failed.includes(check) ? 'FAILED' : 'held'}`),
        found.ok ? 'nothing of it is served' : 'do NOT put this backup back',
      ],
      failed: !found.ok,
    };
  } finally {
    await state.close();
  }
}

/** After a real restore: the vault learns which checkpoints others hold, and serves nobody whose log stands before them. */
export async function restored(options: {
  readonly dir: string;
  readonly newest: readonly string[];
}): Promise<Outcome> {
  const notes = await Promise.all(options.newest.map((file) => readFile(resolve(file), 'utf8')));
  for (const note of notes) readCheckpoint(note);
  const file = join(resolve(options.dir), NEWEST_FILE);
  writeFileSync(file, JSON.stringify({ v: 1, notes }), { mode: 0o600 });
  return {
    json: { notes: notes.length, file },
    words: [`${notes.length} checkpoints stand in ${file}; start the vault`],
  };
}
