/** One delivery of the agent: everything is checked before, one line and all its effects are one transaction (design 8). */

import { decide } from '@ketenkluis/access';
import { type Bytes, base64url, type DossierId, fromBase64url, type HandleId, type Instant } from '@ketenkluis/base';
import { MAX_ITEMS } from '@ketenkluis/ledger';
import { receiptBytes } from '@ketenkluis/protocol';
import {
  type BundleHeader,
  type Hash,
  hashOf,
  parsePackHeader,
  type Share,
  type Statement,
  verifyPackHash,
  verifyShare,
} from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/holder';
import { changeList, endFacts, insertRows, purgeDossier, removeGone, removeLeftovers } from './apply.ts';
import { actorOf, denied, type Signed } from './auth.ts';
import type { Delivery } from './delivery-parse.ts';
import { MAX_DOSSIERS } from './delivery-parse.ts';
import { type DossierDraft, draftDossiers } from './draft.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, consistencyTo, proofOf } from './lines.ts';
import type { Schema } from './storage/schema.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);
type Wrap = { bundle: Statement<'bundle'>; index: number; descriptor: Hash; kind: 'c' | 'h' | 'k' | 'x'; ct: Bytes };

export interface Sorted {
  readonly descriptors: Map<Hash, Statement<'descriptor'>>;
  readonly bundles: Map<Hash, Statement<'bundle'>>;
  readonly grants: Statement<'grant'>[];
  readonly facts: Statement<'fact'>[];
  readonly withdrawals: Statement<'withdrawal'>[];
}

/** By type; anything else has no place in a delivery. */
export function sortStatements(statements: readonly Statement[]): Sorted {
  const out: Sorted = { descriptors: new Map(), bundles: new Map(), grants: [], facts: [], withdrawals: [] };
  for (const statement of statements) {
    const { t } = statement.payload;
    if (t === 'descriptor') out.descriptors.set(statement.hash, statement as Statement<'descriptor'>);
    else if (t === 'bundle') out.bundles.set(statement.hash, statement as Statement<'bundle'>);
    else if (t === 'grant') out.grants.push(statement as Statement<'grant'>);
    else if (t === 'fact') out.facts.push(statement as Statement<'fact'>);
    else if (t === 'withdrawal') out.withdrawals.push(statement as Statement<'withdrawal'>);
    else throw bad(`a ${t} statement has no place here`);
  }
  if (new Set(statements.map(({ hash }) => hash)).size !== statements.length)
    throw bad('a statement stands here twice');
  return out;
}

/** Packs, wraps and bundles fit their descriptors; opens the vault's own shares and holds each against its commitment. */
export async function receiveShares(
  vault: Vault,
  sorted: Sorted,
  packs: ReadonlyMap<Hash, Bytes>,
  wraps: readonly Wrap[],
): Promise<{ readonly shares: { descriptor: Hash; share: Share<'h'> }[]; readonly received: Bytes[] }> {
  for (const [hash, { payload }] of sorted.descriptors) {
    const pack = packs.get(hash);
    if (!pack || !verifyPackHash(pack, payload))
      throw vaultError('bad-pack', 'a pack is missing or is not the one its descriptor names');
    const count = (kind: Wrap['kind']) => wraps.filter((one) => one.kind === kind && one.descriptor === hash).length;
    if (count('h') !== 1 || count('x') !== 1 || count('k') !== (payload.shares.k === null ? 0 : 1)) {
      throw vaultError('bad-wrap', 'each version needs one share for every holder and one for exit');
    }
  }
  if (packs.size !== sorted.descriptors.size) throw vaultError('bad-pack', 'a pack came without its descriptor');
  const to: Record<Wrap['kind'], BundleHeader['to']> = { c: 'team', h: 'vault', k: 'keyholder', x: 'exit' };
  for (const { bundle, kind } of wraps) {
    const header = bundle.payload;
    const fits =
      header.to === to[kind] &&
      (kind !== 'h' || header.recipient === vault.keys.id) &&
      (kind !== 'c' || header.recipient !== null);
    if (!fits) throw vaultError('bad-wrap', 'a wrap rides in a bundle for somebody else');
  }
  const own = wraps.filter((wrap) => wrap.kind === 'h');
  const opened = new Map(
    await Promise.all(
      [...new Set(own.map(({ bundle }) => bundle))].map(
        async (bundle) => [bundle.hash, await openBundle(bundle.payload, vault.keys.kem)] as const,
      ),
    ),
  );
  const shares = await Promise.all(
    own.map(async (wrap) => {
      const descriptor = sorted.descriptors.get(wrap.descriptor);
      if (!descriptor) throw vaultError('bad-wrap', 'a share came for a version that is not in this delivery');
      const { bundle, index, ct } = wrap;
      const share = await opened
        .get(bundle.hash)!
        .unwrap({ bundle: bundle.hash, index, descriptor: wrap.descriptor, kind: 'h' as const, ct });
      const header = parsePackHeader(packs.get(wrap.descriptor)!);
      if (!verifyShare('h', share, header, descriptor.payload))
        throw vaultError('bad-wrap', 'a share is not the one its descriptor commits to');
      return { descriptor: wrap.descriptor, share };
    }),
  );
  return { shares, received: own.map(({ ct }) => ct) };
}

