/**
 * Dezi (successor of the UZI card), version 0.7 of its interface: sign-on by OpenID Connect, whose userinfo holds an attestation
 * (verklaring) of who this is, for which organisation and in which role. Claims: docs/identity.md.
 */

import { type Clock, type Instant, instant } from '@ketenkluis/base';
import { ASSURANCE_LEVELS, type AssuranceLevel } from '@ketenkluis/seal';
import type { JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { type Identified, type IdentityAdapter, identityRefused, mayReach } from './adapter.ts';
import { ALGORITHMS, backTo, type OidcConfig, oidcClient, orRefused } from './oidc.ts';

export interface AttestationConfig {
  /** `iss` of attestations that are believed. */
  readonly issuers: readonly string[];
  /** Address of Dezi's keys. A token that names another one in `jku` is refused: nobody brings their own keys. */
  readonly jwks: string;
  readonly status: {
    /** Every `status_uri` begins with this and ends with the attestation's own id. */
    readonly base: string;
    /** Member of the JSON answer and the value that says: not revoked. Anything else, and no answer, is revoked. */
    readonly member: string;
    readonly valid: string;
  };
}
export interface DeziConfig extends OidcConfig {
  readonly attestation: AttestationConfig;
}

/** `loa_dezi`, as the European Union writes it; another spelling is another level, and none. */
const LOA: Readonly<Record<string, AssuranceLevel>> = {
  'http://eidas.europa.eu/LoA/low': 'low',
  'http://eidas.europa.eu/LoA/substantial': 'substantial',
  'http://eidas.europa.eu/LoA/high': 'high',
};
const SCHEMA = 'https://www.dezi.nl/json_schemas/v1/verklaring.json';
const text = z.string().min(1).max(200);
const claims = z.object({
  jti: text,
  iss: text,
  nbf: z.int(),
  exp: z.int(),
  json_schema: z.literal(SCHEMA),
  loa_dezi: text,
  verklaring_id: z.string().regex(/^[A-Za-z0-9-]{8,64}$/),
  dezi_nummer: z.string().regex(/^\d{9}$/),
  voorletters: text,
  voorvoegsel: z.string().max(200).nullable(),
  achternaam: text,
  abonnee_nummer: z.string().regex(/^\d{8}$/),
  abonnee_naam: text,
  rol_code: z.string().regex(/^\d{2}\.\d{3}$/),
  rol_naam: text,
  rol_code_bron: text,
  status_uri: z.url().max(500),
});
const TIMEOUT = 5000;
const MAX_STATUS = 4096;

/** R25: revoked unless Dezi says, now and in so many words, that it is not. */
async function checkStatus(
  uri: string,
  id: string,
  { base, member, valid }: AttestationConfig['status'],
): Promise<void> {
  if (uri !== `${base}${id}` || !mayReach(uri)) throw identityRefused('attestation');
  let body: unknown;
  try {
    const answer = await fetch(uri, {
      redirect: 'error',
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (answer.status !== 200 || answer.body === null) throw identityRefused('status-unknown');
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of answer.body) {
      size += part.length;
      if (size > MAX_STATUS) throw identityRefused('status-unknown');
      parts.push(part);
    }
    body = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw identityRefused('status-unknown');
  }
  const said = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}));
  const about: unknown = said.get('verklaring_id');
  if (about !== undefined && about !== id) throw identityRefused('status-unknown');
  if (said.get(member) !== valid) throw identityRefused('revoked');
}

export interface AttestationChecker {
  /** Signature, issuer, time, form and status. Throws `agent/identity-refused`. */
  check(attestation: string): Promise<Identified & { readonly id: string }>;
}

export function attestationChecker(config: AttestationConfig, clock: Clock): AttestationChecker {
  let keys: JWTVerifyGetKey | undefined;
  const verified = async (attestation: string): Promise<z.infer<typeof claims>> => {
    if (!mayReach(config.jwks)) throw identityRefused('attestation');
    // Loaded when somebody signs on.
    const { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } = await import('jose');
    keys ??= createRemoteJWKSet(new URL(config.jwks), { timeoutDuration: TIMEOUT, cacheMaxAge: 10 * 60_000 });
    try {
      const { kid, jku } = decodeProtectedHeader(attestation);
      if (typeof kid !== 'string' || kid === '' || (jku !== undefined && jku !== config.jwks))
        throw identityRefused('attestation');
      const { payload } = await jwtVerify(attestation, keys, {
        algorithms: [...ALGORITHMS],
        issuer: [...config.issuers],
        typ: 'JWT',
        requiredClaims: ['exp', 'nbf', 'jti'],
        currentDate: new Date(clock()),
      });
      return claims.parse(payload);
    } catch (error) {
      const expired = error instanceof Error && 'code' in error && error.code === 'ERR_JWT_EXPIRED';
      throw identityRefused(expired ? 'expired' : 'attestation');
    }
  };
  return {
    async check(attestation) {
      const said = await verified(attestation);
      if (!Object.hasOwn(LOA, said.loa_dezi)) throw identityRefused('level');
      await checkStatus(said.status_uri, said.verklaring_id, config.status);
      const until: Instant = instant(said.exp * 1000);
      return {
        id: said.verklaring_id,
        issuer: 'dezi',
        subject: said.dezi_nummer,
        level: LOA[said.loa_dezi]!,
        until,
        ura: said.abonnee_nummer,
        role: said.rol_code,
      };
    },
  };
}

const lower = (one: AssuranceLevel, other: AssuranceLevel): AssuranceLevel =>
  ASSURANCE_LEVELS[Math.min(ASSURANCE_LEVELS.indexOf(one), ASSURANCE_LEVELS.indexOf(other))]!;
const userInfo = z.object({ verklaring: z.string().max(20_000), verklaring_id: z.string().optional() });

/** The attestation carries no nonce: it counts as it came in the userinfo of a sign-on that does. */
export function deziAdapter(config: DeziConfig, clock: Clock): IdentityAdapter {
  const oidc = oidcClient(config, clock);
  const attestations = attestationChecker(config.attestation, clock);
  return {
    means: 'dezi',
    issuer: config.issuer,
    name: config.name ?? 'Dezi',
    ...(config.loopback && { loopback: true as const }),
    begin: (where) => orRefused(() => oidc.begin(backTo(where))),
    finish: (callback, flow) =>
      orRefused(async () => {
        const signedOn = await oidc.finish(callback, flow);
        const read = userInfo.safeParse(await signedOn.userInfo());
        if (!read.success) throw identityRefused('attestation');
        const { id, ...found } = await attestations.check(read.data.verklaring);
        if (read.data.verklaring_id !== undefined && read.data.verklaring_id !== id)
          throw identityRefused('attestation');
        const { level, until } = signedOn.identified;
        return {
          ...found,
          level: lower(found.level, level),
          until: found.until < until ? found.until : until,
        };
      }),
  };
}
