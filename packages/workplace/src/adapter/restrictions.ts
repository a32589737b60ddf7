/** What a patient shut, for who recorded it and for owners (docs/spec/access.md, "Restriction"). */

import { type DossierId, type FactId, isId } from '@ketenkluis/base';
import { type Restriction as ClientRestriction, liftRestriction, restrictionsOf } from '@ketenkluis/client';
import type { AccessSide, Restriction, Text } from '../model.ts';
import { about, type Inside, nameOf, teamName, UNNAMED } from './inside.ts';
import { partName, rowOf } from './lists.ts';
import { partnerName, partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';

const KINDS = ['organisation', 'team', 'person'] as const;

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
    };
  });
}

async function lift(inside: Inside, dossier: DossierId, fact: FactId): Promise<void> {
  const row = await rowOf(inside, dossier);
  const why = about(inside, 'de patiënt heft een beperking op');
  await liftRestriction(inside.session, { dossier, facts: row.facts.slice(0, 16), fact, about: why });
}

export const restrictionSide = ({ open }: Surroundings): Pick<AccessSide, 'restrictions' | 'lift'> => ({
  restrictions: (dossier) => open((now) => shown(now, dossier)),
  lift: (dossier, fact) => open((now) => lift(now, dossier, fact)),
});
