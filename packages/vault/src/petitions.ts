/**
 * What patients ask of their practice, and its answers (docs/spec/petition.md; R53, R54). The vault checks who may say what of which line
 * and in which order; what is asked and answered is sealed.
 */

import { decide } from '@ketenkluis/access';
import { DAY, type Instant, MINUTE, type OrganisationId, type PersonId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { answers, MAX_WAITING, type petitions as petitionsMessage, type postPetition } from '@ketenkluis/protocol';
import { expectType, type Hash, type Petition, type Statement, signersOf, statementFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { isOwnBusiness } from './admin.ts';
import { annexFor } from './annex.ts';
import { type Caller, isPatient, notAllowed, refresh, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf } from './lines.ts';
import { requireLogReader } from './mirror.ts';
import { checkpointOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { blobsIn, wordsIn } from './records.ts';
import { decidedItem, outcomeOf } from './release.ts';
import { getStatements, parseRows, putStatements, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import { answered } from './substitutes.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Said = Statement<'petition'>;

/** Throws `vault/bad-statement`, `vault/conflict`, and what `decide()` answers; for a patient the constant refusal. */
export async function petition(vault: Vault, signed: Signed, body: z.infer<typeof postPetition>['body']) {
  const { practice, people, request, session } = signed;
  const statement = expectType(statementFromWire(body.statement), 'petition') as Said;
  const { payload } = statement;
  const [asked, ...others] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || others.length > 0)
    throw vaultError('bad-request', 'what is asked names one dossier');
  const { dossier } = asked;
  const patient = request.payload.class === 'own';
  if (!isOwnBusiness(statement, practice) || payload.dossier !== dossier)
    throw bad('this belongs to another practice or dossier');
  if (signersOf(statement).join() !== session.person) throw bad('whoever sends it signs it, alone');
  if (patient === (payload.kind === 'answer')) throw bad('a patient asks, and the practice answers');
  const words = wordsIn(body.words);
  if (payload.words !== (words?.hash ?? null)) throw bad('these are not the words that were signed');
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
      if (!keys.maySign(payload, signersOf(statement), at)) made.refused = patient ? 'unknown' : 'class-not-allowed';
      else if (!(await keys.verify(statement, at))) throw bad('whoever signed this may not say it');
      if (Math.abs(payload.at - at) > 2 * MINUTE) throw bad('date it now');
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
      const decided = decide(questionFor({ ...who, at }, reading, asked));
      const reason = decided.outcome === 'deny' ? decided.reason : made.refused;
      const decision =
        reason === undefined ? decided : ({ outcome: 'deny', reason, checks: decided.checks } as typeof decided);
      made.refused = reason;
      if (reason === undefined) await checkOrder(tx, practice, statement, at);
      const event = payload.kind === 'answer' ? 'answer' : 'petition';
      const action = payload.kind === 'answer' ? 'U' : 'C';
      return {
        common: commonOf(vault, people, request, at, { event, action, ...outcomeOf([decision]) }),
        items: [
          decidedItem('object', decision, {
            ...{ dossier, handle: null, object: statement.hash, annex: annex.hash },
            state: reading.dossiers.get(dossier)?.state ?? null,
          }),
        ],
        annex,
        effect: async (write, { index }) => {
          if (decision.outcome === 'deny') return;
          await putStatements(write, practice, [{ statement, dossier: null, directory: false, line: index, item: 0 }]);
          // An address that was replaced is nobody's any more.
          if (payload.kind === 'alert')
            await write
              .updateTable('petition')
              .set({ words: null })
              .where('practice', '=', practice)
              .where('kind', '=', 'alert')
              .where('person', '=', payload.by)
              .execute();
          const named = { practice, hash: statement.hash, line: index, at, kind: payload.kind, dossier };
          const answer = payload.kind === 'answer' ? payload.petition : null;
          await write
            .insertInto('petition')
            .values({ ...named, person: payload.by, asked: answer, answered: null, words: words?.bytes ?? null })
            .execute();
          if (answer !== null)
            await write
              .updateTable('petition')
              .set({ answered: index })
              .where('practice', '=', practice)
              .where('hash', '=', answer)
              .execute();
        },
      };
    },
  });
  if (made.refused !== undefined) throw notAllowed(signed, made.refused);
  return answered(vault, signed, line);
}

