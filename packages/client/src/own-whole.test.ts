/** A dossier has ended when its last change left nothing of it (R53): not because it was empty once. */

import type { DossierId } from '@ketenkluis/base';
import { dossierState, type Hash } from '@ketenkluis/seal';
import { expect, it } from 'vitest';
import type { AuditLine } from './audit.ts';
import { hasEnded } from './own-whole.ts';

const dossier = 'dos_aaaaaaaaaaaaaaaaaaaaaaaaaa' as DossierId;
const empty = dossierState(dossier, []);
const full = dossierState(dossier, ['A'.repeat(43) as Hash]);
const line = (index: number, event: string, state: Hash, more: Partial<AuditLine> = {}) =>
  ({
    ...{ index, event, verified: true },
    line: { items: [{ item: { kind: 'state', outcome: 'success', state } }] },
    ...more,
  }) as unknown as AuditLine;
const ended = (...lines: AuditLine[]) => [hasEnded({ lines }, dossier), hasEnded({ lines: lines.reverse() }, dossier)];

it('R53: a host does not end a dossier with a line from when it was empty for a while', () => {
  expect(ended(line(1, 'commit', full), line(4, 'unenrol', empty))).toEqual([true, true]);
  expect(ended(line(1, 'commit', full), line(4, 'drop', empty), line(7, 'commit', full))).toEqual([false, false]);
  // A line that repeats the state changes nothing; one that does not prove ends nothing.
  expect(ended(line(1, 'commit', full), line(4, 'unenrol', empty), line(9, 'release', full))).toEqual([true, true]);
  expect(ended(line(1, 'commit', full), line(4, 'unenrol', empty, { verified: false }))).toEqual([false, false]);
  expect(ended()).toEqual([false, false]);
});
