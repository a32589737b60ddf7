/** How a cell of the matrix can be answered, and how an answer of the vault is read as one. */

import type { Reply } from '@ketenkluis/vault/testing';

/**
 * `yes`: it is done. `sent`: the asker may, but what was sent is refused for itself (the matrix sends no second practice, no working
 * recovery sheets). `no`: refused with a reason, to people of the practice. `none`: the one constant refusal, as if nothing were
 * here. `unknown`: exactly what is said of a patient who is not here, but for ids, hashes and numbers. `locked`: touch or confirm first.
 */
export const ANSWERS = ['yes', 'sent', 'no', 'none', 'unknown', 'locked'] as const;
export type Answer = (typeof ANSWERS)[number];

const CONSTANT = JSON.stringify({ type: 'vault/refused', title: 'not available', status: 404 });

/** A look that opens nothing answers 200 as well: its items say no. So does the question what an emergency would open. */
function released(reply: Reply): boolean {
  const { results, handles, grants } = reply.json<{
    readonly results?: readonly { readonly outcome: string }[];
    readonly handles?: readonly string[];
    readonly grants?: unknown;
  }>();
  if (results !== undefined) return results.some(({ outcome }) => outcome === 'permit');
  return handles === undefined || grants !== undefined || handles.length > 0;
}

/** Ids, hashes and signatures by their length alone, and what is packed in base64url by what is in it. */
function blankText(text: string): unknown {
  if (/^[a-z]{3}_[a-z2-7]{26}$/.test(text)) return text.slice(0, 4);
  if (/^[A-Za-z0-9_-]+$/.test(text) && text.length > 60) {
    try {
      return blank(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    } catch {
      return `${text.length} characters`;
    }
  }
  return /^[A-Za-z0-9_-]{20,}$/.test(text) ? `${text.length} characters` : text.includes('\n') ? 'lines' : text;
}

function blank(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return blankText(value);
  if (typeof value === 'number') return 0;
  if (typeof value !== 'object' || value === null) return value;
  // Paths in the tree are as long as the tree is deep at that moment.
  if (Array.isArray(value))
    return /^(path|inclusion|consistency|hashes)$/.test(key) ? [] : value.map((one) => blank(one));
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, blank(one, name)]));
}

/** Everything of an answer that could tell two patients apart. */
export function shapeOf({ status, headers, json }: Reply): string {
  const { date: _date, 'x-request-id': _id, 'content-length': _length, ...rest } = headers;
  return JSON.stringify({ status, headers: rest, body: blank(json()) });
}

export function answerOf(reply: Reply): Answer | string {
  const type = String(reply.headers['content-type'] ?? '');
  if (reply.status === 200) return type.startsWith('application/json') && !released(reply) ? 'no' : 'yes';
  if (reply.status === 404 && reply.text === CONSTANT) return 'none';
  // Wrong gesture or none: about what was sent, not about who sent it.
  if (reply.status === 403) return reply.text.includes('"vault/unlocker-refused"') ? 'sent' : 'no';
  if (reply.status === 401) {
    const { type: problem } = reply.json<{ readonly type: string }>();
    return problem === 'vault/request-refused' ? `refused as a request: ${reply.text}` : 'locked';
  }
  return [400, 409, 413, 422].includes(reply.status) ? 'sent' : `status ${reply.status}`;
}
