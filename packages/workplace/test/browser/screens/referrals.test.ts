/** Referrals, on the practice's side and on the partner's. */

import { Workplace } from '../../pages/index.ts';
import { NOW } from '../fixture.ts';
import { everyScreen, firstReferral, PARTNER, state, stateFor } from './every.ts';

everyScreen({
  referrals: { hash: '#/verwijzingen', reach: (page) => page.getByText('1 nieuw bericht').first().waitFor() },
  'referrals, none': { query: `scene=empty&${NOW}`, hash: '#/verwijzingen', reach: state('empty') },
  'referrals, loading': { query: `scene=slow&${NOW}`, hash: '#/verwijzingen', reach: state('loading') },
  'referrals, offline': { query: `scene=offline&${NOW}`, hash: '#/verwijzingen', reach: state('offline') },
  referral: { hash: '#/verwijzingen', reach: firstReferral },
  'referral, consent withdrawn': {
    hash: '#/verwijzingen',
    reach: async (page) => {
      await firstReferral(page);
      await new Workplace(page).referrals.end('Toestemming intrekken');
    },
  },
  'referral, sure': {
    hash: '#/verwijzingen',
    reach: async (page) => {
      await firstReferral(page);
      await page.getByRole('button', { name: 'Afsluiten', exact: true }).click();
      await page.getByText('Wat gezien is, blijft gezien.').waitFor();
    },
  },
  'partner, referrals to us': {
    query: `role=podiatrist&scene=partly&${NOW}`,
    reach: (page) => page.getByText('is nu niet te bereiken').waitFor(),
  },
  'partner, what we sent': {
    query: `role=podiatrist&scene=partly&${NOW}`,
    hash: '#/verstuurd',
    reach: (page) =>
      page
        .getByRole('button', { name: /^Verwijder: Bericht terug/ })
        .first()
        .waitFor(),
  },
  'partner, ended referrals': {
    query: PARTNER,
    reach: async (page) => {
      await page.getByText('Alle', { exact: true }).click();
      await page.getByRole('heading', { name: 'Afgelopen verwijzingen' }).waitFor();
      await page.getByText('voorbij').first().waitFor();
    },
  },
  'partner, one that ended': {
    query: PARTNER,
    reach: async (page) => {
      await new Workplace(page).referrals.ended();
      await page.getByText('Uit uw eigen afschriften').waitFor();
    },
  },
  'partner, no own copy': { query: PARTNER, hash: `#/verstuurd/fac_${'a'.repeat(26)}`, reach: state('empty') },
  'partner, nothing sent': { query: `role=podiatrist&scene=empty&${NOW}`, hash: '#/verstuurd', reach: state('empty') },
  'partner, what we sent, offline': {
    query: `role=podiatrist&scene=offline&${NOW}`,
    hash: '#/verstuurd',
    reach: stateFor('offline', 'in uw eigen dossier'),
  },
  'partner, new referral': { query: PARTNER, reach: firstReferral },
  'partner, dossier': {
    query: PARTNER,
    reach: async (page) => {
      await firstReferral(page);
      await new Workplace(page).referrals.accept();
    },
  },
  'partner, message': {
    query: PARTNER,
    reach: async (page) => {
      await firstReferral(page);
      await new Workplace(page).referrals.accept();
      await page.getByRole('tab', { name: 'Bericht aan praktijk' }).click();
      await page.getByRole('button', { name: 'Meting toevoegen' }).click();
      await page.getByLabel(/^Waarde/).fill('5800');
      await page.getByText('kan bijna niet kloppen').waitFor();
    },
  },
  'partner, message, a finding': {
    query: PARTNER,
    reach: async (page) => {
      await firstReferral(page);
      await new Workplace(page).referrals.accept();
      await page.getByRole('tab', { name: 'Bericht aan praktijk' }).click();
      await page.getByRole('button', { name: 'Meting toevoegen' }).click();
      await page.getByRole('combobox', { name: 'Meting' }).selectOption('simms');
      await page.getByRole('combobox', { name: 'Uitslag' }).selectOption('2');
    },
  },
});
