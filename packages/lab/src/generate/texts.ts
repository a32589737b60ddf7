/** Sentences as they stand in a Dutch journal: short, with abbreviations, about the patient and about others. */

import type { Dice } from './dice.ts';
import type { Person } from './model.ts';
import type { Sex } from './names.ts';

export interface TextContext {
  readonly d: Dice;
  readonly person: Person;
  readonly age: number;
  /** Names somebody else and notes that the name must never leave. */
  other(relation: string, sex: Sex, age: number): string;
  /** A reference number that stands nowhere else. */
  mark(field: 'journal' | 'mental-health' | 'sexual-health'): string;
}

export const comma = (value: number): string => String(value).replace('.', ',');
export const title = (person: Person): string => (person.sex === 'male' ? 'Dhr.' : 'Mw.');
export const he = (person: Person): string => (person.sex === 'male' ? 'hij' : 'zij');
export const his = (person: Person): string => (person.sex === 'male' ? 'zijn' : 'haar');

interface Mention {
  readonly from: number;
  readonly to: number;
  readonly say: (t: TextContext) => string;
}

const MENTIONS: readonly Mention[] = [
  { from: 48, to: 110, say: (t) => `Dochter ${t.other('dochter', 'female', t.age - 28)} kwam mee en vult aan.` },
  { from: 50, to: 110, say: (t) => `Zoon ${t.other('zoon', 'male', t.age - 30)} belde gisteren, maakt zich zorgen.` },
  {
    from: 38,
    to: 68,
    say: (t) =>
      `Mantelzorger voor moeder ${t.other('moeder', 'female', t.age + 27)} (dementie), weinig tijd voor zichzelf.`,
  },
  {
    from: 25,
    to: 75,
    say: (t) => `Vader ${t.other('vader', 'male', 80)} kreeg op 52-jarige leeftijd een hartinfarct.`,
  },
  {
    from: 30,
    to: 80,
    say: (t) => `Zus ${t.other('zus', 'female', t.age)} heeft borstkanker, erfelijkheidsonderzoek loopt.`,
  },
  {
    from: 72,
    to: 110,
    say: (t) => `Buurvrouw ${t.other('buurvrouw', 'female', 60)} rijdt mee en zet de medicijnen uit.`,
  },
  {
    from: 40,
    to: 95,
    say: (t) => `Broer ${t.other('broer', 'male', t.age)} is vorige maand overleden aan longkanker, nog veel verdriet.`,
  },
  {
    from: 58,
    to: 95,
    say: (t) =>
      `Kleindochter ${t.other('kleindochter', 'female', 22)} woont tijdelijk bij ${t.person.sex === 'male' ? 'hem' : 'haar'} in vanwege schulden.`,
  },
  {
    from: 17,
    to: 66,
    say: (t) => `Collega ${t.other('collega', 'male', 45)} meldde zich ziek, draait daardoor dubbele diensten.`,
  },
  {
    from: 18,
    to: 80,
    say: (t) => `Schoonzus ${t.other('schoonzus', 'female', t.age)} is verslaafd en staat vaak voor de deur.`,
  },
  {
    from: 0,
    to: 17,
    say: (t) => `Oma ${t.other('oma', 'female', 66)} past op en kwam mee, ouders liggen in scheiding.`,
  },
  { from: 3, to: 12, say: (t) => `Juf ${t.other('leerkracht', 'female', 34)} belde moeder hierover.` },
];

/** A sentence about somebody else, fitting the age of the patient. */
export const mention = (t: TextContext): string =>
  t.d.pick(MENTIONS.filter((one) => t.age >= one.from && t.age <= one.to)).say(t);

const REFERENCES: readonly ((mark: string) => string)[] = [
  (mark) => `Zie brief, kenmerk ${mark}.`,
  (mark) => `Aanvraag lab ${mark} meegegeven.`,
  (mark) => `Verwijzing verstuurd, nr ${mark}.`,
  (mark) => `Uitslag volgt onder ${mark}.`,
  (mark) => `Terugbelnotitie ${mark}.`,
];

export const reference = (t: TextContext): string => t.d.pick(REFERENCES)(t.mark('journal'));
