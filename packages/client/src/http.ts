/** One exchange with the vault: JSON or bytes out, a checked message or a named error back. */

import { type Bytes, fromUtf8 } from '@ketenkluis/base';
import { originFault, problem } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import type { Fetch } from './ports.ts';

export interface Call<S extends z.ZodType> {
  readonly method?: 'GET' | 'POST' | 'PUT';
  /** Path under the vault's origin. */
  readonly path: string;
  readonly body?: unknown;
  /** A delivery goes as bytes. */
  readonly bytes?: { readonly type: string; readonly body: Bytes };
  readonly answer: S;
  readonly token?: string;
}

export interface Http {
  readonly origin: string;
  call<S extends z.ZodType>(call: Call<S>): Promise<z.infer<S>>;
}

/** Throws `client/insecure-origin` for anything but HTTPS, or HTTP on this machine. */
export function http(origin: string, fetch: Fetch): Http {
  requireOrigin(origin);
  return {
    origin,
    async call({ method = 'POST', path, body, bytes, answer, token }) {
      const headers: Record<string, string> = { accept: 'application/json' };
      if (token !== undefined) headers.authorization = `Bearer ${token}`;
      if (bytes) headers['content-type'] = bytes.type;
      else if (body !== undefined) headers['content-type'] = 'application/json';
      const sent = bytes ? bytes.body : body === undefined ? undefined : JSON.stringify(body);
      let response: Awaited<ReturnType<Fetch>>;
      let received: Uint8Array;
      try {
        response = await fetch(`${origin}${path}`, { method, headers, ...(sent === undefined ? {} : { body: sent }) });
        received = new Uint8Array(await response.arrayBuffer());
      } catch (cause) {
        throw clientError('offline', 'the vault does not answer; work in the GP system until it does', { cause });
      }
      const json = readJson(received);
      if (response.status >= 400) throw refusal(response.status, json);
      const parsed = answer.safeParse(json);
      if (!parsed.success) {
        const place = parsed.error.issues[0]?.path.join('.') ?? 'the whole';
        throw clientError(
          'bad-answer',
          `the vault's answer to ${path.split('?')[0]} does not fit the protocol at: ${place}`,
        );
      }
      return parsed.data as z.infer<typeof answer>;
    },
  };
}

export function requireOrigin(origin: string): void {
  const why = originFault(origin);
  if (why !== null) throw clientError('insecure-origin', `the address of the vault ${why}`);
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return bytes.length === 0 ? {} : (JSON.parse(fromUtf8(bytes)) as unknown);
  } catch {
    return undefined;
  }
}

function refusal(status: number, json: unknown): Error {
  const parsed = problem.safeParse(json);
  const type = parsed.success ? parsed.data.type : 'unreadable';
  const detail = { status, problem: type };
  if (type === 'vault/session-idle')
    return clientError('session-idle', 'the session is locked; touch to go on', { detail });
  if (type === 'vault/session-ended')
    return clientError('session-ended', 'the session has ended; sign in again', { detail });
  const said = parsed.success ? (parsed.data.detail ?? parsed.data.title) : 'no reason that can be read';
  return clientError('refused', `the vault refused: ${said}`, { detail });
}
