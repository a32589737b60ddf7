/** The tables of docs/access-matrix.md, written from what is expected: held by a test, so that the page says what is asked. */

import { STATES, WHAT } from './dossiers.ts';
import { ABOUT_ONE_ROWS, expectedOf, GENERAL_ROWS, type Row } from './expected.ts';
import { ROLES, WHO } from './roles.ts';

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const answers = (row: Row) => ROLES.map((role) => expectedOf(row, role));

const roleTable = (): string =>
  table(
    ['role', 'who'],
    ROLES.map((role) => [`\`${role}\``, WHO[role]]),
  );
const stateTable = (): string =>
  table(
    ['state', 'what it is'],
    STATES.map((state) => [`\`${state}\``, WHAT[state]]),
  );
const generalTable = (): string =>
  table(
    ['endpoint', ...ROLES],
    Object.entries(GENERAL_ROWS).map(([name, row]) => [`\`${name}\``, ...answers(row)]),
  );
const dossierTable = (): string =>
  table(
    ['endpoint', 'state', ...ROLES],
    Object.entries(ABOUT_ONE_ROWS).flatMap(([name, rowOf]) =>
      STATES.map((state) => [`\`${name}\``, `\`${state}\``, ...answers(rowOf(state))]),
    ),
  );

const TABLES = [roleTable, stateTable, generalTable, dossierTable];
/** The page with its tables, which stand in this order, as they are now. Throws when it has others. */
export function withTables(page: string): string {
  const parts = page.split(/^(?:\|.*\n)+/m);
  if (parts.length !== TABLES.length + 1) throw new Error(`the page has ${parts.length - 1} tables`);
  return parts.map((text, i) => `${text}${TABLES[i] ? `${TABLES[i]()}\n` : ''}`).join('');
}
