/** What an agent and a colleague would send, sealed with real keys: dossiers with packs, facts, grants and bundles. */

import { deflateRawSync } from 'node:zlib';
import {
  type Bytes,
  base64url,
  canonicalJson,
  concat,
  type DossierId,
  type FactId,
  fromBase64url,
  fromUtf8,
  type HandleId,
  lengthPrefixed,
  newId,
  type Signer,
  systemRandom,
  type TeamId,
  utf8,
} from '@ketenkluis/base';
import { DELIVERY_TYPE, type deliveryManifest } from '@ketenkluis/protocol';
import {
  batchToWire,
  type Descriptor,
  encodeStatement,
  type Hash,
  type Payload,
  type Plaintext,
  payloadHash,
  type SignedBatch,
  type State,
  type Statement,
  signBatch,
  signersOf,
  signStatement,
  snapshotTree,
  statementsToWire,
  statementToWire,
  wrapToWire,
} from '@ketenkluis/seal';
import { createBundle, describePack, type NewBundle, type SealedPack, sealPack } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { viewDossiers } from '../changes.ts';
import { draftDossiers } from '../draft.ts';
import type { Reply, RequestFields, TestPerson, TestSession, TestTeam, TestWorld } from '../testing.ts';

type Manifest = z.infer<typeof deliveryManifest>;
const SUITE = { v: 1 as const, suite: 1 };

export interface TestDossier {
  readonly id: DossierId;
  readonly handles: readonly HandleId[];
  readonly enrolment: FactId;
  readonly relation: FactId;
  readonly step: FactId;
  readonly write: FactId;
}
export interface Prepared {
  readonly payloads: Payload[];
  readonly packs: { readonly descriptor: Hash; readonly bytes: Bytes }[];
  readonly wraps: { bundle: Hash; index: number; descriptor: Hash; kind: 'c' | 'h' | 'x'; ct: Bytes }[];
  readonly drop: HandleId[];
  readonly lists: Manifest['lists'];
  readonly expect: Manifest['expect'];
}
export const empty = (): Prepared => ({ payloads: [], packs: [], wraps: [], drop: [], lists: [], expect: [] });

export const newDossier = (handles = 2): TestDossier => ({
  id: newId('dossier', systemRandom),
  handles: Array.from({ length: handles }, () => newId('handle', systemRandom)),
  enrolment: newId('fact', systemRandom),
  relation: newId('fact', systemRandom),
  step: newId('fact', systemRandom),
  write: newId('fact', systemRandom),
});

const factHead = (world: TestWorld, id: FactId) => ({
  t: 'fact' as const,
  ...SUITE,
  id,
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
});

/** The facts of a dossier that a team treats. */
export const dossierFacts = (world: TestWorld, dossier: TestDossier, team: TestTeam): Payload[] => [
  { ...factHead(world, dossier.enrolment), kind: 'enrolment', dossier: dossier.id },
  { ...factHead(world, dossier.relation), kind: 'relation', dossier: dossier.id, teams: [team.id] },
  { ...factHead(world, dossier.step), kind: 'step', dossier: dossier.id, team: team.id, handles: [...dossier.handles] },
  { ...factHead(world, dossier.write), kind: 'write', dossier: dossier.id, team: team.id },
];

export interface PackFields {
  readonly handle: HandleId;
  readonly version?: number;
  readonly prev?: Hash | null;
  readonly class?: Descriptor['class'];
  readonly parent?: HandleId | null;
  readonly slot?: Descriptor['slot'];
  readonly team?: TeamId | null;
  readonly text?: string;
  /** Wraps another share for the vault than the pack was sealed under. */
  readonly wrongShare?: boolean;
}

