/** The invented practice in a real Chromium, under the vault's own headers. */

import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { FIXTURE } from '../../build.ts';
import { launch, VIEWPORTS } from '../browser.ts';
import { serve } from '../serve.ts';

export interface OpenOptions {
  readonly query?: string;
  readonly hash?: string;
  readonly scheme?: 'light' | 'dark';
  readonly size?: keyof typeof VIEWPORTS;
}

export interface Fixture {
  /** A fresh browser profile on the fixture; closed after the callback, which gets what went wrong in the console. */
  visit<T>(options: OpenOptions, work: (page: Page, complaints: string[]) => Promise<T>): Promise<T>;
  readonly origin: string;
}

export const NOW = 'now=2026-11-21T09:12:00Z';

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
    async visit({ query = NOW, hash = '', scheme = 'light', size = 'wide' }, work) {
      const context = await browser!.newContext({
        viewport: VIEWPORTS[size],
        colorScheme: scheme,
        locale: 'nl-NL',
        reducedMotion: 'reduce',
      });
      try {
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (said) => {
          if (said.type() === 'error' || said.type() === 'warning') complaints.push(said.text());
        });
        page.on('pageerror', (error) => complaints.push(error.message));
        await page.goto(`${site!.origin}/?${query}${hash}`);
        return await work(page, complaints);
      } finally {
        await context.close();
      }
    },
  };
}
