/** The inside of a pack (docs/spec/pack.md): sealing, opening, re-sealing. */

import {
  type Bytes,
  base64url,
  canonicalJson,
  concat,
  fromBase64url,
  type Instant,
  type LocalDate,
  lengthPrefixed,
  type Random,
  readU32,
  type Signer,
  u32,
  type Verifier,
} from '@ketenkluis/base';
import { z } from 'zod';
import { asShare, type Plaintext, type Sealed, SHARE_BYTES, type Share } from './brands.ts';
import type { Deflate } from './compress.ts';
import * as compress from './compress.ts';
import { CURRENT_DICTIONARY } from './dictionary.ts';
import { checkHeader, domain, MAGICS, objectPrefix, parseHeader, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import {
  coreHeaderBytes,
  type PackHeader,
  packHash,
  packHeader,
  parsePack,
  shareCommitment,
  verifyPackHash,
} from './pack.ts';
import { asHash, hashOf, type KeyOf } from './statement.ts';
import { type Descriptor, descriptor, type Hash, hash } from './statements.ts';
import { type Suite, suite } from './suite.ts';

const PACK = domain('pack');
const CHUNK = domain('chunk');
const ENVELOPE = domain('envelope');
const CHUNK_BYTES = 64 * 1024;
const TAG = 16;

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/);

/** What the author signs. It stays inside the ciphertext: in clear, programme and selection would name an illness. */
export const envelope = z.strictObject({
  t: z.literal('envelope'),
  v: z.literal(1),
  suite: descriptor.shape.suite,
  practice: descriptor.shape.practice,
  dossier: descriptor.shape.dossier,
  team: descriptor.shape.team,
  handle: descriptor.shape.handle,
  type: z.enum([
    'fhir',
    'worklist',
    'directory',
    'receipt',
    'overview',
    'review',
    'note',
    'referral',
    'message',
    'legend',
  ]),
  scope: name.nullable(),
  programmes: z.array(name).max(16),
  /** Hash of the merged allow-lists that chose the content (R12). */
  selection: hash.nullable(),
  writer: descriptor.shape.writer,
  at: z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds'),
  asOf: z.custom<LocalDate>((value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)).nullable(),
  /** SHA-256 of the content. */
  content: hash,
});
export type Envelope = z.infer<typeof envelope>;
/**
 * What of the envelope is stored: the rest stands in the descriptor, is computed from the content, or is the same for all. Ids and
 * hashes do not compress, and most packs are small. `writer` is null while the descriptor's writer is the author.
 */
const stored = envelope
  .pick({ suite: true, type: true, scope: true, programmes: true, selection: true, at: true, asOf: true })
  .extend({ writer: envelope.shape.writer.nullable() });

/** `t`, `v`, `suite`, `handle`, `writer` and `content` are filled in. */
export type EnvelopeFields = Omit<Envelope, 't' | 'v' | 'suite' | 'handle' | 'writer' | 'content'>;

export interface PackShares {
  readonly c: Share<'c'>;
  readonly h: Share<'h'>;
  readonly k?: Share<'k'>;
}

export interface SealedPack {
  readonly pack: Sealed<'pack'>;
  readonly hash: Hash;
  readonly header: PackHeader;
  readonly envelope: Envelope;
  readonly shares: PackShares;
  readonly commitments: Descriptor['shares'];
}

export interface OpenedPack {
  readonly header: PackHeader;
  readonly envelope: Envelope;
  readonly content: Plaintext;
  /** The author's own, for re-sealing. */
  readonly signature: Bytes;
}

const nonce = (index: number, last: boolean): Bytes =>
  concat(new Uint8Array(7), u32(index), Uint8Array.of(last ? 1 : 0));

async function derive(
  used: Suite,
  core: Bytes,
  salt: Bytes,
  { c, h, k }: PackShares,
): Promise<{ key: Bytes; commitment: Hash }> {
  const ikm = k ? concat(c, h, k) : concat(c, h);
  const out = await used.kdf(ikm, salt, lengthPrefixed(PACK, sha256(core)), 64);
  return { key: out.slice(0, 32), commitment: asHash(out.subarray(32)) };
}

