/**
 * The form of the programme files (`docs/spec/programme.md`). Every code, target, interval and step says where it comes
 * from: `source` names a line of `sources.json`, or `sourced: false` gives the reason why nobody vouches for it.
 */

import { z } from 'zod';

/** Short names of code systems in the files; `catalogue.ts` gives the URI. */
export const SHORT_SYSTEMS = [
  ...['icpc', 'nhg45', 'snomed', 'loinc', 'atc', 'rxnorm', 'cvx', 'gpk', 'prk', 'hpk'],
  ...['nhg14', 'isco', 'appointment-kind'],
] as const;

/**
 * ICPC chapters that no programme of somatic chronic care may list: P psychological, W pregnancy, X and Y genital,
 * Z social (R2).
 */
const SENSITIVE_ICPC = /^icpc\|[PWXYZ]/;

const names = { nl: z.string().min(1), en: z.string().min(1) };
const fieldId = z.string().regex(/^[a-z][a-z0-9-]*$/);
const listedCode = z
  .string()
  .regex(new RegExp(`^(${SHORT_SYSTEMS.join('|')})\\|[A-Za-z0-9.-]{1,20}$`))
  .refine((code) => !SENSITIVE_ICPC.test(code), 'a chapter P, W, X, Y or Z code cannot be listed');

const provenance = {
  source: z.string().optional(),
  sourced: z.literal(false).optional(),
  reason: z.string().min(1).optional(),
};
const proven = (item: { source?: string | undefined; sourced?: false | undefined; reason?: string | undefined }) =>
  item.source === undefined ? item.sourced === false && item.reason !== undefined : item.sourced === undefined;
const PROVEN = 'give either a source, or sourced: false with a reason';

const code = z.strictObject({ code: listedCode, ...provenance }).refine(proven, PROVEN);
const namedCode = z
  .strictObject({ code: listedCode, ...names, prefix: z.literal(true).optional(), ...provenance })
  .refine(proven, PROVEN);

const parameter = z
  .strictObject({
    ...names,
    field: fieldId,
    /** quantity: a number with a unit; score: a number without one; coded: a code of a closed list. */
    answer: z.enum(['quantity', 'score', 'coded']),
    /** UCUM, the unit that Dutch practices use. */
    unit: z.string().optional(),
    /** Which conversion of `@ketenkluis/fhir` applies. */
    measure: z.string().optional(),
    decimals: z.int().min(0).max(3).optional(),
    /** Outside these a value is kept and marked: meant for typing errors, not for illness. */
    plausible: z.tuple([z.number(), z.number()]).optional(),
    /** In order of preference when one day has several. */
    codes: z.array(code),
    unsourced: z.string().optional(),
  })
  .refine((p) => p.answer !== 'quantity' || (p.unit !== undefined && p.measure !== undefined), 'a quantity has a unit')
  .refine((p) => p.answer === 'coded' || p.plausible !== undefined, 'a number has a plausible range')
  .refine((p) => p.codes.length > 0 || p.unsourced !== undefined, 'without codes, say why');

const panel = z.strictObject({ ...names, parts: z.array(z.string()).min(1), codes: z.array(code).min(1) });

const medicationGroup = z
  .strictObject({ ...names, field: fieldId, atc: z.array(z.string().regex(/^[A-Z0-9]{3,7}$/)).min(1), ...provenance })
  .refine(proven, PROVEN);

const due = z
  .strictObject({
    parameter: z.string(),
    everyMonths: z.int().min(1).max(120),
    /** Any of these counts as the answer. */
    anyOf: z.array(z.string()).min(1).optional(),
    ...provenance,
  })
  .refine(proven, PROVEN);

const target = z
  .strictObject({
    parameter: z.string(),
    below: z.number().optional(),
    atMost: z.number().optional(),
    atLeast: z.number().optional(),
    ...provenance,
  })
  .refine(proven, PROVEN)
  .refine((t) => [t.below, t.atMost, t.atLeast].filter((x) => x !== undefined).length === 1, 'exactly one bound');

const step = z
  .strictObject({
    id: fieldId,
    ...names,
    roles: z.array(z.string()).min(1),
    /** What must be on record before the step can be issued; a click is none of these (R16). */
    evidence: z.array(z.enum(['registration', 'enrolment', 'referral', 'appointment', 'task', 'substitute'])).min(1),
    /** What the roles need in this step, where that is not what they need otherwise. */
    fields: z.array(fieldId).min(1).optional(),
    until: z.literal('enrolment-ends').optional(),
    days: z.int().min(1).max(400).optional(),
    /** Which appointments open the step, and how many whole days before and after theirs. */
    appointment: z
      .strictObject({
        kinds: z.array(code).min(1),
        daysBefore: z.int().min(0).max(7),
        daysAfter: z.int().min(0).max(7),
      })
      .optional(),
    activity: z.strictObject(names),
    ...provenance,
  })
  .refine(proven, PROVEN)
  .refine((s) => [s.until, s.days, s.appointment].filter((x) => x !== undefined).length === 1, 'one length')
  .refine(
    (s) => (s.appointment === undefined ? !s.evidence.includes('appointment') : s.evidence.join() === 'appointment'),
    'a step by appointment rests on appointments alone',
  );

