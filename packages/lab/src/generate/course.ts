/** Five years of care: registrations and programmes, other visits, what is planned. */

import { type Day, toDay } from './calendar.ts';
import { type Care, LOOK_BACK, laboratory, pressure, startOf, weigh } from './course-parts.ts';
import { asthmaCare, copdCare, cvrmCare, diabetesCare } from './course-programmes.ts';
import { clamp, hash32 } from './dice.ts';
import { ANSWER, type MeasureKey } from './measures.ts';
import type { Answer, ProgrammeId } from './model.ts';
import type { StaffKey } from './staff.ts';
import { refusalSoep } from './texts-chronic.ts';
import { ordinarySoep, phoneSoep } from './texts-ordinary.ts';
import { mentalSoep, sexualSoep } from './texts-sensitive.ts';
import { PRINCIPAL_OF } from './truth.ts';

const JOIN: Readonly<Record<ProgrammeId, MeasureKey>> = {
  diabetes: 'joinDiabetes',
  copd: 'joinCopd',
  asthma: 'joinAsthma',
  cvrm: 'joinCvrm',
};
const DUTCH: Readonly<Record<ProgrammeId, string>> = {
  diabetes: 'diabetes',
  copd: 'COPD',
  asthma: 'astma',
  cvrm: 'CVRM',
};

/** Registration codes with their dates: who treats, who takes part, who does not want to. */
function registrations(care: Care, programme: ProgrammeId, index: number, since: Day): void {
  const { book, nurse } = care;
  const { d } = book;
  const state = care.register.get(programme) ?? 'not-asked';
  const start = clamp(since + d.int(20, 300), Math.min(toDay('2015-02-02'), book.last), book.last);
  const principal = d.weighted<readonly Answer[]>([
    [[ANSWER.gp], state === 'consented' ? 93 : 72],
    [[ANSWER.specialist], state === 'consented' ? 2 : 18],
    [[], 4],
    [[ANSWER.gp, ANSWER.specialist], 1],
  ]);
  for (const answer of principal) book.answer(PRINCIPAL_OF[programme], start, book.person.gp, answer);
  if (state === 'not-asked') return;
  book.answer(JOIN[programme], start, nurse, state === 'consented' ? ANSWER.yes : ANSWER.no);
  if (state === 'refused') {
    if (programme === 'asthma') book.answer('noCareAsthma', start, nurse, ANSWER.noWish);
    const icpc = care.episodes[index]?.icpc ?? 'A97';
    if (book.today - start < LOOK_BACK) {
      const visit = book.visit({ day: start, by: nurse, minutes: 10, episode: index, reason: 'Uitleg zorgprogramma' });
      if (visit >= 0) book.write(visit, refusalSoep(book.text, DUTCH[programme], icpc));
    }
  }
}

const MEANT: Readonly<Record<ProgrammeId, RegExp>> = {
  diabetes: /^T90\.02$/,
  copd: /^R95$/,
  asthma: /^R96(\.02)?$/,
  cvrm: /^(K74|K75|K76\.0[12]|K8[679]|K90\.03|K91|K92\.01|K99\.01|U99\.01)$/,
};

/** Regular care for every programme that this person is a candidate for. */
export function programmeCare(care: Care, candidate: readonly ProgrammeId[]): void {
  const { book, episodes } = care;
  const { d } = book;
  for (const programme of candidate) {
    const index = episodes.findIndex((one) => MEANT[programme].test(one.icpc));
    const episode = episodes[index];
    if (episode === undefined) continue;
    const since = startOf(episode, book.last - 1500);
    registrations(care, programme, index, since);
    const state = care.register.get(programme);
    const keeps =
      state === 'consented'
        ? d.weighted([
            [0.94, 72],
            [0.7, 20],
            [0.25, 8],
          ])
        : state === 'refused'
          ? 0.3
          : 0.45;
    if (programme === 'diabetes') diabetesCare(care, index, since, keeps);
    else if (programme === 'cvrm') cvrmCare(care, index, episode.icpc, since, d.chance(0.35) ? 182 : 365, keeps);
    else if (programme === 'copd') copdCare(care, index, since, keeps);
    else asthmaCare(care, index, since, keeps * 0.8);
  }
  if (book.age >= 16) return;
  // Children have asthma too; no programme asks for them.
  const child = episodes.findIndex((one) => MEANT.asthma.test(one.icpc) && one.abated === undefined);
  const episode = episodes[child];
  if (episode !== undefined) asthmaCare(care, child, startOf(episode, book.last - 700), 0.6);
}

const MEANT_ANY = /^(T90\.02|R95|R96$|R96\.02|K7[456]|K8[679]|K9[0129]|U99\.01|T93)/;

