/**
 * The ledger on the vault's own database, in a copy of a vault's folder: lines like those of looks, appended in batches and waited
 * for until they are on disk; the vault's whole line with its index of dossiers; one proof; `fsck` of everything.
 */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type DossierId, newId, type OrganisationId, type PersonId, systemRandom } from '@ketenkluis/base';
import { inclusionFromTiles } from '@ketenkluis/ledger';
import type { Hash } from '@ketenkluis/seal';
import { createVault, fsck } from '@ketenkluis/vault';
import { append, item, ownCommon } from '@ketenkluis/vault/testing';
import { type Measured, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const DEFAULT_ENTRIES = 100_000;
const FULL_ENTRIES = 1_000_000;
/** Requests under way at once: two batches of the appender. */
const UNDER_WAY = 512;
const PROOFS = 200;

type Vault = Awaited<ReturnType<typeof createVault>>['vault'];

/** Keeps `UNDER_WAY` of these going until `count` are done. */
async function many(count: number, one: (number: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < count; number = next++) await one(number);
  };
  await Promise.all(Array.from({ length: UNDER_WAY }, worker));
}

interface Dossier {
  readonly dossier: DossierId;
  readonly state: Hash;
}

interface Place {
  readonly vault: Vault;
  readonly practice: OrganisationId;
  readonly log: string;
  readonly dossiers: readonly Dossier[];
}

async function place(vault: Vault): Promise<Place> {
  return await vault.storage.read(async (tx) => {
    const { practice, log } = await tx.selectFrom('practice').selectAll().executeTakeFirstOrThrow();
    const dossiers = await tx.selectFrom('dossier').select(['dossier', 'state']).where('ended', '=', 0).execute();
    return { vault, practice, log, dossiers };
  });
}

/** One part of one dossier handed out, as far as the log sees it. */
const lookAt = ({ vault, practice }: Place, actor: PersonId, { dossier, state }: Dossier) => ({
  common: ownCommon(vault, practice, { event: 'release', action: 'R', class: 'look', outcome: 'success', actor }),
  items: [
    item({ kind: 'release', dossier, state, handle: newId('handle', systemRandom), consent: 'own-organisation' }),
  ],
});

/** Line, chain and index of dossiers: what every look costs the vault. */
const wholeLine = (at: Place, actor: PersonId, one: Dossier) =>
  append(at.vault, {
    practice: at.practice,
    log: at.log,
    request: null,
    keys: [one.dossier],
    plan: async () => lookAt(at, actor, one),
  });

/** The line alone, outside any dossier's chain. */
const bareLine = ({ vault, practice, log }: Place, actor: PersonId) =>
  vault.appender.append({
    log,
    keys: [],
    prepare: async () => {
      const common = ownCommon(vault, practice, {
        event: 'list',
        action: 'R',
        class: 'list',
        outcome: 'success',
        actor,
      });
      const items = [item({ kind: 'list', handle: newId('handle', systemRandom) })];
      return { draft: { common, items, chains: new Map() } };
    },
  });

const perSecond = (count: number, ms: number) => (count * 1000) / ms;

export async function ledger(on: Ground): Promise<readonly Measured[]> {
  const synced = await on.synced();
  await synced.practice.vault.stop();
  const dir = join(on.root, 'ledger');
  cpSync(synced.vaultDir, dir, { recursive: true });
  const entries = on.full ? FULL_ENTRIES : DEFAULT_ENTRIES;
  const running = await createVault({
    dir,
    origins: ['http://bench.localhost'],
    bootstrapToken: '',
    log: false,
  });
  const { vault } = running;
  let bare: number[];
  let whole: number[];
  let cpu = 0;
  let proving = 0;
  let proofs: number[];
  let size: number;
  try {
    const at = await place(vault);
    const actor = newId('person', systemRandom);
    const dossierOf = (number: number) => at.dossiers[number % at.dossiers.length]!;
    const share = entries / 20;
    bare = [];
    whole = [];
    for (let round = 0; round < 10; round++) {
      const alone = await timed(() => many(share, () => bareLine(at, actor)));
      const indexed = await timed(() => many(share, (number) => wholeLine(at, actor, dossierOf(number))));
      cpu += alone.cpu;
      bare.push(perSecond(share, alone.ms));
      whole.push(perSecond(share, indexed.ms));
    }
    size = (await vault.storage.ledger.state(at.log)).size;
    proofs = [];
    for (let i = 0; i < PROOFS; i++) {
      const index = Math.floor((i * size) / PROOFS);
      const tile = (level: number, place: number) => vault.storage.ledger.tile(at.log, level, place);
      const one = await timed(() => inclusionFromTiles(index, size, tile));
      proofs.push(one.ms);
      proving += one.cpu;
    }
  } finally {
    await running.stop();
  }
  const checked = await timed(() => fsck(dir));
  if (!checked.value.ok) throw new Error(`fsck found ${checked.value.faults[0]?.code} in a sound log`);
  const scale = FULL_ENTRIES / checked.value.lines;
  return [
    {
      work: 'ledger append, durable, batched',
      unit: '/s',
      runs: bare,
      bar: { on: 'figure', at: 'least', value: 5000 },
      note: `${((cpu * 1000) / (entries / 2)).toFixed(0)} microseconds of processor time each`,
    },
    { work: 'the same with chain and index of dossiers', unit: '/s', runs: whole },
    {
      work: `one proof in ${size} entries`,
      unit: 'ms',
      runs: proofs,
      bar: { on: 'figure', at: 'most', value: 5 },
      note: `${(proving / PROOFS).toFixed(2)} ms of processor time`,
    },
    {
      work: on.full ? `fsck of ${checked.value.lines} entries` : 'fsck of 1 M entries (scaled)',
      unit: 's',
      runs: [(checked.ms / 1000) * (on.full ? 1 : scale)],
      bar: { on: 'figure', at: 'most', value: 60 },
      ...(on.full
        ? {}
        : {
            note: `${checked.value.lines} entries took ${(checked.ms / 1000).toFixed(2)} s, ${(checked.cpu / 1000).toFixed(2)} s of processor time`,
          }),
    },
  ];
}
