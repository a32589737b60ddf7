/** The same paper as one HTML page without scripts: to search in, to copy from, for whoever reads no PDF. */

import type { Paper, PaperBlock } from '@ketenkluis/client/pdf';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const row = (cells: readonly string[], tag: 'td' | 'th', align: readonly string[] = []): string =>
  `<tr>${cells.map((cell, i) => `<${tag}${tag === 'th' ? ' scope="col"' : ''}${align[i] === 'right' ? ' class="r"' : ''}>${escaped(cell)}</${tag}>`).join('')}</tr>`;

function html(block: PaperBlock): string {
  switch (block.kind) {
    case 'heading':
      return `<h${block.level}>${escaped(block.text)}</h${block.level}>`;
    case 'text':
      return `<p class="${block.tone ?? 'plain'}">${escaped(block.text)}</p>`;
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul>`;
    case 'pairs':
      return `<table><caption>${escaped(block.title)}</caption>${block.pairs.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`).join('')}</table>`;
    case 'table':
      if (block.rows.length === 0) return `<p class="quiet">${escaped(block.empty)}</p>`;
      return `<table><caption>${escaped(block.title)}</caption><thead>${row(block.head, 'th', block.align)}</thead><tbody>${block.rows.map((cells) => row(cells, 'td', block.align)).join('')}</tbody></table>`;
    default:
      if (block.marks.length === 0) return '';
      return `<table><caption>${escaped(`${block.title} (${block.unit})`)}</caption>${block.marks.map(({ label, value }) => row([label, `${value ?? 'geen waarde'}`], 'td', ['left', 'right'])).join('')}</table>`;
  }
}

const STYLE =
  'body{font:16px/1.5 sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}table{border-collapse:collapse;width:100%;margin:1rem 0}caption{text-align:left;font-weight:600}td,th{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}.r{text-align:right}h2{margin-top:3rem}.warning{color:#8a3a00;font-weight:600}.quiet{color:#4a5159}@media print{h2{break-before:page}}';

export const pageOf = ({ title, subtitle, blocks, language }: Paper): string =>
  `<!doctype html><html lang="${language}"><meta charset="utf-8"><title>${escaped(title)}</title><style>${STYLE}</style><h1>${escaped(title)}</h1><p>${escaped(subtitle ?? '')}</p>${blocks.map(html).join('\n')}</html>\n`;
