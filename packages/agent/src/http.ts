/**
 * `fetch` for Node over kept connections. Names under `localhost` are reached at 127.0.0.1 (RFC 6761 6.3), which Node's own
 * resolver does not do; the name itself still travels as host, so that each origin stays its own.
 */

import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Fetch } from '@ketenkluis/client';

export interface NodeFetch {
  readonly fetch: Fetch;
  /** Bytes sent in bodies so far; headers of HTTP are not counted. */
  sent(): number;
  close(): void;
}

export function nodeFetch(): NodeFetch {
  const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) };
  let sent = 0;
  const fetch: Fetch = (address, { method, headers, body, signal }) => {
    const url = new URL(address);
    const local = url.hostname === 'localhost' || url.hostname.endsWith('.localhost');
    const payload = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const secure = url.protocol === 'https:';
    const options = {
      method,
      hostname: local ? '127.0.0.1' : url.hostname,
      port: url.port,
      path: url.pathname + url.search,
      headers: { ...headers, host: url.host, 'content-length': payload?.length ?? 0 },
      ...(signal && { signal }),
    };
    return new Promise((done, failed) => {
      const answered = (response: IncomingMessage) => {
        const parts: Uint8Array[] = [];
        response.on('data', (part: Uint8Array) => parts.push(part));
        response.on('error', failed);
        response.on('end', () => {
          const whole = new Uint8Array(Buffer.concat(parts));
          done({
            status: response.statusCode ?? 0,
            headers: { get: (name) => response.headers[name.toLowerCase()]?.toString() ?? null },
            arrayBuffer: async () => whole.buffer,
          });
        });
      };
      const call = secure
        ? httpsRequest({ ...options, agent: agents['https:'] }, answered)
        : httpRequest({ ...options, agent: agents['http:'] }, answered);
      call.on('error', failed);
      call.end(payload);
      sent += payload?.length ?? 0;
    });
  };
  return {
    fetch,
    sent: () => sent,
    close: () => {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  };
}
