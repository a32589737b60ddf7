/** Signing on outside, on invented people: at the door, while somebody works, of a patient at the desk, and what the manager sees. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import type { DevWorld } from '../../src/dev/world.ts';
import { faultsOf, putAxe } from '../axe.ts';
import { Workplace } from '../pages/index.ts';
import { FEW, fixtureOf } from './fixture.ts';

const fixture = fixtureOf();
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
declare const devWorld: DevWorld;

/** Wide and narrow, as it looks now: nothing against the norm, and nothing that scrolls sideways. A practice works at no telephone. */
async function check(page: Page, name: string, narrow = 390): Promise<void> {
  for (const width of [1440, narrow]) {
    await page.setViewportSize({ width, height: 900 });
    expect([name, width, await faultsOf(page, { type: 'tag', values: RULES })]).toEqual([name, width, []]);
    expect([name, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)]).toEqual([name, true]);
  }
}
const back = (page: Page, trouble?: string) =>
  page.evaluate((what) => devWorld.signOnBack(what as Parameters<DevWorld['signOnBack']>[0]), trouble);

describe('signing on outside', () => {
  it('R28: a patient is asked at the door, goes in one click, and comes to the own record; every trouble has a next step', async () => {
    await fixture.visit(
      { query: `role=patient&scene=sign-on&in=no&${FEW}`, size: 'narrow' },
      async (page, complaints) => {
        const app = new Workplace(page);
        await app.door.openWithPasskey();
        await page.getByRole('heading', { name: 'Laat zien wie u bent' }).waitFor();
        await putAxe(page);
        await check(page, 'door');
        const go = page.getByRole('link', { name: 'Aanmelden met DigiD' });
        // In a tab of its own, without a way back into this page; the address is said before.
        expect([await go.getAttribute('target'), await go.getAttribute('rel')]).toEqual([
          '_blank',
          'noopener noreferrer',
        ]);
        await page.getByText('inloggen.digid.example').waitFor();
        const [opened] = await Promise.all([page.context().waitForEvent('page'), go.click()]);
        await opened.close();
        await page.getByRole('heading', { name: 'Meld u aan in het andere tabblad' }).waitFor();
        await check(page, 'waiting');
        for (const [trouble, title, next] of [
          ['cancelled', 'U bent gestopt met aanmelden', 'Aanmelden met DigiD'],
          ['expired', 'Dit duurde te lang', 'Aanmelden met DigiD'],
          ['refused', 'Deze aanmelding telt hier niet', 'Aanmelden met DigiD'],
          ['low', 'Het niveau is te laag', 'Aanmelden met DigiD'],
          ['other', 'Dit is iemand anders', 'Terug naar het begin'],
          ['away', 'Aanmelden lukt nu niet', 'Probeer opnieuw'],
          ['none', 'Hier is nog niets om u mee aan te melden', 'Terug naar het begin'],
          ['failed', 'Er ging iets mis', 'Terug naar het begin'],
        ] as const) {
          await back(page, trouble);
          const said = page.getByRole('alert');
          await said.getByText(title).waitFor();
          // Read first, also by who hears the page.
          const read = () => said.evaluate((one) => one === document.activeElement);
          await expect.poll(async () => [trouble, await read()]).toEqual([trouble, true]);
          expect([
            trouble,
            await page
              .getByRole('link', { name: next })
              .or(page.getByRole('button', { name: next }))
              .count(),
          ]).toEqual([trouble, 1]);
          if (trouble === 'other' || trouble === 'low') await check(page, trouble);
        }
        await back(page);
        await page.getByRole('heading', { name: 'Mijn dossier' }).waitFor();
        expect(complaints).toEqual([]);
      },
    );
  });

  it('R26: a colleague is asked while at work, and is back at the same place; who does not is signed out', async () => {
    await fixture.visit(
      { query: `role=nurse&scene=sign-on&${FEW}`, hash: '#/team', scheme: 'dark', fresh: false },
      async (page) => {
        await page.getByRole('heading', { name: 'Aanmelden van buiten' }).waitFor();
        await page.evaluate(() => void devWorld.signOnAsked());
        await page.getByRole('link', { name: 'Aanmelden met Dezi' }).waitFor();
        await page.getByRole('link', { name: 'Aanmelden met Praktijkaccount' }).waitFor();
        // Nothing of the practice stands behind it.
        expect(await page.getByText('Joost Hofstede').count()).toBe(0);
        await putAxe(page);
        await check(page, 'staff-dark');
        await back(page);
        await page.getByRole('heading', { name: 'Aanmelden van buiten' }).waitFor();
        expect(new URL(page.url()).hash).toBe('#/team');
        await page.evaluate(() => void devWorld.signOnAsked());
        await page.getByRole('button', { name: 'Niet aanmelden' }).click();
        await page.getByRole('button', { name: 'Aanmelden met passkey' }).waitFor();
      },
    );
  });

  it('R28, R19: the patient signs on with their telephone for who takes them in, and again for the second person', async () => {
    await fixture.visit(
      { query: `role=owner&scene=sign-on&${FEW}`, hash: '#/team', fresh: false },
      async (page, complaints) => {
        const app = new Workplace(page);
        const asks = app.proposal('Mevrouw J. de Wit');
        const agree = asks.getByRole('button', { name: 'Akkoord', exact: true });
        await asks.getByRole('button', { name: 'Met de telefoon van de patiënt' }).waitFor();
        expect(await agree.isDisabled()).toBe(true);
        const settings = page.getByRole('region', { name: 'Aanmelden van buiten' });
        await settings.getByText('moet zich aanmelden, niveau hoog').waitFor();
        await settings.getByText('11 van 14 melden zich van buiten aan').waitFor();
        await settings.getByText('ook met de eigen telefoon aan de balie').waitFor();
        await putAxe(page);
        const number = async (digits: string) => {
          await asks.getByLabel('Getal op de telefoon').fill(digits);
          await page.keyboard.press('Enter');
        };
        const phone = asks.getByRole('button', { name: 'Met de telefoon van de patiënt' });
        await phone.click();
        await number('111111');
        await asks.getByText('Het getal klopt niet, of de aanmelding lukte niet').waitFor();
        await check(page, 'second', 800);
        await number('123 456');
        await asks.getByText('Het is dezelfde persoon').waitFor();
        await expect.poll(() => agree.isDisabled()).toBe(false);

        await page.evaluate(() => {
          location.hash = '#/werklijst';
        });
        await app.worklist.openFirst();
        await page.evaluate(() => {
          location.hash = `${location.hash.split('?')[0]}/inzage`;
        });
        await page.getByRole('button', { name: 'Maak een link' }).click();
        await page.getByLabel('Ja, met DigiD').waitFor();
        const propose = page.getByRole('button', { name: 'De code is gelijk: stel voor' });
        expect(await propose.isDisabled()).toBe(true);
        await page.getByLabel('Nee, zonder').click();
        await page.getByText('Kies dit als DigiD nu niet werkt').waitFor();
        await expect.poll(() => propose.isDisabled()).toBe(false);
        await page.getByLabel('Ja, met DigiD').click();
        await expect.poll(() => propose.isDisabled()).toBe(true);
        await page.getByRole('button', { name: 'Met de telefoon van de patiënt' }).click();
        await page.locator('[data-pin-link]').getByText('balie.wilgen.example/aan/').waitFor();
        await check(page, 'desk', 800);
        await page.getByLabel('Getal op de telefoon').fill('123456');
        await page.getByRole('button', { name: 'Controleer' }).click();
        await page.getByText('De patiënt is aangemeld met DigiD').waitFor();
        await propose.click();
        await page.getByText('Een tweede collega tekent mee').first().waitFor();
        expect(complaints).toEqual([]);
      },
    );
  });

  it('R19: somebody else at the second person is not signed for; a desk that is away is said', async () => {
    await fixture.visit({ query: `role=owner&scene=sign-on&${FEW}`, hash: '#/team', fresh: false }, async (page) => {
      const asks = new Workplace(page).proposal('Mevrouw J. de Wit');
      await asks.getByRole('button', { name: 'Met de telefoon van de patiënt' }).click();
      await asks.getByLabel('Getal op de telefoon').fill('654321');
      await asks.getByRole('button', { name: 'Controleer' }).click();
      await asks.getByText('Dit is iemand anders').waitFor();
      expect(await asks.getByRole('button', { name: 'Akkoord', exact: true }).isDisabled()).toBe(true);
    });
    await fixture.visit(
      { query: `role=owner&scene=sign-on-away&${FEW}`, hash: '#/team', scheme: 'dark', fresh: false },
      async (page) => {
        await page.getByText('Niemand komt nu binnen').waitFor();
        await page.getByText('Aanmelden van buiten lukt nu niet').waitFor();
        expect(await page.getByRole('button', { name: 'Akkoord', exact: true }).isDisabled()).toBe(true);
        await putAxe(page);
        await check(page, 'away-dark', 800);
      },
    );
  });

  it('R28: nobody at the desk: access without, where the practice leaves the choice; where it asks every patient none, and paper', async () => {
    const invited = async (page: Page) => {
      const app = new Workplace(page);
      await app.worklist.ready();
      await app.worklist.openFirst();
      await page.evaluate(() => {
        location.hash = `${location.hash.split('?')[0]}/inzage`;
      });
      await page.getByRole('button', { name: 'Maak een link' }).click();
      await page.getByText('Aanmelden van buiten lukt nu niet').waitFor();
      // The patient's code is there: nothing but the sign-on is missing.
      await page.locator('output.kk-code').waitFor();
      return page.getByRole('button', { name: 'De code is gelijk: stel voor' });
    };
    await fixture.visit({ query: `role=owner&scene=sign-on-away&${FEW}`, fresh: false }, async (page) => {
      const propose = await invited(page);
      expect(await propose.isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Nee, zonder' }).click();
      await expect.poll(() => propose.isDisabled()).toBe(false);
    });
    await fixture.visit(
      { query: `role=owner&scene=sign-on-shut&${FEW}`, scheme: 'dark', fresh: false },
      async (page, complaints) => {
        const propose = await invited(page);
        await page.getByText('Toegang geven kan pas als het weer werkt').waitFor();
        expect(await page.getByText('Nee, zonder').count()).toBe(0);
        await page.getByRole('button', { name: 'Probeer opnieuw' }).click();
        await page.getByText('Toegang geven kan pas als het weer werkt').waitFor();
        expect(await propose.isDisabled()).toBe(true);
        await putAxe(page);
        await check(page, 'shut', 800);
        await page.getByRole('button', { name: 'Maak overzicht' }).click();
        await page.getByRole('button', { name: 'Druk af' }).waitFor();
        expect(complaints).toEqual([]);
      },
    );
  });
});
