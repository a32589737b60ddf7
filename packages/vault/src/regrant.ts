/**
 * After somebody left (docs/spec/substitutes.md, "Leaver"): a remaining member wraps the client shares of their team for its newest
 * key, dossier by dossier, and opens nothing. The old grants and their wraps go in the same line.
 */

import { type Decision, decide } from '@ketenkluis/access';
import { type DossierId, fromBase64url, type HandleId, type TeamId } from '@ketenkluis/base';
import {
  type askRegrant,
  type grantAnswer,
  MAX_ANEW,
  type postRegrant,
  type regrants as regrantsMessage,
} from '@ketenkluis/protocol';
import { type Grant, type Hash, type Statement, signersOf, statementsFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { type Caller, refresh, type Signed, teamsOfAsker } from './auth.ts';
import type { GrantedRow } from './changes.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, reasonOf, SIGNED_CHECKS } from './lines.ts';
import { loadPermitted, type Permitted, type Ready } from './permitted.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { questionFor, type Reading, readFor } from './questions.ts';
import { checkRecipients, keptBundles, sortStatements, wrapRows } from './receiving.ts';
import { decidedItem, outcomeOf, shownStates } from './release.ts';
import { ANEW_AS_ONE } from './room.ts';
import { settleShares, writeDraft } from './settling.ts';
import { type StateDraft, statesOf } from './states.ts';
import { batchesFor, getStatements, payloadOf, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Asked = Signed['request']['payload']['items'][number];

/** What hangs on an older key of a team that the asker is a member of. */
export async function regrants(vault: Vault, caller: Caller): Promise<z.infer<typeof regrantsMessage>> {
  const { practice, people, session } = caller;
  const at = vault.clock();
  const mine = people.keys.memberships(at).filter(({ person }) => person === session.person);
  return vault.storage.read(async (tx) => {
    const teams: z.infer<typeof regrantsMessage>['teams'] = [];
    for (const team of new Set(mine.map((fact) => fact.team))) {
      const rows = await tx
        .selectFrom('granted')
        .innerJoin('handle', (on) =>
          on.onRef('handle.practice', '=', 'granted.practice').onRef('handle.descriptor', '=', 'granted.descriptor'),
        )
        .select(['granted.grant_hash', 'granted.dossier', 'handle.handle'])
        .where('granted.practice', '=', practice)
        .where('granted.team', '=', team)
        .where('handle.state', '=', 'live')
        .where('granted.dossier', 'is not', null)
        .execute();
      const old = await oldGrants(tx, caller, team, [...new Set(rows.map(({ grant_hash }) => grant_hash))]);
      const wanted = rows.filter(({ grant_hash }) => old.has(grant_hash));
      const dossiers = [...Map.groupBy(wanted, ({ dossier }) => dossier as DossierId)].map(([dossier, own]) => ({
        dossier,
        handles: [...new Set(own.map(({ handle }) => handle))],
      }));
      if (dossiers.length > 0) teams.push({ team, dossiers });
    }
    return { teams };
  });
}

const CHUNK = 1000;
/** Of these grants those for another key than the team's newest. */
async function oldGrants(
  tx: Tx,
  { practice, people }: Caller,
  team: TeamId,
  hashes: readonly Hash[],
): Promise<Set<Hash>> {
  const newest = people.keys.epochOf(team)?.payload;
  const old = new Set<Hash>();
  for (let from = 0; from < hashes.length; from += CHUNK) {
    for (const [hash, row] of await getStatements(tx, practice, hashes.slice(from, from + CHUNK))) {
      const { epoch } = payloadOf(row) as Grant;
      if (people.keys.epochNumber(team, epoch)?.kem !== newest?.kem) old.add(hash);
    }
  }
  return old;
}

/** May hand on, with all places, and from this very team. */
function judge(who: Signed, at: Signed['at'], reading: Reading, one: Asked, team: TeamId): Decision {
  const question = questionFor({ ...who, at }, reading, one);
  const whole = decide(question);
  if (whole.outcome === 'deny') return whole;
  const facts = question.facts.filter(({ fact }) => fact.kind !== 'membership' || fact.team === team);
  return decide({ ...question, facts });
}

export async function askRegrants(
  vault: Vault,
  signed: Signed,
  body: z.infer<typeof askRegrant>['body'],
): Promise<z.infer<typeof grantAnswer>> {
  const { practice, people, request } = signed;
  const asked = request.payload.items;
  if (asked.length === 0 || asked.some(({ dossier, handle }) => dossier === null || handle === null))
    throw vaultError('bad-request', 'wrapping anew names parts of dossiers');
  const annex = annexFor(request.payload, body.annex);
  const dossiers = [...new Set(asked.flatMap(({ dossier }) => dossier ?? []))];
  let who = signed;
  const found = {
    ...{ ready: [] as Ready[], states: [] as StateDraft[], decisions: [] as Decision[] },
  };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: dossiers,
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, asked);
      const decisions = asked.map((one) => judge(who, at, reading, one, body.team));
      const permitted = decisions.flatMap((decision, position): Permitted[] => {
        const handle = reading.handles.get(asked[position]!.handle!);
        if (decision.outcome === 'deny' || !handle || decision.team !== body.team) return [];
        const used = new Set<string>(decision.facts);
        const facts = (reading.facts.get(asked[position]!.dossier!) ?? []).flatMap((one) =>
          used.has(one.fact.id) ? [one.hash] : [],
        );
        return [{ position, handle, team: body.team, facts, granted: reading.granted.get(handle.descriptor) ?? [] }];
      });
      const ready = await loadPermitted(tx, practice, permitted);
      const complete = new Set(ready.map(({ position }) => position));
      for (const [position, decision] of decisions.entries()) {
        if (decision.outcome === 'permit' && !complete.has(position))
          decisions[position] = { outcome: 'deny', reason: 'unknown', checks: decision.checks };
      }
      const given = [...new Set(ready.flatMap(({ handle }) => handle.dossier ?? []))];
      Object.assign(found, {
        ready,
        decisions,
        states: await statesOf(vault, tx, practice, given, teamsOfAsker(who, at)),
      });
      return {
        common: commonOf(vault, people, request, at, { event: 'grant', action: 'R', ...outcomeOf(decisions) }),
        items: asked.map((one, position) => {
          const row = reading.handles.get(one.handle!);
          const open = decisions[position]!.outcome === 'permit' && row !== undefined;
          return decidedItem('grant', decisions[position]!, {
            dossier: one.dossier,
            handle: one.handle,
            version: open ? row.version : null,
            object: open ? row.descriptor : request.hash,
            state: reading.dossiers.get(one.dossier!)?.state ?? null,
            annex: annex.hash,
          });
        }),
        annex,
      };
    },
  });
  const { ready, decisions, states } = found;
  const byPosition = new Map(ready.map((one) => [one.position, one]));
  const rows = [
    ...ready.flatMap(({ descriptor, grant, bundle, facts }) => [descriptor, grant, bundle, ...facts]),
    ...states.flatMap(({ steps }) => steps),
  ];
  const under = states.find((one) => one.under !== null)?.under ?? null;
  const batches = await vault.storage.read((tx) => batchesFor(tx, practice, under === null ? rows : [...rows, under]));
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    results: decisions.map((decision, position) => {
      const one = byPosition.get(position);
      const { handle, dossier } = asked[position]!;
      if (decision.outcome === 'deny' || !one)
        return { outcome: 'deny', handle, dossier, reason: decision.outcome === 'deny' ? decision.reason : 'unknown' };
      return {
        outcome: 'permit',
        handle: handle!,
        dossier: dossier!,
        descriptor: toWire(one.descriptor),
        grant: toWire(one.grant),
        bundle: toWire(one.bundle),
        wrap: one.wrap,
        facts: one.facts.map(toWire),
      };
    }),
    states: await shownStates(vault, signed, states, line.size),
    snapshot: under === null ? null : toWire(under),
    batches,
  };
}

