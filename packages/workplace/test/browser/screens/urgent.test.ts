/** Substitutes and emergencies. */

import { NOW } from '../fixture.ts';
import { everyScreen, state } from './every.ts';

everyScreen({
  substitutes: {
    query: `role=owner&${NOW}`,
    hash: '#/waarneming',
    reach: (page) => page.getByRole('button', { name: 'Oproepen: Tim Overbeek' }).waitFor(),
  },
  'substitutes, call in': {
    query: `role=assistant&${NOW}`,
    hash: '#/waarneming',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Oproepen: Tim Overbeek' }).click();
      await page.getByLabel('Tot en met').waitFor();
    },
  },
  'substitutes, end an approval': {
    query: `role=owner&${NOW}`,
    hash: '#/waarneming',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Beëindig goedkeuring: Tim Overbeek' }).click();
      await page.getByRole('button', { name: 'Ja, beëindig' }).waitFor();
    },
  },
  'substitutes, for longer': {
    query: `role=owner&${NOW}`,
    hash: '#/waarneming',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Langer goedkeuren: Tim Overbeek' }).click();
      await page.getByLabel('Tot en met').fill('2026-11-25');
      await page.getByText('Kies een latere dag').waitFor();
    },
  },
  'emergencies, tell the patient': {
    query: `role=owner&${NOW}`,
    hash: '#/waarneming',
    reach: async (page) => {
      await page
        .getByRole('button', { name: /^Patiënt laten weten/ })
        .first()
        .click();
      await page.getByLabel('De patiënt hoort het niet').click();
      await page.getByLabel(/^Waarom niet/).waitFor();
    },
  },
  'emergencies, letter to the patient': {
    query: `role=owner&${NOW}`,
    hash: '#/waarneming',
    reach: async (page) => {
      await page
        .getByRole('link', { name: /^Brief maken/ })
        .first()
        .click();
      await page.getByRole('article', { name: 'De brief' }).waitFor();
    },
  },
  'emergencies, no such letter': {
    query: `role=owner&${NOW}`,
    hash: `#/waarneming/req_${'a'.repeat(26)}/brief`,
    reach: state('empty'),
  },
  'emergency, before': {
    query: `scene=denied&${NOW}`,
    hash: `#/dossier/dos_${'a'.repeat(26)}`,
    reach: async (page) => {
      await page.getByRole('button', { name: 'Spoed: toch openen' }).click();
      await page.getByLabel(/^Waarom is dit nu nodig/).fill('Verward aan de balie');
    },
  },
  'emergency, open': {
    query: `scene=denied&${NOW}`,
    hash: `#/dossier/dos_${'a'.repeat(26)}`,
    reach: async (page) => {
      await page.getByRole('button', { name: 'Spoed: toch openen' }).click();
      await page.getByLabel(/^Waarom is dit nu nodig/).fill('Verward aan de balie');
      await page.getByRole('button', { name: 'Leg vast en open' }).click();
      await page.locator('[data-strip="emergency"]').waitFor();
    },
  },
});
