/** A substitute from outside: approved by two owners, called in by one person, handed one patient (docs/spec/substitutes.md). */

import { loadPolicy } from '@ketenkluis/access/node';
import { nodeFetch } from '@ketenkluis/agent';
import {
  base64url,
  DAY,
  HOUR,
  newId,
  type PersonId,
  plus,
  systemClock,
  systemRandom,
  type TeamId,
} from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import {
  activate,
  admit,
  agree,
  callPatient,
  callsForMe,
  change,
  encodeDeviceLink,
  memoryStorage,
  openCalled,
  openDossier,
  parseDeviceLink,
  type Session,
  signIn,
  substitutesToCall,
  takeDeviceLink,
  waitingProposals,
  wire,
} from '@ketenkluis/client';
import {
  createInvitation,
  createJoin,
  generateSigningKey,
  parseInvitationFragment,
  signStatement,
  statementsToWire,
  statementToWire,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { DEMO_ARGON2, type NewPractice } from '../demo/world.ts';

export interface Locum {
  readonly name: string;
  readonly person: PersonId;
  readonly link: string;
  readonly passphrase: string;
}

/** Answers an invitation with keys of her own and one device. */
async function join(
  practice: NewPractice,
  fragment: string,
  of: Parameters<typeof createJoin>[0]['invitation'],
  passphrase: string,
) {
  const net = nodeFetch();
  try {
    const wired = wire(practice.place, {
      ...{ fetch: net.fetch, clock: systemClock, random: systemRandom, storage: memoryStorage() },
    });
    const person = newId('person', systemRandom);
    const [signing, device] = [await generateSigningKey(systemRandom), await generateSigningKey(systemRandom)];
    const kem = await suite(1).kem.generate(systemRandom);
    const signer = await webSigner({ by: person, seed: signing.seed, publicKey: signing.publicKey });
    const at = systemClock();
    const [id, hmac] = [newId('device', systemRandom), systemRandom(32)];
    const stated = { t: 'device', v: 1, suite: 1, id, person, sign: base64url(device.publicKey), at } as const;
    const unlocker = { kind: 'passphrase' as const, device: id, deviceKey: hmac, passphrase, cost: DEMO_ARGON2 };
    const secrets = { sign: signing.seed, kem: kem.seed };
    const keyring = await createKeyring({ person, secrets, unlockers: [unlocker], random: systemRandom });
    const { id: invitation, seed } = parseInvitationFragment(fragment);
    const joined = await createJoin({ invitation: of, seed, signer, kem: kem.publicKey, at });
    await wired.call('join', z.unknown(), {
      path: `/v1/practices/${practice.place.pins.practice}/invitations/${invitation}/join`,
      body: {
        ...{ join: statementToWire(joined), keyring: base64url(keyring), passkey: null },
        device: statementToWire(await signStatement(stated, signer)),
      },
    });
    const { origin, pins } = practice.place;
    const keys = { sign: base64url(device.seed), hmac: base64url(hmac) };
    return { person, link: encodeDeviceLink({ v: 1, ...pins, origin, person, device: id, ...keys }) };
  } finally {
    net.close();
  }
}

/** Two owners approve; the keys are the locum's own. Throws what the client throws. */
export async function approve(
  practice: NewPractice,
  of: { readonly first: Session; readonly second: Session; readonly team: TeamId; readonly by: PersonId },
  who: { readonly name: string; readonly passphrase: string },
): Promise<Locum> {
  const { first, second, team } = of;
  const at = first.now();
  const made = await createInvitation({
    ...{ organisation: first.practice, team, by: first.person, at, random: systemRandom },
  });
  const invitation = statementsToWire([await signStatement(made.payload, first.keys().signer)]);
  await change(first, {
    ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false, body: { ...invitation, wraps: [] } },
  });
  const born = await join(practice, made.fragment, made.payload, who.passphrase);
  const as = { until: plus(at, 30 * DAY), activators: [of.by] };
  await admit(first, made.payload.id, { name: who.name, role: 'locum' }, as);
  for (const waiting of await waitingProposals(second)) if (!('broken' in waiting)) await agree(second, waiting.hash);
  return { ...who, ...born };
}

/** The locum on a device of her own. */
export async function enter(practice: NewPractice, locum: Locum): Promise<Session> {
  const net = nodeFetch();
  const storage = memoryStorage();
  const device = await takeDeviceLink(storage, parseDeviceLink(locum.link));
  const ports = { fetch: net.fetch, clock: systemClock, random: systemRandom, storage, policy: loadPolicy };
  return await signIn(wire(practice.place, ports), { by: 'passphrase', device, passphrase: locum.passphrase });
}

export interface Handed {
  /** Parts that opened of the patient who was handed over, and of one who was not. */
  readonly opened: number;
  readonly others: number;
}

/** Called in by one, handed one patient; she opens that one, and tries another. */
export async function standIn(
  practice: NewPractice,
  caller: Session,
  locum: Locum,
  rows: readonly [WorklistRow, WorklistRow],
): Promise<Handed> {
  const pool = (await substitutesToCall(caller)).find((one) => one.pool.person === locum.person)?.pool;
  if (pool === undefined) throw new Error('nobody approved this locum');
  await activate(caller, pool, plus(caller.now(), 10 * HOUR));
  const [row, other] = rows;
  const { dossier, facts, name } = row;
  await callPatient(caller, {
    ...{ dossier, facts, to: locum.person, name, birthDate: row.birthDate ?? null, reason: 'controle vanmiddag' },
    handle: row.handles.find(({ scope }) => scope === 'identity')!.handle,
  });
  const her = await enter(practice, locum);
  const permitted = ({ parts }: Awaited<ReturnType<typeof openDossier>>) =>
    parts.filter(({ outcome }) => outcome === 'permit').length;
  const [called] = await callsForMe(her);
  if (called === undefined) throw new Error('the locum was not told of her patient');
  const tried = { dossier: other.dossier, handles: other.handles.map(({ handle }) => handle), facts: other.facts };
  return { opened: permitted(await openCalled(her, called)), others: permitted(await openDossier(her, tried)) };
}
