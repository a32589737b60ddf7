/** Compressed bytes hide what they hold: every gzip or zlib stream in these bytes, inflated as far as it goes. */

import { constants, inflateRawSync, inflateSync } from 'node:zlib';

const LIMIT = 8 << 20;
const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LIMIT };

/** Shorter outputs are noise that happened to look like a header. */
const WORTH = 12;

export function* inflated(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(0x78); at >= 0 && at + 2 < bytes.length; at = bytes.indexOf(0x78, at + 1)) {
    const flags = bytes[at + 1]!;
    if (((0x78 << 8) | flags) % 31 !== 0 || (flags & 0x20) !== 0) continue;
    yield* attempt(() => inflateSync(bytes.subarray(at), options));
  }
  for (
    let at = bytes.indexOf('\x1f\x8b\x08', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('\x1f\x8b\x08', at + 1, 'latin1')
  ) {
    if (bytes[at + 3] === 0) yield* attempt(() => inflateRawSync(bytes.subarray(at + 10), options));
  }
}

function* attempt(inflate: () => Buffer): Generator<Buffer> {
  let out: Buffer;
  try {
    out = inflate();
  } catch {
    return;
  }
  if (out.length >= WORTH) yield out;
}
