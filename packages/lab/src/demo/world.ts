/** A practice with its vault, from nothing to the first sync: what the demo, the bench and the browser tests stand on. */

import { loadPolicy } from '@ketenkluis/access/node';
import {
  type AgentState,
  type EnrolResult,
  enrol,
  folderSource,
  type InitOptions,
  type InitResult,
  init,
  nodeFetch,
  openState,
  type Source,
  type SyncOptions,
  type SyncProgress,
  type SyncResult,
  sync,
  type Team,
} from '@ketenkluis/agent';
import { base64url, type LocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, type RoleId } from '@ketenkluis/care';
import {
  memoryStorage,
  type Place,
  parseDeviceLink,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
} from '@ketenkluis/client';
import { freePort } from '../ports.ts';
import { startVaultProcess, type VaultProcess } from './vault-process.ts';

/** Cheap on purpose where nobody's secret is at stake; a real practice keeps the default. */
export const DEMO_ARGON2 = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;

export interface Person {
  readonly name: string;
  readonly role: RoleId;
  readonly passphrase: string;
  readonly owner?: boolean;
  readonly logOfficer?: boolean;
}

/** Who is born at a vault, under which name of this machine. */
export interface Organisation {
  readonly host: string;
  readonly practice: InitOptions['practice'];
  readonly staff: readonly Person[];
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
  /** Signs in as the first person of this role or name, with the first device and passphrase and a memory of its own. */
  signIn(who: Person['role'] | Person['name']): Promise<Session>;
  close(): Promise<void>;
}

const LINDE: Organisation = {
  host: 'praktijk.localhost',
  practice: { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999' },
  staff: PEOPLE,
};

export interface NewPracticeOptions {
  readonly vaultDir: string;
  readonly agentDir: string;
  readonly port?: number;
  readonly workplace?: string;
  /** How many owners must sign; one when left out. */
  readonly threshold?: number;
  /** The demo's practice when left out. */
  readonly organisation?: Organisation;
  /** Origins of the vaults of other organisations. */
  readonly partners?: readonly string[];
  /** Addresses of witnesses that the vault may post to. */
  readonly witnesses?: readonly string[];
  readonly onIdle?: WorldOptions['onIdle'];
  readonly onStep?: WorldOptions['onStep'];
}

/** A vault and a practice born in it: nobody is enrolled yet. */
export interface NewPractice
  extends Pick<World, 'vault' | 'origin' | 'place' | 'people' | 'sheets' | 'signIn' | 'close'> {
  readonly teams: readonly Pick<Team, 'team' | 'role' | 'name' | 'need'>[];
  /** Bytes that the agent sent in bodies so far. */
  sent(): number;
  /** Enrols every candidate of this source. */
  enrol(source: string, asOf: LocalDate): Promise<EnrolResult>;
  sync(
    source: string,
    asOf: LocalDate,
    more?: Pick<SyncOptions, 'mirror' | 'onProgress' | 'onStep'>,
  ): Promise<SyncResult>;
}

/** Throws what agent, client or vault throw; on failure the vault's process is ended. */
export async function newPractice(options: NewPracticeOptions): Promise<NewPractice> {
  const step = options.onStep ?? (() => undefined);
  const port = options.port ?? (await freePort());
  const organisation = options.organisation ?? LINDE;
  const origin = `http://${organisation.host}:${port}`;
  const bootstrapToken = base64url(systemRandom(24));
  step('vault');
  const vault = await startVaultProcess({
    dir: options.vaultDir,
    port,
    origins: [origin],
    bootstrapToken,
    limits: { perMinute: 100_000, strictPerMinute: 10_000 },
    ...(options.partners === undefined ? {} : { partners: options.partners }),
    ...(options.witnesses === undefined ? {} : { witnesses: options.witnesses }),
    ...(options.workplace === undefined ? {} : { workplace: options.workplace }),
  });
  const net = nodeFetch();
  const ports = { fetch: net.fetch, clock: systemClock, random: systemRandom };
  const close = async () => {
    net.close();
    await vault.stop();
  };
  try {
    await options.onIdle?.(vault);
    step('init');
    const { state, people, sheets } = await init({
      ...ports,
      dir: options.agentDir,
      vaultUrl: origin,
      bootstrapToken,
      practice: organisation.practice,
      staff: organisation.staff,
      threshold: options.threshold ?? 1,
      argon2: DEMO_ARGON2,
    });
    const teams = state.register.teams.map(({ team, role, name, need }) => ({ team, role, name, need }));
    await state.close();
    const selection = compileSelection(Object.values(PROGRAMMES));
    const owner = people.find((person) => person.owner)!;
    /** One job on the agent's state and a source, as a start of the agent does it. */
    const once = async <T>(path: string, job: (state: AgentState, source: Source) => Promise<T>): Promise<T> => {
      const source = await folderSource(path);
      const opened = await openState({ dir: options.agentDir, random: systemRandom });
      try {
        return await job(opened, source);
      } finally {
        await opened.close();
        await source.close();
      }
    };
    const { practice, authority, log, logTeam } = parseDeviceLink(people[0]!.first.link);
    const place: Place = { origin, pins: { practice, authority, log, logTeam } };
    return {
      vault,
      origin,
      place,
      people,
      sheets,
      teams,
      sent: net.sent,
      enrol: (path, asOf) =>
        once(path, (state, source) =>
          enrol({
            state,
            source,
            asOf,
            selection,
            at: systemClock(),
            random: systemRandom,
            who: 'candidates',
            notice: { at: asOf, channel: 'demo', text: 'demo-1' },
            owner: owner.keys.signer,
            acceptSelection: true,
          }),
        ),
      sync: (path, asOf, more = {}) =>
        once(path, (state, source) => sync({ ...ports, ...more, state, source, asOf, selection })),
      async signIn(who) {
        const person = people.find((one) => one.role === who || one.name === who)!;
        const storage = memoryStorage();
        const device = await takeDeviceLink(storage, parseDeviceLink(person.first.link));
        const wired = wire(place, { ...ports, storage, policy: loadPolicy });
        return await signIn(wired, { by: 'passphrase', device, passphrase: person.first.passphrase });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A new practice, its candidates enrolled, its first sync done. Throws as `newPractice` does. */
export async function buildWorld(options: WorldOptions): Promise<World> {
  const step = options.onStep ?? (() => undefined);
  const { source, asOf, mirrorDir, onProgress } = options;
  const made = await newPractice(options);
  try {
    step('enrol');
    await made.enrol(source, asOf);
    step('sync');
    const before = made.sent();
    const result = await made.sync(source, asOf, {
      ...(mirrorDir === undefined ? {} : { mirror: mirrorDir }),
      ...(onProgress === undefined ? {} : { onProgress }),
    });
    return { ...made, result, sent: made.sent() - before };
  } catch (error) {
    await made.close();
    throw error;
  }
}
