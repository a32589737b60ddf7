/** Everything a request handler needs, in one place; built once at the start. */

import {
  base32,
  type Clock,
  type Instant,
  type OrganisationId,
  type Random,
  SECOND,
  steadyCount,
  type Verifier,
} from '@ketenkluis/base';
import { type Appender, createAppender } from '@ketenkluis/ledger';
import { type AssuranceLevel, createVerifier } from '@ketenkluis/seal';
import type { VaultKeys } from './keys.ts';
import { createPeople, type PeopleStore } from './people.ts';
import type { ShareStore } from './storage/shares.ts';
import type { Storage, Tx } from './storage/storage.ts';
import { createWitnesses, type Witnesses } from './witnesses.ts';

export const SOFTWARE = 'ketenkluis-vault/0.1.0';
/** Beyond this the vault's clock is wrong and says so (R45). */
export const MAX_DRIFT = 2 * SECOND;

export interface Vault {
  readonly storage: Storage;
  readonly shares: ShareStore;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly appender: Appender<Tx>;
  readonly people: PeopleStore;
  readonly witnesses: Witnesses;
  /** Origins of the workplace; the first is what requests name as audience. */
  readonly origins: readonly string[];
  readonly bootstrapToken: string;
  /** Practices that ask for a level of assurance before they open anything. */
  readonly assurance: ReadonlyMap<OrganisationId, AssuranceLevel>;
  /** Where practices' people sign on outside: origins. */
  readonly desks: ReadonlyMap<OrganisationId, string>;
  /** Milliseconds that the clock has moved against the machine's own steady count since the start. */
  drift(): number;
  /** The steady count, for what may not depend on the clock. */
  steady(): number;
  /** Alarms that stand until they are looked at again, every minute. */
  readonly standing: {
    /** Practices whose lines this clock would erase while what they signed of the time did not come near (docs/spec/retention.md). */
    unconfirmed: number;
    /** Practices whose log others hold more of: put back from a backup (behind.ts). */
    behind: ReadonlySet<OrganisationId>;
  };
}

export interface VaultParts {
  readonly storage: Storage;
  readonly shares: ShareStore;
  readonly keys: VaultKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly origins: readonly string[];
  readonly bootstrapToken: string;
  readonly assurance?: Readonly<Record<string, AssuranceLevel>> | undefined;
  readonly desks?: Readonly<Record<string, string>> | undefined;
  readonly steady?: () => number;
  /** Addresses of witnesses that this vault may post to. */
  readonly witnesses?: readonly string[] | undefined;
  readonly witnessPause?: number | undefined;
}

/** Throws `vault/bad-config` for an address of a witness that is none. */
export function createContext({ witnesses: allowed = [], witnessPause, ...parts }: VaultParts): Vault {
  const verifier = createVerifier();
  const { storage, clock } = parts;
  const people = createPeople(storage, verifier);
  const witnesses = createWitnesses({ ...{ storage, people, verifier, clock, allowed }, pause: witnessPause });
  const appender = createAppender({
    store: parts.storage.ledger,
    signer: (log) => parts.keys.log(log),
    clock: parts.clock,
    random: parts.random,
    gather,
  });
  const steady = parts.steady ?? steadyCount;
  const started: { clock: Instant; steady: number } = { clock: parts.clock(), steady: steady() };
  return {
    ...parts,
    assurance: new Map(Object.entries(parts.assurance ?? {}) as [OrganisationId, AssuranceLevel][]),
    desks: new Map(Object.entries(parts.desks ?? {}) as [OrganisationId, string][]),
    verifier,
    steady,
    standing: { unconfirmed: 0, behind: new Set() },
    people,
    witnesses,
    appender: {
      async append(operation) {
        const line = await appender.append(operation);
        witnesses.poke(operation.log);
        return line;
      },
      close: () => appender.close(),
    },
    drift: () => Math.round(parts.clock() - started.clock - (steady() - started.steady)),
  };
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
/** Turns that a batch waits at most for those behind it. */
const TURNS = 4;
/** As long as more come with each turn of the event loop: one commit for all of them, as they have one disk. */
async function gather(waiting: () => number): Promise<void> {
  for (let seen = 0, i = 0; i < TURNS && waiting() > seen; i++) {
    seen = waiting();
    await turn();
  }
}

/** A log's random label: it names no practice. */
export const newLogOrigin = (random: Random): string => `ketenkluis.log/${base32(random(16))}`;
