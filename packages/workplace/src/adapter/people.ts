/** Colleagues, invitations and one's own unlockers: the part of `Workplace` about people. */

import { type InvitationId, isId, type PersonId, type TeamId } from '@ketenkluis/base';
import { ROLES, type RoleId } from '@ketenkluis/care';
import {
  admit,
  agree,
  agreeRenewal,
  couplePartners,
  disagree,
  endUnlocker,
  keptDevices,
  type Pins,
  type Ports,
  type Proof,
  renew,
  rewrap,
  waitingProposals,
  waitingRenewals,
  waysIn,
  wire,
} from '@ketenkluis/client';
import type { FactOf, Hash } from '@ketenkluis/seal';
import { workplaceError } from '../errors.ts';
import type { BrokenProposal, Colleague, ControlTerm, Key, OpenInvitation, Proposal, Workplace } from '../model.ts';
import { askedIn, asksLess, shutOutBy } from './demand.ts';
import { callers, type Inside, nameOf, roleText, teamName, UNNAMED } from './inside.ts';
import { dropInvited, invitedAs, keepInvited } from './invited.ts';
import { invite, join, parseInvitation, watch } from './joining.ts';
import { namedKeyholder } from './keyholders.ts';
import { rowOf } from './lists.ts';
import { isReferable } from './partners.ts';
import { signedOnAgain } from './pinning.ts';
import { namedWitness } from './standing.ts';
import type { BrowserStorage } from './storage.ts';
import { addPasskey, addPassphrase, type Gesture, listed, remove } from './unlockers.ts';

type PeopleSide = Pick<
  Workplace,
  | 'people'
  | 'invite'
  | 'confirmInvitation'
  | 'agreeProposal'
  | 'refuseProposal'
  | 'renewProposal'
  | 'joining'
  | 'unlockers'
  | 'addPasskey'
  | 'addPassphrase'
  | 'removeUnlocker'
  | 'colleagueUnlockers'
  | 'endColleagueUnlocker'
>;

export interface Surroundings {
  readonly storage: BrowserStorage;
  readonly ports: Ports;
  readonly origin: string;
  open<T>(work: (now: Inside) => Promise<T>): Promise<T>;
  careful<T>(work: () => Promise<T>): Promise<T>;
  proofOf(key: Key): Promise<Proof>;
  keepPins(pins: Pins): Promise<void>;
  /** The number of unlockers changed. */
  recount(): void;
}

/** Roles of people who work here; locums and partners come by other ways. */
const STAFF: readonly RoleId[] = ['gp', 'poh-s', 'poh-ggz', 'assistant', 'practice-manager'];

/** Which invitations this person sent from this browser; only ids, so that their codes can be asked for. */
const invited = (person: PersonId) => `invited:${person}`;

async function sent(storage: BrowserStorage, person: PersonId): Promise<InvitationId[]> {
  const kept = await storage.get(invited(person));
  return Array.isArray(kept) ? kept.filter((one): one is InvitationId => isId('invitation', one)) : [];
}

async function colleagues({ session, names, me }: Inside): Promise<Colleague[]> {
  const people = await session.people();
  const now = session.now();
  const teams = new Map<PersonId, TeamId[]>();
  for (const { person, team } of people.memberships(now)) teams.set(person, [...(teams.get(person) ?? []), team]);
  const unnamed = { name: UNNAMED, role: { nl: 'nog zonder naam', en: 'no name yet' } };
  return people
    .cards(now)
    .filter(({ kind }) => kind === 'professional')
    .map(({ subject }) => ({
      person: subject,
      ...(nameOf(names, subject) ?? unnamed),
      teams: (teams.get(subject) ?? []).map((team) => teamName(names, team)),
      me: subject === me.person,
    }))
    .sort((a, b) => a.name.localeCompare(b.name, 'nl'));
}

