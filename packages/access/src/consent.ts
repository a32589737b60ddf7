/**
 * What the patient said, in three elements (Mitz; R30), and how it settles when it conflicts (national guide on consent; R32). This runs
 * in the practice when a `consent` fact is to be stated or ended: the vault sees the outcome only, never a category.
 */

import type { Instant, OrganisationId, PersonId } from '@ketenkluis/base';

/** One organisation, or a category of them by its code. */
export type Party = { readonly organisation: OrganisationId } | { readonly category: string };

/** "I do (not) agree that [holder] makes [data] available to [consulter]." One version; a later one with the same elements replaces it. */
export interface Said {
  readonly answer: 'consent' | 'objection';
  readonly holder: Party;
  /** Code of a data category; null: all of it. */
  readonly data: string | null;
  readonly consulter: Party;
  readonly at: Instant;
  /** How it came in, and who wrote it down. */
  readonly channel: 'desk' | 'letter' | 'portal' | 'mitz';
  readonly by: PersonId;
}

/** A category that an organisation belongs to, and since when patients were told that it does (R35). */
interface Belongs {
  readonly category: string;
  readonly told: Instant;
}
export interface ConsentAsked {
  readonly holder: { readonly organisation: OrganisationId; readonly categories: readonly Belongs[] };
  readonly data: string;
  readonly consulter: { readonly organisation: OrganisationId; readonly categories: readonly Belongs[] };
}

/** Is this party meant? A consent does not cover who came into its category after it was given; an objection does. */
function meant(said: Said, party: Party, asked: ConsentAsked['holder']): boolean {
  if ('organisation' in party) return party.organisation === asked.organisation;
  const belongs = asked.categories.find(({ category }) => category === party.category);
  return belongs !== undefined && (said.answer === 'objection' || belongs.told <= said.at);
}

const elements = ({ holder, data, consulter }: Said): string => JSON.stringify([holder, data, consulter]);

/** How specific in each element: one named party beats a category, named data beat all data. */
const specificity = ({ holder, data, consulter }: Said): readonly boolean[] => [
  'organisation' in holder,
  data !== null,
  'organisation' in consulter,
];
/** In no element less specific, in one more. What cannot be compared beats nothing. */
const beats = (one: Said, other: Said): boolean => {
  const [a, b] = [specificity(one), specificity(other)];
  return a.every((is, i) => is || !b[i]) && a.some((is, i) => is && !b[i]);
};

/** The newest version of every statement; of two of the same moment the objection. */
const newest = (said: readonly Said[]): Said[] => {
  const kept = new Map<string, Said>();
  for (const one of said) {
    const before = kept.get(elements(one));
    const later = before === undefined || one.at > before.at || (one.at === before.at && one.answer === 'objection');
    if (later) kept.set(elements(one), one);
  }
  return [...kept.values()];
};

/** What of all that was said is about this question: the newest versions that name holder, data and consulter. */
const covering = (said: readonly Said[], asked: ConsentAsked): Said[] =>
  newest(said).filter(
    (one) =>
      meant(one, one.holder, asked.holder) &&
      (one.data === null || one.data === asked.data) &&
      meant(one, one.consulter, asked.consulter),
  );

/**
 * Did the patient agree? True only if some consent covers the question and every objection that covers it is less specific than that
 * consent. Nothing said is no (R31); equal specificity is no (R32).
 */
export function settleConsent(said: readonly Said[], asked: ConsentAsked): boolean {
  const about = covering(said, asked);
  const objections = about.filter(({ answer }) => answer === 'objection');
  return about.some(
    (consent) => consent.answer === 'consent' && objections.every((objection) => beats(consent, objection)),
  );
}

/**
 * May consent be assumed here, as far as the patient's own words go? Assuming is less specific than anything that can be said, so one
 * objection that covers the question is enough for no (R32).
 */
export const mayBeAssumed = (said: readonly Said[], asked: ConsentAsked): boolean =>
  covering(said, asked).every(({ answer }) => answer === 'consent');
