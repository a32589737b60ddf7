/** Sends deliveries one after the other while the next is sealed; believes an answer only when its states are the expected ones. */

import type { Clock, DossierId, HandleId, Random, Signer, TeamId } from '@ketenkluis/base';
import { type Custodian, type Gone, noteGone } from './custody.ts';
import { agentError } from './errors.ts';
import type { Accepted, Link } from './link.ts';
import { afterDelivery, emptyLive, type Head, stateOf } from './live.ts';
import type { Intent } from './monitor.ts';
import type { TeamKeys } from './plan.ts';
import type { LiveDossier, Register } from './register.ts';
import { type DossierJob, type Recipients, type SealedDelivery, sealDelivery, type TeamJob } from './sealing.ts';
import type { AgentState } from './state.ts';

export type Step = (name: string) => void | Promise<void>;

export interface SenderOptions {
  readonly state: AgentState;
  readonly link: Link;
  readonly agent: Signer;
  readonly clock: Clock;
  readonly random: Random;
  readonly step: Step;
  /** What was noted is added here, for the next reading of the log. */
  readonly intents: Intent[];
  /** Newest keys of the partners' teams that may be referred to. */
  readonly partners: TeamKeys;
  readonly custody: Custodian;
}

export function recipientsOf(
  register: Register,
  agent: Signer,
  partners: TeamKeys = new Map(),
  keyholders: Recipients['keyholders'] = null,
): Recipients {
  return {
    practice: register.practice.organisation,
    agent,
    vault: register.vault,
    exitKem: register.exitKem,
    keyholders,
    teams: new Map([
      ...partners,
      ...register.teams.map(({ team, epoch }): [TeamId, { epoch: number; kem: string }] => [
        team,
        { epoch: epoch.number, kem: epoch.kem },
      ]),
    ]),
  };
}

export class Sender {
  readonly #options: SenderOptions;
  readonly #to: Recipients;
  /** What is live now: the register's at the start, and what was committed since. */
  readonly live: Map<DossierId, LiveDossier>;
  readonly heads = new Map<string, Head>();
  changed = 0;
  packs = 0;
  bytes = 0;
  #sent: Promise<void> = Promise.resolve();
  /** What goes out before that one. */
  #before: Promise<void> = Promise.resolve();
  #count = 0;
  #stopped = false;

  constructor(options: SenderOptions, live: Map<DossierId, LiveDossier>) {
    this.#options = options;
    this.#to = recipientsOf(options.state.register, options.agent, options.partners, options.custody.named);
    this.live = live;
  }

  /**
   * Seals now, sends when the one before is through; one more may wait, so that neither side waits for the other's slower deliveries.
   * Failures surface at one of the next two calls or at `drain`; nothing is sent after one.
   */
  async send(dossiers: readonly DossierJob[], team: TeamJob | null = null): Promise<void> {
    if (dossiers.length === 0 && team === null) return;
    const { state, clock, random, step } = this.#options;
    const number = ++this.#count;
    const parents = await this.#parentsOf(dossiers);
    const next = new Map<DossierId, LiveDossier>();
    const gone: Gone = { superseded: new Set(), ended: new Set() };
    for (const { prev } of team?.packs ?? []) if (prev !== null) gone.superseded.add(prev);
    const sealed = await sealDelivery(this.#to, dossiers, team, { at: clock(), random }, (job, delivery) => {
      const { dossier } = job;
      const before = this.live.get(dossier);
      const dropped = new Set(job.drop.map(({ handle }) => handle));
      const notes = new Set(
        (before?.notes ?? []).flatMap(({ handle }) => {
          const parent = parents.get(handle);
          return parent && dropped.has(parent) ? [handle] : [];
        }),
      );
      const made = job.ends ? emptyLive() : afterDelivery(before ?? emptyLive(), { ...delivery, notes });
      next.set(dossier, made);
      noteGone(gone, before, made, job.ends);
      return {
        after: state.register.snapshot?.number ?? 0,
        prev: before === undefined ? null : stateOf(dossier, before),
        state: stateOf(dossier, made),
      };
    });
    await step(`sealed ${number}`);
    await this.#before;
    const before = this.#sent;
    this.#before = before;
    this.#sent = before.then(async () => {
      if (!this.#stopped) await this.#deliver(sealed, next, number, gone);
    });
    // Looked at by a later send or by drain; until then it must not count as unhandled.
    this.#sent.catch(() => undefined);
  }

  /** Which handle each note hangs under; asked only where a handle with notes goes. */
  async #parentsOf(jobs: readonly DossierJob[]): Promise<Map<HandleId, HandleId | null>> {
    const asked = jobs.some(({ dossier, drop }) => drop.length > 0 && (this.live.get(dossier)?.notes.length ?? 0) > 0);
    if (!asked) return new Map();
    const { dossiers } = await this.#options.link.heads();
    return new Map(dossiers.flatMap(({ handles }) => handles.map(({ handle, parent }) => [handle, parent] as const)));
  }

  async drain(): Promise<void> {
    await this.#sent;
  }

  /** What waits is not sent any more; what is on its way has arrived or failed when this is through. For a run that ends, however it does. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sent.catch(() => undefined);
  }

  async #deliver(
    sealed: SealedDelivery,
    next: ReadonlyMap<DossierId, LiveDossier>,
    number: number,
    gone: Gone,
  ): Promise<void> {
    const { state, link, step, custody } = this.#options;
    // Everybody who holds a piece has it on disk before the vault hears of the version.
    const receipts = await custody.entrust(sealed.pieces);
    await step(`entrusted ${number}`);
    const intent: Intent = {
      counter: state.register.agent.counter,
      dossiers: Object.fromEntries(next),
      heads: Object.fromEntries(sealed.heads),
    };
    await state.note(intent);
    this.#options.intents.push(intent);
    await step(`noted ${number}`);
    const answer = await link.deliver({ ...sealed.manifest, ...receipts }, sealed.packs);
    await step(`delivered ${number}`);
    this.#believe(answer, next);
    await custody.forget(gone);
    for (const [handle, head] of sealed.heads) this.heads.set(handle, head);
    this.changed += next.size;
    this.packs += sealed.packs.length;
    this.bytes += sealed.bytes;
  }

  /** Throws `agent/vault-forked` when the vault has made something else of what was sent. */
  #believe(answer: Accepted, next: ReadonlyMap<DossierId, LiveDossier>): void {
    const answered = new Map(answer.dossiers.map((one) => [one.dossier, one]));
    for (const [dossier, live] of next) {
      const stated = answered.get(dossier);
      if (stated?.state !== stateOf(dossier, live)) {
        throw agentError(
          'vault-forked',
          'the vault holds something else of a dossier than was sent; no snapshot is signed',
        );
      }
      if (stateOf(dossier, live) === stateOf(dossier, emptyLive())) this.live.delete(dossier);
      else this.live.set(dossier, { ...live, seq: stated.seq });
    }
  }
}
