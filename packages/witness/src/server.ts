/** The witness over HTTP, exactly as C2SP tlog-witness has it; logs say which log and what became of it, never who asked. */

import { hash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Clock, systemClock } from '@ketenkluis/base';
import { createVerifier } from '@ketenkluis/seal';
import type { WitnessConfig } from './config.ts';
import { openKeys } from './keys.ts';
import { MAX_BODY } from './request.ts';
import { openStore } from './store.ts';
import { createWitness, type Witness } from './witness.ts';

const TEXT = 'text/plain; charset=utf-8';

/** The whole body, or undefined when it is too long. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= MAX_BODY) parts.push(part);
  }
  return length > MAX_BODY ? undefined : Buffer.concat(parts);
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
}

export type Say = (line: Readonly<Record<string, string | number | boolean>>) => void;

/** Answers below any prefix that a proxy leaves out or passes on: only the end of the path counts. */
function handler(witness: Witness, say: Say) {
  const byHash = new Map(witness.origins.map((origin) => [hash('sha256', origin, 'hex'), origin]));
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '';
    if (request.method === 'POST' && path.endsWith('/add-checkpoint')) {
      const body = await bodyOf(request);
      const { judgement, origin, size, fork } = await witness.add(body ?? new Uint8Array(0));
      say({
        status: judgement.status,
        ...(origin === null ? {} : { origin, size: size ?? 0 }),
        ...(fork ? { fork } : {}),
      });
      if (judgement.status === 200) send(response, 200, TEXT, judgement.lines);
      else if (judgement.status === 409) send(response, 409, 'text/x.tlog.size', `${judgement.size}\n`);
      else send(response, judgement.status, TEXT, '');
      return;
    }
    if (request.method === 'GET') {
      const origin = byHash.get(/\/([0-9a-f]{64})\/checkpoint$/.exec(path)?.[1] ?? '');
      const note = origin === undefined ? undefined : witness.checkpoint(origin);
      if (note !== undefined) return send(response, 200, TEXT, note);
      if (path.endsWith('/forks'))
        return send(response, 200, 'application/json', `${JSON.stringify(witness.forks())}\n`);
      if (path.endsWith('/healthz')) {
        const behind = witness.clockBehind();
        const state = {
          status: behind ? 'clock-behind' : 'ok',
          logs: witness.origins.length,
          forks: witness.forks().length,
        };
        return send(response, behind ? 503 : 200, 'application/json', `${JSON.stringify(state)}\n`);
      }
    }
    send(response, 404, TEXT, '');
  };
}

export interface RunningWitness {
  readonly url: string;
  readonly port: number;
  readonly vkeys: readonly string[];
  readonly name: string;
  /** Answers what is under way, then closes. */
  stop(): Promise<void>;
}

/** Serves on the configured port (0: any free one). Throws `witness/bad-keys`. */
export async function startWitness(
  config: WitnessConfig,
  options: { readonly clock?: Clock; readonly say?: Say } = {},
): Promise<RunningWitness> {
  const cosigner = openKeys(config.dir, config.name);
  const store = openStore(join(config.dir, 'witness.db'));
  const say = options.say ?? (() => undefined);
  const witness = createWitness({
    ...{ cosigner, store, logs: config.logs },
    verifier: createVerifier(),
    clock: options.clock ?? systemClock,
  });
  const answer = handler(witness, say);
  const server: Server = createServer({ requestTimeout: 30_000 }, (request, response) => {
    answer(request, response).catch(() => {
      // A full disk, a broken file: nothing was signed.
      say({ status: 500 });
      if (!response.headersSent) send(response, 500, TEXT, '');
      else response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(config.port, config.host, resolve);
  }).catch((error: unknown) => {
    store.close();
    throw error;
  });
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : config.port;
  let stopping: Promise<void> | undefined;
  return {
    url: `http://${config.host}:${port}`,
    ...{ port, vkeys: cosigner.vkeys, name: config.name },
    stop: () => {
      stopping ??= new Promise<void>((resolve) => {
        // What is under way has so long; a connection over which nothing comes Node would wait for as long as its other end likes.
        const late = setTimeout(() => server.closeAllConnections(), 5_000);
        server.close(() => {
          clearTimeout(late);
          resolve();
        });
        server.closeIdleConnections();
      }).then(() => store.close());
      return stopping;
    },
  };
}
