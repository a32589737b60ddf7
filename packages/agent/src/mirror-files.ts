/** Files of the practice's own copy (docs/spec/register.md, "Mirror"): lines of the log, and sealed objects as NDJSON. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64url, fromUtf8, utf8 } from '@ketenkluis/base';
import { decodeStatement, expectType, verifyPackHash } from '@ketenkluis/seal';
import { z } from 'zod';
import { agentError } from './errors.ts';
import { readIfThere, writeAtomic } from './files.ts';

export const LINES_PER_FILE = 1000;
/** Stands for a line whose content retention took. */
export const GONE = '-';

const fileFor = (index: number): string => String(Math.floor(index / LINES_PER_FILE)).padStart(6, '0');
export const entriesFile = (index: number): string => join('log', 'lines', `${fileFor(index)}.txt`);
/** Annexes, or requests, of the lines of one file, beside it; not under `log`, so that a copy of the log alone brings none. */
export const besideFile = (folder: 'annexes' | 'requests', index: number): string =>
  join(folder, `${fileFor(index)}.ndjson`);

const stored = z.strictObject({ kind: z.string(), name: z.string(), bytes: z.string() });
export type StoredObject = z.infer<typeof stored>;

/** NDJSON that this agent wrote. Throws `agent/bad-mirror`. */
export function readObjects(bytes: Uint8Array): StoredObject[] {
  try {
    return fromUtf8(bytes)
      .split('\n')
      .filter(Boolean)
      .map((line) => stored.parse(JSON.parse(line)));
  } catch (cause) {
    throw agentError('bad-mirror', 'a file of objects in the mirror cannot be read; remove the folder and sync again', {
      cause,
    });
  }
}

/** Whether a pack is the one that its descriptor names; both as they are stored. */
export const isPackOf = (pack: string, descriptor: string | undefined): boolean =>
  descriptor !== undefined &&
  verifyPackHash(fromBase64url(pack), expectType(decodeStatement(fromBase64url(descriptor)), 'descriptor').payload);

export const objectsIn = async (dir: string, file: string): Promise<StoredObject[]> =>
  readObjects((await readIfThere(join(dir, file))) ?? new Uint8Array());

export const writeObjects = (dir: string, file: string, objects: readonly StoredObject[]): Promise<void> =>
  writeAtomic(join(dir, file), utf8(objects.map((object) => `${JSON.stringify(object)}\n`).join('')));

export const linesIn = async (dir: string, file: string): Promise<string[]> =>
  fromUtf8((await readIfThere(join(dir, file))) ?? new Uint8Array()).split('\n');

type Folder = 'objects' | 'objects-new' | 'annexes' | 'requests';

/** The files of one folder of the copy, in order; none where it is not there. */
export const filesOf = async (dir: string, folder: Folder): Promise<string[]> =>
  (await readdir(join(dir, folder)).catch(() => []))
    .filter((name) => name.endsWith('.ndjson'))
    .sort()
    .map((name) => join(folder, name));

/** Takes out what is not to be kept; answers how many objects went. */
export async function keepObjects(
  dir: string,
  folder: Folder,
  keeps: (object: StoredObject) => boolean,
): Promise<number> {
  let removed = 0;
  for (const file of await filesOf(dir, folder)) {
    const objects = await objectsIn(dir, file);
    const kept = objects.filter(keeps);
    if (kept.length === objects.length) continue;
    removed += objects.length - kept.length;
    if (kept.length === 0) await rm(join(dir, file));
    else await writeObjects(dir, file, kept);
  }
  return removed;
}
