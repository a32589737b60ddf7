/** One line of the ledger from one request: who, what, which items; and everything that must be written with it. */

import { type Checks, type Decision, type DenyReason, POLICY_VERSION } from '@ketenkluis/access';
import {
  type Bytes,
  type DossierId,
  type Instant,
  newId,
  type OrganisationId,
  type PersonId,
  type RequestId,
  type SessionId,
} from '@ketenkluis/base';
import {
  CHAIN_START,
  type ChainHead,
  type Committed,
  type DraftItem,
  type EntryCommon,
  type Reason,
  type Sequenced,
} from '@ketenkluis/ledger';
import type { Hash, Request, Statement } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import type { People } from './people.ts';
import { CHANGED, type Changed, checkRoom, GAVE } from './room.ts';
import { prepared } from './storage/prepared.ts';
import type { Schema } from './storage/schema.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

export type SignedRequest = Statement<'request'>;
type Common = Omit<EntryCommon, 'v' | 'id' | 'at'>;

export const NO_CHECKS: Checks = { authorisation: false, relation: false, consent: false, emergency: false };
/** Signed by whoever may sign it: that is the authorisation of a change. */
export const SIGNED_CHECKS: Checks = { ...NO_CHECKS, authorisation: true };

/** What `decide()` says, or that it was asked for too often. */
export type Judged = Decision | { readonly outcome: 'deny'; readonly reason: 'too-many'; readonly checks: Checks };
/** Every reason to deny is a reason in the ledger; the compiler sees to it. */
export const reasonOf = (reason: DenyReason | 'too-many'): Reason => reason;

const ITEM: DraftItem = {
  kind: 'object',
  dossier: null,
  handle: null,
  version: null,
  object: null,
  outcome: 'success',
  checks: NO_CHECKS,
  facts: [],
  relation: null,
  consent: 'none',
  state: null,
  annex: null,
};
export const item = (fields: Partial<DraftItem> & Pick<DraftItem, 'kind'>): DraftItem => ({ ...ITEM, ...fields });

/** Who answers: for a program the natural person whom its mandate names, for a substitute the owner who approved the pool (R27). */
export function responsibleFor(people: People, person: PersonId, at: Instant): PersonId {
  const { keys } = people;
  const mandate = keys.mandatesOf(person, at)[0];
  if (mandate) return mandate.responsible;
  const [place] = keys.placesOf(person, at);
  const own = place === undefined || keys.memberships(at).some((fact) => fact.person === person);
  return own ? person : (keys.approverOf(place.pool) ?? person);
}

/** The common part for a signed request. */
export const commonOf = (
  vault: Vault,
  people: People,
  request: SignedRequest,
  at: Instant,
  fields: Pick<Common, 'event' | 'action' | 'outcome'> & { readonly reason?: Reason | null },
): Common => {
  const { payload, proof } = request;
  const signature = 'sigs' in proof ? proof.sigs[0]!.sig : undefined;
  if (signature === undefined) throw vaultError('bad-request', 'a request is signed itself, not in a batch');
  return {
    practice: people.practice,
    event: fields.event,
    action: fields.action,
    class: payload.class,
    outcome: fields.outcome,
    actor: payload.person,
    responsible: responsibleFor(people, payload.person, at),
    organisation: payload.organisation,
    device: payload.device,
    request: payload.id,
    requestHash: request.hash,
    signature,
    source: `vault:${vault.keys.id}`,
    policy: POLICY_VERSION,
    declared: payload.declared,
    reason: fields.reason ?? null,
  };
};

/** The common part for what no signed request carries: the birth of a practice, a login, the vault's own upkeep. */
export const ownCommon = (
  vault: Vault,
  practice: OrganisationId,
  fields: Pick<Common, 'event' | 'action' | 'class' | 'outcome' | 'actor'> & {
    readonly responsible?: PersonId;
    readonly request?: RequestId;
    readonly reason?: Reason | null;
    readonly device?: Common['device'];
    /** Left out: the practice itself. */
    readonly organisation?: OrganisationId;
  },
): Common => ({
  practice,
  event: fields.event,
  action: fields.action,
  class: fields.class,
  outcome: fields.outcome,
  actor: fields.actor,
  responsible: fields.responsible ?? fields.actor,
  organisation: fields.organisation ?? practice,
  device: fields.device ?? null,
  request: fields.request ?? newId('request', vault.random),
  requestHash: null,
  signature: null,
  source: `vault:${vault.keys.id}`,
  policy: POLICY_VERSION,
  declared: false,
  reason: fields.reason ?? null,
});

export interface Plan {
  readonly common: Common;
  readonly items: readonly DraftItem[];
  /** What it changes of dossiers (`DossierDraft.changed`). */
  readonly changed?: Changed;
  readonly annex?: { readonly hash: Hash; readonly bytes: Bytes } | null;
  readonly effect?: (tx: Tx, line: Sequenced) => Promise<void>;
}

