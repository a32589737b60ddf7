/** The vault is the attacker (docs/spec/keyholder.md, "Release"): with an honest keyholder nothing opens that is not in the log. */

import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  canonicalJson,
  concat,
  fromBase64url,
  fromUtf8,
  HOUR,
  type Instant,
  MINUTE,
  newId,
  plus,
  systemRandom as random,
  systemClock,
} from '@ketenkluis/base';
import {
  cosignedMessage,
  formatNote,
  formatVkey,
  keyId,
  type NoteKey,
  parseNote,
  timestamped,
} from '@ketenkluis/ledger';
import { type CustodyRelease, piecesText, sealedPieces } from '@ketenkluis/protocol/keyholder';
import {
  asSealedBlob,
  custodyBytes,
  type Fact,
  hashOf,
  holdingsDigest,
  type KemKeyPair,
  pieceCommitment,
  type Request,
  type Statement,
  signStatement,
  suite,
  webVerifier,
} from '@ketenkluis/seal';
import { joinPieces, openPack, openSealed } from '@ketenkluis/seal/open';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from './index.ts';
import { Host, NOW, somebody, type Version } from './testing/host.ts';
import { type TestHolder, testHolder } from './testing/index.ts';

const URL_ = 'http://holder.localhost:4806';
let now = NOW;
let holder: TestHolder;
let host: Host;
let version: Awaited<ReturnType<Host['version']>>;
/** The colleague who helps has a device; its key opens what is sealed to it. */
let key: KemKeyPair;

beforeAll(async () => {
  holder = await testHolder({ url: URL_, clock: () => now });
  host = await Host.create(URL_, holder.card);
  holder.pin([host.pin]);
  key = await suite(1).kem.generate(random);
  const said = await holder.ask(host.practice, 'directory', await host.custody(host.agent, 'directory', host.more()));
  expect(said.outcome).toBe('done');
  version = await host.version(true);
  const taken = await holder.ask(host.practice, 'pieces', await host.pieces([version]));
  expect(taken.outcome).toBe('done');
});
afterAll(() => holder?.close());

const looks = (more: Partial<Request> = {}) =>
  host.request(host.nurse, { recipient: hashOf(key.publicKey), at: now, ...more });
const release = async (ask: CustodyRelease) => await holder.ask(host.practice, 'releases', ask);
/** A request with its line, told as it is. */
async function told(versions: readonly Version[] = [version], at = now, log = host.log) {
  const request = await looks({ at });
  const { common, items } = host.lineOf(request, versions);
  const index = log.append(common, items, at);
  return { request, index };
}
/** Asks again with what is missing, as a client does. */
async function asked(request: Statement<'request'>, index: number, more: Partial<CustodyRelease> = {}, log = host.log) {
  const ask = await host.ask(request, index, key.publicKey, more, log);
  const reply = await release(ask);
  const size = reply.status === 409 ? (reply.body as { size?: number }).size : undefined;
  if (size === undefined) return reply;
  return await release({ ...ask, ...(size <= log.lines.length ? { consistency: log.consistency(size) } : {}) });
}
async function piecesIn(body: unknown, request: Statement<'request'>) {
  const { sealed } = body as { sealed: string };
  const secret = await suite(1).kem.importPrivate(key.seed);
  const text = piecesText(request.hash, holder.card.person);
  const opened = await openSealed(secret, text, asSealedBlob(fromBase64url(sealed)));
  return sealedPieces.parse(JSON.parse(fromUtf8(opened))).pieces;
}
const open = (of: Version, shares: Version['sealed']['shares']) =>
  openPack({
    ...{ pack: of.sealed.pack, descriptor: of.descriptor, shares, verifier: webVerifier },
    keyOf: () => host.agent.sign as never,
  });

