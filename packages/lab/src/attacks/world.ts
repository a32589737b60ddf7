/**
 * The practice that is attacked: generated patients, a vault, an agent and staff with real keys, synced once. Built once; every
 * attack gets its own copy of the folders, so that nothing done to one is seen by another.
 */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@ketenkluis/access/node';
import {
  type AgentState,
  enrol,
  fileKeyStore,
  folderSource,
  type InitResult,
  init,
  openState,
  type SyncResult,
  sync,
} from '@ketenkluis/agent';
import {
  base64url,
  type Clock,
  type DossierId,
  type FactId,
  fromBase64url,
  type HandleId,
  type Instant,
  parseId,
  systemRandom,
} from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import {
  type ClientStorage,
  type Fetch,
  type Place,
  type Ports,
  parseDeviceLink,
  Session,
  type Wire,
  wire,
} from '@ketenkluis/client';
import { challenge as challengeMessage, sessionOpened, sessionProofBytes } from '@ketenkluis/protocol';
import { webSigner } from '@ketenkluis/seal';
import { createVault, type RunningVault, type VaultOptions } from '@ketenkluis/vault';
import { type FakeClock, fakeClock } from '@ketenkluis/vault/testing';
import { DEFAULT_AS_OF, smallPractice, type Truth } from '../generate/index.ts';
import { buildPair, openPair, type Pair, type PairBase } from './pair.ts';
import { type Rule, tampered } from './proxy.ts';

export const ORIGIN = 'http://praktijk.localhost:8443';
export const BOOTSTRAP = 'bootstrap-token-of-the-attacked-vault';
export const AS_OF = DEFAULT_AS_OF;
const START = Date.UTC(2026, 9, 1, 7);
/** The least that a keyring allows: no secret of a person is at stake. */
const ARGON2 = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;

export const SELECTION = compileSelection(Object.values(PROGRAMMES));
export type Who = 'owner' | 'second' | 'nurse' | 'assistant';
export type Keys = InitResult['people'][number];

const STAFF = [
  { who: 'owner', name: 'Hanneke Wielinga', role: 'gp', owner: true, passphrase: 'duin-lantaarn-zeven' },
  { who: 'second', name: 'Youssef Benali', role: 'gp', owner: true, passphrase: 'molen-kastanje-drie' },
  { who: 'nurse', name: 'Sanne Kuipersma', role: 'poh-s', passphrase: 'fiets-zonnebloem-vier' },
  { who: 'assistant', name: 'Ilse Terwolde', role: 'assistant', passphrase: 'brug-appeltaart-twee' },
] as const;

/** What one device remembers, as plain values that can be copied. */
export type Memory = Map<string, unknown>;
export const storageOf = (memory: Memory): ClientStorage => ({
  get: async (key) => memory.get(key),
  set: async (key, value) => void memory.set(key, value),
  delete: async (key) => void memory.delete(key),
  clear: async () => memory.clear(),
});

/** One enrolled patient, as the practice itself knows it. */
export interface Patient {
  readonly id: string;
  readonly dossier: DossierId;
  readonly programmes: readonly string[];
  readonly handles: Readonly<Record<string, HandleId>>;
  /** The steps of a team by its need. */
  readonly steps: Readonly<Record<string, readonly { readonly fact: FactId; readonly handles: readonly HandleId[] }[]>>;
  readonly enrolment: FactId;
}

export interface Base {
  readonly dir: string;
  readonly now: Instant;
  readonly place: Place;
  readonly people: Readonly<Record<Who, Keys>>;
  readonly sheets: InitResult['sheets'];
  readonly truth: Truth;
  readonly patients: readonly Patient[];
  /** Teams by need. */
  readonly teams: Readonly<Record<string, string>>;
  /** What devices remember that have looked once. */
  readonly memories: Readonly<Record<Who, Memory>>;
  /** Two organisations at two vaults, built when the first attack asks. */
  pair(): Promise<PairBase>;
  remove(): void;
}

