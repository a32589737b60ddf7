/**
 * The practice's own copy of everything that its vault holds (docs/spec/register.md, "Mirror"): the whole log in C2SP files and as
 * stored lines (base64url), every live object as NDJSON, and the register sealed to the recovery key. All of it is sealed or says nothing.
 */

import { rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { base64url, canonicalJson, fromBase64url, fromUtf8, utf8 } from '@ketenkluis/base';
import type { LogStanding } from '@ketenkluis/client';
import {
  decodeBundle,
  decodeEntry,
  encodeBundle,
  erasableFrom,
  integrate,
  leafOf,
  shardYear,
  TILE_WIDTH,
  tilePath,
  tileWidth,
} from '@ketenkluis/ledger';
import { entriesPage, mirrorPage, partners as partnersMessage } from '@ketenkluis/protocol';
import { asHash, decodeStatement, type KeyDirectory, type Plaintext, sealTo } from '@ketenkluis/seal';
import { z } from 'zod';
import { agentError } from './errors.ts';
import { ownFolder, readIfThere, writeAtomic } from './files.ts';
import type { Link } from './link.ts';
import { liveHashes } from './live.ts';
import { ANNEXES, lacking, mirrorBeside, REQUESTS } from './mirror-beside.ts';
import {
  entriesFile,
  filesOf,
  GONE,
  isPackOf,
  keepObjects,
  LINES_PER_FILE,
  linesIn,
  objectsIn,
  type StoredObject,
} from './mirror-files.ts';
import type { Register } from './register.ts';

export const MIRROR_FILE = 'mirror.json';
export const REGISTER_COPY = 'register.kksb';
export const PARTNERS_FILE = 'partners.json';
export const REGISTER_INFO = 'register';
/** After these, keyrings and wraps are read again; after those, something may be live no more. */
const PEOPLE_EVENTS = ['keyring', 'epoch', 'card', 'authority', 'invitation', 'mandate'];
const PACK_EVENTS = ['commit', 'write', 'taken-over', 'refer', 'end', 'withdraw', 'drop'];

export const mirrorState = z.strictObject({
  v: z.literal(1),
  practice: z.string(),
  authority: z.string(),
  log: z.strictObject({ origin: z.string(), key: z.string() }),
  /** Log lines that stand in this folder. */
  size: z.int().min(0),
  /** Objects of lines up to this one stand here. */
  objects: z.int().min(-1),
  /** Annexes of the lines before this one were asked for; null: a copy that was made without them (docs/inspector.md). */
  annexes: z.int().min(0).nullable().default(0),
  /** The same of signed requests. A copy of an older agent says nothing, and has none until the next sync. */
  requests: z.int().min(0).nullable().default(null),
  /** Of those lines what the vault did not show (mirror-beside.ts); not there where it showed all. */
  lacking: z.strictObject({ annexes: lacking.optional(), requests: lacking.optional() }).optional(),
  /** Years whose lines retention took, here as at the vault (docs/spec/retention.md). */
  erased: z.array(z.strictObject({ year: z.int(), from: z.int().min(0), to: z.int().min(1) })).default([]),
});
type MirrorState = z.infer<typeof mirrorState>;
export const WITNESSES_FILE = 'witnesses.json';
export const witnessesFile = z.strictObject({
  v: z.literal(1),
  quorum: z.int().min(0),
  lag: z.int().min(0),
  witnesses: z.array(
    z.strictObject({ name: z.string(), url: z.string(), keys: z.array(z.string()), note: z.string().nullable() }),
  ),
});
export interface MirrorResult {
  readonly lines: number;
  readonly objects: number;
  readonly removed: number;
  /** Annexes and signed requests that came, and how many of either a line names and the vault does not show. */
  readonly annexes: number;
  readonly requests: number;
  readonly missing: number;
}

const objectsFile = (folder: string, after: number): string =>
  join(folder, `${String(after + 1).padStart(9, '0')}.ndjson`);

/** Brings the folder up to the last checkpoint of this link. Throws `agent/vault-forked` when the lines do not give it. */
export async function mirror(
  dir: string,
  link: Link,
  register: Register,
  outside: LogStanding | null = null,
): Promise<MirrorResult> {
  await ownFolder(dir);
  const fresh: MirrorState = {
    v: 1,
    practice: register.practice.organisation,
    authority: register.authority,
    log: register.vault.log,
    size: 0,
    objects: -1,
    annexes: 0,
    requests: 0,
    erased: [],
  };
  const bytes = await readIfThere(join(dir, MIRROR_FILE));
  const state = bytes === null ? fresh : mirrorState.parse(JSON.parse(fromUtf8(bytes)));
  if (state.log.origin !== fresh.log.origin) {
    throw agentError('bad-mirror', `${dir} mirrors another practice; choose another folder`);
  }
  const write = (now: MirrorState) => writeAtomic(join(dir, MIRROR_FILE), utf8(`${JSON.stringify(now)}\n`));
  const { size, events, erased } = await mirrorLog(dir, link, state.size);
  await eraseCopies(dir, link, state, erased);
  // An older copy has some of them among its objects.
  if (!state.annexes) await keepObjects(dir, 'objects', ({ kind }) => kind !== 'annex');
  const { annexes: had, requests: asked } = state.lacking ?? {};
  const annexes = await mirrorBeside(ANNEXES, dir, link, state.annexes ?? 0, size, had);
  const requests = await mirrorBeside(REQUESTS, dir, link, state.requests ?? 0, size, asked);
  const beside = {
    ...{ annexes: annexes.upTo, requests: requests.upTo },
    lacking: annexes.lacking || requests.lacking ? { annexes: annexes.lacking, requests: requests.lacking } : undefined,
  };
  const people = PEOPLE_EVENTS.some((event) => events.has(event));
  await settleSwap(dir);
  // Keyrings and wraps come with the first page only: everything is read again.
  const anew = people && state.objects >= 0;
  const added = await (anew ? mirrorAnew(dir, link, register) : mirrorObjects(dir, link, state.objects, 'objects'));
  const removed = people || PACK_EVENTS.some((event) => events.has(event)) ? await dropDead(dir, register) : 0;
  const forgotten = events.has('petition') ? await dropForgotten(dir, await link.session.people()) : 0;
  const plain = canonicalJson(register) as Plaintext;
  await writeAtomic(join(dir, REGISTER_COPY), await sealTo(fromBase64url(register.recoveryKem), REGISTER_INFO, plain));
  if (register.partners.length > 0) await mirrorPartners(dir, link);
  if (outside !== null) await mirrorWitnesses(dir, outside);
  await write({ ...state, size, objects: added.last, ...beside, erased });
  const missing = annexes.missing + requests.missing;
  return {
    lines: size,
    objects: added.count,
    removed: removed + forgotten,
    annexes: annexes.count,
    requests: requests.count,
    missing,
  };
}

/** Whom the owners named, and the newest note of each that held; who checks the folder finds the roots in its own tree. */
async function mirrorWitnesses(dir: string, { quorum, lag, witnesses }: LogStanding): Promise<void> {
  const named = {
    v: 1,
    ...{ quorum, lag },
    witnesses: witnesses.map(({ name, url, keys, note }) => ({ name, url, keys: [...keys], note })),
  } satisfies z.infer<typeof witnessesFile>;
  await writeAtomic(join(dir, 'log', WITNESSES_FILE), utf8(`${JSON.stringify(named)}\n`));
}

/** Partners' directories as their people brought them: what was sealed for whom is checked with these. */
async function mirrorPartners(dir: string, link: Link): Promise<void> {
  const { partners } = await link.session.call('partners', partnersMessage);
  await writeAtomic(join(dir, PARTNERS_FILE), utf8(`${JSON.stringify(partners)}\n`));
}

/** Lines as they are stored, leaves and tiles made from them here, and the checkpoint that they must give. */
async function mirrorLog(
  dir: string,
  link: Link,
  have: number,
): Promise<{ readonly size: number; readonly events: ReadonlySet<string>; readonly erased: MirrorState['erased'] }> {
  const events = new Set<string>();
  let erased: MirrorState['erased'] = [];
  const log = await link.session.log();
  const target = log.seen();
  const note = log.note();
  if (target === null || note === null) return { size: have, events, erased };
  if (target.size < have) throw agentError('vault-forked', 'the mirror holds more lines than the vault shows');
  const at = (path: string) => join(dir, 'log', path);
  const tiles = new Map<string, Uint8Array>();
  let size = have;
  while (size < target.size) {
    const page = await link.session.call('entries', entriesPage, undefined, `?from=${size}`);
    const texts = page.entries.slice(0, target.size - size).map((text) => fromBase64url(text));
    if (texts.length === 0) throw agentError('vault-forked', `line ${size} is not shown`);
    erased = page.erased ?? [];
    const gone = new Map((page.leaves ?? []).map(({ index, leaf }) => [index, fromBase64url(leaf)]));
    const leaves = texts.map((text, i) => {
      const leaf = gone.get(size + i);
      if (text.length === 0 && leaf) return leaf;
      const { entry, salts } = decodeEntry(text);
      events.add(entry.common.event);
      return leafOf(entry, salts);
    });
    const grown = await integrate(size, leaves, async (level, index) => {
      const known = tiles.get(tilePath(level, index));
      return known ? new Uint8Array(known) : ((await wholeTile(dir, level, index, size)) ?? undefined);
    });
    for (const tile of grown.tiles) {
      tiles.set(tilePath(tile.level, tile.index), tile.bytes);
      await writeAtomic(at(tilePath(tile.level, tile.index, tile.width)), tile.bytes);
    }
    await appendLines(dir, size, texts);
    await writeBundles(dir, size, leaves);
    size += texts.length;
    if (size === target.size && asHash(grown.root) !== target.root) {
      throw agentError('vault-forked', 'the mirrored lines do not give the checkpoint that the vault signed');
    }
  }
  await writeAtomic(at('checkpoint'), utf8(note));
  return { size, events, erased };
}

/** What the vault erased goes here too, after its own copy shows that its time was over. Throws `agent/vault-forked`. */
async function eraseCopies(dir: string, link: Link, state: MirrorState, erased: MirrorState['erased']): Promise<void> {
  if (erased.length === state.erased.length) return;
  // With each year also what of earlier ones had stayed, and stands no more.
  for (const shard of erased) {
    const early = () =>
      agentError('vault-forked', `the vault erased lines of ${shard.year} before their five years were over`);
    if (link.session.now() < erasableFrom(shard.year)) throw early();
    const annexes = new Set<string>();
    const requests = new Set<string>();
    /** What was asked and answered goes with its line. */
    const said = new Set<string>();
    const gone: number[] = [];
    for (let from = shard.from; from < shard.to; ) {
      const page = await link.session.call('entries', entriesPage, undefined, `?from=${from}`);
      if (page.entries.length === 0) throw agentError('vault-forked', `line ${from} is not shown`);
      const places = page.entries.map((text, i) => ({ index: from + i, text })).filter(({ index }) => index < shard.to);
      for (const [file, group] of Map.groupBy(places, ({ index }) => entriesFile(index))) {
        const lines = await linesIn(dir, file);
        for (const { index, text } of group) {
          const own = lines[index % LINES_PER_FILE];
          if (text !== '' || own === undefined || own === GONE) continue;
          const { common, items } = decodeEntry(fromBase64url(own)).entry;
          if (shardYear(common.at) !== shard.year) throw early();
          for (const { annex } of items) if (annex !== null) annexes.add(annex);
          if (common.requestHash !== null) requests.add(common.requestHash);
          if (SAID.has(common.event)) for (const { object } of items) if (object !== null) said.add(object);
          gone.push(index);
        }
      }
      from += page.entries.length;
    }
    // First what the lines name: a run that is cut off finds the rest by the lines that still stand.
    if (annexes.size > 0) await keepObjects(dir, 'annexes', ({ name }) => !annexes.has(name));
    if (requests.size > 0) await keepObjects(dir, 'requests', ({ name }) => !requests.has(name));
    if (said.size > 0) await keepObjects(dir, 'objects', ({ name }) => !said.has(name));
    for (const [file, group] of Map.groupBy(gone, entriesFile)) {
      const lines = await linesIn(dir, file);
      for (const index of group) lines[index % LINES_PER_FILE] = GONE;
      await writeAtomic(join(dir, file), utf8(lines.join('\n')));
    }
  }
}

const SAID: ReadonlySet<string> = new Set(['petition', 'answer']);

/**
 * The words of what was asked and answered before the agent had those of its dossier erased (docs/spec/destruction.md). Only its own
 * signature takes them: a host may not.
 */
async function dropForgotten(dir: string, people: KeyDirectory): Promise<number> {
  const asked = new Map<string, string[]>();
  const gone = new Set<string>();
  for (const file of await filesOf(dir, 'objects')) {
    for (const { kind, name, bytes } of await objectsIn(dir, file)) {
      if (kind !== 'statement') continue;
      const statement = decodeStatement(fromBase64url(bytes));
      const { payload } = statement;
      if (payload.t !== 'petition') continue;
      const before = asked.get(payload.dossier) ?? [];
      if (payload.kind === 'forget' && (await people.verify(statement, payload.at)))
        for (const one of before) gone.add(one);
      asked.set(payload.dossier, [...before, name]);
    }
  }
  return gone.size === 0
    ? 0
    : await keepObjects(dir, 'objects', ({ kind, name }) => kind !== 'words' || !gone.has(name));
}

const wholeTile = (dir: string, level: number, index: number, size: number): Promise<Uint8Array<ArrayBuffer> | null> =>
  readIfThere(join(dir, 'log', tilePath(level, index, Math.max(1, tileWidth(size, level, index)))));

/** Adds lines to their files; a file is replaced whole, so that a cut-off run leaves no half line. */
async function appendLines(dir: string, from: number, texts: readonly Uint8Array[]): Promise<void> {
  for (const [file, group] of Map.groupBy(
    texts.map((text, i) => ({ index: from + i, text })),
    ({ index }) => entriesFile(index),
  )) {
    const path = join(dir, file);
    const before = fromUtf8((await readIfThere(path)) ?? new Uint8Array())
      .split('\n')
      .filter(Boolean);
    // What a run that was cut off had added already is written again.
    const kept = before.slice(0, group[0]!.index % LINES_PER_FILE);
    await writeAtomic(
      path,
      utf8(`${[...kept, ...group.map(({ text }) => (text.length === 0 ? GONE : base64url(text)))].join('\n')}\n`),
    );
  }
}

async function writeBundles(dir: string, from: number, leaves: readonly Uint8Array[]): Promise<void> {
  const size = from + leaves.length;
  for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < size; index++) {
    const start = index * TILE_WIDTH;
    const width = tileWidth(size, 0, index);
    const whole = [
      ...(await leavesOf(dir, start, from)),
      ...leaves.slice(Math.max(0, start - from), start + width - from),
    ];
    await writeAtomic(join(dir, 'log', tilePath('entries', index, width)), encodeBundle(whole));
  }
}

