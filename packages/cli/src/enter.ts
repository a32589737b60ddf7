/** How commands sign in: with the device link of a sheet and its passphrase, and with recovery sheets where those are on the table. */

import { readFile } from 'node:fs/promises';
import { password } from '@clack/prompts';
import { nodeFetch } from '@ketenkluis/agent';
import { systemClock, systemRandom } from '@ketenkluis/base';
import {
  memoryStorage,
  type Ports,
  parseDeviceLink,
  raiseBySheets,
  type Session,
  signIn,
  takeDeviceLink,
  wire,
} from '@ketenkluis/client';
import { parseShareSheet } from '@ketenkluis/seal';
import { cliError } from './errors.ts';
import { loopbackIdentity } from './loopback.ts';

const PASSPHRASE = 'KETENKLUIS_PASSPHRASE';
/** Holds the passphrase of the second of two people at one keyboard. */
export const SECOND = 'KETENKLUIS_SECOND_PASSPHRASE';
/** Of the second, third and later person: `..._2`, `..._3`. */
export const nthSecond = (i: number): string => (i === 0 ? SECOND : `${SECOND}_${i + 1}`);

/** How a command signs in; a test brings a way of its own. */
export interface Entered {
  readonly session: Session;
  close(): Promise<void>;
}
export interface EnterMore {
  /** Holds the passphrase. */
  readonly variable?: string;
  /** Texts of recovery sheets, proved where the practice asks for a sign-on outside (docs/identity.md, "The way back"). */
  readonly sheets?: readonly string[];
}
export type Enter = (linkFile: string, more?: EnterMore) => Promise<Entered>;

/** What recovery sheets do for a session. Throws `seal/bad-recovery-share` for what is none, before anybody signs in. */
export function sheetsPort(texts: readonly string[]): NonNullable<Ports['sheets']> {
  const shares = texts.map(parseShareSheet).flatMap(({ purpose, share }) => (purpose === 'recovery' ? [share] : []));
  return (session) => raiseBySheets(session, shares);
}

/** Signs in with the device link of a sheet and the passphrase that goes with it. */
export async function signInBySheet(linkFile: string, { variable = PASSPHRASE, sheets }: EnterMore = {}) {
  const raise = sheets && { sheets: sheetsPort(sheets) };
  const text = (await readFile(linkFile, 'utf8')).split(/\s/).find((word) => word.includes('#/apparaat/')) ?? '';
  const link = parseDeviceLink(text);
  const given = process.env[variable] ?? (await password({ message: 'passphrase' }));
  if (typeof given !== 'string') throw cliError('no-passphrase', 'without a passphrase nothing is signed');
  const net = nodeFetch();
  const storage = memoryStorage();
  const device = await takeDeviceLink(storage, link);
  const { origin, practice, authority, log, logTeam } = link;
  const wired = wire(
    { origin, pins: { practice, authority, log, logTeam } },
    {
      fetch: net.fetch,
      clock: systemClock,
      random: systemRandom,
      storage,
      ...(raise ?? { identity: loopbackIdentity({ fetch: net.fetch }) }),
    },
  );
  const session = await signIn(wired, { by: 'passphrase', device, passphrase: given });
  return {
    session,
    signer: session.keys().signer,
    close: async () => {
      await session.close();
      net.close();
    },
  };
}
