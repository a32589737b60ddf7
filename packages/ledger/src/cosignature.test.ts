import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { base64, concat, fromBase64, fromBase64url, fromHex, utf8 } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { testKey, verifier } from '../test/fixtures.ts';
import { cosignedAt, cosignedMessage, timestamped } from './cosignature.ts';
import {
  checkpointText,
  cosignedBy,
  formatNote,
  formatVkey,
  keyId,
  type NoteKey,
  openCheckpoint,
  parseCheckpointText,
  parseNote,
  parseVkey,
  signCheckpoint,
  verifyNote,
} from './note.ts';
import { compareCheckpoints } from './proof.ts';
import { merkleRoot } from './tree.ts';

const vectors = JSON.parse(readFileSync(new URL('../vectors/cosignature.json', import.meta.url), 'utf8'));

const ORIGIN = 'ketenkluis.example/cosigned';
const SECONDS = 1_767_600_000;
const log = await testKey(ORIGIN);
const checkpoint = { origin: ORIGIN, size: 3, root: merkleRoot([utf8('a'), utf8('b'), utf8('c')]) };
const text = checkpointText(checkpoint);
const note = parseNote(await signCheckpoint(checkpoint, log.signer));

/** Node's own engine signs, so that what verifies here is another program's work. */
function witness(name: string, type: 4 | 6) {
  const pair = type === 4 ? generateKeyPairSync('ed25519') : generateKeyPairSync('ml-dsa-44');
  const jwk = pair.publicKey.export({ format: 'jwk' }) as { x?: string; pub?: string };
  const key: NoteKey = { name, type, publicKey: fromBase64url((jwk.x ?? jwk.pub)!) };
  const cosign = (seconds: number, as = name, over = checkpoint) => {
    const message = cosignedMessage(type, as, seconds, checkpointText(over), over);
    const made = sign(null, message, createPrivateKey(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })));
    return { name, bytes: concat(keyId(key), timestamped(seconds, made)) };
  };
  return { key, cosign };
}
const ed = witness('witness.example/w1', 4);
const ml = witness('witness.example/w1', 6);
const other = witness('witness.example/w2', 6);
const withAll = (...signatures: ReturnType<typeof ed.cosign>[]) =>
  formatNote({ ...note, signatures: [...note.signatures, ...signatures] });

describe('cosignatures (C2SP tlog-cosignature)', () => {
  it('verifier keys of others, Ed25519 and ML-DSA-44, have the ids they say', () => {
    const [edwards, lattice] = vectors.vkeys as [string, string];
    expect(formatVkey(parseVkey(edwards))).toBe(edwards);
    // The second stands in its source with an id that its own library does not look at: SHA-256 gives another one.
    expect(() => parseVkey(lattice)).toThrow('does not have the id');
    const mended = lattice.replace('+5893dc2c+', '+31236897+');
    expect([formatVkey(parseVkey(mended)), parseVkey(mended).publicKey.length]).toEqual([mended, 1312]);
    expect(() => parseVkey(formatVkey({ ...parseVkey(edwards), type: 6 }))).toThrow('another length');
  });

  it("another program's cosignature has the time it says", () => {
    const { type, signature, seconds } = vectors.timestamp;
    expect(cosignedAt(type, fromBase64(signature).subarray(4))).toBe(seconds);
    expect(cosignedAt(6, fromBase64(signature).subarray(4))).toBeUndefined();
  });

  it("another witness's log and proof are read as it reads them", async () => {
    const { vkey, size5, size8, proof } = vectors.monkeys;
    const trust = { log: parseVkey(vkey) };
    const [five, eight] = [await openCheckpoint(size5, trust, verifier), await openCheckpoint(size8, trust, verifier)];
    const steps = proof.map((step: string) => fromHex(step));
    expect(compareCheckpoints(five, eight, steps)).toBe('grown');
    expect(compareCheckpoints(five, { ...eight, root: five.root }, steps)).toBe('split');
  });

  it('signs the bytes of the specification', () => {
    expect(new TextDecoder().decode(cosignedMessage(4, 'w', SECONDS, text, checkpoint))).toBe(
      `cosignature/v1\ntime ${SECONDS}\n${ORIGIN}\n3\n${base64(checkpoint.root)}\n`,
    );
    // struct cosigned_message, written out by hand.
    const u64 = (value: number) => fromHex(value.toString(16).padStart(16, '0'));
    expect(cosignedMessage(6, 'w', SECONDS, text, checkpoint)).toEqual(
      concat(
        fromHex('737562747265652f76310a00'),
        ...[Uint8Array.of(1), utf8('w'), u64(SECONDS), Uint8Array.of(ORIGIN.length), utf8(ORIGIN)],
        ...[u64(0), u64(3), checkpoint.root],
      ),
    );
    expect(() => cosignedMessage(6, 'w'.repeat(256), SECONDS, text, checkpoint)).toThrow('255 bytes');
    for (const seconds of [0, -1, 0.5])
      expect(() => cosignedMessage(4, 'w', seconds, text, checkpoint)).toThrow('time');
  });

  it('R42: Ed25519 and ML-DSA-44 hold, and only for this name, time and tree', async () => {
    for (const { key, cosign } of [ed, ml]) {
      const trust = { log: log.key, witnesses: [key], quorum: 1 };
      expect((await openCheckpoint(withAll(cosign(SECONDS)), trust, verifier)).size).toBe(3);
      const late = cosign(SECONDS);
      late.bytes[11]! ^= 1;
      const longer = { ...late, bytes: concat(cosign(SECONDS).bytes, Uint8Array.of(0)) };
      const tree = cosign(SECONDS, key.name, { ...checkpoint, size: 4 });
      const elsewhere = cosign(SECONDS, key.name, { ...checkpoint, origin: 'ketenkluis.example/other' });
      for (const bad of [late, longer, tree, elsewhere])
        await expect(openCheckpoint(withAll(bad), trust, verifier)).rejects.toThrow('did not sign');
    }
    // ML-DSA-44 commits to the cosigner's name, Ed25519 does not.
    const renamed = ml.cosign(SECONDS, 'witness.example/other');
    expect(await verifyNote({ ...note, signatures: [renamed] }, [ml.key], verifier)).toEqual([]);
  });

  it('R42: the keys of one name are one witness of the quorum', async () => {
    const witnesses = [ed.key, ml.key, other.key];
    const both = withAll(ed.cosign(SECONDS), ml.cosign(SECONDS));
    await expect(openCheckpoint(both, { log: log.key, witnesses, quorum: 2 }, verifier)).rejects.toThrow('too few');
    const two = withAll(ed.cosign(SECONDS), other.cosign(SECONDS));
    expect((await openCheckpoint(two, { log: log.key, witnesses, quorum: 2 }, verifier)).size).toBe(3);
    const found = cosignedBy(parseNote(withAll(ed.cosign(SECONDS), ml.cosign(SECONDS + 9))), [ed.key, ml.key]);
    expect([found?.seconds, found?.signatures.length]).toEqual([SECONDS + 9, 2]);
    expect(cosignedBy(note, [ed.key])).toBeUndefined();
    expect(parseCheckpointText(text)).toEqual(checkpoint);
  });
});
