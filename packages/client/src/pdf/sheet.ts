/**
 * Pages: cursor, wrapping, tags. The one place that knows PDFKit. Every stroke is either content of a structure element or an artifact, as
 * tagged PDF asks (ISO 32000-1, 14.8); nothing is marked while a page is turned.
 */

import PDFDocument from 'pdfkit';
import { fingerprintOf, type Paper } from './paper.ts';
import { PAPER_WORDS, type PaperWords, paperTime, shortPrint } from './words.ts';

/** TrueType or OpenType files as bytes: whoever renders brings them, from disk or over the network. */
export interface PaperFonts {
  readonly regular: Uint8Array;
  readonly strong: Uint8Array;
}
export type Weight = keyof PaperFonts;
export type Element = PDFKit.PDFStructureElement;
/** Dark enough on white for WCAG AA (4.5:1) wherever text stands in them. */
export const INK = {
  text: '#1b1f24',
  quiet: '#4a5159',
  rule: '#c5cad1',
  fill: '#eef1f4',
  mark: '#1f5f8b',
  warning: '#8a3a00',
};

const WIDTH = 595.28;
const HEIGHT = 841.89;
const MARGIN = 54;
const FOOT = 40;
/** Shown where the font has no sign: a gap that is seen. */
const UNKNOWN = '\u25a1';

export class Sheet {
  readonly left = MARGIN;
  readonly width = WIDTH - 2 * MARGIN;
  readonly top = MARGIN;
  readonly bottom = HEIGHT - MARGIN - FOOT;
  readonly words: PaperWords;
  readonly size: number;
  readonly #paper: Paper;
  readonly #pdf: PDFKit.PDFDocument;
  readonly #root: Element;
  readonly #widths = new Map<string, number>();
  readonly #known = new Map<string, boolean>();
  y = MARGIN;

  constructor(paper: Paper, fonts: PaperFonts) {
    this.#paper = paper;
    this.words = PAPER_WORDS[paper.language];
    this.size = paper.size === 'large' ? 14 : 10;
    const at = new Date(paper.at);
    const options = {
      size: 'A4',
      margin: 0,
      autoFirstPage: false,
      bufferPages: true,
      pdfVersion: '1.7',
      lang: this.words.tag,
      tagged: true,
      displayTitle: true,
      subset: 'PDF/UA',
      font: null,
      info: {
        Title: paper.title.toWellFormed(),
        Author: paper.of.toWellFormed(),
        Creator: 'Ketenkluis',
        Producer: 'PDFKit',
        Keywords: fingerprintOf(paper),
        CreationDate: at,
        ModDate: at,
      },
    };
    this.#pdf = new PDFDocument(options as unknown as PDFKit.PDFDocumentOptions);
    for (const weight of ['regular', 'strong'] as const) {
      this.#pdf.registerFont(weight, fonts[weight] as unknown as PDFKit.Mixins.PDFFontSource);
    }
    this.#pdf.font('regular');
    this.#root = this.#pdf.struct('Document');
    this.#pdf.addStructure(this.#root);
    this.#pdf.addPage();
  }

  /** A new element under `parent`, or under the document; whoever asked ends it. */
  element(type: string, parent: Element = this.#root, options: Record<string, unknown> = {}): Element {
    const made = this.#pdf.struct(type, options as PDFKit.Mixins.StructureElementOptions);
    parent.add(made);
    return made;
  }

  /** Draws as content of `element`; nothing in it may turn the page. */
  content(element: Element, tag: string, draw: () => void): void {
    const content = this.#pdf.markStructureContent(tag);
    draw();
    this.#pdf.endMarkedContent();
    element.add(content);
  }

  /** Draws what is no content: rules, fills, repeated heads, the footer. */
  artifact(draw: () => void, type: 'Layout' | 'Pagination' = 'Layout'): void {
    this.#pdf.markContent('Artifact', { type });
    draw();
    this.#pdf.endMarkedContent();
  }

  bookmark(text: string): void {
    this.#pdf.outline.addItem(text);
  }

  turn(): void {
    this.#pdf.addPage();
    this.y = this.top;
  }

  get room(): number {
    return this.bottom - this.y;
  }

  /** Turns the page when `height` does not fit on it; what is higher than a page begins where it is. */
  need(height: number): void {
    if (height > this.room && this.y > this.top) this.turn();
  }

  widthOf(text: string, weight: Weight, size: number): number {
    const key = `${weight}${text}`;
    let found = this.#widths.get(key);
    if (found === undefined) {
      found = this.#pdf.font(weight).fontSize(1000).widthOfString(text) / 1000;
      this.#widths.set(key, found);
    }
    return found * size;
  }

