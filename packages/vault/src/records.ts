/**
 * Records of the review of the log (docs/spec/review.md, "Records"; R49, R50): who may say what about whose looks, in which order. What is
 * said is sealed; the vault checks whose lines they are and that nobody has a say over their own.
 */

import { base64url, fromBase64url, lengthPrefixed, MINUTE, type OrganisationId, type PersonId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import {
  type annexesPage,
  type linesAsked,
  placeOf,
  type postRecord,
  RECORDS_PAGE,
  type records as recordsMessage,
  type requestsPage,
  type WordsWire,
} from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Hash,
  hashOf,
  type ReviewStep,
  type Statement,
  signersOf,
  statementFromWire,
} from '@ketenkluis/seal';
import { sql } from 'kysely';
import type { z } from 'zod';
import { aboutThePractice, isOwnBusiness } from './admin.ts';
import { type Caller, denied, refresh, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { noteLogRead, requireAgentOrOwner, requireLogReader } from './mirror.ts';
import { filling, PAGE_BYTES } from './paging.ts';
import { checkpointOf } from './proofs.ts';
import { getStatements, parseRows, putStatements, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import { answered } from './substitutes.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Record = Statement<'review'>;
type Step = Record & { readonly payload: ReviewStep };
const isStep = (one: Record): one is Step => 'finding' in one.payload;

/** What `words` of a statement is the hash of: every reader's blob, in order. */
export function wordsIn(sent: WordsWire | null) {
  if (sent === null) return null;
  const blobs = sent.map((text) => asSealedBlob(fromBase64url(text)));
  const bytes = lengthPrefixed(...blobs);
  return { bytes, hash: hashOf(bytes) };
}

/** One step of a finding, or one check. Throws `vault/bad-statement`, `vault/conflict`, `vault/not-allowed`. */
export async function record(vault: Vault, signed: Signed, body: z.infer<typeof postRecord>['body']) {
  const { practice, people, request } = signed;
  const statement = expectType(statementFromWire(body.statement), 'review') as Record;
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  if (!isOwnBusiness(statement, practice)) throw bad('this record belongs to another practice');
  if (signersOf(statement).join() !== signed.session.person) throw bad('whoever sends it signs it, alone');
  // Who reviews, and over whose looks, is the directory's to say; whoever may not gets the one refusal.
  if (!people.keys.maySign(statement.payload, signersOf(statement), signed.at))
    throw await denied(vault, signed, 'class-not-allowed', 'this is not yours to say');
  const words = wordsIn(body.words);
  const step = isStep(statement) ? statement : null;
  if ((step?.payload.words ?? null) !== (words?.hash ?? null)) throw bad('these are not the words that were signed');
  if (step) await checkLines(vault, people.log, step.payload);
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: step ? [`finding/${step.payload.finding}`] : [],
    before: async (at) => {
      const { keys } = (await refresh(vault, signed)).people;
      if (!(await keys.verify(statement, at))) throw bad('whoever signed this may not say it');
      if (Math.abs(statement.payload.at - at) > 2 * MINUTE) throw bad('date a record now');
    },
    plan: async (tx, at) => {
      if (step) {
        const before = await stepsOf(tx, practice, step.payload.finding);
        if (before.some(({ hash }) => hash === step.hash) || placeOf([...before, step]) === null)
          throw vaultError('conflict', 'this finding is at another step; look again');
      }
      return {
        common: commonOf(vault, people, request, at, { event: 'control', action: 'C', outcome: 'success' }),
        items: [item({ kind: 'object', object: statement.hash, checks: SIGNED_CHECKS })],
        effect: async (write, sequenced) => {
          const { index } = sequenced;
          await putStatements(write, practice, [{ statement, dossier: null, directory: false, line: index, item: 0 }]);
          const { payload } = statement;
          await write
            .insertInto('record')
            .values({
              ...{ practice, hash: statement.hash, line: index, kind: payload.kind, person: payload.by },
              finding: 'finding' in payload ? payload.finding : null,
              number: 'finding' in payload ? payload.number : null,
              whom: payload.kind === 'ask' ? payload.whom : null,
              words: words?.bytes ?? null,
            })
            .execute();
        },
      };
    },
  });
  return answered(vault, signed, line);
}

/** The lines are in the log, in order, and they are of exactly these people: nobody leaves themselves out. */
async function checkLines(vault: Vault, log: string, { lines, people }: ReviewStep): Promise<void> {
  const { size } = await checkpointOf(vault, log);
  const rising = lines.every((line, i) => line < size && (i === 0 || line > lines[i - 1]!));
  if (!rising) throw bad('a finding names lines of this log, in order');
  const actors = new Set<PersonId>();
  for (const line of lines) {
    const [found] = await vault.storage.ledger.entries(log, line, line + 1);
    if (found === undefined) throw bad('a finding names lines of this log, in order');
    actors.add(decodeEntry(found.stored).entry.common.actor);
  }
  if ([...actors].sort().join() !== people.join()) throw bad('a finding names who looked, all of them, in order');
}

