/**
 * Keyrings, KKKR (docs/spec/keyring.md): a person's private keys, sealed under a random master key that each unlocker wraps. The
 * vault keeps the object; only a passkey's PRF output, or a passphrase together with the key of a device, opens it.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  concat,
  type DeviceId,
  fromBase64url,
  lengthPrefixed,
  type PersonId,
  type Random,
  utf8,
} from '@ketenkluis/base';
import { z } from 'zod';
import type { Sealed } from './brands.ts';
import { checkHeader, decodeObject, domain, encodeObject, MAGICS, parseHeader } from './encoding.ts';
import { sealError } from './errors.ts';
import { device, publicKey } from './statements.ts';
import { type Argon2Cost, argon2id } from './stretch.ts';
import { type AeadKey, suite } from './suite.ts';

const BODY = domain('keyring');
const WRAP = domain('keyring-wrap');
const KEK = domain('keyring-kek');
const NONCE = 12;
/** Each key-encrypting key wraps one master key once, so its nonce may stand still. */
const ZERO = new Uint8Array(NONCE);
export const MIN_UNLOCKERS = 2 as const;

const bytes32 = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/);
const wrap = z.string().regex(/^[A-Za-z0-9_-]{64}$/);
const credential = z.string().regex(/^[A-Za-z0-9_-]{1,1400}$/);
const argon = z.strictObject({
  memoryKiB: z.int().min(19_456).max(262_144),
  passes: z.int().min(2).max(16),
  lanes: z.int().min(1).max(4),
});
const passkey = z.strictObject({ kind: z.literal('passkey'), credential, salt: bytes32, wrap });
const passphrase = z.strictObject({
  kind: z.literal('passphrase'),
  device: device.shape.id,
  argon2id: argon,
  salt: bytes32,
  wrap,
});
export const keyringHeader = z.strictObject({
  t: z.literal('keyring'),
  v: z.literal(1),
  suite: device.shape.suite,
  person: device.shape.person,
  /** Grows by one with each change. */
  number: z.int().min(1),
  unlockers: z
    .array(z.discriminatedUnion('kind', [passkey, passphrase]))
    .min(1)
    .max(16),
});
export type KeyringHeader = z.infer<typeof keyringHeader>;
type StoredUnlocker = KeyringHeader['unlockers'][number];
type Parameters = Omit<z.infer<typeof passkey>, 'wrap'> | Omit<z.infer<typeof passphrase>, 'wrap'>;

const secretsSchema = z.strictObject({
  t: z.literal('keys'),
  sign: bytes32,
  kem: publicKey,
  names: z.record(z.string().max(1400), z.string().min(1).max(60)).optional(),
});

/** What an unlocker is known by: the id of the passkey's credential, or of the passphrase's device. */
export const unlockerId = (unlocker: Parameters): string =>
  unlocker.kind === 'passkey' ? unlocker.credential : unlocker.device;

export interface KeyringSecrets {
  /** Ed25519 seed. */
  readonly sign: Bytes;
  /** KEM private key (suite 1: 32-byte seed). */
  readonly kem: Bytes;
}

/** On a device a non-extractable HMAC-SHA256 CryptoKey; in Node 32 bytes from the operating system's key store. */
export type DeviceKey = CryptoKey | Bytes;
/** RFC 9106 section 4, second recommendation, one lane because WebAssembly has one thread. About 0.4 s. */
export const ARGON2_DEFAULT: Argon2Cost = { memoryKiB: 65_536, passes: 3, lanes: 1 };

/** `name` is what its owner calls it ("mijn telefoon"); it is sealed with the keys. */
export type NewUnlocker = {
  readonly name?: string;
} /** `prf` is the 32-byte output of the WebAuthn PRF extension evaluated at `salt`. */ & (
  | { readonly kind: 'passkey'; readonly credential: string; readonly salt: Bytes; readonly prf: Bytes }
  | {
      readonly kind: 'passphrase';
      readonly device: DeviceId;
      readonly deviceKey: DeviceKey;
      readonly passphrase: string;
      readonly cost?: Argon2Cost;
    }
);

export interface OpenedKeyring {
  readonly header: KeyringHeader;
  readonly secrets: KeyringSecrets;
  /** By unlocker id, where its owner gave it a name. */
  readonly names: Readonly<Record<string, string>>;
  readonly master: Bytes;
}

