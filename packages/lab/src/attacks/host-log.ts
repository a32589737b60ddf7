/** The host alone, with its log key: lines deleted, changed, hidden, two logs for two people. */

import { endEnrolment } from '@ketenkluis/agent';
import { fromBase64url, instant, MINUTE, systemRandom } from '@ketenkluis/base';
import { audit, memoryStorage, openLog } from '@ketenkluis/client';
import {
  compareCheckpoints,
  createAppender,
  folderOf,
  formatVkey,
  openCheckpoint,
  parseVkey,
  readCheckpoint,
  signCheckpoint,
  verifyInclusion,
  verifyLedger,
} from '@ketenkluis/ledger';
import { generateSigningKey, webSigner, webVerifier } from '@ketenkluis/seal';
import { createVault, fsck } from '@ketenkluis/vault';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { database, type HostLine, linesOf, logOf, logSigner, rewriteLog, rowsOf } from './host.ts';
import { decrypts, lookAt, recordedLook, refusalIn } from './looks.ts';
import type { Loose, Rule } from './proxy.ts';
import { AS_OF, type Fork, type Memory, type Patient, vaultOptions, type Who } from './world.ts';

const first = (fork: Fork): Patient => fork.base.patients[0]!;
const isLookBy = (person: string) => (line: HostLine) =>
  line.entry.common.event === 'release' && line.entry.common.actor === person;
const personOf = (fork: Fork, who: Who) => fork.base.people[who].keys.person;

/** The nurse looks twice, and remembers what her device saw; then the host changes the log while the vault is down. */
async function lookThenRewrite(
  fork: Fork,
  change: (lines: HostLine[]) => HostLine[],
  options?: { readonly chained?: boolean },
): Promise<Memory> {
  await fork.up();
  const memory = fork.remembered('nurse');
  const session = await fork.signIn('nurse', { memory });
  await lookAt(session, first(fork));
  await lookAt(session, first(fork));
  await session.close();
  await fork.down();
  await rewriteLog(fork.vaultDir, change, options);
  await fork.up();
  return memory;
}
const lookAgain = async (fork: Fork, memory: Memory): Promise<string | undefined> =>
  refusalIn(await lookAt(await fork.signIn('nurse', { memory }), first(fork)));

const withoutTheLook = (fork: Fork) => (lines: HostLine[]) =>
  lines.toSpliced(lines.findIndex(isLookBy(personOf(fork, 'nurse'))), 1);
const bySomebodyElse = (fork: Fork) => (lines: HostLine[]) =>
  lines.map((line) =>
    isLookBy(personOf(fork, 'nurse'))(line)
      ? {
          ...line,
          entry: { ...line.entry, common: { ...line.entry.common, actor: personOf(fork, 'assistant') } },
        }
      : line,
  );
const reordered = (lines: HostLine[]) => {
  const [last, before] = [lines.pop()!, lines.pop()!];
  return [...lines, last, before];
};

/** What the owner sees of "Wie keek?", fresh or with a memory. */
const audited = async (fork: Fork) =>
  audit(await fork.signIn('owner', { memory: new Map() }), { dossier: first(fork).dossier });
const verdict = async (fork: Fork): Promise<string | undefined> => {
  const found = await audited(fork);
  if (found.lines.some(({ signature }) => signature === 'false')) return 'signature false';
  if (found.lines.some(({ verified }) => !verified)) return 'line not proved';
  return found.complete ? undefined : 'not complete';
};
const onAudits = (bend: (lines: Loose[]) => Loose[]): Rule => ({
  on: 'audits',
  answer: (json) => ({ ...json, lines: bend(json.lines) }),
});
/** Two honest looks, then the owner asks who looked, through the host's hands. */
async function auditThrough(fork: Fork, rule: Rule): Promise<string | undefined> {
  await fork.up();
  const session = await fork.signIn('nurse');
  await lookAt(session, first(fork));
  await lookAt(session, first(fork));
  fork.tamper(rule);
  return verdict(fork);
}
/** Every line that the owner is shown is included by itself, whatever is missing. */
async function eachLineIsIncluded(fork: Fork, bend: (lines: Loose[]) => Loose[]): Promise<boolean> {
  let shown: Loose;
  await auditThrough(fork, {
    on: 'audits',
    answer: (json) => {
      shown = { ...json, lines: bend(json.lines) };
      return json;
    },
  });
  const { size, root } = readCheckpoint(shown.checkpoint);
  return shown.lines.every((line: Loose) =>
    verifyInclusion({
      index: line.index,
      size,
      root,
      leaf: fromBase64url(line.leaf),
      proof: line.path.map((step: string) => fromBase64url(step)),
    }),
  );
}

