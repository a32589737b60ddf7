/**
 * Who gets which answer where: the whole of access in one table, written down by hand. A role that a row does not name gets the
 * constant refusal; whose session waits for a touch or a signature is told so.
 */

import type { Answer } from './answers.ts';
import type { State } from './dossiers.ts';
import { ROLES, type Role } from './roles.ts';

/** Roles by their answer; `everybody` for what asks nothing of who asks. */
export type Row = Partial<Record<Answer, readonly Role[] | 'everybody'>>;

const STAFF = ['nurse', 'owner', 'trustee', 'officer', 'colleague', 'left', 'locum', 'locum-over'] as const;
/** Each reads one dossier, and is told of nothing else. */
const PATIENTS = ['patient', 'representative'] as const;
const AGENTS = ['agent', 'retired-agent'] as const;
/** Everybody with a card and an open session. */
const MEMBERS = [...STAFF, ...AGENTS] as const;
const WAITING = ['locked', 'keyring'] as const;
const OWNERS = ['owner', 'trustee'] as const;
const without = (...roles: readonly Role[]): Role[] => MEMBERS.filter((role) => !roles.includes(role));

const members: Row = { yes: MEMBERS, locked: WAITING };
const membersAndGuests: Row = { yes: [...MEMBERS, 'guest'], locked: WAITING };
/** What everybody has who signs in here. */
const membersAndPatients: Row = { yes: [...MEMBERS, ...PATIENTS], locked: WAITING };
const owners = (answer: Answer): Row => ({ [answer]: OWNERS, no: without(...OWNERS), locked: WAITING });
const ownersAndAgent: Row = {
  yes: [...OWNERS, 'agent'],
  no: without(...OWNERS, 'agent'),
  locked: WAITING,
};

const logReaders: Row = {
  yes: [...OWNERS, 'officer', 'agent'],
  no: without(...OWNERS, 'officer', 'agent'),
  locked: WAITING,
};