  /** Only what can be drawn: whole characters, one space for any white, a square for what the font lacks. */
  fit(text: string): string {
    const whole = text
      .toWellFormed()
      .normalize('NFC')
      .replace(/[^\S\n]+/g, ' ');
    return [...whole].map((sign) => (sign === '\n' || this.#has(sign) ? sign : UNKNOWN)).join('');
  }

  #has(sign: string): boolean {
    let found = this.#known.get(sign);
    if (found === undefined) {
      // PDFKit holds the parsed font beside its own wrapper; its types do not say so.
      const { font } = (this.#pdf.font('regular') as unknown as { _font: { font: FontFile } })._font;
      found = font.hasGlyphForCodePoint(sign.codePointAt(0)!);
      this.#known.set(sign, found);
    }
    return found;
  }

  /** Lines of at most `width`; a word that is longer is cut. An empty text is one empty line. */
  wrap(text: string, width: number, weight: Weight, size: number): string[] {
    return this.fit(text)
      .split('\n')
      .flatMap((paragraph) => this.#wrapLine(paragraph, width, weight, size));
  }

  #wrapLine(text: string, width: number, weight: Weight, size: number): string[] {
    const space = this.widthOf(' ', weight, size);
    const lines: string[] = [];
    let line = '';
    let used = 0;
    for (const word of text.split(' ').flatMap((one) => this.#cut(one, width, weight, size))) {
      const wide = this.widthOf(word, weight, size);
      if (line !== '' && used + space + wide > width) {
        lines.push(line);
        line = '';
        used = 0;
      }
      used += line === '' ? wide : space + wide;
      line = line === '' ? word : `${line} ${word}`;
    }
    return [...lines, line];
  }

  #cut(word: string, width: number, weight: Weight, size: number): string[] {
    if (word.length < 4 || this.widthOf(word, weight, size) <= width) return [word];
    const pieces: string[] = [];
    let piece = '';
    for (const sign of word) {
      if (piece !== '' && this.widthOf(piece + sign, weight, size) > width) {
        pieces.push(piece);
        piece = '';
      }
      piece += sign;
    }
    return [...pieces, piece];
  }

  /** One line, its top at `y`. */
  line(text: string, x: number, y: number, weight: Weight, size: number, colour: string = INK.text): void {
    if (text === '') return;
    this.#pdf.font(weight).fontSize(size).fillColor(colour).text(text, x, y, { lineBreak: false });
  }

  rule(x: number, y: number, width: number, colour: string = INK.rule, thick = 0.5): void {
    this.#pdf
      .lineWidth(thick)
      .strokeColor(colour)
      .moveTo(x, y)
      .lineTo(x + width, y)
      .stroke();
  }

  fill(x: number, y: number, width: number, height: number, colour: string): void {
    this.#pdf.rect(x, y, width, height).fill(colour);
  }

  dot(x: number, y: number, radius: number, colour: string): void {
    this.#pdf.circle(x, y, radius).fill(colour);
  }

  path(points: readonly (readonly [number, number])[], colour: string): void {
    const [first, ...rest] = points;
    if (first === undefined || rest.length === 0) return;
    this.#pdf
      .lineWidth(1.5)
      .lineJoin('round')
      .strokeColor(colour)
      .moveTo(...first);
    for (const point of rest) this.#pdf.lineTo(...point);
    this.#pdf.stroke();
  }

  /** Feet every page, closes the tree and gives the file. */
  async bytes(): Promise<Uint8Array> {
    this.#root.end();
    const { count } = this.#pdf.bufferedPageRange();
    const { of, title, at } = this.#paper;
    const made = this.words.made(paperTime(at, this.words));
    const mark = this.words.mark(shortPrint(fingerprintOf(this.#paper)));
    const [name, head] = [this.fit(of), this.fit(title)];
    for (let page = 0; page < count; page += 1) {
      this.#pdf.switchToPage(page);
      const number = this.words.page(page + 1, count);
      const y = HEIGHT - MARGIN - 16;
      this.artifact(() => {
        this.rule(this.left, y - 6, this.width);
        this.line(this.#short(`${name} \u00b7 ${head}`, this.width - 90), this.left, y, 'regular', 8, INK.quiet);
        this.line(number, this.left + this.width - this.widthOf(number, 'regular', 8), y, 'regular', 8, INK.quiet);
        this.line(`${made} \u00b7 ${mark}`, this.left, y + 11, 'regular', 8, INK.quiet);
      }, 'Pagination');
    }
    const chunks: Uint8Array[] = [];
    const done = new Promise<void>((resolve, reject) => {
      this.#pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      this.#pdf.on('end', () => resolve());
      this.#pdf.on('error', reject);
    });
    this.#pdf.end();
    await done;
    const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  #short(text: string, width: number): string {
    let kept = text;
    while (this.widthOf(kept, 'regular', 8) > width) kept = `${[...kept].slice(0, -2).join('')}\u2026`;
    return kept;
  }
}

interface FontFile {
  hasGlyphForCodePoint(point: number): boolean;
}
