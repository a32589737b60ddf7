/**
 * May this happen? One pure function for the vault, the client and the auditor (design 9).
 * It sees facts and handles, never a reason or a name. What is missing, unknown or broken is a no.
 */

import type { FactId, Instant } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import type { Checks, Decision, DenyReason, KnownFact, Question } from './question.ts';

/** Stands in the entry as the authorisation protocol (NEN 7513 7.4.6). */
export const POLICY_VERSION = 'ketenkluis-reference-1';

type Deny = { readonly outcome: 'deny'; readonly reason: DenyReason; readonly checks: Checks };
type Kind = KnownFact['fact']['kind'];

const NOTHING: Checks = { authorisation: false, relation: false, consent: false, emergency: false };

const deny = (reason: DenyReason, checks: Checks = NOTHING): Deny => ({ outcome: 'deny', reason, checks });

/** From its start, before its end, and not withdrawn. */
export const isLive = (known: KnownFact, now: Instant): boolean =>
  known.ended === null && known.fact.from <= now && (known.fact.until === null || now < known.fact.until);

const ofKind = <K extends Kind>(facts: readonly KnownFact[], kind: K): { fact: FactOf<K>; known: KnownFact }[] =>
  facts.flatMap((known) => (known.fact.kind === kind ? [{ fact: known.fact as FactOf<K>, known }] : []));

/** The live facts of a kind that fit; and whether one that fits has only ended. */
function find<K extends Kind>(question: Question, kind: K, fits: (fact: FactOf<K>) => boolean) {
  const all = ofKind(question.facts, kind).filter(({ fact }) => fits(fact));
  const live = all.filter(({ known }) => isLive(known, question.now)).map(({ fact }) => fact);
  return { live, ended: live.length === 0 && all.some(({ fact }) => fact.from <= question.now) };
}

/** The person: an open session, a card that holds today, and a kind of card that may do this at all. */
function person(question: Question, kinds: readonly string[]): Deny | undefined {
  const { actor, card, now } = question;
  if (actor.session !== 'open') return deny('no-session');
  if (card === null || card.subject !== actor.person || card.organisation !== actor.organisation)
    return deny('not-member');
  if (now < card.from || now >= card.until) return deny('card-expired');
  if (!kinds.includes(card.kind)) return deny('class-not-allowed');
  return undefined;
}

const memberships = (question: Question) =>
  find(question, 'membership', (fact) => fact.person === question.actor.person).live;

/** Other organisations need a recorded consent, and no kind of fact records one yet: default off (R31). */
function outsider(question: Question, checks: Checks): Deny | undefined {
  if (question.actor.ownPractice) return undefined;
  const { snapshot, now } = question;
  if (snapshot === null || now >= snapshot.until) return deny('not-confirmed', checks);
  return deny('no-consent', checks);
}

const warnings = ({ snapshot, now }: Question): readonly 'not-confirmed'[] =>
  snapshot === null || now >= snapshot.until ? ['not-confirmed'] : [];

/** Looks, and writing beneath what may be looked at. */
function onDossier(question: Question): Decision {
  const { item } = question;
  if (item.dossier === null) return deny('unknown');
  const dossier = item.dossier;
  const member = memberships(question);
  if (member.length === 0) return deny('not-member');
  const enrolment = find(question, 'enrolment', (fact) => fact.dossier === dossier);
  if (enrolment.live.length === 0) return deny(enrolment.ended ? 'enrolment-ended' : 'no-enrolment');

  const mine = (team: string) => member.some((fact) => fact.team === team);
  const relation = find(question, 'relation', (fact) => fact.dossier === dossier && fact.teams.some(mine));
  if (relation.live.length === 0) return deny(relation.ended ? 'relation-ended' : 'no-relation');
  const related = { ...NOTHING, relation: true };
  const treats = (team: string) => mine(team) && relation.live.some((fact) => fact.teams.some((own) => own === team));

  const steps = find(question, 'step', (fact) => fact.dossier === dossier && treats(fact.team));
  if (steps.live.length === 0) return deny(steps.ended ? 'step-ended' : 'no-step', related);
  const covers = (fact: FactOf<'step'>) =>
    fact.handles.some((handle) => handle === item.handle || (item.writerClass === 'work' && handle === item.parent));
  const covering = steps.live.filter(covers);
  if (item.state !== 'live') return deny(item.state === 'gone' ? 'gone' : 'unknown', related);
  if (item.handle === null || covering.length === 0) return deny('step-without-handle', related);

  const granted = (fact: FactOf<'step'>) =>
    question.grants.some((grant) => grant.team === fact.team && grant.fact === fact.id);
  const writes = (team: string) =>
    find(question, 'write', (fact) => fact.dossier === dossier && fact.team === team).live[0];
  const writing = question.class === 'write';
  const step = covering.find(writing ? (fact) => writes(fact.team) !== undefined : granted);
  if (step === undefined) return deny(writing ? 'class-not-allowed' : 'no-grant', related);
  if (writing && item.writerClass !== 'work') return deny('writer-class', related);

  const checks = { ...related, authorisation: true };
  const refused = outsider(question, checks);
  if (refused) return refused;
  const basis = relation.live.find((fact) => fact.teams.includes(step.team))!;
  const used: FactId[] = [
    member.find((fact) => fact.team === step.team)!.id,
    enrolment.live[0]!.id,
    basis.id,
    step.id,
    ...(writing ? [writes(step.team)!.id] : []),
  ];
  return {
    outcome: 'permit',
    checks: { ...checks, consent: true },
    facts: used,
    relation: basis.id,
    step: step.id,
    team: step.team,
    warnings: warnings(question),
  };
}

