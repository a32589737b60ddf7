import { type Instant, instant, type OrganisationId, type TeamId } from '@ketenkluis/base';
import {
  compileSelection,
  PROGRAMME_IDS,
  PROGRAMMES,
  type ProgrammeId,
  type ScopeId,
  scopesOf,
} from '@ketenkluis/care';
import { describe, expect, it } from 'vitest';
import { type PartnerSeen, referralChoices, reportableBy, reportedValue } from './choices.ts';

const selection = compileSelection(PROGRAMME_IDS.map((id) => PROGRAMMES[id]));
const now: Instant = instant(Date.parse('2026-11-21T09:00:00Z'));
const partner = (role: string, ready = true): PartnerSeen => ({
  organisation: 'org_x' as OrganisationId,
  name: `partner ${role}`,
  teams: [{ team: `tea_${role}` as TeamId, role, ready }],
});
const ask = (
  role: string,
  programmes: readonly ProgrammeId[],
  held?: readonly ScopeId[],
  ready = true,
  seen: readonly ScopeId[] = [],
) =>
  referralChoices(
    [partner(role, ready)],
    { programmes, held: held ?? scopesOf(selection, programmes), seen, now },
    selection,
  );

describe('whom a patient can be referred to', () => {
  it('R16: a podiatrist for a patient with diabetes sees feet, HbA1c, smoking and the medication that matters, a year long', () => {
    const { choices } = ask('podiatrist', ['diabetes']);
    expect(choices).toHaveLength(1);
    expect(choices[0]!.sees.map(({ scope }) => scope)).toEqual(['identity', 'hba1c', 'diabetes-medication', 'foot']);
    expect(choices[0]!.seesNot.map(({ scope }) => scope)).toContain('blood-pressure');
    expect(choices[0]!.until - now).toBe(365 * 24 * 3600 * 1000);
  });

  it('R16: offers no step that the indication or the role does not carry', () => {
    for (const [role, programmes] of [
      ['podiatrist', ['copd']],
      ['optometrist', ['cvrm']],
      ['practice-manager', ['diabetes']],
      ['locum', ['diabetes']],
      ['nobody', ['diabetes']],
    ] as const) {
      expect(ask(role, programmes)).toEqual({ choices: [], unfit: [{ partner: `partner ${role}`, why: 'no-step' }] });
    }
  });

  it('hands on no more than the sender holds', () => {
    expect(ask('podiatrist', ['diabetes'], ['identity']).choices).toEqual([]);
  });

  it('refers a patient of whom a part does not exist, since nothing was ever recorded for it, with what there is', () => {
    const all = scopesOf(selection, ['diabetes']);
    const held = all.filter((scope) => scope !== 'diabetes-medication');
    const { choices } = ask('podiatrist', ['diabetes'], held, true, all);
    expect(choices.map(({ sees }) => sees.map(({ scope }) => scope))).toEqual([['identity', 'hba1c', 'foot']]);
    expect(ask('podiatrist', ['diabetes'], held, true, held).choices).toEqual([]);
    expect(ask('podiatrist', ['diabetes'], ['identity'], true, all).choices).toEqual([]);
  });

  it('says which partner has no key yet', () => {
    expect(ask('podiatrist', ['diabetes'], undefined, false).unfit[0]!.why).toBe('no-key');
  });

  it('lets the sender name the parts for a consulted specialist only', () => {
    expect(ask('consultant', ['diabetes']).choices.every(({ pick }) => pick)).toBe(true);
    expect(ask('podiatrist', ['diabetes']).choices.every(({ pick }) => pick)).toBe(false);
  });
});

describe('what a partner reports', () => {
  it('is what the role works with, with the NHG number that is known', () => {
    const weight = reportableBy('dietitian').find(({ code }) => code === 'weight');
    expect(weight).toMatchObject({ nhg: '357', unit: 'kg' });
    const foot = reportableBy('podiatrist');
    expect(foot.map(({ code }) => code)).toEqual([
      ...['hba1c', 'simms', 'foot-profile', 'foot-sensibility-left', 'foot-sensibility-right', 'foot-pulses-left'],
      ...['foot-pulses-right', 'foot-deformity', 'foot-ulcer'],
    ]);
    expect(reportableBy('optometrist').map(({ code }) => code)).toEqual(
      expect.arrayContaining(['retinopathy-left', 'retinopathy-right']),
    );
    const codes = (role: string) => reportableBy(role).map(({ code }) => code);
    expect(codes('dietitian')).toEqual(expect.arrayContaining(['weight', 'bmi']));
    expect(codes('dietitian').filter((code) => code.startsWith('foot') || code === 'simms')).toEqual([]);
    // No number stands there that nobody could show us.
    expect(foot.filter(({ answers }) => answers !== null).map(({ nhg }) => nhg)).toEqual(Array(8).fill(null));
    expect(reportableBy('nobody')).toEqual([]);
  });

  it('goes as the words of the chosen answer, and nothing but an answer of the list goes', () => {
    const date = '2026-11-12' as never;
    const foot = reportableBy('podiatrist');
    expect(reportedValue(foot, { code: 'simms', value: '2', date })).toMatchObject({ value: 'Simm’s 2', unit: null });
    expect(reportedValue(foot, { code: 'hba1c', value: '53', date })).toMatchObject({ nhg: '2816', value: '53' });
    for (const wrong of [
      { code: 'simms', value: '7', date },
      { code: 'simms', value: 'ernstig', date },
      { code: 'retinopathy-left', value: 'none', date },
    ])
      expect(() => reportedValue(foot, wrong)).toThrow();
  });
});
