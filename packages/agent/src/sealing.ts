/**
 * Seals one group of dossiers (or one team's list) into one delivery: packs under fresh shares, descriptors, facts, grants,
 * bundles and wraps, all statements under one signature. Shares live in this function's variables only.
 */

import { setImmediate as turn } from 'node:timers/promises';
import {
  base64url,
  concat,
  type DossierId,
  type FactId,
  fromBase64url,
  fromUtf8,
  type HandleId,
  type Instant,
  type OrganisationId,
  type PersonId,
  type Random,
  type Signer,
  type TeamId,
} from '@ketenkluis/base';
import {
  asShare,
  type Descriptor,
  type Draft,
  draft,
  type Fact,
  type FactOf,
  type Grant,
  type Hash,
  type Holders,
  type Payload,
  type Piece,
  type Plaintext,
  type Share,
  type State,
  signBatch,
  statementToWire,
  type Withdrawal,
} from '@ketenkluis/seal';
import {
  createBundle,
  describePack,
  type EnvelopeFields,
  type NewBundle,
  sealPack,
  splitSecret,
} from '@ketenkluis/seal/open';
import type { Manifest } from './link.ts';
import type { DossierDelivery, Head } from './live.ts';
import { nodeDeflate } from './native.ts';
import type { LiveDossier } from './register.ts';

/** Everyone a share is wrapped for. */
export interface Recipients {
  readonly practice: OrganisationId;
  readonly agent: Signer;
  readonly vault: { readonly person: PersonId; readonly kem: string };
  readonly exitKem: string;
  /** Who holds pieces of what is sealed; null where the practice names nobody. */
  readonly keyholders: FactOf<'keyholders'> | null;
  readonly teams: ReadonlyMap<TeamId, { readonly epoch: number; readonly kem: string }>;
}

export interface PackJob {
  readonly handle: HandleId;
  readonly version: number;
  readonly prev: Hash | null;
  readonly envelope: Omit<EnvelopeFields, 'practice' | 'at'>;
  readonly slot: Descriptor['slot'];
  readonly content: Plaintext;
  /** Who gets the client share, on the ground of which step (null for a team's own handle). */
  readonly grants: readonly { readonly team: TeamId; readonly fact: FactId | null }[];
  /** What the register will call it. */
  readonly scope: string;
  readonly fingerprint: string;
}

export interface DossierJob {
  readonly dossier: DossierId;
  readonly expect: number;
  readonly facts: readonly Fact[];
  readonly withdrawals: readonly Withdrawal[];
  /** Partners' steps whose facts are among the withdrawals. */
  readonly over?: LiveDossier['handed'];
  /** The enrolment is among the withdrawals: everything of the dossier goes. */
  readonly ends: boolean;
  readonly packs: readonly PackJob[];
  readonly drop: readonly { readonly scope: string; readonly handle: HandleId }[];
}

export interface TeamJob {
  readonly packs: readonly PackJob[];
  readonly lists: Manifest['lists'];
}

export interface SealedDelivery {
  readonly manifest: Manifest;
  readonly packs: readonly Uint8Array[];
  /** What becomes live, per dossier. */
  readonly dossiers: ReadonlyMap<DossierId, DossierDelivery>;
  /** Team packs by handle. */
  readonly heads: ReadonlyMap<HandleId, Head>;
  readonly bytes: number;
  /** Keyholders' pieces of each version, in the order of the packs. */
  readonly pieces: readonly {
    readonly descriptor: Hash;
    readonly holders: Holders;
    readonly pieces: readonly Piece[];
  }[];
}

