/**
 * The documented CSV (`docs/spec/csv.md`): six tables with Dutch headers, semicolons, UTF-8, that a practice manager can
 * make from any GP system. Each row becomes the R4 resource that the same fact would be in FHIR.
 */

import { parse } from 'csv-parse/browser/esm/sync';
import { type Cells, CSV_TABLES, type CsvTable, type RowResult } from './csv-tables.ts';
import { decode, forEachBlock } from './lines.ts';
import type { RejectionCode } from './reject.ts';
import type { Resource } from './resource.ts';

export interface CsvHandler {
  row(resource: Resource, line: number): void;
  reject(code: RejectionCode, line: number, field?: string): void;
  /** The whole file is left out. */
  refuse(code: RejectionCode, line: number): void;
}

const LF = 10;
const SEPARATORS = [';', ',', '\t', '|'];

const names = (line: string, separator: string): string[] =>
  line.split(separator).map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/, '$1')
      .trim()
      .toLowerCase(),
  );

/** The separator and table of a header line, however it is separated; undefined when it is none of ours. */
function headerOf(
  line: string,
): { readonly separator: string; readonly table: CsvTable; readonly columns: string[] } | undefined {
  for (const separator of SEPARATORS) {
    const columns = names(line, separator);
    const table = CSV_TABLES.find((one) => one.required.every((column) => columns.includes(column)));
    if (table !== undefined) return { separator, table, columns };
  }
  return undefined;
}

/** A first row that means to be ours: even when a column is missing it gets a word about that, not "not recognised". */
export function isCsvHeader(line: string): boolean {
  return (
    headerOf(line) !== undefined || SEPARATORS.some((separator) => names(line, separator).includes('patientnummer'))
  );
}

/** `=1+1`, `@cmd`, `+x`: what a spreadsheet would run. A number with a sign is a number. */
const isFormula = (cell: string): boolean => /^[=@]|^[+-](?![\d.,]+$)/.test(cell);

const hasOpenQuote = (line: string): boolean => (line.split('"').length - 1) % 2 === 1;

/** The cells of each line; undefined when some line breaks the quoting rules. */
function tryCells(lines: string): string[][] | undefined {
  try {
    return parse(lines, {
      delimiter: ';',
      relax_column_count: true,
      skip_empty_lines: false,
      record_delimiter: ['\r\n', '\n'],
      trim: true,
    }) as string[][];
  } catch {
    return undefined;
  }
}

/** Reads one table. Cells hold no line feeds, so that a row is a line. */
export async function readCsv(chunks: AsyncIterable<Uint8Array>, on: CsvHandler): Promise<void> {
  let table: CsvTable | undefined;
  let columns: readonly string[] = [];
  let refused = false;
  let commaNoted = false;

  const header = (text: string, line: number): void => {
    const found = headerOf(text.replace(/\r$/, ''));
    refused = found === undefined || found.separator !== ';';
    if (found === undefined) on.refuse('csv-header', line);
    else if (found.separator !== ';') on.refuse('csv-separator', line);
    else ({ table, columns } = found);
  };

  const row = (cells: readonly string[], line: number): void => {
    if (table === undefined || cells.every((cell) => cell === '')) return;
    if (cells.length !== columns.length) {
      on.reject('csv-columns', line);
      return;
    }
    const formula = cells.findIndex(isFormula);
    if (formula >= 0) {
      on.reject('csv-formula', line, columns[formula]);
      return;
    }
    const values: Cells = new Map(columns.map((column, i) => [column, cells[i]!]));
    const missing = table.filled.find((column) => (values.get(column) ?? '') === '');
    if (missing !== undefined) {
      on.reject('csv-missing', line, missing);
      return;
    }
    const result: RowResult = table.read(values);
    if ('fault' in result) {
      on.reject(result.fault, line, result.field);
      return;
    }
    if (result.decimalComma === true && !commaNoted) {
      commaNoted = true;
      on.reject('csv-decimal-comma', line);
    }
    on.row(result.resource, line);
  };

  const lines = (text: string, first: number): void => {
    const each = text.split('\n');
    if (each.at(-1) === '') each.pop();
    let from = 0;
    if (table === undefined) {
      while (from < each.length && each[from]!.trim() === '') from++;
      if (from === each.length) return;
      header(each[from]!, first + from);
      from++;
      if (refused) return;
    }
    // A cell left open would swallow the following rows: such a line is named and kept apart.
    const good: string[] = [];
    for (let i = from; i < each.length; i++) {
      const open = hasOpenQuote(each[i]!);
      if (open) on.reject('csv-quotes', first + i);
      good.push(open ? '' : each[i]!);
    }
    if (good.length === 0) return;
    const rows = tryCells(good.join('\n'));
    if (rows !== undefined) {
      for (const [i, cells] of rows.entries()) row(cells, first + from + i);
      return;
    }
    // Some row breaks the quoting rules: find out which, and read the others.
    for (const [i, one] of good.entries()) {
      if (one.trim() === '') continue;
      const cells = tryCells(one)?.[0];
      if (cells === undefined) on.reject('csv-quotes', first + from + i);
      else row(cells, first + from + i);
    }
  };

  await forEachBlock(
    chunks,
    ({ bytes, line }) => {
      let count = 0;
      let from = 0;
      const whole = decode(bytes);
      while (from < bytes.length) {
        const end = bytes.indexOf(LF, from);
        const to = end < 0 ? bytes.length : end + 1;
        if (whole === undefined && !refused) {
          const one = decode(bytes.subarray(from, to));
          if (one !== undefined) lines(one, line + count);
          else if (table === undefined) {
            refused = true;
            on.refuse('csv-encoding', line + count);
          } else on.reject('csv-encoding', line + count);
        }
        count++;
        from = to;
      }
      if (whole !== undefined && !refused) lines(whole, line);
      return count;
    },
    (line) => on.reject('line-too-long', line),
  );
}
