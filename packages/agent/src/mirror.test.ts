import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, fromBase64url } from '@ketenkluis/base';
import { readCheckpoint } from '@ketenkluis/ledger';
import { erasedOf } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Link } from './link.ts';
import { mirror, readObjects } from './mirror.ts';
import { makeWorld, type World } from './testing/world.ts';
import { verifyMirror } from './verify.ts';

describe('the mirror', () => {
  let world: World;
  let dir: string;
  const objects = () =>
    readdirSync(join(dir, 'objects')).flatMap((name) => readObjects(readFileSync(join(dir, 'objects', name))));
  const count = (kind: string) => objects().filter((one) => one.kind === kind).length;
  beforeAll(async () => {
    world = await makeWorld(12, 2);
    dir = join(world.dir, 'mirror');
    await world.enrol();
    await world.sync({ mirror: dir });
  });
  afterAll(() => world.close());

  it('R6: state and mirror are for their own user alone, whatever the umask and whatever stood there', async () => {
    const before = process.umask(0);
    try {
      for (const folder of [join(world.dir, 'agent'), dir]) chmodSync(folder, 0o755);
      world.patients[1] = { ...world.patients[1]!, hba1c: [61] };
      await world.sync({ mirror: dir });
      for (const folder of [join(world.dir, 'agent'), dir]) {
        expect(statSync(folder).mode & 0o777).toBe(0o700);
        for (const one of readdirSync(folder, { recursive: true, withFileTypes: true })) {
          const mode = statSync(join(one.parentPath, one.name)).mode & 0o777;
          expect([one.name, mode]).toEqual([one.name, one.isFile() ? 0o600 : 0o700]);
        }
      }
    } finally {
      process.umask(before);
    }
  });

  it('R41: holds the whole log, and verifies offline', async () => {
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.ok).toBe(true);
    expect(verdict.entries).toBe(verdict.size);
    expect(verdict.packs).toBeGreaterThan(40);
  });

  it('holds packs, escrowed shares, wraps, keyrings and the sealed register', async () => {
    expect(count('pack')).toBe(count('shares'));
    expect(count('keyring')).toBe(2);
    expect(count('wraps')).toBe(5);
    const shares = objects().find(({ kind }) => kind === 'shares')!;
    const kinds = (JSON.parse(new TextDecoder().decode(fromBase64url(shares.bytes))) as { kind: string }[]).map(
      ({ kind }) => kind,
    );
    expect(kinds).toContain('x');
    expect(kinds).not.toContain('h');
    expect(readFileSync(join(dir, 'register.kksb')).subarray(0, 4).toString()).toBe('KKSB');
  });

  it('grows with each sync, and keeps nothing of a dossier that ended or a pack that was replaced', async () => {
    const before = count('pack');
    world.patients[0] = { ...world.patients[0]!, hba1c: [77] };
    await world.sync({ mirror: dir });
    expect(count('pack')).toBe(before);
    world.patients[3] = { ...world.patients[3]!, died: true };
    await world.sync({ mirror: dir });
    expect(count('pack')).toBeLessThan(before);
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
  });

  it('a changed line, leaf or pack is named', async () => {
    const lines = join(dir, 'log', 'lines', '000000.txt');
    const good = readFileSync(lines, 'utf8');
    const rows = good.split('\n');
    [rows[2], rows[3]] = [rows[3]!, rows[2]!];
    writeFileSync(lines, rows.join('\n'));
    expect((await verifyMirror(dir)).faults[0]).toMatchObject({ kind: 'entry', index: 2 });
    writeFileSync(lines, good);

    const file = join(dir, 'objects', readdirSync(join(dir, 'objects'))[0]!);
    const text = readFileSync(file, 'utf8');
    const pack = readObjects(readFileSync(file)).find(({ kind }) => kind === 'pack')!;
    const flipped = `${pack.bytes.slice(0, -4)}${pack.bytes.endsWith('AAAA') ? 'BBBA' : 'AAAA'}`;
    writeFileSync(file, text.replace(pack.bytes, flipped));
    expect((await verifyMirror(dir)).faults).toContainEqual(expect.objectContaining({ kind: 'pack' }));
    writeFileSync(file, text);
    expect((await verifyMirror(dir)).ok).toBe(true);
  });

  it('R44: what the vault erased after its five years goes here too, and an early erasure is refused', async () => {
    const { vault } = world.vault();
    const { log } = (await vault.people.of(world.init.state.register.practice.organisation))!;
    const { register } = world.init.state;
    const link = (now: number): Link => {
      const read = async () => (await vault.storage.ledger.state(log)).checkpoint!;
      const page = async (from: number) => {
        const { size } = await vault.storage.ledger.state(log);
        const found = await vault.storage.ledger.entries(log, from, from + 50);
        const shards = await vault.storage.read((tx) => erasedOf(tx, register.practice.organisation));
        return {
          ...{
            from,
            size,
            entries: found.map(({ stored }) => base64url(stored)),
            erased: shards.map(({ year, from: start, to }) => ({ year, from: start, to })),
          },
          leaves: found.flatMap(({ index, stored, leaf }) =>
            stored.length === 0 ? [{ index, leaf: base64url(leaf) }] : [],
          ),
        };
      };
      const note = { text: '' };
      const session = {
        now: () => now,
        log: async () => {
          note.text = await read();
          const { size, root } = readCheckpoint(note.text);
          return { seen: () => ({ size, root: base64url(root) }), note: () => note.text };
        },
        seen: async () => readCheckpoint(note.text),
        call: async (name: string, _schema: unknown, _body: unknown, query: string) =>
          name === 'entries' ? page(Number(query.split('=')[1])) : { objects: [], next: null },
      };
      return { session } as unknown as Link;
    };
    const before = (await verifyMirror(dir)).size;
    world.clock.move(Date.UTC(2032, 0, 2) - world.clock.clock());
    await world.vault().upkeep();
    await expect(mirror(dir, link(Date.UTC(2031, 0, 2)), register)).rejects.toMatchObject({
      code: 'agent/vault-forked',
    });
    await mirror(dir, link(world.clock.clock()), register);
    const verdict = await verifyMirror(dir);
    expect(verdict.faults).toEqual([]);
    expect(verdict.size).toBeGreaterThan(before);
    expect(verdict.entries).toBeLessThan(verdict.size);
    // A fresh folder has the leaves from the vault, and verifies as well.
    const fresh = join(world.dir, 'fresh');
    await mirror(fresh, link(world.clock.clock()), register);
    expect((await verifyMirror(fresh)).faults).toEqual([]);
    // Lines that went and that no line names are missed.
    const file = join(dir, 'mirror.json');
    const state = JSON.parse(readFileSync(file, 'utf8')) as { erased: object[] };
    writeFileSync(file, JSON.stringify({ ...state, erased: [] }));
    expect((await verifyMirror(dir)).faults[0]).toMatchObject({ kind: 'entry' });
  });
});
