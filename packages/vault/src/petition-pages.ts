/** What was asked and answered, a page at a time, and its end with the year (docs/spec/petition.md, docs/spec/retention.md). */

import type { DossierId, OrganisationId } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { PETITIONS_PAGE, type petitions as petitionsMessage } from '@ketenkluis/protocol';
import { answersFor, type Hash } from '@ketenkluis/seal';
import { sql } from 'kysely';
import { z } from 'zod';
import { type Caller, isPatient, refused } from './auth.ts';
import { vaultError } from './errors.ts';
import { requireLogReader } from './mirror.ts';
import { filling } from './paging.ts';
import { checkpointOf, consistencyTo, proofOfStored } from './proofs.ts';
import { blobsIn } from './records.ts';
import { getStatements, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

export const petitionsQuery = z.strictObject({
  after: z.coerce.number().int().min(-1).default(-1),
  proofs: z.literal('1').optional(),
  from: z.coerce.number().int().min(1).optional(),
});

/** Whose they may be: null for all. Throws the constant refusal for who of a partner may not answer for it. */
function ofWhom(vault: Vault, caller: Caller): { readonly dossiers: readonly DossierId[] } | OrganisationId | null {
  const { people, session, guest } = caller;
  const at = vault.clock();
  if (guest !== null) {
    const home = people.keys.partnerAt(guest.organisation, at)?.directory;
    if (home === undefined || !answersFor(home, session.person, at)) throw refused();
    return guest.organisation;
  }
  if (!isPatient(caller)) {
    requireLogReader(vault, caller);
    return null;
  }
  const mine = people.keys.owns(at).filter(({ person }) => person === session.person);
  return { dossiers: mine.map(({ dossier }) => dossier) };
}

/** Of these those that they asked, or that were asked of them, and what was answered to it; behind that line, one more than a page. */
function rowsFor(tx: Tx, { practice, session }: Caller, whose: ReturnType<typeof ofWhom>, after: number) {
  const all = tx
    .selectFrom('petition')
    .select(['line', 'hash', 'kind', 'asked', sql<number>`coalesce(length(words), 0)`.as('bytes')])
    .where('practice', '=', practice)
    .where('line', '>', after)
    .orderBy('line')
    .limit(PETITIONS_PAGE + 1);
  if (whose === null) return all.execute();
  const asked =
    typeof whose === 'string'
      ? tx.selectFrom('posed').select('hash').where('practice', '=', practice).where('organisation', '=', whose)
      : tx
          .selectFrom('petition')
          .select('hash')
          .where('practice', '=', practice)
          .where('person', '=', session.person)
          .where('dossier', 'in', whose.dossiers);
  return all.where((eb) => eb.or([eb('hash', 'in', asked), eb('asked', 'in', asked)])).execute();
}

/** For who reads the log all of it, for a patient what they asked and what was answered to them; for a partner what is asked of it. */
export async function listPetitions(
  vault: Vault,
  caller: Caller,
  { after, proofs, from }: z.infer<typeof petitionsQuery>,
): Promise<z.infer<typeof petitionsMessage>> {
  const { practice, card, people, guest } = caller;
  const whose = ofWhom(vault, caller);
  const agent = card?.kind === 'agent';
  const { rows, next } = await vault.storage.read(async (tx) => {
    const found = await rowsFor(tx, caller, whose, after);
    // One line holds one of them, so a page ends between two lines.
    const rows = found.slice(0, filling(found, PETITIONS_PAGE));
    const worded = await wordsOf(tx, practice, rows);
    const statements = await getStatements(
      tx,
      practice,
      rows.map(({ hash }) => hash),
    );
    const answered = agent ? await destructionsIn(tx, practice, rows) : new Set<Hash>();
    // An address is the agent's alone; of what people say it reads only what a partner did with a request of its own.
    const reads = ({ kind, asked }: (typeof rows)[number]) =>
      (kind === 'alert') === agent || (asked !== null && answered.has(asked));
    return {
      rows: rows.flatMap((row) => {
        const statement = statements.get(row.hash);
        if (statement === undefined) return [];
        const sealed = worded.get(row.hash) ?? null;
        const words = sealed === null || !reads(row) ? null : blobsIn(sealed);
        return [{ hash: row.hash, line: row.line, statement: toWire(statement), words }];
      }),
      next: found.length > rows.length ? rows.at(-1)!.line : null,
    };
  });
  if (proofs === undefined || guest !== null) return { petitions: rows.map(({ hash: _, ...one }) => one), next };
  // After the rows: every line of them is under this tree.
  const { note, size } = await checkpointOf(vault, people.log);
  const consistency = await consistencyTo(vault, people.log, from, size);
  const petitions = await Promise.all(
    rows.map(async ({ hash, ...one }) => ({ ...one, proof: await proofFor(vault, people.log, one.line, hash, size) })),
  );
  return { petitions, next, checkpoint: note, consistency };
}

/** Of the line that holds this statement, with the item that names it. */
async function proofFor(vault: Vault, log: string, line: number, hash: Hash, size: number) {
  const [stored] = await vault.storage.ledger.entries(log, line, line + 1);
  if (stored === undefined || stored.stored.length === 0) throw vaultError('internal', 'a line is missing; run fsck');
  const place = decodeEntry(stored.stored).entry.items.findIndex(({ object }) => object === hash);
  return proofOfStored(vault, log, stored, size, [place]);
}

async function wordsOf(
  tx: Tx,
  practice: OrganisationId,
  rows: readonly { readonly hash: Hash; readonly bytes: number }[],
) {
  const hashes = rows.flatMap(({ hash, bytes }) => (bytes > 0 ? [hash] : []));
  if (hashes.length === 0) return new Map<Hash, Uint8Array | null>();
  const found = await tx
    .selectFrom('petition')
    .select(['hash', 'words'])
    .where('practice', '=', practice)
    .where('hash', 'in', hashes)
    .execute();
  return new Map(found.map(({ hash, words }) => [hash, words]));
}

async function destructionsIn(tx: Tx, practice: OrganisationId, rows: readonly { asked: Hash | null }[]) {
  const asked = rows.flatMap((row) => row.asked ?? []);
  if (asked.length === 0) return new Set<Hash>();
  const found = await tx
    .selectFrom('petition')
    .select('hash')
    .where('practice', '=', practice)
    .where('kind', '=', 'destroy')
    .where('hash', 'in', asked)
    .execute();
  return new Set(found.map(({ hash }) => hash));
}

const QUESTIONS = ['name', 'ask', 'destroy'];
/**
 * What was asked goes with the year of its answer, and what was said to it with it, its words first; what still waits stays with its line,
 * and so does an address that messages go to. `to`: the first line that stays.
 */
export async function erasePetitions(tx: Tx, practice: OrganisationId, to: number): Promise<void> {
  const stay = tx
    .selectFrom('petition')
    .select('hash')
    .where('practice', '=', practice)
    .where('kind', 'in', QUESTIONS)
    .where((eb) => eb.or([eb('answered', 'is', null), eb('answered', '>=', to)]));
  const gone = tx
    .selectFrom('petition')
    .select('hash')
    .where('practice', '=', practice)
    .where('line', '<', to)
    .where((eb) =>
      eb.or([
        eb.and([eb('kind', 'in', QUESTIONS), eb('answered', '<', to)]),
        eb.and([
          eb('kind', 'not in', [...QUESTIONS, 'alert']),
          eb.or([eb('asked', 'is', null), eb('asked', 'not in', stay)]),
        ]),
        eb.and([eb('kind', '=', 'alert'), eb('words', 'is', null)]),
      ]),
    );
  for (const table of ['statement', 'posed'] as const)
    await tx.deleteFrom(table).where('practice', '=', practice).where('hash', 'in', gone).execute();
  await tx.deleteFrom('petition').where('practice', '=', practice).where('hash', 'in', gone).execute();
}
