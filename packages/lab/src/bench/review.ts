/**
 * The review of a simulated year (100 colleagues, 50,000 looks): how long it takes in Chromium on input that is open already, and
 * how much of the planted cases it finds, with the whole agenda and with half of the appointments missing. The seeds here were
 * never looked at while the rules were set.
 */

import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, type Rollup } from 'vite';
import { type Outcome, outcomeOf } from '../review/measure.ts';
import { simulateYear } from '../review/simulate.ts';
import { type Measured, timed } from './figure.ts';

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

async function inChromium(): Promise<{ readonly runs: number[]; readonly looks: number }> {
  const { input } = simulateYear({ seed: SEEDS[0]! });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: await script() });
    await page.evaluate((text) => Object.assign(globalThis, { input: JSON.parse(text) }), JSON.stringify(input));
    const runs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const { ms, value } = await timed(() => page.evaluate<number>('KetenkluisReview.review(input).looks'));
      if (value !== input.looks.length) throw new Error('the review left looks out');
      runs.push(ms / 1000);
    }
    return { runs, looks: input.looks.length };
  } finally {
    await browser.close();
  }
}

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
  const { runs, looks } = await inChromium();
  const years = (missing: number) => SEEDS.map((seed) => outcomeOf(simulateYear({ seed, missing, covered: 10 })));
  return [
    { work: `${looks} looks reviewed in Chromium`, unit: 's', runs, bar: { on: 'figure', at: 'most', value: 2 } },
    ...rows('whole agenda', years(0)),
    ...rows('half of the appointments missing', years(0.5)),
  ];
}
