/**
 * A team's worklist (design 6, lists): names, days, classes and the ids the team may use; no raw values. Sealed by the
 * agent as a handle of its own; `docs/spec/programme.md` gives the form.
 */

import {
  type DossierId,
  type FactId,
  type HandleId,
  type IdKind,
  type Instant,
  isId,
  type LocalDate,
  type TeamId,
} from '@ketenkluis/base';
import { z } from 'zod';
import {
  PARAMETER_IDS,
  PARAMETERS,
  type ParameterId,
  PROGRAMME_IDS,
  type ProgrammeId,
  ROLE_IDS,
  ROLES,
  type RoleId,
  SCOPE_IDS,
  type ScopeId,
} from './catalogue.ts';
import type { DueResult } from './due.ts';
import { careError } from './errors.ts';
import type { IdentityRecord } from './records.ts';

const id = <T extends string>(kind: IdKind) => z.custom<T>((value) => isId(kind, value));
const day = z.custom<LocalDate>((value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value));
const indicatorClass = z.enum(['goal', 'above', 'below', 'missing', 'invalid']);

const handleRow = z.strictObject({ scope: z.enum(SCOPE_IDS), handle: id<HandleId>('handle') });
const at = z.custom<Instant>((value) => Number.isSafeInteger(value));
/** What an appointment opens, from then until then. */
const visitRow = z.strictObject({
  from: at,
  until: at,
  handles: z.array(handleRow),
  facts: z.array(id<FactId>('fact')),
});

const rowSchema = z.strictObject({
  dossier: id<DossierId>('dossier'),
  name: z.string().max(500),
  /** As exact as the source knew it. */
  birthDate: z
    .string()
    .regex(/^\d{4}(-\d{2}(-\d{2})?)?$/)
    .optional(),
  programmes: z.array(z.enum(PROGRAMME_IDS)),
  lastSeen: day.optional(),
  due: z.array(z.strictObject({ parameter: z.enum(PARAMETER_IDS), due: day })),
  classes: z.partialRecord(z.enum(PARAMETER_IDS), indicatorClass),
  handles: z.array(handleRow),
  facts: z.array(id<FactId>('fact')),
  /** Only where there are any; who does not know them refuses the list. */
  visits: z.array(visitRow).min(1).optional(),
  /** Partners' teams that the patient objects to: for them no consent is assumed. */
  objected: z.array(id<TeamId>('team')).max(1000).optional(),
});
const worklistSchema = z.strictObject({
  version: z.literal(1),
  role: z.enum(ROLE_IDS),
  rows: z.array(rowSchema),
});

export type WorklistRow = z.infer<typeof rowSchema>;
export type Worklist = z.infer<typeof worklistSchema>;

export interface WorklistInput {
  readonly dossier: DossierId;
  readonly identity: IdentityRecord;
  readonly programmes: readonly ProgrammeId[];
  readonly due: DueResult;
  /** All handles of the dossier; the row gets those of the scopes granted to this team. */
  readonly handles: readonly { readonly scope: ScopeId; readonly handle: HandleId }[];
  readonly scopes: readonly ScopeId[];
  readonly facts: readonly FactId[];
  readonly visits?: readonly {
    readonly from: Instant;
    readonly until: Instant;
    readonly scopes: readonly ScopeId[];
    readonly facts: readonly FactId[];
  }[];
  readonly objected?: readonly TeamId[];
}

/** Family name first, as Dutch lists have it. */
export const listName = (identity: IdentityRecord): string =>
  [identity.family, identity.given].filter((part) => part !== undefined && part !== '').join(', ');

/** A class tells something of a measurement, so it goes only to a role that needs that measurement's field. */
function classesFor(role: RoleId, due: DueResult): WorklistRow['classes'] {
  const classes: WorklistRow['classes'] = {};
  for (const parameter of Object.keys(due.classes).sort() as ParameterId[]) {
    const one = due.classes[parameter];
    if (one !== undefined && ROLES[role].fields.includes(PARAMETERS[parameter].field)) classes[parameter] = one;
  }
  return classes;
}

/** The row as it is then: with the parts that an appointment opens at that time, and without those of others. */
export function rowAt(row: WorklistRow, now: Instant): WorklistRow {
  const { visits, ...rest } = row;
  const open = (visits ?? []).filter(({ from, until }) => from <= now && now < until);
  if (open.length === 0) return rest;
  return {
    ...rest,
    handles: [...rest.handles, ...open.flatMap(({ handles }) => handles)],
    // First, so that who puts only so many forward does not leave these out.
    facts: [...open.flatMap(({ facts }) => facts), ...rest.facts],
  };
}

const before = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);

/** Rows in an order that depends on the rows alone, so that an unchanged practice gives the same bytes. */
export function buildWorklist(role: RoleId, inputs: readonly WorklistInput[]): Worklist {
  const handlesOf = (input: WorklistInput, scopes: readonly ScopeId[]) =>
    input.handles
      .filter(({ scope }) => scopes.includes(scope))
      .map(({ scope, handle }) => ({ scope, handle }))
      .sort((a, b) => before(a.scope, b.scope));
  const visitsOf = (input: WorklistInput): Pick<WorklistRow, 'visits'> => {
    const visits = (input.visits ?? []).map(({ from, until, scopes, facts }) => ({
      ...{ from, until, facts: [...facts].sort() },
      handles: handlesOf(input, scopes),
    }));
    visits.sort((a, b) => a.from - b.from || before(a.facts.join(), b.facts.join()));
    return visits.length === 0 ? {} : { visits };
  };
  const rows = inputs.map(
    (input): WorklistRow => ({
      dossier: input.dossier,
      name: listName(input.identity),
      ...(input.identity.birthDate === undefined ? {} : { birthDate: input.identity.birthDate }),
      programmes: [...input.programmes].sort(),
      ...(input.due.lastSeen === undefined ? {} : { lastSeen: input.due.lastSeen }),
      due: input.due.items.map(({ parameter, due }) => ({ parameter, due })),
      classes: classesFor(role, input.due),
      handles: handlesOf(input, input.scopes),
      facts: [...input.facts].sort(),
      ...visitsOf(input),
      ...(input.objected?.length ? { objected: [...input.objected].sort() } : {}),
    }),
  );
  rows.sort((a, b) => before(a.name, b.name) || before(a.dossier, b.dossier));
  return { version: 1, role, rows };
}

/** Reads an opened list; throws `care/bad-worklist` on anything else. */
export function parseWorklist(input: unknown): Worklist {
  const read = worklistSchema.safeParse(input);
  if (!read.success) throw careError('bad-worklist', 'the list is not in the form of docs/spec/programme.md');
  return read.data;
}