export const programmeSchema = z.strictObject({
  id: fieldId,
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  ...names,
  minimumAge: z.int().min(0).max(130),
  include: z.array(namedCode).min(1),
  /** Programmes whose inclusion codes rule this one out. */
  excludedBy: z.array(z.string()),
  /** Other problems that may be seen with this programme. They make nobody a candidate. */
  problems: z.array(namedCode),
  parameters: z.array(z.strictObject({ parameter: z.string(), years: z.int().min(1).max(30) })),
  medication: z.strictObject({ groups: z.array(z.string()), years: z.int().min(1).max(30) }),
  vaccinations: z.array(z.string()),
  allergies: z.boolean(),
  /** NHG process codes, read in the practice only. */
  process: z.strictObject({
    principal: z.array(code),
    participation: z.array(code),
    controlPolicy: z.array(code).optional(),
    reasonNone: z.array(code).optional(),
    unsourced: z.string().optional(),
  }),
  due: z.array(due),
  targets: z.array(target),
  steps: z.array(step).min(1),
  notes: z.array(z.strictObject(names)),
});

export const parametersSchema = z.record(fieldId, parameter);
export const panelsSchema = z.record(fieldId, panel);
export const medicationSchema = z.strictObject({
  groups: z.record(fieldId, medicationGroup),
  /** Generic names in Dutch by ATC code, ours. */
  names: z.record(z.string(), z.string()),
  rxnorm: z.strictObject({
    note: z.string(),
    sourced: z.literal(false),
    reason: z.string(),
    toAtc: z.record(z.string(), z.string()),
  }),
});
export const allergiesSchema = z.strictObject({
  ...names,
  field: fieldId,
  codes: z.array(namedCode),
  systems: z.array(z.strictObject({ code: z.enum(SHORT_SYSTEMS), sourced: z.literal(false), reason: z.string() })),
});
export const vaccinationsSchema = z.record(
  fieldId,
  z.strictObject({ ...names, field: fieldId, codes: z.array(code).min(1) }),
);
export const answersSchema = z.record(z.string(), z.strictObject({ ...names, ...provenance }).refine(proven, PROVEN));
/** What somebody reports by choosing an answer: no number of the GP system is known for it, or `nhg` says which. */
export const findingsSchema = z.record(
  fieldId,
  z
    .strictObject({
      ...names,
      field: fieldId,
      nhg: z.strictObject({ code: z.string().regex(/^\d{1,5}$/), source: z.string() }).optional(),
      unsourced: z.string().min(1).optional(),
      answers: z
        .array(
          z
            .strictObject({ code: z.string().regex(/^[a-z0-9-]{1,30}$/), ...names, ...provenance })
            .refine(proven, PROVEN),
        )
        .min(2),
    })
    .refine((one) => (one.nhg === undefined) !== (one.unsourced === undefined), 'a number, or why there is none'),
);
export const fieldsSchema = z.record(fieldId, z.strictObject(names));
export const scopesSchema = z.record(
  fieldId,
  z
    .strictObject({ ...names, fields: z.array(fieldId).optional(), copyOf: z.array(fieldId).optional() })
    .refine((s) => (s.fields === undefined) !== (s.copyOf === undefined), 'either fields or copyOf'),
);
export const rolesSchema = z.record(
  fieldId,
  z
    .strictObject({
      ...names,
      organisation: z.enum(['practice', 'partner', 'patient', 'region']),
      /** standing: by registration and enrolment; step: by referral; attached: only what the asker adds; own: one's own record. */
      mode: z.enum(['none', 'standing', 'substitute', 'step', 'attached', 'own', 'emergency']),
      fields: z.union([z.literal('all'), z.array(fieldId)]),
      /** What a source calls somebody in this role. */
      codes: z.array(code).optional(),
      note: z.string().optional(),
      ...provenance,
    })
    .refine(proven, PROVEN),
);
export const sourcesSchema = z.record(z.string(), z.string());

export type Programme = z.infer<typeof programmeSchema>;
export type Parameter = z.infer<typeof parameter>;
export type Step = z.infer<typeof step>;
export type NamedCode = z.infer<typeof namedCode>;
export type ListedCode = z.infer<typeof code>;
export type Target = z.infer<typeof target>;
export type DueRule = z.infer<typeof due>;
export type Role = z.infer<(typeof rolesSchema)['valueType']>;
