/** How the screens behave: keyboard, search, lock, drafts, change of user, and what stays behind. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { PASSPHRASE } from '../../src/dev/world.ts';
import { Workplace } from '../pages/index.ts';
import { FEW, fixtureOf, NOW } from './fixture.ts';

const fixture = fixtureOf();

type Work<T> = (app: Workplace, complaints: string[]) => Promise<T>;
const at = <T>(query: string, work: Work<T>, hash = '', fresh = false) =>
  fixture.visit({ query, hash, fresh }, async (page, complaints) => work(new Workplace(page), complaints));
/** Where the page's own clock, history or storage is the point. */
const apart = <T>(query: string, work: Work<T>, hash = '') => at(query, work, hash, true);
const hash = (page: Page) => page.evaluate(() => location.hash);
const active = (app: Workplace) => app.worklist.grid().getAttribute('aria-activedescendant');
const searches = (page: Page) =>
  page.evaluate(() => (window as unknown as { devWorld: { searches(): readonly string[] } }).devWorld.searches());

describe.concurrent('the worklist', () => {
  it('holds 2,000 patients with only those in view in the page, and reaches the last by key', async () => {
    await at(`patients=2000&${NOW}`, async (app) => {
      await app.worklist.ready();
      expect(await app.worklist.count()).toBe(2000);
      expect(await app.page.getByRole('row').count()).toBeLessThan(60);
      await app.worklist.grid().focus();
      await app.page.keyboard.press('End');
      await app.worklist.row(2001).waitFor();
      expect(await app.page.getByRole('row').count()).toBeLessThan(60);
    });
  });

  it('is worked by keyboard: j, k, arrows, Enter, Esc back to the same row', async ({ expect }) => {
    await at(NOW, async (app) => {
      await app.worklist.ready();
      await app.page.keyboard.press('j');
      const first = await active(app);
      await app.page.keyboard.press('j');
      await app.page.keyboard.press('ArrowDown');
      const third = await active(app);
      expect(third).not.toBe(first);
      await app.page.keyboard.press('k');
      await app.page.keyboard.press('k');
      await expect.poll(() => active(app)).toBe(first);
      await app.page.keyboard.press('j');
      await app.page.keyboard.press('j');
      await app.page.keyboard.press('Enter');
      await app.dossier.ready();
      await app.dossier.back();
      await expect.poll(() => active(app)).toBe(third);
    });
  });

  it('R38: a search is in the log with its words before it filters, once for a run of key strokes', async () => {
    await apart(NOW, async (app) => {
      await app.worklist.ready();
      const all = await app.worklist.count();
      const rows = (test: 'fewer' | 'all') =>
        app.page.waitForFunction(
          ([n, wanted]) =>
            (document.querySelector('[role=grid]')?.getAttribute('aria-rowcount') === n) === (wanted === 'all'),
          [`${all + 1}`, test] as const,
        );
      // Time stands still while the words are typed, however slow the machine is.
      await app.page.clock.install();
      await app.page.clock.pauseAt(await app.page.evaluate(() => Date.now() + 1000));
      await app.worklist.search('vries');
      expect([await searches(app.page), await app.worklist.count()]).toEqual([[], all]);
      await app.page.clock.runFor(1000);
      await rows('fewer');
      expect(await searches(app.page)).toEqual(['vries']);
      await app.page.keyboard.press('Escape');
      await app.page.clock.runFor(1000);
      await rows('all');
      // Enter does not wait for the pause; the same words again are another search.
      await app.worklist.search('vries');
      await app.page.keyboard.press('Enter');
      await app.page.clock.runFor(1000);
      await rows('fewer');
      expect(await searches(app.page)).toEqual(['vries', 'vries']);
    });
  });

  it('filters by programme and by what is due, and sorts either way', async ({ expect }) => {
    await at(NOW, async (app) => {
      await app.worklist.ready();
      const all = await app.worklist.count();
      await app.worklist.programme('COPD');
      await expect.poll(() => app.worklist.count()).toBeLessThan(all);
      const copd = await app.worklist.count();
      await app.worklist.due('Te laat');
      await expect.poll(() => app.worklist.count()).toBeLessThanOrEqual(copd);
      await app.worklist.sortBy('Naam');
      const names = async () => app.page.locator('.kk-wl-name').allTextContents();
      const rises = (all: readonly string[]) => all.join() === [...all].sort((a, b) => a.localeCompare(b, 'nl')).join();
      await expect.poll(async () => rises(await names())).toBe(true);
      const rising = await names();
      await app.worklist.sortBy('Naam');
      await expect.poll(async () => (await names())[0]).not.toBe(rising[0]);
    });
  });
});

