/** A patient signs on at the desk, in the session of who takes them in or signs as the second person (docs/spec/own.md, "At the desk"). */

import { base64url, type PersonId } from '@ketenkluis/base';
import {
  type BegunSignOn,
  clientError,
  countedMeans,
  type DeskDoor,
  demanded,
  deskDoor,
  type Eid,
  eidOf,
  heldDesk,
  readInvitation,
  type Session,
  SIGN_ON_LIFE,
  waitingProposals,
} from '@ketenkluis/client';
import type { Hash, StatementWire } from '@ketenkluis/seal';
import { workplaceError } from '../errors.ts';
import type { PinDone, PinOf, PinSide } from '../model.ts';
import { askSignOn, offeredAt, signOnSettings } from './demand.ts';
import type { Inside } from './inside.ts';
import { type OtherTab, waitForBack } from './other-tab.ts';
import type { Surroundings } from './people.ts';
import { levelIn, reaches, troubleOf, wayOf } from './sign-on.ts';

interface Under {
  readonly session: Session;
  readonly door: DeskDoor;
  readonly person: PersonId;
  readonly least: Eid['level'];
  /** Of a proposal: what stands in it. */
  readonly proposed: { readonly hash: Hash; readonly subject: Hash } | null;
  readonly begun: BegunSignOn | { readonly link: string; readonly secret: string };
  readonly at: number;
  tab: OtherTab | null;
  result: Eid | null;
}

/** Of one session: what was pinned in it, and proposals for which the patient signed on again and was the same. */
const pinned = new WeakMap<Session, Map<string, Under>>();
const same = new WeakMap<Session, Set<Hash>>();
const under = (session: Session): Map<string, Under> => {
  const found = pinned.get(session) ?? new Map<string, Under>();
  pinned.set(session, found);
  return found;
};

/** What was pinned under this id, once: it goes into one `own`. Throws `conflict`. */
export function takePinned(session: Session, id: string): Eid {
  const found = under(session).get(id)?.result;
  if (!found) throw workplaceError('conflict', 'nobody signed on here');
  under(session).delete(id);
  return found;
}
export const signedOnAgain = (session: Session, proposal: string): boolean =>
  same.get(session)?.has(proposal as Hash) ?? false;

async function whose(session: Session, of: PinOf): Promise<Pick<Under, 'person' | 'proposed'> & { eid: Eid | null }> {
  if ('invitation' in of) {
    const { join } = await readInvitation(session.wire, session.practice, of.invitation);
    if (join === null) throw workplaceError('conflict', 'nobody answered this invitation, or more than one');
    return { person: join.payload.person, proposed: null, eid: null };
  }
  const found = (await waitingProposals(session)).find((one) => one.hash === of.proposal);
  if (found === undefined || 'broken' in found || found.what !== 'own' || found.eid === undefined)
    throw workplaceError('conflict', 'this proposal asks for no sign-on');
  const { person, hash, eid } = found;
  return { person, proposed: { hash, subject: eid.subject }, eid };
}

/** The desk may ask for more than the practice does, never for less. */
const higherOf = (least: Eid['level'] | null, asks: Eid['level'] | undefined): Eid['level'] =>
  least === 'high' || asks === 'high' ? 'high' : 'substantial';

