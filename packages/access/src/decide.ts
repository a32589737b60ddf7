/**
 * May this happen? One pure function for the vault, the client and the auditor (design 9; docs/spec/access.md).
 * Cedar decides; the reference says why not. What is missing, unknown or broken, and where the two differ, is a no.
 */

import { askPolicy } from './engine.ts';
import { type Evidence, evidenceFor } from './evidence.ts';
import { isOwn } from './facts.ts';
import type { Checks, Decision, DenyReason, Question } from './question.ts';
import { NOTHING, type Why, whyNot } from './reasons.ts';

const deny = (reason: DenyReason, checks: Checks = NOTHING): Decision => ({ outcome: 'deny', reason, checks });

/** Own teams may go on with a state that nobody confirmed lately, and see it said. */
const warnings = (question: Question): readonly 'not-confirmed'[] => {
  const { snapshot, now } = question;
  const shows = ['look', 'write', 'list', 'grant', 'emergency'].includes(question.class);
  return shows && isOwn(question) && (snapshot === null || now >= snapshot.until) ? ['not-confirmed'] : [];
};

function permit(question: Question, { call: _, ...brought }: Evidence): Decision {
  const treated = brought.relation !== null || question.class === 'list';
  const consented = question.class === 'list' || brought.step !== null;
  return {
    outcome: 'permit',
    checks: { authorisation: true, relation: treated, consent: consented, emergency: question.class === 'emergency' },
    ...brought,
    warnings: warnings(question),
  };
}

function answer(question: Question): Decision {
  const why: Why | null = whyNot(question);
  const evidence = evidenceFor(question);
  const policy = askPolicy(evidence.call);
  if (policy === 'permit' && why === null) return permit(question, evidence);
  if (policy === 'fault' && why === null) return deny('no-policy');
  if ((policy === 'permit') === (why !== null)) return deny('policy-differs');
  return deny(why!.reason, why!.checks);
}

/** Never throws: whatever goes wrong inside is `unknown`, which is a no. */
export function decide(question: Question): Decision {
  try {
    return answer(question);
  } catch {
    return deny('unknown');
  }
}
