/** Keys that pass from hand to hand: recovery sheets, the reason of a look, invitations; and the policy itself. */

import { decide, type Question } from '@ketenkluis/access';
import { base64url, fromBase64url, HOUR, instant, newId, systemRandom } from '@ketenkluis/base';
import { readAnnex } from '@ketenkluis/client';
import { encodeAnnex } from '@ketenkluis/ledger';
import {
  createInvitation,
  createJoin,
  hashOf,
  joinCode,
  type Plaintext,
  parseInvitationFragment,
  parseShareSheet,
  recoveryCommitment,
  type Statement,
  sealTo,
  signStatement,
  suite,
  verifyJoin,
  webVerifier,
} from '@ketenkluis/seal';
import { combineKey, createSplitKey } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, rowsOf } from './host.ts';
import { lookAt, NURSE } from './looks.ts';
import { first, keysOf, practiceOf, strangerAs, teamOf, up } from './people.ts';
import type { Fork } from './world.ts';

const recoveryOf = async (fork: Fork) => (await (await up(fork, 'owner')).people()).authority!.recovery;

const sharesOn = (fork: Fork) => fork.base.sheets.recovery.map((sheet) => parseShareSheet(sheet).share);

/** A note to the log officers that the host wrote itself, in place of the sealed reason of a look. */
async function swappedAnnex(fork: Fork) {
  const nurse = await up(fork, 'nurse');
  await lookAt(nurse, first(fork));
  const owner = await fork.signIn('owner');
  const people = await owner.people();
  const row = database(fork.vaultDir, (db) =>
    rowsOf(db, 'SELECT hash, bytes, line FROM annex ORDER BY line DESC LIMIT 1'),
  )[0]!;
  const line = database(fork.vaultDir, (db) => rowsOf(db, 'SELECT header FROM asked WHERE line = ?', row.line!))[0]!;
  const { id } = JSON.parse(Buffer.from(line.header as Uint8Array).toString()) as { id: string };
  const officers = people.epochOf(teamOf(fork, 'log'))!;
  const honest = await readAnnex(owner, id, String(row.hash), base64url(new Uint8Array(row.bytes as Uint8Array)));
  const text = encodeAnnex({ ...honest!, purpose: 'nieuwsgierigheid' });
  const forged = await sealTo(fromBase64url(officers.payload.kem), `annex ${id}`, text as Plaintext);
  return { owner, id, forged, hash: String(row.hash) };
}

/** An invitation that the owner signed, and the join of the one it was meant for. */
async function invited(fork: Fork) {
  const owner = keysOf(fork, 'owner');
  const at = fork.time.clock();
  const made = await createInvitation({
    organisation: practiceOf(fork),
    team: teamOf(fork, NURSE),
    by: owner.person,
    at,
    random: systemRandom,
  });
  const invitation = await signStatement(made.payload, owner.signer);
  const { seed } = parseInvitationFragment(made.fragment);
  const join = async (time = at, key = seed): Promise<Statement<'join'>> => {
    const signer = await strangerAs(newId('person', systemRandom));
    const { publicKey } = await suite(1).kem.generate(systemRandom);
    return createJoin({ invitation: made.payload, seed: key, signer, kem: publicKey, at: time });
  };
  return { invitation, join, at };
}

