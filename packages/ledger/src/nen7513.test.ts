import { describe, expect, it } from 'vitest';
import { lookDraft, newDossier, START, testRandom } from '../test/fixtures.ts';
import { EVENTS, parseEntry } from './entry.ts';
import { sealEntry } from './leaf.ts';
import { type Annex, decodeAnnex, encodeAnnex, NEN_7513 } from './nen7513.ts';

const annex: Annex = {
  v: 1,
  role: { code: '04', text: 'Praktijkondersteuner' },
  responsibleRole: { code: '02', text: 'Huisarts' },
  initiator: true,
  purpose: 'Zorgprogramma diabetes',
  step: 'Driemaandelijkse controle',
  reason: null,
  userName: 'A. Voorbeeld',
  searchTerm: null,
  objectName: 'Metingen',
};
const { entry } = sealEntry(lookDraft([newDossier()]), START, testRandom(5));

function without(place: string): () => unknown {
  const [part, key] = place.split('.') as ['common' | 'item' | 'annex', string];
  const drop = (value: object) => Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
  if (part === 'annex') return () => encodeAnnex(drop(annex) as Annex);
  if (part === 'common') return () => parseEntry({ ...entry, common: drop(entry.common) });
  return () => parseEntry({ ...entry, items: entry.items.map(drop) });
}

describe('NEN 7513', () => {
  it('R39: every field of chapter 7 has a place, and a line without it does not validate', () => {
    expect(() => parseEntry(entry)).not.toThrow();
    expect(NEN_7513.map(({ field }) => field)).toEqual([
      ...['7.2.1', '7.2.2', '7.2.3', '7.2.4', '7.2.5', '7.2.6'],
      ...['7.3.1', '7.3.3', '7.3.4', '7.3.5', '7.3.6', '7.3.8', '7.3.9'],
      ...['7.4.1', '7.4.3', '7.4.6', '7.4.7', '7.4.8', '7.4.12', '7.5.2', 'trace'],
    ]);
    for (const { field, places } of NEN_7513) {
      for (const place of places) expect(without(place), `${field} ${place}`).toThrow(place.split('.')[1]);
    }
  });

  it('R39: each of the four checks must be said', () => {
    for (const name of ['authorisation', 'relation', 'consent', 'emergency'] as const) {
      const { [name]: _, ...rest } = entry.items[0]!.checks;
      const items = entry.items.map((item) => ({ ...item, checks: rest }));
      expect(() => parseEntry({ ...entry, items }), name).toThrow(`checks.${name}`);
    }
  });

  it("R39: what a person asked for carries an annex with role and purpose on every item; a program's own line need not", () => {
    const items = entry.items.map((item) => ({ ...item, annex: null }));
    expect(() => parseEntry({ ...entry, items })).toThrow('no annex');
    for (const part of [
      { class: 'sync', event: 'commit' },
      { requestHash: null, signature: null },
    ]) {
      expect(() => parseEntry({ common: { ...entry.common, ...part }, items })).not.toThrow();
    }
    const refused = items.map((item) => ({ ...item, outcome: 'refused' }));
    expect(() =>
      parseEntry({ common: { ...entry.common, outcome: 'refused', reason: 'no-step' }, items: refused }),
    ).not.toThrow();
  });

  it('R38: has a code for every event of chapter 6', () => {
    const events = new Set<string>(EVENTS);
    const needed = {
      record: [
        'enrol',
        'commit',
        'write',
        'erase',
        'release',
        'copy',
        'print',
        'merge',
        'split',
        'export',
        'import',
        'move',
        'search',
        'list',
      ],
      exceptional: ['emergency', 'maintenance', 'recovery', 'restore'],
      meta: ['log-read', 'clock', 'login', 'logout', 're-touch', 'attempt'],
    };
    expect(
      Object.values(needed)
        .flat()
        .filter((name) => !events.has(name)),
    ).toEqual([]);
  });

  it('the annex comes back as it went in and refuses unknown keys', () => {
    expect(decodeAnnex(encodeAnnex(annex))).toEqual(annex);
    expect(() => encodeAnnex({ ...annex, bsn: '999999990' } as Annex)).toThrow('annex');
    expect(() => encodeAnnex({ ...annex, purpose: '' })).toThrow('purpose');
    expect(() => decodeAnnex(new Uint8Array([123, 125, 10]))).toThrow('canonical');
  });
});
