/**
 * Signing and checking statements (docs/spec/statements.md). Signed bytes = lp("ketenkluis.statement.v1", canonical payload);
 * the hash of a statement is SHA-256 of those. A signature is either over the statement itself or over a batch that holds it.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  fromBase64url,
  lengthPrefixed,
  type Signer,
  type Verifier,
} from '@ketenkluis/base';
import { verifyInclusion } from '@ketenkluis/ledger';
import { z } from 'zod';
import { checkHeader, decodeObject, domain, encodeObject, MAGICS, parseHeader, sha256 } from './encoding.ts';
import { sealError } from './errors.ts';
import { type Parsed, rememberedHeader, rememberHeader } from './parsed.ts';
import { type Hash, hash, type Payload, type StatementType, statementSchemas } from './statements.ts';
import { suite } from './suite.ts';

const STATEMENT = domain('statement');
declare const madeHere: unique symbol;

export interface Signature {
  /** Person or invitation id. */
  readonly by: string;
  /** Ed25519, base64url. */
  readonly sig: string;
}
export type Proof =
  | { readonly sigs: readonly Signature[] }
  | { readonly batch: Statement<'batch'>; readonly index: number; readonly path: readonly string[] };

/** Parsed and well-formed; `verifyStatement` says whether it is true. Only this module makes one, so payload and bytes agree. */
export interface Statement<T extends StatementType = StatementType> {
  readonly payload: Payload<T>;
  /** The canonical payload. */
  readonly bytes: Bytes;
  readonly hash: Hash;
  readonly proof: Proof;
  readonly [madeHere]: true;
}

export const asHash = (digest: Uint8Array): Hash => base64url(digest) as Hash;
export const hashOf = (bytes: Uint8Array): Hash => asHash(sha256(bytes));
export const signedBytes = (payloadBytes: Uint8Array): Bytes => lengthPrefixed(STATEMENT, payloadBytes);
/** Names a payload before (and after) it is signed. */
export const payloadHash = (payload: Payload): Hash => hashOf(signedBytes(canonicalJson(payload)));

const anyPayload = z.object({
  t: z.string().refine((t): t is StatementType => Object.hasOwn(statementSchemas, t)),
  suite: z.int(),
});

/** What `anyPayload` holds, looked at by hand, since it is asked of every statement; the schema names the fault of one without it. */
function headOf(value: unknown): z.infer<typeof anyPayload> {
  if (typeof value === 'object' && value !== null) {
    const { t, suite: id } = value as { readonly t?: unknown; readonly suite?: unknown };
    if (typeof t === 'string' && Object.hasOwn(statementSchemas, t) && Number.isSafeInteger(id))
      return { t: t as StatementType, suite: id as number };
  }
  return checkHeader('statement', anyPayload, value);
}

/** Strict check against the schema of its type. Throws `seal/bad-header` or `seal/unknown-suite`. */
export function parsePayload(value: unknown): Payload {
  const { t, suite: id } = headOf(value);
  suite(id);
  return checkHeader(t, statementSchemas[t as StatementType], value) as Payload;
}

const made = <T extends StatementType>(read: Parsed, proof: Proof): Statement<T> =>
  Object.freeze({ ...read, proof }) as unknown as Statement<T>;

/** A payload that was checked, as it is signed: for whoever needs its hash before the signature. Not to be changed any more. */
export interface Draft<P extends Payload = Payload> {
  readonly payload: P;
  /** The canonical payload. */
  readonly bytes: Bytes;
  /** What is signed. */
  readonly signed: Bytes;
  readonly hash: Hash;
}
const drafts = new WeakSet<object>();

/** Throws `seal/bad-header` or `seal/unknown-suite`. */
export function draft<P extends Payload>(payload: P): Draft<P> {
  const bytes = canonicalJson(parsePayload(payload));
  const signed = signedBytes(bytes);
  const one = Object.freeze({ payload, bytes, signed, hash: hashOf(signed) });
  drafts.add(one);
  return one;
}
/** Only of what `draft` made here: bytes and payload agree. */
export const isDraft = <P extends Payload>(one: P | Draft<P>): one is Draft<P> => drafts.has(one);

/** With its proof. */
export const fromDraft = <T extends StatementType>(
  { payload, bytes, hash }: Draft<Payload<T>>,
  proof: Proof,
): Statement<T> => made({ payload: payload as Payload, bytes, hash }, proof);

export const makeStatement = <T extends StatementType>(payload: Payload<T>, bytes: Bytes, proof: Proof): Statement<T> =>
  made({ payload: payload as Payload, bytes, hash: hashOf(signedBytes(bytes)) }, proof);

const sign = async (signer: Signer, bytes: Uint8Array): Promise<Signature> => ({
  by: signer.by,
  sig: base64url(await signer.sign(signedBytes(bytes))),
});