/** Leaves `start` up to `end` of the lines that stand here already. */
async function leavesOf(dir: string, start: number, end: number): Promise<Uint8Array[]> {
  const leaves: Uint8Array[] = [];
  let lines: readonly string[] = [];
  for (let index = start; index < end; index++) {
    if (index === start || index % LINES_PER_FILE === 0) {
      lines = fromUtf8((await readIfThere(join(dir, entriesFile(index)))) ?? new Uint8Array()).split('\n');
    }
    const line = lines[index % LINES_PER_FILE] ?? '';
    if (line === GONE) {
      // Its leaf is all that is left of it.
      const tile = Math.floor(index / TILE_WIDTH);
      const bundle = await readIfThere(join(dir, 'log', tilePath('entries', tile, tileWidth(end, 0, tile))));
      const leaf = bundle && decodeBundle(bundle)[index % TILE_WIDTH];
      if (!leaf) throw agentError('bad-mirror', 'a leaf of an erased line is missing in the mirror; copy the log anew');
      leaves.push(leaf);
      continue;
    }
    const { entry, salts } = decodeEntry(fromBase64url(line));
    leaves.push(leafOf(entry, salts));
  }
  return leaves;
}

/** Finishes or undoes an exchange of folders that was cut off: one of the two always stands whole. */
async function settleSwap(dir: string): Promise<void> {
  const [whole, old] = [join(dir, 'objects'), join(dir, 'objects-old')];
  if ((await stat(old).catch(() => null)) === null) return;
  if ((await stat(whole).catch(() => null)) === null) await rename(old, whole);
  else await rm(old, { recursive: true });
}

