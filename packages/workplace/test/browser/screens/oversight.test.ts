/** Whoever treats nobody: the care group, the privacy officer, and control of the log. */

import { Workplace } from '../../pages/index.ts';
import { FEW, NOW } from '../fixture.ts';
import { everyScreen, OFFICER, state, stateFor } from './every.ts';

everyScreen({
  'care group, overview': {
    query: `role=care-group&${FEW}`,
    reach: (page) => page.getByText('iets meer dan aangemeld').first().waitFor(),
  },
  'care group, no counts yet': { query: `role=care-group&scene=empty&${FEW}`, reach: state('empty') },
  'care group, loading': { query: `role=care-group&scene=slow&${FEW}`, reach: state('loading') },
  'care group, offline': {
    query: `role=care-group&scene=offline&${FEW}`,
    reach: stateFor('offline', 'gaat u hier verder'),
  },
  'care group, denied': { query: `role=care-group&scene=denied&${FEW}`, reach: state('denied') },
  'care group, error': {
    query: `role=care-group&scene=broken&${FEW}`,
    reach: stateFor('error', 'wie over de kluis gaat'),
  },
  'care group, worklist by hand': {
    query: `role=care-group&${FEW}`,
    hash: '#/werklijst',
    reach: state('denied'),
  },
  'privacy officer': {
    query: OFFICER,
    reach: (page) =>
      page
        .getByRole('button', { name: /^Wie keek er nog meer/ })
        .first()
        .waitFor(),
  },
  'privacy officer, who looked': {
    query: OFFICER,
    reach: async (page) => {
      const { oversight } = new Workplace(page);
      await oversight.first();
      await oversight.only('Noor Zijlstra');
    },
  },
  'privacy officer, nothing on that day': {
    query: OFFICER,
    reach: async (page) => {
      const { oversight } = new Workplace(page);
      await oversight.first();
      await page.getByLabel('Vanaf').fill('2026-11-22');
      await state('empty')(page);
    },
  },
  'privacy officer, not a number': {
    query: OFFICER,
    reach: async (page) => {
      await new Workplace(page).oversight.ask('mevrouw De Vries');
      await page.getByText('Dit is geen dossiernummer').waitFor();
    },
  },
  'privacy officer, no such dossier': {
    query: `role=privacy-officer&scene=empty&${FEW}`,
    reach: async (page) => {
      await new Workplace(page).oversight.ask('#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa');
      await state('denied')(page);
    },
  },
  'privacy officer, offline': { query: `role=privacy-officer&scene=offline&${FEW}`, reach: state('offline') },
  'privacy officer, not proved': {
    query: `role=privacy-officer&scene=unproved&${FEW}`,
    reach: async (page) => {
      await new Workplace(page).oversight.first();
      await page.locator('[data-strip="unproved"]').waitFor();
    },
  },
  control: {
    query: `role=owner&${FEW}`,
    hash: '#/controle',
    reach: async (page) => {
      await page
        .getByRole('link', { name: /^Tim Overbeek bij/ })
        .first()
        .waitFor();
      await page.getByRole('checkbox', { name: 'Klopt nog: Noor Zijlstra' }).waitFor();
    },
  },
  'control, one finding': {
    query: `role=owner&${FEW}`,
    hash: '#/controle',
    reach: async (page) => {
      await page
        .getByRole('link', { name: /^Tim Overbeek bij/ })
        .first()
        .click();
      await page.getByLabel('Niet terecht').click();
      await page.getByLabel('Wat volgt').waitFor();
    },
  },
  'control, blocked': {
    query: `role=owner&${FEW}`,
    hash: '#/controle',
    reach: async (page) => {
      await page
        .getByRole('link', { name: /^Tim Overbeek bij/ })
        .nth(1)
        .click();
      await page.getByText('Niemand mag dit beoordelen').waitFor();
    },
  },
  'control, a policy': {
    query: `role=owner&${FEW}`,
    hash: '#/controle',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Nieuw beleid voorstellen' }).click();
      await page.getByLabel('Dagen voor een antwoord (hoogstens 31)').waitFor();
    },
  },
  'control, nothing to do': {
    query: `role=owner&scene=empty&${NOW}`,
    hash: '#/controle',
    reach: (page) => page.getByText('Geen bevindingen').waitFor(),
  },
  'control, a question to you': {
    query: FEW,
    hash: '#/controle',
    reach: async (page) => {
      await page.getByLabel('Uw antwoord').fill('Zij belde over haar uitslag.');
      await state('denied')(page);
    },
  },
  'control, reading': { query: `role=owner&scene=slow&${NOW}`, hash: '#/controle', reach: state('loading') },
  'control, not proved': {
    query: `role=owner&scene=unproved&${FEW}`,
    hash: '#/controle',
    reach: state('not-proved'),
  },
});
