/** The host alone, with what it keeps: packs, versions, facts, snapshots. */

import { decide } from '@ketenkluis/access';
import { endEnrolment } from '@ketenkluis/agent';
import { DAY, type Instant, plus, systemRandom } from '@ketenkluis/base';
import type { ProvedLine } from '@ketenkluis/client';
import {
  batchesFromWire,
  dossierState,
  expectType,
  factSchema,
  generateSigningKey,
  type Hash,
  payloadHash,
  type Snapshot,
  signStatement,
  snapshotTree,
  statementFromWire,
  statementToWire,
  webSigner,
} from '@ketenkluis/seal';
import { fsck } from '@ketenkluis/vault';
import { type Attack, succeeds } from './attack.ts';
import { database, putDossier, rowsOf, takeDossier } from './host.ts';
import {
  decrypts,
  gullibleLog,
  gulliblePeople,
  handlesFor,
  lookAt,
  NURSE,
  openWith,
  recordedLook,
  refusalIn,
} from './looks.ts';
import { type Loose, recorded } from './proxy.ts';
import { AS_OF, type Fork, type Patient } from './world.ts';

const onReleases = (answer: (json: Loose) => Loose) => ({ on: 'releases', answer });
const two = (fork: Fork): [Patient, Patient] => {
  const [a, b] = fork.base.patients;
  if (!a || !b) throw new Error('the practice is too small');
  return [a, b];
};
/** The host's own key, in somebody's name. */
export const hostSigner = async (by: string) => webSigner({ by, seed: (await generateSigningKey(systemRandom)).seed });

/** A's line and ids, B's everything else. */
const disguised = (own: Loose, other: Loose): Loose => ({ ...other, handle: own.handle, dossier: own.dossier });

/** Two versions of one dossier: the first as the host copied it, the second at the vault. */
async function superseded(fork: Fork, patient: Patient) {
  await fork.up();
  const old = takeDossier(fork.vaultDir, patient.dossier);
  const first = await recordedLook(fork, 'nurse', patient);
  fork.change(patient);
  fork.time.move(60_000);
  await fork.sync();
  return { old, first };
}

/** The patient has left the programme; the host kept everything from before. */
async function withdrawn(fork: Fork, patient: Patient) {
  await fork.up();
  const old = takeDossier(fork.vaultDir, patient.dossier);
  fork.time.move(60_000);
  await fork.sync({ before: (state) => endEnrolment(state.register, patient.id, 'withdrawn', AS_OF) });
  await fork.down();
  putDossier(fork.vaultDir, patient.dossier, old);
  await fork.up();
}

/** Leaves the dossier out of the snapshot it shows, as if it had come later, and shows only changes up to the old state. */
const withoutRow = (upTo: Hash) =>
  onReleases((json) => ({
    ...json,
    states: json.states.map((shown: Loose) => ({
      ...shown,
      snapshot: null,
      changes: changesUpTo(shown.changes, upTo),
    })),
  }));
const itemOf = (part: string): Loose => JSON.parse(Buffer.from(part, 'base64url').toString());
function changesUpTo(changes: Loose[], state: Hash): Loose[] {
  const last = changes.findLastIndex(({ items }) => items.some(({ part }: Loose) => itemOf(part).state === state));
  return changes.slice(0, last + 1);
}
/** Makes the vault forget that the snapshot had this dossier, so that it shows the changes from the first. */
const forgetRow = (fork: Fork, patient: Patient): void =>
  database(fork.vaultDir, (db) => {
    db.prepare('DELETE FROM snapshot_row WHERE dossier = ?').run(patient.dossier);
  });
const stateNow = (fork: Fork, patient: Patient): Hash =>
  database(
    fork.vaultDir,
    (db) => rowsOf(db, 'SELECT state FROM dossier WHERE dossier = ?', patient.dossier)[0]!['state'] as Hash,
  );

const grantIn = (result: Loose, batches: Loose) =>
  expectType(statementFromWire(result.grant, batchesFromWire(batches)), 'grant');
/** The same grant, signed by the host. */
async function regranted(result: Loose, batches: Loose) {
  const { payload } = grantIn(result, batches);
  return signStatement(payload, await hostSigner(payload.issuer));
}

