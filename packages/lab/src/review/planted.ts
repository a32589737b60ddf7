/**
 * Looks that have nothing to do with care, as the cases of the field tell them: a secretary's 347 looks at one family (Bravis),
 * 85 people at one known patient (Haga), the neighbour, the former partner. Written before the engine and not fitted to it.
 * Each case falls in a time in which nobody treats its patient, unless it is `covered`: then a colleague does, that very day.
 */

import { DAY, type DossierId, type Instant, instant, MINUTE } from '@ketenkluis/base';
import type { LookAction, Reason } from '@ketenkluis/client/review';
import { type Dice, dice } from '../generate/dice.ts';
import type { Patient, Place, Staff } from './place.ts';
import { FIRST_DAY, LAST_DAY, momentOf, type Seen } from './year.ts';

export type PlantedKind =
  | 'neighbour'
  | 'same-home'
  | 'former-partner'
  | 'family-name'
  | 'colleague'
  | 'own-file'
  | 'known-patient'
  | 'night'
  | 'search-only'
  | 'after-end'
  | 'emergency'
  | 'crawl'
  | 'family-for-a-year'
  | 'taken-along'
  | 'covered';

export interface PlantedCase {
  readonly kind: PlantedKind;
  readonly looks: readonly Seen[];
}

interface Made {
  readonly cases: readonly PlantedCase[];
  /** What stands in the records because of them: the referral that ended. */
  readonly reasons: readonly Reason[];
}

class Planting {
  readonly #d: Dice;
  readonly #place: Place;
  readonly #treated = new Map<DossierId, { from: Instant; until: Instant; person: string | null }[]>();
  readonly reasons: Reason[] = [];

  constructor(place: Place, reasons: readonly Reason[], d: Dice) {
    this.#d = d;
    this.#place = place;
    for (const { dossier, kind, ...when } of reasons) {
      if (kind === 'regular') continue;
      const list = this.#treated.get(dossier);
      if (list === undefined) this.#treated.set(dossier, [when]);
      else list.push(when);
    }
  }

  staff = (...roles: readonly Staff['role'][]): Staff =>
    this.#d.pick(this.#place.staff.filter(({ role }) => roles.length === 0 || roles.includes(role)));
  patient = (fits: (one: Patient) => boolean = () => true): Patient | undefined => {
    const found = this.#place.patients.filter(fits);
    return found.length === 0 ? undefined : this.#d.pick(found);
  };
  ordinary = (): number => this.#d.int(8 * 60, 17 * 60 + 30);

