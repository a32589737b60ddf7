/** What the inspection pack is made of (docs/inspector.md): the practice's register and its own mirror, and nothing that asks anybody. */

import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64url, fromUtf8, type Instant } from '@ketenkluis/base';
import type { DisclosedFindings } from '@ketenkluis/client/overseer';
import { decodeStatement, type KeyringHeader, parseKeyring, type Statement } from '@ketenkluis/seal';
import { mirroredLines, type Place, stateOfMirror } from '../breach/world.ts';
import { readIfThere } from '../files.ts';
import { type mirrorState, WITNESSES_FILE, witnessesFile } from '../mirror.ts';
import { readObjects } from '../mirror-files.ts';
import type { Register } from '../register.ts';
import type { MirrorVerdict } from '../verify.ts';

/** A text that patients were given, as the practice keeps it. */
export interface NoticeText {
  readonly version: string;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
}
export interface InspectFacts {
  readonly register: Register;
  /** Every line that is still there, in order. */
  readonly places: readonly Place[];
  readonly statements: readonly Statement[];
  /** By person: the readable head of their keyring, which names the ways in. */
  readonly keyrings: ReadonlyMap<string, KeyringHeader>;
  /** Whom the owners named outside; null without any. */
  readonly outside: (typeof witnessesFile)['_output'] | null;
  readonly erased: (typeof mirrorState)['_output']['erased'];
  readonly texts: readonly NoticeText[];
  readonly verdict: MirrorVerdict;
  /** What a log officer gave along of the findings, held against these lines; null: nothing. */
  readonly disclosed: DisclosedFindings | null;
  /** Its id in the GP system: the one file that the inspector asks about; null for none. */
  readonly patient: string | null;
  readonly now: Instant;
}

/** Kinds of facts that a chapter speaks of; those of dossiers stand in the register. */
export const KINDS = ['membership', 'mandate', 'partner', 'control', 'keyholders', 'hosting', 'demand'] as const;
const TYPES = ['authority', 'card', 'epoch', 'withdrawal', 'review', 'assurance'] as const;
const FACT = Buffer.from('"t":"fact"');
const ASKED = TYPES.map((type) => Buffer.from(`"t":"${type}"`));
const OF_FACT = KINDS.map((kind) => Buffer.from(`"kind":"${kind}"`));
/** Nearly everything in a mirror is descriptors, grants and facts of dossiers: left unparsed. Canonical JSON writes a type one way. */
function isAsked(bytes: Uint8Array): boolean {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (one: Buffer) => raw.includes(one);
  return ASKED.some(has) || (raw.includes(FACT) && OF_FACT.some(has));
}

export async function readMirror(
  dir: string,
): Promise<Pick<InspectFacts, 'places' | 'statements' | 'keyrings' | 'outside' | 'erased'>> {
  const places = await mirroredLines(dir);
  const statements: Statement[] = [];
  const keyrings = new Map<string, KeyringHeader>();
  const folder = join(dir, 'objects');
  for (const name of (await readdir(folder)).sort())
    for (const object of readObjects((await readIfThere(join(folder, name))) ?? new Uint8Array())) {
      if (object.kind === 'statement') {
        const bytes = fromBase64url(object.bytes);
        if (isAsked(bytes)) statements.push(decodeStatement(bytes));
      }
      if (object.kind === 'keyring') {
        const { header } = parseKeyring(fromBase64url(object.bytes));
        keyrings.set(header.person, header);
      }
    }
  const named = await readIfThere(join(dir, 'log', WITNESSES_FILE));
  const outside = named === null ? null : witnessesFile.parse(JSON.parse(fromUtf8(named)));
  return { places, statements, keyrings, outside, erased: (await stateOfMirror(dir)).erased };
}

/** Files whose name begins with the version: `v1.pdf` is the text `v1`. */
export async function readTexts(dir: string | null): Promise<readonly NoticeText[]> {
  if (dir === null) return [];
  const names = (await readdir(dir, { withFileTypes: true })).filter((one) => one.isFile()).map(({ name }) => name);
  return await Promise.all(
    names.sort().map(async (file) => {
      const bytes = new Uint8Array(await readFile(join(dir, file)));
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { version: file.replace(/\.[^.]*$/, ''), file, bytes, sha256 };
    }),
  );
}
