/** From accepting a referral at the partner to the patient's parts in plaintext, over two vaults on loopback, fsync included. */

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  acceptReferral,
  directoryContent,
  dossierOf,
  openDossier,
  openList,
  partnersOf,
  readContent,
  referralsOf,
} from '@ketenkluis/client';
import { DEFAULT_AS_OF } from '../generate/index.ts';
import { PARTNERS } from '../region/cast.ts';
import { referOne, rowsOf, visitOf } from '../region/couple.ts';
import { buildRegion } from '../region/region.ts';
import { diskFolder } from '../scratch.ts';
import { type Measured, timed } from './figure.ts';

const RUNS = 5;

export async function referral(): Promise<readonly Measured[]> {
  const root = mkdtempSync(join(diskFolder(), 'ketenkluis-referral-'));
  const region = await buildRegion({ root, asOf: DEFAULT_AS_OF, patients: [150, 0], partners: ['podiatrist'] });
  try {
    const nurse = await region.linde.signIn('poh-s');
    const list = await openList(nurse, 'directory');
    const [partner] = await partnersOf(nurse, readContent(directoryContent, list.content).partners);
    const rows = (await rowsOf(nurse)).filter(({ programmes }) => programmes.includes('diabetes')).slice(0, RUNS);
    if (partner === undefined || rows.length < RUNS) throw new Error('the region has no partner or too few patients');
    const referred: string[] = [];
    const sending: number[] = [];
    for (const row of rows) {
      const sent = await timed(() =>
        referOne(nurse, {
          row,
          partner,
          role: 'podiatrist',
          programme: 'diabetes',
          step: 'foot-care',
          question: 'Jaarlijkse voetcontrole.',
          by: { name: 'Sanne Kuipersma', role: 'poh-s' },
        }),
      );
      referred.push(sent.value.referral);
      sending.push(sent.ms / 1000);
    }
    const name = PARTNERS.podiatrist.staff[0]!.name;
    const guest = await visitOf(await region.partners.podiatrist!.signIn(name), region.card);
    const by = { name, role: { nl: 'Podotherapeut', en: 'Podiatrist' } };
    const opening: number[] = [];
    for (const one of (await referralsOf(guest)).filter(({ id }) => referred.includes(id))) {
      const opened = await timed(async () => {
        await acceptReferral(guest, one, by);
        return await openDossier(guest, { ...dossierOf(one), about: { purpose: 'verwijzing' } });
      });
      if (!opened.value.parts.some(({ outcome }) => outcome === 'permit')) throw new Error('the referral did not open');
      opening.push(opened.ms / 1000);
    }
    return [
      {
        work: 'accept a referral, to the first look',
        unit: 's',
        runs: opening,
        bar: { on: 'figure', at: 'most', value: 1 },
        note: 'the message that accepts, one line; then the look, one line; both at the practice’s vault',
      },
      {
        work: 'refer, from the click',
        unit: 's',
        runs: sending,
        note: 'looking at the parts, asking for the own shares, wrapping, sending',
      },
    ];
  } finally {
    await region.close();
    rmSync(root, { recursive: true, force: true });
  }
}
