/** For whoever oversees a practice's log: read it whole, judge every look, say what was found (docs/spec/review.md). */

export { type Assembled, assemble, type Missing } from './assemble.ts';
export {
  type DisclosedFindings,
  discloseFindings,
  isAbout,
  type ReadFindings,
  readFindings,
  stepsOf,
} from './disclose.ts';
export { emptyIndex, Indexer, type LogIndex, logIndex, looksOf, recordsIn, sizeAt } from './lines.ts';
export { openIndex, readEvidence, readLog } from './reading.ts';
export {
  type AboutFinding,
  type Fault,
  findingName,
  type NewStep,
  type Recorded,
  type RecordedFinding,
  readRecords,
  recordCheck,
  recordRights,
  type ShownStep,
  type StepWords,
  sayStep,
} from './records.ts';
export { type SeenNames, seenIn } from './seen.ts';
export { coveredTo, planOf, policyOf, type Standing, type StandingFinding, standing } from './standing.ts';
export { declareOverview } from './take.ts';
