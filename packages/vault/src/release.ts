/** A look (design 6): decide, one durable line, and only then shares, grants, packs and proofs. */

import { decide } from '@ketenkluis/access';
import type { DossierId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import type { Committed, DraftItem } from '@ketenkluis/ledger';
import type { postRelease, releaseAnswer } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { isOutsider, refresh, type Signed, shownReason, teamsOfAsker } from './auth.ts';
import { openReviews, tooMany } from './emergency.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, type Judged, reasonOf } from './lines.ts';
import { loadPermitted, type Permitted, type Ready } from './permitted.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { lineProofs, type StateDraft, snapshotIn, statesOf } from './states.ts';
import { keptBatchesFor, type StatementRow, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Answer = z.infer<typeof releaseAnswer>;
type Body = z.infer<typeof postRelease>['body'];

/** One item of the line, for a permit or a refusal alike. */
export const decidedItem = (
  kind: DraftItem['kind'],
  decision: Judged,
  fields: Pick<DraftItem, 'dossier' | 'handle'> & Partial<DraftItem>,
): DraftItem => {
  const permitted = decision.outcome === 'permit';
  return item({
    kind,
    outcome: permitted ? 'success' : 'refused',
    checks: decision.checks,
    facts: permitted ? [...decision.facts] : [],
    relation: permitted && fields.dossier !== null ? decision.relation : null,
    consent: permitted && fields.dossier !== null ? (decision.consent ?? 'own-organisation') : 'none',
    ...fields,
  });
};

/** Outcome and reason of the whole line: a success if anything was allowed, with the first reason if anything was not. */
export function outcomeOf(decisions: readonly Judged[]): {
  outcome: 'success' | 'refused';
  reason: ReturnType<typeof reasonOf> | null;
} {
  const denied = decisions.find((one) => one.outcome === 'deny');
  return {
    outcome: decisions.some((one) => one.outcome === 'permit') ? 'success' : 'refused',
    reason: denied?.outcome === 'deny' ? reasonOf(denied.reason) : null,
  };
}

export async function release(vault: Vault, signed: Signed, body: Body): Promise<Answer> {
  const { practice, people, request } = signed;
  const asked = request.payload.items;
  if (asked.length === 0 || request.payload.declared)
    throw vaultError('bad-request', 'a release names what it wants to open');
  const kind = request.payload.class === 'list' ? ('list' as const) : ('release' as const);
  // Whoever breaks the glass says why, and whoever does so often is stopped (R21).
  const urgent = request.payload.class === 'emergency';
  if (urgent) annexFor(request.payload, body.annex);
  let who = signed;
  const found = {
    ready: [] as Ready[],
    states: [] as StateDraft[],
    decisions: [] as Judged[],
    gone: [] as DossierId[],
    at: signed.at,
    snapshot: null as StatementRow | null,
    batches: [] as Answer['batches'],
  };

  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [
      ...asked.flatMap((one) => [...(one.dossier ? [one.dossier] : []), ...(one.handle ? [one.handle] : [])]),
      ...(urgent ? ['emergency'] : []),
    ],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at: Instant) => {
      const reading = await readFor(tx, practice, asked);
      const items: DraftItem[] = [];
      const gone = new Map<number, readonly DossierId[]>();
      const permitted: Permitted[] = [];
      const decisions: Judged[] = [];
      for (const [position, one] of asked.entries()) {
        const question = questionFor({ ...who, at }, reading, one);
        const left = question.item.team === null ? [] : await goneFrom(tx, practice, question.item.team);
        const decision = decide({ ...question, gone: left.length });
        decisions.push(decision);
        const handle = one.handle === null ? undefined : reading.handles.get(one.handle);
        if (decision.outcome === 'deny' || !handle || !decision.team) continue;
        const used = new Set<string>(decision.facts);
        const facts = (one.dossier === null ? [] : (reading.facts.get(one.dossier) ?? []))
          .filter(({ fact }) => used.has(fact.id))
          .map(({ hash }) => hash);
        const granted = reading.granted.get(handle.descriptor) ?? [];
        permitted.push({ position, handle, team: decision.team, facts, granted });
        gone.set(position, left);
      }
      const wanted = permitted.flatMap(({ handle }) => handle.dossier ?? []);
      const often = urgent && (await tooMany(tx, who, at, wanted));
      const ready = often ? [] : await loadPermitted(tx, practice, permitted);
      const complete = new Set(ready.map(({ position }) => position));
      for (const [position, one] of asked.entries()) {
        let decision = decisions[position]!;
        if (decision.outcome === 'permit' && !complete.has(position)) {
          decision = { outcome: 'deny', reason: often ? 'too-many' : 'unknown', checks: decision.checks };
          decisions[position] = decision;
        }
        const row = one.handle === null ? undefined : reading.handles.get(one.handle);
        const known = one.dossier === null ? undefined : reading.dossiers.get(one.dossier);
        const open = decision.outcome === 'permit';
        items.push(
          decidedItem(kind, decision, {
            dossier: one.dossier,
            handle: one.handle,
            version: open && row ? row.version : null,
            object: open && row ? row.descriptor : request.hash,
            state: known?.state ?? null,
            annex: request.payload.annex,
            // Refused emergency looks are lines too, and say what they were.
            checks: { ...decision.checks, emergency: urgent },
          }),
        );
      }
      const { outcome, reason: why } = outcomeOf(decisions);
      const reason = why && shownReason(who, why);
      const annex = outcome === 'success' || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      if (!annex) for (const [i, one] of items.entries()) items[i] = { ...one, annex: null };
      const teams = teamsOfAsker(who, at);
      const opened = [...new Set(ready.flatMap(({ handle }) => handle.dossier ?? []))];
      const states = await statesOf(vault, tx, practice, opened, teams);
      // As the rows above: a snapshot that comes before the answer is written does not prove them.
      const snapshot = await snapshotIn(tx, practice, reading.snapshot);
      Object.assign(found, {
        ready,
        decisions,
        gone: [...new Set(ready.flatMap(({ position }) => gone.get(position) ?? []))],
        ...{ at, states, snapshot },
        batches: await keptBatchesFor(tx, practice, rowsOf(ready, states, snapshot)),
      });
      return {
        common: commonOf(vault, people, request, at, {
          event: urgent ? 'emergency' : kind,
          action: 'R',
          outcome,
          reason,
        }),
        items,
        annex,
        ...(urgent ? { effect: (write, line) => openReviews(write, who, at, line.index, opened) } : {}),
      };
    },
  });
  return answer(vault, signed, line, found);
}

