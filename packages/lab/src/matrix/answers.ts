/** How a cell of the matrix can be answered, and how an answer of the vault is read as one. */

import type { Reply } from '@ketenkluis/vault/testing';

/**
 * `yes`: it is done. `sent`: the asker may, but what was sent is refused for itself (the matrix sends no second practice, no working
 * recovery sheets). `no`: refused with a reason, to people of the practice. `none`: the one constant refusal, as if nothing were
 * here. `locked`: touch or confirm first.
 */
export const ANSWERS = ['yes', 'sent', 'no', 'none', 'locked'] as const;
export type Answer = (typeof ANSWERS)[number];

const CONSTANT = JSON.stringify({ type: 'vault/refused', title: 'not available', status: 404 });

/** A look that opens nothing answers 200 as well: its items say no. */
function released(reply: Reply): boolean {
  const { results } = reply.json<{ readonly results?: readonly { readonly outcome: string }[] }>();
  return results === undefined || results.some(({ outcome }) => outcome === 'permit');
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
