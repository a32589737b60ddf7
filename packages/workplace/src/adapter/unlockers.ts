/** Ways to unlock one's keys: seen, added, taken out. Each change asks for one fresh gesture with an unlocker that works. */

import { type Bytes, base64url, type DeviceId, newId, type PersonId, utf8 } from '@ketenkluis/base';
import { type ClientStorage, keepDevice, openKeyring, type Proof, prfSalt, type Session } from '@ketenkluis/client';
import { credentialOptions } from '@ketenkluis/protocol';
import { generateSigningKey, parseKeyring, type Statement, signStatement, statementToWire } from '@ketenkluis/seal';
import { addUnlocker, type DeviceKey, type OpenedKeyring, removeUnlocker } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { workplaceError } from '../errors.ts';
import type { Unlocker } from '../model.ts';
import { passkeyPort, type Where } from './passkey.ts';

export type Gesture = Exclude<Proof, { by: 'key' }>;

type Stored = OpenedKeyring['header']['unlockers'];
const idOf = (unlocker: Stored[number]): string =>
  unlocker.kind === 'passkey' ? unlocker.credential : unlocker.device;

/** A passkey does not say where it lives, so only passphrases are known to be of this computer. */
export const listed = (unlockers: Stored, here: ReadonlySet<string>): Unlocker[] =>
  unlockers.map((one) => ({ id: idOf(one), kind: one.kind, here: here.has(idOf(one)) }));

async function put(session: Session, keyring: Bytes, device: Statement<'device'> | null): Promise<void> {
  const body = { keyring: base64url(keyring), device: device === null ? null : statementToWire(device) };
  const { message } = await session.signed({ class: 'session', action: 'keyring' }, body);
  await session.call('keyring', z.unknown(), message);
  session.unlockers = parseKeyring(keyring).header.unlockers;
}

export async function addPasskey(session: Session, gesture: Gesture, where: Where): Promise<void> {
  const opened = await openKeyring(session, gesture);
  const options = await session.call('credential-options', credentialOptions, {});
  const salt = prfSalt(session.practice);
  const { credential, prf } = await passkeyPort(where).create(options, salt);
  const { id } = credential;
  if (prf === null || typeof id !== 'string') throw workplaceError('passkey-no-prf', 'this passkey keeps no keys');
  const { random } = session.wire.ports;
  const keyring = await addUnlocker(opened, { kind: 'passkey', credential: id, salt, prf }, random);
  const challenge = z.string().parse(options.challenge);
  const body = { challenge, credential, keyring: base64url(keyring) };
  const { message } = await session.signed({ class: 'session', action: 'credential' }, body);
  await session.call('credential', z.unknown(), message);
  session.unlockers = parseKeyring(keyring).header.unlockers;
}

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
): Promise<void> {
  const opened = await openKeyring(session, gesture);
  const { ports } = session.wire;
  const { device, sign, deviceKey } = await newDevice(storage, ports, session.person);
  const at = session.now();
  const payload = { t: 'device', v: 1, suite: 1, id: device, person: session.person, sign, at } as const;
  const statement = await signStatement(payload, session.keys().signer);
  const keyring = await addUnlocker(opened, { kind: 'passphrase', device, deviceKey, passphrase }, ports.random);
  await put(session, keyring, statement);
}

export async function remove(session: Session, gesture: Gesture, id: string): Promise<void> {
  const opened = await openKeyring(session, gesture);
  const found = opened.header.unlockers.find((one) => idOf(one) === id);
  if (found === undefined) throw workplaceError('conflict', 'this unlocker is gone already');
  const which = found.kind === 'passkey' ? { credential: found.credential } : { device: found.device };
  await put(session, await removeUnlocker(opened, which, session.wire.ports.random), null);
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
