/** Every screen and every state, light and dark, wide and narrow: axe finds nothing, nothing overflows, nobody complains. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOf, putAxe } from '../axe.ts';
import { VIEWPORTS } from '../browser.ts';
import { Workplace } from '../pages/index.ts';
import { FEW, filtered, fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();

interface Screen {
  readonly query?: string;
  readonly hash?: string;
  /** In a profile of its own: it changes the page's clock. */
  readonly fresh?: boolean;
  readonly reach: (page: Page) => Promise<void>;
}
const dossier = async (page: Page) => {
  const { worklist } = new Workplace(page);
  await worklist.ready();
  await worklist.openFirst();
};
const state = (name: string) => async (page: Page) => {
  await page.locator(`[data-state="${name}"]`).waitFor();
};

const OFFICER = `role=privacy-officer&${FEW}`;
const PARTNER = `role=podiatrist&${NOW}`;
/** With diabetes: of whom the most can be asked. */
const patient = async (page: Page) => {
  const { worklist } = new Workplace(page);
  await worklist.ready();
  const all = await worklist.count();
  await worklist.programme('DM');
  await filtered(page, all);
  await worklist.openFirst();
};
const firstReferral = async (page: Page) => {
  await page.locator('.kk-row-link').first().click();
  await page.getByRole('heading', { name: 'Verwijsbrief' }).waitFor();
};
const colleague = async (page: Page) => {
  await page.getByRole('link', { name: 'Joost Hofstede' }).click();
  await page.getByRole('heading', { name: 'Wat deze collega kan zien' }).waitFor();
};

