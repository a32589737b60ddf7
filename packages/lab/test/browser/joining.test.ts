/** A colleague joins a real practice: the link, her keys, the code on both sides, and her first morning (design 5). */

import { virtualPasskey, Workplace } from '@ketenkluis/workplace/pages';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { filled, type Ground, type GroundOptions, makeGround } from './practice.ts';

/** Tests on one practice take turns, in the order in which they stand here; the practices are at work side by side. */
function practiceOf(options: GroundOptions): (work: (ground: Ground) => Promise<void>) => Promise<void> {
  let ground: Promise<Ground>;
  let turn: Promise<unknown> = Promise.resolve();
  beforeAll(() => {
    ground = makeGround(options);
  });
  afterAll(async () => (await ground).close());
  return (work) => {
    const now = turn.then(async () => work(await ground));
    turn = now.catch(() => undefined);
    return now;
  };
}
const usual = practiceOf({ patients: 40 });
/** Two owners must sign. */
const strict = practiceOf({ patients: 20, threshold: 2 });

const PASSPHRASE = 'vier woorden achter elkaar';
/** Everything that this browser kept goes. */
const empty = () =>
  new Promise<void>((resolve, reject) => {
    const request = indexedDB.open('ketenkluis');
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const clearing = request.result.transaction('kept', 'readwrite');
      clearing.objectStore('kept').clear();
      clearing.oncomplete = () => {
        request.result.close();
        resolve();
      };
    };
  });
const code = async (page: Page) => (await page.locator('output.kk-code').textContent()) ?? '';

