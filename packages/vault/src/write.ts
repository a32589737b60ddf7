/** Notes and messages: a new `work` or `inbox` handle under a source handle, kept until it was taken over into the GP system. */

import { decide } from '@ketenkluis/access';
import { type Bytes, type DossierId, fromBase64url, type Instant, type TeamId } from '@ketenkluis/base';
import type { postTakeover, postWrite } from '@ketenkluis/protocol';
import {
  expectType,
  type Hash,
  type Statement,
  signersOf,
  statementFromWire,
  statementsFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { notAllowed, refresh, type Signed, shownReason, teamsOfAsker } from './auth.ts';
import type { DossierView } from './changes.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, reasonOf } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { checkCustody, checkRecipients, keptBundles, receiveShares, sortStatements, wrapRows } from './receiving.ts';
import { decidedItem } from './release.ts';
import { MAX_MESSAGES } from './room.ts';
import { dropUncommitted, settleShares, writeDraft } from './settling.ts';
import type { Vault } from './vault.ts';

type WriteBody = z.infer<typeof postWrite>['body'];
type TakeoverBody = z.infer<typeof postTakeover>['body'];
const bad = (why: string) => vaultError('bad-statement', why);

/** What a change of one dossier answers: its line, and where the dossier stands now. */
export async function committedAnswer(
  vault: Vault,
  { people, request }: Signed,
  line: Awaited<ReturnType<typeof append>>,
  draft: DossierDraft,
) {
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: changedDossier(draft, line),
  };
}

const changedDossier = (draft: DossierDraft, line: Awaited<ReturnType<typeof append>>) =>
  [...draft.states()].map(([dossier, { state }]) => ({
    dossier,
    seq: line.entry.items.findLast((one) => one.dossier === dossier)?.seq ?? 0,
    state,
  }));

/**
 * What is wrong when a statement is not, or may not be, signed by whoever sends it. To be thrown only after `decide()` said yes: whoever
 * may not is refused, in a line, whatever they signed.
 */
export async function notBySender(
  statements: readonly Statement[],
  { session, people, at }: Signed,
): Promise<Error | undefined> {
  for (const statement of statements) {
    const signers = signersOf(statement);
    const own = signers.length === 1 && signers[0] === session.person;
    if (!own || !(await people.keys.verify(statement, at)))
      return bad(`this ${statement.payload.t} is not signed by whoever sends it`);
  }
  return undefined;
}

export async function write(vault: Vault, signed: Signed, body: WriteBody) {
  const { practice, people, request } = signed;
  const statements = statementsFromWire(body);
  const sorted = sortStatements(statements);
  if (sorted.facts.length > 0 || sorted.withdrawals.length > 0) throw bad('facts do not come with a note');
  const [descriptor, ...more] = [...sorted.descriptors.values()];
  if (!descriptor || more.length > 0) throw bad('a write brings one new handle');
  const { dossier, handle, parent, class: writerClass } = descriptor.payload;
  if (dossier === null) throw bad('a note belongs to a dossier');
  const forged = await notBySender(statements, signed);
  const annex = annexFor(request.payload, body.annex);
  const packs = new Map<Hash, Bytes>(body.packs.map((pack) => [descriptor.hash, fromBase64url(pack)] as const));
  if (body.packs.length !== 1) throw vaultError('bad-pack', 'one new handle has one pack');
  const wraps = body.wraps.map((wrap) => {
    const bundle = sorted.bundles.get(wrap.bundle);
    if (!bundle || !sorted.descriptors.has(wrap.descriptor))
      throw vaultError('bad-wrap', 'a wrap names a bundle or version that did not come with it');
    return { bundle, index: wrap.index, descriptor: wrap.descriptor, kind: wrap.kind, ct: fromBase64url(wrap.ct) };
  });
  checkRecipients(sorted, wraps);
  if (!forged) await checkCustody(vault, signed, [descriptor], body.custody, signed.at);
  const { shares } = forged ? { shares: [] } : await receiveShares(vault, sorted, packs, wraps);
  vault.shares.stage(practice, shares, vault.clock());
  let who = signed;
  const made = { draft: undefined as DossierDraft | undefined, refused: undefined as string | undefined };
  let line: Awaited<ReturnType<typeof append>>;
  try {
    line = await append(vault, {
      practice,
      log: people.log,
      request,
      keys: [dossier, handle],
      before: async () => {
        who = await refresh(vault, signed);
      },
      plan: async (tx, now: Instant) => {
        const asked = { dossier, handle: parent, facts: [] };
        const reading = await readFor(tx, practice, [asked]);
        // Judged as the note that it will be, under a parent that must be live.
        const decision = decide(questionFor({ ...who, at: now }, reading, asked, { handle, writerClass, parent }));
        if (decision.outcome === 'deny') {
          made.refused = decision.reason;
          const state = reading.dossiers.get(dossier)?.state ?? null;
          return {
            common: commonOf(vault, people, request, now, {
              event: 'write',
              action: 'C',
              outcome: 'refused',
              reason: shownReason(who, reasonOf(decision.reason)),
            }),
            items: [
              decidedItem('head', decision, { dossier, handle, object: descriptor.hash, state, annex: annex.hash }),
            ],
            annex,
          };
        }
        if (forged) throw forged;
        const draft = await draftDossiers(tx, practice, who.people, now, { dossiers: [dossier], handles: [handle] });
        made.draft = draft;
        const under = parent === null ? undefined : reading.handles.get(parent);
        const parents = (under && reading.granted.get(under.descriptor)) ?? [];
        checkReaders(
          { ...who, at: now },
          sorted.grants,
          parents.map((row) => row.team),
          decision.team!,
        );
        if (who.guest)
          checkMessages(draft.views.get(dossier)!, who.people.keys.teamsOfPartner(request.payload.organisation));
        draft.head(descriptor);
        for (const grant of sorted.grants) draft.grant(grant);
        draft.settle(sorted.states);
        draft.rows.packs.push(...[...packs].map(([hash, bytes]) => ({ descriptor: hash, bytes })));
        draft.rows.wraps.push(...wrapRows(practice, wraps));
        draft.rows.statements.push(...keptBundles(sorted));
        return {
          common: commonOf(vault, people, request, now, { event: 'write', action: 'C', outcome: 'success' }),
          items: draft.items.map((one) => ({
            ...one,
            checks: decision.checks,
            facts: [...new Set([...one.facts, ...decision.facts])],
            relation: decision.relation,
            annex: annex.hash,
          })),
          changed: draft.changed(),
          annex,
          effect: (tx2, sequenced) => writeDraft(tx2, practice, draft, sequenced.index, now),
        };
      },
    });
  } catch (error) {
    await dropUncommitted(
      vault,
      practice,
      shares.map((one) => one.descriptor),
    );
    throw error;
  }
  if (!made.draft) {
    await dropUncommitted(
      vault,
      practice,
      shares.map((one) => one.descriptor),
    );
    throw notAllowed(signed, made.refused ?? 'unknown');
  }
  return committedAnswer(vault, signed, line, made.draft);
}

