/** What this organisation keeps of what it sent (docs/spec/partners.md, "What B keeps"). */

import * as wire from '@ketenkluis/protocol';
import { z } from 'zod';
import { authenticate, openMessage } from '../auth.ts';
import { endKept, keep, listKept, openKept } from '../kept.ts';
import type { Vault } from '../vault.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

export function keptRoutes(api: Api, vault: Vault): void {
  api.post(
    `${PRACTICE}/kept`,
    { ...gate('keep', 256 * KIB, 'session'), schema: { body: wire.postKept, response: { 200: wire.committed } } },
    async (request) => keep(vault, await openMessage(vault, request, 'keep', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/kept`,
    {
      ...gate('kept', 4 * KIB, 'session'),
      schema: {
        querystring: z.strictObject({ before: z.coerce.number().int().min(0).optional() }),
        response: { 200: wire.kept },
      },
    },
    async (request) => listKept(vault, await authenticate(vault, request), request.query.before ?? null),
  );
  api.post(
    `${PRACTICE}/kept/open`,
    { ...gate('kept-open', 256 * KIB, 'session'), schema: { body: wire.openKept, response: { 200: wire.keptOpened } } },
    async (request) =>
      openKept(vault, await openMessage(vault, request, 'kept-open', request.body), request.body.body.annex),
  );
  api.post(
    `${PRACTICE}/kept/end`,
    { ...gate('kept-end', 64 * KIB, 'session'), schema: { body: wire.endKept, response: { 200: wire.committed } } },
    async (request) => endKept(vault, await openMessage(vault, request, 'kept-end', request.body)),
  );
}
