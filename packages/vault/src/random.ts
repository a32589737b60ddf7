/** Random bytes for ids and salts. */

import type { Random } from '@ketenkluis/base';

/** Bytes that are asked for at once, and how many go without the store. */
const STORE = 4096;
const LARGE = 256;

/**
 * The same random bytes, asked of the system by the page: an id or a salt takes few, and asking takes longer than making them. No byte is
 * handed out twice, and none that was handed out stays in the store.
 */
export function pooled(random: Random): Random {
  let store = random(0);
  let used = 0;
  return (length) => {
    if (length > LARGE) return random(length);
    if (used + length > store.length) {
      store = random(STORE);
      used = 0;
    }
    const out = store.slice(used, used + length);
    store.fill(0, used, used + length);
    used += length;
    return out;
  };
}
