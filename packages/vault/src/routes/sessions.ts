/** Getting in: challenges, sessions, passkeys, keyrings, invitations. */

import * as wire from '@ketenkluis/protocol';
import { deskFor, identify } from '../assurance.ts';
import { authenticate, authenticateEarly, findCaller, openMessage, practiceOf } from '../auth.ts';
import * as joining from '../joining.ts';
import * as sessions from '../sessions.ts';
import * as unlockers from '../unlockers.ts';
import type { Vault } from '../vault.ts';
import { newChallenge } from '../webauthn.ts';
import { type Api, gate, KIB, PRACTICE } from './api.ts';

/** A guest brings the own organisation's directory along. */
const GUEST = 2048 * KIB;

export function sessionRoutes(api: Api, vault: Vault): void {
  api.post(
    `${PRACTICE}/challenges`,
    { ...gate('challenge', 4 * KIB), schema: { response: { 200: wire.challenge } } },
    async (request) => newChallenge(vault, practiceOf(request)),
  );
  api.post(
    `${PRACTICE}/sessions`,
    { ...gate('session-open', GUEST), schema: { body: wire.openSession, response: { 200: wire.sessionOpened } } },
    async (request) => sessions.open(vault, practiceOf(request), request.body),
  );
  api.post(
    `${PRACTICE}/sessions/confirm`,
    {
      ...gate('session-confirm', 64 * KIB, 'member'),
      schema: { body: wire.confirmSession, response: { 200: wire.sessionState } },
    },
    async (request) =>
      sessions.confirm(vault, await openMessage(vault, request, 'session-confirm', request.body, 'keyring')),
  );
  api.post(
    `${PRACTICE}/sessions/identity`,
    {
      ...gate('session-identity', 64 * KIB, 'member'),
      schema: { body: wire.identifySession, response: { 200: wire.sessionIdentified } },
    },
    async (request) =>
      identify(
        vault,
        await openMessage(vault, request, 'session-identity', request.body, 'keyring'),
        request.body.body,
      ),
  );
  api.get(
    `${PRACTICE}/desk`,
    { ...gate('desk', 4 * KIB, 'member'), schema: { response: { 200: wire.desk } } },
    async (request) => deskFor(vault, await authenticateEarly(vault, request)),
  );
  api.post(
    `${PRACTICE}/sessions/touch`,
    {
      ...gate('session-touch', GUEST, 'member'),
      schema: { body: wire.touchSession, response: { 200: wire.sessionOpened } },
    },
    async (request) => sessions.touch(vault, await findCaller(vault, request), request.body),
  );
  api.post(
    `${PRACTICE}/sessions/close`,
    { ...gate('session-close', 4 * KIB, 'member'), schema: { response: { 200: wire.sessionState } } },
    async (request) => sessions.close(vault, await findCaller(vault, request)),
  );
  api.post(
    `${PRACTICE}/credentials/options`,
    { ...gate('credential-options', 4 * KIB, 'session'), schema: { response: { 200: wire.credentialOptions } } },
    async (request) => unlockers.passkeyOptions(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/credentials`,
    { ...gate('credential', 512 * KIB, 'member'), schema: { body: wire.addCredential, response: { 200: wire.done } } },
    async (request) =>
      unlockers.credential(vault, await openMessage(vault, request, 'credential', request.body), request.body.body),
  );
  api.post(
    `${PRACTICE}/keyring`,
    { ...gate('keyring', 512 * KIB, 'member'), schema: { body: wire.putKeyring, response: { 200: wire.done } } },
    async (request) =>
      unlockers.keyring(vault, await openMessage(vault, request, 'keyring', request.body), request.body.body),
  );
  api.get(
    `${PRACTICE}/unlockers`,
    { ...gate('unlockers', 4 * KIB, 'session'), schema: { response: { 200: wire.unlockers } } },
    async (request) => unlockers.listUnlockers(vault, await authenticate(vault, request)),
  );
  api.post(
    `${PRACTICE}/unlockers/end`,
    { ...gate('unlocker-end', 64 * KIB, 'session'), schema: { body: wire.endUnlocker, response: { 200: wire.done } } },
    async (request) =>
      unlockers.endUnlockerOf(
        vault,
        await openMessage(vault, request, 'unlocker-end', request.body),
        request.body.body,
      ),
  );
  const invitation = (request: { params: unknown }): string =>
    String((request.params as { invitation?: unknown }).invitation ?? '');
  api.get(
    `${PRACTICE}/invitations/:invitation`,
    { ...gate('invitation', 4 * KIB), schema: { response: { 200: wire.invitationState } } },
    async (request) => joining.invitation(vault, practiceOf(request), invitation(request)),
  );
  api.post(
    `${PRACTICE}/invitations/:invitation/join`,
    { ...gate('join', 512 * KIB), schema: { body: wire.joinInvitation, response: { 200: wire.done } } },
    async (request) => joining.join(vault, practiceOf(request), invitation(request), request.body),
  );
}
