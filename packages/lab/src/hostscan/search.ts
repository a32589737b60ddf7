/**
 * Finds many tokens in many bytes, in every spelling a host could hold them: UTF-8, UTF-16LE, hexadecimal, base64 and
 * base64url at the three offsets. One pass over the bytes; the slow obvious twin in the test is `indexOf` per token.
 */

const WINDOW = 6;
const TABLE_BITS = 27;
/** A first table of the slots' upper bits: small enough for a processor's cache, and it turns away nearly every window. */
const FRONT_BITS = 21;
const FRONT_SHIFT = TABLE_BITS - FRONT_BITS;
const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);

const ascii = (text: string) => Buffer.from(text, 'latin1');

/** Characters of a base64 text that depend on this token alone, whatever stands before and after it. */
function* base64Cores(token: Buffer): Generator<Buffer> {
  for (let shift = 0; shift < 3; shift++) {
    const text = Buffer.concat([Buffer.alloc(shift), token])
      .toString('base64')
      .replace(/=+$/, '');
    const from = Math.ceil((shift * 8) / 6);
    const to = Math.floor(((shift + token.length) * 8) / 6);
    const core = text.slice(from, to);
    yield ascii(core);
    const url = core.replaceAll('+', '-').replaceAll('/', '_');
    if (url !== core) yield ascii(url);
  }
}

/** Every byte string that would give this token away. */
export function spellings(token: string): Buffer[] {
  const utf8 = Buffer.from(token, 'utf8');
  const hex = utf8.toString('hex');
  const found = [utf8, Buffer.from(token, 'utf16le'), ascii(hex), ascii(hex.toUpperCase()), ...base64Cores(utf8)];
  return found.filter((bytes) => bytes.length >= WINDOW);
}

/** A slot in a bit table, from a six-byte window read as a u32 and a u16. */
const slot = (low: number, high: number): number =>
  (Math.imul(low, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> (32 - TABLE_BITS);

export class TokenSearch {
  readonly tokens: readonly string[];
  /** The longest spelling: how much of the bytes before a chunk must be looked at again. */
  readonly overlap: number;
  readonly #front = new Uint32Array(1 << (FRONT_BITS - 5));
  readonly #table = new Uint32Array(1 << (TABLE_BITS - 5));
  readonly #byWindow = new Map<string, { token: number; bytes: Buffer }[]>();

  constructor(tokens: Iterable<string>) {
    this.tokens = [...new Set(tokens)];
    let longest = WINDOW;
    this.tokens.forEach((token, index) => {
      for (const bytes of spellings(token)) {
        longest = Math.max(longest, bytes.length);
        const at = slot(bytes.readInt32LE(0), bytes.readUInt16LE(4));
        const front = at >>> FRONT_SHIFT;
        this.#front[front >>> 5]! |= 1 << (front & 31);
        this.#table[at >>> 5]! |= 1 << (at & 31);
        const key = bytes.toString('latin1', 0, WINDOW);
        const list = this.#byWindow.get(key);
        if (list) list.push({ token: index, bytes });
        else this.#byWindow.set(key, [{ token: index, bytes }]);
      }
    });
    this.overlap = longest - 1;
  }

  /** Adds to `found` the index of every token that stands in these bytes. */
  scan(bytes: Buffer, found: Set<number>): void {
    // Memory is mostly pages that nobody wrote to; a token cannot lie in one.
    for (let from = 0; from < bytes.length; ) {
      let to = from;
      while (to < bytes.length && !ZEROS.equals(bytes.subarray(to, to + PAGE))) to += PAGE;
      this.#scan(bytes, from, Math.min(to, bytes.length), found);
      from = to + PAGE;
    }
  }

  #scan(bytes: Buffer, from: number, to: number, found: Set<number>): void {
    const [front, table] = [this.#front, this.#table];
    const end = to - WINDOW;
    if (end < from) return;
    let low = bytes.readInt32LE(from);
    for (let at = from; at <= end; at++) {
      const high = bytes[at + 4]! | (bytes[at + 5]! << 8);
      const mark = slot(low, high);
      low = (low >>> 8) | (bytes[at + 4]! << 24);
      const before = mark >>> FRONT_SHIFT;
      if ((front[before >>> 5]! & (1 << (before & 31))) === 0) continue;
      if ((table[mark >>> 5]! & (1 << (mark & 31))) === 0) continue;
      const candidates = this.#byWindow.get(bytes.toString('latin1', at, at + WINDOW));
      if (!candidates) continue;
      for (const { token, bytes: wanted } of candidates) {
        if (found.has(token) || at + wanted.length > bytes.length) continue;
        if (bytes.compare(wanted, 0, wanted.length, at, at + wanted.length) === 0) found.add(token);
      }
    }
  }
}