/** Everything else that people come for, and what only the GP or the POH-GGZ hears. */
export function otherCare(care: Care): void {
  const { book, episodes } = care;
  const { d, person } = book;
  episodes.forEach((episode, index) => {
    if (episode.sensitivity === 'none' && MEANT_ANY.test(episode.icpc)) return;
    const since = Math.max(startOf(episode, book.last - 900), book.today - LOOK_BACK);
    if (since > book.last) return;
    const end = episode.abated === undefined ? book.last : Math.min(book.last, toDay(episode.abated));
    const sensitive = episode.sensitivity !== 'none';
    const times = episode.abated === undefined ? (sensitive ? d.int(2, 5) : d.int(0, 2)) : d.int(1, sensitive ? 3 : 1);
    for (let i = 0; i < times; i++) {
      const day = since + Math.floor(d.unit() * (end - since + 1));
      const mental = episode.sensitivity === 'mental';
      const by = mental && d.chance(0.6) ? 'pohggz' : d.chance(0.1) ? 'locum' : person.gp;
      const visit = book.visit({
        day,
        by,
        minutes: mental ? 45 : 10,
        episode: index,
        sensitivity: episode.sensitivity,
        way: book.age > 84 && d.chance(0.3) ? 'visite' : 'consult',
        reason: mental ? 'Gesprek' : 'Consult',
      });
      if (visit < 0) continue;
      const soep = mental
        ? mentalSoep(book.text, episode.icpc)
        : sensitive
          ? sexualSoep(book.text, episode.icpc)
          : ordinarySoep(book.text, episode.icpc);
      book.write(visit, soep);
    }
  });
  const rate = book.age < 6 ? 4 : book.age < 40 ? 3 : book.age < 70 ? 4 : 7;
  for (let i = d.int(0, rate); i > 0; i--) {
    const day = book.last - Math.floor(d.unit() * Math.min(LOOK_BACK, book.last - person.born));
    const call = d.chance(0.4);
    const visit = book.visit({
      day,
      by: call ? d.pick(['assistant1', 'assistant2']) : d.chance(0.12) ? 'locum' : person.gp,
      minutes: call ? 5 : 10,
      way: call ? (d.chance(0.25) ? 'e-consult' : 'telefonisch') : 'consult',
      reason: call ? 'Telefonisch' : 'Consult',
    });
    if (visit < 0) continue;
    if (!call && book.age >= 30 && d.chance(0.35)) pressure(care, visit);
    if (!call && book.age >= 18 && d.chance(0.12)) weigh(care, visit, d.chance(0.5));
    if (!call && book.age >= 40 && d.chance(0.1)) laboratory(care, visit, false);
    if (!call && book.age < 16 && d.chance(0.3)) weigh(care, visit, true);
    book.write(visit, call ? phoneSoep(book.text) : ordinarySoep(book.text, ''));
  }
}

const PLANNED: Readonly<Record<ProgrammeId, readonly [string, number]>> = {
  diabetes: ['DM kwartaalcontrole', 20],
  copd: ['COPD jaarcontrole', 30],
  asthma: ['Astmacontrole', 20],
  cvrm: ['CVRM jaarcontrole', 20],
};

/** What an assistant measures; SNOMED: blood pressure taking, spirometry. */
const MEASURED: Readonly<Record<ProgrammeId, readonly [string, string]>> = {
  diabetes: ['Bloeddruk meten', '46973005'],
  cvrm: ['Bloeddruk meten', '46973005'],
  copd: ['Spirometrie', '127783003'],
  asthma: ['Spirometrie', '127783003'],
};

/** With an assistant, on the booked day or in the week after. No dice: what is drawn after it stays as it was. */
function measure({ book, register }: Care, candidate: readonly ProgrammeId[], booked: Day): void {
  const number = hash32(book.person.key);
  const programme = candidate.find((one) => register.get(one) === 'consented');
  if (programme === undefined || number % 12 > 1) return;
  const [description, service] = MEASURED[programme];
  const by = number % 3 === 0 ? 'assistant2' : 'assistant1';
  const day = booked + (number % 12 === 0 ? 0 : 1 + (number % 7));
  const minute = 480 + 10 * (number % 46);
  book.appointments.push({ day, minute, minutes: 10, status: 'booked', by, service, description, comment: undefined });
}

/** Appointments after as-of, and those of the last year that did not happen. */
export function plan(care: Care, candidate: readonly ProgrammeId[], openDay: (day: Day) => Day, booked: Day): void {
  const { book, nurse } = care;
  const { d, person } = book;
  if (book.last < book.today) return;
  measure(care, candidate, booked);
  const note = (): string | undefined =>
    d.chance(0.06)
      ? `Komt met ${book.text.other('zoon', 'male', 40)}, notitie ${book.plant('appointment-note')}.`
      : undefined;
  const put = (
    day: Day,
    status: 'booked' | 'noshow' | 'cancelled',
    by: StaffKey,
    description: string,
    minutes: number,
  ): void => {
    book.appointments.push({
      day: openDay(day),
      minute: 480 + 10 * d.int(0, 46),
      minutes,
      status,
      by,
      description,
      comment: note(),
    });
  };
  for (const programme of candidate) {
    const [description, minutes] = PLANNED[programme];
    const keen = care.register.get(programme) === 'consented' ? 0.55 : 0.06;
    if (d.chance(keen)) put(book.today + d.int(1, 110), 'booked', nurse, description, minutes);
    if (d.chance(0.08))
      put(book.today - d.int(10, 500), d.chance(0.5) ? 'noshow' : 'cancelled', nurse, description, minutes);
  }
  if (d.chance(0.05)) put(book.today + d.int(0, 21), 'booked', person.gp, 'Consult', 10);
  if (d.chance(0.02)) put(book.today - d.int(5, 500), 'noshow', person.gp, 'Consult', 10);
}
