/**
 * The body before encryption (docs/spec/pack.md): u32 framed length | u32 raw length | deflate | zeros, padded to at least 256 bytes
 * and by Padme, so that a size tells at most a bucket.
 */

import { type Bytes, concat, readU32, u32 } from '@ketenkluis/base';
import { deflateSync, Inflate, inflateSync } from 'fflate';
import { dictionary } from './dictionary.ts';
import { sealError } from './errors.ts';

/** Largest content of one pack, uncompressed. */
const MAX_RAW = 16 * 1024 * 1024;
/** Most scopes of most patients end up at this one size. */
const FLOOR = 256;
/** Deflate grows at most about 1032-fold, so one slice stays below the raw limit. */
const SLICE = 8 * 1024;
/** Small hash tables: most packs are a few KiB, and making the tables would cost more than using them. */
const SMALL = 16 * 1024;

/** Padme (Nikitin et al., PURBs, 2019) above a floor: at most 12 % more, log log sizes. */
export function paddedLength(length: number): number {
  if (length <= FLOOR) return FLOOR;
  const exponent = Math.floor(Math.log2(length));
  const mask = 2 ** (exponent - (Math.floor(Math.log2(exponent)) + 1)) - 1;
  return Math.ceil(length / (mask + 1)) * (mask + 1);
}

/** Raw deflate (RFC 1951) with a preset dictionary. A runtime with a native one may bring it: any valid stream opens. */
export type Deflate = (raw: Uint8Array, dictionary: Uint8Array) => Uint8Array;

const portable: Deflate = (raw, preset) =>
  deflateSync(raw, { level: 6, dictionary: preset, ...(raw.length <= SMALL ? { mem: 1 as const } : {}) });

/** Throws `seal/too-large` above 16 MiB. */
export function pack(raw: Uint8Array, dict: number, deflate: Deflate = portable): Bytes {
  if (raw.length > MAX_RAW)
    throw sealError('too-large', 'the content of one pack may be 16 MiB; split it over more handles');
  const framed = concat(u32(raw.length), deflate(raw, dictionary(dict)));
  const out = new Uint8Array(paddedLength(4 + framed.length));
  out.set(u32(framed.length));
  out.set(framed, 4);
  return out;
}

/** Throws `seal/cannot-open` for padding that is not canonical, a wrong length or a decompression bomb. */
export function unpack(body: Uint8Array, dict: number): Bytes {
  const bad = () => sealError('cannot-open', 'the content of this pack does not have the form it states');
  if (body.length < 8) throw bad();
  const end = 4 + readU32(body, 0);
  if (end < 8 || end > body.length || body.length !== paddedLength(end)) throw bad();
  if (body.subarray(end).some((byte) => byte !== 0)) throw bad();
  const length = readU32(body, 4);
  if (length > MAX_RAW) throw sealError('too-large', 'this pack says that it holds more than 16 MiB');
  return inflate(body.subarray(8, end), length, dict, bad);
}

function inflate(deflated: Uint8Array, length: number, dict: number, bad: () => Error): Bytes {
  try {
    if (deflated.length > SLICE) return inflateSlices(deflated, length, dict, bad);
    // One byte of room too many, so that more content than stated shows.
    const out = inflateSync(deflated, { dictionary: dictionary(dict), out: new Uint8Array(length + 1) });
    if (out.length !== length) throw bad();
    return out;
  } catch {
    throw bad();
  }
}

/** In slices, so that a bomb is seen before it has grown. */
function inflateSlices(deflated: Uint8Array, length: number, dict: number, bad: () => Error): Bytes {
  const out = new Uint8Array(length);
  let at = 0;
  const stream = new Inflate({ dictionary: dictionary(dict) }, (chunk) => {
    if (at + chunk.length > length) throw bad();
    out.set(chunk, at);
    at += chunk.length;
  });
  for (let i = 0; i < deflated.length; i += SLICE) {
    stream.push(deflated.subarray(i, i + SLICE), i + SLICE >= deflated.length);
  }
  if (at !== length) throw bad();
  return out;
}
