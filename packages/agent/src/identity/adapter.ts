/**
 * Sign-on outside, behind one interface (R25, R26): where to send somebody, and what came back of it, checked. What it proves is bound
 * to one flow of one session; which person of the practice it is, the desk decides.
 */

import type { Instant } from '@ketenkluis/base';
import type { AssuranceLevel } from '@ketenkluis/seal';
import { agentError } from '../errors.ts';

/** What was proved outside. Stays in the practice. */
export interface Identified {
  /** Who vouches, and the number or name under which: together one identity. */
  readonly issuer: string;
  readonly subject: string;
  readonly level: AssuranceLevel;
  /** Not longer than this. */
  readonly until: Instant;
  /** URA of the organisation that the person is named for, and the role there; null where the means says neither. */
  readonly ura: string | null;
  readonly role: string | null;
}

/** Secrets of one flow; they never leave the desk. */
export interface Flow {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface IdentityAdapter {
  /** `eid`: what citizens sign on with (DigiD and the like); for patients, never for who works here. */
  readonly means: 'dezi' | 'oidc' | 'eid';
  /** What people call it, by the practice's settings. */
  readonly name: string;
  /** Who vouches: what the practice names in its demand. */
  readonly issuer: string;
  /** Of `eid`: the level that the practice asks of patients, and where their telephones reach the desk (an origin). */
  readonly asks?: 'substantial' | 'high';
  readonly phone?: string;
  /** A command on somebody's own machine may have them come back to it there; never of `eid`. */
  readonly loopback?: true;
  /** `phone`: the person comes back to the desk itself, on a device of their own; a number: to this port of their own machine. */
  begin(where?: 'phone' | number): Promise<{ readonly url: string; readonly flow: Flow }>;
  /** `callback` is the whole address that the person came back to. Throws `agent/identity-refused`. */
  finish(callback: string, flow: Flow): Promise<Identified>;
}

/** Why a sign-on counts for nothing: for the practice's own log. To whoever asks it is one refusal. */
export const IDENTITY_REASONS = [
  'flow',
  /** As many sign-ons are under way as the desk keeps, and this caller has its share of them. */
  'room',
  /** This telephone is back already. */
  'returned',
  'sign-on',
  'level',
  'attestation',
  'expired',
  'revoked',
  'status-unknown',
  'other-organisation',
  'unknown-person',
  'other-person',
  'role',
] as const;
export type IdentityReason = (typeof IDENTITY_REASONS)[number];

export const identityRefused = (why: IdentityReason): Error =>
  agentError('identity-refused', 'this sign-on does not count here', { detail: { why } });

/** Plain HTTP only to this very machine: for tests and for a sign-on server that stands beside the agent. */
export const mayReach = (address: string): boolean => {
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost'));
};
