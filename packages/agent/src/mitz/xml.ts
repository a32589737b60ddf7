/**
 * XML from outside as a small tree. `saxes` parses (strict, namespaces); here is what it may hand over: no document type, so no
 * entity of anybody's making, no processing instruction, UTF-8 only, and a tree of bounded size and depth. Errors carry no content.
 */

import { SaxesParser, type SaxesTagNS } from 'saxes';
import { agentError } from '../errors.ts';

export interface XmlElement {
  /** Namespace and local name: `{uri}name`. */
  readonly name: string;
  /** Attributes without a namespace, by local name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data of this element itself, trimmed. */
  readonly text: string;
}

interface Building {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: Building[];
  text: string;
}

const MAX_DEPTH = 40;
const MAX_ELEMENTS = 4000;

const bad = (why: string) => agentError('bad-mitz', `an XML message from outside is refused: ${why}`);

const opened = (tag: SaxesTagNS): Building => ({
  name: `{${tag.uri}}${tag.local}`,
  attributes: new Map(
    Object.values(tag.attributes)
      .filter(({ uri }) => uri === '')
      .map(({ local, value }) => [local, value]),
  ),
  children: [],
  text: '',
});

/** The root. Throws `agent/bad-mitz`. */
export function readXml(bytes: Uint8Array): XmlElement {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw bad('it is not UTF-8');
  }
  const parser = new SaxesParser({ xmlns: true, position: false });
  const open: Building[] = [];
  let root: Building | undefined;
  let count = 0;
  // Whatever the parser's own message says may quote the document.
  parser.on('error', () => {
    throw bad('it is not well formed');
  });
  parser.on('doctype', () => {
    throw bad('it has a document type');
  });
  parser.on('processinginstruction', () => {
    throw bad('it has a processing instruction');
  });
  parser.on('xmldecl', ({ encoding, version }) => {
    if (version !== '1.0' || (encoding !== undefined && encoding.toLowerCase() !== 'utf-8'))
      throw bad('it declares another version or encoding');
  });
  parser.on('opentag', (tag) => {
    count += 1;
    if (count > MAX_ELEMENTS || open.length >= MAX_DEPTH) throw bad('it is too large or too deep');
    const made = opened(tag);
    if (open.length > 0) open.at(-1)!.children.push(made);
    else root = made;
    open.push(made);
  });
  const add = (more: string): void => {
    const last = open.at(-1);
    if (last) last.text += more;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const closed = open.pop()!;
    closed.text = closed.text.trim();
  });
  parser.write(text).close();
  if (root === undefined) throw bad('it is empty');
  return root;
}

/** All children of that name. */
export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((child) => child.name === name);

/** The one child of that name. Throws `agent/bad-mitz` when there is none or more than one. */
export function onlyChild(element: XmlElement, name: string): XmlElement {
  const [first, ...more] = childrenOf(element, name);
  if (first === undefined || more.length > 0) throw bad('a part is missing or stands there twice');
  return first;
}