/** A fresh non-extractable device key for WebCrypto stores (IndexedDB). */
export const generateDeviceKey = (): Promise<CryptoKey> =>
  crypto.subtle.generateKey({ name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);

const withoutWrap = ({ wrap: _, ...parameters }: StoredUnlocker): Parameters => parameters;
const wrapAad = (person: PersonId, parameters: Parameters): Bytes =>
  lengthPrefixed(WRAP, utf8(person), canonicalJson(parameters));
const bodyAad = (header: KeyringHeader): Bytes => lengthPrefixed(BODY, canonicalJson(header));

async function prfKek(person: PersonId, suiteId: number, prf: Bytes, parameters: Parameters): Promise<AeadKey> {
  if (prf.length !== 32) throw sealError('bad-keyring', 'the PRF output of a passkey has 32 bytes');
  const used = suite(suiteId);
  const info = lengthPrefixed(KEK, utf8(person), canonicalJson(parameters));
  return used.aead(await used.kdf(prf, fromBase64url(parameters.salt), info, 32));
}

/** HMAC-SHA256 (RFC 2104): ties a passphrase to a device whose key cannot be copied off it. */
export async function deviceMac(deviceKey: DeviceKey, data: Bytes): Promise<Bytes> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key =
    deviceKey instanceof CryptoKey
      ? deviceKey
      : await crypto.subtle.importKey('raw', deviceKey, algorithm, false, ['sign']);
  return new Uint8Array(await crypto.subtle.sign('HMAC', key, data));
}

async function passphraseKek(
  person: PersonId,
  suiteId: number,
  from: { readonly passphrase: string; readonly deviceKey: DeviceKey },
  parameters: Omit<z.infer<typeof passphrase>, 'wrap'>,
): Promise<AeadKey> {
  const salt = fromBase64url(parameters.salt);
  const stretched = await argon2id(utf8(from.passphrase.normalize('NFKC')), salt, parameters.argon2id, 32);
  const bound = await deviceMac(from.deviceKey, stretched);
  const used = suite(suiteId);
  const info = lengthPrefixed(KEK, utf8(person), canonicalJson(parameters));
  return used.aead(await used.kdf(bound, salt, info, 32));
}

async function makeUnlocker(
  person: PersonId,
  suiteId: number,
  master: Bytes,
  unlocker: NewUnlocker,
  random: Random,
): Promise<StoredUnlocker> {
  if (unlocker.kind === 'passkey') {
    const parameters = {
      kind: 'passkey' as const,
      credential: unlocker.credential,
      salt: base64url(unlocker.salt),
    };
    const kek = await prfKek(person, suiteId, unlocker.prf, parameters);
    return { ...parameters, wrap: base64url(await kek.seal(ZERO, wrapAad(person, parameters), master)) };
  }
  const parameters = {
    kind: 'passphrase' as const,
    device: unlocker.device,
    argon2id: { ...(unlocker.cost ?? ARGON2_DEFAULT) },
    salt: base64url(random(32)),
  };
  const kek = await passphraseKek(person, suiteId, unlocker, parameters);
  return { ...parameters, wrap: base64url(await kek.seal(ZERO, wrapAad(person, parameters), master)) };
}

const nameOf = (unlocker: Parameters): string =>
  unlocker.kind === 'passkey' ? `passkey ${unlocker.credential}` : `passphrase ${unlocker.device}`;

async function store({ header, secrets, names, master }: OpenedKeyring, random: Random): Promise<Sealed<'keyring'>> {
  const checked = checkHeader('keyring', keyringHeader, header);
  if (new Set(checked.unlockers.map(nameOf)).size !== checked.unlockers.length) {
    throw sealError('bad-keyring', 'this passkey or device unlocks the keyring already');
  }
  const there = new Set(checked.unlockers.map(unlockerId));
  const kept = Object.fromEntries(Object.entries(names).filter(([id]) => there.has(id)));
  const keys = { t: 'keys', sign: base64url(secrets.sign), kem: base64url(secrets.kem) };
  const plain = canonicalJson(Object.keys(kept).length === 0 ? keys : { ...keys, names: kept });
  const nonce = random(NONCE);
  const body = await (await suite(checked.suite).aead(master)).seal(nonce, bodyAad(checked), plain);
  return encodeObject(MAGICS.keyring, checked, concat(nonce, body)) as Sealed<'keyring'>;
}

const named = (unlocker: NewUnlocker): Record<string, string> =>
  unlocker.name === undefined
    ? {}
    : { [unlocker.kind === 'passkey' ? unlocker.credential : unlocker.device]: unlocker.name };

/** A first keyring. One unlocker may do until the person's card is signed; afterwards there are always two. */
export async function createKeyring(input: {
  readonly suite?: number;
  readonly person: PersonId;
  readonly secrets: KeyringSecrets;
  readonly unlockers: readonly NewUnlocker[];
  readonly random: Random;
}): Promise<Sealed<'keyring'>> {
  const { person, secrets, random } = input;
  const suiteId = input.suite ?? 1;
  const master = random(32);
  const unlockers = await Promise.all(
    input.unlockers.map((unlocker) => makeUnlocker(person, suiteId, master, unlocker, random)),
  );
  const names = Object.assign({}, ...input.unlockers.map(named)) as Record<string, string>;
  const header = { t: 'keyring' as const, v: 1 as const, suite: suiteId, person, number: 1, unlockers };
  return store({ header, secrets, names, master }, random);
}

