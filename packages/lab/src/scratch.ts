/**
 * Where tests, attacks and the matrix keep the vaults that they make: in memory where a Linux machine has room for it. They wait for
 * thousands of durable writes, and what they show does not hang on a disk; the bench stays on the real one.
 */

import { chmodSync, mkdirSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** The largest run held 0.3 GiB at once. */
const ROOM = 3 * 1024 ** 3;

export function scratchFolder(): string {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ROOM) return tmpdir();
    const folder = join(MEMORY, `ketenkluis-${process.getuid?.() ?? 0}`);
    mkdirSync(folder, { recursive: true });
    // Open to look into, as /tmp is, and only for whoever owns it: it throws for a folder that somebody else put there.
    chmodSync(folder, 0o755);
    return folder;
  } catch {
    return tmpdir();
  }
}

/** statfs(2): file systems that live in memory, where a durable write costs nothing. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** A folder for temporary files on a real disk: what is measured there waits for it. Throws where there is none. */
export function diskFolder(): string {
  const found = [tmpdir(), '/var/tmp'].find((folder) => {
    try {
      return !IN_MEMORY.has(statfsSync(folder).type);
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error(`${tmpdir()} is kept in memory: set TMPDIR to a folder on a disk`);
  return found;
}

/** From here on `os.tmpdir()` of this process and of those it starts is that folder. */
export function useScratch(): void {
  process.env.TMPDIR = scratchFolder();
}
