/** Ports for vaults whose origin must be known before they start. */

import { createServer } from 'node:net';

/** Below the range from which systems take ports for outgoing connections, so that none of those is there first. */
const LOWEST = 20_000;
const COUNT = 12_000;
/** Processes that run side by side begin far apart; within one no port comes twice. */
let next = (process.pid * 67) % COUNT;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < COUNT; tried++) {
    const port = LOWEST + (next++ % COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`every port from ${LOWEST} to ${LOWEST + COUNT - 1} is taken`);
}