export const hostLog: readonly Attack[] = [
  {
    name: 'delete-a-line',
    promise: 'P3',
    who: 'host',
    does: 'takes the line of a look out of the log, makes the tree anew and signs it',
    expect: ['client/fork'],
    without: 'a device that remembers no checkpoint takes the new log',
    play: async (fork) => lookAgain(fork, await lookThenRewrite(fork, withoutTheLook(fork))),
    async twin(fork) {
      await lookThenRewrite(fork, withoutTheLook(fork));
      return (await lookAgain(fork, new Map())) === undefined;
    },
  },
  {
    name: 'change-a-line',
    promise: 'P3',
    who: 'host',
    does: "writes another person's id into the line of a look, and makes the tree anew",
    expect: ['client/fork'],
    without: 'a device that remembers no checkpoint takes the new log',
    play: async (fork) => lookAgain(fork, await lookThenRewrite(fork, bySomebodyElse(fork))),
    async twin(fork) {
      await lookThenRewrite(fork, bySomebodyElse(fork));
      return (await lookAgain(fork, new Map())) === undefined;
    },
  },
  {
    name: 'frame-a-person',
    promise: 'P3',
    who: 'host',
    does: 'the same, shown to an owner who remembers no checkpoint and asks who looked',
    expect: ['signature false'],
    without: 'the line is in the tree: inclusion alone proves it',
    async play(fork) {
      await lookThenRewrite(fork, bySomebodyElse(fork));
      return verdict(fork);
    },
    async twin(fork) {
      await lookThenRewrite(fork, bySomebodyElse(fork));
      const { lines } = await audited(fork);
      return lines.some(({ who, at }) => who === personOf(fork, 'assistant') && at !== null);
    },
  },
  {
    name: 'frame-a-person-and-hide-the-request',
    promise: 'P3',
    who: 'host',
    does: 'the same, and keeps back the signed request that would show whose hand it was',
    expect: ['line not proved'],
    without: 'the line is in the tree: inclusion alone proves it',
    async play(fork) {
      await lookThenRewrite(fork, bySomebodyElse(fork));
      fork.tamper(onAudits((lines) => lines.map((line) => ({ ...line, request: null }))));
      return verdict(fork);
    },
    async twin(fork) {
      await lookThenRewrite(fork, bySomebodyElse(fork));
      const { lines } = await audited(fork);
      return lines.some(({ who, at }) => who === personOf(fork, 'assistant') && at !== null);
    },
  },
  {
    name: 'reorder-lines',
    promise: 'P3',
    who: 'host',
    does: 'changes the order of the last two lines and makes the tree anew',
    expect: ['client/fork'],
    without: 'a device that remembers no checkpoint takes the new log',
    play: async (fork) => lookAgain(fork, await lookThenRewrite(fork, reordered)),
    async twin(fork) {
      await lookThenRewrite(fork, reordered);
      return (await lookAgain(fork, new Map())) === undefined;
    },
  },
  {
    name: 'number-past-a-line',
    promise: 'P3',
    who: 'host',
    does: "takes the line of a look out of the log and leaves the dossier's numbers as they were",
    expect: ['not complete'],
    without: 'with the numbers made to fit, one fresh reader sees a whole chain',
    async play(fork) {
      await lookThenRewrite(fork, withoutTheLook(fork), { chained: false });
      return verdict(fork);
    },
    async twin(fork) {
      await lookThenRewrite(fork, withoutTheLook(fork));
      return (await verdict(fork)) === undefined;
    },
  },
  {
    name: 'hide-a-line-in-the-middle',
    promise: 'P3',
    who: 'host',
    does: 'leaves one look out when somebody asks who looked',
    expect: ['not complete'],
    without: 'every line that is shown is included',
    play: (fork) =>
      auditThrough(
        fork,
        onAudits((lines) => lines.toSpliced(-2, 1)),
      ),
    twin: (fork) => eachLineIsIncluded(fork, (lines) => lines.toSpliced(-2, 1)),
  },
  {
    name: 'hide-the-last-lines',
    promise: 'P3',
    who: 'host',
    does: 'has a line in the log and never shows it: the newest looks are left out',
    expect: ['not complete'],
    without: 'every line that is shown is included, and their numbers run without a gap',
    play: (fork) =>
      auditThrough(
        fork,
        onAudits((lines) => lines.slice(0, -2)),
      ),
    twin: (fork) => eachLineIsIncluded(fork, (lines) => lines.slice(0, -2)),
  },
  {
    name: 'show-a-line-twice',
    promise: 'P3',
    who: 'host',
    does: 'shows one line twice in place of another',
    expect: ['not complete'],
    without: 'every line that is shown is included',
    play: (fork) =>
      auditThrough(
        fork,
        onAudits((lines) => [...lines.slice(0, -1), lines.at(-2)]),
      ),
    twin: (fork) => eachLineIsIncluded(fork, (lines) => [...lines.slice(0, -1), lines.at(-2)]),
  },
  {
    name: 'forge-an-inclusion-proof',
    promise: 'P3',
    who: 'host',
    does: 'hands out a share with a line that is not under the checkpoint',
    expect: ['client/not-included'],
    without: 'the shares open the pack, line or no line',
    async play(fork) {
      await fork.up();
      fork.tamper({
        on: 'releases',
        answer: (json) => ({ ...json, line: { ...json.line, path: json.line.path.toReversed() } }),
      });
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      return succeeds(() => decrypts(session, answer.results[0], answer.batches));
    },
  },
  {
    name: 'answer-with-an-old-line',
    promise: 'P3',
    who: 'host',
    does: 'answers a second look with the line of the first, so that it needs no line of its own',
    expect: ['client/wrong-entry'],
    without: 'the old line is in the log: inclusion alone proves it',
    async play(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      fork.tamper({ on: 'releases', instead: () => ({ ...answer, consistency: [] }) });
      return refusalIn(await lookAt(session, first(fork)));
    },
    async twin(fork) {
      await fork.up();
      const { session, answer } = await recordedLook(fork, 'nurse', first(fork));
      const line = (await session.log()).line(answer.line, readCheckpoint(answer.checkpoint));
      return line.common?.event === 'release';
    },
  },
  {
    name: 'sign-with-another-key',
    promise: 'P3',
    who: 'host',
    does: 'signs the checkpoint with another key than the one the practice was told',
    expect: ['client/not-included'],
    without: 'under that key the note is good',
    async play(fork) {
      await fork.up();
      const stranger = await strangerTo(fork);
      fork.tamper({
        on: 'releases',
        answer: async (json) => ({
          ...json,
          checkpoint: await signCheckpoint(readCheckpoint(json.checkpoint), stranger),
        }),
      });
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      await fork.up();
      const stranger = await strangerTo(fork);
      const { answer } = await recordedLook(fork, 'nurse', first(fork));
      const note = await signCheckpoint(readCheckpoint(answer.checkpoint), stranger);
      const log = { name: stranger.by, type: 1 as const, publicKey: stranger.publicKey };
      return succeeds(() => openCheckpoint(note, { log }, webVerifier));
    },
  },
  {
    name: 'swap-the-log-key',
    promise: 'P3',
    who: 'host',
    does: "shows a log with another key as the practice's log",
    expect: ['client/log-changed'],
    without: 'a device that was told the other key goes on',
    async play(fork) {
      await fork.up();
      const key = await strangersVkey(fork);
      fork.tamper({ on: 'directory', answer: (json) => ({ ...json, log: { ...json.log, key } }) });
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      const { pins } = fork.base.place;
      const key = await strangersVkey(fork);
      const storage = memoryStorage();
      const view = await openLog({
        practice: pins.practice,
        log: { ...pins.log, key },
        storage,
        verifier: webVerifier,
      });
      const note = await signCheckpoint(
        { origin: pins.log.origin, size: 1, root: new Uint8Array(32) },
        await strangerTo(fork),
      );
      return view.seen() === null && note !== '';
    },
  },
  {
    name: 'roll-the-vault-back',
    promise: 'P3',
    who: 'host',
    does: "puts yesterday's backup of everything back",
    expect: ['client/rolled-back', 'client/fork'],
    without: 'a device that remembers no checkpoint goes on as if nothing happened',
    async play(fork) {
      const { memory } = await rolledBack(fork);
      return lookAgain(fork, memory);
    },
    async twin(fork) {
      await rolledBack(fork);
      return (await lookAgain(fork, new Map())) === undefined;
    },
  },
  {
    name: 'roll-the-vault-back-under-the-agent',
    promise: 'P1',
    who: 'host',
    does: 'restores a backup that holds a patient who has been withdrawn since',
    expect: ['client/rolled-back', 'client/fork', 'agent/vault-forked'],
    without: 'an agent that has not synced since the backup goes on',
    async play(fork) {
      const { backup } = await withdrawnSince(fork);
      fork.restore(backup);
      await fork.up();
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      await fork.down();
      await fork.up();
      return succeeds(() => fork.sync());
    },
  },
  {
    name: 'split-views',
    promise: 'P3',
    who: 'host',
    does: 'keeps two logs and shows the nurse another one than the owner',
    expect: ['client/fork'],
    without: 'each of the two by itself is whole and proves everything',
    async play(fork) {
      const { memory, other } = await twoLogs(fork);
      fork.restore(other);
      await fork.up();
      return lookAgain(fork, memory);
    },
    async twin(fork) {
      const { memory, other } = await twoLogs(fork);
      await fork.up();
      if ((await lookAgain(fork, memory)) !== undefined) return false;
      await fork.down();
      fork.restore(other);
      await fork.up();
      return (await verdict(fork)) === undefined;
    },
  },
  {
    name: 'compare-split-views',
    promise: 'P3',
    who: 'host',
    does: 'the same, and two people hold their checkpoints against each other',
    expect: ['split'],
    without: 'the signature on each of them is good',
    async play(fork) {
      const [mine, theirs] = await twoCheckpoints(fork);
      const how = compareCheckpoints(readCheckpoint(mine), readCheckpoint(theirs), []);
      return how === 'same' || how === 'grown' ? undefined : how;
    },
    async twin(fork) {
      const notes = await twoCheckpoints(fork);
      const log = parseVkey(fork.base.place.pins.log.key);
      return succeeds(() => Promise.all(notes.map((note) => openCheckpoint(note, { log }, webVerifier))));
    },
  },
  {
    name: 'truncate-a-tile',
    promise: 'P3',
    who: 'host',
    does: 'cuts hashes off a tile of the log',
    expect: ['tiles-differ'],
    without: 'the same folder with the tile whole is found whole',
    async play(fork) {
      database(fork.vaultDir, (db) =>
        db.exec('UPDATE tile SET bytes = substr(bytes, 1, length(bytes) - 32) WHERE level = 0'),
      );
      return (await fsck(fork.vaultDir)).faults[0]?.code;
    },
    twin: async (fork) => (await fsck(fork.vaultDir)).ok,
  },
  {
    name: 'change-a-stored-line',
    promise: 'P3',
    who: 'host',
    does: 'changes what a line says in the database and leaves the tree as it is',
    expect: ['line-changed'],
    without: 'the tree by itself is whole: root and signature hold',
    async play(fork) {
      spoilLine(fork);
      return (await fsck(fork.vaultDir)).faults[0]?.code;
    },
    async twin(fork) {
      spoilLine(fork);
      await fork.up();
      const { origin, key } = fork.base.place.pins.log;
      const folder = folderOf(fork.vault.vault.storage.ledger, origin);
      return (await verifyLedger({ folder, trust: { log: parseVkey(key) }, verifier: webVerifier })).ok;
    },
  },
  {
    name: 'backdate-a-line',
    promise: 'P3',
    who: 'host',
    does: 'gives the last line an earlier time than the one before it and makes the tree anew',
    expect: ['time-backwards'],
    without: 'with its own time the same rewritten log is found whole',
    async play(fork) {
      await rewriteLog(fork.vaultDir, (lines) =>
        lines.map((line, i) => (i === lines.length - 1 ? backdated(line) : line)),
      );
      return (await fsck(fork.vaultDir)).faults[0]?.code;
    },
    async twin(fork) {
      await rewriteLog(fork.vaultDir, (lines) => lines);
      return (await fsck(fork.vaultDir)).ok;
    },
  },
  {
    name: 'rewind-the-clock',
    promise: 'P3',
    who: 'host',
    does: 'sets the clock of the vault back by an hour, to write lines in the past',
    expect: ['vault/clock-drift', 'vault/internal', 'ledger/clock-drift'],
    without: 'on time the same look has its line',
    async play(fork) {
      await fork.up();
      fork.time.move(120 * MINUTE);
      await lookAt(await fork.signIn('nurse'), first(fork));
      fork.time.move(-60 * MINUTE);
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      await fork.up();
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork))) === undefined;
    },
  },
  {
    name: 'two-vaults-on-one-folder',
    promise: 'P3',
    who: 'host',
    does: 'starts a second vault on the same folder',
    expect: ['vault/directory-in-use'],
    without: 'on a folder of its own it starts',
    async play(fork) {
      await fork.up();
      return codeAfter(() => createVault(vaultOptions(fork.vaultDir, fork.time)));
    },
    async twin(fork) {
      await fork.up();
      const second = await createVault(vaultOptions(fork.backup('second'), fork.time));
      await second.stop();
      return true;
    },
  },
  {
    name: 'two-writers-at-once',
    promise: 'P3',
    who: 'host',
    does: 'writes a line while another writer has read the log and not yet written',
    expect: ['ledger/fenced'],
    without: 'one after the other both stand',
    async play(fork) {
      await fork.up();
      const [slow, fast] = [await writerOn(fork), await writerOn(fork)];
      return codeAfter(() => slow(() => fast()));
    },
    async twin(fork) {
      await fork.up();
      const [slow, fast] = [await writerOn(fork), await writerOn(fork)];
      await slow();
      return succeeds(() => fast());
    },
  },
];

