/** The host and time: lines older than the ones before them, and a clock by which years of lines could be erased. */

import { instant, MINUTE } from '@ketenkluis/base';
import { alarmOf } from '@ketenkluis/client';
import { createVault } from '@ketenkluis/vault';
import { fakeClock, sayTime } from '@ketenkluis/vault/testing';
import { type Attack, succeeds } from './attack.ts';
import { rewriteLog } from './host.ts';
import { lookAt } from './looks.ts';
import { practiceOf } from './people.ts';
import { type Fork, vaultOptions } from './world.ts';

/** A look, and the host gives the lines since the last sync these times; the agent syncs. */
async function timed(fork: Fork, shift: number): Promise<void> {
  await fork.up();
  await lookAt(await fork.signIn('nurse'), fork.base.patients[0]!);
  await fork.down();
  await rewriteLog(fork.vaultDir, (lines) =>
    lines.map((line, i) => {
      const { common } = line.entry;
      if (i < lines.length - 1) return line;
      return { ...line, entry: { ...line.entry, common: { ...common, at: instant(common.at - shift) } } };
    }),
  );
  await fork.up();
  fork.time.move(MINUTE);
  await fork.sync();
}

const AHEAD = Date.UTC(2041, 5, 1);
/** The vault starts under a clock that is years ahead and looks after its log; answers how many years it erased. */
async function startedAhead(
  fork: Fork,
  before: (fork: Fork) => Promise<void>,
): Promise<{ erased: number; status: string }> {
  await fork.up();
  await before(fork);
  await fork.down();
  const ahead = await createVault(vaultOptions(fork.vaultDir, fakeClock(AHEAD)));
  try {
    await ahead.upkeep();
    const rows = await ahead.vault.storage.read((tx) => tx.selectFrom('erased').selectAll().execute());
    return { erased: rows.length, status: (await ahead.app.inject('/healthz')).json<{ status: string }>().status };
  } finally {
    await ahead.stop();
  }
}

export const hostTime: readonly Attack[] = [
  {
    name: 'time-goes-backwards',
    promise: 'P3',
    who: 'host',
    does: 'gives the newest look a time from before the line in front of it, makes the tree anew and signs it',
    expect: ['clock-drift'],
    without: 'with its own time the same rewritten log is signed for at the next sync',
    async play(fork) {
      try {
        await timed(fork, 60 * MINUTE);
      } catch (error) {
        return alarmOf(error) ?? undefined;
      }
      return undefined;
    },
    twin: (fork) => succeeds(() => timed(fork, 0)),
  },
  {
    name: 'start-years-ahead',
    promise: 'P3',
    who: 'host',
    does: 'starts the vault under a clock that is years ahead, so that it erases the log as if its five years were over',
    expect: ['retention-unconfirmed'],
    without: 'where the snapshot of the practice says the same time, the lines go',
    async play(fork) {
      const { erased, status } = await startedAhead(fork, async () => undefined);
      return erased === 0 ? status : undefined;
    },
    async twin(fork) {
      const practice = practiceOf(fork);
      const said = async (one: Fork) => void (await sayTime(one.vault.vault, practice, instant(AHEAD)));
      return (await startedAhead(fork, said)).erased > 0;
    },
  },
];
