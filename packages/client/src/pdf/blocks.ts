/** Text of a paper: headings, paragraphs, lists, pairs. */

import type { PaperBlock } from './paper.ts';
import { type Element, INK, type Sheet, type Weight } from './sheet.ts';

type Block<K extends PaperBlock['kind']> = Extract<PaperBlock, { kind: K }>;
export const LEAD = 1.35;

interface Style {
  readonly x: number;
  readonly width: number;
  readonly weight: Weight;
  readonly size: number;
  readonly colour: string;
}

/** Writes lines as content of one element, over as many pages as it takes. A space parts what is read aloud as one text. */
export function flow(sheet: Sheet, element: Element, tag: string, text: string, style: Style): void {
  const high = style.size * LEAD;
  const lines = sheet.wrap(text, style.width, style.weight, style.size);
  while (lines.length > 0) {
    sheet.need(high);
    const some = lines.splice(0, Math.max(1, Math.floor(sheet.room / high)));
    sheet.content(element, tag, () => {
      for (const [index, line] of some.entries()) {
        const last = lines.length === 0 && index === some.length - 1;
        sheet.line(last ? line : `${line} `, style.x, sheet.y, style.weight, style.size, style.colour);
        sheet.y += high;
      }
    });
  }
}

const whole = (sheet: Sheet, weight: Weight, size: number, colour: string = INK.text): Style => ({
  x: sheet.left,
  width: sheet.width,
  weight,
  size,
  colour,
});

export function title(sheet: Sheet, text: string, subtitle: string | undefined): void {
  const head = sheet.element('H1');
  flow(sheet, head, 'H1', text, whole(sheet, 'strong', sheet.size * 2));
  head.end();
  if (subtitle !== undefined) {
    const under = sheet.element('P');
    flow(sheet, under, 'P', subtitle, whole(sheet, 'regular', sheet.size * 1.2, INK.quiet));
    under.end();
  }
  sheet.y += sheet.size;
}

export function heading(sheet: Sheet, { level, text, newPage }: Block<'heading'>): void {
  const size = sheet.size * (level === 2 ? 1.5 : 1.2);
  if (newPage === true && sheet.y > sheet.top) sheet.turn();
  else if (sheet.y > sheet.top) sheet.y += size * 0.7;
  // A heading never stands alone at the foot of a page.
  sheet.need(size * LEAD + sheet.size * LEAD * 4);
  if (level === 2) sheet.bookmark(sheet.fit(text));
  const element = sheet.element(`H${level}`);
  flow(sheet, element, `H${level}`, text, whole(sheet, 'strong', size));
  element.end();
  sheet.y += sheet.size * 0.3;
}

export function paragraph(sheet: Sheet, { text, tone }: Block<'text'>): void {
  const element = sheet.element('P');
  const colour = tone === 'quiet' ? INK.quiet : tone === 'warning' ? INK.warning : INK.text;
  const weight = tone === 'strong' || tone === 'warning' ? 'strong' : 'regular';
  flow(sheet, element, 'P', text, whole(sheet, weight, sheet.size, colour));
  element.end();
  sheet.y += sheet.size * 0.6;
}

export function list(sheet: Sheet, { items }: Block<'list'>): void {
  if (items.length === 0) return;
  const indent = sheet.size * 1.4;
  const element = sheet.element('L');
  for (const item of items) {
    sheet.need(sheet.size * LEAD);
    const one = sheet.element('LI', element);
    const label = sheet.element('Lbl', one);
    sheet.content(label, 'Lbl', () =>
      sheet.line('\u2022', sheet.left + sheet.size * 0.4, sheet.y, 'regular', sheet.size, INK.quiet),
    );
    const body = sheet.element('LBody', one);
    flow(sheet, body, 'LBody', item, {
      ...whole(sheet, 'regular', sheet.size),
      x: sheet.left + indent,
      width: sheet.width - indent,
    });
    sheet.y += sheet.size * 0.15;
  }
  element.end();
  sheet.y += sheet.size * 0.6;
}
