/** Settings of Mitz: a file in the practice. Without it nobody is asked anything (off by default). */

import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { idPattern, type OrganisationId } from '@ketenkluis/base';
import { ROLE_IDS } from '@ketenkluis/care';
import { z } from 'zod';
import { agentError } from '../errors.ts';
import { dataCategory, facilityType, professionalNumber, roleCode, ura } from './question.ts';

const organisation = z.custom<OrganisationId>(
  (value) => typeof value === 'string' && idPattern('organisation').test(value),
  'expected an organisation id',
);

const common = {
  /** Where Mitz (or the connector's supplier) answers, without a slash at the end. */
  base: z.string().regex(/^https:\/\/[A-Za-z0-9.:/_-]*[A-Za-z0-9]$/),
  holder: z.strictObject({ ura, type: facilityType }),
  data: dataCategory.default('GGC002'),
  /** Milliseconds for one question, all of it. */
  timeout: z.int().min(50).max(30_000).default(5000),
  /** How long a yes carries, hours. */
  hours: z.int().min(1).max(24).default(24),
  partners: z
    .array(
      z.strictObject({
        organisation,
        ura,
        type: facilityType,
        /** What they do in the pathway: decides which parts. */
        role: z.enum(ROLE_IDS),
        /** Role code and number of the professional there who is responsible; `mandated`: who works for them. */
        uzi: z.strictObject({
          role: roleCode,
          person: professionalNumber,
          mandated: professionalNumber.nullable().default(null),
        }),
      }),
    )
    .min(1)
    .max(50),
};
const file = z.strictObject({
  ...common,
  /** PEM files, relative to this one. */
  tls: z.strictObject({ cert: z.string(), key: z.string(), ca: z.string() }),
});

export interface MitzConfig extends Omit<z.infer<typeof file>, 'tls'> {
  /** PEM: the practice's certificate and key, and the authority whose servers are believed. */
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
}
export type MitzPartner = MitzConfig['partners'][number];

/** Throws `agent/bad-mitz` that names the place, never a value. */
export async function readMitzConfig(path: string): Promise<MitzConfig> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw agentError('bad-mitz', 'the settings of Mitz cannot be read as JSON', { cause });
  }
  const read = file.safeParse(json);
  if (!read.success) {
    throw agentError(
      'bad-mitz',
      `the settings of Mitz are wrong at: ${read.error.issues[0]?.path.join('.') || 'the whole'}`,
    );
  }
  const pem = async (name: keyof MitzConfig['tls']): Promise<string> => {
    try {
      return await readFile(resolve(dirname(path), read.data.tls[name]), 'utf8');
    } catch (cause) {
      throw agentError('bad-mitz', `the file named at tls.${name} in the settings of Mitz cannot be read`, { cause });
    }
  };
  return { ...read.data, tls: { cert: await pem('cert'), key: await pem('key'), ca: await pem('ca') } };
}