export const membersKeys: readonly Attack[] = [
  {
    name: 'give-a-bad-recovery-share',
    promise: 'P5',
    who: 'recovery people',
    does: 'brings a share that was changed, so that the team keys do not come back and nobody knows who did it',
    expect: ['seal/bad-recovery-share'],
    without:
      'with commitments made over the bad share nobody is named: the shares are combined to a key that is not the one',
    async play(fork) {
      const [one, two] = sharesOn(fork);
      const record = await recoveryOf(fork);
      return codeAfter(() => combineKey([one!, spoiled(two!)], record));
    },
    async twin() {
      const split = await createSplitKey(2, 3, systemRandom);
      const bad = spoiled(split.shares[1]!);
      const commitments = split.record.commitments.map((one, i) => (i === 1 ? recoveryCommitment(bad) : one));
      const other = await codeAfter(() => combineKey([split.shares[0]!, bad], { ...split.record, commitments }));
      return other !== 'seal/bad-recovery-share';
    },
  },
  {
    name: 'recover-with-too-few',
    promise: 'P5',
    who: 'recovery people',
    does: 'one of the recovery people tries alone',
    expect: ['seal/bad-recovery-share'],
    without: 'two together have the key',
    async play(fork) {
      const record = await recoveryOf(fork);
      return codeAfter(() => combineKey(sharesOn(fork).slice(0, 1), record));
    },
    async twin(fork) {
      const record = await recoveryOf(fork);
      return succeeds(() => combineKey(sharesOn(fork).slice(0, 2), record));
    },
  },
  {
    name: 'swap-the-reason-of-a-look',
    promise: 'P3',
    who: 'host',
    does: "replaces the sealed reason of a look by one of its own, sealed to the log officers' public key",
    expect: ['reason not read'],
    without: 'the forged reason opens: anybody can seal to a public key',
    async play(fork) {
      const { owner, id, forged, hash } = await swappedAnnex(fork);
      return (await readAnnex(owner, id, hash, base64url(forged))) === null ? 'reason not read' : undefined;
    },
    async twin(fork) {
      const { owner, id, forged } = await swappedAnnex(fork);
      return (await readAnnex(owner, id, hashOf(forged), base64url(forged)))?.purpose === 'nieuwsgierigheid';
    },
  },
  {
    name: 'race-an-invitation',
    promise: 'P4',
    who: 'network',
    does: 'whoever read the invitation answers it first, with own keys',
    expect: ['another code'],
    without: 'the answer itself is good: it was made with the link',
    async play(fork) {
      const { invitation, join } = await invited(fork);
      const [meant, thief] = [await join(), await join()];
      return (await joinCode(invitation, meant)) === (await joinCode(invitation, thief)) ? undefined : 'another code';
    },
    async twin(fork) {
      const { invitation, join, at } = await invited(fork);
      return verifyJoin(invitation.payload, await join(), at, webVerifier);
    },
  },
  {
    name: 'forge-an-answer-to-an-invitation',
    promise: 'P4',
    who: 'host',
    does: 'the host, who sees the invitation but not the link, answers it',
    expect: ['seal/bad-invitation'],
    without: 'with the key from the link it is taken',
    async play(fork) {
      const { join, at } = await invited(fork);
      return codeAfter(() => join(at, systemRandom(32)));
    },
    async twin(fork) {
      const { invitation, join, at } = await invited(fork);
      return verifyJoin(invitation.payload, await join(), at, webVerifier);
    },
  },
  {
    name: 'answer-an-old-invitation',
    promise: 'P4',
    who: 'network',
    does: 'answers an invitation four days later',
    expect: ['too late'],
    without: 'within the 72 hours it is taken',
    async play(fork) {
      const { invitation, join, at } = await invited(fork);
      const late = instant(at + 96 * HOUR);
      return (await verifyJoin(invitation.payload, await join(late), late, webVerifier)) ? undefined : 'too late';
    },
    async twin(fork) {
      const { invitation, join, at } = await invited(fork);
      const soon = instant(at + 71 * HOUR);
      return verifyJoin(invitation.payload, await join(soon), soon, webVerifier);
    },
  },
  {
    name: 'break-the-policy-inside',
    promise: 'P4',
    who: 'member',
    does: 'makes the decision fail in the middle of its work',
    expect: ['unknown'],
    without: 'the same question without the fault is a yes, and the fault alone would be an exception, not a no',
    async play(fork) {
      const decision = decide(await question(fork, true));
      return decision.outcome === 'deny' ? decision.reason : undefined;
    },
    async twin(fork) {
      const broken = await question(fork, true);
      const thrown = (() => {
        try {
          return broken.facts.length < 0;
        } catch {
          return true;
        }
      })();
      return thrown && decide(await question(fork, false)).outcome === 'permit';
    },
  },
];

const spoiled = (share: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bad = new Uint8Array(share);
  bad[3]! ^= 1;
  return bad;
};

/** A question that is a yes; `broken`: reading its facts fails. */
async function question(fork: Fork, broken: boolean): Promise<Question> {
  const session = await up(fork, 'nurse');
  const people = await session.people();
  const agent = people.cards(session.now()).find(({ kind }) => kind === 'agent')!;
  const good: Question = {
    now: session.now(),
    practice: session.practice,
    actor: {
      person: agent.subject,
      organisation: session.practice,
      session: 'open',
      owner: false,
    },
    class: 'sync',
    item: { dossier: null, handle: null, team: null, writerClass: 'source', parent: null, state: 'live' },
    facts: people.mandatesOf(agent.subject, session.now()).map((fact) => ({ fact, ended: null })),
    card: agent,
    grants: [],
    snapshot: null,
    gone: 0,
  };
  if (!broken) return good;
  return {
    ...good,
    get facts(): Question['facts'] {
      throw new Error('the store of facts does not answer');
    },
  };
}