export const GENERAL_ROWS: Readonly<Record<string, Row>> = {
  'vault-info': { yes: 'everybody' },
  'practice-create': {},
  challenge: { yes: 'everybody' },
  'session-open': {},
  // Whoever holds the session's keys may confirm it; that is what the keyring stage waits for.
  'session-confirm': { yes: [...MEMBERS, ...PATIENTS, 'keyring', 'guest'], locked: ['locked'] },
  // Where to sign on outside, which somebody needs before their session opens.
  desk: { yes: [...MEMBERS, ...PATIENTS, 'keyring'], locked: ['locked'] },
  'session-touch': { sent: [...MEMBERS, ...PATIENTS, ...WAITING, 'guest'] },
  'session-close': { yes: [...MEMBERS, ...PATIENTS, ...WAITING, 'guest'] },
  'credential-options': membersAndPatients,
  credential: { sent: [...MEMBERS, ...PATIENTS], locked: WAITING },
  keyring: { sent: [...MEMBERS, ...PATIENTS], locked: WAITING },
  unlockers: membersAndPatients,
  'unlocker-end': owners('sent'),
  invitation: {},
  join: {},
  // What the vault is held to, before anything opens: what the practice asks of a sign-on stands in it.
  directory: { yes: [...MEMBERS, ...PATIENTS, 'keyring', 'guest'], locked: ['locked'] },
  me: membersAndPatients,
  // Empty for who is no patient.
  own: membersAndPatients,
  heads: ownersAndAgent,
  statements: owners('yes'),
  // Whoever may sign a partner or a pool as the second person sees those that wait, and no others.
  proposals: { yes: STAFF, no: AGENTS, locked: WAITING },
  propose: owners('yes'),
  'proposal-end': owners('sent'),
  recovery: { sent: STAFF, no: AGENTS, locked: WAITING },
  // Nobody was given a challenge here: a wrong answer is the constant refusal, to whoever gives it.
  'recovery-prove': { locked: ['locked'] },
  delivery: { sent: ['agent'], no: without('agent'), locked: WAITING },
  snapshot: { yes: ['agent'], no: without('agent'), locked: WAITING },
  mirror: ownersAndAgent,
  // The lines as a whole also for who oversees; the words with them are sealed to the log team, and an agent needs none.
  entries: logReaders,
  annexes: logReaders,
  // Whose copy it is; who oversees reads the lines.
  requests: ownersAndAgent,
  records: members,
  // Who reads the log; a patient what they asked themselves; on a visit only who answers for the partner.
  petitions: { ...logReaders, yes: [...OWNERS, 'officer', 'agent', ...PATIENTS] },
  // Who stands in the control policy, and nobody else.
  record: { yes: ['officer'], no: without('officer'), locked: WAITING },
  checkpoint: members,
  'log-proof': { yes: [...MEMBERS, ...PATIENTS, 'guest'], locked: WAITING },
  witnessed: { yes: [...MEMBERS, ...PATIENTS, 'guest'], locked: WAITING },
  tile: ownersAndAgent,
  // A patient's client reads who signed as well, and partners' keys with it.
  partners: { yes: [...MEMBERS, ...PATIENTS, 'guest'], locked: WAITING },
  'partner-directory': owners('yes'),
  vouched: members,
  referrals: membersAndGuests,
  'referrals-past': members,
  // What a team sent is its members' to keep and to open, and an owner's to remove; nobody's on a visit or in somebody's place.
  keep: { yes: ['nurse', 'owner', 'officer'], no: without('nurse', 'owner', 'officer'), locked: WAITING },
  kept: members,
  'kept-open': { yes: ['nurse'], no: without('nurse'), locked: WAITING },
  'kept-end': owners('yes'),
  // Whom the owners named for it; the owners themselves they did not name.
  substitute: { yes: ['nurse'], no: without('nurse'), locked: WAITING },
  calls: members,
  reviews: members,
  regrants: members,
  fresh: members,
  regrant: { sent: MEMBERS, locked: WAITING },
  // Nobody vouches for themselves; the agent's word about its own session opens nothing, as programs are not asked who they are.
  'session-identity': { yes: ['agent'], locked: ['locked'] },
};

/** These may; nobody else of the practice may. `guest`: what a guest is told, where it is not the constant refusal. */
const only = (roles: readonly Role[], guest?: Answer): Row => {
  const [may, rest] = [roles.filter((role) => role !== 'guest'), without(...roles)];
  const row: Row = { yes: roles, no: rest, locked: WAITING };
  if (guest === undefined) return row;
  return { ...row, [guest]: [...(may.length < roles.length ? [] : ['guest' as const]), ...strangers(roles)] };
};
/** Patients who may not, where a guest is told the same. */
const strangers = (roles: readonly Role[]): readonly Role[] => PATIENTS.filter((role) => !roles.includes(role));
const nobody = (guest?: Answer): Row => only([], guest);

/** As treated for everybody of the practice. */
const TREATED: ReadonlySet<State> = new Set([
  'treated',
  'referred',
  'consent-withdrawn',
  'referral-ended',
  'called',
  'emergency',
]);
const OPEN: ReadonlySet<State> = new Set([...TREATED, 'no-write']);
const RELATED: ReadonlySet<State> = new Set([...OPEN, 'step-ended', 'step-over', 'other-part', 'part-shut']);

/** Who of the practice can open the part: the team that treats, in its step; a substitute whom this patient was handed to. */
const inside = (state: State, open: ReadonlySet<State>): readonly Role[] => {
  if (state === 'of-others') return ['owner'];
  return open.has(state) ? ['nurse', ...(state === 'called' ? (['locum'] as const) : [])] : [];
};
const guests = (state: State): readonly Role[] => (state === 'referred' ? ['guest'] : []);
const byMembers = (state: State, open: ReadonlySet<State>): readonly Role[] =>
  inside(state, open).filter((role) => role !== 'locum');
