/** What one record fills up with: visits, measurements, appointments, and the marks planted on the way. */

import { type Day, dutchDay, openDay } from './calendar.ts';
import { clamp, type Dice, round } from './dice.ts';
import { MEASURES, type MeasureKey } from './measures.ts';
import type { Answer, Appointment, CanaryField, Measurement, Person, Planted, Soep, Visit, Way } from './model.ts';
import type { Sex } from './names.ts';
import { drawOther } from './people.ts';
import type { StaffKey } from './staff.ts';
import type { TextContext } from './texts.ts';

export interface VisitPlan {
  readonly day: Day;
  readonly by: StaffKey;
  readonly minutes: number;
  readonly way?: Way;
  readonly episode?: number;
  readonly sensitivity?: Visit['sensitivity'];
  readonly reason?: string;
}

export interface Notebook {
  readonly d: Dice;
  readonly person: Person;
  readonly age: number;
  readonly today: Day;
  readonly last: Day;
  readonly text: TextContext;
  readonly visits: Visit[];
  readonly measurements: Measurement[];
  readonly appointments: Appointment[];
  readonly canaries: Planted[];
  plant(field: CanaryField): string;
  /** Index of the new visit; its appointment comes along. -1 when the practice is closed from then on. */
  visit(plan: VisitPlan): number;
  write(visit: number, soep: Soep): void;
  /** The value as measured; what the record says of it may be dirty. */
  measure(key: MeasureKey, visit: number, value: number): number;
  answer(key: MeasureKey, day: Day, by: StaffKey, value: Answer, visit?: number): void;
}

type Comment = (mark: string, other: () => string, day: string) => string;
const COMMENTS: Readonly<Record<'laboratory' | 'pressure' | 'rest', readonly Comment[]>> = {
  laboratory: [
    (mark) => `Monster hemolytisch, herhaald onder ${mark}.`,
    (mark, _other, day) => `Bepaald in ziekenhuis op ${day}, brief ${mark}.`,
    (mark, other) => `Uitslag doorgebeld aan ${other()} (${mark}).`,
  ],
  pressure: [
    (mark, other) => `Gemeten in bijzijn van ${other()}, gespannen, ref ${mark}.`,
    (mark) => `Brede manchet gebruikt, zie ${mark}.`,
    (mark, other) => `Thuis gemeten door ${other()}, schriftje ${mark}.`,
  ],
  rest: [(mark) => `Overgenomen van formulier ${mark}.`, (mark, other) => `Opgave van ${other()} (${mark}).`],
};

/** A value that no human has. */
function spoil(d: Dice, key: MeasureKey, value: number): number {
  if (key === 'systolic' || key === 'diastolic') return d.chance(0.5) ? value * 10 : Math.floor(value / 10);
  return value * 10 + 1000;
}

const NOISE = 0.000_000_000_000_014;

