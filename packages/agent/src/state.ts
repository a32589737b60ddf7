/**
 * The agent's state on disk (docs/spec/register.md): the register, encrypted and replaced whole, and a journal of what a running
 * sync is about to send. A lost journal costs work, never truth: what is not in it is read from the vault and sealed again.
 */

import { createCipheriv, createDecipheriv } from 'node:crypto';
import { appendFile, open, rm, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Bytes, concat, fromUtf8, type Random, readU32, u32, utf8 } from '@ketenkluis/base';
import { agentError } from './errors.ts';
import { ownFolder, readIfThere, sweepTemporary, writeAtomic } from './files.ts';
import { findKeyStore, type KeyStore, stateKey } from './keystore.ts';
import { type Register, register } from './register.ts';

const REGISTER_FILE = 'register.kkrg';
const JOURNAL_FILE = 'journal.kkrj';
const LOCK_FILE = 'agent.lock';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const REGISTER_HEAD = concat(utf8('KKRG'), Uint8Array.of(1));
const JOURNAL_HEAD = concat(utf8('KKRJ'), Uint8Array.of(1));

/** AES-256-GCM: head, nonce, ciphertext, tag; the head is also the additional data. */
function sealWith(key: Bytes, head: Uint8Array, plain: Uint8Array, random: Random): Bytes {
  const nonce = random(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
  return concat(head, nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

function openWith(key: Bytes, head: Uint8Array, bytes: Uint8Array): Bytes {
  if (bytes.length < head.length + NONCE_BYTES + TAG_BYTES || !head.every((byte, i) => byte === bytes[i])) {
    throw agentError('bad-register', 'this file is of another kind');
  }
  const nonce = bytes.subarray(head.length, head.length + NONCE_BYTES);
  const opener = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES }).setAAD(head);
  opener.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  const sealed = bytes.subarray(head.length + NONCE_BYTES, bytes.length - TAG_BYTES);
  return concat(opener.update(sealed), opener.final());
}

/** One agent at a time on one state folder. */
export interface AgentState {
  readonly dir: string;
  readonly keyStore: KeyStore;
  readonly register: Register;
  /** Replaces the register on disk and drops the journal: what its records said is in the register now. */
  save(): Promise<void>;
  /** Adds one record for this sync; not forced to disk, see above. */
  note(record: unknown): Promise<void>;
  /** What the journal held when the state was opened. */
  readonly journal: readonly unknown[];
  close(): Promise<void>;
}

async function lock(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, LOCK_FILE);
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(String(process.pid));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const holder = Number(fromUtf8((await readIfThere(path)) ?? utf8('0')));
      if (attempt > 0 || alive(holder)) {
        throw agentError('busy', `another agent (process ${holder}) works on ${dir}; wait until it is done`);
      }
      // Its holder was killed.
      await rm(path, { force: true });
    }
  }
}

function alive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

export interface StateOptions {
  readonly dir: string;
  readonly random: Random;
  readonly keyStore?: KeyStore;
}

/** Makes a new state. Throws `agent/already-initialised` when one is there. */
export async function createState(options: StateOptions, first: Register): Promise<AgentState> {
  await ownFolder(options.dir);
  if ((await readIfThere(join(options.dir, REGISTER_FILE))) !== null) {
    throw agentError('already-initialised', `${options.dir} holds a register already; choose another folder`);
  }
  const keyStore = options.keyStore ?? (await findKeyStore(options.dir, resolve(options.dir)));
  return await started(options, keyStore, await stateKey(keyStore, options.random), first, []);
}

/** Throws `agent/not-initialised`, `agent/key-missing`, `agent/bad-register` or `agent/busy`. */
export async function openState(options: StateOptions): Promise<AgentState> {
  await sweepTemporary(options.dir);
  const bytes = await readIfThere(join(options.dir, REGISTER_FILE));
  if (bytes === null)
    throw agentError('not-initialised', `${options.dir} holds no register; run ketenkluis init first`);
  const keyStore = options.keyStore ?? (await findKeyStore(options.dir, resolve(options.dir)));
  const key = await stateKey(keyStore, null);
  let found: Register;
  try {
    found = register.parse(JSON.parse(fromUtf8(openWith(key, REGISTER_HEAD, bytes))));
  } catch (cause) {
    throw agentError('bad-register', `the register in ${options.dir} does not open; put back its sealed copy`, {
      cause,
    });
  }
  return await started(options, keyStore, key, found, await readJournal(options.dir, key, found.number));
}

/** Records up to the first that is cut off or belongs to another register; what follows is taken off. */
async function readJournal(dir: string, key: Bytes, number: number): Promise<unknown[]> {
  const path = join(dir, JOURNAL_FILE);
  const bytes = await readIfThere(path);
  const records: unknown[] = [];
  if (bytes === null) return records;
  let offset = 0;
  while (offset + 4 <= bytes.length) {
    const length = readU32(bytes, offset);
    const sealed = bytes.slice(offset + 4, offset + 4 + length);
    if (sealed.length < length) break;
    try {
      const head = concat(JOURNAL_HEAD, u32(number), u32(records.length));
      records.push(JSON.parse(fromUtf8(openWith(key, head, sealed))));
    } catch {
      break;
    }
    offset += 4 + length;
  }
  if (offset < bytes.length) await truncate(path, offset);
  return records;
}

async function started(
  options: StateOptions,
  keyStore: KeyStore,
  key: Bytes,
  current: Register,
  journal: readonly unknown[],
): Promise<AgentState> {
  await ownFolder(options.dir);
  const unlock = await lock(options.dir);
  const journalPath = join(options.dir, JOURNAL_FILE);
  let records = journal.length;
  let writing: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const next = writing.then(work);
    writing = next.catch(() => undefined);
    return next;
  };
  return {
    dir: options.dir,
    keyStore,
    register: current,
    journal,
    save: () =>
      inTurn(async () => {
        current.number += 1;
        const plain = utf8(JSON.stringify(current));
        await writeAtomic(join(options.dir, REGISTER_FILE), sealWith(key, REGISTER_HEAD, plain, options.random));
        // The number in each record's frame makes records of an older register unreadable, so the order is safe.
        await rm(journalPath, { force: true });
        records = 0;
      }),
    note: (record) =>
      inTurn(async () => {
        const head = concat(JOURNAL_HEAD, u32(current.number), u32(records));
        const sealed = sealWith(key, head, utf8(JSON.stringify(record)), options.random);
        await appendFile(journalPath, concat(u32(sealed.length), sealed), { mode: 0o600 });
        records += 1;
      }),
    close: () => inTurn(unlock),
  };
}