/** The grant whose place a new one takes: the same team, step and packs, no more and no less. */
function replaced(granted: readonly GrantedRow[], { payload }: Statement<'grant'>): Hash {
  const rows = granted.filter(({ team, descriptor }) => team === payload.team && payload.packs.includes(descriptor));
  const [old] = rows;
  const whole = granted.filter(({ grant_hash }) => grant_hash === old?.grant_hash);
  const same =
    old !== undefined &&
    rows.length === payload.packs.length &&
    whole.length === rows.length &&
    rows.every(({ grant_hash, fact }) => grant_hash === old.grant_hash && fact === payload.fact);
  if (!same) throw bad('a grant is wrapped anew as a whole, or not at all');
  return old.grant_hash;
}

export async function regrant(vault: Vault, signed: Signed, body: z.infer<typeof postRegrant>['body']) {
  const { practice, people, request, at: came } = signed;
  const asked = request.payload.items;
  const [first] = asked;
  if (!first?.dossier || asked.some(({ dossier, handle }) => dossier !== first.dossier || handle === null))
    throw vaultError('bad-request', 'wrapping anew names parts of one dossier');
  const { dossier } = first;
  const statements = statementsFromWire(body);
  const sorted = sortStatements(statements);
  const { facts, withdrawals, descriptors, grants } = sorted;
  if (facts.length + withdrawals.length + descriptors.size > 0 || grants.length === 0)
    throw bad('wrapping anew brings grants and nothing else');
  if (grants.length > MAX_ANEW) throw vaultError('too-large', `one line wraps at most ${MAX_ANEW} grants anew`);
  for (const statement of statements) {
    const [by, ...more] = signersOf(statement);
    if (by !== signed.session.person || more.length > 0 || !(await people.keys.verify(statement, came)))
      throw bad(`this ${statement.payload.t} is not signed by whoever sends it`);
  }
  if (grants.some(({ payload }) => payload.team !== body.team || payload.dossier !== dossier))
    throw bad('these grants are of one team and one dossier');
  const annex = annexFor(request.payload, body.annex);
  const wraps = body.wraps.map((wrap) => {
    const bundle = sorted.bundles.get(wrap.bundle);
    if (!bundle || wrap.kind !== 'c' || bundle.payload.to !== 'team' || bundle.payload.recipient !== body.team)
      throw vaultError('bad-wrap', 'a wrap is of another bundle or for somebody else');
    return { bundle, index: wrap.index, descriptor: wrap.descriptor, kind: wrap.kind, ct: fromBase64url(wrap.ct) };
  });
  checkRecipients(sorted, wraps);
  const packs = new Set<string>(grants.flatMap(({ payload }) => payload.packs));
  let who = signed;
  const made = { draft: undefined as DossierDraft | undefined, refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, now) => {
      const reading = await readFor(tx, practice, asked);
      const state = reading.dossiers.get(dossier)?.state ?? null;
      const decisions = asked.map((one) => judge(who, now, reading, one, body.team));
      const named = new Set<string>(
        asked.flatMap(({ handle }) => reading.handles.get(handle as HandleId)?.descriptor ?? []),
      );
      const fits = named.size === packs.size && [...packs].every((pack) => named.has(pack));
      const no = decisions.find((one) => one.outcome === 'deny');
      const common = (outcome: 'success' | 'refused', reason: ReturnType<typeof reasonOf> | null) =>
        commonOf(vault, people, request, now, { event: 'regrant', action: 'U', outcome, reason });
      if (no?.outcome === 'deny') {
        made.refused = no.reason;
        return {
          common: common('refused', reasonOf(no.reason)),
          items: asked.map((one) =>
            decidedItem('grant', no, { ...one, facts: [], object: request.hash, state, annex: annex.hash }),
          ),
          annex,
        };
      }
      if (!fits) throw vaultError('conflict', 'a part has moved on; ask again and start over');
      const draft = await draftDossiers(tx, practice, who.people, now, { dossiers: [dossier], handles: [] });
      made.draft = draft;
      const view = draft.views.get(dossier)!;
      for (const [nth, grant] of grants.entries()) {
        const old = replaced(view.granted, grant);
        draft.gone.wraps.push(...grant.payload.packs.map((descriptor) => ({ descriptor, team: body.team })));
        // Says which grant went, so that the practice's monitor can follow.
        draft.changes.add(draft.items.length);
        const went = { kind: 'drop' as const, dossier, object: old, state, checks: SIGNED_CHECKS };
        draft.items.push(item({ ...went, consent: 'own-organisation' }));
        draft.grant(grant, nth % ANEW_AS_ONE === 0);
      }
      draft.settle(sorted.states);
      draft.rows.wraps.push(...wrapRows(practice, wraps));
      draft.rows.statements.push(...keptBundles(sorted));
      return {
        common: common('success', null),
        items: draft.items.map((one) => ({
          ...one,
          checks: decisions[0]!.checks,
          relation: decisions[0]!.outcome === 'permit' ? decisions[0]!.relation : null,
          annex: annex.hash,
        })),
        changed: draft.changed(),
        annex,
        effect: (write, sequenced) => writeDraft(write, practice, draft, sequenced.index, now),
      };
    },
  });
  if (!made.draft)
    throw vaultError('not-allowed', 'this may not be wrapped anew by you', {
      detail: { reason: made.refused ?? 'unknown' },
    });
  settleShares(vault, practice, made.draft, line.index);
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [...made.draft.states()].map(([one, { state }]) => ({
      dossier: one,
      seq: line.entry.items.findLast((entry) => entry.dossier === one)?.seq ?? 0,
      state,
    })),
  };
}
