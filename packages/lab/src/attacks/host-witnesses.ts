/** The host and a witness that goes along with it, against owners who named two (docs/spec/witness.md). */

import { join } from 'node:path';
import { base64url, DAY, HOUR, type Instant, newId, SECOND, systemRandom } from '@ketenkluis/base';
import { logStanding, type Session } from '@ketenkluis/client';
import {
  checkpointText,
  consistencyFromTiles,
  formatNote,
  type KnownLine,
  merkleRoot,
  parseNote,
  readCheckpoint,
  signCheckpoint,
} from '@ketenkluis/ledger';
import { witnessed } from '@ketenkluis/protocol';
import { type FactOf, type Statement, signStatement } from '@ketenkluis/seal';
import { createKeys } from '@ketenkluis/witness';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { bothOwners, keysOf, post, practiceOf } from './people.ts';
import type { Loose } from './proxy.ts';
import type { Fork } from './world.ts';

const NAMES = ['witness.example/a', 'witness.example/b'] as const;

type Cosigner = ReturnType<typeof createKeys>;
interface Said {
  note: string | null;
  proof: string[];
}
interface Watched {
  readonly owner: Session;
  readonly witnesses: readonly Cosigner[];
  /** What both say of a note of the log, now or at another time. */
  sign(by: Cosigner, note: string, at?: Instant): string;
  /** The host shows what this makes of two honest words. */
  shows(bend: (said: Said, which: number, checkpoint: string) => Promise<void> | void): void;
  /** Where the log stands for the owner, with a line that was written when they were named. */
  standing(): Promise<string>;
}

const factOf = (fork: Fork, witnesses: readonly Cosigner[], quorum = 2): FactOf<'witnesses'> => ({
  ...{ t: 'fact', v: 1, suite: 1, kind: 'witnesses', id: newId('fact', systemRandom), practice: practiceOf(fork) },
  ...{ from: fork.time.clock(), until: null, quorum, lag: HOUR },
  witnesses: witnesses.map(({ name, vkeys }) => ({ name, url: `https://${name}`, keys: [...vkeys] })),
});
const made = (fork: Fork, ...names: readonly string[]) => names.map((name) => createKeys(join(fork.dir, name), name));

/** Two owners name two witnesses; two hours pass. */
async function watched(fork: Fork, named = true): Promise<Watched> {
  await fork.up();
  const witnesses = made(fork, ...NAMES);
  const owner = await fork.signIn('owner');
  if (named) await post(owner, [await signStatement(factOf(fork, witnesses), bothOwners(fork))]);
  const line: KnownLine = { index: (await owner.log()).seen()!.size - 1, at: fork.time.clock() };
  fork.time.move(2 * HOUR);
  const session = await fork.signIn('owner');
  await session.people(true);
  const sign: Watched['sign'] = (by, text, at = fork.time.clock()) => {
    const note = parseNote(text);
    const more = by.cosign(note.text, readCheckpoint(text), Math.floor(at / SECOND));
    return formatNote({ text: note.text, signatures: [...note.signatures.slice(0, 1), ...more] });
  };
  return {
    ...{ owner: session, witnesses, sign },
    shows: (bend) =>
      fork.tamper({
        on: 'witnessed',
        answer: async (json: Loose) => {
          const said = witnesses.map((by) => ({
            name: by.name,
            note: sign(by, json.checkpoint),
            proof: [],
            fault: null,
          }));
          for (const [which, one] of said.entries()) await bend(one, which, json.checkpoint);
          return { ...json, witnesses: said };
        },
      }),
    standing: async () => (await logStanding(session, [line])).standing,
  };
}
const honestly = () => undefined;

/** What the host makes of the second witness's word; honest otherwise. */
const second =
  (bend: (said: Said, checkpoint: string) => Promise<void> | void) => (said: Said, which: number, checkpoint: string) =>
    which === 1 ? bend(said, checkpoint) : undefined;

const says = (note: (checkpoint: string) => string | null) =>
  second((said, checkpoint) => {
    said.note = note(checkpoint);
  });

/** The log's key and a witness's sign another tree of the same size. */
async function splitView(fork: Fork, at: Watched): Promise<void> {
  const origin = fork.base.place.pins.log.origin;
  const signer = await fork.vault.vault.keys.log(origin);
  at.shows(
    second(async (said, checkpoint) => {
      const tree = { origin, size: readCheckpoint(checkpoint).size, root: merkleRoot([new Uint8Array(7)]) };
      const note = await signCheckpoint(tree, signer);
      const cosigned = at.witnesses[1]!.cosign(checkpointText(tree), tree, Math.floor(fork.time.clock() / SECOND));
      said.note = formatNote({ text: checkpointText(tree), signatures: [...parseNote(note).signatures, ...cosigned] });
    }),
  );
}

