/**
 * The vault's own main program, loaded beforehand with its policy engine and started by one line on stdin (its configuration): a
 * restart is then quick.
 */

import { once } from 'node:events';
import { flushCompileCache } from 'node:module';
import { loadPolicy } from '@ketenkluis/access/node';
import '@ketenkluis/vault';

await loadPolicy();
// A killed process writes no cache when it ends.
flushCompileCache();
process.stdout.write('ready\n');
const [line] = (await once(process.stdin, 'data')) as [Buffer];
process.stdin.destroy();
process.argv[2] = line.toString().trim();
await import('@ketenkluis/vault/main');