export interface SealOptions {
  /** 1 when left out. */
  readonly suite?: number;
  readonly version: number;
  readonly random: Random;
  readonly keyholder?: boolean;
  /** A faster native deflate, where the runtime has one. */
  readonly deflate?: Deflate;
}

/** What goes into the compressor. `author` is named only where the descriptor will name another writer. */
function rawOf(signed: Envelope, signature: Uint8Array, content: Uint8Array, author: Envelope['writer'] | null): Bytes {
  const { suite: id, type, scope, programmes, selection, at, asOf } = signed;
  const rest = { suite: id, type, scope, programmes, selection, at, asOf, writer: author };
  return lengthPrefixed(canonicalJson(checkHeader('envelope', stored, rest)), signature, content);
}

async function sealRaw(raw: Uint8Array, signed: Envelope, to: SealOptions): Promise<SealedPack> {
  const id = to.suite ?? 1;
  const used = suite(id);
  const secret = to.random(16 + 3 * SHARE_BYTES);
  const salt = secret.slice(0, 16);
  const keyholder = to.keyholder ?? false;
  const shares: PackShares = {
    c: asShare('c', secret.slice(16, 48)),
    h: asShare('h', secret.slice(48, 80)),
    ...(keyholder ? { k: asShare('k', secret.slice(80)) } : {}),
  };
  const core: Omit<PackHeader, 'commitment'> = {
    t: 'pack',
    v: 1,
    suite: id,
    handle: signed.handle,
    version: to.version,
    salt: base64url(salt),
    dict: CURRENT_DICTIONARY,
    keyholder,
  };
  const { key, commitment } = await derive(used, coreHeaderBytes(core), salt, shares);
  const header: PackHeader = { ...core, commitment };
  const headerBytes = canonicalJson(checkHeader('pack', packHeader, header));
  const aead = await used.aead(key);
  const aad = lengthPrefixed(CHUNK, headerBytes);
  const body = compress.pack(raw, header.dict, to.deflate);
  const count = Math.ceil(body.length / CHUNK_BYTES);
  const chunks = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      aead.seal(nonce(i, i === count - 1), aad, body.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES)),
    ),
  );
  const pack = concat(objectPrefix(MAGICS.pack, headerBytes), ...chunks) as Sealed<'pack'>;
  const commitments = {
    c: shareCommitment('c', salt, shares.c),
    h: shareCommitment('h', salt, shares.h),
    k: shares.k ? shareCommitment('k', salt, shares.k) : null,
  };
  return { pack, hash: packHash(pack), header, envelope: signed, shares, commitments };
}

/**
 * Seals content under fresh shares. The author signs the envelope, which names the content's hash.
 * Throws `seal/too-large`, `seal/bad-header`, `seal/unknown-suite`.
 */
export async function sealPack(
  input: SealOptions & {
    readonly handle: Envelope['handle'];
    readonly envelope: EnvelopeFields;
    readonly content: Plaintext;
    readonly author: Signer;
  },
): Promise<SealedPack> {
  const id = input.suite ?? 1;
  const { practice, dossier, team, type, scope, programmes, selection, at, asOf } = input.envelope;
  const signed = checkHeader('envelope', envelope, {
    ...{
      t: 'envelope',
      v: 1,
      suite: id,
      handle: input.handle,
      writer: input.author.by,
      content: hashOf(input.content),
    },
    ...{ practice, dossier, team, type, scope, programmes, selection, at, asOf },
  });
  const envelopeBytes = canonicalJson(signed);
  const signature = await input.author.sign(lengthPrefixed(ENVELOPE, envelopeBytes));
  return sealRaw(rawOf(signed, signature, input.content, null), signed, input);
}

/** The same signed content under fresh shares and a new version; suite and keyholder stay unless said otherwise. */
export const resealPack = (opened: OpenedPack, to: SealOptions): Promise<SealedPack> =>
  sealRaw(rawOf(opened.envelope, opened.signature, opened.content, opened.envelope.writer), opened.envelope, {
    suite: opened.header.suite,
    keyholder: opened.header.keyholder,
    ...to,
  });

