/** Generated practices, each with its vault in a process of its own, and visits to them in one Chromium. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { endEnrolment, openState } from '@ketenkluis/agent';
import { base64url, type DeviceId, systemRandom } from '@ketenkluis/base';
import { parseDeviceLink } from '@ketenkluis/client';
import { browserOfWorker, Workplace } from '@ketenkluis/workplace/pages';
import type { Browser, BrowserContext, CDPSession, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { startVaultProcess, type VaultConfig, type VaultProcess } from '../../src/demo/vault-process.ts';
import { workplace } from '../../src/demo/workplace.ts';
import { type NewPractice, newPractice, type Organisation } from '../../src/demo/world.ts';
import { DEFAULT_AS_OF, writePractice } from '../../src/generate/index.ts';
import { TokenSearch } from '../../src/hostscan/search.ts';

/** Far above what a working screen needs on two busy cores. */
const PATIENCE = 240_000;

/** A way in of the demo: whose, and which of the two devices. Each device belongs to one browser at a time. */
export interface Hand {
  readonly name: string;
  readonly link: string;
  readonly device: DeviceId;
  readonly passphrase: string;
}

/** What a browser said to the outside world: addresses, bodies, console, titles. */
export class Heard {
  readonly all: string[] = [];
  readonly complaints: string[] = [];

  complain(said: string): void {
    this.all.push(said);
    this.complaints.push(said);
  }
}

export interface Visit {
  readonly app: Workplace;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly heard: Heard;
}

export interface VisitOptions {
  readonly width?: number;
  /** Installs a clock in the page before anything runs; such a visit is always a fresh one. */
  readonly clock?: boolean;
  /**
   * False: in a profile that an earlier visit left and that was emptied; the browser compiled this code before. Only for visits that leave
   * the profile itself as it is: no passkey, no second tab, no permission, no route, and nothing that counts steps back.
   */
  readonly fresh?: boolean;
}

export interface Ground {
  readonly practice: NewPractice;
  /** State of the practice's agent. */
  readonly agentDir: string;
  readonly heard: Heard;
  /** A browser profile of its own. */
  visit<T>(work: (visit: Visit) => Promise<T>, options?: VisitOptions): Promise<T>;
  /** In one that an earlier visit left (`fresh: false`). */
  again<T>(work: (visit: Visit) => Promise<T>): Promise<T>;
  /** With a device link and passphrase, to the worklist. */
  enter(visit: Visit, hand: Hand): Promise<void>;
  hand(name: string, which?: 'first' | 'second'): Hand;
  /** The agent's next run; `end` names the dossier whose patient withdraws before it. */
  sync(end?: string): Promise<void>;
  /** Sets the session of this device back in the vault's own books, as if it had been silent or had reached its hour. */
  age(hand: Hand, what: 'idle' | 'hard'): void;
  stopVault(): Promise<void>;
  /** Again, perhaps with more in its configuration. */
  startVault(more?: Pick<VaultConfig, 'assurance' | 'desks'>): Promise<void>;
  /** Names and numbers of the practice's patients that stand in this text, in any spelling. */
  patientsIn(text: string): readonly string[];
  close(): Promise<void>;
}

export interface GroundOptions {
  readonly patients: number;
  readonly threshold?: number;
  /** The demo's practice when left out. */
  readonly organisation?: Organisation;
}

/** Made once, however many practices start side by side. */
let built: Promise<string> | undefined;

export function bundleDir(): Promise<string> {
  built ??= workplace(() => undefined);
  return built;
}

export async function makeGround({ patients, threshold, organisation }: GroundOptions): Promise<Ground> {
  const root = mkdtempSync(join(tmpdir(), 'ketenkluis-browser-'));
  const source = join(root, 'source');
  const vaultDir = join(root, 'vault');
  const agentDir = join(root, 'agent');
  writePractice({ patients, seed: 7, asOf: DEFAULT_AS_OF, out: source });
  const bundle = await bundleDir();
  const [browser, practice] = await Promise.all([
    browserOfWorker(),
    newPractice({
      ...{ vaultDir, agentDir, workplace: bundle },
      ...(threshold === undefined ? {} : { threshold }),
      ...(organisation === undefined ? {} : { organisation }),
    }),
  ]);
  await practice.enrol(source, DEFAULT_AS_OF);
  await practice.sync(source, DEFAULT_AS_OF);
  return ground({ root, source, vaultDir, agentDir, bundle, browser, practice });
}

interface Made {
  readonly root: string;
  readonly source: string;
  readonly vaultDir: string;
  readonly agentDir: string;
  readonly bundle: string;
  readonly browser: Browser;
  readonly practice: NewPractice;
}

