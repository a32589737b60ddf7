/**
 * The reference: the same rule as the policies, walked through in order, with the first missing link as the answer. It never gives a
 * yes of its own; `decide` asks it why not, and holds it beside the policy's answer.
 */

import type { FactOf } from '@ketenkluis/seal';
import {
  agreesFor,
  isCalled,
  isLive,
  isOwn,
  type Known,
  type Place,
  placeHolds,
  placesOf,
  restrictionsOn,
  stated,
} from './facts.ts';
import type { Checks, DenyReason, KnownFact, Question } from './question.ts';

export interface Why {
  readonly reason: DenyReason;
  readonly checks: Checks;
}
export const NOTHING: Checks = { authorisation: false, relation: false, consent: false, emergency: false };
const RELATED: Checks = { ...NOTHING, relation: true };

const no = (reason: DenyReason, checks: Checks = NOTHING): Why => ({ reason, checks });

/** The live facts of a kind that fit; and whether one that fits has only ended. */
function find<K extends KnownFact['fact']['kind']>(question: Question, kind: K, fits: (fact: FactOf<K>) => boolean) {
  const all: Known<K>[] = stated(question, kind).filter(({ fact }) => fits(fact));
  const live = all.filter((known) => isLive(known, question.now)).map(({ fact }) => fact);
  return { live, ended: live.length === 0 && all.some(({ fact }) => fact.from <= question.now) };
}

/** The person: an open session, a card that holds today, and a kind of card that may do this at all. */
function person(question: Question, kinds: readonly string[]): Why | null {
  const { actor, card, now } = question;
  if (actor.session !== 'open') return no('no-session');
  if (card === null || card.subject !== actor.person || card.organisation !== actor.organisation)
    return no('not-member');
  if (now < card.from || now >= card.until) return no('card-expired');
  return kinds.includes(card.kind) ? null : no('class-not-allowed');
}

const places = (question: Question): Place[] => placesOf(question).filter((place) => placeHolds(question, place));

const shutOut = (question: Question, restrictions: readonly FactOf<'restriction'>[]): boolean => {
  const { actor } = question;
  const mine = [
    actor.person,
    actor.organisation,
    ...places(question).map(({ known }) => known.fact.team),
    ...(isOwn(question) ? [] : ['outside']),
  ];
  return restrictions.some(({ excluded }) => mine.includes(excluded));
};

/** What is shut to this person does not exist for this person: the dossier goes, or the part does (R22). */
function asShown(question: Question): Question {
  const { dossier, part } = restrictionsOn(question);
  const facts = shutOut(question, dossier)
    ? question.facts.filter(({ fact }) => !('dossier' in fact) || fact.dossier !== question.item.dossier)
    : question.facts;
  const hidden = facts !== question.facts || shutOut(question, part);
  return hidden ? { ...question, facts, item: { ...question.item, state: 'unknown' }, grants: [] } : question;
}

/** Other organisations: a state of the practice that still holds, a partner, and the patient's consent for this part. */
function outside(
  question: Question,
  steps: readonly FactOf<'step'>[],
  ...parts: readonly (string | null)[]
): Why | null {
  if (isOwn(question)) return null;
  const { snapshot, now, actor, item } = question;
  const checks = { ...RELATED, authorisation: true };
  if (snapshot === null || now >= snapshot.until) return no('not-confirmed', checks);
  const partner = find(question, 'partner', (fact) => fact.organisation === actor.organisation);
  if (partner.live.length === 0) return no('no-partner', checks);
  const agreed = stated(question, 'consent').some(
    (known) =>
      known.fact.dossier === item.dossier &&
      known.fact.organisation === actor.organisation &&
      known.fact.handles.some((handle) => parts.includes(handle)) &&
      steps.some(({ team }) => agreesFor(question, known, team)),
  );
  return agreed ? null : no('no-consent', checks);
}

