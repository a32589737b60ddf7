/** Households: who lives together, how old they are, and how to reach them. */

import type { LocalDate } from '@ketenkluis/base';
import type { Day } from './calendar.ts';
import type { Dice } from './dice.ts';
import type { Other, Person } from './model.ts';
import {
  composedSurname,
  drawAddress,
  drawCall,
  drawGiven,
  drawSurname,
  origin,
  type Sex,
  type Surname,
  surnameText,
} from './names.ts';

export interface Supply {
  readonly today: Day;
  readonly asOf: LocalDate;
  /** On which the assistants have appointments. */
  readonly booked: Day;
  /** Seed-dependent start of the composed surnames. */
  readonly offset: number;
  readonly bsn: () => string | undefined;
}

const ADULTS: readonly (readonly [readonly [number, number], number])[] = [
  [[20, 24], 6],
  [[25, 29], 7],
  [[30, 34], 7.4],
  [[35, 39], 7.2],
  [[40, 44], 7],
  [[45, 49], 7.2],
  [[50, 54], 8.2],
  [[55, 59], 8.8],
  [[60, 64], 8.6],
  [[65, 69], 8],
  [[70, 74], 7.4],
  [[75, 79], 6.6],
  [[80, 84], 4.8],
  [[85, 89], 2.9],
  [[90, 94], 1.2],
  [[95, 99], 0.3],
];

const BLOCK = 'abcdefghjkmnpqrstvwxyz23456789ui';

/** Four letters that count, six that do not: unique, and no order to see. */
function patientKey(d: Dice, n: number): string {
  const scattered = (n * 387_433 + 71_993) % 1_048_576;
  let text = '';
  for (let shift = 0; shift < 20; shift += 5) text += BLOCK[(scattered >> shift) & 31];
  return text + d.letters(6);
}

/** Six digits that no other `n` below 900,000 gives. */
const sixDigits = (n: number, offset: number): string => String(100_000 + ((n * 7_919 + offset) % 900_000));
const landline = (household: number, offset: number): string => `+31398${sixDigits(household, offset)}`;
const mobile = (n: number, offset: number): string => `+31690${sixDigits(n, offset)}`;
const otherMobile = (n: number, offset: number): string => `+31691${sixDigits(n, offset)}`;

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[éèë]/g, 'e')
    .replace(/ï/g, 'i')
    .replace(/[^a-z]/g, '');

/** Somebody outside the practice, with a surname that stands nowhere else. */
export function drawOther(
  d: Dice,
  supply: Pick<Supply, 'offset'>,
  n: number,
  relation: string,
  sex: Sex,
  age: number,
): Other {
  return {
    relation,
    name: `${drawCall(d, sex, age)} ${composedSurname(n, supply.offset, 'other')}`,
    phone: otherMobile(n, supply.offset),
  };
}

type Near = readonly [relation: string, sex: Sex, age: number];
const NEAR_THE_OLD: readonly Near[] = [
  ['dochter', 'female', 45],
  ['zoon', 'male', 45],
  ['buurvrouw', 'female', 60],
  ['nicht', 'female', 40],
];
const NEAR_THE_YOUNG: readonly Near[] = [
  ['zus', 'female', 40],
  ['broer', 'male', 40],
  ['moeder', 'female', 70],
  ['vriendin', 'female', 35],
];

function contactOf(d: Dice, supply: Supply, household: number, slot: number, age: number): Other | undefined {
  if (!d.chance(age >= 70 ? 0.75 : 0.2)) return undefined;
  const [relation, sex, years] = d.pick(age >= 60 ? NEAR_THE_OLD : NEAR_THE_YOUNG);
  return drawOther(d, supply, household * 40 + slot, relation, sex, years);
}

interface Seat {
  readonly sex: Sex;
  readonly age: number;
  readonly own: Surname;
  readonly partner: Surname | undefined;
}

