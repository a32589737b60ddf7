/** The verified directory of a practice as the vault knows it: rebuilt from its own ledger order, kept until it changes. */

import type { KnownFact } from '@ketenkluis/access';
import type { Instant, OrganisationId, PersonId, Verifier } from '@ketenkluis/base';
import { type Fact, type Hash, isDirectoryFact, KeyDirectory, type Statement } from '@ketenkluis/seal';
import { vaultError } from './errors.ts';
import { partnerStatements } from './storage/partners.ts';
import { parseRows, type StatementRow } from './storage/statements.ts';
import type { Storage, Tx } from './storage/storage.ts';

export interface People {
  readonly practice: OrganisationId;
  /** The log's origin. */
  readonly log: string;
  readonly keys: KeyDirectory;
  readonly facts: readonly (KnownFact & { readonly hash: Hash })[];
  isOwner(person: string): boolean;
  /** What the practice states of one person (membership, mandate, pool, place as substitute), its partners and who oversees; ended ones too. */
  factsOf(person: PersonId): readonly KnownFact[];
  /** Partners whose stored directory does not verify: they count for nothing until it does. */
  readonly broken: readonly OrganisationId[];
}

export interface PeopleStore {
  /** Undefined: no such practice here. */
  of(practice: OrganisationId): Promise<People | undefined>;
  /** The same with statements that are not committed yet; throws when the directory refuses one. */
  tryOn(practice: OrganisationId, log: string, statements: readonly Statement[]): Promise<People>;
  /** After a change. */
  forget(practice: OrganisationId): void;
}

/** Is this kept for good, and verified by everyone who trusts the practice's keys? */
export const isDirectory = (statement: Statement, known: (fact: string) => Fact | undefined): boolean => {
  const { payload } = statement;
  switch (payload.t) {
    case 'authority':
    case 'card':
    case 'epoch':
      return true;
    case 'fact':
      return isDirectoryFact(payload);
    case 'withdrawal': {
      const ended = known(payload.fact);
      return ended !== undefined && isDirectoryFact(ended);
    }
    default:
      return false;
  }
};

/** As much of a partner's directory as `partners` can show; whoever grows beyond it must not take the others along. */
export const MAX_PARTNER = { statements: 5000, batches: 500 } as const;
const isTooLarge = (statements: readonly Statement[]): boolean =>
  statements.length > MAX_PARTNER.statements ||
  new Set(statements.flatMap(({ proof }) => ('batch' in proof ? [proof.batch.hash] : []))).size > MAX_PARTNER.batches;

/** Verified from the first statement on. Throws `vault/too-large`, errors of `seal`. */
export async function partnerDirectory(
  organisation: OrganisationId,
  statements: readonly Statement[],
  verifier: Verifier,
): Promise<KeyDirectory> {
  if (isTooLarge(statements)) throw vaultError('too-large', 'this directory of a partner is too large');
  const keys = new KeyDirectory(organisation, verifier);
  for (const [index, statement] of statements.entries()) await keys.add(statement, { included: true, index });
  return keys;
}

async function directoryRows(tx: Tx, practice: OrganisationId): Promise<StatementRow[]> {
  return tx
    .selectFrom('statement')
    .selectAll()
    .where('practice', '=', practice)
    .where('directory', '=', 1)
    .orderBy('line')
    .orderBy('item')
    .execute();
}

export function createPeople(storage: Storage, verifier: Verifier): PeopleStore {
  const cache = new Map<OrganisationId, Promise<People | undefined>>();

  async function build(
    practice: OrganisationId,
    log: string,
    known: readonly { statement: Statement; line: number }[],
    fresh: readonly Statement[],
    partners: ReadonlyMap<OrganisationId, readonly Statement[]>,
  ): Promise<People> {
    const keys = new KeyDirectory(practice, verifier);
    const facts = new Map<string, { fact: Fact; ended: Instant | null; hash: Hash }>();
    const last = known.at(-1)?.line ?? -1;
    const all = [...known, ...fresh.map((statement) => ({ statement, line: last + 1 }))];
    for (const { statement, line } of all) {
      await keys.add(statement, { included: true, index: line });
      const { payload } = statement;
      if (payload.t === 'fact') facts.set(payload.id, { fact: payload, ended: null, hash: statement.hash });
      if (payload.t === 'withdrawal') {
        const target = facts.get(payload.fact);
        if (target) facts.set(payload.fact, { ...target, ended: payload.at });
      }
    }
    const broken: OrganisationId[] = [];
    for (const [organisation, statements] of partners) {
      try {
        keys.addPartner(await partnerDirectory(organisation, statements, verifier));
      } catch {
        broken.push(organisation);
      }
    }
    const list = [...facts.values()];
    return {
      broken,
      practice,
      log,
      keys,
      facts: list,
      isOwner: (person) => keys.authority?.owners.some((owner) => owner.person === person) ?? false,
      factsOf: (person) =>
        list.filter(({ fact }) =>
          fact.kind === 'mandate'
            ? fact.agent === person || fact.responsible === person
            : fact.kind === 'partner' || fact.kind === 'oversight' || ('person' in fact && fact.person === person),
        ),
    };
  }

  const load = (practice: OrganisationId) =>
    storage.read(async (tx) => {
      const row = await tx.selectFrom('practice').select('log').where('practice', '=', practice).executeTakeFirst();
      if (!row) return undefined;
      const rows = await directoryRows(tx, practice);
      const statements = await parseRows(tx, practice, rows);
      const known = statements.map((statement, i) => ({ statement, line: rows[i]!.line }));
      return { log: row.log, known, partners: await partnerStatements(tx, practice) };
    });

  return {
    of(practice) {
      let found = cache.get(practice);
      if (!found) {
        found = load(practice).then(
          (loaded) => loaded && build(practice, loaded.log, loaded.known, [], loaded.partners),
        );
        cache.set(practice, found);
        // An unknown practice is asked for again later: it may come to be. A failure is not remembered either.
        found.then(
          (people) => people === undefined && cache.delete(practice),
          () => cache.delete(practice),
        );
      }
      return found;
    },
    async tryOn(practice, log, statements) {
      const loaded = await load(practice);
      return build(practice, log, loaded?.known ?? [], statements, loaded?.partners ?? new Map());
    },
    forget: (practice) => void cache.delete(practice),
  };
}
