/** A folder (or one file) as a source. Links that leave the folder are refused and named, never followed. */

import type { Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Rejection, SourceFile } from '@ketenkluis/fhir';
import { agentError } from '../errors.ts';
import type { Source } from './source.ts';

const CHUNK = 1024 * 1024;
/** The first look at a file is small: many files are put aside after it. */
const FIRST = 64 * 1024;
const OTHERS_READ = 0o044;

/** Buffers that no file is using now: fresh memory costs more than reading into it. */
const idle: Buffer[] = [];

/** Two buffers take turns: the disk fills one while the other is being looked at. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  const buffers = [idle.pop() ?? Buffer.allocUnsafe(CHUNK), idle.pop() ?? Buffer.allocUnsafe(CHUNK)] as const;
  let turn = 0;
  const fill = (buffer: Buffer, size = CHUNK) => file.read(buffer, 0, size, null);
  let pending = fill(buffers[0], FIRST);
  try {
    const first = await pending;
    if (first.bytesRead === 0) return;
    yield buffers[0].subarray(0, first.bytesRead);
    pending = fill(buffers[0]);
    for (;;) {
      const { bytesRead } = await pending;
      if (bytesRead === 0) return;
      const full = buffers[turn as 0 | 1];
      turn = 1 - turn;
      pending = fill(buffers[turn as 0 | 1]);
      yield full.subarray(0, bytesRead);
    }
  } finally {
    await pending.catch(() => undefined);
    if (idle.length < 4) idle.push(...buffers);
    await file.close();
  }
}

const slashed = (path: string): string => path.split(sep).join('/');

/**
 * Reads the names below `path`, sorted, sub-folders included; names that begin with a dot are left alone. Throws
 * `agent/no-source` when there is nothing at `path`.
 */
export async function folderSource(path: string): Promise<Source> {
  const root = await realpath(path).catch((cause) => {
    throw agentError('no-source', 'there is no folder or file of this name to read from', { cause });
  });
  const files: SourceFile[] = [];
  const findings: Rejection[] = [];
  const loose: string[] = [];
  let bytes = 0;
  const posix = process.platform !== 'win32';

  const add = async (full: string, name: string): Promise<void> => {
    const info = await stat(full).catch(() => undefined);
    if (info === undefined) {
      findings.push({ file: name, line: 0, code: 'unreadable' });
      return;
    }
    bytes += info.size;
    files.push({ name, open: () => chunksOf(full) });
  };

  const inside = (target: string): boolean => target === root || target.startsWith(root + sep);

  const visit = async (folder: string): Promise<void> => {
    const name = slashed(relative(root, folder));
    const mode = (await stat(folder)).mode;
    if (posix && (mode & OTHERS_READ) !== 0) loose.push(name === '' ? '.' : name);
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch {
      findings.push({ file: name, line: 0, code: 'unreadable' });
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.name.startsWith('.')) continue;
      const full = join(folder, entry.name);
      const own = slashed(relative(root, full));
      if (entry.isSymbolicLink()) {
        const target = await realpath(full).catch(() => undefined);
        // A link inside the folder leads to a file that is read under its own name.
        if (target === undefined || !inside(target)) findings.push({ file: own, line: 0, code: 'link-outside' });
      } else if (entry.isDirectory()) await visit(full);
      else if (entry.isFile()) await add(full, own);
      else findings.push({ file: own, line: 0, code: 'not-recognised' });
    }
  };

  const info = await stat(root);
  if (info.isDirectory()) await visit(root);
  else await add(root, slashed(relative(join(root, '..'), root)));
  return { files, findings, loose, bytes, close: () => Promise.resolve() };
}
