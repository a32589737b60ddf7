/** The agent's pure parts and its files. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson, newId, systemRandom, utf8 } from '@ketenkluis/base';
import { Frontier } from '@ketenkluis/client';
import { memoryTree } from '@ketenkluis/ledger';
import { asHash, type Hash, hashOf } from '@ketenkluis/seal';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fingerprints } from './contents.ts';
import { looseFolders, readIfThere, sweepTemporary, writeAtomic } from './files.ts';
import { fileKeyStore, findKeyStore, KEY_FILE, type RunTool, stateKey } from './keystore.ts';
import { type Manifest, manifestText } from './link.ts';
import { afterDelivery, emptyLive, liveHashes, stateOf, withNote, withoutNote } from './live.ts';
import { recoveryCode } from './people.ts';

const team = newId('team', systemRandom);
let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ketenkluis-unit-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('the frontier', () => {
  it('gives the root of RFC 6962 for every size, also when it is put away and taken up between', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 8 }), { maxLength: 70 }), fc.nat(70), (leaves, cut) => {
        let frontier = new Frontier();
        leaves.forEach((leaf, i) => {
          if (i === cut) frontier = new Frontier(frontier.size, frontier.peaks());
          frontier.add(leaf);
        });
        expect(frontier.root()).toBe(asHash(memoryTree(leaves).root));
      }),
    );
  });
});

describe('what is live', () => {
  const dossier = newId('dossier', systemRandom);
  const hash = (text: string): Hash => hashOf(utf8(text));
  const head = (text: string, version = 1) => ({ version, descriptor: hash(text), fingerprint: 'x' });
  const grant = (text: string, packs: string[]) => ({ hash: hash(text), team, packs: packs.map(hash), fact: null });
  const start = afterDelivery(emptyLive(), {
    facts: { f: hash('f') },
    heads: { a: head('a1'), b: head('b1') },
    grants: [grant('g1', ['a1', 'b1'])],
    drop: [],
  });

  it('a grant lives as long as one of its packs does', () => {
    const one = afterDelivery(start, {
      facts: {},
      heads: { a: head('a2', 2) },
      grants: [grant('g2', ['a2'])],
      drop: [],
    });
    expect(liveHashes(one)).toContain(hash('g1'));
    const two = afterDelivery(one, { facts: {}, heads: { b: head('b2', 2) }, grants: [grant('g3', ['b2'])], drop: [] });
    expect(liveHashes(two)).not.toContain(hash('g1'));
    expect(new Set(liveHashes(two))).toEqual(new Set(['f', 'a2', 'b2', 'g2', 'g3'].map(hash)));
  });

  it('a dropped scope takes its pack and its grant along, and its handle is not used again', () => {
    const handle = newId('handle', systemRandom);
    const next = afterDelivery(start, { facts: {}, heads: {}, grants: [], drop: [{ scope: 'a', handle }] });
    expect(liveHashes(next)).not.toContain(hash('a1'));
    expect(liveHashes(next)).toContain(hash('g1'));
    expect(next.gone).toEqual([handle]);
  });

  it('notes under a dropped part go with it, and no others', () => {
    const notes = ['n1', 'n2', 'n3'].map((name) => ({
      handle: newId('handle', systemRandom),
      descriptor: hash(name),
      grants: [hash(`${name} grant`)],
    }));
    const all = notes.reduce(withNote, start);
    const without = withoutNote(all, notes[1]!.handle);
    const drop = { facts: {}, heads: {}, grants: [], drop: [], notes: new Set([notes[1]!.handle]) };
    expect(stateOf(dossier, afterDelivery(all, drop))).toBe(stateOf(dossier, without));
    expect(stateOf(dossier, afterDelivery(all, drop))).not.toBe(stateOf(dossier, all));
  });
});

describe('files', () => {
  it('are replaced whole, for this user only, and half-written ones are swept', async () => {
    const path = join(dir, 'sub', 'file');
    await writeAtomic(path, utf8('een'));
    await writeAtomic(path, utf8('twee'));
    expect(readFileSync(path, 'utf8')).toBe('twee');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    writeFileSync(`${path}.abc.part`, 'half');
    await sweepTemporary(join(dir, 'sub'));
    expect(readdirSync(join(dir, 'sub'))).toEqual(['file']);
    expect(await readIfThere(join(dir, 'nothing'))).toBeNull();
  });

  it('names a folder that others can read, unless a closed one stands above it', async () => {
    const open = join(dir, 'open');
    mkdirSync(open, { mode: 0o755 });
    chmodSync(dir, 0o755);
    expect((await looseFolders([open])).map(({ path }) => path)).toEqual([open]);
    chmodSync(dir, 0o700);
    expect(await looseFolders([open])).toEqual([]);
    expect(await looseFolders([join(dir, 'missing')])).toEqual([]);
  });
});

describe("the state's key", () => {
  it('R9: stands in the key store of the operating system where one answers', async () => {
    const kept = new Map<string, string>();
    const run: RunTool = async (_, [verb, ...rest], input = '') => {
      const name = rest.filter((one) => !one.startsWith('--')).join(' ');
      if (verb === 'store') kept.set(name, input);
      if (verb === 'clear') kept.delete(name);
      return verb === 'lookup' ? (kept.get(name) ?? '') : '';
    };
    const store = await findKeyStore(dir, 'x', run);
    expect(store.kind).toBe('os');
    const key = await stateKey(store, systemRandom);
    expect(await stateKey(await findKeyStore(dir, 'x', run), null)).toEqual(key);
    expect([...kept.keys()].some((name) => name.includes('probe'))).toBe(false);
  });

  it('else in a file for this user alone, said plainly; others who can read it are refused', async () => {
    const none: RunTool = () => Promise.reject(new Error('no such program'));
    const store = await findKeyStore(dir, 'x', none);
    expect(store.kind).toBe('file');
    expect(store.sentence).toContain(KEY_FILE);
    await expect(stateKey(store, null)).rejects.toMatchObject({ code: 'agent/key-missing' });
    const key = await stateKey(store, systemRandom);
    expect(await stateKey(fileKeyStore(dir), null)).toEqual(key);
    chmodSync(join(dir, KEY_FILE), 0o644);
    await expect(stateKey(store, null)).rejects.toThrow('chmod 600');
  });
});

describe('fingerprints', () => {
  it('differ by key and by every part, and join no two lists of parts', () => {
    const key = (byte: number) => new Fingerprints(Buffer.alloc(32, byte).toString('base64url'));
    expect(key(1).of('a', 'b')).toBe(key(1).of('a', 'b'));
    expect(key(1).of('a', 'b')).not.toBe(key(2).of('a', 'b'));
    expect(key(1).of('ab')).not.toBe(key(1).of('a', 'b'));
  });
});

describe('the manifest', () => {
  it('is the canonical text of its value', () => {
    const manifest: Manifest = {
      wraps: [{ i: 1, b: 0, d: 2, k: 'c', ct: 'AA' }],
      statements: ['{"a":"\\u0007 é"}'],
      packs: [2],
      lists: [{ team, joined: [newId('dossier', systemRandom)], left: [] }],
      expect: [{ seq: 3, dossier: newId('dossier', systemRandom) }],
      drop: [newId('handle', systemRandom)],
      batch: { proof: { sigs: [{ sig: 'x', by: 'y' }] }, header: 'AA' },
    };
    expect(utf8(manifestText(manifest))).toEqual(canonicalJson(manifest));
  });
});

describe('the paper code', () => {
  it('has twenty letters that no one mistakes, each as likely as the next', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 400; i++) {
      const code = recoveryCode(systemRandom);
      expect(code).toMatch(/^([a-hj-km-np-z2-9]{5}-){3}[a-hj-km-np-z2-9]{5}$/);
      for (const letter of code.replaceAll('-', '')) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    }
    expect(counts.size).toBe(31);
  });
});
