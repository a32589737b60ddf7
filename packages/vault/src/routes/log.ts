/** The log and the mirror, for the practice's agent and owners; tiles and checkpoint as C2SP tlog-tiles has them. */

import { encodeBundle, parseTilePath } from '@ketenkluis/ledger';
import * as wire from '@ketenkluis/protocol';
import { logProof as logProofAnswer } from '@ketenkluis/protocol/keyholder';
import { z } from 'zod';
import { authenticate, openMessage, refused } from '../auth.ts';
import { entries, mirror, noteLogRead, requireAgentOrOwner } from '../mirror.ts';
import { listPetitions, petitionsQuery } from '../petition-pages.ts';
import { petition } from '../petitions.ts';
import { checkpointOf, logProof, proofQuery } from '../proofs.ts';
import { annexes, listRecords, record, requests } from '../records.ts';
import type { Vault } from '../vault.ts';
import { witnessed } from '../witnesses.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

const HASH = 32;
const WIDTH = 256;

export function logRoutes(api: Api, vault: Vault): void {
  api.get(
    `${PRACTICE}/mirror`,
    {
      ...gate('mirror', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({ after: z.coerce.number().int().min(-1).default(-1) }),
        response: { 200: wire.mirrorPage },
      },
    },
    async (request) => mirror(vault, await authenticate(vault, request), request.query.after),
  );
  api.get(
    `${PRACTICE}/entries`,
    {
      ...gate('entries', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({ from: z.coerce.number().int().min(0).default(0) }),
        response: { 200: wire.entriesPage },
      },
    },
    async (request) => entries(vault, await authenticate(vault, request), request.query.from),
  );
  api.get(
    `${PRACTICE}/annexes`,
    {
      ...gate('annexes', 4 * KIB, 'session'),
      schema: {
        querystring: wire.linesAsked,
        response: { 200: wire.annexesPage },
      },
    },
    async (request) => annexes(vault, await authenticate(vault, request), request.query),
  );
  api.get(
    `${PRACTICE}/requests`,
    {
      ...gate('requests', 4 * KIB, 'session'),
      schema: {
        querystring: wire.linesAsked,
        response: { 200: wire.requestsPage },
      },
    },
    async (request) => requests(vault, await authenticate(vault, request), request.query),
  );
  api.get(
    `${PRACTICE}/records`,
    {
      ...gate('records', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({ after: z.coerce.number().int().min(-1).default(-1) }),
        response: { 200: wire.records },
      },
    },
    async (request) => listRecords(vault, await authenticate(vault, request), request.query.after),
  );
  api.post(
    `${PRACTICE}/records`,
    { ...gate('record', 4096 * KIB, 'session'), schema: { body: wire.postRecord, response: { 200: wire.committed } } },
    async (request) => record(vault, await openMessage(vault, request, 'record', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/petitions`,
    {
      ...gate('petitions', 4 * KIB, 'session'),
      schema: { querystring: petitionsQuery, response: { 200: wire.petitions } },
    },
    async (request) => listPetitions(vault, await authenticate(vault, request), request.query),
  );
  api.post(
    `${PRACTICE}/petitions`,
    {
      ...gate('petition', 512 * KIB, 'session'),
      schema: { body: wire.postPetition, response: { 200: wire.committed } },
    },
    async (request) => petition(vault, await openMessage(vault, request, 'petition', request.body), request.body.body),
  );
  api.get(`${PRACTICE}/log/checkpoint`, gate('checkpoint', 4 * KIB, 'session'), async (request, reply) => {
    const { people } = await authenticate(vault, request);
    const { note } = await checkpointOf(vault, people.log);
    return reply.type('text/plain; charset=utf-8').send(await vault.witnesses.cosigned(people.log, note));
  });
  api.get(
    `${PRACTICE}/log/proof`,
    {
      ...gate('log-proof', 4 * KIB, 'session'),
      schema: { querystring: proofQuery, response: { 200: logProofAnswer } },
    },
    async (request) => logProof(vault, (await authenticate(vault, request)).people.log, request.query),
  );
  api.get(
    `${PRACTICE}/log/witnessed`,
    {
      ...gate('witnessed', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({
          from: z.coerce.number().int().min(0).optional(),
          upto: z.coerce.number().int().min(0).optional(),
        }),
        response: { 200: wire.witnessed },
      },
    },
    async (request) => witnessed(vault, await authenticate(vault, request), request.query),
  );
  api.get(`${PRACTICE}/log/tile/*`, gate('tile', 4 * KIB, 'session'), async (request, reply) => {
    const caller = await authenticate(vault, request);
    requireAgentOrOwner(vault, caller);
    await noteLogRead(vault, caller);
    const rest = (request.params as { '*'?: string })['*'] ?? '';
    const tile = parseTilePath(`tile/${rest}`);
    if (!tile) throw refused();
    const { log } = caller.people;
    if (tile.level === 'entries') {
      const from = tile.index * WIDTH;
      const found = await vault.storage.ledger.entries(log, from, from + tile.width);
      if (found.length < tile.width) throw refused();
      return reply.type('application/octet-stream').send(Buffer.from(encodeBundle(found.map(({ leaf }) => leaf))));
    }
    const bytes = await vault.storage.ledger.tile(log, tile.level, tile.index);
    if (!bytes || bytes.length < tile.width * HASH) throw refused();
    return reply.type('application/octet-stream').send(Buffer.from(bytes.subarray(0, tile.width * HASH)));
  });
}
