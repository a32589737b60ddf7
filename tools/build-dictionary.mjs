/**
 * Makes a compression dictionary for packs from invented records only: generate a practice, read and minimise it as the agent does,
 * and keep the skeletons of the records that save most, without their dates and values.
 * A dictionary that has been used never changes: a new one gets a new number (docs/spec/pack.md).
 *
 *   node tools/build-dictionary.mjs > packages/seal/src/dictionary-1.ts
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLocalDate } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES, SCOPE_IDS } from '@ketenkluis/care';
import { folderSource } from '../packages/agent/src/source/folder.ts';
import { readPractice } from '../packages/agent/src/source/practice.ts';
import { writePractice } from '../packages/lab/src/generate/write.ts';

const BYTES = 6000;
const asOf = parseLocalDate('2026-01-01');
const out = mkdtempSync(join(tmpdir(), 'dictionary-'));
writePractice({ patients: 800, seed: 'dictionary', asOf, out, format: 'fhir' });

const seen = new Map();
const skeleton = (record) =>
  JSON.stringify(record)
    .replace(/"(19|20)\d\d(-\d\d){0,2}"/g, '"20')
    .replace(/"value":"[^"]*"\}?/g, '"value":"');
await readPractice(await folderSource(out), {
  asOf,
  selection: compileSelection(Object.values(PROGRAMMES)),
  enrolled: 'candidates',
  sink: {
    records(_patient, _scope, records) {
      for (const record of records) {
        if (record.kind === 'identity') continue;
        const text = skeleton(record);
        seen.set(text, (seen.get(text) ?? 0) + 1);
      }
    },
  },
});
rmSync(out, { recursive: true });

// The end of a dictionary is the cheapest to point at: what stands in every pack comes last.
const programmes = JSON.stringify(Object.keys(PROGRAMMES).sort());
const frame = [
  '{"kind":"identity","family":"","given":"","birthDate":"19","gender":"female","phone":["+316"]}]}',
  ...SCOPE_IDS.map((scope) => `"scope":"${scope}","`),
  `{"v":1,"scope":"","programmes":${programmes},"asOf":"20`,
  '","records":[{"kind":"measurement","parameter":"',
  `{"asOf":"20","at":17,"programmes":${programmes},"scope":"","selection":"","suite":1,"type":"fhir","writer":null}`,
].join('');
const worth = ([text, count]) => text.length * count;
const order = (a, b) => worth(b) - worth(a) || (a[0] < b[0] ? -1 : 1);
let text = frame;
for (const [one] of [...seen].sort(order)) {
  if (text.length + one.length <= BYTES) text = one + text;
}

const lines = text
  .match(/.{1,110}/g)
  .map((line) => `  ${JSON.stringify(line).replaceAll("'", "\\'").replace(/^"|"$/g, "'").replaceAll('\\"', '"')},`);
process.stdout.write(`/** Compression dictionary 1: record skeletons of an invented practice. Made by tools/build-dictionary.mjs; never changes. */
export const dictionary1 = [
${lines.join('\n')}
].join('');
`);
