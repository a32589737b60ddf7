/** Keyholders who are away, lie, refuse or help the host; and the host, before an honest one (docs/spec/keyholder.md). */

import { fromBase64url, fromUtf8, parseId, systemRandom } from '@ketenkluis/base';
import { agree, type Fetch, type Session, waitingProposals } from '@ketenkluis/client';
import { proposeKeyholders } from '@ketenkluis/client/keyholders';
import { type TestHolder, testHolder } from '@ketenkluis/keyholder/testing';
import { parseVkey } from '@ketenkluis/ledger';
import { asShare, batchesFromWire, expectType, type Hash, type Sealed, statementFromWire } from '@ketenkluis/seal';
import { joinPieces, openPack } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { decrypts, LIAR, lookAt, recordedLook, refusalIn, sharesOf } from './looks.ts';
import { type Loose, recorded } from './proxy.ts';
import { type Fork, fetchOf, type Patient } from './world.ts';

const first = (fork: Fork): Patient => fork.base.patients[0]!;

interface Guarded {
  readonly holders: readonly TestHolder[];
  readonly nurse: Session;
  /** What was sent to the first keyholder's `releases`. */
  readonly asks: Loose[];
  /** The vault's answer to the nurse's last look. */
  look(): Promise<Loose>;
}

/** Two owners name `n` keyholders of whom `need` must answer, everything is sealed again, and a nurse is at work. */
async function guarded<T>(fork: Fork, n: number, need: number, work: (on: Guarded) => Promise<T>): Promise<T> {
  await fork.up();
  const urls = Array.from({ length: n }, (_, i) => `http://h${i}.localhost:4806`);
  const holders = await Promise.all(urls.map((url) => testHolder({ url, clock: fork.time.clock })));
  const asks: Loose[] = [];
  const vault = fetchOf(() => fork.vault.app);
  const { practice, authority, log } = fork.base.place.pins;
  const pin = { practice: parseId('organisation', practice), authority, log: parseVkey(log.key) };
  for (const holder of holders) holder.pin([pin]);
  const routed =
    (other: Fetch): Fetch =>
    (url, init) => {
      const place = urls.indexOf(new URL(url).origin);
      if (place < 0) return other(url, init);
      if (place === 0 && url.endsWith('/releases')) asks.push(JSON.parse(String(init.body)));
      return holders[place]!.fetch(url, init) as ReturnType<Fetch>;
    };
  fork.road(routed(vault));
  try {
    const cards = holders.map(({ card, url }) => ({ ...card, url }));
    await proposeKeyholders(await fork.signIn('owner'), { need, holders: cards });
    const second = await fork.signIn('second');
    const [waits] = await waitingProposals(second);
    await agree(second, waits!.hash);
    fork.time.move(60_000);
    await fork.sync();
    const seen = recorded('releases');
    // The host's hands are on the way to its own vault only.
    const nurse = await fork.signIn('nurse', { fetch: routed(fork.fetch) });
    const look = async () => {
      fork.tamper(seen.rule);
      try {
        const refused = refusalIn(await lookAt(nurse, first(fork)));
        if (refused !== undefined) throw new Error(`the honest look was refused: ${refused}`);
      } finally {
        fork.tamper();
      }
      return seen.answers.at(-1);
    };
    return await work({ holders, nurse, asks, look });
  } finally {
    for (const holder of holders) holder.close();
  }
}

const versionIn = (answer: Loose) =>
  expectType(statementFromWire(answer.results[0].descriptor, batchesFromWire(answer.batches)), 'descriptor');

/** Puts other bytes where a keyholder has its piece of this version. */
const swap = (holder: TestHolder, session: Session, version: Hash, piece: Uint8Array, at: Fork['time']) =>
  holder.store.commit((tx) => {
    tx.drop(session.practice, [version]);
    tx.put(session.practice, version, piece, at.clock());
  });
const pieceOf = (holder: TestHolder, session: Session, version: Hash) =>
  holder.store.read((tx) => tx.piece(session.practice, version))!.piece;

/** Decrypts with every share that those who work together have. */
async function together(on: Guarded, answer: Loose, has: { readonly c: boolean }): Promise<string> {
  const descriptor = versionIn(answer);
  const { c, h } = await sharesOf(on.nurse, answer.results[0], answer.batches);
  const holders = descriptor.payload.holders!;
  const pieces = on.holders.map((one) => ({
    by: one.card.person,
    share: asShare('p', pieceOf(one, on.nurse, descriptor.hash)),
  }));
  const k = await joinPieces(holders, pieces);
  const opened = await openPack({
    pack: fromBase64url(answer.results[0].pack) as Sealed<'pack'>,
    shares: { c: has.c ? c : asShare('c', systemRandom(32)), h, k },
    descriptor: descriptor.payload,
    keyOf: () => new Uint8Array(32),
    verifier: LIAR,
  });
  return fromUtf8(opened.content);
}

