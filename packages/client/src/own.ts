/** What a patient, or who stands in for them, reads: their own dossier and its log (docs/spec/own.md). Checked like every other look. */

import type { DossierId, Instant } from '@ketenkluis/base';
import { ownDossiers } from '@ketenkluis/protocol';
import type { z } from 'zod';
import type { About } from './annex.ts';
import { type Audit, audit } from './audit.ts';
import { type OpenedDossier, openDossier } from './look.ts';
import type { Session } from './session.ts';

export type OwnDossier = z.infer<typeof ownDossiers>['dossiers'][number];

/** How this person stands in the annex of what they ask. */
export const whoIs = ({ as }: Pick<OwnDossier, 'as'>): About =>
  as === 'patient'
    ? { role: { code: 'patient', text: 'patiënt' }, purpose: 'eigen dossier' }
    : { role: { code: 'representative', text: 'vertegenwoordiger' }, purpose: 'dossier van wie ik vertegenwoordig' };

/** The dossiers of this person; none for whoever is no patient here. */
export async function ownDossiersOf(session: Session): Promise<readonly OwnDossier[]> {
  return (await session.call('own', ownDossiers)).dossiers;
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
