/**
 * The desk's door for the workplace: `GET /identity/means`, `POST /identity/begin` and `/identity/finish`, JSON, for the named origins only;
 * for commands, which have none, where some means allows it (docs/identity.md, "At the command line"); and the pages of patients' telephones (phone.ts). It stands in the practice beside the agent, behind whatever ends TLS there. Every
 * failure is one answer; why stands in the practice's own log.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { idPattern, KetenkluisError, type PersonId, type SessionId } from '@ketenkluis/base';
import { statementToWire } from '@ketenkluis/seal';
import { z } from 'zod';
import type { IdentityReason } from './adapter.ts';
import type { IdentityDesk } from './desk.ts';
import { answerPhone } from './phone.ts';

const begin = z.strictObject({
  means: z.enum(['dezi', 'oidc', 'eid']),
  person: z.string().regex(idPattern('person')),
  session: z.string().regex(idPattern('session')),
  /** The patient signs on with their own telephone. */
  phone: z.literal(true).optional(),
  /** A command that listens on the machine of whoever runs it. */
  port: z.int().min(1024).max(65535).optional(),
});
const secret = z.string().max(100);
const finish = z.union([
  z.strictObject({ callback: z.string().max(8000), secret }),
  z.strictObject({ number: z.string().regex(/^[0-9]{6}$/), secret }),
]);
const MEANS = '/identity/means';
const MAX_BODY = 16 * 1024;

export interface IdentityDoor {
  readonly port: number;
  close(): Promise<void>;
}

async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) return undefined;
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

export async function openIdentityDoor(options: {
  readonly desk: IdentityDesk;
  /** Origins of the workplace. */
  readonly origins: readonly string[];
  readonly host: string;
  readonly port: number;
  /** This desk's own origin as patients' telephones reach it; without it there are no pages for them. */
  readonly phone?: string | undefined;
  /** Addresses of what stands in front; of these alone `X-Forwarded-For` counts. */
  readonly proxies?: readonly string[];
  /** For the practice's log: a word, never who. */
  readonly refused?: (why: IdentityReason | 'request') => void;
}): Promise<IdentityDoor> {
  const { desk, origins } = options;
  const { callersBehind } = await import('./caller.ts');
  const callerOf = callersBehind(options.proxies ?? []);
  /** No page in a browser: those always say where they come from when they post, and when they may read an answer. */
  const isCommand = ({ headers }: IncomingMessage): boolean => headers.origin === undefined;
  const commands = (): boolean => desk.means().some(({ loopback }) => loopback === true);
  const answerTo = async (request: IncomingMessage): Promise<unknown> => {
    // A workplace from before does not read that a command may.
    if (request.url === MEANS)
      return { means: desk.means().map(({ loopback, ...one }) => (isCommand(request) ? { ...one, loopback } : one)) };
    if (request.url === '/identity/begin') {
      const { means, phone, port, ...ids } = begin.parse(await jsonOf(request));
      const from = callerOf(request);
      const about = { person: ids.person as PersonId, session: ids.session as SessionId, from };
      if (isCommand(request) !== (port !== undefined) || (port !== undefined && phone !== undefined))
        throw new Error('not for this door');
      if (port !== undefined) return await desk.begin({ means, ...about, port });
      if (phone === undefined) return await desk.begin({ means, ...about });
      if (means !== 'eid') throw new Error('not for this door');
      return await desk.beginPhone(about);
    }
    const asked = finish.parse(await jsonOf(request));
    const assurance = await ('number' in asked ? desk.finishPhone(asked) : desk.finish(asked));
    return { assurance: statementToWire(assurance) };
  };
  const refused = (error: unknown): void => {
    const why = error instanceof KetenkluisError ? error.detail.why : undefined;
    options.refused?.(typeof why === 'string' ? (why as IdentityReason) : 'request');
  };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (options.phone !== undefined && (await answerPhone(desk, options.phone, request, response, refused))) return;
    const { origin = '' } = request.headers;
    const json = request.headers['content-type']?.split(';')[0]?.trim() === 'application/json';
    const known = origins.includes(origin);
    const headers = known
      ? { 'access-control-allow-origin': origin, vary: 'Origin', 'cache-control': 'no-store' }
      : { 'cache-control': 'no-store' };
    const posts = request.url === '/identity/begin' || request.url === '/identity/finish';
    if (known && posts && request.method === 'OPTIONS') {
      const allowed = { 'access-control-allow-methods': 'POST', 'access-control-allow-headers': 'content-type' };
      response.writeHead(204, { ...headers, ...allowed }).end();
      return;
    }
    try {
      const asks = posts ? json && request.method === 'POST' : request.url === MEANS && request.method === 'GET';
      const welcome = known || (isCommand(request) && commands());
      if (!welcome || !asks) throw new Error('not for this door');
      const body = JSON.stringify(await answerTo(request));
      response.writeHead(200, { ...headers, 'content-type': 'application/json' }).end(body);
    } catch (error) {
      refused(error);
      response.writeHead(403, { ...headers, connection: 'close' }).end();
    }
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(options.port, options.host, done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
