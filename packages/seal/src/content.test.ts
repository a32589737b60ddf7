import { createCipheriv } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import {
  canonicalJson,
  concat,
  fromBase64url,
  fromHex,
  hex,
  newId,
  systemRandom as random,
  u32,
  utf8,
} from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import * as compress from './compress.ts';
import { CURRENT_DICTIONARY, dictionary } from './dictionary.ts';
import {
  type Descriptor,
  encodeObject,
  hashOf,
  MAGICS,
  type PackHeader,
  parsePack,
  type Sealed,
  type Share,
  shareCommitment,
  signStatement,
  verifyPackHash,
  verifyShare,
  webVerifier,
} from './index.ts';
import {
  describePack,
  type EnvelopeFields,
  openPack,
  type PackShares,
  resealPack,
  type SealedPack,
  sealPack,
} from './open.ts';
import { webAead } from './suite.ts';
import { AT, flipBit, person, type TestPerson } from './testing.ts';

let agent: TestPerson;
let nurse: TestPerson;
let envelope: EnvelopeFields;
const practice = newId('organisation', random);
const content = canonicalJson({ resources: ['potassium', 'kreatinine'] });
const fields = () => ({ slot: null, prev: null, class: 'source' as const, parent: null, writer: agent.id });
/** One keyholder: what is joined is not this file's question. */
const described = (sealed: SealedPack, of: Parameters<typeof describePack>[1]) =>
  describePack(sealed, {
    ...of,
    ...(sealed.shares.k
      ? { holders: { fact: newId('fact', random), need: 1, pieces: [{ by: nurse.id, piece: sealed.hash }] } }
      : {}),
  });
const keyOf = (by: string) => [agent, nurse].find(({ id }) => id === by)?.sign;

beforeAll(async () => {
  [agent, nurse] = await Promise.all([person(), person()]);
  envelope = {
    practice,
    dossier: newId('dossier', random),
    team: null,
    type: 'fhir',
    scope: 'lab',
    programmes: ['diabetes'],
    selection: hashOf(utf8('allow-list')),
    at: AT,
    asOf: null,
  };
});

const seal = (more: Partial<Parameters<typeof sealPack>[0]> = {}) =>
  sealPack({ handle: newId('handle', random), version: 1, envelope, content, author: agent.signer, random, ...more });
const open = (sealed: SealedPack, descriptor: Descriptor, shares: PackShares = sealed.shares) =>
  openPack({ pack: sealed.pack, shares, descriptor, keyOf, verifier: webVerifier });
