/**
 * Signing on outside in real browsers, on a real vault and a real desk, with a provider of this machine (docs/identity.md): a patient pinned
 * at the desk by two people, by telephone and on the screen; in by that sign-on; somebody else, who stops, and nobody at the desk: not; a
 * colleague by Dezi; another's answer in a browser: nothing.
 */

import {
  citizenOf,
  deziAdapter,
  eidAdapter,
  identityDesk,
  linkIdentity,
  nodeSigner,
  openIdentityDoor,
  openState,
  staffOf,
} from '@ketenkluis/agent';
import { type TestIssuer, testIssuer } from '@ketenkluis/agent/testing/outside';
import { fromBase64url, systemClock, systemRandom } from '@ketenkluis/base';
import { agree, couplePartners, proposeDemand, waitingProposals } from '@ketenkluis/client';
import { faultsOf, putAxe, virtualPasskey } from '@ketenkluis/workplace/pages';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE } from '../../src/demo/world.ts';
import { freePort } from '../../src/ports.ts';
import { type Ground, makeGround } from './practice.ts';

const PASSPHRASE = 'vier woorden achter elkaar';
const PATIENT = 'pseudoniem-van-de-patient';
let ground: Ground;
let issuer: TestIssuer;
let door: Awaited<ReturnType<typeof openIdentityDoor>>;
let open: () => ReturnType<typeof openIdentityDoor>;
let config: { desks: Record<string, string> };
let practiceId: string;
const refused: string[] = [];

beforeAll(async () => {
  // A redirect page without TLS is of this very machine.
  const organisation = {
    ...{ host: 'localhost', staff: PEOPLE },
    practice: { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999' },
  };
  [ground, issuer] = await Promise.all([makeGround({ patients: 20, organisation }), testIssuer()]);
  const { origin } = ground.practice;
  const port = await freePort();
  const at = `http://127.0.0.1:${port}`;
  const state = await openState({ dir: ground.agentDir, random: systemRandom });
  const { register } = state;
  await state.close();
  const sanne = register.staff.find(({ name }) => name.startsWith('Sanne'))!;
  linkIdentity(register, sanne.person, 'dezi', '900000009');
  issuer.attestation = { claims: { abonnee_nummer: register.practice.ura } };
  const redirect = `${origin}/aangemeld`;
  const desk = identityDesk({
    ...{ practice: register.practice.organisation, ura: register.practice.ura, roles: { 'poh-s': ['01.015'] } },
    ...{ personOf: staffOf(register), citizen: citizenOf(register), clock: systemClock, random: systemRandom },
    adapters: [
      deziAdapter(issuer.dezi({ redirect }), systemClock),
      eidAdapter({ ...issuer.oidc({ redirect, name: 'DigiD' }), phone: at }, systemClock),
    ],
    agent: nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) }),
  });
  open = () =>
    openIdentityDoor({
      ...{ desk, origins: [origin], host: '127.0.0.1', port, phone: at },
      refused: (why) => refused.push(why),
    });
  door = await open();
  practiceId = register.practice.organisation;
  config = { desks: { [practiceId]: at } };
  await ground.stopVault();
  await ground.startVault(config);
  // What the practice asks is its owners' word: the desk, and who vouches there.
  const [first, second] = [
    await ground.practice.signIn('Youssef Benali'),
    await ground.practice.signIn('Hanneke Wielinga'),
  ];
  const ways = [
    { means: 'dezi' as const, issuer: issuer.dezi({ redirect }).issuer },
    { means: 'eid' as const, issuer: issuer.oidc({ redirect }).issuer },
  ];
  await proposeDemand(first, { desk: at, ways, staff: null, patients: null });
  const [waits] = await waitingProposals(second);
  await agree(second, waits!.hash);
});
afterAll(async () => {
  await door?.close();
  await issuer?.close();
  await ground?.close();
});

/** Follows the link in a tab of its own, signs on there at once, and comes back in this browser. */
async function signOn(page: Page, name: string): Promise<Page> {
  const link = page.getByRole('link', { name: `Aanmelden met ${name}` });
  const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
  await tab.locator('[data-returned]').waitFor();
  return tab;
}
const trouble = (page: Page, which: string) => page.locator(`[data-trouble="${which}"]`).waitFor();