export interface Appending {
  readonly practice: OrganisationId;
  readonly log: string;
  readonly request: SignedRequest | null;
  /** Things this line reads or changes, besides the practice's counter of the asking device. */
  readonly keys: readonly string[];
  /** Waiting work (signatures), when this line's turn has come and before anything is read. */
  before?(at: Instant): Promise<void>;
  /** Reads and decides; nothing that waits. */
  plan(tx: Tx, at: Instant): Promise<Plan>;
}

/** Per person and device: nobody can use up a colleague's numbers. */
const counterSource = ({ person, device }: Request): string => (device === null ? person : `${person}/${device}`);

const readCounter = prepared<{ practice: OrganisationId; source: string }, { value: number }>((tx, at) =>
  tx.selectFrom('counter').select('value').where('practice', '=', at('practice')).where('source', '=', at('source')),
);
const setCounter = prepared<{ practice: OrganisationId; source: string; value: number }, unknown>((tx, at) =>
  tx
    .insertInto('counter')
    .values({ practice: at('practice'), source: at('source'), value: at('value') })
    .onConflict((on) => on.columns(['practice', 'source']).doUpdateSet({ value: at('value') })),
);
const setActive = prepared<{ practice: OrganisationId; session: SessionId; active: Instant }, unknown>((tx, at) =>
  tx
    .updateTable('session')
    .set({ active: at('active') })
    .where('practice', '=', at('practice'))
    .where('session', '=', at('session')),
);

/** The highest counter seen from whoever asks, as it is committed now. */
export const counterNow = async (vault: Vault, practice: OrganisationId, request: Request): Promise<number> =>
  (await vault.storage.one(readCounter, { practice, source: counterSource(request) }))[0]?.value ?? -1;

const counterOf = async (tx: Tx, practice: OrganisationId, request: Request): Promise<number> =>
  (await readCounter(tx, { practice, source: counterSource(request) }))[0]?.value ?? -1;

async function takeCounter(tx: Tx, practice: OrganisationId, request: Request, at: Instant): Promise<void> {
  const source = counterSource(request);
  if ((await counterOf(tx, practice, request)) >= request.counter) {
    throw vaultError('request-refused', 'this request was seen before; ask again', { detail: { fault: 'replayed' } });
  }
  await setCounter(tx, { practice, source, value: request.counter });
  if (request.session !== null) await setActive(tx, { practice, session: request.session, active: at });
}

type ChainRow = Pick<Schema['dossier'], 'dossier' | 'seq' | 'head'>;
const chainOf = prepared<{ practice: OrganisationId; dossier: DossierId }, ChainRow>((tx, at) =>
  tx
    .selectFrom('dossier')
    .select(['dossier', 'seq', 'head'])
    .where('practice', '=', at('practice'))
    .where('dossier', '=', at('dossier')),
);
/** What moves by every look, and nothing else: what is kept of a dossier stays (storage/moments.ts). */
const moveChain = prepared<{ practice: OrganisationId; dossier: DossierId } & Omit<ChainRow, 'dossier'>, unknown>(
  (tx, at) =>
    tx
      .updateTable('dossier')
      .set({ seq: at('seq'), head: at('head') })
      .where('practice', '=', at('practice'))
      .where('dossier', '=', at('dossier')),
);
type ItemRow = Schema['dossier_item'];
const addItem = prepared<{ [K in keyof ItemRow]: ItemRow[K] }, unknown>((tx, at) =>
  tx.insertInto('dossier_item').values({
    ...{ practice: at('practice'), dossier: at('dossier'), seq: at('seq') },
    ...{ line: at('line'), item: at('item'), at: at('at'), change: at('change') },
  }),
);
const addAsked = prepared<{ practice: OrganisationId; line: number; header: Bytes }, unknown>((tx, at) =>
  tx.insertInto('asked').values({ practice: at('practice'), line: at('line'), header: at('header') }),
);
const addAnnex = prepared<{ practice: OrganisationId; hash: Hash; bytes: Bytes; line: number }, unknown>((tx, at) =>
  tx
    .insertInto('annex')
    .values({ practice: at('practice'), hash: at('hash'), bytes: at('bytes'), line: at('line') })
    .onConflict((on) => on.columns(['practice', 'hash']).doNothing()),
);
const annexOf = prepared<{ practice: OrganisationId; hash: Hash }, { line: number }>((tx, at) =>
  tx.selectFrom('annex').select('line').where('practice', '=', at('practice')).where('hash', '=', at('hash')),
);
/** Up to here one by one, with a query that is there already; more go at once. */
const FEW = 32;

