/** The right edge of an RFC 6962 tree: enough to grow it leaf by leaf and to know its root, in a few dozen hashes. */

import { base64url, fromBase64url } from '@ketenkluis/base';
import { emptyRoot, leafHash, nodeHash } from '@ketenkluis/ledger';
import { asHash, type Hash } from '@ketenkluis/seal';

export class Frontier {
  #size: number;
  /** Roots of the complete subtrees, largest first; their sizes are the set bits of `size`. */
  readonly #peaks: Uint8Array[];

  constructor(size = 0, peaks: readonly string[] = []) {
    this.#size = size;
    this.#peaks = peaks.map((peak) => fromBase64url(peak));
  }

  get size(): number {
    return this.#size;
  }

  add(leaf: Uint8Array): void {
    let hash: Uint8Array = leafHash(leaf);
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) hash = nodeHash(this.#peaks.pop()!, hash);
    this.#peaks.push(hash);
    this.#size += 1;
  }

  root(): Hash {
    if (this.#peaks.length === 0) return asHash(emptyRoot);
    return asHash(this.#peaks.reduceRight((right, left) => nodeHash(left, right)));
  }

  peaks(): Hash[] {
    return this.#peaks.map((peak) => base64url(peak) as Hash);
  }
}
