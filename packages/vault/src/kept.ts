/**
 * What this organisation keeps of what its people sent to others (docs/spec/partners.md, "What B keeps"): sealed to the team that sent it.
 * The vault sees ids, sizes and times; every look is a line first.
 */

import { type Decision, decide } from '@ketenkluis/access';
import { base64url, fromBase64url, type HandleId, type Instant, type TeamId } from '@ketenkluis/base';
import { KEPT_PAGE, type keptOpened, type kept as keptPage, type postKept } from '@ketenkluis/protocol';
import { asSealedBlob, hashOf } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import { aboutThePractice } from './admin.ts';
import { annexFor } from './annex.ts';
import { actorOf, type Caller, denied, factsOfAsker, notAllowed, refresh, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, SIGNED_CHECKS } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import { decidedItem, outcomeOf } from './release.ts';
import type { Schema } from './storage/schema.ts';
import type { Tx } from './storage/storage.ts';
import { answered } from './substitutes.ts';
import type { Vault } from './vault.ts';

type Row = Selectable<Schema['kept']>;

/** The copies that a request names: a handle each and no dossier, every one once. */
function namedIn({ request }: Signed, most: number): HandleId[] {
  const ids = request.payload.items.map(({ dossier, handle }) => (dossier === null ? handle : null));
  const named = ids.filter((one) => one !== null);
  if (named.length === 0 || named.length > most || named.length < ids.length || new Set(named).size < named.length)
    throw vaultError('bad-request', 'this names kept copies, each once');
  return named;
}

const rowsOf = (tx: Tx, { practice }: Caller, ids: readonly HandleId[]): Promise<Row[]> =>
  tx
    .selectFrom('kept')
    .selectAll()
    .where('practice', '=', practice)
    .where('id', 'in', [...ids])
    .execute();

/** Whoever opens that team's lists opens what it keeps. */
const judge = (who: Signed, at: Instant, id: HandleId, team: TeamId | null): Decision =>
  decide({
    now: at,
    practice: who.practice,
    actor: actorOf({ ...who, at }),
    class: 'list',
    item: {
      ...{ dossier: null, handle: id, team, writerClass: null, parent: null },
      state: team === null ? 'unknown' : 'live',
    },
    facts: factsOfAsker(who),
    card: who.card,
    grants: team === null ? [] : [{ team, fact: null }],
    snapshot: null,
    gone: 0,
  });

/** The first time a row; the same bytes again change nothing but that they were sent. */
export async function keep(vault: Vault, signed: Signed, body: z.infer<typeof postKept>['body']) {
  const { practice, people, request } = signed;
  const [id] = namedIn(signed, 1);
  const annex = annexFor(request.payload, body.annex);
  const sealed = asSealedBlob(fromBase64url(body.sealed));
  const hash = hashOf(sealed);
  let who = signed;
  const made = { refused: undefined as string | undefined };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`kept/${id}`],
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const decision = judge(who, at, id!, body.team);
      if (decision.outcome === 'deny') made.refused = decision.reason;
      const [before] = await rowsOf(tx, who, [id!]);
      const same = before === undefined || (before.hash === hash && before.team === body.team);
      if (decision.outcome === 'permit' && !same) throw vaultError('conflict', 'something else is kept under this id');
      const action = before === undefined ? 'C' : 'U';
      return {
        common: commonOf(vault, people, request, at, { event: 'keep', action, ...outcomeOf([decision]) }),
        items: [decidedItem('object', decision, { dossier: null, handle: id!, object: hash, annex: annex.hash })],
        annex,
        effect: async (write, { index }) => {
          if (decision.outcome === 'deny') return;
          const sent = before?.sent ?? (body.sent ? at : null);
          if (before === undefined) {
            const { team } = body;
            const row = { practice, id: id!, team, person: who.session.person, at, line: index, sent, hash };
            await write
              .insertInto('kept')
              .values({ ...row, size: sealed.length, sealed })
              .execute();
          } else
            await write
              .updateTable('kept')
              .set({ sent })
              .where('practice', '=', practice)
              .where('id', '=', id!)
              .execute();
        },
      };
    },
  });
  if (made.refused !== undefined) throw notAllowed(signed, made.refused);
  return answered(vault, signed, line);
}

