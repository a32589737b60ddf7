/** What a practice asks of a sign-on, as it is shown, changed and signed; and the page to which a provider sends people back. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOf, pose, putAxe } from '../axe.ts';
import { Workplace } from '../pages/index.ts';
import { FEW, fixtureOf } from './fixture.ts';

const fixture = fixtureOf();
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Wide and narrow, light and dark: nothing against the norm, and nothing that scrolls sideways. */
async function check(page: Page, name: string, narrow: number): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    for (const width of [1440, narrow]) {
      await pose(page, { width, height: 900 }, scheme);
      const faults = await faultsOf(page, { type: 'tag', values: RULES });
      expect([name, scheme, width, faults]).toEqual([name, scheme, width, []]);
      const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      expect([name, width, fits]).toEqual([name, width, true]);
    }
  }
}

describe('what a practice asks of a sign-on', () => {
  it('R26, R19: is shown with who signed it and since when, and changed with a second signer', async () => {
    await fixture.visit({ query: `role=owner&scene=sign-on&${FEW}`, hash: '#/team' }, async (page, complaints) => {
      const card = page.getByRole('region', { name: 'Aanmelden van buiten' });
      await card.getByText('moet zich aanmelden, niveau hoog').waitFor();
      await card.getByText('kan: u kiest het per patiënt aan de balie').waitFor();
      await card.getByText('controle door inloggen.digid.example').waitFor();
      await card.getByText(/^Youssef Karimi, Hanneke de Bruin, sinds 12 okt 2026/).waitFor();
      await card.getByRole('button', { name: 'Wijzig wat wordt gevraagd' }).click();
      const dialog = page.getByRole('dialog', { name: 'Wijzig wat wordt gevraagd' });
      const propose = dialog.getByRole('button', { name: 'Stel voor' });
      // Nothing is proposed of a desk at which nobody looked.
      expect(await propose.isDisabled()).toBe(true);
      const desk = dialog.getByLabel('Adres van de aanmeldbalie');
      await desk.fill('elders.example');
      await page.keyboard.press('Enter');
      await dialog.getByText('De computer waar u zich aanmeldt geeft geen antwoord').waitFor();
      expect(await propose.isDisabled()).toBe(true);
      await desk.fill('balie.wilgen.example');
      await page.keyboard.press('Enter');
      await dialog.getByText('controle door inloggen.dezi.example').waitFor();
      await dialog
        .getByRole('radiogroup', { name: 'Van elke patiënt met inzage' })
        .getByLabel('Niveau substantieel')
        .click();
      await putAxe(page);
      await check(page, 'change', 800);
      await propose.click();
      await page.getByText('Voorgesteld. Een tweede ondertekenaar tekent mee.').waitFor();
      await page.getByText('wil wijzigen wat uw praktijk vraagt bij het aanmelden').waitFor();
      await page.getByText('3 patiënten met inzage komen er niet meer in').waitFor();
      expect(complaints).toEqual([]);

      // The other tab: back from the provider. No session, no door, no code in the address.
      const tab = await page.context().newPage();
      await tab.goto(new URL('/aangemeld?code=geheim&state=s', page.url()).href);
      await tab.getByRole('heading', { name: 'Ga naar het tabblad waarin u begon' }).waitFor();
      expect(new URL(tab.url()).search).toBe('');
      await putAxe(tab);
      await check(tab, 'back', 390);
      // Somebody else's answer changes nothing here; its own closes it.
      const takes = (state: string) =>
        page.evaluate((of) => {
          const channel = new BroadcastChannel('ketenkluis.sign-on');
          channel.postMessage({ kind: 'taken', state: of });
          channel.close();
        }, state);
      await takes('another');
      await takes('s');
      await tab.getByRole('heading', { name: 'U kunt dit tabblad sluiten' }).waitFor();
      await check(tab, 'taken', 390);
      await tab.goto(new URL('/aangemeld', page.url()).href);
      await tab.getByRole('heading', { name: 'Hier is niets te doen' }).waitFor();
      await putAxe(tab);
      await check(tab, 'nothing', 390);
      await tab.getByRole('link', { name: 'Naar de werkplek' }).waitFor();
    });
  });

  it('R26, R19: who signs as well reads now and then side by side, and what it asks less', async () => {
    await fixture.visit({ query: `role=owner&scene=sign-on-lower&${FEW}`, hash: '#/team' }, async (page) => {
      await page.getByText('Dit vraagt minder dan nu').waitFor();
      const row = page.getByRole('row', { name: /^Wie hier werkt/ });
      expect(await row.getByRole('cell').allTextContents()).toEqual([
        'moet zich aanmelden, niveau hoog',
        'moet zich aanmelden, niveau substantieel',
      ]);
      await putAxe(page);
      await check(page, 'lower', 800);

      // Asked of every patient: nobody is given access without.
      await page.setViewportSize({ width: 1440, height: 900 });
      await page.evaluate(() => {
        location.hash = '#/werklijst';
      });
      await new Workplace(page).worklist.openFirst();
      await page.evaluate(() => {
        location.hash = `${location.hash.split('?')[0]}/inzage`;
      });
      await page.getByRole('button', { name: 'Maak een link' }).click();
      await page.getByText('Uw praktijk vraagt dit van elke patiënt.').waitFor();
      expect(await page.getByLabel('Nee, zonder').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'De code is gelijk: stel voor' }).isDisabled()).toBe(true);
    });
  });

  it('R26: a vault that does not keep to it is said first, in red', async () => {
    await fixture.visit({ query: `role=nurse&scene=sign-on-differs&${FEW}`, hash: '#/team' }, async (page) => {
      const said = page.getByRole('alert').filter({ hasText: 'De kluis houdt zich hier niet aan' });
      await said.waitFor();
      await page.getByText('Een eigenaar van de praktijk wijzigt dit.').waitFor();
      await putAxe(page);
      await check(page, 'differs', 800);
    });
  });
});
