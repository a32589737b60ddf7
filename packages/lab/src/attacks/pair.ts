/**
 * Two organisations at two vaults, as the vaults know them: practice A, its partner B whose P was referred one patient, and a locum in
 * a pool. Built once; every attack gets a copy of A's folder, and of B's when it asks. What is played here are the vault's own checks,
 * against requests that no honest client makes.
 */

import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  DAY,
  type DossierId,
  type FactId,
  type HandleId,
  type Instant,
  newId,
  plus,
  systemRandom,
} from '@ketenkluis/base';
import {
  type Fact,
  type FactOf,
  type Payload,
  type Statement,
  signStatement,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import {
  befriend,
  deliverAll,
  directoryOf,
  empty,
  fakeClock,
  type HandedOn,
  newDossier,
  type Prepared,
  type Reply,
  referTo,
  reopenTestWorld,
  sealInto,
  startTestWorld,
  type TestDossier,
  type TestPerson,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  testPerson,
  type Vouched,
  visit,
  vouch,
} from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';

const SUITE = { v: 1 as const, suite: 1 };

/** `handles` are the nurse's; the doctors also have `beyond`, and the first one in an emergency. */
export interface PairDossier extends TestDossier {
  readonly beyond: HandleId;
  readonly emergency: FactId;
}
export interface PairBase {
  readonly world: TestWorld;
  readonly theirs: TestWorld;
  readonly now: Instant;
  readonly dossiers: readonly PairDossier[];
  /** The first dossier's first part, to P. */
  readonly handed: HandedOn;
  readonly partner: FactOf<'partner'>;
  readonly vouched: Vouched;
  readonly directory: readonly Statement[];
  readonly locum: TestPerson;
  readonly pool: FactOf<'pool'>;
}

export const factOf = (world: TestWorld, until: Instant | null = null) => ({
  t: 'fact' as const,
  ...SUITE,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until,
});

/** Statements of the practice itself, posted by an owner. */
export async function state(world: TestWorld, who: TestPerson, statements: readonly Statement[]): Promise<Reply> {
  const body = { ...statementsToWire(statements), wraps: [] };
  return world.signed(await world.open(who), 'statements', body, { class: 'admin' });
}

async function enrolInto(world: TestWorld, into: Prepared): Promise<PairDossier> {
  const { agent, nurseTeam, gpTeam } = world.practice;
  const dossier = newDossier(2);
  const [first, second] = dossier.handles;
  const beyond = newId('handle', systemRandom);
  const of = { dossier: dossier.id };
  const doctors: Fact = { ...factOf(world), ...of, kind: 'step', team: gpTeam.id, handles: [beyond] };
  const urgent: Fact = { ...factOf(world), ...of, kind: 'emergency', team: gpTeam.id, handles: [first!] };
  into.payloads.push(
    { ...factOf(world), ...of, id: dossier.enrolment, kind: 'enrolment' },
    { ...factOf(world), ...of, id: dossier.relation, kind: 'relation', teams: [nurseTeam.id] },
    { ...factOf(world), ...of, id: dossier.step, kind: 'step', team: nurseTeam.id, handles: [...dossier.handles] },
    { ...factOf(world), ...of, id: dossier.write, kind: 'write', team: nurseTeam.id },
    doctors,
    urgent,
  );
  into.expect.push({ dossier: dossier.id, seq: 0 });
  const nurse = { team: nurseTeam, fact: dossier.step };
  const seal = (handle: HandleId, grants: Parameters<typeof sealInto>[5]) =>
    sealInto(world, into, agent, dossier.id, [{ handle }], grants);
  await seal(first!, [nurse, { team: gpTeam, fact: urgent.id }]);
  await seal(second!, [nurse]);
  await seal(beyond, [{ team: gpTeam, fact: doctors.id }]);
  return { ...dossier, beyond, emergency: urgent.id };
}

const must = (reply: Reply): void => {
  if (reply.status !== 200) throw new Error(`the two organisations were not built: ${reply.text}`);
};

export async function buildPair(dir: string): Promise<PairBase> {
  const time = fakeClock();
  for (const name of ['a', 'b']) mkdirSync(join(dir, name), { recursive: true, mode: 0o700 });
  const world = await startTestWorld({ dir: join(dir, 'a'), time });
  const theirs = await startTestWorld({ dir: join(dir, 'b'), time });
  const { practice } = world;
  const locum = await testPerson();
  const card = await practice.card(locum, 'professional');
  const pool: FactOf<'pool'> = {
    ...factOf(world),
    kind: 'pool',
    until: plus(time.clock(), 30 * DAY),
    team: practice.nurseTeam.id,
    person: locum.id,
    card: card.hash,
    activators: [practice.nurse.id],
  };
  must(await state(world, practice.gp, [card, await signStatement(pool, practice.owners)]));
  const partner = await befriend(world, theirs);
  const into = empty();
  const dossiers: PairDossier[] = [];
  for (let n = 0; n < 4; n++) dossiers.push(await enrolInto(world, into));
  const agent = await world.open(practice.agent);
  must(await deliverAll(world, agent, into));
  must((await takeSnapshot(world, agent)).reply);
  const nurse = await world.open(practice.nurse);
  const [first] = dossiers;
  const { reply, handed } = await referTo(world, theirs, nurse, first!, { handles: first!.handles.slice(0, 1) });
  must(reply);
  const base = { dossiers, handed, partner, locum, pool, now: time.clock() };
  const said = { vouched: await vouch(theirs), directory: await directoryOf(theirs) };
  await world.running.stop();
  await theirs.running.stop();
  return { ...base, ...said, world, theirs };
}

/** One attack's own copy. */
export class Pair {
  readonly base: PairBase;
  /** A, up. */
  readonly world: TestWorld;
  /** B's keys; `up()` has its vault. */
  readonly theirs: TestWorld;
  readonly #dir: string;
  #up: Promise<TestWorld> | undefined;

  constructor(base: PairBase, world: TestWorld, dir: string) {
    this.base = base;
    this.world = world;
    this.theirs = { ...base.theirs, time: world.time };
    this.#dir = dir;
  }

  /** B's vault, by the same clock. */
  up(): Promise<TestWorld> {
    this.#up ??= copied(this.base.theirs, join(this.#dir, 'b'), this.world.time);
    return this.#up;
  }
  async down(): Promise<void> {
    await this.world.running.stop();
    await (await this.#up)?.running.stop();
  }

  /** The dossier that was handed on, and one that was not. */
  get referred(): PairDossier {
    return this.base.dossiers[0]!;
  }
  get other(): PairDossier {
    return this.base.dossiers[1]!;
  }
  nurse(): Promise<TestSession> {
    return this.world.open(this.world.practice.nurse);
  }
  gp(): Promise<TestSession> {
    return this.world.open(this.world.practice.gp);
  }
  /** P at A, with what B said of her; A knows B's directory already. */
  guest(): Promise<TestSession> {
    const { vouched, directory } = this.base;
    return visit(this.world, this.theirs, { vouched, statements: [], after: directory.length });
  }
  /** What P brings to the door. */
  brought<T extends object>(more: T = {} as T) {
    return { vouched: this.base.vouched, statements: this.base.directory, ...more };
  }
  /** An owner of A ends a fact of the practice. */
  async endFact(fact: FactId, dossier: DossierId | null = null): Promise<Reply> {
    const { practice, time } = this.world;
    const payload: Payload = {
      ...{ t: 'withdrawal', ...SUITE, practice: practice.id, fact, dossier },
      at: time.clock(),
    };
    return state(this.world, practice.gp, [await signStatement(payload, practice.gp.signer)]);
  }
  /** A place as substitute, signed and sent by the nurse. */
  async substitute(more: Partial<FactOf<'substitute'>> = {}, by = this.world.practice.nurse): Promise<Reply> {
    const { world } = this;
    const { pool, locum } = this.base;
    const until = plus(world.time.clock(), DAY / 2);
    const payload: FactOf<'substitute'> = {
      ...{ ...factOf(world), kind: 'substitute', until, pool: pool.id, team: pool.team, person: locum.id },
      ...more,
    };
    const statement = statementToWire(await signStatement(payload, by.signer));
    return world.signed(await world.open(by), 'substitute', { statement }, { class: 'session' });
  }
}

async function copied(of: TestWorld, dir: string, time: TestWorld['time']): Promise<TestWorld> {
  cpSync(of.dir, dir, { recursive: true });
  return reopenTestWorld(of, dir, time);
}

export async function openPair(base: PairBase, dir: string): Promise<Pair> {
  const time = fakeClock(base.now);
  time.move(60_000);
  return new Pair(base, await copied(base.world, join(dir, 'a'), time), dir);
}

/** What the vault says: nothing for a yes, else the reason of the first refused part, or the code of its refusal. */
export function said(reply: Reply): string | undefined {
  const json = reply.json<{ type?: string; results?: { outcome: string; reason?: string }[] }>();
  if (reply.status !== 200) return json.type;
  return json.results?.find(({ outcome }) => outcome === 'deny')?.reason;
}
/** The same, when it is for that reason; another reason proves nothing about this check. */
export function because(reply: Reply, why: string): string | undefined {
  const code = said(reply);
  return code === undefined || reply.text.includes(why) ? code : `${code}, but: ${reply.text.slice(0, 200)}`;
}

/** An attack of which the twin does the same with the one thing right. */
export function oneThing(
  of: Omit<Attack, 'play' | 'twin' | 'promise'> &
    Partial<Pick<Attack, 'promise'>> & { work(pair: Pair, wrong: boolean): Promise<string | undefined> },
): Attack {
  const { work, ...attack } = of;
  return {
    promise: 'P4',
    ...attack,
    play: async (fork) => work(await fork.pair(), true),
    twin: async (fork) => (await work(await fork.pair(), false)) === undefined,
  };
}