const sealOne = (
  world: TestWorld,
  author: Signer,
  dossier: DossierId | null,
  fields: PackFields,
): Promise<SealedPack> =>
  sealPack({
    handle: fields.handle,
    version: fields.version ?? 1,
    envelope: {
      practice: world.practice.id,
      dossier,
      team: fields.team ?? null,
      type: fields.class === 'work' ? 'note' : dossier === null ? 'worklist' : 'fhir',
      scope: dossier === null || fields.class === 'work' ? null : 'test',
      programmes: [],
      selection: null,
      at: world.time.clock(),
      asOf: null,
    },
    content: utf8(fields.text ?? `{"v":1,"text":"content of ${fields.handle}"}`) as Plaintext,
    author,
    random: systemRandom,
  });

/** Seals packs of one dossier (or of a team) and wraps their shares for the vault, exit and these teams. */
export async function sealInto(
  world: TestWorld,
  into: Prepared,
  author: TestPerson,
  dossier: DossierId | null,
  packs: readonly PackFields[],
  grants: readonly { readonly team: TestTeam; readonly fact: FactId | null }[],
): Promise<Descriptor[]> {
  const { practice, time } = world;
  const bundle = (
    to: 'team' | 'vault' | 'exit',
    recipient: TeamId | TestPerson['id'] | null,
    key: Bytes,
    epoch: number | null,
  ) =>
    createBundle({
      to,
      recipient,
      epoch,
      recipientKey: key,
      issuer: author.id,
      practice: practice.id,
      at: time.clock(),
      random: systemRandom,
    });
  const { keys } = world.running.vault;
  const forVault = await bundle('vault', keys.id, keys.kemPublic, null);
  const forExit = await bundle('exit', null, practice.exitPublic, null);
  const forTeams = await Promise.all(
    grants.map(async (grant) => ({ ...grant, bundle: await bundle('team', grant.team.id, grant.team.publicKey, 0) })),
  );
  const descriptors: Descriptor[] = [];
  const add = async (made: NewBundle, kind: 'c' | 'h' | 'x', descriptor: Hash, share: Bytes) =>
    into.wraps.push(await made.wrap(kind, descriptor, share as never));
  for (const fields of packs) {
    const sealed = await sealOne(world, author.signer, dossier, fields);
    const payload = describePack(sealed, {
      slot: fields.slot ?? null,
      prev: fields.prev ?? null,
      class: fields.class ?? 'source',
      parent: fields.parent ?? null,
      writer: author.id,
    });
    const hash = payloadHash(payload);
    descriptors.push(payload);
    into.packs.push({ descriptor: hash, bytes: sealed.pack });
    await add(forVault, 'h', hash, fields.wrongShare ? systemRandom(32) : sealed.shares.h);
    await add(forExit, 'x', hash, sealed.shares.h);
    for (const team of forTeams) await add(team.bundle, 'c', hash, sealed.shares.c);
  }
  into.payloads.push(...descriptors, forVault.payload, forExit.payload, ...forTeams.map((one) => one.bundle.payload));
  for (const { team, fact } of grants) {
    into.payloads.push({
      t: 'grant',
      ...SUITE,
      practice: practice.id,
      dossier,
      team: team.id,
      epoch: 0,
      fact,
      issuer: author.id,
      packs: descriptors.map(payloadHash),
    });
  }
  return descriptors;
}

/** A new dossier with all its handles, granted to one team. */
export async function enrol(
  world: TestWorld,
  dossier: TestDossier,
  team: TestTeam = world.practice.nurseTeam,
  into: Prepared = empty(),
) {
  into.payloads.push(...dossierFacts(world, dossier, team));
  into.expect.push({ dossier: dossier.id, seq: 0 });
  const descriptors = await sealInto(
    world,
    into,
    world.practice.agent,
    dossier.id,
    dossier.handles.map((handle) => ({ handle })),
    [{ team, fact: dossier.step }],
  );
  return { into, descriptors };
}

export const withdrawal = (world: TestWorld, fact: FactId, dossier: DossierId | null): Payload => ({
  t: 'withdrawal',
  ...SUITE,
  practice: world.practice.id,
  fact,
  dossier,
  at: world.time.clock(),
});

/**
 * The states that these changes come to, as their sender would work them out: the vault's own draft over what stands there now.
 * None for changes that the vault will refuse anyway.
 */
