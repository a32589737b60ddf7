/** R30, R32: the practice's book of what patients said, and what it takes from assumed consent. */

import { DAY, type Instant, instant, newId, plus, systemRandom } from '@ketenkluis/base';
import type { KeyDirectory } from '@ketenkluis/seal';
import { describe, expect, it } from 'vitest';
import { dossierIds, liveDossier, patient, type Register } from './register.ts';
import { assumingNow, objects, saidBy, writeSaid } from './said.ts';

const AT = instant(1_767_222_000_000);
const [practice, podiatrist, dietitian, stranger] = Array.from({ length: 4 }, () =>
  newId('organisation', systemRandom),
);
const [feet, food] = [newId('team', systemRandom), newId('team', systemRandom)];
const dossier = newId('dossier', systemRandom);
const setting = newId('fact', systemRandom);
const by = newId('person', systemRandom);

const handed = (team: typeof feet, assumed?: typeof setting) => ({
  ...{ fact: newId('fact', systemRandom), team, handles: [], until: plus(AT, DAY), facts: [], grants: [] },
  ...(assumed === undefined ? {} : { assumed }),
});
const live = liveDossier.parse({
  ...{ seq: 1, heads: {}, facts: {}, grants: [], notes: [], gone: [] },
  handed: [handed(feet, setting), handed(food, setting), handed(feet)],
});
const ids = dossierIds.parse({
  ...{ dossier, handles: {}, enrolment: newId('fact', systemRandom), relation: newId('fact', systemRandom) },
  ...{ steps: {}, writes: {} },
});
const record = () =>
  patient.parse({
    ...{ participations: [], notices: [], live: null },
    enrolment: {
      ...{ state: 'enrolled', since: '2026-01-01', programmes: ['diabetes'], ground: 'asked', ids },
      confirmation: 'A'.repeat(43),
    },
  });
/** Only what is read here; the rest of a register has its own tests. */
const registerWith = (of = record()): Register =>
  ({
    practice: { organisation: practice },
    patients: { p1: of },
    partners: [
      { organisation: podiatrist, teams: [{ team: feet, role: 'podiatrist', name: 'Voetzorg' }] },
      { organisation: dietitian, teams: [{ team: food, role: 'dietitian', name: 'Voeding' }] },
    ],
  }) as unknown as Register;
const people = (lists: readonly (typeof feet)[] | null, owns: readonly string[] = []) =>
  ({
    owns: () => owns.map((id) => ({ id })),
    partners: () => [
      { organisation: podiatrist, teams: [feet] },
      { organisation: dietitian, teams: [food] },
    ],
    partnerOf: (team: string) => ({ organisation: team === feet ? podiatrist : dietitian }),
    assumptionAt: (fact: string) => (fact === setting && lists !== null ? { teams: lists } : undefined),
  }) as unknown as KeyDirectory;
const objection = { answer: 'objection', holder: { organisation: practice! }, data: null, at: AT } as const;
const desk = { channel: 'desk', by } as const;

describe('what patients said', () => {
  it('R30: is kept version after version, and nothing of it goes', () => {
    const register = registerWith();
    expect(saidBy(register, 'p1')).toEqual([]);
    const consulter = { category: 'podiatrist' };
    expect(writeSaid(register, 'p1', { ...objection, ...desk, consulter })).toBe(true);
    expect(writeSaid(register, 'p1', { ...objection, ...desk, consulter, answer: 'consent', at: plus(AT, 1) })).toBe(
      true,
    );
    expect(saidBy(register, 'p1')).toHaveLength(2);
    expect(patient.parse(register.patients.p1).said).toHaveLength(2);
    expect(writeSaid(register, 'nobody', { ...objection, ...desk, consulter })).toBe(false);
  });

  it('R32, R35: an objection by name or by kind shuts out who it means, and in doubt more than that', () => {
    const says = (
      consulter: { organisation: typeof practice & string } | { category: string },
      data: string | null = null,
    ) => {
      const register = registerWith();
      writeSaid(register, 'p1', { ...objection, ...desk, consulter, data } as never);
      return [podiatrist, dietitian, stranger].map((one) => objects(register, register.patients.p1!, one!));
    };
    expect(says({ organisation: podiatrist! })).toEqual([true, false, false]);
    expect(says({ category: 'podiatrist' })).toEqual([true, false, true]);
    expect(says({ category: 'podiatrist' }, 'GGC002')).toEqual([true, false, true]);
    expect(says({ category: 'ziekenhuizen' })).toEqual([true, true, true]);
    const register = registerWith();
    expect(objects(register, register.patients.p1!, podiatrist!)).toBe(false);
  });

  it('R32, R35: a sync ends what was assumed where the setting has gone or the patient objects, and nothing that was asked', () => {
    const [onFeet, onFood, asked] = live.handed.map(({ fact }) => fact);
    const now = (register: Register, lists: readonly (typeof feet)[] | null) =>
      assumingNow(register, () => live, people(lists), AT as Instant);
    const both = [feet, food];
    expect([...now(registerWith(), both).unassumed]).toEqual([]);
    expect([...now(registerWith(), [feet]).unassumed]).toEqual([onFood]);
    expect([...now(registerWith(), null).unassumed]).toEqual([onFeet, onFood]);
    const register = registerWith();
    writeSaid(register, 'p1', { ...objection, ...desk, consulter: { category: 'podiatrist' } });
    const { unassumed, objected } = now(register, both);
    expect([...unassumed]).toEqual([onFeet]);
    expect(objected.get(dossier)).toEqual([feet]);
    writeSaid(register, 'p1', {
      ...{ ...objection, ...desk, consulter: { category: 'podiatrist' }, answer: 'consent', at: plus(AT, 1) },
    });
    expect(now(register, both).objected.size).toBe(0);
    expect([...unassumed]).not.toContain(asked);
  });

  it('R17: a sync ends what rests on the word of somebody who reads the dossier no more', () => {
    const [, , asked] = live.handed.map(({ fact }) => fact);
    const one = newId('fact', systemRandom);
    const said = {
      ...live,
      handed: live.handed.map((each) => (each.fact === asked ? { ...each, through: [one] } : each)),
    };
    const now = (owns: readonly string[]) =>
      assumingNow(registerWith(), () => said, people([feet, food], owns), AT as Instant);
    expect([...now([one]).unassumed]).toEqual([]);
    expect([...now([]).unassumed]).toEqual([asked]);
  });
});
