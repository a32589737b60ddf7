/**
 * Erases what retention ended (docs/spec/retention.md, R44): of the lines of a year that is over for five years, content, salts,
 * signed requests and annexes; leaves and tiles stay, and a line says so. Lines that brought in something that still stands
 * (cards, keys, facts, live versions) are kept until it is replaced: they are what others prove their keys with.
 */

import { DAY, type Instant, instant, type OrganisationId } from '@ketenkluis/base';
import { decodeEntry, type ErasedShard, erasableFrom, shardHash, shardYear } from '@ketenkluis/ledger';
import type { Hash, Payload } from '@ketenkluis/seal';
import { append, item, ownCommon, SIGNED_CHECKS } from './lines.ts';
import { erasePetitions } from './petition-pages.ts';
import { newestSnapshot } from './questions.ts';
import { getStatements, payloadOf } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

const EMPTY = new Uint8Array();
/** The longest that a snapshot lives: a practice that said nothing for longer is missed anyway. */
const SILENT = 14 * DAY;

/**
 * The latest moment that others than this vault signed for: the agent in its newest snapshot, and as many witnesses as the owners ask
 * for, where they named some; the earlier of the two. By the vault's own clock alone nothing is erased.
 */
async function toldTime(vault: Vault, practice: OrganisationId, log: string): Promise<Instant> {
  const people = await vault.people.of(practice);
  const signed = await vault.storage.read(async (tx) => {
    const newest = await newestSnapshot(tx, practice);
    const row = newest && (await getStatements(tx, practice, [newest.hash])).get(newest.hash);
    const said = row && (payloadOf(row) as Payload<'snapshot'>);
    // An owner may sign one too; one person of the practice does not move the time at which a log goes.
    return said && people && !people.isOwner(said.by) ? said.at : instant(0);
  });
  const outside = await vault.witnesses.told(log);
  return outside === null ? signed : instant(Math.min(signed, outside));
}

/** Shards of a practice that were erased, oldest first. */
export async function erasedOf(tx: Tx, practice: OrganisationId): Promise<readonly ErasedShard[]> {
  const rows = await tx
    .selectFrom('erased')
    .selectAll()
    .where('practice', '=', practice)
    .orderBy('from_line')
    .execute();
  return rows.map(({ log, year, from_line, to_line }) => ({ log, year, from: from_line, to: to_line }));
}

/** When this line was written; null where it was erased or is not there. */
async function timeOf(vault: Vault, log: string, index: number): Promise<Instant | null> {
  const [line] = await vault.storage.ledger.entries(log, index, index + 1);
  return line && line.stored.length > 0 ? decodeEntry(line.stored).entry.common.at : null;
}

/** The oldest shard that may go by this vault's own clock; undefined for none. */
async function dueShard(vault: Vault, practice: OrganisationId, log: string): Promise<ErasedShard | undefined> {
  const { size } = await vault.storage.ledger.state(log);
  const before = await vault.storage.read((tx) => erasedOf(tx, practice));
  const from = before.at(-1)?.to ?? 0;
  const first = from < size ? await timeOf(vault, log, from) : null;
  if (first === null) return undefined;
  const year = shardYear(first);
  if (vault.clock() < erasableFrom(year)) return undefined;
  // Times never run back: the first line of a later year by halving.
  let [low, high] = [from, size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const at = await timeOf(vault, log, middle);
    if (at !== null && shardYear(at) > year) high = middle;
    else low = middle + 1;
  }
  return { log, year, from, to: low };
}

async function eraseLines(tx: Tx, practice: OrganisationId, { log, to }: ErasedShard): Promise<void> {
  // What patients asked and were answered stands no longer than the line of the answer.
  await erasePetitions(tx, practice, to);
  // Lines of earlier years that stayed go too where nothing of theirs stands any more.
  const standing = tx
    .selectFrom('statement')
    .select('line')
    .where('practice', '=', practice)
    .where('line', '<', to)
    // What names a year that went is what every verifier asks for, for good.
    .union(tx.selectFrom('erased').select('line').where('practice', '=', practice));
  await tx
    .updateTable('entry')
    .set({ stored: EMPTY })
    .where('log', '=', log)
    .where('idx', '<', to)
    .where('stored', '!=', EMPTY)
    .where('idx', 'not in', standing)
    .execute();
  // What an item that stays names as the one before it is found by its number, and not by reading the year (audit.ts).
  await tx
    .insertInto('erased_last')
    .columns(['practice', 'dossier', 'seq', 'line'])
    .expression(
      tx
        .selectFrom('dossier_item as one')
        .select(['one.practice', 'one.dossier', 'one.seq', 'one.line'])
        .where('one.practice', '=', practice)
        .where('one.line', '<', to)
        .where('one.line', 'not in', standing)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('dossier_item as next')
                .select('next.seq')
                .whereRef('next.practice', '=', 'one.practice')
                .whereRef('next.dossier', '=', 'one.dossier')
                .where((eb) => eb('next.seq', '=', eb('one.seq', '+', 1)))
                .where('next.line', '<', to)
                .where('next.line', 'not in', standing),
            ),
          ),
        ),
    )
    .execute();
  for (const table of ['asked', 'annex', 'dossier_item'] as const) {
    await tx
      .deleteFrom(table)
      .where('practice', '=', practice)
      .where('line', '<', to)
      .where('line', 'not in', standing)
      .execute();
  }
}

/**
 * Every shard of every practice that is due, by the clock and by what the practice and its witnesses signed of the time. One line each,
 * in the transaction that erases. `unconfirmed` counts practices whose lines this clock would erase while theirs did not come near.
 */
export async function eraseDue(vault: Vault): Promise<{ readonly erased: number; readonly unconfirmed: number }> {
  let erased = 0;
  let unconfirmed = 0;
  const practices = await vault.storage.read((tx) => tx.selectFrom('practice').select(['practice', 'log']).execute());
  for (const { practice, log } of practices) {
    const owner = (await vault.people.of(practice))?.keys.authority?.owners[0]?.person;
    for (let shard = await dueShard(vault, practice, log); shard && owner; ) {
      const due = shard;
      const told = await toldTime(vault, practice, log);
      if (told < erasableFrom(due.year)) {
        if (vault.clock() - told > SILENT) unconfirmed += 1;
        break;
      }
      const common = ownCommon(vault, practice, {
        event: 'erase',
        action: 'D',
        class: 'admin',
        outcome: 'success',
        actor: vault.keys.id,
        responsible: owner,
      });
      await append(vault, {
        practice,
        log,
        request: null,
        keys: [`erase/${due.year}`],
        plan: async () => ({
          common,
          items: [item({ kind: 'object', object: shardHash(due) as Hash, checks: SIGNED_CHECKS })],
          effect: async (tx, line) => {
            await eraseLines(tx, practice, due);
            const { year, from, to } = due;
            await tx
              .insertInto('erased')
              .values({
                practice,
                log,
                year,
                from_line: from,
                to_line: to,
                line: line.index,
                at: instant(line.entry.common.at),
              })
              .execute();
          },
        }),
      });
      erased += 1;
      shard = await dueShard(vault, practice, log);
    }
  }
  return { erased, unconfirmed };
}
