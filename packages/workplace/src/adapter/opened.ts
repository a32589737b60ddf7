/** A dossier that stands on no list of this person: handed over, or opened in an emergency. Its name is in it. */

import type { DossierId } from '@ketenkluis/base';
import { type CareRecord, type ProgrammeId, parseRecords, type RoleId } from '@ketenkluis/care';
import { type OpenedDossier, readContent, scopeContent } from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { DeniedPart, Dossier, Text } from '../model.ts';
import { dossier as dossierView } from './care-view.ts';

export interface Shown {
  readonly dossier: DossierId;
  /** Where the caller said who it is; else it is read from the parts. */
  readonly name?: string;
  readonly birthDate?: string | null;
  readonly roles: readonly RoleId[];
  readonly emergency?: boolean;
  readonly partName?: (handle: string | null) => Text | null;
}

/** Throws `denied` when no part opened. */
export function openedView(opened: OpenedDossier, of: Shown): Dossier {
  const records: CareRecord[] = [];
  const programmes = new Set<ProgrammeId>();
  let asOf: Dossier['asOf'] | null = null;
  const denied: DeniedPart[] = [];
  for (const part of opened.parts) {
    if (part.outcome === 'deny') {
      denied.push({ part: of.partName?.(part.handle) ?? null, reason: part.reason });
      continue;
    }
    if (part.envelope.type !== 'fhir') continue;
    const content = readContent(scopeContent, part.content);
    records.push(...parseRecords(content.records));
    for (const id of content.programmes) programmes.add(id as ProgrammeId);
    if (asOf === null || content.asOf > asOf) asOf = content.asOf;
  }
  if (asOf === null) {
    throw workplaceError('denied', 'no part of this opens', { detail: { reason: denied[0]?.reason ?? 'unknown' } });
  }
  const identity = records.find((record) => record.kind === 'identity');
  const name = of.name ?? (identity === undefined ? '' : `${identity.family ?? ''}, ${identity.given ?? ''}`);
  const birthDate = of.birthDate ?? identity?.birthDate;
  return dossierView({
    row: {
      ...{ dossier: of.dossier, name, programmes: [...programmes], due: [], classes: {}, handles: [], facts: [] },
      ...(birthDate === undefined ? {} : { birthDate }),
    },
    ...{ records, asOf, denied, confirmation: opened.confirmation, notes: [], mayWrite: false, roles: of.roles },
    emergency: of.emergency ?? false,
  });
}