const strangerTo = async (fork: Fork) => {
  const { seed, publicKey } = await generateSigningKey(systemRandom);
  return { ...(await webSigner({ by: fork.base.place.pins.log.origin, seed })), publicKey };
};
const strangersVkey = async (fork: Fork): Promise<string> => {
  const { by, publicKey } = await strangerTo(fork);
  return formatVkey({ name: by, type: 1, publicKey });
};

async function rolledBack(fork: Fork): Promise<{ readonly memory: Memory }> {
  const backup = fork.backup('yesterday');
  await fork.up();
  const memory = fork.remembered('nurse');
  const session = await fork.signIn('nurse', { memory });
  await lookAt(session, first(fork));
  await fork.down();
  fork.restore(backup);
  await fork.up();
  return { memory };
}

async function withdrawnSince(fork: Fork): Promise<{ readonly backup: string }> {
  const backup = fork.backup('yesterday');
  await fork.up();
  fork.time.move(MINUTE);
  await fork.sync({ before: (state) => endEnrolment(state.register, first(fork).id, 'withdrawn', AS_OF) });
  await fork.down();
  return { backup };
}

/** From one point on two histories: the nurse's is at the vault, the owner's in `other`. */
async function twoLogs(fork: Fork): Promise<{ readonly memory: Memory; readonly other: string }> {
  const start = fork.backup('start');
  await fork.up();
  await lookAt(await fork.signIn('owner'), first(fork), { need: 'gp' });
  await fork.down();
  const other = fork.backup('other');
  fork.restore(start);
  await fork.up();
  const memory = fork.remembered('nurse');
  await lookAt(await fork.signIn('nurse', { memory }), first(fork));
  await fork.down();
  return { memory, other };
}
async function twoCheckpoints(fork: Fork): Promise<[string, string]> {
  const { other } = await twoLogs(fork);
  const noteIn = (dir: string) =>
    database(dir, (db) => String(rowsOf(db, 'SELECT checkpoint FROM log')[0]!['checkpoint']));
  return [noteIn(fork.vaultDir), noteIn(other)];
}

