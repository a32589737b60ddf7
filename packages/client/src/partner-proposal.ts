/**
 * A partner, proposed by one owner and signed by a second person who compared the same fingerprint (docs/spec/partners.md, "Partner
 * fact"): the one statement is built from nothing but what the fingerprint covers.
 */

import { type Instant, newId, type OrganisationId, type PersonId } from '@ketenkluis/base';
import { type AssuranceLevel, type FactOf, type KeyDirectory, type Statement, signStatement } from '@ketenkluis/seal';
import { clientError } from './errors.ts';
import { openProfile, type Profile, sealProfile, signProfile } from './names.ts';
import { type CardTeam, isPlainName, LOG_ROLE, type PartnerCard, partnerFingerprint } from './partner-card.ts';
import { bad, type Open, proposeAll } from './proposing.ts';
import type { Session } from './session.ts';

export interface ProposedPartner {
  readonly organisation: OrganisationId;
  readonly fact: FactOf<'partner'>;
  /** Null when no owner said who this is in a way that this person can read: then there is nothing to compare. */
  readonly profile: Profile | null;
  /** Twelve groups of four digits. */
  readonly fingerprint: readonly string[] | null;
}

/** Another owner, a trustee or a professional may be the second person. */
export function maySecond(people: KeyDirectory, person: string, at: Instant): boolean {
  const kind = people.cardOf(person, at)?.kind;
  return kind === 'professional' || kind === 'trustee';
}

const referable = (teams: readonly CardTeam[]) => teams.filter(({ role }) => role !== LOG_ROLE).map(({ team }) => team);

async function put(
  session: Session,
  said: Profile,
  of: Pick<FactOf<'partner'>, 'authority' | 'log' | 'accepts'>,
): Promise<void> {
  const at = session.now();
  const profile = await signProfile(session, said, at);
  const fact: FactOf<'partner'> = {
    ...{ t: 'fact', v: 1, suite: 1, kind: 'partner', id: newId('fact', session.wire.ports.random) },
    ...{ practice: session.practice, organisation: said.partner, authority: of.authority, log: of.log },
    ...{ teams: referable(said.teams), profile: profile.hash, from: at, until: null },
    ...(of.accepts === undefined ? {} : { accepts: of.accepts }),
  };
  const statements = [await signStatement(fact, session.keys().signer)];
  const names = await sealProfile(session, profile);
  await proposeAll(session, statements, { at, join: null, names, wraps: [] });
}

/** Where the card waits until its fact is live. */
export const cardName = (session: Session, organisation: OrganisationId) =>
  `partner-card:${session.practice}:${organisation}`;

/**
 * An owner who compared the fingerprint proposes the partner to a second person. `proof` says how it was shown that the URA is theirs.
 * `accepts`: which levels count when this partner says how sure it is of its people (R26); none when left out. The card's keys stay on this
 * device until they can be shown to the vault. Throws `client/bad-partner-card` where nobody can be
 * referred to.
 */
export async function proposePartner(
  session: Session,
  card: PartnerCard,
  { proof, accepts = [] }: { readonly proof: string; readonly accepts?: readonly AssuranceLevel[] },
): Promise<'proposed'> {
  await session.people(true);
  if (card.organisation === session.practice || referable(card.teams).length === 0) {
    throw clientError('bad-partner-card', 'this is the own card, or one without a team to refer to');
  }
  const { organisation: partner, name, ura, origin, authority, log } = card;
  const teams = card.teams.map((team) => ({ ...team }));
  const levels = accepts.length === 0 ? {} : { accepts: [...accepts] };
  await put(session, { partner, name, ura, proof, origin, teams }, { authority, log, ...levels });
  await session.wire.ports.storage.set(cardName(session, partner), card.wire);
  return 'proposed';
}

/** On the directory as it stands now. */
export async function proposeAgain(session: Session, { profile, fact }: ProposedPartner): Promise<void> {
  if (profile === null) throw bad('only its proposer makes a proposal anew');
  await put(session, profile, fact);
}

/** One partner fact, and a profile that says the same. Throws `client/bad-proposal`. */
export async function readProposedPartner(
  session: Session,
  people: KeyDirectory,
  of: {
    readonly by: PersonId;
    readonly at: Instant;
    readonly statements: readonly Statement[];
    readonly open: Open;
  },
): Promise<ProposedPartner> {
  const [first, ...more] = of.statements;
  const fact = first?.payload;
  if (fact?.t !== 'fact' || fact.kind !== 'partner' || more.length + of.open.wraps.length > 0) {
    throw bad('this version proposes new colleagues and partners only');
  }
  const { organisation } = fact;
  if (organisation === session.practice || fact.until !== null || fact.from !== of.at) {
    throw bad('a partner is another organisation, from now on');
  }
  const reader = session.person;
  const key = session.keys().kem;
  const profile = await openProfile({ people, names: of.open.names, reader, key, fact });
  if (profile !== null && referable(profile.teams).join() !== fact.teams.join()) {
    throw bad('what the owner says of this partner is not what would be signed');
  }
  if (profile !== null && ![profile, ...profile.teams].every(({ name }) => isPlainName(name)))
    throw bad('this partner has a name that looks like another one');
  const { authority, log } = fact;
  const fingerprint = profile === null ? null : partnerFingerprint({ organisation, authority, log, ...profile });
  return { organisation, fact, profile, fingerprint };
}
