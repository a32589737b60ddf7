/**
 * Posts every log's newest checkpoint to the witnesses of this vault and keeps what they cosigned (docs/spec/witness.md). No look waits
 * for a witness: this runs behind the commits, and what it cannot reach it tries again.
 */

import { type Bytes, base64, fromUtf8, MINUTE, SECOND, type Verifier } from '@ketenkluis/base';
import {
  consistencyFromTiles,
  cosignedBy,
  formatNote,
  type NoteKey,
  parseNote,
  parseVkey,
  verifyNote,
} from '@ketenkluis/ledger';
import { vaultError } from './errors.ts';
import type { Storage } from './storage/storage.ts';

export interface WitnessOption {
  readonly name: string;
  /** Submission prefix of C2SP tlog-witness. */
  readonly url: string;
  /** Verifier keys, types 0x04 and 0x06, under that name. */
  readonly keys: readonly string[];
}
/** Why the last post to a witness came to nothing. */
export type WitnessFault = 'offline' | 'refused' | 'bad-proof' | 'ahead' | 'bad-answer';

export interface Witnesses {
  /** A log has grown. Returns at once. */
  poke(log: string): void;
  /** A checkpoint of this log with the cosignatures under exactly that text. */
  cosigned(log: string, note: string): Promise<string>;
  /** Per witness, for the worst log: lines without a cosignature; and the logs whose last post failed. */
  state(): Promise<readonly { readonly name: string; readonly behind: number; readonly failing: number }[]>;
  /** When no post is under way; what waits for its next try does not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

interface Known {
  readonly name: string;
  readonly url: string;
  readonly keys: readonly NoteKey[];
}
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Throws `vault/bad-config`. */
function checked({ name, url, keys }: WitnessOption): Known {
  const bad = (why: string, cause?: unknown) =>
    vaultError('bad-config', `the witness ${name} ${why}`, cause === undefined ? {} : { cause });
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const safe = parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && LOOPBACK.has(parsed.hostname));
  if (!parsed || !safe || parsed.search || parsed.hash || parsed.username)
    throw bad('needs an https address without anything behind its path');
  const known = keys.map((text) => {
    try {
      return parseVkey(text);
    } catch (cause) {
      throw bad('has a key that is no verifier key', cause);
    }
  });
  if (known.length === 0 || known.some((key) => key.type === 1 || key.name !== name))
    throw bad('needs keys for cosignatures under its own name');
  return { name, url: url.replace(/\/$/, ''), keys: known };
}

const ANSWER_TIME = 10 * SECOND;
const MAX_ANSWER = 64 * 1024;

async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MAX_ANSWER) throw new Error('this answer is too long');
    parts.push(part);
  }
  return fromUtf8(new Uint8Array(Buffer.concat(parts)));
}

interface Task {
  /** Grew while a post was under way. */
  dirty: boolean;
  busy: Promise<void> | null;
  timer: ReturnType<typeof setTimeout> | null;
  wait: number;
}