/** Newest first, of the asker's own teams. Opens nothing and is no line. */
export async function listKept(vault: Vault, caller: Caller, before: number | null): Promise<z.infer<typeof keptPage>> {
  const { practice, people, session } = caller;
  const at = vault.clock();
  // Whoever stands in for somebody opens no lists either.
  const teams = people.keys.memberships(at).flatMap(({ person, team }) => (person === session.person ? [team] : []));
  if (teams.length === 0) return { kept: [], next: null };
  const rows = await vault.storage.read((tx) =>
    tx
      .selectFrom('kept')
      .select(['id', 'team', 'size', 'at', 'sent', 'line'])
      .where('practice', '=', practice)
      .where('team', 'in', teams)
      .where('line', '<', before ?? Number.MAX_SAFE_INTEGER)
      .orderBy('line', 'desc')
      .limit(KEPT_PAGE + 1)
      .execute(),
  );
  const page = rows.slice(0, KEPT_PAGE);
  return {
    kept: page.map(({ line: _, ...row }) => row),
    next: rows.length > page.length ? page.at(-1)!.line : null,
  };
}

/** The line first, then the bytes of what the asker may open. */
export async function openKept(vault: Vault, signed: Signed, sent: string): Promise<z.infer<typeof keptOpened>> {
  const { practice, people, request } = signed;
  const ids = namedIn(signed, KEPT_PAGE);
  const annex = annexFor(request.payload, sent);
  let who = signed;
  const found = { rows: new Map<HandleId, Row>(), decisions: [] as Decision[] };
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ids.map((id) => `kept/${id}`),
    before: async () => {
      who = await refresh(vault, signed);
    },
    plan: async (tx, at) => {
      const rows = new Map((await rowsOf(tx, who, ids)).map((row) => [row.id, row]));
      const decisions = ids.map((id) => judge(who, at, id, rows.get(id)?.team ?? null));
      Object.assign(found, { rows, decisions });
      return {
        common: commonOf(vault, people, request, at, { event: 'keep', action: 'R', ...outcomeOf(decisions) }),
        items: decisions.map((decision, i) => {
          const open = decision.outcome === 'permit' ? rows.get(ids[i]!)?.hash : undefined;
          const object = open ?? request.hash;
          return decidedItem('object', decision, { dossier: null, handle: ids[i]!, object, annex: annex.hash });
        }),
        annex,
      };
    },
  });
  return {
    line: proofOf(line),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    results: found.decisions.map((decision, i) => {
      const id = ids[i]!;
      const row = found.rows.get(id);
      if (decision.outcome === 'deny' || !row)
        return { outcome: 'deny', id, reason: decision.outcome === 'deny' ? decision.reason : 'unknown' };
      return { outcome: 'permit', id, team: row.team, sealed: base64url(row.sealed) };
    }),
  };
}

/** An owner removes copies; the line stays. */
export async function endKept(vault: Vault, signed: Signed) {
  const { practice, people, request } = signed;
  const ids = namedIn(signed, KEPT_PAGE);
  const decision = aboutThePractice(signed);
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: ids.map((id) => `kept/${id}`),
    plan: async (tx, at) => {
      const rows = await rowsOf(tx, signed, ids);
      if (rows.length < ids.length) throw vaultError('conflict', 'one of these is kept no longer; list them again');
      return {
        common: commonOf(vault, people, request, at, { event: 'keep', action: 'D', outcome: 'success' }),
        items: rows.map(({ id, hash }) => item({ kind: 'object', handle: id, object: hash, checks: SIGNED_CHECKS })),
        effect: async (write) => {
          await write.deleteFrom('kept').where('practice', '=', practice).where('id', 'in', ids).execute();
        },
      };
    },
  });
  return answered(vault, signed, line);
}
