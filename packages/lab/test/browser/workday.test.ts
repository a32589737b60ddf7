/** A practice's day on a real vault: what people see, what the log says of it, what stays behind (design 6 and 9, "morning"). */

import type { DossierId } from '@ketenkluis/base';
import { audit, openDossier, openEmergency, type Session } from '@ketenkluis/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { LINDE } from '../../src/region/cast.ts';
import { rowsOf } from '../../src/region/couple.ts';
import { type Ground, kept, makeGround, type Visit } from './practice.ts';

let ground: Ground;
/** Reads the log; its device is in no browser. */
let owner: Session;
beforeAll(async () => {
  ground = await makeGround({ patients: 120, organisation: LINDE });
  owner = await ground.practice.signIn('gp');
});
afterAll(() => ground?.close());

const opened = async (page: Page): Promise<DossierId> =>
  (await page.evaluate(() => location.hash)).replace('#/dossier/', '') as DossierId;
const show = (page: Page, dossier: string) =>
  page.evaluate((hash) => {
    location.hash = hash;
  }, `#/dossier/${dossier}`);
const personOf = (wanted: string) => ground.practice.people.find(({ name }) => name.startsWith(wanted))!.person;

/** What this person did with a dossier, oldest first, from lines that an owner's own client proved. */
async function linesOf(dossier: DossierId, wanted: string) {
  const { lines, complete } = await audit(owner, { dossier });
  if (!complete) throw new Error('the lines of this dossier are not proved');
  return lines.filter(({ who }) => who === personOf(wanted)).toSorted((a, b) => a.index - b.index);
}

const state = (page: Page, name: string) => page.locator(`[data-state="${name}"]`);

