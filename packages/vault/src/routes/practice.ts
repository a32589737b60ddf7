/** The practice's people and keys, and what its agent sends. */

import { timingSafeEqual } from 'node:crypto';
import { type Bytes, base64url } from '@ketenkluis/base';
import * as wire from '@ketenkluis/protocol';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { statements } from '../admin.ts';
import {
  authenticate,
  authenticateToHold,
  checkSigned,
  findCaller,
  openMessage,
  refused,
  requireOpen,
  tokenHash,
} from '../auth.ts';
import { birth } from '../birth.ts';
import { deliver } from '../delivery.ts';
import { MAX_DELIVERY, readDelivery, readRequest } from '../delivery-parse.ts';
import { vaultError } from '../errors.ts';
import { endProposalOf, listProposals, propose } from '../proposals.ts';
import { prove } from '../raise.ts';
import { directory, heads, me } from '../reads.ts';
import { recovery } from '../recovery.ts';
import { snapshot } from '../snapshots.ts';
import { SOFTWARE, type Vault } from '../vault.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

const bootstrap = (vault: Vault, request: FastifyRequest): boolean => {
  const sent = /^Bearer (.{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  return (
    vault.bootstrapToken.length >= 16 &&
    timingSafeEqual(Buffer.from(tokenHash(sent)), Buffer.from(tokenHash(vault.bootstrapToken)))
  );
};

export function practiceRoutes(api: Api, vault: Vault): void {
  api.get('/v1/vault', { ...gate('vault-info', 4 * KIB), schema: { response: { 200: wire.vaultInfo } } }, async () => ({
    vault: vault.keys.id,
    origin: vault.origins[0]!,
    sign: base64url(vault.keys.signer.publicKey),
    kem: base64url(vault.keys.kemPublic),
    software: SOFTWARE,
    time: vault.clock(),
  }));
  api.post(
    '/v1/practices',
    {
      ...gate('practice-create', 4096 * KIB),
      schema: { body: wire.createPractice, response: { 200: wire.practiceCreated } },
    },
    async (request) => {
      if (!bootstrap(vault, request)) throw refused();
      return birth(vault, request.body);
    },
  );
  api.get(
    `${PRACTICE}/directory`,
    {
      ...gate('directory', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({
          from: z.coerce.number().int().min(0).optional(),
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(wire.DIRECTORY_PAGE).default(wire.DIRECTORY_PAGE),
        }),
        response: { 200: wire.directory },
      },
    },
    async (request) => directory(vault, await authenticateToHold(vault, request), request.query),
  );
  api.get(
    `${PRACTICE}/me`,
    { ...gate('me', 4 * KIB, 'session'), schema: { response: { 200: wire.me } } },
    async (request) => me(vault, await authenticate(vault, request)),
  );
  api.get(
    `${PRACTICE}/heads`,
    { ...gate('heads', 4 * KIB, 'session'), schema: { response: { 200: wire.heads } } },
    async (request) => heads(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/statements`,
    {
      ...gate('statements', 4096 * KIB, 'session'),
      schema: { body: wire.postStatements, response: { 200: wire.committed } },
    },
    async (request) =>
      statements(vault, await openMessage(vault, request, 'statements', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/proposals`,
    { ...gate('proposals', 4 * KIB, 'session'), schema: { response: { 200: wire.proposals } } },
    async (request) => listProposals(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/proposals`,
    {
      ...gate('propose', 2048 * KIB, 'session'),
      schema: { body: wire.postProposal, response: { 200: wire.committed } },
    },
    async (request) => propose(vault, await openMessage(vault, request, 'propose', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/proposals/end`,
    {
      ...gate('proposal-end', 64 * KIB, 'session'),
      schema: { body: wire.endProposal, response: { 200: wire.committed } },
    },
    async (request) =>
      endProposalOf(vault, await openMessage(vault, request, 'proposal-end', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/recoveries`,
    {
      ...gate('recovery', 64 * KIB, 'member'),
      schema: { body: wire.postRecovery, response: { 200: wire.recoveryAnswer } },
    },
    async (request) => {
      const stage = request.body.body.raise ? 'keyring' : 'open';
      return recovery(vault, await openMessage(vault, request, 'recovery', request.body, stage), request.body.body);
    },
  );
  api.post(
    `${PRACTICE}/recoveries/proof`,
    {
      ...gate('recovery-prove', 64 * KIB, 'member'),
      schema: { body: wire.proveRecovery, response: { 200: wire.recoveryProved } },
    },
    async (request) =>
      prove(vault, await openMessage(vault, request, 'recovery-prove', request.body, 'keyring'), request.body.body),
  );
  api.addContentTypeParser(wire.DELIVERY_TYPE, { parseAs: 'buffer', bodyLimit: MAX_DELIVERY }, (_request, body, done) =>
    done(null, body),
  );
  api.post(
    `${PRACTICE}/deliveries`,
    { ...gate('delivery', MAX_DELIVERY, 'session'), schema: { response: { 200: wire.deliveryAccepted } } },
    async (request) => {
      if (!Buffer.isBuffer(request.body))
        throw vaultError('bad-request', 'a delivery comes as bytes of its own media type');
      const { request: signed, bodyHash, rest } = readRequest(new Uint8Array(request.body) as Bytes);
      const caller = await findCaller(vault, request);
      requireOpen(caller, vault.clock());
      const checked = await checkSigned(vault, caller, 'delivery', signed, bodyHash);
      return deliver(vault, checked, readDelivery(rest));
    },
  );
  api.post(
    `${PRACTICE}/snapshots`,
    {
      ...gate('snapshot', 512 * KIB, 'session'),
      schema: { body: wire.postSnapshot, response: { 200: wire.committed } },
    },
    async (request) => snapshot(vault, await openMessage(vault, request, 'snapshot', request.body), request.body.body),
  );
}
