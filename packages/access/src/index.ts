export { type ConsentAsked, mayBeAssumed, type Party, type Said, settleConsent } from './consent.ts';
export { decide } from './decide.ts';
export { type PolicyEngine, usePolicy } from './engine.ts';
export { isLive } from './facts.ts';
export {
  type Checks,
  DENY_REASONS,
  type Decision,
  type DenyReason,
  type KnownFact,
  type Question,
} from './question.ts';
export { type Expected, REQUEST_FAULTS, REQUEST_WINDOW, type RequestFault, requestFault } from './request.ts';
export { POLICY_VERSION, policyTexts } from './version.ts';
