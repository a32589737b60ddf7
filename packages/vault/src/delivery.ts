/** One delivery of the agent: everything is checked before, one line and all its effects are one transaction (design 8). */

import { decide } from '@ketenkluis/access';
import { base64url, type DossierId, fromBase64url, type HandleId } from '@ketenkluis/base';
import { MAX_ITEMS } from '@ketenkluis/ledger';
import { receiptBytes } from '@ketenkluis/protocol';
import { hashOf, type Statement } from '@ketenkluis/seal';
import { changeList, forgetEnded } from './apply.ts';
import { actorOf, denied, type Signed } from './auth.ts';
import type { Delivery } from './delivery-parse.ts';
import { MAX_DOSSIERS } from './delivery-parse.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf } from './lines.ts';
import { consistencyTo, proofOf } from './proofs.ts';
import {
  checkCustody,
  checkRecipients,
  keptBundles,
  receiveShares,
  type Sorted,
  sortStatements,
  type Wrap,
  wrapRows,
} from './receiving.ts';
import { dropUncommitted, settleShares, writeDraft } from './settling.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
function resolveWraps({ manifest, signed }: Pick<Delivery, 'manifest' | 'signed'>, sorted: Sorted): Wrap[] {
  return manifest.wraps.map(({ b, i, d, k, ct }) => {
    const bundle = signed.statements[b];
    const descriptor = signed.statements[d];
    if (bundle?.payload.t !== 'bundle' || !descriptor || !sorted.descriptors.has(descriptor.hash)) {
      throw vaultError('bad-wrap', 'a wrap names a bundle or version that did not come with it');
    }
    return {
      bundle: bundle as Statement<'bundle'>,
      index: i,
      descriptor: descriptor.hash,
      kind: k,
      ct: fromBase64url(ct),
    };
  });
}

const dossierOf = (statement: Statement): DossierId | null => {
  const { payload } = statement;
  return 'dossier' in payload ? payload.dossier : null;
};