/** What the new policy asks less of than the one that stands: shown apart to whoever signs it. */
function lowerIn(before: FactOf<'control'>, next: FactOf<'control'>): ControlTerm[] {
  const kinds = ['review', 'sample', 'emergency', 'rights'] as const;
  return [
    ...(next.findingAt > before.findingAt ? (['findingAt'] as const) : []),
    ...kinds.filter((kind) => next.every[kind] > before.every[kind]),
    ...(next.sampleSize < before.sampleSize ? (['sampleSize'] as const) : []),
    ...(next.answerDays > before.answerDays ? (['answerDays'] as const) : []),
    ...(next.decideDays > before.decideDays ? (['decideDays'] as const) : []),
    ...(before.officers.every((one) => next.officers.includes(one)) ? [] : (['officers'] as const)),
  ];
}

async function proposed(inside: Inside) {
  const { session, names, me } = inside;
  const waiting = await waitingProposals(session);
  const directory = await session.people();
  const who = (person: PersonId) => nameOf(names, person)?.name ?? UNNAMED;
  const asked = waiting.flatMap((one) => ('dossier' in one ? one.dossier : []));
  const whose = new Map<string, string>();
  for (const dossier of new Set(asked)) {
    const row = await rowOf(inside, dossier).catch(() => null);
    if (row !== null) whose.set(dossier, row.name);
  }
  const proposals = waiting.map((one): Proposal | BrokenProposal => {
    if ('broken' in one) return { id: one.hash, broken: true };
    const held = {
      ...{ id: one.hash, by: who(one.by), mine: one.by === me.person, until: one.until },
      ...{ signed: one.signers.map(who), signedByMe: one.signers.includes(me.person) },
      ...{ needed: one.threshold, complete: one.complete, stale: one.stale },
    };
    if (one.what === 'colleague') {
      return {
        ...{ what: 'colleague', ...held, name: one.named?.name ?? null, code: one.code },
        role: one.named === null ? null : roleText(one.named.role),
        team: teamName(names, one.team),
        substitute:
          one.substitute === null
            ? null
            : { until: one.substitute.until, callers: one.substitute.activators.map((person) => who(person)) },
      };
    }
    if (one.what === 'own') {
      const patient = whose.get(one.dossier);
      // Whoever does not see whose dossier this is signs nothing.
      if (one.named === null || patient === undefined) return { id: one.hash, broken: true };
      const { as, checked, code } = one;
      const eid = one.eid ? { level: one.eid.level, again: signedOnAgain(session, one.hash) } : null;
      return { what: 'own', ...held, name: one.named.name, role: one.named.role, patient, as, checked, code, eid };
    }
    if (one.what === 'place') {
      return {
        ...{ what: 'place', ...held, name: who(one.person), team: teamName(names, one.team) },
        substitute: { until: one.substitute.until, callers: one.substitute.activators.map((person) => who(person)) },
      };
    }
    if (one.what === 'control') {
      const { findingAt, every, sampleSize, answerDays, decideDays } = one.fact;
      const officers = one.fact.officers.map(who);
      const terms = { findingAt, every, sampleSize, answerDays, decideDays };
      return {
        what: 'control',
        ...held,
        officers,
        ...terms,
        lower: one.before === null ? [] : lowerIn(one.before, one.fact),
      };
    }
    if (one.what === 'assumption') {
      const { fact, explanation } = one;
      // Nobody signs words that they cannot read.
      if (explanation === null) return { id: one.hash, broken: true };
      return {
        ...{ what: 'assumption', ...held, ground: fact.ground, text: explanation.text, end: fact.until },
        ...{ categories: explanation.categories.map(roleText), count: fact.teams.length },
      };
    }
    if (one.what === 'witnesses') {
      const { fact, before } = one;
      return {
        ...{ what: 'witnesses', ...held, quorum: fact.quorum, witnesses: fact.witnesses.map(namedWitness) },
        before: before === null ? null : { quorum: before.quorum, named: before.witnesses.length },
      };
    }
    if (one.what === 'keyholders') {
      return { what: 'keyholders', ...held, need: one.need, holders: one.holders.map(namedKeyholder) };
    }
    if (one.what === 'demand') {
      const asks = askedIn(one.fact);
      const before = one.before === null ? null : askedIn(one.before);
      const shutOut = shutOutBy(directory, session.now(), asks);
      return { what: 'demand', ...held, asks, before, lower: asksLess(before, asks), shutOut };
    }
    if (one.what === 'lift') {
      const patient = whose.get(one.dossier);
      if (patient === undefined) return { id: one.hash, broken: true };
      return { what: 'lift', ...held, patient, dossier: one.dossier };
    }
    // Whoever cannot read who it is has nothing to compare, and signs nothing.
    if (one.profile === null || one.fingerprint === null) return { id: one.hash, broken: true };
    const { profile, fingerprint } = one;
    return {
      ...{ what: 'partner', ...held, name: profile.name, ura: profile.ura, proof: profile.proof },
      accepts: one.fact.accepts ?? [],
      teams: profile.teams.filter(isReferable).map(({ name }) => name),
      fingerprint: fingerprint.join(' '),
    };
  });
  const renewals = me.owner ? await waitingRenewals(session) : [];
  const changed = new Set<string>(renewals.map(({ hash }) => hash));
  const renewed = renewals.map(
    ({ hash, by, teams, leave, stale }): Proposal => ({
      ...{ what: 'renewal', id: hash, by: who(by as PersonId), mine: by === me.person, stale },
      // Its proposer signed; who else did is checked when this person agrees.
      ...{ signed: [who(by as PersonId)], signedByMe: by === me.person, until: null },
      ...{ needed: directory.authority?.threshold ?? 1, complete: false, name: leave.map(who).join(', ') },
      teams: teams.map((team) => teamName(names, team)),
    }),
  );
  const invitations = waiting.flatMap((one) => ('broken' in one || one.what !== 'colleague' ? [] : one.invitation));
  return {
    proposals: [...proposals.filter(({ id }) => !changed.has(id)), ...renewed],
    invitations: new Set(invitations),
  };
}