const refused = async (run: Promise<unknown>) => {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error, 'it opened').toBeDefined();
  expect(error).toMatchObject({ code: expect.stringMatching(/^(seal|base)\//) });
};

/** The pack with another header or body, and a descriptor that says so: what a host without any signature in its way could serve. */
function rebuilt(sealed: SealedPack, change: Partial<PackHeader>, body = parsePack(sealed.pack).body) {
  const pack = encodeObject(MAGICS.pack, { ...sealed.header, ...change }, body) as Sealed<'pack'>;
  const descriptor: Descriptor = {
    ...described(sealed, fields()),
    ...pick(change),
    pack: hashOf(pack),
    size: pack.length,
  };
  return { pack, descriptor };
}
const pick = ({ handle, version }: Partial<PackHeader>) => ({ ...(handle && { handle }), ...(version && { version }) });

describe('pack', () => {
  it('gives back any content, of any size, with and without a keyholder', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000 }),
        fc.integer({ min: 0, max: 120 }),
        fc.boolean(),
        async (seed, times, keyholder) => {
          const bytes = concat(...Array.from({ length: times }, () => new Uint8Array(seed)));
          const sealed = await seal({ content: bytes, keyholder });
          const opened = await open(sealed, described(sealed, fields()));
          expect(hashOf(opened.content)).toBe(hashOf(bytes));
          expect(opened.envelope.selection).toBe(envelope.selection);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('R9: every version has its own shares, salt and commitment; no key serves two packs', async () => {
    const handle = newId('handle', random);
    const packs = await Promise.all([1, 2, 3].map((version) => seal({ handle, version })));
    const parts = packs.flatMap(({ shares, header }) => [shares.c, shares.h].map(hashOf).concat(header.commitment));
    expect(new Set(parts).size).toBe(parts.length);
  });

  it('R8: without the client share the host holds, the pack stays shut', async () => {
    const sealed = await seal({ keyholder: true });
    const descriptor = described(sealed, fields());
    for (const missing of ['c', 'h', 'k'] as const) {
      const junk = { ...sealed.shares, [missing]: random(32) };
      await refused(open(sealed, descriptor, junk));
      // Even if the host also rewrites the descriptor's commitments to fit, the key commitment stands in the way.
      const shares = {
        ...descriptor.shares,
        [missing]: shareCommitment(missing, saltOf(sealed), junk[missing] as never),
      };
      await expect(open(sealed, { ...descriptor, shares }, junk)).rejects.toMatchObject({ code: 'seal/cannot-open' });
    }
    const { k: _, ...without } = sealed.shares;
    await refused(open(sealed, descriptor, without));
    await refused(open(sealed, { ...descriptor, shares: { ...descriptor.shares, k: null } }, without));
  });

  it('any single bit of the stored bytes turned over is refused', async () => {
    const sealed = await seal();
    const descriptor = described(sealed, fields());
    for (let bit = 0; bit < sealed.pack.length * 8; bit++) {
      const pack = flipBit(sealed.pack, bit);
      expect(verifyPackHash(pack, descriptor)).toBe(false);
    }
    // And below the hash: a host that may also rewrite the descriptor's hash still opens nothing.
    for (let bit = 0; bit < sealed.pack.length * 8; bit += 7) {
      const pack = flipBit(sealed.pack, bit);
      const input = { pack, shares: sealed.shares, keyOf, verifier: webVerifier };
      await refused(openPack({ ...input, descriptor: { ...descriptor, pack: hashOf(pack) } }));
    }
  });

  it('R12: a pack moved to another handle, version, dossier, team, practice or suite does not open', async () => {
    const sealed = await seal();
    const good = described(sealed, fields());
    await expect(open(sealed, good)).resolves.toBeDefined();
    for (const change of [
      { handle: newId('handle', random) },
      { version: 2 },
      { dossier: newId('dossier', random) },
      { dossier: null, team: newId('team', random) },
      { team: newId('team', random) },
      { practice: newId('organisation', random) },
      { suite: 2 },
      { size: good.size + 1 },
    ]) {
      expect(verifyPackHash(sealed.pack, { ...good, ...change })).toBe(
        'dossier' in change || 'practice' in change || 'team' in change,
      );
      await refused(open(sealed, { ...good, ...change }));
    }
  });

  it('R12: a header rewritten for another place fails below the hash too', async () => {
    const sealed = await seal();
    for (const change of [{ handle: newId('handle', random) }, { version: 2 }, { dict: 0 }, { keyholder: true }]) {
      const moved = rebuilt(sealed, change);
      await refused(openPack({ ...moved, shares: sealed.shares, keyOf, verifier: webVerifier }));
    }
    await expect(
      openPack({ ...rebuilt(sealed, {}), shares: sealed.shares, keyOf, verifier: webVerifier }),
    ).resolves.toBeDefined();
  });

  it('R12: the selection version is inside and signed; it stands nowhere in clear', async () => {
    const sealed = await seal();
    const clear = new TextDecoder('latin1').decode(sealed.pack);
    for (const word of [envelope.selection!, 'diabetes', 'lab', 'envelope', envelope.dossier!, agent.id]) {
      expect(clear).not.toContain(word);
    }
  });

  it('version v+1 does not open with the shares of v, not even with one of them', async () => {
    const handle = newId('handle', random);
    const [one, two] = await Promise.all([seal({ handle, version: 1 }), seal({ handle, version: 2 })]);
    const descriptor = described(two, fields());
    await refused(open(two, descriptor, one.shares));
    await refused(open(two, descriptor, { ...two.shares, c: one.shares.c }));
    await refused(open(two, descriptor, { ...two.shares, h: one.shares.h }));
  });

  it('a pack cannot open differently under two sets of shares', async () => {
    const sealed = await seal();
    const other: PackShares = { c: random(32) as Share<'c'>, h: random(32) as Share<'h'> };
    const salt = saltOf(sealed);
    const fitting: Descriptor = {
      ...described(sealed, fields()),
      shares: { c: shareCommitment('c', salt, other.c), h: shareCommitment('h', salt, other.h), k: null },
    };
    // Even with every commitment of the descriptor made to fit, the key commitment ends it before the cipher is asked.
    await expect(open(sealed, fitting, other)).rejects.toThrow(/do not make the key/);
    await expect(open(sealed, described(sealed, fields()), other)).rejects.toMatchObject({ code: 'seal/bad-share' });
    // c and h are not interchangeable, nor is what they commit to.
    const swapped: PackShares = { c: sealed.shares.h as never, h: sealed.shares.c as never };
    await refused(open(sealed, described(sealed, fields()), swapped));
  });

  it('its twin: AES-GCM alone opens one ciphertext under two keys, which is why there is a commitment', async () => {
    const [one, two] = [random(32), random(32)];
    const nonce = new Uint8Array(12);
    const forged = salamander(one, two, nonce, random(48));
    const texts = await Promise.all(
      [one, two].map(async (key) => (await webAead(key)).open(nonce, new Uint8Array(), forged)),
    );
    expect(texts.map(({ length }) => length)).toEqual([64, 64]);
    expect(texts[0]).not.toEqual(texts[1]);
  });

  it('chunks that are cut off, doubled or reordered are refused', async () => {
    const sealed = await seal({ content: concat(...Array.from({ length: 5 }, () => random(60_000))) });
    const { body } = parsePack(sealed.pack);
    const stride = 64 * 1024 + 16;
    const chunks = Array.from({ length: Math.ceil(body.length / stride) }, (_, i) =>
      body.slice(i * stride, (i + 1) * stride),
    );
    expect(chunks.length).toBeGreaterThan(4);
    const [a, b, ...rest] = chunks as [Uint8Array, Uint8Array, ...Uint8Array[]];
    const last = chunks.at(-1)!;
    for (const wrong of [
      [b, a, ...rest],
      chunks.slice(0, -1),
      [a, ...rest],
      [a, a, b, ...rest],
      [...chunks, last],
      [...chunks.slice(0, -1), last.subarray(0, -1)],
      [last],
      [],
    ]) {
      const input = rebuilt(sealed, {}, concat(...wrong));
      await refused(openPack({ ...input, shares: sealed.shares, keyOf, verifier: webVerifier }));
    }
    // A whole last chunk gone is found by the flag of the one before, not only by the lengths inside.
    const shorter = rebuilt(sealed, {}, concat(...chunks.slice(0, -1)));
    await expect(openPack({ ...shorter, shares: sealed.shares, keyOf, verifier: webVerifier })).rejects.toThrow(
      /does not open these bytes/,
    );
  });

  it('a reader cannot forge: with all shares, another content still lacks the author', async () => {
    const sealed = await seal();
    const opened = await open(sealed, described(sealed, fields()));
    const forged = await resealPack({ ...opened, content: utf8('other') }, { version: 2, random });
    await expect(open(forged, described(forged, fields()))).rejects.toMatchObject({ code: 'seal/not-signed' });
    const relabelled = await resealPack(
      { ...opened, envelope: { ...opened.envelope, scope: 'eye' } },
      { version: 2, random },
    );
    await expect(open(relabelled, described(relabelled, fields()))).rejects.toMatchObject({
      code: 'seal/not-signed',
    });
    // Signed by the reader in the author's name, or by an unknown author.
    const own = await seal({ author: { ...nurse.signer, by: agent.id } });
    await expect(open(own, described(own, fields()))).rejects.toMatchObject({ code: 'seal/not-signed' });
    const unknown = await seal({ author: { ...nurse.signer, by: newId('person', random) } });
    await expect(open(unknown, described(unknown, fields()))).rejects.toMatchObject({ code: 'seal/not-signed' });
  });

  it('re-sealing keeps the author’s envelope and changes every key', async () => {
    const sealed = await seal();
    const opened = await open(sealed, described(sealed, fields()));
    const again = await resealPack(opened, { version: 2, random, keyholder: true });
    const second = await open(again, described(again, { ...fields(), writer: nurse.id, prev: sealed.hash }));
    expect(second.envelope).toEqual(opened.envelope);
    expect(second.signature).toEqual(opened.signature);
    expect(second.content).toEqual(opened.content);
    // Nobody loses the keyholder by forgetting to ask for it.
    expect((await resealPack(second, { version: 3, random })).shares.k).toBeDefined();
    expect(again.header.commitment).not.toBe(sealed.header.commitment);
  });

  it('a holder finds a junk share at receipt', async () => {
    const sealed = await seal({ keyholder: true });
    const statement = await signStatement(described(sealed, fields()), agent.signer);
    for (const kind of ['c', 'h', 'k'] as const) {
      expect(verifyShare(kind, sealed.shares[kind]!, sealed.header, statement.payload)).toBe(true);
      expect(verifyShare(kind, random(32) as Share<typeof kind>, sealed.header, statement.payload)).toBe(false);
    }
  });
});

describe('body', () => {
  const framed = (raw: number, deflated: Uint8Array) => {
    const inner = concat(u32(raw), deflated);
    const out = new Uint8Array(compress.paddedLength(4 + inner.length));
    out.set(concat(u32(inner.length), inner));
    return out;
  };

  it('sizes tell a bucket only: 256 bytes, or at most 12 % above the content', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20_000_000 }), (length) => {
        const padded = compress.paddedLength(length);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded).toBeLessThanOrEqual(Math.max(256, length * 1.12));
        expect(compress.paddedLength(padded)).toBe(padded);
      }),
    );
    const sizes = new Set(Array.from({ length: 100_000 }, (_, i) => compress.paddedLength(i)));
    expect(sizes.size).toBeLessThan(180);
  });

  it('refuses a decompression bomb before it has grown', () => {
    const zeros = deflateRawSync(new Uint8Array(24 * 1024 * 1024));
    expect(zeros.length).toBeLessThan(100_000);
    expect(() => compress.unpack(framed(1000, zeros), 0)).toThrow();
    expect(() => compress.unpack(framed(16 * 1024 * 1024, zeros), 0)).toThrow();
    expect(() => compress.unpack(framed(64 * 1024 * 1024, zeros), 0)).toThrow(/16 MiB/);
    expect(() => compress.pack(new Uint8Array(16 * 1024 * 1024 + 1), 0)).toThrow(/16 MiB/);
    const small = deflateRawSync(new Uint8Array(2 * 1024 * 1024));
    expect(small.length).toBeLessThan(8 * 1024);
    expect(() => compress.unpack(framed(1000, small), 0)).toThrow();
    expect(() => compress.unpack(framed(3_000_000, small), 0)).toThrow();
  });

  it('refuses padding, lengths and dictionaries that are not canonical', () => {
    const good = compress.pack(utf8('hallo'), CURRENT_DICTIONARY);
    expect(compress.unpack(good, CURRENT_DICTIONARY)).toEqual(utf8('hallo'));
    const dirty = good.slice();
    dirty[dirty.length - 1] = 1;
    expect(() => compress.unpack(dirty, CURRENT_DICTIONARY)).toThrow();
    expect(() => compress.unpack(concat(good, new Uint8Array(512)), CURRENT_DICTIONARY)).toThrow();
    expect(() => compress.unpack(concat(u32(0xffff_ffff), good.subarray(4)), CURRENT_DICTIONARY)).toThrow();
    expect(() => compress.unpack(new Uint8Array(3), CURRENT_DICTIONARY)).toThrow();
    expect(() => compress.unpack(new Uint8Array(512), CURRENT_DICTIONARY)).toThrow();
    expect(() => dictionary(200)).toThrow(/not known/);
  });

  it('opens what another deflate made', () => {
    const native = (raw: Uint8Array, preset: Uint8Array) => deflateRawSync(raw, { dictionary: preset });
    const raw = utf8('{"kind":"measurement","parameter":"hba1c","code":"nhg45|2816"}'.repeat(9));
    expect(compress.unpack(compress.pack(raw, 1, native), 1)).toEqual(raw);
    expect(() => compress.unpack(compress.pack(raw, 1, native), 0)).toThrow();
  });

  it('gives back big content that does not compress', () => {
    const raw = random(60_000);
    expect(hashOf(compress.unpack(compress.pack(raw, CURRENT_DICTIONARY), CURRENT_DICTIONARY))).toBe(hashOf(raw));
  });
});

