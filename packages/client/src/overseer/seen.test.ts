import type { Entry } from '@ketenkluis/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines, PARTNER } from '../audit-record/lines.test-util.ts';
import { noneSeen, SeenIndexer, seenColumns, seenIn } from './seen.ts';

const entries = fc
  .array(lines, { maxLength: 20 })
  .map((drawn) => drawn.map(({ common, items }): Entry => ({ common, items: items.map(({ item }) => item) })));
const names = {
  person: (id: string) => ({ name: `naam van ${id}`, role: 'poh-s' }),
  organisation: (id: string) => (id === PARTNER ? 'Podotherapie Het Spoor' : null),
  patient: (id: string) => id.slice(4, 10),
};

describe('what an overview counts', () => {
  it('R47, R51: every line of a person stands there once per dossier; of another organisation nobody is kept or named', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const columns = noneSeen();
        const indexer = new SeenIndexer(columns);
        for (const [i, entry] of all.entries()) indexer.add(i, entry, true);
        const kept = JSON.stringify(columns);
        const seen = seenIn(seenColumns.parse(JSON.parse(kept)), names);
        for (const [i, { common, items }] of all.entries()) {
          const own = seen.filter(({ line }) => line === i);
          const dossiers = [...new Set(items.flatMap(({ dossier }) => dossier ?? []))];
          expect(own.map(({ dossier }) => dossier)).toEqual(dossiers.length === 0 ? [null] : dossiers);
          const elsewhere = common.organisation !== common.practice;
          for (const one of own) {
            expect(one).toMatchObject({ at: common.at, event: common.event, outcome: common.outcome });
            expect(one.who.key).toBe(elsewhere ? common.organisation : common.actor);
            expect([one.who.elsewhere, one.who.role]).toEqual(elsewhere ? [true, null] : [false, 'poh-s']);
          }
        }
        const theirs = all.filter(({ common }) => common.organisation !== common.practice);
        const ours = new Set(all.filter((one) => !theirs.includes(one)).map(({ common }) => common.actor));
        for (const { common } of theirs)
          if (!ours.has(common.actor)) expect(kept + JSON.stringify(seen)).not.toContain(common.actor);
      }),
    );
  });

  it('leaves programs out, and reads on where it stopped', () => {
    fc.assert(
      fc.property(entries, fc.nat(20), (all, cut) => {
        const whole = noneSeen();
        const once = new SeenIndexer(whole);
        for (const [i, entry] of all.entries()) once.add(i, entry, i % 3 !== 0);
        const parts = noneSeen();
        const first = new SeenIndexer(parts);
        for (const [i, entry] of all.slice(0, cut).entries()) first.add(i, entry, i % 3 !== 0);
        const second = new SeenIndexer(parts);
        for (const [i, entry] of all.slice(cut).entries()) second.add(i + cut, entry, (i + cut) % 3 !== 0);
        expect(parts).toEqual(whole);
        expect(whole.rows.line.some((line) => line % 3 === 0)).toBe(false);
      }),
    );
  });
});
