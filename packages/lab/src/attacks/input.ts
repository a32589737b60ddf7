/** What comes in from outside: objects that lie about their size or form, and a GP system's export made to hurt. */

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { folderSource, preview, readPractice } from '@ketenkluis/agent';
import { concat, fromUtf8, lengthPrefixed, u32, utf8 } from '@ketenkluis/base';
import { signRequest } from '@ketenkluis/client';
import { DELIVERY_TYPE } from '@ketenkluis/protocol';
import { decodeObject, encodeStatement, MAGICS, packHeader, parsePackHeader } from '@ketenkluis/seal';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, rowsOf } from './host.ts';
import { agentSession, practiceOf } from './people.ts';
import { AS_OF, type Fork, SELECTION } from './world.ts';

const PACK_PREFIX = 9;
const somePack = (fork: Fork): Uint8Array<ArrayBuffer> =>
  new Uint8Array(
    database(fork.vaultDir, (db) => rowsOf(db, 'SELECT bytes FROM pack LIMIT 1')[0]!['bytes'] as Uint8Array),
  );
const headerOf = (pack: Uint8Array): string => {
  const length = new DataView(pack.buffer).getUint32(5);
  return fromUtf8(pack.subarray(PACK_PREFIX, PACK_PREFIX + length));
};
/** The same pack with another header text. */
const withHeader = (pack: Uint8Array, text: string): Uint8Array<ArrayBuffer> => {
  const header = utf8(text);
  const rest = pack.subarray(PACK_PREFIX + utf8(headerOf(pack)).length);
  return concat(pack.subarray(0, 5), u32(header.length), header, rest);
};
const reads = (text: string): boolean => typeof (JSON.parse(text) as { handle?: unknown }).handle === 'string';

/** Adds a file to the practice's export and reads all of it, as `preview --check` does. */
async function previewWith(fork: Fork, name: string, text: string) {
  writeFileSync(join(fork.source, name), text, { mode: 0o600 });
  const source = await folderSource(fork.source);
  try {
    return await preview({ source, asOf: AS_OF, check: true });
  } finally {
    await source.close();
  }
}
const rejectedIn = async (fork: Fork, name: string, text: string): Promise<string | undefined> => {
  const { rejected } = await previewWith(fork, name, text);
  return rejected.some(({ file }) => file === name) ? 'named with file and line' : undefined;
};

const nested = (depth: number): string =>
  `{"resourceType":"Observation","id":"diep","x":${'['.repeat(depth)}${']'.repeat(depth)}}\n`;
/** A walk over every value, without a limit: how a simple reader does it. */
const walk = (value: unknown): number =>
  Array.isArray(value) ? value.reduce((sum: number, one) => sum + walk(one), 1) : 1;

