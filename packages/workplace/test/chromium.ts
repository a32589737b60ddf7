/** Which Chromium the tests drive: the headless shell draws the same pages for half the processor time. */

import { existsSync } from 'node:fs';

const HERE = ['/usr/bin/chromium-headless-shell', '/usr/bin/chromium'];

export const CHROMIUM = process.env.CHROMIUM ?? HERE.find((path) => existsSync(path)) ?? HERE[0]!;
