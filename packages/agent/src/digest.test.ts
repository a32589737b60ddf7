/** The weekly digest to the patient's own GP: whose patients, whose looks, which week, and nobody of another organisation by id. */

import { DAY, instant, newId, systemRandom } from '@ketenkluis/base';
import type { WeekContent } from '@ketenkluis/client';
import { describe, expect, it } from 'vitest';
import { MOST, makeWeek, mondayOf, takeLooks } from './digest.ts';
import type { LogLine } from './lines.ts';
import type { Register } from './register.ts';
import { hasWeek } from './weekly.ts';

const id = <K extends Parameters<typeof newId>[0]>(kind: K) => newId(kind, systemRandom);
const [practice, partner] = [id('organisation'), id('organisation')];
const [gp, other, nurse, podiatrist, agent, vault] = Array.from({ length: 6 }, () => id('person'));
const [mine, theirs, nobodys, gone] = Array.from({ length: 4 }, () => id('dossier'));
const enrolled = (dossier: string, state = 'enrolled') => ({ enrolment: { state, ids: { dossier } } });
const register = () =>
  ({
    practice: { organisation: practice },
    agent: { person: agent },
    vault: { person: vault },
    staff: [
      { person: gp, role: 'gp', practitioners: ['prac-1'] },
      { person: other, role: 'gp', practitioners: ['prac-2', 'prac-3'] },
      { person: nurse, role: 'poh-s', practitioners: ['prac-4'] },
    ],
    patients: { a: enrolled(mine!), b: enrolled(theirs!), c: enrolled(nobodys!), d: enrolled(gone!, 'ended') },
  }) as unknown as Register;
const dwelling = (...doctors: string[]) => ({ surnames: [], postcode: null, number: null, doctors });
// The nurse is nobody's doctor, whatever the record says.
const dwellings = new Map([
  ['a', dwelling('prac-1')],
  ['b', dwelling('prac-9', 'prac-3')],
  ['c', dwelling('prac-4')],
]);
/** A Wednesday noon. */
const now = instant(Date.UTC(2026, 2, 18, 11));
let index = 0;
const line = (daysAgo: number, actor: string, dossier: string, event = 'release', more: object = {}): LogLine =>
  ({
    index: index++,
    entry: {
      common: { at: now - daysAgo * DAY, actor, event, outcome: 'success', organisation: practice, ...more },
      items: [{ dossier }, { dossier }, { dossier: null }],
    },
  }) as unknown as LogLine;

describe('R51: the weekly digest', () => {
  it('tells each GP who else looked at their own patients in the last whole week, what stands out first', () => {
    const one = register();
    takeLooks(one, [line(20, nurse!, mine!)], now);
    takeLooks(
      one,
      [
        ...[line(9, nurse!, mine!), line(7, nurse!, mine!), line(8, gp!, mine!), line(5, other!, theirs!)],
        ...[line(6, nurse!, theirs!, 'export'), line(4, gp!, nobodys!), line(5, nurse!, gone!)],
        ...[line(6, agent!, mine!), line(2, nurse!, mine!), line(6, nurse!, mine!, 'commit')],
        line(6, podiatrist!, mine!, 'release', { organisation: partner, outcome: 'refused' }),
      ],
      now,
    );
    const week = makeWeek(one, dwellings, now)!;
    // Monday 9 to Sunday 15 March; nine days ago is inside, two days ago is this week, twenty is forgotten.
    expect([mondayOf(now), week.from, week.until]).toEqual(['2026-03-16', '2026-03-09', '2026-03-15']);
    expect(week.lines.filter(({ dossier }) => dossier === mine)).toEqual([
      { dossier: mine, doctor: gp, who: partner, days: ['2026-03-12'], marks: ['refused'] },
      { dossier: mine, doctor: gp, who: nurse, days: ['2026-03-09', '2026-03-11'], marks: [] },
    ]);
    expect(week.lines.filter(({ dossier }) => dossier !== mine)).toEqual([
      { dossier: theirs, doctor: other, who: nurse, days: ['2026-03-12'], marks: ['taken'] },
      { dossier: nobodys, doctor: null, who: gp, days: ['2026-03-14'], marks: [] },
    ]);
    expect(week.lines.at(-1)!.marks).toEqual([]);
    // Mail goes to whose patients they are, and where nobody knows whose, to every doctor but the one who looked.
    const only = (dossier: string) => ({ ...week, lines: week.lines.filter((line) => line.dossier === dossier) });
    const hear = (dossier: string) => [gp, other].map((person) => hasWeek(only(dossier) as WeekContent, person!));
    expect([mine!, theirs!, nobodys!].map(hear)).toEqual([
      [true, false],
      [false, true],
      [false, true],
    ]);
    // R47: nowhere in what is kept or sealed stands who of the other organisation it was.
    expect(JSON.stringify([one.looked, week])).not.toContain(podiatrist);
    expect(one.looked!.every(({ at }) => now - at < 14 * DAY)).toBe(true);
    // A week later nothing of it is left, and nothing is sealed.
    takeLooks(one, [], instant(now + 14 * DAY));
    expect(one.looked).toEqual([]);
    expect(makeWeek(one, dwellings, instant(now + 14 * DAY))).toBeUndefined();
  });

  it('R51: nobody’s look goes because somebody asks for what is not here, or for the same again and again', () => {
    const one = register();
    takeLooks(one, [line(6, nurse!, mine!)], now);
    const asks = (dossiers: readonly string[], more: object) =>
      ({
        index: index++,
        entry: {
          common: {
            at: now - 5 * DAY,
            actor: podiatrist,
            event: 'release',
            outcome: 'refused',
            organisation: partner,
            ...more,
          },
          items: dossiers.map((dossier) => ({ dossier })),
        },
      }) as unknown as LogLine;
    const strangers = Array.from({ length: 2 * MOST }, (_, i) => `dos_${i}`);
    takeLooks(one, [asks(strangers, {})], now);
    takeLooks(
      one,
      Array.from({ length: MOST + 1 }, () => asks([theirs!], {})),
      now,
    );
    expect(one.looked!.map(({ dossier, outcome }) => [dossier, outcome])).toEqual([
      [mine, 'success'],
      [theirs, 'refused'],
    ]);
    // Of so many dossiers that not all are kept, attempts go before what was opened.
    const many = register();
    Object.assign(many.patients, Object.fromEntries(strangers.map((dossier) => [dossier, enrolled(dossier)])));
    takeLooks(many, [line(6, nurse!, mine!), asks(strangers, {})], now);
    expect(many.looked).toHaveLength(MOST);
    expect(many.looked!.some(({ dossier }) => dossier === mine)).toBe(true);
  });
});
