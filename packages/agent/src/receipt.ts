/** The readable account of what left and what stayed (docs/spec/sync.md, "Receipt"): counts and field names, no person. */

import type { Instant, LocalDate, TeamId } from '@ketenkluis/base';
import { fieldsOf, type ProgrammeId, SCOPES, type ScopeId, type Selection } from '@ketenkluis/care';
import type { ReceiptContent } from '@ketenkluis/client';
import type { Scopes } from './lists.ts';
import type { PartnerTeams } from './plan.ts';
import type { Reading } from './reading.ts';
import type { Register } from './register.ts';

const KEPT_DELIVERIES = 24;
const BECAME = 'read where it stood; nothing of it was copied or changed';

export interface Delivered {
  readonly changed: number;
  readonly packs: number;
  /** Of content, before compression. */
  readonly bytes: number;
}

/** Referred to, but its key is not known here. */
function wantedTeams(register: Register, partners: PartnerTeams, at: Instant): ReceiptContent['wanted'] {
  const wanted = new Map<TeamId, number>();
  for (const { live } of Object.values(register.patients)) {
    const steps = (live?.handed ?? []).filter(({ team, until }) => at < until && !partners.has(team));
    for (const team of new Set(steps.map((one) => one.team))) wanted.set(team, (wanted.get(team) ?? 0) + 1);
  }
  return [...wanted].sort().map(([team, patients]) => ({ team, patients }));
}

/** How far each request for destruction is, without who asked. */
const shownDestructions = ({ destructions = [] }: Register): Pick<ReceiptContent, 'destructions'> =>
  destructions.length === 0
    ? {}
    : {
        destructions: destructions.map(({ number, asked, due, decision, ground, copies }) => ({
          ...{ number, asked, due, decision, ground },
          copies: copies.map(({ why: _, ...copy }) => copy),
        })),
      };

/** The account, with this delivery on top of the register's list. */
export function makeReceipt(of: {
  readonly register: Register;
  readonly reading: Reading;
  readonly selection: Selection;
  readonly asOf: LocalDate;
  readonly at: Instant;
  readonly delivered: Delivered;
  readonly scopes: Scopes;
  readonly partners: PartnerTeams;
}): ReceiptContent {
  const { register, reading, selection, asOf, at, delivered } = of;
  const { practice } = reading;
  let { deliveries } = register;
  if (delivered.changed + delivered.packs > 0) {
    const number = (deliveries[0]?.number ?? 0) + 1;
    const entry = { number, at, ...delivered, rejected: practice.rejected.length };
    deliveries = [entry, ...deliveries].slice(0, KEPT_DELIVERIES);
  }
  const byProgramme: Record<string, number> = {};
  const scopes = new Map<string, number>();
  const stayed: Record<string, number> = { 'not-asked': 0, refused: 0, ended: 0, missing: reading.missing };
  let left = 0;
  for (const { enrolment } of Object.values(register.patients)) {
    if (enrolment === null) stayed['not-asked']! += 1;
    else if (enrolment.state !== 'enrolled') stayed[enrolment.state]! += 1;
    else {
      left += 1;
      for (const programme of enrolment.programmes) byProgramme[programme] = (byProgramme[programme] ?? 0) + 1;
      for (const scope of of.scopes.get(enrolment.ids.dossier) ?? []) scopes.set(scope, (scopes.get(scope) ?? 0) + 1);
    }
  }
  stayed.refused! += (register.forgotten ?? []).length;
  // Everybody else of the practice is in no programme, or was never a candidate.
  const inside = left + stayed['not-asked']! + stayed.refused!;
  stayed['no-candidate'] = Math.max(0, practice.patients - inside);
  const fields = fieldsOf(
    selection,
    selection.programmes.map(({ id }): ProgrammeId => id),
  );
  return {
    v: 1,
    at,
    asOf,
    patients: practice.patients,
    left,
    byProgramme,
    scopes: [...scopes].sort().map(([scope, patients]) => ({
      scope,
      fields: SCOPES[scope as ScopeId].fields.filter((field) => fields.has(field)),
      patients,
    })),
    stayed: Object.entries(stayed)
      .filter(([, count]) => count > 0)
      .map(([reason, count]) => ({ reason, count })),
    fields: { ...practice.fields },
    last: deliveries,
    wanted: wantedTeams(register, of.partners, at),
    ...shownDestructions(register),
    source: { files: practice.files.length, became: BECAME, loose: [...practice.loose] },
  };
}
