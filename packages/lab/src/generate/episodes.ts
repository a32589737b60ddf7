/** Which problems a person has, since when, and how badly they were written down. */

import { ageAt, type Day, isoDay, yearOf } from './calendar.ts';
import { clamp, type Dice } from './dice.ts';
import { CURVE, type Illness, MENTAL, ORDINARY, percentAt, SEXUAL, VASCULAR } from './illness.ts';
import type { Episode, Person, Sensitivity } from './model.ts';

interface Drawn {
  readonly icpc: string;
  readonly title: string;
  readonly snomed?: string | undefined;
  readonly start: Day;
  readonly end?: Day | undefined;
  readonly sensitivity?: Sensitivity;
  readonly verification?: Episode['verification'];
  readonly attention?: boolean;
}

/** The last day on which anything happens in this record. */
export const lastDay = (person: Person, today: Day): Day =>
  Math.min(today, person.died ?? today, person.departed ?? today);

/** A start between `fromAge` and now, likelier late than early. */
function since(d: Dice, person: Person, last: Day, fromAge: number, years: number): Day {
  const latest = last - 40;
  const earliest = Math.max(person.born + Math.floor(fromAge * 365.25), latest - Math.floor(years * 365.25));
  if (earliest >= latest) return Math.max(person.born + 30, latest);
  const share = d.unit();
  return latest - Math.floor(share * (latest - earliest));
}

/** How the start was written: mostly a day, older ones often a month or only a year, seldom nothing. */
function written(d: Dice, day: Day, today: Day): string {
  const text = isoDay(day);
  // A partial date always lies before this year, so it means the same however it is read.
  if (yearOf(day) >= yearOf(today)) return text;
  if (today - day > 4000 && d.chance(0.22)) return text.slice(0, 4);
  return d.chance(0.03) ? text.slice(0, 7) : text;
}

function finish(d: Dice, drawn: Drawn, person: Person, today: Day): Episode {
  const closed = person.departed !== undefined && (drawn.end === undefined || drawn.end > person.departed);
  const end = closed ? person.departed : drawn.end;
  const noDates =
    drawn.attention === true && drawn.verification === undefined && drawn.start <= today && d.chance(0.012);
  const onset = noDates ? undefined : written(d, drawn.start, today);
  const abated = noDates || end === undefined ? undefined : isoDay(end);
  const state = end === undefined ? 'active' : 'resolved';
  const twin = drawn.snomed !== undefined;
  return {
    icpc: drawn.icpc,
    title: drawn.title,
    snomed: twin && d.chance(0.3) ? drawn.snomed : undefined,
    onset,
    abated,
    // FHIR asks for a status on what has ended (con-4) and forbids it on what was entered in error (con-5).
    clinical:
      drawn.verification === 'entered-in-error'
        ? undefined
        : noDates || abated !== undefined || d.chance(0.7)
          ? state
          : undefined,
    verification: drawn.verification ?? (d.chance(0.6) ? 'confirmed' : undefined),
    sensitivity: drawn.sensitivity ?? 'none',
    note: undefined,
    spelling: d.weighted([
      ['plain', 96],
      ['oid', 2],
      ['extension', 2],
    ]),
    attention: drawn.attention ?? false,
  };
}

function add(
  d: Dice,
  into: Drawn[],
  list: readonly Illness[],
  person: Person,
  age: number,
  last: Day,
  sensitivity: Sensitivity,
): void {
  for (const illness of list) {
    if (illness.sex !== undefined && illness.sex !== person.sex) continue;
    const first = (illness.curve[0] as readonly [number, number])[0];
    if (age < first || !d.chance(percentAt(illness.curve, age) / 100)) continue;
    const start = since(d, person, last, Math.max(0.2, Math.min(first, age - 1)), illness.lasts === undefined ? 14 : 5);
    const end = illness.lasts === undefined ? undefined : start + Math.floor(illness.lasts * (0.5 + d.unit()));
    into.push({
      icpc: illness.icpc,
      title: illness.title,
      start,
      end: end !== undefined && end < last - 5 ? end : undefined,
      sensitivity,
      attention: illness.lasts === undefined,
    });
  }
}

