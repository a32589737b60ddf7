/** People and their keys: the birth of a practice, and every later change of its directory (design 5, order of birth). */

import { decide } from '@ketenkluis/access';
import {
  type Bytes,
  type DossierId,
  fromBase64url,
  type Instant,
  MINUTE,
  type OrganisationId,
  plus,
} from '@ketenkluis/base';
import type { DraftItem, EventCode } from '@ketenkluis/ledger';
import type { postStatements } from '@ketenkluis/protocol';
import {
  asEpochWraps,
  type Epoch,
  type Fact,
  type Hash,
  hashOf,
  isVouched,
  type Statement,
  signersOf,
  statementsFromWire,
  verifyStatement,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { factRow } from './apply.ts';
import { keepToPeople } from './assurance.ts';
import { actorOf, denied, refresh, type Signed } from './auth.ts';
import { checkEnds } from './bounds.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { isDirectory, type People } from './people.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { settleShares, writeDraft } from './settling.ts';
import { endStatement, putStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';
import { checkManyVouched, dropPastVouched } from './vouched.ts';
import { dropProposals, newcomer, putNames } from './waiting.ts';

type StatementsBody = z.infer<typeof postStatements>['body'];
const bad = (why: string) => vaultError('bad-statement', why);

/** The wraps that came, by hash; exactly those that the new epochs name. */
export function checkWraps(statements: readonly Statement[], sent: readonly string[]): Map<Hash, Bytes> {
  const wraps = new Map(
    sent.map((text) => asEpochWraps(fromBase64url(text))).map((bytes) => [hashOf(bytes), bytes as Bytes]),
  );
  const named = new Set(statements.flatMap(({ payload }) => (payload.t === 'epoch' ? [(payload as Epoch).wraps] : [])));
  if (named.size !== wraps.size || [...named].some((hash) => !wraps.has(hash)))
    throw bad('the wraps that came are not those of the new epochs');
  return wraps;
}

const EVENT: Partial<Record<Statement['payload']['t'], EventCode>> = {
  authority: 'authority',
  card: 'card',
  epoch: 'epoch',
  fact: 'fact',
  withdrawal: 'withdraw',
  invitation: 'invitation',
};
const eventOf = (statements: readonly Statement[]): EventCode => EVENT[statements[0]!.payload.t] ?? 'fact';

export const objectItem = (statement: Statement): DraftItem => {
  const { payload } = statement;
  const facts = payload.t === 'fact' ? [payload.id] : payload.t === 'withdrawal' ? [payload.fact] : [];
  const kind =
    payload.t === 'fact'
      ? ('fact' as const)
      : payload.t === 'withdrawal'
        ? ('withdrawal' as const)
        : ('object' as const);
  return item({ kind, object: statement.hash, facts, checks: SIGNED_CHECKS });
};

/** Rows of directory statements and invitations; `items` says where each stands in the line. */
export async function insertDirectory(
  tx: Tx,
  practice: OrganisationId,
  statements: readonly { readonly statement: Statement; readonly item: number; readonly directory: boolean }[],
  wraps: ReadonlyMap<Hash, Bytes>,
  line: number,
  at: Instant,
  known: (fact: string) => (Fact & { hash?: Hash }) | undefined,
): Promise<void> {
  await putStatements(
    tx,
    practice,
    statements.map((one) => ({ ...one, dossier: null, line })),
  );
  for (const { statement } of statements) {
    const { payload } = statement;
    if (payload.t === 'fact')
      await tx
        .insertInto('fact')
        .values(factRow(practice, statement as Statement<'fact'>))
        .execute();
    if (payload.t === 'withdrawal' && known(payload.fact)) {
      await tx
        .updateTable('fact')
        .set({ ended: at })
        .where('practice', '=', practice)
        .where('fact', '=', payload.fact)
        .execute();
      const row = await tx
        .selectFrom('fact')
        .select('hash')
        .where('practice', '=', practice)
        .where('fact', '=', payload.fact)
        .executeTakeFirst();
      if (row) await endStatement(tx, practice, row.hash, at);
    }
    if (payload.t === 'invitation') {
      const { id: invitation, until } = payload;
      await tx
        .insertInto('invitation')
        .values({ practice, invitation, hash: statement.hash, until, state: 'open', person: null })
        .execute();
    }
    if (payload.t === 'card') {
      await tx
        .updateTable('invitation')
        .set({ state: 'confirmed', person: payload.subject })
        .where('practice', '=', practice)
        .where('state', '=', 'joined')
        .where('invitation', 'in', (eb) =>
          eb
            .selectFrom('joining')
            .select('joining.invitation')
            .where('joining.practice', '=', practice)
            .where('joining.person', '=', payload.subject),
        )
        .execute();
    }
  }
  for (const [hash, bytes] of wraps) {
    await tx
      .insertInto('wraps')
      .values({ practice, hash, bytes })
      .onConflict((on) => on.columns(['practice', 'hash']).doNothing())
      .execute();
  }
}

export const isOwnBusiness = (statement: Statement, practice: OrganisationId): boolean => {
  const { payload } = statement;
  return 'practice' in payload
    ? payload.practice === practice
    : 'organisation' in payload
      ? payload.organisation === practice
      : false;
};

/** May the asker change what belongs to the practice as a whole? */
export const aboutThePractice = (signed: Signed) =>
  decide({
    now: signed.at,
    practice: signed.practice,
    actor: actorOf(signed),
    class: signed.request.payload.class,
    item: { dossier: null, handle: null, team: null, writerClass: null, parent: null, state: 'live' },
    facts: signed.people.factsOf(signed.session.person),
    card: signed.card,
    grants: [],
    snapshot: null,
    gone: 0,
  });

/** Changes of the directory by owners, and withdrawals of a dossier's facts by the agent: all or nothing, one line. */
export async function statements(vault: Vault, signed: Signed, body: StatementsBody) {
  const { practice, people, request } = signed;
  const sent = statementsFromWire(body);
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  keepToPeople(signed, sent);
  const known = (fact: string) => people.facts.find((one) => one.fact.id === fact)?.fact;
  const directory = sent.filter((statement) => isDirectory(statement, known));
  const invitations = sent.filter(({ payload }) => payload.t === 'invitation') as Statement<'invitation'>[];
  const daily = sent.filter(({ payload }) => payload.t === 'fact' && isVouched(payload)) as Statement<'fact'>[];
  if (daily.length > 0 && daily.length < sent.length) throw bad('a membership of the day comes with its like only');
  const apart = new Set<Statement>([...directory, ...invitations, ...daily]);
  const others = sent.filter((statement) => !apart.has(statement));
  const wraps = checkWraps(sent, body.wraps);
  if (body.names?.length && newcomer(directory) === undefined)
    throw bad('words come with one new card, partner or setting');
  if (sent.some((statement) => !isOwnBusiness(statement, practice)))
    throw bad('a statement belongs to another practice');
  const dossiers = [
    ...new Set(
      others.flatMap(({ payload }) => ('dossier' in payload && payload.dossier ? [payload.dossier as DossierId] : [])),
    ),
  ];
  const made = { draft: undefined as DossierDraft | undefined };
  let who = signed;
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ['directory', ...dossiers],
    before: async (at) => {
      // Somebody may have lost an office or a mandate while this waited for its turn.
      who = { ...(await refresh(vault, signed)), at };
      if (aboutThePractice(who).outcome === 'deny') throw vaultError('not-allowed', 'this may not be done now');
      const { keys } = who.people;
      // Built anew on what is committed, so that two changes at once cannot both follow the same record.
      checkEnds(who.people, directory);
      if (directory.length > 0) await vault.people.tryOn(practice, people.log, directory);
      // Every later line is judged by it: a date to come would end what others are in the middle of.
      if (directory.some(({ payload }) => countsFrom(payload) > at))
        throw bad('this would count from later on; date it now or before');
      if (directory.some((one) => reachesBack(one, at)))
        throw bad('this end reaches back over what was done since; date it now');
      for (const invitation of invitations) await checkInvitation(who.people, invitation, at);
      for (const statement of daily) await checkVouched(who.people, statement, at);
      for (const statement of others) {
        if (!(await verifyStatement(statement, (by) => keys.keyOf(by, at), vault.verifier)))
          throw bad('a signature does not hold');
      }
    },
    plan: async (tx, at) => {
      const { keys } = who.people;
      const draft = await draftDossiers(tx, practice, who.people, at, { dossiers, handles: [] });
      made.draft = draft;
      await checkManyVouched(tx, practice, daily, at);
      const first = [...directory, ...invitations, ...daily];
      draft.items.push(...first.map(objectItem));
      const states: Statement<'state'>[] = [];
      for (const statement of others) {
        const { payload } = statement;
        if (payload.t === 'state') {
          if (!keys.maySign(payload, signersOf(statement), at)) throw bad('whoever signed this state may not');
          states.push(statement as Statement<'state'>);
        } else if (payload.t === 'withdrawal') {
          const end = statement as Statement<'withdrawal'>;
          const byAgent = signersOf(end).every((by) => keys.cardOf(by, at)?.kind === 'agent');
          if (!byAgent) checkEndHere(draft, end);
          draft.withdraw(end, signersOf(end));
        } else if (payload.t === 'fact') {
          // What a professional states of a patient is weighed where it belongs (referring.ts, ends.ts), and nowhere else.
          const signers = signersOf(statement);
          const byAgent = signers.every((by) => keys.cardOf(by, at)?.kind === 'agent');
          if (!byAgent || !keys.maySign(payload, signers, at))
            throw bad('whoever signed this fact may not state it here');
          draft.fact(statement as Statement<'fact'>);
        } else throw bad(`a ${payload.t} statement has no place here`);
      }
      draft.settle(states);
      if (draft.items.length === 0) throw bad('nothing was sent');
      return {
        common: commonOf(vault, people, request, at, {
          // Such a line stands for nothing in the directory (agent/monitor.ts).
          event: daily.length > 0 ? 'vouch' : eventOf(sent),
          ...{ action: 'U', outcome: 'success' },
        }),
        items: draft.items,
        changed: draft.changed(),
        effect: async (write, sequenced) => {
          await insertDirectory(
            write,
            practice,
            first.map((statement, i) => ({ statement, item: i, directory: directory.includes(statement) })),
            wraps,
            sequenced.index,
            at,
            known,
          );
          if (daily.length > 0) await dropPastVouched(write, practice, at);
          if (directory.length > 0) {
            const done = directory.map(({ hash }) => hash);
            await dropProposals(write, practice, done, at);
            await putNames(write, practice, directory, body.names ?? []);
          }
          if (dossiers.length > 0) await writeDraft(write, practice, draft, sequenced.index, at);
        },
      };
    },
  });
  if (directory.length > 0) {
    vault.people.forget(practice);
    // The owners may have named other witnesses with this line.
    vault.witnesses.poke(people.log);
  }
  const draft = made.draft!;
  settleShares(vault, practice, draft, line.index);
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [...draft.states()].map(([dossier, { state }]) => ({
      dossier,
      seq: line.entry.items.findLast((one) => one.dossier === dossier)?.seq ?? 0,
      state,
    })),
  };
}

