/** Where a practice's records come from: a folder, one file, or standard input. */

import type { Rejection, SourceFile } from '@ketenkluis/fhir';

export interface Source {
  /** Files in a fixed order, the same each time. */
  readonly files: readonly SourceFile[];
  /** What is left out before any file is opened: links out of the folder, what is no file. */
  readonly findings: readonly Rejection[];
  /** Folders that other users of this computer can read. */
  readonly loose: readonly string[];
  /** Bytes of all files together, for the time left; 0 when unknown. */
  readonly bytes: number;
  close(): Promise<void>;
}
