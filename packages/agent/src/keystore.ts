/**
 * Where the key of the agent's state lives: the operating system's key store where there is one (Secret Service on Linux),
 * else a file that only this user may read. Which of the two is said plainly, never assumed.
 */

import { execFile } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bytes, base64url, fromBase64url, type Random } from '@ketenkluis/base';
import { agentError } from './errors.ts';
import { readIfThere, writeAtomic } from './files.ts';

export const KEY_BYTES = 32;

export interface KeyStore {
  /** `os` is the operating system's store; `file` a 0600 file beside the state. */
  readonly kind: 'os' | 'file';
  /** What to tell the practice, one sentence. */
  readonly sentence: string;
  get(): Promise<Bytes | null>;
  put(key: Bytes): Promise<void>;
}

export const KEY_FILE = 'agent.key';

/** Readable by this user alone; a file that others can read is refused with the command that mends it. */
export function fileKeyStore(stateDir: string): KeyStore {
  const path = join(stateDir, KEY_FILE);
  return {
    kind: 'file',
    sentence: `No key store of the operating system was found: the state key stands in ${path}, readable by this user alone. Who copies this whole disk has both.`,
    async get() {
      const bytes = await readIfThere(path);
      if (bytes === null) return null;
      if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0) {
        throw agentError('key-missing', `others can read the state key: type chmod 600 ${path} and sync again`);
      }
      if (bytes.length !== KEY_BYTES) throw agentError('key-missing', `${path} is no state key`);
      return bytes;
    },
    async put(key) {
      await writeAtomic(path, key);
      await chmod(path, 0o600);
    },
  };
}

/** Runs a program without a shell; secrets go in by standard input, never as an argument that `ps` shows. */
export type RunTool = (program: string, args: readonly string[], input?: string) => Promise<string>;

const runTool: RunTool = (program, args, input) =>
  new Promise((done, failed) => {
    const child = execFile(program, [...args], { timeout: 5000 }, (error, stdout) =>
      error ? failed(error) : done(stdout),
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input ?? '');
  });

/** The Secret Service (libsecret's `secret-tool`); null unless it keeps a probe and gives it back. */
export async function secretService(name: string, run: RunTool = runTool): Promise<KeyStore | null> {
  const attributes = (what: string) => ['application', 'ketenkluis', what, name];
  const lookup = (what: string) =>
    run('secret-tool', ['lookup', ...attributes(what)]).then(
      (text) => text.trim(),
      () => '',
    );
  const store = (what: string, value: string) =>
    run('secret-tool', ['store', '--label=Ketenkluis agent', ...attributes(what)], value);
  if ((await lookup('state')) === '') {
    try {
      await store('probe', 'probe');
      if ((await lookup('probe')) !== 'probe') return null;
      await run('secret-tool', ['clear', ...attributes('probe')]);
    } catch {
      return null;
    }
  }
  return {
    kind: 'os',
    sentence: "The state key stands in this user's key store (Secret Service).",
    async get() {
      const text = await lookup('state');
      return text === '' ? null : fromBase64url(text);
    },
    async put(key) {
      await store('state', base64url(key));
    },
  };
}

/**
 * The store for this machine. A state that began in a file stays in it, so that a key store which appears later is no surprise.
 * Throws nothing when there is no key store: the file is the answer.
 */
export async function findKeyStore(stateDir: string, name: string, run: RunTool = runTool): Promise<KeyStore> {
  const file = fileKeyStore(stateDir);
  if ((await readIfThere(join(stateDir, KEY_FILE))) !== null) return file;
  return (process.platform === 'linux' ? await secretService(name, run) : null) ?? file;
}

/** The key that is there, or a new one when `create`. Throws `agent/key-missing`. */
export async function stateKey(store: KeyStore, create: Random | null): Promise<Bytes> {
  const key = await store.get();
  if (key !== null) return key;
  if (create === null) {
    throw agentError(
      'key-missing',
      'the key of this state is not on this machine; restore the register from its sealed copy',
    );
  }
  const fresh = create(KEY_BYTES);
  await store.put(fresh);
  return fresh;
}
