/**
 * First sync beside `restic backup` of the same content. Ours is timed from the moment that everything is read and minimised to the
 * signed snapshot: comparing, sealing, sending, the vault's checks and its commits on disk, lists and receipt. Restic's repository is
 * made beforehand.
 */

import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { steadyCount } from '@ketenkluis/base';
import { newPractice } from '../demo/world.ts';
import { writeContents } from './contents.ts';
import { type Measured, median, processorTime, timed } from './figure.ts';
import { type Ground, type Records, run } from './ground.ts';
import { storedPacks } from './stored.ts';

const ROUNDS = 3;

interface Content {
  readonly dir: string;
  files: number;
  bytes: number;
}

interface Ours {
  readonly ms: number;
  /** Processor time of agent and vault, in milliseconds. */
  readonly agent: number;
  readonly vault: number;
  readonly packs: number;
  readonly bodies: number;
  readonly lists: number;
  readonly sent: number;
}

/** `content` gets the files for the peer when it is still empty. */
async function ours(on: Ground, records: Records, round: number, content: Content): Promise<Ours> {
  const dir = await on.folder(`first-${round}`);
  const vaultDir = join(dir, 'vault');
  const practice = await newPractice({ vaultDir, agentDir: join(dir, 'agent') });
  try {
    await practice.enrol(records.dir, records.asOf);
    if (content.files === 0) Object.assign(content, await writeContents(records, join(dir, 'agent'), content.dir));
    const before = practice.sent();
    const now = () => ({
      at: steadyCount(),
      agent: processorTime(process.pid),
      vault: processorTime(practice.vault.pid),
    });
    let started = now();
    await practice.sync(records.dir, records.asOf, {
      onStep: (name) => {
        if (name === 'read') started = now();
      },
    });
    const ended = now();
    return {
      ms: ended.at - started.at,
      agent: ended.agent - started.agent,
      vault: ended.vault - started.vault,
      ...storedPacks(vaultDir),
      sent: practice.sent() - before,
    };
  } finally {
    await practice.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

const sizeOf = (dir: string): number =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);

async function restic(on: Ground, content: string, round: number): Promise<{ ms: number; size: number }> {
  const dir = await on.folder(`restic-${round}`);
  const repository = join(dir, 'repository');
  const options = {
    env: { RESTIC_PASSWORD: 'bench', RESTIC_REPOSITORY: repository, RESTIC_CACHE_DIR: join(dir, 'cache') },
  };
  await run('restic', ['init', '--quiet'], options);
  const { ms } = await timed(() => run('restic', ['backup', '--quiet', '.'], { ...options, cwd: content }));
  const size = sizeOf(repository);
  rmSync(dir, { recursive: true, force: true });
  return { ms, size };
}

export async function firstSync(on: Ground): Promise<readonly Measured[]> {
  const records = await on.generated();
  const content: Content = { dir: await on.folder('contents'), files: 0, bytes: 0 };
  const rounds: { ours: Ours; restic: Awaited<ReturnType<typeof restic>> }[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const one = { ours: await ours(on, records, round, content), restic: await restic(on, content.dir, round) };
    on.say(`  ${round}: ours ${(one.ours.ms / 1000).toFixed(2)} s, restic ${(one.restic.ms / 1000).toFixed(2)} s`);
    rounds.push(one);
  }
  const seconds = (who: 'agent' | 'vault') => (median(rounds.map(({ ours: one }) => one[who])) / 1000).toFixed(1);
  const beside = (pick: (one: { ms: number; size: number }) => number) => ({
    name: 'restic',
    runs: rounds.map((one) => pick(one.restic)),
  });
  return [
    {
      work: 'first sync: seal, send, durable',
      unit: 's',
      runs: rounds.map(({ ours: { ms } }) => ms / 1000),
      peer: beside(({ ms }) => ms / 1000),
      bar: { on: 'ratio', at: 'most', value: 1 },
      note: `${rounds[0]!.ours.packs} packs of ${content.files} patients, ${content.bytes} bytes of minimised JSON; processor time ${seconds('agent')} s of the agent, ${seconds('vault')} s of the vault`,
    },
    {
      work: 'bodies of patients, stored',
      unit: 'bytes',
      runs: rounds.map(({ ours: { bodies, lists } }) => bodies - lists),
      peer: beside(({ size }) => size),
      bar: { on: 'ratio', at: 'most', value: 1.5 },
    },
    {
      work: 'bodies of worklists, names, receipts',
      unit: 'bytes',
      runs: rounds.map(({ ours: { lists } }) => lists),
    },
    {
      work: 'everything else sent, per pack',
      unit: 'bytes',
      runs: rounds.map(({ ours: { sent, bodies, packs } }) => (sent - bodies) / packs),
      bar: { on: 'figure', at: 'most', value: 700 },
    },
  ];
}
