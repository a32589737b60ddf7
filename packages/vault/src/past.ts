/**
 * Steps of partners that have ended, and what was taken over of those that run (docs/spec/partners.md, "Ended referrals at A"): for
 * members of the practice whose team treats the patient. Ids only; worked out when it is asked for.
 */

import { decide } from '@ketenkluis/access';
import type { DossierId, HandleId, Instant, OrganisationId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import type { pastReferrals as pastMessage } from '@ketenkluis/protocol';
import type { FactOf, Hash, Payload } from '@ketenkluis/seal';
import type { z } from 'zod';
import { type Caller, factsOfAsker, teamsOfAsker } from './auth.ts';
import { type DossierView, type StoredFact, viewDossiers } from './changes.ts';
import { treats } from './referrals.ts';
import { batchesFor, getStatements, payloadOf, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Answer = z.infer<typeof pastMessage>;
const MAX = 2000;
type Step = StoredFact & { readonly fact: FactOf<'step'> };

const stepsOf = (view: DossierView, isPartners: (team: string) => boolean): Step[] =>
  [...view.facts.values()].filter((one): one is Step => one.fact.kind === 'step' && isPartners(one.fact.team));

/** Consents that covered a step and were withdrawn, where none covers it now. */
function lostConsent(view: DossierView, { fact }: Step, partner: OrganisationId | undefined): StoredFact | undefined {
  const covering = [...view.facts.values()].filter(
    (one) =>
      one.fact.kind === 'consent' &&
      one.fact.organisation === partner &&
      fact.handles.every((handle) => one.fact.kind === 'consent' && one.fact.handles.includes(handle)),
  );
  return covering.some(({ ended }) => ended === null) ? undefined : covering.find(({ ended }) => ended !== null);
}

/** Lines of withdrawals, by the fact that they ended. */
async function endLines(
  tx: Tx,
  practice: OrganisationId,
  dossiers: readonly DossierId[],
): Promise<Map<string, number>> {
  const out = new Map<string, number>();
  for (let from = 0; from < dossiers.length; from += 1000) {
    const rows = await tx
      .selectFrom('statement')
      .select(['header', 'line'])
      .where('practice', '=', practice)
      .where('type', '=', 'withdrawal')
      .where('dossier', 'in', dossiers.slice(from, from + 1000))
      .execute();
    for (const row of rows) out.set((payloadOf(row) as Payload<'withdrawal'>).fact, row.line);
  }
  return out;
}

/** Why a step ended: it had run out, the consent went before it, or somebody closed it. */
function whyEnded(view: DossierView, { fact, ended }: Step, partner: OrganisationId | undefined) {
  if (fact.until !== null && ended! >= fact.until) return 'overdue' as const;
  const earlier = [...view.facts.values()].some(
    (one) =>
      one.fact.kind === 'consent' &&
      one.fact.organisation === partner &&
      one.fact.from === fact.from &&
      one.ended !== null &&
      one.ended < ended!,
  );
  return earlier ? ('withdrawn' as const) : ('closed' as const);
}

/** Messages that went while their step runs: nothing of them is left but the line that brought them. */
async function takenOf(vault: Vault, log: string, practice: OrganisationId, view: DossierView, steps: readonly Step[]) {
  const parts = new Set<HandleId>(steps.flatMap(({ fact, ended }) => (ended === null ? fact.handles : [])));
  const gone = [...view.handles.values()].filter(
    (row) => row.state === 'gone' && row.class === 'inbox' && row.parent !== null && parts.has(row.parent),
  );
  const out: Answer['taken'] = [];
  for (const { line, parent } of gone) {
    const [stored] = await vault.storage.ledger.entries(log, line, line + 1);
    if (stored === undefined || stored.stored.length === 0) continue;
    const { common } = decodeEntry(stored.stored).entry;
    if (common.organisation === practice) continue;
    out.push({ dossier: view.dossier, parent: parent!, organisation: common.organisation, at: common.at });
  }
  return out;
}

/** Who may see who looked may see what ended: whose team treats the patient, unless it is shut to them. */
const mayKnow = ({ practice, people, session, card, ...caller }: Caller, view: DossierView, at: Instant): boolean =>
  decide({
    now: at,
    practice,
    actor: {
      person: session.person,
      organisation: practice,
      session: session.stage,
      owner: people.isOwner(session.person),
    },
    class: 'audit',
    item: { dossier: view.dossier, handle: null, team: null, writerClass: null, parent: null, state: 'live' },
    facts: [...factsOfAsker({ practice, people, session, card, ...caller }), ...view.facts.values()],
    card,
    grants: [],
    snapshot: null,
    gone: 0,
  }).outcome === 'permit';

/** Dossiers with a step of one of these teams, whatever became of it. */
async function dossiersOf(tx: Tx, practice: OrganisationId, teams: readonly string[]): Promise<DossierId[]> {
  if (teams.length === 0) return [];
  const rows = await tx
    .selectFrom('fact')
    .select('dossier')
    .distinct()
    .where('practice', '=', practice)
    .where('team', 'in', teams as never)
    .where('kind', '=', 'step')
    .limit(MAX)
    .execute();
  return rows.flatMap(({ dossier }) => dossier ?? []);
}

export async function pastReferrals(vault: Vault, caller: Caller): Promise<Answer> {
  const { practice, people } = caller;
  const at: Instant = vault.clock();
  const organisationOf = new Map(
    people.facts.flatMap(({ fact }) =>
      fact.kind === 'partner' ? fact.teams.map((team) => [team as string, fact.organisation] as const) : [],
    ),
  );
  const mine = teamsOfAsker(caller, at);
  const views = await vault.storage.read(async (tx) => {
    const all = await viewDossiers(tx, practice, await dossiersOf(tx, practice, [...organisationOf.keys()]));
    return [...all.values()].filter((view) => !view.ended && treats(view, mine, at) && mayKnow(caller, view, at));
  });
  const taken: Answer['taken'] = [];
  const steps = views.flatMap((view) =>
    stepsOf(view, (team) => organisationOf.has(team)).map((step) => ({ view, step })),
  );
  for (const view of views) {
    const own = steps.flatMap((one) => (one.view === view ? [one.step] : []));
    taken.push(...(await takenOf(vault, people.log, practice, view, own)));
  }
  const ended = steps
    .filter(({ step }) => step.ended !== null)
    .sort((a, b) => b.step.ended! - a.step.ended!)
    .slice(0, MAX);
  return vault.storage.read(async (tx) => {
    const rows = await inChunks(
      ended.map(({ step }) => step.hash),
      (part) => getStatements(tx, practice, part),
    );
    const shown = ended.flatMap(({ view, step }) => {
      const row = rows.get(step.hash);
      const why = whyEnded(view, step, organisationOf.get(step.fact.team));
      return row ? [{ row, shown: { dossier: view.dossier, step: toWire(row), at: step.ended!, why } }] : [];
    });
    const lines = await endLines(tx, practice, [...new Set(steps.map(({ view }) => view.dossier))]);
    const fresh = steps.flatMap(({ view, step }) => {
      const partner = organisationOf.get(step.fact.team);
      const last = step.ended === null ? lostConsent(view, step, partner) : step;
      const line = last && lines.get(last.fact.id);
      if (line === undefined) return [];
      const parts = step.fact.handles.flatMap((handle) => view.handles.get(handle) ?? []);
      const live = parts.filter((row) => row.state === 'live');
      // What ran out is withdrawn and sealed anew in one delivery.
      return [{ step: step.fact.id, done: live.filter((row) => row.line >= line).length, total: live.length }];
    });
    return {
      fresh: fresh.slice(0, MAX),
      ended: shown.map((one) => one.shown),
      taken: taken.slice(0, MAX),
      batches: await batchesFor(
        tx,
        practice,
        shown.map(({ row }) => row),
      ),
    };
  });
}

async function inChunks<V>(list: readonly Hash[], read: (part: Hash[]) => Promise<Map<Hash, V>>) {
  const out = new Map<Hash, V>();
  for (let from = 0; from < list.length; from += 1000)
    for (const [key, value] of await read(list.slice(from, from + 1000))) out.set(key, value);
  return out;
}
