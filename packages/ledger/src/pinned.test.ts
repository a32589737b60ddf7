import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatVkey } from './note.ts';
import { pinnedLogs, readPinned } from './pinned.ts';

const bad = (why: string) => new Error(why);
const key = (name: string, type: 1 | 4) => formatVkey({ name, type, publicKey: new Uint8Array(32).fill(7) });

describe('what an outside party pins', () => {
  it('is read as its form says; what is wrong is named, and not shown', () => {
    const form = z.strictObject({ logs: z.array(z.string()) });
    expect(readPinned('{"logs":["a"]}', form, bad)).toEqual({ logs: ['a'] });
    for (const [text, why] of [
      [null, 'cannot be found'],
      ['{', 'is no JSON'],
      ['{"logs":["a",5]}', 'is wrong at: logs.1'],
      ['{"logs":[],"secret":1}', 'is wrong at: the whole'],
    ] as const)
      expect(() => readPinned(text, form, bad)).toThrow(why);
  });

  it('R42: is every log once, under a key that logs sign with', () => {
    const [name, other] = ['log.example/a', 'log.example/b'];
    expect([...pinnedLogs([{ name, key: key(name, 1) }], bad).keys()]).toEqual([name]);
    for (const [logs, why] of [
      [[{ name, key: 'none' }], 'no verifier key'],
      [[{ name, key: key(name, 4) }], "not a log's Ed25519 key"],
      [
        [
          { name, key: key(name, 1) },
          { name, key: key(other, 1) },
        ],
        'twice',
      ],
    ] as const)
      expect(() => pinnedLogs(logs, bad)).toThrow(why);
  });
});
