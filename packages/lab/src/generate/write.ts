/** The practice as files: folder 0700, files 0600, one NDJSON file per resource type (Bulk Data layout). */

import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generateCsv } from './csv.ts';
import { type GenerateOptions, generatePractice } from './practice.ts';
import type { Truth } from './truth.ts';

export interface WriteOptions extends GenerateOptions {
  /** Folder for the files; made when it is not there, existing files of the same names are replaced. */
  readonly out: string;
  /** File for the expected counts; better not inside `out`, which is what the practice had. */
  readonly truth?: string;
  /** Default `fhir`. */
  readonly format?: 'fhir' | 'csv';
}

const CHUNK = 1 << 20;

interface OpenFile {
  readonly handle: number;
  waiting: string[];
  size: number;
}

const flush = (file: OpenFile): void => {
  if (file.waiting.length > 0) writeFileSync(file.handle, file.waiting.join(''));
  file.waiting = [];
  file.size = 0;
};

/** Writes at most about a MiB at a time per file; throws what the file system throws. */
export function lineFiles(folder: string): { write(name: string, line: string): void; close(): string[] } {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, OpenFile>();
  return {
    write(name, line) {
      let file = files.get(name);
      if (file === undefined) {
        const handle = openSync(join(folder, name), 'w', 0o600);
        // A file that was there already kept its own mode.
        fchmodSync(handle, 0o600);
        file = { handle, waiting: [], size: 0 };
        files.set(name, file);
      }
      file.waiting.push(line, '\n');
      file.size += line.length + 1;
      if (file.size >= CHUNK) flush(file);
    },
    close() {
      for (const file of files.values()) {
        flush(file);
        closeSync(file.handle);
      }
      return [...files.keys()].sort();
    },
  };
}

/** Stable JSON of the truth, one canary per line so that two runs can be compared by eye. */
export function truthText(truth: Truth): string {
  const { canaries, ...counts } = truth;
  const head = JSON.stringify(counts, null, 2).slice(0, -2);
  return `${head},\n  "canaries": [\n    ${canaries.map((one) => JSON.stringify(one)).join(',\n    ')}\n  ]\n}\n`;
}

/** Generates and writes; returns the truth and the names of the files in `out`. */
export function writePractice(options: WriteOptions): { readonly truth: Truth; readonly files: readonly string[] } {
  const sink = lineFiles(options.out);
  let files: string[] = [];
  let truth: Truth;
  try {
    truth =
      options.format === 'csv'
        ? generateCsv(options, (table, line) => sink.write(`${table}.csv`, line))
        : generatePractice(options, (type, line) => sink.write(`${type}.ndjson`, line));
  } finally {
    files = sink.close();
  }
  if (options.truth !== undefined) {
    mkdirSync(dirname(options.truth), { recursive: true });
    writeFileSync(options.truth, truthText(truth), { mode: 0o600 });
    chmodSync(options.truth, 0o600);
  }
  return { truth, files };
}