async function waiting(
  storage: BrowserStorage,
  inside: Inside,
  proposed: ReadonlySet<InvitationId>,
): Promise<OpenInvitation[]> {
  const { session, names, me } = inside;
  const still: InvitationId[] = [];
  const shown: OpenInvitation[] = [];
  for (const id of await sent(storage, me.person)) {
    const { state, team, until, code } = await watch(session, id);
    if (state === 'confirmed' || (state === 'ended' && !proposed.has(id))) {
      await dropInvited(storage, me.person, id);
      continue;
    }
    still.push(id);
    // What was proposed to the other owners stands there.
    if (proposed.has(id)) continue;
    const named = await invitedAs(storage, inside, id);
    shown.push({ invitation: id, name: named?.name ?? UNNAMED, team: teamName(names, team), until, code });
  }
  await storage.set(invited(me.person), still);
  return shown;
}

const gestureOf = async (from: Surroundings, key: Key): Promise<Gesture> => {
  const proof = await from.proofOf(key);
  if (proof.by === 'key') throw workplaceError('wrong-key', 'a gesture is a passkey or a passphrase');
  return proof;
};

/** A door to outside, under which somebody who is no owner may be the second person. */
const outward = (one: Proposal | BrokenProposal): boolean =>
  'what' in one &&
  (['partner', 'place', 'assumption', 'witnesses', 'keyholders', 'control', 'own', 'demand'].includes(one.what) ||
    (one.what === 'colleague' && one.substitute !== null));

