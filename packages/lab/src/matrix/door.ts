/**
 * Whoever is stopped at the door brings what the nurse brought: nothing of it may be read, so it is the door that answers. It also
 * spares the matrix a third of its signatures.
 */

import { base64url, canonicalJson, concat, fromBase64url, systemRandom } from '@ketenkluis/base';
import { hashOf, statementToWire } from '@ketenkluis/seal';
import type { Reply, TestWorld } from '@ketenkluis/vault/testing';
import type { Role } from './roles.ts';

export const AT_THE_DOOR: ReadonlySet<Role> = new Set([
  'locked',
  'keyring',
  'revoked',
  'guest-ended',
  'elsewhere',
  'stranger',
]);

export interface Doorstep {
  /** The same vault; what is sent through it is remembered, and every annex is one sealed text with another end: none is named twice. */
  readonly world: TestWorld;
  /** The last message once more, with this token. */
  again(token: string): Promise<Reply>;
}

/** Bytes at the end of an annex that differ each time. */
const END = 8;

export async function doorstep(world: TestWorld): Promise<Doorstep> {
  const sealed = fromBase64url((await world.annex()).text);
  let last: Parameters<TestWorld['call']> | undefined;
  const call: TestWorld['call'] = (...message) => {
    last = message;
    return world.call(...message);
  };
  return {
    world: {
      ...world,
      call,
      annex: async () => {
        const bytes = concat(sealed.subarray(0, -END), systemRandom(END));
        return { text: base64url(bytes), hash: hashOf(bytes) };
      },
      signed: async (who, name, body, fields) => {
        const statement = await world.request(who, name, canonicalJson(body), fields);
        return call(name, { token: who.token, body: { request: statementToWire(statement), body } });
      },
    },
    again: (token) => {
      if (last === undefined) throw new Error('nothing was sent yet');
      const [name, message] = last;
      return world.call(name, { ...message, token });
    },
  };
}
