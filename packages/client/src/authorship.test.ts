import { newId, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { checkAuthorship } from './authorship.ts';

const dossier = newId('dossier', systemRandom);
const HANDLES = [
  { class: 'source', dossier, slot: null },
  { class: 'work', dossier, slot: null },
  { class: 'inbox', dossier, slot: null },
  { class: 'source', dossier: null, slot: 'worklist' },
  { class: 'source', dossier: null, slot: 'directory' },
  { class: 'source', dossier: null, slot: 'receipt' },
  { class: 'work', dossier: null, slot: 'worklist' },
  { class: 'source', dossier: null, slot: null },
] as const;
const TYPES = ['fhir', 'note', 'worklist', 'directory', 'receipt'] as const;
const CARDS = ['agent', 'professional', 'trustee', 'vault', undefined] as const;

describe('R12: an envelope under a handle', () => {
  it('is of the one type of its writer class, by an author of that class; every other combination is refused', () => {
    const good = HANDLES.flatMap((handle) =>
      TYPES.flatMap((type) =>
        CARDS.flatMap((kind) => {
          try {
            checkAuthorship(handle, { type }, kind && { kind });
            return [[handle.class, handle.slot, type, kind]];
          } catch (error) {
            expect(error).toMatchObject({ code: 'client/wrong-item' });
            return [];
          }
        }),
      ),
    );
    expect(good).toEqual([
      ['source', null, 'fhir', 'agent'],
      ['work', null, 'note', 'professional'],
      ['source', 'worklist', 'worklist', 'agent'],
      ['source', 'directory', 'directory', 'agent'],
      ['source', 'receipt', 'receipt', 'agent'],
    ]);
  });
});
