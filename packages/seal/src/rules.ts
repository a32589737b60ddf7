/** Who may sign which statement (docs/spec/statements.md, column "signed by"). Anything not named here nobody may. */

import type { Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { claimedSigner } from './statement.ts';
import type { Authority, Card, Fact, FactOf, Payload } from './statements.ts';

/** The part of a directory that the rules look at. */
export interface SignRules {
  readonly organisation: OrganisationId;
  authorityAt(at: Instant): Authority | undefined;
  cardOf(person: string, at: Instant): Card | undefined;
  mandatesOf(agent: string, at: Instant): readonly FactOf<'mandate'>[];
  isMember(person: string, team: TeamId, at: Instant): boolean;
  poolAt(fact: string, at: Instant): FactOf<'pool'> | undefined;
}

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

const teamsOf = (fact: Fact): readonly TeamId[] =>
  fact.kind === 'relation' ? fact.teams : fact.kind === 'step' || fact.kind === 'write' ? [fact.team] : [];

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

/**
 * What is of the practice itself: the owners together. A substitute: one activator. Consent and restriction: who sits with the
 * patient, or the agent. Every other fact of a dossier: the agent.
 */
function mayState(rules: SignRules, fact: Fact, signers: readonly string[], at: Instant): boolean {
  const [by] = signers;
  const alone = by !== undefined && signers.length === 1;
  switch (fact.kind) {
    case 'membership':
    case 'mandate':
    case 'partner':
    case 'pool':
      return ownersTogether(rules, signers, at);
    case 'substitute':
      return alone && mayActivate(rules, fact, by, at);
    case 'consent':
    case 'restriction':
      return alone && (isProfessional(rules, by, at) || mandated(rules, fact, by, at));
    default:
      return alone && mandated(rules, fact, by, at);
  }
}

/**
 * Ending is easier than beginning where it only takes away: one owner alone may end what the agent stated and the membership of
 * somebody who leaves, at once. But what an owner stands on, one other owner alone may not take: the membership of an owner and the
 * mandate that an owner answers for end by that owner, or by as many owners as it takes to issue them.
 */
function mayEnd(rules: SignRules, target: Fact, signers: readonly string[], at: Instant): boolean {
  const [by] = signers;
  // Lifting a restriction gives: not for whoever it shuts out, nor for one owner alone.
  if (target.kind === 'restriction') {
    const agent = by !== undefined && signers.length === 1 && mandated(rules, target, by, at);
    return agent || ownersTogether(rules, signers, at);
  }
  if (by !== undefined && signers.length === 1 && isOwner(rules, by, at)) {
    const whose =
      target.kind === 'membership' ? target.person : target.kind === 'mandate' ? target.responsible : undefined;
    const another = whose !== undefined && whose !== by && (target.kind === 'mandate' || isOwner(rules, whose, at));
    if (!another) return true;
  }
  return mayState(rules, target, signers, at);
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
      return agentFor(payload.team) || (alone && isProfessional(rules, by, at) && rules.isMember(by, payload.team, at));
    case 'bundle':
      return agentFor(payload.to === 'team' ? payload.recipient : null) || (alone && isProfessional(rules, by, at));
    case 'assurance':
      return agent;
    case 'snapshot':
      return agent || (alone && isOwner(rules, by, at));
    case 'state':
      return agent || (alone && (isOwner(rules, by, at) || isProfessional(rules, by, at)));
    case 'batch':
      return alone && (isOwner(rules, by, at) || rules.cardOf(by, at) !== undefined);
    case 'request':
    case 'device':
      return alone && (isOwner(rules, by, at) || rules.cardOf(by, at) !== undefined);
    case 'invitation':
    case 'proposal':
    case 'name':
      return alone && isOwner(rules, by, at);
    default:
      return false;
  }
}
