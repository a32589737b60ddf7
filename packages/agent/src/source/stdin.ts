/** Standard input as a source: it can be read once only, so it is first put aside, encrypted. */

import type { Source } from './source.ts';
import { SealedFile } from './spill.ts';

const BLOCK = 1024 * 1024;

/** Reads the stream to its end. The caller closes the source, which removes what was put aside. */
export async function streamSource(
  stream: AsyncIterable<Uint8Array>,
  options: { readonly name?: string; readonly folder?: string } = {},
): Promise<Source> {
  const file = new SealedFile(options.folder);
  let blocks = 0;
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      for (let at = 0; at < chunk.length; at += BLOCK) {
        file.append(chunk.subarray(at, at + BLOCK));
        blocks++;
      }
      bytes += chunk.length;
    }
  } catch (error) {
    file.close();
    throw error;
  }
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let block = 0; block < blocks; block++) yield file.read(block);
  }
  return {
    files: [{ name: options.name ?? 'stdin', open }],
    findings: [],
    loose: [],
    bytes,
    close() {
      file.close();
      return Promise.resolve();
    },
  };
}
