/** The Chromium of the tests. */

import { type Browser, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './chromium.ts';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A page lives for seconds here: WebAssembly that is compiled a second time, to run faster, pays nothing back.
  '--js-flags=--liftoff-only',
];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ARGS });

/** A page as Playwright's own half of it sees it; that half is at work in this very process. */
interface Inside {
  readonly _connection: { toImpl(page: Page): { mainFrame(): object } };
}
interface Waiting {
  retryWithProgressAndTimeouts(progress: unknown, pauses: readonly number[], look: unknown): Promise<unknown>;
}

/**
 * Playwright looks for what a test waits for at once, four more times in 270 ms, and then twice a second: whatever takes a little longer, a
 * sign-in for one, is waited for half a second too long. Here it looks on every 50 ms. It has no setting for that, so a version of it in
 * which this is done elsewhere fails here.
 */
async function lookOften(browser: Browser): Promise<Browser> {
  const page = await browser.newPage();
  const frames = Object.getPrototypeOf((page as unknown as Inside)._connection.toImpl(page).mainFrame()) as Waiting;
  const usual = frames.retryWithProgressAndTimeouts;
  frames.retryWithProgressAndTimeouts = function (this: Waiting, progress, pauses, look) {
    return usual.call(
      this,
      progress,
      pauses.map((pause) => Math.min(pause, 50)),
      look,
    );
  };
  await page.close();
  return browser;
}

let running: Promise<Browser> | undefined;
/** One for all test files of a worker: what it compiled and optimised is there for the next. It ends with the process. */
export function browserOfWorker(): Promise<Browser> {
  running ??= launch().then(lookOften);
  return running;
}

export const VIEWPORTS = { wide: { width: 1440, height: 900 }, narrow: { width: 800, height: 1000 } } as const;