export async function deliver(vault: Vault, signed: Signed, delivery: Omit<Delivery, 'request' | 'bodyHash'>) {
  const { practice, people, request, at } = signed;
  const { manifest } = delivery;
  const statements = delivery.signed.statements;
  const decision = decide({
    now: at,
    practice,
    actor: actorOf(signed),
    class: request.payload.class,
    item: { dossier: null, handle: null, team: null, writerClass: 'source', parent: null, state: 'live' },
    facts: people.factsOf(signed.session.person),
    card: signed.card,
    grants: [],
    snapshot: null,
    gone: 0,
  });
  if (decision.outcome === 'deny') throw await denied(vault, signed, decision.reason);
  const by = signed.session.person;
  const { batch } = delivery.signed;
  if (batch.payload.by !== by || !(await people.keys.verify(batch, at)))
    throw bad('the batch is not signed by the agent that sends it');

  const sorted = sortStatements(statements);
  for (const statement of statements) {
    const { payload } = statement;
    if (payload.t === 'descriptor' && payload.class !== 'source')
      throw vaultError('bad-statement', 'an agent writes source handles only');
    // A withdrawal is judged with the fact it ends, when that is read.
    if (payload.t !== 'withdrawal' && !people.keys.maySign(payload, [by], at))
      throw bad(`the mandate does not cover this ${payload.t}`);
    if (payload.t === 'withdrawal' && payload.practice !== practice)
      throw bad('this withdrawal belongs to another practice');
  }
  const touched = [...sorted.descriptors.values()].map(({ payload }) => payload.handle);
  if (new Set([...touched, ...manifest.drop]).size !== touched.length + manifest.drop.length)
    throw bad('a handle gets one new version or is dropped, once in a delivery');
  const packs = new Map(
    manifest.packs.map((index, i) => {
      const hash = statements[index]?.hash;
      if (!hash) throw vaultError('bad-pack', 'a pack came without its descriptor');
      return [hash, delivery.packs[i]!] as const;
    }),
  );
  const wraps = resolveWraps(delivery, sorted);
  checkRecipients(sorted, wraps);
  const dossiers = [...new Set(statements.flatMap((statement) => dossierOf(statement) ?? []))];
  const dropped = await vault.storage.read((tx) =>
    manifest.drop.length
      ? tx
          .selectFrom('handle')
          .select(['handle', 'dossier'])
          .where('practice', '=', practice)
          .where('handle', 'in', manifest.drop)
          .execute()
      : Promise.resolve([]),
  );
  const changing = [...new Set([...dossiers, ...dropped.flatMap((row) => row.dossier ?? [])])];
  if (changing.length > MAX_DOSSIERS)
    throw vaultError('too-large', `a delivery changes at most ${MAX_DOSSIERS} dossiers`);
  const listed = manifest.lists.flatMap(({ joined, left }) => [...joined, ...left]);
  const expected = new Map(manifest.expect.map(({ dossier, seq }) => [dossier, seq]));
  if (changing.some((dossier) => !expected.has(dossier)))
    throw vaultError('bad-request', 'the delivery does not say where it found each dossier');

  const described = [...packs.keys()].flatMap((hash) => sorted.descriptors.get(hash) ?? []);
  await checkCustody(vault, signed, described, manifest.custody, at);
  const { shares, received } = await receiveShares(vault, sorted, packs, wraps);
  const rootedAt = { draft: undefined as DossierDraft | undefined };
  // Durable before the line; nothing refers to them until it stands, and a start without it removes them.
  vault.shares.stage(practice, shares, vault.clock());
  let line: Awaited<ReturnType<typeof append>>;
  try {
    line = await append(vault, {
      practice,
      log: people.log,
      request,
      keys: [
        ...changing,
        ...listed,
        ...[...sorted.descriptors.values()].map(({ payload }) => payload.handle),
        ...manifest.lists.map(({ team }) => team),
      ],
      plan: async (tx, now) => {
        const handles: HandleId[] = [...sorted.descriptors.values()].map(({ payload }) => payload.handle);
        const draft = await draftDossiers(tx, practice, people, now, { dossiers: [...changing, ...listed], handles });
        rootedAt.draft = draft;
        for (const dossier of changing) {
          if (draft.views.get(dossier)!.changed !== expected.get(dossier)) {
            throw vaultError('conflict', 'a dossier has changed since the heads were read; read them again');
          }
        }
        for (const one of sorted.withdrawals) draft.withdraw(one, [by]);
        for (const one of sorted.facts) draft.fact(one);
        for (const one of sorted.descriptors.values()) draft.head(one);
        for (const one of sorted.grants) draft.grant(one);
        // A colleague's note is not the agent's to remove: the GP system has no copy of it yet.
        for (const handle of manifest.drop) draft.drop(handle, 'source');
        draft.settle(sorted.states);
        for (const { team, joined, left } of manifest.lists) {
          const list =
            [...draft.teamHandles.values()].find(
              (row) => row.team === team && row.slot === 'worklist' && row.state === 'live',
            ) ??
            (await tx
              .selectFrom('handle')
              .selectAll()
              .where('practice', '=', practice)
              .where('team', '=', team)
              .where('slot', '=', 'worklist')
              .where('state', '=', 'live')
              .executeTakeFirst());
          if (!list) throw bad('this team has no worklist');
          for (const dossier of joined) draft.member(dossier, team, list, true);
          for (const dossier of left) if (!draft.views.get(dossier)!.ended) draft.member(dossier, team, list, false);
        }
        if (draft.items.length === 0) throw vaultError('bad-request', 'the delivery changes nothing');
        if (draft.items.length > MAX_ITEMS)
          throw vaultError('too-large', `a delivery has at most ${MAX_ITEMS} changes; send it in parts`);
        draft.rows.packs.push(...[...packs].map(([descriptor, bytes]) => ({ descriptor, bytes })));
        draft.rows.wraps.push(...wrapRows(practice, wraps));
        draft.rows.statements.push(...keptBundles(sorted));
        return {
          common: commonOf(vault, people, request, now, { event: 'commit', action: 'U', outcome: 'success' }),
          items: draft.items,
          changed: draft.changed(),
          effect: async (write, sequenced) => {
            await writeDraft(write, practice, draft, sequenced.index, now);
            const anew = draft.rows.handles.flatMap(({ slot, team }) => (slot === 'worklist' && team ? [team] : []));
            await forgetEnded(write, practice, anew);
            for (const { team, joined, left } of manifest.lists) await changeList(write, practice, team, joined, left);
          },
        };
      },
    });
  } catch (error) {
    await dropUncommitted(
      vault,
      practice,
      shares.map(({ descriptor }) => descriptor),
    );
    throw error;
  }
  const draft = rootedAt.draft!;
  settleShares(vault, practice, draft, line.index);
  const message = receiptBytes(practice, request.hash, received);
  const sequences = new Map(
    line.entry.items.flatMap((one, i) =>
      one.dossier && one.seq && draft.changes.has(i) ? [[one.dossier, one.seq] as const] : [],
    ),
  );
  return {
    line: proofOf(line, []),
    checkpoint: line.checkpoint,
    consistency: await consistencyTo(vault, people.log, request.payload.checkpoint?.size, line.size),
    dossiers: [...draft.states()].map(([dossier, { state }]) => ({ dossier, seq: sequences.get(dossier)!, state })),
    receipt: { hash: hashOf(message), sig: base64url(await vault.keys.signer.sign(message)) },
  };
}
