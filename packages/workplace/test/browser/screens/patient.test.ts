/** What patients see, on their own and at the desk. */

import { FEW, NOW } from '../fixture.ts';
import { everyScreen, state, stateFor } from './every.ts';

everyScreen({
  'desk, the patient': {
    query: `role=owner&${FEW}`,
    hash: '#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa/inzage',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Maak overzicht' }).click();
      await page.getByRole('heading', { name: 'Wie keek er in uw dossier?' }).waitFor();
    },
  },
  'desk, invited': {
    query: `role=owner&${FEW}`,
    hash: '#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa/inzage',
    reach: async (page) => {
      await page.getByLabel('Voor wie?').selectOption('representative');
      await page.getByLabel('Naam').fill('M. de Wit');
      await page.getByLabel('Relatie tot de patiënt').fill('Mentor');
      await page.getByRole('button', { name: 'Maak een link' }).click();
      await page.locator('output.kk-code').waitFor();
    },
  },
  'desk, end': {
    query: `role=owner&${FEW}`,
    hash: '#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa/inzage',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Beëindig' }).first().click();
      await page.getByRole('button', { name: 'Ja, beëindig' }).waitFor();
    },
  },
  'desk, nobody yet': {
    query: `scene=empty&${FEW}`,
    hash: '#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa/inzage',
    reach: (page) => page.getByText('Nog niemand').waitFor(),
  },
  'desk, denied': {
    query: `scene=denied&${FEW}`,
    hash: '#/dossier/dos_aaaaaaaaaaaaaaaaaaaaaaaaaa/inzage',
    reach: state('denied'),
  },
  'my record': {
    query: `role=patient&${NOW}`,
    reach: (page) => page.getByText('bekeek uw bloedsuiker').waitFor(),
  },
  'my record, for somebody else, small period': {
    query: `role=patient&scene=partly&${NOW}`,
    reach: async (page) => {
      await page.getByLabel('Vanaf').fill('2026-11-30');
      await page.getByText('In deze tijd keek er niemand').waitFor();
    },
  },
  'my record, ended': {
    query: `role=patient&scene=stale&${NOW}`,
    reach: (page) => page.locator('[data-strip="ended"]').waitFor(),
  },
  'my record, empty': {
    query: `role=patient&scene=empty&${NOW}`,
    reach: (page) => page.getByText('In deze tijd keek er niemand').waitFor(),
  },
  'my record, unproved': {
    query: `role=patient&scene=unproved&${NOW}`,
    reach: (page) => page.locator('[data-strip="unproved"]').waitFor(),
  },
  'my record, loading': { query: `role=patient&scene=slow&${NOW}`, reach: state('loading') },
  'my record, offline': { query: `role=patient&scene=offline&${NOW}`, reach: stateFor('offline', 'Bel de praktijk') },
  'my record, denied': { query: `role=patient&scene=denied&${NOW}`, reach: stateFor('denied', 'Bel de praktijk') },
});
