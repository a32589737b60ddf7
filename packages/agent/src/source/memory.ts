/** Texts held in memory as a source, for tests. */

import type { SourceFile } from '@ketenkluis/fhir';
import type { Source } from './source.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Files by name, read in the order of their names. */
export function memorySource(texts: Readonly<Record<string, string | Uint8Array>>, chunk = 64 * 1024): Source {
  let total = 0;
  const files: SourceFile[] = Object.keys(texts)
    .sort()
    .map((name) => {
      const text = texts[name]!;
      const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
      total += bytes.length;
      return { name, open: () => inChunks(bytes, chunk) };
    });
  return { files, findings: [], loose: [], bytes: total, close: () => Promise.resolve() };
}
