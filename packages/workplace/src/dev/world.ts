/** The invented side of `Workplace`: everything in memory, no vault. Tests and development only; never in the bundle. */

import {
  addDays,
  type DossierId,
  type HandleId,
  HOUR,
  type Instant,
  instant,
  localDate,
  plus,
  systemClock,
  type TeamId,
} from '@ketenkluis/base';
import { FIELDS, PROGRAMME_IDS, type ProgrammeId, type RoleId, rowAt, SCOPES } from '@ketenkluis/care';
import { dossier as dossierView, programme, worklist as worklistView } from '../adapter/care-view.ts';
import { workplaceError } from '../errors.ts';
import type {
  BrokenProposal,
  ColleagueUnlocker,
  Confirmation,
  Deliveries,
  DoorDevice,
  Joining,
  Key,
  Me,
  Note,
  OpenInvitation,
  Proposal,
  Session,
  Unlocker,
  Workplace,
} from '../model.ts';
import { controlSide } from './control.ts';
import { destructionsFrom } from './destruction.ts';
import { keyholderSide } from './held.ts';
import { witnessSide } from './outside.ts';
import { looksOf, oversightSide } from './oversight.ts';
import { overviewsSide } from './overviews.ts';
import { deskSide, ownSide } from './own.ts';
import { accessSide, type InventedSetting, partnerSide } from './partners.ts';
import { dice, type Invented, invent, madeId } from './people.ts';
import { petitionSide } from './petitions.ts';
import { receivedSide } from './received.ts';
import { referralSide } from './referrals.ts';
import { liftAsked } from './restrictions.ts';
import { demandAsked, type InventedSignOn, inventedSignOn, pinSide } from './sign-on.ts';
import { both, inventedPartners, roleName, type Stage, within } from './stage.ts';
import { takeSide } from './take.ts';
import { urgentSide } from './urgent.ts';
import { withVisits } from './visits.ts';

export type Scene =
  | 'usual'
  | 'empty'
  | 'stale'
  | 'offline'
  | 'denied'
  | 'partly'
  | 'broken'
  | 'unproved'
  /** Everything answers but what writes a line for a file or paper. */
  | 'shut-log'
  | 'slow'
  /** Of a partner: nobody else there may answer; an officer who is no owner. */
  | 'alone'
  | 'officer'
  /** A log of years: ten thousand lines of one patient, hundreds of findings. */
  | 'many'
  | 'assumed'
  /**
   * The practice asks to sign on outside; its desk answers, or not; or not while it is asked of every patient; it wants to ask less; the
   * vault does so by itself.
   */
  | 'sign-on'
  | 'sign-on-away'
  | 'sign-on-shut'
  | 'sign-on-lower'
  | 'sign-on-differs';

export const DEV_ROLES = [
  ...(['nurse', 'owner', 'assistant', 'podiatrist', 'locum'] as const),
  ...(['care-group', 'privacy-officer', 'patient'] as const),
];
export type DevRole = (typeof DEV_ROLES)[number];

export interface DevOptions {
  readonly scene?: Scene;
  readonly patients?: number;
  readonly signedIn?: boolean;
  readonly role?: DevRole;
  /** A fixed now, so that pictures can be compared. */
  readonly now?: Instant;
}

export const PASSPHRASE = 'vier gewone losse woorden';
const ROLES = {
  nurse: both('Praktijkondersteuner somatiek', 'Practice nurse'),
  owner: both('Huisarts, praktijkhouder', 'GP, practice owner'),
  assistant: both('Doktersassistent', 'Practice assistant'),
  gp: both('Huisarts', 'GP'),
  podiatrist: both('Podotherapeut', 'Podiatrist'),
  locum: both('Waarnemer', 'Locum'),
  'care-group': both('Zorggroep', 'Care group'),
  'privacy-officer': both('Functionaris gegevensbescherming', 'Privacy officer'),
  patient: both('Patiënt', 'Patient'),
} as const;
const NAMES: Readonly<Record<DevRole, string>> = {
  nurse: 'Sanne Terpstra',
  assistant: 'Sanne Terpstra',
  owner: 'Marleen Brugman',
  podiatrist: 'Thijs van Asselt',
  locum: 'Hanneke de Ruiter',
  'care-group': 'Marit Roosjen',
  'privacy-officer': 'Greet Bosma',
  patient: 'Patiënt',
};
const OFFICES: Partial<Record<DevRole, Me['office']>> = { 'care-group': 'overview', 'privacy-officer': 'oversight' };