const saltOf = (sealed: SealedPack) => fromBase64url(sealed.header.salt);

/** GHASH's field, GF(2^128) with the bits of each byte from the left (NIST SP 800-38D, 6.3). */
const R = 0xe1n << 120n;
const times = (x: bigint, y: bigint): bigint => {
  let [product, factor] = [0n, y];
  for (let bit = 127n; bit >= 0n; bit--) {
    if ((x >> bit) & 1n) product ^= factor;
    factor = factor & 1n ? (factor >> 1n) ^ R : factor >> 1n;
  }
  return product;
};
const power = (x: bigint, n: bigint): bigint => {
  let out = 1n << 127n;
  for (let left = n, base = x; left > 0n; left >>= 1n, base = times(base, base)) if (left & 1n) out = times(out, base);
  return out;
};
const toField = (bytes: Uint8Array) => BigInt(`0x${hex(bytes)}`);
const fromField = (value: bigint) => fromHex(value.toString(16).padStart(32, '0'));
const block = (key: Uint8Array, input: Uint8Array) => createCipheriv('aes-256-ecb', key, null).update(input);

/** One ciphertext with a good tag under both keys: the last block is solved for (Dodis et al., 2018, "invisible salamanders"). */
function salamander(one: Uint8Array, two: Uint8Array, nonce: Uint8Array, start: Uint8Array) {
  const lengths = BigInt((start.length + 16) * 8);
  const parts = [one, two].map((key) => {
    const h = toField(block(key, new Uint8Array(16)));
    const mask = toField(block(key, concat(nonce, u32(1))));
    let sum = 0n;
    for (let i = 0; i < start.length; i += 16) sum = times(sum ^ toField(start.subarray(i, i + 16)), h);
    // Two more steps: the free block, then the lengths.
    const fixed = times(times(sum, h) ^ lengths, h) ^ mask;
    return { fixed, square: times(h, h) };
  });
  const [a, b] = parts as [(typeof parts)[0], (typeof parts)[0]];
  const free = times(a.fixed ^ b.fixed, power(a.square ^ b.square, 2n ** 128n - 2n));
  return concat(start, fromField(free), fromField(a.fixed ^ times(free, a.square)));
}
