/** Reading the facts of a question. Shared by evidence and reference; the twin reads them its own way. */

import { DAY, type Instant, type TeamId } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import type { KnownFact, Question } from './question.ts';

type Kind = KnownFact['fact']['kind'];
/** A fact of one kind; `ended` is when it was withdrawn. */
export interface Known<K extends Kind> {
  readonly fact: FactOf<K>;
  readonly ended: Instant | null;
}

/** From its start, before its end, and not withdrawn. */
export const isLive = (known: KnownFact, now: Instant): boolean =>
  known.ended === null && known.fact.from <= now && (known.fact.until === null || now < known.fact.until);

const NONE: readonly KnownFact[] = [];
/** Sorted once per list of facts: one decision asks for a dozen kinds. */
const sorted = new WeakMap<readonly KnownFact[], ReadonlyMap<Kind, readonly KnownFact[]>>();
function kindsOf(facts: readonly KnownFact[]): ReadonlyMap<Kind, readonly KnownFact[]> {
  let kinds = sorted.get(facts);
  if (kinds === undefined) {
    kinds = Map.groupBy(facts, ({ fact }) => fact.kind);
    sorted.set(facts, kinds);
  }
  return kinds;
}

export const ofKind = <K extends Kind>({ facts }: Question, kind: K): readonly Known<K>[] =>
  (kindsOf(facts).get(kind) ?? NONE) as readonly Known<K>[];

/** Facts of a kind that the practice itself stated. */
export const stated = <K extends Kind>(question: Question, kind: K): readonly Known<K>[] =>
  ofKind(question, kind).filter(({ fact }) => fact.practice === question.practice);

export const isOwn = ({ actor, practice }: Question): boolean => actor.organisation === practice;

/** A member, or a substitute with the pool that the place rests on. */
export interface Place {
  readonly known: Known<'membership'> | Known<'substitute'>;
  readonly pool: Known<'pool'> | null;
}

/** How long another organisation may vouch for its people at once. */
const VOUCHED = DAY;

/** Everywhere this person stands, live or not: memberships stated by their own organisation, places as substitute in this practice. */
export function placesOf(question: Question): Place[] {
  const { actor } = question;
  const members = ofKind(question, 'membership')
    .filter(({ fact }) => fact.person === actor.person && fact.practice === actor.organisation)
    .map((known) => ({ known, pool: null }));
  if (!isOwn(question)) return members;
  const pools = stated(question, 'pool');
  const substitutes = stated(question, 'substitute')
    .filter(({ fact }) => fact.person === actor.person)
    .flatMap((known) => {
      const pool = pools.find(({ fact }) => fact.id === known.fact.pool);
      return pool === undefined ? [] : [{ known, pool }];
    });
  return [...members, ...substitutes];
}

/** May this place be acted from now? */
export function placeHolds(question: Question, { known, pool }: Place): boolean {
  const { fact } = known;
  if (!isLive(known, question.now)) return false;
  if (!isOwn(question) && (fact.until === null || fact.until - fact.from > VOUCHED)) return false;
  if (pool === null) return true;
  const { fact: approved, ended } = pool;
  return (
    ended === null &&
    fact.until !== null &&
    approved.person === fact.person &&
    approved.team === fact.team &&
    approved.from <= fact.from &&
    fact.until <= approved.until
  );
}

/** Of an assumed consent: the practice's setting that it names. */
export const settingOf = (question: Question, { fact }: Known<'consent'>): Known<'assumption'> | undefined =>
  stated(question, 'assumption').find((known) => known.fact.id === fact.assumed);

/** Of a consent that the patient gave, or who stands in for them: through which `own`. */
export const saidThrough = (question: Question, { fact }: Known<'consent'>): Known<'own'> | undefined =>
  stated(question, 'own').find((known) => known.fact.id === fact.through);

/** Was it asked, or said by who may still say it? Or is it assumed, by a setting that holds now for this team? */
export function agreesFor(question: Question, consent: Known<'consent'>, team: TeamId): boolean {
  if (!isLive(consent, question.now)) return false;
  if (consent.fact.through !== undefined) {
    const own = saidThrough(question, consent);
    if (own === undefined || !isLive(own, question.now) || own.fact.dossier !== consent.fact.dossier) return false;
  }
  if (consent.fact.assumed === undefined) return true;
  const setting = settingOf(question, consent);
  return setting !== undefined && isLive(setting, question.now) && setting.fact.teams.includes(team);
}

/** Did a colleague hand this patient to this substitute, now and for no longer than a day? */
export const isCalled = (question: Question): boolean =>
  stated(question, 'call').some((known) => callHolds(question, known));

export const callHolds = ({ item, actor, now }: Question, known: Known<'call'>): boolean => {
  const { fact } = known;
  const fits = fact.dossier === item.dossier && fact.person === actor.person;
  return fits && isLive(known, now) && fact.until - fact.from <= DAY;
};

/** Restrictions that are in force and shut this part, or the whole dossier, to somebody. */
export function restrictionsOn({ item, now, ...question }: Question): {
  readonly dossier: readonly FactOf<'restriction'>[];
  readonly part: readonly FactOf<'restriction'>[];
} {
  const live = stated({ item, now, ...question }, 'restriction')
    .filter((known) => known.fact.dossier === item.dossier && isLive(known, now))
    .map(({ fact }) => fact);
  return {
    dossier: live.filter(({ handles }) => handles === null),
    part: live.filter(({ handles }) => handles?.some((handle) => handle === item.handle || handle === item.parent)),
  };
}
