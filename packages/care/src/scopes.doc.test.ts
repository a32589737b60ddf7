/** The tables of docs/spec/scopes.md are those of the files. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PROGRAMME_IDS, PROGRAMMES, ROLE_IDS, ROLES, SCOPE_IDS, SCOPES } from './catalogue.ts';
import { fieldsInScope, partitionFor } from './partition.ts';
import { listedFields } from './selection.ts';

const parts = SCOPE_IDS.filter((id) => !SCOPES[id].copy);
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const scopes = [
  row(['Scope', 'On screen', 'Fields']),
  '|---|---|---|',
  ...SCOPE_IDS.map((id) =>
    row([`\`${id}\``, SCOPES[id].nl, `${SCOPES[id].copy ? 'copy of ' : ''}${SCOPES[id].fields.join(', ')}`]),
  ),
];

const matrix = [
  row(['Role', ...parts.map((id) => `\`${id}\``)]),
  `|---|${'---|'.repeat(parts.length)}`,
  ...ROLE_IDS.filter((role) => ROLES[role].mode !== 'emergency').map((role) =>
    row([`\`${role}\``, ...parts.map((id) => (ROLES[role].fields.includes(SCOPES[id].fields[0]!) ? 'x' : ' '))]),
  ),
];

const bySteps = new Map(
  PROGRAMME_IDS.flatMap((id) =>
    PROGRAMMES[id].steps.flatMap(({ id: step, fields, roles }) =>
      fields === undefined ? [] : [[`\`${roles.join(', ')}\` in \`${step}\``, fields] as const],
    ),
  ),
);
const steps = [
  row(['Role in a step', ...parts.map((id) => `\`${id}\``)]),
  `|---|${'---|'.repeat(parts.length)}`,
  ...[...bySteps].map(([name, fields]) =>
    row([name, ...parts.map((id) => (fields.includes(SCOPES[id].fields[0]!) ? 'x' : ' '))]),
  ),
];

const merged = [
  row(['Programme alone', 'Scopes']),
  '|---|---|',
  ...PROGRAMME_IDS.map((id) => {
    const filled = listedFields(PROGRAMMES[id]);
    const used = [...new Set([...filled].map((field) => partitionFor([id]).get(field)!))];
    const inOrder = SCOPE_IDS.filter((scope) => used.includes(scope));
    const words = inOrder.map((scope) => {
      const fields = fieldsInScope(scope, [id]).filter((field) => filled.has(field));
      return `\`${scope}\` (${fields.join(', ')})`;
    });
    return row([`\`${id}\``, words.join('; ')]);
  }),
];

it('docs/spec/scopes.md shows the scopes, the role matrix, the steps with needs of their own and the merged scopes as they are', () => {
  const page = readFileSync(join(import.meta.dirname, '../../../docs/spec/scopes.md'), 'utf8');
  for (const table of [scopes, matrix, steps, merged]) expect(page).toContain(table.join('\n'));
});
