/** What a file is, by its first bytes and not by its name. */

export type Format = 'ndjson' | 'document' | 'csv' | 'empty' | 'xml' | 'compressed' | 'not-utf8' | 'not-recognised';

const decoder = new TextDecoder('utf-8');
const BOM = [0xef, 0xbb, 0xbf];

export const hasBom = (head: Uint8Array): boolean => BOM.every((byte, i) => head[i] === byte);

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

function jsonFormat(text: string, whole: boolean): Format {
  const end = text.indexOf('\n');
  const first = (end < 0 ? text : text.slice(0, end)).trim();
  const next = end < 0 ? '' : text.slice(end + 1).trimStart();
  if (isObjectText(first))
    return /^\{[^{}[\]]*"resourceType"\s*:\s*"Bundle"/.test(first) && next === '' ? 'document' : 'ndjson';
  // Not whole: a Bundle or a pretty-printed resource, unless further lines start records of their own.
  if (end < 0) {
    if (/^\{[^{}[\]]*"resourceType"\s*:\s*"Bundle"/.test(first)) return 'document';
    return whole || /^\{\s*"resourceType"/.test(first) ? 'ndjson' : 'document';
  }
  if (first.length > 1 && first.startsWith('{') && (first.endsWith('}') || /^\{\s*"/.test(next))) return 'ndjson';
  return 'document';
}

/**
 * `head` is the beginning of the file (64 KiB or more if there is more), `whole` that it is all of it. CSV is
 * recognised by the caller's `isHeader` on the first line.
 */
export function detectFormat(head: Uint8Array, whole: boolean, isHeader: (line: string) => boolean): Format {
  const start = hasBom(head) ? 3 : 0;
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return 'not-utf8';
  if ((head[0] === 0x1f && head[1] === 0x8b) || (head[0] === 0x50 && head[1] === 0x4b && (head[2] ?? 0) < 9))
    return 'compressed';
  const text = decoder.decode(head.subarray(start)).trimStart();
  if (text === '') return whole ? 'empty' : 'not-recognised';
  if (text.startsWith('<')) return 'xml';
  if (text.startsWith('{')) return jsonFormat(text, whole);
  const line = text.slice(0, text.search(/[\r\n]|$/));
  if (isHeader(line)) return 'csv';
  // A broken first line does not make the other lines unreadable.
  return /\n\s*\{\s*"resourceType"/.test(text) ? 'ndjson' : 'not-recognised';
}
