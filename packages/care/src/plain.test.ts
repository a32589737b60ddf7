import { describe, expect, it } from 'vitest';
import { ROLES, type RoleId } from './catalogue.ts';
import { PLAIN_SCOPES, plainRole } from './plain.ts';

describe('words for the patient', () => {
  it('R52: every part is said to the patient, and every role with its article', () => {
    for (const { nl, en } of Object.values(PLAIN_SCOPES)) {
      expect(nl).toMatch(/^uw /);
      expect(en).toMatch(/^your /);
    }
    for (const id of Object.keys(ROLES) as RoleId[]) {
      expect(plainRole(ROLES[id].nl)).toEqual(plainRole(id));
      expect(plainRole(id).nl).toMatch(/^(de|een|iemand) /);
    }
    expect(plainRole('POH-S').nl).toBe('de praktijkondersteuner');
    expect(plainRole('Stagiair')).toEqual({ nl: 'een medewerker (stagiair)', en: 'somebody (stagiair)' });
  });
});
