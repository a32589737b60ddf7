export * from './catalogue.ts';
export type { MinimiseContext } from './context.ts';
export { careError } from './errors.ts';
export { firstDay, type PatientFacts, type ProblemFact, personFact, problemFact } from './facts.ts';
export { countLeaves } from './leaves.ts';
export { type Minimised, minimise } from './minimise.ts';
export type * from './records.ts';
export type { NamedCode, Step } from './schema.ts';
export { activeInclusionCodes, candidateFor, isActive, isAlive, isCandidate, isOfAge } from './select.ts';
export {
  type AllowLine,
  compileSelection,
  diffSelection,
  type ProcessKind,
  type Purpose,
  type ScanType,
  type Selection,
  type SelectionChange,
  type SelectionDiff,
  type SwitchOff,
} from './selection.ts';
