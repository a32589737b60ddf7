/** What the vault has acknowledged: lines with their place, and checkpoints. Kept outside the processes that are killed. */

import { base64url, fromUtf8 } from '@ketenkluis/base';
import type { Fetch } from '@ketenkluis/client';
import { readCheckpoint } from '@ketenkluis/ledger';

export interface Acknowledged {
  readonly index: number;
  readonly leaf: string;
  readonly size: number;
  readonly root: string;
}

/** The same road; every answer that proves a line is told before whoever asked has it. */
export const acknowledged =
  (fetch: Fetch, tell: (line: Acknowledged) => void): Fetch =>
  async (url, init) => {
    const reply = await fetch(url, init);
    const bytes = await reply.arrayBuffer();
    const line = reply.status === 200 ? lineIn(new Uint8Array(bytes)) : null;
    if (line !== null) tell(line);
    return { ...reply, arrayBuffer: async () => bytes };
  };

function lineIn(bytes: Uint8Array): Acknowledged | null {
  if (bytes[0] !== 0x7b) return null;
  const { line, checkpoint } = JSON.parse(fromUtf8(bytes)) as {
    readonly line?: { readonly index: number; readonly leaf: string };
    readonly checkpoint?: string;
  };
  if (typeof line?.index !== 'number' || checkpoint === undefined) return null;
  const { size, root } = readCheckpoint(checkpoint);
  return { index: line.index, leaf: line.leaf, size, root: base64url(root) };
}
