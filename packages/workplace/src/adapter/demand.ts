/** What the practice asks of a sign-on: as its owners signed it, beside what the vault and the desk say; and asked anew. */

import {
  clientError,
  countedMeans,
  type DeskPlace,
  demanded,
  deskDoor,
  deskPlace,
  type HeldDesk,
  heldDesk,
  proposeDemand,
  type SignOnMeans,
} from '@ketenkluis/client';
import type { Demand, KeyDirectory } from '@ketenkluis/seal';
import { workplaceError } from '../errors.ts';
import type { AskedOfSignOn, OfferedWay, SignOnSettings } from '../model.ts';
import { type Inside, nameOf, UNNAMED } from './inside.ts';
import type { Surroundings } from './people.ts';
import { reaches } from './sign-on.ts';

type Ports = Surroundings['ports'];

const offeredWay = ({ means, name, issuer, asks, phone }: SignOnMeans): OfferedWay => ({
  ...{ means, name, issuer: issuer ?? null },
  ...{ asks: asks ?? null, phone: phone ?? false },
});
export const askedIn = ({ desk, ways, staff, patients }: Demand): AskedOfSignOn => ({ desk, ways, staff, patients });

/** Less of somebody than before: shown apart to whoever signs it. */
export const asksLess = (before: AskedOfSignOn | null, next: AskedOfSignOn): boolean =>
  before !== null &&
  (['staff', 'patients'] as const).some(
    (whom) => before[whom] !== null && (next[whom] === null || !reaches(next[whom], before[whom])),
  );

/** Patients whom two people gave access with nothing to sign on with: where it is asked of every patient, they do not get in. */
export const shutOutBy = (
  people: KeyDirectory,
  at: Parameters<KeyDirectory['owns']>[0],
  asks: AskedOfSignOn,
): number => (asks.patients === null ? 0 : people.owns(at).filter(({ eid }) => eid === undefined).length);

const isAway = (error: unknown) => clientError.is(error, 'desk-away') || clientError.is(error, 'desk-refused');
const isHeld = (error: unknown) => clientError.is(error, 'asks-less') || clientError.is(error, 'desk-differs');

export const offeredAt = async (desk: string, { fetch }: Ports): Promise<readonly OfferedWay[]> => {
  try {
    return (await deskDoor(desk, fetch).means()).map(offeredWay);
  } catch (cause) {
    if (clientError.is(cause, 'insecure-origin')) throw workplaceError('bad-demand', 'this is no address', { cause });
    throw cause;
  }
};

export async function signOnSettings({ session, names, me }: Inside, ports: Ports): Promise<SignOnSettings> {
  const said: DeskPlace = await deskPlace(session);
  const found = await demanded(session);
  const people = await session.people();
  const owns = people.owns(session.now());
  const patients = { all: owns.length, asked: owns.filter(({ eid }) => eid !== undefined).length };
  const signed =
    found === null
      ? null
      : {
          ...askedIn(found.demand),
          since: found.demand.from,
          by: found.signers.map((person) => nameOf(names, person)?.name ?? UNNAMED),
        };
  let held: HeldDesk | null = null;
  try {
    held = await heldDesk(session);
  } catch (error) {
    if (!isHeld(error)) throw error;
  }
  const host = { level: said.level, desk: said.origin, differs: held === null };
  const rest = { signed, host, patients, mayChange: me.owner };
  if (held === null || held.origin === null) return { ...rest, means: held === null ? null : [] };
  try {
    const means = countedMeans(await deskDoor(held.origin, ports.fetch).means(), held);
    return { ...rest, means: means.map(offeredWay) };
  } catch (error) {
    if (!isAway(error)) throw error;
    return { ...rest, means: null };
  }
}

export async function askSignOn({ session }: Inside, asks: AskedOfSignOn): Promise<void> {
  try {
    await proposeDemand(session, asks);
  } catch (cause) {
    if (!clientError.is(cause, 'bad-proposal')) throw cause;
    throw workplaceError('bad-demand', 'this cannot be asked of a sign-on', { cause });
  }
}
