export { decide, isLive, POLICY_VERSION } from './decide.ts';
export {
  type Checks,
  DENY_REASONS,
  type Decision,
  type DenyReason,
  type KnownFact,
  type Question,
} from './question.ts';
export { type Expected, REQUEST_FAULTS, REQUEST_WINDOW, type RequestFault, requestFault } from './request.ts';
