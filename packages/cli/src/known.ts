/** `ketenkluis known`: what only the practice knows and the review of the log needs (docs/spec/review.md, "Evidence"). */

import { resolve } from 'node:path';
import { ADDRESS, openState } from '@ketenkluis/agent';
import { systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

/** Of a patient: many know them, or no more. Of a colleague: their own file, their ids in the GP system, and where a doctor hears that the week is ready. */
export async function known(options: {
  readonly dir: string;
  readonly patient?: string;
  readonly notWellKnown?: boolean;
  readonly colleague?: string;
  readonly file?: string;
  readonly practitioner?: readonly string[];
  readonly mail?: string;
}): Promise<Outcome> {
  const { patient, colleague, file, practitioner, mail } = options;
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
      if (file === undefined && practitioner === undefined && mail === undefined)
        throw cliError(
          'bad-option',
          'say their own --file, under which ids they are a --practitioner, or their --mail',
        );
      // "-" takes it away: they are no patient here any more.
      if (file === '-') delete one.file;
      else if (file !== undefined) one.file = file;
      if (practitioner !== undefined) one.practitioners = [...practitioner];
      if (mail === '-') delete one.mail;
      else if (mail !== undefined) {
        if (one.role !== 'gp')
          throw cliError('bad-option', '--mail is of a doctor: nobody else has an overview of the week');
        if (!ADDRESS.test(mail)) throw cliError('bad-option', '--mail takes one plain address, or "-" for none');
        one.mail = mail;
      }
    }
    await state.save();
    const words =
      mail === undefined
        ? 'the next sync brings it, sealed, to who reviews the log'
        : 'written down; a sync with --post writes there once a week, when there is something to read';
    return { json: { written: true }, words: [words] };
  } finally {
    await state.close();
  }
}
