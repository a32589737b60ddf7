/** The keyholder's configuration file (docs/keyholder.md): its own address and which practices; nothing is trusted on first use. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { OrganisationId } from '@ketenkluis/base';
import { type NoteKey, pinnedLogs, readPinned } from '@ketenkluis/ledger';
import { id, originFault, wireHash } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { keyholderError } from './errors.ts';

const schema = z.strictObject({
  /** The origin under which practices reach it, as their owners name it. */
  url: z.string().max(255),
  /** Folder of keys and database; relative to this file. */
  dir: z.string().min(1),
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(4806),
  /** Numbers for Prometheus, on this machine only. */
  metricsPort: z.int().min(0).max(65_535).nullable().default(null),
  practices: z
    .array(
      z.strictObject({
        practice: id('organisation'),
        /** Hash of the practice's authority record 0. */
        authority: wireHash,
        /** The log's key as a vkey; its name is the log's origin. */
        log: z.string(),
      }),
    )
    .max(10_000),
});

export interface PracticePin {
  readonly practice: OrganisationId;
  readonly authority: Hash;
  readonly log: NoteKey;
}
export interface KeyholderConfig {
  readonly url: string;
  readonly dir: string;
  readonly host: string;
  readonly port: number;
  readonly metricsPort: number | null;
  readonly practices: readonly PracticePin[];
}

/** Throws `keyholder/bad-config`, naming the first field that is wrong. */
export function readConfig(file: string): KeyholderConfig {
  const bad = (why: string, cause?: unknown) =>
    keyholderError('bad-config', `the configuration ${why}`, cause === undefined ? {} : { cause });
  const text = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const { url, dir, host, port, metricsPort, practices } = readPinned(text, schema, bad);
  const fault = originFault(url);
  if (fault !== null) throw bad(`has an url that ${fault}`);
  const logs = pinnedLogs(
    practices.map(({ practice, log }) => ({ name: practice, key: log })),
    bad,
  );
  const pins = practices.map(({ practice, authority }) => ({ practice, authority, log: logs.get(practice)! }));
  return { url, dir: resolve(dirname(file), dir), host, port, metricsPort, practices: pins };
}
