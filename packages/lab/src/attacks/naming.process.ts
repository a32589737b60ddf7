/** Measures what sizes and the graph give away, and prints it as one line of JSON. */

import { measure } from './traffic.ts';

const PATIENTS = 120;
process.stdout.write(`${JSON.stringify(await measure(PATIENTS))}\n`);
