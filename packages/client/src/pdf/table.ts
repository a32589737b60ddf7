/** Tables: columns as wide as what stands in them, heads repeated on every page, a row cut only when it is higher than a page. */

import { LEAD, paragraph } from './blocks.ts';
import type { PaperTable } from './paper.ts';
import { type Element, INK, type Sheet, type Weight } from './sheet.ts';

const PAD = 4;
/** So many rows are few. */
const KEEP = 8;

interface Cell {
  readonly lines: string[];
  readonly x: number;
  readonly width: number;
  readonly right: boolean;
  readonly weight: Weight;
  readonly tag: 'TH' | 'TD';
  readonly scope: 'Column' | 'Row' | null;
}

const widest = (sheet: Sheet, text: string, weight: Weight, size: number) =>
  Math.max(...text.split('\n').map((line) => sheet.widthOf(line, weight, size)));
const longestWord = (sheet: Sheet, text: string, weight: Weight, size: number) =>
  Math.max(...text.split(/\s/).map((word) => sheet.widthOf(word, weight, size)));

/** Pairs have no head: their first row says how many columns there are. */
const columnsIn = ({ head, rows }: Pick<PaperTable, 'head' | 'rows'>): number[] =>
  (head.length > 0 ? head : rows[0]!).map((_, column) => column);

/** Each column gets its longest word where that fits, and the rest is shared. */
function columnsOf(sheet: Sheet, { head, rows, rowHeads }: PaperTable, size: number): number[] {
  const wishes = columnsIn({ head, rows }).map((column) => {
    const name = head[column] ?? '';
    const weight = rowHeads === true && column === 0 ? 'strong' : 'regular';
    const cells = rows.map((row) => sheet.fit(row[column] ?? ''));
    const title = sheet.fit(name);
    const of = (measure: typeof widest) =>
      Math.max(measure(sheet, title, 'strong', size), ...cells.map((cell) => measure(sheet, cell, weight, size))) +
      2 * PAD +
      0.5;
    return { least: Math.min(of(longestWord), sheet.width / 3), want: of(widest) };
  });
  const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0);
  const least = sum(wishes.map((one) => one.least));
  if (least >= sheet.width) return wishes.map((one) => (one.least / least) * sheet.width);
  // What is left goes round in equal parts: a short column gets all it wants, a long one what remains.
  const widths = wishes.map((one) => one.least);
  let spare = sheet.width - least;
  let wanting = wishes.map((_, column) => column).filter((column) => wishes[column]!.want > widths[column]!);
  while (wanting.length > 0 && spare > 0.01) {
    const part = spare / wanting.length;
    for (const column of wanting) {
      const given = Math.min(part, wishes[column]!.want - widths[column]!);
      widths[column] = widths[column]! + given;
      spare -= given;
    }
    wanting = wanting.filter((column) => wishes[column]!.want - widths[column]! > 0.01);
  }
  return widths;
}

function draw(
  sheet: Sheet,
  cells: readonly Cell[],
  from: number,
  count: number,
  size: number,
  row: Element | null,
): void {
  const top = sheet.y + PAD * 0.6;
  for (const cell of cells) {
    const write = () => {
      for (const [index, line] of cell.lines.slice(from, from + count).entries()) {
        const more = from + index < cell.lines.length - 1 ? ' ' : '';
        const space = cell.right ? cell.width - 2 * PAD - sheet.widthOf(line, cell.weight, size) : 0;
        sheet.line(line + more, cell.x + PAD + space, top + index * size * LEAD, cell.weight, size);
      }
    };
    if (row === null) {
      write();
      continue;
    }
    const element = sheet.element(cell.tag, row, cell.scope === null ? {} : { scope: cell.scope });
    sheet.content(element, cell.tag, write);
  }
}

export function table(sheet: Sheet, block: PaperTable): void {
  const size = sheet.size * 0.92;
  if (block.rows.length === 0) {
    paragraph(sheet, { kind: 'text', text: block.empty, tone: 'quiet' });
    return;
  }
  const widths = columnsOf(sheet, block, size);
  const starts = widths.map((_, column) => sheet.left + widths.slice(0, column).reduce((a, b) => a + b, 0));
  const cellsOf = (row: readonly string[], isHead: boolean): Cell[] =>
    columnsIn(block).map((column) => {
      const first = column === 0 && block.rowHeads === true && !isHead;
      const weight = isHead || first ? 'strong' : 'regular';
      return {
        lines: sheet.wrap(row[column] ?? '', widths[column]! - 2 * PAD, weight, size),
        x: starts[column]!,
        width: widths[column]!,
        right: block.align?.[column] === 'right',
        weight,
        tag: isHead || first ? 'TH' : 'TD',
        scope: isHead ? 'Column' : first ? 'Row' : null,
      };
    });
  const linesOf = (cells: readonly Cell[]) => Math.max(...cells.map(({ lines }) => lines.length));
  const heightOf = (lines: number) => lines * size * LEAD + PAD * 1.2;
  const heads = cellsOf(block.head, true);
  const wide = widths.reduce((a, b) => a + b, 0);
  const hasHead = block.head.length > 0;
  const headHigh = hasHead ? heightOf(linesOf(heads)) : 0;
  const head = (row: Element | null) => {
    if (!hasHead) return;
    sheet.artifact(() => sheet.fill(sheet.left, sheet.y, wide, headHigh, INK.fill));
    if (row === null) sheet.artifact(() => draw(sheet, heads, 0, Number.POSITIVE_INFINITY, size, null), 'Pagination');
    else draw(sheet, heads, 0, Number.POSITIVE_INFINITY, size, row);
    sheet.y += headHigh;
  };

  const element = sheet.element('Table', undefined, { title: sheet.fit(block.title) });
  const page = sheet.bottom - sheet.top - headHigh;
  const few = block.rows.slice(0, KEEP).map((row) => heightOf(linesOf(cellsOf(row, false))));
  const whole = few.reduce((a, b) => a + b, 0);
  // A short table stays together; of a long one the head and the first row do.
  sheet.need(headHigh + (block.rows.length <= KEEP && whole <= page / 3 ? whole : Math.min(few[0]!, page)));
  if (hasHead) head(sheet.element('TR', sheet.element('THead', element)));
  const body = sheet.element('TBody', element);
  for (const values of block.rows) {
    const cells = cellsOf(values, false);
    const lines = linesOf(cells);
    let row = sheet.element('TR', body);
    let from = 0;
    while (from < lines) {
      const high = heightOf(lines - from);
      if (high > sheet.room && (high <= page || sheet.room < heightOf(1))) {
        sheet.turn();
        head(null);
      }
      const count = Math.min(lines - from, Math.max(1, Math.floor((sheet.room - PAD * 1.2) / (size * LEAD))));
      // What goes on after a page is a row of its own: cells cannot be in two places.
      if (from > 0) row = sheet.element('TR', body);
      draw(sheet, cells, from, count, size, row);
      sheet.y += heightOf(count);
      from += count;
    }
    sheet.artifact(() => sheet.rule(sheet.left, sheet.y, wide));
  }
  element.end();
  sheet.y += sheet.size * 0.9;
}
