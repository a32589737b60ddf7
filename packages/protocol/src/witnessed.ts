/** What the witnesses that the owners named said of the log (docs/spec/witness.md). */

import { z } from 'zod';
import { base64url, checkpointNote } from './wire.ts';

const steps = z.array(base64url(43)).max(64);

/** Why the last post to a witness came to nothing. */
export const WITNESS_FAULTS = ['offline', 'refused', 'bad-proof', 'ahead', 'bad-answer', 'not-allowed'] as const;
export type WitnessFault = (typeof WITNESS_FAULTS)[number];

/** GET .../log/witnessed?from=SIZE&upto=SIZE: the newest checkpoint, and each named witness's own with its proof to that one. */
export const witnessed = z.strictObject({
  checkpoint: checkpointNote,
  consistency: steps.nullable(),
  witnesses: z
    .array(
      z.strictObject({
        name: z.string().max(255),
        note: checkpointNote.nullable(),
        proof: steps,
        fault: z.enum(WITNESS_FAULTS).nullable(),
      }),
    )
    .max(16),
});
