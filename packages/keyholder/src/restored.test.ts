/** A keyholder that was put back from a backup knows an older log, older pieces and none of what was used since. */

import { MINUTE, plus, systemRandom as random } from '@ketenkluis/base';
import type { CustodyRelease } from '@ketenkluis/protocol/keyholder';
import { hashOf, holdingsDigest, type KemKeyPair, type Statement, suite } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Host, NOW, type Version } from './testing/host.ts';
import { type TestHolder, testHolder } from './testing/index.ts';

let now = NOW;
let holder: TestHolder;
let host: Host;
let version: Awaited<ReturnType<Host['version']>>;
let key: KemKeyPair;
beforeAll(async () => {
  const url = 'http://holder.localhost:4806';
  holder = await testHolder({ url, clock: () => now });
  host = await Host.create(url, holder.card);
  holder.pin([host.pin]);
  key = await suite(1).kem.generate(random);
  await holder.ask(host.practice, 'directory', await host.custody(host.agent, 'directory', host.more()));
  version = await host.version(true);
  await holder.ask(host.practice, 'pieces', await host.pieces([version]));
});
afterAll(() => holder?.close());

type Log = Host['log'];
/** A look and its line in this log. */
async function look(log: Log, of: Version = version): Promise<readonly [Statement<'request'>, number]> {
  const request = await host.request(host.nurse, { recipient: hashOf(key.publicKey), at: now });
  const { common, items } = host.lineOf(request, [of]);
  return [request, log.append(common, items, now)];
}
async function asked(
  log: Log,
  [request, index]: readonly [Statement<'request'>, number],
  more: Partial<CustodyRelease> = {},
) {
  const ask = await host.ask(request, index, key.publicKey, more, log);
  return await holder.ask(host.practice, 'releases', ask);
}
/** With the proof that it asks for. */
async function caughtUp(log: Log, one: readonly [Statement<'request'>, number]) {
  const first = await asked(log, one);
  if (first.status !== 409) return first;
  const { size } = first.body as { size: number };
  return await asked(log, one, { consistency: log.consistency(size) });
}

describe('a keyholder put back from a backup', () => {
  it('P3: gives nothing before it has caught up with the log that it knew; a fork of that log gets nothing and is kept', async () => {
    expect((await caughtUp(host.log, await look(host.log))).outcome).toBe('done');
    const fork = host.log.fork(host.log.lines.length);
    const restored = holder.backup();
    const gone = await look(host.log);
    expect((await caughtUp(host.log, gone)).outcome).toBe('done');
    const newer = await host.version(true);
    await holder.ask(host.practice, 'pieces', await host.pieces([newer], host.agent, { at: now }));

    now = plus(now, 1000);
    restored();
    // What was used since the backup is used up all the same.
    expect((await caughtUp(host.log, gone)).outcome).toBe('stale');
    // The log that it knew, going on: not without the proof from where it stands.
    const next = await look(host.log);
    expect((await asked(host.log, next)).outcome).toBe('behind');
    expect((await asked(host.log, next, { consistency: { from: 1, proof: [] } })).outcome).toBe('bad-proof');
    expect((await caughtUp(host.log, next)).outcome).toBe('done');
    // Another log from the same beginning: of the size that it has seen since, and of a larger one.
    while (fork.lines.length < host.log.lines.length - 1) await look(fork);
    const forked = await look(fork);
    expect((await asked(fork, forked)).outcome).toBe('fork');
    const longer = await look(fork);
    expect((await caughtUp(fork, longer)).outcome).toBe('bad-proof');
    expect(holder.store.forks().length).toBe(1);
    expect((await caughtUp(host.log, await look(host.log))).outcome).toBe('done');

    // Pieces that came since are not here: nothing opens with them, and the agent sees by the digest that it seals again.
    expect((await caughtUp(host.log, await look(host.log, newer))).outcome).toBe('no-piece');
    now = plus(now, MINUTE);
    const drops = await host.custody(host.agent, 'drops', { superseded: [], ended: [] }, { at: now });
    const { digest } = (await holder.ask(host.practice, 'drops', drops)).body as { digest: string };
    expect(digest).toBe(holdingsDigest([version.hash]));
    expect(digest).not.toBe(holdingsDigest([version.hash, newer.hash]));
  });
});
