/** Wrong ids do not compile. */

import {
  type FieldId,
  type ParameterId,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  type ScopeId,
} from './catalogue.ts';
import type { CareRecord } from './records.ts';

export const scope: ScopeId = 'hba1c';
export const programme: ProgrammeId = 'cvrm';
export const role: RoleId = 'poh-s';
// @ts-expect-error no such scope
export const noScope: ScopeId = 'journal';
// @ts-expect-error no such programme
export const noProgramme: ProgrammeId = 'oncology';
// @ts-expect-error no such role
export const noRole: RoleId = 'admin';
// @ts-expect-error no such field
export const noField: FieldId = 'notes';
// @ts-expect-error no such parameter
export const noParameter: ParameterId = 'mood';
// @ts-expect-error no such programme
export const unknown = PROGRAMMES.oncology;
// @ts-expect-error no such role
export const admin = ROLES.admin;
// @ts-expect-error a record has no place for words
export const words: CareRecord = { kind: 'problem', codes: ['icpc|K86'], note: 'x' };
