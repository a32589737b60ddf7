/**
 * What patients ask of their practice, and its answers (docs/spec/petition.md; R53, R54). The vault checks who may say what of which line
 * and in which order; what is asked and answered is sealed.
 */

import { decide } from '@ketenkluis/access';
import { DAY, type DossierId, type Instant, type OrganisationId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import {
  answers,
  extendsIt,
  MAX_UNREAD,
  MAX_WAITING,
  PETITION_DATED,
  type postPetition,
  standingAnswer,
} from '@ketenkluis/protocol';
import {
  expectType,
  guestMaySign,
  type Hash,
  type Petition,
  type PetitionStatement,
  type Statement,
  signersOf,
  statementFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { aboutThePractice, isOwnBusiness } from './admin.ts';
import { annexFor } from './annex.ts';
import { homeOf, isOutsider, notAllowed, refresh, refused, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, SIGNED_CHECKS } from './lines.ts';
import { checkpointOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { wordsIn } from './records.ts';
import { decidedItem, outcomeOf } from './release.ts';
import { getStatements, parseRows, putStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import { answered } from './substitutes.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Said = Statement<'petition'>;

/** Who says what: the patient asks, the practice answers, a partner on a visit does, its agent follows what goes to others or goes at all. */
function classFor(payload: PetitionStatement, guest: boolean): 'own' | 'audit' | 'session' | 'sync' {
  const { kind } = payload;
  if (kind === 'unread') return payload.own === null ? 'audit' : 'own';
  if (kind === 'destroy' || kind === 'forget') return 'sync';
  if (kind !== 'answer') return kind === 'extend' ? 'audit' : 'own';
  return guest ? 'session' : 'audit';
}
/** Of the patient and of the practice `decide()` is asked about the dossier; the others sign what nobody else may. */
const isSigned = (kind: string): boolean => kind === 'session' || kind === 'sync';

/** Throws `vault/bad-statement`, `vault/conflict`, and what `decide()` answers; for a patient the constant refusal. */
export async function petition(vault: Vault, signed: Signed, body: z.infer<typeof postPetition>['body']) {
  const { practice, people, request, session } = signed;
  const statement = expectType(statementFromWire(body.statement), 'petition') as Said;
  const { payload } = statement;
  const [asked, ...others] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || others.length > 0)
    throw vaultError('bad-request', 'what is asked names one dossier');
  const { dossier } = asked;
  const kind = request.payload.class;
  if (!isOwnBusiness(statement, practice) || payload.dossier !== dossier)
    throw bad('this belongs to another practice or dossier');
  if (signersOf(statement).join() !== session.person) throw bad('whoever sends it signs it, alone');
  // Nobody outside asks for anything else, and is told no more than that (R22).
  if (signed.guest !== null && kind !== 'session') throw refused();
  if (kind !== classFor(payload, signed.guest !== null)) throw bad('a patient asks, and the practice answers');
  const words = wordsIn(body.words);
  if (('words' in payload ? payload.words : null) !== (words?.hash ?? null))
    throw bad('these are not the words that were signed');
  const annex = annexFor(request.payload, body.annex);
  let who = signed;
  const made = { refused: undefined as Parameters<typeof notAllowed>[1] | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier, `petition/${dossier}`],
    before: async (at) => {
      who = await refresh(vault, signed);
      const { keys } = who.people;
      // Whoever may not gets the line and the one refusal; a false signature gets an error.
      const home = keys.partnerAt(homeOf(who), at)?.directory;
      const may = who.guest
        ? home !== undefined && guestMaySign(home, practice, payload, signersOf(statement), at)
        : keys.maySign(payload, signersOf(statement), at);
      if (!may) made.refused = isOutsider(who) ? 'unknown' : 'class-not-allowed';
      else if (!(await keys.verify(statement, at))) throw bad('whoever signed this may not say it');
      if (Math.abs(payload.at - at) > PETITION_DATED) throw bad('date it now');
      // Readers judge by the date that it bears (`timeAt`): what they would hold for unsigned stops every snapshot.
      if (
        made.refused === undefined &&
        !(await keys.verify(statement, keys.timeAt(payload.at, Number.POSITIVE_INFINITY)))
      )
        throw bad('date it now');
      if (made.refused === undefined && payload.kind === 'name') await checkLine(vault, people.log, payload);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [asked]);
      const decided = isSigned(kind)
        ? aboutThePractice({ ...who, at })
        : decide(questionFor({ ...who, at }, reading, asked));
      const reason =
        decided.outcome === 'deny'
          ? decided.reason
          : (made.refused ??
            ((await isTheirs(tx, who, payload)) && reading.dossiers.has(dossier) ? undefined : 'unknown'));
      const decision =
        reason === undefined ? decided : ({ outcome: 'deny', reason, checks: decided.checks } as typeof decided);
      made.refused = reason;
      if (reason === undefined) await checkOrder(tx, practice, statement, at);
      const says = kind === 'audit' || kind === 'session';
      const [event, action] = says ? (['answer', 'U'] as const) : (['petition', 'C'] as const);
      return {
        common: commonOf(vault, people, request, at, { event, action, ...outcomeOf([decision]) }),
        items: [
          decidedItem('object', decision, {
            ...{ dossier, handle: null, object: statement.hash, annex: annex.hash },
            state: reading.dossiers.get(dossier)?.state ?? null,
            ...(isSigned(kind) && reason === undefined ? { checks: SIGNED_CHECKS } : {}),
          }),
        ],
        annex,
        effect: async (write, { index }) => {
          if (decision.outcome === 'deny') return;
          await putStatements(write, practice, [{ statement, dossier: null, directory: false, line: index, item: 0 }]);
          await keep(write, practice, { ...statement, line: index, at, words: words?.bytes ?? null });
        },
      };
    },
  });
  if (made.refused !== undefined) throw notAllowed(signed, made.refused);
  return answered(vault, signed, line);
}

