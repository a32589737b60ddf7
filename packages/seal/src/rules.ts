/** Who may sign which statement (docs/spec/statements.md, column "signed by"). Anything not named here nobody may. */

import { DAY, type Instant, type OrganisationId, type TeamId } from '@ketenkluis/base';
import { mayAnswerHere, mayPetition } from './petition.ts';
import { claimedSigner } from './statement.ts';
import type { Authority, Card, Fact, FactOf, Payload, ReviewRecord } from './statements.ts';

/** The part of a directory that the rules look at. */
export interface SignRules {
  readonly organisation: OrganisationId;
  authorityAt(at: Instant): Authority | undefined;
  cardOf(person: string, at: Instant): Card | undefined;
  mandatesOf(agent: string, at: Instant): readonly FactOf<'mandate'>[];
  isMember(person: string, team: TeamId, at: Instant): boolean;
  memberships(at: Instant): readonly FactOf<'membership'>[];
  /** Places as substitute that stand then, with their pools. */
  placesOf(person: string, at: Instant): readonly FactOf<'substitute'>[];
  poolAt(fact: string, at: Instant): FactOf<'pool'> | undefined;
  /** Is this a team of the organisation itself? */
  isOwnTeam(team: TeamId): boolean;
  /** The live partner fact that names this team; never for a team of the organisation itself. */
  partnerOf(team: TeamId, at: Instant): FactOf<'partner'> | undefined;
  /** The setting for assumed consent that lives then. */
  assumptionAt(fact: string, at: Instant): FactOf<'assumption'> | undefined;
  /** Through which this team reads a dossier then: the patient's own, or a representative's. */
  ownOf(team: TeamId, at: Instant): FactOf<'own'> | undefined;
  /** Who reads a dossier as the patient or for them then, on a patient's card that holds. */
  owns(at: Instant): readonly FactOf<'own'>[];
  /** The control policy in force then. */
  controlAt(at: Instant): FactOf<'control'> | undefined;
  /** Did any partner fact ever name this team? */
  wasPartnerTeam(team: TeamId): boolean;
}

/** How long a membership lives at most that one organisation vouches for at another; it is brought there and kept in no directory. */
export const VOUCHED = DAY;
export const isVouched = (fact: Fact): fact is FactOf<'membership'> =>
  fact.kind === 'membership' && fact.until !== null && fact.until - fact.from <= VOUCHED;

const isOwner = (rules: SignRules, by: string, at: Instant) =>
  rules.authorityAt(at)?.owners.some(({ person }) => person === by) ?? false;

/** The mandates an agent holds; none without a valid agent's card. */
const mandates = (rules: SignRules, by: string, at: Instant) =>
  rules.cardOf(by, at)?.kind === 'agent' ? rules.mandatesOf(by, at) : [];

const isProfessional = (rules: SignRules, by: string, at: Instant) => rules.cardOf(by, at)?.kind === 'professional';

function ownersTogether(rules: SignRules, signers: readonly string[], at: Instant): boolean {
  const record = rules.authorityAt(at);
  return !!record && new Set(signers).size >= record.threshold && signers.every((by) => isOwner(rules, by, at));
}

/** Who keeps watch when the owners open a door to outside: another owner, or somebody else of the practice with a card. */
const maySecond = (rules: SignRules, by: string, at: Instant): boolean => {
  const kind = rules.cardOf(by, at)?.kind;
  return isOwner(rules, by, at) || kind === 'trustee' || kind === 'professional';
};

/** As many owners as it takes, and two people at least (R19). */
function ownersAndSecond(rules: SignRules, signers: readonly string[], at: Instant): boolean {
  const record = rules.authorityAt(at);
  const people = [...new Set(signers)];
  const owners = people.filter((by) => isOwner(rules, by, at));
  return (
    !!record &&
    owners.length >= record.threshold &&
    people.length >= 2 &&
    people.every((by) => maySecond(rules, by, at))
  );
}

const OF_TWO: ReadonlySet<string> = new Set([
  ...['partner', 'assumption', 'pool', 'own'],
  ...['control', 'witnesses', 'keyholders', 'demand'],
]);
/** Takes two people at least, of whom one need not be an owner: it opens a door to outside, or says how the practice is watched or how sure it is who comes in. */
export const takesSecond = (payload: Payload): boolean => payload.t === 'fact' && OF_TWO.has(payload.kind);

const NEVER_ENDED: ReadonlySet<string> = new Set(['control', 'witnesses', 'keyholders', 'demand']);

const teamsOf = (fact: Fact): readonly TeamId[] => {
  if (fact.kind === 'relation') return fact.teams;
  const one = fact.kind === 'step' || fact.kind === 'write' || fact.kind === 'emergency' || fact.kind === 'membership';
  return one ? [fact.team] : [];
};
const OF_TREATMENT: ReadonlySet<string> = new Set(['relation', 'step', 'write']);

