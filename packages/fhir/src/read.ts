/**
 * Reads one file of a source: R4 NDJSON (Bulk Data layout, types mixed or not), Bundles of any size, single resources,
 * and the documented CSV. Each record or fault is handed over as it is met; memory does not grow with the file.
 * The rules are `docs/spec/source.md`.
 */

import { isCsvHeader, readCsv } from './csv.ts';
import { detectFormat, type Format, hasBom } from './detect.ts';
import { splitDocuments } from './document.ts';
import { decode, forEachBlock } from './lines.ts';
import { TypeProbe } from './probe.ts';
import { type FileReading, type ReadHandler, Reading, type SourceFile } from './reading.ts';

const LF = 10;
const CR = 13;
const HEAD = 64 * 1024;

const BLANK = /^[ \t\r]*$/;

async function readLines(chunks: AsyncIterable<Uint8Array>, reading: Reading): Promise<void> {
  const { handler } = reading;
  const probe = new TypeProbe();
  let noted = false;

  /**
   * Counts the lines of a block without decoding them, when each names its type plainly and is unwanted (or `skippable`);
   * undefined as soon as one is not.
   */
  const passOver = (bytes: Uint8Array, skippable: boolean): number | undefined => {
    if (handler.wants === undefined) return undefined;
    let count = 0;
    for (let from = 0; from < bytes.length; ) {
      const type = probe.inBytes(bytes, from);
      if (type === undefined || type === 'Bundle') return undefined;
      if (handler.wants(type) && !skippable) return undefined;
      count++;
      const to = bytes.indexOf(LF, from);
      if (to < 0) break;
      from = to + 1;
    }
    reading.records += count;
    return count;
  };

  const lines = (text: string, firstLine: number, open: boolean): number => {
    let from = 0;
    let count = 0;
    let backslash = text.indexOf('\\');
    while (from < text.length) {
      let to = text.indexOf('\n', from);
      const isOpen = to < 0;
      if (isOpen) to = text.length;
      const line = firstLine + count++;
      if (!noted) {
        noted = true;
        if (text.charCodeAt(to - 1) === CR) reading.reject('crlf', line);
      }
      const type = probe.inText(text, from);
      while (backslash >= 0 && backslash < from) backslash = text.indexOf('\\', from);
      const escaped = backslash >= 0 && backslash < to;
      if (type === undefined && BLANK.test(text.slice(from, to))) {
        from = to + 1;
        continue;
      }
      reading.records++;
      if (handler.known?.(reading.records) === true) {
        from = to + 1;
        continue;
      }
      // What a Bundle holds is only known by its entries.
      const plain = type !== undefined && type !== 'Bundle';
      const unwanted = plain && handler.wants?.(type) === false;
      const skipped = unwanted || (plain && !escaped && handler.skip?.(text, from, to, type) === true);
      if (!skipped) reading.text(text.slice(from, to), line, type, open && isOpen);
      from = to + 1;
    }
    return count;
  };

  await forEachBlock(
    chunks,
    ({ bytes, line, open }) => {
      if (reading.refused !== undefined) return 0;
      const skipped = passOver(bytes, false);
      if (skipped !== undefined) return skipped;
      const text = decode(bytes);
      if (text !== undefined) {
        const skippable = handler.skipBlock !== undefined && noted && !text.includes('\\');
        const passed = skippable && handler.skipBlock?.(text) === true ? passOver(bytes, true) : undefined;
        return passed ?? lines(text, line, open);
      }
      // Some line is not UTF-8: name it, and read the others.
      let count = 0;
      for (let from = 0; from < bytes.length; ) {
        const end = bytes.indexOf(LF, from);
        const to = end < 0 ? bytes.length : end + 1;
        const one = decode(bytes.subarray(from, to));
        if (one === undefined) reading.reject('not-utf8', line + count);
        else lines(one, line + count, open && end < 0);
        count++;
        from = to;
      }
      return count;
    },
    (line) => reading.reject('line-too-long', line),
    () => reading.refused !== undefined || handler.stop?.() === true,
  );
}

