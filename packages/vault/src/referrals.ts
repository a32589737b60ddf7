/**
 * Which steps of partners somebody may know of (docs/spec/partners.md): ids only, and nothing that the asker could not open. There is
 * no list to be stale: it is worked out when it is asked for.
 */

import { decide } from '@ketenkluis/access';
import type { DossierId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import type { referrals as referralsMessage } from '@ketenkluis/protocol';
import { descriptor as descriptorSchema, type Hash } from '@ketenkluis/seal';
import type { z } from 'zod';
import { teamsIn } from './apply.ts';
import { type Caller, factsOfAsker, teamsOfAsker } from './auth.ts';
import { type DossierView, type HandleRow, type StoredFact, viewDossiers } from './changes.ts';
import { newestSnapshot, type SnapshotRow } from './questions.ts';
import { batchesFor, getStatements, payloadOf, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

type Answer = z.infer<typeof referralsMessage>;
const MAX = 2000;

/** Dossiers with a step of one of these teams that was not withdrawn. */
async function dossiersOf(tx: Tx, practice: OrganisationId, teams: readonly TeamId[]): Promise<DossierId[]> {
  if (teams.length === 0) return [];
  const rows = await tx
    .selectFrom('fact')
    .select('dossier')
    .distinct()
    .where('practice', '=', practice)
    .where('team', 'in', [...teams])
    .where('kind', '=', 'step')
    .where('ended', 'is', null)
    .limit(MAX)
    .execute();
  return rows.flatMap(({ dossier }) => dossier ?? []);
}

const isNow = ({ fact, ended }: StoredFact, at: Instant): boolean =>
  ended === null && fact.from <= at && (fact.until === null || at < fact.until);

/** May the asker open it now? The same question as a look's, without a line: nothing opens. */
function opens(caller: Caller, view: DossierView, row: HandleRow, snapshot: SnapshotRow | undefined, at: Instant) {
  const { practice, session, guest, people } = caller;
  const decision = decide({
    now: at,
    practice,
    actor: {
      person: session.person,
      organisation: guest?.organisation ?? practice,
      session: session.stage,
      owner: guest === null && people.isOwner(session.person),
    },
    class: 'look',
    item: {
      dossier: view.dossier,
      handle: row.handle,
      team: null,
      writerClass: row.class,
      parent: row.parent,
      state: row.state,
    },
    facts: [...factsOfAsker(caller), ...view.facts.values()],
    card: caller.card,
    grants: view.granted
      .filter(({ descriptor }) => descriptor === row.descriptor)
      .map(({ team, fact }) => ({ team, fact })),
    snapshot: snapshot ? { until: snapshot.until } : null,
    gone: 0,
  });
  return decision.outcome === 'permit';
}

/** The facts of one team's part in this dossier, and what of it the asker can open. Undefined: nothing to know of. */
function referralOf(caller: Caller, view: DossierView, team: TeamId, snapshot: SnapshotRow | undefined, at: Instant) {
  const all = [...view.facts.values()].filter((one) => one.ended === null);
  const own = all.filter(({ fact }) => teamsIn(fact).includes(team) && teamsIn(fact).length === 1);
  const steps = own.filter((one) => one.fact.kind === 'step' && (caller.guest === null || isNow(one, at)));
  if (steps.length === 0) return undefined;
  const listed = new Set(steps.flatMap(({ fact }) => (fact.kind === 'step' ? fact.handles : [])));
  const parts = [...view.handles.values()].filter(
    (row) => row.state === 'live' && listed.has(row.parent ?? row.handle) && opens(caller, view, row, snapshot, at),
  );
  if (parts.length === 0) return undefined;
  const organisations = caller.people.facts.flatMap(({ fact }) =>
    fact.kind === 'partner' && fact.teams.includes(team) ? [fact.organisation] : [],
  );
  const consents = all.filter(({ fact }) => fact.kind === 'consent' && organisations.includes(fact.organisation));
  return { dossier: view.dossier, team, facts: [...own, ...consents].slice(0, 16), parts: parts.slice(0, 1000) };
}

export async function referrals(vault: Vault, caller: Caller): Promise<Answer> {
  const { practice, people, guest } = caller;
  const at = vault.clock();
  const mine = teamsOfAsker(caller, at);
  const teams = guest
    ? [...mine]
    : [...new Set(people.facts.flatMap(({ fact }) => (fact.kind === 'partner' ? fact.teams : [])))];
  return vault.storage.read(async (tx) => {
    const snapshot = await newestSnapshot(tx, practice);
    const views = await viewDossiers(tx, practice, await dossiersOf(tx, practice, teams));
    const found = [...views.values()]
      .filter((view) => !view.ended && (guest !== null || treats(view, mine, at)))
      .flatMap((view) => teams.flatMap((team) => referralOf(caller, view, team, snapshot, at) ?? []));
    const shown = found.slice(0, MAX);
    const wanted = shown.flatMap(({ facts, parts }): Hash[] => [
      ...facts.map(({ hash }) => hash),
      ...parts.map(({ descriptor }) => descriptor),
    ]);
    const rows = await inChunks(wanted, (part) => getStatements(tx, practice, part));
    const facts = shown.flatMap((one) => one.facts.flatMap(({ hash }) => rows.get(hash) ?? []));
    const lines = await timesOf(tx, practice, shown);
    return {
      referrals: shown.map((one) => ({
        dossier: one.dossier,
        team: one.team,
        facts: one.facts.flatMap(({ hash }) => rows.get(hash) ?? []).map(toWire),
        handles: one.parts.flatMap((row) => {
          const statement = rows.get(row.descriptor);
          if (!statement) return [];
          const { writer } = descriptorSchema.parse(payloadOf(statement));
          return [{ handle: row.handle, class: row.class, parent: row.parent, writer, at: lines.get(row.line) ?? at }];
        }),
      })),
      batches: await batchesFor(tx, practice, facts),
    };
  });
}

/** Does one of these teams treat the patient now? */
export const treats = (view: DossierView, mine: ReadonlySet<TeamId>, at: Instant): boolean =>
  [...view.facts.values()].some(
    (one) => isNow(one, at) && one.fact.kind === 'relation' && one.fact.teams.some((team) => mine.has(team)),
  );

async function inChunks<K, V>(list: readonly K[], read: (part: K[]) => Promise<Map<K, V>>): Promise<Map<K, V>> {
  const out = new Map<K, V>();
  for (let from = 0; from < list.length; from += 5000)
    for (const [key, value] of await read(list.slice(from, from + 5000))) out.set(key, value);
  return out;
}

/** When these lines came. */
async function timesOf(
  tx: Tx,
  practice: OrganisationId,
  shown: readonly { readonly dossier: DossierId; readonly parts: readonly HandleRow[] }[],
): Promise<Map<number, Instant>> {
  const out = new Map<number, Instant>();
  for (const [dossier, list] of Map.groupBy(shown, (one) => one.dossier)) {
    const lines = new Set(list.flatMap(({ parts }) => parts.map(({ line }) => line)));
    const rows = await tx
      .selectFrom('dossier_item')
      .select(['line', 'at'])
      .where('practice', '=', practice)
      .where('dossier', '=', dossier)
      .where('line', 'in', [...lines])
      .execute();
    for (const { line, at } of rows) out.set(line, at);
  }
  return out;
}