/** Handing a patient on: every team is a partner's of that moment, and it ends. Never for a team of the practice itself (R16). */
const mayHandOn = (rules: SignRules, fact: Fact, by: string, at: Instant): boolean =>
  OF_TREATMENT.has(fact.kind) &&
  fact.until !== null &&
  isProfessional(rules, by, at) &&
  teamsOf(fact).every((team) => rules.partnerOf(team, at) !== undefined);

/** What only ever stood for a partner may end whenever the partner is none any more, too. */
const isForPartners = (rules: SignRules, fact: Fact): boolean =>
  OF_TREATMENT.has(fact.kind) && teamsOf(fact).every((team) => !rules.isOwnTeam(team) && rules.wasPartnerTeam(team));

/** An agent whose mandate lists the kind of this fact and all its teams. */
const mandated = (rules: SignRules, fact: Fact, by: string, at: Instant): boolean =>
  mandates(rules, by, at).some(
    (mandate) => mandate.kinds.includes(fact.kind) && teamsOf(fact).every((team) => mandate.teams.includes(team)),
  );

/** One of those whom the owners named calls the substitute in; nobody themselves, and not for longer than was approved. */
function mayActivate(rules: SignRules, fact: FactOf<'substitute'>, by: string, at: Instant): boolean {
  const pool = rules.poolAt(fact.pool, at);
  return (
    pool?.activators.some((person) => person === by) === true &&
    by !== fact.person &&
    isProfessional(rules, by, at) &&
    pool.person === fact.person &&
    pool.team === fact.team &&
    pool.from <= fact.from &&
    fact.until <= pool.until
  );
}

/** A colleague hands the patient of the moment to a substitute who stands in then: not to themselves, and not for longer than a day. */
function mayCall(rules: SignRules, fact: FactOf<'call'>, by: string, at: Instant): boolean {
  const member = rules.memberships(at).some(({ person }) => person === by);
  const brief = fact.from < fact.until && fact.until - fact.from <= DAY;
  const stands = rules.placesOf(fact.person, at).length > 0;
  return member && isProfessional(rules, by, at) && by !== fact.person && brief && stands;
}

/** Consent that nobody asked for: by who refers, and only as the practice's own setting says for a team of that organisation. */
function mayAssume(rules: SignRules, fact: FactOf<'consent'>, by: string, at: Instant): boolean {
  const setting = fact.assumed === undefined ? undefined : rules.assumptionAt(fact.assumed, at);
  const theirs = setting?.teams.some((team) => rules.partnerOf(team, at)?.organisation === fact.organisation);
  return theirs === true && fact.until !== null && isProfessional(rules, by, at);
}

/** Through which this person reads that dossier then, as the patient or for them. */
const ownFor = (rules: SignRules, by: string, dossier: string, at: Instant): FactOf<'own'> | undefined =>
  rules.cardOf(by, at)?.kind === 'patient'
    ? rules.owns(at).find((own) => own.person === by && own.dossier === dossier)
    : undefined;

/** The patient's own word (or who stands in for them), of their own dossier, through the `own` that the consent names. It always ends. */
const maySay = (rules: SignRules, fact: FactOf<'consent'>, by: string, at: Instant): boolean =>
  rules
    .owns(at)
    .some(
      ({ id, person, dossier, until }) =>
        id === fact.through && person === by && dossier === fact.dossier && fact.until !== null && fact.until <= until,
    ) &&
  fact.assumed === undefined &&
  fact.organisation !== rules.organisation;

/** From their own device: for who works elsewhere. Shutting out who works here is said at the desk (docs/spec/own.md, "In their own hands"). */
const isOutward = (rules: SignRules, { excluded }: FactOf<'restriction'>): boolean =>
  excluded === 'outside' ||
  (excluded.startsWith('org_') && excluded !== rules.organisation) ||
  (excluded.startsWith('tea_') && !rules.isOwnTeam(excluded as TeamId));

/** Only the patient lifts what somebody else shut for them; who stands in lifts what they shut themselves. */
function mayLift(rules: SignRules, fact: FactOf<'restriction'>, by: string, at: Instant): boolean {
  const own = ownFor(rules, by, fact.dossier, at);
  return own !== undefined && (own.as === 'patient' || fact.by === by);
}

/**
 * What is of the practice itself: the owners together; whom it opens a door to outside: one more pair of eyes. A substitute: one
 * activator. Consent and restriction: who sits with the patient, the patient, or the agent. A partner's part in a treatment: a professional. Every
 * other fact of a dossier: the agent.
 */
