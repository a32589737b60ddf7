/** A name at another organisation, a month that is lengthened, and what is asked of a partner (docs/spec/petition.md, docs/spec/destruction.md). */

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
/** Wide and light, narrow and dark. */
async function fine(
  page: Page,
  name: string,
  small: { width: number; height: number } = VIEWPORTS.narrow,
): Promise<void> {
  for (const [viewport, colorScheme] of [
    [small, 'dark'],
    [VIEWPORTS.wide, 'light'],
  ] as const) {
    await pose(page, viewport, colorScheme);
    const wide = await page.evaluate(() =>
      Math.max(
        ...[document.documentElement, document.querySelector('main')!].map((one) => one.scrollWidth - one.clientWidth),
      ),
    );
    expect(wide, `${name}, ${colorScheme}: overflows`).toBeLessThanOrEqual(0);
    expect(await faultsOf(page, RULES), `${name}, ${colorScheme}`).toEqual([]);
  }
}

describe('what is asked of another organisation', () => {
  it('R37, R53, R54: a patient asks a name behind a look from elsewhere, and reads a refusal and why it takes longer, and who asked about sharing', async () => {
    await fixture.visit({ query: `role=patient&${NOW}`, size: 'narrow', fresh: false }, async (page, complaints) => {
      await putAxe(page);
      await page.getByText('De praktijk heeft langer nodig.').waitFor();
      await page.getByText('Podotherapie Het Spoor geeft de naam niet').waitFor();
      // AVG 12(4): under a refusal stands where else to go.
      await page.getByText('Ga dan naar de klachtenfunctionaris van de praktijk.').waitFor();
      // An answer that nobody can read: the request waits, and one press says so.
      await page.getByRole('button', { name: 'Vraag om een nieuw antwoord' }).click();
      await page.getByText('Een eerder antwoord kon niet worden gelezen.').waitFor();
      expect(await page.getByRole('button', { name: 'Vraag om een nieuw antwoord' }).count()).toBe(0);
      // R37: who asked about sharing and who changed it.
      await page.getByText('vroeg of er gedeeld mag worden met Podotherapie Het Spoor').waitFor();
      await expect.poll(() => page.locator('[data-list="changes"] li').count()).toBe(3);
      await fine(page, 'own-longer', PHONE);
      const asked = page.getByRole('button', { name: /^Wie was dit\?.*andere organisatie/ });
      await asked.click();
      await page.getByText('Uw vraag gaat naar uw praktijk én naar die organisatie.').waitFor();
      await fine(page, 'own-elsewhere', PHONE);
      await page.getByRole('button', { name: 'Verstuur de vraag' }).last().click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(complaints).toEqual([]);
    });
  });

  it('R53: an owner takes longer once, with the reason, and writes down what the partner said', async () => {
    await fixture.visit({ query: `role=owner&${FEW}`, hash: '#/verzoeken', fresh: false }, async (page, complaints) => {
      await putAxe(page);
      await page.getByText('iemand van Podotherapie Het Spoor').first().waitFor();
      // Nobody else there may answer; and an answer that cannot be read is none.
      await page.getByText('Deze organisatie kan niet zelf antwoorden').waitFor();
      await page.locator('[data-strip="unread"]').getByText('Bel deze organisatie en vraag wat er stond.').waitFor();
      expect(await page.getByRole('button', { name: /^Geef antwoord: Mevrouw T. Vos/ }).count()).toBe(1);
      await fine(page, 'petitions-elsewhere');
      await page.getByRole('button', { name: /^Langer de tijd nemen: De heer K. Brands/ }).click();
      const send = page.getByRole('dialog').getByRole('button', { name: 'Langer de tijd nemen' });
      await page.getByLabel('Twee maanden langer').check();
      await page.getByLabel('Het zijn veel verzoeken').check();
      expect(await send.isDisabled()).toBe(true);
      await page.getByLabel('Uitleg aan de patiënt').fill('Wij zoeken tien jaar na.');
      await fine(page, 'petition-longer');
      await send.click();
      await page.getByText('Wij zoeken tien jaar na.').waitFor();
      await expect
        .poll(() => page.getByRole('button', { name: /^Langer de tijd nemen: De heer K. Brands/ }).count())
        .toBe(0);
      await page.getByRole('button', { name: /^Geef antwoord: De heer H. van Loon/ }).click();
      await page.getByLabel('Geef de naam', { exact: true }).check();
      await page.getByLabel('Uitleg aan de patiënt').fill('De podotherapeut belde ons.');
      const answer = page.getByRole('button', { name: 'Verstuur het antwoord' });
      expect(await answer.isDisabled()).toBe(true);
      await page.getByLabel('De naam, zoals u die al kent of hoorde').fill('Tessa van Asselt');
      await fine(page, 'petition-elsewhere');
      await answer.click();
      await page.getByText('Tessa van Asselt').waitFor();
      expect(complaints).toEqual([]);
    });
  });

  it('R5, R54: a partner sees what practices ask, gives a name or not, and says what became of a destruction', async () => {
    await fixture.visit(
      { query: `role=podiatrist&${FEW}`, hash: '#/verwijzingen', fresh: false },
      async (page, complaints) => {
        await putAxe(page);
        // What waits is seen where the work is.
        await page.locator('[data-strip="posed"]').getByRole('link', { name: 'Vragen van praktijken' }).click();
        await page.getByRole('heading', { name: 'Wacht op antwoord (3)' }).waitFor();
        await page.getByText('Dit gaat over u. Een ander moet antwoorden.').waitFor();
        await fine(page, 'posed');
        await page.getByRole('button', { name: /Gegevens vernietigen$/ }).click();
        await page.getByLabel('Mag niet, want …').check();
        await page.getByLabel('Uitleg').fill('Wij behandelen zelf, en moeten ons dossier twintig jaar bewaren.');
        await fine(page, 'posed-destroy');
        await page.getByRole('button', { name: 'Verstuur het antwoord' }).click();
        await page.getByRole('heading', { name: 'Beantwoord (1)' }).waitFor();
        await page.getByText('Wij behandelen zelf').waitFor();
        expect(complaints).toEqual([]);
      },
    );
    // R54: nobody else here may answer: said to the one it is about. An officer who is no owner has the same door.
    const alone = { query: `role=podiatrist&scene=alone&${FEW}`, hash: '#/verzoeken', fresh: false };
    await fixture.visit(alone, (page) =>
      page.getByText('De praktijk geeft antwoord. U hoeft niets te doen.').waitFor(),
    );
    const officer = { query: `role=podiatrist&scene=officer&${FEW}`, hash: '#/team', fresh: false };
    await fixture.visit(officer, async (page) => {
      const nav = page.getByRole('navigation', { name: 'Team, partners en waarneming' });
      await nav.getByRole('link', { name: 'Verzoeken' }).click();
      await page.getByRole('heading', { name: 'Wacht op antwoord (3)' }).waitFor();
    });
    const empty = { query: `role=podiatrist&scene=empty&${FEW}`, hash: '#/verzoeken', fresh: false };
    await fixture.visit(empty, (page) => page.getByRole('heading', { name: 'Geen vragen' }).waitFor());
  });
});
