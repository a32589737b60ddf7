import { addDays, localDate } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DOSSIER, lines, NAMES, NURSE, PARTNER, PODIATRIST } from './lines.test-util.ts';
import { matches, OVERVIEWS, overviewOf, seenOf, weeklyDigest } from './overview.ts';
import { auditRecords } from './record.ts';

const logs = fc.array(lines, { maxLength: 12 }).map((drawn) =>
  drawn.flatMap((line, index) => {
    // Two weeks, so that lines share days.
    const at = 1_767_600_000_000 + (line.common.at % (14 * 86_400_000));
    return auditRecords({ ...line, index, common: { ...line.common, at: at as typeof line.common.at } }, NAMES).map(
      seenOf,
    );
  }),
);

describe('overviews', () => {
  it('R51: by patient, colleague and day no line is left out, and each counts once where it has one', () => {
    fc.assert(
      fc.property(logs, (records) => {
        const all = new Set(records.map(({ line }) => line)).size;
        for (const kind of OVERVIEWS) {
          const rows = overviewOf(records, kind);
          expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
          const sum = rows.reduce((total, row) => total + row.lines, 0);
          // A line about a dossier and about a list stands in both rows; by colleague and day there is one.
          if (kind === 'patient') expect(sum).toBeGreaterThanOrEqual(all);
          else expect(sum).toBe(all);
          for (const row of rows) {
            expect(Math.max(row.looks, row.refused, row.emergencies, row.taken)).toBeLessThanOrEqual(row.lines);
            expect(row.last).toBeGreaterThanOrEqual(row.first);
          }
        }
      }),
    );
  });

  it('R51: a filter and what it leaves out are the whole, and a row filtered by its own key stays what it was', () => {
    fc.assert(
      fc.property(logs, (records) => {
        const filter = { outcome: 'refused' as const };
        const [kept, left] = [true, false].map((wanted) => records.filter((one) => matches(one, filter) === wanted));
        expect(kept!.length + left!.length).toBe(records.length);
        expect(overviewOf(records, 'day', filter)).toEqual(overviewOf(kept!, 'day'));
        for (const row of overviewOf(records, 'patient')) {
          if (row.key === null) continue;
          expect(overviewOf(records, 'patient', { dossier: row.key })).toEqual([row]);
        }
        for (const row of overviewOf(records, 'day')) {
          const day = localDate(row.first);
          expect(overviewOf(records, 'day', { from: day, until: day })).toEqual([row]);
        }
      }),
    );
  });

  it('R47, R51: by colleague another organisation is one row, under its own name', () => {
    fc.assert(
      fc.property(logs, (records) => {
        const rows = overviewOf(records, 'colleague');
        expect(JSON.stringify(rows)).not.toContain(PODIATRIST);
        const theirs = rows.filter(({ key }) => key === PARTNER);
        expect(theirs.length).toBe(records.some(({ who }) => who.key === PARTNER) ? 1 : 0);
        for (const { name } of theirs) expect(name).toBe('Podotherapie Het Spoor');
      }),
    );
  });

  it('R51: the weekly digest names everybody else who looked at the GP’s own patients in those seven days, and nobody more', () => {
    fc.assert(
      fc.property(logs, fc.integer({ min: 0, max: 20 }), (records, days) => {
        const until = addDays(localDate(1_767_600_000_000 as never), days);
        const digest = weeklyDigest(records, { until, own: NURSE, dossiers: new Set([DOSSIER]) });
        const seen = records.filter(({ event, dossier, who, at }) => {
          const day = localDate(at);
          const look = ['release', 'emergency', 'search', 'print', 'export', 'copy'].includes(event);
          const other = who.key !== NURSE;
          return look && other && dossier !== null && day < until && day >= addDays(until, -7);
        });
        const who = seen.map((one) => one.who.key);
        expect(digest.length).toBe(new Set(who).size);
        expect(new Set(digest.flatMap((one) => one.days))).toEqual(new Set(seen.map(({ at }) => localDate(at))));
        expect(digest.some(({ emergency }) => emergency)).toBe(seen.some(({ event }) => event === 'emergency'));
      }),
    );
    expect(weeklyDigest([], { until: '2026-01-12' as never, own: NURSE, dossiers: new Set([DOSSIER]) })).toEqual([]);
  });
});
