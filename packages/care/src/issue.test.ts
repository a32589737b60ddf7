import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PROGRAMME_IDS, PROGRAMMES, ROLE_IDS, ROLES, SCOPE_IDS } from './catalogue.ts';
import { type Evidence, type IssueQuestion, issueStep, scopesForRole, scopesOf, standingScopes } from './issue.ts';
import { fieldsInScope } from './partition.ts';
import { compileSelection } from './selection.ts';

const selection = compileSelection(Object.values(PROGRAMMES));
const standing: readonly Evidence[] = ['registration', 'enrolment'];
const ask = (more: Partial<IssueQuestion>, at = selection) =>
  issueStep(
    {
      role: 'podiatrist',
      programme: 'diabetes',
      step: 'foot-care',
      evidence: ['referral'],
      programmes: ['diabetes'],
      ...more,
    },
    at,
  );

describe('standing steps', () => {
  it('GP and POH-S stand in regular control with every scope of the programmes', () => {
    for (const role of ['gp', 'poh-s'] as const) {
      expect(standingScopes(role, ['diabetes', 'copd'], selection)).toEqual(scopesOf(selection, ['diabetes', 'copd']));
    }
  });

  it('an assistant stands in recall: names only', () => {
    expect(standingScopes('assistant', ['diabetes'], selection)).toEqual(['identity']);
  });

  it.each(ROLE_IDS.filter((role) => !['gp', 'poh-s', 'assistant'].includes(role)))(
    'R16: %s stands in nothing',
    (role) => {
      expect(standingScopes(role, PROGRAMME_IDS, selection)).toEqual([]);
    },
  );

  it('need both registration and enrolment', () => {
    const control = { role: 'gp', step: 'regular-control' } as const;
    expect(ask({ ...control, evidence: standing }).issue).toBe(true);
    for (const evidence of [[], ['registration'], ['enrolment'], ['referral']] as const) {
      expect(ask({ ...control, evidence })).toEqual({ issue: false, why: 'no-evidence' });
    }
  });
});

describe('the issuing question', () => {
  it('a podiatrist with a referral gets what the step needs', () => {
    expect(ask({})).toMatchObject({ issue: true, scopes: ['identity', 'hba1c', 'diabetes-medication', 'foot'] });
  });

  it.each<[string, Partial<IssueQuestion>]>([
    ['no-such-step', { step: 'no-step' }],
    ['no-such-step', { programme: 'copd' }],
    ['role-not-in-step', { role: 'dietitian' }],
    ['role-not-in-step', { role: 'practice-manager' }],
    ['not-in-programme', { programmes: ['cvrm'] }],
    ['no-evidence', { evidence: [] }],
    ['more-than-needed', { scopes: ['identity', 'blood-pressure'] }],
    ['nothing-needed', { role: 'consultant', step: 'consultation' }],
  ])('%s', (why, more) => expect(ask(more)).toEqual({ issue: false, why }));

  it('a step that does not fit the indication cannot be issued', () => {
    expect(ask({ programme: 'cvrm', programmes: ['cvrm'] }).issue).toBe(false);
  });

  it('less than the need may be given', () => {
    expect(ask({ scopes: ['foot'] })).toMatchObject({ issue: true, scopes: ['foot'] });
  });

  it('a consulting specialist gets what is attached and nothing else', () => {
    expect(ask({ role: 'consultant', step: 'consultation', scopes: ['hba1c'] })).toMatchObject({
      issue: true,
      scopes: ['hba1c'],
    });
  });

  it('partners switched off: no partner, the own people go on', () => {
    const off = compileSelection(Object.values(PROGRAMMES), { purposes: ['partners'] });
    expect(ask({}, off)).toEqual({ issue: false, why: 'switched-off' });
    expect(ask({ role: 'gp', step: 'regular-control', evidence: standing }, off).issue).toBe(true);
  });

  it('R2: no answer ever gives a role a field it does not need', () => {
    const subset = fc.subarray(PROGRAMME_IDS, { minLength: 1 });
    const evidence = fc.subarray([
      'registration',
      'enrolment',
      'referral',
      'substitute',
      'task',
      'appointment',
    ] as Evidence[]);
    const steps = [...new Set(Object.values(PROGRAMMES).flatMap((one) => one.steps.map((step) => step.id)))];
    fc.assert(
      fc.property(
        fc.constantFrom(...ROLE_IDS),
        subset,
        fc.constantFrom(...PROGRAMME_IDS),
        fc.constantFrom(...steps),
        evidence,
        fc.option(fc.subarray(SCOPE_IDS), { nil: undefined }),
        (role, programmes, programme, step, proof, scopes) => {
          const answer = issueStep(
            { role, programmes, programme, step, evidence: proof, ...(scopes === undefined ? {} : { scopes }) },
            selection,
          );
          if (!answer.issue) return;
          for (const scope of answer.scopes) {
            for (const field of fieldsInScope(scope, programmes))
              expect(answer.step.fields ?? ROLES[role].fields).toContain(field);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it("a role that no step of the patient's programmes names gets nothing", () => {
    expect(scopesForRole('podiatrist', ['cvrm'], selection)).toEqual([]);
    expect(scopesForRole('practice-manager', PROGRAMME_IDS, selection)).toEqual([]);
  });
});

describe('emergency team', () => {
  it('gets the summary and nothing else', () => {
    expect(scopesForRole('emergency', ['copd'], selection)).toEqual(['emergency']);
    expect(
      scopesForRole('emergency', ['copd'], compileSelection(Object.values(PROGRAMMES), { purposes: ['emergency'] })),
    ).toEqual([]);
  });
});
