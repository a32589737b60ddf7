/** The host scan (R6, R8): everything a host holds, on disk and in memory, searched for what the practice had. */

import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { inflated } from './inflate.ts';
import { processMemory } from './memory.ts';
import type { TokenSearch } from './search.ts';

const CHUNK = 8 << 20;

export interface HostScan {
  readonly tokens: number;
  /** Tokens left out because the idle vault already held them before the sync. */
  readonly ambient: number;
  readonly hits: number;
  /** Bytes of process memory searched. */
  readonly memory: number;
  /** Bytes on disk searched. */
  readonly disk: number;
}

function search(scan: TokenSearch, bytes: Buffer, found: Set<number>): void {
  scan.scan(bytes, found);
  for (const out of inflated(bytes)) scan.scan(out, found);
}

/** Searches every file below `folder` (database, write-ahead log, free pages, logs, configuration). Returns the bytes read. */
export function scanFolder(scan: TokenSearch, folder: string, found: Set<number>): number {
  let total = 0;
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, name);
    // The name itself can give something away too.
    search(scan, Buffer.from(name), found);
    if (!statSync(path).isFile()) continue;
    const file = openSync(path, 'r');
    try {
      let kept = Buffer.alloc(0);
      for (;;) {
        const buffer = Buffer.allocUnsafe(kept.length + CHUNK);
        kept.copy(buffer);
        const read = readSync(file, buffer, kept.length, CHUNK, null);
        if (read === 0) break;
        total += read;
        const chunk = buffer.subarray(0, kept.length + read);
        search(scan, chunk, found);
        kept = Buffer.from(chunk.subarray(Math.max(0, chunk.length - scan.overlap)));
      }
    } finally {
      closeSync(file);
    }
  }
  return total;
}

/** Searches all memory of a process. Returns the bytes read; throws when a part cannot be read. */
export function scanMemory(scan: TokenSearch, pid: number, found: Set<number>, program = false): number {
  const memory = processMemory(pid, scan.overlap, program);
  for (;;) {
    const next = memory.next();
    if (next.done) return next.value;
    search(scan, next.value, found);
  }
}

/** What a vault to which nothing was delivered yet holds already, its program's own text included. */
export function ambientTokens(scan: TokenSearch, pid: number): Set<number> {
  const found = new Set<number>();
  scanMemory(scan, pid, found, true);
  return found;
}

/** `ambient` comes from `ambientTokens`. */
export function scanHost(
  scan: TokenSearch,
  host: { folder: string; pid: number },
  ambient: ReadonlySet<number>,
): HostScan {
  const found = new Set<number>();
  const disk = scanFolder(scan, host.folder, found);
  const memory = scanMemory(scan, host.pid, found);
  const hits = [...found].filter((token) => !ambient.has(token)).length;
  return { tokens: scan.tokens.length - ambient.size, ambient: ambient.size, hits, memory, disk };
}
