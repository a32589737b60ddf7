import { fromUtf8, utf8 } from '@ketenkluis/base';
import { NEN_7513 } from '@ketenkluis/ledger';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, it } from 'vitest';
import { COLUMNS, type Row, rowOf, rowOfEvent, unprovedRow } from './columns.ts';
import { auditBundle, auditEvents } from './fhir.ts';
import { auditCsv, auditXml, cellText, tableCsv, XML_NAMESPACE } from './files.ts';
import { DOSSIER, lines, NAMES, PARTNER, PODIATRIST } from './lines.test-util.ts';
import { auditRecords, MISSING } from './record.ts';

const records = lines.map((line) => auditRecords(line, NAMES));
const plain = (row: Row) => Object.fromEntries(row);

/** The CSV read by another program's parser. */
const fromCsv = (text: string): Record<string, string>[] => {
  const [keys, , ...rest] = parse(text, { delimiter: ';', bom: true }) as string[][];
  return rest.map((cells) => Object.fromEntries(cells.map((cell, i) => [keys![i]!, cell])));
};
/** The XML read by a strict parser; a cell as the CSV writes it. */
const fromXml = (text: string): Record<string, string>[] => {
  const found: Record<string, string>[] = [];
  const parser = new SaxesParser({ xmlns: true });
  let open: { key: string; missing: string | null; text: string } | null = null;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    expect(uri).toBe(XML_NAMESPACE);
    if (local === 'record') found.push({});
    if (local === 'field') {
      open = { key: attributes.key!.value, missing: attributes.missing?.value ?? null, text: '' };
    }
  });
  parser.on('text', (more) => {
    if (open) open.text += more;
  });
  parser.on('closetag', ({ local }) => {
    if (local !== 'field' || open === null) return;
    const { key, missing, text: inside } = open;
    found.at(-1)![key] = cellText(
      missing === null ? { value: inside } : { missing: missing as (typeof MISSING)[number] },
    );
    open = null;
  });
  parser.write(text).close();
  return found;
};
const HEAD = { practice: 'org', at: '2026-01-05T08:00:00.000Z', size: 3, checkpoint: 'log\n3\nabc=\n\n— log x\n' };

