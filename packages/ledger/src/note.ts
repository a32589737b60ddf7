/** C2SP signed-note v1 and tlog-checkpoint: Ed25519 notes by the log, cosignatures (cosignature.ts) by witnesses. */

import {
  type Bytes,
  base64,
  concat,
  equalBytes,
  fromBase64,
  hex,
  type Signer,
  utf8,
  type Verifier,
} from '@ketenkluis/base';
import { cosignatureHolds, cosignedAt, KEY_BYTES } from './cosignature.ts';
import { ledgerError } from './errors.ts';
import { HASH_BYTES, sha256 } from './tree.ts';

/** Timestamped cosignatures of signed-note: 4 = Ed25519, 6 = ML-DSA-44. */
export type CosignatureType = 4 | 6;
/** Signature types of signed-note: 1 = Ed25519 over the text, and cosignatures. */
type NoteKeyType = 1 | CosignatureType;
/** A key that a verifier was told to trust, under this name. */
export interface NoteKey {
  readonly name: string;
  readonly type: NoteKeyType;
  readonly publicKey: Uint8Array;
}
export interface NoteSignature {
  readonly name: string;
  /** u32 key id, then the signature. */
  readonly bytes: Bytes;
}
/** `text` ends in a newline. Unverified until `verifyNote` has said who signed it. */
export interface Note {
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const MAX_NOTE = 262_144;
const MAX_SIGNATURES = 64;
const SIGNATURE_BYTES = 64;

const isKeyName = (name: string): boolean => name.length > 0 && name.isWellFormed() && !/[\s+\p{Cc}]/u.test(name);

/** SHA-256(name || LF || type || key)[:4]. */
export const keyId = ({ name, type, publicKey }: NoteKey): Bytes =>
  sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), publicKey)).slice(0, 4) as Bytes;

/** A verifier key as one line of text: name+id+key. */
export const formatVkey = (key: NoteKey): string =>
  `${key.name}+${hex(keyId(key))}+${base64(concat(Uint8Array.of(key.type), key.publicKey))}`;

/** Throws `ledger/bad-note` unless it is a well-formed vkey of a known type whose id fits. */
export function parseVkey(text: string): NoteKey {
  const [, name, id, material] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(text) ?? [];
  const bad = (why: string) => ledgerError('bad-note', `this verifier key ${why}`);
  if (name === undefined || id === undefined || material === undefined) throw bad('is incomplete');
  const bytes = decode64(material);
  const type = bytes?.[0];
  if (!isKeyName(name) || !bytes) throw bad('is not a name, an id and a key');
  if (type !== 1 && type !== 4 && type !== 6) throw bad('has a signature type that is not supported');
  if (bytes.length !== KEY_BYTES[type] + 1) throw bad('has a key of another length than its type');
  const key: NoteKey = { name, type, publicKey: bytes.slice(1) };
  if (hex(keyId(key)) !== id) throw bad('does not have the id it says');
  return key;
}

function decode64(text: string): Bytes | undefined {
  try {
    return fromBase64(text);
  } catch {
    return undefined;
  }
}

const line = (signature: NoteSignature): string => `— ${signature.name} ${base64(signature.bytes)}\n`;
export const formatNote = ({ text, signatures }: Note): string => `${text}\n${signatures.map(line).join('')}`;

/** Splits a note at its last empty line. Throws `ledger/bad-note` on any other form. */
export function parseNote(note: string): Note {
  const bad = (why: string) => ledgerError('bad-note', `this note ${why}`);
  if (note.length > MAX_NOTE || !note.isWellFormed()) throw bad('is too long or not text');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: signed-note forbids exactly these
  if (/[\x00-\x09\x0b-\x1f]/.test(note)) throw bad('holds a control character');
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n')) throw bad('has no signatures');
  const lines = note.slice(at + 2, -1).split('\n');
  if (lines.length > MAX_SIGNATURES) throw bad('has too many signatures');
  const signatures = lines.map((text) => {
    const [, name, encoded] = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
    const bytes = encoded === undefined ? undefined : decode64(encoded);
    if (name === undefined || !isKeyName(name) || !bytes || bytes.length < 5)
      throw bad('has a malformed signature line');
    return { name, bytes };
  });
  return { text: note.slice(0, at + 1), signatures };
}

/** Signs as `name` (signer and log have one name: the origin). */
export async function signNote(text: string, name: string, signer: Signer): Promise<string> {
  if (!text.endsWith('\n') || !isKeyName(name))
    throw ledgerError('bad-note', 'a note needs a final newline and a key name');
  const id = keyId({ name, type: 1, publicKey: signer.publicKey });
  const note = formatNote({ text, signatures: [{ name, bytes: concat(id, await signer.sign(utf8(text))) }] });
  parseNote(note);
  return note;
}