export function pinSide({ open, ports }: Surroundings): PinSide {
  /** What patients sign on with, by what the practice signed alone: where it never said, nothing is asked for (docs/identity.md). */
  const citizens = async (session: Session) => {
    const asked = (await demanded(session))?.demand;
    if (asked === undefined) return null;
    // Left out, or another than was signed: the screen says so, and nobody is taken in on the vault's word.
    const held = await heldDesk(session);
    const least = asked.patients;
    if (held.origin === null) return null;
    const door = deskDoor(held.origin, ports.fetch);
    const means = async () => countedMeans(await door.means(), held).find((one) => one.means === 'eid');
    return { door, least, means };
  };
  const find = ({ session }: Inside, id: string): Under => {
    const found = under(session).get(id);
    if (found === undefined) throw workplaceError('conflict', 'this sign-on is over');
    return found;
  };
  const late = (one: Under) => ports.clock() - one.at >= SIGN_ON_LIFE;

  async function pin(one: Under, word: StatementWire): Promise<PinDone> {
    const { session, proposed, least, person } = one;
    if (!reaches(levelIn(word), least)) return { done: false, trouble: 'low', again: false };
    const eid = await eidOf(session, person, word, least);
    if (proposed === null) {
      one.result = eid;
      return { done: true, level: eid.level, same: true };
    }
    const agrees = eid.subject === proposed.subject;
    if (agrees) same.set(session, (same.get(session) ?? new Set()).add(proposed.hash));
    return { done: true, level: eid.level, same: agrees };
  }
  const attempt = async (one: Under, word: () => Promise<StatementWire>, again: boolean): Promise<PinDone> => {
    try {
      return await pin(one, await word());
    } catch (error) {
      const trouble = clientError.is(error, 'bad-proposal') ? 'refused' : null;
      if (trouble === null && !clientError.is(error, 'desk-refused') && !clientError.is(error, 'desk-away'))
        throw error;
      return { done: false, trouble: trouble ?? troubleOf(error, late(one)), again: again && !late(one) };
    }
  };

  return {
    with: () =>
      open(async ({ session }) => {
        const here = await citizens(session);
        if (here === null) return null;
        const { least } = here;
        const without = least === null ? 'away' : 'shut';
        try {
          const found = await here.means();
          if (found === undefined) return least === null ? null : 'shut';
          const asks = higherOf(least, found.asks);
          return { name: found.name, asks, phone: found.phone ?? false, always: least !== null };
        } catch (error) {
          if (clientError.is(error, 'desk-away') || clientError.is(error, 'desk-refused')) return without;
          throw error;
        }
      }),
    begin: (of, where) =>
      open(async ({ session }) => {
        const { person, proposed, eid } = await whose(session, of);
        const here = await citizens(session);
        try {
          const found = await here?.means();
          const door = here?.door;
          if (!door || found === undefined) throw clientError('desk-away', 'there is nothing to sign on with here');
          const about = { person, session: session.id };
          const at = ports.clock();
          const begun = where === 'phone' ? await door.beginPhone(about) : await door.begin('eid', about);
          const least = eid?.level ?? higherOf(here.least, found.asks);
          const id = base64url(ports.random(12));
          under(session).set(id, { session, door, person, proposed, begun, least, at, tab: null, result: null });
          if ('link' in begun) return { id, link: begun.link, way: null };
          return { id, link: null, way: wayOf(found, begun) };
        } catch (error) {
          if (!clientError.is(error, 'desk-away') && !clientError.is(error, 'desk-refused')) throw error;
          throw workplaceError('desk-away', 'the desk does not answer', { cause: error });
        }
      }),
    number: (id, number) =>
      open((now) => {
        const one = find(now, id);
        return attempt(one, () => one.door.finishPhone(one.begun, number.replace(/\D/g, '')), true);
      }),
    back: (id) =>
      open(async (now) => {
        const one = find(now, id);
        const { begun } = one;
        if (!('state' in begun)) throw workplaceError('conflict', 'this sign-on is on a telephone');
        const address = await new Promise<string | null>((resolve) => {
          one.tab = waitForBack((state, found, cancelled) => {
            if (state !== begun.state) return false;
            resolve(cancelled ? null : found);
            return true;
          });
        });
        one.tab?.stop();
        if (address === null) return { done: false, trouble: 'cancelled', again: false };
        return await attempt(one, () => one.door.finish(begun, address), false);
      }),
    drop: (id) =>
      open(async ({ session }) => {
        under(session).get(id)?.tab?.stop();
        under(session).delete(id);
      }),
    settings: () => open((now) => signOnSettings(now, ports)),
    offered: (desk) => open(() => offeredAt(desk, ports)),
    ask: (asks) => open((now) => askSignOn(now, asks)),
  };
}
