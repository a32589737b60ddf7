/**
 * Judges one checkpoint after another (docs/spec/witness.md): a log that the configuration names, signed by it, and nothing but a
 * continuation of what was cosigned before. Whatever it refuses, it never signs; what proves that a log lied, it keeps.
 */

import { type Clock, equalBytes, type Verifier } from '@ketenkluis/base';
import {
  compareCheckpoints,
  emptyRoot,
  formatNote,
  type NoteKey,
  readCheckpoint,
  verifyNote,
} from '@ketenkluis/ledger';
import type { Cosigner } from './keys.ts';
import { parseAddCheckpoint } from './request.ts';
import type { Fork, WitnessStore } from './store.ts';

/** What `add-checkpoint` answers, with the statuses of C2SP tlog-witness. */
export type Judgement =
  | { readonly status: 200; readonly lines: string }
  | { readonly status: 409; readonly size: number }
  | { readonly status: 400 | 403 | 404 | 422 | 503 };
export interface Judged {
  readonly judgement: Judgement;
  /** For the log file; null when the request had no readable form or names a log that is not known here. */
  readonly origin: string | null;
  readonly size: number | null;
  /** This request proved that the log shows two trees. */
  readonly fork: boolean;
}

export interface Witness {
  add(body: Uint8Array): Promise<Judged>;
  /** The newest cosigned checkpoint of a log; undefined before the first. */
  checkpoint(origin: string): string | undefined;
  forks(): readonly Fork[];
  readonly origins: readonly string[];
  /** Stands the clock before a time that was signed already? */
  clockBehind(): boolean;
}

export interface WitnessParts {
  readonly cosigner: Cosigner;
  readonly store: WitnessStore;
  /** The key of each log, by origin. */
  readonly logs: ReadonlyMap<string, NoteKey>;
  readonly verifier: Verifier;
  readonly clock: Clock;
}

export function createWitness({ cosigner, store, logs, verifier, clock }: WitnessParts): Witness {
  const now = (): number => Math.floor(clock() / 1000);
  const origins = [...logs.keys()];
  return {
    origins,
    checkpoint: (origin) => (logs.has(origin) ? store.last(origin)?.note : undefined),
    forks: () => store.forks(),
    clockBehind: () => origins.some((origin) => now() < (store.last(origin)?.seconds ?? 0)),
    async add(body) {
      const asked = parseAddCheckpoint(body);
      if (!asked) return { judgement: { status: 400 }, origin: null, size: null, fork: false };
      const { old, proof, note, checkpoint } = asked;
      const { origin, size, root } = checkpoint;
      const key = logs.get(origin);
      if (!key) return { judgement: { status: 404 }, origin: null, size: null, fork: false };
      const judged = (judgement: Judgement, fork = false): Judged => ({ judgement, origin, size, fork });
      if ((await verifyNote(note, [key], verifier)).length === 0) return judged({ status: 403 });
      // Only the log's own signature is kept: a note may carry others, of anybody.
      const signed = await ownSignatures(note.text, note.signatures, key, verifier);
      // No waiting from here to the commit: what is compared is what is replaced.
      return store.exclusive((write) => {
        const last = store.last(origin);
        const seen = last && readCheckpoint(last.note);
        const seconds = now();
        const fork = seen !== undefined && seen.size === size && !equalBytes(seen.root, root);
        if (fork) write.fork({ origin, at: seconds, cosigned: last!.note, offered: formatNote(signed) });
        if (old > size) return judged({ status: 400 }, fork);
        if (old !== (last?.size ?? 0)) return judged({ status: 409, size: last?.size ?? 0 }, fork);
        if (size === 0 && !equalBytes(root, emptyRoot)) return judged({ status: 422 }, fork);
        if ((old === 0 || old === size) && proof.length > 0) return judged({ status: 422 }, fork);
        const how = seen === undefined ? 'grown' : compareCheckpoints(seen, checkpoint, proof);
        if (how !== 'same' && how !== 'grown') return judged({ status: 422 }, fork);
        if (seconds < Math.max(1, last?.seconds ?? 0)) return judged({ status: 503 });
        const signatures = cosigner.cosign(note.text, checkpoint, seconds);
        write.put(origin, {
          size,
          seconds,
          note: formatNote({ text: note.text, signatures: [...signed.signatures, ...signatures] }),
        });
        const lines = formatNote({ text: '', signatures }).slice(1);
        return judged({ status: 200, lines });
      });
    },
  };
}

async function ownSignatures(
  text: string,
  signatures: Parameters<typeof formatNote>[0]['signatures'],
  key: NoteKey,
  verifier: Verifier,
): Promise<Parameters<typeof formatNote>[0]> {
  const own = [];
  for (const one of signatures) {
    if ((await verifyNote({ text, signatures: [one] }, [key], verifier)).length > 0) own.push(one);
  }
  return { text, signatures: own.slice(0, 1) };
}