async function holds(key: NoteKey, text: string, signature: Uint8Array, verifier: Verifier): Promise<boolean> {
  if (key.type === 1) {
    return signature.length === SIGNATURE_BYTES && verifier.verify(key.publicKey, utf8(text), signature);
  }
  let checkpoint: Checkpoint;
  try {
    checkpoint = parseCheckpointText(text);
  } catch {
    return false;
  }
  const { type, name, publicKey } = key;
  return cosignatureHolds({ type, name, publicKey }, text, checkpoint, signature, verifier);
}

/** The key that this signature claims to be by. */
const keyOf = ({ name, bytes }: NoteSignature, known: readonly NoteKey[]): NoteKey | undefined =>
  known.find((key) => key.name === name && equalBytes(keyId(key), bytes.subarray(0, 4)));

/**
 * The trusted keys that signed this note; unknown signatures are passed over. Empty when none did, and also when one
 * that claims to be by a trusted key does not hold: then nothing in the note may be used.
 */
export async function verifyNote(note: Note, trusted: readonly NoteKey[], verifier: Verifier): Promise<NoteKey[]> {
  const signers = new Set<NoteKey>();
  for (const { name, bytes } of note.signatures) {
    const key = keyOf({ name, bytes }, trusted);
    if (!key) continue;
    if (!(await holds(key, note.text, bytes.subarray(4), verifier))) return [];
    signers.add(key);
  }
  return [...signers];
}

/** A tree head. `origin` is the log's random label and key name; `root` is 32 bytes. */
export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${base64(root)}\n`;

/** Reads a checkpoint's text, unverified. Extension lines are refused: a witness could not check them. Throws `ledger/bad-checkpoint`. */
export function parseCheckpointText(text: string): Checkpoint {
  const [origin, size, root, end, ...rest] = text.split('\n');
  const bytes = root === undefined ? undefined : decode64(root);
  if (
    !origin ||
    !size ||
    !/^(0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    bytes?.length !== HASH_BYTES ||
    end !== '' ||
    rest.length > 0
  ) {
    throw ledgerError('bad-checkpoint', 'this is not a checkpoint of origin, size and root');
  }
  return { origin, size: Number(size), root: bytes };
}

/** Signs a tree head as its log. Throws `ledger/bad-note` for an origin that is no key name. */
export const signCheckpoint = (checkpoint: Checkpoint, signer: Signer): Promise<string> =>
  signNote(checkpointText(checkpoint), checkpoint.origin, signer);

/** Reads a checkpoint without looking at its signatures: only for what this process stored itself. */
export const readCheckpoint = (note: string): Checkpoint => parseCheckpointText(parseNote(note).text);

/** Whose word a verifier takes for one log. */
export interface Trust {
  /** The log's key; its name is the origin. */
  readonly log: NoteKey;
  /** Keys of one name are one witness. */
  readonly witnesses?: readonly NoteKey[];
  /** How many of the witnesses must have cosigned; 0 when left out. */
  readonly quorum?: number;
}

/** Reads a checkpoint that the log signed and enough witnesses cosigned. Throws `ledger/bad-note` or `bad-checkpoint`. */
export async function openCheckpoint(note: string, trust: Trust, verifier: Verifier): Promise<Checkpoint> {
  const parsed = parseNote(note);
  const witnesses = trust.witnesses ?? [];
  const signers = await verifyNote(parsed, [trust.log, ...witnesses], verifier);
  if (!signers.includes(trust.log)) throw ledgerError('bad-checkpoint', 'the log did not sign this checkpoint');
  const cosigners = new Set(signers.filter((key) => witnesses.includes(key)).map(({ name }) => name));
  if (cosigners.size < (trust.quorum ?? 0)) {
    throw ledgerError('bad-checkpoint', 'too few witnesses cosigned this checkpoint');
  }
  const checkpoint = parseCheckpointText(parsed.text);
  if (checkpoint.origin !== trust.log.name) throw ledgerError('bad-checkpoint', 'this checkpoint is of another log');
  return checkpoint;
}

/**
 * The time (seconds since 1970) of the newest cosignature by one of these keys, and those signature lines alone; undefined when there is
 * none. Says nothing of whether they hold: that is `verifyNote`'s.
 */
export function cosignedBy(
  note: Note,
  keys: readonly NoteKey[],
): { readonly seconds: number; readonly signatures: readonly NoteSignature[] } | undefined {
  const signatures = note.signatures.filter((one) => keyOf(one, keys) !== undefined);
  const times = signatures.flatMap((one) => {
    const { type } = keyOf(one, keys)!;
    return type === 1 ? [] : (cosignedAt(type, one.bytes.subarray(4)) ?? []);
  });
  return times.length === 0 ? undefined : { seconds: Math.max(...times), signatures };
}
