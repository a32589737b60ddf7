/**
 * Kills agent and vault with SIGKILL at random moments while records change and somebody looks; only the killed process starts again.
 * Afterwards: the same end state as without kills, no acknowledged line lost, no pack without its line, nothing left over.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { steadyCount } from '@ketenkluis/base';
import { clientError, type Session } from '@ketenkluis/client';
import { lookAt } from '../attacks/looks.ts';
import { AS_OF, type Patient } from '../attacks/world.ts';
import { type Dice, dice } from '../generate/dice.ts';
import type { Acknowledged } from './journal.ts';
import { contentsOf, die, makePractice, type Practice, rename } from './practice.ts';
import { Child, Spares } from './processes.ts';
import { checkStopped } from './whole.ts';

export interface KillOptions {
  readonly kills: number;
  readonly seed: string;
  /** Of the generated practice; about three in ten are enrolled. */
  readonly patients: number;
  readonly onKill?: (done: number) => void;
}
export interface KillReport {
  readonly agent: number;
  readonly vault: number;
  /** Kills while a sync was under way; the others hit a process at rest. */
  readonly atWork: number;
  readonly syncs: number;
  readonly looks: number;
  /** Lines that the vault acknowledged, to the agent or to somebody who looked. */
  readonly acknowledged: number;
  readonly lines: number;
  readonly packs: number;
  /** Empty when everything held. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

type Outcome =
  | { readonly done: { readonly changed: number } }
  | { readonly failed: string }
  | { readonly killed: true };
type Said = { readonly line?: Acknowledged; readonly done?: { readonly changed: number }; readonly failed?: string };

/** The agent that is at work now. */
class Agent {
  readonly #spares: Spares;
  readonly #journal: Acknowledged[];
  #child: Child | null = null;

  constructor(practice: Practice) {
    const argument = JSON.stringify({ agentDir: practice.agentDir, source: practice.source, asOf: AS_OF });
    this.#spares = new Spares(() => new Child(practice.programs.agent, argument));
    this.#journal = practice.journal;
  }
  /** Runs one sync; says how it ended, by itself or by a kill. */
  async sync(): Promise<Outcome> {
    this.#child ??= await this.#spares.take();
    const child = this.#child;
    child.say('sync');
    for (;;) {
      const line = await child.line();
      if (line === null) return { killed: true };
      const said = JSON.parse(line) as Said;
      if (said.line) this.#journal.push(said.line);
      if (said.done) return { done: said.done };
      if (said.failed !== undefined) return { failed: said.failed };
    }
  }
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    await child?.kill();
  }
  async close(): Promise<void> {
    await this.kill();
    await this.#spares.close();
  }
}

/** What the GP system says, and what must therefore be readable at the end. */
class Records {
  readonly #source: string;
  readonly #dice: Dice;
  readonly names = new Map<string, string>();
  readonly dead = new Set<string>();
  #count = 0;