export const fetchOf =
  (app: () => RunningVault['app']): Fetch =>
  async (address, { method, headers, body }) => {
    const url = new URL(address);
    const reply = await app().inject({
      method: method as 'GET' | 'POST' | 'PUT',
      url: url.pathname + url.search,
      headers: { ...headers, host: url.host },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : Buffer.from(body) }),
    });
    const bytes = new Uint8Array(reply.rawPayload);
    return {
      status: reply.statusCode,
      headers: { get: (name) => reply.headers[name.toLowerCase()]?.toString() ?? null },
      arrayBuffer: async () => bytes.buffer,
    };
  };

export const vaultOptions = (dir: string, time: FakeClock): VaultOptions => ({
  dir,
  origins: [ORIGIN],
  bootstrapToken: BOOTSTRAP,
  clock: time.clock,
  steady: time.steady,
  limits: { perMinute: 1_000_000, strictPerMinute: 1_000_000 },
});

export const deviceOf = async (keys: Keys) => {
  const { device, sign } = parseDeviceLink(keys.first.link);
  return { device: parseId('device', device), signer: await webSigner({ by: device, seed: fromBase64url(sign) }) };
};

/** The device's proof, and the person's keys as this program knows them: the passphrase would only open the keyring that holds them. */
export async function enter(wired: Wire, keys: Keys): Promise<Session> {
  const { device, signer } = await deviceOf(keys);
  const { challenge } = await wired.call('challenge', challengeMessage, { body: {} });
  const practice = parseId('organisation', wired.place.pins.practice);
  const signature = base64url(await signer.sign(sessionProofBytes(wired.place.origin, practice, challenge, device)));
  const opened = await wired.call('session-open', sessionOpened, {
    body: { by: 'device', challenge, device, signature },
  });
  const { session, token, person, idle, until } = opened;
  return Session.begin(
    wired,
    { session, token, person, device, idle, until, unlockers: [], names: {} },
    keys.keys.secrets,
    opened.stage,
  );
}

/** Who is enrolled, as the register has it. */
export function patientsOf(state: AgentState): Patient[] {
  const needs = new Map<string, string>(state.register.teams.map(({ team, need }) => [team, need]));
  return Object.entries(state.register.patients).flatMap(([id, { enrolment }]) => {
    if (enrolment?.state !== 'enrolled') return [];
    const { dossier, handles, steps, enrolment: fact } = enrolment.ids;
    const byNeed = Object.fromEntries(Object.entries(steps).map(([team, list]) => [needs.get(team)!, list]));
    return [
      {
        id,
        dossier,
        programmes: [...enrolment.programmes],
        handles: { ...handles } as Record<string, HandleId>,
        steps: structuredClone(byNeed),
        enrolment: fact,
      },
    ];
  });
}

/** What a practice is born with: its folder of records, where the vault is, how it is reached. */
export interface BirthOptions {
  readonly source: string;
  readonly agentDir: string;
  readonly origin: string;
  readonly bootstrapToken: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
}

