/** Holds the table of docs/developers.md to the titles of the tests that it names. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const span = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
const WANTED = [4, 5, ...span(15, 22), ...span(25, 54), ...span(57, 59)];

const rows = readFileSync(join(root, 'docs/developers.md'), 'utf8')
  .split('\n')
  .flatMap((line) => {
    const number = /^\| R(\d+) /.exec(line)?.[1];
    return number === undefined
      ? []
      : [{ number, files: [...line.matchAll(/`(\S+\.test\.ts)`/g)].map(([, file]) => file!) }];
  });

/** What stands after `it(`, `describe(` or `it.each(...)(`, up to the end of its text. */
const titlesOf = (source: string): string[] =>
  [...source.matchAll(/\b(?:it|describe)(?:\.each\([\s\S]*?\))?\(\s*(['"`])([\s\S]*?)\1/g)].map(
    ([, , title]) => title!,
  );

describe('which test proves which requirement', () => {
  it('is said of every requirement of access, identity, consent, log, patient and breach, once', () => {
    expect(rows.map(({ number }) => Number(number))).toEqual(WANTED);
  });

  it.each(rows.map((row) => [`R${row.number}`, row.files] as const))(
    '%s is in a title of every file',
    (name, files) => {
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const titles = titlesOf(readFileSync(join(root, 'packages', file), 'utf8'));
        expect(
          titles.filter((title) => new RegExp(`\\b${name}\\b`).test(title)),
          file,
        ).not.toEqual([]);
      }
    },
  );
});
