/**
 * Substitutes (docs/spec/substitutes.md): one activator calls somebody of the pool in, a colleague hands over the patient of the
 * moment, and the substitute learns which ids to ask for. What opens is `decide()`'s, at every look.
 */

import { decide } from '@ketenkluis/access';
import { base64url, type DossierId, fromBase64url, HOUR, type Instant, MINUTE, plus } from '@ketenkluis/base';
import type { calls as callsMessage, postCall, postSubstitute } from '@ketenkluis/protocol';
import {
  asSealedBlob,
  expectType,
  type Fact,
  type FactOf,
  hashOf,
  type Payload,
  type Statement,
  signersOf,
  statementFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { aboutThePractice, insertDirectory, isOwnBusiness, objectItem } from './admin.ts';
import { annexFor } from './annex.ts';
import { factRow } from './apply.ts';
import { type Caller, denied, refresh, type Signed } from './auth.ts';
import { checkEnds, checkPlace, MAX_CALLS } from './bounds.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, reasonOf } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem } from './release.ts';
import { getStatements, putStatements, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Place = Statement<'fact'> & { readonly payload: FactOf<'substitute'> };
type Call = Statement<'fact'> & { readonly payload: FactOf<'call'> };

/** One place as substitute begins, or one ends. Whether whoever signed it may is the directory's to say. */
export async function substitute(vault: Vault, signed: Signed, body: z.infer<typeof postSubstitute>['body']) {
  const { practice, people, request } = signed;
  const statement = statementFromWire(body.statement);
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  const { payload } = statement;
  const known = (fact: string) => people.facts.find((one) => one.fact.id === fact)?.fact;
  const kind = payload.t === 'fact' ? payload.kind : payload.t === 'withdrawal' ? known(payload.fact)?.kind : undefined;
  if (kind !== 'substitute' || !isOwnBusiness(statement, practice)) throw bad('this is no place as substitute');
  const [by, ...more] = signersOf(statement);
  if (by !== signed.session.person || more.length > 0) throw bad('whoever sends it signs it, alone');
  if (!mayCallIn(signed, payload, known))
    throw await denied(
      vault,
      signed,
      'class-not-allowed',
      'this substitute is for somebody else to call in or send home',
    );
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ['directory'],
    before: async (at) => {
      const now = (await refresh(vault, signed)).people;
      if (payload.t === 'fact') checkPlace(now, payload as Place['payload'], at);
      checkEnds(now, [statement]);
      await vault.people.tryOn(practice, people.log, [statement]);
      if (payload.t === 'withdrawal' && Math.abs(payload.at - at) > 2 * MINUTE) throw bad('date an end now');
      if (payload.t === 'fact' && (payload as Place['payload']).until <= at)
        throw bad('this place has ended before it began');
    },
    plan: async (_tx, at) => ({
      common: commonOf(vault, people, request, at, {
        event: payload.t === 'fact' ? 'fact' : 'withdraw',
        action: payload.t === 'fact' ? 'C' : 'D',
        outcome: 'success',
      }),
      items: [objectItem(statement)],
      effect: (tx, sequenced) =>
        insertDirectory(tx, practice, [{ statement, item: 0, directory: true }], new Map(), sequenced.index, at, known),
    }),
  });
  vault.people.forget(practice);
  return answered(vault, signed, line);
}

/** Is this person one of those whom the owners let call somebody of that pool in, or may they end the place? */
function mayCallIn(
  { people, at, session }: Signed,
  payload: Payload,
  known: (fact: string) => Fact | undefined,
): boolean {
  const { person } = session;
  if (payload.t === 'withdrawal') return people.keys.maySign(payload, [person], at, known(payload.fact));
  if (payload.t !== 'fact' || payload.kind !== 'substitute') return false;
  return people.keys.poolAt(payload.pool, at)?.activators.includes(person) === true;
}

