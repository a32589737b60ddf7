/** The invented practice in a real Chromium, under the vault's own headers. */

import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { FIXTURE } from '../../build.ts';
import { launch, VIEWPORTS } from '../browser.ts';
import { serve } from '../serve.ts';

export interface OpenOptions {
  readonly query?: string;
  readonly hash?: string;
  readonly scheme?: 'light' | 'dark';
  readonly size?: keyof typeof VIEWPORTS;
  /** False: in the emptied profile that an earlier visit of this file left, which has the app's code at hand. */
  readonly fresh?: boolean;
}

export interface Fixture {
  /** One page on the fixture, for the callback only; it gets what went wrong in the console. */
  visit<T>(options: OpenOptions, work: (page: Page, complaints: string[]) => Promise<T>): Promise<T>;
  readonly origin: string;
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

/** For one test file. */
export function fixtureOf(): Fixture {
  let browser: Browser | undefined;
  let site: Awaited<ReturnType<typeof serve>> | undefined;
  const left: Profile[] = [];
  let visits = 0;
  beforeAll(async () => {
    site = await serve(FIXTURE, 'dev.html');
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  return {
    get origin() {
      return site!.origin;
    },
    async visit({ query = NOW, hash = '', scheme = 'light', size = 'wide', fresh = true }, work) {
      const { origin } = site!;
      const profile = (fresh ? undefined : left.pop()) ?? (await profileIn(browser!));
      const { context, page, devtools, complaints } = profile;
      let whole = false;
      complaints.length = 0;
      try {
        await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
        await page.setViewportSize(VIEWPORTS[size]);
        // An address of its own: to the same one with a hash the page would only scroll.
        await page.goto(`${origin}/?visit=${++visits}&${query}${hash}`);
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
