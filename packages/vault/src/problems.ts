/** Errors on the wire (RFC 9457). Outsiders get one constant body; nobody gets a value, an id or a stack. */

import { KetenkluisError } from '@ketenkluis/base';
import type { Problem } from '@ketenkluis/protocol';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { VaultErrorCode } from './errors.ts';

const STATUS: Record<VaultErrorCode, number> = {
  refused: 404,
  'session-idle': 401,
  'session-ended': 401,
  'session-not-open': 401,
  'unlocker-refused': 403,
  'identity-needed': 403,
  'bad-request': 400,
  'request-refused': 401,
  'not-allowed': 403,
  'annex-missing': 400,
  'too-large': 413,
  'too-many': 429,
  conflict: 409,
  'bad-statement': 422,
  'bad-pack': 422,
  'bad-wrap': 422,
  'already-there': 409,
  stopping: 503,
  internal: 500,
  'directory-in-use': 500,
  'bad-config': 500,
  'bad-directory': 500,
  'clock-drift': 503,
  behind: 503,
};

/** R22: the same bytes for a practice, dossier, handle or invitation that is not there, not yours or not open. */
export const REFUSAL: Problem = { type: 'vault/refused', title: 'not available', status: 404 };
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

interface Shown {
  readonly problem: Problem;
  /** Something is wrong here, not with what was sent. */
  readonly ours: boolean;
}
const shown = (type: string, title: string, status: number, detail?: string): Shown => ({
  problem: { type, title, status, ...(detail === undefined ? {} : { detail }) },
  ours: status >= 500,
});

export function problemOf(error: unknown): Shown {
  if (error instanceof KetenkluisError) {
    const [where, code] = error.code.split('/') as [string, string];
    if (error.code === 'vault/refused') return { problem: REFUSAL, ours: false };
    if (where === 'vault') {
      const status = STATUS[code as VaultErrorCode];
      const detail = error.detail.reason ?? error.detail.fault;
      return status < 500
        ? shown(error.code, error.message, status, detail === undefined ? undefined : String(detail))
        : shown(error.code, 'the vault cannot do this now', status);
    }
    if (where === 'seal') return shown('vault/bad-statement', error.message.slice(0, 200), 422, error.code);
    if (where === 'base')
      return shown('vault/bad-request', 'something that was sent is not in canonical form', 400, error.code);
    if (error.code === 'ledger/clock-drift')
      return shown('vault/clock-drift', "the vault's clock is wrong; nothing is written", 503);
    if (error.code === 'ledger/stopped' || error.code === 'ledger/fenced')
      return shown('vault/stopping', 'the vault is stopping', 503);
    if (error.code === 'ledger/bad-entry')
      return shown('vault/bad-request', 'this does not make a line of the log', 400);
  }
  const fastify = error as Partial<FastifyError> | null;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const path = error.validation[0]?.instancePath.replaceAll('/', '.').slice(1, 80) ?? '';
    return shown('vault/bad-request', 'the message does not fit the protocol', 400, path || 'the whole');
  }
  if (fastify?.statusCode === 429) return shown('vault/too-many', 'too many requests; wait a minute', 429);
  if (fastify?.statusCode === 413)
    return shown('vault/too-large', 'the message is larger than this endpoint takes', 413);
  if (fastify?.statusCode !== undefined && fastify.statusCode >= 400 && fastify.statusCode < 500) {
    return shown('vault/bad-request', 'the message cannot be read', fastify.statusCode);
  }
  return shown('vault/internal', 'the vault cannot do this now', 500);
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { problem, ours } = problemOf(error);
  if (ours)
    request.log.error(
      {
        requestId: request.id,
        code: error instanceof KetenkluisError ? error.code : 'unknown',
        stack: error instanceof Error ? error.stack : undefined,
      },
      'failed',
    );
  const body = problem === REFUSAL ? REFUSAL : { ...problem, requestId: request.id };
  return reply.code(problem.status).header('content-type', PROBLEM_TYPE).serializer(JSON.stringify).send(body);
}