/** The bundles of one delivery, each made when its first share comes. */
class Bundles {
  readonly #to: Recipients;
  readonly #at: Instant;
  readonly #random: Random;
  readonly #made = new Map<string, Promise<NewBundle>>();
  constructor(to: Recipients, at: Instant, random: Random) {
    this.#to = to;
    this.#at = at;
    this.#random = random;
  }
  #get(name: string, target: Pick<Parameters<typeof createBundle>[0], 'to' | 'recipient' | 'epoch'>, kem: string) {
    const known = this.#made.get(name);
    if (known) return known;
    const made = createBundle({
      ...target,
      recipientKey: fromBase64url(kem),
      issuer: this.#to.agent.by as PersonId,
      practice: this.#to.practice,
      at: this.#at,
      random: this.#random,
    });
    this.#made.set(name, made);
    return made;
  }
  team(team: TeamId): Promise<NewBundle> {
    const { epoch, kem } = this.#to.teams.get(team)!;
    return this.#get(team, { to: 'team', recipient: team, epoch }, kem);
  }
  vault(): Promise<NewBundle> {
    const { person, kem } = this.#to.vault;
    return this.#get('vault', { to: 'vault', recipient: person, epoch: null }, kem);
  }
  exit(): Promise<NewBundle> {
    return this.#get('exit', { to: 'exit', recipient: null, epoch: null }, this.#to.exitKem);
  }
  all(): Promise<NewBundle[]> {
    return Promise.all(this.#made.values());
  }
}

interface Made {
  readonly job: PackJob;
  readonly dossier: DossierId | null;
  readonly descriptor: Draft<Descriptor>;
  readonly hash: Hash;
  readonly pack: Uint8Array;
  readonly c: Share<'c'>;
  readonly h: Share<'h'>;
  readonly k: Share<'k'> | undefined;
  readonly split: Awaited<ReturnType<typeof splitSecret>> | undefined;
}

/** Where a dossier stands, and where this delivery brings it. */
export type StepOf = (
  job: DossierJob,
  delivery: DossierDelivery,
) => { readonly after: number; readonly prev: Hash | null; readonly state: Hash };