const SCREENS: Record<string, Screen> = {
  'sign-in': { query: `in=no&${FEW}`, reach: (page) => new Workplace(page).door.passphrase().waitFor() },
  'device taken into use': {
    query: `in=no&${FEW}`,
    hash: '#/apparaat/proef.abc',
    reach: (page) => new Workplace(page).door.passphrase().waitFor(),
  },
  'bad device link': {
    query: `in=no&${FEW}`,
    hash: '#/apparaat/kapot',
    reach: async (page) => page.getByText('onvolledig of al gebruikt').waitFor(),
  },
  'invitation, passkey': {
    query: `in=no&${FEW}`,
    hash: '#/uitnodiging/proef.abc',
    reach: (page) => page.getByRole('button', { name: 'Op dit toestel' }).waitFor(),
  },
  'invitation, second key': {
    query: `in=no&${FEW}`,
    hash: '#/uitnodiging/proef.abc',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Op dit toestel' }).click();
      await page.getByLabel('Wachtzin nogmaals').waitFor();
    },
  },
  'invitation, code': {
    query: `in=no&${FEW}`,
    hash: '#/uitnodiging/proef.abc',
    reach: async (page) => {
      await page.getByLabel('Anderen gebruiken deze computer').check();
      await page.getByRole('button', { name: 'Met telefoon of losse sleutel' }).click();
      await page.getByRole('button', { name: 'Verder' }).click();
      await page.locator('output.kk-code').waitFor();
    },
  },
  'invitation, ended': {
    query: `in=no&${FEW}`,
    hash: '#/uitnodiging/oud',
    reach: async (page) => page.getByText('geldt niet meer').waitFor(),
  },
  worklist: {
    query: NOW,
    reach: async (page) => {
      await new Workplace(page).worklist.ready();
      await page.keyboard.press('j');
    },
  },
  'worklist, filtered': {
    query: NOW,
    reach: async (page) => {
      const { worklist } = new Workplace(page);
      await worklist.ready();
      await worklist.programme('DM');
      await worklist.search('an');
      await page.locator('[role=grid]').waitFor();
    },
  },
  'worklist, nobody found': {
    query: NOW,
    reach: async (page) => {
      const { worklist } = new Workplace(page);
      await worklist.ready();
      await worklist.search('zzzz');
      await state('empty')(page);
    },
  },
  'worklist, empty': { query: `scene=empty&${FEW}`, reach: state('empty') },
  'worklist, loading': { query: `scene=slow&${FEW}`, reach: state('loading') },
  'worklist, offline': { query: `scene=offline&${FEW}`, reach: state('offline') },
  'worklist, denied': { query: `scene=denied&${FEW}`, reach: state('denied') },
  'worklist, error': { query: `scene=broken&${FEW}`, reach: state('error') },
  'worklist, not confirmed': {
    query: `scene=stale&${FEW}`,
    reach: async (page) => page.locator('[data-strip="stale"]').waitFor(),
  },
  shortcuts: {
    reach: async (page) => {
      await new Workplace(page).worklist.ready();
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
  'user menu': {
    reach: async (page) => {
      await new Workplace(page).worklist.ready();
      await page.getByRole('button', { name: /^Menu van/ }).click();
      await page.getByRole('menuitem', { name: 'Vergrendelen' }).waitFor();
    },
  },
  dossier: { query: NOW, reach: dossier },
  'dossier, table': {
    query: NOW,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.table();
    },
  },
  'worklist, an appointment today': {
    query: `role=assistant&patients=24&${NOW}`,
    reach: (page) => page.locator('[data-chip="appointment"]').first().waitFor(),
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
  'who looked, on a consent that was assumed': {
    query: `scene=assumed&${FEW}`,
    reach: async (page) => {
      await dossier(page);
      await new Workplace(page).dossier.looks();
      await page.getByText('de toestemming was verondersteld').waitFor();
    },
  },
  'care group, overview': {
    query: `role=care-group&${FEW}`,
    reach: (page) => page.getByText('iets meer dan aangemeld').first().waitFor(),
  },
  'care group, no counts yet': { query: `role=care-group&scene=empty&${FEW}`, reach: state('empty') },
  'care group, loading': { query: `role=care-group&scene=slow&${FEW}`, reach: state('loading') },
  'care group, offline': { query: `role=care-group&scene=offline&${FEW}`, reach: state('offline') },
  'care group, denied': { query: `role=care-group&scene=denied&${FEW}`, reach: state('denied') },
  'care group, error': { query: `role=care-group&scene=broken&${FEW}`, reach: state('error') },
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
  'practice link': {
    query: `in=no&${FEW}`,
    hash: '#/praktijk/proef',
    reach: (page) => page.getByText('Deze computer kent nu uw praktijk').waitFor(),
  },
  'practice link, bad': {
    query: `in=no&${FEW}`,
    hash: '#/praktijk/oud',
    reach: (page) => page.getByText('hoort niet bij deze computer').waitFor(),
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
      for (const kind of ['Passkey', 'Wachtzin']) {
        await page.getByRole('button', { name: new RegExp(`^Beëindigen: ${kind}`) }).click();
        await page.getByRole('button', { name: 'Ja, beëindig' }).click();
      }
      await page.getByText('Nodig de collega opnieuw uit').waitFor();
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
    reach: state('offline'),
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
  'my record, offline': { query: `role=patient&scene=offline&${NOW}`, reach: state('offline') },
  'my record, denied': { query: `role=patient&scene=denied&${NOW}`, reach: state('denied') },
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
  settings: { hash: '#/instellingen', reach: (page) => page.getByText('Er moeten er twee blijven').waitFor() },
  'settings, gesture': {
    hash: '#/instellingen',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Passkey toevoegen' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  'settings, end a device': {
    query: `role=owner&${FEW}`,
    hash: '#/instellingen',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Beëindig dit toestel: telefoon' }).click();
      await page.getByText('Dit toestel beëindigen?').waitFor();
    },
  },
  'settings, passphrase foreseen': {
    hash: '#/instellingen',
    reach: async (page) => {
      await page.getByRole('button', { name: 'Wachtzin op deze computer' }).click();
      await page.getByRole('textbox', { name: 'Wachtzin op deze computer' }).fill('Welkom2026Welkom2026');
      await page.getByRole('button', { name: 'Wachtzin instellen' }).click();
      await page.getByText('Deze wachtzin is te voorspellen').waitFor();
    },
  },
  locked: {
    reach: async (page) => {
      await new Workplace(page).worklist.ready();
      await new Workplace(page).lock();
      await new Workplace(page).door.passphrase().waitFor();
    },
  },
  'idle warning': {
    query: 'idle=60000&patients=8',
    fresh: true,
    reach: async (page) => {
      await page.clock.install({ time: new Date('2026-11-21T09:12:00Z') });
      await page.reload();
      await new Workplace(page).worklist.ready();
      await page.clock.fastForward(55_000);
      await page.getByRole('dialog').waitFor();
      await page.clock.resume();
    },
  },
};

const overflowing = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** The page has taken the colours and the size over: a frame in which it heard of them, and one in which it shows them. */
const drawn = (page: Page, scheme: 'light' | 'dark') =>
  page.waitForFunction(async (wanted) => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    return document.documentElement.dataset.mantineColorScheme === wanted;
  }, scheme);

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What a narrow screen can break beside what a wide one shows already. */
const NARROW = [
  ...['color-contrast', 'target-size', 'scrollable-region-focusable', 'aria-hidden-focus', 'page-has-heading-one'],
  ...['button-name', 'link-name', 'label', 'heading-order', 'region'],
];
const PASSES = [
  { scheme: 'light', size: 'wide', rules: null },
  { scheme: 'light', size: 'narrow', rules: NARROW },
  { scheme: 'dark', size: 'narrow', rules: ['color-contrast'] },
] as const;

/** In one visit: all rules wide, then what can break when it gets narrow, then what colours can break in the dark. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  await putAxe(page);
  for (const { scheme, size, rules } of PASSES) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    await page.setViewportSize(VIEWPORTS[size]);
    await drawn(page, scheme);
    const only =
      rules === null ? { type: 'tag' as const, values: TAGS } : { type: 'rule' as const, values: [...rules] };
    for (const fault of await faultsOf(page, only)) found.push(`${size} ${scheme} ${fault}`);
    const over = await overflowing(page);
    if (over > 0) found.push(`${size}: ${over} pixels too wide`);
  }
  return found;
}

describe('every screen and state', () => {
  it.concurrent.each(Object.entries(SCREENS))(
    '%s: no accessibility fault, wide and narrow, light and dark',
    async (_, screen) => {
      const { query = FEW, hash = '', fresh = false } = screen;
      await fixture.visit({ query, hash, fresh }, async (page, complaints) => {
        await screen.reach(page);
        expect(await faults(page)).toEqual([]);
        expect(await page.title()).toMatch(/Ketenkluis$/);
        expect(complaints).toEqual([]);
      });
    },
  );
});
