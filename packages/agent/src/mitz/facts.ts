/**
 * From answers of Mitz to `consent` facts (docs/mitz.md): a yes carries for hours and is stated afresh after every new yes; without
 * one, whatever the reason, nothing is stated and what stands is withdrawn. Pure.
 */

import { type ConsentAsked, type Said, settleConsent } from '@ketenkluis/access';
import {
  type FactId,
  type HandleId,
  HOUR,
  type Instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type Random,
} from '@ketenkluis/base';
import type { Fact, Withdrawal } from '@ketenkluis/seal';
import type { DossierIds, LiveDossier, MitzConsent } from '../register.ts';

/** No longer than this, whatever is configured. */
export const MITZ_LIFE_HOURS = 24;
/** A sync that starts over does not state twice what it stated a moment ago. */
const STILL_FRESH = 0.9;

export interface Settling {
  readonly practice: OrganisationId;
  readonly organisation: OrganisationId;
  /** Kinds of care provider (zorgaanbiedertype) of the two: the categories by which an objection may name them. */
  readonly types: { readonly holder: string; readonly consulter: string; readonly role?: string };
  /** The parts that this partner needs in the pathway and that this dossier has. */
  readonly handles: readonly HandleId[];
  readonly permit: boolean;
  /** Category of data that was asked for. */
  readonly data: string;
  readonly at: Instant;
  readonly hours: number;
  /** What the practice itself wrote down; an objection there outweighs Mitz. */
  readonly said: readonly Said[];
  /** The agent, for the record. */
  readonly by: PersonId;
  readonly random: Random;
}

const MITZ = 'mitz';

/**
 * Mitz has weighed what it holds and names no statement, so its yes counts as the least specific consent: for categories, for all
 * data. Every objection in the practice's own book that covers the question is at least as specific and wins (R32).
 */
export function agreed({ practice, organisation, types, permit, data, at, said, by }: Settling): boolean {
  if (!permit) return false;
  const belongs = (type: string) => [MITZ, type].map((category) => ({ category, told: at }));
  const asked: ConsentAsked = {
    holder: { organisation: practice, categories: belongs(types.holder) },
    data,
    consulter: { organisation, categories: [types.consulter, types.role ?? MITZ].flatMap(belongs) },
  };
  const mitz: Said = {
    answer: 'consent',
    holder: { category: MITZ },
    data: null,
    consulter: { category: MITZ },
    at,
    channel: 'mitz',
    by,
  };
  // Only what Mitz said can open here; a consent in the practice's own book is another fact, stated by who wrote it down.
  return settleConsent([mitz, ...said.filter(({ answer }) => answer === 'objection')], asked);
}

const same = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && one.every((value) => other.includes(value));

/** The consents of this dossier after one answer: at most one that is not over for this partner. */
export function settleMitz(known: readonly MitzConsent[], of: Settling): MitzConsent[] {
  const { organisation, handles, at, random } = of;
  const life = Math.min(of.hours, MITZ_LIFE_HOURS) * HOUR;
  const yes = handles.length > 0 && agreed(of);
  const fresh = (one: MitzConsent) => one.until - at > life * STILL_FRESH && one.until <= plus(at, life);
  const kept = known.find(
    (one) => yes && one.organisation === organisation && !one.over && same(one.handles, handles) && fresh(one),
  );
  const settled = known.map((one) =>
    one.organisation === organisation && one !== kept ? { ...one, over: true } : one,
  );
  if (!yes || kept) return settled;
  return [
    ...settled,
    { organisation, fact: newId('fact', random), handles: [...handles], from: at, until: plus(at, life), over: false },
  ];
}

/** Ends what rests on Mitz, but for the partners that are still asked about. */
export const endMitz = (known: readonly MitzConsent[], asked: ReadonlySet<string>): MitzConsent[] =>
  known.map((one) => (asked.has(one.organisation) ? one : { ...one, over: true }));

/** Forgets what is over and gone, so that the register does not grow. */
export const withoutGone = (known: readonly MitzConsent[], live: LiveDossier | null): MitzConsent[] =>
  known.filter(({ fact, over }) => !over || live?.facts[fact] !== undefined);

/** What has to be stated and ended, against what is live. A consent that has run out meanwhile is not stated any more. */
export function mitzFacts(
  ids: DossierIds,
  live: LiveDossier,
  { practice, at }: { readonly practice: OrganisationId; readonly at: Instant },
): { readonly facts: readonly Fact[]; readonly withdrawals: readonly Withdrawal[] } {
  const isLive = (fact: FactId) => live.facts[fact] !== undefined;
  const own = ids.mitz ?? [];
  const head = { v: 1 as const, suite: 1, practice, dossier: ids.dossier };
  return {
    facts: own
      .filter(({ fact, over, until }) => !over && !isLive(fact) && at < until)
      .map(({ organisation, fact, handles, from, until }) => ({
        ...head,
        t: 'fact' as const,
        kind: 'consent' as const,
        id: fact,
        organisation,
        handles: [...handles],
        from,
        until,
      })),
    withdrawals: own
      .filter(({ fact, over, until }) => (over || until <= at) && isLive(fact))
      .map(({ fact }) => ({ ...head, t: 'withdrawal' as const, fact, at })),
  };
}
