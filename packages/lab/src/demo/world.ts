/** A practice with its vault, from nothing to the first sync: what the demo, the bench and the browser tests stand on. */

import {
  enrol,
  folderSource,
  type InitResult,
  init,
  nodeFetch,
  type SyncProgress,
  type SyncResult,
  sync,
} from '@ketenkluis/agent';
import { base64url, type LocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import {
  memoryStorage,
  type Place,
  parseDeviceLink,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
} from '@ketenkluis/client';
import { startVaultProcess, type VaultProcess } from './vault-process.ts';

/** Cheap on purpose where nobody's secret is at stake; a real practice keeps the default. */
export const DEMO_ARGON2 = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;

export interface Person {
  readonly name: string;
  readonly role: 'gp' | 'poh-s' | 'assistant';
  readonly passphrase: string;
  readonly owner?: boolean;
}

/** Invented people; no patient of the generated practice has one of these surnames. */
export const PEOPLE: readonly Person[] = [
  { name: 'Hanneke Wielinga', role: 'gp', passphrase: 'duin-lantaarn-zeven', owner: true },
  { name: 'Youssef Benali', role: 'gp', passphrase: 'molen-kastanje-drie', owner: true },
  { name: 'Sanne Kuipersma', role: 'poh-s', passphrase: 'fiets-zonnebloem-vier' },
  { name: 'Ilse Terwolde', role: 'assistant', passphrase: 'brug-appeltaart-twee' },
];

export interface WorldOptions {
  readonly source: string;
  readonly asOf: LocalDate;
  readonly vaultDir: string;
  readonly agentDir: string;
  readonly mirrorDir?: string;
  readonly port?: number;
  readonly workplace?: string;
  /** Runs on the vault before anything is delivered to it. */
  readonly onIdle?: (vault: VaultProcess) => Promise<void> | void;
  readonly onStep?: (step: 'vault' | 'init' | 'enrol' | 'sync') => void;
  readonly onProgress?: (progress: SyncProgress) => void;
}

export interface World {
  readonly vault: VaultProcess;
  readonly origin: string;
  readonly place: Place;
  readonly people: InitResult['people'];
  readonly sheets: InitResult['sheets'];
  readonly result: SyncResult;
  /** Bytes that the agent sent in bodies. */
  readonly sent: number;
  /** Signs in as this person with the first device and passphrase, with a memory of its own. */
  signIn(role: Person['role']): Promise<Session>;
  close(): Promise<void>;
}

const HOST = 'praktijk.localhost';

/** A port that is free now; the demo's origin needs it before the vault starts. */
async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  return await new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Throws what agent, client or vault throw; on failure the vault's process is ended. */
export async function buildWorld(options: WorldOptions): Promise<World> {
  const step = options.onStep ?? (() => undefined);
  const port = options.port ?? (await freePort());
  const origin = `http://${HOST}:${port}`;
  const bootstrapToken = base64url(systemRandom(24));
  step('vault');
  const vault = await startVaultProcess({
    dir: options.vaultDir,
    port,
    origins: [origin],
    bootstrapToken,
    limits: { perMinute: 100_000, strictPerMinute: 10_000 },
    ...(options.workplace === undefined ? {} : { workplace: options.workplace }),
  });
  const net = nodeFetch();
  const close = async () => {
    net.close();
    await vault.stop();
  };
  try {
    await options.onIdle?.(vault);
    step('init');
    const born = await init({
      dir: options.agentDir,
      vaultUrl: origin,
      bootstrapToken,
      practice: { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999' },
      staff: PEOPLE,
      threshold: 1,
      fetch: net.fetch,
      clock: systemClock,
      random: systemRandom,
      argon2: DEMO_ARGON2,
    });
    const selection = compileSelection(Object.values(PROGRAMMES));
    const owner = born.people.find((person) => person.owner)!;
    step('enrol');
    const enrolling = await folderSource(options.source);
    await enrol({
      state: born.state,
      source: enrolling,
      asOf: options.asOf,
      selection,
      at: systemClock(),
      random: systemRandom,
      who: 'candidates',
      notice: { at: options.asOf, channel: 'demo', text: 'demo-1' },
      owner: owner.keys.signer,
      acceptSelection: true,
    });
    await enrolling.close();
    step('sync');
    const source = await folderSource(options.source);
    const before = net.sent();
    const result = await sync({
      state: born.state,
      source,
      asOf: options.asOf,
      selection,
      fetch: net.fetch,
      clock: systemClock,
      random: systemRandom,
      ...(options.mirrorDir === undefined ? {} : { mirror: options.mirrorDir }),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    await source.close();
    await born.state.close();
    const link = parseDeviceLink(born.people[0]!.first.link);
    const { practice, authority, log, logTeam } = link;
    const place: Place = { origin, pins: { practice, authority, log, logTeam } };
    return {
      vault,
      origin,
      place,
      people: born.people,
      sheets: born.sheets,
      result,
      sent: net.sent() - before,
      async signIn(role) {
        const person = born.people.find((one) => one.role === role)!;
        const storage = memoryStorage();
        const device = await takeDeviceLink(storage, parseDeviceLink(person.first.link));
        const wired = wire(place, { fetch: net.fetch, clock: systemClock, random: systemRandom, storage });
        return await signIn(wired, { by: 'passphrase', device, passphrase: person.first.passphrase });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