describe('a keyholder', () => {
  it('P3: gives its piece for the line of this look, and what it gives opens the pack', async () => {
    const { request, index } = await told();
    const reply = await asked(request, index);
    expect(reply.outcome).toBe('done');
    const [given] = await piecesIn(reply.body, request);
    expect(given!.descriptor).toBe(version.hash);
    const piece = { by: holder.card.person, share: fromBase64url(given!.piece) as never };
    const k = await joinPieces(version.descriptor.holders!, [piece]);
    const { c, h } = version.sealed.shares;
    expect(JSON.parse(fromUtf8((await open(version, { c, h, k })).content))).toEqual({ hba1c: 61 });
  });

  it('P3: a vault and a colleague who have c and h together open nothing; the twin without a keyholder opens', async () => {
    const { c, h } = version.sealed.shares;
    await expect(open(version, { c, h })).rejects.toMatchObject({ code: 'seal/bad-share' });
    const bare = await host.version(false);
    expect((await open(bare, bare.sealed.shares)).content).toEqual(canonicalJson({ hba1c: 61 }));
  });

  it('P3, R46: whatever the host shows instead of the line, under another request id too, it gets nothing', async () => {
    const { log } = host;
    const before = log.lines.length;
    const other = await host.version(true);
    const [stranger, joiner] = await Promise.all([somebody(), somebody()]);
    const fresh = await looks();
    const honest = host.lineOf(fresh, [version]);
    const cases: Record<string, () => Promise<{ outcome: string }>> = {
      'no line at all: the request and an old line': async () => asked(fresh, 0),
      'a line that is not in the tree': async () => {
        const aside = log.fork(before);
        const index = aside.append(honest.common, honest.items, now);
        const ask = await host.ask(fresh, index, key.publicKey, { line: aside.proof(index) }, aside);
        return await release({ ...ask, checkpoint: await log.note() });
      },
      'a line under a checkpoint of another log': async () => {
        const forged = (await Host.create(URL_, holder.card)).log;
        const index = forged.append(honest.common, honest.items, now);
        return asked(fresh, index, {}, forged);
      },
      'a line under a fork of what was seen': async () => {
        const fork = log.fork(before - 1);
        const index = fork.append(honest.common, honest.items, now);
        return asked(fresh, index, {}, fork);
      },
      'a line under a fork that grew past what was seen': async () => {
        const fork = log.fork(before - 1);
        for (let i = 0; i < 3; i++) fork.append(honest.common, honest.items, now);
        return asked(fresh, fork.lines.length - 1, {}, fork);
      },
      'the line of an earlier look': async () => {
        const { request, index } = await told();
        expect((await asked(request, index)).outcome).toBe('done');
        return asked(fresh, index);
      },
      'another person’s line': async () => {
        const request = await host.request(host.agent, { recipient: hashOf(key.publicKey), at: now });
        const { common, items } = host.lineOf(request, [version]);
        return asked(fresh, log.append(common, items, now));
      },
      'a line with another name under the request': async () => {
        const common = { ...honest.common, actor: host.owner.id };
        return asked(fresh, log.append(common, honest.items, now));
      },
      'a line under another request id': async () => {
        const common = { ...honest.common, request: newId('request', random) };
        return asked(fresh, log.append(common, honest.items, now));
      },
      'a line that says it was refused': async () => {
        const common = { ...honest.common, outcome: 'refused' as const, reason: 'no-step' as const };
        const items = honest.items.map((item) => ({ ...item, outcome: 'refused' as const }));
        return asked(fresh, log.append(common, items, now));
      },
      'a line about another version': async () => {
        const { common, items } = host.lineOf(fresh, [other]);
        return asked(fresh, log.append(common, items, now));
      },
      'a request that nobody of the practice signed': async () => {
        const request = await host.request(stranger, { recipient: hashOf(key.publicKey), at: now });
        const { common, items } = host.lineOf(request, [version]);
        const more = host.more(host.statements.length);
        return asked(request, log.append(common, items, now), { more });
      },
      'a request signed with another key in a colleague’s name': async () => {
        const request = await host.request(
          { ...host.nurse, signer: { ...joiner.signer, by: host.nurse.id } } as never,
          {
            ...{ recipient: hashOf(key.publicKey), at: now },
          },
        );
        const { common, items } = host.lineOf(request, [version]);
        const more = host.more(host.statements.length);
        return asked(request, log.append(common, items, now), { more });
      },
      'another key to seal to': async () => {
        const { request, index } = await told();
        const mine = await suite(1).kem.generate(random);
        return release({ ...(await host.ask(request, index, mine.publicKey)), consistency: null });
      },
      'a request that names no key': async () => {
        const request = await host.request(host.nurse, { at: now });
        const { common, items } = host.lineOf(request, [version]);
        return asked(request, log.append(common, items, now));
      },
      'a line of three minutes ago': async () => {
        const { request, index } = await told([version], plus(now, -3 * MINUTE) as Instant);
        return asked(request, index);
      },
      'a line of a time to come': async () => {
        const { request, index } = await told([version], plus(now, 3 * MINUTE));
        return asked(request, index);
      },
      'a request that is old under a line that is not': async () => {
        const request = await looks({ at: plus(now, -3 * MINUTE) as Instant });
        const { common, items } = host.lineOf(request, [version]);
        return asked(request, log.append(common, items, now));
      },
    };
    const outcomes: Record<string, string> = {};
    for (const [name, attack] of Object.entries(cases)) outcomes[name] = (await attack()).outcome;
    expect(outcomes).toEqual({
      'no line at all: the request and an old line': 'wrong-line',
      'a line that is not in the tree': 'not-included',
      'a line under a checkpoint of another log': 'not-logged',
      'a line under a fork of what was seen': 'fork',
      'a line under a fork that grew past what was seen': 'bad-proof',
      'the line of an earlier look': 'wrong-line',
      'another person’s line': 'wrong-line',
      'a line with another name under the request': 'wrong-line',
      'a line under another request id': 'wrong-line',
      'a line that says it was refused': 'wrong-line',
      'a line about another version': 'no-piece',
      'a request that nobody of the practice signed': 'not-signed',
      'a request signed with another key in a colleague’s name': 'not-signed',
      'another key to seal to': 'not-signed',
      'a request that names no key': 'not-signed',
      'a line of three minutes ago': 'stale',
      'a line of a time to come': 'stale',
      'a request that is old under a line that is not': 'stale',
    });
    // The fork is kept, with both notes.
    expect(holder.store.forks()).toHaveLength(1);
    // And the honest look still opens: nothing of all that moved the keyholder.
    const { request, index } = await told();
    expect((await asked(request, index)).outcome).toBe('done');
  });

  it('P3: a request counts once, also after another process has taken over the same file', async () => {
    const { request, index } = await told();
    expect((await asked(request, index)).outcome).toBe('done');
    expect((await asked(request, index)).outcome).toBe('used');
    const twice = await told();
    const ask = await host.ask(twice.request, twice.index, key.publicKey, {
      consistency: host.log.consistency(twice.index),
    });
    const both = await Promise.all([release(ask), release(ask)]);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['done', 'used']);
    holder.restart();
    expect((await asked(request, index)).outcome).toBe('used');
  });

  it('P3: whoever is behind, or ahead of what the keyholder saw, gets there with one more question', async () => {
    const first = await told();
    const second = await told();
    expect((await asked(second.request, second.index)).outcome).toBe('done');
    // The first line under a checkpoint that is smaller than the last one, and not known.
    const size = first.index + 1;
    const ask = await host.ask(first.request, first.index, key.publicKey, {
      ...{ line: host.log.proof(first.index, size), checkpoint: await host.log.note(size) },
    });
    const reply = await release(ask);
    expect(reply.status).toBe(409);
    const { size: known, checkpoint } = reply.body as { size: number; checkpoint: string };
    const again = await release({ ...ask, checkpoint, line: host.log.proof(first.index, known) });
    expect(again.outcome).toBe('done');
  });

  it('a superseded version answers lines from before for five minutes and goes; what ended goes at once', async () => {
    const [old, ended] = await Promise.all([host.version(true), host.version(true)]);
    const bytes = await host.pieces([old, ended]);
    const taken = await holder.ask(host.practice, 'pieces', bytes);
    const held = [old, ended].map(({ hash, piece }) => ({
      descriptor: hash,
      piece: pieceCommitment(holder.card.person, piece),
    }));
    const signed = custodyBytes(host.practice, holder.card.person, held);
    const { sig } = taken.body as { sig: string };
    expect(await webVerifier.verify(fromBase64url(holder.card.sign), signed, fromBase64url(sig))).toBe(true);
    const before = await told([old, ended]);
    now = plus(now, 1000);
    const drops = { superseded: [old.hash], ended: [ended.hash] };
    const answer = await holder.ask(
      host.practice,
      'drops',
      await host.custody(host.agent, 'drops', drops, { at: now }),
    );
    expect(answer.body).toEqual({ count: 1, digest: holdingsDigest([version.hash]) });
    const reply = await asked(before.request, before.index);
    expect((await piecesIn(reply.body, before.request)).map(({ descriptor }) => descriptor)).toEqual([old.hash]);
    now = plus(now, 1000);
    const after = await told([old]);
    expect((await asked(after.request, after.index)).outcome).toBe('no-piece');
    now = plus(now, 5 * MINUTE);
    expect(holder.store.sweep(now)).toBe(1);
    expect(holder.store.read((tx) => tx.piece(host.practice, old.hash))).toBeUndefined();
    // Only the agent says what goes, and who seals may not change what is here.
    const nurse = await host.custody(host.nurse, 'drops', { superseded: [], ended: [version.hash] }, { at: now });
    expect((await holder.ask(host.practice, 'drops', nurse)).outcome).toBe('not-allowed');
    const bent = { ...version, piece: version.piece.map((byte, i) => (i === 3 ? byte ^ 1 : byte)) };
    const wrong = await host.pieces([bent], host.agent, { at: now });
    expect((await holder.ask(host.practice, 'pieces', wrong)).outcome).toBe('other-piece');
    // A lost message and a restored backup: the list of what is live takes away the rest, but nothing younger than an hour.
    const young = await host.version(true);
    now = plus(now, 2 * HOUR);
    await holder.ask(host.practice, 'pieces', await host.pieces([young], host.agent, { at: now }));
    const keep = await host.custody(host.agent, 'keep', { live: [] }, { at: now });
    expect((await holder.ask(host.practice, 'keep', keep)).body).toMatchObject({ count: 1 });
    expect(holder.store.read((tx) => tx.held(host.practice))).toEqual([young.hash]);
    version = young;
    holder.restart();
  });

  it('nobody but the pinned practice teaches it, and who left is refused from then on', async () => {
    const other = await Host.create(URL_, holder.card);
    const alien = { ...other, statements: other.statements };
    const lesson = await host.custody(
      other.agent,
      'directory',
      { ...(other.more() as object), after: host.statements.length },
      { at: now },
    );
    expect((await holder.ask(host.practice, 'directory', lesson)).outcome).toBe('not-signed');
    expect((await holder.ask(alien.practice, 'directory', lesson)).outcome).toBe('unknown');
    // A joiner between two syncs brings the own card along; it counts for this once.
    const joiner = await somebody();
    host.statements.push(await signStatement(host.card(joiner, 'professional'), host.owner.signer));
    const request = await host.request(joiner, { recipient: hashOf(key.publicKey), at: now });
    const { common, items } = host.lineOf(request, [version]);
    const index = host.log.append(common, items, now);
    const ask = await host.ask(request, index, key.publicKey, {
      consistency: host.log.consistency(holder.store.read((tx) => tx.last(host.practice))!.size),
    });
    const reply = await release(ask);
    expect(reply.body).toEqual({ directory: host.statements.length - 1 });
    expect((await release({ ...ask, more: host.more(host.statements.length - 1) })).outcome).toBe('done');
    // The joiner leaves again; the agent brings it.
    const ends = host.card(joiner, 'professional', { number: 1, from: now, until: now });
    host.statements.push(await signStatement(ends, host.owner.signer));
    const from = host.statements.length - 2;
    const learned = await host.custody(host.agent, 'directory', host.more(from), { at: now });
    expect((await holder.ask(host.practice, 'directory', learned)).body).toEqual({ directory: host.statements.length });
    now = plus(now, 1000);
    const late = await host.request(joiner, { recipient: hashOf(key.publicKey), at: now });
    const line = host.lineOf(late, [version]);
    const at = host.log.append(line.common, line.items, now);
    expect((await asked(late, at, { more: host.more(host.statements.length) })).outcome).toBe('not-signed');
    // What is not the agent's to teach.
    const byNurse = await host.custody(host.nurse, 'directory', host.more(host.statements.length), { at: now });
    expect((await holder.ask(host.practice, 'directory', byNurse)).outcome).toBe('not-allowed');
  });

  it('P3, R42: where the owners name witnesses a line counts when their quorum confirms it, and not before', async () => {
    const pair = generateKeyPairSync('ed25519');
    const name = 'witness.example/w';
    const vkey: NoteKey = {
      name,
      type: 4,
      publicKey: fromBase64url((pair.publicKey.export({ format: 'jwk' }) as { x: string }).x),
    };
    const cosign = async (size: number, at: Instant) => {
      const note = parseNote(await host.log.note(size));
      const seconds = Math.floor(at / 1000);
      const made = sign(null, cosignedMessage(4, name, seconds, note.text, host.log.checkpoint(size)), pair.privateKey);
      const bytes = concat(keyId(vkey), timestamped(seconds, made));
      return formatNote({ ...note, signatures: [...note.signatures, { name, bytes }] });
    };
    now = plus(now, 1000);
    const fact: Fact = {
      ...{ t: 'fact', v: 1, suite: 1, id: newId('fact', random), practice: host.practice, from: now, until: null },
      ...{ kind: 'witnesses', quorum: 1, lag: HOUR },
      witnesses: [{ name, url: `https://${name}`, keys: [formatVkey(vkey)] }],
    };
    const from = host.statements.length;
    host.statements.push(await signStatement(fact, [host.owner.signer, host.nurse.signer]));
    const lesson = await host.custody(host.agent, 'directory', host.more(from), { at: now });
    expect((await holder.ask(host.practice, 'directory', lesson)).outcome).toBe('done');
    const before = host.log.lines.length;
    const { request, index } = await told();
    const size = host.log.lines.length;
    const proof = host.log.consistency(before).proof;
    const shown = async (of: number, at = now) => [
      { name, note: await cosign(of, at), proof: of === size ? [] : proof },
    ];
    expect((await asked(request, index)).outcome).toBe('not-witnessed');
    expect((await asked(request, index, { witnesses: await shown(before) })).outcome).toBe('not-witnessed');
    const old = await shown(size, plus(now, -2 * HOUR) as Instant);
    expect((await asked(request, index, { witnesses: old })).outcome).toBe('not-witnessed');
    expect((await asked(request, index, { witnesses: await shown(size) })).outcome).toBe('done');
    const none: Fact = { ...fact, id: newId('fact', random), from: plus(now, 1), quorum: 0, witnesses: [] };
    host.statements.push(await signStatement(none, [host.owner.signer, host.nurse.signer]));
    now = plus(now, 1000);
    const gone = await host.custody(host.agent, 'directory', host.more(from + 1), { at: now });
    expect((await holder.ask(host.practice, 'directory', gone)).outcome).toBe('done');
  });

  it('a clock that was put back gives nothing', async () => {
    const { request, index } = await told();
    expect((await asked(request, index)).outcome).toBe('done');
    now = plus(now, -10_000) as Instant;
    const again = await told();
    expect((await asked(again.request, again.index)).outcome).toBe('clock-behind');
    now = plus(now, 10_000);
  });

  it('P3: agrees with a slow twin of the rule, for every mix of what may be wrong', async () => {
    // Well after the last start, so that only the age counts.
    now = plus(now, 10 * MINUTE);
    const last = () => holder.store.read((tx) => tx.last(host.practice))!.size;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          tree: fc.constantFrom('next', 'next', 'next', 'fork', 'no-proof', 'bad-proof'),
          age: fc.constantFrom(0, 0, 119_000, 121_000, -119_000, -121_000),
          entry: fc.constantFrom(
            'true',
            'true',
            'true',
            'person',
            'request',
            'signature',
            'refused',
            'event',
            'declared',
          ),
          key: fc.constantFrom('own', 'own', 'own', 'other', 'none'),
          held: fc.boolean(),
          used: fc.boolean(),
        }),
        async ({ tree, age, entry, key: sealed, held, used }) => {
          now = plus(now, 1000);
          const at = plus(now, -age) as Instant;
          const request = await looks({
            at,
            ...(sealed === 'none' ? { recipient: undefined as never } : {}),
          });
          const of = held ? version : { ...version, hash: hashOf(random(8)) };
          const { common, items } = host.lineOf(request, [of]);
          const changed = {
            ...{ true: {}, declared: { declared: true } },
            person: { actor: host.owner.id },
            request: { requestHash: hashOf(random(8)) },
            signature: { signature: hashOf(random(8)).repeat(2) },
            refused: { outcome: 'error' as const, reason: 'internal' as never },
            event: { event: 'list' as const },
          }[entry];
          const log = tree === 'fork' ? host.log.fork(last() - 1) : host.log;
          let index: number;
          try {
            index = log.append({ ...common, ...changed }, items, at);
          } catch {
            return;
          }
          const consistency =
            tree === 'fork' || tree === 'no-proof'
              ? null
              : {
                  ...log.consistency(last()),
                  ...(tree === 'bad-proof' ? { proof: [hashOf(random(8)) as string] } : {}),
                };
          const other = await suite(1).kem.generate(random);
          const ask = await host.ask(
            request,
            index,
            sealed === 'other' ? other.publicKey : key.publicKey,
            { consistency, line: log.proof(index), checkpoint: await log.note() },
            log,
          );
          // The twin: one question after the other, each from what was put in.
          const expected = (() => {
            if (sealed !== 'own') return 'not-signed';
            if (entry !== 'true') return 'wrong-line';
            if (Math.abs(age) > 120_000) return 'stale';
            if (tree === 'fork') return 'fork';
            if (tree === 'no-proof') return 'behind';
            if (tree === 'bad-proof') return 'bad-proof';
            return held ? 'done' : 'no-piece';
          })();
          expect((await release(ask)).outcome).toBe(expected);
          if (used) expect((await release(ask)).outcome).toBe(expected === 'done' ? 'used' : expected);
        },
      ),
      { numRuns: 120 },
    );
  });
});

