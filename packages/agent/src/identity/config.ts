/** Settings of the desk: a file in the practice. Without it there is no sign-on outside (off by default). */

import { readFile } from 'node:fs/promises';
import { ROLE_IDS } from '@ketenkluis/care';
import { originFault } from '@ketenkluis/protocol';
import { ASSURANCE_LEVELS } from '@ketenkluis/seal';
import { z } from 'zod';
import { agentError } from '../errors.ts';
import { roleCode } from '../mitz/question.ts';
import { mayReach } from './adapter.ts';
import { ALGORITHMS } from './oidc.ts';

const address = z.url().refine(mayReach, 'must be https, or this machine');
const oidc = {
  issuer: address,
  client: z.string().min(1),
  secret: z.string().min(1).nullable(),
  redirect: address,
  algorithm: z.enum(ALGORITHMS).default('RS256'),
  levels: z.record(z.string(), z.enum(ASSURANCE_LEVELS)),
  hours: z.int().min(1).max(12).default(12),
  /** On the button: what people call it. */
  name: z.string().min(1).max(40).optional(),
};
/** Of what staff sign on with. */
const staff = { ...oidc, loopback: z.boolean().optional() };
const origin = address.refine((text) => originFault(text) === null, 'must be an origin');
const config = z.strictObject({
  oidc: z.strictObject(staff).optional(),
  /** What patients sign on with: DigiD, or a provider like it (R28). */
  eid: z
    .strictObject({ ...oidc, asks: z.enum(['substantial', 'high']).optional(), phone: origin.optional() })
    .optional(),
  dezi: z
    .strictObject({
      ...staff,
      attestation: z.strictObject({
        issuers: z.array(z.string().min(1)).min(1),
        jwks: address,
        status: z.strictObject({ base: address, member: z.string().min(1), valid: z.string().min(1) }),
      }),
    })
    .optional(),
  /** Addresses of what stands in front of the desk: only of these does `X-Forwarded-For` count. */
  proxies: z.array(z.union([z.ipv4(), z.ipv6()])).default([]),
  /** Which UZI role codes fit a role here. */
  roles: z.partialRecord(z.enum(ROLE_IDS), z.array(roleCode)).default({}),
});
export type IdentityConfig = z.infer<typeof config>;

/** Throws `agent/bad-identity` that names the place, never a value. */
export async function readIdentityConfig(path: string): Promise<IdentityConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw agentError('bad-identity', 'the settings of the desk cannot be read as JSON', { cause });
  }
  const read = config.safeParse(json);
  if (read.success) return read.data;
  throw agentError(
    'bad-identity',
    `the settings of the desk are wrong at: ${read.error.issues[0]?.path.join('.') || 'the whole'}`,
  );
}
