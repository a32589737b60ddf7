/** What a patient, or who stands in for them, reads: their own dossier and its log (docs/spec/own.md). Checked like every other look. */

import type { DossierId, Instant } from '@ketenkluis/base';
import { ownDossiers } from '@ketenkluis/protocol';
import type { z } from 'zod';
import type { About } from './annex.ts';
import { type Audit, audit } from './audit.ts';
import { clientError } from './errors.ts';
import { type OpenedDossier, openDossier } from './look.ts';
import type { Session } from './session.ts';

export type OwnDossier = z.infer<typeof ownDossiers>['dossiers'][number];

/** How this person stands in the annex of what they ask. */
export const whoIs = ({ as }: Pick<OwnDossier, 'as'>): About =>
  as === 'patient'
    ? { role: { code: 'patient', text: 'patiënt' }, purpose: 'eigen dossier' }
    : { role: { code: 'representative', text: 'vertegenwoordiger' }, purpose: 'dossier van wie ik vertegenwoordig' };

/**
 * The dossiers of this person; none for whoever is no patient here. Throws `client/state-unexplained` where the vault leaves out one that
 * two people of the practice said is theirs.
 */
export async function ownDossiersOf(session: Session): Promise<readonly OwnDossier[]> {
  const { dossiers } = await session.call('own', ownDossiers);
  const shown = new Set(dossiers.map(({ own }) => own));
  const hidden = async (fresh: boolean) =>
    (await session.people(fresh))
      .owns(session.now())
      .some(({ id, person }) => person === session.person && !shown.has(id));
  // One that has ended since this device last asked stands there no more.
  if ((await hidden(false)) && (await hidden(true)))
    throw clientError('state-unexplained', 'the vault leaves out a dossier of this person');
  return dossiers;
}

/** Opens every part that is granted now. One request, one line. */
export async function openOwn(session: Session, own: OwnDossier): Promise<OpenedDossier> {
  const { dossier, handles, facts } = own;
  return await openDossier(session, { dossier, handles, facts: [own.own, ...facts], class: 'own', about: whoIs(own) });
}

/** Who looked, each line proved; `annex` where the looker sealed one for this person. */
export async function ownLog(
  session: Session,
  own: Pick<OwnDossier, 'dossier' | 'as'>,
  period: { readonly from?: Instant; readonly until?: Instant } = {},
): Promise<Audit> {
  const dossier: DossierId = own.dossier;
  return await audit(session, { dossier, ...period, class: 'own', about: whoIs(own) });
}