/** One letter of one stored line: the actor of the last line becomes somebody else. */
function spoilLine(fork: Fork): void {
  database(fork.vaultDir, (db) => {
    const row = rowsOf(db, 'SELECT log, idx, stored FROM entry ORDER BY idx DESC LIMIT 1')[0]!;
    const bytes = Buffer.from(row['stored'] as Uint8Array);
    const at = bytes.indexOf('"actor":"per_') + '"actor":"per_'.length;
    bytes[at] = bytes[at] === 0x61 ? 0x62 : 0x61;
    db.prepare('UPDATE entry SET stored = ? WHERE log = ? AND idx = ?').run(bytes, row['log']!, row['idx']!);
  });
}
const backdated = (line: HostLine): HostLine => ({
  ...line,
  entry: { ...line.entry, common: { ...line.entry.common, at: instant(line.entry.common.at - 60 * MINUTE) } },
});

/** A writer of its own on this vault's log; `between` runs when it has read and not yet written. */
async function writerOn(fork: Fork): Promise<(between?: () => Promise<unknown>) => Promise<unknown>> {
  const { storage } = fork.vault.vault;
  const log = logOf(fork.vaultDir);
  const signer = await logSigner(fork.vaultDir);
  const appender = createAppender({
    store: storage.ledger,
    signer: () => signer,
    clock: fork.time.clock,
    random: systemRandom,
  });
  const { v: _v, id: _id, at: _at, ...common } = linesOf(fork.vaultDir).at(-1)!.entry.common;
  return (between) =>
    appender.append({
      log,
      keys: [],
      prepare: async () => {
        await between?.();
        return { draft: { common, items: [], chains: new Map() } };
      },
    });
}
