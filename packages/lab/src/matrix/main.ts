/**
 * `npm run matrix [-- --json] [--only ENDPOINT]`: every endpoint x role x relation state, asked of a vault. Exit 1 when a cell is wrong
 * or missing. `--doc` writes what is expected into docs/access-matrix.md and asks nothing.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { useScratch } from '../scratch.ts';
import { withTables } from './doc.ts';
import { runMatrix } from './matrix.ts';

const { json, doc, only } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    doc: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
}).values;

async function play(): Promise<void> {
  useScratch();
  const { endpoints, cells, untested, wrong } = await runMatrix(only);
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
  // Nothing asked is nothing shown.
  process.exitCode = cells.length === 0 || untested.length > 0 || wrong.length > 0 ? 1 : 0;
}

if (doc) {
  const page = new URL('../../../../docs/access-matrix.md', import.meta.url);
  writeFileSync(page, withTables(readFileSync(page, 'utf8')));
} else await play();
