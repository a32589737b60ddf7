/**
 * Which scope a field lands in, for a patient in these programmes. `scopes.json` cuts along all roles there are; a
 * patient without diabetes meets no podiatrist, so there feet and smoking need no pack of their own. Scopes that no
 * role or step of the patient's programmes tells apart are one: fewer packs, and not one field more for anybody.
 */

import {
  FIELD_IDS,
  FIELDS,
  type FieldId,
  type Names,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  SCOPE_IDS,
  SCOPES,
  type ScopeId,
} from './catalogue.ts';
import { listedFields } from './selection.ts';

/** The roles that some step of these programmes names, and the patient. No other role may be given anything. */
export function rolesOf(programmes: readonly ProgrammeId[]): ReadonlySet<RoleId> {
  const roles = new Set<RoleId>(['patient']);
  for (const id of programmes) for (const step of PROGRAMMES[id].steps) for (const role of step.roles) roles.add(role);
  return roles;
}

/** Every need that cuts: of each role, and of each step that asks for something else than its roles do otherwise. */
export function needsOf(programmes: readonly ProgrammeId[]): (readonly FieldId[])[] {
  const own = programmes.flatMap((id) => PROGRAMMES[id].steps.flatMap(({ fields }) => (fields ? [fields] : [])));
  return [...[...rolesOf(programmes)].map((role) => ROLES[role].fields), ...own];
}

const parts = SCOPE_IDS.filter((id) => !SCOPES[id].copy);

function cut(programmes: readonly ProgrammeId[]): ReadonlyMap<FieldId, ScopeId> {
  const needs = needsOf(programmes);
  const filled = new Set(programmes.flatMap((id) => [...listedFields(PROGRAMMES[id])]));
  const holds = (scope: ScopeId): boolean => SCOPES[scope].fields.some((field) => filled.has(field));
  const leads = new Map<string, ScopeId>();
  const map = new Map<FieldId, ScopeId>();
  // Scopes that these programmes fill come first, so that what is merged is named after something that is in it.
  for (const scope of [...parts.filter(holds), ...parts.filter((one) => !holds(one))]) {
    const { fields } = SCOPES[scope];
    // All fields of one scope are needed together, so the first speaks for them.
    const need = needs.map((one) => (fields[0] !== undefined && one.includes(fields[0]) ? 'x' : '.')).join('');
    const lead = leads.get(need) ?? scope;
    leads.set(need, lead);
    for (const field of fields) map.set(field, lead);
  }
  return map;
}

const known = new Map<string, ReadonlyMap<FieldId, ScopeId>>();

/** Field to scope. The first scope of `scopes.json` that is filled gives its name to what is merged into it. */
export function partitionFor(programmes: readonly ProgrammeId[]): ReadonlyMap<FieldId, ScopeId> {
  const name = [...programmes].sort().join(' ');
  let map = known.get(name);
  if (map === undefined) {
    map = cut(programmes);
    known.set(name, map);
  }
  return map;
}

/** The fields that stand in this scope for a patient in these programmes; of the emergency summary, what it copies. */
export function fieldsInScope(scope: ScopeId, programmes: readonly ProgrammeId[]): FieldId[] {
  if (SCOPES[scope].copy) return [...SCOPES[scope].fields];
  const map = partitionFor(programmes);
  return FIELD_IDS.filter((field) => map.get(field) === scope);
}

/** What stands in a scope of this patient, in words: the fields that the programmes fill. */
export function scopeNames(scope: ScopeId, programmes: readonly ProgrammeId[]): Names {
  const filled = new Set(programmes.flatMap((id) => [...listedFields(PROGRAMMES[id])]));
  const names = fieldsInScope(scope, programmes).flatMap((field) => (filled.has(field) ? [FIELDS[field]] : []));
  return { nl: names.map((one) => one.nl).join(', '), en: names.map((one) => one.en).join(', ') };
}
