import { newId, systemRandom } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { checkAuthorship } from './authorship.ts';

const dossier = newId('dossier', systemRandom);
const [practice, other] = [newId('organisation', systemRandom), newId('organisation', systemRandom)];
const HANDLES = [
  { class: 'source', dossier, slot: null },
  { class: 'work', dossier, slot: null },
  { class: 'inbox', dossier, slot: null },
  { class: 'source', dossier: null, slot: 'worklist' },
  { class: 'source', dossier: null, slot: 'directory' },
  { class: 'source', dossier: null, slot: 'receipt' },
  { class: 'source', dossier: null, slot: 'overview' },
  { class: 'work', dossier: null, slot: 'worklist' },
  { class: 'source', dossier: null, slot: null },
] as const;
const TYPES = ['fhir', 'note', 'referral', 'message', 'worklist', 'directory', 'receipt', 'overview'] as const;
const CARDS = ['agent', 'professional', 'trustee', 'vault', undefined] as const;

describe('R12: an envelope under a handle', () => {
  it('is of a type of its writer class, by an author of that class and organisation; every other combination is refused', () => {
    const good = HANDLES.flatMap((handle) =>
      TYPES.flatMap((type) =>
        CARDS.flatMap((kind) =>
          [practice, other].flatMap((organisation) => {
            try {
              checkAuthorship({ ...handle, practice }, { type }, kind && { kind, organisation });
              return [[handle.class, handle.slot, type, kind, organisation === practice ? 'own' : 'other']];
            } catch (error) {
              expect(error).toMatchObject({ code: 'client/wrong-item' });
              return [];
            }
          }),
        ),
      ),
    );
    expect(good).toEqual([
      ['source', null, 'fhir', 'agent', 'own'],
      ['work', null, 'note', 'professional', 'own'],
      ['work', null, 'referral', 'professional', 'own'],
      ['inbox', null, 'message', 'professional', 'other'],
      ['source', 'worklist', 'worklist', 'agent', 'own'],
      ['source', 'directory', 'directory', 'agent', 'own'],
      ['source', 'receipt', 'receipt', 'agent', 'own'],
      ['source', 'overview', 'overview', 'agent', 'own'],
    ]);
  });
});