describe.concurrent('the morning', () => {
  it('R38, R41: a nurse finds, opens and reads; her look is a proved line that she sees herself', ({ expect }) =>
    ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Sanne'));
      const all = await app.worklist.count();
      await app.worklist.programme('DM');
      await expect.poll(() => app.worklist.count()).toBeLessThan(all);
      await app.worklist.sortBy('Naam');
      const names = () => page.locator('.kk-wl-name').allTextContents();
      const rises = (listed: readonly string[]) =>
        listed.join() === [...listed].sort((a, b) => a.localeCompare(b, 'nl')).join();
      await expect.poll(async () => rises(await names())).toBe(true);
      const wanted = (await names())[1]!;
      await app.worklist.search(wanted.split(',')[0]!);
      await expect.poll(async () => (await names()).every((one) => one.includes(wanted.split(',')[0]!))).toBe(true);

      await page.keyboard.press('Enter');
      expect(await app.worklist.openFirst()).toBe(wanted);
      await expect.poll(() => app.dossier.heading().textContent()).toBe(wanted);
      await page
        .getByText(/^Stand van 1 okt/)
        .first()
        .waitFor();
      await page.locator('canvas').first().waitFor();
      await app.dossier.table();
      await page.getByRole('columnheader', { name: 'Eenheid' }).first().waitFor();
      const looks = await app.dossier.looks();
      expect(await looks.proved()).toBe(true);
      await looks.lines().filter({ hasText: 'Sanne Kuipersma' }).filter({ hasText: 'bekeek' }).first().waitFor();

      const [look] = await linesOf(await opened(page), 'Sanne');
      expect(look).toMatchObject({ event: 'release', outcome: 'success', signature: 'signed', verified: true });
      expect(look!.annex).toMatchObject({ userName: 'Sanne Kuipersma' });
      expect(JSON.stringify(look!.annex)).toContain(wanted.split(',')[0]);
    }));

  it('R24: the lock by key, by silence and by the hour gives the same patient and the sealed draft back in one gesture', ({
    expect,
  }) =>
    ground.visit(
      async (visit) => {
        const { app, page } = visit;
        const hand = ground.hand('Youssef', 'second');
        await ground.enter(visit, hand);
        const name = await app.worklist.openFirst(1);
        const back = async () => {
          await page.getByRole('heading', { name: 'Vergrendeld' }).waitFor();
          expect(ground.patientsIn(await page.content())).toEqual([]);
          await app.door.open(hand.passphrase);
          await app.dossier.ready();
          await expect.poll(() => app.dossier.heading().textContent()).toBe(name);
          await expect.poll(() => app.dossier.note().inputValue()).toBe('Nog bellen over de uitslag');
        };
        await app.dossier.note().fill('Nog bellen over de uitslag');
        await page.getByText('Concept verzegeld bewaard').waitFor();
        expect(await kept(page)).not.toContain('uitslag');

        expect(ground.patientsIn(await page.content())).not.toEqual([]);
        await app.lock();
        await app.door.open('een wachtzin die niet past');
        await app.door.trouble().getByText('past niet').waitFor();
        await back();
        // Silence that the browser notices.
        await page.clock.fastForward('16:00');
        await page.getByText('U was een kwartier weg').waitFor();
        await page.clock.setSystemTime(new Date());
        await back();
        // Silence and the hour that only the vault notices.
        for (const what of ['idle', 'hard'] as const) {
          ground.age(hand, what);
          await page.getByRole('tab', { name: 'Wie keek?' }).click();
          await back();
        }
        const looks = await linesOf(await opened(page), 'Youssef');
        expect(looks.map(({ event }) => event)).toEqual(['release', 'release', 'release', 'release', 'release']);
      },
      { clock: true },
    ));

  it('changes user in one step: nothing of the first one is left for the second', ({ expect }) =>
    ground.visit(async (visit) => {
      const { app, page } = visit;
      const [first, second] = [ground.hand('Ilse'), ground.hand('Youssef')];
      await ground.enter(visit, second);
      await ground.enter(visit, first);
      const name = await app.worklist.openFirst();
      const dossier = await opened(page);
      await app.changeUser();
      await page.getByRole('heading', { name: 'Aanmelden' }).waitFor();
      const nothing = async () => {
        await expect.poll(() => page.evaluate(() => location.hash)).not.toContain(dossier);
        expect(ground.patientsIn(await page.content())).toEqual([]);
        const left = await kept(page);
        expect(ground.patientsIn(left)).toEqual([]);
        expect(left).not.toContain(dossier);
        expect(left).not.toContain('Terwolde');
      };
      await nothing();
      await page.goBack();
      await page.getByRole('heading', { name: 'Aanmelden' }).waitFor();
      expect(await page.content()).not.toContain(name);

      await page.locator('select').selectOption(second.device);
      await app.door.open(second.passphrase);
      await page.getByRole('button', { name: 'Menu van Youssef Benali' }).waitFor();
      expect(await page.content()).not.toContain('Terwolde');
    }));

  it('a note of the nurse reaches the GP, who takes it over; then it is gone for both', async ({ expect }) => {
    const text = 'Thuismeting gemiddeld 138/82, volgende week terug.';
    const dossier = await ground.again(async (visit) => {
      await ground.enter(visit, ground.hand('Sanne', 'second'));
      await visit.app.worklist.openFirst(2);
      await visit.app.dossier.writeNote(text);
      return await opened(visit.page);
    });
    await ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Hanneke', 'second'));
      await show(page, dossier);
      await app.dossier.ready();
      await page.getByRole('listitem').filter({ hasText: text }).getByText('Sanne Kuipersma').waitFor();
      await app.dossier.takeOver(text);
      await app.dossier.back();
      await show(page, dossier);
      await app.dossier.ready();
      expect(await page.content()).not.toContain(text);
    });
    const did = async (wanted: string) => (await linesOf(dossier, wanted)).map(({ event }) => event);
    expect(await did('Sanne')).toContain('write');
    expect(await did('Hanneke')).toEqual(expect.arrayContaining(['release', 'taken-over']));
  });

  it('an assistant sees what her role needs, and is told what that leaves out', ({ expect }) =>
    ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Ilse', 'second'));
      await app.worklist.openFirst();
      await page.locator('[data-strip="hidden"]').waitFor();
      expect(await page.getByRole('heading', { name: 'Medicatie' }).count()).toBe(0);
      expect(await app.dossier.note().count()).toBe(0);
      const [look] = await linesOf(await opened(page), 'Ilse');
      expect(look).toMatchObject({ event: 'release', outcome: 'success' });
    }));
});

