/**
 * "Wie keek?" to take along: declared in the log first, then read and proved, then written out. Nothing is made when the line
 * could not be written (R38), and what is made holds that line too.
 */

import { type DossierId, type Instant, isoInstant, localDate } from '@ketenkluis/base';
import type { About } from '../annex.ts';
import { type Audit, audit } from '../audit.ts';
import { declare } from '../notes.ts';
import type { Session } from '../session.ts';
import { erasedRow, rowOf, unprovedRow } from './columns.ts';
import { auditBundle, bundleText } from './fhir.ts';
import { auditCsv, auditXml } from './files.ts';
import { type AuditRecord, auditRecords, type RecordNames } from './record.ts';

export const FILE_KINDS = ['fhir', 'csv', 'xml'] as const;
export type FileKind = (typeof FILE_KINDS)[number];
const FORM = {
  fhir: { ending: 'fhir.json', type: 'application/fhir+json' },
  csv: { ending: 'csv', type: 'text/csv;charset=utf-8' },
  xml: { ending: 'xml', type: 'application/xml' },
} as const satisfies Record<FileKind, object>;

export interface AuditFile {
  /** Without a name or number of the patient: file names end up in lists of recent files, mails and backups. */
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/** The records of what was proved, newest last, the lines that could not be, and the years that retention took. */
export function recordsOf(
  found: Audit,
  names: RecordNames,
): { records: AuditRecord[]; unproved: number[]; erased: Audit['erased'] } {
  const records: AuditRecord[] = [];
  const unproved: number[] = [];
  for (const { index, verified, line, annex } of found.lines) {
    if (verified && line?.common) records.push(...auditRecords({ ...line, index, common: line.common, annex }, names));
    else unproved.push(index);
  }
  return { records, unproved, erased: found.erased };
}

/** One file. `checkpoint` is under what the lines were proved. */
export function auditFile(
  kind: FileKind,
  of: {
    readonly practice: string;
    readonly at: Instant;
    readonly size: number;
    readonly checkpoint: string;
    readonly records: readonly AuditRecord[];
    readonly unproved: readonly number[];
    readonly erased?: Audit['erased'];
  },
): AuditFile {
  const { practice, at, size, checkpoint, records, unproved, erased = [] } = of;
  const rows = [...erased.map(erasedRow), ...records.map(rowOf), ...unproved.map(unprovedRow)];
  const text =
    kind === 'fhir'
      ? bundleText(auditBundle(of))
      : kind === 'csv'
        ? auditCsv(rows)
        : auditXml({ practice, at: isoInstant(at), size, checkpoint }, rows);
  const { ending, type } = FORM[kind];
  return { name: `wie-keek-${localDate(at)}.${ending}`, type, text };
}

interface Taking {
  readonly dossier: DossierId;
  readonly from?: Instant;
  readonly until?: Instant;
  readonly about?: About;
}

/** Declares, reads and proves. Throws what `declare` and `audit` throw, and then nothing was read. */
async function taken(session: Session, event: 'export' | 'print', what: Taking): Promise<Audit> {
  const { dossier, about } = what;
  const items = [{ dossier, handle: null, facts: [] }];
  await declare(session, { event, of: 'log', items, about: { purpose: 'wie keek meegeven', ...about } });
  return await audit(session, what);
}

/** The file, its declaration in the log before it. */
export async function exportAudit(
  session: Session,
  what: Taking & { readonly kind: FileKind; readonly names: RecordNames },
): Promise<AuditFile> {
  const found = await taken(session, 'export', what);
  return auditFile(what.kind, {
    ...{ practice: session.practice, at: session.now(), size: found.size, checkpoint: found.checkpoint },
    ...recordsOf(found, what.names),
  });
}

/** What is about to be printed, its declaration in the log before it. */
export const printAudit = (session: Session, what: Taking): Promise<Audit> => taken(session, 'print', what);
