/**
 * How sure it is who somebody is (R25, R26): one level per session, and the level that a practice asks for before it opens anything.
 * The vault sees no number, name or token of anybody: the practice's agent checked those and signed what came out (docs/identity.md).
 */

import type { Instant, OrganisationId, PersonId } from '@ketenkluis/base';
import { plus } from '@ketenkluis/base';
import {
  ASSURANCE_FRESH,
  ENDPOINTS,
  type EndpointName,
  type identifySession,
  SESSION_LIFE,
} from '@ketenkluis/protocol';
import {
  type Assurance,
  type AssuranceLevel,
  demandedOf,
  expectType,
  type FactOf,
  type Hash,
  isVouched,
  reachesLevel,
  type Statement,
  statementFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { refused, type SessionRow, type Signed } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, commonOf, item, ownCommon, SIGNED_CHECKS } from './lines.ts';
import type { People } from './people.ts';
import { putStatements } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

/** What the ways in of a practice itself are worth: nobody outside looked at who this is. */
export const OWN_LEVEL: AssuranceLevel = 'low';

/** What whoever runs the vault was told that this practice asks for; undefined: nothing more than its own ways in. */
const minimumOf = (vault: Vault, practice: OrganisationId): AssuranceLevel | undefined => {
  const minimum = vault.assurance.get(practice);
  return minimum === undefined || reachesLevel(OWN_LEVEL, minimum) ? undefined : minimum;
};

/** A session begins at the level of the way in that opened it. */
export const startLevel = (
  tx: Tx,
  practice: OrganisationId,
  session: SessionRow['session'],
  means: string,
  at: Instant,
) =>
  tx
    .insertInto('session_level')
    .values({ practice, session, level: OWN_LEVEL, means, at, until: null, statement: null })
    .execute();

/** The agent's word on which the level of a session rests now; null: its own way in. */
export const wordOn = async (
  tx: Tx,
  practice: OrganisationId,
  session: SessionRow['session'],
  at: Instant,
): Promise<Hash | null> => {
  const row = await tx
    .selectFrom('session_level')
    .select(['statement', 'until'])
    .where('practice', '=', practice)
    .where('session', '=', session)
    .executeTakeFirst();
  return row === undefined || row.until === null || at >= row.until ? null : row.statement;
};

/** Proof of the recovery key took the place of a sign-on (raise.ts): no level, as nobody outside looked at who this is. */
export const RECOVERED = 'recovery';

async function levelAt(tx: Tx, practice: OrganisationId, session: string, at: Instant) {
  const row = await tx
    .selectFrom('session_level')
    .select(['level', 'means', 'until'])
    .where('practice', '=', practice)
    .where('session', '=', session as SessionRow['session'])
    .executeTakeFirst();
  const over = row === undefined || (row.until !== null && at >= row.until);
  return over ? { level: OWN_LEVEL, recovered: false } : { level: row.level, recovered: row.means === RECOVERED };
}

/**
 * What the practice asked of this patient when it took them in, under two signatures (docs/spec/own.md, `eid`). An `own` that ended asks
 * the same: a patient has one in all.
 */
const eidOf = (people: People, person: PersonId): FactOf<'own'>['eid'] => {
  const own = people.facts.find(({ fact }) => fact.kind === 'own' && fact.person === person)?.fact;
  return own?.kind === 'own' ? own.eid : undefined;
};

const higher = (one: AssuranceLevel | undefined, other: AssuranceLevel | undefined): AssuranceLevel | undefined =>
  one === undefined || (other !== undefined && reachesLevel(other, one)) ? other : one;

type Who = Pick<SessionRow, 'session' | 'person' | 'organisation'>;

/**
 * What is asked of the sessions of this person: the highest of what the owners stated in the key directory, what they asked of this patient,
 * and what the host was told. Programs are not asked who they are; a partner's people are asked what who works here is.
 */
