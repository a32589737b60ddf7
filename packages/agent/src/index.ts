/** The practice's hands: read, choose, seal, send. */

export { exposureOf, type Incident } from './breach/exposure.ts';
export {
  apForm,
  countsOf,
  hoursLeft,
  letter,
  openBreach,
  partName,
  patientsOf as breachPatients,
} from './breach/file.ts';
export { endedFacts, mirroredLines, mirroredStatements, practiceWorld, stateOfMirror } from './breach/world.ts';
export type { ScopeContent } from './contents.ts';
export { decideDestruction } from './destroy/decide.ts';
export { type Destruction, type Drill, GROUNDS } from './destroy/file.ts';
export { allowAgain } from './destroy/forgotten.ts';
export { type CopyKeys, openCopy } from './destroy/open-copy.ts';
export { type DestructionReport, destructionReport, partnerAnswered, partnerLetter } from './destroy/settle.ts';
export { endEnrolment } from './ending.ts';
export { type EnrolOptions, type EnrolResult, enrol } from './enrol.ts';
export { agentError } from './errors.ts';
export { type LooseFolder, looseFolders } from './files.ts';
export { type NodeFetch, nodeFetch } from './http.ts';
export type {
  Identified,
  IdentityAdapter,
  IdentityReason,
} from './identity/adapter.ts';
export { type IdentityConfig, readIdentityConfig } from './identity/config.ts';
export {
  citizenOf,
  type DeskOptions,
  type IdentityDesk,
  identityDesk,
  linkIdentity,
  staffOf,
} from './identity/desk.ts';
export { attestationChecker, type DeziConfig, deziAdapter } from './identity/dezi.ts';
export { type IdentityDoor, openIdentityDoor } from './identity/listen.ts';
export { eidAdapter, type OidcConfig, oidcAdapter } from './identity/oidc.ts';
export { type InitOptions, type InitResult, init } from './init.ts';
export { checkPack, type PackVerdict } from './inspect/check.ts';
export { inspectionPack } from './inspect/pack.ts';
export { fileKeyStore, findKeyStore, type KeyStore } from './keystore.ts';
export { liveHashes, standing } from './live.ts';
export { type MirrorResult, mirrorState } from './mirror.ts';
export { readObjects, type StoredObject } from './mirror-files.ts';
export type { NoReason } from './mitz/answer.ts';
export { type Mitz, openMitz } from './mitz/ask.ts';
export { type MitzConfig, readMitzConfig } from './mitz/config.ts';
export { listenToMitz, type MitzListener } from './mitz/listen.ts';
export { askMitz, type MitzReport, type MitzUse, stopMitz } from './mitz/settle.ts';
export { nodeSigner } from './native.ts';
export { paperFonts } from './paper-fonts.ts';
export { type NewKeys, recoveryCode, type WayIn } from './people.ts';
export { ADDRESS } from './post/address.ts';
export { type PostConfig, readPostConfig } from './post/config.ts';
export { type Letter, openPost, type Post } from './post/post.ts';
export { type Preview, type PreviewOptions, preview } from './preview.ts';
export type { EndReason, Enrolment, Notice, Participation, PatientRecord, Register, Team } from './register.ts';
export { restoreState, sheetsOf } from './restore.ts';
export { saidBy, writeSaid } from './said.ts';
export type { SyncProgress } from './sending.ts';
export { folderSource } from './source/folder.ts';
export {
  type PracticeOptions,
  type PracticeReading,
  type PracticeSink,
  type Progress,
  readPractice,
} from './source/practice.ts';
export type { Source } from './source/source.ts';
export { streamSource } from './source/stdin.ts';
export { type AgentState, createState, openState, type StateOptions } from './state.ts';
export { type SyncOptions, type SyncResult, sync } from './sync.ts';
export type { NewStaff } from './teams.ts';
export { type MirrorVerdict, verifyMirror } from './verify.ts';