function chronic(d: Dice, into: Drawn[], person: Person, age: number, last: Day): void {
  const has = (curve: keyof typeof CURVE, factor = 1): boolean =>
    d.chance(clamp((percentAt(CURVE[curve], age) * factor) / 100, 0, 0.85));
  const put = (
    icpc: string,
    title: string,
    fromAge: number,
    years: number,
    snomed?: string,
    end?: (start: Day) => Day | undefined,
  ): Day => {
    const start = since(d, person, last, fromAge, years);
    const stop = end?.(start);
    into.push({
      icpc,
      title,
      snomed,
      start,
      end: stop !== undefined && stop < last - 20 ? stop : undefined,
      attention: true,
    });
    return start;
  };
  const ended =
    (share: number) =>
    (start: Day): Day | undefined =>
      d.chance(share) ? start + Math.floor((last - start) * (0.3 + 0.6 * d.unit())) : undefined;

  const diabetes = age >= 22 && has('diabetes');
  if (diabetes) put('T90.02', 'Diabetes mellitus type 2', Math.min(38, age - 2), 18, '44054006', ended(0.02));
  else if (age >= 5 && d.chance(0.004)) put('T90.01', 'Diabetes mellitus type 1', 3, 30);
  if (age >= 20) {
    if (has('hypertension', diabetes ? 1.6 : 0.95)) {
      const organ = d.chance(0.08);
      put(
        organ ? 'K87' : 'K86',
        organ ? 'Hypertensie met orgaanbeschadiging' : 'Essentiële hypertensie zonder orgaanbeschadiging',
        28,
        20,
        organ ? undefined : '38341003',
        ended(0.015),
      );
    }
    if (has('lipids', diabetes ? 1.4 : 1)) {
      const pure = d.chance(0.45);
      put(
        pure ? 'T93.01' : 'T93',
        pure ? 'Hypercholesterolemie' : 'Vetstofwisselingsstoornis(sen)',
        30,
        16,
        pure ? '13644009' : undefined,
        ended(0.01),
      );
    }
    if (has('vascular', (diabetes ? 1.5 : 0.95) * (person.sex === 'male' ? 1.3 : 0.72))) {
      const [icpc, title, snomed] = d.weighted(VASCULAR.map((row) => [row, row[3]] as const));
      put(icpc, title, 40, 14, snomed);
      if (d.chance(0.16)) {
        const [more, name, twin] = d.weighted(VASCULAR.map((row) => [row, row[3]] as const));
        if (more !== icpc) put(more, name, 45, 8, twin);
      }
    }
    if (has('kidney', diabetes ? 1.8 : 1)) put('U99.01', 'Chronische nierschade', 45, 9, '709044004');
    if (has('heartFailure')) put('K77', 'Hartfalen', 50, 8);
    if (has('fibrillation')) put('K78', 'Atriumfibrilleren/-fladderen', 45, 12);
  }
  const copd = age >= 38 && has('copd');
  if (copd) put('R95', 'COPD', 38, 15, '13645005', ended(0.01));
  if (has('asthma', copd ? 2.4 : 1)) {
    const allergic = d.chance(0.35);
    // What began in childhood is often closed later on.
    put(
      allergic ? 'R96.02' : 'R96',
      allergic ? 'Allergisch astma' : 'Astma',
      2,
      22,
      allergic ? undefined : '195967001',
      age >= 18 ? ended(0.06) : undefined,
    );
  } else if (age < 12 ? d.chance(0.035) : d.chance(0.006)) {
    put('R96.01', 'Hyperreactiviteit luchtwegen', 1, 10);
  }
  if (has('obesity', diabetes ? 2.5 : 1)) put('T82', 'Adipositas (Quetelet-index > 30)', 15, 15);
}

/** Codes that should not have been there: withdrawn, doubted, dated in the future. */
function mistakes(d: Dice, into: Drawn[], person: Person, age: number, last: Day, today: Day): void {
  const wrong = [
    ['R95', 'COPD'],
    ['T90.02', 'Diabetes mellitus type 2'],
    ['K86', 'Essentiële hypertensie zonder orgaanbeschadiging'],
    ['R96', 'Astma'],
  ] as const;
  const free = wrong.filter(([icpc]) => !into.some((one) => one.icpc.slice(0, 3) === icpc.slice(0, 3)));
  if (age < 20 || free.length === 0 || last < today) return;
  const [icpc, title] = d.pick(free);
  const fault = d.weighted([
    ['entered-in-error', 7],
    ['refuted', 7],
    ['future', 2],
    ['none', 984],
  ] as const);
  if (fault === 'none') return;
  if (fault === 'future') into.push({ icpc, title, start: today + d.int(200, 500), attention: true });
  else into.push({ icpc, title, start: since(d, person, last, 18, 8), verification: fault, attention: true });
}

/** All episodes of one person, oldest idea first; the order is part of the output. */
export function drawEpisodes(d: Dice, person: Person, today: Day): Episode[] {
  const last = lastDay(person, today);
  const age = ageAt(person.born, last);
  const drawn: Drawn[] = [];
  chronic(d, drawn, person, age, last);
  mistakes(d, drawn, person, age, last, today);
  add(d, drawn, ORDINARY, person, age, last, 'none');
  add(d, drawn, MENTAL, person, age, last, 'mental');
  add(d, drawn, SEXUAL, person, age, last, 'sexual');
  return drawn.map((one) => finish(d, one, person, today));
}
