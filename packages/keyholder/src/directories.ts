/**
 * The practices' people as this keyholder knows them: every statement verified against those before it, from the pinned record on. Only a
 * practice's agent makes it longer; what somebody brings along for one request counts for that request.
 */

import { canonicalJson, type OrganisationId, type Verifier } from '@ketenkluis/base';
import type { WireStatement } from '@ketenkluis/protocol';
import type { MoreOfDirectory } from '@ketenkluis/protocol/keyholder';
import {
  batchesFromWire,
  type Hash,
  hashOf,
  KeyDirectory,
  type Statement,
  statementFromWire,
  statementsToWire,
} from '@ketenkluis/seal';
import type { PracticePin } from './config.ts';
import type { HolderStore, HolderTx } from './store.ts';

/** One statement with the batch it may be proved by, as it is stored. */
const asStored = (statement: Statement): string => JSON.stringify(statementsToWire([statement]));
function fromStored(text: string): Statement {
  const { statements, batches } = JSON.parse(text) as { statements: WireStatement[]; batches: WireStatement[] };
  return statementFromWire(statements[0], batchesFromWire(batches));
}
const readAll = (wire: {
  readonly statements: readonly unknown[];
  readonly batches: readonly unknown[];
}): Statement[] => {
  const batches = batchesFromWire(wire.batches);
  return wire.statements.map((one) => statementFromWire(one, batches));
};

interface Known {
  readonly people: KeyDirectory;
  readonly statements: readonly Statement[];
  readonly partners: ReadonlyMap<OrganisationId, readonly Statement[]>;
}

async function directoryOf(
  organisation: OrganisationId,
  statements: readonly Statement[],
  verifier: Verifier,
): Promise<KeyDirectory> {
  const directory = new KeyDirectory(organisation, verifier);
  for (const [index, statement] of statements.entries()) await directory.add(statement, { included: true, index });
  return directory;
}

async function build(pin: PracticePin, of: Omit<Known, 'people'>, verifier: Verifier): Promise<Known> {
  const [first] = of.statements;
  if (first !== undefined && first.hash !== pin.authority) throw new Error('another beginning than the pinned one');
  const people = await directoryOf(pin.practice, of.statements, verifier);
  for (const [organisation, statements] of of.partners) {
    // A partner whose directory does not hold has no people here; everybody else goes on.
    try {
      people.addPartner(await directoryOf(organisation, statements, verifier));
    } catch {}
  }
  return { ...of, people };
}

export interface Directories {
  of(pin: PracticePin): Promise<Known>;
  /** With what somebody brought along. Throws for what does not verify. */
  with(pin: PracticePin, more: MoreOfDirectory): Promise<Known>;
  /** Writes the longer directory; the caller has judged who brought it. */
  learn(tx: HolderTx, pin: PracticePin, before: Known, next: Known): void;
  forget(practice: OrganisationId): void;
}

/** Joiners between two syncs are few. */
const MAX_BROUGHT = 32;

export function createDirectories(store: HolderStore, verifier: Verifier): Directories {
  const cache = new Map<OrganisationId, Promise<Known>>();
  const brought = new Map<Hash, Promise<Known>>();
  const load = async (pin: PracticePin): Promise<Known> => {
    const { practice } = pin;
    const read = (organisation: OrganisationId) =>
      store.read((tx) => tx.directory(practice, organisation)).map(fromStored);
    const others = store.organisations(practice).filter((one) => one !== practice);
    const partners = new Map(others.map((one) => [one, read(one)] as const));
    return await build(pin, { statements: read(practice), partners }, verifier);
  };
  const of = (pin: PracticePin): Promise<Known> => {
    const known = cache.get(pin.practice) ?? load(pin);
    cache.set(pin.practice, known);
    known.catch(() => cache.delete(pin.practice));
    return known;
  };
  const extended = async (pin: PracticePin, more: MoreOfDirectory): Promise<Known> => {
    const base = await of(pin);
    const statements = [...base.statements.slice(0, more.after), ...readAll(more)];
    const partners = new Map(base.partners);
    for (const { organisation, ...wire } of more.partners) partners.set(organisation, readAll(wire));
    return await build(pin, { statements, partners }, verifier);
  };
  return {
    of,
    async with(pin, more) {
      const name = hashOf(canonicalJson({ practice: pin.practice, more }));
      const known = brought.get(name) ?? extended(pin, more);
      if (!brought.has(name) && brought.size >= MAX_BROUGHT) brought.delete(brought.keys().next().value!);
      brought.set(name, known);
      known.catch(() => brought.delete(name));
      return await known;
    },
    learn(tx, { practice }, before, next) {
      const from = before.statements.length;
      tx.learn(practice, practice, from, next.statements.slice(from).map(asStored));
      for (const [organisation, statements] of next.partners)
        if (before.partners.get(organisation) !== statements)
          tx.learn(practice, organisation, 0, statements.map(asStored));
    },
    forget(practice) {
      cache.delete(practice);
      brought.clear();
    },
  };
}