export function createWitnesses(parts: {
  readonly storage: Storage;
  readonly verifier: Verifier;
  readonly witnesses: readonly WitnessOption[];
  /** Milliseconds between two posts of one log to one witness. */
  readonly pause?: number | undefined;
}): Witnesses {
  const { storage, verifier, pause = SECOND } = parts;
  const witnesses = parts.witnesses.map(checked);
  if (new Set(witnesses.map(({ name }) => name)).size < witnesses.length)
    throw vaultError('bad-config', 'a witness is named twice');
  const tasks = new Map<string, Task>();
  let stopped = false;

  const rowOf = (log: string, name: string) =>
    storage.read((tx) =>
      tx.selectFrom('cosigned').selectAll().where('log', '=', log).where('name', '=', name).executeTakeFirst(),
    );
  const keep = (log: string, name: string, change: { size?: number; note?: string; fault: WitnessFault | null }) =>
    storage.write(async (tx) => {
      await tx
        .insertInto('cosigned')
        .values({ log, name, size: 0, note: null, ...change })
        .onConflict((on) => on.columns(['log', 'name']).doUpdateSet(change))
        .execute();
    });

  /** What the witness signed under this checkpoint, by its own keys and checked; undefined for anything else. */
  async function signedBy(witness: Known, checkpoint: string, lines: string): Promise<string | undefined> {
    try {
      const note = parseNote(checkpoint + lines);
      const found = cosignedBy(note, witness.keys);
      if (found === undefined || (await verifyNote(note, witness.keys, verifier)).length === 0) return undefined;
      return formatNote({
        text: note.text,
        signatures: [...parseNote(checkpoint).signatures, ...found.signatures],
      });
    } catch {
      return undefined;
    }
  }

  /** One post, and a second one when the witness knows another size than we remember. Null: up to date. */
  async function post(log: string, witness: Known): Promise<WitnessFault | null> {
    const { checkpoint, size } = await storage.ledger.state(log);
    const row = await rowOf(log, witness.name);
    if (checkpoint === null || (row?.size === size && row.fault === null)) return null;
    let old = row?.size ?? 0;
    for (let attempt = 0; attempt < 2; attempt++) {
      const steps: readonly Bytes[] =
        old === 0 || old === size
          ? []
          : await consistencyFromTiles(old, size, (level, index) => storage.ledger.tile(log, level, index));
      const body = [`old ${old}`, ...steps.map((step) => base64(step)), '', checkpoint].join('\n');
      let status: number;
      let text: string;
      try {
        const response = await fetch(`${witness.url}/add-checkpoint`, {
          ...{ method: 'POST', body, redirect: 'error' },
          signal: AbortSignal.timeout(ANSWER_TIME),
        });
        ({ status } = response);
        text = await textOf(response);
      } catch {
        return 'offline';
      }
      if (status === 200) {
        const note = await signedBy(witness, checkpoint, text);
        if (note === undefined) return 'bad-answer';
        await keep(log, witness.name, { size, note, fault: null });
        return null;
      }
      if (status === 422) return 'bad-proof';
      if (status === 403 || status === 404) return 'refused';
      if (status >= 500) return 'offline';
      const theirs = Number(/^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1]);
      if (status !== 409 || !Number.isSafeInteger(theirs) || theirs === old) return 'bad-answer';
      if (theirs > size) return 'ahead';
      old = theirs;
    }
    return 'bad-answer';
  }

  function start(log: string, witness: Known, task: Task): void {
    task.dirty = false;
    task.busy = post(log, witness)
      .then(async (fault) => {
        if (fault !== null) await keep(log, witness.name, { fault });
        return fault !== null;
      })
      // The store itself failed: nothing is lost, and it is tried again.
      .catch(() => true)
      .then((failed) => {
        task.busy = null;
        if (!failed) task.wait = 0;
        if (stopped || (!failed && !task.dirty)) return;
        if (failed) task.wait = Math.min(Math.max(task.wait * 2, SECOND), MINUTE);
        task.timer = setTimeout(
          () => {
            task.timer = null;
            start(log, witness, task);
          },
          failed ? task.wait : pause,
        );
        task.timer.unref();
      });
  }

  return {
    poke(log) {
      if (stopped) return;
      for (const witness of witnesses) {
        const name = `${witness.name} ${log}`;
        const task = tasks.get(name) ?? { dirty: false, busy: null, timer: null, wait: 0 };
        tasks.set(name, task);
        if (task.busy !== null || task.timer !== null) task.dirty = true;
        else start(log, witness, task);
      }
    },
    async cosigned(log, note) {
      if (witnesses.length === 0) return note;
      const { text, signatures } = parseNote(note);
      const rows = await storage.read((tx) => tx.selectFrom('cosigned').selectAll().where('log', '=', log).execute());
      const more = rows.flatMap((row) => {
        const keys = witnesses.find(({ name }) => name === row.name)?.keys;
        const kept = row.note === null ? undefined : parseNote(row.note);
        return keys && kept?.text === text ? (cosignedBy(kept, keys)?.signatures ?? []) : [];
      });
      return formatNote({ text, signatures: [...signatures, ...more] });
    },
    async state() {
      if (witnesses.length === 0) return [];
      const [logs, rows] = await storage.read(async (tx) => [
        await tx.selectFrom('log').select(['log', 'size']).execute(),
        await tx.selectFrom('cosigned').selectAll().execute(),
      ]);
      return witnesses.map(({ name }) => {
        const own = new Map(rows.filter((row) => row.name === name).map((row) => [row.log, row]));
        return {
          name,
          behind: Math.max(0, ...logs.map(({ log, size }) => size - (own.get(log)?.size ?? 0))),
          failing: logs.filter(({ log }) => (own.get(log)?.fault ?? null) !== null).length,
        };
      });
    },
    async idle() {
      await Promise.all([...tasks.values()].map(({ busy }) => busy));
    },
    async stop() {
      stopped = true;
      for (const { timer } of tasks.values()) if (timer !== null) clearTimeout(timer);
      await Promise.all([...tasks.values()].map(({ busy }) => busy));
    },
  };
}
