/** What every delivery and every note must be made of: statements by type, packs, and shares that fit their commitments. */

import { type Bytes, fromBase64url, type Instant } from '@ketenkluis/base';
import type { CustodyProof } from '@ketenkluis/protocol';
import {
  type BundleHeader,
  custodyBytes,
  type Hash,
  parsePackHeader,
  type Share,
  type Statement,
  verifyPackHash,
  verifyShare,
} from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/holder';
import type { Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import type { Schema } from './storage/schema.ts';
import type { Vault } from './vault.ts';

const bad = (why: string) => vaultError('bad-statement', why);

export type Wrap = {
  bundle: Statement<'bundle'>;
  index: number;
  descriptor: Hash;
  kind: 'c' | 'h' | 'x';
  ct: Bytes;
};

export interface Sorted {
  readonly descriptors: Map<Hash, Statement<'descriptor'>>;
  readonly bundles: Map<Hash, Statement<'bundle'>>;
  readonly grants: Statement<'grant'>[];
  readonly facts: Statement<'fact'>[];
  readonly withdrawals: Statement<'withdrawal'>[];
  readonly states: Statement<'state'>[];
}

/** By type; anything else has no place in a delivery. */
export function sortStatements(statements: readonly Statement[]): Sorted {
  const out: Sorted = {
    descriptors: new Map(),
    bundles: new Map(),
    grants: [],
    facts: [],
    withdrawals: [],
    states: [],
  };
  for (const statement of statements) {
    const { t } = statement.payload;
    if (t === 'descriptor') out.descriptors.set(statement.hash, statement as Statement<'descriptor'>);
    else if (t === 'bundle') out.bundles.set(statement.hash, statement as Statement<'bundle'>);
    else if (t === 'grant') out.grants.push(statement as Statement<'grant'>);
    else if (t === 'fact') out.facts.push(statement as Statement<'fact'>);
    else if (t === 'withdrawal') out.withdrawals.push(statement as Statement<'withdrawal'>);
    else if (t === 'state') out.states.push(statement as Statement<'state'>);
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
  const kinds = Map.groupBy(wraps, (wrap) => wrap.descriptor);
  for (const [hash, { payload }] of sorted.descriptors) {
    const pack = packs.get(hash);
    if (!pack || !verifyPackHash(pack, payload))
      throw vaultError('bad-pack', 'a pack is missing or is not the one its descriptor names');
    const own = kinds.get(hash) ?? [];
    const count = (kind: Wrap['kind']) => own.filter((one) => one.kind === kind).length;
    if (count('h') !== 1 || count('x') !== 1) {
      throw vaultError('bad-wrap', 'each version needs one share for every holder and one for exit');
    }
  }
  if (packs.size !== sorted.descriptors.size) throw vaultError('bad-pack', 'a pack came without its descriptor');
  const to: Record<Wrap['kind'], BundleHeader['to']> = { c: 'team', h: 'vault', x: 'exit' };
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

/**
 * Every version is split over exactly the keyholders whom the practice names now, and enough of them say that they have their pieces of all
 * of it; without keyholders none is. The bytes they signed follow from the descriptors (docs/spec/keyholder.md, "Delivery").
 */
export async function checkCustody(
  vault: Vault,
  { practice, people }: Pick<Signed, 'practice' | 'people'>,
  descriptors: readonly Statement<'descriptor'>[],
  receipts: readonly CustodyProof[] | undefined,
  at: Instant,
): Promise<void> {
  const named = people.keys.keyholders;
  if (descriptors.some(({ payload: { holders, shares } }) => (holders === undefined) !== (shares.k === null)))
    throw bad('a share for keyholders comes with their pieces, and never without');
  const fits = descriptors.every(({ payload: { holders } }) =>
    named === undefined
      ? holders === undefined
      : holders?.fact === named.id &&
        holders.need === named.need &&
        holders.pieces.map(({ by }) => by).join() === named.holders.map(({ person }) => person).join(),
  );
  if (!fits) throw vaultError('conflict', 'the practice names other keyholders now; read the directory again');
  if (named === undefined || descriptors.length === 0) {
    if (receipts !== undefined) throw bad('receipts of keyholders came where there are none');
    return;
  }
  const signed = new Set<string>();
  for (const { by, sig } of receipts ?? []) {
    const key = people.keys.keyOf(by, at);
    const held = descriptors.flatMap(({ hash, payload }) => {
      const piece = payload.holders?.pieces.find((one) => one.by === by)?.piece;
      return piece === undefined ? [] : [{ descriptor: hash, piece }];
    });
    const bytes = custodyBytes(practice, by, held);
    if (held.length < descriptors.length || !key || !(await vault.verifier.verify(key, bytes, fromBase64url(sig))))
      throw vaultError('bad-wrap', 'a receipt of a keyholder does not hold');
    signed.add(by);
  }
  if (signed.size < named.need) throw vaultError('bad-wrap', 'too few keyholders have their pieces of this');
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
