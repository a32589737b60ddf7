/**
 * What the care group learns (docs/spec/contents.md, "Overview"): how many, never who and never what was measured. Counted here, from
 * the register, so that nothing of a record comes near it.
 */

import { addDays, type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import type { Selection } from '@ketenkluis/care';
import type { OverviewContent } from '@ketenkluis/client';
import type { LiveDossier, Register } from './register.ts';

/** Whoever knows a practice recognises the few: a smaller number is not told. */
const LEAST = 10;
const YEAR = 365;
type Shown = OverviewContent['referrals']['sent'];

const shown = (count: number): Shown => (count < LEAST ? '<10' : count);
/** Two exact numbers would give away a small difference between them. */
const beside = (more: number, count: number): Shown | 'close' =>
  more > count && more - count < LEAST && count >= LEAST ? 'close' : shown(more);

const handed = (register: Register, at: Instant): LiveDossier['handed'] =>
  Object.values(register.patients).flatMap(({ live }) => (live?.handed ?? []).filter(({ until }) => at < until));

/** Brings the register's list of referrals up to what stands now; what ended more than a year ago goes. */
export function followReferrals(register: Register, at: Instant): void {
  const today = localDate(at);
  const live = new Set<string>(handed(register, at).map(({ fact }) => fact));
  const known = Object.entries(register.referrals).map(
    ([fact, ended]) => [fact, live.has(fact) ? null : (ended ?? today)] as const,
  );
  const recent = known.filter(([, ended]) => ended === null || ended > addDays(today, -YEAR));
  register.referrals = Object.fromEntries([...recent, ...[...live].map((fact) => [fact, null] as const)]);
}

/** Counts of this moment, small ones hidden. Every programme of the selection has its line, so that its being there says nothing. */
export function makeOverview(register: Register, selection: Selection, asOf: LocalDate, at: Instant): OverviewContent {
  const patients = Object.values(register.patients);
  const takesPart = ({ participations, enrolment }: (typeof patients)[number], programme: string) =>
    (enrolment?.state === 'enrolled' && enrolment.programmes.includes(programme)) ||
    participations.some((one) => one.programme === programme && (one.until === null || one.until > asOf));
  const steps = handed(register, at);
  const answered = steps.filter((step) => step.answered).length;
  const ended = Object.values(register.referrals).filter((day) => day !== null).length;
  return {
    v: 1,
    asOf,
    programmes: selection.programmes.map(({ id }) => {
      const enrolled = patients.filter(
        ({ enrolment }) => enrolment?.state === 'enrolled' && enrolment.programmes.includes(id),
      ).length;
      const active = patients.filter((patient) => takesPart(patient, id)).length;
      return { programme: id, enrolled: shown(enrolled), active: beside(active, enrolled) };
    }),
    referrals: { sent: shown(steps.length - answered), answered: shown(answered), ended: shown(ended) },
  };
}
