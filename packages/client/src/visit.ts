/**
 * A visit: somebody of a partner signs in at another organisation's vault with the keys of the session at home, vouched for by their own
 * organisation for a day (docs/spec/partners.md, "Visit"). The vaults never speak with each other.
 */

import { base64url, type OrganisationId, type TeamId } from '@ketenkluis/base';
import { challenge as challengeSchema, sessionOpened, sessionProofBytes } from '@ketenkluis/protocol';
import { clientError } from './errors.ts';
import { Session, type SessionStart } from './session.ts';
import { ownVouched } from './vouch.ts';
import { type Place, type Wire, wire } from './wire.ts';

/**
 * Signs in there; what is opened there locks with `home`. `teams` are those that the other organisation may refer to, as the own card
 * names them; left out: every team but the one that reads the log. Throws `client/not-vouched`, `client/refused`, `client/offline`.
 */
export async function visit(home: Session, place: Place, teams?: readonly TeamId[]): Promise<Session> {
  const wired = wire(place, home.wire.ports);
  const entered = await enter(home, wired, { touched: null, teams });
  return Session.guest(wired, entered.start, { home, vouched: entered.vouched });
}

/** Brings a visit back after it was idle. */
export async function revisit(guest: Session): Promise<void> {
  const { home } = guest;
  if (home === null) throw clientError('not-open', 'this session is no visit');
  const teams = (await guest.asker()).vouched.map(({ team }) => team);
  const { start, vouched } = await enter(home, guest.wire, { touched: guest, teams });
  guest.revisit(start, vouched);
}

async function enter(
  home: Session,
  wired: Wire,
  { touched, teams }: { readonly touched: Session | null; readonly teams: readonly TeamId[] | undefined },
) {
  const practice = wired.place.pins.practice as OrganisationId;
  const { signer } = home.keys();
  const { memberships, batches, checkpoint, assurance } = await ownVouched(home, teams);
  const { statements, batches: own } = home.peopleWire;
  const { challenge } = await wired.call('challenge', challengeSchema, { body: {} });
  const proof = sessionProofBytes(wired.place.origin, practice, challenge, home.person);
  const body = {
    ...{ by: 'guest', challenge, person: home.person, signature: base64url(await signer.sign(proof)) },
    ...{ organisation: home.practice, after: 0, statements, batches: [...own, ...batches], checkpoint },
    memberships: memberships.map(({ statement, line }) => ({ statement, line })),
    ...(assurance === null ? {} : { assurance }),
  };
  const opened =
    touched === null
      ? await wired.call('session-open', sessionOpened, { body })
      : await wired.call('session-touch', sessionOpened, { body, token: touched.token });
  if (opened.person !== home.person || opened.stage !== 'open') {
    throw clientError('wrong-secret', 'the vault opened a session of somebody else');
  }
  const start: SessionStart = {
    ...{ session: opened.session, token: opened.token, person: opened.person, device: null },
    ...{ idle: opened.idle, until: opened.until, unlockers: [], names: {} },
  };
  return { start, vouched: memberships.map(({ fact }) => fact) };
}
