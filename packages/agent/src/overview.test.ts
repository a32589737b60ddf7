import { addDays, DAY, type FactId, type LocalDate, localDate, newId, plus, systemRandom } from '@ketenkluis/base';
import { overviewContent } from '@ketenkluis/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyLive } from './live.ts';
import { followReferrals, makeOverview } from './overview.ts';
import type { PatientRecord, Register } from './register.ts';
import { AS_OF, selection } from './testing/world.ts';

const NOW = plus(Date.UTC(2026, 0, 5) as Parameters<typeof plus>[0], 0);
const fact = () => newId('fact', systemRandom);
const step = (answered: boolean, until = plus(NOW, DAY)): NonNullable<PatientRecord['live']>['handed'][number] => ({
  ...{ fact: fact(), team: newId('team', systemRandom), handles: [], until, facts: [], grants: [] },
  ...(answered ? { answered: true } : {}),
});

/** A patient in these programmes, enrolled or not, with these steps handed on. */
const patient = (
  enrolled: boolean,
  programmes: readonly string[],
  steps: ReturnType<typeof step>[] = [],
): PatientRecord => ({
  participations: programmes.map((programme) => ({ programme, from: AS_OF, until: null, code: 'nhg|1' })),
  notices: [],
  enrolment: enrolled
    ? {
        ...{ state: 'enrolled', since: AS_OF, programmes: [...programmes], ground: 'participation' },
        confirmation: 'A'.repeat(43) as never,
        ids: {
          ...{ dossier: newId('dossier', systemRandom), handles: {}, enrolment: fact(), relation: fact() },
          ...{ steps: {}, writes: {} },
        },
      }
    : null,
  live: steps.length === 0 ? null : { ...emptyLive(), handed: steps },
});
/** The part of a register that is counted. */
const holding = (patients: readonly PatientRecord[], referrals: Record<string, LocalDate | null> = {}): Register =>
  ({
    patients: Object.fromEntries(patients.map((one, i) => [`p${i}`, one])),
    referrals,
  }) as Partial<Register> as Register;
const overviewOf = (register: Register) => makeOverview(register, selection, AS_OF, NOW);
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('what the care group is told', () => {
  it('holds no number under ten, and none from which one follows, whatever the practice has', () => {
    const count = fc.integer({ min: 0, max: 40 });
    fc.assert(
      fc.property(count, count, count, count, (enrolled, more, sent, answered) => {
        const register = holding([
          ...times(enrolled, () => patient(true, ['diabetes'])),
          ...times(more, () => patient(false, ['diabetes'])),
          patient(true, [], [...times(sent, () => step(false)), ...times(answered, () => step(true))]),
        ]);
        const said = overviewContent.parse(overviewOf(register));
        const numbers = JSON.stringify(said.programmes).match(/(?<=:)\d+/g) ?? [];
        expect(numbers.every((one) => Number(one) >= 10)).toBe(true);
        const diabetes = said.programmes.find(({ programme }) => programme === 'diabetes')!;
        expect(diabetes.enrolled).toBe(enrolled < 10 ? '<10' : enrolled);
        if (typeof diabetes.enrolled === 'number' && typeof diabetes.active === 'number') {
          const between = diabetes.active - diabetes.enrolled;
          expect(between === 0 || between >= 10).toBe(true);
          expect(diabetes.active).toBe(enrolled + more);
        } else if (enrolled >= 10) expect(diabetes.active).toBe('close');
        expect(said.referrals.sent).toBe(sent < 10 ? '<10' : sent);
        expect(said.referrals.answered).toBe(answered < 10 ? '<10' : answered);
      }),
      { numRuns: 200 },
    );
  });

  it('has a line for every programme, also for one that nobody is in', () => {
    const said = overviewOf(holding([]));
    expect(said.programmes).toEqual(
      selection.programmes.map(({ id }) => ({ programme: id, enrolled: '<10', active: '<10' })),
    );
  });

  it('is a form that has no room for a small number, a name or an id', () => {
    const good = overviewOf(holding([]));
    expect(overviewContent.safeParse(good).success).toBe(true);
    for (const bad of [
      { ...good, referrals: { ...good.referrals, sent: 3 } },
      { ...good, programmes: [{ ...good.programmes[0]!, enrolled: 9 }] },
      { ...good, dossiers: [newId('dossier', systemRandom)] },
      { ...good, programmes: [{ ...good.programmes[0]!, name: 'Jansen' }] },
    ])
      expect(overviewContent.safeParse(bad).success).toBe(false);
  });

  it('counts a referral as ended from the day on which it was seen to be gone, for a year', () => {
    const lives = times(12, () => step(false));
    const over = step(false, NOW);
    const register = holding([patient(true, ['diabetes'], [...lives, over])]);
    followReferrals(register, NOW);
    expect(Object.values(register.referrals)).toEqual(times(12, () => null));
    expect(overviewOf(register).referrals).toEqual({ sent: 12, answered: '<10', ended: '<10' });
    const gone = holding([], register.referrals);
    followReferrals(gone, NOW);
    expect(overviewOf(gone).referrals).toEqual({ sent: '<10', answered: '<10', ended: 12 });
    const old = addDays(localDate(NOW), -365);
    const kept = holding([], { [fact()]: old, ['fct_recent' as FactId]: addDays(old, 1) });
    followReferrals(kept, NOW);
    expect(Object.keys(kept.referrals)).toEqual(['fct_recent']);
  });
});
