/** Random bytes drawn ahead by the block: ids and salts come by the thousand, and the way to the system costs more than the bytes. */

import type { Bytes, Random } from '@ketenkluis/base';

const BLOCK = 4096;
/** What asks for more goes to the source itself. */
const SMALL = 64;

/** What was handed out stays nowhere else. */
export function drawnAhead(source: Random): Random {
  let block: Bytes = new Uint8Array();
  let at = 0;
  return (length) => {
    if (length > SMALL) return source(length);
    if (at + length > block.length) {
      block = source(BLOCK);
      at = 0;
    }
    const out = block.slice(at, at + length);
    block.fill(0, at, at + length);
    at += length;
    return out;
  };
}
