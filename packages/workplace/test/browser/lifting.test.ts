/** What a patient shut and a colleague recorded who left: the owners open it again together, in the dossier. */

import { describe, expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { Workplace } from '../pages/index.ts';
import { FEW, fixtureOf } from './fixture.ts';

const fixture = fixtureOf();

describe('a restriction of who left', () => {
  it('R34, R19: one owner asks, and takes it back', async () => {
    await fixture.visit({ query: `role=owner&${FEW}`, fresh: false }, async (page) => {
      const app = new Workplace(page);
      await app.worklist.ready();
      await app.worklist.openFirst();
      await app.dossier.ready();
      await app.dossier.restrictions();
      await page.getByRole('button', { name: /^Vraag de andere praktijkhouders/ }).click();
      await page.getByRole('button', { name: 'Ja, de patiënt vraagt dit' }).click();
      await page.getByText('Er moeten er 2 tekenen').waitFor();
      await expect.poll(() => page.getByRole('button', { name: /^Meetekenen/ }).count()).toBe(0);
      await page.getByRole('button', { name: /^Vraag intrekken/ }).click();
      await page.getByRole('button', { name: /^Vraag de andere praktijkhouders/ }).waitFor();
    });
  });

  it('R34, R19: the other reads of it at Team, and signs in the dossier; then it is over', async () => {
    await fixture.visit(
      { query: `role=owner&scene=partly&${FEW}`, hash: '#/team', fresh: false },
      async (page, complaints) => {
        const app = new Workplace(page);
        const asks = app.proposal('vraagt iets weer open te zetten');
        await asks.waitFor();
        expect(await asks.getByRole('button', { name: 'Akkoord', exact: true }).count()).toBe(0);
        await asks.getByRole('link', { name: 'Naar het dossier' }).click();
        await app.dossier.ready();
        await app.dossier.restrictions();
        await page.getByText('Joost Hofstede vraagt dit weer open te zetten').waitFor();
        await putAxe(page);
        const rules = { type: 'tag', values: ['wcag2a', 'wcag2aa'] } as const;
        expect(await faultsOf(page, { ...rules, values: [...rules.values] })).toEqual([]);
        await page.setViewportSize({ width: 390, height: 844 });
        expect(await faultsOf(page, { ...rules, values: [...rules.values] })).toEqual([]);
        const sign = page.getByRole('button', { name: /^Meetekenen/ });
        await sign.focus();
        await page.keyboard.press('Enter');
        await page.getByText('Doe dit alleen als de patiënt het vraagt').waitFor();
        await page.getByRole('button', { name: 'Ja, de patiënt vraagt dit' }).click();
        await sign.waitFor({ state: 'detached' });
        expect(complaints).toEqual([]);
      },
    );
  });
});