/** Everything read again, beside what stands here: that goes when the vault showed all of it that still counts. Throws `agent/vault-forked`. */
async function mirrorAnew(dir: string, link: Link, register: Register): ReturnType<typeof mirrorObjects> {
  const fresh = 'objects-new';
  await rm(join(dir, fresh), { recursive: true, force: true });
  for (const folder of ['objects', fresh]) await ownFolder(join(dir, folder));
  const added = await mirrorObjects(dir, link, -1, fresh);
  const shown = new Map<string, string>();
  for (const file of await filesOf(dir, fresh))
    for (const { kind, name, bytes } of await objectsIn(dir, file)) shown.set(`${kind} ${name}`, bytes);
  const live = liveIn(register);
  for (const file of await filesOf(dir, 'objects')) {
    for (const { kind, name } of await objectsIn(dir, file)) {
      if (!live.has(name)) continue;
      const now = shown.get(`${kind} ${name}`);
      // Shares and statements may come with other proofs.
      if (now === undefined || (kind === 'pack' && !isPackOf(now, shown.get(`statement ${name}`))))
        throw agentError(
          'vault-forked',
          'the vault no longer shows what the mirror holds; the mirror is left as it was',
        );
    }
  }
  await rename(join(dir, 'objects'), join(dir, 'objects-old'));
  await rename(join(dir, fresh), join(dir, 'objects'));
  await settleSwap(dir);
  return added;
}

