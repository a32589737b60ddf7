/** What an outside party's configuration file pins: read alike by a witness and a keyholder, and nothing trusted on first use. */

import type { z } from 'zod';
import { type NoteKey, parseVkey } from './note.ts';

/** Makes the party's own error of a sentence that goes on after "the configuration". */
export type BadConfig = (why: string, cause?: unknown) => Error;

/** `text`: the file, null where there is none. Throws `bad`, naming the first field that is wrong and nothing of what it holds. */
export function readPinned<S extends z.ZodType>(text: string | null, schema: S, bad: BadConfig): z.infer<S> {
  if (text === null) throw bad('cannot be found');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw bad('is no JSON', cause);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw bad(`is wrong at: ${parsed.error.issues[0]?.path.join('.') || 'the whole'}`);
  return parsed.data;
}

/** Each once, by its name; a log signs with Ed25519. Throws `bad`. */
export function pinnedLogs(
  logs: readonly { readonly name: string; readonly key: string }[],
  bad: BadConfig,
): Map<string, NoteKey> {
  const known = new Map<string, NoteKey>();
  for (const { name, key } of logs) {
    let parsed: NoteKey;
    try {
      parsed = parseVkey(key);
    } catch (cause) {
      throw bad(`has a key for ${name} that is no verifier key`, cause);
    }
    if (parsed.type !== 1) throw bad(`has a key for ${name} that is not a log's Ed25519 key`);
    if (known.has(name)) throw bad(`names ${name} twice`);
    known.set(name, parsed);
  }
  return known;
}
