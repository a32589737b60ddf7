/** Regular controls of the four programmes over five years. */

import type { Day } from './calendar.ts';
import { type Care, laboratory, lifestyle, pressure, rhythm, smokesOn, weigh } from './course-parts.ts';
import { clamp } from './dice.ts';
import { ANSWER } from './measures.ts';
import type { StaffKey } from './staff.ts';
import { asthmaSoep, copdSoep, cvrmSoep, diabetesSoep } from './texts-chronic.ts';

export function diabetesCare(care: Care, index: number, since: Day, keeps: number): void {
  const { book, body, nurse } = care;
  let round = 0;
  for (const day of rhythm(care, since, body.hba1c > 58 ? 91 : 122, keeps)) {
    const yearly = round++ % 4 === 0;
    const by = book.d.chance(0.9) ? nurse : book.person.gp;
    const visit = book.visit({
      day,
      by,
      minutes: yearly ? 30 : 20,
      episode: index,
      reason: yearly ? 'DM jaarcontrole' : 'DM kwartaalcontrole',
    });
    if (visit < 0) continue;
    const rr = pressure(care, visit);
    const weight = weigh(care, visit, round === 1);
    const hba1c = book.measure('hba1c', visit, clamp(body.hba1c + book.d.normal(0, 3), 28, 140));
    const lab = yearly ? laboratory(care, visit, true) : undefined;
    if (yearly) {
      lifestyle(care, visit);
      const one = book.visits[visit] as { day: Day; by: StaffKey };
      if (book.d.chance(0.85))
        book.answer(
          'foot',
          one.day,
          one.by,
          book.d.weighted([
            [ANSWER.footNormal, 66],
            [ANSWER.footOne, 22],
            [ANSWER.footTwo, 12],
          ]),
          visit,
        );
      if (book.d.chance(0.4))
        book.answer('fundus', one.day, 'gp1', book.d.chance(0.86) ? ANSWER.fundusNormal : ANSWER.fundusMild, visit);
    } else if (book.d.chance(0.3)) book.measure('glucose', visit, clamp(body.hba1c / 6 + book.d.normal(0, 1.5), 3, 26));
    book.write(
      visit,
      diabetesSoep(
        book.text,
        { ...rr, ...weight, hba1c, ldl: lab?.ldl, egfr: lab?.egfr, acr: lab?.acr, smokes: smokesOn(body, day) },
        yearly,
      ),
    );
  }
}

export function cvrmCare(care: Care, index: number, icpc: string, since: Day, every: number, keeps: number): void {
  const { book, body, nurse } = care;
  let round = 0;
  for (const day of rhythm(care, since, every, keeps)) {
    const yearly = every > 200 || round++ % 2 === 0;
    const visit = book.visit({
      day,
      by: book.d.chance(0.8) ? nurse : book.person.gp,
      minutes: yearly ? 20 : 10,
      episode: index,
      reason: yearly ? 'CVRM jaarcontrole' : 'Bloeddruk meten',
    });
    if (visit < 0) continue;
    const rr = pressure(care, visit);
    if (rr.systolic > 150 && book.d.chance(0.5))
      book.measure(
        book.d.pick(['systolicHome', 'systolicDay', 'systolicHalfHour']),
        visit,
        rr.systolic - book.d.int(6, 18),
      );
    if (book.d.chance(0.3)) book.measure('pulse', visit, clamp(book.d.normal(72, 9), 46, 118));
    const weight = yearly ? weigh(care, visit, book.d.chance(0.3)) : undefined;
    const lab = yearly ? laboratory(care, visit, false) : undefined;
    if (yearly) {
      lifestyle(care, visit);
      const one = book.visits[visit] as { day: Day; by: StaffKey };
      const vessel = /^K(7[456]|89|9)/.test(icpc);
      if (book.d.chance(0.25))
        book.answer(
          'cvRisk',
          one.day,
          one.by,
          vessel ? ANSWER.riskVeryHigh : book.d.chance(0.5) ? ANSWER.riskHigh : ANSWER.riskLow,
          visit,
        );
    }
    book.write(visit, cvrmSoep(book.text, { ...rr, ...weight, ...lab, smokes: smokesOn(body, day) }, icpc, yearly));
  }
}

