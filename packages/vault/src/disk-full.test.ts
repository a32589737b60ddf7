/** The disk is full in the middle of a commit: no answer that is not in the log, and it goes on where it stood. */

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fsck } from './fsck.ts';
import { startTestWorld, type TestWorld } from './testing.ts';

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld({ log: false });
});
afterAll(() => world.close());

const { raw } = sql;
const pages = (many: string) =>
  world.running.vault.storage.write((tx) => raw(`PRAGMA max_page_count = ${many}`).execute(tx));
const size = async () => (await world.running.vault.storage.ledger.state(world.log.origin)).size;

describe('a disk that is full', () => {
  it('R38: SQLite refuses the commit: the asker is told that it failed, no line is half there, and the next one fits on', async () => {
    const before = await size();
    // SQLite never takes a limit below what it has: from here on not one page more.
    await pages('1');
    let answered = 0;
    let failed: unknown;
    for (let i = 0; i < 2000 && failed === undefined; i++) {
      await world.open(world.practice.gp).then(
        () => (answered += 1),
        (error: unknown) => (failed = error),
      );
    }
    expect(String(failed)).toMatch(/no session.*vault\/internal/);
    // Every answer has its line, and no line is without an answer.
    expect(await size()).toBe(before + answered);
    await expect(world.open(world.practice.gp)).rejects.toThrow();
    expect(await size()).toBe(before + answered);
    await pages('1073741823');
    await world.open(world.practice.gp);
    expect(await size()).toBe(before + answered + 1);
    await world.running.stop();
    expect(await fsck(world.dir)).toMatchObject({ ok: true, faults: [] });
  });
});