/** A partner answers what was asked of it; whether there is anything else nobody outside learns (R22). */
async function isTheirs(tx: Tx, who: Signed, payload: PetitionStatement): Promise<boolean> {
  if (who.guest === null) return true;
  if (payload.kind !== 'answer') return false;
  const posed = await tx
    .selectFrom('posed')
    .select('hash')
    .where('practice', '=', who.practice)
    .where('organisation', '=', who.guest.organisation)
    .where('hash', '=', payload.petition)
    .executeTakeFirst();
  return posed !== undefined;
}

/** Writes it down, and what follows from it. */
async function keep(
  write: Tx,
  practice: OrganisationId,
  of: Pick<Said, 'hash' | 'payload'> & {
    readonly line: number;
    readonly at: Instant;
    readonly words: Uint8Array<ArrayBuffer> | null;
  },
): Promise<void> {
  const { hash, payload, line, at, words } = of;
  const { kind, dossier, by: person } = payload;
  // An address that was replaced is nobody's any more; of a dossier that was destroyed nothing is anybody's.
  const gone = write.updateTable('petition').set({ words: null }).where('practice', '=', practice);
  if (kind === 'alert') await gone.where('kind', '=', 'alert').where('person', '=', person).execute();
  if (kind === 'forget') await gone.where('dossier', '=', dossier).execute();
  const asked = kind === 'answer' || kind === 'extend' || kind === 'unread' ? payload.petition : null;
  await write
    .insertInto('petition')
    .values({ practice, hash, line, at, kind, dossier, person, asked, answered: null, words })
    .execute();
  if ((kind === 'name' || kind === 'destroy') && payload.organisation !== undefined)
    await write.insertInto('posed').values({ practice, hash, organisation: payload.organisation }).execute();
  if ((kind === 'answer' || kind === 'unread') && asked !== null)
    await write
      .updateTable('petition')
      .set({ answered: kind === 'answer' ? line : null })
      .where('practice', '=', practice)
      .where('hash', '=', asked)
      .execute();
}

/** The line is in the log, is about this dossier, and is of whom the patient asks about: of the practice, or of the partner that is named. */
async function checkLine(
  vault: Vault,
  log: string,
  { line, whom, dossier, practice, organisation }: Extract<Petition, { kind: 'name' }>,
) {
  const { size } = await checkpointOf(vault, log);
  const [found] = line < size ? await vault.storage.ledger.entries(log, line, line + 1) : [];
  if (found === undefined || found.stored.length === 0) throw bad('what is asked about is no line of this dossier');
  const { common, items } = decodeEntry(found.stored).entry;
  const about = items.some((one) => one.dossier === dossier);
  if (
    !about ||
    common.actor !== whom ||
    common.organisation !== (organisation ?? practice) ||
    organisation === practice
  )
    throw bad('what is asked about is no line of this dossier');
}

