/** People of the practice and its agent against the rule of two, beyond their mandate, and after they have left. */

import { cpSync } from 'node:fs';
import { DAY, MINUTE } from '@ketenkluis/base';
import {
  asEpochWraps,
  batchesFromWire,
  expectType,
  parsePayload,
  signStatement,
  statementFromWire,
  suite,
} from '@ketenkluis/seal';
import { openBundle, openEpoch } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, rowsOf } from './host.ts';
import { lookAt, NURSE, recordedLook, refusalIn } from './looks.ts';
import {
  agentSession,
  bothOwners,
  first,
  keysOf,
  leave,
  membershipOf,
  newTeamKey,
  post,
  removeNurse,
  teamOf,
  up,
} from './people.ts';
import type { Loose } from './proxy.ts';
import type { Fork } from './world.ts';

export const membersRule: readonly Attack[] = [
  {
    name: 'put-oneself-in-a-team',
    promise: 'P4',
    who: 'member',
    does: 'the assistant signs a membership of the nurses for herself and posts it',
    expect: ['vault/not-allowed'],
    without: 'signed and posted by the owners the same membership stands',
    async play(fork) {
      const session = await up(fork, 'assistant');
      const { signer, person } = keysOf(fork, 'assistant');
      await post(session, [await signStatement(membershipOf(fork, person, NURSE), signer)]);
      return undefined;
    },
    async twin(fork) {
      const session = await up(fork, 'owner');
      const { person } = keysOf(fork, 'assistant');
      return succeeds(async () =>
        post(session, [await signStatement(membershipOf(fork, person, NURSE), bothOwners(fork))]),
      );
    },
  },
  {
    name: 'one-owner-by-the-raw-endpoint',
    promise: 'P4',
    who: 'owner',
    does: 'one of two owners posts a membership with only the own signature',
    expect: ['vault/bad-statement', 'seal/not-signed'],
    without: 'with the second signature it stands',
    async play(fork) {
      const session = await up(fork, 'owner');
      const { person } = keysOf(fork, 'assistant');
      await post(session, [await signStatement(membershipOf(fork, person, NURSE), keysOf(fork, 'owner').signer)]);
      return undefined;
    },
    async twin(fork) {
      const session = await up(fork, 'owner');
      const { person } = keysOf(fork, 'assistant');
      return succeeds(async () =>
        post(session, [await signStatement(membershipOf(fork, person, NURSE), bothOwners(fork))]),
      );
    },
  },
  {
    name: 'sign-beyond-the-mandate',
    promise: 'P4',
    who: "agent's computer",
    does: "a thief of the agent's key signs a membership with it",
    expect: ['vault/not-allowed', 'vault/bad-statement'],
    without: 'signed by the owners it stands',
    async play(fork) {
      const session = await agentSession(fork);
      const { signer } = session.keys();
      const fact = await signStatement(membershipOf(fork, keysOf(fork, 'assistant').person, NURSE), signer);
      await post(session, [fact]);
      return undefined;
    },
    async twin(fork) {
      const session = await up(fork, 'owner');
      const { person } = keysOf(fork, 'assistant');
      return succeeds(async () =>
        post(session, [await signStatement(membershipOf(fork, person, NURSE), bothOwners(fork))]),
      );
    },
  },
  {
    name: 'look-with-the-agents-key',
    promise: 'P3',
    who: "agent's computer",
    does: "a thief of the agent's key asks for a release",
    expect: ['class-not-allowed', 'not-member'],
    without: 'a member who treats the patient gets it',
    async play(fork) {
      return refusalIn(await lookAt(await agentSession(fork), first(fork)));
    },
    async twin(fork) {
      return refusalIn(await lookAt(await up(fork, 'nurse'), first(fork))) === undefined;
    },
  },
  {
    name: 'sync-after-the-mandate-ended',
    promise: 'P4',
    who: "agent's computer",
    does: "goes on sealing with the agent's key when its mandate has run out",
    expect: ['vault/not-allowed', 'vault/refused', 'agent/mandate-ended'],
    without: 'before that it syncs',
    async play(fork) {
      await fork.up();
      fork.time.move(366 * DAY);
      fork.change(first(fork));
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      fork.time.move(DAY);
      fork.change(first(fork));
      return succeeds(() => fork.sync());
    },
  },
  {
    name: 'two-agents-with-one-key',
    promise: 'P5',
    who: "agent's computer",
    does: 'a copy of the agent with its key and its state delivers something of its own while the agent is at work',
    expect: ['agent/vault-forked', 'vault/request-refused'],
    without: 'the vault takes what the copy delivers: key, mandate and counters are good',
    async play(fork) {
      await fork.up();
      await besideACopy(fork);
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      let delivered = 0;
      await codeAfter(() =>
        besideACopy(fork, (packs) => {
          delivered = packs;
        }),
      );
      return delivered > 0;
    },
  },
  {
    name: 'look-after-leaving',
    promise: 'P4',
    who: 'former member',
    does: 'the nurse asks with her own key after her membership ended',
    expect: ['not-member', 'vault/refused', 'client/no-key-here'],
    without: 'before it ended she is answered',
    async play(fork) {
      await fork.up();
      await removeNurse(fork, await fork.signIn('owner'));
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      return refusalIn(await lookAt(await up(fork, 'nurse'), first(fork))) === undefined;
    },
  },
  {
    name: 'open-what-was-sealed-after-leaving',
    promise: 'P2',
    who: 'host and former member',
    does: "the host gives the former nurse what was sealed for the team after she left, and she tries the team's old key",
    expect: ['seal/cannot-open', 'seal/bad-bundle', 'seal/bad-epoch'],
    without: 'what was sealed before opens with it',
    async play(fork) {
      const { key, after } = await oldKeyAndNewSeal(fork);
      return codeAfter(() => openBundle(after, key));
    },
    async twin(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      const bundle = bundleOf(answer);
      return succeeds(async () => openBundle(bundle, await session.teamKey(teamOf(fork, NURSE), 0)));
    },
  },
  {
    name: 'open-the-new-team-key',
    promise: 'P2',
    who: 'former member',
    does: "the former nurse tries her own key on the team's new key",
    expect: ['seal/bad-epoch', 'seal/cannot-open'],
    without: 'a member who stayed opens it',
    async play(fork) {
      const { wraps, epoch } = await newKeyOnDisk(fork);
      const own = keysOf(fork, 'nurse');
      const key = await suite(1).kem.importPrivate(own.secrets.kem);
      return codeAfter(() => openEpoch({ wraps, epoch, to: own.person, key }));
    },
    async twin(fork) {
      const { wraps, epoch } = await newKeyOnDisk(fork);
      const own = keysOf(fork, 'owner');
      const key = await suite(1).kem.importPrivate(own.secrets.kem);
      return succeeds(() => openEpoch({ wraps, epoch, to: own.person, key }));
    },
  },
];

