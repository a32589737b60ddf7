/** What a patient asks and takes along, on a phone; and the practice's list of it (docs/spec/petition.md). */

import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOf, pose, putAxe } from '../axe.ts';
import { VIEWPORTS } from '../browser.ts';
import { FEW, fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
const PHONE = { width: 390, height: 844 };
const RULES = {
  type: 'tag' as const,
  values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
};
/** Light and dark, wide and narrow. */
async function fine(page: Page, name: string, small: { width: number; height: number } = PHONE): Promise<void> {
  for (const [size, viewport] of [
    ['small', small],
    ['wide', VIEWPORTS.wide],
  ] as const) {
    await pose(page, viewport, 'light');
    // The page itself and the part of it that scrolls.
    const wide = await page.evaluate(() =>
      Math.max(
        ...[document.documentElement, document.querySelector('main')!].map((one) => one.scrollWidth - one.clientWidth),
      ),
    );
    expect(wide, `${name}, ${size}: overflows`).toBeLessThanOrEqual(0);
    for (const colorScheme of ['light', 'dark'] as const) {
      await pose(page, viewport, colorScheme);
      expect(await faultsOf(page, RULES), `${name}, ${size}, ${colorScheme}`).toEqual([]);
    }
  }
}

describe('what patients ask', () => {
  it('R52, R53, R54: on a phone a patient asks a name and a correction, is told where the data lie, and takes everything along', async () => {
    await fixture.visit({ query: `role=patient&${NOW}`, size: 'narrow', fresh: false }, async (page, complaints) => {
      await putAxe(page);
      await page.getByRole('heading', { name: 'Vragen aan de praktijk' }).waitFor();
      await page.getByText('Wacht op antwoord').first().waitFor();
      await fine(page, 'own');
      await page.setViewportSize(PHONE);
      // The patient's own reading and the practice's programs have no name to ask for.
      await expect.poll(() => page.getByRole('button', { name: /^Wie was dit\?/ }).count()).toBe(3);
      await page.getByRole('button', { name: /^Wie was dit\?.*bloedsuiker/ }).click();
      await page.getByLabel(/^Waarom wilt u het weten/).fill('Ik denk dat het mijn buurvrouw was.');
      await fine(page, 'own-ask');
      await page.getByRole('button', { name: 'Verstuur de vraag' }).last().click();
      await page.getByText('Ik denk dat het mijn buurvrouw was.').waitFor();
      await page.getByLabel('Wat wilt u?').selectOption('erase');
      await page.getByLabel('Schrijf hier wat u vraagt').fill('Mijn oude adres.');
      await page.getByRole('button', { name: 'Verstuur de vraag' }).click();
      await page.getByText('Mijn oude adres.').waitFor();

      const address = page.getByLabel('Uw e-mailadres');
      await address.fill('geen adres');
      await page.getByRole('button', { name: 'Stuur mij een bericht als iemand keek' }).click();
      await page.getByText('Dit is geen e-mailadres.').waitFor();
      await address.fill('patient@example.org');
      await page.getByRole('button', { name: 'Stuur mij een bericht als iemand keek' }).click();
      await page.locator('[data-strip="alert-on"]').waitFor();

      const saved = async (name: RegExp) => {
        const file = page.waitForEvent('download');
        await page.getByRole('button', { name }).click();
        const taken = await file;
        return { name: taken.suggestedFilename(), bytes: readFileSync(await taken.path()) };
      };
      const pdf = await saved(/^Kopie als pdf/);
      expect([pdf.name, pdf.bytes.subarray(0, 5).toString('latin1')]).toEqual(['mijn-dossier.pdf', '%PDF-']);
      const fhir = await saved(/^Kopie voor andere programma/);
      expect([fhir.name, fhir.bytes.toString('utf8')]).toEqual([
        'mijn-dossier.fhir.json',
        '{"resourceType":"Bundle"}\n',
      ]);
      expect(complaints).toEqual([]);
    });
  });

  it('R53, R54: an owner cannot miss what waits too long, and answers; what is about oneself somebody else answers', async () => {
    await fixture.visit({ query: `role=owner&${FEW}`, fresh: false }, async (page, complaints) => {
      await putAxe(page);
      const late = page.locator('[data-strip="petitions-late"]');
      await late.waitFor();
      await fine(page, 'late', VIEWPORTS.narrow);
      await page.setViewportSize(VIEWPORTS.wide);
      await late.getByRole('link', { name: 'Verzoeken' }).click();
      await page.getByRole('heading', { name: 'Wacht op antwoord (5)' }).waitFor();
      await page.getByText('Dit gaat over u. Een ander moet antwoorden.').waitFor();
      await fine(page, 'petitions', VIEWPORTS.narrow);
      const first = page.getByRole('button', { name: /^Geef antwoord: Mevrouw J. de Wit/ });
      await first.click();
      const send = page.getByRole('button', { name: 'Verstuur het antwoord' });
      expect(await send.isDisabled()).toBe(true);
      await page.getByLabel('Geef de naam', { exact: true }).check();
      expect(await send.isDisabled()).toBe(true);
      await page.getByLabel('Uitleg aan de patiënt').fill('Noor werkt bij ons aan de balie.');
      await fine(page, 'petition-answer', VIEWPORTS.narrow);
      await send.click();
      await page.getByRole('heading', { name: 'Wacht op antwoord (4)' }).waitFor();
      await page.getByText('Noor werkt bij ons aan de balie.').waitFor();
      await page.goto(`${page.url().split('#')[0]}#/werklijst`);
      await page.getByRole('grid').waitFor();
      await expect.poll(() => late.count()).toBe(0);
      expect(complaints).toEqual([]);
    });
  });

  it('R22: a practice without requests says so, and whoever may not read them is told', async () => {
    await fixture.visit({ query: `role=owner&scene=empty&${FEW}`, hash: '#/verzoeken', fresh: false }, async (page) => {
      await putAxe(page);
      await page.locator('[data-state="empty"]').waitFor();
      await fine(page, 'petitions-empty', VIEWPORTS.narrow);
    });
    await fixture.visit({ query: `scene=denied&${FEW}`, hash: '#/verzoeken', fresh: false }, (page) =>
      page.locator('[data-state="denied"]').waitFor(),
    );
  });
});
