/**
 * What every new handle of a person takes (docs/spec/pack.md, state.md): the pack, a grant and a bundle per team, the shares of vault and
 * exit, and the signed step of the dossier from what was proved to what the change makes of it.
 */

import {
  canonicalJson,
  concat,
  type DossierId,
  type FactId,
  fromBase64url,
  type HandleId,
  newId,
  type TeamId,
} from '@ketenkluis/base';
import type { CustodyProof } from '@ketenkluis/protocol';
import {
  asShare,
  type BundleHeader,
  type Descriptor,
  dossierState,
  type FactOf,
  type Grant,
  type Hash,
  type Payload,
  type Plaintext,
  payloadHash,
  type Sealed,
  type State,
  type Wrap,
} from '@ketenkluis/seal';
import {
  createBundle,
  describePack,
  type Envelope,
  type NewBundle,
  sealPack,
  splitSecret,
} from '@ketenkluis/seal/open';
import { Pieces } from './custody.ts';
import { clientError } from './errors.ts';
import { release } from './look.ts';
import type { ProvedState } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

/** A team that gets a part, and the live step that it gets it on. */
export interface Recipient {
  readonly team: TeamId;
  readonly step: FactId;
}

export interface TeamBundle {
  readonly epoch: number;
  readonly bundle: NewBundle;
}

/** For a team of the practice, or of a partner that may be referred to now. Throws `client/no-key-here`. */
export async function bundleFor(session: Session, team: TeamId): Promise<TeamBundle> {
  const at = session.now();
  const epoch = (await session.people()).epochFor(team, at)?.payload;
  if (epoch === undefined) throw clientError('no-key-here', 'this team has no key yet');
  const bundle = await createBundle({
    ...{ to: 'team', recipient: team, epoch: epoch.number, recipientKey: fromBase64url(epoch.kem) },
    ...{ issuer: session.person, practice: session.practice, at, random: session.wire.ports.random },
  });
  return { epoch: epoch.number, bundle };
}

async function holders(session: Session) {
  const people = await session.people();
  const at = session.now();
  const { authority } = people;
  const vault = people.cards(at).find(({ kind }) => kind === 'vault');
  if (authority === undefined || vault === undefined) {
    throw clientError('no-key-here', 'the practice has no authority record or no vault on record');
  }
  const common = { issuer: session.person, practice: session.practice, at, random: session.wire.ports.random };
  return await Promise.all([
    createBundle({
      ...{ ...common, to: 'vault', recipient: vault.subject, epoch: null },
      recipientKey: fromBase64url(vault.kem),
    }),
    createBundle({
      ...{ ...common, to: 'exit', recipient: null, epoch: null },
      recipientKey: fromBase64url(authority.exit.kem),
    }),
  ]);
}

export const grantOf = (
  session: Session,
  dossier: DossierId,
  { team, step }: Recipient,
  { epoch }: TeamBundle,
  packs: readonly Hash[],
): Grant => ({
  ...{ t: 'grant', v: 1, suite: 1, practice: session.practice, dossier, team, epoch },
  ...{ fact: step, issuer: session.person, packs: [...packs] },
});

export interface NewHandle {
  readonly handle: HandleId;
  readonly descriptor: Descriptor;
  /** Of the descriptor. */
  readonly named: Hash;
  readonly grants: readonly Grant[];
  readonly headers: readonly BundleHeader[];
  readonly wraps: readonly Wrap[];
  readonly pack: Sealed<'pack'>;
  /** Of the keyholders, to go with it; null where the practice names none. */
  readonly receipts: readonly CustodyProof[] | null;
}

/** The pieces go out before the vault hears of the handle. Throws `client/holders-missing`. */
async function entrust(
  session: Session,
  keepers: FactOf<'keyholders'>,
  descriptor: Hash,
  { holders, pieces }: Awaited<ReturnType<typeof splitSecret>>,
): Promise<readonly CustodyProof[]> {
  const out = await Pieces.begin(session, keepers);
  await out.add(descriptor, holders, pieces);
  return (await out.deliver()).receipts;
}

/** What goes with a new handle in its message. */
export const withReceipts = ({ receipts }: NewHandle) => (receipts === null ? {} : { custody: [...receipts] });

