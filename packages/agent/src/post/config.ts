/** Settings of outgoing mail: a file in the practice. Without it nothing is mailed (off by default; docs/spec/notices.md). */

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { agentError } from '../errors.ts';
import { ADDRESS } from './address.ts';

const here = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

const file = z
  .strictObject({
    host: z.string().regex(/^[A-Za-z0-9.:-]{1,253}$/),
    port: z.int().min(1).max(65_535),
    /** `none` only to this very machine. */
    security: z.enum(['tls', 'starttls', 'none']),
    /** File with the certificate of whoever signed the mail server's, in PEM, relative to this one: an office's own. Left out: the public ones. */
    authority: z.string().min(1).optional(),
    from: z.string().regex(ADDRESS),
    user: z.string().min(1).max(200).optional(),
    /** File with the password alone, relative to this one. */
    password: z.string().min(1).optional(),
    /** Milliseconds for one message, all of it. */
    timeout: z.int().min(500).max(60_000).default(20_000),
  })
  .refine(({ security, host }) => security !== 'none' || here(host), { path: ['security'] })
  .refine(({ security, authority }) => security !== 'none' || authority === undefined, { path: ['authority'] })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), { path: ['password'] });
/** As the file says it, with what stands in the other files in place of their names. */
export type PostConfig = z.infer<typeof file>;

/** A file without a certificate in it would trust nobody, or be taken for the public ones. */
function pem(text: string): string {
  try {
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw agentError('bad-post', 'the file with the certificate of outgoing mail holds none', { cause });
  }
}

/** Throws `agent/bad-post` that names the place, never a value. */
export async function readPostConfig(path: string): Promise<PostConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw agentError('bad-post', 'the settings of outgoing mail cannot be read as JSON', { cause });
  }
  const read = file.safeParse(json);
  if (!read.success) {
    const place = read.error.issues[0]?.path.join('.') || 'the whole';
    throw agentError('bad-post', `the settings of outgoing mail are wrong at: ${place}`);
  }
  const beside = async (name: string, what: string): Promise<string> => {
    try {
      return await readFile(resolve(dirname(path), name), 'utf8');
    } catch (cause) {
      throw agentError('bad-post', `the file with the ${what} of outgoing mail cannot be read`, { cause });
    }
  };
  const { password, authority, ...rest } = read.data;
  return {
    ...rest,
    ...(password === undefined ? {} : { password: (await beside(password, 'password')).replace(/\r?\n$/, '') }),
    ...(authority === undefined ? {} : { authority: pem(await beside(authority, 'certificate')) }),
  };
}
