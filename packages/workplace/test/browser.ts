/** The Chromium of the tests. */

import { type Browser, chromium } from 'playwright-core';
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

let running: Promise<Browser> | undefined;
/** One for all test files of a worker: what it compiled and optimised is there for the next. It ends with the process. */
export function browserOfWorker(): Promise<Browser> {
  running ??= launch();
  return running;
}

export const VIEWPORTS = { wide: { width: 1440, height: 900 }, narrow: { width: 800, height: 1000 } } as const;
