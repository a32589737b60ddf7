/** Taking along who looked: the line first, and neither paper nor file without it. */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Workplace } from '../pages/index.ts';
import { fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
const atLooks = (query: string, work: (page: Page) => Promise<void>) =>
  fixture.visit({ query }, async (page) => {
    const app = new Workplace(page);
    await app.worklist.ready();
    await app.worklist.openFirst();
    await app.dossier.ready();
    await app.dossier.looks();
    await page.evaluate(() => {
      window.print = () => {
        document.body.dataset.printed = String('print' in document.documentElement.dataset);
      };
    });
    await work(page);
  });
const printed = (page: Page) => page.evaluate(() => document.body.dataset.printed ?? 'not');

describe('who looked, taken along', () => {
  it('R38, R40: is saved under a name without a name, and printed once the line stands', async () => {
    await atLooks(NOW, async (page) => {
      for (const [button, ending] of [
        ['Bewaar als rekenblad (CSV)', 'csv'],
        ['Bewaar als FHIR', 'fhir'],
      ] as const) {
        const saved = page.waitForEvent('download');
        await page.getByRole('button', { name: button }).click();
        const file = await saved;
        expect(file.suggestedFilename()).toBe(`wie-keek-2026-01-05.${ending}`);
        expect(readFileSync(await file.path(), 'utf8')).toBe(ending);
      }
      expect(await printed(page)).toBe('not');
      await page.getByRole('button', { name: 'Afdrukken' }).click();
      await expect.poll(() => printed(page)).toBe('true');
      await expect.poll(() => page.evaluate(() => 'print' in document.documentElement.dataset)).toBe(false);
    });
  });

  it('R38: without a line there is no file and no paper, and printing by the browser itself shows nothing', async () => {
    await atLooks(`scene=shut-log&${NOW}`, async (page) => {
      for (const name of ['Afdrukken', 'Bewaar als XML']) {
        await page.getByRole('button', { name }).click();
        await page.locator('[data-strip="not-taken"]').waitFor();
      }
      expect(await printed(page)).toBe('not');
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('tab', { name: 'Wie keek?' }).isVisible()).toBe(false);
      expect(await page.getByRole('table').isVisible()).toBe(false);
      await page.evaluate(() => document.documentElement.setAttribute('data-print', ''));
      expect(await page.getByRole('table').isVisible()).toBe(true);
      expect(await page.getByRole('button', { name: 'Afdrukken' }).isVisible()).toBe(false);
    });
  });
});