describe('who treats nobody', () => {
  const enter = async ({ app }: Visit, name: string) => {
    const { link, passphrase } = ground.hand(name);
    await app.door.takeDevice(link);
    await app.door.open(passphrase);
  };
  const pages = (page: Page) => page.getByRole('navigation', { name: 'Hoofdmenu' }).getByRole('link').allTextContents();
  /** A dossier that a nurse looked at. */
  let dossier: DossierId;
  beforeAll(async () => {
    const nurse = await ground.practice.signIn('Sanne Kuipersma');
    const row = (await rowsOf(nurse))[3]!;
    const handles = row.handles.map(({ handle }) => handle);
    const about = { role: { code: 'professional', text: 'POH-S' }, userName: 'Sanne Kuipersma' } as const;
    await openDossier(nurse, { dossier: row.dossier, handles, facts: row.facts, about });
    dossier = row.dossier;
  });

  it('R15, R22: the care group starts at counts, none under ten; no name, no dossier, no log opens', async ({
    expect,
  }) => {
    await ground.again(async (visit) => {
      const { page, app } = visit;
      await enter(visit, 'Marit');
      const counts = page.getByRole('row', { name: /^Diabetes mellitus type 2/ });
      await counts.waitFor();
      await expect.poll(() => pages(page)).toEqual(['Overzicht', 'Team', 'Instellingen']);
      const said = (await page.locator('.kk-table td.kk-num, .kk-tiles dd').allTextContents()).join();
      expect(said.match(/\d+/g)!.every((one) => Number(one) >= 10)).toBe(true);
      expect(ground.patientsIn(await page.content())).toEqual([]);
      await show(page, dossier);
      await state(page, 'denied').waitFor();
      await page.evaluate(() => {
        location.hash = '#/toezicht';
      });
      await app.oversight.ask(dossier);
      await state(page, 'denied').waitFor();
      expect(ground.patientsIn(await page.content())).toEqual([]);
    });
  });

  it('R15, R21, R38: a privacy officer sees who looked and why, reviews an emergency, and opens nothing', async ({
    expect,
  }) => {
    await openEmergency(owner, dossier, 'onwel geworden in de wachtkamer');
    await ground.again(async (visit) => {
      const { page, app } = visit;
      await enter(visit, 'Greet');
      await page.getByText('onwel geworden in de wachtkamer').waitFor();
      await expect
        .poll(() => pages(page))
        .toEqual(['Toezicht1 wachten op u', 'Controle', 'Leveringen', 'Team', 'Instellingen']);
      await page.getByRole('button', { name: /^Patiënt laten weten/ }).click();
      await page.getByLabel('Aan de telefoon').check();
      await page.getByRole('button', { name: 'Leg vast', exact: true }).click();
      await app.oversight.first();
      await page.locator('[data-strip="proved"]').waitFor();
      await app.oversight.only('Sanne Kuipersma');
      const look = page.getByRole('row').filter({ hasText: 'bekeek' }).filter({ hasText: 'Sanne Kuipersma' });
      await look.first().waitFor();
      await expect.poll(() => page.getByRole('row').filter({ hasText: 'Hanneke Wielinga' }).count()).toBe(0);
      await app.oversight.only('Hanneke Wielinga');
      await page.getByText('Reden: onwel geworden in de wachtkamer').waitFor();
      await page.getByRole('button', { name: /^Nakijken/ }).click();
      await page.getByLabel('In orde', { exact: true }).check();
      await page.getByRole('textbox').last().fill('Nagevraagd bij de arts.');
      await page.getByRole('button', { name: 'Afronden' }).click();
      await page.getByText('Er is niets na te kijken').waitFor();
      // The nurse's own name holds that of a patient.
      expect(ground.patientsIn((await page.content()).replaceAll('Kuipersma', ''))).toEqual([]);
      await show(page, dossier);
      await state(page, 'denied').waitFor();
      await expect.poll(() => page.getByRole('button', { name: 'Spoed: toch openen' }).count()).toBe(0);
    });
    const did = (await linesOf(dossier, 'Greet')).map(({ event, outcome }) => `${event} ${outcome}`);
    expect(did).toEqual(['told success', 'log-read success', 'review success']);
  });
});

describe('what a patient shut', () => {
  it('R34, R22: who recorded it sees it and opens it again; a colleague who treats the patient sees none', async ({
    expect,
  }) => {
    const dossier = await ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Sanne', 'second'));
      await app.worklist.openFirst(4);
      await app.dossier.access();
      await page.getByRole('button', { name: 'Afsluiten voor …' }).click();
      await page.getByLabel('Voor wie?').selectOption({ label: 'Marit Ruitenbeek' });
      await page.getByRole('button', { name: 'Afsluiten', exact: true }).click();
      await page.getByText('Het geldt vanaf nu').waitFor();
      await app.dossier.restrictions();
      await page.getByRole('row', { name: /Marit Ruitenbeek/ }).waitFor();
      return await opened(page);
    });
    await ground.again(async (visit) => {
      await ground.enter(visit, ground.hand('Ilse', 'second'));
      await show(visit.page, dossier);
      await visit.app.dossier.ready();
      await visit.app.dossier.restrictions();
      await state(visit.page, 'empty').getByText('Hier staat voor u niets').waitFor();
    });
    await ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Sanne', 'second'));
      await show(page, dossier);
      await app.dossier.ready();
      await app.dossier.restrictions();
      await page.getByRole('button', { name: 'Weer openzetten: Marit Ruitenbeek' }).click();
      await page.getByRole('button', { name: 'Ja, de patiënt vraagt dit' }).click();
      await state(page, 'empty').getByText('Hier staat voor u niets').waitFor();
    });
    const said = (await linesOf(dossier, 'Sanne')).filter(({ event }) => event === 'consent');
    expect(said.map(({ annex, outcome }) => [outcome, annex?.purpose])).toEqual([
      ['success', 'de patiënt sluit het dossier af'],
      ['success', 'de patiënt heft een beperking op'],
    ]);
  });
});

