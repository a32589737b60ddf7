/** What stands in the sealed words of what is asked and answered (docs/spec/petition.md, "Statements"). */

import { utf8 } from '@ketenkluis/base';
import type { PetitionStatement, Plaintext } from '@ketenkluis/seal';
import { z } from 'zod';

const text = z.string().max(4000);
export const askedWords = z.strictObject({ v: z.literal(1), text });
export const answerWords = z
  .strictObject({
    v: z.literal(1),
    verdict: z.enum(['given', 'refused', 'done']),
    name: z.string().min(1).max(200).nullable(),
    text: text.min(1),
  })
  .refine(({ verdict, name }) => (verdict === 'given') === (name !== null));
/** Why the practice needs longer: it is hard, or there is much of it (AVG 12(3)). */
export const EXTENDED_BY = ['complex', 'number'] as const;
export type ExtendedBy = (typeof EXTENDED_BY)[number];
export const extendWords = z.strictObject({ v: z.literal(1), ground: z.enum(EXTENDED_BY), text: text.min(1) });
/** To whom the agent writes, and nothing more. */
export const alertWords = z.strictObject({ v: z.literal(1), address: z.string().min(3).max(320) });
export type AnswerVerdict = z.infer<typeof answerWords>['verdict'];

/** So that a size says neither yes nor no: JSON takes blanks at its end. */
const PAD = 2048;
export const padded = (words: unknown): Plaintext => {
  const plain = JSON.stringify(words);
  const size = utf8(plain).length;
  return utf8(plain + ' '.repeat(Math.ceil(size / PAD) * PAD - size)) as Uint8Array as Plaintext;
};
export const petitionInfo = ({
  kind,
  dossier,
  by,
  at,
}: Pick<PetitionStatement, 'kind' | 'dossier' | 'by' | 'at'>): string => `petition ${kind} ${dossier} ${by} ${at}`;