/**
 * Whom a note or message may be sealed for: a note for the writer's own teams; a message for the writer's team and for teams of the
 * practice that hold the part it hangs under, one of them at least.
 */
function checkReaders(who: Signed, grants: readonly Statement<'grant'>[], parents: readonly TeamId[], team: TeamId) {
  const named = grants.map(({ payload }) => payload.team);
  const own = new Set([...teamsOfAsker(who, who.at), team]);
  if (!who.guest) {
    if (named.some((one) => !own.has(one))) throw bad('a note is sealed for the teams of whoever writes it');
    return;
  }
  const readers = new Set(parents.filter((one) => who.people.keys.isOwnTeam(one)));
  const fits = named.every((one) => one === team || readers.has(one));
  if (!fits || !named.includes(team) || !named.some((one) => readers.has(one)))
    throw bad('a message is sealed for its own team and for teams that hold the part it hangs under');
}

/** One partner leaves the others room for theirs: each message is sealed for a team of who sent it. */
function checkMessages(view: DossierView, teams: ReadonlySet<TeamId>): void {
  const theirs = new Set(view.granted.flatMap((row) => (teams.has(row.team) ? [row.descriptor] : [])));
  const live = [...view.handles.values()].filter(
    (row) => row.class === 'inbox' && row.state === 'live' && theirs.has(row.descriptor),
  );
  if (live.length >= MAX_MESSAGES.one)
    throw vaultError('too-large', `a dossier holds at most ${MAX_MESSAGES.one} messages of one partner`);
}

/** The note stands in the GP system now: its handle goes, with pack, grants and shares. */
export async function takeover(vault: Vault, signed: Signed, body: TakeoverBody) {
  const { practice, people, request } = signed;
  const asked = request.payload.items[0];
  if (request.payload.items.length !== 1 || !asked?.dossier || !asked.handle)
    throw vaultError('bad-request', 'a take-over names one note');
  const dossier: DossierId = asked.dossier;
  const handle = asked.handle;
  const annex = annexFor(request.payload, body.annex);
  const state = expectType(statementFromWire(body.state), 'state');
  const forged = await notBySender([state], signed);
  let who = signed;
  const made = { draft: undefined as DossierDraft | undefined, refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier, handle],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, now) => {
      const reading = await readFor(tx, practice, [asked]);
      // A message is taken over by whoever may write under the same part.
      const message = reading.handles.get(handle)?.class === 'inbox';
      const decision = decide(
        questionFor({ ...who, at: now }, reading, asked, message ? { writerClass: 'work' as const } : {}),
      );
      const common = (outcome: 'success' | 'refused', reason: ReturnType<typeof reasonOf> | null) =>
        commonOf(vault, people, request, now, { event: 'taken-over', action: 'D', outcome, reason });
      if (decision.outcome === 'deny') {
        made.refused = decision.reason;
        const stood = reading.dossiers.get(dossier)?.state ?? null;
        return {
          common: common('refused', reasonOf(decision.reason)),
          items: [
            decidedItem('drop', decision, { dossier, handle, object: request.hash, state: stood, annex: annex.hash }),
          ],
          annex,
        };
      }
      if (forged) throw forged;
      const draft = await draftDossiers(tx, practice, people, now, { dossiers: [dossier], handles: [] });
      made.draft = draft;
      draft.drop(handle);
      draft.settle([state]);
      return {
        common: common('success', null),
        items: draft.items.map((one) => ({
          ...one,
          checks: decision.checks,
          facts: [...decision.facts],
          relation: decision.relation,
          annex: annex.hash,
        })),
        changed: draft.changed(),
        annex,
        effect: (tx2, sequenced) => writeDraft(tx2, practice, draft, sequenced.index, now),
      };
    },
  });
  if (!made.draft) throw notAllowed(signed, made.refused ?? 'unknown');
  settleShares(vault, practice, made.draft, line.index);
  return committedAnswer(vault, signed, line, made.draft);
}
