/** `npm run attack [-- --only NAME]`: one line per attack, the last line alone says how many passed and failed. */

import { parseArgs } from 'node:util';
import { useScratch } from '../scratch.ts';
import { playAll } from './job.ts';

useScratch();
const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const { played, seconds, naming } = await playAll(only === undefined ? {} : { only }, (line) => console.log(line));
const failed = played.filter(({ noticed }) => !noticed).length;
if (naming !== null) console.log(naming);
console.log(`${played.length} attacks, each with its twin, in ${seconds.toFixed(0)} s`);
console.log(`${played.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 || played.length === 0 ? 1 : 0;
