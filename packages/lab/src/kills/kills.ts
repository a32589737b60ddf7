/**
 * Kills agent or vault at random moments of a sync and lets only the killed one start again. Afterwards nothing may be lost,
 * doubled or left over: the same end as a practice that nobody disturbed.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { base64url, systemClock } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import { openDossier, openList, readContent, type Session, scopeContent, worklistContent } from '@ketenkluis/client';
import { decodeEntry, leafOf } from '@ketenkluis/ledger';
import { fsck } from '@ketenkluis/vault';
import { fetchedLog } from '../demo/log-folder.ts';
import { startVaultProcess, type VaultProcess } from '../demo/vault-process.ts';
import { buildWorld, type World } from '../demo/world.ts';
import { DEFAULT_AS_OF, writePractice } from '../generate/index.ts';

const AGENT = fileURLToPath(new URL('./agent.process.ts', import.meta.url));

export interface KillOptions {
  readonly patients: number;
  readonly kills: number;
  readonly seed: number;
}
export interface KillReport {
  readonly kills: { readonly agent: number; readonly vault: number };
  /** Kills that hit a process that was still at work. */
  readonly midway: number;
  readonly acknowledged: number;
  /** Each is a sentence; empty when all held. */
  readonly faults: readonly string[];
}

/** Small, seeded, and good enough to pick moments (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<boolean>;
  readonly started: Promise<void>;
}

function startAgent(config: object, acknowledged: Map<number, string>): Run {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', AGENT, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'ignore'],
    // Two hundred starts: the compiled modules are kept between them.
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'ketenkluis-compiled') },
  });
  let done = false;
  let text = '';
  let begin: () => void = () => undefined;
  const started = new Promise<void>((resolve) => {
    begin = resolve;
  });
  child.stdout!.on('data', (part: Buffer) => {
    text += part;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n')) {
      const said = JSON.parse(text.slice(0, end)) as { index?: number; leaf?: string; done?: true };
      text = text.slice(end + 1);
      if (said.index !== undefined) acknowledged.set(said.index, said.leaf!);
      if (said.done) done = true;
      begin();
    }
  });
  const ended = new Promise<boolean>((resolve) => {
    child.once('close', () => {
      begin();
      resolve(done);
    });
  });
  return { child, ended, started };
}

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Another family name for one patient: work for the next sync. */
function change(source: string, pick: number): void {
  const file = join(source, 'Patient.ndjson');
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const at = Math.floor(pick * lines.length);
  const resource = JSON.parse(lines[at]!) as { name?: { family?: string }[] };
  for (const name of resource.name ?? []) if (name.family) name.family = `${name.family}x`.slice(0, 60);
  lines[at] = JSON.stringify(resource);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
}

/** Everything the nurse can open, without ids: what the end state is compared by. */
async function contents(nurse: Session): Promise<string[]> {
  const list = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, list.content).list);
  const out: string[] = [];
  for (const row of rows) {
    const handles = row.handles.map(({ handle }) => handle);
    const opened = await openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts });
    const parts = opened.parts.map((part) => {
      if (part.outcome === 'deny') return `denied ${part.reason}`;
      const { scope, records } = readContent(scopeContent, part.content);
      return `${scope} ${records
        .map((record) => JSON.stringify(record))
        .sort()
        .join('')}`;
    });
    out.push([row.name, row.birthDate, ...parts.sort()].join('\n'));
  }
  return out.sort();
}

/** Builds, kills, finishes, compares. Throws only when the practice cannot be built at all. */
export async function playKills(options: KillOptions): Promise<KillReport> {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-kills-'));
  const faults: string[] = [];
  const acknowledged = new Map<number, string>();
  const count = { agent: 0, vault: 0 };
  let midway = 0;
  const next = dice(options.seed);
  const source = join(dir, 'source');
  writePractice({ patients: options.patients, seed: String(options.seed), asOf: DEFAULT_AS_OF, out: source });
  const place = { vaultDir: join(dir, 'vault'), agentDir: join(dir, 'agent') };
  let world: World | undefined;
  let twin: World | undefined;
  let vault: VaultProcess | undefined;
  try {
    world = await buildWorld({ source, asOf: DEFAULT_AS_OF, ...place });
    const port = Number(new URL(world.origin).port);
    const config = { dir: place.agentDir, source, asOf: DEFAULT_AS_OF };
    const restart = () =>
      startVaultProcess({
        dir: place.vaultDir,
        port,
        origins: [world!.origin],
        bootstrapToken: 'not-used-again-in-this-run',
        limits: { perMinute: 100_000, strictPerMinute: 10_000 },
      });
    await world.vault.stop();
    vault = await restart();
    // How long a whole sync takes from its start says where the moments lie.
    const first = startAgent(config, acknowledged);
    await first.started;
    const ready = systemClock();
    if (!(await first.ended)) faults.push('an undisturbed sync did not finish');
    const span = Math.max(50, systemClock() - ready);
    for (let kill = 0; kill < options.kills; kill++) {
      if (next() < 0.5) change(source, next());
      const run = startAgent(config, acknowledged);
      await run.started;
      await wait(next() * span * 1.1);
      const hitsAgent = next() < 0.5;
      const victim = hitsAgent ? run.child : vault.child;
      if (run.child.exitCode === null && run.child.signalCode === null) midway += 1;
      victim.kill('SIGKILL');
      count[hitsAgent ? 'agent' : 'vault'] += 1;
      if (!hitsAgent) {
        await vault.stop();
        vault = await restart();
      }
      await run.ended;
    }
    const last = startAgent(config, acknowledged);
    if (!(await last.ended)) faults.push('the sync after the last kill did not finish');
    faults.push(...(await lostLines(await world.signIn('gp'), acknowledged)));
    const shown = await contents(await world.signIn('poh-s'));
    await vault.stop();
    const report = await fsck(place.vaultDir);
    faults.push(...report.faults.map(({ code, where }) => `fsck: ${code} at ${where}`));
    twin = await buildWorld({
      source,
      asOf: DEFAULT_AS_OF,
      vaultDir: join(dir, 'twin-vault'),
      agentDir: join(dir, 'twin-agent'),
    });
    const undisturbed = await contents(await twin.signIn('poh-s'));
    const different = shown.filter((text, i) => text !== undisturbed[i]).length;
    if (shown.length !== undisturbed.length || different > 0) {
      faults.push(
        `${shown.length} dossiers against ${undisturbed.length}; ${different} differ from the undisturbed twin`,
      );
    }
    return { kills: count, midway, acknowledged: acknowledged.size, faults };
  } finally {
    await vault?.stop();
    await world?.close();
    await twin?.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Every line that was ever acknowledged must still stand where it stood. */
async function lostLines(owner: Session, acknowledged: ReadonlyMap<number, string>): Promise<string[]> {
  if (acknowledged.size === 0) return ['nothing was acknowledged, so nothing was shown'];
  const { entries } = await fetchedLog(owner);
  const top = Math.max(...acknowledged.keys()) + 1;
  const leaves = new Map<number, string>();
  for (const { index, stored } of await entries(0, top)) {
    const { entry, salts } = decodeEntry(stored);
    leaves.set(index, base64url(leafOf(entry, salts)));
  }
  return [...acknowledged].flatMap(([index, leaf]) =>
    leaves.get(index) === leaf
      ? []
      : [`line ${index} was acknowledged and is ${leaves.has(index) ? 'another' : 'gone'}`],
  );
}
