/**
 * The numbers of a review, all in one place (docs/spec/review.md: our own reading, no source sets them). Whoever changes one
 * changes the version, which every finding names.
 */

import { DAY, HOUR, MINUTE } from '@ketenkluis/base';
import type { ReasonKind } from './types.ts';

export const RULES_VERSION = 'review/3';

export type Strength = 'none' | 'weak' | 'strong';
/** How near a reason is to the looker. */
export type Nearness = 'own' | 'team' | 'practice';

/** Milliseconds around the reason, both ends included. */
export interface Window {
  readonly strength: 'weak' | 'strong';
  readonly before: number;
  readonly after: number;
}
const days = (strength: Window['strength'], before: number, after: number): Window => ({
  strength,
  before: before * DAY,
  after: after * DAY,
});

export const REASONS: Readonly<Record<ReasonKind, Readonly<Record<Nearness, Window | null>>>> = {
  appointment: { own: days('strong', 7, 14), team: days('weak', 14, 14), practice: days('weak', 14, 14) },
  encounter: { own: days('strong', 1, 30), team: days('weak', 1, 14), practice: days('weak', 1, 14) },
  message: { own: days('strong', 1, 14), team: days('strong', 1, 7), practice: days('weak', 1, 14) },
  result: { own: days('strong', 1, 14), team: days('weak', 1, 14), practice: days('weak', 1, 14) },
  recall: { own: days('strong', 1, 14), team: days('weak', 1, 14), practice: days('weak', 1, 14) },
  due: { own: days('weak', 0, 0), team: days('weak', 0, 0), practice: null },
  step: { own: days('strong', 1, 14), team: days('strong', 1, 14), practice: null },
  referral: { own: days('strong', 1, 30), team: days('weak', 1, 14), practice: days('weak', 1, 14) },
  meeting: { own: days('strong', 3, 3), team: days('strong', 3, 3), practice: null },
  call: { own: days('strong', 0, 0), team: null, practice: null },
  control: { own: days('strong', 0, 0), team: null, practice: null },
  regular: { own: days('weak', 0, 0), team: null, practice: null },
};

/** What no register holds and the log itself shows, or the looker said; weak, and only where nothing speaks against the look. */
export const PATTERNS = ['round', 'slip', 'phone', 'consultation'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** A step or referral longer than this says that somebody may look, not why on this day. */
export const STANDING = 90 * DAY;
export const CAN_STAND: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['step', 'referral']);
/** What ends: a look after it is one of the features. */
export const ENDS: ReadonlySet<ReasonKind> = new Set<ReasonKind>(['step', 'referral', 'call']);

export const BASE: Readonly<Record<Strength, number>> = { strong: 0, weak: 10, none: 30 };
export const FINDING_AT = 50;

/** In the order in which a sentence names them. */
export const FEATURES = [
  'own-file',
  'same-home',
  'same-street',
  'same-surname',
  'common-surname',
  'colleague',
  'vip',
  'crowd',
  'repeats',
  'volume',
  'many-unexplained',
  'search-only',
  'night',
  'off-hours',
  'after-end',
  'emergency',
  'taken-along',
  'declared-often',
  'declared-long',
] as const;
export type Feature = (typeof FEATURES)[number];

/** Points beside a weak reason or none, and beside a strong one. `repeats` has a second step. */
export const POINTS: Readonly<Record<Feature, { readonly points: number; readonly strong: number }>> = {
  'own-file': { points: 50, strong: 50 },
  'same-home': { points: 40, strong: 20 },
  'same-street': { points: 20, strong: 0 },
  'same-surname': { points: 25, strong: 0 },
  'common-surname': { points: 10, strong: 0 },
  colleague: { points: 25, strong: 0 },
  vip: { points: 20, strong: 0 },
  crowd: { points: 30, strong: 0 },
  repeats: { points: 20, strong: 0 },
  volume: { points: 20, strong: 0 },
  'many-unexplained': { points: 20, strong: 0 },
  'search-only': { points: 10, strong: 0 },
  night: { points: 25, strong: 0 },
  'off-hours': { points: 10, strong: 0 },
  'after-end': { points: 20, strong: 0 },
  emergency: { points: 40, strong: 0 },
  'taken-along': { points: 20, strong: 0 },
  'declared-often': { points: 10, strong: 0 },
  'declared-long': { points: 20, strong: 0 },
};

export const BOUNDS = {
  /** A surname is rare up to one dossier in so many, and one dossier in any case. */
  rareSurname: 500,
  crowd: { people: 4, around: 7 * DAY },
  repeats: { within: 365, days: 3, manyDays: 6, manyPoints: 40 },
  volume: { times: 3, least: 20 },
  manyUnexplained: 5,
  searchOnly: 10 * MINUTE,
  afterEnd: 365 * DAY,
  emergency: { before: DAY, after: 3 * DAY },
  /** Going through files together: so near in time, so many files within an hour on either side; and what was read for it. */
  round: { near: 15 * MINUTE, files: 3, around: HOUR, before: 3 * DAY, after: DAY },
  /** The line above or below: the right file is opened within this time. */
  slip: MINUTE,
  /**
   * What somebody says of their own looks counts for so many files a day, so many days a year on one file, and for so many files that
   * nothing else explains in so many days.
   */
  declared: { files: 5, days: 2, within: 365, alone: { files: 20, days: 28 } },
  /** Whole hours of the clock in Amsterdam. */
  night: { from: 23, until: 6 },
  open: { from: 7, until: 20 },
} as const;