export function openNotebook(d: Dice, person: Person, age: number, today: Day, last: Day, offset: number): Notebook {
  const canaries: Planted[] = [];
  const visits: Visit[] = [];
  const measurements: Measurement[] = [];
  const appointments: Appointment[] = [];
  const minutes = new Map<Day, number>();
  let others = 0;
  const plant = (field: CanaryField): string => {
    const token = d.token();
    canaries.push({ token, field });
    return token;
  };
  const other = (relation: string, sex: Sex, years: number): string => {
    // Forty names a household: two for contacts of each member, the rest handed out in turn.
    const slot = 8 + ((Math.abs(person.born) + others++) % 32);
    const { name } = drawOther(d, { offset }, person.household * 40 + slot, relation, sex, years);
    const surname = name.slice(name.indexOf(' ') + 1);
    if (!canaries.some((one) => one.token === surname)) canaries.push({ token: surname, field: 'third-person' });
    return name;
  };
  const text: TextContext = { d, person, age, other, mark: plant };

  function minuteOn(day: Day): number {
    const at = minutes.get(day) ?? 480 + 10 * d.int(0, 46);
    minutes.set(day, at + 10);
    return at;
  }

  function push(one: Measurement): void {
    measurements.push(one);
    if (d.chance(0.004)) measurements.push(one);
  }

  function comment(key: MeasureKey, day: Day): string | undefined {
    if (!d.chance(0.025)) return undefined;
    const name = (): string => other('partner', person.sex === 'male' ? 'female' : 'male', age);
    const { kind, unit } = MEASURES[key];
    const list = COMMENTS[kind === 'laboratory' ? 'laboratory' : unit === 'mmHg' ? 'pressure' : 'rest'];
    return d.pick(list)(plant('observation-comment'), name, dutchDay(day));
  }

  return {
    d,
    person,
    age,
    today,
    last,
    text,
    visits,
    measurements,
    appointments,
    canaries,
    plant,
    visit(plan) {
      const day = openDay(plan.day);
      if (day > last) return -1;
      const way = plan.way ?? 'consult';
      const minute = minuteOn(day);
      visits.push({
        day,
        minute,
        minutes: plan.minutes,
        way,
        by: plan.by,
        episode: plan.episode ?? -1,
        sensitivity: plan.sensitivity ?? 'none',
        reason: plan.reason,
        soep: undefined,
      });
      if (way === 'consult' && today - day < 560 && d.chance(0.9)) {
        appointments.push({
          day,
          minute,
          minutes: plan.minutes,
          status: 'fulfilled',
          by: plan.by,
          description: plan.reason ?? 'Consult',
          comment: d.chance(0.05)
            ? `Belt zelf af via ${other('zus', 'female', age)}, notitie ${plant('appointment-note')}.`
            : undefined,
        });
      }
      return visits.length - 1;
    },
    write(visit, soep) {
      const one = visits[visit];
      if (one !== undefined) visits[visit] = { ...one, soep };
    },
    measure(key, visit, value) {
      const one = visits[visit];
      if (one === undefined) return value;
      const measure = MEASURES[key];
      const lab = measure.kind === 'laboratory';
      const clean = round(value, measure.decimals);
      let shown = clean;
      let unit = measure.unit;
      const luck = d.unit();
      if (luck < 0.012) unit = undefined;
      else if (luck < 0.02 && clean >= 1) shown = clean + NOISE;
      else if (luck < 0.0225) shown = spoil(d, key, clean);
      else if (key === 'height' && luck < 0.1) shown = round(clean * 100, 0);
      else if (key === 'height' && luck < 0.3) {
        shown = round(clean * 100, 0);
        unit = 'cm';
      } else if (key === 'hba1c' && luck < 0.035) {
        shown = round(clean / 10.93 + 2.15, 1);
        unit = '%';
      }
      push({
        measure: key,
        day: one.day,
        minute: one.minute,
        value: shown,
        unit,
        coding:
          measure.nhg === undefined || measure.loinc === undefined
            ? 'both'
            : d.weighted([
                ['both', 72],
                ['nhg', 22],
                ['loinc', lab ? 6 : 0],
              ]),
        status: d.chance(0.003) ? 'entered-in-error' : 'final',
        monthOnly: d.chance(0.004),
        comment: comment(key, one.day),
        by: lab ? 'lab' : one.by,
        visit: d.chance(0.0006) ? -2 : d.chance(0.5) ? visit : -1,
      });
      return clean;
    },
    answer(key, day, by, value, visit = -1) {
      push({
        measure: key,
        day: visits[visit]?.day ?? openDay(day),
        minute: visits[visit]?.minute ?? 540,
        value,
        unit: undefined,
        coding: 'both',
        status: 'final',
        monthOnly: false,
        comment: undefined,
        by,
        visit,
      });
    },
  };
}

/** Body and blood of one person: where values start and where they drift to. */
export interface Body {
  /** Metres; children grow. */
  heightAt(day: Day): number;
  weightAt(day: Day): number;
  systolicAt(day: Day): number;
  diastolicAt(day: Day, systolic: number): number;
  readonly smoking: 'never' | 'former' | 'smokes';
  readonly quit: Day | undefined;
  readonly hba1c: number;
  readonly ldl: number;
  readonly hdl: number;
  readonly triglycerides: number;
  readonly egfr: number;
  readonly acr: number;
  readonly ratio: number;
  readonly fvc: number;
  readonly act: number;
  readonly alcohol: number;
}

