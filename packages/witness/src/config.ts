/** The witness's configuration file (docs/witness.md): a name, where to listen, and which logs; nothing is trusted on first use. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type NoteKey, parseVkey } from '@ketenkluis/ledger';
import { z } from 'zod';
import { witnessError } from './errors.ts';

const schema = z.strictObject({
  /** Key name of the cosignatures: an address without scheme. */
  name: z.string().min(1).max(200),
  /** Folder of keys and database; relative to this file. */
  dir: z.string().min(1),
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(4805),
  logs: z
    .array(z.strictObject({ origin: z.string().min(1).max(200), key: z.string() }))
    .min(1)
    .max(10_000),
});

export interface WitnessConfig {
  readonly name: string;
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly logs: ReadonlyMap<string, NoteKey>;
}

/** Throws `witness/bad-config`, naming the first field that is wrong. */
export function readConfig(file: string): WitnessConfig {
  const bad = (why: string, cause?: unknown) =>
    witnessError('bad-config', `the configuration ${why}`, cause === undefined ? {} : { cause });
  if (!existsSync(file)) throw bad('cannot be found');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw bad('is no JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw bad(`is wrong at: ${parsed.error.issues[0]?.path.join('.') || 'the whole'}`);
  const { name, dir, host, port, logs } = parsed.data;
  const known = new Map<string, NoteKey>();
  for (const { origin, key } of logs) {
    let parsedKey: NoteKey;
    try {
      parsedKey = parseVkey(key);
    } catch (cause) {
      throw bad(`has a key for ${origin} that is no verifier key`, cause);
    }
    if (parsedKey.type !== 1) throw bad(`has a key for ${origin} that is not a log's Ed25519 key`);
    if (known.has(origin)) throw bad(`names ${origin} twice`);
    known.set(origin, parsedKey);
  }
  return { name, dir: resolve(dirname(file), dir), host, port, logs: known };
}
