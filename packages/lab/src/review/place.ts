/** A large practice for the simulated year: a hundred staff, their neighbours and families among the patients. */

import { type DossierId, newId, type PersonId, type TeamId } from '@ketenkluis/base';
import type { Colleague, Subject } from '@ketenkluis/client/review';
import { type Dice, dice } from '../generate/dice.ts';
import { drawSurname, type Surname } from '../generate/names.ts';

export type Role = 'gp' | 'locum' | 'poh-s' | 'poh-ggz' | 'assistant' | 'manager';

const STAFF: readonly (readonly [Role, number])[] = [
  ['gp', 26],
  ['locum', 6],
  ['poh-s', 22],
  ['poh-ggz', 8],
  ['assistant', 34],
  ['manager', 4],
];
const PATIENTS = 6000;
const HOUSES_PER_STREET = 24;

export interface Staff extends Colleague {
  readonly id: PersonId;
  readonly role: Role;
}

export interface Patient extends Subject {
  readonly id: DossierId;
  readonly gp: Staff;
  /** Regular nurse of who takes part in a programme. */
  readonly nurse: Staff | null;
  readonly known: boolean;
}

export interface Place {
  readonly staff: readonly Staff[];
  readonly of: Readonly<Record<Role, readonly Staff[]>>;
  readonly team: Readonly<Record<Role, TeamId>>;
  readonly patients: readonly Patient[];
}

const random = (d: Dice) => (bytes: number) => Uint8Array.from({ length: bytes }, () => d.int(0, 255));

const folded = (surname: Surname): string => surname.name.toLowerCase();

/** House `number` of the village: streets share a postcode, every house is its own home. */
function dwelling(house: number) {
  const street = `9000s${Math.floor(house / HOUSES_PER_STREET)}`;
  return { street, home: `${street} ${(house % HOUSES_PER_STREET) + 1}` };
}

export function drawPlace(seed: string): Place {
  const d = dice(seed, 1);
  const ids = random(d);
  const roles: readonly Role[] = STAFF.map(([role]) => role);
  const team = Object.fromEntries(roles.map((role) => [role, newId('team', ids)])) as Record<Role, TeamId>;

  // Households first: who works here lives in one of them, or elsewhere.
  const households: { surnames: string[]; house: number; size: number }[] = [];
  for (let people = 0; people < PATIENTS; ) {
    const n = households.length;
    const size = Math.min(
      PATIENTS - people,
      d.weighted<number>([
        [1, 40],
        [2, 38],
        [3, 12],
        [4, 10],
      ]),
    );
    const first = folded(drawSurname(d, n, 0));
    // Half of the couples use both names, as the civil registry knows them.
    const both = size > 1 && d.chance(0.5) ? [first, folded(drawSurname(d, n, 20_000))] : [first];
    households.push({ surnames: both, house: n, size });
    people += size;
  }

  const staff: Staff[] = [];
  const seats: { staff: Staff; household: number; patient: boolean }[] = [];
  for (const [role, count] of STAFF) {
    for (let i = 0; i < count; i++) {
      const id = newId('person', ids);
      const teams = [team[role]];
      if (d.chance(0.35)) {
        // Lives with people who are patients; half of these are registered here too.
        const household = d.int(0, households.length - 1);
        const { surnames, house } = households[household]!;
        const one: Staff = { id, role, teams, surnames: [d.pick(surnames)], ...dwelling(house) };
        staff.push(one);
        seats.push({ staff: one, household, patient: d.chance(0.5) });
      } else {
        const surnames = [folded(drawSurname(d, 30_000 + staff.length, 0))];
        const near = d.chance(0.5);
        const lives = near ? dwelling(d.int(0, households.length - 1)) : dwelling(50_000 + staff.length * 30);
        // Next door to patients, in a house of their own.
        staff.push({ id, role, teams, surnames, ...lives, ...(near ? { home: `${lives.home} bis` } : {}) });
      }
    }
  }
  // Parents, brothers and cousins of a quarter of the staff live elsewhere in the village.
  for (const { surnames } of staff) {
    if (d.chance(0.25)) d.pick(households).surnames.unshift(...surnames);
  }
  const of = Object.fromEntries(roles.map((role) => [role, staff.filter((one) => one.role === role)])) as Record<
    Role,
    Staff[]
  >;

  const patients: Patient[] = [];
  households.forEach(({ surnames, house, size }, household) => {
    const working = seats.filter((seat) => seat.household === household && seat.patient);
    for (let i = 0; i < size; i++) {
      const own = i < working.length ? working[i]!.staff : null;
      const known = own === null && d.chance(0.004);
      patients.push({
        id: newId('dossier', ids),
        surnames: own?.surnames ?? (i === 0 ? surnames : surnames.slice(0, 1)),
        ...dwelling(house),
        // Marked only where somebody thought of it.
        vip: known && d.chance(0.5),
        colleague: own?.id ?? null,
        gp: d.pick(of.gp),
        nurse: d.chance(0.7) ? d.pick(of['poh-s']) : null,
        known,
      });
    }
  });
  return { staff, of, team, patients };
}
