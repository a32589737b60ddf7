import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { attackTable } from './doc.ts';
import { ATTACKS } from './list.ts';

describe('the attack suite', () => {
  it('R12: plays at least forty attacks, each with a name of its own, a check and a twin', () => {
    expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
    for (const { name, expect: noticed, without } of ATTACKS) {
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)+$/);
      expect(noticed.length).toBeGreaterThan(0);
      expect(without.length).toBeGreaterThan(10);
    }
  });

  it('is what docs/attacks.md says', () => {
    const page = readFileSync(new URL('../../../../docs/attacks.md', import.meta.url), 'utf8');
    expect(page).toContain(attackTable());
  });
});
