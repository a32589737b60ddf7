import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { instant } from '@ketenkluis/base';
import fc from 'fast-check';
import { getDocumentProxy } from 'unpdf';
import { describe, expect, it } from 'vitest';
import { scaleOf } from './chart.ts';
import { fingerprintOf, type Paper, type PaperBlock, pdfOf } from './index.ts';

const font = (url: string) => new Uint8Array(readFileSync(fileURLToPath(url)));
const fonts = {
  regular: font(import.meta.resolve('@expo-google-fonts/source-sans-3/400Regular/SourceSans3_400Regular.ttf')),
  strong: font(import.meta.resolve('@expo-google-fonts/source-sans-3/600SemiBold/SourceSans3_600SemiBold.ttf')),
};
const at = instant(Date.UTC(2026, 10, 22, 14, 5));
const paper = (blocks: readonly PaperBlock[], more: Partial<Paper> = {}): Paper => ({
  language: 'nl',
  title: 'Wie keek er in de dossiers?',
  of: 'Huisartsenpraktijk De Linde',
  at,
  blocks,
  ...more,
});

interface Node {
  readonly role?: string;
  readonly type?: string;
  readonly alt?: string;
  readonly children?: readonly Node[];
}
/** Read back by Mozilla's reader, which shares nothing with the writer. */
async function read(bytes: Uint8Array) {
  const file = await getDocumentProxy(bytes.slice(), { verbosity: 0 });
  const pages = await Promise.all(
    Array.from({ length: file.numPages }, async (_, index) => {
      const page = await file.getPage(index + 1);
      const { items } = await page.getTextContent();
      const text = items.map((item) => ('str' in item ? item.str : '')).join(' ');
      return { text: text.replace(/\s+/g, ' '), tree: (await page.getStructTree()) as Node };
    }),
  );
  const meta = await file.getMetadata();
  const marked = await file.getMarkInfo();
  return { pages, text: pages.map(({ text }) => text).join(' '), info: meta.info as Record<string, string>, marked };
}
const nodes = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(nodes)];
/** What has content on this page: an element that goes on over pages is told of on each of them. */
const roles = (tree: Node) =>
  nodes(tree).flatMap(({ role, children }) => (role && children?.some(({ type }) => type === 'content') ? role : []));
const squeeze = (text: string) => text.replace(/\s+/g, '');

const rows = Array.from({ length: 90 }, (_, i) => [
  `regel${i}`,
  i % 7 === 0 ? 'Ståle Łukasz Şahin-Coëlho bekeek de hele lijst van patiënten van deze week' : 'Anna',
  String(i * 37),
]);

