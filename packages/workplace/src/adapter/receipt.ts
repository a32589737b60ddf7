/** The account of the last deliveries, as the agent sealed it for this team. */

import { FIELDS, type FieldId, PROGRAMME_IDS, SCOPES, type ScopeId } from '@ketenkluis/care';
import { listHandles, openList, type ReceiptContent, readContent, receiptContent } from '@ketenkluis/client';
import type { Confirmation, Deliveries, Text } from '../model.ts';
import { programme } from './care-view.ts';
import { about, type Inside } from './inside.ts';

const same = (text: string): Text => ({ nl: text, en: text });
const scopeName = (id: string): Text => (Object.hasOwn(SCOPES, id) ? SCOPES[id as ScopeId] : same(id));
const fieldName = (id: string): Text => (Object.hasOwn(FIELDS, id) ? FIELDS[id as FieldId] : same(id));

export function account(receipt: ReceiptContent, practice: string, confirmation: Confirmation): Deliveries {
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
    confirmation,
  };
}

export async function deliveries(inside: Inside): Promise<Deliveries | null> {
  const found = await listHandles(inside.session, 'receipt');
  if (found.length === 0) return null;
  const opened = await openList(inside.session, 'receipt', found[0]!.team, about(inside, 'leveringsbewijs'));
  return account(readContent(receiptContent, opened.content), inside.me.practice, opened.confirmation);
}
