/** Files of the agent: whole or not at all, for its own user only, and a word about folders that others can read. */

import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Bytes } from '@ketenkluis/base';

const OWNER_ONLY = 0o600;
const TEMPORARY = '.part';

/** A folder for this user alone, also where it stood there before; a folder of somebody else's says so. */
export async function ownFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
}

/** Temp file, fsync, rename, fsync of the folder: after a crash either the old bytes stand there or the new ones. */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}${TEMPORARY}`;
  try {
    const file = await open(temporary, 'wx', OWNER_ONLY);
    try {
      await file.chmod(OWNER_ONLY);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder; there rename itself is the best there is.
  if (process.platform === 'win32') return;
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The bytes, or null when there is no such file. */
export async function readIfThere(path: string): Promise<Bytes | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Removes what a killed run left half-written. */
export async function sweepTemporary(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.filter((name) => name.endsWith(TEMPORARY)).map((name) => rm(join(folder, name), { force: true })),
  );
}

/** Why others on this machine can read a folder: the first folder on the way up that lets them in, and its mode. */
export interface LooseFolder {
  readonly path: string;
  /** Octal, as `ls -ld` and `chmod` use it. */
  readonly mode: string;
}

/** Those of `paths` that users other than the owner may read. On Windows, whose rights are no mode bits, none is named. */
export async function looseFolders(paths: readonly string[]): Promise<LooseFolder[]> {
  if (process.platform === 'win32') return [];
  const found: LooseFolder[] = [];
  for (const path of new Set(paths.map((each) => resolve(each)))) {
    const info = await stat(path).catch(() => null);
    if (info === null) continue;
    const readable = (info.mode & 0o044) !== 0;
    if (readable && (await reachable(path))) found.push({ path, mode: (info.mode & 0o777).toString(8) });
  }
  return found;
}

/** A folder behind a closed parent is out of reach whatever its own mode says. */
async function reachable(path: string): Promise<boolean> {
  for (let above = dirname(path); above !== dirname(above); above = dirname(above)) {
    const info = await stat(above).catch(() => null);
    if (info !== null && (info.mode & 0o011) === 0) return false;
  }
  return true;
}
