/**
 * A set of texts that keeps 53 bits of each instead of the text, so that a practice ten times the size costs megabytes.
 * Two different ids meet by chance once in ten thousand practices of a million records; then one record too many is
 * called a duplicate and named.
 */

/** cyrb53 (public domain, bryc): two 32-bit multiplicative hashes mixed into 53 bits. */
function hash53(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    a = Math.imul(a ^ char, 2654435761);
    b = Math.imul(b ^ char, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

export class IdSet {
  #slots = new Float64Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  #place(slots: Float64Array, hash: number): number {
    const mask = slots.length - 1;
    let at = (hash % slots.length) & mask;
    while (slots[at] !== 0 && slots[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  has(text: string): boolean {
    return this.#slots[this.#place(this.#slots, hash53(text) + 1)] !== 0;
  }

  /** False when it was there already. */
  add(text: string): boolean {
    const hash = hash53(text) + 1;
    const at = this.#place(this.#slots, hash);
    if (this.#slots[at] !== 0) return false;
    this.#slots[at] = hash;
    if (++this.#size * 2 > this.#slots.length) {
      const grown = new Float64Array(this.#slots.length * 2);
      for (const one of this.#slots) if (one !== 0) grown[this.#place(grown, one)] = one;
      this.#slots = grown;
    }
    return true;
  }
}

/** A set of small whole numbers: one bit each. */
export class BitSet {
  #words = new Uint32Array(64);
  size = 0;

  has(n: number): boolean {
    return ((this.#words[n >>> 5] ?? 0) & (1 << (n & 31))) !== 0;
  }

  add(n: number): void {
    const word = n >>> 5;
    if (word >= this.#words.length) {
      const grown = new Uint32Array(Math.max(this.#words.length * 2, word + 1));
      grown.set(this.#words);
      this.#words = grown;
    }
    const bit = 1 << (n & 31);
    if ((this.#words[word]! & bit) === 0) {
      this.#words[word]! |= bit;
      this.size++;
    }
  }
}