  #quiet(whom: Patient, when: number): boolean {
    const list = this.#treated.get(whom.id) ?? [];
    return list.every(({ from, until }) => when < from - 15 * DAY || when > until + 31 * DAY);
  }

  /** A moment at which nobody treats this patient; a patient who is always being treated has none. */
  moment(whom: Patient, minute = this.ordinary(), from = FIRST_DAY, until = LAST_DAY): Instant | undefined {
    for (let tries = 0; tries < 60; tries++) {
      const when = momentOf(this.#d.int(from, until), minute);
      if (this.#quiet(whom, when)) return when;
    }
    return undefined;
  }

  look = (who: Staff, whom: Patient, at: number, action: LookAction = 'open'): Seen => ({
    at: instant(at),
    person: who.id,
    dossier: whom.id,
    action,
  });

  /** `times` looks on days of their own. */
  days(who: Staff, whom: Patient, times: number): Seen[] {
    const seen: Seen[] = [];
    for (let i = 0; i < times; i++) {
      const when = this.moment(whom);
      if (when === undefined) continue;
      if (this.#d.chance(0.5)) seen.push(this.look(who, whom, when - 20_000, 'search'));
      seen.push(this.look(who, whom, when));
    }
    return seen;
  }

  /** Many files in one go, by somebody whom none of them concerns. */
  row(who: Staff, count: number, start: Instant, action: LookAction = 'open'): Seen[] {
    const seen: Seen[] = [];
    let when: number = start;
    for (let tries = 0; seen.length < count && tries < 40 * count; tries++) {
      const whom = this.patient();
      if (whom === undefined || whom.gp === who || whom.nurse === who || !this.#quiet(whom, when)) continue;
      seen.push(this.look(who, whom, when, action));
      when += this.#d.int(1, 4) * MINUTE;
    }
    return seen;
  }

  /** Draws until there is a pair of the kind and a time for it. */
  find(kind: PlantedKind): Seen[] {
    for (let tries = 0; tries < 400; tries++) {
      const seen = this.#one(kind);
      if (seen.length > 0) return seen;
    }
    throw new Error(`no room for a case of ${kind} in this year`);
  }

  #one(kind: PlantedKind): Seen[] {
    const d = this.#d;
    const day = d.int(FIRST_DAY + 10, LAST_DAY - 10);
    const stranger = (who: Staff) => (one: Patient) =>
      one.gp !== who && one.nurse !== who && one.colleague === null && one.street !== who.street;
    switch (kind) {
      case 'neighbour': {
        const who = this.staff();
        const whom = this.patient(
          (one) => one.street === who.street && one.home !== who.home && one.gp !== who && one.nurse !== who,
        );
        return whom === undefined ? [] : this.days(who, whom, d.int(1, 3));
      }
      case 'same-home': {
        const who = this.staff();
        const whom = this.patient((one) => one.home === who.home && one.colleague !== who.id);
        return whom === undefined ? [] : this.days(who, whom, d.int(1, 4));
      }
      case 'former-partner': {
        const who = this.staff();
        const whom = this.patient(stranger(who));
        return whom === undefined ? [] : this.days(who, whom, d.int(4, 9));
      }
      case 'family-name': {
        const who = this.staff();
        const whom = this.patient(
          (one) =>
            one.home !== who.home && stranger(who)(one) && one.surnames.some((name) => who.surnames.includes(name)),
        );
        const bearers = this.#place.patients.filter(({ surnames }) => surnames.includes(who.surnames[0] ?? ''));
        return whom === undefined || bearers.length > 10 ? [] : this.days(who, whom, d.int(1, 2));
      }
      case 'colleague': {
        const who = this.staff();
        const whom = this.patient((one) => one.colleague !== null && one.colleague !== who.id && one.gp !== who);
        return whom === undefined ? [] : this.days(who, whom, d.int(1, 2));
      }
      case 'own-file': {
        const whom = this.patient((one) => one.colleague !== null);
        const who = this.#place.staff.find(({ id }) => id === whom?.colleague);
        return whom === undefined || who === undefined ? [] : this.days(who, whom, d.int(1, 3));
      }
      case 'known-patient': {
        const whom = this.patient((one) => one.known);
        const start = whom && this.moment(whom);
        if (whom === undefined || start === undefined) return [];
        return Array.from({ length: d.int(6, 14) }, () =>
          this.look(this.staff(), whom, start + d.int(0, 50) * 60 * MINUTE),
        );
      }
      case 'night':
        return this.row(this.staff(), d.int(12, 25), momentOf(day, d.int(30, 180)));
      case 'search-only':
        return this.row(this.staff('assistant', 'manager'), d.int(6, 12), momentOf(day, this.ordinary()), 'search');
      case 'after-end': {
        const who = this.staff('gp', 'poh-s', 'poh-ggz');
        const whom = this.patient(stranger(who));
        const from = momentOf(d.int(FIRST_DAY, FIRST_DAY + 120), 600);
        if (whom === undefined || !this.#quiet(whom, from)) return [];
        const until = instant(from + d.int(20, 60) * DAY);
        const seen = Array.from({ length: d.int(1, 2) }, () =>
          this.moment(whom, this.ordinary(), FIRST_DAY + 240, LAST_DAY),
        ).flatMap((when) => (when === undefined ? [] : [this.look(who, whom, when)]));
        const kind = d.pick(['referral', 'step'] as const);
        if (seen.length > 0) this.reasons.push({ kind, dossier: whom.id, person: who.id, team: null, from, until });
        return seen;
      }
      case 'emergency': {
        const who = this.staff('gp', 'locum');
        const whom = this.patient(stranger(who));
        const when = whom && this.moment(whom, d.int(0, 1439));
        return whom === undefined || when === undefined ? [] : [this.look(who, whom, when, 'emergency')];
      }
      case 'crawl':
        return this.row(this.staff('assistant', 'manager', 'poh-s'), d.int(60, 120), momentOf(day, d.int(540, 780)));
      case 'family-for-a-year': {
        const who = this.staff('assistant', 'manager');
        const first = this.patient(stranger(who));
        const family = this.#place.patients.filter(({ home }) => home === first?.home);
        return family.slice(0, 3).flatMap((whom) => this.days(who, whom, d.int(8, 16)));
      }
      case 'taken-along': {
        const who = this.staff('assistant', 'manager', 'poh-s');
        const opened = this.row(who, d.int(3, 6), momentOf(day, this.ordinary()));
        return opened.flatMap((one) => [
          one,
          { ...one, at: instant(one.at + 40_000), action: d.pick(['print', 'copy'] as const) },
        ]);
      }
      case 'covered': {
        const who = this.staff();
        const whom = this.patient((one) => one.street === who.street && one.gp !== who && one.nurse !== who);
        const treated = whom && this.#treated.get(whom.id)?.find(({ person }) => person !== null && person !== who.id);
        if (whom === undefined || treated === undefined) return [];
        return [this.look(who, whom, treated.from + d.int(5, 120) * MINUTE)];
      }
    }
  }
}

/** `each` cases of every kind in `kinds`. */
export function plant(
  seed: string,
  place: Place,
  reasons: readonly Reason[],
  kinds: readonly PlantedKind[],
  each: number,
): Made {
  const planting = new Planting(place, reasons, dice(seed, 3));
  const cases = kinds.flatMap((kind) => Array.from({ length: each }, () => ({ kind, looks: planting.find(kind) })));
  return { cases, reasons: planting.reasons };
}
