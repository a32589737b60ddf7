/** The invented practice in a real Chromium, under the vault's own headers. */

import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { FIXTURE } from '../../build.ts';
import { browserOfWorker, VIEWPORTS } from '../browser.ts';
import { serve } from '../serve.ts';

export interface OpenOptions {
  readonly query?: string;
  readonly hash?: string;
  readonly scheme?: 'light' | 'dark';
  readonly size?: keyof typeof VIEWPORTS;
  /**
   * False: the app begins anew in a page that an earlier visit left and that was emptied; its code is there and warm. Only for
   * visits that leave the page itself as it is: its clock, its `window`, its permissions, its routes.
   */
  readonly fresh?: boolean;
}

export interface Fixture {
  /** One page on the fixture, for the callback only; it gets what went wrong in the console. */
  visit<T>(options: OpenOptions, work: (page: Page, complaints: string[]) => Promise<T>): Promise<T>;
}

export const NOW = 'now=2026-11-21T09:12:00Z';
/** Where the rows are not the point there are few. */
export const FEW = `patients=8&${NOW}`;

/** Far above what a working screen needs on two busy cores. */
export const PATIENCE = 240_000;

interface Profile {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly devtools: CDPSession;
  readonly complaints: string[];
}

async function profileIn(browser: Browser): Promise<Profile> {
  const context = await browser.newContext({ viewport: VIEWPORTS.wide, locale: 'nl-NL', reducedMotion: 'reduce' });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { context, page, devtools: await context.newCDPSession(page), complaints };
}

/** Until the worklist shows fewer than it did. */
export const filtered = async (page: Page, all: number): Promise<void> => {
  await page.waitForFunction(
    (count) => Number(document.querySelector('[role=grid]')?.getAttribute('aria-rowcount')) <= count,
    all,
  );
};

const left: Profile[] = [];
let site: ReturnType<typeof serve> | undefined;
let visits = 0;

/** The page is on this address, with the app begun there. */
async function arrive(page: Page, address: string): Promise<void> {
  const there = await page.evaluate(async (to) => {
    const { devAnew } = window as unknown as { devAnew?: (address: string) => Promise<void> };
    await devAnew?.(to);
    return devAnew !== undefined;
  }, address);
  if (!there) await page.goto(`${(await site!).origin}${address}`);
}

/** For the files of one worker: they have one browser, one server, and the pages that visits left. */
export function fixtureOf(): Fixture {
  site ??= serve(FIXTURE, 'dev.html');
  return {
    async visit({ query = NOW, hash = '', scheme = 'light', size = 'wide', fresh = true }, work) {
      const { origin } = await site!;
      const profile = (fresh ? undefined : left.pop()) ?? (await profileIn(await browserOfWorker()));
      const { context, page, devtools, complaints } = profile;
      let whole = false;
      complaints.length = 0;
      try {
        await page.emulateMedia({ media: null, colorScheme: scheme, reducedMotion: 'reduce' });
        await page.setViewportSize(VIEWPORTS[size]);
        // Out of the page: nothing is pointed at.
        await page.mouse.move(-1, -1);
        // An address of its own: to the same one with a hash the page would only scroll.
        await arrive(page, `/?visit=${++visits}&${query}${hash}`);
        const result = await work(page, complaints);
        whole = !fresh;
        return result;
      } finally {
        if (whole) {
          await devtools.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
          left.push(profile);
        } else await context.close();
      }
    },
  };
}
