/** What can be asked of whom for one patient: the programme files decide (`care.issueStep`), never the person who asks. Pure. */

import { DAY, type Instant, type OrganisationId, plus, type TeamId } from '@ketenkluis/base';
import {
  compileSelection,
  FIELDS,
  FINDING_IDS,
  FINDINGS,
  fieldsInScope,
  fieldsOf,
  issueStep,
  PARAMETER_IDS,
  PARAMETERS,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  SCOPE_IDS,
  SCOPES,
  type ScopeId,
  type Selection,
  scopesForRole,
  scopesOf,
} from '@ketenkluis/care';
import { workplaceError } from '../errors.ts';
import type { Part, ReferralChoice, ReferralChoices, Report, Reportable, ReportedValue, Text } from '../model.ts';

const text = ({ nl, en }: Text): Text => ({ nl, en });

export interface PartnerSeen {
  readonly organisation: OrganisationId;
  readonly name: string;
  readonly teams: readonly {
    readonly team: TeamId;
    readonly role: string;
    /** Does the practice have a key of this team? Without it nothing can be handed on. */
    readonly ready: boolean;
  }[];
}
export interface Indication {
  readonly programmes: readonly ProgrammeId[];
  /** The parts that the sender holds: nobody can hand on more. */
  readonly held: readonly ScopeId[];
  /** The parts that the sender's role sees of every such patient: one of these that is not held is not there. */
  readonly seen: readonly ScopeId[];
  readonly now: Instant;
}

/** What stands in a part for a patient in these programmes. */
export function partOf(scope: ScopeId, programmes: readonly ProgrammeId[], selection: Selection): Part {
  const filled = fieldsOf(selection, programmes);
  const fields = fieldsInScope(scope, programmes).filter((field) => filled.has(field));
  return { scope, name: text(SCOPES[scope]), fields: fields.map((field) => text(FIELDS[field])) };
}

const isRole = (role: string): role is RoleId => Object.hasOwn(ROLES, role);

export function referralChoices(
  partners: readonly PartnerSeen[],
  { programmes, held, seen, now }: Indication,
  selection: Selection,
  assumable: ReadonlyMap<TeamId, NonNullable<ReferralChoice['assumable']>> = new Map(),
): ReferralChoices {
  const all = scopesOf(selection, programmes).filter((scope) => held.includes(scope));
  const part = (scope: ScopeId) => partOf(scope, programmes, selection);
  const choices: ReferralChoice[] = [];
  const unfit: { partner: string; why: 'no-step' | 'no-key' }[] = [];
  for (const { organisation, name, teams } of partners) {
    const before = choices.length;
    let keyless = false;
    for (const { team, role, ready } of teams) {
      if (!isRole(role)) continue;
      const pick = ROLES[role].mode === 'attached';
      for (const programme of programmes) {
        for (const step of PROGRAMMES[programme].steps) {
          const ask = { role, programme, step: step.id, evidence: ['referral'] as const, programmes };
          const answer = issueStep(pick ? { ...ask, scopes: all } : ask, selection);
          // A part that is kept from the sender cannot be handed on, and half a step is none; a part without data does not exist.
          if (!answer.issue || !answer.scopes.every((scope) => held.includes(scope) || seen.includes(scope))) continue;
          const given = answer.scopes.filter((scope) => held.includes(scope));
          if (!given.some((scope) => scope !== 'identity')) continue;
          if (!ready) {
            keyless = true;
            continue;
          }
          choices.push({
            id: `${team} ${programme} ${step.id}`,
            organisation,
            partner: name,
            team,
            role: text(ROLES[role]),
            programme,
            step: step.id,
            activity: text(step.activity),
            sees: given.map(part),
            seesNot: all.filter((scope) => !given.includes(scope)).map(part),
            pick,
            until: plus(now, (step.days ?? 1) * DAY),
            assumable: assumable.get(team) ?? null,
          });
        }
      }
    }
    if (choices.length === before) unfit.push({ partner: name, why: keyless ? 'no-key' : 'no-step' });
  }
  return { choices, unfit };
}

/** Every part that a role sees of some patient in these programmes, at an appointment too, whatever was switched off in the practice. */
export function partsOfRole(role: RoleId, programmes: readonly ProgrammeId[]): ScopeId[] {
  const selection = compileSelection(programmes.map((id) => PROGRAMMES[id]));
  const mixes: readonly (readonly ProgrammeId[])[] = [programmes, ...programmes.map((id) => [id])];
  const atAppointments = programmes.flatMap((programme) =>
    PROGRAMMES[programme].steps.flatMap(({ id, appointment }) => {
      const ask = { role, programme, step: id, evidence: ['appointment'] as const, programmes };
      const answer = appointment === undefined ? null : issueStep(ask, selection);
      return answer?.issue ? answer.scopes : [];
    }),
  );
  const seen = new Set([...mixes.flatMap((mix) => scopesForRole(role, mix, selection)), ...atAppointments]);
  return SCOPE_IDS.filter((scope) => seen.has(scope));
}

/** What this role may report: numbers, then findings to choose from, with the NHG number where one is known. */
export const reportableBy = (role: string): Reportable[] => {
  if (!isRole(role)) return [];
  const { fields } = ROLES[role];
  const found = FINDING_IDS.flatMap((id): Reportable[] => {
    const { field, nhg, answers, nl, en } = FINDINGS[id];
    if (!fields.includes(field)) return [];
    const shown = answers.map(({ code, ...names }) => ({ code, text: text(names) }));
    return [{ code: id, label: { nl, en }, nhg, unit: null, low: null, high: null, answers: shown }];
  });
  const numbers = PARAMETER_IDS.flatMap((id): Reportable[] => {
    const { field, answer, codes, unit, plausible, nl, en } = PARAMETERS[id];
    if (answer !== 'quantity' || !fields.includes(field)) return [];
    const nhg = codes.find(({ code }) => code.startsWith('nhg45|'))?.code.slice('nhg45|'.length) ?? null;
    const [low, high] = plausible ?? [null, null];
    return [{ code: id, label: { nl, en }, nhg, unit: unit ?? null, low, high, answers: null }];
  });
  return [...numbers, ...found];
};

/** As it goes to the practice: of a choice its words, which the GP system takes as they are. Throws `workplace/failed`. */
export function reportedValue(
  reportable: readonly Reportable[],
  { code, value, date }: Report['values'][number],
): ReportedValue {
  const about = reportable.find((one) => one.code === code);
  const answer = about?.answers?.find((one) => one.code === value);
  if (about === undefined || (about.answers !== null && answer === undefined))
    throw workplaceError('failed', 'this cannot be reported by this role');
  return { label: about.label, nhg: about.nhg, value: answer?.text.nl ?? value, unit: about.unit, date };
}
