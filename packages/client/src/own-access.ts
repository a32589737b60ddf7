/**
 * Who may open a dossier now, on what ground and until when, as its patient is told (docs/spec/own.md, "Who may look"; R37, R52). Nobody's
 * word: each is asked of `decide()` here, over facts that were verified here, for somebody who is in that team today. Roles and
 * organisations, no people (R54).
 */

import { decide, type KnownFact, type Question } from '@ketenkluis/access';
import {
  DAY,
  type FactId,
  type HandleId,
  type Instant,
  localDate,
  type OrganisationId,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import type { Card, FactOf, KeyDirectory } from '@ketenkluis/seal';
import type { Access, Seer } from './access.ts';
import type { AuditLine } from './audit.ts';
import type { LegendContent } from './contents.ts';
import type { Ground } from './own-words.ts';
import type { Session } from './session.ts';

export type OpenerGround = 'registration' | 'appointment' | 'referral' | 'emergency';

/** One team that could open something now. */
export interface Opener {
  readonly team: TeamId;
  /** Null: of the practice itself. */
  readonly partner: OrganisationId | null;
  readonly ground: OpenerGround;
  /** Null inside the practice. `own`: said from the patient's device. */
  readonly consent: 'asked' | 'assumed' | 'own' | null;
  readonly handles: readonly HandleId[];
  /** Null: as long as the patient takes part. */
  readonly until: Instant | null;
  /** Locums who stand in for this team now: of a patient only when a colleague hands them over, for a day at most. */
  readonly substitutes: number;
}

/** Who else reads it as the patient or for them. */
export type Reader = Pick<FactOf<'own'>, 'id' | 'person' | 'as' | 'until'>;

export interface Openers {
  readonly openers: readonly Opener[];
  readonly readers: readonly Reader[];
  /** Somebody of the practice reads who looked, of every dossier, and opens none (R48). */
  readonly overseen: boolean;
}

interface Asked {
  readonly person: Question['actor']['person'];
  readonly organisation: OrganisationId;
  readonly card: Card;
  readonly places: readonly KnownFact[];
}

const known = (fact: KnownFact['fact']): KnownFact => ({ fact, ended: null });

/** Somebody of this team, as they would ask: a partner's person with the word of the day that their organisation would give. */
function somebodyOf(people: KeyDirectory, team: TeamId, partner: OrganisationId | null, at: Instant): Asked[] {
  const directory = partner === null ? people : people.partnerAt(partner, at)?.directory;
  if (directory === undefined) return [];
  return directory.memberships(at).flatMap((one): Asked[] => {
    const card = directory.cardOf(one.person, at);
    if (one.team !== team || card?.kind !== 'professional') return [];
    const member = partner === null ? one : { ...one, from: at, until: plus(at, DAY) };
    return [{ person: one.person, organisation: directory.organisation, card, places: [known(member)] }];
  });
}

interface Of {
  readonly access: Pick<Access, 'dossier' | 'facts' | 'grants' | 'handles'>;
  readonly people: KeyDirectory;
  readonly at: Instant;
}

/** Does `decide()` let this person open this part, over these facts and the practice's own? */
function permits(
  { access, people, at }: Of,
  asked: Asked,
  handle: HandleId,
  kind: 'look' | 'emergency',
): FactId | null {
  const head = access.handles.find((one) => one.handle === handle);
  if (head === undefined) return null;
  const standing = people.standing(at).filter(({ kind: one }) => one !== 'membership');
  const grants = access.grants.flatMap(({ grant: { team, fact, packs } }) =>
    packs.includes(head.descriptor) ? [{ team, fact }] : [],
  );
  const decision = decide({
    ...{ now: at, practice: people.organisation, class: kind, card: asked.card, grants, gone: 0 },
    actor: { person: asked.person, organisation: asked.organisation, session: 'open', owner: false },
    item: {
      ...{ dossier: access.dossier, handle, team: null, writerClass: head.class, parent: head.parent },
      state: 'live',
    },
    facts: [...asked.places, ...standing.map(known), ...access.facts.map(({ fact }) => known(fact))],
    // Whether the practice confirmed its state lately is not asked: it may do so in a minute.
    snapshot: { until: plus(at, 1) },
  });
  return decision.outcome === 'permit' ? decision.step : null;
}

const opens = (of: Of, asked: readonly Asked[], handles: readonly HandleId[], kind: 'look' | 'emergency') =>
  handles.filter((handle) => asked.some((one) => permits(of, one, handle, kind) !== null));

const consentOf = (consent: FactOf<'consent'> | null): Opener['consent'] => {
  if (consent === null) return null;
  return consent.assumed !== undefined ? 'assumed' : consent.through !== undefined ? 'own' : 'asked';
};

export async function openersOf(session: Session, access: Access): Promise<Openers> {
  await session.wire.ports.policy?.();
  const people = await session.people();
  const at = session.now();
  const of: Of = { access, people, at };
  const substitutes = (team: TeamId) => people.places(at).filter((place) => place.team === team).length;
  const looks = access.seers.flatMap((seer: Seer): Opener[] => {
    const { team, partner, step, consent, until } = seer;
    const handles = opens(of, somebodyOf(people, team, partner, at), seer.handles, 'look');
    if (handles.length === 0) return [];
    // The practice's own steps end by themselves only where an appointment opened them.
    const ground = partner !== null ? 'referral' : step.until !== null ? 'appointment' : 'registration';
    return [{ team, partner, ground, consent: consentOf(consent), handles, until, substitutes: substitutes(team) }];
  });
  const urgent = access.facts.flatMap(({ fact }): Opener[] => {
    if (fact.kind !== 'emergency' || fact.from > at || (fact.until !== null && fact.until <= at)) return [];
    const { team, until } = fact;
    const handles = opens(of, somebodyOf(people, team, null, at), fact.handles, 'emergency');
    if (handles.length === 0) return [];
    return [{ team, partner: null, ground: 'emergency', consent: null, handles, until, substitutes: 0 }];
  });
  const readers = people.owns(at).filter(({ dossier }) => dossier === access.dossier);
  return {
    openers: [...looks, ...urgent],
    readers: readers.map(({ id, person, as, until }) => ({ id, person, as, until })),
    overseen: people.memberships(at).some(({ person }) => people.oversees(person, at)),
  };
}

/** Why somebody looked, as their own program said it; `proved`: the same facts give the same answer here, at the time of that line. */
export interface ToldGround {
  readonly ground: Ground;
  readonly proved: boolean;
}

/**
 * The ground of each look: what the looker's program said in the sealed annex, asked again here; and for who works here an appointment of that
 * day, by the practice's own agenda. What rested on facts that have ended since can only be told as it was said.
 */
export async function groundsOf(
  session: Session,
  of: { readonly access: Access | null; readonly legend: LegendContent | null; readonly lines: readonly AuditLine[] },
): Promise<ReadonlyMap<number, ToldGround>> {
  await session.wire.ports.policy?.();
  const people = await session.people();
  const { access, legend, lines } = of;
  const told = new Map<number, ToldGround>();
  for (const line of lines) {
    if (line.event !== 'release' || line.outcome !== 'success' || line.class !== 'look') continue;
    if (line.verified && isBooked(line, people, legend)) told.set(line.index, { ground: 'appointment', proved: true });
    const ground = line.annex?.ground;
    if (ground === undefined || told.has(line.index)) continue;
    told.set(line.index, { ground, proved: access !== null && line.verified && holds(line, ground, people, access) });
  }
  return told;
}

/** Somebody of a team whose role had the patient in its agenda that day; an agenda that names no role is of everybody who works here. */
function isBooked({ at, who, organisation }: AuditLine, people: KeyDirectory, legend: LegendContent | null): boolean {
  if (legend === null || at === null || who === null || organisation !== people.organisation) return false;
  const roles = legend.booked.find(({ day }) => day === localDate(at))?.roles;
  if (roles === undefined) return false;
  const teams = new Set<string>(people.memberships(at).flatMap((one) => (one.person === who ? [one.team] : [])));
  return roles.length === 0 || legend.teams.some(({ team, role }) => teams.has(team) && roles.includes(role));
}

function holds(line: AuditLine, ground: Ground, people: KeyDirectory, access: Access): boolean {
  const { at, who, organisation } = line;
  if (at === null || who === null || organisation === null) return false;
  const partner = organisation === people.organisation ? null : organisation;
  const steps = access.facts.flatMap(({ fact }) => (fact.kind === 'step' ? [fact] : []));
  const asked = [...new Set(steps.map(({ team }) => team))]
    .flatMap((team) => somebodyOf(people, team, partner, at))
    .filter(({ person }) => person === who);
  // By the facts of that moment, as far as they still stand; parts as they are now.
  const of: Of = { access, people, at };
  const carried = line.handles.map(
    (handle) => asked.map((one) => permits(of, one, handle, 'look')).find((step) => step !== null) ?? null,
  );
  if (carried.length === 0 || carried.includes(null)) return false;
  const ends = carried.map((id) => steps.find((step) => step.id === id)?.until ?? null);
  if (ground === 'referral') return partner !== null;
  if (ground === 'appointment') return partner === null && ends.some((until) => until !== null);
  return ground === 'registration' && partner === null && ends.includes(null);
}
