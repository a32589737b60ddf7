/** `ketenkluis inspect`: writes the inspection pack, or says whether one is as it was signed; asks nobody either way. */

import { resolve } from 'node:path';
import { checkPack, inspectionPack, openState } from '@ketenkluis/agent';
import { systemClock, systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

export interface InspectOptions {
  readonly dir?: string;
  readonly mirror?: string;
  readonly out?: string;
  readonly texts?: string;
  readonly patient?: string;
  readonly findings?: string;
  readonly check?: string;
}

async function check(folder: string): Promise<Outcome> {
  const verdict = await checkPack(resolve(folder));
  return {
    json: verdict,
    words: verdict.ok
      ? [`${verdict.files} files as ${verdict.practice} signed them; the log of ${verdict.lines} lines verifies`]
      : ['NOT as it was signed:', ...verdict.faults.map(({ kind, file }) => `${kind}: ${file}`)],
    failed: !verdict.ok,
  };
}

/** Throws `cli/bad-option`, and what `inspectionPack` and `checkPack` throw. */
export async function inspect(options: InspectOptions): Promise<Outcome> {
  const { dir, mirror, out, texts, patient, findings } = options;
  if (options.check !== undefined) return await check(options.check);
  if (dir === undefined || mirror === undefined || out === undefined)
    throw cliError('bad-option', 'a pack takes --dir, --mirror and --out; --check takes a pack');
  const state = await openState({ dir: resolve(dir), random: systemRandom });
  try {
    const result = await inspectionPack({
      ...{ register: state.register, mirror: resolve(mirror), out: resolve(out), clock: systemClock },
      ...(texts === undefined ? {} : { texts: resolve(texts) }),
      ...(patient === undefined ? {} : { patient }),
      ...(findings === undefined ? {} : { findings: resolve(findings) }),
    });
    return {
      json: result,
      words: [
        `${result.files} files in ${out}; begin with inspectie.pdf`,
        result.verified ? `the log of ${result.lines} lines verifies` : 'the log does NOT verify; the pack says so',
      ],
      failed: !result.verified,
    };
  } finally {
    await state.close();
  }
}
