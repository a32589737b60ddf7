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

export interface TeamShape {
  readonly need: string;
  readonly role: RoleId | null;
  readonly name: string;
  readonly has: (one: NewStaff) => boolean;
  readonly slots: readonly string[];
}

/** A practice's own teams. A GP also works in the nurses' team, so that a nurse's note reaches the doctor. */
const PRACTICE: readonly TeamShape[] = [
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
  {
    need: 'log',
    role: null,
    name: 'Logboek',
    has: ({ owner, logOfficer }) => owner === true || logOfficer === true,
    slots: ['directory', 'receipt'],
  },
  {
    // Status and counts, no records: the receipt names nobody.
    need: 'overview',
    role: null,
    name: 'Overzicht',
    has: ({ role }) => role === 'care-group' || role === 'practice-manager',
    slots: ['directory', 'receipt'],
  },
  { need: 'emergency', role: 'emergency', name: 'Spoed', has: ({ role }) => role === 'gp', slots: [] },
];

/** Of another organisation: one team for each of its roles that practices refer to, and who reads its log. */
const partnerTeams = (staff: readonly NewStaff[]): readonly TeamShape[] => [
  ...[...new Set(staff.map(({ role }) => role))]
    .filter((role) => ROLES[role].organisation === 'partner')
    .map((role) => ({
      need: role,
      role,
      name: ROLES[role].nl,
      has: (one: NewStaff) => one.role === role,
      slots: [],
    })),
  ...PRACTICE.filter(({ need }) => need === 'log').map((shape) => ({ ...shape, slots: [] })),
];

/** The teams that an organisation is born with. */
export const teamsOf = (kind: 'practice' | 'partner', staff: readonly NewStaff[]): readonly TeamShape[] =>
  kind === 'practice'
    ? PRACTICE.filter(({ need, has }) => need !== 'overview' || staff.some(has))
    : partnerTeams(staff);

/** Its entry in the register; handles are chosen now, packs come with the first sync. */
export function newTeam(of: {
  readonly team: TeamId;
  readonly shape: TeamShape;
  readonly epoch: Statement<'epoch'>;
  readonly random: Random;
}): Team {
  const slot = () => ({
    handle: newId('handle', of.random),
    version: 0,
    descriptor: null,
    fingerprint: null,
    sealedAt: null,
  });
  return {
    team: of.team,
    need: of.shape.need,
    name: of.shape.name,
    role: of.shape.role,
    epoch: { number: of.epoch.payload.number, hash: of.epoch.hash, kem: of.epoch.payload.kem },
    rekey: false,
    slots: Object.fromEntries(of.shape.slots.map((name) => [name, slot()])),
    listed: [],
  };
}
