/** What every visit is made of: blood pressure, weight, laboratory, lifestyle, and when people come. */

import { type Day, toDay } from './calendar.ts';
import { clamp } from './dice.ts';
import { ANSWER } from './measures.ts';
import type { Answer, Episode, ProgrammeId, Register } from './model.ts';
import type { Body, Notebook } from './notebook.ts';
import type { StaffKey } from './staff.ts';

export const LOOK_BACK = 1826;

/** The first day of an episode as a day, for planning. */
export const startOf = (episode: Episode, fallback: Day): Day => {
  const text = episode.onset;
  if (text === undefined) return fallback;
  return toDay(text.length === 4 ? `${text}-07-01` : text.length === 7 ? `${text}-15` : text);
};

export interface Care {
  readonly book: Notebook;
  readonly body: Body;
  readonly episodes: readonly Episode[];
  readonly register: ReadonlyMap<ProgrammeId, Register>;
  readonly nurse: StaffKey;
}

function smokingOn(body: Body, day: Day): Answer {
  if (body.smoking === 'never') return ANSWER.never;
  if (body.quit !== undefined && day >= body.quit) return ANSWER.former;
  return body.smoking === 'former' && body.quit !== undefined && day >= body.quit ? ANSWER.former : ANSWER.yes;
}

export const smokesOn = (body: Body, day: Day): boolean => smokingOn(body, day) === ANSWER.yes;

export function pressure({ book, body }: Care, visit: number): { systolic: number; diastolic: number } {
  const day = book.visits[visit]?.day ?? book.last;
  const systolic = body.systolicAt(day);
  const diastolic = body.diastolicAt(day, systolic);
  book.measure('systolic', visit, systolic);
  book.measure('diastolic', visit, diastolic);
  return { systolic, diastolic };
}

export function weigh({ book, body }: Care, visit: number, withHeight: boolean): { weight: number; bmi: number } {
  const day = book.visits[visit]?.day ?? book.last;
  const weight = book.measure('weight', visit, body.weightAt(day));
  if (withHeight) book.measure('height', visit, body.heightAt(day));
  const bmi = book.measure('bmi', visit, weight / (body.heightAt(day) * body.heightAt(day)));
  return { weight, bmi };
}

export function lifestyle({ book, body }: Care, visit: number): void {
  const { d } = book;
  const one = book.visits[visit];
  if (one === undefined) return;
  book.answer('smoking', one.day, one.by, smokingOn(body, one.day), visit);
  if (d.chance(0.3)) book.answer('smokingStatus', one.day, one.by, smokingOn(body, one.day), visit);
  if (d.chance(0.7)) {
    const glasses = [ANSWER.noAlcohol, ANSWER.fewDrinks, ANSWER.moreDrinks, ANSWER.manyDrinks] as const;
    book.answer('alcohol', one.day, one.by, glasses[body.alcohol as 0 | 1 | 2 | 3], visit);
  }
  book.answer('exercise', one.day, one.by, d.chance(0.55) ? ANSWER.yes : ANSWER.no, visit);
  if (d.chance(0.5)) book.answer('dietAdvice', one.day, one.by, ANSWER.yes, visit);
}

/** The yearly blood and urine tests, with the numbers a nurse quotes. */
export function laboratory(
  { book, body }: Care,
  visit: number,
  diabetes: boolean,
): { ldl: number; egfr: number; acr: number | undefined } {
  const { d } = book;
  const ldl = book.measure('ldl', visit, clamp(body.ldl + d.normal(0, 0.25), 0.5, 8));
  const hdl = book.measure('hdl', visit, clamp(body.hdl + d.normal(0, 0.08), 0.4, 3));
  const triglycerides = book.measure('triglycerides', visit, clamp(body.triglycerides + d.normal(0, 0.3), 0.3, 9));
  const total = book.measure('cholesterol', visit, ldl + hdl + triglycerides / 2.2);
  book.measure('nonHdl', visit, total - hdl);
  if (d.chance(0.5)) book.measure('ratio', visit, total / hdl);
  const egfr = book.measure('egfr', visit, clamp(body.egfr + d.normal(0, 3), 8, 125));
  book.measure('creatinine', visit, clamp((book.person.sex === 'male' ? 7600 : 6000) / (egfr + 4), 38, 620));
  if (d.chance(0.8))
    book.measure(
      'glucoseFasting',
      visit,
      diabetes ? clamp(body.hba1c / 7.2 + d.normal(0, 0.8), 3.4, 22) : clamp(d.normal(5.3, 0.4), 4, 6.9),
    );
  const acr =
    diabetes || d.chance(0.35) ? book.measure('acr', visit, clamp(body.acr + d.normal(0, 0.4), 0.1, 90)) : undefined;
  if (d.chance(0.5)) {
    const one = book.visits[visit];
    const risk =
      egfr < 30
        ? ANSWER.kidneyHigh
        : egfr < 45
          ? ANSWER.kidneyModerate
          : egfr < 60
            ? ANSWER.kidneyMild
            : ANSWER.kidneyNone;
    if (one !== undefined) book.answer('ckdRisk', one.day, one.by, risk, visit);
  }
  return { ldl, egfr, acr };
}

/** Days on which controls fall; a patient who is no regular comes late or not. */
export function* rhythm({ book }: Care, since: Day, every: number, keeps: number): Generator<Day> {
  const first = Math.max(book.today - LOOK_BACK, since + 20);
  let day = first + book.d.int(0, every);
  while (day <= book.last) {
    if (book.d.chance(keeps)) yield day;
    day += every + Math.round(book.d.normal(0, every * 0.12));
  }
}
