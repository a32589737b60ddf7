/** What the invented sides share: one practice, its people, its partners, a clock. */

import { DAY, type Instant, localDate, plus } from '@ketenkluis/base';
import {
  type CareRecord,
  compileSelection,
  type FieldId,
  fieldsInScope,
  MEDICATION_GROUPS,
  PARAMETERS,
  PROGRAMME_IDS,
  PROGRAMMES,
  type ProgrammeId,
  ROLES,
  type RoleId,
  type ScopeId,
} from '@ketenkluis/care';
import type { PartnerSeen } from '../adapter/choices.ts';
import type { Me, Text } from '../model.ts';
import { type Invented, madeId } from './people.ts';

export const both = (nl: string, en: string): Text => ({ nl, en });
export const roleName = (role: RoleId): Text => both(ROLES[role].nl, ROLES[role].en);
export const selection = compileSelection(PROGRAMME_IDS.map((id) => PROGRAMMES[id]));

export interface Stage {
  readonly me: Me;
  readonly people: readonly Invented[];
  readonly start: Instant;
  readonly scene: string;
  now(): Instant;
  roll(): number;
  /** The invented vault answers, or not, as the scene says. */
  reach(time?: number): Promise<void>;
}

export const ago = (stage: Stage, days: number): Instant => plus(stage.start, -days * DAY);
export const ahead = (stage: Stage, days: number): Instant => plus(stage.start, days * DAY);
export const dayAgo = (stage: Stage, days: number) => localDate(ago(stage, days));

export interface InventedPartner extends PartnerSeen {
  readonly ura: string;
  readonly fingerprint: string;
  readonly team: string;
}
const FINGERPRINTS = [
  '4821 0937 5516 7204 1183 9062 3347 8815 2960 7741 0358 6629',
  '7730 1264 9958 0417 3382 5691 2046 7783 1195 8420 6637 0952',
  '0958 4471 2236 8890 5127 3364 7019 4485 9923 1670 2548 8831',
  '3316 7082 4495 1127 8860 2543 9917 6604 0238 5571 7749 1820',
];
export function inventedPartners(roll: () => number): InventedPartner[] {
  const one = (name: string, ura: string, team: string, role: RoleId, place: number): InventedPartner => ({
    organisation: madeId('organisation', roll),
    name,
    ura,
    team,
    fingerprint: FINGERPRINTS[place]!,
    teams: [{ team: madeId('team', roll), role, ready: true }],
  });
  return [
    one('Podotherapie Het Spoor', '90012345', 'Voetzorg', 'podiatrist', 0),
    one('Diëtistenpraktijk Vers', '90023456', 'Diëtetiek', 'dietitian', 1),
    one('Oogpunt Optometrie', '90034567', 'Optometrie', 'optometrist', 2),
    one('Apotheek De Linde', '90045678', 'Farmacie', 'pharmacist', 3),
  ];
}

function fieldOf(record: CareRecord): FieldId {
  if (record.kind === 'measurement') return PARAMETERS[record.parameter].field;
  if (record.kind === 'medication') return MEDICATION_GROUPS[record.group].field;
  if (record.kind === 'problem') return record.codes.includes('icpc|T90.02') ? 'diabetes-since' : 'problems';
  if (record.kind === 'allergy') return 'allergies';
  return record.kind === 'vaccination' ? 'vaccination' : 'identity';
}
/** Only what stands in these parts. */
export function within(
  records: readonly CareRecord[],
  scopes: readonly ScopeId[],
  programmes: readonly ProgrammeId[],
): CareRecord[] {
  const fields = new Set(scopes.flatMap((scope) => fieldsInScope(scope, programmes)));
  return records.filter((record) => fields.has(fieldOf(record)));
}
