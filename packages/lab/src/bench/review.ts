/**
 * The review of a simulated year (100 colleagues, 50,000 looks): how long it takes in Chromium on input that is open already, what
 * opening the sealed index costs first, a patient's 10,000 lines on the screen, and how much of the planted cases is found, with the
 * whole agenda and with half of the appointments missing. The seeds here were never looked at while the rules were set. Times are
 * processor time: a busy machine changes them little; what the clock said stands in the note.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromUtf8, systemRandom, utf8 } from '@ketenkluis/base';
import { emptyIndex, type LogIndex, logIndex, looksOf } from '@ketenkluis/client/overseer';
import type { ReviewInput } from '@ketenkluis/client/review';
import { type Plaintext, sealTo, suite } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { buildFixture, FIXTURE } from '@ketenkluis/workplace/build';
import { Workplace } from '@ketenkluis/workplace/pages';
import { type CDPSession, chromium, type Page } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { type Outcome, outcomeOf } from '../review/measure.ts';
import { simulateYear } from '../review/simulate.ts';
import { type Measured, median, timed } from './figure.ts';

const SEEDS = ['kept-6', 'kept-7', 'kept-8', 'kept-9', 'kept-10'];
const ROUNDS = 5;
const ENTRY = fileURLToPath(import.meta.resolve('@ketenkluis/client/review'));

/** The engine alone, as one script that leaves `KetenkluisReview` behind. */
async function script(): Promise<string> {
  const made = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, lib: { entry: ENTRY, formats: ['iife'], name: 'KetenkluisReview' } },
  })) as Rollup.RollupOutput[];
  const [chunk] = made[0]!.output;
  return chunk.code;
}

interface Spent {
  /** Processor time of the page's main thread, and what the clock said, in milliseconds. */
  readonly cpu: number;
  readonly clock: number;
}

async function spent(devtools: CDPSession, work: () => Promise<unknown>): Promise<Spent> {
  const task = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000;
  };
  const before = await task();
  const { ms } = await timed(work);
  return { cpu: (await task()) - before, clock: ms };
}

const middle = (all: readonly Spent[]): string => `${median(all.map(({ clock }) => clock)).toFixed(0)} ms by the clock`;

async function inChromium<T>(work: (page: Page, devtools: CDPSession) => Promise<T>): Promise<T> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nl-NL' });
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return await work(page, devtools);
  } finally {
    await browser.close();
  }
}

/** A year on input that is open, beside only reading the same input from its text. */
async function reviewed(): Promise<Measured> {
  const { input } = simulateYear({ seed: SEEDS[0]! });
  return await inChromium(async (page, devtools) => {
    await page.addScriptTag({ content: await script() });
    await page.evaluate((text) => Object.assign(globalThis, { text }), JSON.stringify(input));
    await page.evaluate('input = JSON.parse(text); 0');
    const ours: Spent[] = [];
    const peer: Spent[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(
        await spent(devtools, async () => {
          const looks = await page.evaluate<number>('KetenkluisReview.review(input).looks');
          if (looks !== input.looks.length) throw new Error('the review left looks out');
        }),
      );
      peer.push(await spent(devtools, () => page.evaluate('JSON.parse(text).looks.length')));
    }
    return {
      work: `${input.looks.length} looks reviewed in Chromium, processor time`,
      ...{ unit: 's', runs: ours.map(({ cpu }) => cpu / 1000), bar: { on: 'figure', at: 'most', value: 2 } },
      peer: { name: 'JSON.parse of the same input', runs: peer.map(({ cpu }) => cpu / 1000) },
      note: middle(ours),
    };
  });
}

/** What an officer's device keeps of such a year: unsealed, read and checked, once per session. */
async function indexOpened(): Promise<Measured> {
  const { input } = simulateYear({ seed: SEEDS[0]! });
  const index = indexOf(input);
  const { kem } = suite(1);
  const keys = await kem.generate(systemRandom);
  const mine = await kem.importPrivate(keys.seed);
  const blob = await sealTo(keys.publicKey, 'bench', utf8(JSON.stringify(index)) as Uint8Array as Plaintext);
  const runs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { cpu } = await timed(async () => {
      const plain = await openSealed(mine, 'bench', blob);
      const read = logIndex.parse(JSON.parse(fromUtf8(plain)));
      if (looksOf(read).length !== input.looks.length) throw new Error('the index left looks out');
    });
    runs.push(cpu / 1000);
  }
  return {
    work: `sealed index of ${input.looks.length} looks opened, in Node`,
    ...{ unit: 's', runs, bar: { on: 'figure', at: 'most', value: 2 } },
    note: `${(blob.length / 2 ** 20).toFixed(1)} MiB`,
  };
}