describe('a keyholder’s process', () => {
  it('P3: kill -9 after every answer, and no request is ever used twice', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ketenkluis-holder-'));
    const file = join(dir, 'keyholder.json');
    const config = {
      ...{ url: URL_, dir: holder.dir, port: 0 },
      practices: [{ practice: host.practice, authority: host.pin.authority, log: formatVkey(host.pin.log) }],
    };
    writeFileSync(file, JSON.stringify(config));
    expect(readConfig(file).practices).toHaveLength(1);
    const start = async () => {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'keyholder.process.ts'), file], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, NODE_NO_WARNINGS: '1' },
      });
      const port = await new Promise<number>((resolve, reject) => {
        child.stdout.once('data', (text: Buffer) => resolve(Number(String(text).trim())));
        child.once('exit', () => reject(new Error('the keyholder did not start')));
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      return { child, port, ended };
    };
    // The process has the machine's own clock.
    now = systemClock();
    const asks: CustodyRelease[] = [];
    let done = 0;
    let running: ReturnType<typeof spawn> | undefined;
    try {
      for (let round = 0; round < 3; round++) {
        const { child, port, ended } = await start();
        running = child;
        const url = `http://127.0.0.1:${port}/v1/practices/${host.practice}/releases`;
        const post = async (ask: CustodyRelease) => {
          const response = await fetch(url, { method: 'POST', body: JSON.stringify(ask) });
          return { status: response.status, body: (await response.json()) as { code?: string; size?: number } };
        };
        // Younger than the process or not: it was used.
        for (const ask of asks) expect(['used', 'stale']).toContain((await post(ask)).body.code);
        now = systemClock();
        const { request, index } = await told();
        const ask = await host.ask(request, index, key.publicKey);
        const first = await post(ask);
        const next = first.status === 409 ? { ...ask, consistency: host.log.consistency(first.body.size!) } : ask;
        // Asked twice at once, and killed the moment that one answer is here.
        const answers = [post(next), post(next)].map((one) => one.catch(() => undefined));
        const early = await Promise.race(answers);
        child.kill('SIGKILL');
        await ended;
        done += (await Promise.all(answers)).filter((one) => one?.status === 200).length;
        expect(early).toBeDefined();
        asks.push(next);
      }
      expect(done).toBeLessThanOrEqual(3);
    } finally {
      running?.kill('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
