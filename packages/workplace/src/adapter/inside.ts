/** What is in memory while somebody is signed in, and how it comes and goes. Dropped as a whole on lock and leave. */

import type { Instant, PersonId, TeamId } from '@ketenkluis/base';
import { ROLES, type RoleId } from '@ketenkluis/care';
import {
  type About,
  type Session as ClientSession,
  type DirectoryContent,
  directoryContent,
  openList,
  readContent,
  type Saying,
} from '@ketenkluis/client';
import { answersFor } from '@ketenkluis/seal';
import type { Me, Text } from '../model.ts';
import type { OpenLists } from './lists.ts';

export interface Inside {
  readonly session: ClientSession;
  readonly me: Me;
  /** Names that the host does not know; null when the practice has sealed none yet. */
  readonly names: DirectoryContent | null;
  lists: Promise<OpenLists> | null;
  /** Words typed into the search field, for the next opening's annex. */
  searched: string | null;
  /** Of the next opening. */
  because: Saying | null;
}

/** Somebody who joined after the names were sealed last; the practice's agent brings the name. */
export const UNNAMED = 'Nieuwe collega';

const both = (text: string): Text => ({ nl: text, en: text });

/** A role of the catalogue in words; anything else as the practice wrote it. */
export const roleText = (role: string): Text => {
  if (!Object.hasOwn(ROLES, role)) return both(role);
  const { nl, en } = ROLES[role as RoleId];
  return { nl, en };
};

export interface Named {
  readonly name: string;
  readonly role: Text;
}

export function nameOf(names: DirectoryContent | null, person: PersonId): Named | null {
  const found = names?.people.find((one) => one.person === person);
  return found === undefined ? null : { name: found.name, role: roleText(found.role) };
}

export const teamName = (names: DirectoryContent | null, team: TeamId): string =>
  names?.teams.find((one) => one.team === team)?.name ?? team.slice(0, 9);

/** A practice has teams of a practice's roles; whoever has none of them works for another organisation. */
export const worksElsewhere = (names: DirectoryContent | null): boolean => {
  const roles = (names?.teams ?? []).flatMap(({ role }) => (role !== null && Object.hasOwn(ROLES, role) ? [role] : []));
  return roles.length > 0 && roles.every((role) => ROLES[role as RoleId].organisation === 'partner');
};

/** In no team, and called in for one. */
const standsIn = (people: Awaited<ReturnType<ClientSession['people']>>, person: PersonId, now: Instant): boolean =>
  people.placesOf(person, now).length > 0 && !people.memberships(now).some((one) => one.person === person);

/** Where somebody works who has no worklist; before the practice's first delivery nobody has lists. */
function officeOf(
  people: Awaited<ReturnType<ClientSession['people']>>,
  person: PersonId,
  slots: ReadonlySet<string>,
  now: Instant,
): Me['office'] {
  if (slots.has('worklist')) return null;
  if (slots.has('overview')) return 'overview';
  const owner = people.authority?.owners.some((one) => one.person === person) ?? false;
  if (owner || people.oversees(person, now)) return 'oversight';
  return slots.has('receipt') ? 'deliveries' : null;
}

/** Opens the names and works out who this is. A practice without a sealed directory still opens. */
export async function enter(session: ClientSession): Promise<Inside> {
  // Asked for together: neither answer needs the other.
  const [{ teams }, people] = await Promise.all([session.me(), session.people()]);
  const names = await readNames(session);
  const own = people.owns(session.now()).find(({ person }) => person === session.person);
  if (own !== undefined)
    return { session, me: patientOf(session, own.as), names: null, lists: null, searched: null, because: null };
  const known = nameOf(names, session.person);
  const partner = worksElsewhere(names);
  const slots = new Set(teams.flatMap(({ handles }) => handles.map(({ slot }) => slot)));
  const me: Me = {
    person: session.person,
    name: known?.name ?? UNNAMED,
    role: known?.role ?? { nl: 'naam volgt na de volgende levering', en: 'name follows after the next delivery' },
    practice: names?.practice.name ?? '',
    partner,
    patient: false,
    office: partner || names === null ? null : officeOf(people, session.person, slots, session.now()),
    substitute: standsIn(people, session.person, session.now()),
    teams: teams.map(({ team }) => ({ team, name: teamName(names, team) })),
    owner: people.authority?.owners.some(({ person }) => person === session.person) ?? false,
    answers: answersFor(people, session.person, session.now()),
  };
  return { session, me, names, lists: null, searched: null, because: null };
}

/** No list holds what a patient is called here. */
function patientOf({ person }: ClientSession, as: 'patient' | 'representative'): Me {
  const role: Text =
    as === 'patient' ? { nl: 'Patiënt', en: 'Patient' } : { nl: 'Vertegenwoordiger', en: 'Representative' };
  const nothing = { practice: '', teams: [], office: null, partner: false, substitute: false, owner: false };
  const says = { patient: true, answers: false };
  return { person, name: role.nl, role, ...says, ...nothing };
}

async function readNames(session: ClientSession): Promise<DirectoryContent | null> {
  const { teams } = await session.me();
  if (!teams.some(({ handles }) => handles.some(({ slot }) => slot === 'directory'))) return null;
  const about: About = { purpose: 'namen van collega’s' };
  const { content } = await openList(session, 'directory', undefined, about);
  return readContent(directoryContent, content);
}

/** What a log officer reads of a line: who in which role, and why. */
export const about = (inside: Inside, purpose: string, more: About = {}): About => ({
  role: { code: 'professional', text: inside.me.role.nl },
  userName: inside.me.name,
  purpose,
  ...more,
});

/** Everybody who works here may call a substitute in: one must be there on a Monday morning. */
export async function callers({ session }: Inside): Promise<PersonId[]> {
  const people = await session.people(true);
  const now = session.now();
  const working = people.memberships(now).map(({ person }) => person);
  return [...new Set(working)].filter((one) => people.cardOf(one, now)?.kind === 'professional').slice(0, 64);
}
