/** Who can open which part of one dossier, on which facts (docs/spec/partners.md, "Who can see what"). A line like every look at the log. */

import { type Decision, decide } from '@ketenkluis/access';
import type { DossierId, Instant } from '@ketenkluis/base';
import type { accessAnswer, askAccess, restrictionsAnswer } from '@ketenkluis/protocol';
import { type FactOf, isShutOut } from '@ketenkluis/seal';
import type { z } from 'zod';
import { annexFor } from './annex.ts';
import { type Caller, notAllowed, refresh, type Signed, teamsOfAsker } from './auth.ts';
import { viewDossiers } from './changes.ts';
import { vaultError } from './errors.ts';
import { append, commonOf } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { newestSnapshot, questionFor, readFor } from './questions.ts';
import { decidedItem, outcomeOf, shownStates } from './release.ts';
import { type StateDraft, snapshotIn, statesOf } from './states.ts';
import { batchesFor, byPlace, getStatements, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Asked = z.infer<typeof askAccess>['body'];

/**
 * The line first; throws unless this person may ask. `treating`: not for whoever only oversees. What is shown is read where the state is:
 * what lands meanwhile would not be part of it.
 */
async function asked<T>(
  vault: Vault,
  signed: Signed,
  body: Asked,
  treating: boolean,
  show: (tx: Tx, dossier: DossierId, who: Signed, at: Instant) => Promise<T>,
) {
  const { practice, people, request } = signed;
  const [one, ...more] = request.payload.items;
  if (!one?.dossier || one.handle !== null || more.length > 0)
    throw vaultError('bad-request', 'this names one dossier');
  const { dossier } = one;
  let who = signed;
  const found = {
    decision: undefined as Decision | undefined,
    states: [] as StateDraft[],
    shown: undefined as T | undefined,
  };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [dossier],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const reading = await readFor(tx, practice, [one]);
      const question = questionFor({ ...who, at }, reading, one);
      const facts = question.facts.filter(({ fact }) => !treating || fact.kind !== 'oversight');
      const decision = decide({ ...question, facts });
      const permitted = decision.outcome === 'permit';
      const annex = permitted || body.annex !== null ? annexFor(request.payload, body.annex) : null;
      const row = reading.dossiers.get(dossier);
      Object.assign(found, {
        decision,
        states: permitted && row ? await statesOf(vault, tx, practice, [dossier], teamsOfAsker(who, at)) : [],
        shown: permitted ? await show(tx, dossier, who, at) : undefined,
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
  return { line, states: found.states, shown: found.shown as T };
}

/** What every answer about one dossier stands in. */
const frameOf = async (
  vault: Vault,
  signed: Signed,
  line: Awaited<ReturnType<typeof append>>,
  states: readonly StateDraft[],
) => ({
  line: proofOf(line),
  checkpoint: line.checkpoint,
  consistency: await consistencyTo(vault, signed.people.log, signed.request.payload.checkpoint?.size, line.size),
  states: await shownStates(vault, signed, states, line.size),
});

/** What this person may see of what the patient shut (docs/spec/access.md, "Restriction"); for all others there is none. */
export const seesRestriction = ({ people, session }: Caller, fact: FactOf<'restriction'>, at: Instant): boolean =>
  readsAsOwn(people, session.person, fact.dossier, at) ||
  ((fact.by === session.person || people.isOwner(session.person)) && !isShutOut(people.keys, fact, session.person, at));

/** The patient, or who stands in for them: what was shut is theirs to see. */
const readsAsOwn = ({ keys }: Caller['people'], person: string, dossier: DossierId, at: Instant): boolean =>
  keys.owns(at).some((own) => own.person === person && own.dossier === dossier);

/** The restrictions that stand and that this person may see: those that they recorded; an owner's are all. */
export async function restrictions(
  vault: Vault,
  signed: Signed,
  body: Asked,
): Promise<z.infer<typeof restrictionsAnswer>> {
  const { practice } = signed;
  const { line, states, shown } = await asked(vault, signed, body, true, async (tx, dossier, who, at) => {
    const view = (await viewDossiers(tx, practice, [dossier])).get(dossier)!;
    const facts = [...view.facts.values()].flatMap(({ fact, hash, ended }) =>
      ended === null && fact.kind === 'restriction' && seesRestriction(who, fact, at) ? [hash] : [],
    );
    const rows = await getStatements(tx, practice, facts);
    return {
      facts: facts.flatMap((hash) => rows.get(hash) ?? []),
      snapshot: await snapshotIn(tx, practice, await newestSnapshot(tx, practice)),
    };
  });
  const behind = [...shown.facts, ...(shown.snapshot ? [shown.snapshot] : []), ...states.flatMap(({ steps }) => steps)];
  return {
    ...(await frameOf(vault, signed, line, states)),
    facts: shown.facts.map(toWire),
    snapshot: shown.snapshot && toWire(shown.snapshot),
    batches: await vault.storage.read((tx) => batchesFor(tx, practice, behind)),
  };
}

export async function access(vault: Vault, signed: Signed, body: Asked): Promise<z.infer<typeof accessAnswer>> {
  const { practice, people, request } = signed;
  const { line, states, shown } = await asked(vault, signed, body, false, async (tx, dossier) => {
    const view = (await viewDossiers(tx, practice, [dossier])).get(dossier)!;
    const live = [...view.handles.values()].filter((row) => row.state === 'live');
    // What the patient shut is for the vault's decision, the patient and the auditor (R22).
    const own = request.payload.class === 'own';
    const facts = [...view.facts.values()].filter(
      (one) => one.ended === null && (own || one.fact.kind !== 'restriction'),
    );
    const named = new Set(facts.flatMap(({ fact }) => (fact.kind === 'consent' ? [fact.organisation] : [])));
    const partners = people.facts.filter(({ fact }) => {
      if (fact.kind !== 'partner') return false;
      return named.has(fact.organisation) || view.granted.some((row) => fact.teams.includes(row.team));
    });
    const wanted = [...[...facts, ...partners].map(({ hash }) => hash), ...view.granted.map((row) => row.grant_hash)];
    const rows = await getStatements(tx, practice, wanted);
    const of = (hashes: Iterable<(typeof wanted)[number]>) =>
      [...new Set(hashes)].flatMap((hash) => rows.get(hash) ?? []);
    return {
      facts: of([...facts, ...partners].map(({ hash }) => hash)),
      grants: of(view.granted.map((row) => row.grant_hash)).sort(byPlace),
      handles: live.map((row) => ({
        handle: row.handle,
        class: row.class,
        parent: row.parent,
        descriptor: row.descriptor,
      })),
      snapshot: await snapshotIn(tx, practice, await newestSnapshot(tx, practice)),
    };
  });
  const under = shown.snapshot ? [shown.snapshot] : [];
  const behind = [...shown.facts, ...shown.grants, ...under, ...states.flatMap(({ steps }) => steps)];
  return {
    ...(await frameOf(vault, signed, line, states)),
    facts: shown.facts.map(toWire),
    grants: shown.grants.map(toWire),
    handles: shown.handles,
    snapshot: shown.snapshot && toWire(shown.snapshot),
    batches: await vault.storage.read((tx) => batchesFor(tx, practice, behind)),
  };
}