export interface Traits {
  readonly diabetes: boolean;
  readonly hypertension: boolean;
  readonly vascular: boolean;
  readonly kidney: boolean;
  readonly copd: boolean;
  readonly obese: boolean;
}

/** About the Dutch growth curve: 50 cm at birth, half of the rest at three, grown up at eighteen. */
function childHeight(adult: number, years: number): number {
  if (years >= 18) return adult;
  const share = years < 3 ? 0.28 + years * 0.085 : 0.535 + (years - 3) * 0.031;
  return adult * share;
}

export function drawBody(d: Dice, person: Person, age: number, traits: Traits, today: Day): Body {
  const male = person.sex === 'male';
  const height = round(clamp(d.normal(male ? 1.81 : 1.68, 0.07) - (age > 60 ? (age - 60) * 0.001 : 0), 1.45, 2.08), 2);
  const sizeAt = (day: Day): number => childHeight(height, (day - person.born) / 365.25);
  const bmi = clamp(d.normal(traits.obese ? 34 : traits.diabetes ? 29.5 : traits.copd ? 25 : 26.2, 3.2), 17, 48);
  const drift = d.normal(0.2, 0.6) / 365;
  const top = clamp(d.normal(traits.hypertension ? 141 : traits.vascular ? 134 : 126, 10), 100, 185);
  const better = d.chance(0.7) ? d.int(3, 12) : -d.int(0, 6);
  const smoker = traits.copd ? 0.42 : age > 75 ? 0.08 : age > 17 ? 0.2 : 0;
  const smokes = d.chance(smoker);
  const former = !smokes && d.chance(traits.copd ? 0.85 : age > 50 ? 0.45 : age > 25 ? 0.18 : 0);
  return {
    heightAt: (day) => round(sizeAt(day), 2),
    weightAt(day) {
      const years = (day - person.born) / 365.25;
      const size = sizeAt(day);
      if (years < 18)
        return clamp((15 + years * 0.32 + (traits.obese ? 5 : 0)) * size * size + d.normal(0, 0.5), 3, 120);
      return clamp(bmi * size * size + (day - today) * drift + d.normal(0, 0.9), 38, 190);
    },
    systolicAt: (day) => Math.round(clamp(top - better * (1 - (today - day) / 1826) + d.normal(0, 7), 102, 214)),
    diastolicAt: (_day, systolic) => Math.round(clamp(48 + systolic * 0.25 + d.normal(age > 70 ? -6 : 0, 6), 48, 118)),
    smoking: smokes ? 'smokes' : former ? 'former' : 'never',
    quit: former ? today - d.int(400, 9000) : smokes && d.chance(0.12) ? today - d.int(60, 1200) : undefined,
    hba1c: clamp(
      traits.diabetes
        ? d.weighted([
            [46, 14],
            [50, 30],
            [54, 24],
            [60, 17],
            [69, 10],
            [82, 5],
          ]) + d.normal(0, 2)
        : d.normal(37, 2),
      30,
      120,
    ),
    ldl: clamp(d.normal(traits.vascular ? 2 : traits.diabetes ? 2.3 : 3, 0.6), 0.8, 6.5),
    hdl: clamp(d.normal(male ? 1.2 : 1.5, 0.28), 0.6, 2.8),
    triglycerides: clamp(d.normal(traits.diabetes ? 2 : 1.4, 0.6), 0.5, 7),
    egfr: clamp(traits.kidney ? d.normal(46, 12) : 118 - age * 0.62 + d.normal(0, 9), 14, 125),
    acr:
      traits.kidney || (traits.diabetes && d.chance(0.22))
        ? clamp(d.normal(7, 6), 0.5, 60)
        : clamp(d.normal(1, 0.6), 0.2, 2.9),
    ratio: traits.copd ? clamp(d.normal(58, 8), 32, 69.5) : clamp(d.normal(79, 4), 70, 92),
    fvc: clamp((male ? 4.4 : 3.2) - (age - 50) * 0.025 + d.normal(0, 0.4), 1.2, 6),
    act: clamp(d.normal(20.5, 3), 8, 25),
    alcohol: d.weighted([
      [0, 34],
      [1, 38],
      [2, 18],
      [3, 10],
    ]),
  };
}