describe('an audit record', () => {
  it('R39: has a column for every field of NEN 7513 chapter 7, and no column names a field that is not there', () => {
    const known = NEN_7513.map(({ field }) => field);
    const ours = new Set(COLUMNS.flatMap(({ nen }) => nen ?? []));
    expect([...ours]).toEqual(expect.arrayContaining(known));
    expect(known).toEqual(expect.arrayContaining([...ours]));
    expect(new Set(COLUMNS.map(({ key }) => key)).size).toBe(COLUMNS.length);
  });

  it('R40: every field comes back out of the FHIR event, the CSV and the XML, whatever was written in the line', () => {
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 3 }), (drawn) => {
        const all = drawn.flat();
        const rows = [...all.map(rowOf), unprovedRow(7)];
        const cells = rows.map((row) => Object.fromEntries([...row].map(([key, cell]) => [key, cellText(cell)])));
        expect(fromCsv(auditCsv(rows))).toEqual(cells);
        expect(fromXml(auditXml(HEAD, rows))).toEqual(cells);
        for (const record of all) {
          // As a receiver has it: through text.
          const [event] = auditEvents(record).map((one) => JSON.parse(JSON.stringify(one)) as typeof one);
          expect(plain(rowOfEvent(event!))).toEqual(plain(rowOf(record)));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('R40: no two cells look the same in a file, and no cell is a formula', () => {
    const cell = fc.oneof(
      fc.string().map((value) => ({ value })),
      fc.constantFrom(...MISSING).map((missing) => ({ missing })),
      fc.constantFrom('?none', "'?none", '=1', "'=1").map((value) => ({ value })),
    );
    fc.assert(
      fc.property(cell, cell, (a, b) => {
        expect(cellText(a) === cellText(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
        expect(cellText(a)).not.toMatch(/^[=+\-@\t]/);
      }),
    );
  });

  it('R40: no text that somebody typed begins a row or a cell of its own, whatever ends a line there', () => {
    const typed = fc.string({ unit: fc.constantFrom(...'=+-@\r\n\t\u2028 ;"\'a?'), maxLength: 8 });
    /** As loose as a spreadsheet: every line end outside quotes begins a row. */
    const looseRows = (text: string): string[][] => {
      const rows: string[][] = [['']];
      let quoted = false;
      const said = [...text.replace(/^\ufeff/, '').replaceAll('\r\n', '\n')];
      for (const [at, one] of said.entries()) {
        if (one === '"' && quoted && said[at + 1] === '"') said[at + 1] = "''";
        else if (one === '"') quoted = !quoted;
        else if (!quoted && /[\r\n\u2028]/.test(one)) rows.push(['']);
        else if (!quoted && one === ';') rows.at(-1)!.push('');
        else rows.at(-1)!.push(`${rows.at(-1)!.pop()}${one}`);
      }
      return rows.slice(0, -1);
    };
    fc.assert(
      fc.property(fc.array(fc.tuple(typed, typed), { minLength: 1, maxLength: 3 }), (rows) => {
        const found = looseRows(tableCsv(['een', 'twee'], rows));
        expect(found.map(({ length }) => length)).toEqual([2, ...rows.map(() => 2)]);
        for (const cell of found.flat()) expect(cell).not.toMatch(/^\s*[=+\-@]/);
      }),
      { numRuns: 300 },
    );
  });

  it("R47: nothing of another organisation's people is said but what they do and for whom", () => {
    fc.assert(
      fc.property(lines, (line) => {
        const theirs = line.common.organisation === PARTNER;
        const made = auditRecords(line, NAMES);
        const text = JSON.stringify([made, made.flatMap(auditEvents), made.map(rowOf).map(plain)]);
        for (const record of made) {
          const why = { missing: 'other-organisation' };
          expect('missing' in record.user.id).toBe(theirs);
          if (!theirs) continue;
          expect([record.user.id, record.user.name]).toEqual([why, why]);
          expect(record.user.organisationName).toEqual({ value: 'Podotherapie Het Spoor' });
        }
        if (!theirs) return;
        expect(text).not.toContain(PODIATRIST);
        expect(text).not.toContain('van Asselt');
        if (line.common.device !== null) expect(text).not.toContain(line.common.device);
      }),
    );
    // To the partner's own log officer it is the other way round.
    const own = { ...NAMES, reader: PARTNER };
    fc.assert(
      fc.property(lines, (line) => {
        const [record] = auditRecords(line, own);
        expect('value' in record!.user.id).toBe(line.common.organisation === PARTNER);
      }),
    );
  });

  it('what is not known is said to be unknown: sealed, nowhere written, or not there at all', () => {
    const [base] = fc.sample(
      lines.filter(
        ({ items, common }) => items.length > 0 && common.organisation !== PARTNER && items[0]!.item.annex !== null,
      ),
      { numRuns: 1, seed: 3 },
    );
    const shut = auditRecords({ ...base!, annex: null }, { ...NAMES, people: new Map(), organisations: new Map() })[0]!;
    expect(shut.user.name).toEqual({ missing: 'sealed' });
    expect(shut.user.role).toEqual({ missing: 'sealed' });
    expect(shut.purpose).toEqual({ missing: 'sealed' });
    expect(shut.user.organisationName).toEqual({ missing: 'unnamed' });
    const bare = base!.items.map(({ position, item }) => ({ position, item: { ...item, annex: null } }));
    const plainly = auditRecords({ ...base!, items: bare, annex: null }, { ...NAMES, people: new Map() })[0]!;
    expect(plainly.user.role).toEqual({ missing: 'not-recorded' });
    expect(plainly.purpose).toEqual({ missing: 'none' });
    // An annex that came along without an item naming it counts for nothing.
    const loose = fc.sample(
      lines.filter(({ annex }) => annex !== null),
      { numRuns: 1, seed: 5 },
    )[0]!.annex;
    expect(auditRecords({ ...base!, items: bare, annex: loose }, NAMES)[0]!.purpose).toEqual({ missing: 'none' });
  });

  it('a line that could not be proved stands in the bundle by its number', () => {
    const bundle = auditBundle({ practice: 'org', at: 0 as never, records: [], unproved: [4, 9] });
    expect(JSON.stringify(bundle)).toContain('line 9 could not be proved');
    expect(fromUtf8(utf8(auditCsv([unprovedRow(4)])))).toContain('4;?not-proved');
    expect(JSON.stringify(bundle)).not.toContain(DOSSIER);
  });
});
