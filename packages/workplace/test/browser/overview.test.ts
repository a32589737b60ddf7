/** The care group's page over several practices: one sign-in, each practice apart, what gives no answer says so. */

import { expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { VIEWPORTS } from '../browser.ts';
import { FEW, fixtureOf } from './fixture.ts';

const fixture = fixtureOf();

it('R23: other practices stand on one page; one is added by its sheet and taken away again', async () => {
  await fixture.visit({ query: `role=care-group&scene=partly&${FEW}`, fresh: false }, async (page, complaints) => {
    const other = page.getByRole('region', { name: 'Praktijk De Linde' });
    await other.getByText('minder dan 10').first().waitFor();
    await page
      .getByRole('region', { name: 'kluis.deiep.nl' })
      .getByText('Deze praktijk geeft nu geen antwoord')
      .waitFor();
    await page.getByRole('button', { name: 'Praktijk toevoegen' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Link van het blad').fill('https://kluis.debeuk.nl/#/apparaat/abc');
    await dialog.getByLabel('Wachtwoordzin van het blad').fill('kort');
    await dialog.getByRole('button', { name: 'Toevoegen' }).click();
    await dialog.getByRole('alert').waitFor();
    await dialog.getByLabel('Wachtwoordzin van het blad').fill('lang genoeg voor een zin');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Praktijk De Beuk' }).waitFor();
    await putAxe(page);
    const rules = { type: 'tag' as const, values: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] };
    expect(await faultsOf(page, rules)).toEqual([]);
    await page.setViewportSize(VIEWPORTS.narrow);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth),
    ).toBe(true);
    await page.getByRole('button', { name: 'Weghalen: Praktijk De Linde' }).click();
    await other.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});
