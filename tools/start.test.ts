/**
 * What a start loads: every module costs each start of a vault and each command a millisecond of processor time or more. What is needed
 * later, or by few, is loaded there (`import()`). A library that is added to a list below is paid for by every start.
 */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** What is loaded with a module: imports and re-exports that are not of types only. `import { type A }` loads its module all the same. */
const LOADED = /^(?:import|export)\s+(?!type\b)(?:[^'";]*?\bfrom\s+)?'([^']+)'/gm;

/** Files of ours and packages of others that `entry` loads, without what `import()` brings later. */
function loadedBy(entry: string): { readonly ours: ReadonlySet<string>; readonly others: readonly string[] } {
  const ours = new Set<string>();
  const others = new Set<string>();
  const visit = (path: string): void => {
    const name = relative(root, path);
    if (ours.has(name)) return;
    ours.add(name);
    if (!path.endsWith('.ts')) return;
    for (const [, specifier] of readFileSync(path, 'utf8').matchAll(LOADED)) follow(specifier!, path);
  };
  const follow = (specifier: string, from: string): void => {
    if (specifier.startsWith('node:')) return;
    if (specifier.startsWith('.')) {
      visit(join(dirname(from), specifier));
      return;
    }
    const [first, second = '', ...door] = specifier.split('/');
    if (first !== '@ketenkluis') {
      others.add(first!.startsWith('@') ? `${first}/${second}` : first!);
      return;
    }
    const folder = join(root, 'packages', second);
    const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      readonly exports: Readonly<Record<string, string>>;
    };
    visit(join(folder, exports[['.', ...door].join('/')]!));
  };
  visit(join(root, entry));
  return { ours, others: [...others].sort() };
}

/** What sealing and the wire stand on. */
const FLOOR = ['@noble/hashes', '@scure/base', 'hash-wasm', 'hpke', 'shamir-secret-sharing', 'zod'];

describe('a start loads what it needs and nothing else', () => {
  it('a vault: no passkeys, no files of a workplace', () => {
    const { ours, others } = loadedBy('packages/vault/src/main.ts');
    expect(ours.size).toBeGreaterThan(100);
    const server = ['cors', 'rate-limit', 'swagger'].map((name) => `@fastify/${name}`);
    const served = ['fastify', 'fastify-type-provider-zod', 'helmet', 'kysely', 'pino', 'prom-client'];
    expect(others).toEqual([...server, ...served, ...FLOOR].sort());
  });

  it('the agent: no PDF, no mail, no sign-on outside, no tables to write', () => {
    const { ours, others } = loadedBy('packages/agent/src/index.ts');
    expect(ours).toContain('packages/client/src/audit-record/overview.ts');
    expect([...ours].filter((name) => /client\/src\/(pdf|audit-record\/(files|take))/.test(name))).toEqual([]);
    expect(others).toEqual(['csv-parse', 'fflate', 'saxes', ...FLOOR].sort());
  });

  it('the command: the words of its options; each job loads its own', () => {
    const { ours, others } = loadedBy('packages/cli/src/main.ts');
    expect([...ours].sort()).toEqual(['packages/cli/src/main.ts', 'packages/cli/src/spawn.ts']);
    expect(others).toEqual(['commander']);
    const serve = loadedBy('packages/cli/src/vault.ts');
    expect([...serve.ours].filter((name) => /^packages\/(agent|client|care|fhir)\//.test(name))).toEqual([]);
    for (const name of loadedBy('packages/cli/src/practice.ts').ours) expect(name).not.toMatch(/^packages\/vault\//);
    for (const name of [...ours, ...serve.ours]) expect(existsSync(join(root, name))).toBe(true);
  });
});