const bundleOf = (answer: Loose) =>
  expectType(statementFromWire(answer.results[0].bundle, batchesFromWire(answer.batches)), 'bundle').payload;

/** The agent is at work; before it sends, its copy (taken before) syncs a patient that has changed. */
async function besideACopy(fork: Fork, copied: (packs: number) => void = () => undefined): Promise<void> {
  const copy = `${fork.agentDir}-copy`;
  cpSync(fork.agentDir, copy, { recursive: true });
  let beside = false;
  await fork.sync({
    onStep: async (step) => {
      if (step !== 'explained' || beside) return;
      beside = true;
      fork.change(first(fork));
      fork.time.move(MINUTE);
      copied((await fork.sync({ dir: copy })).packs);
    },
  });
}

/** The key that the nurse had, and a bundle that was sealed for her team after she left. */
async function oldKeyAndNewSeal(fork: Fork) {
  await fork.up();
  const nurse = await fork.signIn('nurse');
  const key = await nurse.teamKey(teamOf(fork, NURSE), 0);
  await leave(fork);
  fork.time.move(MINUTE);
  await fork.sync();
  // The owner works in the nurses' team too; what he gets through it is what the host can give away.
  const wrapped = database(fork.vaultDir, (db) =>
    rowsOf(
      db,
      "SELECT bundle FROM wrap WHERE recipient = ? AND kind = 'c' ORDER BY rowid DESC LIMIT 1",
      teamOf(fork, NURSE),
    ),
  )[0]!;
  const header = database(fork.vaultDir, (db) =>
    rowsOf(db, 'SELECT header FROM statement WHERE hash = ?', wrapped.bundle!),
  )[0]!.header as Uint8Array;
  const after = parsePayload(JSON.parse(new TextDecoder().decode(header)));
  if (after.t !== 'bundle') throw new Error('a bundle was asked for');
  return { key, after };
}

async function newKeyOnDisk(fork: Fork) {
  await fork.up();
  const owner = await fork.signIn('owner');
  await removeNurse(fork, owner);
  const epoch = await newTeamKey(fork, owner);
  const bytes = database(fork.vaultDir, (db) =>
    rowsOf(db, 'SELECT bytes FROM wraps WHERE hash = ?', epoch.payload.wraps),
  )[0]!.bytes as Uint8Array;
  return { wraps: asEpochWraps(new Uint8Array(bytes)), epoch: epoch.payload };
}
