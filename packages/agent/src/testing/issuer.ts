/** A sign-on server on this machine for tests: OpenID Connect with PKCE, and the attestation and status of Dezi. Signs with `jose`. */

import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { DeziConfig } from '../identity/dezi.ts';
import type { OidcConfig } from '../identity/oidc.ts';

export type Claims = Record<string, unknown>;
/** How a token is bent: claims over the right ones, or another header, key or algorithm. */
export interface BentToken {
  readonly claims?: Claims;
  readonly header?: Claims;
  readonly leaveOut?: readonly string[];
  /** `public`: HS256 with the public key as secret. */
  readonly sign?: 'none' | 'public' | 'stranger' | 'without-kid';
}
export interface TestIssuer {
  readonly url: string;
  idToken: BentToken;
  attestation: BentToken;
  userInfo: Claims;
  status: { readonly code?: number; readonly body: string } | 'silent';
  /** Who signs on. */
  subject: string;
  /** In a browser: whoever comes to sign on stops there. */
  stops: boolean;
  /** What the issuer says that its `sub` is. */
  subjectTypes: readonly string[];
  /** Follows the address like a browser that signs on at once, and says where it ends. */
  signOn(url: string): string;
  attest(bent?: BentToken): Promise<string>;
  oidc(more?: Partial<OidcConfig>): OidcConfig;
  dezi(more?: Partial<DeziConfig>): DeziConfig;
  close(): Promise<void>;
}

export const CLIENT = 'ketenkluis-praktijk';
export const REDIRECT = 'https://werkplek.example/identity';
export const HIGH = 'http://eidas.europa.eu/LoA/high';
const SECRET = 'een-geheim-van-de-praktijk';
const ALG = 'RS256';

interface Asked {
  readonly nonce: string;
  readonly challenge: string;
  readonly back: string;
}

const bodyOf = async (request: IncomingMessage): Promise<URLSearchParams> => {
  let text = '';
  for await (const part of request) text += String(part);
  return new URLSearchParams(text);
};

