/** Holds the house (docs/architecture.md): which package may use which, what runs in a browser, who may ask the time. */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Direct arrows, as drawn; use is transitive. */
const ARROWS: Record<string, readonly string[]> = {
  base: [],
  fhir: ['base'],
  ledger: ['base'],
  seal: ['ledger'],
  access: ['seal'],
  protocol: ['access'],
  care: ['fhir', 'access'],
  client: ['protocol', 'fhir'],
  vault: ['protocol'],
  witness: ['protocol'],
  keyholder: ['protocol'],
  agent: ['client', 'care'],
  workplace: ['client', 'care'],
  lab: ['agent', 'vault', 'witness', 'keyholder', 'workplace'],
  cli: ['agent', 'vault', 'witness', 'keyholder'],
};
const PURE = ['base', 'ledger', 'seal', 'fhir', 'care', 'access', 'client'];

const reach = (name: string): Set<string> => new Set(ARROWS[name]?.flatMap((next) => [next, ...reach(next)]) ?? []);

function* sources(directory: string): Generator<string> {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.name === 'node_modules' || entry.name === 'dist') continue;
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* sources(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

const isTest = (path: string) => /\.test(-d)?\.tsx?$|\/test\/|\/testing\.ts$|\/testing\//.test(path);
const files = readdirSync(join(root, 'packages')).flatMap((name) =>
  [...sources(join(root, 'packages', name, 'src'))].map((path) => ({
    name,
    path: relative(root, path),
    text: readFileSync(path, 'utf8'),
    test: isTest(path),
  })),
);
const imports = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] as string);
const offences = (
  pick: (file: (typeof files)[number]) => boolean,
  bad: (specifier: string, file: (typeof files)[number]) => boolean,
) =>
  files.filter(pick).flatMap((file) =>
    imports(file.text)
      .filter((s) => bad(s, file))
      .map((s) => `${file.path}: ${s}`),
  );

describe('the house', () => {
  it('knows every package', () => {
    expect([...new Set(files.map((file) => file.name))].filter((name) => !(name in ARROWS))).toEqual([]);
  });

  it('has arrows that only go down', () => {
    const wrong = offences(
      (file) => !file.test,
      (specifier, file) => {
        const target = /^@ketenkluis\/([a-z]+)/.exec(specifier)?.[1];
        return target !== undefined && target !== file.name && !reach(file.name).has(target);
      },
    );
    expect(wrong).toEqual([]);
  });

  it('reaches another package only through its door', () => {
    expect(
      offences(
        () => true,
        (specifier) => /\.\.\/\.\.\/(\.\.\/)*[a-z]+\/src/.test(specifier),
      ),
    ).toEqual([]);
  });

  it('keeps Node out of what runs in a browser', () => {
    const wrong = offences(
      (file) => !file.test && PURE.includes(file.name) && !/conformance/.test(file.path),
      (specifier) => specifier.startsWith('node:') || ['fs', 'path', 'crypto', 'buffer'].includes(specifier),
    );
    expect(wrong).toEqual([]);
  });

  it('R8: the vault has no path to the code that opens content', () => {
    expect(
      offences(
        (file) => file.name === 'vault' && !file.test,
        (s) => s === '@ketenkluis/seal/open',
      ),
    ).toEqual([]);
    const holders = offences(
      (file) => ['protocol', 'access'].includes(file.name) || (file.name === 'keyholder' && !file.test),
      (s) => s === '@ketenkluis/seal/open',
    );
    expect(holders).toEqual([]);
  });

  it('asks time and chance only of the ports', () => {
    const banned = /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bTemporal\b|\bperformance\.now\b/;
    const wrong = files
      .filter((file) => !file.test && file.path !== 'packages/base/src/ports.ts' && banned.test(file.text))
      .map((file) => file.path);
    expect(wrong).toEqual([]);
  });

  it('keeps base small enough to know by heart', () => {
    const lines = files
      .filter((file) => file.name === 'base' && !file.test)
      .reduce((sum, file) => sum + file.text.split('\n').filter((line) => line.trim() !== '').length, 0);
    expect(lines).toBeLessThanOrEqual(300);
  });
});
