/** The overviews of the log and the doctor's week: counted, filtered, looked into, and taken along only after the line. */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOf, pose, putAxe } from '../axe.ts';
import { VIEWPORTS } from '../browser.ts';
import { fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
const OWNER = `role=owner&patients=40&${NOW}`;
const numbers = (page: Page, selector: string) => page.locator(selector).allInnerTexts();
const sound = async (page: Page): Promise<void> => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await pose(page, VIEWPORTS.wide, colorScheme);
    expect(await faultsOf(page, ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])).toEqual([]);
  }
};
async function saved(page: Page, button: string): Promise<{ name: string; bytes: Buffer }> {
  const waits = page.waitForEvent('download');
  await page.getByRole('button', { name: button }).click();
  const file = await waits;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

describe('the log in overviews', () => {
  it('R47, R51: by patient, colleague and day, filtered, looked into, saved as PDF and CSV', async () => {
    await fixture.visit({ query: OWNER, hash: '#/wie-keek', fresh: false }, async (page, complaints) => {
      const rows = page.locator('.kk-seen-table tbody tr');
      const total = async () =>
        Number((await page.getByRole('status').filter({ hasText: 'in deze periode' }).innerText()).replace(/\D/g, ''));
      await rows.first().waitFor();
      await putAxe(page);
      await sound(page);
      const whole = await total();
      expect(await page.getByRole('img', { name: /^Regels per dag: \d+ in totaal/ }).isVisible()).toBe(true);

      await page.getByText('Per medewerker', { exact: true }).click();
      await page.getByRole('columnheader', { name: 'Medewerker' }).waitFor();
      const who = await numbers(page, '.kk-seen-name');
      expect(who.some((one) => one.includes('Podotherapie Het Spoor') && one.includes('andere organisatie'))).toBe(
        true,
      );
      const lines = (await numbers(page, '.kk-seen-table tbody tr td:nth-of-type(1)')).map(Number);
      expect(lines.reduce((sum, one) => sum + one, 0)).toBe(whole);

      // A filter counts less, and says so in every number; clearing brings everything back.
      await page.getByLabel('Uitkomst').selectOption('refused');
      await expect.poll(total).toBeLessThan(whole);
      await page.getByRole('button', { name: 'Filters wissen' }).click();
      await expect.poll(total).toBe(whole);
      await page.getByLabel('Rol').selectOption('poh-s');
      await expect.poll(() => rows.count()).toBe(1);
      const nurse = await total();
      await page.getByRole('button', { name: 'Sanne Terpstra' }).click();
      await page.locator('[data-strip="only"]').waitFor();
      await page.getByRole('columnheader', { name: 'Patiënt' }).waitFor();
      await expect.poll(total).toBe(nurse);

      const pdf = await saved(page, 'Bewaar als PDF');
      expect(pdf.name).toBe('overzicht-2026-11-21.pdf');
      expect(pdf.bytes.subarray(0, 8).toString('latin1')).toBe('%PDF-1.7');
      expect(pdf.bytes.toString('latin1')).toContain('/MarkInfo');
      const csv = await saved(page, 'Bewaar als rekenblad (CSV)');
      expect(csv.bytes.toString('utf8')).toMatch(/^Patiënt;Regels;Geopend;Mensen/);
      expect(csv.bytes.toString('utf8').split('\r\n').length - 1).toBe(await rows.count());

      await page.getByRole('button', { name: 'Toon weer iedereen' }).click();
      await page.getByText('Per dag', { exact: true }).click();
      await page.getByLabel('Vanaf').fill('2026-08-26');
      await page.getByRole('heading', { name: 'Regels per week' }).waitFor();
      await expect.poll(total).toBeGreaterThan(whole);
      await page.getByLabel('Wat').selectOption('session');
      await page.getByLabel('Uitkomst').selectOption('refused');
      await page.getByLabel('Vanaf').fill('2026-11-21');
      await page.locator('[data-state="empty"]').waitFor();
      expect(complaints).toEqual([]);
    });
  });

  it('R38: no file without its line; who does not read the log is told so', async () => {
    await fixture.visit({ query: `scene=shut-log&${OWNER}`, hash: '#/wie-keek', fresh: false }, async (page) => {
      await page.getByRole('button', { name: 'Bewaar als PDF' }).click();
      await page.locator('[data-strip="not-saved"]').waitFor();
    });
    await fixture.visit({ query: `scene=denied&${OWNER}`, hash: '#/wie-keek', fresh: false }, async (page) => {
      await page.locator('[data-state="denied"]').waitFor();
    });
  });

  it('R51: the doctor’s week stands on the start page, what stands out first, until it was seen', async () => {
    await fixture.visit({ query: OWNER, fresh: false }, async (page, complaints) => {
      const card = page.getByRole('region', { name: 'Wie keek bij uw patiënten' });
      await card.waitFor();
      await expect.poll(() => card.innerText()).toContain('vallen op');
      await card.getByRole('button', { name: 'Bekijk de lijst' }).click();
      await card.locator('tbody tr').first().waitFor();
      const rows = await card.locator('tbody tr').allInnerTexts();
      expect(rows[0]).toContain('noodtoegang');
      expect(rows[1]).toContain('andere organisatie');
      expect(rows.join()).not.toContain('Marleen Brugman');
      await putAxe(page);
      await sound(page);
      const pdf = await saved(page, 'Bewaar als PDF');
      expect(pdf.name).toBe('weekoverzicht-2026-11-15.pdf');
      expect(pdf.bytes.subarray(0, 5).toString('latin1')).toBe('%PDF-');
      await card.getByRole('button', { name: 'Gezien' }).click();
      await card.waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    });
  });
});
