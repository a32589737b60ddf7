/** Type tests: what must not compile. Checked by `tsc`. */

import type { Bytes, Signer } from '@ketenkluis/base';
import type { Plaintext, Sealed, Share, Statement, Wrap } from './index.ts';
import type { EnvelopeFields, openPack, PackShares, sealPack } from './open.ts';

declare const bytes: Bytes;
declare const pack: Sealed<'pack'>;
declare const blob: Sealed<'blob'>;
declare const c: Share<'c'>;
declare const h: Share<'h'>;
declare const plain: Plaintext;
declare const statement: Statement<'grant'>;
declare const author: Signer;
declare const envelope: EnvelopeFields;
declare const rest: Omit<Parameters<typeof sealPack>[0], 'content'>;
declare const input: Omit<Parameters<typeof openPack>[0], 'pack'>;

export const fine: [Plaintext, Bytes, PackShares, typeof author, typeof envelope] = [
  bytes,
  pack,
  { c, h },
  author,
  envelope,
];
export const sealable: Parameters<typeof sealPack>[0] = { ...rest, content: plain };
export const openable: Parameters<typeof openPack>[0] = { ...input, pack };

// @ts-expect-error sealed bytes are not content: sealing twice by mistake
export const twice: Parameters<typeof sealPack>[0] = { ...rest, content: pack };
// @ts-expect-error readable bytes are not a sealed pack
export const readable: Parameters<typeof openPack>[0] = { ...input, pack: plain };
// @ts-expect-error unchecked bytes are not a sealed pack
export const unchecked: Parameters<typeof openPack>[0] = { ...input, pack: bytes };
// @ts-expect-error a blob is not a pack
export const mixed: Sealed<'pack'> = blob;
// @ts-expect-error sealed bytes are not plaintext
export const opened: Plaintext = blob;
// @ts-expect-error the vault's share is not the client's
export const wrongShare: Share<'c'> = h;
// @ts-expect-error shares cannot be swapped
export const swapped: PackShares = { c: h, h: c };
// @ts-expect-error a wrap says whose kind of share it holds
export const wrongWrap: Wrap<'h'> = {} as Wrap<'c'>;
// @ts-expect-error a statement of one type is not one of another
export const wrongStatement: Statement<'card'> = statement;
// @ts-expect-error nobody makes a statement by hand: payload and bytes might differ
export const handMade: Statement<'grant'> = {
  payload: statement.payload,
  bytes,
  hash: statement.hash,
  proof: statement.proof,
};
