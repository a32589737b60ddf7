/** Who can open which part of one dossier, on which facts (docs/spec/partners.md, "Who can see what"). A line like every look at the log. */

import { type Decision, decide } from '@ketenkluis/access';
import type { accessAnswer, askAccess } from '@ketenkluis/protocol';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { notAllowed, refresh, type Signed, teamsOfAsker } from './auth.ts';
import { viewDossiers } from './changes.ts';
import { vaultError } from './errors.ts';
import { append, commonOf } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { newestSnapshot, questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf, shownStates } from './release.ts';
import { type StateDraft, statesOf } from './states.ts';
import { batchesFor, getStatements, toWire } from './storage/statements.ts';
import type { Vault } from './vault.ts';

export async function access(
  vault: Vault,
  signed: Signed,
  body: z.infer<typeof askAccess>['body'],
): Promise<z.infer<typeof accessAnswer>> {
  const { practice, people, request } = signed;
  const [asked, ...more] = request.payload.items;
  if (!asked?.dossier || asked.handle !== null || more.length > 0)
    throw vaultError('bad-request', 'this names one dossier');
  const { dossier } = asked;
  let who = signed;
  const found = { decision: undefined as Decision | undefined, states: [] as StateDraft[] };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [asked]);
      const decision = decide(questionFor({ ...who, at }, reading, asked));
      const permitted = decision.outcome === 'permit';
      const annex = permitted || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      const row = reading.dossiers.get(dossier);
      Object.assign(found, {
        decision,
        states: permitted && row ? await statesOf(vault, tx, practice, [dossier], teamsOfAsker(who, at)) : [],
      });
      return {
        common: commonOf(vault, people, request, at, { event: 'access', action: 'R', ...outcomeOf([decision]) }),
        items: [
          decidedItem('state', decision, {
            dossier,
            handle: null,
            object: request.hash,
            state: row?.state ?? null,
            annex: annex?.hash ?? null,
          }),
        ],
        annex,
      };
    },
  });
  if (found.decision?.outcome !== 'permit') throw notAllowed(signed, found.decision?.reason ?? 'unknown');
  const shown = await vault.storage.read(async (tx) => {
    const view = (await viewDossiers(tx, practice, [dossier])).get(dossier)!;
    const live = [...view.handles.values()].filter((row) => row.state === 'live');
    // What the patient shut is for the vault's decision, the patient and the auditor (R22).
    const facts = [...view.facts.values()].filter((one) => one.ended === null && one.fact.kind !== 'restriction');
    const named = new Set(facts.flatMap(({ fact }) => (fact.kind === 'consent' ? [fact.organisation] : [])));
    const partners = people.facts.filter(({ fact }) => {
      if (fact.kind !== 'partner') return false;
      return named.has(fact.organisation) || view.granted.some((row) => fact.teams.includes(row.team));
    });
    const newest = await newestSnapshot(tx, practice);
    const wanted = [
      ...[...facts, ...partners].map(({ hash }) => hash),
      ...view.granted.map((row) => row.grant_hash),
      ...(newest ? [newest.hash] : []),
    ];
    const rows = await getStatements(tx, practice, wanted);
    const of = (hashes: Iterable<(typeof wanted)[number]>) =>
      [...new Set(hashes)].flatMap((hash) => rows.get(hash) ?? []);
    return {
      facts: of([...facts, ...partners].map(({ hash }) => hash)),
      grants: of(view.granted.map((row) => row.grant_hash)),
      handles: live.map((row) => ({
        handle: row.handle,
        class: row.class,
        parent: row.parent,
        descriptor: row.descriptor,
      })),
      snapshot: newest ? (of([newest.hash])[0] ?? null) : null,
      batches: await batchesFor(tx, practice, [...rows.values(), ...found.states.flatMap(({ steps }) => steps)]),
    };
  });
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    facts: shown.facts.map(toWire),
    grants: shown.grants.map(toWire),
    handles: shown.handles,
    states: await shownStates(vault, signed, found.states, line.size),
    snapshot: shown.snapshot && toWire(shown.snapshot),
    batches: shown.batches,
  };
}
