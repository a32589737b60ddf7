/**
 * Cuts one JSON document of any size, such as a Bundle of 100 MB on one line, into the texts of its entries without
 * holding the whole: it follows strings and brackets only, and leaves the parsing of each entry to JSON.parse.
 */

import { MAX_LINE } from './lines.ts';

export interface DocumentHandler {
  /** One element of the top-level array `entry`. */
  entry(text: Uint8Array, line: number): void;
  /** The document without the elements of `entry`; called once per document at its end. */
  rest(text: Uint8Array, line: number, entries: number): void;
  /** An entry or a document without entries is longer than 50 MB: left out. */
  tooLong(line: number): void;
  /** The stream ended inside a document. */
  truncated(line: number): void;
  /** Something stands outside brackets, or a closing bracket too many; reading stops here. */
  broken(line: number): void;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LF = 10;
const OPEN = new Uint8Array(256);
const CLOSE = new Uint8Array(256);
const SPACE = new Uint8Array(256);
for (const char of '{[') OPEN[char.charCodeAt(0)] = 1;
for (const char of '}]') CLOSE[char.charCodeAt(0)] = 1;
for (const char of ' \t\r\n') SPACE[char.charCodeAt(0)] = 1;
const ENTRY = [...'"entry"'].map((char) => char.charCodeAt(0));

/** Grows by doubling, so that a long text is copied a few times only. */
class Gather {
  #bytes = new Uint8Array(64 * 1024);
  length = 0;
  push(part: Uint8Array): void {
    if (this.length + part.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + part.length));
      grown.set(this.#bytes.subarray(0, this.length));
      this.#bytes = grown;
    }
    this.#bytes.set(part, this.length);
    this.length += part.length;
  }
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length);
    this.length = 0;
    return taken;
  }
}

/** Reads concatenated JSON documents. Texts handed out are copies. */
export async function splitDocuments(chunks: AsyncIterable<Uint8Array>, on: DocumentHandler): Promise<void> {
  const rest = new Gather();
  const entry = new Gather();
  let depth = 0;
  let inString = false;
  let escaped = false;
  let line = 1;
  let documentLine = 1;
  let entryLine = 0;
  let entries = 0;
  /** Depth 1 and the last string was `"entry"`; then the array it opens holds entries. */
  let key = 0;
  let sawEntry = false;
  let inEntries = false;
  let oversize = false;

  for await (const chunk of chunks) {
    let from = 0;
    const flush = (to: number) => {
      if (to <= from) return;
      const target = inEntries && depth > 2 ? entry : rest;
      if (target.length + (to - from) > MAX_LINE) oversize = true;
      if (oversize) target.length = 0;
      else target.push(chunk.subarray(from, to));
      from = to;
    };
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) {
          escaped = true;
          key = -1;
        } else if (byte === QUOTE) {
          inString = false;
          if (depth === 1) sawEntry = key === ENTRY.length - 1;
        }
        if (key >= 0) key = byte === ENTRY[key] ? key + 1 : -1;
        if (byte === LF) line++;
        continue;
      }
      if (byte === QUOTE) {
        inString = true;
        key = 1;
      } else if (OPEN[byte] === 1) {
        if (depth === 0) documentLine = line;
        if (inEntries && depth === 2) {
          flush(at);
          entryLine = line;
        }
        depth++;
        if (depth === 2) {
          inEntries = sawEntry && byte === 0x5b;
          sawEntry = false;
        }
      } else if (CLOSE[byte] === 1) {
        if (depth === 0) {
          on.broken(line);
          return;
        }
        if (inEntries && depth === 3) {
          flush(at + 1);
          if (oversize) on.tooLong(entryLine);
          else on.entry(entry.take(), entryLine);
          oversize = false;
          entries++;
        } else if (inEntries && depth === 2) {
          // Only the commas between the entries are left: drop them, so that the rest is an empty array.
          flush(at);
          inEntries = false;
        }
        depth--;
        if (depth === 0) {
          flush(at + 1);
          if (oversize) on.tooLong(documentLine);
          else on.rest(rest.take(), documentLine, entries);
          oversize = false;
          entries = 0;
        }
      } else if (byte === LF) line++;
      else if (depth === 0) {
        if (SPACE[byte] !== 1) {
          on.broken(line);
          return;
        }
        from = at + 1;
      } else if (inEntries && depth === 2) {
        flush(at);
        from = at + 1;
      }
    }
    flush(chunk.length);
  }
  if (depth > 0 || inString) on.truncated(inEntries && depth > 2 ? entryLine : documentLine);
}
