/**
 * The weekly digest to each patient's own GP (docs/spec/audit-record.md, "Weekly digest"; R51): who else looked at their patients in the
 * last whole week. Made where every line is read and it is known whose patient is whose, and sealed into the doctors' worklist: the
 * agent needs no key of the log for it, and opening it is no line more.
 */

import { addDays, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { WeekContent } from '@ketenkluis/client';
import { type Seen, weeklyDigest } from '@ketenkluis/client/overview';
import type { Dwelling } from './evidence.ts';
import type { LogLine } from './lines.ts';
import type { Register } from './register.ts';

type Looked = NonNullable<Register['looked']>[number];
const EVENTS: ReadonlySet<string> = new Set([
  'release',
  'emergency',
  'search',
  'print',
  'export',
  'copy',
] satisfies Looked['event'][]);
/** More than a practice makes in two weeks, of what one person did on one day in one dossier once; of refusals what is older goes first. */
export const MOST = 20_000;

/** Monday of the week that a moment falls in, in Amsterdam. */
export function mondayOf(at: Instant): LocalDate {
  const day = localDate(at);
  return addDays(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
}

/** Keeps who looked since the Monday before last; of other organisations only which (R47). */
export function takeLooks(register: Register, lines: readonly LogLine[], now: Instant): void {
  const since = addDays(mondayOf(now), -7);
  const { organisation } = register.practice;
  const programs = new Set<string>([register.agent.person, register.vault.person]);
  const fresh = lines.flatMap(({ index, entry: { common, items } }): Looked[] => {
    if (!EVENTS.has(common.event) || programs.has(common.actor)) return [];
    const dossiers = new Set(items.flatMap(({ dossier }) => dossier ?? []));
    return [...dossiers].map((dossier) => ({
      ...{ line: index, at: common.at, event: common.event as Looked['event'], outcome: common.outcome, dossier },
      who: common.organisation === organisation ? common.actor : common.organisation,
    }));
  });
  // Nobody makes others' looks go with attempts on what is not here, or with the same again and again.
  const known = new Set<string>(
    Object.values(register.patients).flatMap(({ enrolment }) =>
      enrolment !== null && 'ids' in enrolment ? [enrolment.ids.dossier] : [],
    ),
  );
  const once = new Map<string, Looked>();
  for (const one of [...(register.looked ?? []), ...fresh]) {
    const day = localDate(one.at);
    const name = `${day} ${one.who} ${one.dossier} ${one.event} ${one.outcome}`;
    if (day >= since && known.has(one.dossier) && !once.has(name)) once.set(name, one);
  }
  const all = [...once.values()];
  const refused = all.filter(({ outcome }) => outcome === 'refused');
  const away = new Set([...refused, ...all.filter(({ outcome }) => outcome !== 'refused')].slice(0, -MOST));
  register.looked = all.filter((one) => !away.has(one));
}

/** Undefined when nobody looked: a quiet practice seals nothing. */
export function makeWeek(
  register: Register,
  dwellings: ReadonlyMap<string, Dwelling>,
  at: Instant,
): WeekContent | undefined {
  const until = mondayOf(at);
  const from = addDays(until, -7);
  const doctorOf = new Map<string, string>();
  for (const { person, role, practitioners } of register.staff)
    if (role === 'gp') for (const id of practitioners ?? []) doctorOf.set(id, person);
  const own = new Map<string, string>();
  const enrolled = new Set<string>();
  for (const [patient, { enrolment }] of Object.entries(register.patients)) {
    if (enrolment?.state !== 'enrolled') continue;
    enrolled.add(enrolment.ids.dossier);
    const doctor = dwellings.get(patient)?.doctors?.flatMap((id) => doctorOf.get(id) ?? [])[0];
    if (doctor !== undefined) own.set(enrolment.ids.dossier, doctor);
  }
  const seen = (register.looked ?? []).map((one): Seen => {
    const elsewhere = one.who.startsWith('org_');
    return { ...one, who: { key: one.who, elsewhere, name: null, role: null }, patient: null };
  });
  const lines = weeklyDigest(seen, { until, own: null, dossiers: enrolled }).flatMap((line): WeekContent['lines'] => {
    const doctor = own.get(line.dossier) ?? null;
    // Their own looks are no news to them.
    if (doctor === line.key) return [];
    const marks = (['emergency', 'taken', 'refused'] as const).filter((mark) => line[mark]);
    return [
      {
        ...{ dossier: line.dossier, doctor, who: line.key, marks },
        days: [...line.days],
      } as WeekContent['lines'][number],
    ];
  });
  return lines.length === 0 ? undefined : { from, until: addDays(until, -1), lines };
}
