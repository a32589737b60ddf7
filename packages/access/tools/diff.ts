/**
 * `npm run diff -- --cases N [--seed S]`: does the policy answer as the twin does, over N random questions? Prints counts as one JSON
 * document. Exit 1 at the first difference or engine fault, or when yes, or a reason for no, comes too seldom to say anything.
 */

import { parseArgs } from 'node:util';
import * as cedar from '@cedar-policy/cedar-wasm/nodejs';
import { caseOf } from '../src/cases.test-util.ts';
import { cedarEngine } from '../src/cedar.ts';
import { compare } from '../src/compare.test-util.ts';
import { usePolicy } from '../src/engine.ts';
import { oncePerShape } from '../src/shape.ts';

const { values } = parseArgs({ options: { cases: { type: 'string' }, seed: { type: 'string' } } });
const cases = Number(values.cases ?? 1_000_000);
const seed = Number(values.seed ?? 1);
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isSafeInteger(seed)) {
  console.error('--cases and --seed are whole numbers');
  process.exit(2);
}
// Cedar weighs each shape that comes at least once; a million cases have some hundred thousand.
usePolicy(oncePerShape(cedarEngine(cedar), 1_000_000));
const { difference, ...counts } = compare(cases, seed, caseOf);
console.log(JSON.stringify({ cases, seed, ...counts, difference }));
process.exitCode = difference === null && counts.seldom.length === 0 ? 0 : 1;
