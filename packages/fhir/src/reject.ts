/** Everything that can be wrong with a source, as a closed list: one code, one sentence that names the mend. */

const SENTENCE = {
  // The file as a whole
  'link-outside': 'this link points out of the folder and is not followed; copy the file into the folder',
  unreadable: 'the file cannot be read by this user; give read permission',
  'not-recognised': 'this is no FHIR R4 JSON and no CSV of the documented form; the file is left out',
  compressed: 'the file is compressed; unpack it first',
  xml: 'the file is XML; export FHIR R4 as JSON or NDJSON',
  stu3: 'this is FHIR STU3, not R4, and is not read; export it as R4',
  bom: 'the file begins with a byte order mark; it is read without it',
  crlf: 'the lines end in CR LF; they are read without the CR',
  // A line of JSON
  'line-too-long': 'the line is longer than 50 MB and is left out',
  'not-utf8': 'the line is not UTF-8 and is left out',
  'broken-json': 'the line is no JSON and is left out',
  truncated: 'the file ends in the middle of this record; export it again',
  'not-an-object': 'this is JSON but no resource and is left out',
  'no-type': 'the resource names no resourceType and is left out',
  'unknown-type': 'the resourceType does not exist in FHIR R4; the record is left out',
  'duplicate-key': 'the resource names its resourceType twice and is left out',
  'prototype-key': 'a field is named like an internal of JavaScript; the record is left out',
  'too-deep': 'the record is nested deeper than 64 levels and is left out',
  'wrong-shape': 'a field has the wrong kind of value; the record is left out',
  'no-id': 'the resource has no usable id and is left out',
  'duplicate-id': 'an earlier record has the same type and id; this one is left out',
  'no-such-day': 'a date names a day that does not exist; the record is left out',
  'not-a-date': 'a date is not written as FHIR asks; the record is left out',
  'date-placeholder': 'a date is a placeholder that was never filled in; the record is left out',
  'no-patient': 'the record names no patient and is left out',
  'dangling-reference': 'the record refers to one that is not in this source',
  'patient-replaced': 'a link here says that a patient record is used no more; nothing is taken of that record',
  'reference-cycle': 'the record refers back to itself along partOf, hasMember, derivedFrom, basedOn or replaces',
  'bsn-wrong': 'the BSN fails the 11-test; the patient is read, the number is not',
  'bsn-short': 'the BSN has eight digits, its leading zero was lost; the patient is read, the number is not',
  'bsn-twice': 'the patient has two different BSNs; the patient is read, the numbers are not',
  'bsn-masked': 'the BSN is masked by the source; the patient is read without it',
  // A row of CSV
  'csv-header': 'the first row is no header of the documented form; see docs/spec/csv.md',
  'csv-separator': 'the columns are not separated by semicolons; save the file as CSV with semicolons',
  'csv-encoding': 'the row is not UTF-8; save the file as "CSV UTF-8"',
  'csv-columns': 'the row has another number of columns than the header and is left out',
  'csv-quotes': 'a quotation mark is opened and not closed; the row is left out',
  'csv-formula': 'a cell holds a formula; the row is left out, paste values only',
  'csv-number': 'a number is not written as 7.5 or 7,5; the row is left out',
  'csv-decimal-comma': 'numbers have a decimal comma; they are read as decimals',
  'csv-date': 'a date is not written as jjjj-mm-dd or dd-mm-jjjj, or does not exist; the row is left out',
  'csv-value': 'a column holds a value that the documented form does not know; the row is left out',
  'csv-missing': 'a column that must be filled is empty; the row is left out',
} as const;

export type RejectionCode = keyof typeof SENTENCE;
export const REJECTION_CODES = Object.keys(SENTENCE) as RejectionCode[];

/** These say what was done; the record itself is read. */
const NOTICES: ReadonlySet<RejectionCode> = new Set([
  'bom',
  'crlf',
  'dangling-reference',
  'patient-replaced',
  'reference-cycle',
  'bsn-wrong',
  'bsn-short',
  'bsn-twice',
  'bsn-masked',
  'csv-decimal-comma',
]);
export const isNotice = (code: RejectionCode): boolean => NOTICES.has(code);

export interface Rejection {
  /** Path inside the source, with forward slashes. */
  readonly file: string;
  /** From 1; 0 is the file as a whole. */
  readonly line: number;
  readonly code: RejectionCode;
  /** The name of a field or column, never its value. */
  readonly field?: string;
}

/** `code: sentence`, with the field where there is one. Never patient data. */
export const reasonOf = ({ code, field }: Pick<Rejection, 'code' | 'field'>): string =>
  field === undefined ? `${code}: ${SENTENCE[code]}` : `${code}: ${SENTENCE[code]} (${field})`;
