/** The teams that a practice is born with: one organisation x one need, and which of its own packs each team gets. */

import { newId, type Random, type TeamId } from '@ketenkluis/base';
import { ROLES, type RoleId } from '@ketenkluis/care';
import type { Statement } from '@ketenkluis/seal';
import type { Team } from './register.ts';

export interface NewStaff {
  readonly name: string;
  readonly role: RoleId;
  /** Signs authority, cards, memberships; also reads the log. */
  readonly owner?: boolean;
  readonly logOfficer?: boolean;
  readonly passphrase: string;
}

interface Shape {
  readonly need: string;
  readonly role: RoleId | null;
  readonly name: string;
  readonly has: (one: NewStaff) => boolean;
  readonly slots: readonly string[];
}

const LOG: Shape = {
  need: 'log',
  role: null,
  name: 'Logboek',
  has: ({ owner, logOfficer }) => owner === true || logOfficer === true,
  slots: ['directory', 'receipt', 'review'],
};

/** The own teams of a practice. A GP also works in the nurses' team, so that a nurse's note reaches the doctor. */
const TEAMS: readonly Shape[] = [
  {
    need: 'gp',
    role: 'gp',
    name: 'Huisartsen',
    has: ({ role }) => role === 'gp',
    slots: ['worklist', 'directory', 'receipt'],
  },
  {
    need: 'poh-s',
    role: 'poh-s',
    name: 'Praktijkondersteuning',
    has: ({ role }) => role === 'poh-s' || role === 'gp',
    slots: ['worklist', 'directory', 'receipt'],
  },
  {
    need: 'assistant',
    role: 'assistant',
    name: 'Assistentes',
    has: ({ role }) => role === 'assistant',
    slots: ['worklist', 'directory'],
  },
  LOG,
  {
    // The account of what left: it names nobody.
    need: 'overview',
    role: null,
    name: 'Overzicht',
    has: ({ role }) => role === 'practice-manager',
    slots: ['directory', 'receipt'],
  },
  {
    // Status and counts, rounded for who works outside the practice; no receipt, as that counts every field of every scope.
    need: 'care-group',
    role: null,
    name: 'Zorggroep',
    has: ({ role }) => role === 'care-group',
    slots: ['directory', 'overview'],
  },
  { need: 'emergency', role: 'emergency', name: 'Spoed', has: ({ role }) => role === 'gp', slots: [] },
];

/** Made only where somebody is in it. */
const OPTIONAL: ReadonlySet<string> = new Set(['overview', 'care-group']);

/** A practice's teams; an organisation of partners' roles only has one team per role, and one that reads the log. */
export function teamsFor(staff: readonly NewStaff[]): readonly Shape[] {
  if (!staff.every(({ role }) => ROLES[role].organisation === 'partner'))
    return TEAMS.filter(({ need, has }) => !OPTIONAL.has(need) || staff.some(has));
  const roles = [...new Set(staff.map(({ role }) => role))];
  const own = roles.map(
    (role): Shape => ({
      ...{ need: role, role, name: ROLES[role].nl, slots: ['directory'] },
      has: (one) => one.role === role,
    }),
  );
  return [...own, LOG];
}

/** A practice from before a list was there gets its place with the next sync. */
export function completeSlots(teams: readonly Team[], random: Random): void {
  for (const team of teams) {
    if (team.need !== LOG.need) continue;
    for (const name of LOG.slots) team.slots[name] ??= newSlot(random);
  }
}

const newSlot = (random: Random): Team['slots'][string] => ({
  ...{ handle: newId('handle', random), version: 0 },
  ...{ descriptor: null, fingerprint: null, sealedAt: null },
});

/** Its entry in the register; handles are chosen now, packs come with the first sync. */
export function newTeam(of: {
  readonly team: TeamId;
  readonly shape: Shape;
  readonly epoch: Statement<'epoch'>;
  readonly random: Random;
}): Team {
  return {
    team: of.team,
    need: of.shape.need,
    name: of.shape.name,
    role: of.shape.role,
    epoch: { number: of.epoch.payload.number, hash: of.epoch.hash, kem: of.epoch.payload.kem },
    rekey: false,
    slots: Object.fromEntries(of.shape.slots.map((name) => [name, newSlot(of.random)])),
    listed: [],
  };
}
