/** What professionals do: look, write, take over, declare, and ask who looked; and what a patient may open. */

import * as wire from '@ketenkluis/protocol';
import { releaseText } from '../answer-text.ts';
import { audit, declaration } from '../audit.ts';
import { authenticate, openMessage } from '../auth.ts';
import { own } from '../own.ts';
import { release } from '../release.ts';
import type { Vault } from '../vault.ts';
import { takeover, write } from '../write.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

export function careRoutes(api: Api, vault: Vault): void {
  api.post(
    `${PRACTICE}/releases`,
    {
      ...gate('release', 256 * KIB, 'session'),
      schema: { body: wire.postRelease, response: { 200: wire.releaseAnswer } },
      // Checked against the same schema, in parts.
      serializerCompiler: () => (answer) =>
        Buffer.from(releaseText(answer as Parameters<typeof releaseText>[0]), 'latin1') as unknown as string,
    },
    async (request) => release(vault, await openMessage(vault, request, 'release', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/writes`,
    { ...gate('write', 4096 * KIB, 'session'), schema: { body: wire.postWrite, response: { 200: wire.committed } } },
    async (request) => write(vault, await openMessage(vault, request, 'write', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/takeovers`,
    {
      ...gate('takeover', 256 * KIB, 'session'),
      schema: { body: wire.postTakeover, response: { 200: wire.committed } },
    },
    async (request) => takeover(vault, await openMessage(vault, request, 'takeover', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/declarations`,
    {
      ...gate('declaration', 256 * KIB, 'session'),
      schema: { body: wire.postDeclaration, response: { 200: wire.committed } },
    },
    async (request) =>
      declaration(vault, await openMessage(vault, request, 'declaration', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/audits`,
    { ...gate('audit', 256 * KIB, 'session'), schema: { body: wire.postAudit, response: { 200: wire.auditAnswer } } },
    async (request) => audit(vault, await openMessage(vault, request, 'audit', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/own`,
    { ...gate('own', 4 * KIB, 'session'), schema: { response: { 200: wire.ownDossiers } } },
    async (request) => own(vault, await authenticate(vault, request)),
  );
}
