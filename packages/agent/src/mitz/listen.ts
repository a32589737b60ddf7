/** Takes notifications of Mitz over TLS, from whoever has a certificate of the authority that the practice names, and from nobody else. */

import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { MitzConfig } from './config.ts';
import { checkNotification } from './notification.ts';

const PATH = '/mitz/notify';
const MAX_BODY = 256 * 1024;

export interface MitzListener {
  readonly port: number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** `changed` is called once per notification that holds; it starts a sync, which asks Mitz anew. Every other message gets one answer. */
export async function listenToMitz(options: {
  readonly config: Pick<MitzConfig, 'tls' | 'holder'>;
  readonly host: string;
  readonly port: number;
  readonly changed: () => void;
}): Promise<MitzListener> {
  const { tls, holder } = options.config;
  const take = async (request: IncomingMessage): Promise<boolean> => {
    const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    if (request.method !== 'POST' || request.url !== PATH || type !== 'application/fhir+xml') return false;
    const body = await bodyOf(request);
    if (body === null) return false;
    try {
      checkNotification(body, holder.ura);
    } catch {
      return false;
    }
    return true;
  };
  const server = createServer(
    { cert: tls.cert, key: tls.key, ca: tls.ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' },
    (request, response) => {
      take(request).then(
        (good) => {
          // Read to its end or not: the connection ends with the answer.
          response.writeHead(good ? 204 : 400, { connection: 'close' }).end();
          if (good) options.changed();
        },
        () => response.destroy(),
      );
    },
  );
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
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
