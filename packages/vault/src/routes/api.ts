/** What every group of routes shares: the typed instance, limits per route, and the gate for outsiders. */

import type { EndpointName } from '@ketenkluis/protocol';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';

export type Api = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `member`: any session of a member, whatever its state; `session`: an open one. */
    readonly gate?: 'member' | 'session';
    readonly endpoint?: EndpointName;
  }
}

export const PRACTICE = '/v1/practices/:practice';
export const KIB = 1024;

/** Endpoints that anybody may try are limited more strictly, per address. */
const STRICT: ReadonlySet<EndpointName> = new Set([
  'challenge',
  'session-open',
  'session-touch',
  'invitation',
  'join',
  'practice-create',
]);
export const isStrict = (name: EndpointName | undefined): boolean => name !== undefined && STRICT.has(name);

/**
 * Names the endpoint, how large a message it takes in bytes, and who may come in: `member` with a session in whatever state,
 * `session` with an open one, or anybody. Outsiders are refused before anything of the body is read.
 */
export const gate = (endpoint: EndpointName, bodyLimit: number, who?: 'member' | 'session') => ({
  bodyLimit,
  config: who ? { endpoint, gate: who } : { endpoint },
});
