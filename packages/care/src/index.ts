export { type FhirResource, type RecordEntry, recordEntries } from './as-fhir.ts';
export * from './catalogue.ts';
export type { MinimiseContext } from './context.ts';
export { contactDay, type DueInput, type DueItem, type DueResult, dueFor, type IndicatorClass } from './due.ts';
export { emergencySummary, isInUse } from './emergency.ts';
export { careError } from './errors.ts';
export {
  firstDay,
  type PatientFacts,
  type ProblemFact,
  type ProblemSaid,
  personFact,
  problemFact,
  problemSaid,
  settled,
} from './facts.ts';
export {
  type Evidence,
  fieldsOf,
  type IssueAnswer,
  type IssueQuestion,
  type IssueRefusal,
  issueStep,
  scopesForRole,
  scopesOf,
  standingScopes,
} from './issue.ts';
export { countLeaves } from './leaves.ts';
export { isDone, isUsable, measurementsOf } from './measured.ts';
export { type Minimised, minimise } from './minimise.ts';
export { fieldsInScope, needsOf, partitionFor, rolesOf, scopeNames } from './partition.ts';
export { PLAIN_SCOPES, plainRole } from './plain.ts';
export * from './records.ts';
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
export { RECORD_SYSTEMS } from './short.ts';
export {
  type AllergyView,
  type Band,
  bandOf,
  buildView,
  type DossierView,
  type MedicationView,
  type PointView,
  type ProblemView,
  parseRecords,
  problemNames,
  type SeriesView,
} from './view.ts';
export {
  type Booking,
  bookingOf,
  roleOfCodes,
  VISIT_AHEAD,
  VISIT_REFUSALS,
  type Visit,
  type VisitQuestion,
  type VisitRefusal,
  type Visits,
  visitDay,
  visitsFor,
} from './visits.ts';
export {
  buildWorklist,
  listName,
  parseWorklist,
  rowAt,
  type Worklist,
  type WorklistInput,
  type WorklistRow,
} from './worklist.ts';