/** Seals dossier by dossier; in between what was sealed before goes out. */
export async function sealDelivery(
  to: Recipients,
  dossiers: readonly DossierJob[],
  team: TeamJob | null,
  ports: { readonly at: Instant; readonly random: Random },
  stepOf: StepOf,
): Promise<SealedDelivery> {
  const { at, random } = ports;
  const seal = async (job: PackJob, dossier: DossierId | null): Promise<Made> => {
    const sealed = await sealPack({
      handle: job.handle,
      version: job.version,
      envelope: { ...job.envelope, practice: to.practice, at },
      content: job.content,
      author: to.agent,
      random,
      deflate: nodeDeflate,
      keyholder: to.keyholders !== null,
    });
    const { c, h, k } = sealed.shares;
    const split = k && to.keyholders ? await splitSecret(k, to.keyholders) : undefined;
    const descriptor = describePack(sealed, {
      slot: job.slot,
      prev: job.prev,
      class: 'source',
      parent: null,
      writer: to.agent.by as PersonId,
      ...(split ? { holders: split.holders } : {}),
    });
    const drafted = draft(descriptor);
    return { job, dossier, descriptor: drafted, hash: drafted.hash, pack: sealed.pack, c, h, k, split };
  };
  const bundles = new Bundles(to, at, random);
  const made: Made[] = [];
  const wrapped: Awaited<ReturnType<typeof wrapsOf>>[] = [];
  for (const { dossier, packs } of [...dossiers, { dossier: null, packs: team?.packs ?? [] }]) {
    const own = await Promise.all(packs.map((job) => seal(job, dossier)));
    made.push(...own);
    wrapped.push(...(await Promise.all(own.map((one) => wrapsOf(one, bundles)))));
    await turn();
  }
  const headers = await bundles.all();
  const grants = grantsOf(made, to).map(draft);
  const facts = new Map(dossiers.map((job) => [job.dossier, job.facts.map(draft)]));
  const headOf = ({ job, hash }: Made): Head => ({
    version: job.version,
    descriptor: hash,
    fingerprint: job.fingerprint,
  });
  const deliveries = new Map(
    dossiers.map(({ dossier, withdrawals, drop, over, packs }): [DossierId, DossierDelivery] => [
      dossier,
      {
        withdrawn: withdrawals.map(({ fact }) => fact),
        facts: Object.fromEntries(facts.get(dossier)!.map(({ payload, hash }) => [payload.id, hash])),
        heads: Object.fromEntries(
          made.filter((one) => one.dossier === dossier).map((one) => [one.job.scope, headOf(one)]),
        ),
        grants: grants
          .filter(({ payload }) => payload.dossier === dossier)
          .map(({ payload: { team, packs, fact }, hash }) => ({ hash, team, packs, fact })),
        drop,
        over: over ?? [],
        sealed: new Set(packs.map(({ handle }) => handle)),
      },
    ]),
  );
  const steps = dossiers.map(
    (job): State => ({
      t: 'state',
      v: 1,
      suite: 1,
      practice: to.practice,
      dossier: job.dossier,
      by: to.agent.by as PersonId,
      ...stepOf(job, deliveries.get(job.dossier)!),
      at,
    }),
  );
  const payloads: (Payload | Draft)[] = [
    ...headers.map(({ payload }) => payload),
    ...dossiers.flatMap(({ withdrawals }) => withdrawals),
    ...[...facts.values()].flat(),
    ...made.map(({ descriptor }) => descriptor),
    ...grants,
    ...steps,
  ];
  const signed = await signBatch(payloads, { practice: to.practice, at, signer: to.agent });
  const indexOf = new Map(signed.statements.map(({ hash }, i) => [hash, i]));
  const manifest: Manifest = {
    batch: statementToWire(signed.batch),
    statements: signed.statements.map(({ bytes }) => fromUtf8(bytes)),
    wraps: wrapped.flat().map(({ bundle, index, descriptor, kind, ct }) => ({
      b: indexOf.get(bundle)!,
      i: index,
      d: indexOf.get(descriptor)!,
      k: kind,
      ct: base64url(ct),
    })),
    packs: made.map(({ hash }) => indexOf.get(hash)!),
    drop: dossiers.flatMap(({ drop }) => drop.map(({ handle }) => handle)),
    lists: team?.lists ?? [],
    expect: dossiers.map(({ dossier, expect }) => ({ dossier, seq: expect })),
  };
  const packs = made.map(({ pack }) => pack);
  return {
    manifest,
    packs,
    dossiers: deliveries,
    heads: new Map(made.filter(({ dossier }) => dossier === null).map((one) => [one.job.handle, headOf(one)])),
    bytes: packs.reduce((sum, pack) => sum + pack.length, 0),
    pieces: made.flatMap(({ hash, split }) => (split ? [{ descriptor: hash, ...split }] : [])),
  };
}

async function wrapsOf({ job, hash, c, h, k }: Made, bundles: Bundles) {
  const teams = [...new Set(job.grants.map(({ team }) => team))];
  return await Promise.all([
    ...teams.map(async (team) => (await bundles.team(team)).wrap('c', hash, c)),
    bundles.vault().then((bundle) => bundle.wrap('h', hash, h)),
    bundles.exit().then((bundle) => bundle.wrap('x', hash, asShare('x', concat(h, ...(k ? [k] : []))))),
  ]);
}

/** One grant per dossier (or team handle), team and step. */
function grantsOf(made: readonly Made[], to: Recipients): Grant[] {
  const grants = new Map<string, Omit<Grant, 'packs'> & { packs: Hash[] }>();
  for (const { job, dossier, hash } of made) {
    for (const { team, fact } of job.grants) {
      const name = `${dossier ?? job.handle} ${team} ${fact}`;
      const known = grants.get(name);
      if (known) {
        known.packs.push(hash);
        continue;
      }
      grants.set(name, {
        t: 'grant',
        v: 1,
        suite: 1,
        practice: to.practice,
        dossier,
        team,
        epoch: to.teams.get(team)!.epoch,
        fact,
        issuer: to.agent.by as PersonId,
        packs: [hash],
      });
    }
  }
  return [...grants.values()];
}
