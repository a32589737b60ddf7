/** Node's own SHA-256: a line of the log is dozens of small hashes, and a check of a year's log millions. */

import { hash } from 'node:crypto';
import { bringSha256 } from '@ketenkluis/ledger';

/** For this process. */
export const bringNative = (): void => bringSha256((bytes) => new Uint8Array(hash('sha256', bytes, 'buffer')));
