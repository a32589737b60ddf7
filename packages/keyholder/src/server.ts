/** The keyholder over HTTP; logs say which practice, what and what became of it, never who asked or about whom. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setInterval } from 'node:timers';
import { type Clock, systemClock } from '@ketenkluis/base';
import { createVerifier } from '@ketenkluis/seal';
import type { KeyholderConfig } from './config.ts';
import { createHolder, type Holder, type HolderPath } from './holder.ts';
import { type HolderCard, openKeys } from './keys.ts';
import { type HolderStore, openStore } from './store.ts';

const JSON_TYPE = 'application/json';
const MIB = 1024 * 1024;
const PATH = /\/v1\/practices\/([a-z0-9_]{1,64})\/(directory|pieces|drops|keep|releases)$/;
const LIMITS: Readonly<Record<HolderPath, number>> = {
  directory: 24 * MIB,
  pieces: 4 * MIB,
  drops: 4 * MIB,
  keep: 20 * MIB,
  releases: 4 * MIB,
};
const SWEEP = 15_000;
/** Asked by web pages of other origins; without cookies, so anybody's page may ask what anybody may. */
const OPEN = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST',
  'access-control-allow-headers': 'content-type, accept',
  'access-control-max-age': '86400',
};

async function bodyOf(request: IncomingMessage, limit: number): Promise<unknown> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= limit) parts.push(part);
  }
  if (length > limit) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts))) as unknown;
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, status: number, body: unknown, type = JSON_TYPE): void {
  const text = typeof body === 'string' ? body : `${JSON.stringify(body)}\n`;
  response.writeHead(status, { ...OPEN, 'content-type': type, 'cache-control': 'no-store' }).end(text);
}

export type Say = (line: Readonly<Record<string, string | number>>) => void;
type Counts = Map<string, number>;

function handler(holder: Holder, store: HolderStore, practices: number, say: Say, counts: Counts) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = (request.url ?? '').split('?')[0]!;
    if (request.method === 'OPTIONS') return void response.writeHead(204, OPEN).end();
    const [, practice, what] = PATH.exec(path) ?? [];
    if (request.method === 'POST' && practice !== undefined && what !== undefined) {
      const name = what as HolderPath;
      const message = await bodyOf(request, LIMITS[name]);
      const { status, body, outcome } = await holder.answer(practice, name, message);
      if (name === 'releases') counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      say({ practice: status === 404 && outcome === 'unknown' ? '-' : practice, what: name, status, outcome });
      return send(response, status, body);
    }
    if (request.method === 'GET' && path.endsWith('/forks')) return send(response, 200, store.forks());
    if (request.method === 'GET' && path.endsWith('/healthz')) {
      const slow = holder.clockBehind();
      const state = { status: slow ? 'clock-behind' : 'ok', practices, forks: store.forks().length };
      return send(response, slow ? 503 : 200, state);
    }
    send(response, 404, { code: 'unknown' });
  };
}

/** Prometheus text format 0.0.4. */
function metricsText(store: HolderStore, counts: Counts): string {
  const gauge = (name: string, type: string, help: string, rows: readonly string[]) =>
    [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...rows.map((row) => `${name}${row}`)].join('\n');
  return `${[
    gauge(
      'ketenkluis_keyholder_releases_total',
      'counter',
      'Releases asked for, by what became of them',
      [...counts].map(([outcome, n]) => `{outcome="${outcome}"} ${n}`),
    ),
    gauge(
      'ketenkluis_keyholder_pieces',
      'gauge',
      'Pieces on disk',
      store.counts().map(({ practice, pieces }) => `{practice="${practice}"} ${pieces}`),
    ),
    gauge('ketenkluis_keyholder_forks', 'gauge', 'Forks that were shown here', [` ${store.forks().length}`]),
  ].join('\n')}\n`;
}

export interface RunningKeyholder {
  /** Where it listens. */
  readonly address: string;
  readonly port: number;
  readonly metricsPort: number | null;
  readonly card: HolderCard;
  /** Answers what is under way, then closes. */
  stop(): Promise<void>;
}

async function listen(server: Server, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return address !== null && typeof address === 'object' ? address.port : port;
}
/** What is under way has so long; a connection over which nothing comes Node would wait for as long as its other end likes. */
const LAST = 5_000;
const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    const late = setTimeout(() => server.closeAllConnections(), LAST);
    server.close(() => {
      clearTimeout(late);
      resolve();
    });
    server.closeIdleConnections();
  });

/** Serves on the configured port (0: any free one). Throws `keyholder/bad-keys`. */
export async function startKeyholder(
  config: KeyholderConfig,
  options: { readonly clock?: Clock; readonly say?: Say } = {},
): Promise<RunningKeyholder> {
  const clock = options.clock ?? systemClock;
  const say = options.say ?? (() => undefined);
  const keys = await openKeys(config.dir);
  const store = openStore(join(config.dir, 'keyholder.db'));
  store.sweep(null);
  const holder = createHolder({
    ...{ keys, store, clock, url: config.url, practices: config.practices },
    verifier: createVerifier(),
  });
  const counts: Counts = new Map();
  const answer = handler(holder, store, config.practices.length, say, counts);
  const server = createServer({ requestTimeout: 60_000 }, (request, response) => {
    answer(request, response).catch(() => {
      // A full disk, a broken file: nothing was given out.
      say({ status: 500 });
      if (!response.headersSent) send(response, 500, { code: 'internal' });
      else response.destroy();
    });
  });
  const metrics = createServer((_, response) =>
    send(response, 200, metricsText(store, counts), 'text/plain; version=0.0.4'),
  );
  const sweeping = setInterval(() => store.sweep(clock()), SWEEP);
  sweeping.unref();
  let port: number;
  let metricsPort: number | null;
  try {
    port = await listen(server, config.port, config.host);
    metricsPort = config.metricsPort === null ? null : await listen(metrics, config.metricsPort, '127.0.0.1');
  } catch (error) {
    clearInterval(sweeping);
    if (server.listening) await close(server);
    store.close();
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    address: `http://${config.host}:${port}`,
    ...{ port, metricsPort, card: keys.card },
    stop: () => {
      stopping ??= (async () => {
        clearInterval(sweeping);
        await Promise.all([close(server), ...(metrics.listening ? [close(metrics)] : [])]);
        store.close();
      })();
      return stopping;
    },
  };
}
