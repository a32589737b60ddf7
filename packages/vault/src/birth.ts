/** The birth of a practice: its authority record is leaf 0, everything else that it begins with leaf 1, in one transaction. */

import type { Bytes, Instant } from '@ketenkluis/base';
import type { EventCode } from '@ketenkluis/ledger';
import type { createPractice } from '@ketenkluis/protocol';
import { type Hash, type Statement, statementsFromWire } from '@ketenkluis/seal';
import type { z } from 'zod';
import { checkWraps, insertDirectory, isOwnBusiness, objectItem } from './admin.ts';
import { vaultError } from './errors.ts';
import { append, ownCommon } from './lines.ts';
import { isDirectory } from './people.ts';
import type { Tx } from './storage/storage.ts';
import { newLogOrigin, type Vault } from './vault.ts';

type CreateBody = z.infer<typeof createPractice>;
const bad = (why: string) => vaultError('bad-statement', why);

/** Authority record = leaf 0; everything else that a practice begins with = leaf 1; one transaction. */
export async function birth(vault: Vault, body: CreateBody) {
  const statements = statementsFromWire(body);
  const [first, ...rest] = statements;
  if (first?.payload.t !== 'authority') throw bad('a practice begins with its authority record');
  const practice = first.payload.organisation;
  const owner = first.payload.owners[0]!.person;
  if (await vault.people.of(practice)) throw vaultError('already-there', 'this vault has this practice already');
  if (rest.length === 0) throw bad('a practice needs cards before anything else');
  if (statements.some((statement) => !isOwnBusiness(statement, practice) || !isDirectory(statement, () => undefined))) {
    throw bad('only authority, cards, epochs, memberships and mandates make a practice');
  }
  const wraps = checkWraps(statements, body.wraps);
  const origin = newLogOrigin(vault.random);
  // Throws whatever is not signed as it must be; nothing is written then.
  await vault.people.tryOn(practice, origin, statements);
  await vault.keys.log(origin);
  const insert = (part: readonly Statement[], made: ReadonlyMap<Hash, Bytes>) => (tx: Tx, index: number, at: Instant) =>
    insertDirectory(
      tx,
      practice,
      part.map((statement, i) => ({ statement, item: i, directory: true })),
      made,
      index,
      at,
      () => undefined,
    );
  const common = (event: EventCode) =>
    ownCommon(vault, practice, { event, action: 'C', class: 'admin', outcome: 'success', actor: owner });
  const born = append(vault, {
    practice,
    log: origin,
    request: null,
    keys: ['birth/0'],
    plan: async (tx, at) => {
      const row = await tx.selectFrom('practice').select('log').where('practice', '=', practice).executeTakeFirst();
      if (row) throw vaultError('already-there', 'this vault has this practice already');
      return {
        common: common('authority'),
        items: [objectItem(first)],
        effect: async (write, line) => {
          await write.insertInto('practice').values({ practice, log: origin, created: at }).execute();
          await insert([first], new Map())(write, line.index, at);
        },
      };
    },
  });
  // Asked in the same turn, so that both go in one transaction: no practice without its people.
  const peopled = append(vault, {
    practice,
    log: origin,
    request: null,
    keys: ['birth/1'],
    plan: async (_tx, at) => ({
      common: common('card'),
      items: rest.map(objectItem),
      effect: async (write, line) => {
        const row = await write
          .selectFrom('practice')
          .select('log')
          .where('practice', '=', practice)
          .executeTakeFirst();
        if (row?.log !== origin) throw vaultError('conflict', 'the practice was not born; try again');
        await insert(rest, wraps)(write, line.index, at);
      },
    }),
  });
  const [, line] = await Promise.all([born, peopled]);
  vault.people.forget(practice);
  return { practice, log: { origin, key: await vault.keys.vkey(origin) }, checkpoint: line.checkpoint };
}