export async function stepsOf(
  world: TestWorld,
  who: TestSession,
  { statements }: Pick<SignedBatch, 'statements'>,
  drop: readonly HandleId[] = [],
): Promise<State[]> {
  const { vault } = world.running;
  const practice = world.practice.id;
  const at = world.time.clock();
  const people = (await vault.people.of(practice))!;
  return vault.storage.read(async (tx) => {
    const dropped = await tx.selectFrom('handle').selectAll().where('practice', '=', practice).execute();
    const dossiers = [
      ...statements.flatMap(({ payload }) => ('dossier' in payload && payload.dossier ? [payload.dossier] : [])),
      ...dropped.flatMap(({ handle, dossier }) => (drop.includes(handle) && dossier ? [dossier] : [])),
    ];
    const handles = statements.flatMap(({ payload }) => (payload.t === 'descriptor' ? [payload.handle] : []));
    const views = await viewDossiers(tx, practice, dossiers);
    const draft = await draftDossiers(tx, practice, people, at, { dossiers, handles });
    const ofType = <T extends Payload['t']>(t: T) =>
      statements.filter(({ payload }) => payload.t === t) as Statement<T>[];
    try {
      for (const one of ofType('withdrawal')) draft.withdraw(one, signersOf(one));
      for (const one of ofType('fact')) draft.fact(one, true);
      for (const one of ofType('descriptor')) draft.head(one);
      for (const one of ofType('grant')) draft.grant(one);
      for (const handle of drop) draft.drop(handle);
    } catch {
      return [];
    }
    return [...draft.states()].map(([dossier, { state }]) => {
      const view = views.get(dossier)!;
      return {
        t: 'state' as const,
        ...SUITE,
        practice,
        dossier,
        by: who.person.id,
        after: draft.after,
        prev: view.known ? view.state : null,
        state,
        at,
      };
    });
  });
}

/** The bytes of a delivery; `change` may bend the manifest before it is signed over. */
export async function deliveryBytes(
  world: TestWorld,
  who: TestSession,
  prepared: Prepared,
  options: {
    readonly change?: (manifest: Manifest) => Manifest;
    readonly fields?: RequestFields;
    readonly signer?: Signer;
  } = {},
): Promise<Bytes> {
  const by = { practice: world.practice.id, at: world.time.clock(), signer: options.signer ?? who.person.signer };
  const steps = await stepsOf(world, who, await signBatch(prepared.payloads, by), prepared.drop);
  const signed = await signBatch([...prepared.payloads, ...steps], by);
  const index = new Map(signed.statements.map((statement, i) => [statement.hash, i]));
  const { batch, headers } = batchToWire(signed);
  const texts = headers.map((header) => fromUtf8(fromBase64url(header)));
  const manifest: Manifest = {
    batch,
    statements: texts,
    wraps: prepared.wraps.map(({ bundle, index: i, descriptor, kind, ct }) => ({
      b: index.get(bundle)!,
      i,
      d: index.get(descriptor)!,
      k: kind,
      ct: base64url(ct),
    })),
    packs: prepared.packs.map(({ descriptor }) => index.get(descriptor)!),
    drop: prepared.drop,
    lists: prepared.lists,
    expect: prepared.expect,
  };
  const text = canonicalJson(options.change?.(manifest) ?? manifest);
  const rest = new Uint8Array(deflateRawSync(lengthPrefixed(text, ...prepared.packs.map(({ bytes }) => bytes))));
  const request = await world.request(who, 'delivery', rest, options.fields ?? { class: 'sync' });
  return concat(lengthPrefixed(encodeStatement(request)), rest);
}

export const send = async (world: TestWorld, who: TestSession, body: Bytes): Promise<Reply> =>
  world.call('delivery', { token: who.token, bytes: { type: DELIVERY_TYPE, body } });

export const deliverAll = async (world: TestWorld, who: TestSession, prepared: Prepared): Promise<Reply> =>
  send(world, who, await deliveryBytes(world, who, prepared));

