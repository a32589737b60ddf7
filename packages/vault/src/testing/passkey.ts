/** A passkey in software (WebAuthn level 3, ES256, attestation none), for tests that have no browser. */

import type { JsonWebKey } from 'node:crypto';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';

const sha256 = (data: Uint8Array | string): Buffer => createHash('sha256').update(data).digest();
const UP = 0x01;
const UV = 0x04;
const AT = 0x40;

export interface PasskeyContext {
  readonly origin: string;
  readonly challenge: string;
  /** Host of the origin when left out. */
  readonly rpId?: string;
  /** False: a touch without PIN or finger. */
  readonly verified?: boolean;
}
export interface SoftPasskey {
  readonly id: string;
  create(context: PasskeyContext): Record<string, unknown>;
  get(context: PasskeyContext): Record<string, unknown>;
}

export function softPasskey(): SoftPasskey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { x, y } = publicKey.export({ format: 'jwk' }) as JsonWebKey;
  const rawId = randomBytes(32);
  const id = rawId.toString('base64url');
  let counter = 0;
  const data = (
    { origin, rpId, verified }: PasskeyContext,
    flags: number,
    rest: Uint8Array = new Uint8Array(),
  ): Buffer => {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(++counter);
    const all = UP | (verified === false ? 0 : UV) | flags;
    return Buffer.concat([sha256(rpId ?? new URL(origin).hostname), Buffer.from([all]), count, rest]);
  };
  const clientData = (type: string, { origin, challenge }: PasskeyContext): Buffer =>
    Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  return {
    id,
    create(context) {
      const cose = isoCBOR.encode(
        new Map<number, number | Uint8Array<ArrayBuffer>>([
          [1, 2],
          [3, -7],
          [-1, 1],
          [-2, new Uint8Array(Buffer.from(x!, 'base64url'))],
          [-3, new Uint8Array(Buffer.from(y!, 'base64url'))],
        ]),
      );
      const length = Buffer.alloc(2);
      length.writeUInt16BE(rawId.length);
      const authData = data(context, AT, Buffer.concat([Buffer.alloc(16), length, rawId, cose]));
      const attestationObject = isoCBOR.encode(
        new Map<string, string | Map<string, string> | Uint8Array<ArrayBuffer>>([
          ['fmt', 'none'],
          ['attStmt', new Map()],
          ['authData', new Uint8Array(authData)],
        ]),
      );
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData('webauthn.create', context).toString('base64url'),
          attestationObject: Buffer.from(attestationObject).toString('base64url'),
        },
      };
    },
    get(context) {
      const authData = data(context, 0);
      const client = clientData('webauthn.get', context);
      const signature = sign('sha256', Buffer.concat([authData, sha256(client)]), privateKey);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: authData.toString('base64url'),
          signature: signature.toString('base64url'),
        },
      };
    },
  };
}
