/** People of the practice, and those who were: beyond their task, alone against the rule of two, with old keys, with the agent's key. */

import { cpSync } from 'node:fs';
import { decide, type Question } from '@ketenkluis/access';
import { base64url, DAY, fromBase64url, HOUR, instant, MINUTE, newId, systemRandom, utf8 } from '@ketenkluis/base';
import { audit, declare, openList, readAnnex, release, type Session } from '@ketenkluis/client';
import { decodeEntry, encodeAnnex, partBytes, verifyItem } from '@ketenkluis/ledger';
import {
  asEpochWraps,
  batchesFromWire,
  createInvitation,
  createJoin,
  expectType,
  hashOf,
  joinCode,
  type Plaintext,
  parseInvitationFragment,
  parsePayload,
  parseShareSheet,
  recoveryCommitment,
  type Statement,
  sealTo,
  signStatement,
  statementFromWire,
  statementToWire,
  suite,
  verifyJoin,
  webVerifier,
} from '@ketenkluis/seal';
import { combineKey, createSplitKey, describePack, openBundle, openEpoch, sealPack } from '@ketenkluis/seal/open';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, rowsOf } from './host.ts';
import { handlesFor, lookAt, NURSE, recordedLook, refusalIn } from './looks.ts';
import {
  agentSession,
  bothOwners,
  keysOf,
  leave,
  membershipOf,
  newTeamKey,
  post,
  practiceOf,
  removeNurse,
  strangerAs,
  teamOf,
} from './people.ts';
import type { Loose } from './proxy.ts';
import type { Fork, Patient } from './world.ts';

const first = (fork: Fork): Patient => fork.base.patients[0]!;
/** A part that the nurse may open and the assistant may not. */
function beyondTheAssistant(fork: Fork) {
  const patient = first(fork);
  const own = new Set<string>(handlesFor(patient, 'assistant').handles);
  return handlesFor(patient, NURSE).handles.find((handle) => !own.has(handle))!;
}

async function up(fork: Fork, who: Parameters<Fork['signIn']>[0]): Promise<Session> {
  await fork.up();
  return fork.signIn(who);
}

/** A descriptor in the nurse's hand, over a pack that she sealed herself. */
async function ownPack(fork: Fork, writer: 'source' | 'work', patient: Patient) {
  const { signer, person } = keysOf(fork, 'nurse');
  const handle = writer === 'source' ? handlesFor(patient).handles[0]! : newId('handle', systemRandom);
  const sealed = await sealPack({
    handle,
    version: writer === 'source' ? 2 : 1,
    envelope: {
      practice: practiceOf(fork),
      dossier: patient.dossier,
      team: null,
      type: writer === 'source' ? 'fhir' : 'note',
      scope: null,
      programmes: [],
      selection: null,
      at: fork.time.clock(),
      asOf: null,
    },
    content: utf8('{"v":1,"text":"verzonnen"}') as Plaintext,
    author: signer,
    random: systemRandom,
  });
  const parent = writer === 'source' ? null : handlesFor(patient).handles[0]!;
  const payload = describePack(sealed, { slot: null, prev: null, class: writer, parent, writer: person });
  return { pack: sealed.pack, descriptor: await signStatement(payload, signer) };
}

/** The nurse's request for a team's list that she is not in. */
async function foreignList(fork: Fork, session: Session): Promise<string | undefined> {
  const handle = database(
    fork.vaultDir,
    (db) =>
      rowsOf(db, "SELECT handle FROM handle WHERE team = ? AND slot = 'worklist'", teamOf(fork, 'gp'))[0]![
        'handle'
      ] as Loose,
  );
  const look = await release(session, { class: 'list', items: [{ dossier: null, handle, facts: [] }] });
  return look.items.flatMap((item) => (item.outcome === 'deny' ? [item.reason] : []))[0];
}

