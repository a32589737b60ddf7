/** One Chromium for a test file. */

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
];

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ARGS });

export const VIEWPORTS = { wide: { width: 1440, height: 900 }, narrow: { width: 800, height: 1000 } } as const;
