/** What goes into the packs of one dossier, in one canonical order, and the fingerprint by which a change is noticed. */

import { createHmac } from 'node:crypto';
import { base64url, fromBase64url, type LocalDate, lengthPrefixed, utf8 } from '@ketenkluis/base';
import {
  type CareRecord,
  emergencySummary,
  type ProgrammeId,
  SCOPE_IDS,
  SCOPES,
  type ScopeId,
  type Selection,
} from '@ketenkluis/care';
import type { Plaintext } from '@ketenkluis/seal';

/** The content of a pack of type `fhir`: minimised records of one scope. */
export interface ScopeContent {
  readonly v: 1;
  readonly scope: ScopeId;
  readonly programmes: readonly ProgrammeId[];
  /** The day to which the practice's records were read when this was sealed. */
  readonly asOf: LocalDate;
  readonly records: readonly CareRecord[];
}

export type ScopeRecords = ReadonlyMap<ScopeId, readonly CareRecord[]>;

/** The copies that the catalogue makes on purpose, added to what was read. */
export function withCopies(read: ScopeRecords, asOf: LocalDate, selection: Selection): ScopeRecords {
  const all = SCOPE_IDS.filter((scope) => !SCOPES[scope].copy).flatMap((scope) => [...(read.get(scope) ?? [])]);
  const emergency = emergencySummary(all, asOf, selection);
  const out = new Map([...read].filter(([scope, records]) => !SCOPES[scope].copy && records.length > 0));
  if (emergency.length > 0) out.set('emergency', emergency);
  return out;
}

/** Records as JSON, sorted by their text: the order of a file says nothing and must change nothing. */
const sortedJson = (records: readonly CareRecord[]): string[] => records.map((record) => JSON.stringify(record)).sort();

export interface Contents {
  readonly scope: ScopeId;
  readonly fingerprint: string;
  /** Words for the patient about the dossier, and no part of the record (legend.ts). */
  readonly legend?: true;
  /** Made when it is sealed, so that unchanged scopes cost a hash only. */
  bytes(asOf: LocalDate): Plaintext;
}

/** Fingerprints under a key that only the agent has: nobody else can tell a guess by its hash. */
export class Fingerprints {
  readonly #key: Uint8Array;
  constructor(key: string) {
    this.#key = fromBase64url(key);
  }
  of(...parts: readonly string[]): string {
    const message = lengthPrefixed(utf8('ketenkluis.fingerprint.v1'), ...parts.map(utf8));
    return base64url(createHmac('sha256', this.#key).update(message).digest());
  }
}

/** One entry per scope that holds something. The day of reading is no part of the fingerprint: a quiet day changes nothing. */
export function contentsOf(
  records: ScopeRecords,
  programmes: readonly ProgrammeId[],
  selection: Selection,
  fingerprints: Fingerprints,
): Contents[] {
  const named = [...programmes].sort();
  return [...records].map(([scope, list]) => {
    const sorted = sortedJson(list);
    return {
      scope,
      fingerprint: fingerprints.of(selection.version, scope, named.join(' '), ...sorted),
      bytes: (asOf) =>
        utf8(
          `{"v":1,"scope":${JSON.stringify(scope)},"programmes":${JSON.stringify(named)},"asOf":${JSON.stringify(asOf)},"records":[${sorted.join(',')}]}`,
        ),
    };
  });
}
