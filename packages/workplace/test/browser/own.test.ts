/** "Mijn dossier": the patient's own word, on a telephone (docs/spec/own.md, "In their own hands"). */

import { describe, expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

describe('what a patient shares', () => {
  it('R33, R34: takes back in one step, agrees for what is ticked, shuts and opens again; axe finds nothing in any of it', async () => {
    await fixture.visit(
      { query: `role=patient&${NOW}`, size: 'narrow', scheme: 'dark', fresh: false },
      async (page, complaints) => {
        await putAxe(page);
        const faultless = async () => expect(await faultsOf(page, TAGS)).toEqual([]);
        const openers = page.locator('[data-list="openers"]');
        await openers.getByText('De podotherapeut van Podotherapie Het Spoor').waitFor();
        await faultless();

        await page.getByRole('button', { name: 'Toestemming intrekken: Podotherapie Het Spoor' }).click();
        await page.getByRole('button', { name: 'Toestemming geven: Podotherapie Het Spoor' }).waitFor();
        await expect.poll(() => openers.getByText('De podotherapeut van Podotherapie Het Spoor').count()).toBe(0);

        await page.getByRole('button', { name: 'Toestemming geven: Podotherapie Het Spoor' }).click();
        const yes = page.getByRole('button', { name: 'Ja, ik geef toestemming' });
        for (const part of ['uw bloedsuiker', 'uw voeten en of u rookt', 'uw ziektes en uitslagen'])
          await page.getByRole('checkbox', { name: part }).uncheck();
        expect(await yes.isDisabled()).toBe(true);
        await page.getByRole('checkbox', { name: 'uw bloedsuiker' }).check();
        await faultless();
        await yes.click();
        await page.getByText('U deed het zelf.').waitFor();

        await page.getByRole('button', { name: 'Iets afsluiten' }).click();
        await page.getByLabel('Voor wie?').selectOption('De podotherapeut (alle)');
        await page.getByText('Wie er later bij komt, valt hier niet onder.').waitFor();
        await page.getByLabel('Voor wie?').selectOption('Iedereen buiten de praktijk');
        await page.getByLabel('Wat?').selectOption('Alleen wat ik aanvink');
        const shut = page.getByRole('button', { name: 'Afsluiten', exact: true });
        expect(await shut.isDisabled()).toBe(true);
        await page.getByRole('checkbox', { name: 'uw voeten en of u rookt' }).check();
        await faultless();
        await shut.click();
        const all = page.locator('[data-list="shut"]');
        await all.getByText('Uw voeten en of u rookt, voor iedereen buiten de praktijk').waitFor();
        await page.getByRole('button', { name: /^Weer openen: Uw voeten/ }).click();
        await expect.poll(() => all.getByText('Uw voeten en of u rookt').count()).toBe(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
        expect(complaints).toEqual([]);
      },
    );
  });
});
