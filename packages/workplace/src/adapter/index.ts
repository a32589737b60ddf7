/** The real side of `Workplace`: the client package, this browser's key store, and nothing invented. */

import { loadPolicy } from '@ketenkluis/access/web';
import { type Clock, KetenkluisError, systemClock, systemRandom } from '@ketenkluis/base';
import {
  clientError,
  declare,
  encodePracticeLink,
  forgetDevice,
  keptDevices,
  labelDevice,
  type Pins,
  type Place,
  type Ports,
  type Proof,
  parseDeviceLink,
  parsePracticeLink,
  pins as pinsSchema,
  signIn,
  takeDeviceLink,
  touch,
  type Wire,
  wire,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import { initials } from '../lib/initials.ts';
import type { Key, Session, Workplace } from '../model.ts';
import { countDrafts, type Drafter, drafterOf, dropDrafts, keepDraft, readDraft } from './drafts.ts';
import { understood } from './errors.ts';
import { about, enter, type Inside } from './inside.ts';
import { fetchedOnce, late } from './late.ts';
import { lists } from './lists.ts';
import { passkeyPort, passkeysWork } from './passkey.ts';
import type { Surroundings } from './people.ts';
import { signOnLive } from './sign-on-live.ts';
import { browserStorage } from './storage.ts';

/** Kept in the clear in this browser: ids, public keys and a switch. */
const PLACE = 'place';
const SHARED = 'shared';

export interface WorkplaceOptions {
  /** Where this app was served from; requests go nowhere else. */
  readonly origin: string;
  readonly fetch: Ports['fetch'];
  readonly clock?: Clock;
}

export function createWorkplace(options: WorkplaceOptions): Workplace {
  const storage = browserStorage();
  const clock = options.clock ?? systemClock;
  const signOn = signOnLive({ fetch: options.fetch, clock });
  const ports: Ports = {
    ...{ fetch: options.fetch, clock, random: systemRandom, storage, policy: loadPolicy },
    identity: signOn.identity,
  };

  let state: Session = { stage: 'out' };
  let inside: Inside | null = null;
  let drafter: Drafter | null = null;
  /** A draft is read after what was typed before is kept. */
  let drafting: Promise<unknown> = Promise.resolve();
  const afterDrafts = <T>(work: () => Promise<T>): Promise<T> => {
    const next = drafting.then(work);
    drafting = next.catch(() => undefined);
    return next;
  };
  const listeners = new Set<() => void>();
  const become = (next: Session) => {
    state = next;
    for (const listener of listeners) listener();
  };

  const readPins = async (): Promise<Pins | null> => pinsSchema.nullable().parse((await storage.get(PLACE)) ?? null);
  const wired = async (): Promise<Wire> => {
    const pins = await readPins();
    if (pins === null) throw workplaceError('signed-out', 'this browser knows no practice yet');
    const place: Place = { origin: options.origin, pins };
    return wire(place, ports);
  };
  const proofOf = async (key: Key): Promise<Proof> => {
    if (key.by === 'passkey') {
      return { by: 'passkey', port: passkeyPort((await storage.get(SHARED)) === true ? 'phone' : 'here') };
    }
    const device = (await keptDevices(storage)).find((one) => one.device === key.device);
    if (device === undefined) throw workplaceError('wrong-key', 'this browser no longer has the key of this device');
    return { by: 'passphrase', device, passphrase: key.passphrase };
  };

  const lock: Workplace['lock'] = (why) => {
    if (state.stage !== 'open') return;
    inside?.session.lock();
    // Everything opened goes; the session itself waits for a touch.
    if (inside) inside = { ...inside, names: null, lists: null, searched: null, because: null };
    become({ stage: 'locked', me: state.me, why });
  };

  /** Runs work of an open session; silence and the hour lock the screen wherever they are noticed. */
  const open = async <T>(work: (now: Inside) => Promise<T>): Promise<T> => {
    if (state.stage !== 'open' || inside === null) throw workplaceError('locked', 'the screen is locked');
    try {
      return await work(inside);
    } catch (error) {
      const known = understood(error);
      if (workplaceError.is(known, 'locked')) lock(codeBelow(known) === 'client/session-ended' ? 'hour' : 'idle');
      if (workplaceError.is(known, 'identity-needed')) signOnAgain(inside);
      throw known;
    }
  };
  /** The word ended, or the practice asks for more since: whoever does not sign on is signed out. */
  const signOnAgain = ({ session }: Inside) => {
    if (signOn.get() !== null) return;
    signOn.during(() => session.identify()).catch(() => (signOn.get() === null ? leave() : undefined));
  };
  const careful = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw understood(error);
    }
  };

  const begin = async (now: Inside, key: Key) => {
    inside = now;
    // The list is begun while the screen is still being drawn, and all else waits for it. Whoever needs one hears of a failure.
    const listed = now.me.patient ? Promise.resolve() : lists(now).then(ignored, ignored);
    void listed.then(async () => {
      sides().catch(ignored);
      if (!now.me.patient) await (await import('./duties.ts')).duties(now).catch(ignored);
    }, ignored);
    drafter = await drafterOf(now);
    if (key.by === 'passphrase' && now.names !== null) {
      await labelDevice(storage, key.device, `${initials(now.me.name)}, ${now.me.role.nl}`);
    }
    become({ stage: 'open', me: now.me, unlockers: now.session.unlockers.length });
  };

  const unlock: Workplace['unlock'] = (key) =>
    careful(async () => {
      const held = inside;
      if (state.stage !== 'locked' || held === null) throw workplaceError('signed-out', 'nobody is signed in');
      const proof = await proofOf(key);
      try {
        await signOn.during(() => touch(held.session, proof));
        await begin(await enter(held.session), key);
      } catch (error) {
        if (!lost(error)) throw error;
        // After twelve hours, or after an answer that never arrived, nothing can be brought back; the same person signs in.
        const session = await signOn.during(async () => signIn(await wired(), proof));
        if (session.person !== held.me.person) throw workplaceError('wrong-key', 'this is somebody else');
        await begin(await enter(session), key);
      }
    });

  const leave: Workplace['leave'] = async () => {
    const held = inside;
    inside = null;
    drafter = null;
    become({ stage: 'out' });
    await afterDrafts(() => dropDrafts(storage));
    if (held?.session.isOpen) await held.session.close();
  };

  const surroundings: Surroundings = {
    storage,
    ports,
    origin: options.origin,
    open,
    careful,
    proofOf,
    keepPins: (pins) => storage.set(PLACE, pins),
    recount: () => {
      if (inside && state.stage === 'open') become({ ...state, unlockers: inside.session.unlockers.length });
    },
  };

  const sides = fetchedOnce(async () => (await import('./sides.ts')).sidesOf(surroundings));
  const people = late(async () => (await sides()).people);
  const work = late(async () => (await sides()).work);

  return {
    session: {
      get: () => state,
      subscribe: (changed) => {
        listeners.add(changed);
        return () => listeners.delete(changed);
      },
    },
    now: clock,
    signOn: {
      get: signOn.get,
      subscribe: signOn.subscribe,
      go: signOn.go,
      again: signOn.again,
      stop: () => {
        signOn.stop();
        if (state.stage === 'open') void leave();
      },
    },

    referrals: late(async () => (await sides()).referrals),
    received: late(async () => (await sides()).received),
    partners: late(async () => (await sides()).partners),
    access: late(async () => (await sides()).access),
    urgent: late(async () => (await sides()).urgent),
    own: late(async () => (await sides()).own),
    desk: late(async () => (await sides()).desk),
    pins: late(async () => (await sides()).pins),
    petitions: late(fetchedOnce(async () => (await import('./petitions.ts')).petitionSide(surroundings))),
    outside: late(async () => (await sides()).outside),
    control: late(fetchedOnce(async () => (await import('./control.ts')).controlSide(surroundings))),
    overviews: late(fetchedOnce(async () => (await import('./overviews.ts')).overviewsSide(surroundings))),
    take: late(fetchedOnce(async () => (await import('./take.ts')).takeSide(surroundings))),
    oversight: late(async () => (await sides()).oversight),
    held: late(async () => (await sides()).held),

    door: () =>
      careful(async () => {
        const shared = (await storage.get(SHARED)) === true;
        const devices = await keptDevices(storage);
        const known = (await readPins()) !== null;
        return {
          devices: devices.map(({ device, label }) => ({ device, label })),
          passkeys: passkeysWork() && known,
          shared,
        };
      }),
    setShared: (shared) => storage.set(SHARED, shared),
    signIn: (key) =>
      careful(async () => {
        const place = await wired();
        const proof = await proofOf(key);
        const session = await signOn.during(() => signIn(place, proof));
        await begin(await enter(session), key);
      }),
    takeDevice: (link) =>
      careful(async () => {
        const parsed = parseDeviceLink(link);
        if (parsed.origin !== options.origin) {
          throw workplaceError('bad-link', 'this link belongs to another address than this page');
        }
        const { practice, authority, log, logTeam } = parsed;
        await storage.set(PLACE, { practice, authority, log, logTeam });
        const { device, label } = await takeDeviceLink(storage, parsed);
        return { device, label };
      }),
    takePractice: (link) =>
      careful(async () => {
        const { v: _, origin, ...told } = parsePracticeLink(link);
        const known = await readPins();
        const same = known === null || (known.practice === told.practice && known.authority === told.authority);
        if (origin !== options.origin || !same) {
          throw workplaceError('bad-link', 'this link belongs to another practice or address than this browser');
        }
        if (known === null) await storage.set(PLACE, told);
      }),
    practiceLink: () =>
      open(async ({ session }) => {
        return `${options.origin}/#/praktijk/${encodePracticeLink(session.wire.place.pins, options.origin)}`;
      }),
    forgetDevice: (device) => forgetDevice(storage, device),
    lock,
    unlock,
    active: () => undefined,
    leave,

    worklist: () => open(async (now) => (await lists(now)).view),
    forgetWorklist: () => {
      if (inside === null) return;
      inside.lists = null;
      inside.session.forgetMe();
    },
    declareSearch: (text) =>
      open(async (now) => {
        const { handle } = await lists(now);
        const items = [{ dossier: null, handle, facts: [] }];
        await declare(now.session, {
          event: 'search',
          items,
          about: about(now, 'zoeken in de werklijst', { searchTerm: text.slice(0, 200) }),
        });
      }),
    searched: (words) => {
      if (inside) inside.searched = words.slice(0, 200);
    },
    because: (why) => {
      if (inside) inside.because = why;
    },
    dossier: (id) => work.dossier(id),
    looks: (id) => work.looks(id),
    deliveries: () => work.deliveries(),

    draft: (id) => afterDrafts(() => open((now) => readDraft(storage, now, id))),
    saveDraft: (id, text) => {
      const whose = drafter;
      return afterDrafts(() =>
        careful(async () => {
          if (whose !== null && whose.person === drafter?.person) await keepDraft(storage, whose, id, text);
        }),
      );
    },
    drafts: async () => (drafter === null ? 0 : await countDrafts(storage, drafter.person)),
    writeNote: (id, text) => work.writeNote(id, text),
    takeOver: (id, note) => work.takeOver(id, note),

    people: () => people.people(),
    invite: (...said) => people.invite(...said),
    confirmInvitation: (...said) => people.confirmInvitation(...said),
    agreeProposal: (id) => people.agreeProposal(id),
    refuseProposal: (id) => people.refuseProposal(id),
    renewProposal: (id) => people.renewProposal(id),
    joining: (link) => people.joining(link),
    unlockers: () => people.unlockers(),
    addPasskey: (...said) => people.addPasskey(...said),
    addPassphrase: (...said) => people.addPassphrase(...said),
    removeUnlocker: (...said) => people.removeUnlocker(...said),
    colleagueUnlockers: (person) => people.colleagueUnlockers(person),
    endColleagueUnlocker: (...said) => people.endColleagueUnlocker(...said),
  };
}

const ignored = (): void => undefined;

/** Does the vault no longer know the session by the token held here? */
const lost = (error: unknown): boolean =>
  clientError.is(error, 'session-ended') ||
  (clientError.is(error, 'refused') && error instanceof KetenkluisError && error.detail.problem === 'vault/refused');

/** The code of the error that a `workplace/*` error stands for. */
function codeBelow(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
