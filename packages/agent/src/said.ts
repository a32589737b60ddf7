/**
 * The practice's book of what patients said of who may see what (docs/spec/register.md; R30, R32). An objection here outweighs an answer
 * of Mitz and everything that is assumed; it opens nothing.
 */

import { type ConsentAsked, mayBeAssumed, type Said } from '@ketenkluis/access';
import type { DossierId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { ROLES } from '@ketenkluis/care';
import type { KeyDirectory } from '@ketenkluis/seal';
import type { LiveDossier, PatientRecord, Register } from './register.ts';

/** Writes one version down; nothing that was said before goes. False: no such patient, or the book of this patient is full. */
export function writeSaid(register: Register, patient: string, said: Said): boolean {
  const record = register.patients[patient];
  const before = record?.said ?? [];
  if (record === undefined || before.length >= 500) return false;
  record.said = [...before, { ...said, holder: { ...said.holder }, consulter: { ...said.consulter } }];
  return true;
}

export const saidBy = (register: Register, patient: string): readonly Said[] => register.patients[patient]?.said ?? [];

/**
 * Does this word mean this partner? By the roles of its teams, as an owner said when it was pinned; a word that is no role, or a partner
 * that nobody described, may mean it.
 */
const means = (register: Register, organisation: OrganisationId, category: string): boolean => {
  const roles = register.partners.find((one) => one.organisation === organisation)?.teams.map(({ role }) => role);
  return roles === undefined || roles.includes(category) || !Object.hasOwn(ROLES, category);
};

/**
 * Does an objection of this patient cover this partner? Which data, and which kind of holder it named, is not weighed: where an objection
 * leaves a doubt, nothing is assumed.
 */
export function objects(register: Register, record: PatientRecord, organisation: OrganisationId): boolean {
  const { organisation: practice } = register.practice;
  const told = 0 as ConsentAsked['holder']['categories'][number]['told'];
  return (record.said ?? []).some((one) => {
    const asked: ConsentAsked = {
      holder: {
        organisation: practice,
        categories: 'category' in one.holder ? [{ category: one.holder.category, told }] : [],
      },
      data: one.data ?? '',
      consulter: {
        organisation,
        categories:
          'category' in one.consulter && means(register, organisation, one.consulter.category)
            ? [{ category: one.consulter.category, told }]
            : [],
      },
    };
    return !mayBeAssumed(record.said ?? [], asked);
  });
}

/** What this sync takes of assumed consent: steps that carry no more, and for whom nothing may be assumed, by dossier. */
export interface Assuming {
  /** Steps whose setting has gone, whose patient objects, or which rest on what somebody said who reads the dossier no more. */
  readonly unassumed: ReadonlySet<string>;
  readonly objected: ReadonlyMap<DossierId, readonly TeamId[]>;
}

export function assumingNow(
  register: Register,
  live: (dossier: DossierId) => LiveDossier | null,
  people: KeyDirectory,
  at: Instant,
): Assuming {
  const unassumed = new Set<string>();
  const objected = new Map<DossierId, readonly TeamId[]>();
  const owns = new Set<string>(people.owns(at).map(({ id }) => id));
  for (const record of Object.values(register.patients)) {
    if (record.enrolment?.state !== 'enrolled') continue;
    const { dossier } = record.enrolment.ids;
    const shut = people
      .partners(at)
      .filter(({ organisation }) => objects(register, record, organisation))
      .flatMap(({ teams }) => teams);
    if (shut.length > 0) objected.set(dossier, shut);
    for (const { fact, team, assumed, through } of live(dossier)?.handed ?? []) {
      if (through?.every((own) => !owns.has(own))) unassumed.add(fact);
      if (assumed === undefined) continue;
      const lists = people.assumptionAt(assumed, at)?.teams.includes(team) === true;
      if (!lists || people.partnerOf(team, at) === undefined || shut.includes(team)) unassumed.add(fact);
    }
  }
  return { unassumed, objected };
}
