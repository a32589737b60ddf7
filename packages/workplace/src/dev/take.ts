/** Invented files: the shape of the real ones, and no line anywhere. */

import { workplaceError } from '../errors.ts';
import type { TakeSide } from '../model.ts';
import type { Stage } from './stage.ts';

export function takeSide({ reach, scene }: Stage): TakeSide {
  const declared = async () => {
    await reach(60);
    if (scene === 'shut-log') throw workplaceError('offline', 'the line could not be written');
  };
  return {
    async file(_dossier, kind) {
      await declared();
      return { name: `wie-keek-2026-01-05.${kind}`, type: 'text/plain', text: kind };
    },
    declarePrint: declared,
  };
}
