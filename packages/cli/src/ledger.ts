/** `ketenkluis ledger verify`: offline, as a stranger, on a mirror folder. */

import { verifyMirror } from '@ketenkluis/agent';
import type { Outcome } from './say.ts';

export async function verify(options: { readonly dir: string }): Promise<Outcome> {
  const { ok, size, root, entries, outside, faults } = await verifyMirror(options.dir);
  return {
    json: { ok, size, root, entries, outside, faults },
    words: ok
      ? [
          `the log verifies: ${size} lines, ${entries} made again from their content, root ${root}`,
          outside.quorum === 0
            ? 'nobody outside confirms it'
            : `${outside.quorum} of ${outside.named} witnesses confirm ${outside.size} lines`,
        ]
      : [
          `the log does NOT verify:`,
          ...faults.map(({ kind, index, message }) => `  ${kind} ${index ?? ''} ${message}`),
        ],
    failed: !ok,
  };
}