function indexOf(input: ReviewInput): LogIndex {
  const index = emptyIndex();
  const places = (list: string[]) => {
    const known = new Map<string, number>();
    return (id: string) => {
      if (!known.has(id)) known.set(id, list.push(id) - 1);
      return known.get(id)!;
    };
  };
  const person = places(index.people);
  const dossier = places(index.dossiers);
  for (const look of input.looks) {
    index.looks.line.push(look.line);
    index.looks.at.push(look.at);
    index.looks.person.push(person(look.person));
    index.looks.dossier.push(look.dossier === null ? -1 : dossier(look.dossier));
    index.looks.action.push(0);
    index.looks.said.push(0);
  }
  return { ...index, size: input.looks.length };
}

/** On the screens of the invented practice: from the click until the lines stand there, all of them proved before. */
async function linesShown(): Promise<Measured> {
  await buildFixture();
  const site = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://x').pathname);
    readFile(join(FIXTURE, path === '/' ? 'dev.html' : path)).then(
      (body) => response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/html' }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done) => site.listen(0, '127.0.0.1', done));
  const { port } = site.address() as AddressInfo;
  try {
    return await inChromium(async (page, devtools) => {
      const runs: Spent[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await page.goto(`http://localhost:${port}/?scene=many&patients=8&now=2026-11-21T09:12:00Z&round=${round}`);
        const { worklist } = new Workplace(page);
        await worklist.ready();
        await worklist.openFirst();
        const tab = page.getByRole('tab', { name: 'Wie keek?' });
        await tab.waitFor();
        await page.waitForLoadState('networkidle');
        runs.push(
          await spent(devtools, async () => {
            await tab.click();
            await page.locator('.kk-looks tbody tr').nth(99).waitFor();
          }),
        );
      }
      return {
        work: "a patient's 10,000 lines shown (the first hundred, the rest on demand), processor time",
        ...{ unit: 'ms', runs: runs.map(({ cpu }) => cpu), bar: { on: 'figure', at: 'most', value: 200 } },
        note: middle(runs),
      };
    });
  } finally {
    site.closeAllConnections();
    await new Promise<void>((done) => site.close(() => done()));
  }
}

const TYPES: Readonly<Record<string, string>> = {
  ...{ '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8', '.svg': 'image/svg+xml' },
  '.wasm': 'application/wasm',
};

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

function rows(agenda: string, years: readonly Outcome[]): Measured[] {
  const sum = (pick: (one: Outcome) => number) => years.reduce((all, one) => all + pick(one), 0);
  const missed = years.flatMap((one) => one.missed);
  const at = { unit: '%' } as const;
  return [
    {
      work: `${agenda}: ordinary looks explained`,
      ...at,
      runs: years.map(({ explained, ordinary }) => percent(explained, ordinary)),
      bar: { on: 'figure', at: 'least', value: 97 },
    },
    {
      work: `${agenda}: planted cases found (recall)`,
      ...at,
      runs: years.map(({ found, planted }) => percent(found, planted)),
      bar: { on: 'figure', at: 'least', value: 100 },
      note: `${sum(({ found }) => found)} of ${sum(({ planted }) => planted)} in ${years.length} years${missed.length === 0 ? '' : `; missed: ${missed.join(', ')}`}`,
    },
    {
      work: `${agenda}: findings that hold a planted look (precision)`,
      ...at,
      runs: years.map(({ falseAlarms, findings }) => percent(findings - falseAlarms, findings)),
      note: `${sum(({ findings }) => findings)} findings in ${years.length} years, ${sum(({ falseAlarms }) => falseAlarms)} about ordinary work`,
    },
    {
      work: `${agenda}: one look at a neighbour on the day that a colleague treats them, found`,
      ...at,
      runs: years.map(({ covered }) => percent(covered.found, covered.planted)),
    },
  ];
}

export async function review(): Promise<readonly Measured[]> {
  const years = (missing: number) => SEEDS.map((seed) => outcomeOf(simulateYear({ seed, missing, covered: 10 })));
  return [
    await reviewed(),
    await indexOpened(),
    await linesShown(),
    ...rows('whole agenda', years(0)),
    ...rows('half of the appointments missing', years(0.5)),
  ];
}
