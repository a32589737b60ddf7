/** Who reads a dossier as the patient or for them, as the verified directory says (docs/spec/own.md): granted at this sync. */

import type { DossierId, FactId, Instant, PersonId, TeamId } from '@ketenkluis/base';
import type { KeyDirectory } from '@ketenkluis/seal';

export interface Owns {
  readonly of: ReadonlyMap<
    DossierId,
    readonly { readonly team: TeamId; readonly fact: FactId; readonly person: PersonId }[]
  >;
  readonly keys: ReadonlyMap<TeamId, { readonly epoch: number; readonly kem: string }>;
  /** Was it a patient's team, and is it none any more? What was sealed for it is sealed afresh. */
  readonly isOver: (team: TeamId) => boolean;
}

export function ownsNow(people: KeyDirectory, at: Instant): Owns {
  const live = people.owns(at).flatMap(({ id: fact, dossier, team, person }) => {
    const epoch = people.epochOf(team)?.payload;
    return epoch === undefined ? [] : [{ dossier, team, fact, person, epoch: epoch.number, kem: epoch.kem }];
  });
  const keys = new Map(live.map(({ team, epoch, kem }) => [team, { epoch, kem }]));
  const grants = live.map(({ dossier, team, fact, person }) => ({ dossier, grant: { team, fact, person } }));
  const of = new Map(
    [...Map.groupBy(grants, ({ dossier }) => dossier)].map(([dossier, all]) => [
      dossier,
      all.map(({ grant }) => grant),
    ]),
  );
  return { of, keys, isOver: (team) => people.wasOwnTeam(team) && !keys.has(team) };
}