/** Asks for these handles as this person. */
export async function look(
  world: TestWorld,
  who: TestSession,
  items: readonly { readonly dossier: DossierId | null; readonly handle: HandleId | null }[],
  fields: Partial<RequestFields> = {},
): Promise<Reply> {
  const annex = await world.annex();
  return world.signed(
    who,
    'release',
    { annex: annex.text },
    { class: 'look', items: items.map((item) => ({ ...item, facts: [] })), annex: annex.hash, ...fields },
  );
}

/** The snapshot of what the vault says is here. */
export async function takeSnapshot(
  world: TestWorld,
  who: TestSession,
  fields: Partial<Payload<'snapshot'>> = {},
  reader: TestSession = who,
): Promise<{ readonly reply: Reply; readonly statement: Statement<'snapshot'> }> {
  const heads = (await world.call('heads', { token: reader.token })).json<{
    dossiers: { dossier: DossierId; seq: number; state: Hash }[];
    snapshot: { header: string } | null;
  }>();
  const tree = snapshotTree(heads.dossiers);
  const last = heads.snapshot
    ? (JSON.parse(Buffer.from(heads.snapshot.header, 'base64url').toString()) as Payload<'snapshot'>)
    : null;
  const { practice, time } = world;
  const handles = await world.running.vault.storage.read((tx) =>
    tx.selectFrom('handle').selectAll().where('team', 'is not', null).where('state', '=', 'live').execute(),
  );
  const lists = handles.flatMap(({ team, handle, version, descriptor }) =>
    team === null ? [] : [{ team, handle, version, descriptor }],
  );
  const position = (await world.running.vault.people.of(practice.id))?.keys.position;
  const statement = await signStatement(
    {
      t: 'snapshot' as const,
      ...SUITE,
      practice: practice.id,
      number: (last?.number ?? 0) + 1,
      prev: last ? payloadHash(last) : null,
      by: who.person.id,
      at: time.clock(),
      until: (time.clock() + 14 * 86_400_000) as ReturnType<typeof time.clock>,
      size: tree.size,
      root: tree.root,
      lists,
      epochs: [practice.gpTeam, practice.nurseTeam, practice.officerTeam].map(({ id, epoch }) => ({
        team: id,
        epoch: epoch.hash,
      })),
      people: { count: position!.count, digest: position!.digest! },
      ...fields,
    },
    who.person.signer,
  );
  const reply = await world.signed(who, 'snapshot', { snapshot: statementToWire(statement) }, { class: 'sync' });
  return { reply, statement };
}

/** A note under a handle, by a member for their own team. */
export async function writeNote(
  world: TestWorld,
  who: TestSession,
  dossier: TestDossier,
  team: TestTeam,
  change: Partial<PackFields> = {},
  author: TestPerson = who.person,
): Promise<{ readonly reply: Reply; readonly handle: HandleId }> {
  const into = empty();
  const handle = newId('handle', systemRandom);
  const note: PackFields = { handle, class: 'work', parent: dossier.handles[0]!, ...change };
  await sealInto(world, into, author, dossier.id, [note], [{ team, fact: dossier.step }]);
  const by = { practice: world.practice.id, at: world.time.clock(), signer: author.signer };
  const first = await signBatch(into.payloads, by);
  const steps = await stepsOf(world, who, first);
  const statements = [
    ...first.statements,
    ...(await Promise.all(steps.map((step) => signStatement(step, who.person.signer)))),
  ];
  const annex = await world.annex();
  const body = {
    ...statementsToWire(statements),
    wraps: into.wraps.map(wrapToWire),
    packs: into.packs.map(({ bytes }) => base64url(bytes)),
    annex: annex.text,
  };
  const items = [{ dossier: dossier.id, handle: dossier.handles[0]!, facts: [] }];
  const reply = await world.signed(who, 'write', body, { class: 'write', items, annex: annex.hash });
  return { reply, handle };
}