async function stepsOf(tx: Tx, practice: OrganisationId, finding: string): Promise<Step[]> {
  const rows = await tx
    .selectFrom('record')
    .select(['hash'])
    .where('practice', '=', practice)
    .where('finding', '=', finding as Hash)
    .orderBy('number')
    .execute();
  const found = await getStatements(
    tx,
    practice,
    rows.map(({ hash }) => hash),
  );
  const parsed = await parseRows(
    tx,
    practice,
    rows.flatMap(({ hash }) => found.get(hash) ?? []),
  );
  const byHash = new Map(parsed.map((one) => [one.hash, one as Step]));
  return rows.flatMap(({ hash }) => byHash.get(hash) ?? []);
}

export const blobsIn = (bytes: Uint8Array): WordsWire => {
  const out: string[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const length = view.getUint32(at);
    out.push(base64url(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return out;
};

/**
 * What was recorded behind this line, a page of it, oldest first; whoever does not read the log hears of the findings in which they were
 * asked, and of no other.
 */
export async function listRecords(
  vault: Vault,
  caller: Caller,
  after: number,
): Promise<z.infer<typeof recordsMessage>> {
  const { practice, people, session } = caller;
  const all = people.isOwner(session.person) || people.keys.oversees(session.person as PersonId, vault.clock());
  return vault.storage.read(async (tx) => {
    const asked = tx
      .selectFrom('record')
      .select('finding')
      .where('practice', '=', practice)
      .where('whom', '=', session.person as PersonId)
      .where('finding', 'is not', null);
    const behind = tx
      .selectFrom('record')
      .select(['line', 'hash', sql<number>`coalesce(length(words), 0)`.as('bytes')])
      .where('practice', '=', practice)
      .where('line', '>', after)
      .orderBy('line')
      .limit(RECORDS_PAGE + 1);
    const found = await (all ? behind : behind.where('finding', 'in', asked)).execute();
    // One line holds one of them, so a page ends between two lines.
    const rows = found.slice(0, filling(found, RECORDS_PAGE));
    const hashes = rows.map(({ hash }) => hash);
    const statements = await getStatements(tx, practice, hashes);
    const words =
      rows.length === 0
        ? []
        : await tx
            .selectFrom('record')
            .select(['hash', 'words'])
            .where('practice', '=', practice)
            .where('hash', 'in', hashes)
            .execute();
    const worded = new Map(words.map((row) => [row.hash, row.words]));
    return {
      records: rows.flatMap(({ hash, line }) => {
        const row = statements.get(hash);
        const sealed = worded.get(hash) ?? null;
        return row === undefined
          ? []
          : [{ line, statement: toWire(row), words: sealed === null ? null : blobsIn(sealed) }];
      }),
      next: found.length > rows.length ? rows.at(-1)!.line : null,
    };
  });
}

type LinesAsked = z.infer<typeof linesAsked>;
const LINES = 500;
/** A page ends after the line that passes `PAGE_BYTES`, or this many objects; one line comes whole. */
const OBJECTS = 4000;

/** The first line that a page from `from` on does not cover; `to`: what was asked for goes no further. */
async function endOf(vault: Vault, caller: Caller, table: 'annex' | 'asked', from: number, to: number | undefined) {
  const { size } = await checkpointOf(vault, caller.people.log);
  const until = Math.max(from, Math.min(size, from + LINES, to ?? size));
  const content = table === 'annex' ? 'bytes' : 'header';
  const rows = await vault.storage.read((tx) =>
    tx
      .selectFrom(table)
      .select(['line', sql<number>`length(${sql.ref(content)})`.as('bytes')])
      .where('practice', '=', caller.practice)
      .where('line', '>=', from)
      .where('line', '<', until)
      .orderBy('line')
      .execute(),
  );
  let bytes = 0;
  for (const [i, row] of rows.entries()) {
    if ((bytes >= PAGE_BYTES || i >= OBJECTS) && row.line !== rows[i - 1]!.line) return row.line;
    bytes += row.bytes;
  }
  return until;
}

/** The sealed annexes of a page of lines. */
export async function annexes(
  vault: Vault,
  caller: Caller,
  { from, to }: LinesAsked,
): Promise<z.infer<typeof annexesPage>> {
  requireLogReader(vault, caller);
  await noteLogRead(vault, caller);
  const until = await endOf(vault, caller, 'annex', from, to);
  const rows = await vault.storage.read((tx) =>
    tx
      .selectFrom('annex')
      .select(['hash', 'bytes'])
      .where('practice', '=', caller.practice)
      .where('line', '>=', from)
      .where('line', '<', until)
      .execute(),
  );
  return { from, until, annexes: rows.map(({ hash, bytes }) => ({ hash, bytes: base64url(bytes) })) };
}

/** The signed requests behind a page of lines; those that retention took are none. */
export async function requests(
  vault: Vault,
  caller: Caller,
  { from, to }: LinesAsked,
): Promise<z.infer<typeof requestsPage>> {
  requireAgentOrOwner(vault, caller);
  await noteLogRead(vault, caller);
  const until = await endOf(vault, caller, 'asked', from, to);
  const rows = await vault.storage.read((tx) =>
    tx
      .selectFrom('asked')
      .select(['line', 'header'])
      .where('practice', '=', caller.practice)
      .where('line', '>=', from)
      .where('line', '<', until)
      .orderBy('line')
      .execute(),
  );
  return { from, until, requests: rows.map(({ line, header }) => ({ line, header: base64url(header) })) };
}