function ground(made: Made): Ground {
  const { practice, browser, source, agentDir, vaultDir } = made;
  const heard = new Heard();
  let vault: VaultProcess = practice.vault;
  const hand: Ground['hand'] = (wanted, which) => handOf(practice, wanted, which);
  return {
    practice,
    agentDir,
    heard,
    hand,
    visit: (work, options) => visitIn(browser, heard, work, options),
    again: (work) => visitIn(browser, heard, work, { fresh: false }),
    async enter({ app }, { link, passphrase }) {
      await app.door.takeDevice(link);
      await app.door.open(passphrase);
      await app.worklist.ready();
    },
    async sync(end) {
      if (end !== undefined) {
        const state = await openState({ dir: agentDir, random: systemRandom });
        const patient = Object.entries(state.register.patients).find(
          ([, { enrolment }]) => enrolment !== null && 'ids' in enrolment && enrolment.ids.dossier === end,
        );
        endEnrolment(state.register, patient![0], 'withdrawn', DEFAULT_AS_OF);
        await state.save();
        await state.close();
      }
      await practice.sync(source, DEFAULT_AS_OF);
    },
    age({ device }, what) {
      const database = new DatabaseSync(join(vaultDir, 'vault.db'), { timeout: 5000 });
      const column = what === 'idle' ? 'active' : 'until';
      const { changes } = database
        .prepare(`UPDATE session SET ${column} = ${column} - 3700000 WHERE device = ? AND ended IS NULL`)
        .run(device);
      database.close();
      if (changes === 0) throw new Error('this device has no session to set back');
    },
    stopVault: () => vault.stop(),
    async startVault(more = {}) {
      vault = await startVaultProcess({
        dir: vaultDir,
        port: Number(new URL(practice.origin).port),
        origins: [practice.origin],
        bootstrapToken: base64url(systemRandom(24)),
        limits: { perMinute: 100_000, strictPerMinute: 10_000 },
        workplace: made.bundle,
        ...more,
      });
    },
    patientsIn: patientSearch(source),
    async close() {
      await practice.close();
      await vault.stop();
      rmSync(made.root, { recursive: true, force: true });
    },
  };
}

export function handOf(practice: NewPractice, wanted: string, which: 'first' | 'second' = 'first'): Hand {
  const found = practice.people.find(({ name }) => name.startsWith(wanted))!;
  const { link, passphrase } = found[which];
  const device = parseDeviceLink(link).device as DeviceId;
  return { name: found.name, link: `${practice.origin}/#/apparaat/${link}`, device, passphrase };
}

/** A browser profile with its page, and who listens to it now. */
interface Profile {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly devtools: CDPSession;
  heard: Heard;
}

const left: Profile[] = [];

async function profileIn(browser: Browser, heard: Heard): Promise<Profile> {
  const context = await browser.newContext({ locale: 'nl-NL', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const profile: Profile = { context, page, devtools: await context.newCDPSession(page), heard };
  page.on('request', (request) => {
    profile.heard.all.push(request.url(), request.postData() ?? '', JSON.stringify(request.headers()));
  });
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') profile.heard.complain(said.text());
    else profile.heard.all.push(said.text());
  });
  page.on('pageerror', (error) => profile.heard.complain(String(error)));
  page.on('framenavigated', (frame) => profile.heard.all.push(frame.url()));
  return profile;
}

/** Nothing of a visit stays in it: what its page held goes with the page, what it stored is taken away. */
async function emptied({ page, devtools }: Profile): Promise<void> {
  const { origin } = new URL(page.url());
  await page.evaluate(() => sessionStorage.clear());
  // Of the same site, so that the next visit finds this process.
  await page.goto(`${origin}/healthz`);
  const storageTypes = 'cookies,local_storage,indexeddb,cache_storage,service_workers,file_systems,storage_buckets';
  await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes });
  await devtools.send('Page.resetNavigationHistory');
}

/** Work in a browser profile of its own; what it leaves behind is heard at its end. */
export async function visitIn<T>(
  browser: Browser,
  heard: Heard,
  work: (visit: Visit) => Promise<T>,
  { width = 1440, clock = false, fresh = true }: VisitOptions = {},
): Promise<T> {
  const apart = fresh || clock;
  const profile = (apart ? undefined : left.pop()) ?? (await profileIn(browser, heard));
  const { page, context } = profile;
  profile.heard = heard;
  let whole = false;
  try {
    await page.setViewportSize({ width, height: 900 });
    if (clock) await page.clock.install();
    const result = await work({ app: new Workplace(page), page, context, heard });
    heard.all.push(await kept(page));
    if (!apart) await emptied(profile);
    whole = !apart;
    return result;
  } finally {
    if (whole) left.push(profile);
    else await context.close();
  }
}

/** What stands in a field that is filled a moment after it is there. */
export async function filled(field: Locator): Promise<string> {
  await expect.poll(() => field.inputValue()).not.toBe('');
  return await field.inputValue();
}

/** Everything that stays outside the page's memory: address, title, history, storage, IndexedDB. */
export const kept = (page: Page): Promise<string> =>
  page.evaluate(async () => {
    const plain = (_: string, value: unknown) =>
      value instanceof Uint8Array ? new TextDecoder('latin1').decode(value) : value;
    const request = indexedDB.open('ketenkluis');
    const rows = await new Promise<unknown[]>((resolve, reject) => {
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const store = request.result.transaction('kept').objectStore('kept');
        const [keys, values] = [store.getAllKeys(), store.getAll()];
        values.onsuccess = () => {
          request.result.close();
          resolve([keys.result, values.result]);
        };
      };
    });
    const here = [location.href, document.title, history.state, { ...localStorage }, { ...sessionStorage }];
    return JSON.stringify([...here, document.cookie, rows], plain);
  });

/** Finds the names and numbers of a source's patients in a text, in any spelling. */
export function patientSearch(source: string): (text: string) => readonly string[] {
  const search = new TokenSearch(patients(source));
  return (text) => {
    const found = new Set<number>();
    search.scan(Buffer.from(text), found);
    return [...found].map((index) => search.tokens[index]!);
  };
}

/** Family and full names and numbers, as the source has them. */
function patients(source: string): readonly string[] {
  const lines = readFileSync(join(source, 'Patient.ndjson'), 'utf8').trim().split('\n');
  return lines
    .flatMap((line) => {
      const { name = [], identifier = [] } = JSON.parse(line) as {
        readonly name?: readonly { readonly family?: string; readonly text?: string }[];
        readonly identifier?: readonly { readonly value?: string }[];
      };
      return [...name.flatMap(({ family, text }) => [family, text]), ...identifier.map(({ value }) => value)];
    })
    .filter((one) => one !== undefined && one.length >= 6) as string[];
}
