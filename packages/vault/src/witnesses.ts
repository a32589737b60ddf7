/**
 * Posts every log's newest checkpoint to the witnesses that its practice's owners named and this vault's operator allowed, and keeps what
 * they cosigned (docs/spec/witness.md). No look waits for a witness: this runs behind the commits, and what it cannot reach it tries again.
 */

import {
  type Bytes,
  base64,
  type Clock,
  fromUtf8,
  type Instant,
  instant,
  MINUTE,
  type OrganisationId,
  SECOND,
  type Verifier,
} from '@ketenkluis/base';
import {
  consistencyFromTiles,
  cosignedBy,
  formatNote,
  parseNote,
  readCheckpoint,
  verifyNote,
  type WitnessPolicy,
} from '@ketenkluis/ledger';
import { WITNESS_FAULTS, type WitnessFault, type witnessed as witnessedMessage } from '@ketenkluis/protocol';
import { isWitnessUrl, witnessPolicy } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Caller } from './auth.ts';
import { vaultError } from './errors.ts';
import type { PeopleStore } from './people.ts';
import { checkpointOf, consistencyTo } from './proofs.ts';
import type { Storage } from './storage/storage.ts';
import type { Vault } from './vault.ts';

export interface Witnesses {
  /** A log has grown, or a while has passed. Returns at once. */
  poke(log: string): void;
  /** A checkpoint of this log with the cosignatures under exactly that text. */
  cosigned(log: string, note: string): Promise<string>;
  /** What is kept of each witness that the practice of this log names. */
  kept(log: string): Promise<readonly Kept[]>;
  /** The moment that as many witnesses as the owners ask for signed for; 0 where fewer did, null where nobody is named. */
  told(log: string): Promise<Instant | null>;
  /** Per witness, for the worst log: lines without a cosignature; and the logs whose last post failed. */
  state(): Promise<readonly { readonly name: string; readonly behind: number; readonly failing: number }[]>;
  /**
   * Somebody waits until a quorum has confirmed a log of this size: posts at once to whoever answered last time, and answers when it is
   * so, when nothing more is under way, or after a second.
   */
  soon(log: string, size: number): Promise<void>;
  /** When no post is under way; what waits for its next try does not count. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}
interface Kept {
  readonly name: string;
  readonly note: string | null;
  readonly size: number;
  readonly fault: WitnessFault | null;
}
type Known = WitnessPolicy['witnesses'][number];
type Named = WitnessPolicy & { readonly id: string };

const ANSWER_TIME = 10 * SECOND;
const MAX_ANSWER = 64 * 1024;
/** Who waits for a quorum asks again after this. */
const SOON = SECOND;
/** Milliseconds before a post that failed is tried again, at the least. */
const LEAST_WAIT = 20;

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

/** Throws `vault/bad-config` for an address that is none. */
export function createWitnesses(parts: {
  readonly storage: Storage;
  readonly people: PeopleStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
  /** Addresses that may be posted to. */
  readonly allowed: readonly string[];
  /** Milliseconds between two posts of one log to one witness, and before the first new try; every further one waits twice as long. */
  readonly pause?: number | undefined;
}): Witnesses {
  const { storage, people, verifier, clock, pause = SECOND } = parts;
  for (const url of parts.allowed) {
    if (!isWitnessUrl(url))
      throw vaultError('bad-config', `the witness ${url} needs an https address without anything behind its path`);
  }
  const allowed = new Set(parts.allowed);
  const tasks = new Map<string, Task>();
  const practices = new Map<string, OrganisationId>();
  const read = new Map<string, Named>();
  /** The statement by which the kept notes of a log were last sifted. */
  const sifted = new Map<string, string>();
  /** The statement that counts now: what was posted under an earlier one says nothing any more. */
  const counts = new Map<string, string>();
  const poking = new Set<Promise<void>>();
  let stopped = false;

  async function practiceOf(log: string): Promise<OrganisationId | undefined> {
    const known = practices.get(log);
    if (known !== undefined) return known;
    const row = await storage.read((tx) =>
      tx.selectFrom('practice').select('practice').where('log', '=', log).executeTakeFirst(),
    );
    if (row) practices.set(log, row.practice);
    return row?.practice;
  }
  /** What the owners stated last; undefined where they named nobody. */
  async function namedOn(log: string): Promise<Named | undefined> {
    const practice = await practiceOf(log);
    const fact = practice === undefined ? undefined : (await people.of(practice))?.keys.witnesses;
    if (fact === undefined) return undefined;
    const known = read.get(log);
    if (known?.id === fact.id) return known;
    const named = { id: fact.id, ...witnessPolicy(fact) };
    read.set(log, named);
    return named;
  }

  const rowsOf = (log: string) =>
    storage.read((tx) => tx.selectFrom('cosigned').selectAll().where('log', '=', log).execute());
  const rowOf = async (log: string, name: string) => (await rowsOf(log)).find((row) => row.name === name);
  const keep = (log: string, name: string, change: { size?: number; note?: string; fault: WitnessFault | null }) =>
    storage.write(async (tx) => {
      await tx
        .insertInto('cosigned')
        .values({ log, name, size: 0, note: null, ...change })
        .onConflict((on) => on.columns(['log', 'name']).doUpdateSet(change))
        .execute();
    });
  /** Of a kept note what this witness signed with the keys that count now. */
  const signaturesIn = (witness: Known, note: string | null) =>
    note === null ? undefined : cosignedBy(parseNote(note), witness.keys);

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
  async function post(log: string, witness: Known, lag: number, named: string): Promise<WitnessFault | null> {
    const { checkpoint, size } = await storage.ledger.state(log);
    const row = await rowOf(log, witness.name);
    if (checkpoint === null) return null;
    const kept = signaturesIn(witness, row?.note ?? null);
    const young = kept !== undefined && clock() - kept.seconds * SECOND < lag / 2;
    if (row?.size === size && row.fault === null && young) return null;
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
        if (counts.get(log) === named) await keep(log, witness.name, { size, note, fault: null });
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

  function start(log: string, witness: Known, { id, lag }: Named, task: Task): void {
    task.dirty = false;
    task.busy = post(log, witness, lag, id)
      .then(async (fault) => {
        if (fault !== null && counts.get(log) === id) await keep(log, witness.name, { fault });
        return fault !== null;
      })
      // The store itself failed: nothing is lost, and it is tried again.
      .catch(() => true)
      .then((failed) => {
        task.busy = null;
        if (!failed) task.wait = 0;
        if (stopped || (!failed && !task.dirty)) return;
        if (failed) task.wait = Math.min(Math.max(task.wait * 2, pause, LEAST_WAIT), MINUTE);
        task.timer = setTimeout(
          () => {
            task.timer = null;
            // Whoever is named by then.
            poke(log);
          },
          failed ? task.wait : pause,
        );
        task.timer.unref();
      });
  }

  async function pokeNamed(log: string): Promise<void> {
    const named = await namedOn(log);
    if (named === undefined || stopped) return;
    const { id, witnesses } = named;
    if (sifted.get(log) !== id) {
      counts.set(log, id);
      const names = witnesses.map(({ name }) => name);
      await storage.write(async (tx) => {
        const of = tx.deleteFrom('cosigned').where('log', '=', log);
        await (names.length === 0 ? of : of.where('name', 'not in', names)).execute();
      });
      // Stays so until the owners name another address, or this vault is started anew.
      for (const { name, url } of witnesses) if (!allowed.has(url)) await keep(log, name, { fault: 'not-allowed' });
      // A witness whose address or keys changed is asked at once.
      for (const [key, { timer }] of tasks) {
        if (!key.endsWith(` ${log}`) || timer === null) continue;
        clearTimeout(timer);
        tasks.delete(key);
      }
      sifted.set(log, id);
    }
    for (const witness of witnesses) {
      if (!allowed.has(witness.url)) continue;
      const key = `${witness.name} ${log}`;
      const task = tasks.get(key) ?? { dirty: false, busy: null, timer: null, wait: 0 };
      tasks.set(key, task);
      if (task.busy !== null || task.timer !== null) task.dirty = true;
      else if (!stopped) start(log, witness, named, task);
    }
  }

  function poke(log: string): void {
    if (stopped) return;
    // Without the store nothing is lost: the next commit or minute asks again.
    const one = pokeNamed(log).catch(() => undefined);
    poking.add(one);
    one.finally(() => poking.delete(one));
  }

  async function keptOf(log: string): Promise<readonly Kept[]> {
    const rows = await rowsOf(log);
    return ((await namedOn(log))?.witnesses ?? []).map((witness): Kept => {
      const row = rows.find(({ name }) => name === witness.name);
      // Cosigned by keys that count no more.
      const note = signaturesIn(witness, row?.note ?? null) === undefined ? null : row!.note;
      const fault = WITNESS_FAULTS.find((one) => one === row?.fault) ?? null;
      const here = allowed.has(witness.url);
      return {
        ...{ name: witness.name, note, size: note === null ? 0 : readCheckpoint(note).size },
        fault: here ? fault : 'not-allowed',
      };
    });
  }

  return {
    poke,
    kept: keptOf,
    async soon(log, size) {
      const named = await namedOn(log);
      if (named === undefined || named.quorum < 1) return;
      const most = Math.min(size, (await storage.ledger.state(log)).size);
      let timer: ReturnType<typeof setTimeout> | undefined;
      const late = new Promise<true>((resolve) => {
        timer = setTimeout(() => resolve(true), SOON);
        timer.unref();
      });
      const short = async () => (await keptOf(log)).filter((one) => one.note === null || one.size < most);
      for (let left = await short(); !stopped; left = await short()) {
        if (named.witnesses.length - left.length >= named.quorum) break;
        // Who confirmed it already is asked nothing more.
        const waited = left.flatMap(({ name }) => tasks.get(`${name} ${log}`) ?? []);
        for (const task of waited) {
          // What waits because it failed goes on waiting.
          if (task.timer === null || task.wait > 0) continue;
          clearTimeout(task.timer);
          task.timer = null;
        }
        await pokeNamed(log);
        const busy = left.flatMap(({ name }) => tasks.get(`${name} ${log}`)?.busy ?? []);
        if (busy.length === 0 || (await Promise.race([...busy, late])) === true) break;
      }
      clearTimeout(timer);
    },
    async cosigned(log, note) {
      const { text, signatures } = parseNote(note);
      const more = [];
      const named = (await namedOn(log))?.witnesses ?? [];
      const rows = named.length === 0 ? [] : await rowsOf(log);
      for (const witness of named) {
        const kept = rows.find(({ name }) => name === witness.name)?.note ?? null;
        if (kept !== null && parseNote(kept).text === text)
          more.push(...(signaturesIn(witness, kept)?.signatures ?? []));
      }
      return formatNote({ text, signatures: [...signatures, ...more] });
    },
    async told(log) {
      const named = await namedOn(log);
      if (named === undefined || named.quorum === 0) return null;
      const rows = await rowsOf(log);
      const times = named.witnesses
        .map((one) => signaturesIn(one, rows.find(({ name }) => name === one.name)?.note ?? null)?.seconds ?? 0)
        .sort((a, b) => b - a);
      return instant((times[named.quorum - 1] ?? 0) * SECOND);
    },
    async state() {
      const [logs, rows] = await storage.read(async (tx) => [
        await tx.selectFrom('log').select(['log', 'size']).execute(),
        await tx.selectFrom('cosigned').selectAll().execute(),
      ]);
      const sizes = new Map(logs.map(({ log, size }) => [log, size]));
      return [...Map.groupBy(rows, ({ name }) => name)].map(([name, own]) => ({
        name,
        behind: Math.max(0, ...own.map(({ log, size }) => (sizes.get(log) ?? 0) - size)),
        failing: own.filter(({ fault }) => fault !== null).length,
      }));
    },
    async idle() {
      await Promise.all(poking);
      await Promise.all([...tasks.values()].map(({ busy }) => busy));
    },
    async stop() {
      stopped = true;
      await Promise.all(poking);
      for (const { timer } of tasks.values()) if (timer !== null) clearTimeout(timer);
      await Promise.all([...tasks.values()].map(({ busy }) => busy));
    },
  };
}

/** The newest checkpoint, and what each named witness said, each with its proof to that one. */
export async function witnessed(
  vault: Vault,
  { people: { log } }: Caller,
  { from, upto }: { readonly from?: number | undefined; readonly upto?: number | undefined },
): Promise<z.infer<typeof witnessedMessage>> {
  if (upto !== undefined) await vault.witnesses.soon(log, upto);
  // First what is kept: the checkpoint read after it is never the smaller one.
  const kept = await vault.witnesses.kept(log);
  const { note, size } = await checkpointOf(vault, log);
  return {
    checkpoint: note,
    consistency: await consistencyTo(vault, log, from, size),
    witnesses: await Promise.all(
      kept.map(async ({ name, note: own, size: upTo, fault }) => ({
        ...{ name, note: own, fault },
        proof: (await consistencyTo(vault, log, upTo, size)) ?? [],
      })),
    ),
  };
}