async function chainsOf(tx: Tx, practice: OrganisationId, plan: Plan): Promise<Map<DossierId, ChainHead>> {
  const named = [...new Set(plan.items.flatMap((one) => one.dossier ?? []))];
  const chains = new Map<DossierId, ChainHead>();
  if (named.length === 0) return chains;
  if (named.length <= FEW) {
    for (const dossier of named)
      for (const row of await chainOf(tx, { practice, dossier })) chains.set(dossier, { seq: row.seq, hash: row.head });
    for (const dossier of plan.changed?.states.keys() ?? []) if (!chains.has(dossier)) chains.set(dossier, CHAIN_START);
    return chains;
  }
  const rows = await tx
    .selectFrom('dossier')
    .select(['dossier', 'seq', 'head'])
    .where('practice', '=', practice)
    .where('dossier', 'in', named)
    .execute();
  for (const row of rows) chains.set(row.dossier, { seq: row.seq, hash: row.head });
  for (const dossier of plan.changed?.states.keys() ?? []) if (!chains.has(dossier)) chains.set(dossier, CHAIN_START);
  return chains;
}

async function recordItems(tx: Tx, practice: OrganisationId, plan: Plan, line: Sequenced): Promise<void> {
  const lastChange = new Map<DossierId, number>();
  const rows = line.entry.items.flatMap((one, position) => {
    if (one.dossier === null || one.seq === null) return [];
    const changed = plan.changed?.positions.has(position) ?? false;
    const change = !changed ? 0 : plan.changed!.given.has(position) ? GAVE : CHANGED;
    if (changed) lastChange.set(one.dossier, one.seq);
    const { dossier, seq } = one;
    return [{ practice, dossier, seq, line: line.index, item: position, at: line.entry.common.at, change }];
  });
  if (rows.length > FEW) await tx.insertInto('dossier_item').values(rows).execute();
  else for (const row of rows) await addItem(tx, row);
  for (const [dossier, head] of line.heads) {
    const next = plan.changed?.states.get(dossier);
    const changed = lastChange.get(dossier);
    if (!next && changed === undefined) {
      await moveChain(tx, { practice, dossier, seq: head.seq, head: head.hash });
      continue;
    }
    const moved = {
      seq: head.seq,
      head: head.hash,
      ...(changed === undefined ? {} : { changed }),
      ...(next ? { state: next.state, ended: next.ended ? 1 : 0 } : {}),
    };
    const { numUpdatedRows } = await tx
      .updateTable('dossier')
      .set(moved)
      .where('practice', '=', practice)
      .where('dossier', '=', dossier)
      .executeTakeFirst();
    if (numUpdatedRows === 0n && next) {
      const ended = next.ended ? 1 : 0;
      const row = {
        practice,
        dossier,
        seq: head.seq,
        changed: changed ?? 0,
        head: head.hash,
        state: next.state,
        ended,
      };
      await tx.insertInto('dossier').values(row).execute();
    }
  }
}

/** One annex is one line's: it is sealed for that request, and goes with that line's year. */
async function checkAnnex(tx: Tx, practice: OrganisationId, hash: Hash): Promise<void> {
  const [row] = await annexOf(tx, { practice, hash });
  if (row) throw vaultError('bad-request', 'another line names this annex; seal one for this request');
}

/** The key of whatever changes who is who: cards, memberships, partners and what else stands in the key directory. */
const DIRECTORY = 'directory';

/** Sequences one line, with its effects in the same transaction; resolves when durable. */
export function append(vault: Vault, { practice, log, request, keys, before, plan }: Appending): Promise<Committed> {
  const annex = request?.payload.annex ?? null;
  const own = request
    ? [
        `${practice}/counter/${counterSource(request.payload)}`,
        ...(annex === null ? [] : [`${practice}/annex/${annex}`]),
      ]
    : [];
  const changes = keys.includes(DIRECTORY);
  return vault.appender.append({
    log,
    keys: [...own, ...keys.map((key) => `${practice}/${key}`)],
    // Who asks is judged by the directory: as it stands after every line before this one.
    reads: request && !changes ? [`${practice}/${DIRECTORY}`] : [],
    prepare: async ({ at }) => {
      await before?.(at);
      return vault.storage.read(async (tx) => {
        const made = await plan(tx, at);
        if (made.annex) await checkAnnex(tx, practice, made.annex.hash);
        if (request && made.changed) await checkRoom(tx, practice, made.changed, made.items, request.payload);
        return {
          draft: { common: made.common, items: [...made.items], chains: await chainsOf(tx, practice, made) },
          effect: async (write: Tx, line: Sequenced) => {
            if (request) {
              await takeCounter(write, practice, request.payload, line.entry.common.at);
              await addAsked(write, { practice, line: line.index, header: request.bytes });
            }
            await recordItems(write, practice, made, line);
            if (made.annex) {
              await addAnnex(write, { practice, hash: made.annex.hash, bytes: made.annex.bytes, line: line.index });
            }
            await made.effect?.(write, line);
          },
          ...(changes ? { committed: () => vault.people.forget(practice) } : {}),
        };
      });
    },
  });
}