const pause = (time: number) => new Promise<void>((done) => setTimeout(done, time));

export interface DevWorld extends Workplace {
  readonly searches: () => readonly string[];
  readonly copies: () => number;
  /** A partner leaves a message. */
  readonly arrives: () => void;
  /** The tab in which somebody signed on is back. */
  readonly signOnBack: InventedSignOn['back'];
  /** While somebody works, the practice asks them to sign on. */
  readonly signOnAsked: () => Promise<void>;
}

export function devWorld(options: DevOptions = {}): DevWorld {
  const { scene = 'usual', patients = 612, role = 'nurse' } = options;
  const roll = dice(99);
  const start = options.now ?? instant(Date.parse('2026-11-21T09:12:00Z'));
  const now = () => (options.now === undefined ? systemClock() : start);
  const asOf = addDays(localDate(start), -1);
  const team = madeId('team', roll);
  const partner = role === 'podiatrist';
  const first = partner ? 'Voetzorg' : role === 'care-group' ? 'Zorggroep' : 'POH-somatiek';
  const teams = [
    { team, name: role === 'privacy-officer' ? 'Logboek' : first },
    { team: madeId('team', roll), name: 'Huisartsen' },
    { team: madeId('team', roll), name: 'Assistenten' },
  ];
  const name = NAMES[role];
  const office = OFFICES[role] ?? null;
  const me: Me = {
    person: madeId('person', roll),
    name,
    role: ROLES[role],
    practice: partner ? 'Podotherapie Het Spoor' : 'Huisartsenpraktijk De Wilgen',
    partner,
    patient: role === 'patient',
    substitute: role === 'locum',
    office,
    teams: role === 'owner' ? teams.slice(0, 2) : teams.slice(0, 1),
    owner: role === 'owner' || (partner && scene !== 'officer'),
    answers: role === 'owner' || partner,
  };
  const all = scene === 'empty' ? [] : invent(7, patients, asOf);
  // Only an assistant's list says who comes to be measured: everybody else stands in all of it.
  const people = role === 'assistant' ? withVisits(all, localDate(start)) : all;
  const known = new Map(people.map((one) => [one.row.dossier, one]));
  const confirmation: Confirmation =
    scene === 'stale'
      ? { state: 'stale', since: plus(start, -16 * 24 * HOUR) }
      : { state: 'confirmed', at: plus(start, -10 * HOUR), until: plus(start, 13 * 24 * HOUR) };

  let session: Session = options.signedIn ? { stage: 'open', me, unlockers: 2 } : { stage: 'out' };
  const listeners = new Set<() => void>();
  const become = (next: Session) => {
    session = next;
    for (const listener of listeners) listener();
  };
  let shared = false;
  const since = (first: number, last: number | null) => ({
    since: plus(start, -first * 24 * HOUR),
    used: last === null ? null : plus(start, -last * 24 * HOUR),
  });
  let theirs: ColleagueUnlocker[] = [
    { id: 'x', kind: 'passkey', ...since(120, 1) },
    { id: 'y', kind: 'passphrase', ...since(118, 30) },
  ];
  let devices: DoorDevice[] = [{ device: madeId('device', roll), label: 'S.T., praktijkondersteuner' }];
  let unlockers: Unlocker[] = [
    { id: 'a', kind: 'passkey', here: true, name: null, ...since(40, 0) },
    { id: 'b', kind: 'passphrase', here: true, name: 'spreekkamer 2', ...since(38, 3) },
    ...(role === 'owner'
      ? [{ id: 'c', kind: 'passkey' as const, here: false, name: 'telefoon', ...since(9, null) }]
      : []),
  ];
  let invitations: OpenInvitation[] = [
    {
      invitation: madeId('invitation', roll),
      name: 'Femke Postma',
      team: 'Assistenten',
      until: plus(start, 60 * HOUR),
      code: '482 913 770 162',
    },
    {
      invitation: madeId('invitation', roll),
      name: 'Bram Hazelhoff',
      team: 'Huisartsen',
      until: plus(start, 70 * HOUR),
      code: null,
    },
  ];
  const waits = {
    ...{ team: 'POH-somatiek', until: plus(start, 150 * HOUR), needed: 2, substitute: null, complete: false },
  };
  let proposals: (Proposal | BrokenProposal)[] =
    scene === 'partly'
      ? [
          {
            ...{
              ...waits,
              what: 'colleague',
              id: 'v1',
              by: 'Joost Hofstede',
              mine: false,
              name: 'Marloes Bakker',
              role: ROLES.nurse,
            },
            ...{ code: '731 204 558 019', signed: ['Joost Hofstede'], signedByMe: false, stale: false },
          },
          {
            ...{
              ...waits,
              what: 'colleague',
              id: 'v2',
              by: me.name,
              mine: true,
              name: 'Ruben Kamp',
              role: ROLES.assistant,
            },
            ...{ code: '118 640 937 225', signed: [me.name], signedByMe: true, stale: true },
          },
          { id: 'v3', broken: true },
          {
            ...{ what: 'partner', id: 'v4', by: 'Joost Hofstede', mine: false, name: 'Fysiotherapie De Brug' },
            ...{ ura: '90056789', proof: 'Inschrijving in het LRZa, gebeld op het nummer van de zorggroep' },
            ...{ teams: ['Beweegzorg'], until: waits.until, needed: 2, stale: false, signed: ['Joost Hofstede'] },
            accepts: ['substantial', 'high'],
            complete: false,
            fingerprint: '5127 3364 7019 4485 9923 1670 2548 8831 0958 4471 2236 8890',
            signedByMe: false,
          },
          {
            ...{ ...waits, what: 'colleague', id: 'v5', by: 'Joost Hofstede', mine: false, name: 'Hanneke de Ruiter' },
            ...{ role: ROLES.locum, team: 'Huisartsen', code: '640 118 902 337', signed: ['Joost Hofstede'] },
            ...{ signedByMe: false, stale: false },
            substitute: { until: plus(start, 180 * 24 * HOUR), callers: ['Noor Zijlstra', 'Sanne Terpstra'] },
          },
          ...(me.owner ? [liftAsked(people[0]!.row, plus(start, 150 * HOUR))] : []),
        ]
      : scene === 'sign-on-lower'
        ? [demandAsked(plus(start, 150 * HOUR))]
        : scene.startsWith('sign-on')
          ? [
              {
                ...{ what: 'own', id: 'v7', by: 'Joost Hofstede', mine: false, name: 'Mevrouw J. de Wit' },
                ...{ role: 'Patiënt', patient: 'Wit-van der Heuvel, J. de', as: 'patient', checked: 'document' },
                ...{ code: '731 204 558 019', until: plus(start, 150 * HOUR), needed: 2, complete: false },
                ...{ signed: ['Joost Hofstede'], signedByMe: false, stale: false },
                eid: { level: 'substantial', again: false },
              },
            ]
          : [];
  const someone = (called: string, role: RoleId, of: string) => ({
    ...{ person: madeId('person', roll), name: called, role, team: of },
  });
  const mine =
    role === 'owner'
      ? 'gp'
      : role === 'assistant'
        ? 'assistant'
        : partner
          ? 'podiatrist'
          : role === 'locum' || role === 'care-group' || role === 'privacy-officer'
            ? role
            : 'poh-s';
  let staff = [
    { person: me.person, name, role: mine as RoleId, team: me.teams[0]!.name },
    ...(partner
      ? []
      : [
          someone('Joost Hofstede', 'gp', 'Huisartsen'),
          someone('Noor Zijlstra', 'assistant', 'Assistenten'),
          someone('Ilse van Rooijen', 'poh-s', 'POH-somatiek'),
        ]),
  ];
  const drafts = new Map<DossierId, string>();
  const notes = new Map<DossierId, Note[]>();
  const searches: string[] = [];

  const reach = async (time = 30) => {
    if (scene === 'slow') return await new Promise<never>(() => undefined);
    await pause(time);
    if (scene === 'offline') throw workplaceError('offline', 'the vault cannot be reached');
  };
  const prove = async (key: Key) => {
    await pause(60);
    if (key.by === 'passphrase' && key.passphrase !== PASSPHRASE) {
      throw workplaceError('wrong-passphrase', 'this passphrase does not open the keyring');
    }
  };

  const stage: Stage = { me, people, start, scene, now, roll: dice(5), reach };
  const outside = inventedSignOn(role === 'patient');
  const partners = inventedPartners(dice(11));
  const heard = { copies: 0, arrived: 0 };
  const waiting = (proposal: Proposal) => {
    proposals = [...proposals, proposal];
  };
  // Set for dietetics only, in a practice where everything is in order.
  const settings: InventedSetting[] = partners.flatMap((one) =>
    one.teams
      .filter(({ role }) => role === 'dietitian' && scene === 'assumed')
      .map(({ team }) => ({
        ...{ id: madeId('fact', roll), ground: 'accepted-referral' as const, since: start },
        ...{ until: plus(start, 300 * 24 * HOUR), teams: [{ team, name: `${one.name}, ${one.team}` }] },
        text: 'In de wachtkamer en op de website staat sinds januari dat wij met deze diëtist samenwerken.',
      })),
  );
  const practiceSide = partner ? null : referralSide(stage, partners, heard, settings);
  const access = accessSide(stage, staff, teams, practiceSide?.of ?? (() => []), partners);

  return {
    copies: () => heard.copies,
    arrives: () => void heard.arrived++,
    signOn: outside.side,
    signOnBack: outside.back,
    signOnAsked: () => outside.ask().catch(() => become({ stage: 'out' })),
    pins:
      partner || role === 'patient'
        ? null
        : pinSide({
            ...{ stage, propose: waiting, scene, reach: () => reach() },
            again: (proposal) => {
              proposals = proposals.map((one) =>
                one.id === proposal && 'what' in one && one.what === 'own' && one.eid
                  ? { ...one, eid: { ...one.eid, again: true } }
                  : one,
              );
            },
          }),
    referrals: practiceSide?.side ?? null,
    received: partner ? receivedSide(stage, partners, confirmation) : null,
    partners: partnerSide(stage, partners, settings, waiting),
    access: {
      ...access,
      endMembership: async (person, progress) => {
        const removal = await access.endMembership!(person, progress);
        staff = staff.filter((one) => one.person !== person);
        return removal;
      },
    },
    urgent: partner ? null : urgentSide(stage, teams, confirmation),
    desk: partner || role === 'patient' ? null : deskSide({ scene, now: start, reach: () => reach(), owner: me.owner }),
    petitions: petitionSide({ scene, now: start, reach: () => reach() }),
    own: role === 'patient' ? ownSide({ scene, now: start, reach: () => reach() }) : null,
    outside: witnessSide(stage, waiting),
    control: partner ? null : controlSide(stage),
    overviews: partner || role === 'patient' ? null : overviewsSide(stage, partners),
    take: partner ? null : takeSide(stage),
    oversight: oversightSide(stage, (id) => known.has(id), ROLES, confirmation),
    held: keyholderSide(stage, waiting),
    session: {
      get: () => session,
      subscribe: (changed) => {
        listeners.add(changed);
        return () => listeners.delete(changed);
      },
    },
    searches: () => searches,
    now,

    door: async () => ({ devices: shared ? [] : devices, passkeys: true, shared }),
    setShared: async (next) => {
      shared = next;
    },
    signIn: async (key) => {
      await prove(key);
      if (scene === 'sign-on') await outside.ask();
      become({ stage: 'open', me, unlockers: 2 });
    },
    takeDevice: async (link) => {
      await pause(40);
      if (!link.startsWith('proef')) throw workplaceError('bad-link', 'this link is not complete');
      const taken = { device: madeId('device', roll), label: null };
      devices = [...devices, taken];
      return taken;
    },
    takePractice: async (link) => {
      await pause(20);
      if (!link.startsWith('proef')) throw workplaceError('bad-link', 'this link is not complete');
    },
    practiceLink: async () => `${location.origin}/#/praktijk/proef`,
    forgetDevice: async (device) => {
      devices = devices.filter((one) => one.device !== device);
    },
    lock: (why) => {
      if (session.stage === 'open') become({ stage: 'locked', me, why });
    },
    unlock: async (key) => {
      await prove(key);
      become({ stage: 'open', me, unlockers: 2 });
    },
    active: () => undefined,
    leave: async () => {
      drafts.clear();
      become({ stage: 'out' });
    },

    forgetWorklist: () => undefined,
    worklist: async () => {
      await reach(40);
      if (scene === 'denied') throw workplaceError('denied', 'no', { detail: { reason: 'not-member' } });
      if (office !== null) throw workplaceError('denied', 'no', { detail: { reason: 'no-list' } });
      if (scene === 'broken') throw workplaceError('failed', 'something broke');
      const list = {
        version: 1 as const,
        role: mine === 'assistant' ? ('assistant' as const) : ('poh-s' as const),
        rows: people.map((one) => one.row),
      };
      const gone = people.slice(0, scene === 'stale' ? 3 : 0).map((one) => one.row.dossier);
      return worklistView(list, { team, asOf, sealedAt: plus(start, -10 * HOUR), confirmation, gone });
    },
    declareSearch: async (text) => {
      await reach(10);
      searches.push(text);
    },
    searched: () => undefined,
    because: () => undefined,
    dossier: async (id) => {
      await reach(50);
      const one = known.get(id);
      if (!one) throw workplaceError('denied', 'no', { detail: { reason: 'enrolment-ended' } });
      if (scene === 'denied') throw workplaceError('denied', 'no', { detail: { reason: 'no-step' } });
      if (scene === 'unproved') throw workplaceError('not-proved', 'a proof does not hold');
      const denied =
        scene === 'partly'
          ? [
              { part: SCOPES['diabetes-medication'], reason: 'step-without-handle' },
              { part: SCOPES.eye, reason: 'no-grant' },
            ]
          : [];
      const row = rowAt(one.row, now());
      const programmes = row.programmes as ProgrammeId[];
      const opened = row.handles.map(({ scope }) => scope);
      const identity = one.records.filter(({ kind }) => kind === 'identity');
      return dossierView({
        row,
        records: role === 'assistant' ? [...identity, ...within(one.records, opened, programmes)] : one.records,
        asOf,
        confirmation,
        notes: notes.get(id) ?? [],
        denied,
        mayWrite: !['assistant', 'locum'].includes(role),
        mayRefer: !['assistant', 'locum'].includes(role),
        roles: [role === 'assistant' ? 'assistant' : 'poh-s'],
      });
    },
    looks: async (id) => looksOf(stage, known.has(id), ROLES, false),
    deliveries: async () => {
      await reach(40);
      if (scene === 'empty') return null;
      return account(people, patients, start, confirmation);
    },

    draft: async (id) => {
      await pause(30);
      return drafts.get(id) ?? '';
    },
    saveDraft: async (id, text) => {
      await pause(20);
      if (text === '') drafts.delete(id);
      else drafts.set(id, text);
    },
    drafts: async () => drafts.size,
    writeNote: async (id, text) => {
      await reach(60);
      const note: Note = { handle: madeId('handle', roll), text, author: me.name, at: now(), mine: true };
      notes.set(id, [note, ...(notes.get(id) ?? [])]);
      return note;
    },
    takeOver: async (id, handle: HandleId) => {
      await reach(60);
      notes.set(
        id,
        (notes.get(id) ?? []).filter((one) => one.handle !== handle),
      );
    },

    people: async () => {
      await reach();
      return {
        teams,
        mayInvite: me.owner,
        invitations,
        proposals,
        roles: Object.entries(ROLES).map(([role, name]) => ({ role, name })),
        colleagues: staff.map((one) => ({
          ...{ person: one.person, name: one.name, me: one.person === me.person },
          ...{ role: one.person === me.person ? me.role : roleName(one.role) },
          teams: one.person === me.person ? me.teams.map((each) => each.name) : [one.team],
        })),
      };
    },
    invite: async (to: TeamId, name: string) => {
      await reach();
      const chosen = teams.find((one) => one.team === to);
      invitations = [
        ...invitations,
        {
          invitation: madeId('invitation', roll),
          name,
          team: chosen?.name ?? '',
          until: plus(now(), 72 * HOUR),
          code: null,
        },
      ];
      return `${location.origin}/#/uitnodiging/proef.${madeId('entry', roll).slice(4)}`;
    },
    confirmInvitation: async (id, substituteUntil) => {
      await reach();
      invitations = invitations.filter((one) => one.invitation !== id);
      return substituteUntil === undefined ? ('admitted' as const) : ('proposed' as const);
    },
    agreeProposal: async (id) => {
      await reach();
      if (!me.owner) {
        const signs = { complete: true, signedByMe: true };
        proposals = proposals.map((one) =>
          one.id === id && 'signed' in one ? { ...one, ...signs, signed: [...one.signed, me.name] } : one,
        );
        return 'signed' as const;
      }
      proposals = proposals.filter((one) => one.id !== id);
      return 'admitted' as const;
    },
    refuseProposal: async (id) => {
      await reach();
      proposals = proposals.filter((one) => one.id !== id);
    },
    renewProposal: async (id) => {
      await reach();
      proposals = proposals.map((one) => (one.id === id && 'stale' in one ? { ...one, stale: false } : one));
    },
    joining: async (link) => {
      await pause(40);
      if (!link.startsWith('proef')) throw workplaceError('invitation-ended', 'this invitation is over');
      return joining(start);
    },

    unlockers: async () => {
      await reach(10);
      return unlockers;
    },
    addPasskey: async (where, name) => {
      await pause(60);
      const made = { id: `p${unlockers.length}`, kind: 'passkey' as const, here: where === 'here' };
      unlockers = [...unlockers, { ...made, name: name || null, ...since(0, null) }];
    },
    addPassphrase: async (_, name) => {
      await pause(60);
      const made = { id: `w${unlockers.length}`, kind: 'passphrase' as const, here: true };
      unlockers = [...unlockers, { ...made, name: name || null, ...since(0, null) }];
    },
    removeUnlocker: async (id) => {
      unlockers = unlockers.filter((one) => one.id !== id);
    },
    colleagueUnlockers: async () => {
      await reach(10);
      return theirs;
    },
    endColleagueUnlocker: async (_, id) => {
      await pause(60);
      theirs = theirs.filter((one) => one.id !== id);
    },
  };
}

