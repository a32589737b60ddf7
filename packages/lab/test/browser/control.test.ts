/** "Controle" on a real vault: one finding from question to decision, between two people, each in a browser of their own (R48-R50). */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Ground, makeGround, type Visit } from './practice.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await makeGround({ patients: 40 });
});
afterAll(() => ground?.close());

const go = async (page: Page, hash: string) => {
  await page.evaluate((to) => {
    location.hash = to;
  }, hash);
  await page.locator('h1').waitFor();
};
const again = (page: Page) => page.getByRole('button', { name: 'Opnieuw lezen' }).click();

describe('the review of the log', () => {
  it('R48, R49, R50: a policy by two people, a finding, the question, the answer, the decision; and nothing of it in the clear', ({
    expect,
  }) =>
    ground.again(async (officer: Visit) => {
      await ground.enter(officer, ground.hand('Youssef'));
      await ground.again(async (nurse: Visit) => {
        await ground.enter(nurse, ground.hand('Sanne'));
        const whom = await nurse.app.worklist.openFirst();
        await nurse.app.dossier.ready();

        await go(officer.page, '#/controle');
        await officer.page.getByText('Er is nog geen controlebeleid').waitFor();
        // Everybody else has no log to review, and is told so.
        await go(nurse.page, '#/controle');
        await nurse.page.locator('[data-state="denied"]').waitFor();
        await nurse.page.getByText('Er zijn geen vragen aan u.').waitFor();

        await officer.page.getByRole('button', { name: 'Beleid opstellen' }).click();
        await officer.page.getByRole('checkbox', { name: 'Youssef Benali', exact: true }).check();
        await officer.page.getByLabel('Bevinding vanaf (20 tot 50 punten)').fill('30');
        await officer.page.getByRole('button', { name: 'Voorstellen' }).click();
        await officer.page.getByText('Het beleid wacht op een tweede handtekening.').waitFor();
        await go(nurse.page, '#/team');
        await nurse.page.getByText('Youssef Benali stelt een controlebeleid voor.').waitFor();
        await nurse.page.getByRole('button', { name: 'Akkoord', exact: true }).click();
        await nurse.page.getByText('Alle handtekeningen zijn er').first().waitFor();

        await again(officer.page);
        await officer.page.getByText(/^Versie 1, sinds/).waitFor();
        const row = officer.page.getByRole('link', { name: `Sanne Kuipersma bij ${whom}` });
        await row.click();
        await officer.page.getByText('Hoor eerst wie keek').waitFor();
        expect(await officer.page.getByLabel('Niet terecht').isDisabled()).toBe(true);
        await officer.page.getByLabel('Uw vraag').fill('Waarom keek u in dit dossier?');
        await officer.page.getByRole('button', { name: 'Vraag versturen' }).click();
        await officer.page.getByText('wacht op antwoord').waitFor();

        await go(nurse.page, '#/controle');
        await nurse.page.getByText('Waarom keek u in dit dossier?').waitFor();
        await nurse.page.getByText(`Sanne Kuipersma · geopend · ${whom}`).waitFor();
        await nurse.page.getByLabel('Uw antwoord').fill('Zij belde over haar uitslag.');
        await nurse.page.getByRole('button', { name: 'Antwoord versturen' }).click();
        await nurse.page.getByText('U heeft geantwoord.').waitFor();

        await go(officer.page, '#/controle');
        await again(officer.page);
        await officer.page.getByText('beantwoord', { exact: true }).waitFor();
        await row.click();
        await officer.page.getByText('Zij belde over haar uitslag.').waitFor();
        await officer.page.getByLabel('Terecht', { exact: true }).check();
        await officer.page.getByLabel('Uw reden').fill('Telefonisch contact, nagegaan.');
        await officer.page.getByRole('button', { name: 'Besluit vastleggen' }).click();
        await officer.page.getByText('besloten', { exact: true }).waitFor();
        // Whoever decided does not reopen it.
        await officer.page.getByText('Wie besloot, kan dit niet zelf opnieuw openen.').first().waitFor();

        await go(officer.page, '#/controle');
        await officer.page.getByRole('button', { name: 'Controle vastleggen' }).click();
        await officer.page.getByText(/^Alles is nagekeken tot en met/).waitFor();
        await go(nurse.page, '#/team');
        await go(nurse.page, '#/controle');
        await nurse.page.getByText('Youssef Benali besloot: Terecht').waitFor();
      });
      // What was asked and answered went over the wire sealed.
      const said = ground.heard.all.join('\n');
      for (const words of ['Waarom keek u', 'Zij belde', 'Telefonisch contact']) expect(said).not.toContain(words);
      expect(ground.heard.complaints).toEqual([]);
    }));
});