export function peopleSide(from: Surroundings): PeopleSide {
  const { storage } = from;
  const changed = (work: (now: Inside, gesture: Gesture) => Promise<void>, key: Key) =>
    from.open(async (now) => {
      await work(now, await gestureOf(from, key));
      from.recount();
    });
  return {
    people: () =>
      from.open(async (now) => {
        const directory = await now.session.people(true);
        // A professional who is no owner may be the second person for a partner or a substitute; nobody is shown what they cannot sign.
        const waits = await proposed(now);
        const open = now.me.owner ? waits : { ...waits, proposals: waits.proposals.filter(outward) };
        return {
          colleagues: await colleagues(now),
          teams: directory
            .epochs()
            .map(({ payload }) => payload.team)
            .filter((team) => team !== now.session.wire.place.pins.logTeam)
            .map((team) => ({ team, name: teamName(now.names, team) })),
          invitations: now.me.owner ? await waiting(storage, now, open.invitations) : [],
          proposals: open.proposals,
          roles: STAFF.map((role) => ({ role, name: { nl: ROLES[role].nl, en: ROLES[role].en } })),
          mayInvite: now.me.owner,
        };
      }),
    invite: (team, name, role) =>
      from.open(async (now) => {
        const { id, link } = await invite(now.session, team);
        await keepInvited(storage, now, id, { name, role });
        await storage.set(invited(now.me.person), [...(await sent(storage, now.me.person)), id]);
        return `${from.origin}/#/uitnodiging/${link}`;
      }),
    confirmInvitation: (id, substituteUntil) =>
      from.open(async (now) => {
        const named = await invitedAs(storage, now, id);
        if (named === null) throw workplaceError('conflict', 'this invitation was sent from another browser');
        const approval =
          substituteUntil === undefined ? null : { until: substituteUntil, activators: await callers(now) };
        return await admit(now.session, id, named, approval);
      }),
    agreeProposal: (id) =>
      from.open(async ({ session }) => {
        if ((await waitingRenewals(session)).some(({ hash }) => hash === id)) {
          const renewal = await agreeRenewal(session, id as Hash);
          if (renewal === 'proposed') return 'proposed';
          await rewrap(session);
          return 'admitted';
        }
        // What the patient signs on with is compared here before it is signed (docs/spec/own.md, "At the desk").
        const asked = (await waitingProposals(session)).find(({ hash }) => hash === id);
        if (asked && !('broken' in asked) && asked.what === 'own' && asked.eid && !signedOnAgain(session, id))
          throw workplaceError('conflict', 'the patient did not sign on again here');
        const done = await agree(session, id as Hash);
        // The keys of a new partner go to the vault as soon as its fact stands.
        if (done === 'admitted') await couplePartners(session);
        return done;
      }),
    refuseProposal: (id) => from.open(({ session }) => disagree(session, id as Hash)),
    renewProposal: (id) => from.open(({ session }) => renew(session, id as Hash)),
    joining: (link) =>
      from.careful(async () => {
        const { fragment, pins } = parseInvitation(link);
        await from.keepPins(pins);
        return await join({ wired: wire({ origin: from.origin, pins }, from.ports), fragment, storage });
      }),

    unlockers: () =>
      from.open(async (now) => {
        const here = new Set<string>((await keptDevices(storage)).map(({ device }) => device));
        return await listed(now.session, here);
      }),
    addPasskey: (where, name, key) => changed((now, gesture) => addPasskey(now.session, gesture, where, name), key),
    addPassphrase: (text, name, key) =>
      changed(
        (now, gesture) => addPassphrase(storage, now.session, gesture, text, name, [now.me.name, now.me.practice]),
        key,
      ),
    removeUnlocker: (id, key) => changed((now, gesture) => remove(now.session, gesture, id), key),
    colleagueUnlockers: (person) =>
      from.open(async ({ session }) =>
        ((await waysIn(session)).get(person) ?? [])
          .filter(({ ended }) => ended === null)
          .map(({ unlocker, kind, since, used }) => ({ id: unlocker, kind, since, used })),
      ),
    endColleagueUnlocker: (person, id) => from.open(({ session }) => endUnlocker(session, person, id)),
  };
}
