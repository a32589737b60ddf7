/**
 * Who gets which answer where: the whole of access in one table, written down by hand. A role that a row does not name gets the
 * constant refusal; whose session waits for a touch or a signature is told so.
 */

import type { Answer } from './answers.ts';
import type { State } from './dossiers.ts';
import { ROLES, type Role } from './roles.ts';

/** Roles by their answer; `everybody` for what asks nothing of who asks. */
export type Row = Partial<Record<Answer, readonly Role[] | 'everybody'>>;

const STAFF = ['nurse', 'owner', 'trustee', 'officer', 'colleague', 'left'] as const;
const AGENTS = ['agent', 'retired-agent'] as const;
/** Everybody with a card and an open session. */
const MEMBERS = [...STAFF, ...AGENTS] as const;
const WAITING = ['locked', 'keyring'] as const;
const OWNERS = ['owner', 'trustee'] as const;
const without = (...roles: readonly Role[]): Role[] => MEMBERS.filter((role) => !roles.includes(role));

const members: Row = { yes: MEMBERS, locked: WAITING };
const owners = (answer: Answer): Row => ({ [answer]: OWNERS, no: without(...OWNERS), locked: WAITING });
const ownersAndAgent: Row = {
  yes: [...OWNERS, 'agent'],
  no: without(...OWNERS, 'agent'),
  locked: WAITING,
};

export const GENERAL_ROWS: Readonly<Record<string, Row>> = {
  'vault-info': { yes: 'everybody' },
  'practice-create': {},
  challenge: { yes: 'everybody' },
  'session-open': {},
  // Whoever holds the session's keys may confirm it; that is what the keyring stage waits for.
  'session-confirm': { yes: [...MEMBERS, 'keyring'], locked: ['locked'] },
  'session-touch': { sent: [...MEMBERS, ...WAITING] },
  'session-close': { yes: [...MEMBERS, ...WAITING] },
  'credential-options': members,
  credential: { sent: MEMBERS, locked: WAITING },
  keyring: { sent: MEMBERS, locked: WAITING },
  unlockers: members,
  'unlocker-end': owners('sent'),
  invitation: {},
  join: {},
  directory: members,
  me: members,
  heads: ownersAndAgent,
  statements: owners('yes'),
  proposals: owners('yes'),
  propose: owners('yes'),
  'proposal-end': owners('sent'),
  recovery: { sent: STAFF, no: AGENTS, locked: WAITING },
  delivery: { sent: ['agent'], no: without('agent'), locked: WAITING },
  snapshot: { yes: ['agent'], no: without('agent'), locked: WAITING },
  mirror: ownersAndAgent,
  entries: ownersAndAgent,
  checkpoint: members,
  tile: ownersAndAgent,
};

/** What the members of the treating team may do; nobody else of the practice may. */
const treating = (yes: boolean): Row => ({
  yes: yes ? ['nurse'] : [],
  no: without(...(yes ? (['nurse'] as const) : [])),
  locked: WAITING,
});
const gps: Row = { yes: ['owner'], no: without('owner'), locked: WAITING };
const OPEN: ReadonlySet<State> = new Set(['treated', 'no-write']);
const RELATED: ReadonlySet<State> = new Set([...OPEN, 'step-ended', 'step-over', 'other-part', 'part-shut']);
const looks = (state: State): Row => (state === 'of-others' ? gps : treating(OPEN.has(state)));
const writes = (state: State): Row => (state === 'of-others' ? gps : treating(state === 'treated'));

export const ABOUT_ONE_ROWS: Readonly<Record<string, (state: State) => Row>> = {
  release: looks,
  write: writes,
  takeover: writes,
  declaration: looks,
  // Who looked: an owner who works here, and whoever treats the patient, whatever the step.
  audit: (state) => {
    const yes: readonly Role[] = state === 'unknown' ? [] : RELATED.has(state) ? ['owner', 'nurse'] : ['owner'];
    return { yes, no: without(...yes), locked: WAITING };
  },
};

export function expectedOf(row: Row, role: Role): Answer {
  for (const [answer, roles] of Object.entries(row) as [Answer, Row[Answer]][]) {
    if (roles === 'everybody' || roles?.includes(role)) return answer;
  }
  return 'none';
}

/** A row may give a role one answer only. */
export const contradictions = (row: Row): readonly Role[] =>
  ROLES.filter(
    (role) => Object.values(row).filter((roles) => roles === 'everybody' || roles.includes(role)).length > 1,
  );
