/**
 * `ketenkluis drill`: a backup of the vault is put back into a scratch folder and asked what it would bring back (docs/hosts.md, R4). The
 * practice's own copy and register are the measure: what was withdrawn, destroyed, erased or left since is named, and nothing of it is served.
 */

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  type CopyKeys,
  type Drill,
  endedFacts,
  mirrorState,
  openState,
  type Register,
  sheetsOf,
  standing,
  verifyMirror,
} from '@ketenkluis/agent';
import { base64url, type Clock, isoInstant, systemClock, systemRandom } from '@ketenkluis/base';
import { recordRecovery, type Session } from '@ketenkluis/client';
import { readCheckpoint } from '@ketenkluis/ledger';
import { checkShares } from '@ketenkluis/seal';
import { combineKey } from '@ketenkluis/seal/open';
import { createVault, fsck, NEWEST_FILE, type RunningVault } from '@ketenkluis/vault';
import { COPY_CHECKS, clientsRefuse, copyDrillOf } from './copy-drill.ts';
import { type Enter, signInBySheet } from './enter.ts';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

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
  const { dossiers, versions } = standing(register);
  const ended = await endedFacts(mirror);
  const { erased } = mirrorState.parse(JSON.parse(await readFile(join(mirror, 'mirror.json'), 'utf8')));
  return {
    dossiers: held.dossiers.filter(({ dossier }) => !dossiers.has(dossier)).length,
    versions: held.packs.filter(({ descriptor }) => !versions.has(descriptor)).length,
    people: new Set(held.members.filter(({ fact }) => ended.has(fact)).map(({ person }) => person)).size,
    years: erased.filter(({ year }) => !held.years.some((one) => one.year === year)).length,
  };
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

interface DrillOptions {
  readonly dir: string;
  readonly mirror: string;
  /** Of the vault's folder. */
  readonly backup?: string;
  /** Sheets of recovery and exit: then it is the practice's own copy that is opened. */
  readonly sheets?: readonly string[];
  /** Who signs the line that says so. */
  readonly person?: string;
  /** A backup of the mirror; the mirror itself when left out. */
  readonly copy?: string;
}

/** The line first (R14): nothing is put together before the log says who did it, and with which sheets. */
export async function keysFrom(mirror: string, sheets: readonly string[], session: Session): Promise<CopyKeys> {
  const { record, shares } = await sheetsOf(mirror, sheets);
  checkShares(shares.exit, record.exit);
  await recordRecovery(session, checkShares(shares.recovery, record.recovery));
  return {
    recovery: (await combineKey(shares.recovery, record.recovery)).key,
    exit: (await combineKey(shares.exit, record.exit)).key,
  };
}

async function keysOf(mirror: string, files: readonly string[], person: string, enter: Enter): Promise<CopyKeys> {
  const sheets = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  const colleague = await enter(person, { sheets });
  try {
    return await keysFrom(mirror, sheets, colleague.session);
  } finally {
    await colleague.close();
  }
}

export async function drill(options: DrillOptions, enter: Enter = signInBySheet): Promise<Outcome> {
  const { backup, sheets, person } = options;
  if ((backup === undefined) === (sheets === undefined) || (sheets !== undefined && person === undefined))
    throw cliError('bad-option', 'name a --backup of the vault, or --sheets and --person for the own copy');
  const mirror = resolve(options.mirror);
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    const clock = systemClock;
    const found =
      sheets === undefined
        ? await drillOf({ backup: resolve(backup!), mirror, register, clock })
        : await copyDrillOf({
            ...{ copy: resolve(options.copy ?? mirror), mirror, register, clock },
            keys: await keysOf(mirror, sheets, person!, enter),
          });
    register.drills = [...(register.drills ?? []), found].slice(-100);
    await state.save();
    return wordsOf(found, sheets === undefined ? CHECKS : COPY_CHECKS);
  } finally {
    await state.close();
  }
}

function wordsOf(found: Drill, checks: readonly string[]): Outcome {
  const { size, newest, back, failed, opened, ok } = found;
  const end = opened === undefined ? 'nothing of it is served' : 'everything that is live opens without a host';
  return {
    json: { ...found, at: isoInstant(found.at), checked: checks },
    words: [
      `the copy holds ${size} of ${newest} lines`,
      ...(opened === undefined ? [] : [`${opened} parts and lists opened`]),
      `it would bring back ${back.dossiers} dossiers, ${back.versions} versions, ${back.people} people who left, ${back.years} erased years${back.names === undefined ? '' : `, ${back.names} patients by name`}`,
      ...checks.map((check) => `${check}: ${failed.includes(check) ? 'FAILED' : 'held'}`),
      ok ? end : 'do NOT put this copy back',
    ],
    failed: !ok,
  };
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
