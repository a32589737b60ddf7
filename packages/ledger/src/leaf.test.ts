import { concat, fromBase64url, fromUtf8, hex, lengthPrefixed, newId, plus, utf8 } from '@ketenkluis/base';
import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookDraft, newDossier, practice, releaseItem, START, testRandom } from '../test/fixtures.ts';
import { CHAIN_START, checkChain } from './chain.ts';
import { type EntryItem, parseEntry, partBytes } from './entry.ts';
import {
  decodeEntry,
  type EntryDraft,
  encodeEntry,
  itemHash,
  leafOf,
  openCommon,
  openItem,
  parseLeaf,
  type SealedEntry,
  sealEntry,
  verifyCommon,
  verifyItem,
} from './leaf.ts';

const random = testRandom(11);
const seal = (draft: EntryDraft): SealedEntry => sealEntry(draft, START, random);
const salt = (sealed: SealedEntry, i: number) => fromBase64url(sealed.salts.items[i]!);
const code = (work: () => unknown): string => {
  try {
    work();
    return 'ok';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
};

describe('leaf', () => {
  it('is magic, version and one salted commitment per part, as the specification page says', () => {
    const sealed = seal(lookDraft([newDossier(), newDossier()]));
    const commit = (domain: string, at: string, part: Parameters<typeof partBytes>[0]) =>
      sha256(lengthPrefixed(utf8(domain), fromBase64url(at), partBytes(part)));
    const { common, items } = sealed.entry;
    const expected = concat(
      utf8('KKLE'),
      Uint8Array.of(1),
      commit('ketenkluis.entry.common.v1', sealed.salts.common, common),
      Uint8Array.of(0, 2),
      ...items.map((item, i) => commit('ketenkluis.entry.item.v1', sealed.salts.items[i]!, item)),
    );
    expect(hex(sealed.leaf)).toBe(hex(expected));
    expect(hex(leafOf(sealed.entry, sealed.salts))).toBe(hex(expected));
    expect(sealed.entry.common).toMatchObject({ v: 1, at: START, practice });
  });

  it('R43: one item is shown and proved without the others', () => {
    const dossiers = [newDossier(), newDossier(), newDossier()];
    const sealed = seal(lookDraft(dossiers));
    const { leaf, entry } = sealed;
    for (const [index, item] of entry.items.entries()) {
      const claim = { leaf, index, item, salt: salt(sealed, index) };
      expect(verifyItem(claim)).toBe(true);
      expect(openItem({ leaf, index, part: partBytes(item), salt: claim.salt })).toEqual(item);
      expect(verifyItem({ ...claim, index: (index + 1) % 3 })).toBe(false);
      expect(verifyItem({ ...claim, index: 3 })).toBe(false);
      expect(verifyItem({ ...claim, item: { ...item, version: 4 } })).toBe(false);
      expect(verifyItem({ ...claim, salt: salt(sealed, (index + 1) % 3) })).toBe(false);
      expect(verifyItem({ ...claim, leaf: leaf.with(0, 0) as typeof leaf })).toBe(false);
      expect(code(() => openCommon({ leaf, part: partBytes(item), salt: claim.salt }))).toBe('ledger/bad-proof');
      // What the patient is shown names nobody else's dossier.
      const text = fromUtf8(partBytes(item));
      for (const dossier of dossiers) expect(text.includes(dossier)).toBe(dossier === item.dossier);
    }
    const common = { leaf, common: entry.common, salt: fromBase64url(sealed.salts.common) };
    expect(verifyCommon(common)).toBe(true);
    expect(verifyCommon({ ...common, common: { ...entry.common, action: 'D' } })).toBe(false);
    expect(verifyItem({} as never)).toBe(false);
  });

  it('R43: equal events give unlike leaves, and a leaf holds no byte of them', () => {
    const draft = lookDraft([newDossier()]);
    const [a, b] = [seal(draft), seal(draft)];
    expect(hex(parseLeaf(a.leaf).items[0]!)).not.toBe(hex(parseLeaf(b.leaf).items[0]!));
    expect(a.leaf.length).toBe(4 + 1 + 32 + 2 + 32);
    for (const sealed of [a, b]) {
      const unsalted = sha256(partBytes(sealed.entry.items[0]!));
      expect(hex(sealed.leaf).includes(hex(unsalted))).toBe(false);
    }
  });

  it('salts differ between parts', () => {
    const { salts } = seal(lookDraft(Array.from({ length: 50 }, newDossier)));
    expect(new Set([salts.common, ...salts.items]).size).toBe(51);
  });

  it('has one form', () => {
    const { leaf } = seal(lookDraft([newDossier()]));
    for (const bad of [
      leaf.slice(0, -1),
      concat(leaf, leaf),
      leaf.with(4, 2),
      leaf.with(3, 0),
      leaf.slice(0, 38),
      utf8(''),
    ]) {
      expect(code(() => parseLeaf(bad))).toBe('ledger/bad-leaf');
    }
  });
});

describe('stored form', () => {
  it('comes back as it went in, and gives its leaf', () => {
    fc.assert(
      fc.property(fc.nat(5), (count) => {
        const sealed = seal(lookDraft(Array.from({ length: count + 1 }, newDossier)));
        const { entry, salts, leaf } = decodeEntry(sealed.stored);
        expect([entry, salts, hex(leaf)]).toEqual([sealed.entry, sealed.salts, hex(sealed.leaf)]);
        expect(hex(encodeEntry(entry, salts))).toBe(hex(sealed.stored));
      }),
      { numRuns: 20 },
    );
  });

  it('refuses a cut, a salt too few, unknown keys and other spacing', () => {
    const { stored, salts, entry } = seal(lookDraft([newDossier()]));
    for (let cut = 0; cut < stored.length; cut += 7)
      expect(code(() => decodeEntry(stored.subarray(0, cut)))).toBe('ledger/bad-entry');
    expect(code(() => encodeEntry(entry, { ...salts, items: [] }))).toBe('ledger/bad-entry');
    const build = (...parts: string[]) => {
      const bytes = parts.flatMap((part) => [new Uint8Array(16), utf8(part)]);
      return concat(utf8('KKLS'), Uint8Array.of(1), lengthPrefixed(...bytes));
    };
    const [common, item] = [fromUtf8(partBytes(entry.common)), fromUtf8(partBytes(entry.items[0]!))];
    expect(code(() => decodeEntry(build(common, item)))).toBe('ok');
    for (const bad of [
      [common],
      [item, common],
      [common, item.replace('{', '{ ')],
      [common, item.replace('"kind"', '"extra":1,"kind"')],
      [common, item.replace('"kind":"release"', '"kind":"release","kind":"release"')],
      [common.replace('"action":"R",', ''), item],
      [common, '{"__proto__":{}}'],
      [],
    ]) {
      expect(
        code(() => decodeEntry(build(...bad))),
        String(bad),
      ).toBe('ledger/bad-entry');
    }
  });
});

describe('entry', () => {
  const [dossier, other] = [newDossier(), newDossier()];
  const good = seal(lookDraft([dossier])).entry;
  const item = good.items[0]!;
  const refused = (change: object, itemChange: object = {}) =>
    code(() => parseEntry({ common: { ...good.common, ...change }, items: [{ ...item, ...itemChange }] }));

  it('R38: keeps vocabularies closed and its parts in agreement', () => {
    expect(refused({})).toBe('ok');
    const wrong: [object, object?][] = [
      [{ event: 'peek' }],
      [{ at: 1.5 }],
      [{ at: '2026-01-01' }],
      [{ id: newId('fact', random) }],
      [{ policy: 'Jan de Vries' }],
      [{ source: '' }],
      [{ reason: 'patient is a neighbour' }],
      [{ extra: 1 }],
      [{ requestHash: null }],
      [{ outcome: 'refused' }],
      [{ reason: 'no-step' }],
      [{ class: 'emergency' }],
      [{}, { checks: { ...item.checks, emergency: true } }],
      [{}, { dossier: null }],
      [{}, { seq: null }],
      [{}, { seq: 2 }],
      [{}, { prev: 'A'.repeat(43) }],
      [{}, { object: `${'A'.repeat(42)}B` }],
      [{}, { handle: null }],
      [{}, { version: 0 }],
      [{}, { facts: ['fact'] }],
      [{}, { extra: 1 }],
    ];
    for (const [change, itemChange] of wrong) {
      expect(refused(change, itemChange), JSON.stringify([change, itemChange])).toBe('ledger/bad-entry');
    }
    expect(refused({ outcome: 'refused', reason: 'no-step' }, { outcome: 'refused', seq: null, prev: null })).toBe(
      'ok',
    );
    expect(refused({ reason: 'no-step' }, { outcome: 'refused' })).toBe('ok');
  });

  it('an event that touches an object needs an item; a login does not', () => {
    const bare = (event: string, cls: string) =>
      code(() => parseEntry({ common: { ...good.common, event, class: cls }, items: [] }));
    expect([bare('login', 'session'), bare('clock', 'session'), bare('release', 'look')]).toEqual([
      'ok',
      'ok',
      'ledger/bad-entry',
    ]);
  });

  it('an error names the field and never its value', () => {
    try {
      parseEntry({ common: { ...good.common, reason: 'Jansen' }, items: [item] });
    } catch (error) {
      expect(String(error)).toContain('common.reason');
      expect(String(error)).not.toContain('Jansen');
      return;
    }
    throw new Error('it was accepted');
  });

  it('links every item of a dossier to the one before, also inside one entry', () => {
    const first = seal(lookDraft([dossier, other, dossier]));
    const [a, b, c] = first.entry.items as [EntryItem, EntryItem, EntryItem];
    expect([a.seq, b.seq, c.seq, a.prev, b.prev]).toEqual([1, 1, 2, null, null]);
    expect(c.prev).toBe(itemHash(a, salt(first, 0)));
    expect(first.heads.get(dossier)).toEqual({ seq: 2, hash: itemHash(c, salt(first, 2)) });
    const next = sealEntry(lookDraft([dossier], first.heads), plus(START, 1), random);
    expect(next.entry.items[0]).toMatchObject({ seq: 3, prev: first.heads.get(dossier)?.hash });
  });

  it('an attempt on a dossier that is not there stays outside any chain; a success may not', () => {
    const draft = lookDraft([dossier], new Map());
    expect(code(() => seal(draft))).toBe('ledger/bad-entry');
    const attempt = seal({
      ...draft,
      common: { ...draft.common, outcome: 'refused', reason: 'unknown' },
      items: [{ ...releaseItem(dossier), outcome: 'refused', annex: null, state: null }],
    });
    expect(attempt.entry.items[0]).toMatchObject({ dossier, seq: null, prev: null });
  });
});

describe('chain of a dossier', () => {
  const dossier = newDossier();
  const links: { item: EntryItem; salt: Uint8Array }[] = [];
  let heads: SealedEntry['heads'] = new Map([[dossier, CHAIN_START]]);
  for (let i = 0; i < 8; i++) {
    const sealed = seal(lookDraft([dossier], heads));
    links.push({ item: sealed.entry.items[0]!, salt: salt(sealed, 0) });
    heads = sealed.heads;
  }
  const why = (list: typeof links) => {
    const result = checkChain(list);
    return result.ok ? 'ok' : `${result.why} at ${result.index}`;
  };

  it('R41: finds a gap, another order, a repetition and a change', () => {
    expect(checkChain(links)).toEqual({ ok: true, head: heads.get(dossier) });
    expect(checkChain(links.slice(3), { seq: 3, hash: links[3]!.item.prev })).toMatchObject({ ok: true });
    expect(checkChain([])).toEqual({ ok: true, head: CHAIN_START });
    expect(why(links.toSpliced(3, 1))).toBe('gap at 3');
    expect(why(links.slice(1))).toBe('gap at 0');
    expect(why(links.toSpliced(3, 0, links[3]!))).toBe('duplicate at 4');
    expect(why(links.with(3, links[4]!).with(4, links[3]!))).toBe('gap at 3');
    expect(why([...links.slice(0, 4), links[1]!])).toBe('duplicate at 4');
    const changed = { ...links[3]!, item: { ...links[3]!.item, version: 9 } };
    expect(why(links.with(3, changed))).toBe('changed at 4');
    expect(why(links.with(3, { ...links[3]!, salt: links[2]!.salt }))).toBe('changed at 4');
    const foreign = seal(lookDraft([newDossier()]));
    expect(why([...links, { item: foreign.entry.items[0]!, salt: salt(foreign, 0) }])).toBe('other-dossier at 8');
    expect(checkChain(links.slice(2, 3), heads.get(dossier))).toMatchObject({ why: 'order' });
  });
});
