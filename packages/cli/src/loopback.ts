/**
 * A command's sign-on outside, after RFC 8252 section 7.3 (docs/identity.md, "At the command line"): it listens on this machine for the one
 * answer of a sign-on that it began, prints the address and opens nothing itself. A link sent to somebody else leads them to their own machine.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type BegunSignOn,
  cameBack,
  clientError,
  countedMeans,
  type DeskDoor,
  deskDoor,
  type Fetch,
  loopbackAddress,
  type Ports,
  SIGN_ON_LIFE,
  type SignOnMeans,
} from '@ketenkluis/client';
import { cliError } from './errors.ts';
import { say as sayAloud } from './say.ts';

type Identity = NonNullable<Ports['identity']>;
interface Under {
  readonly of: SignOnMeans;
  readonly begun: BegunSignOn;
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  connection: 'close',
} as const;
const page = (nl: string, en: string): string =>
  `<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Ketenkluis</title></head><body><h1>${nl}</h1><p lang="en">${en}</p></body></html>`;
const CLOSE = page('U kunt dit venster sluiten.', 'You can close this window.');
const NOTHING = page('Hier is niets.', 'There is nothing here.');

/** Where nobody may sign on from a command, or a desk from before is asked: it tells nobody why. */
const notAllowed = (origin: string) =>
  cliError(
    'no-sign-on',
    `the practice asks for a sign-on, and its desk (${origin}) lets no command do that: set "loopback": true under oidc or dezi in the desk's settings (docs/identity.md)`,
  );

/** What a command may sign on with there, and the practice counts. Throws `cli/no-sign-on`, `client/desk-away`. */
async function allowedAt(door: DeskDoor, desk: Parameters<Identity>[0]['desk'], origin: string) {
  let all: readonly SignOnMeans[];
  try {
    all = await door.means();
  } catch (error) {
    throw clientError.is(error, 'desk-refused') ? notAllowed(origin) : error;
  }
  const found = countedMeans(all, desk).filter(({ means, loopback }) => means !== 'eid' && loopback === true);
  if (found.length === 0) throw notAllowed(origin);
  return found;
}

/** What came back, for one of those under way; undefined for anything else, which changes nothing. */
function answerIn({ method, url, headers }: IncomingMessage, port: number, under: readonly Under[]) {
  // Another name for this machine is somebody else's page.
  if (method !== 'GET' || headers.host !== `127.0.0.1:${port}` || !URL.canParse(url ?? '', loopbackAddress(port)))
    return undefined;
  const address = new URL(url!, loopbackAddress(port));
  if (`${address.origin}${address.pathname}` !== loopbackAddress(port)) return undefined;
  const back = cameBack(address.href);
  const found = under.find(({ begun }) => begun.state === back?.state);
  return back && found ? { ...back, address: address.href, begun: found.begun } : undefined;
}

const listen = (server: Server): Promise<number> =>
  new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => done((server.address() as AddressInfo).port));
  });

/**
 * For `Ports.identity`. Throws `cli/no-sign-on` where the desk allows no command, `cli/stopped` where the person stopped at the provider,
 * `cli/too-late` after `life` milliseconds, and what the desk throws.
 */
export function loopbackIdentity(of: {
  readonly fetch: Fetch;
  readonly say?: (line: string) => void;
  readonly life?: number;
}): Identity {
  const { fetch, say = sayAloud, life = SIGN_ON_LIFE } = of;
  return async ({ person, session, desk }) => {
    const { origin } = desk;
    if (origin === null || desk.citizen)
      throw cliError('no-sign-on', 'the practice asks for a sign-on, and a command has nowhere to do that');
    const door = deskDoor(origin, fetch);
    const allowed = await allowedAt(door, desk, origin);
    const under: Under[] = [];
    const came = Promise.withResolvers<NonNullable<ReturnType<typeof answerIn>>>();
    // Whoever waits for it is told below; until then it may fail unheard.
    came.promise.catch(() => undefined);
    let port = 0;
    const server = createServer((request: IncomingMessage, response: ServerResponse) => {
      const answer = answerIn(request, port, under);
      // Once: what comes after it finds nothing here.
      if (answer !== undefined) under.length = 0;
      response.writeHead(answer === undefined ? 404 : 200, HEADERS).end(answer === undefined ? NOTHING : CLOSE);
      if (answer !== undefined) response.once('close', () => came.resolve(answer));
    });
    server.requestTimeout = 10_000;
    port = await listen(server);
    const timer = setTimeout(() => came.reject(cliError('too-late', 'nobody signed on within ten minutes')), life);
    try {
      // Either of two ways is enough: one that is away takes the other with it nowhere.
      const away: unknown[] = [];
      for (const one of allowed) {
        try {
          under.push({ of: one, begun: await door.begin(one.means, { person, session }, port) });
        } catch (error) {
          away.push(error);
          say(`${one.name}: nobody signs on there now`);
        }
      }
      if (under.length === 0) throw away[0];
      say('sign on first; open this in a browser on this machine:');
      for (const { of: one, begun } of under) say(`${one.name} (${new URL(begun.url).host}): ${begun.url}`);
      const { address, begun, cancelled } = await came.promise;
      if (cancelled) throw cliError('stopped', 'the sign-on was stopped at the provider; run the command again');
      return await door.finish(begun, address);
    } finally {
      clearTimeout(timer);
      server.close();
      server.closeAllConnections();
    }
  };
}
