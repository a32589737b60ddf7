/**
 * Writes src/policies.ts from policies/: the texts travel inside the program, so that browser and worker have them too. Then holds them
 * to their schema and writes src/validated.ts; texts that do not fit it leave that file as it was.
 */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../policies');
const text = (name: string) => JSON.stringify(readFileSync(join(folder, name), 'utf8'));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.cedar'))
  .sort();
const module = [
  '// Made by tools/policies.ts from policies/; a test holds both to each other.',
  `export const SCHEMA: string =\n  ${text('schema.cedarschema')};`,
  'export const POLICIES: Readonly<Record<string, string>> = {',
  ...names.map((name) => `  ${name.slice(0, -'.cedar'.length)}:\n    ${text(name)},`),
  '};',
  '',
].join('\n');
writeFileSync(join(import.meta.dirname, '../src/policies.ts'), module);

const { fits } = await import('../src/cedar.ts');
const { policyTexts, versionOf } = await import('../src/version.ts');
const cedar = await import('@cedar-policy/cedar-wasm/nodejs');
const policies = Object.fromEntries(policyTexts().slice(1));
if (!fits(cedar, policies)) throw new Error('the policies do not fit their schema');
const validated = [
  '// Made by tools/policies.ts; a test holds it to what Cedar says of the texts.',
  '/** Which texts were held to their schema, strictly and without a warning, by which Cedar. Any other texts or Cedar are, at each start. */',
  `export const VALIDATED = { cedar: '${cedar.getCedarVersion()}', texts: '${versionOf()}' } as const;`,
  '',
].join('\n');
writeFileSync(join(import.meta.dirname, '../src/validated.ts'), validated);
