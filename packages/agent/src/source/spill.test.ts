import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SealedFile, Spill } from './spill.ts';

/** Where an open descriptor leads; the one that lists the folder is gone by the time it is asked. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

describe('spill', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spill-test-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('gives each key once, its values in order, as a map in memory would', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant('x'.repeat(40_000)));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 2 }), value), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (pairs, parts) => {
          const spill = new Spill<unknown>({ folder, parts });
          const expected = new Map<string, unknown[]>();
          for (const [key, one] of pairs) {
            spill.append(key, one);
            expected.set(key, [...(expected.get(key) ?? []), one]);
          }
          const seen = new Map<string, readonly unknown[]>();
          for (const [key, values] of spill.groups()) {
            expect(seen.has(key)).toBe(false);
            seen.set(key, values);
          }
          spill.close();
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  it.runIf(process.platform === 'linux')(
    'R6: leaves no name on disk, and nothing in clear behind the open file',
    () => {
      const spill = new Spill<string>({ folder, parts: 1 });
      const secret = 'Janssen-Geheim 123456782';
      for (let i = 0; i < 5000; i++) spill.append('patient', secret);
      expect(readdirSync(folder)).toEqual([]);
      const open = readdirSync('/proc/self/fd')
        .map((fd) => `/proc/self/fd/${fd}`)
        .filter((path) => linkOf(path).startsWith(folder))
        .map((path) => readFileSync(path));
      expect(open.length).toBeGreaterThan(0);
      for (const bytes of open) expect(bytes.includes('Janssen')).toBe(false);
      spill.close();
    },
  );

  it('a block that was changed or moved does not open', () => {
    const one = new SealedFile(folder);
    const first = one.append(Buffer.from('a'.repeat(100)));
    const second = one.append(Buffer.from('b'.repeat(100)));
    expect(one.read(first).toString()).toBe('a'.repeat(100));
    expect(one.read(second).toString()).toBe('b'.repeat(100));
    one.close();
    expect(() => one.read(first)).toThrow();
    one.close();
  });
});