  constructor(source: string, chance: Dice) {
    this.#source = source;
    this.#dice = chance;
  }
  /** Some patients get another name; now and then one dies. */
  change(patients: readonly Patient[]): void {
    const alive = patients.filter(({ id }) => !this.dead.has(id));
    for (const { id } of this.#dice.shuffle(alive).slice(0, this.#dice.int(1, 4))) {
      const name = `Nieuw-${++this.#count}`;
      rename(this.#source, id, name);
      this.names.set(id, name);
    }
    if (this.dead.size < 2 && this.#dice.chance(0.05)) {
      const { id } = this.#dice.pick(alive);
      die(this.#source, id, AS_OF);
      this.dead.add(id);
    }
  }
}

class Run {
  readonly #practice: Practice;
  readonly #options: KillOptions;
  readonly #dice: Dice;
  readonly #agent: Agent;
  readonly faults: string[] = [];
  killed = { agent: 0, vault: 0, atWork: 0 };
  syncs = 0;
  looks = 0;
  /** About how long a sync takes, in milliseconds: kills are spread over it. */
  #usual = 800;
  #looking: Promise<void> = Promise.resolve();
  #stop = false;

  constructor(practice: Practice, options: KillOptions) {
    this.#practice = practice;
    this.#options = options;
    this.#dice = dice(options.seed, 1);
    this.#agent = new Agent(practice);
  }

  get #left(): number {
    return this.#options.kills - this.killed.agent - this.killed.vault;
  }

  /** One sync, killed as often as chance will have it, and run again until it is through. */
  async #through(): Promise<number> {
    for (;;) {
      const started = steadyCount();
      const left = this.#left;
      const running = this.#agent.sync();
      const outcome = await this.#withKills(running);
      if ('done' in outcome) {
        // One that was interrupted says nothing of how long a sync takes.
        if (left === this.#left) this.#usual = 0.8 * this.#usual + 0.2 * Math.min(5000, steadyCount() - started);
        this.syncs += 1;
        return outcome.done.changed;
      }
      if ('failed' in outcome) {
        this.faults.push(`a sync failed: ${outcome.failed}`);
        return 0;
      }
    }
  }

  async #withKills(running: Promise<Outcome>): Promise<Outcome> {
    while (this.#left > 0 && this.#dice.chance(0.8)) {
      const waited = pause(this.#dice.unit() * this.#usual);
      const first = await Promise.race([running.then(() => 'over' as const), waited.then(() => 'kill' as const)]);
      if (first === 'over') {
        // It was through already: the kill hits a process at rest.
        await this.#kill(false);
        return running;
      }
      if ((await this.#kill(true)) === 'agent') return running;
    }
    return running;
  }

  async #kill(atWork: boolean): Promise<'agent' | 'vault'> {
    const victim = this.#dice.chance(0.5) ? 'agent' : 'vault';
    this.killed[victim] += 1;
    if (atWork) this.killed.atWork += 1;
    if (victim === 'agent') await this.#agent.kill();
    else {
      await this.#practice.vault.kill();
      await this.#practice.vault.start();
    }
    this.#options.onKill?.(this.killed.agent + this.killed.vault);
    return victim;
  }

  /** Somebody looks all the while, and waits when the vault is away. */
  #look(session: Session, patients: readonly Patient[]): void {
    const chance = dice(this.#options.seed, 2);
    this.#looking = (async () => {
      while (!this.#stop) {
        try {
          await lookAt(session, chance.pick(patients));
          this.looks += 1;
        } catch (error) {
          // Everything but an absent vault is a fault: what is half done must never be shown.
          if (!clientError.is(error, 'offline')) this.faults.push(`a look failed: ${String(error)}`);
        }
        await pause(chance.int(300, 900));
      }
    })();
  }

  async play(): Promise<KillReport> {
    const from = steadyCount();
    const { source } = this.#practice;
    try {
      // The first sync, with everything in it, is killed as well.
      await this.#through();
      const patients = await this.#practice.patients();
      const session = await this.#practice.signIn();
      const before = new Map<string, Map<string, string>>();
      for (const patient of patients) before.set(patient.id, (await contentsOf(session, patient)) ?? new Map());
      const records = new Records(source, dice(this.#options.seed, 3));
      this.#look(session, patients);
      while (this.#left > 0 && this.faults.length === 0) {
        records.change(patients);
        await this.#through();
      }
      this.#stop = true;
      await this.#looking;
      if (this.faults.length === 0) await this.#checkEnd(session, patients, before, records);
    } finally {
      this.#stop = true;
      await this.#looking;
      await this.#agent.close();
      await this.#practice.vault.stop();
    }
    const { faults: found, ...log } = await checkStopped(this.#practice);
    this.faults.push(...found);
    const { agent, vault, atWork } = this.killed;
    const { syncs, looks, faults } = this;
    const seconds = (steadyCount() - from) / 1000;
    return { agent, vault, atWork, syncs, looks, acknowledged: this.#practice.journal.length, ...log, faults, seconds };
  }

  /** Once more without kills: nothing is left to do, and everything reads as the GP system has it. */
  async #checkEnd(
    session: Session,
    patients: readonly Patient[],
    before: ReadonlyMap<string, ReadonlyMap<string, string>>,
    records: Records,
  ): Promise<void> {
    await this.#agent.sync();
    const again = await this.#agent.sync();
    if (!('done' in again) || again.done.changed !== 0) this.faults.push(`not at rest: ${JSON.stringify(again)}`);
    const now = new Map((await this.#practice.patients()).map((patient) => [patient.id, patient]));
    for (const { id, dossier } of patients) {
      const patient = now.get(id);
      if (records.dead.has(id)) {
        if (patient !== undefined) this.faults.push(`${dossier} did not end`);
        continue;
      }
      const contents = patient && (await contentsOf(session, patient));
      if (!contents) {
        this.faults.push(`${dossier} cannot be opened`);
        continue;
      }
      const name = records.names.get(id);
      for (const [scope, text] of before.get(id) ?? []) {
        const expected = name === undefined ? text : text.replace(/"family":"[^"]*"/, `"family":"${name}"`);
        if (contents.get(scope) !== expected) this.faults.push(`${scope} of ${dossier} is not what it should be`);
      }
    }
  }
}

/** Plays the whole thing on a practice of its own. */
export async function runKills(options: KillOptions): Promise<KillReport> {
  const practice = await makePractice({ patients: options.patients, seed: options.seed });
  try {
    return await new Run(practice, options).play();
  } finally {
    await practice.close();
  }
}
