/** `ketenkluis demo --region`: two practices and four organisations they refer to, with referrals in every state. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SECOND, systemClock } from '@ketenkluis/base';
import { type Referral, referralsOf } from '@ketenkluis/client';
import { DEFAULT_AS_OF } from '../generate/index.ts';
import type { Job } from '../main.ts';
import { LINDE, PARTNERS, type PartnerRole, WILG } from './cast.ts';
import { visitOf } from './couple.ts';
import { buildRegion, playStory, type Region, type Story } from './region.ts';

export interface RegionDemoOptions {
  readonly once?: boolean;
  readonly patients?: number;
  readonly keep?: string;
}
/** Enough for patients in every programme, and quick to make. */
const PATIENTS = 400;
const SECOND_PRACTICE = 120;

const say = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

/** What each partner sees at the first practice, by state. */
async function seenBy(region: Region): Promise<Record<string, Record<string, number>>> {
  const seen: Record<string, Record<string, number>> = {};
  for (const [role, practice] of Object.entries(region.partners)) {
    const home = await practice.signIn(PARTNERS[role as PartnerRole].staff[0]!.name);
    const guest = await visitOf(home, region.card);
    const states = (await referralsOf(guest)).map(({ state }: Referral) => state);
    seen[role] = Object.fromEntries(
      [...Map.groupBy(states, (state) => state)].map(([state, all]) => [state, all.length]),
    );
  }
  return seen;
}

function links(region: Region): string[] {
  const all = [
    [LINDE, region.linde],
    ...(region.wilg === null ? [] : [[WILG, region.wilg] as const]),
    ...Object.entries(region.partners).map(([role, practice]) => [PARTNERS[role as PartnerRole], practice] as const),
  ] as const;
  return all.flatMap(
    ([
      {
        practice: { name },
      },
      { origin, people },
    ]) => [
      '',
      name,
      ...people.flatMap(({ name: who, role, first }) => [
        `  ${who} (${role})`,
        `    ${origin}/#/apparaat/${first.link}`,
        `    passphrase: ${first.passphrase}`,
      ]),
    ],
  );
}

/** Somebody opened what is not theirs, or not what is. */
const sawTooMuch = ({ locum, officer, careGroup }: Story): boolean =>
  locum.opened === 0 ||
  locum.others + officer.parts + careGroup.parts > 0 ||
  officer.lines === 0 ||
  !officer.proved ||
  careGroup.looks !== 'refused';

export const regionDemo =
  (options: RegionDemoOptions): Job =>
  async (json) => {
    const started = systemClock();
    const root =
      options.keep === undefined ? await mkdtemp(join(tmpdir(), 'ketenkluis-region-')) : resolve(options.keep);
    let region: Region | undefined;
    try {
      const bundle = options.once ? undefined : await (await import('../demo/workplace.ts')).workplace(say);
      region = await buildRegion({
        root,
        asOf: DEFAULT_AS_OF,
        patients: [options.patients ?? PATIENTS, SECOND_PRACTICE],
        onStep: (step) => say(`${step} …`),
        ...(bundle === undefined ? {} : { workplace: bundle }),
      });
      say('referring, answering, withdrawing, shutting, breaking glass …');
      const story = await playStory(region);
      const account = {
        organisations: 2 + Object.keys(region.partners).length,
        referrals: Object.keys(story.referrals).length,
        seen: await seenBy(region),
        restricted: story.restricted,
        emergency: story.emergency,
        locum: story.locum,
        officer: story.officer,
        careGroup: story.careGroup,
        seconds: Math.round((systemClock() - started) / SECOND),
      };
      if (!json) say(JSON.stringify(account, null, 2));
      if (!options.once) {
        for (const line of links(region)) say(line);
        const { name, link, passphrase } = region.locum;
        say(`\n${name} (locum)\n    ${region.linde.origin}/#/apparaat/${link}\n    passphrase: ${passphrase}`);
        say(
          `\nThe card of ${LINDE.practice.name}, for the Partners page of a partner:\n${region.card}\n\nServing until Ctrl-C.`,
        );
        await new Promise<void>((stop) => process.once('SIGINT', () => stop()).once('SIGTERM', () => stop()));
      }
      return { json: account, failed: story.emergency === 0 || !story.restricted || sawTooMuch(story) };
    } finally {
      await region?.close();
      if (options.keep === undefined) await rm(root, { recursive: true, force: true });
    }
  };