export function copdCare(care: Care, index: number, since: Day, keeps: number): void {
  const { book, body, nurse } = care;
  let round = 0;
  for (const day of rhythm(care, since, 365, keeps)) {
    const visit = book.visit({ day, by: nurse, minutes: 30, episode: index, reason: 'COPD jaarcontrole' });
    if (visit < 0) continue;
    const one = book.visits[visit] as { day: Day; by: StaffKey };
    const weight = weigh(care, visit, round === 0);
    const mrc = book.measure(
      'mrc',
      visit,
      book.d.weighted([
        [1, 34],
        [2, 36],
        [3, 18],
        [4, 9],
        [5, 3],
      ]),
    );
    const ccq = book.measure('ccq', visit, clamp(book.d.normal(1.5, 0.8), 0, 5.8));
    book.measure(
      'exacerbations',
      visit,
      book.d.weighted([
        [0, 62],
        [1, 22],
        [2, 11],
        [3, 5],
      ]),
    );
    book.measure('saturation', visit, clamp(book.d.normal(95, 1.6), 86, 100));
    book.answer(
      'inhalation',
      one.day,
      one.by,
      book.d.weighted([
        [ANSWER.good, 62],
        [ANSWER.moderate, 28],
        [ANSWER.poor, 10],
      ]),
      visit,
    );
    if (round % 2 === 0) {
      const fvc = book.measure('fvc', visit, body.fvc);
      const ratio = book.measure('fev1Fvc', visit, body.ratio);
      const fev1 = book.measure('fev1', visit, (fvc * ratio) / 100);
      book.answer('spirometry', one.day, one.by, ANSWER.copd, visit);
      book.answer(
        'gold',
        one.day,
        one.by,
        fev1 > 2.4 ? ANSWER.gold1 : fev1 > 1.5 ? ANSWER.gold2 : fev1 > 0.9 ? ANSWER.gold3 : ANSWER.gold4,
        visit,
      );
    }
    lifestyle(care, visit);
    book.write(visit, copdSoep(book.text, { ...weight, mrc, ccq, smokes: smokesOn(body, day) }, false));
    round++;
  }
  for (const day of rhythm(care, since, 700, 0.5)) {
    const visit = book.visit({
      day,
      by: book.d.chance(0.8) ? book.person.gp : 'locum',
      minutes: 10,
      episode: index,
      reason: 'Benauwd',
    });
    if (visit < 0) continue;
    book.measure('saturation', visit, clamp(book.d.normal(92, 2), 84, 98));
    book.write(visit, copdSoep(book.text, { smokes: smokesOn(body, day) }, true));
  }
}

export function asthmaCare(care: Care, index: number, since: Day, keeps: number): void {
  const { book, body, nurse } = care;
  let round = 0;
  for (const day of rhythm(care, since, 400, keeps)) {
    const visit = book.visit({ day, by: nurse, minutes: 20, episode: index, reason: 'Astmacontrole' });
    if (visit < 0) continue;
    const one = book.visits[visit] as { day: Day; by: StaffKey };
    const act = book.measure('act', visit, clamp(Math.round(body.act + book.d.normal(0, 1.6)), 5, 25));
    if (book.d.chance(0.2)) book.measure('acq', visit, clamp(book.d.normal(1, 0.7), 0, 5));
    book.answer(
      'asthmaControl',
      one.day,
      one.by,
      act >= 20 ? ANSWER.wellControlled : act >= 16 ? ANSWER.partlyControlled : ANSWER.notControlled,
      visit,
    );
    book.answer(
      'inhalation',
      one.day,
      one.by,
      book.d.weighted([
        [ANSWER.good, 66],
        [ANSWER.moderate, 26],
        [ANSWER.poor, 8],
      ]),
      visit,
    );
    book.measure(
      'exacerbations',
      visit,
      book.d.weighted([
        [0, 80],
        [1, 15],
        [2, 5],
      ]),
    );
    if (round === 0) {
      book.measure('fev1Fvc', visit, body.ratio);
      book.answer('spirometry', one.day, one.by, ANSWER.asthma, visit);
    }
    if (book.age >= 16) lifestyle(care, visit);
    const weight = weigh(care, visit, round === 0 || book.age < 18);
    book.write(visit, asthmaSoep(book.text, { ...weight, act, smokes: smokesOn(body, day) }));
    round++;
  }
}