/** The descriptor's payload for a sealed pack. */
export const describePack = (
  sealed: SealedPack,
  fields: Pick<Descriptor, 'slot' | 'prev' | 'class' | 'parent' | 'writer' | 'holders'>,
): Descriptor => ({
  t: 'descriptor',
  v: 1,
  suite: sealed.header.suite,
  practice: sealed.envelope.practice,
  dossier: sealed.envelope.dossier,
  team: sealed.envelope.team,
  handle: sealed.header.handle,
  version: sealed.header.version,
  pack: sealed.hash,
  size: sealed.pack.length,
  shares: sealed.commitments,
  slot: fields.slot,
  prev: fields.prev,
  class: fields.class,
  parent: fields.parent,
  writer: fields.writer,
  ...(fields.holders === undefined ? {} : { holders: fields.holders }),
});

/**
 * Opens a pack that a verified descriptor names. Checks, in this order: hash, handle, version, suite against the descriptor; each
 * share against its commitment; the key commitment; every chunk; the author's signature over content, handle, dossier and the rest.
 * Throws `seal/bad-pack`, `seal/bad-share`, `seal/cannot-open`, `seal/too-large`, `seal/not-signed`.
 */
export async function openPack(input: {
  readonly pack: Sealed<'pack'>;
  readonly shares: PackShares;
  readonly descriptor: Descriptor;
  /** The author's key at the time of sealing. */
  readonly keyOf: KeyOf;
  readonly verifier: Verifier;
}): Promise<OpenedPack> {
  const { shares, descriptor: stated } = input;
  if (!verifyPackHash(input.pack, stated))
    throw sealError('bad-pack', 'this is not the pack that the descriptor names');
  const { header, headerBytes, body } = parsePack(input.pack);
  const salt = fromBase64url(header.salt);
  const fits =
    shareCommitment('c', salt, shares.c) === stated.shares.c &&
    shareCommitment('h', salt, shares.h) === stated.shares.h &&
    (shares.k ? shareCommitment('k', salt, shares.k) : null) === stated.shares.k;
  if (!fits) throw sealError('bad-share', 'a share does not belong to this version of the pack');
  const used = suite(header.suite);
  const { key, commitment } = await derive(used, coreHeaderBytes(header), salt, shares);
  if (commitment !== header.commitment) throw sealError('cannot-open', 'the shares do not make the key of this pack');

  const raw = await decryptBody(used, key, lengthPrefixed(CHUNK, headerBytes), body, header.dict);
  const [restBytes, signature, content] = splitRaw(raw);
  const { writer, ...rest } = parseHeader('envelope', stored, restBytes);
  const { practice, dossier, team, handle } = stated;
  const signed: Envelope = {
    ...{ t: 'envelope', v: 1, practice, dossier, team, handle, writer: writer ?? stated.writer },
    ...{ ...rest, content: hashOf(content) },
  };
  const author = input.keyOf(signed.writer);
  const message = lengthPrefixed(ENVELOPE, canonicalJson(signed));
  // Handle, dossier and content are in what was signed: a pack that was moved or changed fails here.
  if (!author || !(await input.verifier.verify(author, message, signature))) {
    throw sealError('not-signed', 'the author did not sign this content for this handle and dossier');
  }
  return { header, envelope: signed, content, signature };
}

async function decryptBody(used: Suite, key: Bytes, aad: Bytes, body: Bytes, dict: number): Promise<Bytes> {
  const stride = CHUNK_BYTES + TAG;
  const count = Math.ceil(body.length / stride);
  if (count < 1) throw sealError('cannot-open', 'this pack has no content');
  const aead = await used.aead(key);
  const chunks = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      aead.open(nonce(i, i === count - 1), aad, body.subarray(i * stride, (i + 1) * stride)),
    ),
  );
  return compress.unpack(concat(...chunks), dict);
}

/** Undoes lp(stored envelope, signature, content). */
function splitRaw(raw: Bytes): [Bytes, Bytes, Bytes] {
  const parts: Bytes[] = [];
  let at = 0;
  while (at < raw.length && parts.length < 3) {
    const end = at + 4 + readU32(raw, at);
    if (end > raw.length) break;
    parts.push(raw.slice(at + 4, end));
    at = end;
  }
  const [restBytes, signature, content] = parts;
  if (!restBytes || !signature || !content || at !== raw.length) {
    throw sealError('cannot-open', 'the content of this pack does not have the form it states');
  }
  return [restBytes, signature, content];
}
