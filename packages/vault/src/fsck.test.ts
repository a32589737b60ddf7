import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { HOUR, plus } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultCode, fsck } from './fsck.ts';
import { deliverAll, enrol, look, newDossier, startTestWorld, type TestWorld, takeSnapshot } from './testing.ts';

/** One vault, stopped; every case damages a copy of its databases. */
let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
  const agent = await world.open(world.practice.agent);
  const first = newDossier(1);
  const { into } = await enrol(world, first);
  expect((await deliverAll(world, agent, into)).status).toBe(200);
  const nurse = await world.open(world.practice.nurse);
  expect((await look(world, nurse, [{ dossier: first.id, handle: first.handles[0]! }])).status).toBe(200);
  // Of this one the step runs out; the newest line is later.
  const brief = newDossier(1);
  const second = await enrol(world, brief);
  const at = second.into.payloads.findIndex((one) => one.t === 'fact' && one.kind === 'step');
  const step = second.into.payloads[at] as FactOf<'step'>;
  second.into.payloads[at] = { ...step, until: plus(step.from, HOUR) };
  expect((await deliverAll(world, agent, second.into)).status).toBe(200);
  world.time.move(2 * HOUR);
  const later = await world.open(world.practice.agent);
  expect((await takeSnapshot(world, later)).reply.status).toBe(200);
  await world.running.stop();
});
afterAll(async () => {
  await world.close();
});

async function damaged(sql: string, file = 'vault.db') {
  const copy = mkdtempSync(join(tmpdir(), 'ketenkluis-fsck-'));
  try {
    cpSync(world.dir, copy, { recursive: true });
    const db = new DatabaseSync(join(copy, file));
    try {
      db.exec(sql);
    } finally {
      db.close();
    }
    return await fsck(copy);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

describe('fsck', () => {
  it('finds nothing wrong with a vault that is whole; what only waits is named apart', async () => {
    const { faults, waiting, ...report } = await fsck(world.dir);
    expect(report).toMatchObject({ ok: true, practices: 1, dossiers: 2, packs: 2 });
    expect(faults).toEqual([]);
    expect(waiting.map(({ code }) => code)).toEqual(['grant-past-its-end']);
  });
  const cases: [FaultCode, string, string, string?][] = [
    [
      'line-changed',
      'a changed line',
      'UPDATE entry SET stored = CAST(replace(CAST(stored AS TEXT), \'"outcome":"success"\', \'"outcome":"refused"\') AS BLOB) WHERE idx = 3',
    ],
    ['line-missing', 'a missing line', 'DELETE FROM entry WHERE idx = 2'],
    ['line-missing', 'a log cut short', 'DELETE FROM entry WHERE idx = (SELECT max(idx) FROM entry)'],
    ['tiles-differ', 'a changed tile', 'UPDATE tile SET bytes = zeroblob(length(bytes))'],
    [
      'checkpoint-forged',
      'a checkpoint that the log did not sign',
      "UPDATE log SET checkpoint = replace(checkpoint, substr(checkpoint, -20, 8), 'AAAAAAAA')",
    ],
    ['annex-missing', 'an annex that is gone', 'DELETE FROM annex'],
    ['annex-changed', 'an annex with other bytes', "UPDATE annex SET bytes = CAST(bytes || x'00' AS BLOB)"],
    [
      'request-missing',
      'a signed request that is gone',
      'DELETE FROM asked WHERE line = (SELECT max(line) FROM asked)',
    ],
    ['request-changed', 'another signed request', "UPDATE asked SET header = CAST(header || x'20' AS BLOB)"],
    ['chain-head-differs', 'a dossier whose chain goes on', 'UPDATE dossier SET seq = seq + 1'],
    ['state-differs', 'a fact that was dropped quietly', "DELETE FROM fact WHERE kind = 'step'"],
    ['index-differs', 'an item that the index leaves out', 'DELETE FROM dossier_item WHERE seq = 2'],
    [
      'fact-without-statement',
      'a fact without its statement',
      "DELETE FROM statement WHERE hash = (SELECT hash FROM fact WHERE kind = 'relation')",
    ],
    ['head-without-pack', 'a pack that is gone', 'DELETE FROM pack'],
    ['pack-changed', 'a pack that was changed', "UPDATE pack SET bytes = CAST(bytes || x'00' AS BLOB)"],
    ['orphan-pack', 'a pack without a head', "INSERT INTO pack SELECT practice, 'x', bytes FROM pack LIMIT 1"],
    ['pack-without-line', 'a head that no line holds', `UPDATE handle SET descriptor = '${'A'.repeat(43)}'`],
    ['grant-without-wrap', 'a grant whose share is gone', "DELETE FROM wrap WHERE kind = 'c'"],
    ['orphan-wrap', 'a wrapped share without its grant', 'DELETE FROM granted'],
    ['directory-invalid', 'a card that was quietly put in', "UPDATE statement SET sigs = '[]' WHERE type = 'card'"],
    ['share-missing', 'a share that is gone', 'DELETE FROM share', 'shares.db'],
    ['share-differs', 'another share', 'UPDATE share SET share = zeroblob(32)', 'shares.db'],
    [
      'orphan-share',
      'a share that was kept',
      "INSERT INTO share SELECT practice, 'x', share, NULL, NULL FROM share LIMIT 1",
      'shares.db',
    ],
    [
      'statement-changed',
      'a signed object with other bytes',
      "UPDATE statement SET header = CAST(replace(CAST(header AS TEXT), '\"epoch\":0', '\"epoch\":7') AS BLOB) WHERE type = 'grant'",
    ],
    [
      'grant-without-team',
      'a grant to a key that the team never had',
      "UPDATE statement SET header = CAST(replace(CAST(header AS TEXT), '\"epoch\":0', '\"epoch\":7') AS BLOB) WHERE type = 'grant'",
    ],
    ['grant-without-fact', 'a grant on a fact that ended', "UPDATE fact SET ended = 1 WHERE kind = 'step'"],
    ['grant-without-fact', 'a grant on no fact', 'UPDATE granted SET fact = NULL'],
    ['grant-differs', 'a grant that was moved to another dossier', "UPDATE granted SET dossier = 'dos_x'"],
    ['grant-differs', 'a grant that was given to another team', "UPDATE granted SET team = 'tea_x'"],
    ['orphan-grant', 'a grant whose pack was replaced', "UPDATE handle SET state = 'gone'"],
    ['exit-missing', 'a pack that the practice could not leave with', "DELETE FROM wrap WHERE kind = 'x'"],
    [
      'share-overdue',
      'a superseded share that was never overwritten',
      'UPDATE share SET superseded = 1, until = 2',
      'shares.db',
    ],
    ['snapshot-differs', 'a row of the snapshot that was changed', 'UPDATE snapshot_row SET seq = seq + 1'],
  ];
  for (const [code, what, sql, file] of cases) {
    it(`names ${what} (${code})`, async () => {
      const { ok, faults } = await damaged(sql, file);
      expect(ok).toBe(false);
      expect(faults.map((fault) => fault.code)).toContain(code);
      expect(faults.every(({ where, mend }) => where !== '' && mend !== '')).toBe(true);
    });
  }

  it('says when there is no vault', async () => {
    await expect(fsck(join(world.dir, 'nowhere'))).rejects.toThrow("no vault's folder");
  });
});
