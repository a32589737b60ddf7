/** A progress bar with counts and time left, on a terminal only. */

import type { SyncProgress } from '@ketenkluis/agent';
import { Presets, SingleBar } from 'cli-progress';

export function progressBar(): { update(progress: SyncProgress): void; stop(): void } {
  const bar = new SingleBar(
    { format: '{step} [{bar}] {value}/{total} {left}', stream: process.stderr, noTTYOutput: false, hideCursor: true },
    Presets.rect,
  );
  let step = '';
  return {
    update(progress) {
      if (!process.stderr.isTTY || progress.total === 0) return;
      const left = progress.secondsLeft === null ? '' : `${progress.secondsLeft} s left`;
      if (progress.step !== step) {
        bar.stop();
        step = progress.step;
        bar.start(progress.total, progress.done, { step, left });
      } else bar.update(progress.done, { step, left });
    },
    stop: () => bar.stop(),
  };
}
