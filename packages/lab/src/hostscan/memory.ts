/** Reads the memory of a running process through /proc (Linux). What cannot be read is an error, never a pass. */

import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

const CHUNK = 8 << 20;
/** Kernel pages that hold no data of the process and that no one may read. */
const NOT_DATA = /\[(vvar|vvar_vclock|vsyscall|vdso)\]/;
/** Mapped from a file and never written: the program's own text, and the database, which is searched on disk. */
const isFile = (permissions: string, inode: string) => inode !== '0' && !permissions.includes('w');

/**
 * Yields every readable byte, `overlap` bytes of each region's chunk repeated; returns how many bytes were read. With `program` also
 * the program's own text, of which parts are copied when they are first needed.
 */
export function* processMemory(pid: number, overlap: number, program = false): Generator<Buffer, number> {
  const regions = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) (r\S*) \S+ \S+ (\d+)\s*(.*)$/.exec(line))
    .filter((match) => match !== null && !NOT_DATA.test(match[5]!))
    .filter((match) => program || !isFile(match![3]!, match![4]!));
  const file = openSync(`/proc/${pid}/mem`, 'r');
  let total = 0;
  try {
    for (const region of regions) {
      const [from, to] = [BigInt(`0x${region![1]}`), BigInt(`0x${region![2]}`)];
      let kept = Buffer.alloc(0);
      for (let at = from; at < to; at += BigInt(CHUNK)) {
        const length = Number(to - at < BigInt(CHUNK) ? to - at : BigInt(CHUNK));
        const buffer = Buffer.allocUnsafe(kept.length + length);
        kept.copy(buffer);
        const read = readRegion(file, pid, buffer, kept.length, length, at);
        if (read === 0) break;
        total += read;
        const chunk = buffer.subarray(0, kept.length + read);
        yield chunk;
        kept = Buffer.from(chunk.subarray(Math.max(0, chunk.length - overlap)));
      }
    }
  } finally {
    closeSync(file);
  }
  return total;
}

function readRegion(file: number, pid: number, buffer: Buffer, offset: number, length: number, at: bigint): number {
  try {
    return readSync(file, buffer, offset, length, at);
  } catch (cause) {
    // A region that the process gave back between the two looks is gone, not hidden.
    const still = readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .some((line) => {
        const match = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line);
        return match !== null && BigInt(`0x${match[1]}`) <= at && at < BigInt(`0x${match[2]}`);
      });
    if (still) throw new Error(`memory of process ${pid} could not be read whole`, { cause });
    return 0;
  }
}