/** Checks the payload, then signs it with every signer given. Throws `seal/bad-header`, `seal/not-signed` for no or double signers. */
export async function signStatement<P extends Payload>(
  payload: P,
  signers: Signer | readonly Signer[],
): Promise<Statement<P['t']>> {
  const list: readonly Signer[] = 'by' in signers ? [signers] : signers;
  const bytes = canonicalJson(parsePayload(payload));
  const sigs = await Promise.all(list.map((signer) => sign(signer, bytes)));
  return makeStatement(payload as Payload<P['t']>, bytes, checkProof({ sigs }));
}

/** One more signature, for statements that need several. Throws `seal/not-signed` for a batched statement or a second one by the same. */
export async function addSignature<T extends StatementType>(
  statement: Statement<T>,
  signer: Signer,
): Promise<Statement<T>> {
  if (!('sigs' in statement.proof)) throw sealError('not-signed', 'a batched statement takes no further signature');
  const sigs = [...statement.proof.sigs, await sign(signer, statement.bytes)];
  return makeStatement(statement.payload, statement.bytes, checkProof({ sigs }));
}

/** Who signed, as the proof claims. */
export const signersOf = (statement: Statement): readonly string[] =>
  'sigs' in statement.proof ? statement.proof.sigs.map(({ by }) => by) : [statement.proof.batch.payload.by];

/** The person whom the payload itself names as its signer, if its type does. */
export function claimedSigner(payload: Payload): string | undefined {
  switch (payload.t) {
    case 'descriptor':
      return payload.writer;
    case 'grant':
    case 'bundle':
      return payload.issuer;
    case 'batch':
    case 'snapshot':
    case 'state':
    case 'invitation':
    case 'proposal':
    case 'name':
    case 'profile':
    case 'explanation':
    case 'assurance':
    case 'review':
    case 'petition':
      return payload.by;
    case 'request':
    case 'device':
    case 'join':
      return payload.person;
    case 'fact':
      return payload.kind === 'restriction' ? payload.by : undefined;
    default:
      return undefined;
  }
}

const practiceOf = (payload: Payload): string | undefined =>
  'practice' in payload ? payload.practice : 'organisation' in payload ? payload.organisation : undefined;

export type KeyOf = (by: string) => Bytes | undefined;

/** Each batch's signature is checked once per key; a statement object is frozen and made here, so the answer stays true. */
const batchAnswers = new WeakMap<Statement<'batch'>, Map<string, Promise<boolean>>>();

/**
 * True if every signature in the proof is good under `keyOf`, at least `threshold` different people signed with different keys, and
 * the payload's own signer is among them. Never throws.
 */
export async function verifyStatement(
  statement: Statement,
  keyOf: KeyOf,
  verifier: Verifier,
  options: { readonly threshold?: number } = {},
): Promise<boolean> {
  const threshold = options.threshold ?? 1;
  const claimed = claimedSigner(statement.payload);
  if (threshold < 1 || (claimed !== undefined && !signersOf(statement).includes(claimed))) return false;
  const { proof } = statement;
  if ('batch' in proof) return threshold === 1 && (await verifyInBatch(statement, proof, keyOf, verifier));

  const keys = new Map<string, string>();
  for (const { by } of proof.sigs) {
    const key = keyOf(by);
    if (!key) return false;
    keys.set(by, base64url(key));
  }
  if (new Set(keys.values()).size < threshold) return false;
  const message = signedBytes(statement.bytes);
  const answers = await Promise.all(
    proof.sigs.map(({ by, sig }) => verifier.verify(fromBase64url(keys.get(by)!), message, fromBase64url(sig))),
  );
  return answers.every(Boolean);
}

async function verifyInBatch(
  statement: Statement,
  { batch, index, path }: Extract<Proof, { batch: unknown }>,
  keyOf: KeyOf,
  verifier: Verifier,
): Promise<boolean> {
  if (statement.payload.t === 'batch' || practiceOf(statement.payload) !== batch.payload.practice) return false;
  const included = verifyInclusion({
    index,
    size: batch.payload.size,
    leaf: signedBytes(statement.bytes),
    proof: path.map((step) => fromBase64url(step)),
    root: fromBase64url(batch.payload.root),
  });
  const key = keyOf(batch.payload.by);
  if (!included || !key) return false;
  const name = base64url(key);
  const answers = batchAnswers.get(batch) ?? new Map<string, Promise<boolean>>();
  batchAnswers.set(batch, answers);
  const known = answers.get(name) ?? verifyStatement(batch, keyOf, verifier);
  answers.set(name, known);
  return known;
}

// --- wire form -------------------------------------------------------------------------------------------------------------

const signature = z.strictObject({
  by: z.string().regex(/^(per|inv)_[a-z2-7]{26}$/),
  sig: z.string().regex(/^[A-Za-z0-9_-]{85}[AQgw]$/),
});
const sigs = z.array(signature).min(1).max(16);
const encoded = z
  .string()
  .max(88_000)
  .regex(/^[A-Za-z0-9_-]+$/);
