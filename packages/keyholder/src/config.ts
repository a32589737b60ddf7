/** The keyholder's configuration file (docs/keyholder.md): its own address and which practices; nothing is trusted on first use. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { OrganisationId } from '@ketenkluis/base';
import { type NoteKey, parseVkey } from '@ketenkluis/ledger';
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
        /** vkeys of the witnesses of whom `quorum` must have cosigned. */
        witnesses: z.array(z.string()).max(32).default([]),
        quorum: z.int().min(0).max(16).default(0),
      }),
    )
    .max(10_000),
});

export interface PracticePin {
  readonly practice: OrganisationId;
  readonly authority: Hash;
  readonly log: NoteKey;
  readonly witnesses: readonly NoteKey[];
  readonly quorum: number;
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
  if (!existsSync(file)) throw bad('cannot be found');
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw bad('is no JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw bad(`is wrong at: ${parsed.error.issues[0]?.path.join('.') || 'the whole'}`);
  const { url, dir, host, port, metricsPort, practices } = parsed.data;
  const fault = originFault(url);
  if (fault !== null) throw bad(`has an url that ${fault}`);
  const vkey = (text: string, types: readonly number[], whose: string): NoteKey => {
    let key: NoteKey;
    try {
      key = parseVkey(text);
    } catch (cause) {
      throw bad(`has a key of ${whose} that is no verifier key`, cause);
    }
    if (!types.includes(key.type)) throw bad(`has a key of ${whose} of another kind`);
    return key;
  };
  const pins = practices.map(({ practice, authority, log, witnesses, quorum }): PracticePin => {
    const keys = witnesses.map((text) => vkey(text, [4, 6], 'a witness'));
    if (quorum > new Set(keys.map(({ name }) => name)).size) throw bad('asks for more witnesses than it names');
    return { practice, authority, log: vkey(log, [1], 'a log'), witnesses: keys, quorum };
  });
  if (new Set(pins.map(({ practice }) => practice)).size !== pins.length) throw bad('names a practice twice');
  return { url, dir: resolve(dirname(file), dir), host, port, metricsPort, practices: pins };
}
