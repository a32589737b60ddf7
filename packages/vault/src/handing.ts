/**
 * The giver's half of handing on (docs/spec/partners.md): the own wrapped share of each part that another team is to see. Neither the
 * pack nor the vault's share comes along, so nothing opens; the line stands first all the same.
 */

import { type Decision, decide } from '@ketenkluis/access';
import type { askGrant, grantAnswer } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { refresh, type Signed, teamsOfAsker } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf } from './lines.ts';
import { loadPermitted, type Permitted, type Ready } from './permitted.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf, shownStates } from './release.ts';
import { type StateDraft, statesOf } from './states.ts';
import { batchesFor, toWire } from './storage/statements.ts';
import type { Vault } from './vault.ts';

type Answer = z.infer<typeof grantAnswer>;

export async function grantAsk(vault: Vault, signed: Signed, body: z.infer<typeof askGrant>['body']): Promise<Answer> {
  const { practice, people, request } = signed;
  const asked = request.payload.items;
  const [first] = asked;
  if (!first?.dossier || asked.some(({ dossier, handle }) => dossier !== first.dossier || handle === null))
    throw vaultError('bad-request', 'handing on names parts of one dossier');
  let who = signed;
  const found = {
    ...{ ready: [] as Ready[], states: [] as StateDraft[], decisions: [] as Decision[] },
  };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [first.dossier],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, asked);
      const decisions: Decision[] = asked.map((one) => decide(questionFor({ ...who, at }, reading, one)));
      const permitted = decisions.flatMap((decision, position): Permitted[] => {
        const { handle: id } = asked[position]!;
        const handle = id === null ? undefined : reading.handles.get(id);
        if (decision.outcome === 'deny' || !handle || !decision.team) return [];
        const used = new Set<string>(decision.facts);
        const facts = (reading.facts.get(first.dossier!) ?? []).flatMap((one) =>
          used.has(one.fact.id) ? [one.hash] : [],
        );
        const granted = reading.granted.get(handle.descriptor) ?? [];
        return [{ position, handle, team: decision.team, facts, granted }];
      });
      const ready = await loadPermitted(tx, practice, permitted);
      const complete = new Set(ready.map(({ position }) => position));
      for (const [position, decision] of decisions.entries()) {
        if (decision.outcome === 'permit' && !complete.has(position))
          decisions[position] = { outcome: 'deny', reason: 'unknown', checks: decision.checks };
      }
      const { outcome, reason } = outcomeOf(decisions);
      const annex = outcome === 'success' || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      const state = reading.dossiers.get(first.dossier!)?.state ?? null;
      const opened = ready.length > 0 ? [first.dossier!] : [];
      Object.assign(found, {
        ready,
        decisions,
        states: await statesOf(vault, tx, practice, opened, teamsOfAsker(who, at)),
      });
      return {
        common: commonOf(vault, people, request, at, { event: 'grant', action: 'R', outcome, reason }),
        items: asked.map((one, position) => {
          const row = one.handle === null ? undefined : reading.handles.get(one.handle);
          const open = decisions[position]!.outcome === 'permit' && row !== undefined;
          return decidedItem('grant', decisions[position]!, {
            dossier: one.dossier,
            handle: one.handle,
            version: open ? row.version : null,
            object: open ? row.descriptor : request.hash,
            state,
            annex: annex?.hash ?? null,
          });
        }),
        annex,
      };
    },
  });
  const { ready, decisions, states } = found;
  const byPosition = new Map(ready.map((one) => [one.position, one]));
  const results = decisions.map((decision, position): Answer['results'][number] => {
    const one = byPosition.get(position);
    const { handle, dossier } = asked[position]!;
    if (decision.outcome === 'deny' || !one)
      return { outcome: 'deny', handle, dossier, reason: decision.outcome === 'deny' ? decision.reason : 'unknown' };
    return {
      outcome: 'permit',
      handle: one.handle.handle,
      dossier: first.dossier!,
      descriptor: toWire(one.descriptor),
      grant: toWire(one.grant),
      bundle: toWire(one.bundle),
      wrap: one.wrap,
      facts: one.facts.map(toWire),
    };
  });
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
    results,
    states: await shownStates(vault, signed, states, line.size),
    snapshot: under === null ? null : toWire(under),
    batches,
  };
}
