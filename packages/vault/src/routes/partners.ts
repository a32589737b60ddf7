/** Partners and referrals (docs/spec/partners.md). */

import * as wire from '@ketenkluis/protocol';
import { access, restrictions } from '../access.ts';
import { authenticate, openMessage } from '../auth.ts';
import { consent, end } from '../ends.ts';
import { grantAsk } from '../handing.ts';
import { bringDirectory, listPartners } from '../partners.ts';
import { pastReferrals } from '../past.ts';
import { referrals } from '../referrals.ts';
import { refer } from '../referring.ts';
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
  api.post(
    `${PRACTICE}/grants`,
    {
      ...gate('grant-ask', 256 * KIB, 'session'),
      schema: { body: wire.askGrant, response: { 200: wire.grantAnswer } },
    },
    async (request) => grantAsk(vault, await openMessage(vault, request, 'grant-ask', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/referrals`,
    { ...gate('refer', 4096 * KIB, 'session'), schema: { body: wire.postReferral, response: { 200: wire.committed } } },
    async (request) => refer(vault, await openMessage(vault, request, 'refer', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/referrals`,
    { ...gate('referrals', 4 * KIB, 'session'), schema: { response: { 200: wire.referrals } } },
    async (request) => referrals(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/ends`,
    { ...gate('end', 256 * KIB, 'session'), schema: { body: wire.postEnd, response: { 200: wire.committed } } },
    async (request) => end(vault, await openMessage(vault, request, 'end', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/consents`,
    { ...gate('consent', 256 * KIB, 'session'), schema: { body: wire.postConsent, response: { 200: wire.committed } } },
    async (request) => consent(vault, await openMessage(vault, request, 'consent', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/restrictions`,
    {
      ...gate('restrictions', 256 * KIB, 'session'),
      schema: { body: wire.askAccess, response: { 200: wire.restrictionsAnswer } },
    },
    async (request) =>
      restrictions(vault, await openMessage(vault, request, 'restrictions', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/access`,
    { ...gate('access', 256 * KIB, 'session'), schema: { body: wire.askAccess, response: { 200: wire.accessAnswer } } },
    async (request) => access(vault, await openMessage(vault, request, 'access', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/vouched`,
    { ...gate('vouched', 4 * KIB, 'session'), schema: { response: { 200: wire.vouched } } },
    async (request) => vouched(vault, await authenticate(vault, request)),
  );
  api.get(
    `${PRACTICE}/referrals/past`,
    { ...gate('referrals-past', 4 * KIB, 'session'), schema: { response: { 200: wire.pastReferrals } } },
    async (request) => pastReferrals(vault, await authenticate(vault, request)),
  );
}