/** The line of a delivery with several dossiers, and the place of one neighbour's item in it. */
function deliveredTogether(fork: Fork) {
  const row = database(fork.vaultDir, (db) =>
    rowsOf(db, 'SELECT stored FROM entry ORDER BY length(stored) DESC LIMIT 1'),
  )[0]!;
  const { entry, salts, leaf } = decodeEntry(new Uint8Array(row['stored'] as Uint8Array));
  const index = entry.items.findIndex(({ dossier }) => dossier !== null && dossier !== first(fork).dossier);
  return { item: entry.items[index]!, salt: salts.items[index]!, leaf, index };
}

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
  const line = database(fork.vaultDir, (db) => rowsOf(db, 'SELECT header FROM asked WHERE line = ?', row['line']!))[0]!;
  const { id } = JSON.parse(Buffer.from(line['header'] as Uint8Array).toString()) as { id: string };
  const officers = people.epochOf(teamOf(fork, 'log'))!;
  const honest = await readAnnex(owner, id, String(row['hash']), base64url(new Uint8Array(row['bytes'] as Uint8Array)));
  const text = encodeAnnex({ ...honest!, purpose: 'nieuwsgierigheid' });
  const forged = await sealTo(fromBase64url(officers.payload.kem), `annex ${id}`, text as Plaintext);
  return { owner, id, forged, hash: String(row['hash']) };
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