function askedOf(vault: Vault, people: People, { person, organisation }: Who): AssuranceLevel | undefined {
  const kind = organisation === null ? people.keys.cardOf(person, vault.clock())?.kind : undefined;
  if (kind === 'agent') return undefined;
  const asked = kind === 'patient' ? eidOf(people, person)?.level : undefined;
  const demanded = demandedOf(people.keys.demand, kind) ?? undefined;
  return higher(higher(minimumOf(vault, people.practice), demanded), asked);
}

/** Where this practice's people sign on outside: as the owners stated it, else as the host was told; and what is asked of this one. */
export const deskFor = (vault: Vault, { people, session, card }: Pick<Signed, 'people' | 'session' | 'card'>) => ({
  origin: people.keys.demand === undefined ? (vault.desks.get(people.practice) ?? null) : people.keys.demand.desk,
  level: askedOf(vault, people, session) ?? null,
  citizen: card?.kind === 'patient',
});

export interface Reached {
  /** The level of assurance that this practice asks for and the session does not reach; null where it may go on with what was asked. */
  readonly lack: AssuranceLevel | null;
  /** The level that recovery sheets stand for at this endpoint; null where nobody needed any. */
  readonly raised: AssuranceLevel | null;
}
const NOTHING_ASKED: Reached = { lack: null, raised: null };

export async function reachedBy(
  vault: Vault,
  people: People,
  who: Who,
  endpoint: EndpointName | undefined,
): Promise<Reached> {
  const { session, organisation } = who;
  const { practice } = people;
  const at = vault.clock();
  const minimum = askedOf(vault, people, who);
  if (minimum === undefined) return NOTHING_ASKED;
  const { level, recovered } = await vault.storage.read((tx) => levelAt(tx, practice, session, at));
  // What a partner says of its people counts as far as the owners said in the partner fact that they take its word.
  const counts = organisation === null || accepted(people, organisation, level, at);
  if (reachesLevel(counts ? level : OWN_LEVEL, minimum)) return NOTHING_ASKED;
  const stands = recovered && organisation === null && endpoint !== undefined && 'recovered' in ENDPOINTS[endpoint];
  return stands ? { lack: null, raised: minimum } : { lack: minimum, raised: null };
}

export const namesDossier = ({ payload }: Statement): boolean => 'dossier' in payload && payload.dossier !== null;

/** What sheets stand for changes who may do what here: no dossier, and no word that opens at a partner. Throws `vault/identity-needed`. */
export function keepToPeople({ raised }: Reached, statements: readonly Statement[]): void {
  const vouches = ({ payload }: Statement) => payload.t === 'fact' && isVouched(payload);
  if (raised !== null && statements.some((one) => namesDossier(one) || vouches(one))) throw identityNeeded(raised);
}

/** Do the owners take this partner's word for that level, in every fact about it that stands? */
function accepted(people: People, organisation: OrganisationId, level: AssuranceLevel, at: Instant): boolean {
  const facts = people.keys.partners(at).filter((fact) => fact.organisation === organisation);
  return facts.length > 0 && facts.every(({ accepts = [] }) => accepts.includes(level));
}

/** Of a partner's person: in force, made before now, and not longer than a session lives. Citizens are at home at their own practice. */
export const isAssurance = ({ at: made, until, means, subject, pin }: Assurance, at: Instant): boolean =>
  means !== 'eid' &&
  pin === undefined &&
  subject === undefined &&
  made <= plus(at, ASSURANCE_FRESH) &&
  at < until &&
  until <= plus(made, SESSION_LIFE);

/** What a guest brought of how sure their organisation is: a line that names it by its hash, and the session's level until it ends. */
export async function takeGuestLevel(
  vault: Vault,
  people: People,
  who: { readonly session: SessionRow['session']; readonly person: PersonId; readonly organisation: OrganisationId },
  statement: Statement<'assurance'>,
): Promise<void> {
  const { practice } = people;
  const { session, person, organisation } = who;
  const { level, means, until } = statement.payload;
  await append(vault, {
    practice,
    log: people.log,
    request: null,
    keys: [`session/${session}`],
    plan: async () => ({
      common: ownCommon(vault, practice, {
        ...{ event: 'identity', action: 'E', class: 'session', outcome: 'success' },
        ...{ actor: person, organisation },
      }),
      items: [item({ kind: 'object', object: statement.hash, checks: SIGNED_CHECKS })],
      effect: async (write, { index, entry }) => {
        await putStatements(write, practice, [{ statement, dossier: null, directory: false, line: index, item: 0 }]);
        const row = { practice, session, level, means, at: entry.common.at, until, statement: statement.hash };
        await write
          .deleteFrom('session_level')
          .where('practice', '=', practice)
          .where('session', '=', session)
          .execute();
        await write.insertInto('session_level').values(row).execute();
      },
    }),
  });
}

