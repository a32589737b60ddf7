/** The practice's partners as its people see them: pinned, with verified keys, ended by one owner. */

import type { Instant, OrganisationId, PersonId } from '@ketenkluis/base';
import { partners as partnersMessage, wireStatement } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  type FactOf,
  type KeyDirectory,
  signersOf,
  signStatement,
  statementFromWire,
  statementsToWire,
} from '@ketenkluis/seal';
import { z } from 'zod';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import { profilesOf } from './names.ts';
import { type CardTeam, partnerFingerprint, placeOf } from './partner-card.ts';
import type { DirectoryWire } from './partner-keys.ts';
import { cardName } from './partner-proposal.ts';
import { settleOutward } from './proposals.ts';
import type { Session } from './session.ts';
import type { Place } from './wire.ts';

export interface Partner {
  readonly organisation: OrganisationId;
  readonly fact: FactOf<'partner'>;
  readonly since: Instant;
  /** Who compared the fingerprint and signed. */
  readonly signers: readonly PersonId[];
  /** Its keys, or null while this vault has not been shown them ("nog niet gekoppeld"). */
  readonly keys: KeyDirectory | null;
  /** From the owners' profile or the staff directory; null where this person can read neither. */
  readonly profile: PartnerProfile | null;
  readonly fingerprint: readonly string[] | null;
  /** Its own vault, to visit; null where it is not known. */
  readonly place: Place | null;
}
export interface PartnerProfile {
  readonly name: string;
  readonly ura: string;
  readonly proof: string;
  readonly origin: string;
  readonly teams: readonly CardTeam[];
}

/**
 * The live partners. `named`: those of the staff directory (`DirectoryContent.partners`), for people to whom no owner sealed a profile.
 */
export async function partnersOf(
  session: Session,
  named: readonly (PartnerProfile & { readonly organisation: OrganisationId })[] = [],
): Promise<readonly Partner[]> {
  const people = await session.people(true);
  const now = session.now();
  const live = people.partners(now);
  if (live.length === 0) return [];
  session.forgetMe();
  const profiles = await profilesOf(session);
  const { partners } = await session.call('partners', partnersMessage);
  return live.map((fact): Partner => {
    const { organisation, authority, log } = fact;
    const said = profiles.get(organisation) ?? named.find((one) => one.organisation === organisation) ?? null;
    const shown = partners.find((one) => one.organisation === organisation);
    const statement = shown === undefined ? null : statementFromWire(shown.fact, batchesFromWire(shown.batches));
    const same = statement?.payload.t === 'fact' && statement.payload.id === fact.id;
    const keys = people.partnerAt(organisation, now)?.directory ?? null;
    const first = shown?.statements[0];
    const root = first && keys ? statementFromWire(first, batchesFromWire(shown!.batches)).hash : null;
    const profile =
      said === null
        ? null
        : { name: said.name, ura: said.ura, proof: said.proof, origin: said.origin, teams: said.teams };
    return {
      ...{ organisation, fact, since: fact.from, keys, profile },
      signers: same && statement ? (signersOf(statement) as PersonId[]) : [],
      fingerprint: profile && partnerFingerprint({ organisation, authority, log, ...profile }),
      place:
        profile && root ? placeOf({ organisation, origin: profile.origin, log, root, teams: profile.teams }) : null,
    };
  });
}

/** An owner shows the vault a partner's directory, as its card holds it. Throws `client/refused` where no live fact names it. */
export async function showPartnerKeys(
  session: Session,
  organisation: OrganisationId,
  { statements, batches }: DirectoryWire,
): Promise<void> {
  await change(session, {
    ...{ endpoint: 'partner-directory', class: 'admin', items: [], annexed: false },
    body: { organisation, statements, batches },
  });
  await session.people(true);
}

const keptCard = z.strictObject({ statements: z.array(wireStatement), batches: z.array(wireStatement) });

/**
 * What this owner proposed and a second person has signed since: it goes into the log, where that person could not put it, and the keys
 * of its card go to the vault. To be called at sign-in and wherever partners are looked at; answers how many partners can be referred to
 * from now on.
 */
export async function couplePartners(session: Session): Promise<number> {
  const known = await session.people();
  if (!(known.authority?.owners.some(({ person }) => person === session.person) ?? false)) return 0;
  await settleOutward(session);
  const people = await session.people(true);
  const now = session.now();
  const { storage } = session.wire.ports;
  let coupled = 0;
  for (const { organisation } of people.partners(now)) {
    const name = cardName(session, organisation);
    const kept = keptCard.safeParse(await storage.get(name));
    if (!kept.success) continue;
    if (people.partnerAt(organisation, now) === undefined) {
      await showPartnerKeys(session, organisation, kept.data);
      coupled += 1;
    }
    await storage.delete(name);
  }
  return coupled;
}

/** One owner ends a partner: everything that rests on it is refused from that line on. */
export async function endPartner(session: Session, organisation: OrganisationId): Promise<void> {
  const people = await session.people(true);
  const fact = people.partners(session.now()).find((one) => one.organisation === organisation);
  if (fact === undefined) throw clientError('refused', 'this organisation is no partner now');
  const withdrawal = await signStatement(
    {
      ...{ t: 'withdrawal', v: 1, suite: 1, practice: session.practice, fact: fact.id, dossier: null },
      at: session.now(),
    },
    session.keys().signer,
  );
  await change(session, {
    ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
    body: { ...statementsToWire([withdrawal]), wraps: [] },
  });
  await session.people(true);
}
