/** The norm's field list (NEN 7513 8.6) as CSV and as XML; both are rows of the same columns (columns.ts). */

import { stringify } from 'csv-stringify/browser/esm/sync';
import XmlBuilder from 'fast-xml-builder';
import { type Cell, COLUMNS, type Row } from './columns.ts';

export const XML_NAMESPACE = 'urn:ketenkluis:nen7513:1';

/**
 * What a spreadsheet would take for a formula, also behind white space or what nobody sees, and what stands for "no value" (`?why`), is
 * text behind one apostrophe.
 */
const GUARDED = /^(?:['?\t\r\n]|[\s\p{C}]*[=+\-@\u2212\uff1d\uff0b\uff0d\uff20])/u;
export const cellText = (cell: Cell): string => {
  if ('missing' in cell) return `?${cell.missing}`;
  return GUARDED.test(cell.value) ? `'${cell.value}` : cell.value;
};
const EMPTY: Cell = { missing: 'none' };
/** A line end of any kind inside a cell stays inside it: without quotes a spreadsheet begins a row there, and takes what follows for a cell. */
const FORM = {
  delimiter: ';',
  record_delimiter: 'windows',
  bom: true,
  quoted_match: /[\r\n\v\f\u0085\u2028\u2029]/,
} as const;

/** RFC 4180 with semicolons and a byte order mark: what a Dutch spreadsheet opens. First the numbers of the fields, then their names. */
export function auditCsv(rows: readonly Row[]): string {
  const table = [
    COLUMNS.map(({ key }) => key),
    COLUMNS.map(({ title }) => title),
    ...rows.map((row) => COLUMNS.map(({ key }) => cellText(row.get(key) ?? EMPTY))),
  ];
  return stringify(table, FORM);
}

/** Any table in the same form. */
export const tableCsv = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  stringify(
    [head, ...rows].map((row) => row.map((value) => cellText({ value }))),
    FORM,
  );

export interface FileHead {
  readonly practice: string;
  /** Instant, ISO 8601. */
  readonly at: string;
  /** Size and signed note of the checkpoint under which the lines were proved. */
  readonly size: number;
  readonly checkpoint: string;
}

/** One element per record, one per field in it: its number, its name, and its text or why there is none. */
export function auditXml(head: FileHead, rows: readonly Row[]): string {
  const builder = new XmlBuilder({
    ...{ ignoreAttributes: false, attributeNamePrefix: '@', textNodeName: '#', format: false },
    ...{ suppressEmptyNode: true, suppressBooleanAttributes: false, processEntities: true },
  });
  const record = rows.map((row) => ({
    field: COLUMNS.map(({ key, nen, title }) => {
      const cell = row.get(key) ?? EMPTY;
      return {
        ...{ '@key': key, ...(nen === null ? {} : { '@nen': nen }), '@title': title },
        ...('missing' in cell ? { '@missing': cell.missing } : { '#': cell.value }),
      };
    }),
  }));
  return builder.build({
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    log: {
      ...{ '@xmlns': XML_NAMESPACE, '@norm': 'NEN 7513:2018', '@practice': head.practice, '@made': head.at },
      ...{ '@size': `${head.size}`, checkpoint: head.checkpoint, record },
    },
  });
}
