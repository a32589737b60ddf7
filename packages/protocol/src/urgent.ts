/** Messages of substitutes and emergencies (docs/spec/substitutes.md). */

import { z } from 'zod';
import { base64url, day, id, instant, wireStatement, wrap } from './wire.ts';

const signed = <T extends z.ZodType>(body: T) => z.strictObject({ request: wireStatement, body });
const annex = base64url(40_000);

/** POST .../substitutes (signed, class session, by an activator of the pool): one place as substitute, or the end of one. */
export const postSubstitute = signed(z.strictObject({ statement: wireStatement }));

/** The sealed word to the substitute, KKSB, at most. */
const note = base64url(8_000);
/** POST .../calls (signed, class grant, one item: a part that the caller may hand on): the patient is with this substitute now. */
export const postCall = signed(z.strictObject({ statement: wireStatement, note, annex }));
/**
 * GET .../calls: for a substitute, the patients handed to them now. `handles` and `facts` are what a look would give: ids only, and
 * nothing of a patient whom a restriction shuts to this person.
 */
export const calls = z.strictObject({
  calls: z
    .array(
      z.strictObject({
        statement: wireStatement,
        note,
        handles: z.array(id('handle')).min(1).max(128),
        facts: z.array(id('fact')).max(64),
      }),
    )
    .max(200),
});

/** POST .../emergencies (session only): what was granted beforehand for an emergency in this dossier. Empty for everybody else. */
export const askEmergency = z.strictObject({ dossier: id('dossier') });
export const emergencyHandles = z.strictObject({
  handles: z.array(id('handle')).max(128),
  facts: z.array(id('fact')).max(64),
});

/** GET .../regrants: of the asker's own teams, what is still wrapped for a key that somebody else has too. Ids only. */
export const regrants = z.strictObject({
  teams: z.array(
    z.strictObject({
      team: id('team'),
      dossiers: z
        .array(z.strictObject({ dossier: id('dossier'), handles: z.array(id('handle')).min(1).max(1000) }))
        .max(20_000),
    }),
  ),
});
/**
 * POST .../regrants/ask (signed, class grant; items of one or more dossiers): the wrapped client shares of this one team, as
 * `grant-ask` gives them. No pack and no vault share: nothing opens.
 */
export const askRegrant = signed(z.strictObject({ team: id('team'), annex }));
/** Grants that one line wraps anew at most: an answer shows of each what went and what came. */
export const MAX_ANEW = 60;
/** POST .../regrants (signed, class grant, the parts of one dossier): new grants in place of old ones, whole, with the signed state. */
export const postRegrant = signed(
  z.strictObject({
    team: id('team'),
    statements: z.array(wireStatement).min(3).max(300),
    batches: z.array(wireStatement).max(2),
    wraps: z.array(wrap).min(1).max(1000),
    annex,
  }),
);

/**
 * GET .../fresh: of the asker's own teams, for an owner of all, that somebody left: how many dossiers they hold, and of how many every
 * part has a version sealed since the team's new key. Counts only.
 */
export const fresh = z.strictObject({
  teams: z
    .array(z.strictObject({ team: id('team'), since: instant, done: z.int().min(0), total: z.int().min(0) }))
    .max(1000),
});

export const FINDINGS = ['in-order', 'not-in-order'] as const;
/** How the patient heard of an emergency look; `not`: nobody told them, for a reason that stands in the annex. */
export const TOLD = ['letter', 'phone', 'in-person', 'not'] as const;
/** GET .../reviews: broken glass that somebody else still has to look at, and what was closed in the last 90 days. */
export const reviews = z.strictObject({
  reviews: z
    .array(
      z.strictObject({
        /** Line of the look, and its request: what a review names. */
        line: z.int().min(0),
        request: id('request'),
        dossier: id('dossier'),
        person: id('person'),
        at: instant,
        /** The reason as it was typed, sealed to the log officers' team (KKSB). */
        annex: annex.nullable(),
        closed: z
          .strictObject({ line: z.int().min(0), person: id('person'), at: instant, finding: z.enum(FINDINGS) })
          .nullable(),
        /** How the patient was told, as said last; null while nobody did. */
        told: z
          .strictObject({
            line: z.int().min(0),
            person: id('person'),
            at: instant,
            how: z.enum(TOLD),
            on: day.nullable(),
          })
          .nullable(),
      }),
    )
    .max(1000),
});
/** POST .../reviews/close (signed, class audit, one item: the dossier): by somebody else than who broke the glass. */
export const postReview = signed(z.strictObject({ review: id('request'), finding: z.enum(FINDINGS), annex }));
/**
 * POST .../reviews/told (signed, class audit, one item: the dossier): `on` is the day on which the patient was told, null with `not`,
 * which is not for who broke the glass.
 */
export const postTold = signed(z.strictObject({ review: id('request'), how: z.enum(TOLD), on: day.nullable(), annex }));
/** Of one look: how many dossiers one person may open in an emergency in an hour, and all of a practice in a day. */
export const EMERGENCY_LIMITS = { person: 3, practice: 10 } as const;
export type Review = z.infer<typeof reviews>['reviews'][number];
