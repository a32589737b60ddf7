/** Messages of patients, and of who stands in for them (docs/spec/own.md). */

import { z } from 'zod';
import { id } from './wire.ts';

/** GET .../own (session): the dossiers of this person and what opens of each now. Ids only. */
export const ownDossiers = z.strictObject({
  dossiers: z
    .array(
      z.strictObject({
        dossier: id('dossier'),
        own: id('fact'),
        team: id('team'),
        as: z.enum(['patient', 'representative']),
        /** The log stays open; parts there are none any more. */
        ended: z.boolean(),
        handles: z.array(id('handle')).max(128),
        facts: z.array(id('fact')).max(16),
      }),
    )
    .max(8),
});
