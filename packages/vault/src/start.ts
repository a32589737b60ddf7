/** A vault on a data folder: opens everything, cleans up what a crash left, serves, and stops without losing an answer. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { loadPolicy } from '@ketenkluis/access/node';
import { type Clock, MINUTE, type Random, systemClock, systemRandom } from '@ketenkluis/base';
import { originFault } from '@ketenkluis/protocol';
import type { AssuranceLevel } from '@ketenkluis/seal';
import { destination, pino } from 'pino';
import { type AppOptions, createApp } from './app.ts';
import { practicesBehind } from './behind.ts';
import { vaultError } from './errors.ts';
import { openKeys } from './keys.ts';
import { append, ownCommon } from './lines.ts';
import { bringNative } from './native.ts';
import { pooled } from './random.ts';
import { eraseDue } from './retention.ts';
import type { Api } from './routes/api.ts';
import { dropUncommitted } from './settling.ts';
import { silentOf } from './silent.ts';
import { privateFile, privateFolder } from './storage/private.ts';
import { openShares, type ShareStore } from './storage/shares.ts';
import { openSqlite, type Storage } from './storage/storage.ts';
import { dropCalls } from './substitutes.ts';
import { createContext, MAX_DRIFT, type Vault } from './vault.ts';

export interface VaultOptions {
  /** Data folder: vault.db, shares.db, keys, logs. */
  readonly dir: string;
  /** Origins of the workplace; the first is the audience of requests, their hosts the passkeys' relying parties. */
  readonly origins: readonly string[];
  /** Whoever knows it may bring a new practice; at least 16 characters, or nobody may. */
  readonly bootstrapToken: string;
  /** By practice: the level of assurance (eIDAS) that a person's session needs before anything opens (R26). */
  readonly assurance?: Readonly<Record<string, AssuranceLevel>> | undefined;
  /** By practice: the origin of its desk, where people sign on outside; the workplace may speak to it. */
  readonly desks?: Readonly<Record<string, string>> | undefined;
  readonly workplace?: string | undefined;
  readonly partners?: AppOptions['partners'];
  readonly keyholders?: AppOptions['keyholders'];
  /** Addresses of outside cosigners that may be posted to; which of them, each practice's owners say. */
  readonly witnesses?: readonly string[] | undefined;
  /** Milliseconds between two posts; for tests. */
  readonly witnessPause?: number | undefined;
  readonly limits?: AppOptions['limits'];
  readonly proxies?: AppOptions['proxies'];
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Milliseconds that never jump; for tests. */
  readonly steady?: (() => number) | undefined;
  /** False: no log file. */
  readonly log?: boolean | undefined;
}
export interface RunningVault {
  readonly app: Api;
  readonly vault: Vault;
  /** Looks at the clock, sweeps superseded shares and what was staged and never committed; runs by itself every minute. */
  upkeep(): Promise<void>;
  /** Answers what is under way, then closes; may be called twice. */
  stop(): Promise<void>;
}

/** One vault per folder: the lock lives as long as the process, whatever kills it. */
function lockFolder(dir: string): DatabaseSync {
  privateFile(join(dir, 'vault.lock'));
  const lock = new DatabaseSync(join(dir, 'vault.lock'), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw vaultError('directory-in-use', 'another vault runs on this folder; stop it first', { cause });
  }
  return lock;
}

/** Shares of anything that is no live head now: replaced before the stop, or staged and never committed. */
async function dropStaleShares(storage: Storage, shares: ShareStore): Promise<number> {
  const live = await storage.read((tx) =>
    tx.selectFrom('handle').select(['practice', 'descriptor']).where('state', '=', 'live').execute(),
  );
  const known = new Set(live.map((row) => `${row.practice}/${row.descriptor}`));
  return shares.keepOnly((practice, descriptor) => known.has(`${practice}/${descriptor}`));
}

