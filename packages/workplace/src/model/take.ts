/** Who looked, to take along: a file or paper. Each is a line in the log before it is made. */

import type { DossierId } from '@ketenkluis/base';

export const TAKE_KINDS = ['csv', 'xml', 'fhir'] as const;
export type TakeKind = (typeof TAKE_KINDS)[number];
export interface TakenFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

export interface TakeSide {
  /** Nothing is read or made when the line could not be written. */
  file(dossier: DossierId, kind: TakeKind): Promise<TakenFile>;
  /** The line that goes before printing what is on the screen about this dossier. */
  declarePrint(dossier: DossierId): Promise<void>;
}
