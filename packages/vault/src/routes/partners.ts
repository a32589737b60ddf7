/** Partners and referrals (docs/spec/partners.md). */

import * as wire from '@ketenkluis/protocol';
import { authenticate, openMessage } from '../auth.ts';
import { bringDirectory, listPartners } from '../partners.ts';
import type { Vault } from '../vault.ts';
import { vouched } from '../vouched.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

export function partnerRoutes(api: Api, vault: Vault): void {
  api.get(
    `${PRACTICE}/partners`,
    { ...gate('partners', 4 * KIB, 'session'), schema: { response: { 200: wire.partners } } },
    async (request) => listPartners(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/partners`,
    {
      ...gate('partner-directory', 4096 * KIB, 'session'),
      schema: { body: wire.postPartnerDirectory, response: { 200: wire.committed } },
    },
    async (request) =>
      bringDirectory(vault, await openMessage(vault, request, 'partner-directory', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/vouched`,
    { ...gate('vouched', 4 * KIB, 'session'), schema: { response: { 200: wire.vouched } } },
    async (request) => vouched(vault, await authenticate(vault, request)),
  );
}
