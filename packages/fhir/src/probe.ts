/** Which type a line of NDJSON names first, without parsing it. */

const PREFIX = '{"resourceType":"';
const PREFIX_BYTES = [...PREFIX].map((char) => char.charCodeAt(0));
const FIRST_MEMBER = /[ \t\r]*\{[ \t\r]*"resourceType"[ \t\r]*:[ \t\r]*"([A-Za-z]+)"/y;
const QUOTE = 0x22;

/** Nothing else may stand in a name that is taken at its word: an escape could spell another one. */
const isLetter = (byte: number | undefined): boolean => byte !== undefined && (byte | 32) >= 97 && (byte | 32) <= 122;

/** Remembers the last type seen, because a file mostly holds one. */
export class TypeProbe {
  #type = 'Patient';
  #text = `${PREFIX}Patient"`;
  #bytes = [...this.#text].map((char) => char.charCodeAt(0));

  #remember(type: string): void {
    this.#type = type;
    this.#text = `${PREFIX}${type}"`;
    this.#bytes = [...this.#text].map((char) => char.charCodeAt(0));
  }

  /** The type named first in the line at `from`; undefined when it cannot be told without parsing. */
  inText(text: string, from: number): string | undefined {
    if (text.startsWith(this.#text, from)) return this.#type;
    FIRST_MEMBER.lastIndex = from;
    const match = FIRST_MEMBER.exec(text);
    if (match === null) return undefined;
    this.#remember(match[1]!);
    return match[1];
  }

  /** The same for bytes in the compact spelling only. */
  inBytes(bytes: Uint8Array, from: number): string | undefined {
    const known = this.#bytes;
    let at = 0;
    while (at < known.length && bytes[from + at] === known[at]) at++;
    if (at === known.length) return this.#type;
    if (at < PREFIX_BYTES.length) return undefined;
    const start = from + PREFIX_BYTES.length;
    let end = start;
    while (end - start < 50 && isLetter(bytes[end])) end++;
    if (bytes[end] !== QUOTE) return undefined;
    this.#remember(String.fromCharCode(...bytes.subarray(start, end)));
    return this.#type;
  }
}
