/**
 * A year of ordinary work, told as events that leave looks and records behind. What people do and what gets written down are two
 * things: a call that nobody noted, a wrong file, a question across the corridor leave looks without a record. The shares are
 * assumptions (docs/spec/review.md names no better source); they were fixed before the engine was written and are not fitted to it.
 */

import { DAY, HOUR, type Instant, instant, MINUTE } from '@ketenkluis/base';
import type { Look, LookAction, Reason, ReasonKind } from '@ketenkluis/client/review';
import { type Day, dateTime, openDay, toDay } from '../generate/calendar.ts';
import { type Dice, dice } from '../generate/dice.ts';
import type { Patient, Place, Staff } from './place.ts';

export const FIRST_DAY = toDay('2025-01-06');
export const LAST_DAY = toDay('2025-12-31');

export type Seen = Omit<Look, 'line'>;

export interface Ordinary {
  readonly looks: Seen[];
  readonly reasons: Reason[];
}

const at = (day: Day, minute: number): Instant => instant(Date.parse(dateTime(day, Math.min(1439, minute))));

class Year {
  readonly looks: Seen[] = [];
  readonly reasons: Reason[] = [];
  readonly #d: Dice;
  readonly #place: Place;

  constructor(place: Place, d: Dice) {
    this.#place = place;
    this.#d = d;
  }

