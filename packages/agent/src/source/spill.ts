/**
 * Working space on disk for what does not fit in memory: blocks under AES-256-GCM with a key that exists only in this
 * process and is gone with it. Each block is bound to its place, so that blocks cannot be swapped. Nothing in clear is
 * ever written, and the file has no name: it is gone with the process, however that ends.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TAG = 16;
const BLOCK = 64 * 1024;

/** One append-only file of sealed blocks; a block is read back by the number that `append` gave. */
export class SealedFile {
  readonly #folder: string;
  readonly #descriptor: number;
  readonly #key = randomBytes(32);
  readonly #offsets: number[] = [];
  #end = 0;
  #open = true;

  constructor(parent = tmpdir()) {
    this.#folder = mkdtempSync(join(parent, 'ketenkluis-'));
    this.#descriptor = openSync(join(this.#folder, 'spill'), 'wx+', 0o600);
    // Without a name the file is gone with the process, whatever ends it. Windows cannot do this to an open file.
    if (process.platform !== 'win32') rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The block number is the nonce: the key is used for this file only, and each number once. */
  #nonce(block: number): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(block, 8);
    return nonce;
  }

  append(plain: Uint8Array): number {
    const block = this.#offsets.length;
    const cipher = createCipheriv('aes-256-gcm', this.#key, this.#nonce(block));
    const body = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    writeSync(this.#descriptor, body, 0, body.length, this.#end);
    this.#offsets.push(this.#end);
    this.#end += body.length;
    return block;
  }

  read(block: number): Buffer {
    const from = this.#offsets[block]!;
    const body = Buffer.allocUnsafe((this.#offsets[block + 1] ?? this.#end) - from);
    readSync(this.#descriptor, body, 0, body.length, from);
    const decipher = createDecipheriv('aes-256-gcm', this.#key, this.#nonce(block));
    decipher.setAuthTag(body.subarray(body.length - TAG));
    return Buffer.concat([decipher.update(body.subarray(0, body.length - TAG)), decipher.final()]);
  }

  /** Forgets the key and removes the file; safe to call twice. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#key.fill(0);
    closeSync(this.#descriptor);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

interface Part {
  blocks: number[];
  lines: string[];
  size: number;
}

/**
 * Values by key, appended in any order and handed back key by key. Keys are spread over parts by hash; only one part at
 * a time is in memory, so memory stays the same for a practice ten times the size.
 */
export class Spill<T> {
  readonly #file: SealedFile;
  readonly #parts: Part[];

  constructor(options: { readonly parts?: number; readonly folder?: string } = {}) {
    this.#file = new SealedFile(options.folder);
    this.#parts = Array.from({ length: options.parts ?? 64 }, () => ({ blocks: [], lines: [], size: 0 }));
  }

  #part(key: string): Part {
    let hash = 0;
    for (let i = 0; i < key.length; i++) hash = (Math.imul(hash, 31) + key.charCodeAt(i)) | 0;
    return this.#parts[(hash >>> 0) % this.#parts.length]!;
  }

  #flush(part: Part): void {
    if (part.lines.length === 0) return;
    part.blocks.push(this.#file.append(Buffer.from(part.lines.join('\n'))));
    part.lines = [];
    part.size = 0;
  }

  append(key: string, value: T): void {
    const part = this.#part(key);
    const line = JSON.stringify([key, value]);
    part.lines.push(line);
    part.size += line.length;
    if (part.size >= BLOCK) this.#flush(part);
  }

  /** Each key once, its values in the order in which they came. */
  *groups(): Generator<readonly [key: string, values: readonly T[]]> {
    for (const part of this.#parts) {
      this.#flush(part);
      const groups = new Map<string, T[]>();
      for (const block of part.blocks) {
        for (const line of this.#file.read(block).toString().split('\n')) {
          const [key, value] = JSON.parse(line) as [string, T];
          const group = groups.get(key);
          if (group === undefined) groups.set(key, [value]);
          else group.push(value);
        }
      }
      yield* groups;
    }
  }

  close(): void {
    this.#file.close();
  }
}
