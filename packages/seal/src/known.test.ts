/** The examples of the spec pages (packages/seal/vectors/ketenkluis.json): what is derived comes out the same, what is sealed opens. */

import { readFileSync } from 'node:fs';
import { type Bytes, base64url, fromBase64url } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { nextDigest } from './directory.ts';
import {
  asSealedBlob,
  asShare,
  batchFromWire,
  decodeStatement,
  dossierState,
  encodeStatement,
  expectType,
  type Hash,
  parseKeyring,
  parsePack,
  parseShareSheet,
  payloadHash,
  shareSheet,
  signedBytes,
  signStatement,
  snapshotTree,
  statementFromWire,
  suite,
  verifyStatement,
  webSigner,
  webVerifier,
  wrapFromWire,
} from './index.ts';
import { openBundle, openPack, openSealed, openWithPassphrase, openWithPrf } from './open.ts';

const known = JSON.parse(readFileSync(new URL('../vectors/ketenkluis.json', import.meta.url), 'utf8'));
const bytes = (text: string): Bytes => fromBase64url(text);
const { keys } = known;
const keyOf = (by: string) => (by === keys.writer ? bytes(keys.sign.publicKey) : undefined);
const kem = () => suite(1).kem.importPrivate(bytes(keys.kem.seed));

describe('known answers', () => {
  it('statement', async () => {
    const signer = await webSigner({ by: keys.writer, seed: bytes(keys.sign.seed) });
    const made = await signStatement(known.statement.payload, signer);
    expect(base64url(made.bytes)).toBe(known.statement.header);
    expect(base64url(signedBytes(made.bytes))).toBe(known.statement.signed);
    expect(made.hash).toBe(known.statement.hash);
    expect(base64url(encodeStatement(made))).toBe(known.statement.stored);
    expect(decodeStatement(bytes(known.statement.stored)).payload).toEqual(known.statement.payload);
  });

  it('batch', async () => {
    const { statements } = batchFromWire(known.batch);
    expect(statements.map(({ payload }) => payload.t)).toEqual(['fact', 'descriptor']);
    for (const statement of statements) expect(await verifyStatement(statement, keyOf, webVerifier)).toBe(true);
  });

  it('pack, bundle and wrap', async () => {
    const descriptor = expectType(statementFromWire(known.pack.descriptor), 'descriptor');
    expect(await verifyStatement(descriptor, keyOf, webVerifier)).toBe(true);
    expect(payloadHash(known.bundle.payload)).toBe(known.bundle.hash);
    const bundle = await openBundle(known.bundle.payload, await kem());
    const wrap = wrapFromWire(known.bundle.wrap);
    expect(wrap.descriptor).toBe(descriptor.hash);
    const c = asShare('c', await bundle.unwrap(wrap));
    expect(base64url(c)).toBe(known.pack.shares.c);
    const opened = await openPack({
      pack: parsePack(bytes(known.pack.stored)).pack,
      shares: { c, h: asShare('h', bytes(known.pack.shares.h)) },
      descriptor: descriptor.payload,
      keyOf,
      verifier: webVerifier,
    });
    expect(base64url(opened.content)).toBe(known.pack.content);
    expect(opened.header).toEqual(known.pack.header);
    expect(opened.envelope).toEqual(known.pack.envelope);
  });

  it('state and snapshot', () => {
    const { state, snapshot } = known;
    expect(dossierState(state.dossier, state.live)).toBe(state.state);
    const tree = snapshotTree(snapshot.rows);
    expect([tree.root, tree.size]).toEqual([snapshot.root, snapshot.size]);
    expect(tree.proof(state.dossier)).toEqual(snapshot.proof);
  });

  it('position in a directory', () => {
    const { statements, digests } = known.directory;
    let digest: Hash | null = null;
    for (const [i, hash] of statements.entries()) {
      digest = nextDigest(digest, hash);
      expect(digest).toBe(digests[i]);
    }
  });

  it('keyring', async () => {
    const { keyring } = parseKeyring(bytes(known.keyring.stored));
    const { credential, prf, device, deviceKey, passphrase } = known.keyring;
    const opened = await openWithPrf(keyring, { credential, prf: bytes(prf) });
    expect(base64url(opened.secrets.sign)).toBe(keys.sign.seed);
    const again = await openWithPassphrase(keyring, { device, deviceKey: bytes(deviceKey), passphrase });
    expect(base64url(again.secrets.kem)).toBe(keys.kem.seed);
  });

  it('blob and recovery sheet', async () => {
    const { blob, sheet } = known;
    const opened = await openSealed(await kem(), blob.info, asSealedBlob(bytes(blob.stored)));
    expect(base64url(opened)).toBe(blob.content);
    const { text, ...fields } = sheet;
    expect(shareSheet({ ...fields, share: bytes(fields.share) })).toBe(text);
    expect(base64url(parseShareSheet(text).share)).toBe(fields.share);
  });
});
