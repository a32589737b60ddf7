/** The worklist in every state, and what stands over it. */

import { Workplace } from '../../pages/index.ts';
import { FEW, NOW } from '../fixture.ts';
import { everyScreen, state } from './every.ts';

everyScreen({
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
  'worklist, an appointment today': {
    query: `role=assistant&patients=24&${NOW}`,
    reach: (page) => page.locator('[data-chip="appointment"]').first().waitFor(),
  },
});