export const keyholders: readonly Attack[] = [
  {
    name: 'look-without-a-line-past-a-keyholder',
    promise: 'P3',
    who: 'host and member',
    does: 'the host hands its half to a member who has the other, and nobody writes a line',
    expect: ['seal/bad-share'],
    without: 'in a practice that names no keyholder the two halves open the part',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ nurse, look }) => {
        const answer = await look();
        return codeAfter(() => decrypts(nurse, answer.results[0], answer.batches));
      }),
    async twin(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      return succeeds(() => decrypts(session, answer.results[0], answer.batches));
    },
  },
  {
    name: 'use-a-look-twice-at-a-keyholder',
    promise: 'P3',
    who: 'host and member',
    does: 'asks a keyholder again with a request and a line that it has answered',
    expect: ['used'],
    without: 'the same with a look of its own gets a piece',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ holders, nurse, asks, look }) => {
        await look();
        return (await holders[0]!.ask(nurse.practice, 'releases', asks.at(-1))).outcome;
      }),
    twin: (fork) =>
      guarded(fork, 1, 1, async ({ holders, look }) => {
        await look();
        await look();
        return holders[0]!.said.slice(-2).every(({ outcome }) => outcome === 'done');
      }),
  },
  {
    name: 'put-an-old-line-under-a-new-request-at-a-keyholder',
    promise: 'P3',
    who: 'host and member',
    does: 'shows a keyholder a fresh signed request with the line of an earlier look at the same part',
    expect: ['wrong-line'],
    without: 'with its own line the request gets a piece',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ holders, nurse, asks, look }) => {
        await look();
        await look();
        const [before, after] = asks.slice(-2);
        const bent = { ...after, line: before.line, checkpoint: before.checkpoint, consistency: before.consistency };
        return (await holders[0]!.ask(nurse.practice, 'releases', bent)).outcome;
      }),
    twin: (fork) => guarded(fork, 1, 1, async ({ look }) => succeeds(look)),
  },
  {
    name: 'keyholder-offline',
    promise: 'P3',
    who: 'keyholder',
    does: 'two of three keyholders are away while two must answer',
    expect: ['client/holders-missing'],
    without: 'with one of three away the look opens',
    play: (fork) =>
      guarded(fork, 3, 2, async ({ holders, look }) => {
        for (const one of holders.slice(1)) one.down = true;
        return codeAfter(look);
      }),
    twin: (fork) =>
      guarded(fork, 3, 2, async ({ holders, look }) => {
        holders[2]!.down = true;
        return succeeds(look);
      }),
  },
  {
    name: 'keyholder-gives-a-wrong-piece',
    promise: 'P3',
    who: 'keyholder',
    does: 'gives out 33 bytes of its own making in the place of its piece',
    expect: ['client/holders-missing'],
    without: 'with the piece that it was given the look opens',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ holders, nurse, look }) => {
        const { hash } = versionIn(await look());
        await swap(holders[0]!, nurse, hash, systemRandom(33), fork.time);
        return codeAfter(look);
      }),
    twin: (fork) =>
      guarded(fork, 1, 1, async ({ holders, nurse, look }) => {
        const { hash } = versionIn(await look());
        await swap(holders[0]!, nurse, hash, pieceOf(holders[0]!, nurse, hash), fork.time);
        return succeeds(look);
      }),
  },
  {
    name: 'keyholder-gives-a-piece-of-another-version',
    promise: 'P3',
    who: 'keyholder',
    does: 'gives out a genuine piece, of another version',
    expect: ['client/holders-missing'],
    without: 'at the version that it belongs to, that piece opens',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ holders, nurse, look }) => {
        const { hash } = versionIn(await look());
        const other = holders[0]!.store.read((tx) => tx.held(nurse.practice)).find((one) => one !== hash)!;
        await swap(holders[0]!, nurse, hash, pieceOf(holders[0]!, nurse, other), fork.time);
        return codeAfter(look);
      }),
    twin: (fork) => guarded(fork, 1, 1, async ({ look }) => succeeds(look)),
  },
  {
    name: 'keyholder-refuses',
    promise: 'P3',
    who: 'keyholder',
    does: 'answers every look with a refusal',
    expect: ['client/holders-missing'],
    without: 'where the owners named a second one of whom one is enough, the look opens',
    play: (fork) =>
      guarded(fork, 1, 1, async ({ holders, look }) => {
        holders[0]!.between = (_, reply) => ({ ...reply, status: 403, body: { code: 'stale' } });
        return codeAfter(look);
      }),
    twin: (fork) =>
      guarded(fork, 2, 1, async ({ holders, look }) => {
        holders[0]!.between = (_, reply) => ({ ...reply, status: 403, body: { code: 'stale' } });
        return succeeds(look);
      }),
  },
  {
    name: 'host-and-keyholder-open-a-part',
    promise: 'P2',
    who: 'host and keyholder',
    does: 'puts the half of the vault and the pieces of every keyholder together',
    expect: ['seal/bad-share'],
    without: 'with a member as the third they open it',
    play: (fork) =>
      guarded(fork, 2, 2, async (on) => {
        const answer = await on.look();
        return codeAfter(() => together(on, answer, { c: false }));
      }),
    twin: (fork) =>
      guarded(fork, 2, 2, async (on) => {
        const answer = await on.look();
        return succeeds(() => together(on, answer, { c: true }));
      }),
  },
];