function joining(start: Instant): Joining {
  let keys = 0;
  let asked = 0;
  return {
    until: plus(start, 72 * HOUR),
    state: 'open',
    addPasskey: async () => {
      await pause(60);
      keys++;
    },
    addPassphrase: async () => {
      await pause(60);
      keys++;
    },
    finish: async () => {
      if (keys < 1) throw workplaceError('failed', 'an unlocker is needed');
      return '482 913 770';
    },
    confirmed: async () => ++asked > 2,
  };
}

function account(
  people: readonly Invented[],
  patients: number,
  start: Instant,
  confirmation: Confirmation,
): Deliveries {
  const total = Math.round(patients * 3.84);
  return {
    practice: 'Huisartsenpraktijk De Wilgen',
    patients: total,
    left: people.length,
    byProgramme: PROGRAMME_IDS.map((id) => ({
      programme: programme(id),
      count: people.filter((one) => one.row.programmes.includes(id)).length,
    })),
    scopes: Object.values(SCOPES).map((scope, place) => ({
      name: { nl: scope.nl, en: scope.en },
      fields: scope.fields.map((field) => FIELDS[field]),
      patients: Math.max(40, people.length - place * 37),
    })),
    stayed: [
      { reason: 'no-candidate', count: total - people.length - 71 },
      { reason: 'not-asked', count: 52 },
      { reason: 'refused', count: 14 },
      { reason: 'ended', count: 5 },
    ],
    fields: { kept: 96_412, dropped: 1_204_377 },
    last: [0, 1, 2, 3, 4].map((back) => ({
      number: 41 - back,
      at: plus(start, -10 * HOUR - back * 24 * HOUR),
      changed: [12, 7, 0, 23, 9][back]!,
      packs: [31, 18, 0, 66, 25][back]!,
      bytes: [148_000, 91_000, 3_100, 302_000, 118_000][back]!,
      rejected: [2, 2, 0, 5, 1][back]!,
    })),
    destructions: patients < 100 ? [] : destructionsFrom(start),
    confirmation,
  };
}