/** New objects, a page per file. */
async function mirrorObjects(
  dir: string,
  link: Link,
  from: number,
  folder: 'objects' | 'objects-new',
): Promise<{ readonly count: number; readonly last: number }> {
  let count = 0;
  let after = from;
  // What comes after this line is read the next time, whatever is added meanwhile.
  const last = ((await link.session.seen())?.size ?? 0) - 1;
  for (;;) {
    const page = await link.session.call('mirror', mirrorPage, undefined, `?after=${after}`);
    if (page.objects.length > 0) {
      const text = page.objects.map((object) => `${JSON.stringify(object)}\n`).join('');
      await writeAtomic(join(dir, objectsFile(folder, after)), utf8(text));
      count += page.objects.length;
    }
    if (page.next === null) return { count, last };
    after = page.next;
  }
}

/** Hashes of what counts now, by the practice's own register. */
function liveIn(register: Register): ReadonlySet<string> {
  const live = new Set<string>();
  for (const patient of Object.values(register.patients)) {
    if (patient.live) for (const hash of liveHashes(patient.live)) live.add(hash);
  }
  for (const { slots } of register.teams) {
    for (const { descriptor } of Object.values(slots)) if (descriptor !== null) live.add(descriptor);
  }
  return live;
}

/** Packs, shares and statements that are live no more leave the folder too. */
async function dropDead(dir: string, register: Register): Promise<number> {
  const live = liveIn(register);
  return await keepObjects(dir, 'objects', (object) => isKept(object, live));
}

const PER_DOSSIER = new Set(['descriptor', 'grant', 'fact']);
function isKept({ kind, name, bytes }: StoredObject, live: ReadonlySet<string>): boolean {
  if (kind === 'pack' || kind === 'shares') return live.has(name);
  if (kind !== 'statement' || live.has(name)) return true;
  const { payload } = decodeStatement(fromBase64url(bytes));
  const ofDossier = 'dossier' in payload && payload.dossier !== null;
  return !ofDossier || !PER_DOSSIER.has(payload.t);
}