const ALERTS_IN = 90 * DAY;
/** Nothing twice, one answer each, and not more than anybody can read. */
async function checkOrder(tx: Tx, practice: OrganisationId, said: Said, at: Instant): Promise<void> {
  const { hash, payload } = said;
  const rows = await rowsOf(tx, practice, payload.dossier);
  if (rows.some((row) => row.hash === hash)) throw vaultError('conflict', 'this was said before');
  const waiting = rows.filter(({ kind, answered }) => (kind === 'name' || kind === 'ask') && answered === null);
  switch (payload.kind) {
    case 'answer':
    case 'extend':
      return await checkAnswer(tx, practice, rows, said);
    case 'unread':
      return await checkUnread(tx, practice, rows, said);
    case 'forget':
      if (waiting.length > 0) throw vaultError('conflict', 'something of this dossier still waits for an answer');
      return;
    case 'destroy': {
      const open = rows.filter(({ kind, answered }) => kind === 'destroy' && answered === null);
      const before = await statementsOf(
        tx,
        practice,
        open.map((row) => row.hash),
      );
      const again = before.some(
        (one) => 'organisation' in one.payload && one.payload.organisation === payload.organisation,
      );
      if (again) throw vaultError('conflict', 'this partner was asked, and has not answered');
      return;
    }
    case 'alert': {
      // Each stays in everybody's list for years. No messages any more: that is taken for longer.
      const alerts = rows.filter(({ kind, at: before }) => kind === 'alert' && before > at - ALERTS_IN);
      if (alerts.length >= (payload.words === null ? 2 : 1) * MAX_WAITING)
        throw vaultError('conflict', 'this was said so often of late; wait before saying it again');
      return;
    }
    default:
      if (waiting.length >= MAX_WAITING)
        throw vaultError('conflict', 'as many wait as the practice can answer; wait for an answer first');
  }
}

type Rows = Awaited<ReturnType<typeof rowsOf>>;
const rowsOf = (tx: Tx, practice: OrganisationId, dossier: DossierId) =>
  tx
    .selectFrom('petition')
    .select(['hash', 'kind', 'answered', 'asked', 'at', 'line'])
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .execute();

/** One answer each, and one extension before it. */
async function checkAnswer(tx: Tx, practice: OrganisationId, rows: Rows, { payload }: Said): Promise<void> {
  if (payload.kind !== 'answer' && payload.kind !== 'extend') return;
  const row = rows.find((one) => one.hash === payload.petition);
  const [asked] = row === undefined ? [] : await statementsOf(tx, practice, [row.hash]);
  const fits = asked !== undefined && (payload.kind === 'answer' ? answers(asked, payload) : extendsIt(asked, payload));
  if (!fits) throw bad('this answers nothing that was asked, or too late to lengthen its month');
  if (row?.answered !== null) throw vaultError('conflict', 'this has its answer; look again');
  if (payload.kind === 'extend' && rows.some(({ kind, asked }) => kind === 'extend' && asked === payload.petition))
    throw vaultError('conflict', 'its month was lengthened before; once is all');
}

/** Of the answer that stands, and not for ever. */
async function checkUnread(tx: Tx, practice: OrganisationId, rows: Rows, said: Said): Promise<void> {
  const { payload } = said;
  if (payload.kind !== 'unread') return;
  const row = rows.find((one) => one.hash === payload.petition);
  const all = await statementsOf(tx, practice, [payload.petition, payload.answer]);
  const asked = all.find((one) => one.hash === payload.petition);
  const answer = all.filter((one) => one.hash === payload.answer);
  const fits = asked !== undefined && standingAnswer(asked, answer) !== undefined;
  if (!fits || standingAnswer(asked, [...answer, said]) !== undefined)
    throw bad('this is of no answer to what was asked');
  const stands = rows.some(({ hash, line }) => hash === payload.answer && line === row?.answered);
  if (!stands) throw vaultError('conflict', 'this answer stands no more; look again');
  const before = rows.filter(({ kind, asked: of }) => kind === 'unread' && of === payload.petition);
  if (before.length >= MAX_UNREAD) throw vaultError('conflict', 'this was said as often as may be; call the practice');
}

async function statementsOf(tx: Tx, practice: OrganisationId, hashes: readonly Hash[]): Promise<Said[]> {
  const found = await getStatements(tx, practice, hashes);
  return (await parseRows(tx, practice, [...found.values()])) as Said[];
}