/** The patient is with this substitute now: a fact for hours, and a sealed word. Nothing of the dossier changes and nothing opens. */
export async function call(vault: Vault, signed: Signed, body: z.infer<typeof postCall>['body']) {
  const { practice, people, request } = signed;
  const [asked, ...others] = request.payload.items;
  if (!asked?.dossier || !asked.handle || others.length > 0)
    throw vaultError('bad-request', 'a call names one part of one dossier');
  const statement = expectType(statementFromWire(body.statement), 'fact');
  const fact = statement.payload;
  const note = asSealedBlob(fromBase64url(body.note));
  if (
    fact.kind !== 'call' ||
    fact.practice !== practice ||
    fact.dossier !== asked.dossier ||
    hashOf(note) !== fact.note
  )
    throw bad('this is no call of that patient');
  if (signersOf(statement).join() !== signed.session.person) throw bad('whoever sends it signs it, alone');
  const annex = annexFor(request.payload, body.annex);
  const { dossier } = fact;
  let who = signed;
  let fault: Error | undefined;
  const made = { refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async (at) => {
      who = await refresh(vault, signed);
      if (!(await who.people.keys.verify(statement, at)))
        fault = bad('whoever signed this call may not hand a patient over');
      else if (Math.abs(fact.from - at) > 2 * MINUTE || fact.until <= at) fault = bad('a call begins now');
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [asked]);
      const decision = decide(questionFor({ ...who, at }, reading, asked));
      const state = reading.dossiers.get(dossier)?.state ?? null;
      if (decision.outcome === 'permit' && fault) throw fault;
      const taken = (reading.facts.get(dossier) ?? []).some((one) => one.fact.id === fact.id);
      const many = decision.outcome === 'permit' ? await tooManyCalls(tx, practice, fact, at) : undefined;
      if (many) throw many;
      if (decision.outcome === 'permit' && taken) throw vaultError('conflict', 'this fact stands already');
      const common = (outcome: 'success' | 'refused', reason: ReturnType<typeof reasonOf> | null) =>
        commonOf(vault, people, request, at, { event: 'call', action: 'C', outcome, reason });
      const named = { dossier, handle: asked.handle, object: statement.hash, state, annex: annex.hash };
      if (decision.outcome === 'deny') {
        made.refused = decision.reason;
        return {
          common: common('refused', reasonOf(decision.reason)),
          items: [decidedItem('object', decision, named)],
          annex,
        };
      }
      return {
        common: common('success', null),
        items: [decidedItem('object', decision, { ...named, facts: [...decision.facts, fact.id] })],
        annex,
        effect: (write, sequenced) => keep(write, practice, statement as Call, note, sequenced.index),
      };
    },
  });
  if (made.refused !== undefined) {
    throw vaultError('not-allowed', 'this patient is not yours to hand over now', { detail: { reason: made.refused } });
  }
  return answered(vault, signed, line);
}

/** So that nobody fills a substitute's list, or has one patient on it without end. */
async function tooManyCalls(
  tx: Tx,
  practice: Signed['practice'],
  { person, dossier }: FactOf<'call'>,
  at: Instant,
): Promise<Error | undefined> {
  const live = await tx
    .selectFrom('called')
    .select('dossier')
    .where('practice', '=', practice)
    .where('person', '=', person)
    .where('until', '>', at)
    .execute();
  const same = live.filter((row) => row.dossier === dossier).length;
  return same >= MAX_CALLS.patient || live.length >= MAX_CALLS.person
    ? vaultError('too-many', 'this substitute has this patient, or as many as go, already')
    : undefined;
}

async function keep(
  tx: Tx,
  practice: Signed['practice'],
  statement: Call,
  note: Uint8Array<ArrayBuffer>,
  line: number,
) {
  const { id, dossier, person, until } = statement.payload;
  await putStatements(tx, practice, [{ statement, dossier, directory: false, line, item: 0 }]);
  await tx.insertInto('fact').values(factRow(practice, statement)).execute();
  await tx.insertInto('called').values({ practice, fact: id, dossier, person, until, note }).execute();
}