function seats(d: Dice, household: number, supply: Supply): Seat[] {
  const [low, high] = d.weighted(ADULTS);
  const age = d.int(low, high);
  const sex: Sex = d.chance(0.5) ? 'male' : 'female';
  const name = drawSurname(d, household * 2, supply.offset);
  const together = age < 30 ? 0.3 : age < 65 ? 0.68 : age < 80 ? 0.6 : 0.3;
  const paired = d.chance(together);
  const list: Seat[] = [];
  if (paired) {
    const other: Sex = d.chance(0.94) ? (sex === 'male' ? 'female' : 'male') : sex;
    const theirs = drawSurname(d, household * 2 + 1, supply.offset, name);
    const wed = d.chance(age > 55 ? 0.85 : 0.45);
    const partnerAge = Math.max(19, Math.min(99, age + Math.round(d.normal(sex === 'male' ? -2.4 : 2.4, 3))));
    list.push({ sex, age, own: name, partner: wed && sex === 'female' ? theirs : undefined });
    list.push({
      sex: other,
      age: partnerAge,
      own: theirs,
      partner: wed && sex === 'male' && other === 'female' ? name : undefined,
    });
  } else {
    list.push({ sex, age, own: name, partner: undefined });
  }
  if (age >= 26 && age <= 54 && d.chance(paired ? 0.78 : 0.24)) {
    const mother = list.find((one) => one.sex === 'female')?.age ?? age;
    const father = list.find((one) => one.sex === 'male');
    const count = d.weighted([
      [1, 30],
      [2, 50],
      [3, 20],
    ]);
    let child = mother - d.int(25, 33);
    for (let i = 0; i < count; i++) {
      if (child >= 0 && child <= 21) {
        list.push({
          sex: d.chance(0.51) ? 'male' : 'female',
          age: child,
          own: father?.own ?? name,
          partner: undefined,
        });
      }
      child -= d.int(2, 3);
    }
  }
  return list;
}

/** The members of one household. `first` numbers the patients of the practice. */
export function drawHousehold(d: Dice, supply: Supply, household: number, first: number): Person[] {
  const address = drawAddress(d, household);
  const line = landline(household, supply.offset);
  const moved = d.chance(0.045) ? supply.today - d.int(30, 1500) : undefined;
  return seats(d, household, supply).map((seat, slot): Person => {
    const born = supply.today - Math.floor(seat.age * 365.25) - d.int(2, 363);
    const { given, call } = drawGiven(d, seat.own, seat.sex, seat.age);
    const dead =
      moved === undefined && d.chance(seat.age >= 85 ? 0.16 : seat.age >= 70 ? 0.05 : seat.age >= 50 ? 0.008 : 0.001);
    const shown = seat.partner ?? seat.own;
    const masked = d.chance(0.006);
    const number = supply.bsn();
    const registered = Math.max(born + 10, supply.today - d.int(400, 9000));
    const away = moved === undefined ? undefined : Math.max(moved, registered + 30);
    return {
      key: patientKey(d, first + slot),
      household,
      sex: seat.sex,
      born,
      given,
      call,
      own: seat.own,
      partner: seat.partner,
      bsn: masked ? undefined : number,
      address,
      phone: line,
      mobile: seat.age >= 12 && d.chance(seat.age > 80 ? 0.4 : 0.93) ? mobile(first + slot, supply.offset) : undefined,
      email:
        seat.age >= 16 && d.chance(seat.age > 80 ? 0.35 : 0.85)
          ? `${plain(call)}.${plain(surnameText(shown))}.${d.letters(7)}@${d.pick(['postvak.example', 'mijnmail.example', 'dorpsnet.example'])}`
          : undefined,
      registered,
      died: dead ? supply.today - d.int(20, 1400) : undefined,
      departed: away !== undefined && away < supply.today ? away : undefined,
      contact: contactOf(d, supply, household, slot, seat.age),
      gp: d.chance(0.58) ? 'gp1' : 'gp2',
      language:
        seat.age > 45 && d.chance(0.3)
          ? (['tr', 'ar', undefined, 'pl', undefined] as const)[origin(seat.own)]
          : undefined,
    };
  });
}
