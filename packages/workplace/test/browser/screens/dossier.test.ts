/** The dossier and its tabs: reading, referring, who looked, who can see what, what is shut. */

import { Workplace } from '../../pages/index.ts';
import { FEW, NOW } from '../fixture.ts';
import { dossier, everyScreen, patient, state } from './every.ts';

everyScreen({
  dossier: { query: NOW, reach: dossier },
  'dossier, table': {
    query: NOW,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.table();
    },
  },
  'dossier, opened by an appointment': {
    query: `role=assistant&patients=24&${NOW}`,
    reach: async (page) => {
      await page.locator('[data-chip="appointment"]').first().click();
      await page.getByRole('heading', { name: 'Metingen' }).waitFor();
    },
  },
  'who can see what, by an appointment': {
    query: `role=assistant&patients=24&${NOW}`,
    reach: async (page) => {
      await page.locator('[data-chip="appointment"]').first().click();
      await new Workplace(page).dossier.access();
      await page
        .getByText(/^Afspraak/)
        .first()
        .waitFor();
    },
  },
  'dossier, assistant': { query: `role=assistant&${FEW}`, reach: dossier },
  'dossier, parts denied': { query: `scene=partly&${FEW}`, reach: dossier },
  'dossier, not proved': {
    query: `scene=unproved&${FEW}`,
    reach: async (page) => {
      await new Workplace(page).worklist.ready();
      await page.keyboard.press('j');
      await page.keyboard.press('Enter');
      await state('not-proved')(page);
    },
  },
  'dossier, take over': {
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.writeNote('Bloeddruk thuis 135/80.');
      await page.getByRole('button', { name: 'Overgenomen in HIS' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'who looked': {
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.looks();
      await page.getByRole('button', { name: 'Bewijs van regel 1840' }).click();
    },
  },
  'who looked, not handed over': {
    query: `scene=shut-log&${FEW}`,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.looks();
      await page.getByRole('button', { name: 'Afdrukken' }).click();
      await page.locator('[data-strip="not-taken"]').waitFor();
    },
  },
  'who looked, on a consent that was assumed': {
    query: `scene=assumed&${FEW}`,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.looks();
      await page.getByText('de toestemming was verondersteld').waitFor();
    },
  },
  'dossier, refer': {
    query: `scene=partly&${NOW}`,
    reach: async (page) => {
      await patient(page);
      await page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
      await page.getByLabel(/^Ja, de patiënt vindt het goed/).check();
    },
  },
  'dossier, refer, consent may be assumed': {
    query: `scene=assumed&${NOW}`,
    reach: async (page) => {
      await patient(page);
      await page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
      await page.getByRole('radio', { name: /Diëtistenpraktijk/ }).check();
      await page.getByLabel(/^Niet gevraagd/).check();
    },
  },
  'dossier, refer to one of four': {
    reach: async (page) => {
      await patient(page);
      await page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
      await page.getByRole('radio', { name: /Het Spoor/ }).check();
      await page.getByText('Podotherapeut ziet niet').waitFor();
    },
  },
  'who can see what': {
    query: FEW,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.access();
    },
  },
  'who can see what, shut': {
    query: FEW,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.access();
      await page.getByRole('button', { name: 'Afsluiten voor …' }).click();
      await page.getByLabel('Voor wie?').selectOption('outside');
    },
  },
  'restrictions, an owner': {
    query: `role=owner&${FEW}`,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.restrictions();
      await page.getByText('of de praktijkhouders samen').waitFor();
    },
  },
  'restrictions, none': {
    query: `scene=assumed&${FEW}`,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.restrictions();
      await state('empty')(page);
    },
  },
  'restrictions, lift one': {
    query: FEW,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.restrictions();
      await page.getByRole('button', { name: /^Weer openzetten/ }).click();
      await page.getByText('Doe dit alleen als de patiënt het vraagt').waitFor();
    },
  },
});