describe.concurrent('leaving no trace', () => {
  const patient = async (app: Workplace) => {
    await app.worklist.ready();
    return await app.worklist.openFirst();
  };

  it('R6: no name of a patient in address, title, storage or history', async () => {
    await apart(FEW, async (app) => {
      const name = await patient(app);
      await app.dossier.looks();
      const traces = await app.page.evaluate(() =>
        JSON.stringify([
          location.href,
          document.title,
          { ...localStorage },
          { ...sessionStorage },
          history.state,
          document.cookie,
        ]),
      );
      for (const part of name.split(/[ ,]+/).filter((word) => word.length > 3)) expect(traces).not.toContain(part);
      expect(await hash(app.page)).toMatch(/^#\/dossier\/dos_[a-z2-7]{26}$/);
    });
  });

  it('R24: locking takes the dossier out of the page; one gesture brings back the same patient and the draft', async ({
    expect,
  }) => {
    await at(FEW, async (app) => {
      const name = await patient(app);
      await app.dossier.note().fill('Nog niet af');
      await app.lock();
      expect(await app.page.content()).not.toContain(name);
      await app.door.open(PASSPHRASE);
      await app.dossier.ready();
      await expect.poll(() => app.dossier.heading().textContent()).toBe(name);
      await expect.poll(() => app.dossier.note().inputValue()).toBe('Nog niet af');
    });
  });

  it('a wrong passphrase says so, and the screen stays locked', async () => {
    await at(FEW, async (app) => {
      await app.worklist.ready();
      await app.lock();
      await app.door.open('niet de goede zin hoor');
      await app.door.trouble().waitFor();
      expect(await app.door.trouble().textContent()).toContain('past niet');
      expect(await app.page.getByRole('grid').count()).toBe(0);
    });
  });

  it('R24: locks after silence, with a warning that one key answers', async () => {
    await fixture.visit({ query: 'idle=900000&patients=8' }, async (page) => {
      await page.clock.install({ time: new Date('2026-11-21T09:12:00Z') });
      await page.reload();
      const app = new Workplace(page);
      await app.worklist.ready();
      await page.clock.fastForward(14 * 60_000 + 10_000);
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.clock.fastForward(14 * 60_000);
      expect(await page.getByRole('grid').count()).toBe(1);
      await page.clock.fastForward(2 * 60_000);
      await page.getByRole('heading', { name: 'Vergrendeld' }).waitFor();
    });
  });

  it('changes user in one step, with nothing of the first left in the page or in memory that the page can reach', async ({
    expect,
  }) => {
    await apart(FEW, async (app) => {
      const name = await patient(app);
      await app.changeUser();
      await app.page.getByRole('heading', { name: 'Aanmelden' }).waitFor();
      expect(await app.page.content()).not.toContain(name);
      await expect.poll(() => hash(app.page)).not.toContain('dos_');
      await app.page.goBack();
      await app.page.getByRole('heading', { name: 'Aanmelden' }).waitFor();
      expect(await app.page.content()).not.toContain(name);
    });
  });

  it('charts take over the colours of the system while a dossier stays open', async () => {
    await at(FEW, async (app) => {
      await patient(app);
      for (const colorScheme of ['light', 'dark', 'light'] as const) {
        await app.page.emulateMedia({ colorScheme });
        // The band as the theme says it now is what is painted.
        await app.page.waitForFunction((scheme) => {
          if (document.documentElement.dataset.mantineColorScheme !== scheme) return false;
          return [...document.querySelectorAll<HTMLElement>('.kk-plot')].some((plot) => {
            plot.style.color = 'var(--kk-band)';
            const band = getComputedStyle(plot).color.match(/\d+/g)!.slice(0, 3).map(Number);
            plot.style.removeProperty('color');
            const canvas = plot.querySelector('canvas');
            if (canvas === null || canvas.width === 0) return false;
            const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
            for (let i = 0; i < data.length; i += 4) if (band.every((part, at) => data[i + at] === part)) return true;
            return false;
          });
        }, colorScheme);
      }
    });
  });

  it('asks before a change of user would erase a draft', async ({ expect }) => {
    await at(FEW, async (app) => {
      await patient(app);
      await app.dossier.note().fill('Bellen over de uitslag');
      await app.page.getByText('Concept verzegeld bewaard').waitFor();
      await app.changeUser();
      await app.page.getByRole('dialog').getByText('concept-notitie').waitFor();
      await app.page.getByRole('button', { name: 'Terug naar mijn werk' }).click();
      await app.page.getByRole('dialog').waitFor({ state: 'detached' });
      await expect.poll(() => app.dossier.note().inputValue()).toBe('Bellen over de uitslag');
      await app.changeUser();
      await app.page.getByRole('button', { name: 'Wis en wissel' }).click();
      await app.page.getByRole('heading', { name: 'Aanmelden' }).waitFor();
    });
  });

  it('takes a device link out of the address bar and the history before anything else', async () => {
    await apart(
      `in=no&${FEW}`,
      async (app) => {
        await app.door.passphrase().waitFor();
        expect(await hash(app.page)).not.toContain('proef');
        expect(await app.page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
        await app.door.open(PASSPHRASE);
        await app.worklist.ready();
      },
      '#/apparaat/proef.geheim',
    );
  });
});

describe.concurrent('notes and languages', () => {
  it('a note stays until it is taken over in the GP system', async ({ expect }) => {
    await at(FEW, async (app) => {
      await app.worklist.ready();
      await app.worklist.openFirst();
      await app.dossier.writeNote('Bloeddruk thuis 135/80.');
      await expect.poll(() => app.dossier.note().inputValue()).toBe('');
      await app.dossier.takeOver('Bloeddruk thuis 135/80.');
    });
  });

  it('R41: one tick when every line is proved; the proof itself on demand', async ({ expect }) => {
    await at(FEW, async (app) => {
      await app.worklist.ready();
      await app.worklist.openFirst();
      const looks = await app.dossier.looks();
      expect(await looks.proved()).toBe(true);
      await expect.poll(() => looks.lines().count()).toBe(8);
      await app.page.getByRole('button', { name: 'Bewijs van regel 1840' }).click();
      await app.page.getByText('Pad naar de wortel').waitFor();
    });
  });

  it('speaks English after one switch, and Dutch again', async ({ expect }) => {
    await at(
      FEW,
      async (app) => {
        await app.page.getByText('English', { exact: true }).click();
        await app.page.getByRole('heading', { name: 'Settings' }).waitFor();
        await expect.poll(() => app.page.evaluate(() => document.documentElement.lang)).toBe('en');
        await app.page.getByText('Nederlands', { exact: true }).click();
        await app.page.getByRole('heading', { name: 'Instellingen' }).waitFor();
      },
      '#/instellingen',
    );
  });

  it('offers only a phone or security key where others use the computer', async () => {
    await at(`in=no&${FEW}`, async (app) => {
      await app.door.passphrase().waitFor();
      // It is kept before it is ticked: a moment after the click.
      await app.page.getByLabel('Anderen gebruiken deze computer').click();
      await app.door.passphrase().waitFor({ state: 'detached' });
      await app.page.getByRole('checkbox', { name: 'Anderen gebruiken deze computer', checked: true }).waitFor();
      expect(await app.page.getByRole('button', { name: 'Aanmelden met passkey' }).count()).toBe(1);
    });
  });
});