/** Seals content under a new handle that hangs under `parent`, for these teams. `bundles` are those made already. */
export async function newHandle(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly parent: HandleId;
    readonly class: 'work' | 'inbox';
    readonly type: Envelope['type'];
    readonly content: unknown;
    readonly to: readonly Recipient[];
    readonly bundles?: ReadonlyMap<TeamId, TeamBundle>;
    /** Chosen before, so that trying again makes no second one. */
    readonly handle?: HandleId;
  },
): Promise<NewHandle> {
  const { dossier, parent, to } = what;
  const { random } = session.wire.ports;
  const keepers = (await session.people()).keyholders;
  const handle = what.handle ?? newId('handle', random);
  const sealed = await sealPack({
    handle,
    version: 1,
    envelope: {
      ...{ practice: session.practice, dossier, team: null, type: what.type, scope: null, programmes: [] },
      ...{ selection: null, at: session.now(), asOf: null },
    },
    content: canonicalJson(what.content) as Plaintext,
    author: session.keys().signer,
    random,
    keyholder: keepers !== undefined,
  });
  const split = keepers && sealed.shares.k ? await splitSecret(sealed.shares.k, keepers) : undefined;
  const descriptor = describePack(sealed, {
    ...{ slot: null, prev: null, class: what.class, parent, writer: session.person },
    ...(split ? { holders: split.holders } : {}),
  });
  const named = payloadHash(descriptor);
  const receipts = split && keepers ? await entrust(session, keepers, named, split) : null;
  const teams = await Promise.all(
    to.map(async (one) => ({
      one,
      known: what.bundles?.has(one.team) ?? false,
      made: what.bundles?.get(one.team) ?? (await bundleFor(session, one.team)),
    })),
  );
  const [toVault, toExit] = await holders(session);
  const { c, h, k } = sealed.shares;
  const wraps = await Promise.all([
    ...teams.map(({ made }) => made.bundle.wrap('c', named, c)),
    toVault.wrap('h', named, h),
    toExit.wrap('x', named, asShare('x', concat(h, ...(k ? [k] : [])))),
  ]);
  const fresh = teams.filter(({ known }) => !known).map(({ made }) => made.bundle.payload);
  return {
    ...{ handle, descriptor, named, wraps, pack: sealed.pack, receipts },
    grants: teams.map(({ one, made }) => grantOf(session, dossier, one, made, [named])),
    headers: [...fresh, toVault.payload, toExit.payload],
  };
}

/** Everything of it that is signed. */
export const payloadsOf = ({ descriptor, grants, headers }: NewHandle): Payload[] => [
  descriptor,
  ...grants,
  ...headers,
];
/** Everything of it that counts towards the dossier's state. */
export const liveOf = ({ named, grants }: NewHandle): Hash[] => [named, ...grants.map(payloadHash)];

/** The signed step from what was proved of a dossier to what a change makes of it. */
export const stepTo = (session: Session, { dossier, state, after }: ProvedState, live: readonly Hash[]): State => ({
  ...{ t: 'state', v: 1, suite: 1, practice: session.practice, dossier, by: session.person, after, prev: state },
  ...{ state: dossierState(dossier, live), at: session.now() },
});

/** A delivery takes its new snapshot while somebody writes; on a slow machine more than once. */
const TRIES = 6;
const isConflict = (error: unknown): boolean =>
  clientError.is(error, 'refused') &&
  (error as { detail?: { problem?: unknown } }).detail?.problem === 'vault/conflict';

/** Where a colleague was first, the work looks again and starts over. */
export async function again<T>(session: Session, dossier: DossierId, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= TRIES || !isConflict(error)) throw error;
      session.proved.delete(dossier);
    }
  }
}

/** What this person has proved of the dossier; looks for it where there is nothing yet. */
export async function provedOf(
  session: Session,
  item: AskedItem & { readonly dossier: DossierId },
): Promise<ProvedState> {
  if (!session.proved.has(item.dossier)) await release(session, { class: 'look', items: [item] });
  const proved = session.proved.get(item.dossier);
  if (proved === undefined) throw clientError('refused', 'this part of the dossier does not open for you now');
  return proved;
}
