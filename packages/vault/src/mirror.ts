/** The log's lines and the practice's own copy of everything live, for its agent and owners. */

import { base64url, canonicalJson, lengthPrefixed, type OrganisationId, type PersonId } from '@ketenkluis/base';
import type { entriesPage, mirrorPage } from '@ketenkluis/protocol';
import { encodeStatement } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Caller } from './auth.ts';
import { vaultError } from './errors.ts';
import { append, ownCommon } from './lines.ts';
import { PAGE_BYTES } from './paging.ts';
import { checkpointOf } from './proofs.ts';
import { erasedOf } from './retention.ts';
import { partnerStatements } from './storage/partners.ts';
import { parseRows, type StatementRow } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import type { Vault } from './vault.ts';

/** The log as a whole, the mirror and the heads are for the practice's agent and its owners. */
export function requireAgentOrOwner(vault: Vault, { people, session, card }: Caller): void {
  const agent = card?.kind === 'agent' && people.keys.mandatesOf(session.person, vault.clock()).length > 0;
  if (!agent && !people.isOwner(session.person))
    throw vaultError('not-allowed', 'only the agent or an owner reads this');
}

/** Whole lines are for who answers for the log as well: they name random ids, and whoever oversees may ask of each who looked. */
export function requireLogReader(vault: Vault, caller: Caller): void {
  if (caller.people.keys.oversees(caller.session.person, vault.clock())) return;
  requireAgentOrOwner(vault, caller);
}

/** Reading the log is an event as well (R38): one line per session, before the first line goes out. */
export async function noteLogRead(vault: Vault, { practice, people, session }: Caller): Promise<void> {
  if (session.log_read === 1) return;
  await append(vault, {
    practice,
    log: people.log,
    request: null,
    keys: [`session/${session.session}`],
    plan: async (_tx, at) => ({
      common: ownCommon(vault, practice, {
        event: 'log-read',
        action: 'R',
        class: 'audit',
        outcome: 'success',
        actor: session.person as PersonId,
        responsible: people.keys.mandatesOf(session.person, at)[0]?.responsible ?? session.person,
      }),
      items: [],
      effect: async (tx) => {
        await tx
          .updateTable('session')
          .set({ log_read: 1 })
          .where('practice', '=', practice)
          .where('session', '=', session.session)
          .execute();
      },
    }),
  });
}

const ENTRIES = 500;
const ENTRIES_AT_ONCE = 20;
export async function entries(vault: Vault, caller: Caller, from: number): Promise<z.infer<typeof entriesPage>> {
  requireLogReader(vault, caller);
  await noteLogRead(vault, caller);
  const { size } = await checkpointOf(vault, caller.people.log);
  const to = Math.min(size, from + ENTRIES);
  const found: Awaited<ReturnType<typeof vault.storage.ledger.entries>>[number][] = [];
  // One line of a delivery may hold 2,000 items: a page ends with the lines that pass its bytes.
  for (let at = from, bytes = 0; at < to && bytes < PAGE_BYTES; at += ENTRIES_AT_ONCE) {
    const lines = await vault.storage.ledger.entries(caller.people.log, at, Math.min(to, at + ENTRIES_AT_ONCE));
    for (const { stored } of lines) bytes += stored.length;
    found.push(...lines);
  }
  const shards = await vault.storage.read((tx) => erasedOf(tx, caller.practice));
  const gone = found.filter(({ stored }) => stored.length === 0);
  return {
    from,
    size,
    entries: found.map(({ stored }) => base64url(stored)),
    ...(shards.length === 0 ? {} : { erased: shards.map(({ year, from, to }) => ({ year, from, to })) }),
    ...(gone.length === 0 ? {} : { leaves: gone.map(({ index, leaf }) => ({ index, leaf: base64url(leaf) })) }),
  };
}

/** A page ends after this many bytes. */
const PAGE = 8 * 1024 * 1024;
const LINES = 64;