/** An owner who works here, and whoever treats the patient, whatever the step. */
const answerable = (state: State): readonly Role[] =>
  state === 'unknown' ? [] : RELATED.has(state) ? ['owner', 'nurse'] : ['owner'];
/** Who looked is for the privacy officer too; changing anything is not. */
const overseers = (state: State): readonly Role[] => (state === 'unknown' ? [] : [...answerable(state), 'officer']);
/** Of a dossier that has ended nothing changes, whoever asks. */
const changes = (state: State): Row =>
  state === 'enrolment-ended' ? { sent: ['owner'], no: without('owner'), locked: WAITING } : only(answerable(state));
/** The owner's team was granted a part of one dossier beforehand. */
const emergency = (state: State, guest?: Answer): Row =>
  state === 'emergency' ? only(['owner'], guest) : nobody(guest);

export const ABOUT_ONE_ROWS: Readonly<Record<string, (state: State) => Row>> = {
  release: (state) => only([...inside(state, OPEN), ...guests(state)], 'unknown'),
  // Nobody but the patient, and a restriction is nothing to them; the team that reads for somebody who left holds no part any more.
  'release own': (state) => only(state === 'treated' ? ['patient'] : [], 'unknown'),
  'release emergency': (state) => emergency(state, 'unknown'),
  emergencies: (state) => emergency(state),
  write: (state) => only([...inside(state, TREATED), ...guests(state)]),
  takeover: (state) => only(inside(state, TREATED)),
  declaration: (state) => only([...inside(state, OPEN), ...guests(state)]),
  'declaration own': (state) => only(state === 'treated' ? ['patient'] : []),
  // Who looked is taken along by who may read it, and by no guest.
  'declaration audit': (state) => only(overseers(state)),
  audit: (state) => only(overseers(state)),
  // The log stays open after the enrolment has ended.
  'audit own': (state) =>
    only(state === 'treated' ? ['patient'] : state === 'enrolment-ended' ? ['representative'] : []),
  'petition own': (state) =>
    only(state === 'treated' ? ['patient'] : state === 'enrolment-ended' ? ['representative'] : []),
  // An owner or an officer may answer, and what is answered here was never asked; who treats may not.
  'petition audit': (state) => {
    const may = overseers(state).filter((role) => role !== 'nurse');
    return { sent: may, no: without(...may), locked: WAITING };
  },
  // A partner answers what was asked of it, and here nothing was; who is no guest answers otherwise.
  'petition session': () => ({ sent: [...MEMBERS, ...PATIENTS], locked: WAITING }),
  // The agent asks a partner to destroy what it keeps; the first time it is taken.
  'petition sync': (state) => (state === 'unknown' ? only([]) : only(['agent'])),
  access: (state) => only(overseers(state)),
  'access own': (state) =>
    only(state === 'treated' ? ['patient'] : state === 'enrolment-ended' ? ['representative'] : []),
  // Asked by who may write down what the patient said; which of them is shown one is another matter.
  restrictions: (state) => only(answerable(state)),
  // The patient is told by who broke the glass as well.
  'review-told': (state) => only(state === 'emergency' ? ['owner', 'nurse', 'officer'] : []),
  // Not by who broke the glass.
  'review-close': (state) => {
    if (state !== 'emergency') return only([]);
    // The nurse asked first, and a review closes once.
    return { yes: ['nurse'], sent: ['officer'], no: without('nurse', 'officer'), locked: WAITING };
  },
  // A substitute hands nothing on.
  'grant-ask': (state) => only(byMembers(state, OPEN)),
  'regrant-ask': (state) => only(byMembers(state, OPEN)),
  call: (state) => only(byMembers(state, OPEN)),
  refer: (state) => only(byMembers(state, OPEN)),
  end: changes,
  consent: changes,
  // Their own word, of a dossier that is here; the owners' and colleagues' ways are above.
  'consent say': (state) => only(state === 'treated' ? ['patient'] : []),
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
