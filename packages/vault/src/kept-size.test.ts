/** What is kept of looks is bounded by what it takes (docs/hosts.md): nobody makes it take more than it counts for. */

import { newId, systemRandom } from '@ketenkluis/base';
import { factSchema, type Hash } from '@ketenkluis/seal';
import { expect, it } from 'vitest';
import { factsSize, type StoredFact } from './changes.ts';

it('a fact with as many parts as there may be counts for more than its text', () => {
  const handles = Array.from({ length: 128 }, () => newId('handle', systemRandom));
  const fact = factSchema.parse({
    ...{ t: 'fact', v: 1, suite: 1, id: newId('fact', systemRandom), practice: newId('organisation', systemRandom) },
    ...{ from: 1, until: null, kind: 'consent', dossier: newId('dossier', systemRandom) },
    ...{ organisation: newId('organisation', systemRandom), handles },
  });
  const one: StoredFact = { fact, hash: 'A'.repeat(43) as Hash, ended: null };
  const all = [one, { ...one, fact: { ...fact, handles: handles.slice(0, 1) } as typeof fact }];
  for (const facts of [all, all.slice(1), [one]])
    expect(factsSize(facts)).toBeGreaterThan(JSON.stringify(facts).length * 2);
});
