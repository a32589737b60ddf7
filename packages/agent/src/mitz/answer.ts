/**
 * What Mitz answered. Permit only for one plain, whole answer to this very question; everything else is no (R36). The reason is a
 * word for the practice's log: it holds nothing of the patient.
 */

import { agentError } from '../errors.ts';
import { ATTRIBUTE, CATEGORY, NS, OID, type Question } from './question.ts';
import { childrenOf, onlyChild, readXml, type XmlElement } from './xml.ts';

/** Why there is no permit. The first four are XACML's own words. */
export const NO_REASONS = [
  'deny',
  'not-applicable',
  'indeterminate',
  'obligation',
  'malformed',
  'other-question',
  'http',
  'too-large',
  'timeout',
  'no-connection',
] as const;
export type NoReason = (typeof NO_REASONS)[number];
export type Answer = { readonly permit: true } | { readonly permit: false; readonly why: NoReason };

const no = (why: NoReason): Answer => ({ permit: false, why });
const soap = (name: string) => `{${NS.soap}}${name}`;
const wsa = (name: string) => `{${NS.wsa}}${name}`;
const xacml = (name: string) => `{${NS.xacml}}${name}`;
const hl7 = (name: string) => `{${NS.hl7}}${name}`;
const STATUS_OK = 'urn:oasis:names:tc:xacml:1.0:status:ok';
const DECISION: Readonly<Record<string, NoReason>> = {
  Deny: 'deny',
  NotApplicable: 'not-applicable',
  Indeterminate: 'indeterminate',
};

/** The kinds of value that a question has, and the two attributes that say what it is. */
const VALUE: Readonly<Record<string, readonly [string, string]>> = {
  [hl7('InstanceIdentifier')]: ['root', 'extension'],
  [hl7('CodedValue')]: ['codeSystem', 'code'],
};

/** `category|attribute` to the values in the answer, each as `root|extension` or `system|code`. */
function echoed(result: XmlElement): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const group of childrenOf(result, xacml('Attributes'))) {
    for (const attribute of childrenOf(group, xacml('Attribute'))) {
      const key = `${group.attributes.get('Category')}|${attribute.attributes.get('AttributeId')}`;
      for (const value of childrenOf(attribute, xacml('AttributeValue'))) {
        const [one, ...more] = value.children;
        const parts = VALUE[one?.name ?? ''];
        const text = parts?.map((part) => one?.attributes.get(part)).join('|');
        if (text === undefined || more.length > 0)
          throw agentError('bad-mitz', 'the answer has a value of another kind');
        found.set(key, [...(found.get(key) ?? []), text]);
      }
    }
  }
  return found;
}

/** The question came back in the answer: this patient, this holder, this consulter, this category, each exactly once. */
function isAboutThis(result: XmlElement, { bsn, holder, consulter, data }: Question): boolean {
  const values = echoed(result);
  const expected: readonly (readonly [string, string, string])[] = [
    [CATEGORY.resource, ATTRIBUTE.patient, `${OID.bsn}|${bsn}`],
    [CATEGORY.resource, ATTRIBUTE.holder, `${OID.ura}|${holder.ura}`],
    [CATEGORY.action, ATTRIBUTE.data, `${OID.data}|${data}`],
    [CATEGORY.subject, ATTRIBUTE.consulter, `${OID.ura}|${consulter.ura}`],
  ];
  return expected.every(([category, attribute, value]) => {
    const given = values.get(`${category}|${attribute}`) ?? [];
    return given.length === 1 && given[0] === value;
  });
}

function read(bytes: Uint8Array, question: Question): Answer {
  const envelope = readXml(bytes);
  if (envelope.name !== soap('Envelope')) return no('malformed');
  const header = onlyChild(envelope, soap('Header'));
  if (onlyChild(header, wsa('RelatesTo')).text !== `urn:uuid:${question.message}`) return no('other-question');
  const body = onlyChild(envelope, soap('Body'));
  const [response, ...besides] = body.children;
  if (response?.name !== xacml('Response') || besides.length > 0) return no('malformed');
  // One question has one result; a second one could say anything about anybody.
  if (response.children.length !== 1) return no('malformed');
  const result = onlyChild(response, xacml('Result'));
  const decision = onlyChild(result, xacml('Decision')).text;
  if (decision !== 'Permit') return no(DECISION[decision] ?? 'malformed');
  for (const status of childrenOf(result, xacml('Status'))) {
    if (onlyChild(status, xacml('StatusCode')).attributes.get('Value') !== STATUS_OK) return no('malformed');
  }
  // XACML 3.0, 7.2.1: who cannot fulfil an obligation denies. None is known here, so any of them is one too many.
  if (childrenOf(result, xacml('Obligations')).length > 0) return no('obligation');
  return isAboutThis(result, question) ? { permit: true } : no('other-question');
}

/** Never throws: what cannot be read is no. */
export function readAnswer(bytes: Uint8Array, question: Question): Answer {
  try {
    return read(bytes, question);
  } catch {
    return no('malformed');
  }
}