function mayState(rules: SignRules, fact: Fact, signers: readonly string[], at: Instant): boolean {
  const [by] = signers;
  const alone = by !== undefined && signers.length === 1;
  switch (fact.kind) {
    case 'membership': {
      if (ownersTogether(rules, signers, at)) return true;
      // Says again for a day what the owners said together, so that a partner can believe it.
      const stands = isVouched(fact) && rules.isMember(fact.person, fact.team, at);
      return alone && stands && (isOwner(rules, by, at) || mandated(rules, fact, by, at));
    }
    case 'mandate':
    case 'oversight':
      return ownersTogether(rules, signers, at);
    // Told to patients; it opens nothing.
    case 'hosting':
      return alone && isOwner(rules, by, at);
    case 'partner':
    case 'assumption':
    case 'control':
    case 'pool':
    case 'own':
    case 'witnesses':
    case 'keyholders':
    case 'demand':
      return ownersAndSecond(rules, signers, at);
    case 'substitute':
      return alone && mayActivate(rules, fact, by, at);
    case 'call':
      return alone && mayCall(rules, fact, by, at);
    case 'consent':
      if (fact.through !== undefined) return alone && maySay(rules, fact, by, at);
      if (fact.assumed !== undefined) return alone && mayAssume(rules, fact, by, at);
      return alone && (isProfessional(rules, by, at) || mandated(rules, fact, by, at));
    case 'restriction':
      if (alone && fact.by === by && isOutward(rules, fact) && ownFor(rules, by, fact.dossier, at)) return true;
      return alone && (isProfessional(rules, by, at) || mandated(rules, fact, by, at));
    default:
      return alone && (mandated(rules, fact, by, at) || mayHandOn(rules, fact, by, at));
  }
}

/** Somebody of the practice: by themselves, with a team of theirs (as a substitute too), or with everybody here. */
export function isShutOut(
  rules: Pick<SignRules, 'organisation' | 'memberships' | 'placesOf'>,
  { excluded }: FactOf<'restriction'>,
  person: string,
  at: Instant,
): boolean {
  const teams: string[] = [
    ...rules.memberships(at).flatMap((one) => (one.person === person ? [one.team] : [])),
    ...rules.placesOf(person, at).map(({ team }) => team),
  ];
  return excluded === person || excluded === rules.organisation || teams.includes(excluded);
}

/**
 * Ending is easier than beginning where it only takes away: one owner alone may end what the agent stated and the membership of
 * somebody who leaves, at once. But what an owner stands on, one other owner alone may not take: the membership of an owner and the
 * mandate that an owner answers for end by that owner, or by as many owners as it takes to issue them.
 */
function mayEnd(rules: SignRules, target: Fact, signers: readonly string[], at: Instant): boolean {
  const [by] = signers;
  // Replaced by two people together, never ended: that would lower how the practice is watched, or how sure it is who comes in.
  if (NEVER_ENDED.has(target.kind)) return false;
  // Lifting a restriction gives: not for whoever it shuts out, nor for one owner alone.
  if (target.kind === 'restriction') {
    const alone = by !== undefined && signers.length === 1;
    const agent = alone && mandated(rules, target, by, at);
    const recorded = alone && target.by === by && isProfessional(rules, by, at) && !isShutOut(rules, target, by, at);
    const theirs = alone && mayLift(rules, target, by, at);
    const owners = ownersTogether(rules, signers, at) && signers.every((one) => !isShutOut(rules, target, one, at));
    return agent || recorded || theirs || owners;
  }
  if (by !== undefined && signers.length === 1 && isOwner(rules, by, at)) {
    const whose =
      target.kind === 'membership' ? target.person : target.kind === 'mandate' ? target.responsible : undefined;
    const another = whose !== undefined && whose !== by && (target.kind === 'mandate' || isOwner(rules, whose, at));
    if (!another) return true;
  }
  if (by !== undefined && signers.length === 1 && isForPartners(rules, target)) {
    const agent = mandates(rules, by, at).some(({ kinds }) => kinds.includes(target.kind));
    if (agent || isProfessional(rules, by, at)) return true;
  }
  // The patient takes back what was said for them, whoever wrote it down; one that was assumed, or said by the patient, ends like one
  // that was asked, also when its setting or that `own` has gone.
  if (target.kind === 'consent') {
    if (by !== undefined && signers.length === 1 && ownFor(rules, by, target.dossier, at)) return true;
    const { assumed: _, through: __, ...asked } = target;
    return mayState(rules, asked, signers, at);
  }
  return mayState(rules, target, signers, at);
}

/**
 * Who reviews stands in the control policy, and nobody has a say over looks of their own; who is asked answers for their own. That the
 * finding is not about their own file only its readers can tell (docs/spec/review.md, "Who reviews").
 */
