/**
 * The workplace in Chromium on a real vault, timed from the key press that opens it: the worklist in a browser that has never been
 * there, back to the same patient after a lock, and one colleague after another on one computer. The demo's passphrases are
 * stretched less than a practice's (a third of a second more, once per unlock).
 */

import { parseDeviceLink } from '@ketenkluis/client';
import { Workplace } from '@ketenkluis/workplace/pages';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Person } from '../demo/world.ts';
import { type Measured, timed } from './figure.ts';
import type { Ground, Synced } from './ground.ts';

const ROUNDS = 5;
const ARGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'];

interface Hand {
  readonly link: string;
  readonly device: string;
  readonly passphrase: string;
}

function handOf({ practice }: Synced, role: Person['role']): Hand {
  const { link, passphrase } = practice.people.find((one) => one.role === role)!.first;
  return { link: `${practice.origin}/#/apparaat/${link}`, device: parseDeviceLink(link).device, passphrase };
}

/** A browser profile of its own for `work`. */
async function visit<T>(browser: Browser, work: (app: Workplace, page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'nl-NL' });
  context.setDefaultTimeout(120_000);
  try {
    const page = await context.newPage();
    return await work(new Workplace(page), page);
  } finally {
    await context.close();
  }
}

interface Cold {
  readonly rows: number;
  readonly first: number;
  readonly all: number;
}

/** Row `index` of the list is in the page and drawn; looked at in every frame, where a locator may look half a second later. */
const rowDrawn = (page: Page, index: number) =>
  page.waitForFunction(
    (row) => document.querySelector(`[role="row"][aria-rowindex="${row}"]`)?.checkVisibility() ?? false,
    index,
    { polling: 'raf' },
  );
const dossierDrawn = (page: Page) =>
  page.waitForFunction(() => document.querySelector('[role="tab"]')?.checkVisibility() ?? false, null, {
    polling: 'raf',
  });

/** From the key press to the first row, and to the last row shown on pressing End. */
const cold = (browser: Browser, hand: Hand): Promise<Cold> =>
  visit(browser, async (app, page) => {
    await app.door.takeDevice(hand.link);
    await app.door.passphrase().fill(hand.passphrase);
    const first = await timed(async () => {
      await page.keyboard.press('Enter');
      await rowDrawn(page, 2);
    });
    const rest = await timed(async () => {
      await app.worklist.grid().focus();
      await page.keyboard.press('End');
      await rowDrawn(page, (await app.worklist.count()) + 1);
    });
    return { rows: await app.worklist.count(), first: first.ms, all: first.ms + rest.ms };
  });

/** A dossier, a lock, and from the key press back to the same dossier. */
const unlock = (browser: Browser, hand: Hand): Promise<number[]> =>
  visit(browser, async (app, page) => {
    await app.door.takeDevice(hand.link);
    await app.door.open(hand.passphrase);
    await app.worklist.ready();
    const name = await app.worklist.openFirst();
    const runs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await app.lock();
      await app.door.passphrase().fill(hand.passphrase);
      const { ms } = await timed(async () => {
        await page.keyboard.press('Enter');
        await dossierDrawn(page);
      });
      if ((await app.dossier.heading().textContent()) !== name) throw new Error('unlocking led to another patient');
      runs.push(ms);
    }
    return runs;
  });

/** From the click that leaves to the other's worklist, typing left out. */
const changeUser = (browser: Browser, hands: readonly [Hand, Hand]): Promise<number[]> =>
  visit(browser, async (app, page) => {
    for (const hand of hands) {
      await app.door.takeDevice(hand.link);
      await app.door.open(hand.passphrase);
      await app.worklist.ready();
    }
    const runs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const next = hands[round % 2]!;
      const { ms } = await timed(async () => {
        await app.changeUser();
        await page.locator('select').selectOption(next.device);
        await app.door.open(next.passphrase);
        await rowDrawn(page, 2);
      });
      runs.push(ms);
    }
    return runs;
  });

export async function browser(on: Ground): Promise<readonly Measured[]> {
  const synced = await on.synced();
  const nurse = handOf(synced, 'poh-s');
  const opened = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
  try {
    const visits: Cold[] = [];
    for (let round = 0; round < ROUNDS; round++) visits.push(await cold(opened, nurse));
    const unlocks = await unlock(opened, nurse);
    const changes = await changeUser(opened, [nurse, handOf(synced, 'gp')]);
    const at = (seconds: number) => ({ unit: 's', bar: { on: 'figure', at: 'most', value: seconds } }) as const;
    const seconds = (runs: readonly number[]) => runs.map((ms) => ms / 1000);
    return [
      {
        work: `worklist of ${visits[0]!.rows} in Chromium, cold: first rows`,
        ...at(1),
        runs: seconds(visits.map(({ first }) => first)),
      },
      { work: 'the same: all rows', ...at(2), runs: seconds(visits.map(({ all }) => all)) },
      { work: 'unlock, back to the same patient', ...at(3), runs: seconds(unlocks) },
      { work: 'change of user', ...at(5), runs: seconds(changes) },
    ];
  } finally {
    await opened.close();
  }
}
