/** `ketenkluis said`: the practice's book of what a patient said of who may see what (docs/spec/register.md). */

import { resolve } from 'node:path';
import { openState, saidBy, writeSaid } from '@ketenkluis/agent';
import { parseId, systemClock, systemRandom } from '@ketenkluis/base';
import { cliError } from './errors.ts';
import type { Outcome } from './say.ts';

const CHANNELS = ['desk', 'letter', 'portal'] as const;

/** Writes one statement down, or (with neither answer) tells how many stand there. Counts only: the patient's words stay in the register. */
export async function said(options: {
  readonly dir: string;
  readonly patient: string;
  readonly by?: string;
  readonly objection?: boolean;
  readonly consent?: boolean;
  readonly partner?: string;
  readonly category?: string;
  readonly data?: string;
  readonly channel: string;
}): Promise<Outcome> {
  const { patient, partner, category } = options;
  const channel = CHANNELS.find((one) => one === options.channel);
  if (channel === undefined) throw cliError('bad-option', `--channel is one of ${CHANNELS.join(', ')}`);
  if (options.objection === true && options.consent === true)
    throw cliError('bad-option', 'either --objection or --consent');
  const answer = options.objection ? 'objection' : options.consent ? 'consent' : null;
  const state = await openState({ dir: resolve(options.dir), random: systemRandom });
  try {
    const { register } = state;
    if (register.patients[patient] === undefined)
      throw cliError('bad-option', '--patient names nobody in the register');
    if (answer !== null) {
      if ((partner === undefined) === (category === undefined))
        throw cliError('bad-option', 'name one --partner, or one --category of partners');
      const by = register.staff.find(({ person }) => person === options.by)?.person;
      if (by === undefined) throw cliError('bad-option', '--by is the colleague who heard it');
      const consulter =
        partner === undefined ? { category: category! } : { organisation: parseId('organisation', partner) };
      const holder = { organisation: register.practice.organisation };
      const at = systemClock();
      if (!writeSaid(register, patient, { answer, holder, data: options.data ?? null, consulter, at, channel, by }))
        throw cliError('bad-option', 'this patient has more statements than the book holds');
      await state.save();
    }
    const standing = saidBy(register, patient).length;
    return {
      json: { written: answer !== null, standing },
      words: [
        ...(answer === 'objection' ? ['written down; from the next sync nothing is assumed against it'] : []),
        ...(answer === 'consent' ? ['written down; it opens nothing by itself'] : []),
        `${standing} statements of this patient`,
      ],
    };
  } finally {
    await state.close();
  }
}