/** Every wrapped client share has its grant, and every grant its share. */
export function checkRecipients(sorted: Sorted, wraps: readonly Wrap[]): void {
  const granted = new Map<string, Statement<'grant'>>();
  for (const grant of sorted.grants) {
    for (const pack of grant.payload.packs) {
      const key = `${pack}/${grant.payload.team}`;
      if (granted.has(key)) throw bad('a version is granted to one team twice');
      granted.set(key, grant);
    }
  }
  const wrapped = new Set<string>();
  for (const { kind, bundle, descriptor } of wraps) {
    if (kind !== 'c') continue;
    const key = `${descriptor}/${bundle.payload.recipient}`;
    const grant = granted.get(key);
    if (!grant || bundle.payload.epoch !== grant.payload.epoch)
      throw vaultError('bad-wrap', 'a client share is wrapped for a team without a grant');
    if (wrapped.has(key)) throw vaultError('bad-wrap', 'a client share is wrapped twice for one team');
    wrapped.add(key);
  }
  if (wrapped.size !== granted.size) throw vaultError('bad-wrap', 'a grant came without its wrapped share');
}

/** The rows of wraps that the vault keeps for others; its own were opened. */
export const wrapRows = (practice: Schema['wrap']['practice'], wraps: readonly Wrap[]): Schema['wrap'][] =>
  wraps.flatMap(({ kind, bundle, index, descriptor, ct }) =>
    kind === 'h'
      ? []
      : [
          {
            practice,
            descriptor,
            kind,
            bundle: bundle.hash,
            idx: index,
            ct,
            recipient: kind === 'c' ? bundle.payload.recipient : null,
          },
        ],
  );

/** Bundle headers that stay: those with a wrap in the database. */
export const keptBundles = (sorted: Sorted): { statement: Statement; dossier: null; item: number }[] =>
  [...sorted.bundles.values()]
    .filter(({ payload }) => payload.to !== 'vault')
    .map((statement) => ({ statement, dossier: null, item: -1 }));

function resolveWraps({ manifest, signed }: Pick<Delivery, 'manifest' | 'signed'>, sorted: Sorted): Wrap[] {
  return manifest.wraps.map(({ b, i, d, k, ct }) => {
    const bundle = typeof b === 'number' ? signed.statements[b] : undefined;
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

/** Writes a draft with its rows, inside the transaction of its line. */
export async function writeDraft(
  tx: Parameters<typeof insertRows>[0],
  practice: Signed['practice'],
  draft: DossierDraft,
  line: number,
  at: Instant,
): Promise<void> {
  await removeGone(tx, practice, draft.gone);
  await endFacts(
    tx,
    practice,
    draft.endedFacts.map(({ payload }) => payload.fact),
    at,
  );
  await insertRows(tx, practice, draft.rows, line);
  for (const dossier of draft.endedDossiers) await purgeDossier(tx, practice, draft.views.get(dossier)!);
  await removeLeftovers(tx, practice);
}

/** After the commit: what was replaced answers earlier lines for five minutes, what was withdrawn answers nobody. */
export function settleShares(vault: Vault, practice: Signed['practice'], draft: DossierDraft, line: number): void {
  const replaced = new Set(draft.replaced);
  vault.shares.supersede(practice, draft.replaced, line, vault.clock());
  vault.shares.drop(
    practice,
    draft.gone.descriptors.filter((descriptor) => !replaced.has(descriptor)),
  );
}

/** After a failure: a commit whose answer was lost keeps its shares, everything else loses them. */
export async function dropUncommitted(
  vault: Vault,
  practice: Signed['practice'],
  staged: readonly Hash[],
): Promise<void> {
  if (staged.length === 0) return;
  const live = await vault.storage.read((tx) =>
    tx
      .selectFrom('handle')
      .select('descriptor')
      .where('practice', '=', practice)
      .where('descriptor', 'in', [...staged])
      .execute(),
  );
  const kept = new Set(live.map(({ descriptor }) => descriptor));
  vault.shares.drop(
    practice,
    staged.filter((descriptor) => !kept.has(descriptor)),
  );
}

export async function deliver(vault: Vault, signed: Signed, delivery: Omit<Delivery, 'request' | 'bodyHash'>) {
  const { practice, people, request, at } = signed;
  const { manifest } = delivery;
  const statements = delivery.signed.statements;
  const decision = decide({
    now: at,
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

  const { shares, received } = await receiveShares(vault, sorted, packs, wraps);
  const rootedAt = { draft: undefined as DossierDraft | undefined };
  // Durable before the line; nothing refers to them until it stands, and a start without it removes them.
  vault.shares.stage(practice, shares);
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
        for (const handle of manifest.drop) draft.drop(handle);
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
          changes: draft.changes,
          states: draft.states(),
          effect: async (write, sequenced) => {
            await writeDraft(write, practice, draft, sequenced.index, now);
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
