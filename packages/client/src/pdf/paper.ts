/**
 * What a PDF of this project says, before it has pages (docs/spec/pdf.md): plain data, so that a screen, a command and a test can hold it
 * against what came out. Pure; who renders it is `render.ts`.
 */

import { base32, canonicalJson, type Instant } from '@ketenkluis/base';
import { sha256 } from '@ketenkluis/ledger';

export type PaperLanguage = 'nl' | 'en';
export type CellAlign = 'left' | 'right';

export interface PaperTable {
  readonly kind: 'table';
  /** What the table is about; read aloud before its cells. */
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly align?: readonly CellAlign[];
  /** The first cell of a row says what the row is. */
  readonly rowHeads?: boolean;
  /** Said in place of a table without rows. */
  readonly empty: string;
}
export interface ChartMark {
  readonly label: string;
  /** Null is "no value": a gap, never a zero. */
  readonly value: number | null;
  /** As people write it; the number itself where it is left out. */
  readonly text?: string;
}
export interface PaperChart {
  readonly kind: 'bars' | 'line';
  readonly title: string;
  /** What is counted or measured, with its unit. */
  readonly unit: string;
  readonly marks: readonly ChartMark[];
}
export type PaperBlock =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string; readonly newPage?: boolean }
  | { readonly kind: 'text'; readonly text: string; readonly tone?: 'plain' | 'strong' | 'quiet' | 'warning' }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | { readonly kind: 'pairs'; readonly title: string; readonly pairs: readonly (readonly [string, string])[] }
  | PaperTable
  | PaperChart;

export interface Paper {
  readonly language: PaperLanguage;
  readonly title: string;
  readonly subtitle?: string;
  /** On whose behalf: a practice. Stands in the footer and in the file's properties. */
  readonly of: string;
  /** Generated at. The only time that reaches the file. */
  readonly at: Instant;
  /** `large` for patients: 14 points. */
  readonly size?: 'normal' | 'large';
  readonly blocks: readonly PaperBlock[];
}

/** SHA-256 over the paper's canonical JSON, base32; numbers are written as text, because charts have fractions. */
export function fingerprintOf(paper: Paper): string {
  const plain = JSON.parse(
    JSON.stringify(paper, (_key, value) =>
      typeof value === 'number' ? String(value) : typeof value === 'string' ? value.toWellFormed() : value,
    ),
  );
  return base32(sha256(canonicalJson(plain)));
}

/** What a chart says to whoever cannot see it: every mark, in words. */
export const chartWords = ({ title, unit, marks }: PaperChart, none: string): string =>
  `${title} (${unit}): ${marks.map((mark) => `${mark.label} ${markText(mark, none)}`).join('; ')}.`;
export const markText = ({ value, text }: ChartMark, none: string): string =>
  text ?? (value === null ? none : String(value));
