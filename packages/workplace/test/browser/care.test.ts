/** Between people and organisations: referring, the partner's side, leaving, substitutes, emergencies. And clicks, counted. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { Workplace } from '../pages/index.ts';
import { filtered, fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();
type Work<T> = (app: Workplace) => Promise<T>;
const at = <T>(query: string, work: Work<T>, hash = '', fresh = false) =>
  fixture.visit({ query, hash, fresh }, async (page) => work(new Workplace(page)));
/** Where the page is watched, or may what it may not otherwise. */
const apart = <T>(query: string, work: Work<T>, hash = '') => at(query, work, hash, true);
const copies = (page: Page) =>
  page.evaluate(() => (window as unknown as { devWorld: { copies(): number } }).devWorld.copies());

async function diabetic(app: Workplace): Promise<string> {
  await app.worklist.ready();
  const all = await app.worklist.count();
  await app.worklist.programme('DM');
  await filtered(app.page, all);
  return await app.worklist.openFirst();
}

describe.concurrent('the second signer', () => {
  it('R19: after a colleague who is no owner has signed, the screen says that everybody has, and asks for nobody more', async ({
    expect,
  }) => {
    await at(
      `scene=partly&${NOW}`,
      async (app) => {
        const waits = app.proposal('Fysiotherapie De Brug');
        await waits.getByRole('button', { name: 'Akkoord', exact: true }).click();
        await waits.getByText('Alle handtekeningen zijn er').waitFor();
        expect(await app.page.getByText('Er is nog iemand nodig').count()).toBe(0);
        await expect.poll(() => waits.getByRole('button', { name: 'Akkoord', exact: true }).count()).toBe(0);
      },
      '#/team',
    );
  });
});

