/**
 * Reads, notes, take-overs, removals and syncs at once against a vault process. Four colleagues' clients check every answer as they
 * always do; this checks besides that what was opened is what the practice said (`truth.ts`), and in the end the stopped vault.
 */

import { setTimeout as pause } from 'node:timers/promises';
import { steadyCount, type TeamId } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import {
  clientError,
  openDossier,
  openList,
  readContent,
  type Session,
  scopeContent,
  takeOver,
  worklistContent,
  writeNote,
} from '@ketenkluis/client';
import { codeOf } from '../attacks/attack.ts';
import { handlesFor } from '../attacks/looks.ts';
import { AS_OF, type Patient, type Who } from '../attacks/world.ts';
import { type Dice, dice } from '../generate/dice.ts';
import { die, rename } from '../kills/practice.ts';
import { checkStopped } from '../kills/whole.ts';
import { type Hammered, makeHammered } from './practice.ts';
import { type Reading, Truth } from './truth.ts';

export interface HammerOptions {
  readonly seconds: number;
  readonly seed: string;
  readonly patients: number;
  /** Bends what a reader sees; for the test that shows that a wrong answer is found. */
  readonly bend?: (text: string) => string;
}
export interface HammerReport {
  /** Looks at dossiers, of which some were rightly refused. */
  readonly reads: number;
  readonly refused: number;
  readonly lists: number;
  readonly notes: number;
  readonly takenOver: number;
  readonly removed: number;
  readonly syncs: number;
  /** Syncs that gave way to colleagues and were started again. */
  readonly conflicts: number;
  /** Lines that the vault acknowledged to somebody. */
  readonly acknowledged: number;
  readonly lines: number;
  readonly packs: number;
  /** Of the hammering itself. */
  readonly seconds: number;
  /** Empty when every answer was right; it stops at the first wrong one. */
  readonly faults: readonly string[];
}

const NEEDS = { owner: 'gp', second: 'gp', nurse: 'poh-s', assistant: 'assistant' } as const;
/** Notes are for the team that wrote them. */
const WRITERS = 'poh-s';
interface Note {
  readonly patient: Patient;
  readonly handle: Awaited<ReturnType<typeof writeNote>>['handle'];
  readonly text: string;
}

class Hammer {
  readonly #on: Hammered;
  readonly #options: HammerOptions;
  /** Family names by patient; null: nothing of this patient opens. */
  readonly #named = new Truth<string>();
  /** Texts of notes, one by one, by `patient/text`. */
  readonly #texts = new Map<string, Truth<string>>();
  readonly #first = new Map<string, ReadonlyMap<string, string>>();
  readonly #removed = new Set<string>();
  #patients: readonly Patient[] = [];
  #notes: Note[] = [];
  #end = 0;
  readonly faults: string[] = [];
  readonly count = { reads: 0, refused: 0, lists: 0, notes: 0, takenOver: 0, removed: 0, syncs: 0, conflicts: 0 };

  constructor(on: Hammered, options: HammerOptions) {
    this.#on = on;
    this.#options = options;
  }

