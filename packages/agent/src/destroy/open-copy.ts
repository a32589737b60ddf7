/**
 * Opens everything in the practice's own copy, with the sheets of as many people as exit and recovery take, on one machine and without a
 * host (docs/spec/destruction.md, "Drill"; P5). In memory, one pack at a time; what it says is counted and never kept.
 */

import { join } from 'node:path';
import { fromBase64url, fromUtf8 } from '@ketenkluis/base';
import {
  asEpochWraps,
  asSealedBlob,
  type Descriptor,
  decodeStatement,
  type Hash,
  type KemPrivateKey,
  type Payload,
  parsePack,
  type StatementType,
  webVerifier,
  wrapFromWire,
} from '@ketenkluis/seal';
import { type OpenBundle, openBundle, openEpoch, openPack, openSealed, splitExitShare } from '@ketenkluis/seal/open';
import { agentError } from '../errors.ts';
import { readIfThere } from '../files.ts';
import { REGISTER_COPY, REGISTER_INFO } from '../mirror.ts';
import { filesOf, objectsIn } from '../mirror-files.ts';
import { type Register, register } from '../register.ts';

export interface CopyKeys {
  readonly recovery: KemPrivateKey;
  readonly exit: KemPrivateKey;
}
export interface OpenedCopy {
  /** Each pack that stands there, and whether it opened to what its author signed. */
  readonly packs: readonly { readonly hash: Hash; readonly descriptor: Descriptor; readonly opened: boolean }[];
  readonly register: Register;
}

interface Read {
  readonly statements: ReadonlyMap<string, Payload>;
  readonly packs: ReadonlyMap<string, string>;
  readonly shares: ReadonlyMap<string, string>;
  readonly wraps: ReadonlyMap<string, string>;
}

async function readCopy(dir: string): Promise<Read> {
  const read = {
    ...{ statements: new Map<string, Payload>(), packs: new Map<string, string>() },
    ...{ shares: new Map<string, string>(), wraps: new Map<string, string>() },
  };
  for (const file of await filesOf(dir, 'objects'))
    for (const { kind, name, bytes } of await objectsIn(dir, file)) {
      if (kind === 'statement') read.statements.set(name, decodeStatement(fromBase64url(bytes)).payload);
      if (kind === 'pack') read.packs.set(name, bytes);
      if (kind === 'shares') read.shares.set(name, bytes);
      if (kind === 'wraps') read.wraps.set(name, bytes);
    }
  return read;
}

const ofType = <T extends StatementType>({ statements }: Read, type: T): Payload<T>[] =>
  [...statements.values()].flatMap((one) => (one.t === type ? [one as Payload<T>] : []));

/** Throws `agent/bad-mirror`, `seal/cannot-open` where the keys are another practice's. */
export async function openCopy(dir: string, keys: CopyKeys): Promise<OpenedCopy> {
  const sealed = await readIfThere(join(dir, REGISTER_COPY));
  if (sealed === null) throw agentError('bad-mirror', 'the mirror holds no copy of the register');
  const plain = await openSealed(keys.recovery, REGISTER_INFO, asSealedBlob(sealed));
  const copy = await readCopy(dir);
  const teams = new Map<string, KemPrivateKey>();
  for (const epoch of ofType(copy, 'epoch')) {
    const wraps = copy.wraps.get(epoch.wraps);
    if (wraps === undefined) continue;
    const opened = await openEpoch({
      ...{ wraps: asEpochWraps(fromBase64url(wraps)), epoch, to: 'recovery', key: keys.recovery },
    });
    teams.set(`${epoch.team} ${epoch.number}`, opened.key);
  }
  const bundles = new Map<string, Promise<OpenBundle | null>>();
  /** Null: of a team of somebody else, or not here. */
  const bundleOf = (hash: string): Promise<OpenBundle | null> => {
    const known = bundles.get(hash);
    if (known !== undefined) return known;
    const stated = copy.statements.get(hash);
    const opening = (async () => {
      if (stated?.t !== 'bundle') return null;
      const key = stated.to === 'exit' ? keys.exit : teams.get(`${stated.recipient} ${stated.epoch}`);
      return key === undefined ? null : await openBundle(stated, key);
    })();
    bundles.set(hash, opening);
    return opening;
  };
  const cards = ofType(copy, 'card');
  const packs: OpenedCopy['packs'][number][] = [];
  for (const [hash, bytes] of copy.packs) {
    const descriptor = copy.statements.get(hash);
    if (descriptor?.t !== 'descriptor')
      throw agentError('bad-mirror', 'a pack stands in the copy without its descriptor');
    const opened = await opens({
      bytes: fromBase64url(bytes),
      descriptor,
      shares: copy.shares.get(hash),
      bundleOf,
      cards,
    });
    packs.push({ hash: hash as Hash, descriptor, opened });
  }
  return { packs, register: register.parse(JSON.parse(fromUtf8(plain))) };
}

async function opens(of: {
  readonly bytes: Parameters<typeof parsePack>[0];
  readonly descriptor: Descriptor;
  readonly shares: string | undefined;
  readonly bundleOf: (hash: string) => Promise<OpenBundle | null>;
  readonly cards: readonly Payload<'card'>[];
}): Promise<boolean> {
  const { bytes, descriptor, bundleOf, cards } = of;
  try {
    const { header, pack } = parsePack(bytes);
    const wraps = (JSON.parse(fromUtf8(fromBase64url(of.shares ?? ''))) as unknown[]).map(wrapFromWire);
    const shareOf = async <K extends 'x' | 'c'>(kind: K) => {
      for (const wrap of wraps) {
        const bundle = wrap.kind === kind ? await bundleOf(wrap.bundle) : null;
        if (bundle !== null) return await bundle.unwrap({ ...wrap, kind });
      }
      return null;
    };
    const [x, c] = [await shareOf('x'), await shareOf('c')];
    if (x === null || c === null) return false;
    const shares = { c, ...splitExitShare(x, header) };
    // An author may have had another card when it was sealed.
    const authors = cards.filter(({ subject }) => subject === descriptor.writer);
    for (const { sign } of authors) {
      const keyOf = () => fromBase64url(sign);
      const found = await openPack({ pack, shares, descriptor, keyOf, verifier: webVerifier }).catch(() => null);
      if (found !== null) return true;
    }
    return false;
  } catch {
    return false;
  }
}