const step = z.string().regex(/^[A-Za-z0-9_-]{43}$/);
const position = { index: z.int().min(0).max(65535), path: z.array(step).max(16) };
export const signedWireSchema = z.strictObject({ header: encoded, proof: z.strictObject({ sigs }) });
/** JSON-safe form of one statement; a batch travels beside it and is named by its hash. */
export const statementWireSchema = z.strictObject({
  header: encoded,
  proof: z.union([z.strictObject({ sigs }), z.strictObject({ batch: hash, ...position })]),
});
export type StatementWire = z.infer<typeof statementWireSchema>;
/** A stored statement holds its batch itself. */
const storedProof = z.union([z.strictObject({ sigs }), z.strictObject({ batch: signedWireSchema, ...position })]);

function checkProof(proof: { readonly sigs: readonly Signature[] }): Proof {
  const seen = new Set(proof.sigs.map(({ by }) => by));
  if (!sigs.safeParse(proof.sigs).success || seen.size !== proof.sigs.length) {
    throw sealError('not-signed', 'a statement needs one to sixteen signatures, each by somebody else');
  }
  return proof;
}

export function signedToWire(statement: Statement): z.infer<typeof signedWireSchema> {
  if (!('sigs' in statement.proof)) throw sealError('bad-batch', 'a batch is signed itself, not in another batch');
  return { header: base64url(statement.bytes), proof: { sigs: [...statement.proof.sigs] } };
}

export function statementToWire(statement: Statement): StatementWire {
  const { proof } = statement;
  if ('sigs' in proof) return signedToWire(statement);
  const { batch, index, path } = proof;
  return { header: base64url(statement.bytes), proof: { batch: batch.hash, index, path: [...path] } };
}

export type Batches = ReadonlyMap<Hash, Statement<'batch'>>;

/**
 * Reads a statement; `batches` are those that came with it. Nothing is verified yet.
 * Throws `seal/bad-header`, `seal/bad-statement`, `seal/not-signed`, `seal/bad-batch` for a batch that is not there, or `base/bad-text`.
 */
export function statementFromWire(wire: unknown, batches?: Batches): Statement {
  const { header, proof } = checkHeader('statement wire', statementWireSchema, wire);
  const read = readHeader(header);
  if ('sigs' in proof) return made(read, checkProof(proof));
  const batch = batches?.get(proof.batch);
  if (!batch) throw sealError('bad-batch', 'the batch that signs this statement did not come with it');
  return made(read, { batch, index: proof.index, path: proof.path });
}

function readHeader(header: string): Parsed {
  const known = rememberedHeader(header);
  if (known) {
    suite(known.payload.suite);
    return known;
  }
  const bytes = fromBase64url(header);
  const payload = parsePayload(parseHeader('statement', z.unknown(), bytes));
  const read = { payload, bytes, hash: hashOf(signedBytes(bytes)) };
  rememberHeader(header, read);
  return read;
}

export interface StatementsWire {
  readonly statements: StatementWire[];
  readonly batches: StatementWire[];
}

/** Many statements with each batch once. */
export function statementsToWire(statements: readonly Statement[]): StatementsWire {
  const batches = new Map<Hash, StatementWire>();
  for (const { proof } of statements) {
    if ('batch' in proof) batches.set(proof.batch.hash, signedToWire(proof.batch));
  }
  return { statements: statements.map(statementToWire), batches: [...batches.values()] };
}

export const batchesFromWire = (wires: readonly unknown[]): Batches =>
  new Map(wires.map((wire) => expectType(statementFromWire(wire), 'batch')).map((batch) => [batch.hash, batch]));

export function statementsFromWire(wire: {
  readonly statements: readonly unknown[];
  readonly batches: readonly unknown[];
}): Statement[] {
  const batches = batchesFromWire(wire.batches);
  return wire.statements.map((statement) => statementFromWire(statement, batches));
}

/** Narrows to one type. Throws `seal/bad-statement`. */
export function expectType<T extends StatementType>(statement: Statement, type: T): Statement<T> {
  if (statement.payload.t !== type) throw sealError('bad-statement', `expected a ${type} statement`);
  return statement as Statement<T>;
}

/** KKST: header = payload, body = canonical JSON proof with the batch inside. */
export function encodeStatement(statement: Statement): Bytes {
  const { proof } = statement;
  const stored = 'sigs' in proof ? proof : { batch: signedToWire(proof.batch), index: proof.index, path: proof.path };
  return encodeObject(MAGICS.statement, statement.payload, canonicalJson(stored));
}

/** Throws like `statementFromWire`, and `seal/bad-object` for a wrong frame. */
export function decodeStatement(bytes: Bytes): Statement {
  const { header, headerBytes, body } = decodeObject(MAGICS.statement, z.unknown(), bytes);
  const payload = parsePayload(header);
  const proof = parseHeader('statement proof', storedProof, body);
  if ('sigs' in proof) return makeStatement(payload, headerBytes, checkProof(proof));
  const batch = expectType(statementFromWire(proof.batch), 'batch');
  return makeStatement(payload, headerBytes, { batch, index: proof.index, path: proof.path });
}
