/** A whole small world for tests: a vault in memory of this process, a practice, its agent, and its people. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DeviceId, type LocalDate, type Random, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import {
  type ClientStorage,
  type Fetch,
  keptDevices,
  memoryStorage,
  type Ports,
  parseDeviceLink,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
} from '@ketenkluis/client';
import { createVault, type RunningVault } from '@ketenkluis/vault';
import { BOOTSTRAP, fakeClock, ORIGIN } from '@ketenkluis/vault/testing';
import { type EnrolResult, enrol } from '../enrol.ts';
import { type InitResult, init } from '../init.ts';
import { fileKeyStore } from '../keystore.ts';
import { folderSource } from '../source/folder.ts';
import { openState } from '../state.ts';
import { type SyncOptions, type SyncResult, sync } from '../sync.ts';
import type { NewStaff } from '../teams.ts';
import { rememberGuesses } from './guesses.ts';
import { type MadePatient, madePatients, writeMade } from './records.ts';

export const AS_OF = '2026-01-05' as LocalDate;
/** The least that the keyring takes: tests need no slow guess. */
export const CHEAP = { memoryKiB: 19_456, passes: 2, lanes: 1 } as const;
export const selection = compileSelection(Object.values(PROGRAMMES));

export interface Counted {
  readonly fetch: Fetch;
  /** Bytes of bodies sent since the last reset. */
  sent: number;
  /** May answer in the vault's place, or change what it says. */
  between: ((url: string, answer: () => ReturnType<Fetch>) => ReturnType<Fetch>) | null;
}

export function injected(vault: () => RunningVault): Counted {
  const counted: Counted = {
    sent: 0,
    between: null,
    fetch: async (url, { method, headers, body }) => {
      const { pathname, search, host } = new URL(url);
      const payload = typeof body === 'string' ? Buffer.from(body) : body === undefined ? undefined : Buffer.from(body);
      counted.sent += payload?.length ?? 0;
      const ask = async () => {
        const reply = await vault().app.inject({
          method: method as 'GET' | 'POST',
          url: pathname + search,
          headers: { ...headers, host },
          ...(payload === undefined ? {} : { payload }),
        });
        const bytes = new Uint8Array(reply.rawPayload);
        return {
          status: reply.statusCode,
          headers: { get: (name: string) => String(reply.headers[name] ?? '') || null },
          arrayBuffer: async () => bytes.buffer as ArrayBuffer,
        };
      };
      return counted.between === null ? await ask() : await counted.between(url, ask);
    },
  };
  return counted;
}

export interface World {
  readonly dir: string;
  readonly clock: ReturnType<typeof fakeClock>;
  readonly random: Random;
  readonly net: Counted;
  /** To every vault and keyholder of this web; its own vault where none is named. */
  readonly fetch: Fetch;
  readonly init: InitResult;
  vault(): RunningVault;
  /** Stops the vault and starts it again on the same folder. */
  restartVault(): Promise<void>;
  patients: MadePatient[];
  /** Writes `patients` as the practice's records. */
  write(): void;
  enrol(who?: 'candidates' | 'participation' | readonly string[]): Promise<EnrolResult>;
  sync(more?: Partial<SyncOptions>): Promise<SyncResult>;
  /** Signs in as the first with this role or name, on a device of its own. */
  signIn(
    role: string,
    storage?: ClientStorage,
    identity?: Ports['identity'],
    sheets?: Ports['sheets'],
  ): Promise<Session>;
  close(): Promise<void>;
}

const STAFF = [
  { name: 'A. de Eerste', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'C. Verpleger', role: 'poh-s', passphrase: 'vijf zes zeven acht' },
  { name: 'B. de Tweede', role: 'gp', owner: true, passphrase: 'vier drie twee een' },
  { name: 'D. Assistent', role: 'assistant', passphrase: 'negen tien elf twaalf' },
] as const;

export interface WorldOptions {
  /** Where the vault answers. */
  readonly origin?: string;
  /** Shared with another world. */
  readonly clock?: World['clock'];
  readonly people?: readonly NewStaff[];
  readonly threshold?: number;
  /** Addresses of witnesses that its vault may post to. */
  readonly witnesses?: readonly string[];
  /** Worlds that reach each other, by origin. */
  readonly web?: Map<string, Fetch>;
}

