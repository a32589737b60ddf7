/** A screen in every state: axe finds nothing light and dark, wide and narrow; nothing overflows, nobody complains. */

import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { faultsOf, pose, putAxe } from '../../axe.ts';
import { VIEWPORTS } from '../../browser.ts';
import { Workplace } from '../../pages/index.ts';
import { FEW, filtered, fixtureOf, NOW } from '../fixture.ts';

export interface Screen {
  readonly query?: string;
  readonly hash?: string;
  /** In a profile of its own: it changes the page's clock. */
  readonly fresh?: boolean;
  readonly reach: (page: Page) => Promise<void>;
}

export const OFFICER = `role=privacy-officer&${FEW}`;
export const PARTNER = `role=podiatrist&${NOW}`;

export const state = (name: string) => async (page: Page) => {
  await page.locator(`[data-state="${name}"]`).waitFor();
};
/** In this state, and in the words of somebody who has no HIS. */
export const stateFor = (name: string, next: string) => async (page: Page) => {
  const shown = page.locator(`[data-state="${name}"]`);
  await shown.getByText(next).waitFor();
  expect(await shown.textContent()).not.toMatch(/HIS|werklijst|praktijkcomputer/);
};
export const dossier = async (page: Page) => {
  const { worklist } = new Workplace(page);
  await worklist.ready();
  await worklist.openFirst();
};
/** With diabetes: of whom the most can be asked. */
export const patient = async (page: Page) => {
  const { worklist } = new Workplace(page);
  await worklist.ready();
  const all = await worklist.count();
  await worklist.programme('DM');
  await filtered(page, all);
  await worklist.openFirst();
};
export const firstReferral = async (page: Page) => {
  await page.locator('.kk-row-link').first().click();
  await page.getByRole('heading', { name: 'Verwijsbrief' }).waitFor();
};
export const colleague = async (page: Page) => {
  await page.getByRole('link', { name: 'Joost Hofstede' }).click();
  await page.getByRole('heading', { name: 'Wat deze collega kan zien' }).waitFor();
};

const overflowing = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

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
    await pose(page, VIEWPORTS[size], scheme);
    const only =
      rules === null ? { type: 'tag' as const, values: TAGS } : { type: 'rule' as const, values: [...rules] };
    for (const fault of await faultsOf(page, only)) found.push(`${size} ${scheme} ${fault}`);
    const over = await overflowing(page);
    if (over > 0) found.push(`${size}: ${over} pixels too wide`);
  }
  return found;
}

/** One test per screen, side by side in the pages that earlier screens left. */
export function everyScreen(screens: Readonly<Record<string, Screen>>): void {
  const fixture = fixtureOf();
  describe('every screen and state', () => {
    it.concurrent.each(Object.entries(screens))(
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
}
