/**
 * What the witnesses that a practice's owners named say of one log (docs/spec/witness.md, "Reading"): the newest checkpoint that enough
 * of them confirm, where that leaves the lines somebody knows of, and what contradicts the checkpoint that they hold themselves.
 */

import { type Instant, MINUTE, SECOND, type Verifier } from '@ketenkluis/base';
import { type Checkpoint, cosignedBy, type NoteKey, openCheckpoint, parseNote, verifyNote } from './note.ts';
import { compareCheckpoints } from './proof.ts';

/** The owners' statement, with its keys read. Keys of one name are one witness. */
export interface WitnessPolicy {
  /** How many must confirm; 0 with an empty list: nobody was named. */
  readonly quorum: number;
  /** Milliseconds: how old the newest cosignature of a witness may be, and how long a line may go without. */
  readonly lag: number;
  readonly witnesses: readonly { readonly name: string; readonly url: string; readonly keys: readonly NoteKey[] }[];
}

/** What somebody hands over as one witness's word: nothing of it is believed unchecked. */
export interface ShownNote {
  readonly name: string;
  /** A checkpoint with this witness's cosignatures. */
  readonly note: string;
  /** Consistency proof between that checkpoint and the one it is held against, the smaller to the larger; empty for one size. */
  readonly proof: readonly Uint8Array[];
}

/** `old`: longer ago than the lag. `future`: from a time that has not come. `none`: no word. `false`: a word that does not hold. */
export type WitnessWord = 'fresh' | 'old' | 'future' | 'none' | 'false' | 'fork';
export interface WitnessSaid {
  readonly name: string;
  readonly word: WitnessWord;
  /** Lines that it confirms; 0 where its word does not count. */
  readonly size: number;
  /** Of its newest cosignature. */
  readonly at: Instant | null;
}

export interface Confirmed {
  /** The newest checkpoint that a quorum confirms; null: none, or one of them contradicts. */
  readonly checkpoint: Checkpoint | null;
  readonly witnesses: readonly WitnessSaid[];
  /** Cosigned checkpoints that the log signed too and that do not fit: each is proof that it lied, and is kept. */
  readonly forks: readonly string[];
}

/** How far ahead of ours a witness's clock may stand. */
const AHEAD = 5 * MINUTE;

/**
 * The newest checkpoint that a quorum of these witnesses confirms. `under` is the log's checkpoint that the caller holds and has proved
 * to continue what it saw last: every word is held against that one, so that what comes out continues it too, or is part of it. Never
 * throws on bad input.
 */
export async function confirmedBy(of: {
  readonly log: NoteKey;
  readonly policy: WitnessPolicy;
  readonly under: Checkpoint;
  readonly shown: readonly ShownNote[];
  readonly now: Instant;
  readonly verifier: Verifier;
}): Promise<Confirmed> {
  const { policy, shown } = of;
  const read = await Promise.all(
    policy.witnesses.map(async ({ name, keys }) => {
      // One word each: whoever shows two shows the one that serves.
      const [one, ...more] = shown.filter((note) => note.name === name);
      if (one === undefined) return { name, word: 'none' as const, at: null, checkpoint: null, note: '' };
      if (more.length > 0) return { name, word: 'false' as const, at: null, checkpoint: null, note: '' };
      return { name, note: one.note, ...(await wordOf(of, keys, one)) };
    }),
  );
  const forks = read.filter(({ word }) => word === 'fork').map(({ note }) => note);
  const fresh = read
    .flatMap(({ word, checkpoint }) => (word === 'fresh' && checkpoint !== null ? [checkpoint] : []))
    .sort((a, b) => b.size - a.size);
  // Each confirms every line below its own size, so the smallest of the largest `quorum` is what all of those confirm.
  const newest = policy.quorum > 0 && forks.length === 0 ? (fresh[policy.quorum - 1] ?? null) : null;
  const witnesses = read.map(({ name, word, at, checkpoint }) => ({
    ...{ name, word, at },
    size: word === 'fresh' || word === 'old' ? (checkpoint?.size ?? 0) : 0,
  }));
  return { checkpoint: newest, witnesses, forks };
}

async function wordOf(
  { log, policy, under, now, verifier }: Parameters<typeof confirmedBy>[0],
  keys: readonly NoteKey[],
  { note, proof }: ShownNote,
): Promise<{ readonly word: WitnessWord; readonly at: Instant | null; readonly checkpoint: Checkpoint | null }> {
  const nothing = { word: 'false' as const, at: null, checkpoint: null };
  let checkpoint: Checkpoint;
  let seconds: number | undefined;
  try {
    const parsed = parseNote(note);
    seconds = cosignedBy(parsed, keys)?.seconds;
    const signers = await verifyNote(parsed, [log, ...keys], verifier);
    if (seconds === undefined || !signers.some((key) => keys.includes(key))) return nothing;
    checkpoint = await openCheckpoint(note, { log, witnesses: keys, quorum: 1 }, verifier);
  } catch {
    return nothing;
  }
  const at = (seconds * SECOND) as Instant;
  const [first, second] = checkpoint.size <= under.size ? [checkpoint, under] : [under, checkpoint];
  // Without a proof nothing is said; with one that does not hold, or two roots of one size, the log signed what does not fit.
  if (proof.length === 0 && first.size !== second.size && first.size > 0) return nothing;
  const fits = compareCheckpoints(first, second, proof);
  if (fits !== 'same' && fits !== 'grown') return { word: 'fork', at, checkpoint };
  // Of what lies beyond the caller's own checkpoint this says nothing to them.
  checkpoint = first;
  if (at > now + AHEAD) return { word: 'future', at, checkpoint };
  return { word: now - at > policy.lag ? 'old' : 'fresh', at, checkpoint };
}

/** A line that somebody proved to be in the log. */
export interface KnownLine {
  readonly index: number;
  readonly at: Instant;
}
/** `none`: nobody was named. `pending`: it takes a moment. `degraded`: fewer than the owners asked for, for too long. */
export type Standing = 'none' | 'confirmed' | 'pending' | 'degraded' | 'fork';

/**
 * Where these lines stand. `since` is when the owners named these witnesses: until one lag after that nothing can be late. Lines that the
 * quorum's checkpoint does not hold are `pending` until the oldest of them is older than the lag.
 */
export function standingOf(of: {
  readonly policy: WitnessPolicy | null;
  readonly confirmed: Confirmed | null;
  readonly since: Instant;
  readonly lines: readonly KnownLine[];
  readonly now: Instant;
}): Standing {
  const { policy, confirmed, since, lines, now } = of;
  if (confirmed !== null && confirmed.forks.length > 0) return 'fork';
  if (policy === null || policy.quorum < 1) return 'none';
  const late = (at: Instant) => now - Math.max(at, since) > policy.lag;
  const checkpoint = confirmed?.checkpoint ?? null;
  if (checkpoint === null) return late(since) ? 'degraded' : 'pending';
  const waiting = lines.filter(({ index }) => index >= checkpoint.size);
  if (waiting.length === 0) return 'confirmed';
  return waiting.some(({ at }) => late(at)) ? 'degraded' : 'pending';
}
