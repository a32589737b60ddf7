import { describe, expect, it } from 'vitest';
import { ROLES } from './catalogue.ts';
import { PLAIN_SCOPES, plainRole, plainRoles } from './plain.ts';

describe('words for the patient', () => {
  it('R52: every part is said to the patient, and every role with its article', () => {
    for (const { nl, en } of Object.values(PLAIN_SCOPES)) {
      expect(nl).toMatch(/^uw /);
      expect(en).toMatch(/^your /);
    }
    const known = Object.values(ROLES).map(({ nl }) => nl as string);
    expect(plainRoles().filter((name) => !known.includes(name))).toEqual([]);
    for (const name of known) expect(plainRole(name).nl).toMatch(/^(de|een|iemand) /);
    expect(plainRole('POH-S').nl).toBe('de praktijkondersteuner');
    expect(plainRole('Stagiair')).toEqual({ nl: 'de stagiair', en: 'the stagiair' });
  });
});
