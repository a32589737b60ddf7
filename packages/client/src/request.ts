/** Person-signed requests (docs/spec/protocol.md): what is asked, of which vault, once, and for exactly these bytes. */

import {
  type Bytes,
  canonicalJson,
  type DeviceId,
  type DossierId,
  type FactId,
  type HandleId,
  newId,
  type OrganisationId,
  type PersonId,
  type RequestId,
  type SessionId,
  type Signer,
} from '@ketenkluis/base';
import {
  hashOf,
  type Request,
  type RequestClass,
  type Statement,
  signStatement,
  statementToWire,
} from '@ketenkluis/seal';
import type { SeenCheckpoint } from './log.ts';
import type { Ports } from './ports.ts';

export interface Who {
  readonly practice: OrganisationId;
  readonly organisation: OrganisationId;
  readonly person: PersonId;
  readonly device: DeviceId | null;
  readonly session: SessionId | null;
  readonly signer: Signer;
  readonly audience: string;
}

export interface AskedItem {
  readonly dossier: DossierId | null;
  readonly handle: HandleId | null;
  readonly facts: readonly FactId[];
}

export interface Ask {
  readonly id?: RequestId;
  readonly class: RequestClass;
  readonly action: string;
  readonly items?: readonly AskedItem[];
  readonly declared?: boolean;
  readonly checkpoint?: SeenCheckpoint | null;
  /** SHA-256 of the sealed annex. */
  readonly annex?: Request['annex'];
  /** SHA-256 of the key that keyholders seal to. */
  readonly recipient?: Request['annex'];
}

const counterName = (who: Who) => `counter:${who.practice}:${who.person}`;

/** Never below the clock, so that a device that lost its memory is not locked out, and never the same twice. */
async function nextCounter(who: Who, ports: Ports): Promise<number> {
  const stored = await ports.storage.get(counterName(who));
  const counter = Math.max(typeof stored === 'number' ? stored + 1 : 0, ports.clock());
  await ports.storage.set(counterName(who), counter);
  return counter;
}

let turn: Promise<unknown> = Promise.resolve();
/** Counters are taken one at a time: two requests at once must not share one. */
function counterInTurn(who: Who, ports: Ports): Promise<number> {
  const next = turn.then(() => nextCounter(who, ports));
  turn = next.catch(() => undefined);
  return next;
}

/** Signs a request over the bytes that go with it. */
export async function signRequest(who: Who, ports: Ports, ask: Ask, body: Bytes | null): Promise<Statement<'request'>> {
  return await signStatement(
    {
      t: 'request',
      v: 1,
      suite: 1,
      id: ask.id ?? newId('request', ports.random),
      practice: who.practice,
      audience: who.audience,
      person: who.person,
      organisation: who.organisation,
      device: who.device,
      session: who.session,
      class: ask.class,
      action: ask.action,
      at: ports.clock(),
      counter: await counterInTurn(who, ports),
      items: (ask.items ?? []).map((item) => ({ ...item, facts: [...item.facts] })),
      body: body === null ? null : hashOf(body),
      annex: ask.annex ?? null,
      declared: ask.declared ?? false,
      checkpoint: ask.checkpoint ?? null,
      ...(ask.recipient ? { recipient: ask.recipient } : {}),
    },
    who.signer,
  );
}

/** `{request, body}` with the request over the body's canonical JSON. */
export async function signedMessage<B>(who: Who, ports: Ports, ask: Ask, body: B) {
  const request = await signRequest(who, ports, ask, canonicalJson(body));
  return { request, message: { request: statementToWire(request), body } };
}
