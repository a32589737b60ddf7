/** The door: signing in, devices, invitations, the lock, and one's own keys. */

import { Workplace } from '../../pages/index.ts';
import { FEW } from '../fixture.ts';
import { everyScreen } from './every.ts';

everyScreen({
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
});