/** A vault without a listening socket: `app.inject()` speaks to it. */
export async function createVault(options: VaultOptions): Promise<RunningVault> {
  const { dir, origins, bootstrapToken } = options;
  bringNative();
  if (origins.length === 0) throw vaultError('bad-config', 'a vault needs the origin that it is reached at');
  const desks = Object.values(options.desks ?? {});
  for (const origin of [...origins, ...desks, ...(options.partners ?? []), ...(options.keyholders ?? [])]) {
    const why = originFault(origin);
    if (why) throw vaultError('bad-config', `the origin ${origin} ${why}`);
  }
  for (const folder of [dir, join(dir, 'logs')]) privateFolder(folder);
  await loadPolicy();
  const lock = lockFolder(dir);
  const random = options.random ?? pooled(systemRandom);
  const clock = options.clock ?? systemClock;
  const storage = await openSqlite(join(dir, 'vault.db'));
  const shares = openShares(join(dir, 'shares.db'));
  const keys = await openKeys(dir, random);
  const steady = options.steady ? { steady: options.steady } : {};
  const vault = createContext({
    ...{ storage, shares, keys, clock, random, origins, bootstrapToken, ...steady },
    ...{
      assurance: options.assurance,
      desks: options.desks,
      witnesses: options.witnesses,
      witnessPause: options.witnessPause,
    },
  });
  try {
    vault.standing.behind = await practicesBehind(vault, dir);
  } catch (error) {
    await storage.close();
    shares.close();
    lock.close();
    throw error;
  }
  const pokeAll = async (): Promise<void> => {
    const logs = await storage.read((tx) => tx.selectFrom('log').select('log').execute());
    for (const { log } of logs) vault.witnesses.poke(log);
  };
  await pokeAll();
  if (options.log !== false) privateFile(join(dir, 'logs', 'vault.log'));
  const logger =
    options.log === false
      ? pino({ enabled: false })
      : pino({ base: null }, destination({ dest: join(dir, 'logs', 'vault.log'), sync: true, mode: 0o600 }));
  const removed = await dropStaleShares(storage, shares);
  if (removed > 0) logger.info({ removed }, 'shares that nothing live needs were overwritten');
  const app = await createApp(vault, {
    logger,
    workplace: options.workplace,
    partners: options.partners,
    keyholders: options.keyholders,
    desks,
    limits: options.limits,
    proxies: options.proxies,
  });

  let alarmed = false;
  const upkeep = async (): Promise<void> => {
    shares.sweep(clock());
    // A delivery that neither came through nor could clean up; its shares are nobody's.
    for (const [practice, old] of shares.staged(clock())) {
      await dropUncommitted(vault, practice, old);
      shares.unstage(practice, old);
    }
    await storage.write((tx) => tx.deleteFrom('challenge').where('until', '<=', clock()).execute());
    await dropCalls(vault);
    // A cosignature grows old also where nothing is written.
    await pokeAll();
    await storage.tidy();
    const drift = vault.drift();
    const off = Math.abs(drift) > MAX_DRIFT;
    if (off && !alarmed) {
      logger.error({ drift }, 'the clock has moved against the machine; set it right');
      await logDrift(vault);
    }
    alarmed = off;
    // By a clock that nobody trusts nothing is erased.
    if (off) return;
    const { unconfirmed } = await eraseDue(vault);
    if (unconfirmed > 0 && vault.standing.unconfirmed === 0)
      logger.error({ unconfirmed }, 'retention-unconfirmed: no practice signed for the time that this clock shows');
    vault.standing.unconfirmed = unconfirmed;
  };
  const timer = setInterval(() => {
    upkeep().catch((error: unknown) =>
      logger.error({ code: error instanceof Error ? error.name : 'unknown' }, 'upkeep failed'),
    );
  }, MINUTE);
  timer.unref();

  let stopping: Promise<void> | undefined;
  const endSilent = silentOf(app.server);
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    endSilent();
    // As long as any request may take to come in; the rest of one that stopped half-way never does.
    const late = setTimeout(() => app.server.closeAllConnections(), MINUTE);
    await app.close();
    clearTimeout(late);
    await vault.appender.close();
    await vault.witnesses.stop();
    await storage.close();
    shares.close();
    lock.close();
    logger.flush();
  };
  return {
    app,
    vault,
    upkeep,
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** The alarm stands in every practice's log too: times around it are to be read with care (R45). */
async function logDrift(vault: Vault): Promise<void> {
  const practices = await vault.storage.read((tx) => tx.selectFrom('practice').select(['practice', 'log']).execute());
  for (const { practice, log } of practices) {
    const owner = (await vault.people.of(practice))?.keys.authority?.owners[0]?.person;
    if (!owner) continue;
    const common = ownCommon(vault, practice, {
      event: 'clock',
      action: 'E',
      class: 'session',
      outcome: 'error',
      actor: vault.keys.id,
      responsible: owner,
    });
    await append(vault, { practice, log, request: null, keys: [], plan: async () => ({ common, items: [] }) });
  }
}

export interface Listening {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves on a port (0: any free one) of the loopback address or of `host`. */
export async function startVault(
  options: VaultOptions & { readonly port: number; readonly host?: string | undefined },
): Promise<Listening> {
  const running = await createVault(options);
  try {
    const url = await running.app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
    const address = running.app.server.address();
    const port = address !== null && typeof address === 'object' ? address.port : options.port;
    return { url, port, stop: running.stop };
  } catch (error) {
    await running.stop();
    throw error;
  }
}