/** The type that an entry names first, when nothing but its fullUrl stands before the resource. */
const ENTRY_TYPE =
  /^\s*\{\s*(?:"fullUrl"\s*:\s*"[^"\\]*"\s*,\s*)?"resource"\s*:\s*\{\s*"resourceType"\s*:\s*"([A-Za-z]+)"/;

async function readDocument(chunks: AsyncIterable<Uint8Array>, reading: Reading): Promise<void> {
  const textOf = (bytes: Uint8Array, line: number): string | undefined => {
    const text = decode(bytes);
    if (text === undefined) reading.reject('not-utf8', line);
    return text;
  };
  await splitDocuments(chunks, {
    entry(bytes, line) {
      if (reading.refused !== undefined) return;
      reading.records++;
      const text = textOf(bytes, line);
      if (text === undefined) return;
      const named = ENTRY_TYPE.exec(text)?.[1];
      if (named !== undefined && named !== 'Bundle' && reading.handler.wants?.(named) === false) return;
      const value = reading.parse(text, line, false);
      if (value !== undefined) reading.entry(value, text, line, named);
    },
    rest(bytes, line, entries) {
      // The shell of a Bundle whose entries were read one by one.
      if (entries > 0) return;
      reading.records++;
      const text = textOf(bytes, line);
      if (text !== undefined) reading.text(text, line, undefined);
    },
    tooLong: (line) => reading.reject('line-too-long', line),
    truncated: (line) => reading.reject('truncated', line),
    broken: (line) => reading.reject('broken-json', line),
  });
}

/** The first bytes of a stream, whether they are all, and a stream that gives everything from after the byte order mark. */
async function peek(stream: AsyncIterable<Uint8Array>) {
  const chunks = stream[Symbol.asyncIterator]();
  const first = await chunks.next();
  let whole = first.done === true;
  let head: Uint8Array = first.done === true ? new Uint8Array(0) : first.value;
  while (head.length < HEAD && !whole) {
    // What was given so far may be overwritten by the next chunk.
    const before = new Uint8Array(head);
    const next = await chunks.next();
    if (next.done === true) {
      whole = true;
      head = before;
    } else {
      head = new Uint8Array(before.length + next.value.length);
      head.set(before);
      head.set(next.value, before.length);
    }
  }
  async function* content(): AsyncGenerator<Uint8Array> {
    yield hasBom(head) ? head.subarray(3) : head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  }
  return { head, whole, content, close: () => chunks.return?.() };
}

/**
 * Reads a file from the start. Faults are handed to `handler.reject` and never thrown; what `open` or the handler
 * throws comes through.
 */
export async function readFile(file: SourceFile, handler: ReadHandler): Promise<FileReading> {
  const { head, whole, content, close } = await peek(file.open());
  try {
    return await readAs(
      detectFormat(head, whole, isCsvHeader),
      content(),
      hasBom(head),
      new Reading(file.name, handler),
    );
  } finally {
    // Whatever was read of it: the file is let go of now, not when memory is next cleaned up.
    await close();
  }
}

async function readAs(
  format: Format,
  content: AsyncIterable<Uint8Array>,
  bom: boolean,
  reading: Reading,
): Promise<FileReading> {
  switch (format) {
    case 'ndjson':
    case 'document':
      if (bom) reading.reject('bom', 1);
      if (format === 'ndjson') await readLines(content, reading);
      else await readDocument(content, reading);
      break;
    case 'csv':
      await readCsv(content, {
        row(resource, line) {
          reading.records++;
          reading.resource(resource, '', line);
        },
        reject: (code, line, field) => reading.reject(code, line, field),
        refuse: (code, line) => reading.refuse(code, line),
      });
      break;
    case 'empty':
      break;
    default:
      reading.refuse(format, 0);
  }
  return reading.result(format);
}