describe('a paper as a PDF (docs/spec/pdf.md)', () => {
  it('says every row, tagged, with language, title and footer, and heads again on each page', async () => {
    const blocks: PaperBlock[] = [
      { kind: 'heading', level: 2, text: 'Café, coördinatie en ĳsberen' },
      { kind: 'text', tone: 'warning', text: `${'Een lange alinea. '.repeat(30)}En hier houdt hij op.` },
      { kind: 'list', items: ['eerst dit', 'dan dat'] },
      {
        kind: 'pairs',
        title: 'Feiten',
        pairs: [
          ['Kluis', 'https://kluis.example'],
          ['Getuigen', 'twee'],
        ],
      },
      {
        kind: 'bars',
        title: 'Per collega',
        unit: 'keer',
        marks: [
          { label: 'Bart', value: 3 },
          { label: 'Els', value: null },
        ],
      },
      {
        kind: 'line',
        title: 'Per dag',
        unit: 'keer',
        marks: [4, 9, 0].map((value, i) => ({ label: `${i + 1} nov`, value })),
      },
      {
        kind: 'table',
        title: 'Regels',
        head: ['Wat', 'Wie', 'Hoe vaak'],
        align: ['left', 'left', 'right'],
        rows,
        empty: 'Geen.',
      },
      {
        kind: 'table',
        title: 'Leeg',
        head: ['Wat'],
        rows: [],
        empty: `${'In deze week keek niemand. '.repeat(9)}Tot hier.`,
      },
    ];
    const one = paper(blocks, { subtitle: 'Week 47' });
    const bytes = await pdfOf(one, fonts);
    const { pages, text, info, marked } = await read(bytes);

    const dense = squeeze(text);
    for (const cell of rows.flat()) expect(dense).toContain(squeeze(cell));
    for (const said of [
      'Café, coördinatie en ĳsberen',
      'En hier houdt hij op.',
      'dan dat',
      'https://kluis.example',
      'Els',
      'geen waarde',
      '3 nov',
      'In deze week keek niemand.',
      'Tot hier.',
      'Week 47',
    ]) {
      expect(dense).toContain(squeeze(said));
    }
    const heads = pages.filter(({ text: page }) => /Wat\s+Wie\s+Hoe vaak/.test(page));
    expect(pages.length).toBeGreaterThan(3);
    expect(heads.length).toBeGreaterThanOrEqual(pages.length - 1);
    for (const [index, page] of pages.entries()) {
      expect(page.text).toContain(`Bladzijde ${index + 1} van ${pages.length}`);
      expect(page.text).toContain('Gemaakt op 22 november 2026 om 15:05');
      expect(squeeze(page.text)).toContain(`Kenmerk${fingerprintOf(one).slice(0, 16)}`);
    }

    expect(marked).toMatchObject({ Marked: true });
    expect(info).toMatchObject({
      Title: 'Wie keek er in de dossiers?',
      Author: 'Huisartsenpraktijk De Linde',
      Creator: 'Ketenkluis',
      Keywords: fingerprintOf(one),
      Language: 'nl-NL',
    });
    expect(info.CreationDate).toContain('20261122140500');
    // One column head for the reader, however often it is drawn; a figure says all its marks.
    const all = pages.flatMap(({ tree }) => roles(tree));
    expect(['H1', 'H2', 'P', 'Lbl', 'LBody', 'TH', 'TD', 'Figure'].filter((role) => !all.includes(role))).toEqual([]);
    expect(all.filter((role) => role === 'TD')).toHaveLength(rows.length * 3 + 2);
    expect(all.filter((role) => role === 'TH')).toHaveLength(3 + 2);
    const alts = pages.flatMap(({ tree }) => nodes(tree).flatMap(({ alt }) => alt ?? []));
    expect(alts).toEqual([
      'Per collega (keer): Bart 3; Els geen waarde.',
      'Per dag (keer): 1 nov 4; 2 nov 9; 3 nov 0.',
    ]);
  });

  it('gives the same bytes for the same paper, and other bytes and another fingerprint for another', async () => {
    const one = paper([{ kind: 'text', text: 'hetzelfde' }]);
    const other = paper([{ kind: 'text', text: 'iets anders' }]);
    const first = await pdfOf(one, fonts);
    expect(Buffer.from(await pdfOf(structuredClone(one), fonts)).equals(first)).toBe(true);
    expect(Buffer.from(await pdfOf(other, fonts)).equals(first)).toBe(false);
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(one));
    const swapped = { ...one, at: instant(one.at + 1) };
    expect(fingerprintOf(swapped)).not.toBe(fingerprintOf(one));
  });

  it('loses nothing of any text, however long its words or cells, and shows what the font lacks as a square', async () => {
    const word = fc.string({
      unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzëïéç0123456789'),
      minLength: 1,
      maxLength: 160,
    });
    const cell = fc.array(word, { maxLength: 12 }).map((words) => words.join(' '));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 10, maxLength: 30 }), cell, async (table, text) => {
        const { text: found } = await read(
          await pdfOf(
            paper([
              { kind: 'text', text },
              { kind: 'table', title: 't', head: ['x', 'y'], rows: table, empty: '' },
            ]),
            fonts,
          ),
        );
        const dense = squeeze(found);
        for (const said of [text, ...table.flat()]) expect(dense).toContain(squeeze(said));
      }),
      { numRuns: 2 },
    );
    // A row that is higher than a page goes on over the next.
    const long = Array.from({ length: 400 }, (_, i) => `w${i}`).join(' ');
    const narrow = await read(
      await pdfOf(
        paper([{ kind: 'table', title: 't', head: Array.from('abcdefgh'), rows: [Array(8).fill(long)], empty: '' }]),
        fonts,
      ),
    );
    const found = new Set(narrow.text.match(/w\d+/g));
    expect(found.size).toBe(400);
    expect(narrow.pages.length).toBeGreaterThan(1);
    const strange = await read(await pdfOf(paper([{ kind: 'text', text: 'naam \u6f22 \ud800 einde' }]), fonts));
    expect(strange.text).toContain('naam \u25a1');
    expect(strange.text).toContain('einde');
  });

  it('scales to a number that people know, never below the highest mark', () => {
    expect([0, 1, 3, 7, 10, 11, 24, 260].map(scaleOf)).toEqual([1, 1, 4, 8, 10, 20, 25, 400]);
    fc.assert(
      fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (value) => scaleOf(value) >= value * (1 - 1e-6)),
    );
  });
});
