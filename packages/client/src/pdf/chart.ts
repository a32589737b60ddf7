/** Bars and lines as vectors. A chart is a figure whose alternative text says every mark; the marks' own words stand in it as text. */

import { chartWords, markText, type PaperChart } from './paper.ts';
import { INK, type Sheet } from './sheet.ts';

const MOST_BARS = 28;
const HIGH = 150;

/** A round number at or above the highest mark, so that lines stand at numbers people know. */
export function scaleOf(highest: number): number {
  if (!(highest > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(highest));
  return (
    [1, 2, 2.5, 4, 5, 8, 10].map((step) => step * power).find((step) => step >= highest - power * 1e-9) ?? 10 * power
  );
}

function figure(sheet: Sheet, block: PaperChart, high: number, draw: () => void): void {
  sheet.need(high);
  const top = sheet.y;
  const box = [sheet.left, top, sheet.left + sheet.width, top + high];
  const element = sheet.element('Figure', undefined, {
    alt: sheet.fit(chartWords(block, sheet.words.none)),
    bbox: box,
  });
  sheet.content(element, 'Figure', () => {
    sheet.line(sheet.fit(`${block.title} (${block.unit})`), sheet.left, top, 'strong', sheet.size);
    draw();
  });
  element.end();
  sheet.y = top + high + sheet.size;
}

function bars(sheet: Sheet, block: PaperChart): void {
  const size = sheet.size * 0.9;
  const step = size * 1.7;
  const scale = Math.max(1e-9, ...block.marks.map(({ value }) => value ?? 0));
  const names = block.marks.map(({ label }) => sheet.fit(label).replaceAll('\n', ' '));
  const values = block.marks.map((mark) => sheet.fit(markText(mark, sheet.words.none)));
  const nameWide =
    Math.min(sheet.width * 0.4, Math.max(...names.map((name) => sheet.widthOf(name, 'regular', size)))) + 8;
  const valueWide = Math.max(...values.map((value) => sheet.widthOf(value, 'strong', size))) + 8;
  const room = sheet.width - nameWide - valueWide;
  const first = sheet.y + sheet.size * 1.8;
  for (const [index, mark] of block.marks.entries()) {
    const y = first + index * step;
    const lines = sheet.wrap(names[index]!, nameWide - 8, 'regular', size);
    const name = lines.length === 1 ? lines[0]! : `${lines[0]!}\u2026`;
    sheet.line(name, sheet.left, y, 'regular', size);
    const wide = ((mark.value ?? 0) / scale) * room;
    if (wide > 0) sheet.fill(sheet.left + nameWide, y + size * 0.1, Math.max(wide, 1), size * 1.05, INK.mark);
    sheet.line(values[index]!, sheet.left + nameWide + Math.max(0, wide) + 4, y, 'strong', size);
  }
}

function curve(sheet: Sheet, block: PaperChart): void {
  const size = sheet.size * 0.8;
  const known = block.marks.flatMap(({ value }) => value ?? []);
  const scale = scaleOf(Math.max(0, ...known));
  const left = sheet.left + sheet.widthOf(String(scale), 'regular', size) + 8;
  const right = sheet.left + sheet.width - 12;
  const top = sheet.y + sheet.size * 2;
  const bottom = sheet.y + HIGH - size * 2;
  const x = (index: number) =>
    block.marks.length === 1 ? (left + right) / 2 : left + 6 + ((right - left - 6) * index) / (block.marks.length - 1);
  const y = (value: number) => bottom - (Math.max(0, value) / scale) * (bottom - top);
  for (const part of [0, 0.5, 1]) {
    const value = scale * part;
    sheet.rule(left, y(value), right - left);
    const label = String(value);
    sheet.line(
      label,
      left - 6 - sheet.widthOf(label, 'regular', size),
      y(value) - size * 0.6,
      'regular',
      size,
      INK.quiet,
    );
  }
  const run: [number, number][] = [];
  const draw = () => sheet.path(run.splice(0), INK.mark);
  for (const [index, { value }] of block.marks.entries()) {
    if (value === null) draw();
    else run.push([x(index), y(value)]);
  }
  draw();
  // As many dates under the line as fit beside each other.
  const names = block.marks.map(({ label }) => sheet.fit(label));
  const widest = Math.max(...names.map((name) => sheet.widthOf(name, 'regular', size))) + 10;
  const every = Math.max(1, Math.ceil((widest * names.length) / (right - left)));
  for (const [index, mark] of block.marks.entries()) {
    if (mark.value !== null && block.marks.length <= 60) sheet.dot(x(index), y(mark.value), 2, INK.mark);
    if (index % every !== 0) continue;
    const name = names[index]!;
    const wide = sheet.widthOf(name, 'regular', size);
    const at = Math.min(Math.max(x(index) - wide / 2, sheet.left), sheet.left + sheet.width - wide);
    sheet.line(name, at, bottom + size * 0.5, 'regular', size, INK.quiet);
  }
}

export function chart(sheet: Sheet, block: PaperChart): void {
  if (block.marks.length === 0) return;
  if (block.kind === 'line') {
    figure(sheet, block, HIGH, () => curve(sheet, block));
    return;
  }
  for (let from = 0; from < block.marks.length; from += MOST_BARS) {
    const part = { ...block, marks: block.marks.slice(from, from + MOST_BARS) };
    const high = sheet.size * 1.8 + part.marks.length * sheet.size * 0.9 * 1.7;
    figure(sheet, part, high, () => bars(sheet, part));
  }
}