export const hostPacks: readonly Attack[] = [
  {
    name: 'swap-pack-between-dossiers',
    promise: 'P2',
    who: 'host',
    does: "answers a look at one patient with another patient's pack",
    expect: ['seal/bad-pack'],
    without: 'the pack is held against its own descriptor, not the one that was asked for: it opens',
    async play(fork) {
      const [a, b] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', b);
      const { pack } = answer.results[0];
      fork.tamper(onReleases((json) => ({ ...json, results: json.results.map((one: Loose) => ({ ...one, pack })) })));
      return refusalIn(await lookAt(session, a));
    },
    async twin(fork) {
      const [a, b] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', b);
      return (await decrypts(session, answer.results[0], answer.batches)).includes(a.dossier) === false;
    },
  },
  {
    name: 'swap-whole-item-between-dossiers',
    promise: 'P2',
    who: 'host',
    does: "answers with another patient's descriptor, grant, shares and pack under this patient's ids",
    expect: ['client/wrong-item'],
    without: 'no comparison of ids: every signature is genuine and the content opens',
    async play(fork) {
      const [a, b] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', b);
      fork.tamper(
        onReleases((json) => ({
          ...json,
          results: [disguised(json.results[0], answer.results[0])],
          batches: [...json.batches, ...answer.batches],
        })),
      );
      return refusalIn(await lookAt(session, a));
    },
    async twin(fork) {
      const [a, b] = two(fork);
      await fork.up();
      const memory = fork.remembered('nurse');
      const own = await recordedLook(fork, 'nurse', a, { memory });
      const other = await recordedLook(fork, 'nurse', b, { memory });
      const result = disguised(own.answer.results[0], other.answer.results[0]);
      return succeeds(() => decrypts(other.session, result, other.answer.batches));
    },
  },
  {
    name: 'serve-old-version',
    promise: 'P2',
    who: 'host',
    does: 'puts the rows of an older version back into a vault whose log has gone on',
    expect: ['client/state-unexplained'],
    without: 'signatures and shares alone: the old version opens',
    async play(fork) {
      const [patient] = two(fork);
      const { old } = await superseded(fork, patient);
      await fork.down();
      putDossier(fork.vaultDir, patient.dossier, old);
      await fork.up();
      return refusalIn(await lookAt(await fork.signIn('nurse'), patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      const { first } = await superseded(fork, patient);
      return !(await decrypts(first.session, first.answer.results[0], first.answer.batches)).includes('-Gewijzigd');
    },
  },
  {
    name: 'serve-old-version-as-if-new',
    promise: 'P2',
    who: 'host',
    does: 'serves an older version, says that the snapshot never had this dossier and shows its changes only up to then',
    expect: ['client/state-unexplained'],
    without: 'with a snapshot from before the dossier the same answer is a true one, and opens',
    async play(fork) {
      const [patient] = two(fork);
      const { old } = await superseded(fork, patient);
      await fork.down();
      putDossier(fork.vaultDir, patient.dossier, old);
      forgetRow(fork, patient);
      fork.tamper(withoutRow(stateNow(fork, patient)));
      await fork.up();
      return refusalIn(await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      forgetRow(fork, patient);
      fork.tamper(withoutRow(stateNow(fork, patient)));
      await fork.up();
      database(fork.vaultDir, (db) => db.exec('DELETE FROM snapshot'));
      return refusalIn(await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient)) === undefined;
    },
  },
  {
    name: 'bring-withdrawn-patient-back',
    promise: 'P1',
    who: 'host',
    does: 'drops the withdrawal of an enrolment and puts back what it kept',
    expect: ['client/state-unexplained'],
    without:
      "with a snapshot of the host's own that has the dossier, believed by a reader who checks no signature, it opens",
    async play(fork) {
      const [patient] = two(fork);
      await withdrawn(fork, patient);
      return refusalIn(await lookAt(await fork.signIn('nurse'), patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await withdrawn(fork, patient);
      return opensWithRow(fork, patient);
    },
  },
  {
    name: 'bring-withdrawn-patient-back-to-fresh-browser',
    promise: 'P1',
    who: 'host',
    does: 'the same to a browser that has never looked, with the dossier left out of the snapshot and its last line hidden',
    expect: ['client/state-unexplained'],
    without: 'with the dossier in a snapshot that such a reader believes, the same answer opens',
    async play(fork) {
      const [patient] = two(fork);
      await withdrawn(fork, patient);
      fork.tamper(withoutRow(stateNow(fork, patient)));
      return refusalIn(await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await withdrawn(fork, patient);
      return opensWithRow(fork, patient, withoutRow(stateNow(fork, patient)).answer);
    },
  },
  {
    name: 'leave-an-item-unanswered',
    promise: 'P3',
    who: 'host',
    does: 'answers one of two parts that were asked for and keeps silent about the other',
    expect: ['client/vault-says-more'],
    without: 'what is answered is true and opens',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      fork.tamper(onReleases((json) => ({ ...json, results: json.results.slice(0, 1) })));
      const handles = handlesFor(patient).handles.slice(0, 2);
      return refusalIn(await lookAt(await fork.signIn('nurse'), patient, { handles }));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const handles = handlesFor(patient).handles.slice(0, 2);
      const { session, answer } = await recordedLook(fork, 'nurse', patient, { handles });
      const silent = { ...answer, results: answer.results.slice(0, 1) };
      return succeeds(() => decrypts(session, silent.results[0], silent.batches));
    },
  },
  {
    name: 'drop-a-pack',
    promise: 'P5',
    who: 'host',
    does: 'deletes a pack from its database',
    expect: ['head-without-pack'],
    without: 'the same folder with the pack in place is found whole',
    async play(fork) {
      database(fork.vaultDir, (db) => {
        const head = rowsOf(db, "SELECT descriptor FROM handle WHERE state = 'live' LIMIT 1")[0]!['descriptor']!;
        db.prepare('DELETE FROM pack WHERE descriptor = ?').run(head);
      });
      return (await fsck(fork.vaultDir)).faults[0]?.code;
    },
    twin: async (fork) => (await fsck(fork.vaultDir)).ok,
  },
  {
    name: 'inject-a-grant',
    promise: 'P2',
    who: 'host',
    does: 'puts a grant of its own signing, in the name of its issuer, into the answer',
    expect: ['client/not-signed'],
    without: "its hash is the true one's, which stands in the state: only the signature tells",
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      const session = await fork.signIn('nurse');
      fork.tamper(
        onReleases(async (json) => ({
          ...json,
          results: await Promise.all(
            json.results.map(async (one: Loose) => ({
              ...one,
              grant: statementToWire(await regranted(one, json.batches)),
            })),
          ),
        })),
      );
      return refusalIn(await lookAt(session, patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { answer } = await recordedLook(fork, 'nurse', patient);
      const [one] = answer.results;
      const { hash } = await regranted(one, answer.batches);
      return JSON.stringify(answer).includes(hash) && hash === grantIn(one, answer.batches).hash;
    },
  },
  {
    name: 'forge-a-fact',
    promise: 'P4',
    who: 'host',
    does: "puts a step fact of its own making, in the agent's name, into the answer",
    expect: ['client/not-signed'],
    without: 'decide() over the same fact, taken on trust, permits',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      const session = await fork.signIn('nurse');
      const people = await session.people();
      const agent = people.cards(session.now()).find(({ kind }) => kind === 'agent')!;
      const signer = await hostSigner(agent.subject);
      const forged = statementToWire(await signStatement(stepFact(fork, patient), signer));
      fork.tamper(
        onReleases((json) => ({
          ...json,
          results: json.results.map((one: Loose) => ({ ...one, facts: [...one.facts, forged] })),
        })),
      );
      return refusalIn(await lookAt(session, patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', patient);
      const people = await session.people();
      const batches = batchesFromWire(answer.batches);
      const facts = answer.results[0].facts
        .map((wire: Loose) => expectType(statementFromWire(wire, batches), 'fact').payload)
        .filter(({ kind }: Loose) => kind !== 'step' && kind !== 'membership');
      const forged = stepFact(fork, patient);
      const decision = decide({
        now: session.now(),
        practice: session.practice,
        actor: {
          person: session.person,
          organisation: session.practice,
          session: 'open',
          owner: false,
        },
        class: 'look',
        item: {
          dossier: patient.dossier,
          handle: forged.handles[0]!,
          team: null,
          writerClass: 'source',
          parent: null,
          state: 'live',
        },
        facts: [...people.memberships(session.now()), ...facts, forged].map((fact) => ({ fact, ended: null })),
        card: people.cardOf(session.person, session.now()) ?? null,
        grants: [{ team: forged.team, fact: forged.id }],
        snapshot: null,
        gone: 0,
      });
      return decision.outcome === 'permit';
    },
  },
  {
    name: 'hide-a-fact-behind-another-state',
    promise: 'P4',
    who: 'host',
    does: 'shows a list of live things with one left out',
    expect: ['client/state-unexplained'],
    without: 'the shorter list makes a state of its own, with which everything else agrees',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      fork.tamper(onReleases(withoutOne));
      return refusalIn(await lookAt(await fork.signIn('nurse'), patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const memory = new Map();
      const { session, asked, answer, directory } = await recordedLook(fork, 'nurse', patient, { memory });
      const shorter = withoutOne(answer);
      const [shown] = shorter.states;
      const state = dossierState(patient.dossier, shown.live);
      const bent = { ...shorter, states: [{ ...shown, state }] };
      const log = gullibleLog(session);
      const look = await openWith(session, (await eternal(bent))(bent), asked, {
        people: await gulliblePeople(session, directory),
        fresh: true,
        // The line names the shorter list's state too.
        log: { ...log, line: (proof, under) => withState(log.line(proof, under), state) },
      });
      return state !== shown.state && look.items.every(({ outcome }) => outcome === 'permit');
    },
  },
  {
    name: 'forge-a-snapshot',
    promise: 'P4',
    who: 'host',
    does: "signs a snapshot of its own that never runs out, in the agent's name",
    expect: ['client/not-signed'],
    without: 'a reader who believes every signature takes it',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', patient);
      const bend = await eternal(answer);
      fork.tamper(onReleases(bend));
      return refusalIn(await lookAt(session, patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session, asked, answer, directory } = await recordedLook(fork, 'nurse', patient, { memory: new Map() });
      const people = await gulliblePeople(session, directory);
      const look = await openWith(session, (await eternal(answer))(answer), asked, {
        people,
        fresh: true,
        log: gullibleLog(session),
      });
      return look.confirmation.state === 'confirmed' && look.confirmation.until > plus(session.now(), 100 * DAY);
    },
  },
  {
    name: 'withhold-the-snapshot',
    promise: 'P4',
    who: 'host',
    does: 'shows no snapshot any more to somebody who has seen one',
    expect: ['client/rolled-back'],
    without: 'a browser without memory opens it, and says that nothing is confirmed',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session } = await recordedLook(fork, 'nurse', patient);
      fork.tamper(onReleases((json) => ({ ...json, snapshot: null })));
      return refusalIn(await lookAt(session, patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      database(fork.vaultDir, (db) => db.exec('DELETE FROM snapshot; DELETE FROM snapshot_row'));
      const opened = await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient);
      return refusalIn(opened) === undefined && opened.confirmation.state === 'stale';
    },
  },
  {
    name: 'serve-older-snapshot',
    promise: 'P4',
    who: 'host',
    does: 'shows the snapshot before the newest one to somebody who has seen the newest',
    expect: ['client/rolled-back'],
    without: 'a browser without memory takes the older one',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', patient);
      fork.time.move(60_000);
      await fork.sync();
      await lookAt(session, patient);
      fork.tamper(
        onReleases((json) => ({ ...json, snapshot: answer.snapshot, batches: [...json.batches, ...answer.batches] })),
      );
      return refusalIn(await lookAt(session, patient));
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const { session, asked, answer } = await recordedLook(fork, 'nurse', patient);
      fork.time.move(60_000);
      await fork.sync();
      return succeeds(() => openWith(session, answer, asked, { fresh: true }));
    },
  },
  {
    name: 'freeze-for-a-fresh-browser',
    promise: 'P4',
    who: 'host',
    does: "serves last month's vault to a browser that has never looked",
    expect: ['stale'],
    without: 'while the snapshot runs the same is confirmed',
    async play(fork) {
      const [patient] = two(fork);
      await fork.up();
      fork.time.move(30 * DAY);
      const opened = await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient);
      return opened.confirmation.state === 'stale' ? 'stale' : undefined;
    },
    async twin(fork) {
      const [patient] = two(fork);
      await fork.up();
      const opened = await lookAt(await fork.signIn('nurse', { memory: new Map() }), patient);
      return opened.confirmation.state === 'confirmed';
    },
  },
];

/** Leaves one live thing out of the list: one that this look has no use for, so that nothing else misses it. */
function withoutOne(json: Loose): Loose {
  const batches = batchesFromWire(json.batches);
  const used = new Set<string>(
    json.results
      .flatMap(({ descriptor, grant, facts, grants }: Loose) => [descriptor, grant, ...facts, ...grants])
      .map((wire: Loose) => statementFromWire(wire, batches).hash),
  );
  const states = json.states.map((shown: Loose) => {
    const spare = shown.live.find((hash: string) => !used.has(hash));
    if (spare === undefined) throw new Error('everything live is used by this look');
    return { ...shown, live: shown.live.filter((hash: string) => hash !== spare) };
  });
  return { ...json, states };
}
const withState = (line: ProvedLine, state: Hash): ProvedLine => ({
  ...line,
  items: line.items.map((one) => ({ ...one, item: { ...one.item, state } })),
});

/** The same look, opened with every check of the client, on a snapshot of the host's own and by a reader who believes its signature. */
async function opensWithRow(
  fork: Fork,
  patient: Patient,
  bend: (json: Loose) => Loose = (json) => json,
): Promise<boolean> {
  const directory = recorded('directory');
  const seen: { asked?: Loose; answer?: Loose } = {};
  fork.tamper(directory.rule, {
    on: 'releases',
    ask: (body) => {
      seen.asked = structuredClone(body);
      return body;
    },
    answer: (json) => {
      seen.answer = bend(json);
      return json;
    },
  });
  const session = await fork.signIn('nurse', { memory: new Map() });
  // The client refuses; what it was given is looked at again below.
  if (await succeeds(() => lookAt(session, patient))) return false;
  const look = await openWith(session, (await eternal(seen.answer))(seen.answer), seen.asked, {
    people: await gulliblePeople(session, directory.answers.at(-1)),
    fresh: true,
  });
  return look.items.every(({ outcome }) => outcome === 'permit');
}

const stepFact = (fork: Fork, patient: Patient) => {
  const step = patient.steps[NURSE]![0]!;
  const fact = factSchema.parse({
    t: 'fact',
    v: 1,
    suite: 1,
    id: step.fact.replace(/.{4}(.)$/, 'aaaa$1'),
    practice: fork.base.place.pins.practice,
    from: fork.base.now,
    until: null,
    kind: 'step',
    dossier: patient.dossier,
    team: fork.base.teams[NURSE],
    handles: Object.values(patient.handles),
  });
  if (fact.kind !== 'step') throw new Error('a step was asked for');
  return fact;
};

/** Bends an answer so that it carries a snapshot of the host's own, true in its rows and good for ever. */
async function eternal(answer: Loose): Promise<(json: Loose) => Loose> {
  const old = expectType(statementFromWire(answer.snapshot, batchesFromWire(answer.batches)), 'snapshot').payload;
  const signer = await hostSigner(old.by);
  const rows = answer.states.map(({ dossier, seq, state }: Loose) => ({ dossier, seq, state }));
  const tree = snapshotTree(rows);
  const payload: Snapshot = {
    ...old,
    number: old.number + 1,
    prev: payloadHash(old),
    until: plus(old.at, 3650 * DAY) as Instant,
    size: tree.size,
    root: tree.root,
  };
  const snapshot = statementToWire(await signStatement(payload, signer));
  return (json) => ({
    ...json,
    snapshot,
    states: json.states.map((shown: Loose) => ({
      ...shown,
      changes: [],
      snapshot: { seq: shown.seq, state: shown.state, ...tree.proof(shown.dossier) },
    })),
  });
}
