/** Signed objects in the database: put in once, handed out as they came. */

import { type Bytes, base64url, type DossierId, type Instant, type OrganisationId } from '@ketenkluis/base';
import type { WireStatement } from '@ketenkluis/protocol';
import { batchesFromWire, type Hash, pathBytes, type Statement, statementFromWire } from '@ketenkluis/seal';
import type { Selectable } from 'kysely';
import { kept } from './moments.ts';
import type { Schema } from './schema.ts';
import type { Tx } from './storage.ts';

export type StatementRow = Selectable<Schema['statement']>;

export interface Placed {
  readonly statement: Statement;
  readonly dossier: DossierId | null;
  readonly directory: boolean;
  readonly line: number;
  /** Position of its item in the line. */
  readonly item: number;
}

const HASH = 32;
/** 13 columns each; SQLite takes 32,766 values at once. */
const ROWS = 2000;

export const stored = (
  { statement, dossier, directory, line, item }: Placed,
  practice: OrganisationId,
): StatementRow => {
  const { proof, payload } = statement;
  return {
    practice,
    hash: statement.hash,
    type: payload.t,
    header: statement.bytes,
    sigs: 'sigs' in proof ? JSON.stringify(proof.sigs) : null,
    batch: 'batch' in proof ? proof.batch.hash : null,
    leaf: 'batch' in proof ? proof.index : null,
    path: 'batch' in proof ? pathBytes(proof) : null,
    dossier,
    directory: directory ? 1 : 0,
    line,
    item,
    ended: null,
  };
};

/** The batches that sign them go in as well, once. */
export async function putStatements(tx: Tx, practice: OrganisationId, placed: readonly Placed[]): Promise<void> {
  const rows = new Map<Hash, StatementRow>();
  for (const one of placed) {
    const { proof } = one.statement;
    if ('batch' in proof && !rows.has(proof.batch.hash)) {
      rows.set(
        proof.batch.hash,
        stored({ ...one, statement: proof.batch, dossier: null, directory: false, item: -1 }, practice),
      );
    }
    rows.set(one.statement.hash, stored(one, practice));
  }
  const list = [...rows.values()];
  for (let from = 0; from < list.length; from += ROWS) {
    await tx
      .insertInto('statement')
      .values(list.slice(from, from + ROWS))
      .onConflict((on) => on.columns(['practice', 'hash']).doNothing())
      .execute();
  }
}

export async function getStatements(
  tx: Tx,
  practice: OrganisationId,
  hashes: readonly Hash[],
): Promise<Map<Hash, StatementRow>> {
  if (hashes.length === 0) return new Map();
  const rows = await tx
    .selectFrom('statement')
    .selectAll()
    .where('practice', '=', practice)
    .where('hash', 'in', [...new Set(hashes)])
    .execute();
  return new Map(rows.map((row) => [row.hash, row]));
}

/** As they came into the log. */
export const byPlace = (a: StatementRow, b: StatementRow): number => a.line - b.line || a.item - b.item;

const MIB = 1024 * 1024;
/** About how many bytes a row takes that is kept, with what it is on the wire, and the text of that. */
export const rowSize = (row: StatementRow | undefined): number =>
  1000 + (row ? 4 * (row.header.length + (row.sigs?.length ?? 0) + (row.path?.length ?? 0)) : 0);
const keptRows = kept<StatementRow | undefined>({
  from: ['statement'],
  size: rowSize,
  most: 64 * MIB,
});

/** As `getStatements`, for what is looked at again and again. The rows are shared: nobody changes them. */
export async function keptStatements(
  tx: Tx,
  practice: OrganisationId,
  hashes: Iterable<Hash>,
): Promise<Map<Hash, StatementRow>> {
  const keys = [...new Set(hashes)].map((one) => `${practice}/${one}`);
  const found = await keptRows(tx, keys, async (missing) => {
    const wanted = missing.map((key) => key.slice(practice.length + 1) as Hash);
    const rows = await getStatements(tx, practice, wanted);
    return new Map(wanted.map((one) => [`${practice}/${one}`, rows.get(one)]));
  });
  return new Map([...found.values()].flatMap((row) => (row ? [[row.hash, row] as const] : [])));
}

function pathOf(path: Bytes): string[] {
  const steps: string[] = [];
  for (let at = 0; at < path.length; at += HASH) steps.push(base64url(path.subarray(at, at + HASH)));
  return steps;
}

const wires = new WeakMap<StatementRow, WireStatement>();
/** One object for one row: not to be changed. */
export function toWire(row: StatementRow): WireStatement {
  const known = wires.get(row) ?? wireOf(row);
  wires.set(row, known);
  return known;
}

function wireOf(row: StatementRow): WireStatement {
  const header = base64url(row.header);
  if (row.batch !== null) return { header, proof: { batch: row.batch, index: row.leaf!, path: pathOf(row.path!) } };
  // What stands here was parsed when it came; the answer as a whole is parsed once more before it leaves.
  return { header, proof: { sigs: JSON.parse(row.sigs!) } };
}

/** The batches that sign these rows, each once, as they go beside them on the wire. */
export async function batchesFor(
  tx: Tx,
  practice: OrganisationId,
  rows: Iterable<StatementRow>,
): Promise<WireStatement[]> {
  const hashes = new Set([...rows].flatMap((row) => row.batch ?? []));
  return [...(await getStatements(tx, practice, [...hashes])).values()].map(toWire);
}

/** As `batchesFor`, of rows that are looked at again and again. */
export async function keptBatchesFor(
  tx: Tx,
  practice: OrganisationId,
  rows: Iterable<StatementRow>,
): Promise<WireStatement[]> {
  const hashes = new Set([...rows].flatMap((row) => row.batch ?? []));
  return [...(await keptStatements(tx, practice, hashes)).values()].map(toWire);
}

/** Parsed again, with their batches. */
export async function parseRows(tx: Tx, practice: OrganisationId, rows: readonly StatementRow[]): Promise<Statement[]> {
  const batches = batchesFromWire(await batchesFor(tx, practice, rows));
  return rows.map((row) => statementFromWire(toWire(row), batches));
}

/** The payloads of rows whose proof was checked when they came. */
export const payloadOf = (row: Pick<StatementRow, 'header'>): unknown =>
  JSON.parse(new TextDecoder().decode(row.header));

export const endStatement = async (tx: Tx, practice: OrganisationId, hash: Hash, at: Instant): Promise<void> =>
  void (await tx
    .updateTable('statement')
    .set({ ended: at })
    .where('practice', '=', practice)
    .where('hash', '=', hash)
    .execute());
