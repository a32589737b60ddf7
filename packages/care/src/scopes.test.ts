import { describe, expect, it } from 'vitest';
import {
  FIELD_IDS,
  type FieldId,
  PROGRAMME_IDS,
  PROGRAMMES,
  ROLE_IDS,
  ROLES,
  type RoleId,
  SCOPE_IDS,
  SCOPE_OF_FIELD,
  SCOPES,
} from './catalogue.ts';
import { fieldsInScope, needsOf, partitionFor } from './partition.ts';
import { listedFields } from './selection.ts';

/** The emergency summary is a copy, so its team needs no scope of the partition. */
const cutting = ROLE_IDS.filter((role) => ROLES[role].mode !== 'emergency');

/** All roles there are, and the steps that need something of their own. */
const allNeeds = (roles: readonly RoleId[]) => [
  ...roles.map((role) => ROLES[role].fields),
  ...needsOf(PROGRAMME_IDS).filter((need) => !Object.values(ROLES).some((role) => role.fields === need)),
];

/** Fields that exactly the same roles and steps need belong together; that is the coarsest partition there is. */
function derive(needs: readonly (readonly FieldId[])[]): FieldId[][] {
  const groups = new Map<string, FieldId[]>();
  for (const field of FIELD_IDS) {
    const needed = needs.map((need) => (need.includes(field) ? 'x' : '.')).join('');
    groups.set(needed, [...(groups.get(needed) ?? []), field]);
  }
  return [...groups.values()];
}

const sets = (groups: readonly (readonly string[])[]) => groups.map((group) => [...group].sort().join(' ')).sort();
const parts = SCOPE_IDS.filter((id) => !SCOPES[id].copy);

describe('scopes', () => {
  it('are the coarsest partition of the fields such that every need of a role is a union of scopes', () => {
    expect(sets(parts.map((id) => SCOPES[id].fields))).toEqual(sets(derive(allNeeds(cutting))));
  });

  it('would be another partition if one role needed one field less (twin)', () => {
    const fewer = allNeeds(cutting.filter((role) => role !== 'optometrist'));
    expect(sets(derive(fewer))).not.toEqual(sets(derive(allNeeds(cutting))));
  });

  it('hold every field exactly once', () => {
    const all = parts.flatMap((id) => SCOPES[id].fields);
    expect([...all].sort()).toEqual([...FIELD_IDS].sort());
    for (const field of FIELD_IDS) expect(SCOPES[SCOPE_OF_FIELD[field]].fields).toContain(field);
  });

  it.each(cutting)('make the need of %s without anything beside it', (role) => {
    const needed = new Set(ROLES[role].fields);
    for (const id of parts) {
      const inside = SCOPES[id].fields.filter((field) => needed.has(field));
      expect([0, SCOPES[id].fields.length]).toContain(inside.length);
    }
  });

  it('have one copy, the emergency summary, of fields that the emergency team needs', () => {
    expect(SCOPE_IDS.filter((id) => SCOPES[id].copy)).toEqual(['emergency']);
    expect([...SCOPES.emergency.fields].sort()).toEqual([...ROLES.emergency.fields].sort());
  });
});

describe('scopes of a patient', () => {
  const subsets = Array.from({ length: 2 ** PROGRAMME_IDS.length - 1 }, (_, n) =>
    PROGRAMME_IDS.filter((_id, bit) => ((n + 1) >> bit) & 1),
  );

  it.each(subsets.map((one) => [one.join(' + '), one] as const))(
    '%s: coarsest cut along the roles of these programmes',
    (_name, programmes) => {
      const map = partitionFor(programmes);
      const groups = [...new Set(map.values())].map((scope) => fieldsInScope(scope, programmes));
      expect(sets(groups)).toEqual(sets(derive(needsOf(programmes))));
      for (const need of needsOf(programmes)) {
        for (const group of groups) {
          const inside = group.filter((field) => need.includes(field));
          expect([0, group.length]).toContain(inside.length);
        }
      }
    },
  );

  it.each(subsets.map((one) => [one.join(' + '), one] as const))(
    '%s: every scope in use is named after a field in it',
    (_name, programmes) => {
      const filled = new Set(programmes.flatMap((id) => [...listedFields(PROGRAMMES[id])]));
      const map = partitionFor(programmes);
      for (const field of filled) {
        const own = SCOPES[map.get(field)!].fields;
        expect(own.some((one) => filled.has(one) && map.get(one) === map.get(field))).toBe(true);
      }
    },
  );

  it('is the whole cut for diabetes with COPD, and less where nobody asks', () => {
    expect(new Set(partitionFor(['diabetes', 'copd']).values()).size).toBe(parts.length);
    expect(new Set(partitionFor(['cvrm']).values()).size).toBe(5);
  });
});

describe('roles', () => {
  it('R2: practice manager, privacy officer, care group, owner and mental-health nurse need no field of these programmes', () => {
    for (const role of ['practice-manager', 'privacy-officer', 'care-group', 'owner', 'poh-ggz'] as const)
      expect(ROLES[role].fields).toEqual([]);
  });

  it('R2: a podiatrist sees feet, HbA1c, smoking and relevant medication, not the rest', () => {
    expect([...ROLES.podiatrist.fields].sort()).toEqual([
      'foot',
      'hba1c',
      'identity',
      'medication-antithrombotic',
      'medication-glucose',
      'smoking',
    ]);
  });

  it('R2: an assistant sees who to call and nothing clinical, and at an appointment what is measured there', () => {
    expect(ROLES.assistant.fields).toEqual(['identity']);
    const more = PROGRAMME_IDS.flatMap((id) => PROGRAMMES[id].steps.flatMap(({ fields }) => fields ?? []));
    expect([...new Set(more)].sort()).toEqual(['blood-pressure', 'breathing', 'exercise', 'identity', 'spirometry']);
  });

  it('an optometrist learns since when there is diabetes without the other problems', () => {
    expect(ROLES.optometrist.fields).toContain('diabetes-since');
    expect(ROLES.optometrist.fields).not.toContain('problems');
  });

  it('GP, nurse, locum and patient see all fields', () => {
    for (const role of ['gp', 'poh-s', 'locum', 'patient'] as const) expect(ROLES[role].fields).toEqual(FIELD_IDS);
  });
});
