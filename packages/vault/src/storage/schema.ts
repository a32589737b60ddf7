/** The tables as every database makes them, from one description; portable on purpose. */

import { type CreateTableBuilder, type Kysely, sql } from 'kysely';
import type { Schema } from './tables.ts';

export type * from './tables.ts';

/** `bytes` is `blob` on SQLite and `bytea` on PostgreSQL. */
export interface Types {
  readonly bytes: 'blob' | 'bytea';
}

type Columns = Record<string, 'text' | 'text?' | 'int' | 'int?' | 'bytes' | 'bytes?'>;
interface Table {
  readonly columns: Columns;
  readonly key: readonly string[];
  readonly indexes?: readonly (readonly string[])[];
}
const owned = (columns: Columns, key: readonly string[], indexes: readonly (readonly string[])[] = []): Table => ({
  columns: { practice: 'text', ...columns },
  key: ['practice', ...key],
  indexes: indexes.map((index) => ['practice', ...index]),
});

const TABLES: Record<keyof Schema, Table> = {
  practice: owned({ log: 'text', created: 'int' }, []),
  statement: owned(
    {
      hash: 'text',
      type: 'text',
      header: 'bytes',
      sigs: 'text?',
      batch: 'text?',
      leaf: 'int?',
      path: 'bytes?',
      dossier: 'text?',
      directory: 'int',
      line: 'int',
      item: 'int',
      ended: 'int?',
    },
    ['hash'],
    [['dossier'], ['line', 'item'], ['directory', 'line'], ['type'], ['batch']],
  ),
  fact: owned(
    { fact: 'text', kind: 'text', hash: 'text', dossier: 'text?', person: 'text?', team: 'text?', ended: 'int?' },
    ['fact'],
    [['dossier'], ['person'], ['team']],
  ),
  dossier: owned({ dossier: 'text', seq: 'int', changed: 'int', head: 'text?', state: 'text', ended: 'int' }, [
    'dossier',
  ]),
  dossier_item: owned({ dossier: 'text', seq: 'int', line: 'int', item: 'int', at: 'int', change: 'int' }, [
    'dossier',
    'seq',
  ]),
  handle: owned(
    {
      handle: 'text',
      dossier: 'text?',
      team: 'text?',
      slot: 'text?',
      class: 'text',
      parent: 'text?',
      version: 'int',
      descriptor: 'text',
      state: 'text',
      line: 'int',
    },
    ['handle'],
    [['dossier'], ['team'], ['line']],
  ),
  pack: owned({ descriptor: 'text', bytes: 'bytes' }, ['descriptor']),
  granted: owned(
    { descriptor: 'text', team: 'text', grant_hash: 'text', fact: 'text?', dossier: 'text?' },
    ['descriptor', 'team'],
    [['grant_hash'], ['dossier'], ['fact']],
  ),
  wrap: owned(
    { descriptor: 'text', kind: 'text', bundle: 'text', idx: 'int', ct: 'bytes', recipient: 'text?' },
    ['bundle', 'idx'],
    [['descriptor', 'kind', 'recipient']],
  ),
  list_row: owned({ team: 'text', dossier: 'text' }, ['team', 'dossier'], [['dossier']]),
  snapshot: owned({ number: 'int', hash: 'text', until: 'int', size: 'int', root: 'text' }, ['number']),
  snapshot_row: owned({ dossier: 'text', seq: 'int', state: 'text' }, ['dossier']),
  annex: owned({ hash: 'text', bytes: 'bytes', line: 'int' }, ['hash']),
  asked: owned({ line: 'int', header: 'bytes' }, ['line']),
  wraps: owned({ hash: 'text', bytes: 'bytes' }, ['hash']),
  person: owned({ person: 'text', keyring: 'bytes?', number: 'int' }, ['person']),
  credential: owned(
    {
      credential: 'text',
      person: 'text',
      key: 'bytes',
      counter: 'int',
      transports: 'text',
      since: 'int',
      used: 'int?',
      ended: 'int?',
    },
    ['credential'],
    [['person']],
  ),
  device: owned(
    { device: 'text', person: 'text', sign: 'text', since: 'int', used: 'int?', ended: 'int?' },
    ['device'],
    [['person']],
  ),
  counter: owned({ source: 'text', value: 'int' }, ['source']),
  challenge: owned({ challenge: 'text', until: 'int' }, ['challenge']),
  session: owned(
    {
      session: 'text',
      token: 'text',
      person: 'text',
      device: 'text?',
      organisation: 'text?',
      vouched: 'bytes?',
      unlocker: 'text?',
      stage: 'text',
      opened: 'int',
      active: 'int',
      until: 'int',
      ended: 'int?',
      log_read: 'int',
    },
    ['session'],
    [['token'], ['person']],
  ),
  session_level: owned(
    { session: 'text', level: 'text', means: 'text', at: 'int', until: 'int?', statement: 'text?' },
    ['session'],
  ),
  raising: owned({ session: 'text', answer: 'text', kem: 'text', request: 'text', until: 'int' }, ['session']),
  invitation: owned({ invitation: 'text', hash: 'text', until: 'int', state: 'text', person: 'text?' }, ['invitation']),
  joining: owned({ invitation: 'text', person: 'text', hash: 'text', header: 'bytes', sigs: 'text' }, [
    'invitation',
    'person',
  ]),
  partner_directory: owned({ organisation: 'text', idx: 'int', bytes: 'bytes' }, ['organisation', 'idx']),
  name: owned({ person: 'text', reader: 'text', sealed: 'bytes' }, ['person', 'reader'], [['reader']]),
  called: owned({ fact: 'text', dossier: 'text', person: 'text', until: 'int', note: 'bytes' }, ['fact'], [['person']]),
  review: owned(
    {
      request: 'text',
      line: 'int',
      dossier: 'text',
      person: 'text',
      at: 'int',
      annex: 'text',
      closed: 'int?',
      closer: 'text?',
      closed_at: 'int?',
      finding: 'text?',
    },
    ['request', 'dossier'],
    [['at']],
  ),
  record: owned(
    {
      hash: 'text',
      line: 'int',
      kind: 'text',
      person: 'text',
      finding: 'text?',
      number: 'int?',
      whom: 'text?',
      words: 'bytes?',
    },
    ['hash'],
    [['finding'], ['line']],
  ),
  petition: owned(
    {
      hash: 'text',
      line: 'int',
      at: 'int',
      kind: 'text',
      dossier: 'text',
      person: 'text',
      asked: 'text?',
      answered: 'int?',
      words: 'bytes?',
    },
    ['hash'],
    [['dossier'], ['line']],
  ),
  posed: owned({ hash: 'text', organisation: 'text' }, ['hash'], [['organisation']]),
  kept: owned(
    {
      id: 'text',
      team: 'text',
      person: 'text',
      at: 'int',
      line: 'int',
      sent: 'int?',
      hash: 'text',
      size: 'int',
      sealed: 'bytes',
    },
    ['id'],
    [['line']],
  ),
  told: owned(
    { request: 'text', dossier: 'text', line: 'int', person: 'text', at: 'int', how: 'text', on_day: 'text?' },
    ['request', 'dossier'],
  ),
  erased: owned({ log: 'text', year: 'int', from_line: 'int', to_line: 'int', line: 'int', at: 'int' }, [
    'log',
    'from_line',
  ]),
  erased_last: owned({ dossier: 'text', seq: 'int', line: 'int' }, ['dossier', 'seq']),
  proposal: owned({ hash: 'text', until: 'int', body: 'bytes' }, ['hash']),
  log: { columns: { log: 'text', size: 'int', at: 'int?', checkpoint: 'text?' }, key: ['log'] },
  entry: { columns: { log: 'text', idx: 'int', leaf: 'bytes', stored: 'bytes' }, key: ['log', 'idx'] },
  cosigned: {
    columns: { log: 'text', name: 'text', size: 'int', note: 'text?', fault: 'text?' },
    key: ['log', 'name'],
  },
  tile: { columns: { log: 'text', level: 'int', idx: 'int', bytes: 'bytes' }, key: ['log', 'level', 'idx'] },
};
export const TABLE_NAMES = Object.keys(TABLES) as (keyof Schema)[];

/** Makes every table that is not there yet; runs in one transaction of its own. */
export async function createTables(db: Kysely<Schema>, types: Types): Promise<void> {
  await db.transaction().execute(async (tx) => {
    for (const [name, { columns, key, indexes }] of Object.entries(TABLES)) {
      let table: CreateTableBuilder<string, string> = tx.schema.createTable(name).ifNotExists();
      for (const [column, kind] of Object.entries(columns)) {
        const type = kind.startsWith('text') ? 'text' : kind.startsWith('int') ? 'bigint' : sql.raw(types.bytes);
        table = table.addColumn(column, type, (made) => (kind.endsWith('?') ? made : made.notNull()));
      }
      await table.addPrimaryKeyConstraint(`${name}_key`, [...key]).execute();
      for (const index of indexes ?? []) {
        await tx.schema
          .createIndex(`${name}_${index.slice(1).join('_')}`)
          .ifNotExists()
          .on(name)
          .columns([...index])
          .execute();
      }
    }
  });
}
