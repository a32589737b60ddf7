/** What reading any file has in common: the record and its checks, whatever the file's layout. */

import type { Format } from './detect.ts';
import { R4_TYPES } from './r4-types.ts';
import { idOfFullUrl, isResourceId, ReferenceIndex } from './references.ts';
import { isNotice, type Rejection, type RejectionCode } from './reject.ts';
import type { OtherResource, Resource } from './resource.ts';
import { isNarrowType, leaves, shapeFault } from './shape.ts';
import { stu3Sign } from './version.ts';

export interface SourceFile {
  /** Path inside the source, with forward slashes. */
  readonly name: string;
  /** Opens it from the start, each time anew. A chunk may be overwritten once the next is asked for. */
  open(): AsyncIterable<Uint8Array>;
}

export interface FhirRecord {
  readonly type: string;
  readonly file: string;
  readonly line: number;
  /** Place among the lines, rows or entries of the file, from 1; the same in every reading. */
  readonly ordinal: number;
  /** Of the promised shape when the type is in `resource.ts`. */
  readonly resource: Resource | OtherResource;
  /** JSON scalar leaves, null included. */
  readonly leaves: number;
  /** Of a Bundle entry. */
  readonly fullUrl?: string;
}

export interface ReadHandler {
  /** Types that are parsed; all when absent. A line is judged by the first member of its object. */
  wants?(type: string): boolean;
  /**
   * May `text[from..to)`, one line of a wanted type, be left unparsed? Asked only for lines without a backslash, so that
   * no escape can hide a code or an id.
   */
  skip?(text: string, from: number, to: number, type: string): boolean;
  /** Is what stands at this place known from an earlier reading, and not wanted? */
  known?(ordinal: number): boolean;
  /**
   * May all the lines of `text` be left unparsed? Asked before any of them, only for a text without a backslash.
   */
  skipBlock?(text: string): boolean;
  /** Asked between blocks: the rest of the file is left unread when this answers true. */
  stop?(): boolean;
  /** A record of a wanted type, or a fault, stands at this place. */
  parsed?(ordinal: number): void;
  record(record: FhirRecord): void;
  reject(rejection: Rejection): void;
  /** Puts literal references in place of fullUrls and conditional ones. */
  readonly references?: ReferenceIndex;
}

export interface FileReading {
  readonly format: Format;
  /** Lines, rows or entries that hold something. */
  readonly records: number;
  /** The whole file was left out. */
  readonly refused?: RejectionCode;
}

/** A shorter text cannot be nested so deep that parsing it hurts. */
const DEEP_TEXT = 1_000_000;
const QUOTE = 0x22;

function nestedTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (inString) {
      if (char === 0x5c) at++;
      else if (char === QUOTE) inString = false;
    } else if (char === QUOTE) inString = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > 1000) return true;
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
  return false;
}

/** One reading of one file: what is common to lines, entries and documents. */
export class Reading {
  readonly file: string;
  readonly handler: ReadHandler;
  records = 0;
  /** Records handed over. */
  accepted = 0;
  refused: RejectionCode | undefined;

  constructor(file: string, handler: ReadHandler) {
    this.file = file;
    this.handler = handler;
  }

  reject(code: RejectionCode, line: number, field?: string): void {
    if (!isNotice(code) && this.records > 0) this.handler.parsed?.(this.records);
    this.handler.reject({ file: this.file, line, code, ...(field === undefined ? {} : { field }) });
  }

  refuse(code: RejectionCode, line: number): void {
    if (this.refused !== undefined) return;
    this.refused = code;
    this.reject(code, line);
  }

  /** `type` is what the text names first, where that is known. */
  text(text: string, line: number, type: string | undefined, open = false): void {
    if (this.refused !== undefined) return;
    const value = this.parse(text, line, open);
    if (value !== undefined) this.resource(value, text, line, type);
  }

  /** The value, or undefined after naming the fault. */
  parse(text: string, line: number, open: boolean): unknown {
    if (text.length > DEEP_TEXT && nestedTooDeep(text)) {
      this.reject('too-deep', line);
      return undefined;
    }
    try {
      return JSON.parse(text);
    } catch {
      this.reject(open ? 'truncated' : 'broken-json', line);
      return undefined;
    }
  }

  resource(value: unknown, text: string, line: number, named?: string, fullUrl?: string): void {
    if (this.refused !== undefined) return;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      this.reject('not-an-object', line);
      return;
    }
    const fields = value as Record<string, unknown>;
    const type = fields.resourceType;
    if (typeof type !== 'string') {
      this.reject('no-type', line);
      return;
    }
    if (named !== undefined && named !== type) {
      this.reject('duplicate-key', line);
      return;
    }
    if (type === 'Bundle' && Array.isArray(fields.entry)) {
      this.bundle(fields, text, line);
      return;
    }
    const old = stu3Sign(fields, text);
    if (old !== undefined) {
      // A file that begins so is STU3 as a whole; a stray record in an R4 file is left out alone.
      if (old === 'sure' && this.accepted === 0) this.refuse('stu3', line);
      else this.reject('stu3', line);
      return;
    }
    if (!R4_TYPES.has(type)) {
      this.reject('unknown-type', line);
      return;
    }
    if (this.handler.wants?.(type) === false) return;
    this.handler.parsed?.(this.records);
    const count = leaves(fields);
    if (typeof count === 'string') {
      this.reject(count, line);
      return;
    }
    if (fields.id === undefined && fullUrl !== undefined) fields.id = idOfFullUrl(fullUrl);
    if (isNarrowType(type)) {
      const fault = shapeFault(type, fields);
      if (fault !== undefined) {
        this.reject(fault.code, line, fault.field);
        return;
      }
      if (!isResourceId(fields.id)) {
        this.reject('no-id', line);
        return;
      }
    }
    if (this.handler.references !== undefined) this.handler.references.rewrite(fields);
    this.accepted++;
    this.handler.record({
      type,
      file: this.file,
      line,
      ordinal: this.records,
      resource: fields as OtherResource,
      leaves: count,
      ...(fullUrl === undefined ? {} : { fullUrl }),
    });
  }

  /** A Bundle on one line: every entry has the line of the Bundle. */
  bundle(bundle: Record<string, unknown>, text: string, line: number): void {
    const index = new ReferenceIndex();
    for (const entry of bundle.entry as unknown[]) index.addEntry(entry);
    index.rewrite(bundle);
    for (const [i, entry] of (bundle.entry as unknown[]).entries()) {
      if (i > 0) {
        this.records++;
      }
      this.entry(entry, text, line);
    }
  }

  /** `named` is the type that the text of the entry names first, where that is known. */
  entry(entry: unknown, text: string, line: number, named?: string): void {
    if (typeof entry !== 'object' || entry === null) {
      this.reject('not-an-object', line);
      return;
    }
    const { resource, fullUrl } = entry as { resource?: unknown; fullUrl?: unknown };
    // An entry without a resource (a DELETE, an answer) says nothing about a patient.
    if (resource === undefined) return;
    this.resource(resource, text, line, named, typeof fullUrl === 'string' ? fullUrl : undefined);
  }

  result(format: Format): FileReading {
    const { records, refused } = this;
    return { format, records, ...(refused === undefined ? {} : { refused }) };
  }
}
