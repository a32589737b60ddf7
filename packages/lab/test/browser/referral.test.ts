/**
 * A referral between two organisations, each with a vault on an origin of its own, in browsers of their own (docs/spec/partners.md). All by
 * the screens; no sync runs in between.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browserOfWorker } from '@ketenkluis/workplace/pages';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NewPractice } from '../../src/demo/world.ts';
import { DEFAULT_AS_OF } from '../../src/generate/index.ts';
import { buildRegion, type Region } from '../../src/region/region.ts';
import { bundleDir, filled, Heard, handOf, patientSearch, type Visit, visitIn } from './practice.ts';

const PRACTICE = 'Huisartsenpraktijk De Linde';
const PARTNER = 'Podotherapie Voetenwerk';
const root = mkdtempSync(join(tmpdir(), 'ketenkluis-region-'));
const heard = new Heard();
let region: Region;
let browser: Browser;

beforeAll(async () => {
  const workplace = await bundleDir();
  [browser, region] = await Promise.all([
    browserOfWorker(),
    buildRegion({ root, asOf: DEFAULT_AS_OF, patients: [60, 0], workplace, partners: ['podiatrist'] }),
  ]);
});
afterAll(async () => {
  await region?.close();
  rmSync(root, { recursive: true, force: true });
});

const visit = <T>(work: (visit: Visit) => Promise<T>) => visitIn(browser, heard, work);
const again = <T>(work: (visit: Visit) => Promise<T>) => visitIn(browser, heard, work, { fresh: false });

async function enter({ app, page }: Visit, practice: NewPractice, name: string): Promise<void> {
  const { link, passphrase } = handOf(practice, name);
  await app.door.takeDevice(link);
  await app.door.open(passphrase);
  await page.getByRole('button', { name: `Menu van ${name}` }).waitFor();
}
async function partnersPage({ app, page }: Visit): Promise<void> {
  await app.go('Team');
  await page.getByRole('link', { name: 'Partners', exact: true }).click();
}
async function refresh({ app, page }: Visit): Promise<void> {
  await app.go('Verwijzingen');
  await page.getByRole('button', { name: 'Ververs' }).click();
}

/** The partner takes the practice on, as the practice took the partner on: one reads the card, another compares. */
async function takeOn(owner: Visit, partner: NewPractice): Promise<void> {
  const card = await again(async (at) => {
    await enter(at, region.linde, 'Hanneke Wielinga');
    await partnersPage(at);
    await at.page.getByRole('button', { name: 'Onze partnerkaart' }).click();
    return await filled(at.page.getByLabel(`Partnerkaart van ${PRACTICE}`));
  });
  const { page } = owner;
  await partnersPage(owner);
  await page.getByRole('button', { name: 'Partner toevoegen' }).click();
  await page.getByLabel('Partnerkaart').fill(card);
  await page.getByRole('button', { name: 'Verder' }).click();
  await page.getByLabel(/^Hoe is de URA vastgesteld/).fill('LRZa, en gebeld');
  await page.getByRole('button', { name: 'De vingerafdruk is gelijk: stel voor' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await again(async (second) => {
    await enter(second, partner, 'Bram Hoekzema');
    await second.app.go('Team');
    const agree = second.app.proposal(PRACTICE).getByRole('button', { name: 'Akkoord', exact: true });
    await agree.click();
    await agree.waitFor({ state: 'detached' });
    // He is no owner: everybody has signed, and an owner's workplace does the rest.
    await second.app.page.getByText('Alle handtekeningen zijn er').first().waitFor();
    if ((await second.page.getByText('Er is nog iemand nodig').count()) > 0)
      throw new Error('nobody is needed any more');
  });
}

/** Clicks, and keys beside them, so that no work hides in the keyboard. */
const countClicks = (page: Page) =>
  page.evaluate(() => {
    const counted = { clicks: 0, keys: 0 };
    document.addEventListener('pointerdown', () => counted.clicks++, { capture: true });
    document.addEventListener('keydown', () => counted.keys++, { capture: true });
    Object.assign(window, { counted });
  });
const counted = (page: Page) =>
  page.evaluate(() => (window as unknown as { counted: { clicks: number; keys: number } }).counted);

/** A nurse's normal morning as docs/gp.md tells it. */
const MORNING = { list: 0, patients: 10 + 9, programme: 1, refer: 3 } as const;

async function openRow({ app }: Visit, row: number): Promise<string> {
  const cell = app.worklist.row(row).locator('.kk-wl-name');
  const name = (await cell.textContent()) ?? '';
  await cell.click();
  await app.dossier.ready();
  return name;
}

/** The list, ten patients, one of them referred: each opened with a click and left with one, the last is the one who is referred. */
async function morning(nurse: Visit): Promise<string> {
  const { app, page } = nurse;
  await app.worklist.ready();
  await countClicks(page);
  for (let row = 2; row < 11; row++) {
    await openRow(nurse, row);
    await page.getByRole('main').getByRole('link', { name: 'Werklijst' }).click();
    await app.worklist.ready();
  }
  expect(await counted(page)).toEqual({ clicks: MORNING.list + 9 + 9, keys: 0 });
  const all = await app.worklist.count();
  await app.worklist.programme('DM');
  await expect.poll(() => app.worklist.count()).toBeLessThan(all);
  const name = await openRow(nurse, 2);
  expect(await counted(page)).toEqual({ clicks: MORNING.list + MORNING.patients + MORNING.programme, keys: 0 });

  await page.getByRole('button', { name: 'Verwijzen', exact: true }).click();
  expect(await page.locator('.kk-sees [data-tone="yes"]').innerText()).toMatch(/HbA1c.*Voetonderzoek/s);
  expect(await page.locator('.kk-sees [data-tone="no"]').innerText()).toMatch(/Bloeddruk/);
  await page.getByLabel(/^Ja, de patiënt vindt het goed/).click();
  await page.getByRole('button', { name: 'Versturen' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  const { list, patients, programme, refer } = MORNING;
  expect(await counted(page)).toEqual({ clicks: list + patients + programme + refer, keys: 0 });
  await app.dossier.access();
  await page.getByRole('row').filter({ hasText: PARTNER }).waitFor();
  return name;
}

/** The partner: the letter, yes, what it names and nothing else, and a message with a value. */
async function care(partner: Visit, name: string): Promise<void> {
  const { app, page } = partner;
  // The list stands there since signing in, from before this referral.
  await refresh(partner);
  await app.referrals.open(name);
  await page.getByText(`Sanne Kuipersma, POH-S, ${PRACTICE}`).waitFor();
  expect(await page.getByRole('heading', { name: 'Metingen' }).count()).toBe(0);
  await app.referrals.accept();
  await page.getByRole('heading', { name: 'HbA1c' }).waitFor();
  await page.getByText('Roken', { exact: true }).first().waitFor();
  for (const other of ['Bovendruk', 'Gewicht', 'Non-HDL-cholesterol', 'Problemen', 'Notities'])
    expect(await page.getByRole('heading', { name: other }).count()).toBe(0);
  await app.referrals.report('Controle over 3 maanden.', '58');
}

/** The nurse: the message, copied, taken over, and the referral closed. */
async function takeOver({ app, page, context }: Visit, name: string): Promise<void> {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await app.go('Verwijzingen');
  await app.referrals.row(name).getByText('1 nieuw bericht').waitFor();
  await app.referrals.open(name);
  await page.getByRole('button', { name: 'Kopieer naar HIS' }).click();
  await page.getByText('Gekopieerd. Plak het').waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^S: Bericht van Podotherapie Voetenwerk.*\nO: HbA1c 58 mmol\/mol.*NHG 2816.*\nP: Controle/s);
  await app.referrals.takeOver();
  await page.getByText('overgenomen', { exact: true }).waitFor();
  await app.referrals.end('Afsluiten');
}

async function isRefused(partner: Visit): Promise<void> {
  const { page } = partner;
  const before = await page.evaluate(() => location.hash);
  await refresh(partner);
  await page.getByText('Er zijn geen verwijzingen naar u.').waitFor();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, before);
  await page.locator('[data-state="denied"]').waitFor();
}

/** The partner on a device that remembers nothing: its own original, from its own vault, of a referral that is over. */
const stillHas = (partner: NewPractice, name: string) =>
  again(async (anew) => {
    const { app, page } = anew;
    await enter(anew, partner, 'Femke Zwaagman');
    await app.go('Verwijzingen');
    // In the list of what ended, and from there the message itself.
    await page.getByRole('button', { name: 'Afgelopen verwijzingen' }).click();
    const ended = page.getByRole('region', { name: 'Afgelopen verwijzingen' });
    await ended.getByRole('row', { name }).getByText('voorbij').waitFor();
    await ended.getByRole('link', { name }).click();
    await page.getByRole('article').getByText('Controle over 3 maanden.').waitFor();
    await page.getByRole('link', { name: 'Wat wij stuurden' }).click();
    const copies = page.getByRole('region', { name });
    await copies.getByText('voorbij', { exact: true }).waitFor();
    await copies.getByText('Controle over 3 maanden.').waitFor();
    expect(await copies.getByText('niet verstuurd').count()).toBe(0);
    await expect.poll(() => copies.getByRole('article').count()).toBe(2);
  });

/** And the practice, likewise: the referral, its state and its dates. */
const stillLists = (name: string) =>
  again(async (anew) => {
    const { app, page } = anew;
    await enter(anew, region.linde, 'Sanne Kuipersma');
    await app.go('Verwijzingen');
    await page.getByText('Alle', { exact: true }).click();
    await app.referrals.row(name).getByText('afgesloten').waitFor();
    await app.referrals.row(name).getByRole('link', { name }).click();
    await page.getByRole('heading', { name: 'Eerdere verwijzing' }).waitFor();
    await page.getByText(/^Verse sleutels: 0 van [1-9]/).waitFor();
  });

/** What the practice reads afterwards: the partner by its own name, in lines that this browser proved. */
async function reads({ app, page }: Visit): Promise<void> {
  await page.getByRole('link', { name: 'Naar het dossier' }).click();
  const looks = await app.dossier.looks();
  const theirs = looks.lines().filter({ hasText: PARTNER });
  await theirs.filter({ hasText: 'bekeek' }).filter({ hasText: 'Voeten en roken, HbA1c' }).first().waitFor();
  expect(await theirs.filter({ hasText: 'Bloeddruk' }).count()).toBe(0);
  expect(await looks.proved()).toBe(true);
}

describe('a referral between two vaults on two origins', () => {
  it('R30, R33, R38, R41: consent, care, a message back, and an end; withdrawn consent refuses the next look', () =>
    again((partner) =>
      visit(async (nurse) => {
        const podiatry = region.partners.podiatrist!;
        await enter(partner, podiatry, 'Femke Zwaagman');
        await takeOn(partner, podiatry);
        await enter(nurse, region.linde, 'Sanne Kuipersma');

        const name = await morning(nurse);
        await care(partner, name);
        await takeOver(nurse, name);
        await isRefused(partner);
        await reads(nurse);
        await stillHas(podiatry, name);
        await stillLists(name);

        await nurse.app.go('Werklijst');
        await nurse.app.worklist.ready();
        const other = await openRow(nurse, 3);
        await nurse.app.dossier.refer(PARTNER, 'Eelt onder de voorvoet.');
        await refresh(partner);
        await partner.app.referrals.open(other);
        await nurse.app.go('Verwijzingen');
        await nurse.app.referrals.open(other);
        await nurse.app.referrals.end('Toestemming intrekken');
        await partner.page.getByRole('button', { name: 'Aannemen en openen' }).click();
        await partner.page.getByRole('alert').getByText('Bel de praktijk die u verwees').waitFor();
        // The letter of a moment ago is gone by itself.
        await partner.page.locator('[data-state="denied"]').waitFor();
        await expect.poll(() => partner.page.getByRole('tab', { name: 'Gegevens' }).count()).toBe(0);
        await isRefused(partner);
      }),
    ));

  it('R6: no name or number of a patient went into an address, title, store, console or request of either', () => {
    const patientsIn = patientSearch(join(root, 'linde', 'source'));
    expect(heard.all.length).toBeGreaterThan(100);
    expect(patientsIn(heard.all.join('\n'))).toEqual([]);
    expect(heard.complaints.filter((one) => !/Failed to load resource/.test(one))).toEqual([]);
  });
});
