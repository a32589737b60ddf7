/** A paper as a tagged PDF (docs/spec/pdf.md). Load this door late: it brings PDFKit and its font engine along. */

import { heading, list, paragraph, title } from './blocks.ts';
import { chart } from './chart.ts';
import type { Paper, PaperBlock } from './paper.ts';
import { type PaperFonts, Sheet } from './sheet.ts';
import { table } from './table.ts';

export {
  type ChartMark,
  fingerprintOf,
  type Paper,
  type PaperBlock,
  type PaperChart,
  type PaperLanguage,
  type PaperTable,
} from './paper.ts';
export type { PaperFonts } from './sheet.ts';

function put(sheet: Sheet, block: PaperBlock): void {
  if (block.kind === 'heading') heading(sheet, block);
  else if (block.kind === 'text') paragraph(sheet, block);
  else if (block.kind === 'list') list(sheet, block);
  else if (block.kind === 'table') table(sheet, block);
  else if (block.kind === 'pairs') {
    table(sheet, { kind: 'table', title: block.title, head: [], rows: block.pairs, rowHeads: true, empty: '' });
  } else chart(sheet, block);
}

/** The file's bytes. The same paper with the same fonts gives the same bytes on the same engine. */
export async function pdfOf(paper: Paper, fonts: PaperFonts): Promise<Uint8Array> {
  const sheet = new Sheet(paper, fonts);
  title(sheet, paper.title, paper.subtitle);
  for (const block of paper.blocks) put(sheet, block);
  return await sheet.bytes();
}