/** Everything before the first sync: keys, staff, the practice at its vault, every candidate enrolled. */
export async function bear(options: BirthOptions) {
  const { source, agentDir, origin, bootstrapToken, fetch, clock } = options;
  const born = await init({
    dir: agentDir,
    vaultUrl: origin,
    bootstrapToken,
    practice: { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999' },
    staff: STAFF.map(({ who: _, ...staff }) => staff),
    threshold: 2,
    argon2: ARGON2,
    keyStore: fileKeyStore(agentDir),
    fetch,
    clock,
    random: systemRandom,
  });
  const people = Object.fromEntries(STAFF.map(({ who }, i) => [who, born.people[i]!])) as Record<Who, Keys>;
  const reading = await folderSource(source);
  await enrol({
    state: born.state,
    source: reading,
    asOf: AS_OF,
    selection: SELECTION,
    random: systemRandom,
    acceptSelection: true,
    at: clock(),
    who: 'candidates',
    notice: { at: AS_OF, channel: 'brief', text: 'brief-1' },
    owner: people.owner.keys.signer,
  });
  await reading.close();
  const { practice, authority, log, logTeam } = parseDeviceLink(people.owner.first.link);
  const place: Place = { origin, pins: { practice, authority, log, logTeam } };
  return { state: born.state, people, place, sheets: born.sheets };
}

/** Writes the records of a small practice into a folder of this directory. */
export function writeSource(dir: string, patients: number, seed: string): { source: string; truth: Truth } {
  const source = join(dir, 'source');
  mkdirSync(source, { mode: 0o700 });
  const { files, truth } = smallPractice(patients, seed, AS_OF);
  for (const [name, text] of files) writeFileSync(join(source, name), text, { mode: 0o600 });
  return { source, truth };
}

/** Runs the main job once: init, enrol, sync; then each person looks once from their own device. */
export async function buildBase(options: { readonly patients: number; readonly seed: string }): Promise<Base> {
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-attacks-'));
  const { source, truth } = writeSource(dir, options.patients, options.seed);
  const time = fakeClock(START);
  const running = await createVault(vaultOptions(join(dir, 'vault'), time));
  const fetch = fetchOf(() => running.app);
  const ports = { fetch, clock: time.clock, random: systemRandom };
  const agentDir = join(dir, 'agent');
  const birth = { source, agentDir, origin: ORIGIN, bootstrapToken: BOOTSTRAP, fetch, clock: time.clock };
  const { state, people, place, sheets } = await bear(birth);
  const reading = await folderSource(source);
  await sync({ state, source: reading, asOf: AS_OF, selection: SELECTION, ...ports });
  await reading.close();
  let pair: Promise<PairBase> | undefined;
  const base: Omit<Base, 'memories'> = {
    dir,
    now: time.clock(),
    place,
    people,
    sheets,
    truth,
    patients: patientsOf(state),
    teams: Object.fromEntries(state.register.teams.map(({ need, team }) => [need, team])),
    pair: () => {
      pair ??= buildPair(join(dir, 'pair'));
      return pair;
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
  await state.close();
  const memories = {} as Record<Who, Memory>;
  for (const { who } of STAFF) {
    const memory: Memory = new Map();
    const session = await enter(
      wire(base.place, { ...ports, storage: storageOf(memory), policy: loadPolicy }),
      people[who],
    );
    await session.people();
    await session.close();
    memories[who] = memory;
  }
  await running.stop();
  return { ...base, memories };
}

/** One attack's own copy of the practice. */
export class Fork {
  readonly base: Base;
  readonly dir: string;
  readonly time: FakeClock;
  readonly #copied = new Set<string>();
  #pair: Promise<Pair> | undefined;
  #running: RunningVault | null = null;
  #rules: Rule[] = [];
  #extra: Partial<VaultOptions> = {};

  constructor(base: Base) {
    this.base = base;
    this.dir = mkdtempSync(join(tmpdir(), 'ketenkluis-attack-'));
    this.time = fakeClock(base.now);
    this.time.move(60_000);
  }

  /** Copied when an attack first touches it: many need one of the folders only. */
  #folder(name: 'vault' | 'agent' | 'source'): string {
    const to = join(this.dir, name);
    if (!this.#copied.has(name)) cpSync(join(this.base.dir, name), to, { recursive: true });
    this.#copied.add(name);
    return to;
  }
  get vaultDir(): string {
    return this.#folder('vault');
  }
  get agentDir(): string {
    return this.#folder('agent');
  }
  get source(): string {
    return this.#folder('source');
  }
  /** This attack's own copy of the two organisations. */
  pair(): Promise<Pair> {
    this.#pair ??= this.base.pair().then((pair) => openPair(pair, join(this.dir, 'pair')));
    return this.#pair;
  }

  get vault(): RunningVault {
    if (this.#running === null) throw new Error('the vault of this copy is down');
    return this.#running;
  }

  /** Starts the vault of this copy; with no argument on its own folder. */
  async up(options: Partial<VaultOptions> = this.#extra): Promise<RunningVault> {
    this.#extra = options;
    this.#running ??= await createVault({ ...vaultOptions(this.vaultDir, this.time), ...options });
    return this.#running;
  }
  async down(): Promise<void> {
    await this.#running?.stop();
    this.#running = null;
  }

  /** What the host does to requests and answers from now on. */
  tamper(...rules: Rule[]): void {
    this.#rules = rules;
  }

  /** The way to the vault, through the host's hands. */
  readonly fetch: Fetch = (url, init) => tampered(this.#road, this.#rules)(url, init);
  #road: Fetch = fetchOf(() => this.vault.app);
  /** Another way to a vault on this copy's folder. */
  road(fetch: Fetch): void {
    this.#road = fetch;
  }

  /** A copy of the folder as a host keeps one. */
  backup(name: string): string {
    const to = join(this.dir, name);
    cpSync(this.vaultDir, to, { recursive: true });
    return to;
  }
  /** Puts a copy back. */
  restore(from: string): void {
    rmSync(this.vaultDir, { recursive: true });
    cpSync(from, this.vaultDir, { recursive: true });
  }

  /** Signs in; without `memory` from a device that has looked before. */
  async signIn(
    who: Who,
    options: {
      readonly memory?: Memory;
      readonly place?: Place;
      readonly fetch?: Fetch;
      readonly sheets?: Ports['sheets'];
    } = {},
  ): Promise<Session> {
    // A device without memory counts its requests from the clock.
    this.time.move(10_000);
    const memory = options.memory ?? this.remembered(who);
    const wired = wire(options.place ?? this.base.place, {
      fetch: options.fetch ?? this.fetch,
      clock: this.time.clock,
      random: systemRandom,
      policy: loadPolicy,
      storage: storageOf(memory),
      ...(options.sheets && { sheets: options.sheets }),
    });
    return enter(wired, this.base.people[who]);
  }
  storage(memory: Memory): ClientStorage {
    return storageOf(memory);
  }
  /** The memory of a device that has looked before. */
  remembered(who: Who): Memory {
    return new Map(structuredClone([...this.base.memories[who]]));
  }

  async withAgent<T>(work: (state: AgentState) => Promise<T>, dir = this.agentDir): Promise<T> {
    const state = await openState({ dir, random: systemRandom, keyStore: fileKeyStore(dir) });
    try {
      return await work(state);
    } finally {
      await state.close();
    }
  }

  /** Something changes in the GP system: the patient's family name. */
  change(patient: Patient): void {
    const file = join(this.source, 'Patient.ndjson');
    const lines = readFileSync(file, 'utf8').split('\n');
    const changed = lines.map((line) => {
      if (line === '') return line;
      const resource = JSON.parse(line) as { id: string; name: { family: string }[] };
      if (resource.id !== patient.id) return line;
      for (const name of resource.name) name.family = `${name.family}-Gewijzigd`;
      return JSON.stringify(resource);
    });
    writeFileSync(file, changed.join('\n'));
  }

  /** One sync of this copy's source, by the agent or by a copy of it in `dir`. `before` may change the register first. */
  async sync(
    options: {
      readonly before?: (state: AgentState) => void;
      readonly onStep?: (step: string) => Promise<void>;
      readonly dir?: string;
    } = {},
  ): Promise<SyncResult> {
    return this.withAgent(async (state) => {
      options.before?.(state);
      const source = await folderSource(this.source);
      try {
        return await sync({
          state,
          source,
          asOf: AS_OF,
          selection: SELECTION,
          fetch: this.fetch,
          clock: this.time.clock,
          random: systemRandom,
          ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
        });
      } finally {
        await source.close();
      }
    }, options.dir);
  }

  async end(): Promise<void> {
    await this.down();
    await (await this.#pair)?.down();
    rmSync(this.dir, { recursive: true, force: true });
  }
}
