/**
 * "Mijn dossier" in real browsers on a real vault (docs/spec/own.md): the desk invites, the patient joins with a passkey, reads, sees who may
 * look and who looked, and takes a consent back; the partner's next look is refused. One world; a telephone for the patient.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  agree,
  couplePartners,
  directoryContent,
  openDossier,
  openList,
  partnersOf,
  readContent,
  referralsOf,
  waitingProposals,
} from '@ketenkluis/client';
import { browserOfWorker, virtualPasskey } from '@ketenkluis/workplace/pages';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_AS_OF } from '../../src/generate/index.ts';
import { referOne, rowsOf, visitOf } from '../../src/region/couple.ts';
import { buildRegion, type Region } from '../../src/region/region.ts';
import { bundleDir, Heard, handOf, type Visit, type VisitOptions, visitIn } from './practice.ts';

const PASSPHRASE = 'vier woorden achter elkaar';
const PARTNER = 'Podotherapie Voetenwerk';
const root = mkdtempSync(join(tmpdir(), 'ketenkluis-own-'));
const heard = new Heard();
let region: Region;
let browser: Browser;

beforeAll(async () => {
  const workplace = await bundleDir();
  [browser, region] = await Promise.all([
    browserOfWorker(),
    buildRegion({ root, asOf: DEFAULT_AS_OF, patients: [20, 0], workplace, partners: ['podiatrist'] }),
  ]);
});
afterAll(async () => {
  await region?.close();
  rmSync(root, { recursive: true, force: true });
});

const visit = <T>(work: (visit: Visit) => Promise<T>, options: VisitOptions) => visitIn(browser, heard, work, options);

describe('the patient’s own dossier', () => {
  it('R28, R33, R37, R52, R54: invited at the desk, reads, sees who may look and who looked, and takes a consent back', async () => {
    const { linde } = region;
    const nurse = await linde.signIn('Sanne Kuipersma');
    const row = (await rowsOf(nurse)).find(({ programmes }) => programmes.includes('diabetes'))!;
    const names = readContent(directoryContent, (await openList(nurse, 'directory')).content).partners;
    const [partner] = await partnersOf(nurse, names);
    await referOne(nurse, {
      ...{ row, partner: partner!, role: 'podiatrist', programme: 'diabetes', step: 'foot-care' },
      ...{ question: 'Graag controle van de voeten.', by: { name: 'Sanne Kuipersma', role: 'poh-s' } },
    });
    const home = await region.partners.podiatrist!.signIn('Femke Zwaagman');
    const guest = await visitOf(home, region.card);
    const look = async () => {
      const [sent] = await referralsOf(guest);
      if (sent === undefined) return 'no referral';
      const facts = sent.facts.map(({ id }) => id);
      const { parts } = await openDossier(guest, { dossier: sent.dossier, handles: sent.handles, facts });
      return parts.every(({ outcome }) => outcome === 'permit') ? 'permit' : 'refused';
    };
    expect(await look()).toBe('permit');

    await visit(
      async (desk) => {
        const { link, passphrase, name } = handOf(linde, 'Youssef');
        await desk.app.door.takeDevice(link);
        await desk.app.door.open(passphrase);
        await desk.page.getByRole('button', { name: `Menu van ${name}` }).waitFor();
        await desk.page.evaluate((hash) => {
          location.hash = hash;
        }, `#/dossier/${row.dossier}/inzage`);
        await desk.page.getByRole('button', { name: 'Maak een link' }).click();
        const url = ((await desk.page.locator('pre.kk-mono').textContent()) ?? '').trim();

        await visit(
          async ({ page, app }) => {
            await virtualPasskey(page);
            const code = await app.join(url, PASSPHRASE);
            await desk.page.locator('output.kk-code').waitFor();
            expect(await desk.page.locator('output.kk-code').textContent()).toBe(code);
            await desk.page.getByRole('button', { name: 'De code is gelijk: stel voor' }).click();
            await desk.page.getByText('Een tweede collega tekent mee bij Team.').first().waitFor();
            // One person of the practice alone opens nothing.
            expect(await page.getByRole('button', { name: 'Aanmelden' }).count()).toBe(0);
            const [waits] = await waitingProposals(nurse);
            await agree(nurse, waits!.hash);
            // An owner's workplace puts it into the log when the owner signs in.
            await couplePartners(await linde.signIn('Youssef Benali'));
            await page.getByRole('button', { name: 'Aanmelden' }).waitFor();
            await region.sync();
            const again = await linde.signIn('Sanne Kuipersma');
            const { handles, facts } = (await rowsOf(again)).find(({ dossier }) => dossier === row.dossier)!;
            await openDossier(again, {
              ...{ dossier: row.dossier, handles: handles.slice(0, 1).map(({ handle }) => handle), facts },
              about: { role: { code: 'professional', text: 'POH-S' }, userName: 'Sanne Kuipersma' },
            });
            expect(await look()).toBe('permit');

            await page.getByRole('button', { name: 'Aanmelden' }).click();
            await app.door.openWithPasskey();
            await page.getByRole('heading', { name: 'Mijn dossier' }).waitFor();
            await page.getByRole('heading', { name: 'Mijn gegevens' }).waitFor();
            const openers = page.locator('[data-list="openers"]');
            await openers.getByText(PARTNER).first().waitFor();
            await openers.getByText('Omdat u bent verwezen en daar toestemming voor gaf aan de praktijk.').waitFor();
            await openers.getByText('De praktijkondersteuner van uw praktijk').first().waitFor();
            const looks = page.getByRole('region', { name: 'Wie keek er?' });
            await looks.getByText('Deze lijst is gecontroleerd: er ontbreekt niets').waitFor();
            const told = await looks.innerText();
            expect(told).toMatch(/De praktijkondersteuner bekeek [^.]* omdat u hier patiënt bent\./);
            expect(told).toMatch(new RegExp(`${PARTNER} bekeek [^.]* omdat u bent verwezen`));
            // Nobody who works here is named.
            expect(await page.getByRole('main').innerText()).not.toMatch(/Sanne|Kuipersma|Youssef|Benali/);
            expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);

            // One step, and nobody of the practice has to do a thing.
            await page.getByRole('button', { name: `Toestemming intrekken: ${PARTNER}` }).click();
            await page.getByText('U gaf geen toestemming').first().waitFor();
            expect(await look()).not.toBe('permit');
            await expect.poll(() => openers.getByText(PARTNER).count()).toBe(0);

            // Given anew by the patient, and shut again for everybody outside: the objection wins.
            await page.getByRole('button', { name: `Toestemming geven: ${PARTNER}` }).click();
            await page.getByRole('button', { name: 'Ja, ik geef toestemming' }).click();
            await page.getByText('U deed het zelf.').first().waitFor();
            await page.getByRole('button', { name: 'Iets afsluiten' }).click();
            await page.getByRole('button', { name: 'Afsluiten', exact: true }).click();
            await page.locator('[data-list="shut"]').getByText('Alles, voor iedereen buiten de praktijk').waitFor();
            await region.sync();
            expect(await look()).not.toBe('permit');
            await looks.getByText('De patiënt zelf schreef op wat u wel of niet wilt delen.').first().waitFor();
          },
          { width: 390 },
        );
      },
      { fresh: false },
    );
    // The host never heard a name of a partner or a colleague from this page.
    expect(heard.all.join('\n')).not.toContain('Omdat u bent verwezen');
  });
});
