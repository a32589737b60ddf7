/** A letter and its messages as the screens show them. Pure. */

import { PROGRAMMES, type ProgrammeId } from '@ketenkluis/care';
import type { ReferralMessage as ClientMessage, ReferralContent } from '@ketenkluis/client';
import type { Letter, ReferralMessage, Text } from '../model.ts';

const programmeName = (id: string): Text => {
  if (!Object.hasOwn(PROGRAMMES, id)) return { nl: id, en: id };
  const { nl, en } = PROGRAMMES[id as ProgrammeId];
  return { nl, en };
};

export const letterView = (content: ReferralContent): Letter => ({
  programme: programmeName(content.programme),
  activity: content.activity,
  question: content.question,
  patient: content.patient.name,
  birthDate: content.patient.birthDate,
  gender: content.patient.gender,
  by: content.by,
  parts: content.parts.map(({ name }) => name),
  until: content.until,
});

export function messageView({ handle, content, at, mine }: ClientMessage): ReferralMessage {
  const base = { handle, kind: content.kind, at, by: content.by.name, mine, text: content.message };
  return content.kind === 'reported'
    ? { ...base, soep: content.soep, values: content.measurements, last: content.last }
    : { ...base, soep: null, values: [], last: content.kind === 'declined' };
}
