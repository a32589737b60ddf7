/** Asks Mitz over TLS with the practice's own certificate. Never throws for what the other side does: no answer is no (R36). */

import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { Random } from '@ketenkluis/base';
import { type Answer, type NoReason, readAnswer } from './answer.ts';
import type { MitzConfig } from './config.ts';
import { type Question, questionXml } from './question.ts';

/** The example of the public specification has about 2 KiB. */
const MAX_ANSWER = 64 * 1024;
const PATH = '/geslotenautorisatievraag/xacml3';

export interface Mitz {
  ask(question: Omit<Question, 'message' | 'to'>): Promise<Answer>;
  close(): void;
}

/** Version 4 (RFC 9562). */
export function uuid(random: Random): string {
  const bytes = random(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

type Got = { readonly body: Uint8Array } | { readonly why: NoReason };

/** One connection per question: an answer can only belong to what was asked on it. */
function post(
  url: URL,
  body: string,
  { tls, timeout }: Pick<MitzConfig, 'tls' | 'timeout'>,
  agent: Agent,
): Promise<Got> {
  return new Promise((done) => {
    const payload = Buffer.from(body);
    // The whole of it, from the first byte of the handshake to the last of the answer.
    const signal = AbortSignal.timeout(timeout);
    const failed = () => done({ why: signal.aborted ? 'timeout' : 'no-connection' });
    const call = request(
      url,
      {
        method: 'POST',
        agent,
        signal,
        cert: tls.cert,
        key: tls.key,
        // Only the authority that the practice names; what the machine trusts besides counts for nothing here.
        ca: tls.ca,
        minVersion: 'TLSv1.2',
        rejectUnauthorized: true,
        ...(isIP(url.hostname) ? {} : { servername: url.hostname }),
        headers: {
          'content-type': 'application/soap+xml; charset=utf-8',
          accept: 'application/soap+xml',
          'content-length': payload.length,
        },
      },
      (response) => {
        const type = response.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
        const xml = type === 'application/soap+xml' || type === 'text/xml' || type === 'application/xml';
        if (response.statusCode !== 200 || !xml || response.headers['content-encoding'] !== undefined) {
          response.destroy();
          done({ why: 'http' });
          return;
        }
        const parts: Buffer[] = [];
        let size = 0;
        response.on('data', (part: Buffer) => {
          size += part.length;
          if (size > MAX_ANSWER) {
            done({ why: 'too-large' });
            response.destroy();
          } else parts.push(part);
        });
        response.on('error', failed);
        response.on('aborted', failed);
        response.on('end', () => done(response.complete ? { body: Buffer.concat(parts) } : { why: 'no-connection' }));
      },
    );
    call.on('error', failed);
    call.end(payload);
  });
}

export function openMitz(config: MitzConfig, random: Random): Mitz {
  const agent = new Agent({ keepAlive: false, maxSockets: 4 });
  const url = new URL(`${config.base}${PATH}`);
  return {
    async ask(about) {
      const question: Question = { ...about, message: uuid(random), to: url.href };
      const got = await post(url, questionXml(question), config, agent);
      return 'why' in got ? { permit: false, why: got.why } : readAnswer(got.body, question);
    },
    close: () => agent.destroy(),
  };
}