/** Looks, writing beneath what may be looked at, and handing on what may be looked at. */
function onDossier(asked: Question): Why | null {
  const question = asShown(asked);
  const { item } = question;
  if (item.dossier === null) return no('unknown');
  const dossier = item.dossier;
  const standing = places(question).filter(({ pool }) => pool === null || question.class !== 'grant');
  if (standing.length === 0) return no('not-member');
  const at = standing.filter(({ pool }) => pool === null || isCalled(question));
  if (at.length === 0) return no('no-call');
  const enrolment = find(question, 'enrolment', (fact) => fact.dossier === dossier);
  if (enrolment.live.length === 0) return no(enrolment.ended ? 'enrolment-ended' : 'no-enrolment');

  const mine = (team: string) => at.some(({ known }) => known.fact.team === team);
  const relation = find(question, 'relation', (fact) => fact.dossier === dossier && fact.teams.some(mine));
  if (relation.live.length === 0) return no(relation.ended ? 'relation-ended' : 'no-relation');
  const treats = (team: string) => mine(team) && relation.live.some((fact) => fact.teams.some((own) => own === team));

  const steps = find(question, 'step', (fact) => fact.dossier === dossier && treats(fact.team));
  if (steps.live.length === 0) return no(steps.ended ? 'step-ended' : 'no-step', RELATED);
  if (item.state !== 'live') return no(item.state === 'gone' ? 'gone' : 'unknown', RELATED);
  const under = item.writerClass === 'work' || item.writerClass === 'inbox' ? item.parent : null;
  const covering = steps.live.filter((fact) =>
    fact.handles.some((handle) => handle === item.handle || handle === under),
  );
  if (item.handle === null || covering.length === 0) return no('step-without-handle', RELATED);

  if (question.class === 'write') {
    const writes = (team: string) =>
      find(question, 'write', (fact) => fact.dossier === dossier && fact.team === team).live.length > 0;
    const written = covering.filter((fact) => writes(fact.team));
    if (written.length === 0) return no('class-not-allowed', RELATED);
    if (item.writerClass !== (isOwn(question) ? 'work' : 'inbox')) return no('writer-class', RELATED);
    return outside(question, written, item.parent);
  }
  const granted = (fact: FactOf<'step'>) =>
    question.grants.some((grant) => grant.team === fact.team && grant.fact === fact.id);
  const held = covering.filter(granted);
  if (held.length === 0) return no('no-grant', RELATED);
  if (question.class === 'grant' && !isOwn(question)) return no('class-not-allowed', RELATED);
  return outside(question, held, item.handle, under);
}