export const members: readonly Attack[] = [
  {
    name: 'open-beyond-the-task',
    promise: 'P4',
    who: 'member',
    does: 'the assistant asks for a part that only the nurse needs',
    expect: ['step-without-handle', 'no-step', 'no-grant'],
    without: 'the nurse, whose step lists it, opens the same part',
    async play(fork) {
      const session = await up(fork, 'assistant');
      return refusalIn(await lookAt(session, first(fork), { handles: [beyondTheAssistant(fork)] }));
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      return refusalIn(await lookAt(session, first(fork), { handles: [beyondTheAssistant(fork)] })) === undefined;
    },
  },
  {
    name: 'open-a-neighbour-under-the-own-patient',
    promise: 'P4',
    who: 'member',
    does: "names a neighbour's part under a patient of the own list",
    expect: ['step-without-handle', 'unknown', 'no-grant'],
    without: "the same part under its own patient's id opens",
    async play(fork) {
      const session = await up(fork, 'nurse');
      const other = handlesFor(fork.base.patients[1]!).handles.slice(0, 1);
      return refusalIn(await lookAt(session, first(fork), { handles: other }));
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      return refusalIn(await lookAt(session, fork.base.patients[1]!)) === undefined;
    },
  },
  {
    name: 'open-another-teams-list',
    promise: 'P4',
    who: 'member',
    does: "asks for the doctors' list by its handle",
    expect: ['not-member'],
    without: 'a doctor opens it',
    play: async (fork) => foreignList(fork, await up(fork, 'nurse')),
    twin: async (fork) => (await foreignList(fork, await up(fork, 'owner'))) === undefined,
  },
  {
    name: 'print-beyond-the-task',
    promise: 'P4',
    who: 'member',
    does: 'declares a print of a part that is not for the assistant',
    expect: ['vault/not-allowed'],
    without: 'the nurse may',
    async play(fork) {
      const session = await up(fork, 'assistant');
      const items = [{ dossier: first(fork).dossier, handle: beyondTheAssistant(fork), facts: [] }];
      await declare(session, { event: 'print', items });
      return undefined;
    },
    async twin(fork) {
      const session = await up(fork, 'nurse');
      const items = [{ dossier: first(fork).dossier, handle: beyondTheAssistant(fork), facts: [] }];
      return succeeds(() => declare(session, { event: 'print', items }));
    },
  },
  {
    name: 'break-the-glass',
    promise: 'P4',
    who: 'member',
    does: 'asks for an emergency look in a team to which nothing was granted beforehand',
    expect: ['no-step'],
    without: 'as an ordinary look the same part opens',
    async play(fork) {
      const session = await up(fork, 'nurse');
      const items = [{ dossier: first(fork).dossier, handle: handlesFor(first(fork)).handles[0]!, facts: [] }];
      const look = await release(session, { class: 'emergency', items });
      return look.items.flatMap((item) => (item.outcome === 'deny' ? [item.reason] : []))[0];
    },
    async twin(fork) {
      return refusalIn(await lookAt(await up(fork, 'nurse'), first(fork))) === undefined;
    },
  },
  {
    name: 'open-a-list-as-a-dossier',
    promise: 'P4',
    who: 'member',
    does: 'takes the own list for more than a list: it holds no part of a dossier',
    expect: ['no values'],
    without: 'the part itself, opened with its own line, holds them',
    async play(fork) {
      const list = await openList(await up(fork, 'nurse'), 'worklist');
      const text = JSON.stringify(list.content);
      return text.includes('"value"') || text.includes('"records"') ? undefined : 'no values';
    },
    async twin(fork) {
      const opened = await lookAt(await up(fork, 'nurse'), first(fork));
      return opened.parts.some(
        (part) => part.outcome === 'permit' && JSON.stringify(part.content).includes('"records"'),
      );
    },
  },
  {
    name: 'read-neighbours-out-of-a-line',
    promise: 'P3',
    who: 'patient',
    does: 'gets the line of a delivery that others were part of, and guesses all that it says of a neighbour',
    expect: ['closed'],
    without: "with the neighbour's salt the same guess is confirmed",
    async play(fork) {
      const owner = await up(fork, 'owner');
      const shown: Loose[] = [];
      fork.tamper({
        on: 'audits',
        answer: (json) => {
          shown.push(json);
          return json;
        },
      });
      await audit(owner, { dossier: first(fork).dossier });
      const others = fork.base.patients.slice(1);
      const named = others.some(({ dossier }) => partsOf(shown[0]).includes(dossier));
      const { item, leaf, index } = deliveredTogether(fork);
      const guessed = verifyItem({ leaf, index, item, salt: new Uint8Array(16) });
      return !named && !guessed ? 'closed' : undefined;
    },
    async twin(fork) {
      const { item, salt, leaf, index } = deliveredTogether(fork);
      return verifyItem({ leaf, index, item, salt: fromBase64url(salt) }) && partBytes(item).length > 0;
    },
  },
  {
    name: 'seal-as-if-from-the-gp-system',
    promise: 'P2',
    who: 'host and member',
    does: 'a nurse seals a part as if the agent had, and the host serves it',
    expect: ['client/not-signed'],
    without: 'as a note in her own name the same signature holds',
    async play(fork) {
      await fork.up();
      const made = await ownPack(fork, 'source', first(fork));
      const descriptor = statementToWire(made.descriptor);
      const pack = base64url(made.pack);
      fork.tamper({
        on: 'releases',
        answer: (json) => ({ ...json, results: json.results.map((one: Loose) => ({ ...one, descriptor, pack })) }),
      });
      return refusalIn(await lookAt(await fork.signIn('owner'), first(fork)));
    },
    async twin(fork) {
      const session = await up(fork, 'owner');
      const made = await ownPack(fork, 'work', first(fork));
      return (await session.people()).verify(made.descriptor, session.now());
    },
  },
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

const partsOf = (answer: Loose): string =>
  answer.lines
    .flatMap((line: Loose) => [
      line.common?.part ?? '',
      line.request ?? '',
      ...line.items.map(({ part }: Loose) => part),
    ])
    .map((text: string) => Buffer.from(text, 'base64url').toString())
    .join('\n');

const spoiled = (share: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bad = new Uint8Array(share);
  bad[3]! ^= 1;
  return bad;
};

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
    rowsOf(db, 'SELECT header FROM statement WHERE hash = ?', wrapped['bundle']!),
  )[0]!['header'] as Uint8Array;
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
  )[0]!['bytes'] as Uint8Array;
  return { wraps: asEpochWraps(new Uint8Array(bytes)), epoch: epoch.payload };
}

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
