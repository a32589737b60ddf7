/** The agent's line to the vault: a session by its own key, over the client's checks; and what only a practice's agent sends. */

import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { type Bytes, canonicalJson, concat, fromBase64url, fromUtf8, lengthPrefixed, utf8 } from '@ketenkluis/base';
import {
  change,
  checkOwnLine,
  directorySeen,
  type Fetch,
  memoryStorage,
  type Pins,
  type Ports,
  type Session,
  signIn,
  signRequest,
  wire,
} from '@ketenkluis/client';
import { DELIVERY_TYPE, deliveryAccepted, type deliveryManifest, ENDPOINTS, heads } from '@ketenkluis/protocol';
import { encodeStatement, type Statement, statementToWire, webSigner } from '@ketenkluis/seal';
import type { z } from 'zod';
import type { Register } from './register.ts';

export type Heads = z.infer<typeof heads>;
export type Manifest = z.infer<typeof deliveryManifest>;
export type Accepted = z.infer<typeof deliveryAccepted>;

const deflate = promisify(deflateRaw);
/** Requests of one run count on from the register's number; the next run starts this much higher, so that none comes twice. */
export const COUNTERS_PER_RUN = 1_000_000;

export interface Link {
  readonly session: Session;
  heads(): Promise<Heads>;
  /** Sends one delivery; all of it counts or nothing does. */
  deliver(manifest: Manifest, packs: readonly Uint8Array[]): Promise<Accepted>;
  snapshot(snapshot: Statement<'snapshot'>): Promise<void>;
}

/** Canonical JSON of a manifest: its keys are put in order by hand, because a walk over a megabyte of text is slow. */
export function manifestText({ batch, custody, drop, expect, lists, packs, statements, wraps }: Manifest): string {
  return JSON.stringify({
    batch: JSON.parse(fromUtf8(canonicalJson(batch))),
    ...(custody === undefined ? {} : { custody: custody.map(({ by, sig }) => ({ by, sig })) }),
    drop,
    expect: expect.map(({ dossier, seq }) => ({ dossier, seq })),
    lists: lists.map(({ team, joined, left }) => ({ joined, left, team })),
    packs,
    statements,
    wraps: wraps.map(({ b, i, d, k, ct }) => ({ b, ct, d, i, k })),
  });
}

export const pinsOf = (register: Register): Pins => ({
  practice: register.practice.organisation,
  authority: register.authority,
  log: register.vault.log,
  logTeam: register.teams.find(({ need }) => need === 'log')!.team,
});

/** Signs in with the agent's key and takes up the log where the register left it. */
export async function openLink(options: {
  readonly register: Register;
  readonly fetch: Fetch;
  readonly clock: Ports['clock'];
  readonly random: Ports['random'];
}): Promise<Link> {
  const { register, fetch, clock, random } = options;
  const { organisation } = register.practice;
  const storage = memoryStorage();
  await storage.set(`counter:${organisation}:${register.agent.person}`, register.agent.counter);
  if (register.vault.people !== null) await storage.set(directorySeen(organisation), register.vault.people);
  if (register.vault.checkpoint !== null) {
    const { size, root } = register.vault.checkpoint;
    await storage.set(`log:${organisation}`, { ...register.vault.log, size, root, fork: null });
  }
  const sign = fromBase64url(register.agent.sign);
  const place = { origin: register.vault.origin, url: register.vault.url, pins: pinsOf(register) };
  const session = await signIn(wire(place, { fetch, clock, random, storage }), {
    by: 'key',
    person: register.agent.person,
    signer: await webSigner({ by: register.agent.person, seed: sign }),
    secrets: { sign, kem: fromBase64url(register.agent.kem) },
  });
  const log = await session.log();
  const path = `/v1/practices/${organisation}${ENDPOINTS.delivery.path}`;
  return {
    session,
    heads: () => session.call('heads', heads),
    async deliver(manifest, packs) {
      const plain = lengthPrefixed(utf8(manifestText(manifest)), ...packs);
      const rest = new Uint8Array(await deflate(plain, { level: 9 }));
      return await session.inTurn(async () => {
        const from = log.seen();
        const ask = { class: 'sync' as const, action: 'delivery', checkpoint: from };
        const request = await signRequest(session.who(), session.wire.ports, ask, rest);
        const body: Bytes = concat(lengthPrefixed(encodeStatement(request)), rest);
        const answer = await session.wire.http.call({
          path,
          token: session.token,
          bytes: { type: DELIVERY_TYPE, body },
          answer: deliveryAccepted,
        });
        checkOwnLine(log.line(answer.line, await log.accept(answer.checkpoint, answer.consistency, from)), request);
        return answer;
      });
    },
    async snapshot(snapshot) {
      await change(session, {
        endpoint: 'snapshot',
        class: 'sync',
        items: [],
        annexed: false,
        body: { snapshot: statementToWire(snapshot) },
      });
    },
  };
}