/**
 * Of a dossier's facts an owner ends the enrolment here, and with it the dossier. Everything else ends where its line explains the new
 * state to clients and to the agent (ends.ts); from here it would stand unexplained.
 */
function checkEndHere(draft: DossierDraft, { payload: { dossier, fact } }: Statement<'withdrawal'>): void {
  const kind = dossier === null ? undefined : draft.views.get(dossier)?.facts.get(fact)?.fact.kind;
  if (kind !== undefined && kind !== 'enrolment')
    throw bad(
      'a part of a partner and a consent end at `end`, a restriction at `consent`; the rest with the agent or the enrolment',
    );
}

/** From when a change of owners, a card or an end counts. */
function countsFrom(payload: Statement['payload']): number {
  if (payload.t === 'authority' || payload.t === 'withdrawal') return payload.at;
  return payload.t === 'card' && payload.number > 0 ? payload.from : 0;
}

/** Ends count from their date: one person may not undo what others did before, and several need time to sign. */
const reachesBack = (statement: Statement, at: Instant): boolean =>
  statement.payload.t === 'withdrawal' &&
  statement.payload.at < at - (signersOf(statement).length > 1 ? 24 * 3_600_000 : 120_000);

/** A standing membership said again for a day, in a line of this log, to be brought to a partner. */
async function checkVouched(people: People, statement: Statement<'fact'>, at: Instant): Promise<void> {
  const { from, until } = statement.payload;
  if (until === null || until <= at || from > plus(at, 2 * MINUTE)) throw bad('this membership is not of today');
  if (!(await people.keys.verify(statement, at))) throw bad('whoever signed this membership may not vouch for it');
}

const MAX_INVITATION = 72 * 3_600_000;
async function checkInvitation(people: People, statement: Statement<'invitation'>, at: Instant): Promise<void> {
  const { until, at: made } = statement.payload;
  if (until <= at || until - made > MAX_INVITATION) throw bad('an invitation lives at most 72 hours');
  if (!(await people.keys.verify(statement, at))) throw bad('an invitation is signed by an owner');
}