describe.concurrent('referring', () => {
  it('R30: consent, what is seen and what not, until when: one choice takes three clicks', async () => {
    await apart(`scene=partly&${NOW}`, async (app) => {
      const { page } = app;
      const name = await diabetic(app);
      await page.evaluate(() => {
        const counted = { clicks: 0 };
        document.addEventListener('pointerdown', () => counted.clicks++, { capture: true });
        Object.assign(window, { counted });
      });
      await page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
      await page.getByText('Podotherapeut ziet tot 21 nov 2027').waitFor();
      expect(await page.locator('.kk-sees [data-tone="yes"]').innerText()).toMatch(/HbA1c.*Voetonderzoek/s);
      expect(await page.locator('.kk-sees [data-tone="no"]').innerText()).toMatch(/Bloeddruk/);
      expect(await page.getByRole('button', { name: 'Versturen' }).isDisabled()).toBe(true);
      await page.getByLabel(/^Ja, de patiënt vindt het goed/).click();
      await page.getByRole('button', { name: 'Versturen' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(await page.evaluate(() => (window as unknown as { counted: { clicks: number } }).counted.clicks)).toBe(3);
      await app.dossier.access();
      await page.getByRole('row').filter({ hasText: 'Podotherapie Het Spoor' }).waitFor();
      await app.go('Verwijzingen');
      expect(await app.referrals.row(name).first().innerText()).toMatch(/verstuurd/);
    });
  });

  it('R35: another choice asks the patient again', async () => {
    await at(NOW, async (app) => {
      await diabetic(app);
      await app.page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
      await app.page.getByRole('radio', { name: /Het Spoor/ }).check();
      await app.page.getByLabel(/^Ja, de patiënt vindt het goed/).check();
      await app.page.getByRole('radio', { name: /Diëtistenpraktijk/ }).check();
      expect(await app.page.getByLabel(/^Ja, de patiënt vindt het goed/).isChecked()).toBe(false);
      expect(await app.page.getByRole('button', { name: 'Versturen' }).isDisabled()).toBe(true);
    });
  });

  it('R38: a copy to the GP system is declared before it is on the clipboard; taken over, the message is gone', async () => {
    await apart(
      NOW,
      async (app) => {
        const { page } = app;
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.locator('.kk-row-link').first().click();
        await page.getByRole('button', { name: 'Kopieer naar HIS' }).click();
        await page.getByText('Gekopieerd. Plak het').waitFor();
        expect(await copies(page)).toBe(1);
        expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^S: Bericht van .*\nO: .*NHG 2816/s);
        await app.referrals.takeOver();
        await page.getByRole('article', { name: 'Bericht terug' }).waitFor({ state: 'detached' });
        await page.getByText('overgenomen', { exact: true }).waitFor();
      },
      '#/verwijzingen',
    );
  });

  it('R33: consent is withdrawn in one click and a yes, and says what cannot be undone', async () => {
    await at(
      NOW,
      async (app) => {
        const { page } = app;
        await page.locator('.kk-row-link').first().click();
        await page.getByRole('button', { name: 'Toestemming intrekken' }).click();
        await page.getByText('kunt u niet terugnemen').waitFor();
        await page.getByRole('button', { name: 'Ja, intrekken' }).click();
        await page.getByText('kan hier niets meer openen').waitFor();
        await expect
          .poll(() => page.getByRole('list', { name: 'Hoe ver het weghalen is' }).innerText())
          .toMatch(/Geweigerd/);
      },
      '#/verwijzingen',
    );
  });
});

describe.concurrent('the partner', () => {
  it('sees a letter before, only the parts that it names after, and answers with values that hold', async () => {
    await at(`role=podiatrist&${NOW}`, async (app) => {
      const { page, referrals } = app;
      await page.locator('.kk-row-link').first().click();
      await page.getByRole('heading', { name: 'Verwijsbrief' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Metingen' }).count()).toBe(0);
      await referrals.accept();
      await page.getByRole('heading', { name: 'HbA1c' }).waitFor();
      expect(await page.getByRole('heading', { name: 'Bovendruk' }).count()).toBe(0);
      expect(await page.getByRole('heading', { name: 'Problemen' }).count()).toBe(0);
      await page.getByRole('tab', { name: 'Bericht aan praktijk' }).click();
      await page.getByRole('button', { name: 'Meting toevoegen' }).click();
      await page.getByLabel(/^Waarde/).fill('5800');
      await page.getByLabel('P: plan').fill('Controle over 3 maanden.');
      expect(await page.getByRole('button', { name: 'Verstuur bericht' }).isDisabled()).toBe(true);
      await page.getByLabel(/^Waarde/).fill('58');
      await page.getByRole('button', { name: 'Verstuur bericht' }).click();
      await page.getByRole('article', { name: 'Bericht terug' }).waitFor();
      expect(await page.getByRole('navigation', { name: 'Hoofdmenu' }).innerText()).not.toMatch(/Werklijst/);
    });
  });
});

describe.concurrent('administration', () => {
  it('R19: a partner is proposed after comparing, and waits for a second person', async () => {
    await at(
      `role=owner&${NOW}`,
      async (app) => {
        const { page } = app;
        await page.getByRole('button', { name: 'Partner toevoegen' }).click();
        await page.getByLabel('Partnerkaart').fill('kapot');
        await page.getByRole('button', { name: 'Verder' }).click();
        await page.getByText('geen geldige partnerkaart').waitFor();
        await page.getByLabel('Partnerkaart').fill('proef-partnerkaart');
        await page.getByRole('button', { name: 'Verder' }).click();
        await expect
          .poll(() => page.getByRole('list', { name: 'Vingerafdruk' }).last().getByRole('listitem').count())
          .toBe(12);
        await page.getByLabel(/^Hoe is de URA vastgesteld/).fill('LRZa');
        await page.getByRole('button', { name: 'De vingerafdruk is gelijk: stel voor' }).click();
        await page.getByRole('dialog').waitFor({ state: 'detached' });
        await app.go('Team');
        await app.proposal('Fysiotherapie De Brug als partner').waitFor();
      },
      '#/partners',
    );
  });

  it('a leaver: what happens at once, at the next delivery and never back; then how far it is', async () => {
    await at(
      `role=owner&${NOW}`,
      async (app) => {
        const { page } = app;
        await page.getByRole('link', { name: 'Joost Hofstede' }).click();
        await page.getByRole('button', { name: 'Joost Hofstede gaat uit dienst' }).click();
        await page.getByText('Terugkomen kan alleen met een nieuwe uitnodiging').waitFor();
        await page.getByRole('button', { name: 'Ja, beëindig de toegang' }).click();
        await page.getByText('612 van 612 opnieuw versleuteld').waitFor();
      },
      '#/team',
    );
  });

  it('R18: the assistant alone calls in a substitute, two clicks', async () => {
    await at(
      `role=assistant&${NOW}`,
      async (app) => {
        const { page } = app;
        await page.getByRole('button', { name: 'Oproepen: Tim Overbeek' }).click();
        await page.getByRole('button', { name: 'Roep Tim Overbeek op' }).click();
        await page.getByRole('button', { name: 'Stop waarneming: Tim Overbeek' }).waitFor();
      },
      '#/waarneming',
    );
  });

  it('R21: the patient is told before an emergency look is reviewed; the letter is printed from the screen alone', async () => {
    await apart(
      `role=owner&${NOW}`,
      async (app) => {
        const { page } = app;
        const reviews = page.getByRole('region', { name: 'Spoedinzage nakijken' });
        const first = reviews.getByRole('listitem').first();
        await first.getByText('De patiënt weet het nog niet').waitFor();
        expect(await first.getByRole('button', { name: /^Nakijken/ }).count()).toBe(0);
        const [family, given] = (await first.locator('strong').innerText()).replace(/^.*: /, '').split(', ');

        await first.getByRole('link', { name: /^Brief maken/ }).click();
        const letter = page.getByRole('article', { name: 'De brief' });
        await letter.getByText(`Beste ${given} ${family},`).waitFor();
        expect(await letter.innerText()).toMatch(/Dat was een huisarts.*noodsamenvatting.*Waarom\?/s);
        expect(`${page.url()} ${await page.title()}`).not.toContain(family);
        await page.getByLabel(/^Waarom, in gewone woorden/).fill('U was in de war aan de balie.');
        await letter.getByText('U was in de war aan de balie.').waitFor();
        // Its line in the log first; without one nothing is on paper.
        const printed = page.evaluate(
          () =>
            new Promise<boolean>((done) => {
              window.print = () => done('print' in document.documentElement.dataset);
            }),
        );
        await page.getByRole('button', { name: 'Druk af' }).click();
        expect(await printed).toBe(true);
        await page.emulateMedia({ media: 'print' });
        expect(await letter.isVisible()).toBe(false);
        await page.evaluate(() => document.documentElement.setAttribute('data-print', ''));
        expect(await page.getByRole('button', { name: 'Druk af' }).isVisible()).toBe(false);
        expect(await page.getByRole('navigation', { name: 'Hoofdmenu' }).isVisible()).toBe(false);
        expect(await letter.isVisible()).toBe(true);
        await page.emulateMedia({ media: 'screen' });

        await page.getByRole('button', { name: 'Patiënt laten weten' }).click();
        await page.getByLabel('Op welke dag?').fill('2026-11-01');
        expect(await page.getByRole('button', { name: 'Leg vast' }).isDisabled()).toBe(true);
        await page.getByLabel('Op welke dag?').fill('2026-11-21');
        await page.getByRole('button', { name: 'Leg vast' }).click();
        await first.getByText('De patiënt kreeg een brief op 21 nov 2026.').waitFor();
        await first.getByRole('button', { name: /^Nakijken/ }).click();
        await page.getByLabel('In orde', { exact: true }).click();
        await page.getByLabel('Toelichting').fill('Het was nodig.');
        await page.getByRole('button', { name: 'Afronden' }).click();
        await page.getByText('Nagekeken.').waitFor();
      },
      '#/waarneming',
    );
  });

  it('R21: an emergency asks a reason, says that it is told, and opens the summary only', async () => {
    await at(
      `scene=denied&${NOW}`,
      async (app) => {
        const { page } = app;
        await page.getByRole('button', { name: 'Spoed: toch openen' }).click();
        await page.getByText('Het staat bij “Wie keek?”. Vertel het ook de patiënt.').waitFor();
        expect(await page.getByRole('button', { name: 'Leg vast en open' }).isDisabled()).toBe(true);
        await page.getByLabel(/^Waarom is dit nu nodig/).fill('Verward aan de balie');
        await page.getByRole('button', { name: 'Leg vast en open' }).click();
        await page.locator('[data-strip="emergency"]').waitFor();
        expect(await page.getByRole('heading', { name: 'Notities' }).count()).toBe(0);
        expect(await page.getByRole('button', { name: 'Verwijzen', exact: true }).count()).toBe(0);
      },
      `#/dossier/dos_${'a'.repeat(26)}`,
    );
  });
});
