/** OpenID Connect: authorization code with PKCE, state and nonce, ID token checked against the issuer's keys (`openid-client`). */

import { type Clock, HOUR, plus } from '@ketenkluis/base';
import type { AssuranceLevel } from '@ketenkluis/seal';
import type * as library from 'openid-client';
import { type Flow, type Identified, type IdentityAdapter, identityRefused, mayReach } from './adapter.ts';

/** Signatures with a private key only: no shared secret, no `none`. */
export const ALGORITHMS = ['RS256', 'PS256', 'ES256'] as const;

export interface OidcConfig {
  readonly issuer: string;
  readonly client: string;
  /** Null: a public client, PKCE alone. */
  readonly secret: string | null;
  /** Where the person comes back: a page of the workplace. */
  readonly redirect: string;
  readonly algorithm: (typeof ALGORITHMS)[number];
  /** `acr` values of this issuer that are asked for, and what each is worth; any other is worth nothing. */
  readonly levels: Readonly<Record<string, AssuranceLevel>>;
  /** How long a sign-on counts, hours; at most 12. */
  readonly hours: number;
  /** What people call it. */
  readonly name?: string | undefined;
  /** Commands may sign on: `LOOPBACK_RETURN` on 127.0.0.1, at any port, is registered at the issuer (RFC 8252, 7.3). */
  readonly loopback?: boolean | undefined;
}

/** Of what patients sign on with. */
export interface EidConfig extends OidcConfig {
  /** What the practice asks of patients who are taken in; `substantial` when left out. */
  readonly asks?: 'substantial' | 'high' | undefined;
  /** The desk's own origin as telephones reach it; without it nobody signs on with a telephone at the desk. */
  readonly phone?: string | undefined;
}
/** Where a telephone comes back to: registered at the provider beside `redirect`. */
export const PHONE_RETURN = '/identity/returned';
/** Whoever runs a command comes back to this, on their own machine. */
const LOOPBACK_RETURN = '/aangemeld';
/** Where to: the workplace, which needs no name, or that machine. */
export const backTo = (where: 'phone' | number | undefined): string | undefined =>
  typeof where === 'number' ? `http://127.0.0.1:${where}${LOOPBACK_RETURN}` : undefined;

const TIMEOUT_SECONDS = 5;
/** Loaded when somebody signs on. */
const load = (): Promise<typeof library> => import('openid-client');

export interface SignedOn {
  readonly claims: library.IDToken;
  readonly identified: Identified;
  userInfo(): Promise<library.UserInfoResponse>;
}

/** Who asks may want more of the issuer than that it answers. */
export interface OidcWants {
  /** `sub` is made for this client alone (OpenID Connect Core 8.1), so that nobody else knows the person by it. */
  readonly pairwise?: true;
}

export interface OidcClient {
  begin(redirect?: string): Promise<{ readonly url: string; readonly flow: Flow }>;
  finish(callback: string, flow: Flow): Promise<SignedOn>;
}

/** What several adapters share. The issuer is looked up when it is first needed and again after a failure. */
export function oidcClient(config: OidcConfig, clock: Clock, wants: OidcWants = {}): OidcClient {
  let found: Promise<library.Configuration> | undefined;
  const discover = async (): Promise<library.Configuration> => {
    for (const address of [config.issuer, config.redirect]) if (!mayReach(address)) throw identityRefused('sign-on');
    const client = await load();
    const plain = config.issuer.startsWith('http:');
    const made = await client.discovery(
      new URL(config.issuer),
      config.client,
      { id_token_signed_response_alg: config.algorithm },
      config.secret === null ? client.None() : client.ClientSecretBasic(config.secret),
      { timeout: TIMEOUT_SECONDS, execute: plain ? [client.allowInsecureRequests] : [] },
    );
    // The token comes over TLS from the issuer; its signature is checked all the same.
    client.enableNonRepudiationChecks(made);
    const { subject_types_supported: kinds } = made.serverMetadata();
    if (wants.pairwise && !(Array.isArray(kinds) && kinds.includes('pairwise'))) throw identityRefused('sign-on');
    return made;
  };
  const configuration = (): Promise<library.Configuration> => {
    found ??= discover();
    found.catch(() => {
      found = undefined;
    });
    return found;
  };
  return {
    async begin(redirect = config.redirect) {
      const client = await load();
      const verifier = client.randomPKCECodeVerifier();
      const flow: Flow = { state: client.randomState(), nonce: client.randomNonce(), verifier };
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirect,
        scope: 'openid',
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state: flow.state,
        nonce: flow.nonce,
        acr_values: Object.keys(config.levels).join(' '),
        // A fresh sign-on by this person, not whoever signed on at this computer before.
        prompt: 'login',
      });
      return { url: url.href, flow };
    },
    async finish(callback, { state, nonce, verifier }) {
      const client = await load();
      const made = await configuration();
      const tokens = await client.authorizationCodeGrant(made, new URL(callback), {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) throw identityRefused('sign-on');
      const level =
        typeof claims.acr === 'string' && Object.hasOwn(config.levels, claims.acr) && config.levels[claims.acr];
      if (!level) throw identityRefused('level');
      const until = plus(clock(), Math.min(config.hours, 12) * HOUR);
      return {
        claims,
        identified: { issuer: config.issuer, subject: claims.sub, level, until, ura: null, role: null },
        userInfo: () => client.fetchUserInfo(made, tokens.access_token, claims.sub),
      };
    },
  };
}

/** Every failure of the library, the network or the issuer is the same refusal; its message may quote what was sent. */
export async function orRefused<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'agent/identity-refused') throw error;
    throw identityRefused('sign-on');
  }
}

/** The practice's own sign-on. */
export function oidcAdapter(config: OidcConfig, clock: Clock): IdentityAdapter {
  const oidc = oidcClient(config, clock);
  return {
    means: 'oidc',
    issuer: config.issuer,
    name: config.name ?? 'uw praktijkaccount',
    ...(config.loopback && { loopback: true as const }),
    begin: (where) => orRefused(() => oidc.begin(backTo(where))),
    finish: (callback, flow) => orRefused(async () => (await oidc.finish(callback, flow)).identified),
  };
}

/** What citizens sign on with (R28): DigiD, or a provider like it that knows each person under a name of ours alone. */
export function eidAdapter(config: EidConfig, clock: Clock): IdentityAdapter {
  const { phone } = config;
  const oidc = oidcClient(config, clock, { pairwise: true });
  return {
    means: 'eid',
    issuer: config.issuer,
    name: config.name ?? 'uw inlogmiddel',
    asks: config.asks ?? 'substantial',
    ...(phone !== undefined && { phone }),
    begin: (where) =>
      orRefused(() => oidc.begin(where === 'phone' && phone !== undefined ? `${phone}${PHONE_RETURN}` : undefined)),
    finish: (callback, flow) => orRefused(async () => (await oidc.finish(callback, flow)).identified),
  };
}