/** The line is in the log, is about this dossier, and is of whom the patient asks about: somebody of the practice. */
async function checkLine(
  vault: Vault,
  log: string,
  { line, whom, dossier, practice }: Extract<Petition, { kind: 'name' }>,
) {
  const { size } = await checkpointOf(vault, log);
  const [found] = line < size ? await vault.storage.ledger.entries(log, line, line + 1) : [];
  if (found === undefined || found.stored.length === 0) throw bad('what is asked about is no line of this dossier');
  const { common, items } = decodeEntry(found.stored).entry;
  const about = items.some((one) => one.dossier === dossier);
  if (!about || common.actor !== whom || common.organisation !== practice)
    throw bad('what is asked about is no line of this dossier');
}

/** Nothing twice, one answer each, and not more than anybody can read. */
const ALERTS_IN = 90 * DAY;
async function checkOrder(tx: Tx, practice: OrganisationId, { hash, payload }: Said, at: Instant): Promise<void> {
  const rows = await tx
    .selectFrom('petition')
    .select(['hash', 'kind', 'answered', 'at'])
    .where('practice', '=', practice)
    .where('dossier', '=', payload.dossier)
    .execute();
  if (rows.some((row) => row.hash === hash)) throw vaultError('conflict', 'this was said before');
  if (payload.kind === 'answer') {
    const row = rows.find((one) => one.hash === payload.petition);
    const [asked] = row === undefined ? [] : await statementsOf(tx, practice, [row.hash]);
    if (asked === undefined || !answers(asked, payload)) throw bad('this answers nothing that was asked');
    if (row?.answered !== null) throw vaultError('conflict', 'this has its answer; look again');
    return;
  }
  // Each stays in everybody's list for good. No messages any more: that is taken for longer.
  const alerts = rows.filter(({ kind, at: said }) => kind === 'alert' && said > at - ALERTS_IN);
  if (payload.kind === 'alert' && alerts.length >= (payload.words === null ? 2 : 1) * MAX_WAITING)
    throw vaultError('conflict', 'this was said so often of late; wait before saying it again');
  const waiting = rows.filter(({ kind, answered }) => (kind === 'name' || kind === 'ask') && answered === null);
  if (payload.kind !== 'alert' && waiting.length >= MAX_WAITING)
    throw vaultError('conflict', 'as many wait as the practice can answer; wait for an answer first');
}

async function statementsOf(tx: Tx, practice: OrganisationId, hashes: readonly Hash[]): Promise<Said[]> {
  const found = await getStatements(tx, practice, hashes);
  return (await parseRows(tx, practice, [...found.values()])) as Said[];
}

/** For who reads the log all of it, for a patient what they asked and what was answered to them. */
export async function listPetitions(vault: Vault, caller: Caller): Promise<z.infer<typeof petitionsMessage>> {
  const { practice, people, session, card } = caller;
  const at = vault.clock();
  const patient = isPatient(caller);
  if (!patient) requireLogReader(vault, caller);
  const agent = card?.kind === 'agent';
  const mine = new Set(
    people.keys.owns(at).flatMap(({ person, dossier }) => (person === session.person ? [dossier] : [])),
  );
  return vault.storage.read(async (tx) => {
    const rows = await tx
      .selectFrom('petition')
      .selectAll()
      .where('practice', '=', practice)
      .orderBy('line')
      .limit(20_000)
      .execute();
    const own = new Set(
      rows.flatMap(({ hash, dossier, person }) => (mine.has(dossier) && isOf(person, session) ? [hash] : [])),
    );
    const shown = rows.filter(({ hash, asked }) => !patient || own.has(hash) || (asked !== null && own.has(asked)));
    const found = await getStatements(
      tx,
      practice,
      shown.map(({ hash }) => hash),
    );
    return {
      petitions: shown.flatMap(({ hash, line, kind, words }) => {
        const row = found.get(hash);
        // An address is the agent's alone, and the agent reads nothing else of what people say.
        const reads = (kind === 'alert') === agent;
        return row === undefined
          ? []
          : [{ line, statement: toWire(row), words: words === null || !reads ? null : blobsIn(words) }];
      }),
    };
  });
}
const isOf = (person: PersonId, session: { readonly person: string }): boolean => person === session.person;
