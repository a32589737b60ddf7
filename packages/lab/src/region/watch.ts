/** Those who answer for the practice and open no record: the privacy officer and the care group. */

import type { WorklistRow } from '@ketenkluis/care';
import {
  audit,
  clientError,
  type OverviewContent,
  openDossier,
  openList,
  overviewContent,
  readContent,
  type Session,
} from '@ketenkluis/client';

/** Parts of this patient that open. */
async function partsOf(session: Session, { dossier, handles, facts }: WorklistRow): Promise<number> {
  const { parts } = await openDossier(session, { dossier, facts, handles: handles.map(({ handle }) => handle) });
  return parts.filter(({ outcome }) => outcome === 'permit').length;
}

export interface Checked {
  /** Lines of the log about this patient, and whether every one was proved and none is missing. */
  readonly lines: number;
  readonly proved: boolean;
  readonly parts: number;
}

/** Reads who looked at this patient, and tries to look. */
export async function oversee(officer: Session, row: WorklistRow): Promise<Checked> {
  const { lines, complete } = await audit(officer, { dossier: row.dossier });
  return { lines: lines.length, proved: complete, parts: await partsOf(officer, row) };
}

export interface Shown {
  readonly programmes: OverviewContent['programmes'];
  readonly referrals: OverviewContent['referrals'];
  readonly parts: number;
  readonly looks: 'refused' | 'shown';
}

/** Reads the counts, and tries to look at a patient and at who looked. */
export async function showCounts(group: Session, row: WorklistRow): Promise<Shown> {
  const { content } = await openList(group, 'overview');
  const { programmes, referrals } = readContent(overviewContent, content);
  const looks = await audit(group, { dossier: row.dossier }).then(
    () => 'shown' as const,
    (error: unknown) => {
      if (clientError.is(error, 'refused')) return 'refused' as const;
      throw error;
    },
  );
  return { programmes, referrals, parts: await partsOf(group, row), looks };
}
