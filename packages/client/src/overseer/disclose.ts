/**
 * What became of every finding, to take along for an inspection (docs/spec/review.md, "For an inspector"; R50, R57): steps, days and how it
 * ended, and on request the officers' own words. Made by who reads those words, after a line that says so (R38), and signed by them: how a
 * finding about themselves ended they do not say. No look, no feature and no dossier is in it: what a finding is about may tell whose file it is.
 */

import {
  type Bytes,
  base64url,
  canonicalJson,
  fromBase64url,
  fromUtf8,
  lengthPrefixed,
  type PersonId,
  utf8,
} from '@ketenkluis/base';
import {
  createVerifier,
  decodeStatement,
  encodeStatement,
  expectType,
  type Hash,
  parsePayload,
  payloadHash,
  type ReviewRecord,
  type ReviewStep,
  type Statement,
} from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from '../errors.ts';
import { listHandles } from '../look.ts';
import { declare } from '../notes.ts';
import type { Session } from '../session.ts';
import { assemble } from './assemble.ts';
import { recordsIn } from './lines.ts';
import { readEvidence, readLog } from './reading.ts';
import { type RecordedFinding, readRecords, type ShownStep } from './records.ts';

const DOMAIN = utf8('ketenkluis.findings.v1');
const index = z.int().min(0);
const record = z.unknown().transform((value, context): ReviewRecord => {
  const payload = parsePayload(value);
  if (payload.t !== 'review') context.addIssue({ code: 'custom', message: 'no record of a review' });
  return payload as ReviewRecord;
});
const step = z.strictObject({
  line: index,
  record,
  /** Of a decision; null of every other step, and of a finding about who gives it along. */
  verdict: z.enum(['justified', 'unjustified', 'unclear']).nullable(),
  followUp: z.enum(['none', 'talk', 'measure', 'breach']).nullable(),
  /** An officer's own words, where they were asked for; never what a colleague answered. */
  text: z.string().max(4000).nullable(),
});
const said = z.strictObject({
  v: z.literal(1),
  practice: z.string(),
  by: z.string(),
  at: z.int(),
  /** The line that said so before anything was read. */
  line: index,
  /** Every record in a line before this one is here. */
  size: index,
  findings: z.array(
    z.strictObject({ finding: z.string(), fault: z.string().max(40).nullable(), steps: z.array(step) }),
  ),
  checks: z.array(z.strictObject({ line: index, record })),
});
export type DisclosedFindings = z.infer<typeof said>;
const file = z.strictObject({ said: z.unknown(), card: z.string(), signature: z.string() });

const signed = (what: unknown): Bytes => lengthPrefixed(DOMAIN, canonicalJson(what));

/**
 * The file, after its line. Throws `client/denied` for who reads no words, `client/not-included` where a record of the log is hidden or a
 * line holds another, and what `declare` throws: then nothing is made.
 */
export async function discloseFindings(session: Session, of: { readonly words: boolean }): Promise<Bytes> {
  const people = await session.people(true);
  const card = people.cardStatement(session.person);
  const [own] = await listHandles(session, 'review');
  if (own === undefined || card === undefined)
    throw clientError('denied', 'only a log officer opens what was asked and decided');
  const about = { purpose: of.words ? 'bevindingen met woorden meegeven' : 'bevindingen meegeven' };
  const items = [{ dossier: null, handle: own.handle, facts: [] }];
  const declared = await declare(session, { event: 'export', items, about });
  const [log, evidence] = [await readLog(session), await readEvidence(session)];
  const recorded = await readRecords(session, { index: log, subjects: assemble(log, evidence).input.subjects });
  if (
    recorded.hidden.length > 0 ||
    recorded.broken.some(({ fault }) => fault === 'not-in-log' || fault === 'not-signed')
  )
    throw clientError('not-included', 'records of the review are not as the log says');
  const lines = recordsIn(log);
  const content: DisclosedFindings = {
    ...{ v: 1, practice: session.practice, by: session.person, at: session.now() },
    ...{ line: declared.index, size: log.size },
    findings: [...recorded.findings.values()].flatMap((one) => findingOf(one, log.size, session.person, of.words)),
    checks: recorded.checks.flatMap(({ record: check }) => {
      const line = lines.get(payloadHash(check))?.line;
      return line === undefined ? [] : [{ line, record: check }];
    }),
  };
  const signature = await session.keys().signer.sign(signed(content));
  return canonicalJson({ said: content, card: base64url(encodeStatement(card)), signature: base64url(signature) });
}

function findingOf({ finding, fault, steps }: RecordedFinding, size: number, by: PersonId, words: boolean) {
  const shown = steps.filter(({ line }) => line < size);
  return shown.length === 0 ? [] : [{ finding, fault, steps: shown.map((one) => stepOf(one, by, words)) }];
}

/** Nobody has a say over their own: what a finding about whoever gives it along came to, somebody else says. */
export const isAbout = ({ record }: { readonly record: ReviewRecord }, by: string): boolean =>
  'people' in record && record.people.some((one) => one === by);

function stepOf({ line, step: payload, words: read }: ShownStep, by: PersonId, whole: boolean): z.infer<typeof step> {
  const own = isAbout({ record: payload }, by);
  const decided = payload.kind === 'decide' && !own;
  const words = whole && !own;
  if (read === null) throw clientError('denied', 'only a log officer opens what was asked and decided');
  return {
    ...{ line, record: payload },
    ...{ verdict: decided ? read.verdict : null, followUp: decided ? read.followUp : null },
    text: words && payload.kind !== 'answer' ? read.text : null,
  };
}

export interface ReadFindings {
  readonly said: DisclosedFindings;
  /** Whose word it is: whether the log knows this card is for the caller to see. */
  readonly card: Statement<'card'>;
}

/** Parsed, and signed with the key of the card in it. Null for anything else; whether it is true of a log is another question. */
export async function readFindings(bytes: Uint8Array): Promise<ReadFindings | null> {
  try {
    const read = file.parse(JSON.parse(fromUtf8(bytes)));
    const content = said.parse(read.said);
    const card = expectType(decodeStatement(fromBase64url(read.card)), 'card');
    const good = await createVerifier().verify(
      fromBase64url(card.payload.sign),
      signed(read.said),
      fromBase64url(read.signature),
    );
    return good && card.payload.subject === content.by ? { said: content, card } : null;
  } catch {
    return null;
  }
}

/** The steps of a finding as they follow each other, each with its hash. */
export const stepsOf = ({ steps }: DisclosedFindings['findings'][number]) =>
  steps.map(({ record: payload }) => ({ hash: payloadHash(payload) as Hash, payload: payload as ReviewStep }));
