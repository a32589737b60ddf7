/** A log of years on the screens: long lists come piece by piece, what is alike stands together. */

import { describe, expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { Workplace } from '../pages/index.ts';
import { fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();

describe('many lines', () => {
  it('R48, R50: hundreds of findings stand in a few rows; alike ones get one reason and a line each', () =>
    fixture.visit(
      { query: `role=owner&scene=many&${NOW}`, hash: '#/controle', fresh: false },
      async (page, complaints) => {
        const group = page.locator('.kk-control-row', { hasText: '300 bevindingen die op elkaar lijken' });
        await group.waitFor();
        expect(await page.locator('.kk-control-row').count()).toBeLessThan(10);
        await group.getByRole('button', { name: 'Laat ze zien' }).click();
        await expect.poll(() => group.locator('.kk-control-row').count()).toBe(25);
        await group.getByRole('button', { name: 'Nog 25 tonen' }).click();
        await group.getByText('50 van 300').waitFor();
        // Only those that stand on the screen are decided together.
        await group.getByRole('button', { name: 'Deze 50 samen uitleggen' }).click();
        await putAxe(page);
        expect(await faultsOf(page, { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).toEqual(
          [],
        );
        const few = page.locator('.kk-control-row', { hasText: '21 bevindingen die op elkaar lijken' });
        await few.getByRole('button', { name: 'Laat ze zien' }).click();
        await few.getByRole('button', { name: 'Deze 21 samen uitleggen' }).click();
        await few.getByLabel('Uw reden').fill('Nachtdienst, rooster gezien.');
        await few.getByRole('button', { name: '21 keer terecht' }).click();
        await page.getByText('21 bevindingen zijn besloten: terecht.').waitFor();
        await few.waitFor({ state: 'detached' });
        expect(complaints).toEqual([]);
      },
    ));

  it("a patient's ten thousand lines are on the screen a hundred at a time, all of them proved", () =>
    fixture.visit({ query: `scene=many&patients=8&${NOW}`, fresh: false }, async (page, complaints) => {
      const { worklist } = new Workplace(page);
      await worklist.ready();
      await page.getByText('Telefoon', { exact: true }).click();
      await worklist.openFirst();
      await page.getByRole('tab', { name: 'Wie keek?' }).click();
      await page.getByText('10000 regels').or(page.getByText('10.000 regels')).first().waitFor();
      const rows = page.locator('.kk-looks tbody tr');
      await expect.poll(() => rows.count()).toBe(100);
      await page.getByRole('button', { name: 'Nog 100 tonen' }).click();
      await expect.poll(() => rows.count()).toBe(200);
      await page.getByText('200 van 10000').waitFor();
      // Who comes back to the list chooses again why they open.
      await page.keyboard.press('Escape');
      await worklist.ready();
      await expect.poll(() => page.getByRole('radio', { name: 'Zorg' }).isChecked()).toBe(true);
      expect(complaints).toEqual([]);
    }));

  it('R52: and so are those that patients read of themselves, fifty at a time', () =>
    fixture.visit({ query: `role=patient&scene=many&${NOW}`, fresh: false }, async (page, complaints) => {
      const rows = page.locator('section[aria-labelledby="own-looks"] .kk-own-looks > li');
      await rows.first().waitFor();
      await expect.poll(() => rows.count()).toBe(50);
      await page.getByRole('button', { name: 'Nog 50 tonen' }).click();
      await expect.poll(() => rows.count()).toBe(100);
      expect(complaints).toEqual([]);
    }));
});