/** `staff`: how many of a doctor, a nurse, a second owner and an assistant; each costs a few slow guesses. */
export async function makeWorld(count = 40, staff = 4, more: WorldOptions = {}): Promise<World> {
  rememberGuesses();
  const origin = more.origin ?? ORIGIN;
  const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-test-'));
  const clock = more.clock ?? fakeClock();
  const random = systemRandom;
  const options = {
    dir: join(dir, 'vault'),
    origins: [origin],
    bootstrapToken: BOOTSTRAP,
    clock: clock.clock,
    steady: clock.steady,
    log: false,
    limits: { perMinute: 1_000_000, strictPerMinute: 1_000_000 },
    ...(more.witnesses === undefined ? {} : { witnesses: more.witnesses, witnessPause: 0 }),
  };
  let running = await createVault(options);
  const net = injected(() => running);
  const stateDir = join(dir, 'agent');
  const source = join(dir, 'source');
  const web = more.web ?? new Map<string, Fetch>();
  web.set(origin, net.fetch);
  const fetch: Fetch = (url, asked) => (web.get(new URL(url).origin) ?? net.fetch)(url, asked);
  const ports = { fetch, clock: clock.clock, random };
  const born = await init({
    ...ports,
    dir: stateDir,
    vaultUrl: origin,
    bootstrapToken: BOOTSTRAP,
    practice: { name: 'Praktijk De Proef', ura: '00000001', agb: '01000001' },
    staff: more.people ?? STAFF.slice(0, staff),
    ...(more.threshold === undefined ? {} : { threshold: more.threshold }),
    keyStore: fileKeyStore(stateDir),
    argon2: CHEAP,
  });
  await born.state.close();
  const openAgent = () => openState({ dir: stateDir, random, keyStore: fileKeyStore(stateDir) });

  const world: World = {
    dir,
    clock,
    random,
    net,
    fetch,
    init: born,
    vault: () => running,
    async restartVault() {
      await running.stop();
      running = await createVault(options);
    },
    patients: madePatients(count),
    write: () => writeMade(source, world.patients),
    async enrol(who = 'candidates') {
      world.write();
      const state = await openAgent();
      const opened = await folderSource(source);
      try {
        return await enrol({
          state,
          source: opened,
          asOf: AS_OF,
          selection,
          at: clock.clock(),
          random,
          who,
          notice: { at: AS_OF, channel: 'letter', text: 'v1' },
          owner: born.people[0]!.keys.signer,
          acceptSelection: true,
        });
      } finally {
        await opened.close();
        await state.close();
      }
    },
    async sync(more = {}) {
      world.write();
      clock.move(1000);
      const state = await openAgent();
      const opened = await folderSource(source);
      try {
        return await sync({ ...ports, state, source: opened, asOf: AS_OF, selection, ...more });
      } finally {
        await opened.close();
        await state.close();
      }
    },
    async signIn(role, storage = memoryStorage(), identity = undefined, sheets = undefined) {
      // Counters never stand below the clock; a device without a memory needs it to have moved.
      clock.move(1000);
      const person = born.people.find((one) => one.role === role || one.name === role)!;
      const link = parseDeviceLink(person.first.link);
      if ((await keptDevices(storage)).length === 0) await takeDeviceLink(storage, link);
      const device = (await keptDevices(storage)).find((one) => one.device === (link.device as DeviceId))!;
      const { practice, authority, log, logTeam } = link;
      const place = { origin: link.origin, pins: { practice, authority, log, logTeam } };
      return await signIn(
        wire(place, { ...ports, storage, ...(identity && { identity }), ...(sheets && { sheets }) }),
        {
          by: 'passphrase',
          device,
          passphrase: person.first.passphrase,
        },
      );
    },
    async close() {
      await running.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return world;
}

export { mirroredStatements } from '../breach/world.ts';
export { petitionRows } from '../inspect/petitions.ts';
export { explain } from '../monitor.ts';
