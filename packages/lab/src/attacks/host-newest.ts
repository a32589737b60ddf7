/** The host with what came last: a revocation that it puts a change behind or hides, a change that it hides from one person. */

import { MINUTE } from '@ketenkluis/base';
import { type Session, writeNote } from '@ketenkluis/client';
import { type Attack, succeeds } from './attack.ts';
import { type HostLine, putDossier, rewriteLog, takeDossier } from './host.ts';
import { handlesFor, lookAt, NURSE, refusalIn } from './looks.ts';
import { keysOf, removeNurse, teamOf } from './people.ts';
import type { Loose, Rule } from './proxy.ts';
import type { Fork, Patient } from './world.ts';

const first = (fork: Fork): Patient => fork.base.patients[0]!;

/** The nurse writes a note under the first part that she may open. */
async function notedBy(session: Session, fork: Fork): Promise<string> {
  const { dossier } = first(fork);
  const { handles, facts } = handlesFor(first(fork));
  const teams = [{ team: teamOf(fork, NURSE), step: facts[0]! }];
  const { handle } = await writeNote(session, { dossier, parent: handles[0]!, teams, facts, text: 'nagekomen' });
  return handle;
}

/**
 * A note with the nurse's key and a date from before the owners ended her membership, in a line after theirs. Made as the host would:
 * the order of the two lines is what the host chose, every byte that is signed is genuine.
 */
async function behindTheEnd(fork: Fork): Promise<string> {
  await fork.up();
  const handle = await notedBy(await fork.signIn('nurse'), fork);
  fork.time.move(MINUTE);
  await removeNurse(fork, await fork.signIn('owner'));
  await fork.down();
  const isEnd = ({ entry }: HostLine) => entry.common.event === 'withdraw';
  const isNote = ({ entry }: HostLine) => entry.common.event === 'write';
  await rewriteLog(fork.vaultDir, (lines) => {
    const end = lines.findLast(isEnd)!;
    const note = lines.findLast(isNote)!;
    return [...lines.filter((line) => line !== end && line !== note), end, note];
  });
  await fork.up();
  return handle;
}
const asDoctor = (session: Session, fork: Fork) => lookAt(session, first(fork), { need: 'gp' });

const withoutNewest: Rule = {
  on: 'directory',
  answer: (json) => ({ ...json, entries: json.entries.slice(0, -1) }),
};
/** The nurse's membership has ended, the agent has synced since, and the host shows a device without memory nothing of the end. */
async function endHidden(fork: Fork): Promise<Session> {
  await fork.up();
  await removeNurse(fork, await fork.signIn('owner'));
  fork.time.move(MINUTE);
  await fork.sync();
  fork.tamper(withoutNewest);
  return fork.signIn('second', { memory: new Map() });
}

/** The nurse's note is in the log; the host shows the doctor the dossier as it was before. Answers whether the doctor believed it. */
async function noteHidden(fork: Fork): Promise<boolean> {
  await fork.up();
  const { dossier } = first(fork);
  const before = takeDossier(fork.vaultDir, dossier);
  await notedBy(await fork.signIn('nurse'), fork);
  const now = takeDossier(fork.vaultDir, dossier);
  await fork.down();
  putDossier(fork.vaultDir, dossier, before);
  await fork.up();
  const doctor = await fork.signIn('second');
  fork.tamper({
    on: 'releases',
    answer: (json) => ({ ...json, states: json.states.map((shown: Loose) => ({ ...shown, changes: [] })) }),
  });
  const opened = await asDoctor(doctor, fork);
  fork.tamper();
  await fork.down();
  putDossier(fork.vaultDir, dossier, now);
  await fork.up();
  fork.time.move(MINUTE);
  return refusalIn(opened) === undefined && opened.confirmation.state === 'confirmed' && opened.notes.length === 0;
}

export const hostNewest: readonly Attack[] = [
  {
    name: 'back-date-with-a-revoked-key',
    promise: 'P4',
    who: 'host and former member',
    does: 'puts a note with a date from before the membership ended behind the line that ended it',
    expect: ['client/state-unexplained'],
    without: 'judged by the date that the line bears, not by its place, every signature is good and the note stands',
    async play(fork) {
      await behindTheEnd(fork);
      return refusalIn(await asDoctor(await fork.signIn('second'), fork));
    },
    async twin(fork) {
      const handle = await behindTheEnd(fork);
      const session = await fork.signIn('second');
      (await session.people()).timeAt = (at) => at;
      const opened = await asDoctor(session, fork);
      return refusalIn(opened) === undefined && opened.notes.some((note) => note === handle);
    },
  },
  {
    name: 'back-date-with-a-revoked-key-under-the-agent',
    promise: 'P4',
    who: 'host and former member',
    does: 'the same, so that the agent signs a snapshot with the note in it',
    expect: ['agent/vault-forked'],
    without: 'with the two lines in the order of their dates the agent takes the note',
    async play(fork) {
      await behindTheEnd(fork);
      fork.time.move(MINUTE);
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      await fork.up();
      await notedBy(await fork.signIn('nurse'), fork);
      fork.time.move(MINUTE);
      await removeNurse(fork, await fork.signIn('owner'));
      return succeeds(() => fork.sync());
    },
  },
  {
    name: 'hide-a-revocation-from-a-fresh-device',
    promise: 'P4',
    who: 'host',
    does: 'shows a device that comes without memory the directory without the end of a membership',
    expect: ['client/directory-hidden'],
    without: 'the shorter directory is signed and included, and everything else agrees: the nurse is a member still',
    async play(fork) {
      return refusalIn(await asDoctor(await endHidden(fork), fork));
    },
    async twin(fork) {
      const session = await endHidden(fork);
      const people = await session.people();
      people.beginsWith = () => true;
      const opened = await asDoctor(session, fork);
      const nurse = keysOf(fork, 'nurse').person;
      return refusalIn(opened) === undefined && people.isMember(nurse, teamOf(fork, NURSE), session.now());
    },
  },
  {
    name: 'hide-the-newest-changes-from-one-person',
    promise: 'P4',
    who: 'host',
    does: 'shows a doctor a dossier without the note that a nurse has written since the last snapshot',
    expect: ['agent/vault-forked'],
    without: 'had the line of that look named the true state, the next sync would have gone by',
    async play(fork) {
      if (!(await noteHidden(fork))) return 'the doctor noticed';
      await fork.sync();
      return undefined;
    },
    async twin(fork) {
      if (!(await noteHidden(fork))) return false;
      await fork.down();
      await rewriteLog(fork.vaultDir, (lines) => {
        const stood = lines.findLast(({ entry }) => entry.common.event === 'write')!.entry.items.at(-1)!.state;
        const look = lines.findLast(({ entry }) => entry.common.event === 'release')!;
        const items = look.entry.items.map((item) => ({ ...item, state: stood }));
        return lines.map((line) => (line === look ? { ...line, entry: { ...line.entry, items } } : line));
      });
      await fork.up();
      return succeeds(() => fork.sync());
    },
  },
];
