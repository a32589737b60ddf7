/** The practice itself: deliveries, team, colleagues, partners. */

import { Workplace } from '../../pages/index.ts';
import { FEW, NOW } from '../fixture.ts';
import { colleague, everyScreen, state } from './every.ts';

everyScreen({
  deliveries: {
    query: NOW,
    hash: '#/leveringen',
    reach: (page) => page.getByText('612 van de 2350 patiënten').waitFor(),
  },
  'deliveries, none': { query: `scene=empty&${FEW}`, hash: '#/leveringen', reach: state('empty') },
  team: {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: (page) => page.getByRole('button', { name: 'De code is gelijk: bevestig' }).waitFor(),
  },
  'team, witnesses named by two people': {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByText('Bevestigd door 2 van 2 getuigen').waitFor();
      await page.getByRole('button', { name: 'Getuigen aanwijzen' }).click();
      await page.getByLabel('Adres van nieuwe getuige 1').fill('https://getuige.example/w3');
      await page.getByLabel('Sleutels van nieuwe getuige 1').fill('getuige.example/w3+7a7b7c7d+BA');
      await page.getByRole('button', { name: 'Stel voor' }).click();
      await page.getByText('van 3 getuigen het logboek laten bevestigen').waitFor();
    },
  },
  'team, name witnesses': {
    query: `role=owner&scene=empty&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByText('Niemand van buiten bevestigt dit logboek').waitFor();
      await page.getByRole('button', { name: 'Getuigen aanwijzen' }).click();
      await page.getByLabel('Adres van nieuwe getuige 1').waitFor();
    },
  },
  'team, two logs': {
    query: `role=owner&scene=unproved&${FEW}`,
    hash: '#/team',
    reach: async (page) => page.getByText('twee logboeken laten zien').waitFor(),
  },
  'team, a witness is late': {
    query: `role=nurse&scene=stale&${FEW}`,
    hash: '#/team',
    reach: async (page) => page.getByText('te weinig of te lang geleden').waitFor(),
  },
  'team, keyholders named by two people': {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByText('zijn 1 van 2 sleutelhouders nodig').waitFor();
      await page.getByRole('button', { name: 'Sleutelhouders aanwijzen' }).click();
      await page.getByLabel('Kaart van sleutelhouder 1').fill('eyJ0IjoiaG9sZGVyLWNhcmQifQ');
      await page.getByRole('button', { name: 'Stel voor' }).click();
      await page.getByText('van 3 sleutelhouders bij elke raadpleging meewerken').waitFor();
    },
  },
  'team, name keyholders': {
    query: `role=owner&scene=empty&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByText('Niemand van buiten bewaart een stukje van de sleutels').waitFor();
      await page.getByRole('button', { name: 'Sleutelhouders aanwijzen' }).click();
      await page.getByLabel('Kaart van sleutelhouder 1').waitFor();
    },
  },
  'team, invite': {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Nodig een collega uit' }).click();
      await page.getByLabel('Naam van uw collega').fill('Marloes Bakker');
      await page.getByLabel('Rol').selectOption('nurse');
      await page.getByRole('button', { name: 'Maak uitnodigingslink' }).click();
      await page.getByLabel('Uitnodigingslink').waitFor();
    },
  },
  'team, proposals': {
    query: `role=owner&scene=partly&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      const proposal = new Workplace(page).proposal('Joost Hofstede wil Marloes Bakker');
      await proposal.getByRole('button', { name: 'Akkoord', exact: true }).waitFor();
    },
  },
  'team, device lost': {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Toestel kwijt: Joost Hofstede' }).click();
      await page.getByRole('button', { name: /^Beëindigen: Passkey/ }).click();
      await page.getByText('Daarna blijft er één over').waitFor();
    },
  },
  'team, device ended': {
    query: `role=owner&${FEW}`,
    hash: '#/team',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Toestel kwijt: Joost Hofstede' }).click();
      await page.getByRole('button', { name: /^Beëindigen: Passkey/ }).click();
      const next = await page.getByRole('button', { name: /^Beëindigen: Wachtzin/ }).elementHandle();
      const yes = page.getByRole('button', { name: 'Ja, beëindig' });
      // The next is asked for while the first is still being ended, and stays asked for.
      await yes.evaluate((sure, other) => {
        for (const one of [sure, other]) (one as HTMLElement).click();
      }, next);
      await yes.click();
      await page.getByText('Nodig de collega opnieuw uit').waitFor();
    },
  },
  partners: {
    query: `role=owner&${NOW}`,
    hash: '#/partners',
    reach: (page) => page.getByRole('heading', { name: 'Podotherapie Het Spoor' }).waitFor(),
  },
  'partners, assumed consent': {
    query: `role=owner&scene=assumed&${FEW}`,
    hash: '#/partners',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Veronderstelde toestemming aanzetten' }).click();
      await page.getByText('Voor welke soort partner?').waitFor();
    },
  },
  'partners, assumed consent off': {
    query: `scene=usual&${FEW}`,
    hash: '#/partners',
    reach: (page) => page.getByText('voor elke verwijzing wordt de patiënt om toestemming gevraagd').waitFor(),
  },
  'partners, none': { query: `scene=empty&${NOW}`, hash: '#/partners', reach: state('empty') },
  'partners, compare': {
    query: `role=owner&${NOW}`,
    hash: '#/partners',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Partner toevoegen' }).click();
      await page.getByLabel('Partnerkaart').fill('proef-partnerkaart');
      await page.getByRole('button', { name: 'Verder' }).click();
      await page.getByLabel(/^Hoe is de URA vastgesteld/).waitFor();
    },
  },
  'partners, own card': {
    query: `role=owner&${NOW}`,
    hash: '#/partners',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Onze partnerkaart' }).click();
      await page.getByText('lees dan deze twaalf groepen').waitFor();
    },
  },
  colleague: { query: `role=owner&${NOW}`, hash: '#/team', reach: colleague },
  'colleague, leaves': {
    query: `role=owner&${NOW}`,
    hash: '#/team',
    reach: async (page) => {
      await colleague(page);
      await page.getByRole('button', { name: 'Joost Hofstede gaat uit dienst' }).click();
      await page.getByText('Kan niet ongedaan').waitFor();
    },
  },
});
