/** The witness's configuration file (docs/witness.md): a name, where to listen, and which logs; nothing is trusted on first use. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type NoteKey, pinnedLogs, readPinned } from '@ketenkluis/ledger';
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
  const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const { name, dir, host, port, logs } = readPinned(text, schema, bad);
  const known = pinnedLogs(
    logs.map(({ origin, key }) => ({ name: origin, key })),
    bad,
  );
  return { name, dir: resolve(dirname(file), dir), host, port, logs: known };
}