/** The second witness signs, freshly, what stood before the line. */
async function rolledBack(fork: Fork): Promise<Watched> {
  await fork.up();
  const { checkpoint: before } = await (await fork.signIn('owner')).call('witnessed', witnessed);
  const at = await watched(fork);
  const { size } = readCheckpoint(before);
  const { ledger } = fork.vault.vault.storage;
  const { origin } = fork.base.place.pins.log;
  at.shows(
    second(async (said, checkpoint) => {
      said.note = at.sign(at.witnesses[1]!, before);
      const steps = await consistencyFromTiles(size, readCheckpoint(checkpoint).size, (level, index) =>
        ledger.tile(origin, level, index),
      );
      said.proof = steps.map((step) => base64url(step));
    }),
  );
  return at;
}

const confirmed = async (at: Watched): Promise<boolean> => (await at.standing()) === 'confirmed';
/** The twin of every lie: the same without it. */
const honestTwin = async (fork: Fork): Promise<boolean> => {
  const at = await watched(fork);
  at.shows(honestly);
  return confirmed(at);
};

async function lowered(fork: Fork, by: 'one' | 'two'): Promise<void> {
  const { owner, witnesses } = await watched(fork);
  const signers = by === 'one' ? keysOf(fork, 'owner').signer : bothOwners(fork);
  await post(owner, [await signStatement(factOf(fork, witnesses.slice(0, 1), 1), signers)]);
}

/** Both owners once agreed on one witness and never put it into the log; the host finds that statement. */
async function heldBack(fork: Fork): Promise<{ readonly old: Statement; readonly owner: Session }> {
  await fork.up();
  const witnesses = made(fork, 'witness.example/old');
  const old = await signStatement(factOf(fork, witnesses, 1), bothOwners(fork));
  fork.time.move(DAY);
  return { old, owner: await fork.signIn('owner') };
}

const HOST_WITNESS = 'host + one of two witnesses';

export const hostWitnesses: readonly Attack[] = [
  {
    name: 'witness-signs-two-trees',
    promise: 'P3',
    who: HOST_WITNESS,
    does: 'sign another tree of the same size, as log and as witness, and show it to one client',
    expect: ['client/fork'],
    without: 'the owners named nobody: nobody asks, and the other tree stays unseen',
    play: async (fork) => {
      const at = await watched(fork);
      await splitView(fork, at);
      return codeAfter(at.standing);
    },
    twin: async (fork) => {
      const at = await watched(fork, false);
      await splitView(fork, at);
      return succeeds(at.standing);
    },
  },
  {
    name: 'witness-rolls-back',
    promise: 'P3',
    who: HOST_WITNESS,
    does: 'cosign freshly what stood before a line, so that the line has no witness and everything looks recent',
    expect: ['degraded'],
    without: 'the witness signs the newest checkpoint: the line is confirmed',
    play: async (fork) => (await rolledBack(fork)).standing(),
    twin: honestTwin,
  },
  {
    name: 'witness-from-the-future',
    promise: 'P3',
    who: HOST_WITNESS,
    does: 'cosign with a time a year ahead, so that the word never grows old',
    expect: ['degraded'],
    without: 'with the time of now it counts',
    play: async (fork) => {
      const at = await watched(fork);
      const ahead = (fork.time.clock() + 365 * DAY) as Instant;
      at.shows(says((checkpoint) => at.sign(at.witnesses[1]!, checkpoint, ahead)));
      return at.standing();
    },
    twin: honestTwin,
  },
  {
    name: 'witness-with-another-key',
    promise: 'P3',
    who: 'host',
    does: 'cosign in the name of a witness with a key of its own',
    expect: ['degraded'],
    without: 'with the key that the owners named it counts',
    play: async (fork) => {
      const at = await watched(fork);
      const forged = createKeys(join(fork.dir, 'forged'), NAMES[1]);
      at.shows(says((checkpoint) => at.sign(forged, checkpoint)));
      return at.standing();
    },
    twin: honestTwin,
  },
  {
    name: 'cosignatures-hidden',
    promise: 'P3',
    who: 'host',
    does: 'show nothing of a witness who does confirm, or post nothing to it',
    expect: ['degraded'],
    without: 'shown, both confirm',
    play: async (fork) => {
      const at = await watched(fork);
      at.shows(says(() => null));
      return at.standing();
    },
    twin: honestTwin,
  },
  {
    name: 'quorum-lowered-by-one-owner',
    promise: 'P3',
    who: 'owner',
    does: 'name one witness instead of two, alone',
    expect: ['vault/bad-statement', 'seal/not-signed'],
    without: 'with the second owner under it the same statement counts',
    play: (fork) => codeAfter(() => lowered(fork, 'one')),
    twin: (fork) => succeeds(() => lowered(fork, 'two')),
  },
  {
    name: 'quorum-of-before',
    promise: 'P3',
    who: 'owner + host',
    does: 'put an older statement of both owners, never logged, behind the one that counts',
    expect: ['vault/bad-statement', 'seal/replayed'],
    without: 'put there before the newer one it counts, until that comes',
    play: async (fork) => {
      const { old, owner } = await heldBack(fork);
      await post(owner, [await signStatement(factOf(fork, made(fork, ...NAMES)), bothOwners(fork))]);
      return codeAfter(() => post(owner, [old]));
    },
    twin: async (fork) => {
      const { old, owner } = await heldBack(fork);
      return succeeds(() => post(owner, [old]));
    },
  },
];
