/** Writes src/policies.ts from policies/: the texts travel inside the program, so that browser and worker have them too. */

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
