/** What a patient asks of their practice, and the answer (docs/spec/petition.md; R53, R54): closed schemas, and who may sign which. */

import type { Instant, TeamId } from '@ketenkluis/base';
import { z } from 'zod';
import { at, count, hash, head, id } from './fields.ts';
import type { SignRules } from './rules.ts';

/** `name`: who was this? The others are rights that the practice answers in words: a copy on paper, correction, destruction, or more. */
export const PETITION_ABOUT = ['name', 'paper', 'correct', 'erase', 'other'] as const;
export type PetitionAbout = (typeof PETITION_ABOUT)[number];

const petitioned = {
  t: z.literal('petition'),
  ...head,
  practice: id('organisation'),
  dossier: id('dossier'),
  by: id('person'),
  at,
};
const asked = { ...petitioned, own: id('fact'), team: id('team') };

export const petition = z.discriminatedUnion('kind', [
  /** Who looked in this line? `whom` is its actor. Signed by the patient, or who stands in for them; so is `ask`. */
  z.strictObject({ ...asked, kind: z.literal('name'), line: count, whom: id('person'), words: hash }),
  z.strictObject({
    ...asked,
    kind: z.literal('ask'),
    about: z.enum(['paper', 'correct', 'erase', 'other']),
    words: hash,
  }),
  /** Signed by an owner or an officer of the control policy, never by whom it is about. The verdict stands in the words alone. */
  z.strictObject({
    ...petitioned,
    kind: z.literal('answer'),
    petition: hash,
    about: z.enum(PETITION_ABOUT),
    whom: id('person').nullable(),
    words: hash,
  }),
  /** "Send me a message when somebody looked": `words` holds the address, sealed to the agent; null: no more. Signed by the patient. */
  z.strictObject({ ...asked, kind: z.literal('alert'), words: hash.nullable() }),
]);
export type PetitionStatement = z.infer<typeof petition>;
/** What waits for an answer. */
export type Petition = Extract<PetitionStatement, { kind: 'name' | 'ask' }>;
export type PetitionAnswer = Extract<PetitionStatement, { kind: 'answer' }>;
export type PetitionAlert = Extract<PetitionStatement, { kind: 'alert' }>;

/** A patient asks about the dossier that they read; who answers answers for the practice, and never for themselves. */
export function mayPetition(
  rules: Pick<SignRules, 'authorityAt' | 'cardOf' | 'controlAt' | 'ownOf'>,
  payload: PetitionStatement,
  by: string,
  when: Instant,
): boolean {
  const kind = rules.cardOf(by, when)?.kind;
  if (payload.kind === 'answer') {
    if (payload.whom === by || kind === 'patient' || kind === 'agent') return false;
    const owner = rules.authorityAt(when)?.owners.some(({ person }) => person === by) ?? false;
    const officer = rules.controlAt(when)?.officers.some((person) => person === by) ?? false;
    return owner || (officer && (kind === 'professional' || kind === 'trustee'));
  }
  const own = rules.ownOf(payload.team as TeamId, when);
  const asks = own?.id === payload.own && own.person === by && own.dossier === payload.dossier && kind === 'patient';
  return asks && (payload.kind !== 'name' || payload.whom !== by);
}
