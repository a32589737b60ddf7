/** Certificates for tests: an authority, and what it signs for a server or a client. Made anew every time, P-256. */

import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const SPAN = { notBefore: new Date('2020-01-01'), notAfter: new Date('2090-01-01') };
const crypto = webcrypto as unknown as Crypto;

export interface Pem {
  readonly cert: string;
  readonly key: string;
}
export interface TestAuthority {
  readonly ca: string;
  /** For `localhost` and 127.0.0.1, or for that host alone; to serve and to ask with. */
  issue(name: string, host?: string): Promise<Pem>;
}

const keyPem = async (key: CryptoKey): Promise<string> =>
  PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');

export async function testAuthority(name: string): Promise<TestAuthority> {
  let serial = 1;
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const root: X509Certificate = await X509CertificateGenerator.createSelfSigned(
    {
      ...SPAN,
      serialNumber: '01',
      name: `CN=${name}`,
      signingAlgorithm: P256,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, 1, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
      ],
    },
    crypto,
  );
  return {
    ca: root.toString('pem'),
    async issue(subject, host) {
      const own = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
      serial += 1;
      const made = await X509CertificateGenerator.create(
        {
          ...SPAN,
          serialNumber: serial.toString(16).padStart(2, '0'),
          subject: `CN=${subject}`,
          issuer: root.subject,
          publicKey: own.publicKey,
          signingKey: keys.privateKey,
          signingAlgorithm: P256,
          extensions: [
            new SubjectAlternativeNameExtension(
              host === undefined
                ? [
                    { type: 'dns', value: 'localhost' },
                    { type: 'ip', value: '127.0.0.1' },
                  ]
                : [{ type: 'dns', value: host }],
            ),
            new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
          ],
        },
        crypto,
      );
      return { cert: made.toString('pem'), key: await keyPem(own.privateKey) };
    },
  };
}