/** A team's own handle: worklist, directory or receipt. Nothing of a dossier opens with it. */
function onTeam(question: Question): Decision {
  const { item } = question;
  const member = memberships(question).find((fact) => fact.team === item.team);
  if (item.team === null || member === undefined) return deny('not-member');
  if (item.state !== 'live') return deny(item.state === 'gone' ? 'gone' : 'unknown');
  if (item.dossier !== null || item.handle === null) return deny('unknown');
  if (!question.grants.some((grant) => grant.team === item.team && grant.fact === null)) return deny('no-grant');
  const checks = { ...NOTHING, authorisation: true };
  if (!question.actor.ownPractice && question.gone > 0) return deny('stale-list', checks);
  const refused = outsider(question, checks);
  if (refused) return refused;
  return {
    outcome: 'permit',
    checks: { ...checks, relation: true, consent: true },
    facts: [member.id],
    relation: null,
    step: null,
    team: item.team,
    warnings: warnings(question),
  };
}

const plain = (facts: readonly FactId[], team: Question['item']['team'] = null) => ({
  outcome: 'permit' as const,
  checks: { authorisation: true, relation: false, consent: false, emergency: false },
  facts,
  relation: null,
  step: null,
  team,
  warnings: [],
});

/** Who looked? An owner may ask for every dossier, also an ended one; a team only for those it treats. */
function audit(question: Question): Decision {
  const { item, actor } = question;
  if (!actor.ownPractice) return deny('class-not-allowed');
  if (item.dossier === null) return actor.owner ? plain([]) : deny('class-not-allowed');
  if (item.state === 'unknown') return deny('unknown');
  if (actor.owner) return plain([]);
  const member = memberships(question);
  if (member.length === 0) return deny('not-member');
  const { live, ended } = find(
    question,
    'relation',
    (fact) => fact.dossier === item.dossier && member.some((own) => fact.teams.includes(own.team)),
  );
  const basis = live[0];
  if (basis === undefined) return deny(ended ? 'relation-ended' : 'no-relation');
  const own = member.find((fact) => basis.teams.includes(fact.team))!;
  return {
    ...plain([own.id, basis.id], own.team),
    relation: basis.id,
    checks: { ...NOTHING, authorisation: true, relation: true },
  };
}

/** Sealing and sending: a mandate that holds now, on the agent's own card, for `source` handles only. */
function sync(question: Question): Decision {
  const mandate = find(question, 'mandate', (fact) => fact.agent === question.actor.person).live[0];
  if (mandate === undefined) return deny('not-member');
  if (question.item.writerClass !== null && question.item.writerClass !== 'source') return deny('writer-class');
  return plain([mandate.id]);
}

function judge(question: Question): Decision {
  const professional = ['professional'];
  switch (question.class) {
    case 'look':
      return person(question, professional) ?? onDossier(question);
    case 'write':
      return person(question, professional) ?? onDossier(question);
    case 'list':
      return person(question, professional) ?? onTeam(question);
    case 'audit':
      return person(question, professional) ?? audit(question);
    case 'sync':
      return person(question, ['agent']) ?? sync(question);
    case 'admin':
      return (
        person(question, ['professional', 'trustee']) ?? (question.actor.owner ? plain([]) : deny('class-not-allowed'))
      );
    case 'session':
      return person(question, ['professional', 'trustee', 'agent']) ?? plain([]);
    // Kinds of facts for these come with later work; until then nobody may.
    case 'grant':
    case 'rotate':
    case 'emergency':
    case 'own':
      return person(question, professional) ?? deny('class-not-allowed');
    default:
      return deny('unknown');
  }
}

/** Never throws: whatever goes wrong inside is `unknown`, which is a no. */
export function decide(question: Question): Decision {
  try {
    return judge(question);
  } catch {
    return deny('unknown');
  }
}