  get #over(): boolean {
    return this.faults.length > 0 || steadyCount() >= this.#end;
  }
  #wrong(what: string): void {
    if (this.faults.length === 0) this.faults.push(what);
  }

  async play(): Promise<HammerReport> {
    const on = this.#on;
    await on.sync();
    this.#patients = await on.patients();
    const names = on.names();
    for (const { id, dossier } of this.#patients) {
      this.#named.change(id, names.get(id)!)();
      this.#texts.set(dossier, new Truth());
    }
    const sessions = new Map<Who, Session>();
    for (const who of Object.keys(NEEDS) as Who[]) sessions.set(who, await on.signIn(who));
    await this.#baseline(sessions.get('owner')!, 'gp');
    await this.#baseline(sessions.get('nurse')!, 'poh-s');
    const from = steadyCount();
    this.#end = from + this.#options.seconds * 1000;
    const at = (n: number) => dice(this.#options.seed, n);
    await Promise.all([
      this.#syncs(at(1)),
      ...[...sessions].map(([who, session], i) => this.#work(who, session, at(10 + i))),
    ]);
    const seconds = (steadyCount() - from) / 1000;
    if (this.faults.length === 0) {
      await this.#sync();
      for (const patient of this.#patients) await this.#read(sessions.get('nurse')!, 'poh-s', patient);
    }
    await on.stopVault();
    const { faults: left, ...log } = await checkStopped(on);
    return {
      ...this.count,
      ...log,
      acknowledged: on.journal.length,
      seconds: Math.round(10 * seconds) / 10,
      faults: [...this.faults, ...left],
    };
  }

  /** What every part said before anything changed: a name is all that changes in it. */
  async #baseline(session: Session, need: string): Promise<void> {
    for (const patient of this.#patients) {
      const { handles, facts } = handlesFor(patient, need);
      if (handles.length === 0) continue;
      const { parts } = await openDossier(session, { dossier: patient.dossier, handles, facts });
      const known = new Map(this.#first.get(patient.id) ?? []);
      for (const part of parts) if (part.outcome === 'permit') known.set(part.handle, JSON.stringify(part.content));
      this.#first.set(patient.id, known);
    }
  }

  /** The records change, the agent syncs; now and then a patient leaves. */
  async #syncs(chance: Dice): Promise<void> {
    while (!this.#over) {
      const here = this.#patients.filter(({ id }) => !this.#removed.has(id));
      const done: (() => void)[] = [];
      for (const { id } of chance.shuffle(here).slice(0, chance.int(1, 3))) {
        const name = `Nieuw-${chance.letters(6)}`;
        rename(this.#on.source, id, name);
        done.push(this.#named.change(id, name));
      }
      if (here.length > 3 && (this.count.removed === 0 || chance.chance(0.4))) {
        const { id } = chance.pick(here);
        die(this.#on.source, id, AS_OF);
        this.#removed.add(id);
        done.push(this.#named.change(id, null));
        this.count.removed += 1;
      }
      if (!(await this.#sync())) return;
      for (const acknowledged of done) acknowledged();
      await pause(chance.int(50, 400));
    }
  }
  async #sync(): Promise<boolean> {
    for (;;) {
      try {
        await this.#on.sync();
        this.count.syncs += 1;
        return true;
      } catch (error) {
        // Colleagues changed dossiers faster than it could begin anew: nothing was written, and the next run goes on.
        if (clientError.is(error, 'refused') && codeOf(error) === 'vault/conflict') {
          this.count.conflicts += 1;
          continue;
        }
        this.#wrong(`a sync failed: ${String(error)}`);
        return false;
      }
    }
  }

  async #work(who: Who, session: Session, chance: Dice): Promise<void> {
    const need = NEEDS[who];
    while (!this.#over) {
      const patient = chance.pick(this.#patients);
      try {
        if (who === 'nurse' && chance.chance(0.15)) await this.#write(session, patient, chance);
        else if (who === 'nurse' && chance.chance(0.1)) await this.#take(session);
        else if (chance.chance(0.1)) await this.#list(session);
        else await this.#read(session, need, patient);
      } catch (error) {
        this.#wrong(`${who}: ${String(error)}`);
      }
    }
  }

  #mayBeGone(patient: Patient, reading: Reading): boolean {
    return this.#named.allowed(patient.id, reading).includes(null);
  }

  async #read(session: Session, need: string, patient: Patient): Promise<void> {
    const { dossier, id } = patient;
    const { handles, facts } = handlesFor(patient, need);
    const mine = handles.length > 0;
    const from = this.#named.moment();
    const asked = mine ? handles : Object.values(patient.handles).slice(0, 1);
    const opened = await openDossier(session, { dossier, handles: asked, facts });
    const notes = need === WRITERS ? await this.#openNotes(session, patient, opened.notes, facts) : [];
    const reading = { from, until: this.#named.moment() };
    this.count.reads += 1;
    const allowed = this.#named.allowed(id, reading);
    for (const part of opened.parts) {
      if (part.outcome === 'deny') {
        this.count.refused += 1;
        // A part that holds nothing is not there.
        if (part.handle !== null && this.#first.get(id)?.has(part.handle) && mine && !allowed.includes(null))
          this.#wrong(`${dossier}: ${part.handle} was refused (${part.reason})`);
        continue;
      }
      if (!mine) this.#wrong(`${dossier}: a colleague without a step opened ${part.handle}`);
      readContent(scopeContent, part.content);
      const before = this.#first.get(id)?.get(part.handle);
      const text = (this.#options.bend ?? String)(JSON.stringify(part.content));
      const fits = allowed.some(
        (name) => name !== null && text === before?.replace(/"family":"[^"]*"/, `"family":"${name}"`),
      );
      if (!fits) this.#wrong(`${dossier}: ${part.handle} is none of what may stand there`);
    }
    if (need === WRITERS && opened.parts.some(({ outcome }) => outcome === 'permit'))
      this.#checkNotes(patient, notes, reading);
  }

  async #openNotes(
    session: Session,
    { dossier }: Patient,
    handles: readonly Note['handle'][],
    facts: ReturnType<typeof handlesFor>['facts'],
  ): Promise<readonly string[]> {
    if (handles.length === 0) return [];
    const { parts } = await openDossier(session, { dossier, handles, facts });
    return parts.flatMap((part) => (part.outcome === 'permit' ? [(part.content as { text: string }).text] : []));
  }
  /** Every note that must be there is, once; and none that may not. */
  #checkNotes(patient: Patient, found: readonly string[], reading: Reading): void {
    const truth = this.#texts.get(patient.dossier)!;
    const gone = this.#mayBeGone(patient, reading);
    for (const text of truth.things()) {
      const allowed = truth.allowed(text, reading);
      const times = found.filter((one) => one === text).length;
      if (times > 1 || (times === 1 && !allowed.includes(text)) || (times === 0 && !gone && !allowed.includes(null)))
        this.#wrong(`${patient.dossier}: a note stands there ${times} times`);
    }
    for (const text of found)
      if (!truth.things().includes(text)) this.#wrong(`${patient.dossier}: a note that nobody wrote`);
  }

  async #list(session: Session): Promise<void> {
    const slots = (await session.me()).teams.flatMap(({ handles }) => handles);
    if (!slots.some(({ slot }) => slot === 'worklist')) return;
    const from = this.#named.moment();
    const { content, gone } = await openList(session, 'worklist');
    const { rows } = parseWorklist(readContent(worklistContent, content).list);
    const reading = { from, until: this.#named.moment() };
    this.count.lists += 1;
    const shown = new Set(rows.map(({ dossier }) => dossier).filter((dossier) => !gone.includes(dossier)));
    for (const { id, dossier } of this.#patients) {
      const allowed = this.#named.allowed(id, reading);
      if (allowed.every((name) => name === null) && shown.has(dossier)) this.#wrong(`${dossier} is on a list and gone`);
    }
  }

  /** What a change that was refused says of itself is right only where the patient may have left. */
  async #unlessGone<T>(patient: Patient, work: () => Promise<T>): Promise<T | undefined> {
    const from = this.#named.moment();
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const reading = { from, until: this.#named.moment() };
        if (clientError.is(error) && this.#mayBeGone(patient, reading)) {
          this.count.refused += 1;
          return undefined;
        }
        // The agent changed the dossier faster than this client could begin anew: nothing was written, a colleague tries again.
        if (!clientError.is(error, 'refused') || codeOf(error) !== 'vault/conflict') throw error;
        this.count.conflicts += 1;
      }
    }
  }

  async #write(session: Session, patient: Patient, chance: Dice): Promise<void> {
    const { handles, facts } = handlesFor(patient);
    const parent = handles[0];
    if (parent === undefined) return;
    const step = patient.steps['poh-s']!.find((one) => one.handles.includes(parent))!;
    const teams = [{ team: this.#on.teams.get('poh-s') as TeamId, step: step.fact }];
    const text = `Notitie ${chance.letters(12)}`;
    const truth = this.#texts.get(patient.dossier)!;
    const written = truth.change(text, text);
    const what = { dossier: patient.dossier, parent, teams, facts, text };
    const done = await this.#unlessGone(patient, () => writeNote(session, what));
    if (!done) return;
    written();
    this.count.notes += 1;
    this.#notes.push({ patient, handle: done.handle, text });
  }

  async #take(session: Session): Promise<void> {
    const note = this.#notes.shift();
    if (!note) return;
    const { patient, handle, text } = note;
    const gone = this.#texts.get(patient.dossier)!.change(text, null);
    const { facts } = handlesFor(patient);
    await this.#unlessGone(patient, () => takeOver(session, { dossier: patient.dossier, handle, facts }));
    gone();
    this.count.takenOver += 1;
  }
}

/** On a practice of its own, which is removed afterwards. */
export async function runHammer(options: HammerOptions): Promise<HammerReport> {
  const on = await makeHammered(options);
  try {
    return await new Hammer(on, options).play();
  } finally {
    await on.close();
  }
}
