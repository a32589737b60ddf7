/** What a patient shut, for who recorded it and for owners (docs/spec/access.md, "Restriction"). */

import { type DossierId, type FactId, isId, type PersonId } from '@ketenkluis/base';
import {
  agreeToLift,
  type Restriction as ClientRestriction,
  liftRestriction,
  mayAskToLift,
  proposeLift,
  restrictionsOf,
  waitingProposals,
} from '@ketenkluis/client';
import type { Hash } from '@ketenkluis/seal';
import type { AccessSide, LiftAsked, Restriction, Text } from '../model.ts';
import { about, type Inside, nameOf, teamName, UNNAMED } from './inside.ts';
import { partName, rowOf } from './lists.ts';
import { partnerName, partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';

const KINDS = ['organisation', 'team', 'person'] as const;

/** What owners asked of each other here, by restriction. */
async function askedOf({ session, names, me }: Inside, dossier: DossierId): Promise<Map<FactId, LiftAsked>> {
  const who = (person: PersonId) => nameOf(names, person)?.name ?? UNNAMED;
  const asked = new Map<FactId, LiftAsked>();
  for (const one of await waitingProposals(session)) {
    if ('broken' in one || one.what !== 'lift' || one.dossier !== dossier) continue;
    asked.set(one.fact, {
      ...{ id: one.hash, by: who(one.by), mine: one.by === me.person, until: one.until, stale: one.stale },
      ...{ signed: one.signers.map(who), signedByMe: one.signers.includes(me.person), needed: one.threshold },
    });
  }
  return asked;
}

async function shown(inside: Inside, dossier: DossierId): Promise<Restriction[]> {
  const row = await rowOf(inside, dossier);
  const { session, names, me } = inside;
  const facts = row.facts.slice(0, 16);
  const found = await restrictionsOf(session, { dossier, facts, about: about(inside, 'wat de patiënt afsloot') });
  const partners = found.some(({ fact }) => isId('organisation', fact.excluded)) ? await partnersSeen(inside) : [];
  const whom = ({ fact: { excluded } }: ClientRestriction): string | null => {
    if (isId('organisation', excluded)) {
      const partner = partners.find(({ organisation }) => organisation === excluded);
      return partner === undefined ? null : partnerName(partner);
    }
    if (isId('team', excluded)) return teamName(names, excluded);
    return isId('person', excluded) ? (nameOf(names, excluded)?.name ?? null) : null;
  };
  const together = new Set<FactId>();
  for (const one of found) if (await mayAskToLift(session, one)) together.add(one.fact.id);
  const asked = together.size > 0 ? await askedOf(inside, dossier) : new Map<FactId, LiftAsked>();
  return found.map((one) => {
    const { fact } = one;
    const parts = new Map<string, Text>();
    for (const handle of fact.handles ?? []) {
      const name = partName(row, handle);
      if (name !== null) parts.set(name.nl, name);
    }
    return {
      id: fact.id,
      kind: KINDS.find((kind) => isId(kind, fact.excluded)) ?? 'outside',
      whom: whom(one),
      parts: fact.handles === null ? null : [...parts.values()],
      by: fact.by === undefined ? null : (nameOf(names, fact.by)?.name ?? UNNAMED),
      ...{ mine: fact.by === me.person, since: fact.from, until: fact.until, mayLift: one.mayLift },
      ...{ mayAsk: together.has(fact.id), asked: asked.get(fact.id) ?? null },
    };
  });
}

/** What the row lets this person stand on, and why. */
async function atRequest(inside: Inside, dossier: DossierId) {
  const row = await rowOf(inside, dossier);
  return { dossier, facts: row.facts.slice(0, 16), about: about(inside, 'de patiënt heft een beperking op') };
}

type Side = Pick<AccessSide, 'restrictions' | 'lift' | 'askLift' | 'agreeLift'>;
export const restrictionSide = ({ open }: Surroundings): Side => ({
  restrictions: (dossier) => open((now) => shown(now, dossier)),
  lift: (dossier, fact) =>
    open(async (now) => void (await liftRestriction(now.session, { ...(await atRequest(now, dossier)), fact }))),
  askLift: (dossier, fact) =>
    open(async (now) => void (await proposeLift(now.session, { ...(await atRequest(now, dossier)), fact }))),
  agreeLift: (dossier, asked) =>
    open(async (now) => agreeToLift(now.session, { ...(await atRequest(now, dossier)), proposal: asked as Hash })),
});