export async function testIssuer(): Promise<TestIssuer> {
  const own = await generateKeyPair(ALG, { extractable: true });
  const stranger = await generateKeyPair(ALG, { extractable: true });
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(own.publicKey)), kid, alg: ALG, use: 'sig' };
  const codes = new Map<string, Asked>();
  const tokens = new Map<string, string>();

  const sign = async (right: JWTPayload, bent: BentToken, header: Claims): Promise<string> => {
    const payload = Object.fromEntries(
      Object.entries({ ...right, ...bent.claims }).filter(([name]) => !bent.leaveOut?.includes(name)),
    );
    if (bent.sign === 'none') return new UnsecuredJWT(payload).encode();
    const made = new SignJWT(payload);
    if (bent.sign === 'public') {
      const secret = new TextEncoder().encode(JSON.stringify(jwk));
      return made.setProtectedHeader({ ...header, alg: 'HS256', kid, ...bent.header }).sign(secret);
    }
    const key: CryptoKey = bent.sign === 'stranger' ? stranger.privateKey : own.privateKey;
    const named = bent.sign === 'without-kid' ? {} : { kid };
    return made.setProtectedHeader({ ...header, alg: ALG, ...named, ...bent.header }).sign(key, { crit: { x: true } });
  };

  const routes = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? '/', issuer.url);
    const json = (body: unknown, code = 200) =>
      void response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (pathname === '/.well-known/openid-configuration') {
      return json({
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        userinfo_endpoint: `${issuer.url}/userinfo`,
        jwks_uri: `${issuer.url}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: issuer.subjectTypes,
        id_token_signing_alg_values_supported: [ALG],
      });
    }
    if (pathname === '/authorize') {
      const asked = new URL(request.url ?? '/', issuer.url);
      const [back, state] = ['redirect_uri', 'state'].map((name) => asked.searchParams.get(name) ?? '');
      const location = issuer.stops ? `${back}?error=access_denied&state=${state}` : issuer.signOn(asked.href);
      return void response.writeHead(302, { location }).end();
    }
    if (pathname === '/jwks') return json({ keys: [jwk] });
    if (pathname === '/token') {
      const body = await bodyOf(request);
      // RFC 6749 2.3.1: both are form-encoded before they are joined.
      const basic = Buffer.from(request.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString();
      const asked = codes.get(body.get('code') ?? '');
      codes.delete(body.get('code') ?? '');
      const back = body.get('redirect_uri');
      const proof = createHash('sha256')
        .update(body.get('code_verifier') ?? '')
        .digest('base64url');
      if (
        decodeURIComponent(basic) !== `${CLIENT}:${SECRET}` ||
        asked === undefined ||
        proof !== asked.challenge ||
        back !== asked.back
      )
        return json({ error: 'invalid_grant' }, 400);
      const now = Math.floor(Date.now() / 1000);
      const right = {
        iss: issuer.url,
        sub: issuer.subject,
        aud: CLIENT,
        nonce: asked.nonce,
        iat: now,
        exp: now + 300,
        acr: HIGH,
      };
      const token = randomUUID();
      tokens.set(token, issuer.subject);
      const id = await sign(right, issuer.idToken, {});
      return json({ access_token: token, token_type: 'Bearer', expires_in: 300, id_token: id });
    }
    if (pathname === '/userinfo') {
      const sub = tokens.get(request.headers.authorization?.slice('Bearer '.length) ?? '');
      if (sub === undefined) return json({ error: 'invalid_token' }, 401);
      return json({ sub, verklaring: await issuer.attest(), ...issuer.userInfo });
    }
    if (pathname.startsWith('/status/')) {
      if (issuer.status === 'silent') return;
      response
        .writeHead(issuer.status.code ?? 200, { 'content-type': 'application/json', location: '/status/elsewhere' })
        .end(issuer.status.body);
      return;
    }
    json({ error: 'not_found' }, 404);
  };
  const server = createServer((request, response) => {
    routes(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    idToken: {},
    attestation: {},
    userInfo: {},
    status: { body: '{"status":"geldig"}' },
    subject: 'medewerker-1',
    stops: false,
    subjectTypes: ['pairwise'],
    signOn(address) {
      const asked = new URL(address).searchParams;
      const code = randomUUID();
      const [nonce, challenge, back] = ['nonce', 'code_challenge', 'redirect_uri'].map((name) => asked.get(name) ?? '');
      codes.set(code, { nonce: nonce!, challenge: challenge!, back: back! });
      return `${asked.get('redirect_uri')}?code=${code}&state=${asked.get('state')}`;
    },
    attest(bent = issuer.attestation) {
      const now = Math.floor(Date.now() / 1000);
      const id = '8539f75d-634c-47db-bb41-28791dfd1f8d';
      const right = {
        jti: randomUUID(),
        iss: 'https://abonnee.dezi.example',
        nbf: now - 60,
        exp: now + 86_400,
        json_schema: 'https://www.dezi.nl/json_schemas/v1/verklaring.json',
        loa_dezi: HIGH,
        verklaring_id: id,
        dezi_nummer: '900000009',
        voorletters: 'B.B.',
        voorvoegsel: null,
        achternaam: 'Verzonnen',
        abonnee_nummer: '00000001',
        abonnee_naam: 'Praktijk De Proef',
        rol_code: '01.015',
        rol_naam: 'Huisarts',
        rol_code_bron: 'http://www.dezi.nl/rol_bron/big',
        status_uri: `${url}/status/v1/verklaring/${id}`,
      };
      return sign(right, bent, { typ: 'JWT', jku: `${url}/jwks` });
    },
    oidc: (more = {}) => ({
      issuer: url,
      client: CLIENT,
      secret: SECRET,
      redirect: REDIRECT,
      algorithm: ALG,
      levels: { [HIGH]: 'high', 'http://eidas.europa.eu/LoA/substantial': 'substantial' },
      hours: 12,
      ...more,
    }),
    dezi: (more = {}) => ({
      ...issuer.oidc(),
      attestation: {
        issuers: ['https://abonnee.dezi.example'],
        jwks: `${url}/jwks`,
        status: { base: `${url}/status/v1/verklaring/`, member: 'status', valid: 'geldig' },
      },
      ...more,
    }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
  return issuer;
}
