/** Builds the items and rows of a line that changes dossiers; every mutation checks what it stands on and moves the state. */

import type { DossierId, HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import type { DraftItem } from '@ketenkluis/ledger';
import { type Descriptor, type Hash, type Statement, signersOf } from '@ketenkluis/seal';
import { handleRow, noRows } from './apply.ts';
import {
  type DossierView,
  dropHandle,
  dropPack,
  endFact,
  type HandleRow,
  liveHashes,
  nothingGone,
  stateOf,
  viewDossiers,
} from './changes.ts';
import { vaultError } from './errors.ts';
import { item, SIGNED_CHECKS } from './lines.ts';
import type { People } from './people.ts';
import { newestSnapshot } from './questions.ts';
import { type Changed, checkSaid, MAX_MESSAGES, writerOf } from './room.ts';
import type { Tx } from './storage/storage.ts';

const bad = (why: string) => vaultError('bad-statement', why);
const conflict = (why: string) => vaultError('conflict', why);

export interface DossierDraft {
  readonly items: DraftItem[];
  readonly changes: Set<number>;
  readonly rows: ReturnType<typeof noRows>;
  readonly gone: ReturnType<typeof nothingGone>;
  /** Replaced packs: their shares get five more minutes for earlier lines. Those in `gone` of ended dossiers do not. */
  readonly replaced: Hash[];
  readonly endedFacts: Statement<'withdrawal'>[];
  readonly endedDossiers: Set<DossierId>;
  readonly views: Map<DossierId, DossierView>;
  readonly teamHandles: Map<HandleId, HandleRow>;
  /** `referred`: it comes with a referral, as an assumed consent must. */
  fact(statement: Statement<'fact'>, referred?: boolean): void;
  withdraw(statement: Statement<'withdrawal'>, signers: readonly string[]): void;
  /** Names in the line what went with the patient's own word, so that whoever reads it can undo it (docs/spec/own.md). */
  went(dossier: DossierId, stood: readonly Hash[]): void;
  head(statement: Statement<'descriptor'>): void;
  /** `counts`: towards the room; in place of another one, for a newer key (`ANEW_AS_ONE`). */
  grant(statement: Statement<'grant'>, counts?: boolean): void;
  /** `only`: the writer class that the asker may drop. */
  drop(handle: HandleId, only?: Descriptor['class']): void;
  /** After every mutation: one signed step for every dossier that changed, from where it stood to where it stands. */
  settle(states: readonly Statement<'state'>[]): void;
  /** Number of the newest snapshot when the draft was made. */
  readonly after: number;
  member(dossier: DossierId, team: TeamId, list: HandleRow, joins: boolean): void;
  /** States of the dossiers that changed, for the answer. */
  states(): Map<DossierId, { readonly state: Hash; readonly ended: boolean }>;
  /** For the line. */
  changed(): Changed;
}

/** Live notes of one dossier. Every look carries them, so that nobody can make a dossier too large to open. */
const MAX_NOTES = 100;

export async function draftDossiers(
  tx: Tx,
  practice: OrganisationId,
  people: People,
  at: Instant,
  touched: { readonly dossiers: readonly DossierId[]; readonly handles: readonly HandleId[] },
): Promise<DossierDraft> {
  const views = await viewDossiers(tx, practice, touched.dossiers);
  const before = new Map([...views].map(([dossier, view]) => [dossier, view.known ? view.state : null]));
  const after = (await newestSnapshot(tx, practice))?.number ?? 0;
  const named = touched.handles.length
    ? await tx
        .selectFrom('handle')
        .selectAll()
        .where('practice', '=', practice)
        .where('handle', 'in', [...new Set(touched.handles)])
        .execute()
    : [];
  const teamHandles = new Map(named.filter((row) => row.dossier === null).map((row) => [row.handle, row]));
  const items: DraftItem[] = [];
  const changes = new Set<number>();
  const given = new Set<number>();
  const rows = noRows();
  const gone = nothingGone();
  const replaced: Hash[] = [];
  const endedFacts: Statement<'withdrawal'>[] = [];
  const endedDossiers = new Set<DossierId>();
  const changed = new Set<DossierId>();
  const fresh = new Map<Hash, Descriptor>();

  const viewOf = (dossier: DossierId): DossierView => {
    const view = views.get(dossier);
    if (!view) throw vaultError('internal', 'a dossier was not read before it was changed');
    if (view.ended) throw conflict('this dossier has ended; its id is not used again');
    return view;
  };
  const add = (dossier: DossierId | null, fields: Partial<DraftItem> & Pick<DraftItem, 'kind'>): number => {
    const view = dossier === null ? undefined : views.get(dossier);
    if (view) {
      changes.add(items.length);
      changed.add(view.dossier);
    }
    items.push(
      item({
        dossier,
        checks: SIGNED_CHECKS,
        consent: view ? 'own-organisation' : 'none',
        state: view ? (endedDossiers.has(view.dossier) ? stateOf({ ...view, ended: true }) : stateOf(view)) : null,
        ...fields,
      }),
    );
    return items.length - 1;
  };
  const statesNow = () =>
    new Map(
      [...changed].map((dossier) => {
        const view = views.get(dossier)!;
        const ended = endedDossiers.has(dossier);
        return [dossier, { state: stateOf({ ...view, ended }), ended }];
      }),
    );
  const liveFacts = (view: DossierView) =>
    [...view.facts.values()].filter((one) => one.ended === null && (one.fact.until === null || at < one.fact.until));

  return {
    items,
    changes,
    rows,
    gone,
    replaced,
    endedFacts,
    endedDossiers,
    views,
    teamHandles,
    after,
    fact(statement, referred = false) {
      const fact = statement.payload;
      if (fact.kind === 'call') throw bad('a call goes to its own endpoint');
      if (!('dossier' in fact) || fact.kind === 'own')
        throw bad('membership and mandate facts go to the statements endpoint');
      if (fact.kind === 'consent' && fact.assumed !== undefined && !referred)
        throw bad('consent is assumed with a referral only');
      const view = viewOf(fact.dossier);
      if (view.facts.has(fact.id)) throw conflict('this fact stands already');
      const standing = [...view.facts.values()].flatMap((one) => (one.ended === null ? [one.fact] : []));
      checkSaid(fact, standing, people, at, signersOf(statement));
      if (fact.until !== null && (fact.until <= at || fact.until <= fact.from))
        throw bad('this fact has ended before it came');
      view.facts.set(fact.id, { fact, hash: statement.hash, ended: null });
      rows.facts.push(statement);
      const position = add(fact.dossier, { kind: 'fact', object: statement.hash, facts: [fact.id] });
      if (fact.kind !== 'restriction') given.add(position);
      rows.statements.push({ statement, dossier: fact.dossier, item: position });
    },
    withdraw(statement, signers) {
      const { dossier, fact: id } = statement.payload;
      if (dossier === null) throw bad('this withdrawal names no dossier');
      const view = viewOf(dossier);
      const target = view.facts.get(id);
      if (!target || target.ended !== null) throw conflict('this withdrawal ends a fact that is not live');
      if (!people.keys.maySign(statement.payload, signers, at, target.fact))
        throw bad('whoever signed this withdrawal may not end that fact');
      const teamsOf = people.keys.teamsOfPartner.bind(people.keys);
      if (endFact(view, gone, target.fact, at, teamsOf).dossierEnded) endedDossiers.add(dossier);
      endedFacts.push(statement);
      const position = add(dossier, { kind: 'withdrawal', object: statement.hash, facts: [id] });
      // Lifting a restriction gives.
      if (target.fact.kind === 'restriction') given.add(position);
      rows.statements.push({ statement, dossier, item: position });
    },
    went(dossier, stood) {
      const live = new Set(liveHashes(viewOf(dossier)));
      for (const object of stood.filter((hash) => !live.has(hash))) add(dossier, { kind: 'drop', object });
    },
    head(statement) {
      const next = statement.payload;
      const { handle, dossier } = next;
      if ((dossier === null) === (next.team === null) || (next.team === null) !== (next.slot === null)) {
        throw bad('a handle belongs to a dossier, or to a team with a slot');
      }
      const view = dossier === null ? undefined : viewOf(dossier);
      const before = view ? view.handles.get(handle) : teamHandles.get(handle);
      if (!before && named.some((row) => row.handle === handle)) throw conflict('this handle belongs elsewhere');
      const count = (writerClass: Descriptor['class']) =>
        [...(view?.handles.values() ?? [])].filter((row) => row.class === writerClass && row.state === 'live').length;
      if (!before && next.class === 'work' && count('work') >= MAX_NOTES)
        throw vaultError('too-large', `a dossier holds at most ${MAX_NOTES} notes; take some over first`);
      if (!before && next.class === 'inbox' && count('inbox') >= MAX_MESSAGES.all)
        throw vaultError('too-large', `a dossier holds at most ${MAX_MESSAGES.all} messages; take some over first`);
      // Somebody who got no answer asks again: it came, and was perhaps taken over since.
      if (before && next.class === 'inbox' && before.class === 'inbox')
        throw vaultError('already-there', 'this message came before; it is not taken twice');
      if (before) {
        const same =
          before.dossier === dossier &&
          before.team === next.team &&
          before.slot === next.slot &&
          before.class === next.class &&
          before.parent === next.parent;
        if (!same || before.class !== 'source')
          throw bad('a handle keeps its dossier, team, slot, parent and writer class; only source has versions');
        if (before.state !== 'live' || next.prev !== before.descriptor || next.version !== before.version + 1) {
          throw conflict('this handle has moved on; read the heads and start over');
        }
      } else if (next.prev !== null || next.version !== 1)
        throw conflict('the first version of a handle follows nothing');
      if (view && !liveFacts(view).some((one) => one.fact.kind === 'enrolment'))
        throw bad('nothing of a dossier is taken without a live enrolment');
      if (view && next.class !== 'source') {
        const parent = next.parent === null ? undefined : view.handles.get(next.parent);
        if (parent?.state !== 'live' || parent.class !== 'source')
          throw bad('a note or message hangs under a live source handle of its dossier');
      } else if (next.parent !== null) throw bad('only a note or message hangs under another handle');
      if (before) {
        replaced.push(before.descriptor);
        if (view) dropPack(view, gone, before.descriptor);
        else {
          gone.descriptors.push(before.descriptor);
          gone.statements.push(before.descriptor);
        }
      }
      const row = handleRow(statement, 0);
      if (view) view.handles.set(handle, row);
      else teamHandles.set(handle, row);
      rows.handles.push(row);
      fresh.set(statement.hash, next);
      const position = add(dossier, { kind: 'head', handle, version: next.version, object: statement.hash });
      given.add(position);
      rows.statements.push({ statement, dossier, item: position });
    },
    grant(statement, counts = false) {
      const { dossier, team, epoch, fact, packs } = statement.payload;
      if (people.keys.epochFor(team, at)?.payload.number !== epoch)
        throw conflict('this grant is not for the newest key of the team');
      const view = dossier === null ? undefined : viewOf(dossier);
      const step = fact === null ? undefined : view?.facts.get(fact);
      const live = step !== undefined && liveFacts(view!).includes(step);
      const theirs = people.keys.ownOf(team, at);
      for (const pack of packs) {
        const head = view
          ? [...view.handles.values()].find((row) => row.descriptor === pack && row.state === 'live')
          : undefined;
        const own = fresh.get(pack);
        if (view) {
          // The patient reads every part that came from the GP system, and no note.
          const own = theirs?.id === fact && theirs?.dossier === dossier && head?.class === 'source';
          const covers =
            live &&
            (step.fact.kind === 'step' || step.fact.kind === 'emergency') &&
            step.fact.team === team &&
            head !== undefined &&
            (step.fact.handles.includes(head.handle) ||
              (head.parent !== null && step.fact.handles.includes(head.parent)));
          if (!covers && !own) throw bad('a grant needs a live step of its team that lists the handle');
          const old = view.granted.find((row) => row.descriptor === pack && row.team === team);
          view.granted = [
            ...view.granted.filter((row) => row !== old),
            { practice, descriptor: pack, team, grant_hash: statement.hash, fact, dossier },
          ];
          if (old) gone.wraps.push({ descriptor: pack, team });
          if (old && !view.granted.some((row) => row.grant_hash === old.grant_hash))
            gone.statements.push(old.grant_hash);
        } else if (fact !== null || own?.team !== team)
          throw bad("a team's own handle is granted to that team and to no other");
        rows.granted.push({ practice, descriptor: pack, team, grant_hash: statement.hash, fact, dossier });
      }
      const position = add(dossier, { kind: 'grant', object: statement.hash, facts: fact === null ? [] : [fact] });
      rows.statements.push({ statement, dossier, item: position });
      // What it opens was counted when it came.
      if (counts) given.add(position);
    },
    drop(handle, only) {
      const view = [...views.values()].find((one) => one.handles.get(handle)?.state === 'live');
      const row = view?.handles.get(handle);
      if (!view || !row) throw conflict('a handle to drop is not live');
      if (only !== undefined && row.class !== only) throw bad(`this may drop ${only} handles only`);
      // What hangs under it goes along, and a colleague's note stands nowhere else yet.
      const noted = [...view.handles.values()].some((one) => one.parent === handle && one.state === 'live');
      if (noted) throw conflict('a note hangs under this handle; it is taken over first');
      dropHandle(view, gone, handle);
      add(view.dossier, { kind: 'drop', handle, version: row.version, object: row.descriptor });
    },
    settle(states) {
      const left = new Set(changed);
      for (const statement of states) {
        const { dossier, prev, state, after: known, practice: own } = statement.payload;
        if (own !== practice || !left.delete(dossier)) throw bad('a state comes once, with a change of its dossier');
        const view = views.get(dossier)!;
        const next = stateOf({ ...view, ended: endedDossiers.has(dossier) });
        if (prev !== before.get(dossier) || state !== next || known !== after)
          throw conflict('a dossier or the snapshot has moved on; look again and start over');
        const position = add(dossier, { kind: 'state', object: statement.hash });
        rows.statements.push({ statement, dossier, item: position });
      }
      if (left.size > 0) throw bad('a dossier changes without the signed state that it comes to');
    },
    member(dossier, team, list, joins) {
      const view = viewOf(dossier);
      if (!view.known && !changed.has(dossier)) throw bad('a list names a dossier that is not here');
      if (list.team !== team) throw bad('a list belongs to its team');
      // On a list or not is no part of the state that a snapshot confirms.
      items.push(
        item({
          kind: joins ? 'member' : 'drop',
          dossier,
          handle: list.handle,
          version: list.version,
          object: list.descriptor,
          checks: SIGNED_CHECKS,
          consent: 'own-organisation',
          state: stateOf(view),
        }),
      );
    },
    states: statesNow,
    changed: () => ({
      positions: changes,
      given,
      states: statesNow(),
      writer: (asker) => writerOf(people, at, asker),
    }),
  };
}
