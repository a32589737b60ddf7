/** The example of docs/spec/entry.md and ledger.md: made from scratch, it must come out byte for byte as it was published. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Bytes,
  base64url,
  fromBase64url,
  fromHex,
  hex,
  instant,
  newId,
  plus,
  type Random,
} from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { verifier } from '../test/fixtures.ts';
import { CHAIN_START } from './chain.ts';
import { decodeEntry, type EntryDraft, parseLeaf, sealEntry } from './leaf.ts';
import { formatVkey, type NoteKey, parseVkey, signCheckpoint } from './note.ts';
import { formatProof, verifyProof } from './proof.ts';
import { memoryTree } from './tree.ts';

const file = join(import.meta.dirname, '../vectors/log.json');
const page = join(import.meta.dirname, '../../../docs/spec/entry.md');

/** Bytes 0, 1, 2, ... and on, over all calls. */
function counter(): Random {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => next++);
}

async function build() {
  const random = counter();
  const origin = 'ketenkluis.example/3f7c';
  const pkcs8 = Uint8Array.from([...fromBase64url('MC4CAQAwBQYDK2VwBCIEIA'), ...random(32)].slice(0, 48));
  const secret = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
  const jwk = await crypto.subtle.exportKey('jwk', secret);
  const publicKey = fromBase64url(String(jwk.x));
  const key: NoteKey = { name: origin, type: 1, publicKey };
  const sign = async (message: Uint8Array): Promise<Bytes> =>
    new Uint8Array(await crypto.subtle.sign('Ed25519', secret, message.slice() as Bytes));

  const [practice, nurse, doctor] = [newId('organisation', random), newId('person', random), newId('person', random)];
  const [dossier, handle, relation] = [newId('dossier', random), newId('handle', random), newId('fact', random)];
  const [device, step] = [newId('device', random), newId('fact', random)];
  const hash = () => base64url(random(32));
  const signed = () => ({ requestHash: hash(), signature: base64url(random(64)), request: newId('request', random) });
  const common = {
    practice,
    actor: nurse,
    responsible: doctor,
    organisation: practice,
    device,
    outcome: 'success',
    source: 'vault.example',
    policy: 'ketenkluis-reference-1',
    declared: false,
    reason: null,
  } as const;
  const look = (version: number): EntryDraft['items'][number] => ({
    kind: 'release',
    dossier,
    handle,
    version,
    object: hash(),
    outcome: 'success',
    facts: [relation, step],
    relation,
    consent: 'own-organisation',
    state: hash(),
    annex: hash(),
    checks: { authorisation: true, relation: true, consent: true, emergency: false },
  });
  const at = instant(Date.UTC(2026, 0, 5, 8));
  const login = sealEntry(
    { common: { ...common, ...signed(), event: 'login', action: 'E', class: 'session' }, items: [], chains: new Map() },
    at,
    random,
  );
  const read = { ...common, event: 'release', action: 'R', class: 'look' } as const;
  const first = sealEntry(
    { common: { ...read, ...signed() }, items: [look(3)], chains: new Map([[dossier, CHAIN_START]]) },
    plus(at, 1000),
    random,
  );
  const second = sealEntry(
    { common: { ...read, ...signed() }, items: [look(3), look(4)], chains: first.heads },
    plus(at, 2000),
    random,
  );
  const entries = [login, first, second];
  const tree = memoryTree(entries.map((entry) => entry.leaf));
  const checkpoint = await signCheckpoint({ origin, size: 3, root: tree.root }, { by: origin, publicKey, sign });
  return {
    vkey: formatVkey(key),
    entries: entries.map(({ entry, salts, leaf, stored }) => ({
      ...entry,
      salts,
      leaf: hex(leaf),
      stored: hex(stored),
    })),
    checkpoint,
    proofs: entries.map((_, index) => formatProof({ index, extra: null, hashes: tree.inclusion(index), checkpoint })),
  };
}

const built = await build();
const published: typeof built = JSON.parse(readFileSync(file, 'utf8'));

describe('the published example', () => {
  it('comes out the same', () => expect(`${JSON.stringify(built, null, 1)}\n`).toMatchFileSnapshot(file));

  it('verifies from its bytes alone', async () => {
    const trust = { log: parseVkey(published.vkey) };
    for (const [index, { stored, leaf, common, items, salts }] of published.entries.entries()) {
      const decoded = decodeEntry(Buffer.from(stored, 'hex'));
      expect([hex(decoded.leaf), decoded.entry, decoded.salts]).toEqual([leaf, { common, items }, salts]);
      expect((await verifyProof(published.proofs[index]!, decoded.leaf, trust, verifier)).index).toBe(index);
    }
  });

  it('stands on the page', () => {
    const text = readFileSync(page, 'utf8');
    for (const { leaf } of published.entries.slice(0, 2)) {
      const { common, items } = parseLeaf(fromHex(leaf));
      for (const commitment of [common, ...items]) expect(text).toContain(hex(commitment));
    }
  });
});
