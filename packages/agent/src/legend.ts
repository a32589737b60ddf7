/**
 * The legend of one dossier (docs/spec/own.md, "The legend"): what the ids in it are called, for who reads it as the patient or for them,
 * and for nobody else. Names of organisations and roles; of people none.
 */

import { addDays, canonicalJson, type LocalDate, newId, type Random } from '@ketenkluis/base';
import type { Booking } from '@ketenkluis/care';
import type { LegendContent } from '@ketenkluis/client';
import type { Plaintext } from '@ketenkluis/seal';
import type { Contents, Fingerprints } from './contents.ts';
import type { Owns } from './own.ts';
import type { DossierIds, LiveDossier, Register } from './register.ts';

/** Where a scope's name stands in the register; no scope is called so. */
export const LEGEND = 'legend';

/** Days back, and how many of them: as much as the log's reader needs to see why somebody looked lately. */
const BACK = 92;
const MOST = 64;

/** A handle for it, while somebody reads the dossier. True if one was added. */
export function completeLegend(ids: DossierIds, live: LiveDossier | null, owns: Owns, random: Random): boolean {
  const known = ids.handles[LEGEND];
  if (!owns.of.has(ids.dossier) || (known && !live?.gone.includes(known))) return false;
  ids.handles[LEGEND] = newId('handle', random);
  return true;
}

/** Newest first; a day and its roles once. What was called off is none. */
function bookedOf(bookings: readonly Booking[], asOf: LocalDate): LegendContent['booked'] {
  const days = new Map<LocalDate, Set<string>>();
  for (const { day, state, roles } of bookings) {
    if (day === null || state === 'off' || state === 'unclear' || day > asOf || day < addDays(asOf, -BACK)) continue;
    const known = days.get(day) ?? new Set<string>();
    for (const role of roles) known.add(role);
    days.set(day, known);
  }
  const sorted = [...days].sort(([a], [b]) => (a < b ? 1 : -1)).slice(0, MOST);
  return sorted.map(([day, roles]) => ({ day, roles: [...roles].sort().slice(0, 16) }));
}

export function legendOf(of: {
  readonly register: Register;
  readonly ids: DossierIds;
  readonly owns: Owns;
  /** What the desk called who stands in, by person. */
  readonly called: ReadonlyMap<string, { readonly role: string }>;
  readonly bookings: readonly Booking[];
  readonly asOf: LocalDate;
  readonly fingerprints: Fingerprints;
}): Contents | null {
  const { register, ids, owns, called, bookings, asOf, fingerprints } = of;
  const readers = owns.of.get(ids.dossier);
  if (readers === undefined) return null;
  const content: LegendContent = {
    v: 1,
    practice: register.practice.name,
    teams: register.teams.flatMap(({ team, need, role }) => (role === null ? [] : [{ team, need, role }])),
    partners: register.partners.map(({ organisation, name, teams }) => ({
      ...{ organisation, name },
      // The team that reads the log's annexes is nobody who looks.
      teams: teams.flatMap(({ team, role }) => (role === 'log' ? [] : [{ team, role }])),
    })),
    booked: bookedOf(bookings, asOf),
    readers: readers.map(({ fact, person }) => ({ own: fact, role: called.get(person)?.role ?? null })),
  };
  const bytes = canonicalJson(content);
  return {
    ...{ scope: LEGEND as Contents['scope'], legend: true as const },
    fingerprint: fingerprints.of(LEGEND, ids.dossier, JSON.stringify(content)),
    bytes: () => bytes as Plaintext,
  };
}
