/** `npm run matrix [-- --json]`: every endpoint x role x relation state, asked of a vault. Exit 1 when a cell is wrong or missing. */

import { parseArgs } from 'node:util';
import { runMatrix } from './matrix.ts';

const { json } = parseArgs({ options: { json: { type: 'boolean', default: false } } }).values;
const { endpoints, cells, untested, wrong } = await runMatrix();
for (const name of untested) console.error(`untested: ${name}`);
for (const { endpoint, role, state, expected, answer } of wrong)
  console.error(
    `wrong: ${endpoint} as ${role}${state === null ? '' : ` of ${state}`}: ${answer} instead of ${expected}`,
  );
const counts = { endpoints, cells: cells.length, untested: untested.length, wrong: wrong.length };
console.log(
  json
    ? JSON.stringify(counts)
    : `${endpoints} endpoints, ${cells.length} cells, ${untested.length} untested, ${wrong.length} wrong`,
);
process.exitCode = untested.length > 0 || wrong.length > 0 ? 1 : 0;
