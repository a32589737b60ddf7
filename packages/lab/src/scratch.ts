/**
 * Where tests, attacks and the matrix keep the vaults that they make: in memory where a Linux machine has room for it. They wait for
 * thousands of durable writes, and what they show does not hang on a disk; the bench stays on the real one.
 */

import { accessSync, constants, mkdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** The largest run held 0.3 GiB at once. */
const ROOM = 3 * 1024 ** 3;

export function scratchFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM) return tmpdir();
    accessSync(MEMORY, constants.W_OK);
    const folder = join(MEMORY, `ketenkluis-${process.getuid?.() ?? 0}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  } catch {
    return tmpdir();
  }
}

/** From here on `os.tmpdir()` of this process and of those it starts is that folder. */
export function useScratch(): void {
  process.env.TMPDIR = scratchFolder();
}
