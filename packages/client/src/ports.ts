/** What the client needs from its surroundings: browser and Node each bring their own. */

import type { Clock, Instant, OrganisationId, PersonId, Random, SessionId } from '@ketenkluis/base';
import type { StatementWire } from '@ketenkluis/seal';
import type { HeldDesk } from './demand.ts';
import type { Session } from './session.ts';

/** The part of `fetch` that is used; the browser's own fits. */
export type Fetch = (
  url: string,
  init: {
    readonly method: string;
    readonly headers: Record<string, string>;
    readonly body?: string | Uint8Array<ArrayBuffer>;
    readonly signal?: AbortSignal;
  },
) => Promise<{
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  arrayBuffer(): Promise<ArrayBuffer>;
}>;

/**
 * Keeps small values between visits: what was last seen of the log, this device's keys as non-extractable CryptoKeys.
 * In the browser IndexedDB, which stores CryptoKeys; never plaintext of a patient and never an unlocked secret.
 */
export interface ClientStorage {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  /** Forgets everything. */
  clear(): Promise<void>;
}

/** WebAuthn level 3 with the PRF extension; the app brings the browser's calls, tests bring a fake. */
export interface PasskeyPort {
  /** Options and credential in the JSON form of WebAuthn level 3; `prf` is the first PRF output, 32 bytes. */
  create(options: Record<string, unknown>, prfSalt: Uint8Array): Promise<PasskeyResult>;
  get(options: Record<string, unknown>, prfSalt: Uint8Array | null): Promise<PasskeyResult>;
}
export interface PasskeyResult {
  readonly credential: Record<string, unknown>;
  readonly prf: Uint8Array<ArrayBuffer> | null;
}

export interface Ports {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: ClientStorage;
  /**
   * Loads the policy engine where it is not loaded yet: `loadPolicy` of `@ketenkluis/access/node` or `/web`. Whoever opens nothing
   * does without; a release is then refused here, whatever the vault says.
   */
  readonly policy?: () => Promise<void>;
  /**
   * Signs the person on elsewhere (Dezi, the practice's own sign-on) and comes back with the agent's signed word of it; asked when the
   * practice wants more certainty about who this is than its own ways in give (docs/identity.md).
   */
  readonly identity?: (about: {
    readonly practice: OrganisationId;
    readonly person: PersonId;
    readonly session: SessionId;
    /** Where: as the practice signed it, else as the host says. */
    readonly desk: HeldDesk;
  }) => Promise<StatementWire>;
  /**
   * Recovery sheets are on the table: proves them in the place of that sign-on (`raiseBySheets`; docs/identity.md, "The way back"). What
   * comes of it may do little, and nothing with a dossier.
   */
  readonly sheets?: (session: Session) => Promise<Instant>;
}

/** For Node and tests. */
export function memoryStorage(): ClientStorage {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
    clear: async () => values.clear(),
  };
}
