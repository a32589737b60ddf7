/** Is this request statement meant for this vault, now, once, and for exactly these bytes? (R24; design 5) */

import { type Instant, MINUTE, type OrganisationId, type PersonId, type SessionId } from '@ketenkluis/base';
import type { Hash, Request } from '@ketenkluis/seal';

/** How far a request's time may lie from the vault's clock, either way. */
export const REQUEST_WINDOW = 2 * MINUTE;

export const REQUEST_FAULTS = [
  'wrong-practice',
  'wrong-audience',
  'wrong-person',
  'wrong-session',
  'wrong-action',
  'wrong-class',
  'changed-body',
  'not-fresh',
  'replayed',
] as const;
export type RequestFault = (typeof REQUEST_FAULTS)[number];

export interface Expected {
  readonly practice: OrganisationId;
  /** Origins that this vault answers under. */
  readonly audiences: readonly string[];
  readonly person: PersonId;
  readonly session: SessionId | null;
  readonly action: string;
  readonly classes: readonly Request['class'][];
  readonly body: Hash;
  readonly now: Instant;
  /** The highest counter seen from this device (or agent); -1 when none. */
  readonly counter: number;
}

/** The first thing wrong with the request, or undefined. The signature is checked elsewhere. */
export function requestFault(request: Request, expected: Expected): RequestFault | undefined {
  if (request.practice !== expected.practice) return 'wrong-practice';
  if (!expected.audiences.includes(request.audience)) return 'wrong-audience';
  if (request.person !== expected.person) return 'wrong-person';
  if (request.session !== expected.session) return 'wrong-session';
  if (request.action !== expected.action) return 'wrong-action';
  if (!expected.classes.includes(request.class)) return 'wrong-class';
  if (request.body !== expected.body) return 'changed-body';
  if (!(Math.abs(request.at - expected.now) <= REQUEST_WINDOW)) return 'not-fresh';
  if (!(request.counter > expected.counter)) return 'replayed';
  return undefined;
}
