/** `ketenkluis known`: what only the practice knows and the review of the log needs (docs/spec/review.md, "Evidence"). */

import { resolve } from 'node:path';
import { openState } from '@ketenkluis/agent';
import { systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import type { Outcome } from './output.ts';

/** Of a patient: many know them, or no more. Of a colleague: which file is their own, and under which ids the GP system knows them. */
export async function known(options: {
  readonly dir: string;
  readonly patient?: string;
  readonly notWellKnown?: boolean;
  readonly colleague?: string;
  readonly file?: string;
  readonly practitioner?: readonly string[];
}): Promise<Outcome> {
  const { patient, colleague, file, practitioner } = options;
  if ((patient === undefined) === (colleague === undefined))
    throw cliError('bad-option', 'name one --patient, or one --colleague');
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    if (patient !== undefined) {
      const one = register.patients[patient];
      if (one === undefined) throw cliError('bad-option', '--patient names nobody in the register');
      if (options.notWellKnown) delete one.wellKnown;
      else one.wellKnown = true;
    } else {
      const one = register.staff.find(({ person }) => person === colleague);
      if (one === undefined) throw cliError('bad-option', '--colleague is the id of somebody who works here');
      if (file === undefined && practitioner === undefined)
        throw cliError('bad-option', 'say their own --file, or under which ids they are a --practitioner');
      // "-" takes it away: they are no patient here any more.
      if (file === '-') delete one.file;
      else if (file !== undefined) one.file = file;
      if (practitioner !== undefined) one.practitioners = [...practitioner];
    }
    await state.save();
    return { json: { written: true }, words: ['the next sync brings it, sealed, to who reviews the log'] };
  } finally {
    await state.close();
  }
}