/** The same keys with one more way in; its number is one higher. */
export async function addUnlocker(
  opened: OpenedKeyring,
  unlocker: NewUnlocker,
  random: Random,
): Promise<Sealed<'keyring'>> {
  const { header, secrets, names, master } = opened;
  const made = await makeUnlocker(header.person, header.suite, master, unlocker, random);
  const next = { ...header, number: header.number + 1, unlockers: [...header.unlockers, made] };
  return store({ header: next, secrets, names: { ...names, ...named(unlocker) }, master }, random);
}

/**
 * Takes ways in out, by id. An old copy of the object still opens with them, which is why the vault refuses them from then on.
 * Throws `seal/too-few-unlockers` if fewer than `least` would stay: two, or one where an owner has ended the others after a loss.
 */
export async function removeUnlockers(
  opened: OpenedKeyring,
  ids: ReadonlySet<string>,
  random: Random,
  least: 1 | 2 = MIN_UNLOCKERS,
): Promise<Sealed<'keyring'>> {
  const { header } = opened;
  const unlockers = header.unlockers.filter((unlocker) => !ids.has(unlockerId(unlocker)));
  if (header.unlockers.length - unlockers.length !== ids.size)
    throw sealError('bad-keyring', 'the keyring has no such unlocker');
  if (unlockers.length < least)
    throw sealError('too-few-unlockers', 'at least two ways to unlock must stay; add another one first');
  return store({ ...opened, header: { ...header, number: header.number + 1, unlockers } }, random);
}

/** The readable part: whose, which number, which unlockers. Throws `seal/bad-object`, `seal/bad-header`, `seal/unknown-suite`. */
export function parseKeyring(bytes: Bytes): { readonly header: KeyringHeader; readonly keyring: Sealed<'keyring'> } {
  const { header } = decodeObject(MAGICS.keyring, keyringHeader, bytes);
  suite(header.suite);
  return { header, keyring: bytes as Sealed<'keyring'> };
}

async function openWith(
  keyring: Sealed<'keyring'>,
  find: (unlocker: StoredUnlocker) => boolean,
  kekFor: (header: KeyringHeader, unlocker: StoredUnlocker) => Promise<AeadKey>,
): Promise<OpenedKeyring> {
  const { header, body } = decodeObject(MAGICS.keyring, keyringHeader, keyring);
  const unlocker = header.unlockers.find(find);
  if (!unlocker) throw sealError('bad-keyring', 'the keyring has no such unlocker');
  const kek = await kekFor(header, unlocker);
  const master = await kek.open(ZERO, wrapAad(header.person, withoutWrap(unlocker)), fromBase64url(unlocker.wrap));
  const opened = await (await suite(header.suite).aead(master)).open(
    body.subarray(0, NONCE),
    bodyAad(header),
    body.subarray(NONCE),
  );
  const { sign, kem, names = {} } = parseHeader('keyring content', secretsSchema, opened);
  return { header, secrets: { sign: fromBase64url(sign), kem: fromBase64url(kem) }, names, master };
}

/** Throws `seal/bad-keyring` for an unknown passkey and `seal/cannot-open` for a wrong PRF output or a changed object. */
export const openWithPrf = (
  keyring: Sealed<'keyring'>,
  from: { readonly credential: string; readonly prf: Bytes },
): Promise<OpenedKeyring> =>
  openWith(
    keyring,
    (unlocker) => unlocker.kind === 'passkey' && unlocker.credential === from.credential,
    (header, unlocker) => prfKek(header.person, header.suite, from.prf, withoutWrap(unlocker)),
  );

/** Throws `seal/bad-keyring` for an unknown device and `seal/cannot-open` for a wrong passphrase, device key or object. */
export const openWithPassphrase = (
  keyring: Sealed<'keyring'>,
  from: { readonly device: DeviceId; readonly passphrase: string; readonly deviceKey: DeviceKey },
): Promise<OpenedKeyring> =>
  openWith(
    keyring,
    (unlocker) => unlocker.kind === 'passphrase' && unlocker.device === from.device,
    async (header, unlocker) => {
      const parameters = withoutWrap(unlocker);
      if (parameters.kind !== 'passphrase') throw sealError('bad-keyring', 'the keyring has no such unlocker');
      return passphraseKek(header.person, header.suite, from, parameters);
    },
  );
