/**
 * The issuing question (design 9): does this role, in this step, for this indication, need these scopes? The answer
 * comes from the programme files alone and is written into a signed fact on the practice's side.
 */

import {
  type CheckedProgramme,
  type CheckedStep,
  type FieldId,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  SCOPE_IDS,
  SCOPES,
  type ScopeId,
} from './catalogue.ts';
import { partitionFor, rolesOf } from './partition.ts';
import type { Selection } from './selection.ts';

export type Evidence = CheckedStep['evidence'][number];
export type IssueRefusal =
  | 'no-such-step'
  | 'role-not-in-step'
  | 'no-evidence'
  | 'not-in-programme'
  | 'switched-off'
  | 'nothing-needed'
  | 'more-than-needed';

export interface IssueQuestion {
  readonly role: RoleId;
  readonly programme: ProgrammeId;
  readonly step: string;
  /** What is on record for this patient; a click is none of these (R16). */
  readonly evidence: readonly Evidence[];
  /** The programmes this patient takes part in. */
  readonly programmes: readonly ProgrammeId[];
  /** Ask for these only; without it all that the role needs in this step. A consulting specialist must be given a list. */
  readonly scopes?: readonly ScopeId[];
}
export type IssueAnswer =
  | { readonly issue: true; readonly scopes: readonly ScopeId[]; readonly step: CheckedStep }
  | { readonly issue: false; readonly why: IssueRefusal };

/** The fields that one programme fills in this selection, problems and identity included. */
export function fieldsOf(selection: Selection, programmes: readonly ProgrammeId[]): ReadonlySet<FieldId> {
  const fields = new Set<FieldId>();
  for (const line of selection.lines) {
    if (line.kind !== 'age' && line.kind !== 'excluded' && programmes.includes(line.programme)) fields.add(line.field);
  }
  return fields;
}

const scopeOrder = (a: ScopeId, b: ScopeId): number => SCOPE_IDS.indexOf(a) - SCOPE_IDS.indexOf(b);

function scopesHolding(fields: Iterable<FieldId>, programmes: readonly ProgrammeId[]): ScopeId[] {
  const map = partitionFor(programmes);
  const scopes = new Set<ScopeId>();
  for (const field of fields) {
    const scope = map.get(field);
    if (scope !== undefined) scopes.add(scope);
  }
  return [...scopes].sort(scopeOrder);
}

/** The scopes that a patient in these programmes can have, the emergency summary not counted. */
export const scopesOf = (selection: Selection, programmes: readonly ProgrammeId[]): ScopeId[] =>
  scopesHolding(fieldsOf(selection, programmes), programmes);

/**
 * What a role needs of a patient in these programmes: whole scopes, because scopes are cut along the roles. A role that
 * no step of the programmes names gets none. `within` narrows it to what some of the programmes fill.
 */
export function scopesForRole(
  role: RoleId,
  programmes: readonly ProgrammeId[],
  selection: Selection,
  within: readonly ProgrammeId[] = programmes,
): ScopeId[] {
  if (ROLES[role].mode === 'emergency') {
    const filled = fieldsOf(selection, within);
    const any = SCOPES.emergency.fields.some((field) => filled.has(field));
    return any && !selection.off.purposes.includes('emergency') ? ['emergency'] : [];
  }
  if (!rolesOf(programmes).has(role)) return [];
  return scopesForFields(ROLES[role].fields, programmes, selection, within);
}

function scopesForFields(
  fields: readonly FieldId[],
  programmes: readonly ProgrammeId[],
  selection: Selection,
  within: readonly ProgrammeId[],
): ScopeId[] {
  const filled = fieldsOf(selection, within);
  return scopesHolding(
    fields.filter((field) => filled.has(field)),
    programmes,
  );
}

/** May this step be issued, and for which scopes? Everything that is not said in the files is no. */
export function issueStep(question: IssueQuestion, selection: Selection): IssueAnswer {
  const no = (why: IssueRefusal): IssueAnswer => ({ issue: false, why });
  const programme: CheckedProgramme | undefined = selection.programmes.find((one) => one.id === question.programme);
  const step = programme?.steps.find((one) => one.id === question.step);
  if (step === undefined) return no('no-such-step');
  if (!question.programmes.includes(question.programme)) return no('not-in-programme');
  if (!step.roles.includes(question.role)) return no('role-not-in-step');
  // Registration and enrolment stand together; any one of the other kinds is enough.
  const standing = step.evidence.includes('registration');
  const proved = standing
    ? step.evidence.every((one) => question.evidence.includes(one))
    : step.evidence.some((one) => question.evidence.includes(one));
  if (!proved) return no('no-evidence');
  const role = ROLES[question.role];
  if (role.organisation === 'partner' && selection.off.purposes.includes('partners')) return no('switched-off');
  // The practice's own people see all of an enrolled patient's programmes in one visit; others see this one.
  const within = role.organisation === 'practice' ? question.programmes : [question.programme];
  const needed =
    step.fields === undefined
      ? scopesForRole(question.role, question.programmes, selection, within)
      : scopesForFields(step.fields, question.programmes, selection, within);
  if (role.mode === 'attached' && (question.scopes === undefined || question.scopes.length === 0))
    return no('nothing-needed');
  const scopes = question.scopes ?? needed;
  if (scopes.some((scope) => !needed.includes(scope))) return no('more-than-needed');
  return scopes.length === 0 ? no('nothing-needed') : { issue: true, scopes: [...scopes].sort(scopeOrder), step };
}

/**
 * What a team of the practice stands in by registration and enrolment: the scopes of every step that lasts as long as
 * the enrolment. Empty for a role that has no such step.
 */
export function standingScopes(role: RoleId, programmes: readonly ProgrammeId[], selection: Selection): ScopeId[] {
  const scopes = new Set<ScopeId>();
  for (const programme of programmes) {
    for (const step of PROGRAMMES[programme].steps) {
      if (step.until !== 'enrolment-ends' || !step.roles.includes(role)) continue;
      const evidence: readonly Evidence[] = ['registration', 'enrolment'];
      const answer = issueStep({ role, programme, step: step.id, evidence, programmes }, selection);
      if (answer.issue) for (const scope of answer.scopes) scopes.add(scope);
    }
  }
  return [...scopes].sort(scopeOrder);
}
