/** Ways to unlock one's keys: seen, added, taken out. Each change asks for one fresh gesture with an unlocker that works. */

import { base64url, type DeviceId, newId, type PersonId, utf8 } from '@ketenkluis/base';
import {
  type ClientStorage,
  checkPassphrase,
  endOwnUnlocker,
  keepDevice,
  openKeyring,
  type Proof,
  prfSalt,
  putKeyring,
  type Session,
  waysIn,
} from '@ketenkluis/client';
import { credentialOptions } from '@ketenkluis/protocol';
import { generateSigningKey, parseKeyring, signStatement } from '@ketenkluis/seal';
import { addUnlocker, type DeviceKey } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { workplaceError } from '../errors.ts';
import type { Unlocker } from '../model.ts';
import { passkeyPort, type Where } from './passkey.ts';

export type Gesture = Exclude<Proof, { by: 'key' }>;

/** A passkey does not say where it lives, so only passphrases are known to be of this computer. */
export async function listed(session: Session, here: ReadonlySet<string>): Promise<Unlocker[]> {
  const mine = (await waysIn(session)).get(session.person) ?? [];
  return mine
    .filter(({ ended }) => ended === null)
    .map(({ unlocker, kind, since, used }) => {
      const name = session.unlockerNames[unlocker] ?? null;
      return { id: unlocker, kind, here: here.has(unlocker), name, since, used };
    });
}

export async function addPasskey(session: Session, gesture: Gesture, where: Where, name: string): Promise<void> {
  const opened = await openKeyring(session, gesture);
  const options = await session.call('credential-options', credentialOptions, {});
  const salt = prfSalt(session.practice);
  const { credential, prf } = await passkeyPort(where).create(options, salt);
  const { id } = credential;
  if (prf === null || typeof id !== 'string') throw workplaceError('passkey-no-prf', 'this passkey keeps no keys');
  const { random } = session.wire.ports;
  const keyring = await addUnlocker(opened, { kind: 'passkey', credential: id, salt, prf, ...called(name) }, random);
  const challenge = z.string().parse(options.challenge);
  const body = { challenge, credential, keyring: base64url(keyring) };
  const { message } = await session.signed({ class: 'session', action: 'credential' }, body);
  await session.call('credential', z.unknown(), message);
  session.unlockers = parseKeyring(keyring).header.unlockers;
}

/** The name that its owner gave it, if any; sealed with the keys. */
const called = (name: string) => (name.trim() === '' ? {} : { name: name.trim().slice(0, 60) });

/** A device of this browser: its keys are made here; only those that cannot be read out again stay. */
export async function newDevice(
  storage: ClientStorage,
  ports: Session['wire']['ports'],
  person: PersonId,
): Promise<{ readonly device: DeviceId; readonly sign: string; readonly deviceKey: DeviceKey }> {
  const device = newId('device', ports.random);
  const signing = await generateSigningKey(ports.random);
  const hmac = ports.random(32);
  const kept = await keepDevice(storage, { device, person, sign: signing.seed, hmac });
  signing.seed.fill(0);
  hmac.fill(0);
  return { device, sign: kept.publicKey, deviceKey: kept.hmac };
}

export async function addPassphrase(
  storage: ClientStorage,
  session: Session,
  gesture: Gesture,
  passphrase: string,
  name: string,
  names: readonly string[],
): Promise<void> {
  checkPassphrase(passphrase, names);
  const opened = await openKeyring(session, gesture);
  const { ports } = session.wire;
  const { device, sign, deviceKey } = await newDevice(storage, ports, session.person);
  const at = session.now();
  const payload = { t: 'device', v: 1, suite: 1, id: device, person: session.person, sign, at } as const;
  const statement = await signStatement(payload, session.keys().signer);
  const unlocker = { kind: 'passphrase' as const, device, deviceKey, passphrase, ...called(name) };
  const keyring = await addUnlocker(opened, unlocker, ports.random);
  await putKeyring(session, keyring, statement);
}

export async function remove(session: Session, gesture: Gesture, id: string): Promise<void> {
  await endOwnUnlocker(session, await openKeyring(session, gesture), id);
}

/** What the vault sends to make a passkey before there is a session: the same options, but for a new person. */
export const creationOptions = (host: string, person: PersonId, challenge: string): Record<string, unknown> => ({
  rp: { id: host, name: 'Ketenkluis' },
  // Names stay out of authenticators that nobody can see into.
  user: { id: base64url(utf8(person)), name: 'Ketenkluis', displayName: 'Ketenkluis' },
  challenge,
  pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: 'public-key' })),
  timeout: 120_000,
  attestation: 'none',
  authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
});
