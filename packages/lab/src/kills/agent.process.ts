/**
 * One sync in a process of its own, made to be killed: `agent.process.ts {"dir","source","asOf"}`. Every answer of the vault that
 * holds a committed line is told at once, so that whoever kills can later ask for it back.
 */

import { writeSync } from 'node:fs';
import { fileKeyStore, folderSource, nodeFetch, openState, sync } from '@ketenkluis/agent';
import { parseLocalDate, systemClock, systemRandom } from '@ketenkluis/base';
import { compileSelection, PROGRAMMES } from '@ketenkluis/care';
import type { Fetch } from '@ketenkluis/client';

const { dir, source, asOf } = JSON.parse(process.argv[2]!) as { dir: string; source: string; asOf: string };
const tell = (value: unknown): void => {
  writeSync(1, `${JSON.stringify(value)}\n`);
};

const net = nodeFetch();
const telling: Fetch = async (url, init) => {
  const answer = await net.fetch(url, init);
  const bytes = await answer.arrayBuffer();
  if (init.method === 'POST' && answer.status === 200) {
    const { line } = JSON.parse(new TextDecoder().decode(bytes)) as { line?: { index: number; leaf: string } };
    if (line) tell({ index: line.index, leaf: line.leaf });
  }
  return { ...answer, arrayBuffer: async () => bytes };
};

const state = await openState({ dir, random: systemRandom, keyStore: fileKeyStore(dir) });
tell({ started: true });
const opened = await folderSource(source);
await sync({
  state,
  source: opened,
  asOf: parseLocalDate(asOf),
  selection: compileSelection(Object.values(PROGRAMMES)),
  fetch: telling,
  clock: systemClock,
  random: systemRandom,
});
await opened.close();
await state.close();
net.close();
tell({ done: true });
