/** What a patient asks of their practice, and the answer (docs/spec/petition.md; R53, R54): closed schemas, and who may sign which. */

import type { Instant, LocalDate, TeamId } from '@ketenkluis/base';
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
/** What was asked, as whoever answers it repeats it. */
const answering = {
  ...petitioned,
  petition: hash,
  about: z.enum(PETITION_ABOUT),
  whom: id('person').nullable(),
  words: hash,
};
const day = z.custom<LocalDate>(
  (value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value),
  'expected a day',
);

export const petition = z.discriminatedUnion('kind', [
  /**
   * Who looked in this line? `whom` is its actor; `organisation` the partner that they are from, left out for the practice itself. Signed
   * by the patient, or who stands in for them; so is `ask`.
   */
  z.strictObject({
    ...asked,
    kind: z.literal('name'),
    line: count,
    whom: id('person'),
    organisation: id('organisation').optional(),
    words: hash,
  }),
  z.strictObject({
    ...asked,
    kind: z.literal('ask'),
    about: z.enum(['paper', 'correct', 'erase', 'other']),
    words: hash,
  }),
  /**
   * Signed by an owner or an officer of the control policy, never by whom it is about: of the practice, or of the `organisation` that was
   * asked. The verdict stands in the words alone.
   */
  z.strictObject({ ...answering, kind: z.literal('answer'), organisation: id('organisation').optional() }),
  /** "We need longer", by one or two months (AVG 12(3)); signed as an answer of the practice. The reason stands in the words. */
  z.strictObject({ ...answering, kind: z.literal('extend'), months: z.int().min(1).max(2) }),
  /**
   * "The words of this answer open for nobody who should read them": it answers nothing, and what was asked waits on. Signed by who asked
   * (`own`, `team`), or as an answer of the practice (both null).
   */
  z.strictObject({
    ...petitioned,
    kind: z.literal('unread'),
    own: id('fact').nullable(),
    team: id('team').nullable(),
    petition: hash,
    about: z.enum(PETITION_ABOUT),
    whom: id('person').nullable(),
    answer: hash,
  }),
  /** A partner is asked to destroy what they keep of this dossier, by that day (BW 7:455). Signed by the practice's agent. */
  z.strictObject({ ...petitioned, kind: z.literal('destroy'), organisation: id('organisation'), due: day }),
  /** The words of everything that was asked and answered about this dossier go (docs/spec/destruction.md). Signed by the agent. */
  z.strictObject({ ...petitioned, kind: z.literal('forget') }),
  /** "Send me a message when somebody looked": `words` holds the address, sealed to the agent; null: no more. Signed by the patient. */
  z.strictObject({ ...asked, kind: z.literal('alert'), words: hash.nullable() }),
]);
export type PetitionStatement = z.infer<typeof petition>;
/** What waits for an answer. */
export type Petition = Extract<PetitionStatement, { kind: 'name' | 'ask' }>;
export type PetitionAnswer = Extract<PetitionStatement, { kind: 'answer' }>;
export type PetitionExtension = Extract<PetitionStatement, { kind: 'extend' }>;
export type PetitionUnread = Extract<PetitionStatement, { kind: 'unread' }>;
/** What a partner is asked to destroy. */
export type PetitionDestroy = Extract<PetitionStatement, { kind: 'destroy' }>;
export type PetitionAlert = Extract<PetitionStatement, { kind: 'alert' }>;

type Answerers = Pick<SignRules, 'authorityAt' | 'cardOf' | 'controlAt'>;

/** Who may answer for their organisation: an owner, or an officer of its control policy who works there. */
export function answersFor(rules: Answerers, by: string, when: Instant): boolean {
  const kind = rules.cardOf(by, when)?.kind;
  if (kind === 'patient' || kind === 'agent') return false;
  const owner = rules.authorityAt(when)?.owners.some(({ person }) => person === by) ?? false;
  const officer = rules.controlAt(when)?.officers.some((person) => person === by) ?? false;
  return owner || (officer && (kind === 'professional' || kind === 'trustee'));
}

/** A patient asks about the dossier that they read; who answers answers for the practice, and never for themselves. */
export function mayPetition(
  rules: Answerers & Pick<SignRules, 'mandatesOf' | 'ownOf'>,
  payload: PetitionStatement,
  by: string,
  when: Instant,
): boolean {
  const kind = rules.cardOf(by, when)?.kind;
  switch (payload.kind) {
    case 'answer':
      return payload.organisation === undefined && payload.whom !== by && answersFor(rules, by, when);
    case 'extend':
      return payload.whom !== by && answersFor(rules, by, when);
    case 'unread':
      return payload.own === null || payload.team === null
        ? payload.own === payload.team && payload.whom !== by && answersFor(rules, by, when)
        : asks(rules, payload.own, payload.team, payload.dossier, by, when);
    case 'destroy':
    case 'forget':
      return kind === 'agent' && rules.mandatesOf(by, when).length > 0;
    default:
      return (
        asks(rules, payload.own, payload.team, payload.dossier, by, when) &&
        (payload.kind !== 'name' || payload.whom !== by)
      );
  }
}

/** Who reads this dossier as the patient, or for them, by this very fact. */
function asks(
  rules: Pick<SignRules, 'cardOf' | 'ownOf'>,
  fact: string,
  team: string,
  dossier: string,
  by: string,
  when: Instant,
): boolean {
  const own = rules.ownOf(team as TeamId, when);
  const theirs = own?.id === fact && own.person === by && own.dossier === dossier;
  return theirs && rules.cardOf(by, when)?.kind === 'patient';
}

/** For a partner: an owner or officer of theirs, by their own directory, in the partner's name and never about themselves. */
export const mayAnswerHere = (
  rules: Answerers & Pick<SignRules, 'organisation'>,
  payload: PetitionStatement,
  by: string,
  when: Instant,
): boolean =>
  payload.kind === 'answer' &&
  payload.organisation === rules.organisation &&
  payload.whom !== by &&
  answersFor(rules, by, when);