function mayReview(rules: SignRules, record: ReviewRecord, by: string, at: Instant): boolean {
  const kind = rules.cardOf(by, at)?.kind;
  const policy = rules.controlAt(at);
  if (policy === undefined || (kind !== 'professional' && kind !== 'trustee')) return false;
  const officer = policy.officers.some((person) => person === by);
  switch (record.kind) {
    case 'answer':
      return record.people.some((person) => person === by);
    case 'check':
      return officer;
    case 'rights':
      return officer || policy.board === by;
    default:
      return officer && !record.people.some((person) => person === by);
  }
}

export function maySign(
  rules: SignRules,
  payload: Payload,
  signers: readonly string[],
  at: Instant,
  target?: Fact,
): boolean {
  const organisation = 'organisation' in payload ? payload.organisation : undefined;
  const practice = 'practice' in payload ? payload.practice : organisation;
  // A request may come from a partner's person to this practice; the directory asked is that of the person's organisation.
  const home = payload.t === 'request' ? payload.organisation : practice;
  const [by] = signers;
  if (!by || (home !== undefined && home !== rules.organisation)) return false;
  const claimed = claimedSigner(payload);
  if (claimed !== undefined && !signers.includes(claimed)) return false;
  const alone = signers.length === 1;
  const held = alone ? mandates(rules, by, at) : [];
  const agent = held.length > 0;
  /** Under a mandate that names this team; what is of no team needs a mandate only. */
  const agentFor = (team: string | null) =>
    held.some(({ teams }) => team === null || teams.some((one) => one === team));
  /** A team that a professional may hand a part to: an own one, or a partner's; the grant itself needs that team's live step. */
  const receives = (team: TeamId) => rules.isOwnTeam(team) || rules.partnerOf(team, at) !== undefined;
  /** New versions are sealed for a partner's team as long as somebody else's step for it lives. */
  const agentHands = (team: string | null) =>
    agent &&
    team !== null &&
    (rules.partnerOf(team as TeamId, at) !== undefined || rules.ownOf(team as TeamId, at) !== undefined);
  switch (payload.t) {
    case 'authority':
    case 'card':
    case 'epoch':
      return ownersTogether(rules, signers, at);
    case 'fact':
      return mayState(rules, payload, signers, at);
    case 'withdrawal': {
      if (!target || target.id !== payload.fact || target.practice !== payload.practice) return false;
      if (('dossier' in target ? target.dossier : null) !== payload.dossier) return false;
      return mayEnd(rules, target, signers, at);
    }
    case 'descriptor':
      return payload.class === 'source' ? agentFor(payload.team) : alone && isProfessional(rules, by, at);
    case 'grant':
      return (
        agentFor(payload.team) ||
        agentHands(payload.team) ||
        (alone && isProfessional(rules, by, at) && receives(payload.team) && !rules.ownOf(payload.team, at))
      );
    case 'bundle': {
      const team = payload.to === 'team' ? payload.recipient : null;
      return agentFor(team) || agentHands(team) || (alone && isProfessional(rules, by, at));
    }
    case 'assurance':
      return agent;
    case 'review':
      return alone && mayReview(rules, payload, by, at);
    case 'petition':
      return alone && mayPetition(rules, payload, by, at);
    case 'snapshot':
      return agent || (alone && isOwner(rules, by, at));
    case 'state':
      if (alone && ownFor(rules, by, payload.dossier, at)) return true;
      return agent || (alone && (isOwner(rules, by, at) || isProfessional(rules, by, at)));
    case 'batch':
      // A patient's too: what is in it is judged one by one.
      return alone && (isOwner(rules, by, at) || rules.cardOf(by, at) !== undefined);
    case 'request':
    case 'device':
      return alone && (isOwner(rules, by, at) || rules.cardOf(by, at) !== undefined);
    case 'invitation':
    case 'name':
    case 'profile':
    case 'explanation':
    case 'proposal':
      return alone && isOwner(rules, by, at);
    default:
      return false;
  }
}

/**
 * What somebody of a partner may sign at `practice`, judged by their own organisation's directory: a request, a message and what
 * belongs to it. Anything else counts nowhere (docs/spec/partners.md).
 */
export function guestMaySign(
  rules: SignRules,
  practice: OrganisationId,
  payload: Payload,
  signers: readonly string[],
  at: Instant,
): boolean {
  const [by] = signers;
  if (by === undefined || signers.length !== 1 || rules.organisation === practice) return false;
  if (!isProfessional(rules, by, at) || claimedSigner(payload) !== by) return false;
  switch (payload.t) {
    case 'request':
      return payload.practice === practice && payload.organisation === rules.organisation;
    case 'descriptor':
      return payload.practice === practice && payload.class === 'inbox';
    case 'grant':
    case 'bundle':
    case 'state':
    case 'batch':
      return payload.practice === practice;
    case 'petition':
      return payload.practice === practice && mayAnswerHere(rules, payload, by, at);
    default:
      return false;
  }
}