/** Every live object, by the line that brought it (annexes of lines: `annexes`, records.ts); `after` is the last line of the page before. */
export async function mirror(vault: Vault, caller: Caller, after: number): Promise<z.infer<typeof mirrorPage>> {
  requireAgentOrOwner(vault, caller);
  await noteLogRead(vault, caller);
  const { practice } = caller;
  return vault.storage.read(async (tx) => {
    const objects: z.infer<typeof mirrorPage>['objects'] = [];
    if (after < 0) {
      for (const row of await tx.selectFrom('wraps').selectAll().where('practice', '=', practice).execute()) {
        objects.push({ kind: 'wraps', name: row.hash, bytes: base64url(row.bytes) });
      }
      for (const row of await tx.selectFrom('person').selectAll().where('practice', '=', practice).execute()) {
        if (row.keyring) objects.push({ kind: 'keyring', name: row.person, bytes: base64url(row.keyring) });
      }
      for (const [organisation, statements] of await partnerStatements(tx, practice)) {
        const whole = lengthPrefixed(...statements.map((statement) => encodeStatement(statement)));
        objects.push({ kind: 'partner', name: organisation, bytes: base64url(whole) });
      }
    }
    const rows = await tx
      .selectFrom('statement')
      .selectAll()
      .where('practice', '=', practice)
      .where('type', '!=', 'batch')
      .where('line', '>', after)
      .orderBy('line')
      .orderBy('item')
      .limit(4000)
      .execute();
    let bytes = 0;
    let last = after;
    const lines = [...Map.groupBy(rows, (row) => row.line)];
    // The last line of a full page may be cut off: it comes whole with the next one.
    const whole = rows.length === 4000 && lines.length > 1 ? lines.slice(0, -1) : lines;
    for (const [line, ofLine] of whole.slice(0, LINES)) {
      if (bytes > PAGE) break;
      for (const object of await objectsOf(tx, practice, line, ofLine)) {
        objects.push(object);
        bytes += object.bytes.length;
      }
      last = line;
    }
    return { objects, next: last > after && rows.at(-1)!.line > last ? last : null };
  });
}

async function objectsOf(tx: Tx, practice: OrganisationId, line: number, rows: readonly StatementRow[]) {
  const out: z.infer<typeof mirrorPage>['objects'] = [];
  for (const statement of await parseRows(tx, practice, rows)) {
    out.push({ kind: 'statement', name: statement.hash, bytes: base64url(encodeStatement(statement)) });
  }
  const descriptors = rows.filter((row) => row.type === 'descriptor').map((row) => row.hash);
  if (descriptors.length > 0) {
    const packs = await tx
      .selectFrom('pack')
      .selectAll()
      .where('practice', '=', practice)
      .where('descriptor', 'in', descriptors)
      .execute();
    for (const row of packs) out.push({ kind: 'pack', name: row.descriptor, bytes: base64url(row.bytes) });
    const wraps = await tx
      .selectFrom('wrap')
      .selectAll()
      .where('practice', '=', practice)
      .where('descriptor', 'in', descriptors)
      .execute();
    for (const [descriptor, list] of Map.groupBy(wraps, (row) => row.descriptor)) {
      const stored = list.map(({ bundle, idx, kind, ct }) => ({
        bundle,
        index: idx,
        descriptor,
        kind,
        ct: base64url(ct),
      }));
      out.push({ kind: 'shares', name: descriptor, bytes: base64url(canonicalJson(stored)) });
    }
  }
  const words = await tx
    .selectFrom('record')
    .select(['hash', 'words'])
    .where('practice', '=', practice)
    .where('line', '=', line)
    .execute();
  const asked = await tx
    .selectFrom('petition')
    .select(['hash', 'words'])
    .where('practice', '=', practice)
    .where('line', '=', line)
    .execute();
  for (const row of [...words, ...asked])
    if (row.words) out.push({ kind: 'words', name: row.hash, bytes: base64url(row.words) });
  return out;
}
