/** The account that `demo` prints: each number is measured in this run, each failed promise named. */

import { fromBase64url, isId } from '@ketenkluis/base';
import { parseWorklist } from '@ketenkluis/care';
import {
  audit,
  openDossier,
  openList,
  readContent,
  type Session,
  scopeContent,
  worklistContent,
} from '@ketenkluis/client';
import { parseVkey, verifyLedger } from '@ketenkluis/ledger';
import { createVerifier } from '@ketenkluis/seal';
import { fetchedLog } from './log-folder.ts';

export type PromiseId = 'P1' | 'P2' | 'P3' | 'P4' | 'P5';
export interface Failure {
  readonly promise: PromiseId;
  readonly why: string;
}

export interface Account {
  readonly practice: { readonly patients: number };
  readonly selected: { readonly patients: number; readonly byProgramme: Readonly<Record<string, number>> };
  /** JSON scalar leaves of the resources that were parsed. */
  readonly fields: { readonly kept: number; readonly dropped: number };
  readonly sealed: { readonly packs: number; readonly bytes: number };
  readonly opened: { readonly dossier: string; readonly scopes: readonly string[]; readonly resources: number };
  readonly ledger: {
    readonly size: number;
    readonly inclusionVerified: boolean;
    readonly consistencyVerified: boolean;
  };
  readonly hostScan: {
    readonly tokens: number;
    /** Left out: an idle vault already held them before the sync. */
    readonly ambient: number;
    readonly hits: number;
    readonly memory: number;
  };
  readonly seconds: number;
  readonly failed: readonly Failure[];
}

/** The nurse opens her list and its fullest dossier, as the workplace does: one request, one line, all checks. */
export async function openOne(nurse: Session): Promise<Account['opened']> {
  const list = await openList(nurse, 'worklist');
  const { rows } = parseWorklist(readContent(worklistContent, list.content).list);
  const row = rows.toSorted((a, b) => b.handles.length - a.handles.length)[0];
  if (row === undefined) return { dossier: '', scopes: [], resources: 0 };
  const opened = await openDossier(nurse, {
    dossier: row.dossier,
    handles: row.handles.map(({ handle }) => handle),
    facts: row.facts,
    about: { purpose: 'controle' },
  });
  const scopes = opened.parts.flatMap((part) =>
    part.outcome === 'permit' && part.envelope.type === 'fhir' ? [readContent(scopeContent, part.content)] : [],
  );
  return {
    dossier: row.dossier,
    scopes: scopes.map(({ scope }) => scope),
    resources: scopes.reduce((sum, { records }) => sum + records.length, 0),
  };
}

/**
 * As a stranger with the log's public key: every leaf from its line, the root, that the log only grew since the nurse looked, and
 * that her look stands in it with everything else about that dossier.
 */
export async function proveLog(
  owner: Session,
  nurse: { readonly session: Session; readonly dossier: string },
): Promise<{ readonly ledger: Account['ledger']; readonly failed: Failure[] }> {
  const failed: Failure[] = [];
  const fail = (why: string) => failed.push({ promise: 'P3', why });
  const { origin, key } = owner.wire.place.pins.log;
  const early = await nurse.session.seen();
  const shown = isId('dossier', nurse.dossier) ? await audit(owner, { dossier: nurse.dossier }) : null;
  const look = shown?.lines.some(
    ({ event, who, verified }) => event === 'release' && who === nurse.session.person && verified,
  );
  const inclusionVerified = shown?.complete === true && look === true;
  if (!inclusionVerified) fail('the line of the opened dossier could not be proved');
  const verdict = await verifyLedger({
    ...(await fetchedLog(owner)),
    trust: { log: parseVkey(key) },
    verifier: createVerifier(),
    seen: early === null ? [] : [{ origin, size: early.size, root: fromBase64url(early.root) }],
  });
  const consistencyVerified = verdict.ok && early !== null;
  if (!consistencyVerified) fail(verdict.faults[0]?.message ?? 'the log does not verify');
  return { ledger: { size: verdict.checkpoint?.size ?? 0, inclusionVerified, consistencyVerified }, failed };
}