/** The asker's line. Of a refused item a guest sees nothing: it tells a patient that is there from one that is not (R22). */
export const shownLine = (signed: Signed, line: Committed) =>
  isOutsider(signed)
    ? proofOf(
        line,
        line.entry.items.flatMap(({ outcome }, i) => (outcome === 'success' ? [i] : [])),
      )
    : proofOf(line);

/** States on the wire, with the proofs of their changes. */
export const shownStates = (
  vault: Vault,
  { practice, people }: Signed,
  states: readonly StateDraft[],
  size: number,
): Promise<Answer['states']> =>
  Promise.all(
    states.map(async ({ dossier, seq, state, live, notes, snapshot, changes, steps }) => ({
      dossier,
      seq,
      state,
      live,
      snapshot,
      notes,
      changes: (await lineProofs(vault, people.log, practice, dossier, changes, size)).map((change) => {
        const step = steps.find((one) => one.line === change.index);
        return { ...change, state: step ? toWire(step) : null };
      }),
    })),
  );

/** Dossiers on a team's list that have ended since it was sealed. */
async function goneFrom(tx: Tx, practice: OrganisationId, team: TeamId): Promise<DossierId[]> {
  const rows = await tx
    .selectFrom('list_row')
    .innerJoin('dossier', (on) =>
      on.onRef('dossier.practice', '=', 'list_row.practice').onRef('dossier.dossier', '=', 'list_row.dossier'),
    )
    .select('list_row.dossier')
    .where('list_row.practice', '=', practice)
    .where('list_row.team', '=', team)
    .where('dossier.ended', '=', 1)
    .execute();
  return rows.map(({ dossier }) => dossier);
}

/** Every statement that the answer shows. */
const rowsOf = (
  ready: readonly Ready[],
  states: readonly StateDraft[],
  snapshot: StatementRow | null,
): readonly StatementRow[] => [
  ...ready.flatMap(({ descriptor, grant, bundle, facts, grants }) => [descriptor, grant, bundle, ...facts, ...grants]),
  ...states.flatMap(({ steps }) => steps),
  ...(snapshot === null ? [] : [snapshot]),
];

async function answer(
  vault: Vault,
  signed: Signed,
  line: Committed,
  found: {
    ready: Ready[];
    states: StateDraft[];
    decisions: Judged[];
    gone: DossierId[];
    at: Instant;
    snapshot: StatementRow | null;
    batches: Answer['batches'];
  },
): Promise<Answer> {
  const { practice, people, request } = signed;
  const shares = vault.shares.release(
    line,
    practice,
    found.ready.map(({ handle }) => handle.descriptor),
    vault.clock(),
  );
  const byPosition = new Map(found.ready.map((ready) => [ready.position, ready]));
  const results: Answer['results'] = found.decisions.map((decision, position) => {
    const asked = request.payload.items[position]!;
    const ready = byPosition.get(position);
    const h = ready && shares.get(ready.handle.descriptor);
    if (decision.outcome === 'deny' || !ready || h === undefined) {
      return {
        outcome: 'deny',
        handle: asked.handle,
        dossier: asked.dossier,
        reason: isOutsider(signed) ? 'unknown' : decision.outcome === 'deny' ? decision.reason : 'gone',
      };
    }
    return {
      outcome: 'permit',
      handle: ready.handle.handle,
      dossier: ready.handle.dossier,
      descriptor: toWire(ready.descriptor),
      grant: toWire(ready.grant),
      bundle: toWire(ready.bundle),
      wrap: ready.wrap,
      pack: ready.pack,
      h,
      facts: ready.facts.map(toWire),
      grants: ready.grants.map(toWire),
    };
  });
  const { snapshot, batches } = found;
  return {
    line: shownLine(signed, line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    results,
    states: await shownStates(vault, signed, found.states, line.size),
    snapshot: snapshot === null ? null : toWire(snapshot),
    batches,
    gone: found.gone,
  };
}