/** Breaking the glass: what a team was granted beforehand for an emergency, without a relation. Never outside the practice (R21). */
function onEmergency(asked: Question): Why | null {
  const question = asShown(asked);
  const { item } = question;
  if (!isOwn(question)) return no('class-not-allowed');
  const at = places(question);
  if (at.length === 0) return no('not-member');
  const enrolment = find(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  if (enrolment.live.length === 0) return no(enrolment.ended ? 'enrolment-ended' : 'no-enrolment');
  const mine = (team: string) => at.some(({ known }) => known.fact.team === team);
  const beforehand = find(question, 'emergency', (fact) => fact.dossier === item.dossier && mine(fact.team));
  if (beforehand.live.length === 0) return no(beforehand.ended ? 'step-ended' : 'no-step');
  if (item.state !== 'live') return no(item.state === 'gone' ? 'gone' : 'unknown');
  const covering = beforehand.live.filter((fact) => fact.handles.some((handle) => handle === item.handle));
  if (covering.length === 0) return no('step-without-handle');
  const granted = covering.some((fact) =>
    question.grants.some((grant) => grant.team === fact.team && grant.fact === fact.id),
  );
  return granted ? null : no('no-grant');
}

/** A team's own handle: worklist, directory or receipt. Nothing of a dossier opens with it, and no list leaves the practice. */
function onTeam(question: Question): Why | null {
  const { item, snapshot, now } = question;
  const member = places(question).some(({ known, pool }) => pool === null && known.fact.team === item.team);
  if (item.team === null || !member) return no('not-member');
  if (item.state !== 'live') return no(item.state === 'gone' ? 'gone' : 'unknown');
  if (item.dossier !== null || item.handle === null) return no('unknown');
  if (!question.grants.some((grant) => grant.team === item.team && grant.fact === null)) return no('no-grant');
  if (isOwn(question)) return null;
  const checks = { ...NOTHING, authorisation: true };
  if (question.gone > 0) return no('stale-list', checks);
  return no(snapshot === null || now >= snapshot.until ? 'not-confirmed' : 'no-consent', checks);
}

/** Who looked? An owner, and a team with oversight, for every dossier, also an ended one; another team only for those it treats. */
function audit(asked: Question): Why | null {
  const { actor } = asked;
  if (!isOwn(asked)) return no('class-not-allowed');
  if (asked.item.dossier === null) return actor.owner ? null : no('class-not-allowed');
  if (actor.owner) return asked.item.state === 'unknown' ? no('unknown') : null;
  const question = asShown(asked);
  if (question.item.state === 'unknown') return no('unknown');
  const member = places(question).filter(({ pool }) => pool === null);
  if (member.length === 0) return no('not-member');
  const { live, ended } = find(
    question,
    'relation',
    (fact) =>
      fact.dossier === question.item.dossier && member.some(({ known }) => fact.teams.includes(known.fact.team)),
  );
  if (live.length > 0) return null;
  const watch = find(question, 'oversight', (fact) => member.some(({ known }) => known.fact.team === fact.team));
  return watch.live.length > 0 ? null : no(ended ? 'relation-ended' : 'no-relation');
}

/** The patient's own: no relation, step or consent, and no restriction. Of what has ended the log stays. */
function own(question: Question): Why | null {
  const { item, actor } = question;
  if (!isOwn(question)) return no('class-not-allowed');
  const mine = find(question, 'own', (fact) => fact.person === actor.person && fact.dossier === item.dossier);
  if (mine.live.length === 0) return no(mine.ended ? 'relation-ended' : 'no-relation');
  if (item.handle === null) return item.state === 'unknown' ? no('unknown') : null;
  const enrolment = find(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  if (enrolment.live.length === 0) return no(enrolment.ended ? 'enrolment-ended' : 'no-enrolment');
  if (item.state !== 'live') return no(item.state === 'gone' ? 'gone' : 'unknown');
  const granted = mine.live.some((fact) =>
    question.grants.some((grant) => grant.team === fact.team && grant.fact === fact.id),
  );
  return granted ? null : no('no-grant');
}

/** What the patient says themselves, of a dossier that is here. */
function say(question: Question): Why | null {
  const { item, actor } = question;
  if (!isOwn(question)) return no('class-not-allowed');
  const mine = find(question, 'own', (fact) => fact.person === actor.person && fact.dossier === item.dossier);
  if (mine.live.length === 0) return no(mine.ended ? 'relation-ended' : 'no-relation');
  const enrolment = find(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  if (enrolment.live.length === 0) return no(enrolment.ended ? 'enrolment-ended' : 'no-enrolment');
  if (item.handle !== null) return no('unknown');
  return item.state === 'live' ? null : no(item.state === 'gone' ? 'gone' : 'unknown');
}

/** Sealing and sending: a mandate that holds now, on the agent's own card, for `source` handles only. */
function sync(question: Question): Why | null {
  const mandate = find(question, 'mandate', (fact) => fact.agent === question.actor.person);
  if (mandate.live.length === 0 || !isOwn(question)) return no('not-member');
  const { writerClass } = question.item;
  return writerClass === null || writerClass === 'source' ? null : no('writer-class');
}

/** Null: nothing is missing. */
export function whyNot(question: Question): Why | null {
  const professional = ['professional'];
  switch (question.class) {
    case 'look':
    case 'write':
    case 'grant':
      return person(question, professional) ?? onDossier(question);
    case 'emergency':
      return person(question, professional) ?? onEmergency(question);
    case 'list':
      return person(question, professional) ?? onTeam(question);
    case 'audit':
      return person(question, professional) ?? audit(question);
    case 'sync':
      return person(question, ['agent']) ?? sync(question);
    case 'admin':
      return (
        person(question, ['professional', 'trustee']) ??
        (question.actor.owner && isOwn(question) ? null : no('class-not-allowed'))
      );
    case 'session':
      return person(question, ['professional', 'trustee', 'agent']);
    case 'own':
      return person(question, ['patient']) ?? own(question);
    case 'say':
      return person(question, ['patient']) ?? say(question);
    // No kind of fact carries it yet, and no policy permits it.
    case 'rotate':
      return person(question, professional) ?? no('class-not-allowed');
    default:
      return no('unknown');
  }
}