/** For people of the practice: they are known, and need to know what to do. */
export const identityNeeded = (level: AssuranceLevel): Error =>
  vaultError('identity-needed', `this practice asks for proof of identity at level ${level}; sign on with it first`, {
    detail: { reason: level },
  });

/** Is this about this very session and person, new, fresh, and not longer than it may be? */
function fits({ payload }: Statement<'assurance'>, signed: Signed, at: Instant): boolean {
  const { practice, session } = signed;
  const { practice: own, person, session: named, at: made, until, pin }: Assurance = payload;
  return (
    // Made for the desk, by whoever held a telephone there: it says who somebody is, and opens nothing.
    pin === undefined &&
    isTheirs(payload, signed) &&
    own === practice &&
    named === session.session &&
    person === session.person &&
    Math.abs(at - made) <= ASSURANCE_FRESH &&
    at < until &&
    until <= plus(made, SESSION_LIFE)
  );
}

/** A patient by the one sign-on that two people pinned, at the level asked for; whoever works here by the means of who works here. */
function isTheirs({ means, subject, level }: Assurance, { people, session, card }: Signed): boolean {
  if (card?.kind !== 'patient') return means !== 'eid' && subject === undefined;
  const asked = eidOf(people, session.person);
  return asked !== undefined && means === 'eid' && subject === asked.subject && reachesLevel(level, asked.level);
}

/** Takes the agent's word of it. Whatever is wrong with it is one refusal, and a line. */
export async function identify(vault: Vault, signed: Signed, { assurance }: z.infer<typeof identifySession>['body']) {
  const { practice, people, session, request } = signed;
  const read = (): Statement<'assurance'> | undefined => {
    try {
      return expectType(statementFromWire(assurance), 'assurance');
    } catch {
      return undefined;
    }
  };
  const statement = read();
  const at = vault.clock();
  const genuine = statement !== undefined && (await people.keys.verify(statement, at));
  const line = await append(vault, {
    practice,
    log: people.log,
    request,
    keys: [`session/${session.session}`],
    plan: async (tx, now) => {
      const seen =
        statement !== undefined &&
        (await tx
          .selectFrom('session_level')
          .select('session')
          .where('practice', '=', practice)
          .where('statement', '=', statement.hash)
          .executeTakeFirst()) !== undefined;
      const good = genuine && !seen && fits(statement, signed, now);
      const common = commonOf(vault, people, request, now, {
        event: good ? 'identity' : 'attempt',
        action: 'E',
        outcome: good ? 'success' : 'refused',
        reason: good ? null : 'not-authenticated',
      });
      if (!good) return { common, items: [] };
      const { level, means, until } = statement.payload;
      return {
        common,
        // The line names the agent's word by its hash, so that nobody can put another one in its place.
        items: [item({ kind: 'object', object: statement.hash, checks: SIGNED_CHECKS })],
        effect: async (write, { index }) => {
          // Kept whole: who audits the line later can see the level, and whose word it was.
          await putStatements(write, practice, [{ statement, dossier: null, directory: false, line: index, item: 0 }]);
          await write
            .deleteFrom('session_level')
            .where('practice', '=', practice)
            .where('session', '=', session.session)
            .execute();
          await write
            .insertInto('session_level')
            .values({ practice, session: session.session, level, means, at: now, until, statement: statement.hash })
            .execute();
        },
      };
    },
  });
  if (statement === undefined || line.entry.common.outcome !== 'success') throw refused();
  const { level, until } = statement.payload;
  return { session: session.session, level, until };
}