/** Kept a day longer than they counted, so that the line can be read with them; then sealed word and statement go. */
const AFTER = 24 * HOUR;
export async function dropCalls(vault: Vault): Promise<void> {
  const now = vault.clock();
  const practices = await vault.storage.read((tx) => tx.selectFrom('practice').select('practice').execute());
  for (const { practice } of practices) {
    const over = await vault.storage.read((tx) =>
      tx
        .selectFrom('called')
        .innerJoin('fact', (on) =>
          on.onRef('fact.practice', '=', 'called.practice').onRef('fact.fact', '=', 'called.fact'),
        )
        .select(['called.fact', 'fact.hash'])
        .where('called.practice', '=', practice)
        .where('called.until', '<=', plus(now, -AFTER))
        .limit(500)
        .execute(),
    );
    if (over.length === 0) continue;
    const facts = over.map(({ fact }) => fact);
    const hashes = over.map(({ hash }) => hash);
    await vault.storage.write(async (tx) => {
      await tx.deleteFrom('called').where('practice', '=', practice).where('fact', 'in', facts).execute();
      await tx.deleteFrom('fact').where('practice', '=', practice).where('fact', 'in', facts).execute();
      await tx.deleteFrom('statement').where('practice', '=', practice).where('hash', 'in', hashes).execute();
    });
  }
}

/** What `decide()` is asked for a caller who reads without a signed request. */
const asking = (caller: Caller, at: Instant, asks: Signed['request']['payload']['class']): Signed =>
  ({ ...caller, at, request: { payload: { class: asks, organisation: caller.practice } } }) as Signed;

/** Live handles of a dossier that this person may open with a request of this class, with the facts that carry them. */
export async function openable(
  tx: Tx,
  caller: Caller,
  at: Instant,
  dossier: DossierId,
  asks: 'look' | 'emergency' | 'own',
): Promise<{ handles: NonNullable<Asked['handle']>[]; facts: Asked['facts'] }> {
  const { practice, people, session } = caller;
  const rows = await tx
    .selectFrom('handle')
    .select('handle')
    .where('practice', '=', practice)
    .where('dossier', '=', dossier)
    .where('state', '=', 'live')
    .where('class', '=', 'source')
    .limit(128)
    .execute();
  const items = rows.map(({ handle }): Asked => ({ dossier, handle, facts: [] }));
  const reading = await readFor(tx, practice, items.length > 0 ? items : [{ dossier, handle: null, facts: [] }]);
  const own = new Set<string>(people.factsOf(session.person).map(({ fact }) => fact.id));
  const facts = new Set<Asked['facts'][number]>();
  const handles = items.flatMap((item) => {
    const decision = decide(questionFor(asking(caller, at, asks), reading, item));
    if (decision.outcome === 'deny' || item.handle === null) return [];
    for (const fact of decision.facts) if (!own.has(fact)) facts.add(fact);
    return [item.handle];
  });
  return { handles, facts: [...facts] };
}
type Asked = Signed['request']['payload']['items'][number];

/** The patients who are with this substitute now. Reading it is no line: it opens nothing. */
export async function calls(vault: Vault, caller: Caller): Promise<z.infer<typeof callsMessage>> {
  const { practice, session } = caller;
  const at = vault.clock();
  return vault.storage.read(async (tx) => {
    const rows = await tx
      .selectFrom('called')
      .innerJoin('fact', (on) =>
        on.onRef('fact.practice', '=', 'called.practice').onRef('fact.fact', '=', 'called.fact'),
      )
      .select(['called.dossier', 'called.note', 'fact.hash'])
      .where('called.practice', '=', practice)
      .where('called.person', '=', session.person)
      .where('called.until', '>', at)
      .where('fact.ended', 'is', null)
      .orderBy('called.until')
      .limit(200)
      .execute();
    const statements = await getStatements(
      tx,
      practice,
      rows.map(({ hash }) => hash),
    );
    const out: z.infer<typeof callsMessage>['calls'] = [];
    for (const { dossier, note, hash } of rows) {
      const statement = statements.get(hash);
      const { handles, facts } = await openable(tx, caller, at, dossier, 'look');
      // A restriction looks like no patient at all.
      if (!statement || handles.length === 0) continue;
      out.push({ statement: toWire(statement), note: base64url(note), handles, facts });
    }
    return { calls: out };
  });
}

export async function answered(vault: Vault, { people, request }: Signed, line: Awaited<ReturnType<typeof append>>) {
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [],
  };
}
