/** The number at Verwijzingen: a message that came since is counted when somebody comes back to the window, at most once a minute. */

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { Workplace } from '../pages/index.ts';
import { fixtureOf } from './fixture.ts';

const fixture = fixtureOf();
const arrives = (page: Page) =>
  page.evaluate(() => (window as unknown as { devWorld: { arrives(): void } }).devWorld.arrives());
const back = (page: Page) => page.evaluate(() => window.dispatchEvent(new Event('focus')));

it('a new message is counted on coming back, and at the next visit of a list; not more than once a minute', async () => {
  await fixture.visit({ query: 'patients=8' }, async (page) => {
    await page.clock.install({ time: new Date('2026-11-21T09:12:00Z') });
    await page.reload();
    const app = new Workplace(page);
    await app.worklist.ready();
    const link = page.getByRole('navigation').getByRole('link', { name: /^Verwijzingen/ });
    const shown = async () => Number(/\d+/.exec(await link.innerText())?.[0] ?? 0);
    await expect.poll(shown).toBeGreaterThan(0);
    const before = await shown();
    await arrives(page);
    await page.clock.fastForward(50_000);
    await back(page);
    await page.clock.runFor(2000);
    expect(await shown()).toBe(before);
    await page.clock.fastForward(15_000);
    await back(page);
    await page.clock.runFor(2000);
    await expect.poll(shown).toBe(before + 1);
    await arrives(page);
    await page.clock.fastForward(61_000);
    await link.click();
    await page.clock.runFor(2000);
    await expect.poll(shown).toBe(before + 2);
  });
});
