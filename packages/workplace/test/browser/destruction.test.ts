/** Vernietiging, under Leveringen: what is late stands first and says so; where nobody asked it says that. */

import { describe, expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
const TAGS = { type: 'tag' as const, values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] };

describe('requests for destruction', () => {
  it('R5: an owner sees every copy, its state and its day; what is in arrears is loud and stands first', async () => {
    await fixture.visit(
      { query: `role=owner&${NOW}`, hash: '#/leveringen', fresh: false },
      async (page, complaints) => {
        await page.locator('[data-strip="destruction-late"]').waitFor();
        const card = page.locator('section[aria-labelledby="destruction"]');
        await expect.poll(() => card.locator('h3').allTextContents()).toEqual(['Verzoek 3', 'Verzoek 2', 'Verzoek 1']);
        expect(await card.getByText('1 plek is te laat').count()).toBe(1);
        const late = card.locator('tr', { hasText: 'Podotherapie De Stap' }).first();
        expect(await late.textContent()).toContain('Te laat: moest op');
        expect(await card.getByText('Geweigerd: bewaren is voor iemand anders').count()).toBe(1);
        expect(await card.getByText('De regels noemen niemand').count()).toBe(2);
        await putAxe(page);
        expect(await faultsOf(page, TAGS)).toEqual([]);
        expect(complaints).toEqual([]);
      },
    );
  });
});