  day = (): Day => openDay(this.#d.int(FIRST_DAY, LAST_DAY - 3));
  later = (day: Day, from: number, to: number): Day => openDay(day + this.#d.int(from, to));
  hours = (): number => this.#d.int(8 * 60, 17 * 60);
  patient = (): Patient => this.#d.pick(this.#place.patients);
  assistant = (): Staff => this.#d.pick(this.#place.of.assistant);
  colleague = (of: Staff): Staff => this.#d.pick(this.#place.of[of.role]);

  look(who: Staff, whom: Patient, day: Day, minute: number, action: LookAction = 'open'): void {
    const d = this.#d;
    if (day > LAST_DAY) return;
    const when = at(day, minute);
    const one = (time: number, dossier: Patient, how: LookAction) =>
      this.looks.push({ at: instant(time), person: who.id, dossier: dossier.id, action: how });
    if (action === 'open' && d.chance(0.004)) {
      // The line above or below in the list: closed again within a minute.
      const list = this.#place.patients;
      one(when - d.int(20, 60) * 1000, list[(list.indexOf(whom) + 1) % list.length]!, 'open');
    }
    if (action === 'open' && d.chance(0.3)) one(when - d.int(5, 40) * 1000, whom, 'search');
    one(when, whom, action);
    if (action === 'open' && d.chance(0.02)) one(when + d.int(30, 300) * 1000, whom, d.pick(['print', 'copy']));
  }

  note(
    kind: ReasonKind,
    whom: Patient,
    more: { who?: Staff; team?: Staff; from: number; until?: number; kept?: number },
  ): void {
    if (!this.#d.chance(more.kept ?? 1)) return;
    this.reasons.push({
      kind,
      dossier: whom.id,
      person: more.who?.id ?? null,
      team: more.team?.teams[0] ?? null,
      from: instant(more.from),
      until: instant(more.until ?? more.from),
    });
  }

  encounter = (who: Staff, whom: Patient, day: Day, minute: number, kept: number): void =>
    this.note('encounter', whom, {
      who,
      from: at(day, minute) + this.#d.int(2, 20) * MINUTE,
      until: at(day, minute) + this.#d.int(20, 40) * MINUTE,
      kept,
    });

  appointment(who: Staff, whom: Patient, day: Day, minute: number): void {
    this.note('appointment', whom, { who, from: at(day, minute), until: at(day, minute) + 15 * MINUTE });
  }

  consult(): void {
    const d = this.#d;
    const whom = this.patient();
    const ggz = d.chance(0.08) ? d.pick(this.#place.of['poh-ggz']) : null;
    const usual = d.chance(0.75) ? whom.gp : this.colleague(whom.gp);
    const who = ggz ?? (whom.nurse !== null && d.chance(0.45) ? whom.nurse : usual);
    const day = this.day();
    const minute = this.hours();
    this.appointment(who, whom, day, minute);
    if (d.chance(0.25)) this.look(who, whom, openDay(day - d.int(1, 2)), this.hours());
    if (d.chance(0.3)) this.look(this.assistant(), whom, day, minute - d.int(5, 60));
    // Did not come, or called off: the appointment stays in the agenda.
    if (d.chance(0.08)) return;
    for (let i = d.int(1, 3); i > 0; i--) this.look(who, whom, day, minute + d.int(0, 15));
    if (d.chance(0.08)) this.look(this.colleague(who), whom, day, minute + d.int(0, 15));
    this.encounter(who, whom, day, minute, 0.97);
    if (d.chance(0.1)) this.look(who, whom, day, d.int(20 * 60, 22 * 60 + 30));
    if (d.chance(0.2)) this.look(who, whom, this.later(day, 1, 10), this.hours());
  }

  call(): void {
    const d = this.#d;
    const whom = this.patient();
    const who = this.assistant();
    const day = this.day();
    const minute = this.hours();
    this.look(who, whom, day, minute);
    this.encounter(who, whom, day, minute, 0.88);
    if (!d.chance(0.3)) return;
    this.note('message', whom, { who: whom.gp, from: at(day, minute), kept: 0.7 });
    this.look(whom.gp, whom, d.chance(0.8) ? day : this.later(day, 1, 1), Math.min(18 * 60, minute + d.int(5, 180)));
  }

  desk(): void {
    const d = this.#d;
    const whom = this.patient();
    const day = this.day();
    const minute = this.hours();
    const who = this.assistant();
    if (d.chance(0.4)) {
      // "When was it again?": the answer stands in the search result.
      if (d.chance(0.6)) this.appointment(whom.gp, whom, this.later(day, 1, 14), this.hours());
      this.look(who, whom, day, minute, 'search');
      return;
    }
    this.look(who, whom, day, minute);
    this.encounter(who, whom, day, minute, 0.75);
  }

  result(): void {
    const d = this.#d;
    const whom = this.patient();
    const who = whom.nurse !== null && d.chance(0.4) ? whom.nurse : whom.gp;
    const day = this.day();
    this.note('result', whom, { who, from: at(day, this.hours()), kept: 0.97 });
    const reader = d.chance(0.12) ? this.colleague(who) : who;
    const read = this.later(day, 0, 4);
    this.look(reader, whom, read, d.int(8 * 60, 19 * 60));
    if (!d.chance(0.3)) return;
    const caller = this.assistant();
    const minute = this.hours();
    this.look(caller, whom, this.later(read, 0, 2), minute);
    this.encounter(caller, whom, read, minute, 0.8);
  }

  recall(): void {
    const d = this.#d;
    const who = d.chance(0.6) ? d.pick(this.#place.of['poh-s']) : this.assistant();
    const day = this.day();
    let minute = d.int(8 * 60, 14 * 60);
    for (let i = d.int(10, 40); i > 0; i--) {
      const whom = this.patient();
      if (whom.nurse === null) continue;
      minute += d.int(1, 4);
      if (d.chance(0.95)) {
        const from = at(day, 0) - d.int(1, 40) * DAY;
        this.note('due', whom, { team: whom.nurse, from, until: at(day, 0) + d.int(10, 60) * DAY });
      }
      this.look(who, whom, day, minute);
      this.note('recall', whom, { who, from: at(day, minute), kept: 0.93 });
      if (!d.chance(0.3)) continue;
      const back = this.later(day, 1, 14);
      const when = this.hours();
      const answers = this.assistant();
      this.look(answers, whom, back, when);
      this.encounter(answers, whom, back, when, 0.5);
      if (d.chance(0.7)) this.appointment(whom.nurse, whom, this.later(back, 3, 30), this.hours());
    }
  }

  message(): void {
    const d = this.#d;
    const whom = this.patient();
    const who = d.weighted([
      [whom.gp, 5],
      [this.assistant(), 3],
      [whom.nurse ?? whom.gp, 2],
    ]);
    const day = this.day();
    const minute = d.int(0, 1439);
    const named = d.chance(0.6);
    this.note('message', whom, { ...(named ? { who } : { team: who }), from: at(day, minute), kept: 0.98 });
    this.look(who, whom, this.later(day, 1, 3), this.hours());
    if (d.chance(0.3)) this.look(who, whom, this.later(day, 3, 6), this.hours());
  }

  referral(): void {
    const d = this.#d;
    const whom = this.patient();
    const day = this.day();
    const minute = this.hours();
    const until = at(day, minute) + d.int(30, 90) * DAY;
    this.note('referral', whom, { who: whom.gp, from: at(day, minute), until });
    this.look(whom.gp, whom, day, minute - 3);
    this.encounter(whom.gp, whom, day, minute, 0.9);
    const back = this.later(day, 14, 60);
    this.note('message', whom, { who: whom.gp, from: at(back, this.hours()), kept: 0.85 });
    this.look(whom.gp, whom, this.later(back, 1, 4), this.hours());
    if (d.chance(0.3)) this.look(this.assistant(), whom, back, this.hours());
  }

  task(): void {
    const d = this.#d;
    const whom = this.patient();
    const owner = d.chance(0.7) ? (whom.nurse ?? whom.gp) : d.pick(this.#place.of['poh-ggz']);
    const day = this.day();
    const until = at(day, 0) + d.int(14, 45) * DAY;
    this.note('step', whom, { team: owner, from: at(day, 8 * 60), until });
    for (let i = d.int(1, 3); i > 0; i--) {
      this.look(d.chance(0.8) ? owner : this.colleague(owner), whom, this.later(day, 0, 14), this.hours());
    }
  }

  meeting(): void {
    const d = this.#d;
    const day = this.day();
    const present = d
      .shuffle([...this.#place.of.gp, ...this.#place.of['poh-s'], ...this.#place.of['poh-ggz']])
      .slice(0, d.int(3, 6));
    const listed = d.chance(0.85);
    let minute = d.int(12 * 60, 16 * 60);
    for (let i = d.int(8, 15); i > 0; i--) {
      const whom = this.patient();
      minute += d.int(3, 8);
      for (const who of present) {
        if (listed) this.note('meeting', whom, { team: who, from: at(day, minute) });
        if (d.chance(0.5)) this.look(who, whom, day, minute);
        else if (d.chance(0.2)) this.look(who, whom, openDay(day - 1), this.hours());
      }
    }
  }

  substitute(): void {
    const d = this.#d;
    const whom = this.patient();
    const who = d.pick(this.#place.of.locum);
    const day = this.day();
    const minute = this.hours();
    this.note('call', whom, { who, from: at(day, minute) - 10 * MINUTE, until: at(day, minute) + DAY, kept: 0.95 });
    this.look(who, whom, day, minute);
    this.encounter(who, whom, day, minute, 0.9);
  }

  control(): void {
    const d = this.#d;
    const who = d.chance(0.6) ? d.pick(this.#place.of.manager) : d.pick(this.#place.of['poh-s']);
    const day = this.day();
    const written = d.chance(0.9);
    let minute = d.int(9 * 60, 12 * 60);
    for (let i = d.int(30, 80); i > 0; i--) {
      const whom = this.patient();
      minute += d.int(1, 4);
      if (written) {
        this.note('control', whom, { who, from: at(day, 0), until: at(day, 0) + d.int(3, 14) * DAY });
      }
      this.look(who, whom, day, minute);
    }
  }

  emergency(): void {
    const d = this.#d;
    const whom = this.patient();
    const who = d.pick([...this.#place.of.gp, ...this.#place.of.locum]);
    const day = d.int(FIRST_DAY, LAST_DAY - 3);
    const minute = d.pick([d.int(0, 7 * 60), d.int(17 * 60, 1430), d.int(17 * 60, 1430), this.hours()]);
    this.look(who, whom, day, minute, 'emergency');
    this.encounter(who, whom, day, minute, 0.95);
  }

  learning(): void {
    const d = this.#d;
    const whom = this.patient();
    const day = this.day();
    const minute = this.hours();
    this.appointment(whom.gp, whom, day, minute);
    this.encounter(whom.gp, whom, day, minute, 0.97);
    this.look(whom.gp, whom, day, minute);
    const learner = d.chance(0.5) ? this.colleague(whom.gp) : this.assistant();
    this.look(learner, whom, day, minute + d.int(1, 60));
  }
}

type Work =
  | 'consult'
  | 'call'
  | 'desk'
  | 'result'
  | 'recall'
  | 'message'
  | 'referral'
  | 'task'
  | 'meeting'
  | 'substitute'
  | 'control'
  | 'emergency'
  | 'learning';
/** How often each happens, of a thousand events. */
const WORK: readonly (readonly [Work, number])[] = [
  ['consult', 340],
  ['call', 255],
  ['result', 140],
  ['message', 80],
  ['desk', 50],
  ['task', 50],
  ['referral', 40],
  ['substitute', 20],
  ['learning', 10],
  ['emergency', 3],
  ['meeting', 5],
  ['recall', 5],
  ['control', 1.5],
];

/** At least `count` looks of ordinary work, in no order. */
export function ordinaryYear(seed: string, place: Place, count: number): Ordinary {
  const d = dice(seed, 2);
  const year = new Year(place, d);
  for (const whom of place.patients) {
    for (const who of [whom.gp, whom.nurse]) {
      if (who !== null)
        year.note('regular', whom, { who, from: at(FIRST_DAY - 365, 0), until: at(LAST_DAY, 1439) + HOUR });
    }
  }
  while (year.looks.length < count) year[d.weighted(WORK)]();
  return { looks: year.looks.slice(0, count), reasons: year.reasons };
}

export const momentOf = at;
