/** What of a line becomes a look, and what stands in the log itself that explains one. */

import { DAY, type Instant, MINUTE, newId, systemRandom } from '@ketenkluis/base';
import type { Annex, Entry } from '@ketenkluis/ledger';
import { describe, expect, it } from 'vitest';
import { SAID } from '../annex.ts';
import { assemble } from './assemble.ts';
import { Indexer, looksOf } from './lines.ts';

const id = <K extends Parameters<typeof newId>[0]>(kind: K) => newId(kind, systemRandom);
const [practice, caller, locum, dossier, fact] = [
  id('organisation'),
  id('person'),
  id('person'),
  id('dossier'),
  id('fact'),
];
const MONDAY = Date.parse('2026-01-05T10:00:00Z');

const entry = (event: string, actor: string, at: number, facts: readonly string[] = [], of: string | null = dossier) =>
  ({
    common: { event, actor, at: at as Instant, organisation: practice, practice, outcome: 'success' },
    items: [{ outcome: 'success', dossier: of, facts, object: null }],
  }) as unknown as Entry;
const saying = (purpose: string, searchTerm: string | null = null) => ({ purpose, searchTerm }) as Annex;

describe('R48 the lines of a log', () => {
  it('a look on a patient who was handed over is explained by that fact alone, of who rests on it, for a day', () => {
    const indexer = new Indexer();
    const standing = id('fact');
    indexer.add(0, entry('call', caller, MONDAY, [standing, fact]), undefined, true);
    // The caller's own look, the substitute's twice, one too late, and one that rests on something else.
    indexer.add(1, entry('release', caller, MONDAY + MINUTE, [standing]), undefined, true);
    indexer.add(2, entry('release', locum, MONDAY + MINUTE, [fact]), undefined, true);
    indexer.add(3, entry('release', locum, MONDAY + 2 * MINUTE, [fact]), undefined, true);
    indexer.add(4, entry('release', caller, MONDAY + DAY + 1, [fact]), undefined, true);
    // Kept, and read on from.
    const again = new Indexer(structuredClone(indexer.index));
    again.add(5, entry('release', locum, MONDAY + 3 * MINUTE, [fact]), undefined, true);
    for (const { index } of [indexer, again])
      expect(assemble(index, null).input.reasons).toEqual([
        { kind: 'call', dossier, person: locum, team: null, from: MONDAY, until: MONDAY + DAY },
      ]);
  });

  it('what was chosen on opening is known by two purposes and no others; a search has the word of its opening', () => {
    const indexer = new Indexer();
    const words = [
      saying(SAID.phone),
      saying(SAID.consultation),
      saying('telefonisch'),
      saying('zorg aan de patient'),
      null,
    ];
    for (const [line, annex] of words.entries())
      indexer.add(line, entry('release', caller, MONDAY + line), annex, true);
    indexer.add(5, entry('search', locum, MONDAY, [], null), undefined, true);
    indexer.add(6, entry('release', locum, MONDAY + MINUTE), saying(SAID.phone, 'jansen'), true);
    expect(looksOf(indexer.index).map(({ declared }) => declared)).toEqual([
      ...['phone', 'consultation', undefined, undefined, undefined],
      ...['phone', 'phone'],
    ]);
  });
});
