/** The account of the last deliveries, as the agent sealed it for this team. */

import { type LocalDate, localDate, type OrganisationId } from '@ketenkluis/base';
import { FIELDS, type FieldId, PROGRAMME_IDS, SCOPES, type ScopeId } from '@ketenkluis/care';
import { listHandles, openList, type ReceiptContent, readContent, receiptContent } from '@ketenkluis/client';
import type { Confirmation, Deliveries, Text } from '../model.ts';
import { programme } from './care-view.ts';
import { about, type Inside } from './inside.ts';

const same = (text: string): Text => ({ nl: text, en: text });
const scopeName = (id: string): Text => (Object.hasOwn(SCOPES, id) ? SCOPES[id as ScopeId] : same(id));
const fieldName = (id: string): Text => (Object.hasOwn(FIELDS, id) ? FIELDS[id as FieldId] : same(id));

export function account(
  receipt: ReceiptContent,
  practice: string,
  confirmation: Confirmation,
  today: LocalDate,
  nameOf: (organisation: OrganisationId) => string | undefined,
): Deliveries {
  return {
    practice,
    patients: receipt.patients,
    left: receipt.left,
    byProgramme: PROGRAMME_IDS.filter((id) => receipt.byProgramme[id] !== undefined).map((id) => ({
      programme: programme(id),
      count: receipt.byProgramme[id] ?? 0,
    })),
    scopes: receipt.scopes.map(({ scope, fields, patients }) => ({
      name: scopeName(scope),
      fields: fields.map(fieldName),
      patients,
    })),
    stayed: receipt.stayed,
    fields: receipt.fields,
    last: receipt.last,
    destructions: (receipt.destructions ?? []).map(({ number, asked, due, decision, ground, copies }) => ({
      ...{ number, asked, due, refused: decision === 'refuse' ? ground : null },
      copies: copies.map(({ organisation, ...copy }) => ({
        ...copy,
        whose: organisation === null ? null : (nameOf(organisation) ?? organisation),
        late: copy.state === 'todo' && copy.due < today,
      })),
    })),
    confirmation,
  };
}

export async function deliveries(inside: Inside): Promise<Deliveries | null> {
  const found = await listHandles(inside.session, 'receipt');
  if (found.length === 0) return null;
  const opened = await openList(inside.session, 'receipt', found[0]!.team, about(inside, 'leveringsbewijs'));
  const { names, me, session } = inside;
  const partner = (id: OrganisationId) => names?.partners.find(({ organisation }) => organisation === id)?.name;
  const receipt = readContent(receiptContent, opened.content);
  return account(receipt, me.practice, opened.confirmation, localDate(session.now()), partner);
}