describe.concurrent('a new colleague', () => {
  it('R23: gets a link, makes a passkey and a passphrase, both see one code, and works once it is confirmed', ({
    expect,
  }) =>
    usual(async (ground) => {
      const { practice, hand } = ground;
      const before = await practice.signIn('gp');
      const known = await before.people();
      const nurses = (await before.me()).teams;

      await ground.again(async (owner) => {
        await ground.enter(owner, hand('Youssef'));
        const link = await owner.app.invite('Praktijkondersteuning');
        await ground.visit(async ({ page, app, context }) => {
          await virtualPasskey(page);
          const mine = await app.join(link, PASSPHRASE);
          expect(mine).toMatch(/^\d{3}( \d{3}){3}$/);
          // The link is nowhere any more.
          expect(await page.evaluate(() => location.hash)).toBe('#/uitnodiging');

          await owner.page.locator('output.kk-code').waitFor();
          expect(await code(owner.page)).toBe(mine);
          await owner.page.getByRole('button', { name: 'De code is gelijk: bevestig' }).click();
          await owner.page.getByText('Nieuwe collega').waitFor();

          await page.getByRole('button', { name: 'Aanmelden' }).click();
          await app.door.openWithPasskey();
          await app.worklist.ready();
          await app.worklist.openFirst();
          await app.dossier.writeNote('Eerste dag.');
          const looks = await app.dossier.looks();
          expect(await looks.proved()).toBe(true);
          await app.lock();
          await app.door.openWithPasskey();
          await app.dossier.ready();
          // The second way in, in a tab that knows nothing of the first.
          const again = new Workplace(await context.newPage());
          await again.page.goto(practice.origin);
          await again.door.open(PASSPHRASE);
          await again.worklist.ready();
        });
      });

      // The agent learns her name with the next sync; the host never did.
      await ground.sync();
      await ground.again(async (colleague) => {
        await ground.enter(colleague, hand('Hanneke'));
        await colleague.app.go('Team');
        await colleague.page.getByRole('cell', { name: 'Marloes Bakker', exact: true }).waitFor();
      });
      expect(ground.heard.all.join('\n')).not.toContain('Marloes');

      const people = await before.people(true);
      const now = before.now();
      const joined = people.cards(now).filter(({ subject }) => known.cardOf(subject, now) === undefined);
      expect(joined).toHaveLength(1);
      const { subject } = joined[0]!;
      const [membership, ...more] = people.memberships(now).filter(({ person }) => person === subject);
      expect(more).toEqual([]);
      const { team } = membership!;
      const epoch = people.epochOf(team)!.payload;
      expect(epoch.members.map(({ person }) => person)).toContain(subject);
      expect(epoch.number).toBe(known.epochOf(team)!.payload.number + 1);
      expect(nurses.map((one) => one.team)).toContain(team);
      await before.close();
    }));

  it('R19: where two owners must sign, the second sees who and the same code, agrees, and she works', ({ expect }) =>
    strict(async (ground) => {
      const { hand } = ground;
      await ground.again(async (owner) => {
        await ground.enter(owner, hand('Youssef'));
        const link = await owner.app.invite('Praktijkondersteuning', 'Marloes Bakker');
        await ground.visit(async ({ page, app }) => {
          await virtualPasskey(page);
          const mine = await app.join(link, PASSPHRASE);
          await owner.page.getByText('Marloes Bakker, Praktijkondersteuning').waitFor();
          await owner.page.locator('output.kk-code').waitFor();
          await owner.page.getByRole('button', { name: 'De code is gelijk: bevestig' }).click();
          await owner.app.proposal('U hebt getekend').waitFor();
          // One signature opens nothing.
          expect(await page.getByRole('button', { name: 'Aanmelden' }).count()).toBe(0);

          await ground.again(async (second) => {
            await ground.enter(second, hand('Hanneke'));
            await second.app.go('Team');
            const proposal = second.app.proposal('Youssef Benali wil Marloes Bakker als POH-S toelaten');
            await proposal.waitFor();
            expect(await code(second.page)).toBe(mine);
            await proposal.getByRole('button', { name: 'Akkoord', exact: true }).click();
            await proposal.waitFor({ state: 'detached' });
            await second.page.getByRole('cell', { name: 'Nieuwe collega', exact: true }).waitFor();
          });

          await page.getByRole('button', { name: 'Aanmelden' }).click();
          await app.door.openWithPasskey();
          await app.worklist.ready();
          await app.worklist.openFirst();
          expect(await (await app.dossier.looks()).proved()).toBe(true);
        });
      });
      // The host kept the proposal, and never a name.
      expect(ground.heard.all.join('\n')).not.toContain('Marloes');
    }));

  it('R23: on a computer that never saw the practice, its link and a phone or security key let her in', ({ expect }) =>
    usual(async (ground) => {
      await ground.again(async (owner) => {
        await ground.enter(owner, ground.hand('Youssef'));
        const invitation = await owner.app.invite('Praktijkondersteuning');
        await owner.app.go('Instellingen');
        const link = await filled(owner.page.getByLabel('Link van de praktijk'));
        await owner.app.go('Team');
        await ground.visit(async ({ page, app, context }) => {
          await virtualPasskey(page, 'usb');
          await page.goto(invitation);
          await page.getByLabel('Anderen gebruiken deze computer').check();
          await page.getByRole('button', { name: 'Met telefoon of losse sleutel' }).click();
          await page.getByRole('button', { name: 'Verder' }).click();
          await owner.page.getByRole('button', { name: 'De code is gelijk: bevestig' }).click();
          await page.getByRole('button', { name: 'Aanmelden' }).waitFor();

          // Another computer, the same security key.
          await page.evaluate(empty);
          await page.goto('about:blank');
          await page.goto(ground.practice.origin);
          await page.getByText('Op deze computer is nog niemand bekend').waitFor();
          expect(await page.getByRole('button', { name: 'Aanmelden met passkey' }).count()).toBe(0);
          await page.goto(link);
          await page.getByRole('button', { name: 'Naar aanmelden' }).click();
          const shared = 'Anderen gebruiken deze computer';
          await page.getByLabel(shared).click();
          await page.getByRole('checkbox', { name: shared, checked: true }).waitFor();
          await app.door.openWithPasskey();
          await app.worklist.ready();
          // The link of another practice does not take this computer over.
          const tab = await context.newPage();
          const pins = JSON.parse(Buffer.from(link.split('/praktijk/')[1]!, 'base64url').toString());
          const other = { ...pins, authority: `${'A'.repeat(42)}E` };
          const false_ = Buffer.from(JSON.stringify(other)).toString('base64url');
          await tab.goto(`${ground.practice.origin}/#/praktijk/${false_}`);
          await tab.getByText('hoort niet bij deze computer').waitFor();
        });
      });
    }));

  it('R19: a no of the second owner takes the proposal away for both', ({ expect }) =>
    strict(async (ground) => {
      await ground.again(async (owner) => {
        await ground.enter(owner, ground.hand('Youssef'));
        const link = await owner.app.invite('Praktijkondersteuning');
        await ground.visit(async ({ page, app }) => {
          await virtualPasskey(page);
          await app.join(link, PASSPHRASE);
          await owner.page.getByRole('button', { name: 'De code is gelijk: bevestig' }).click();
          await owner.app.proposal('U hebt getekend').waitFor();
          await ground.again(async (second) => {
            await ground.enter(second, ground.hand('Hanneke'));
            await second.app.go('Team');
            const proposal = second.app.proposal('Marloes Bakker');
            await proposal.getByRole('button', { name: 'Niet akkoord' }).click();
            await proposal.waitFor({ state: 'detached' });
          });
          expect(await page.getByRole('button', { name: 'Aanmelden' }).count()).toBe(0);
        });
      });
    }));
});
