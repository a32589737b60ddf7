/**
 * Cuts a byte stream into blocks of whole lines without decoding them. A block is at most 64 KiB unless one line is
 * longer: strings of that size stay in the engine's young memory, larger ones cost twice the time.
 */

const BLOCK = 64 * 1024;
/** 50 MB: no line of a real export is near it, and a longer one could fill the memory. */
export const MAX_LINE = 50_000_000;
const LF = 10;

export interface Block {
  /** One or more whole lines; only a last line may lack its line feed. Valid until the next block is asked for. */
  readonly bytes: Uint8Array;
  /** Number of the first line, from 1. */
  readonly line: number;
  /** The stream ended here without a line feed. */
  readonly open: boolean;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of some bytes; undefined when they are not UTF-8. */
export function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function join(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Calls back once per block and learns from it how many lines the block had. Chunks may be reused by their source after
 * each step; what must be kept is copied. `stop` is asked between blocks and ends the reading.
 */
export async function forEachBlock(
  chunks: AsyncIterable<Uint8Array>,
  onBlock: (block: Block) => number,
  onTooLong: (line: number) => void,
  stop: () => boolean = () => false,
): Promise<void> {
  let line = 1;
  let held: Uint8Array[] = [];
  let heldSize = 0;
  let dropping = false;

  const emit = (bytes: Uint8Array) => {
    let from = 0;
    while (from < bytes.length && !stop()) {
      let to = bytes.length;
      if (to - from > BLOCK) {
        const before = bytes.subarray(from, from + BLOCK).lastIndexOf(LF);
        to = before >= 0 ? from + before + 1 : bytes.indexOf(LF, from + BLOCK) + 1;
      }
      line += onBlock({ bytes: bytes.subarray(from, to), line, open: false });
      from = to;
    }
  };
  const hold = (bytes: Uint8Array) => {
    if (bytes.length === 0 || dropping) return;
    heldSize += bytes.length;
    if (heldSize > MAX_LINE) {
      dropping = true;
      held = [];
      onTooLong(line);
    } else held.push(new Uint8Array(bytes)); // Buffer.slice would not copy
  };

  for await (const chunk of chunks) {
    if (stop()) return;
    const last = chunk.lastIndexOf(LF);
    if (last < 0) {
      hold(chunk);
      continue;
    }
    let start = 0;
    if (heldSize > 0) {
      const first = chunk.indexOf(LF);
      hold(chunk.subarray(0, first + 1));
      if (!dropping) onBlock({ bytes: join(held, heldSize), line, open: false });
      line++;
      start = first + 1;
      held = [];
      heldSize = 0;
      dropping = false;
    }
    emit(chunk.subarray(start, last + 1));
    hold(chunk.subarray(last + 1));
  }
  if (heldSize > 0 && !dropping && !stop()) onBlock({ bytes: join(held, heldSize), line, open: true });
}
