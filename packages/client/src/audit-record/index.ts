/** Lines of the log as people and the norm read them (docs/spec/audit-record.md). Pure but for `take.ts`, which declares and reads. */

export {
  type Constraint,
  constraintText,
  PROFILE_NAMES,
  PROFILES,
  type Profile,
  type ProfileName,
} from './balp.ts';
export { balpFaults } from './check.ts';
export { type Cell, COLUMNS, type Column, type Row, rowOf, rowOfEvent, unprovedRow } from './columns.ts';
export { type CopyBundle, copyBundle } from './copy.ts';
export { isLineOf, type LineKind, NEN_EVENTS, type NenEvent, UNWRITTEN } from './events.ts';
export { type AuditBundle, auditBundle, auditEvents, bundleText, profileOf } from './fhir.ts';
export type { AuditEvent } from './fhir-types.ts';
export { auditCsv, auditXml, cellText, type FileHead, tableCsv, XML_NAMESPACE } from './files.ts';
export {
  type DigestLine,
  digestOrder,
  matches,
  OVERVIEWS,
  type OverviewFilter,
  type OverviewKind,
  type OverviewRow,
  overviewOf,
  type Seen,
  seenOf,
  weeklyDigest,
} from './overview.ts';
export {
  type AuditRecord,
  auditRecords,
  MISSING,
  type Missing,
  type RecordLine,
  type RecordNames,
  type RoleSaid,
  type Said,
} from './record.ts';
export { type AuditFile, auditFile, exportAudit, FILE_KINDS, type FileKind, printAudit, recordsOf } from './take.ts';
