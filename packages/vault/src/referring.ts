/**
 * A referral (docs/spec/partners.md): what a professional states of a partner's team in one dossier, the letter, and the grants, in one
 * transaction. The vault holds it against the giver's own access, the partner fact, and the patient's consent.
 */

import { type Decision, decide } from '@ketenkluis/access';
import {
  type Bytes,
  DAY,
  type DossierId,
  fromBase64url,
  type Instant,
  MINUTE,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import type { postReferral } from '@ketenkluis/protocol';
import { type FactOf, type Hash, type Statement, statementsFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { notAllowed, refresh, type Signed } from './auth.ts';
import type { DossierView } from './changes.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, reasonOf } from './lines.ts';
import type { People } from './people.ts';
import { questionFor, readFor } from './questions.ts';
import {
  checkCustody,
  checkRecipients,
  keptBundles,
  receiveShares,
  type Sorted,
  sortStatements,
  wrapRows,
} from './receiving.ts';
import { decidedItem } from './release.ts';
import { dropUncommitted, settleShares, writeDraft } from './settling.ts';
import type { Vault } from './vault.ts';
import { committedAnswer, notBySender } from './write.ts';

const bad = (why: string) => vaultError('bad-statement', why);
/** How far ahead a referral may end, how old or early its facts may be when they come, and how many a dossier holds at once. */
const LONGEST = 366 * DAY;
const OLDEST = DAY;
const EARLIEST = 2 * MINUTE;
const MAX_REFERRALS = 32;
const MAX_GRANTS = 4;

interface Referral {
  readonly relation: FactOf<'relation'>;
  readonly step: FactOf<'step'>;
  readonly write: FactOf<'write'>;
  readonly consent: FactOf<'consent'> | null;
  readonly letter: Statement<'descriptor'>;
  readonly dossier: DossierId;
  readonly team: TeamId;
  readonly until: Instant;
}

/** Exactly the parts of one referral, which fit each other and the time. Throws `vault/bad-statement`. */
function readReferral(sorted: Sorted, at: Instant): Referral {
  const facts = sorted.facts.map(({ payload }) => payload);
  const one = <K extends 'relation' | 'step' | 'write' | 'consent'>(kind: K) => {
    const found = facts.filter((fact) => fact.kind === kind) as FactOf<K>[];
    if (found.length > 1) throw bad(`a referral has one ${kind}`);
    return found[0];
  };
  const [relation, step, write, consent = null] = [one('relation'), one('step'), one('write'), one('consent')];
  const [letter, ...letters] = [...sorted.descriptors.values()];
  if (!relation || !step || !write || facts.length !== (consent ? 4 : 3) || sorted.withdrawals.length > 0)
    throw bad('a referral is a relation, a step, a write and at most one consent');
  if (!letter || letters.length > 0 || letter.payload.class !== 'work') throw bad('a referral has one letter');
  const { dossier, team, handles, until } = step;
  const named = [relation, write, ...(consent ? [consent] : []), letter.payload].every(
    (fact) => fact.dossier === dossier,
  );
  if (!named || relation.teams.length !== 1 || relation.teams[0] !== team || write.team !== team)
    throw bad('a referral is about one team in one dossier');
  if (handles.length === 0 || !handles.some((handle) => handle === letter.payload.parent))
    throw bad('the letter hangs under a part that the step lists');
  if (until === null || relation.until !== until || write.until !== until || until <= at || until > plus(at, LONGEST))
    throw bad('relation, step and write end together, at most a year ahead');
  if (consent && (consent.until === null || consent.until < until || consent.until > plus(at, LONGEST)))
    throw bad('the consent ends, and not before the step');
  if (facts.some(({ from }) => from > plus(at, EARLIEST) || from < plus(at, -OLDEST)))
    throw bad('a referral begins now');
  return { relation, step, write, consent, letter, dossier, team, until };
}

/**
 * The patient agreed: with this organisation, to all these parts, until the end. Or it is assumed: by a setting that lives and lists this
 * team, for this referral and nothing beside it.
 */
function checkConsent(
  { consent, step, until }: Referral,
  organisation: string,
  view: DossierView,
  { keys }: People,
  at: Instant,
): void {
  const covers = (fact: FactOf<'consent'>) =>
    fact.organisation === organisation && step.handles.every((handle) => fact.handles.includes(handle));
  if (consent) {
    if (!covers(consent)) throw bad('the consent names this organisation and all these parts');
    if (consent.assumed === undefined) return;
    if (!keys.assumptionAt(consent.assumed, at)?.teams.includes(step.team))
      throw bad('no setting of this practice lets consent be assumed for this team');
    if (consent.handles.length !== step.handles.length || consent.until !== until)
      throw bad('an assumed consent is for this referral and nothing beside it');
    return;
  }
  const stands = [...view.facts.values()].some(
    ({ fact, ended }) =>
      ended === null &&
      fact.kind === 'consent' &&
      fact.assumed === undefined &&
      (fact.through === undefined || keys.owns(at).some(({ id }) => id === fact.through)) &&
      covers(fact) &&
      fact.from <= at &&
      (fact.until === null || until <= fact.until),
  );
  if (!stands) throw bad('no consent of the patient covers this referral');
}

/** Everything for the partner's team on this step; the letter also for own teams that hold the part above it. */
function checkGrants(referral: Referral, sorted: Sorted, view: DossierView, people: People): void {
  const { step, team, letter } = referral;
  const head = (handle: string) =>
    [...view.handles.values()].find((row) => row.handle === handle && row.state === 'live');
  const parts = step.handles.map((handle) => head(handle)?.descriptor);
  const above = head(letter.payload.parent!)?.descriptor;
  const readers = new Set(view.granted.filter((row) => row.descriptor === above).map((row) => row.team));
  const given = new Set<Hash>();
  let kept = false;
  // One for the parts and one for the letter; some room, and no more than whoever reads the heads takes.
  if (sorted.grants.filter(({ payload }) => payload.team === team).length > MAX_GRANTS)
    throw bad('the parts of a referral are granted together');
  for (const { payload } of sorted.grants) {
    if (payload.team === team) {
      if (payload.fact !== step.id) throw bad('a partner holds its grants on its own step');
      for (const pack of payload.packs) given.add(pack);
      continue;
    }
    const own = people.keys.isOwnTeam(payload.team) && readers.has(payload.team);
    if (!own || payload.packs.length !== 1 || payload.packs[0] !== letter.hash)
      throw bad('the letter is sealed for teams that hold the part above it, and nothing else for anybody else');
    kept = true;
  }
  if (!kept || given.size !== parts.length + 1 || ![letter.hash, ...parts].every((hash) => hash && given.has(hash)))
    throw bad('every part that the step lists is granted with the letter, and nothing more');
}

const liveReferrals = (view: DossierView, people: People, at: Instant): number =>
  [...view.facts.values()].filter(
    ({ fact, ended }) =>
      ended === null &&
      fact.kind === 'step' &&
      !people.keys.isOwnTeam(fact.team) &&
      (fact.until === null || at < fact.until),
  ).length;

export async function refer(vault: Vault, signed: Signed, body: z.infer<typeof postReferral>['body']) {
  const { practice, people, request, at } = signed;
  const statements = statementsFromWire(body);
  const sorted = sortStatements(statements);
  const referral = readReferral(sorted, at);
  const { dossier, team, step, letter } = referral;
  if (!people.keys.partnerOf(team, at)) throw bad('this team is of no partner');
  const forged = await notBySender(statements, signed);
  const asked = request.payload.items;
  const parts = new Set(asked.map((one) => (one.dossier === dossier ? one.handle : null)));
  if (parts.size !== step.handles.length || asked.length !== parts.size || !step.handles.every((one) => parts.has(one)))
    throw vaultError('bad-request', 'the request names exactly the parts that the step lists');
  const annex = annexFor(request.payload, body.annex);
  const packs = new Map<Hash, Bytes>(body.packs.map((pack) => [letter.hash, fromBase64url(pack)] as const));
  const wraps = body.wraps.map((wrap) => {
    const bundle = sorted.bundles.get(wrap.bundle);
    // Of a part that is here already, only the giver's re-wrapped share may come.
    if (!bundle || (wrap.kind !== 'c' && wrap.descriptor !== letter.hash))
      throw vaultError('bad-wrap', 'a wrap names a bundle or version that did not come with it');
    return { bundle, index: wrap.index, descriptor: wrap.descriptor, kind: wrap.kind, ct: fromBase64url(wrap.ct) };
  });
  checkRecipients(sorted, wraps);
  if (!forged) await checkCustody(vault, signed, [letter], body.custody, at);
  const { shares } = forged ? { shares: [] } : await receiveShares(vault, sorted, packs, wraps);
  const staged = shares.map((one) => one.descriptor);
  vault.shares.stage(practice, shares, vault.clock());
  let who = signed;
  const made = { draft: undefined as DossierDraft | undefined, refused: undefined as string | undefined };
  let line: Awaited<ReturnType<typeof append>>;
  try {
    line = await append(vault, {
      practice,
      log: people.log,
      request,
      keys: [dossier, letter.payload.handle],
      before: async () => {
        who = await refresh(vault, signed);
      },
      plan: async (tx, now) => {
        const reading = await readFor(tx, practice, asked);
        const decisions: Decision[] = asked.map((one) => decide(questionFor({ ...who, at: now }, reading, one)));
        const denied = decisions.find((one) => one.outcome === 'deny');
        if (denied?.outcome === 'deny') {
          made.refused = denied.reason;
          const state = reading.dossiers.get(dossier)?.state ?? null;
          const reason = reasonOf(denied.reason);
          return {
            common: commonOf(vault, people, request, now, { event: 'refer', action: 'C', outcome: 'refused', reason }),
            // One of them is enough: what else might be handed on is not said.
            items: [
              decidedItem('fact', denied, { dossier, handle: null, object: request.hash, state, annex: annex.hash }),
            ],
            annex,
          };
        }
        if (forged) throw forged;
        const partner = who.people.keys.partnerOf(team, now);
        if (!partner || !who.people.keys.epochFor(team, now)) throw bad('this team is of no partner');
        const draft = await draftDossiers(tx, practice, who.people, now, {
          dossiers: [dossier],
          handles: [letter.payload.handle],
        });
        made.draft = draft;
        const view = draft.views.get(dossier)!;
        if (liveReferrals(view, who.people, now) >= MAX_REFERRALS)
          throw vaultError('too-large', `a dossier holds at most ${MAX_REFERRALS} referrals; end some first`);
        checkConsent(referral, partner.organisation, view, who.people, now);
        checkGrants(referral, sorted, view, who.people);
        for (const fact of sorted.facts) draft.fact(fact, true);
        draft.head(letter);
        for (const grant of sorted.grants) draft.grant(grant);
        draft.settle(sorted.states);
        draft.rows.packs.push(...[...packs].map(([descriptor, bytes]) => ({ descriptor, bytes })));
        draft.rows.wraps.push(...wrapRows(practice, wraps));
        draft.rows.statements.push(...keptBundles(sorted));
        const [first] = decisions as Extract<Decision, { outcome: 'permit' }>[];
        return {
          common: commonOf(vault, people, request, now, { event: 'refer', action: 'C', outcome: 'success' }),
          items: draft.items.map((one) => ({
            ...one,
            checks: first!.checks,
            facts: [...new Set([...one.facts, ...first!.facts])],
            relation: first!.relation,
            annex: annex.hash,
          })),
          changed: draft.changed(),
          annex,
          effect: (write, sequenced) => writeDraft(write, practice, draft, sequenced.index, now),
        };
      },
    });
  } catch (error) {
    await dropUncommitted(vault, practice, staged);
    throw error;
  }
  if (!made.draft) {
    await dropUncommitted(vault, practice, staged);
    throw notAllowed(signed, made.refused ?? 'unknown');
  }
  settleShares(vault, practice, made.draft, line.index);
  return committedAnswer(vault, signed, line, made.draft);
}