export const input: readonly Attack[] = [
  {
    name: 'write-a-header-key-twice',
    promise: 'P2',
    who: 'host',
    does: 'gives a pack header with one key twice, so that two readers may read two things',
    expect: ['seal/bad-header'],
    without: 'JSON.parse takes the last of the two',
    async play(fork) {
      const pack = somePack(fork);
      const text = headerOf(pack).replace('{', '{"v":1,');
      return codeAfter(() => parsePackHeader(withHeader(pack, text)));
    },
    twin: async (fork) => reads(headerOf(somePack(fork)).replace('{', '{"v":1,')),
  },
  {
    name: 'add-an-unknown-key-to-a-header',
    promise: 'P2',
    who: 'host',
    does: 'adds a key to a pack header that no reader knows',
    expect: ['seal/bad-header'],
    without: 'JSON.parse takes it along',
    async play(fork) {
      const pack = somePack(fork);
      const text = headerOf(pack).replace(/}$/, ',"zz":1}');
      return codeAfter(() => parsePackHeader(withHeader(pack, text)));
    },
    twin: async (fork) => reads(headerOf(somePack(fork)).replace(/}$/, ',"zz":1}')),
  },
  {
    name: 'state-a-huge-length',
    promise: 'P2',
    who: 'host',
    does: 'states a header of four gigabytes',
    expect: ['seal/bad-object'],
    without: 'with its true length the same object is read',
    async play(fork) {
      const pack = somePack(fork);
      pack.set(u32(0xffff_fff0), 5);
      return codeAfter(() => decodeObject(MAGICS.pack, packHeader, pack));
    },
    twin: async (fork) => succeeds(() => decodeObject(MAGICS.pack, packHeader, somePack(fork))),
  },
  {
    name: 'send-a-decompression-bomb',
    promise: 'P5',
    who: "agent's computer",
    does: 'sends a delivery that grows to 40 MB when it is inflated',
    expect: ['vault/bad-request'],
    without: 'without a limit it inflates to all of it',
    async play(fork) {
      await fork.up();
      return sentAsDelivery(fork, new Uint8Array(deflateRawSync(Buffer.alloc(40 << 20, ' '))));
    },
    async twin() {
      return inflateRawSync(deflateRawSync(Buffer.alloc(40 << 20, ' '))).length === 40 << 20;
    },
  },
  {
    name: 'nest-a-resource-deeply',
    promise: 'P5',
    who: 'GP system',
    does: 'has a resource nested a hundred thousand levels deep in its export',
    expect: ['named with file and line'],
    without: 'a reader without a limit runs out of stack',
    play: (fork) => rejectedIn(fork, 'Observation-2.ndjson', nested(100_000)),
    async twin() {
      let value: unknown = [];
      for (let i = 0; i < 100_000; i++) value = [value];
      try {
        walk(value);
        return false;
      } catch (error) {
        return error instanceof RangeError;
      }
    },
  },
  {
    name: 'name-the-prototype',
    promise: 'P5',
    who: 'GP system',
    does: 'has resources with the keys __proto__ and constructor, to change every object of the reader',
    expect: ['nothing changed'],
    without: 'a reader that merges what it reads has its objects changed',
    async play(fork) {
      const evil =
        '{"resourceType":"Patient","id":"p","__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}\n';
      await previewWith(fork, 'Patient-2.ndjson', evil);
      return Object.hasOwn(Object.prototype, 'polluted') ? undefined : 'nothing changed';
    },
    async twin() {
      const read = JSON.parse('{"__proto__":{"polluted":1}}') as Record<string, unknown>;
      const merged: Record<string, unknown> = {};
      for (const key of Object.keys(read)) merged[key] = read[key];
      return merged['polluted'] === 1;
    },
  },
  {
    name: 'go-round-in-circles',
    promise: 'P5',
    who: 'GP system',
    does: 'has two observations that are each part of the other',
    expect: ['named with file and line'],
    without: 'each of the two by itself is a good resource',
    play: (fork) => rejectedIn(fork, 'Observation-3.ndjson', circle.join('')),
    twin: async (fork) =>
      (await rejectedIn(fork, 'Observation-3.ndjson', observation('rond-2') + observation('rond-1', 'rond-2'))) ===
      undefined,
  },
  {
    name: 'link-out-of-the-folder',
    promise: 'P1',
    who: 'GP system',
    does: 'has a symbolic link to a file outside the export, so that it is read along',
    expect: ['link-outside'],
    without: 'the link can be read: it is a file like another',
    async play(fork) {
      const source = await linked(fork);
      const found = source.findings.find(({ file }) => file === 'Geheim.ndjson')?.code;
      await source.close();
      return found;
    },
    async twin(fork) {
      const { close } = await linked(fork);
      await close();
      return readFileSync(join(fork.source, 'Geheim.ndjson'), 'utf8').includes('geheim');
    },
  },
  {
    name: 'send-what-is-not-listed',
    promise: 'P1',
    who: 'GP system',
    does: 'has psychiatric and sexual health episodes and free text in the records of chosen patients',
    expect: ['left behind'],
    without: 'the source of the same patients holds them',
    async play(fork) {
      const taken = await takenText(fork);
      const marks = marksOf(fork);
      return marks.length > 0 && !marks.some((mark) => taken.includes(mark)) ? 'left behind' : undefined;
    },
    async twin(fork) {
      const all = readdirSync(fork.source)
        .map((name) => readFileSync(join(fork.source, name), 'utf8'))
        .join('');
      const marks = marksOf(fork);
      return marks.filter((mark) => all.includes(mark)).length > marks.length / 2;
    },
  },
];

/** Sealed with the identity of those who are enrolled. */
const MAY_LEAVE = new Set<string>(['name', 'phone']);
/** Marks planted where nothing may leave from. */
const marksOf = (fork: Fork): string[] =>
  fork.base.truth.canaries.filter(({ field }) => !MAY_LEAVE.has(field)).map(({ token }) => token);

const observation = (id: string, member?: string) =>
  `${JSON.stringify({
    resourceType: 'Observation',
    id,
    status: 'final',
    code: { text: 'x' },
    ...(member === undefined ? {} : { hasMember: [{ reference: `Observation/${member}` }] }),
  })}\n`;
const circle = [observation('rond-1', 'rond-2'), observation('rond-2', 'rond-1')];

async function linked(fork: Fork) {
  const outside = join(fork.dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'geheim.ndjson'), '{"resourceType":"Patient","id":"geheim"}\n');
  symlinkSync(join(outside, 'geheim.ndjson'), join(fork.source, 'Geheim.ndjson'));
  return folderSource(fork.source);
}

/** Everything that would be sealed of every candidate, as text. */
async function takenText(fork: Fork): Promise<string> {
  const source = await folderSource(fork.source);
  const parts: string[] = [];
  await readPractice(source, {
    asOf: AS_OF,
    selection: SELECTION,
    enrolled: 'candidates',
    sink: {
      restart: () => parts.splice(0),
      records: (_patient, _scope, records) => parts.push(JSON.stringify(records)),
    },
  });
  await source.close();
  return parts.join('\n');
}

/** Sends bytes as a delivery of the agent's, with a request that is signed over them. */
async function sentAsDelivery(fork: Fork, rest: Uint8Array<ArrayBuffer>): Promise<string | undefined> {
  const session = await agentSession(fork);
  const request = await signRequest(session.who(), session.wire.ports, { class: 'sync', action: 'delivery' }, rest);
  const reply = await fork.vault.app.inject({
    method: 'POST',
    url: `/v1/practices/${practiceOf(fork)}/deliveries`,
    headers: { authorization: `Bearer ${session.token}`, 'content-type': DELIVERY_TYPE },
    payload: Buffer.from(concat(lengthPrefixed(encodeStatement(request)), rest)),
  });
  return reply.statusCode === 200 ? undefined : (JSON.parse(reply.body) as { type: string }).type;
}