describe('signing on outside', () => {
  it('R28, R19: a patient is pinned by two people, and it opens for that person alone', async () => {
    let url = '';
    await ground.again(async (owner) => {
      await ground.enter(owner, ground.hand('Youssef'));
      await owner.app.worklist.openFirst();
      await owner.page.evaluate(() => {
        location.hash = `${location.hash.split('?')[0]}/inzage`;
      });
      await owner.page.getByRole('button', { name: 'Maak een link' }).click();
      url = ((await owner.page.locator('pre.kk-mono').textContent()) ?? '').trim();

      await ground.visit(
        async ({ page, app, context }) => {
          await virtualPasskey(page);
          const digits = await app.join(url, PASSPHRASE);
          await owner.page.getByText(digits).waitFor();
          // On the patient's own telephone, by the desk's own pages.
          issuer.subject = PATIENT;
          await owner.page.getByRole('button', { name: 'Met de telefoon van de patiënt' }).click();
          const link = `http://${((await owner.page.locator('[data-pin-link]').textContent()) ?? '').replace('http://', '')}`;
          const phone = await context.newPage();
          await phone.goto(link);
          await putAxe(phone);
          expect(await faultsOf(phone, { type: 'tag', values: ['wcag2a', 'wcag2aa', 'best-practice'] })).toEqual([]);
          await phone.getByRole('button', { name: /^Naar DigiD/ }).click();
          const number = (await phone.locator('output').textContent()) ?? '';
          expect(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
          await phone.close();
          await owner.page.getByLabel('Getal op de telefoon').fill(number);
          await owner.page.getByRole('button', { name: 'Controleer' }).click();
          await owner.page.getByText('De patiënt is aangemeld met DigiD').waitFor();
          await owner.page.getByRole('button', { name: 'De code is gelijk: stel voor' }).click();
          await owner.page.getByText('Een tweede collega tekent mee').first().waitFor();

          // The second person: somebody else is seen to be; the same person is signed for. Here on the screen of the practice.
          await ground.visit(async (second) => {
            await ground.enter(second, ground.hand('Hanneke'));
            await second.page.evaluate(() => {
              location.hash = '#/team';
            });
            const agree = second.page.getByRole('button', { name: 'Akkoord', exact: true });
            await agree.waitFor();
            const here = second.page.getByRole('button', { name: 'Op dit scherm' });
            issuer.stops = true;
            await here.click();
            await (await signOn(second.page, 'DigiD')).close();
            await second.page.locator('[data-pin-trouble="cancelled"]').waitFor();
            issuer.stops = false;
            expect(await agree.isDisabled()).toBe(true);
            await here.click();
            await (await signOn(second.page, 'DigiD')).close();
            await second.page.getByText('Het is dezelfde persoon').waitFor();
            await agree.click();
            await agree.waitFor({ state: 'detached' });
            // What the manager sees.
            const card = second.page.getByRole('region', { name: 'Aanmelden van buiten' });
            await card.getByText('DigiD', { exact: true }).waitFor();
            await card.getByText('Dezi', { exact: true }).waitFor();
          });
          await couplePartners(await ground.practice.signIn('Youssef Benali'));
          await ground.sync();

          // Somebody else with this telephone and its key, who stops, and who is the patient.
          await page.getByRole('button', { name: 'Aanmelden' }).click();
          await app.door.openWithPasskey();
          issuer.subject = 'pseudoniem-van-een-ander';
          await (await signOn(page, 'DigiD')).close();
          await trouble(page, 'other');
          await page.getByRole('button', { name: 'Terug naar het begin' }).click();
          await app.door.openWithPasskey();
          issuer.stops = true;
          await (await signOn(page, 'DigiD')).close();
          await trouble(page, 'cancelled');
          issuer.stops = false;

          // An attacker's own answer, opened in the patient's browser: no tab takes it.
          const asked = new URL((await page.getByRole('link', { name: 'Aanmelden met DigiD' }).getAttribute('href'))!);
          asked.searchParams.set('state', 'of-the-attacker');
          const planted = await context.newPage();
          await planted.goto(issuer.signOn(asked.href));
          await planted.locator('[data-returned="said"]').waitFor();
          expect(new URL(planted.url()).search).toBe('');
          await planted.close();
          await page.getByRole('link', { name: 'Aanmelden met DigiD' }).waitFor();

          issuer.subject = PATIENT;
          const tab = await signOn(page, 'DigiD');
          await page.getByRole('heading', { name: 'Mijn dossier' }).waitFor();
          await page.getByRole('heading', { name: 'Mijn gegevens' }).waitFor();
          // The tab that came back knows that it is done, and keeps nothing in its address.
          await tab.locator('[data-returned="taken"]').waitFor();
          expect([new URL(tab.url()).search, await tab.evaluate(() => history.length)]).toEqual([
            '',
            expect.any(Number),
          ]);
          const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
          expect(stored).not.toMatch(/secret|state|code=/);
        },
        { width: 390 },
      );
    });
    expect(refused).toEqual([]);
  });

  it('R26, R25: a colleague by Dezi, and not while nobody is at the desk', async () => {
    await ground.stopVault();
    await ground.startVault({ ...config, assurance: { [practiceId]: 'high' } });
    await ground.visit(async ({ app, page }) => {
      const { link, passphrase } = ground.hand('Sanne');
      // Nobody at the desk: said, and tried again.
      await door.close();
      await app.door.takeDevice(link);
      await app.door.open(passphrase);
      await trouble(page, 'away');
      door = await open();
      await page.getByRole('button', { name: 'Probeer opnieuw' }).click();
      issuer.attestation = { claims: { ...issuer.attestation.claims, dezi_nummer: '900000010' } };
      await (await signOn(page, 'Dezi')).close();
      await trouble(page, 'refused');
      issuer.attestation = { claims: { ...issuer.attestation.claims, dezi_nummer: '900000009' } };
      expect(await page.getByRole('link', { name: 'Aanmelden met DigiD' }).count()).toBe(0);
      await (await signOn(page, 'Dezi')).close();
      await app.worklist.ready();
    });
    expect(refused).toEqual(['unknown-person']);
  });
});