describe('when something is not there', () => {
  it('R22: inside, an ended enrolment is named with the next action; later it looks like no such dossier', ({
    expect,
  }) =>
    ground.again(async (visit) => {
      const { app, page } = visit;
      const hand = ground.hand('Sanne');
      await ground.enter(visit, hand);
      const listed = await app.worklist.count();
      await app.worklist.openFirst();
      const dossier = await opened(page);
      await app.dossier.back();
      await ground.sync(dossier);

      await show(page, dossier);
      await state(page, 'denied').getByText('De aanmelding van deze patiënt is beëindigd').waitFor();
      await state(page, 'denied').getByText('kijk in uw HIS').waitFor();
      expect((await linesOf(dossier, 'Sanne')).at(-1)).toMatchObject({ event: 'release', outcome: 'refused' });

      await app.go('Werklijst');
      await page.getByRole('button', { name: 'Ververs' }).click();
      await expect.poll(() => app.worklist.count()).toBe(listed - 1);
      await show(page, dossier);
      await state(page, 'denied').waitFor();
      const words = async () => (await state(page, 'denied').textContent()) ?? '';
      const ended = await words();
      await show(page, `dos_${'a'.repeat(26)}`);
      await page.getByRole('link', { name: 'Werklijst' }).first().waitFor();
      await expect.poll(words).toBe(ended);
    }));

  it('without the vault: work in your HIS; with it again the draft is still there and nothing is reloaded', ({
    expect,
  }) =>
    ground.again(async (visit) => {
      const { app, page } = visit;
      await ground.enter(visit, ground.hand('Sanne'));
      await app.worklist.openFirst();
      await app.dossier.note().fill('Blijft staan');
      await ground.stopVault();
      await page.getByRole('button', { name: 'Bewaar notitie' }).click();
      await page.getByRole('alert').getByText('Werk in uw HIS').waitFor();
      await page.getByRole('tab', { name: 'Wie keek?' }).click();
      await state(page, 'offline').getByText('Werk in uw HIS').waitFor();

      await ground.startVault();
      await page.getByRole('button', { name: 'Opnieuw proberen' }).click();
      await page.locator('[data-strip="proved"]').waitFor();
      await page.getByRole('tab', { name: 'Dossier' }).click();
      await expect.poll(() => app.dossier.note().inputValue()).toBe('Blijft staan');
      await page.getByRole('button', { name: 'Bewaar notitie' }).click();
      await page.getByRole('listitem').filter({ hasText: 'Blijft staan' }).waitFor();
    }));

  it('a screen whose code cannot be fetched says so, and comes when it can, without a reload', ({ expect }) =>
    ground.visit(async (visit) => {
      const { app, page, context } = visit;
      const code = '**/assets/team-*.js';
      await context.route(code, (route) => route.abort());
      await ground.enter(visit, ground.hand('Sanne'));
      await app.go('Team');
      await state(page, 'offline').getByText('Werk in uw HIS').waitFor();
      await context.unroute(code);
      await page.getByRole('button', { name: 'Opnieuw proberen' }).click();
      await page.getByRole('heading', { name: 'Team' }).waitFor();
      expect(await page.getByRole('button', { name: 'Menu van Sanne Kuipersma' }).count()).toBe(1);
    }));

  it('R6: no name or number of a patient went into an address, title, store, console or request', ({ expect }) => {
    const { all, complaints } = ground.heard;
    expect(all.length).toBeGreaterThan(100);
    expect(ground.patientsIn(all.join('\n'))).toEqual([]);
    expect(complaints.filter((one) => !/Failed to load resource|cannot be fetched/.test(one))).toEqual([]);
  });
});
