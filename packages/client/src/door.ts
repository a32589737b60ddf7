/**
 * The ways in (R23: two factors at the application itself): a passkey with user verification, or a passphrase together with this
 * device's key; agents and the command line sign with their own key. Each hands out the sealed keyring, which opens here.
 */

import {
  type Bytes,
  base64url,
  type DeviceId,
  fromBase64url,
  lengthPrefixed,
  type OrganisationId,
  type PersonId,
  type Signer,
  utf8,
} from '@ketenkluis/base';
import { challenge as challengeSchema, sessionOpened, sessionProofBytes } from '@ketenkluis/protocol';
import { domain, parseKeyring, sha256, signingPublicKey } from '@ketenkluis/seal';
import {
  type DeviceKey,
  type KeyringSecrets,
  type OpenedKeyring,
  openWithPassphrase,
  openWithPrf,
} from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { clientError } from './errors.ts';
import { type DeviceLink, keyBytes } from './pins.ts';
import type { ClientStorage, PasskeyPort } from './ports.ts';
import { Session, type SessionStart } from './session.ts';
import { dropEnded } from './unlockers.ts';
import type { Wire } from './wire.ts';

type Opened = z.infer<typeof sessionOpened>;

/** What this device keeps of itself: keys that no script can read out again. */
export interface StoredDevice {
  readonly device: DeviceId;
  readonly person: PersonId;
  readonly publicKey: string;
  readonly sign: CryptoKey;
  readonly hmac: CryptoKey;
  /** Put there by the person: initials, role. */
  readonly label: string | null;
}

const LIST = 'devices';
const deviceName = (device: DeviceId) => `device:${device}`;

/** Ed25519 (RFC 8037 JWK) from a seed, unreadable afterwards. */
async function importSigning(seed: Bytes, publicKey: Bytes): Promise<CryptoKey> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', d: base64url(seed), x: base64url(publicKey) };
  return await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['sign']);
}

/** Makes a device of the two seeds and keeps it in this browser. */
export async function keepDevice(
  storage: ClientStorage,
  from: { readonly device: DeviceId; readonly person: PersonId; readonly sign: Bytes; readonly hmac: Bytes },
): Promise<StoredDevice> {
  const publicKey = await signingPublicKey(from.sign);
  const stored: StoredDevice = {
    device: from.device,
    person: from.person,
    publicKey: base64url(publicKey),
    sign: await importSigning(from.sign, publicKey),
    hmac: await crypto.subtle.importKey('raw', from.hmac, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']),
    label: null,
  };
  await storage.set(deviceName(from.device), stored);
  const list = await deviceIds(storage);
  await storage.set(LIST, [...list.filter((id) => id !== from.device), from.device]);
  return stored;
}

export const takeDeviceLink = (storage: ClientStorage, link: DeviceLink): Promise<StoredDevice> =>
  keepDevice(storage, {
    device: link.device as DeviceId,
    person: link.person as PersonId,
    sign: keyBytes(link.sign),
    hmac: keyBytes(link.hmac),
  });

async function deviceIds(storage: ClientStorage): Promise<DeviceId[]> {
  const list = await storage.get(LIST);
  return Array.isArray(list) ? (list as DeviceId[]) : [];
}

export async function keptDevices(storage: ClientStorage): Promise<StoredDevice[]> {
  const all = await Promise.all((await deviceIds(storage)).map((id) => storage.get(deviceName(id))));
  return all.filter((one): one is StoredDevice => one !== undefined);
}

export async function labelDevice(storage: ClientStorage, device: DeviceId, label: string): Promise<void> {
  const stored = (await storage.get(deviceName(device))) as StoredDevice | undefined;
  if (stored) await storage.set(deviceName(device), { ...stored, label });
}

export async function forgetDevice(storage: ClientStorage, device: DeviceId): Promise<void> {
  await storage.delete(deviceName(device));
  await storage.set(
    LIST,
    (await deviceIds(storage)).filter((id) => id !== device),
  );
}

/** How somebody proves to be there. */
export type Proof =
  | { readonly by: 'passkey'; readonly port: PasskeyPort }
  | { readonly by: 'passphrase'; readonly device: StoredDevice; readonly passphrase: string }
  | { readonly by: 'key'; readonly person: PersonId; readonly signer: Signer; readonly secrets: KeyringSecrets };

/** The salt at which a practice's passkeys are evaluated: known before the keyring is, and no secret. */
export const prfSalt = (practice: OrganisationId): Bytes => sha256(lengthPrefixed(domain('prf'), utf8(practice)));

const hostOf = (origin: string): string => new URL(origin).hostname;

interface Entered {
  readonly opened: Opened;
  readonly start: SessionStart;
  readonly secrets: KeyringSecrets;
  /** Null when the holder's own key signed: then no keyring was opened. */
  readonly keyring: OpenedKeyring | null;
}

async function enter(wire: Wire, proof: Proof, touched: Session | null): Promise<Entered> {
  const practice = wire.place.pins.practice as OrganisationId;
  const { challenge } = await wire.call('challenge', challengeSchema, { body: {} });
  const message = (by: string) => sessionProofBytes(wire.place.origin, practice, challenge, by);
  const post = async (body: unknown): Promise<Opened> => {
    if (touched === null) return await wire.call('session-open', sessionOpened, { body });
    const opened = await wire.call('session-touch', sessionOpened, { body, token: touched.token });
    // The token before is void now, also when the passphrase turns out to be wrong: the next attempt needs this one.
    touched.renew(opened.token);
    return opened;
  };

  if (proof.by === 'key') {
    const signature = base64url(await proof.signer.sign(message(proof.person)));
    const opened = await post({ by: 'key', challenge, person: proof.person, signature });
    return { ...entered(opened, null), secrets: proof.secrets, keyring: null };
  }
  if (proof.by === 'passphrase') {
    const { device, person } = proof.device;
    const made = await crypto.subtle.sign('Ed25519', proof.device.sign, message(device));
    const opened = await post({ by: 'device', challenge, device, signature: base64url(new Uint8Array(made)) });
    if (opened.person !== person) throw clientError('wrong-secret', 'the vault knows this device under another person');
    const keyring = await unsealed(opened, (sealed) =>
      openWithPassphrase(sealed, { device, deviceKey: proof.device.hmac as DeviceKey, passphrase: proof.passphrase }),
    );
    return withKeyring(entered(opened, device), keyring);
  }
  const options = { challenge, rpId: hostOf(wire.place.origin), allowCredentials: [], userVerification: 'required' };
  const { credential, prf } = await proof.port.get(options, prfSalt(practice));
  const id = credential.id;
  if (prf === null || typeof id !== 'string') {
    throw clientError(
      'wrong-secret',
      'this passkey cannot unlock keys (no PRF); use another passkey or your passphrase',
    );
  }
  const opened = await post({ by: 'passkey', challenge, credential });
  const keyring = await unsealed(opened, (sealed) => openWithPrf(sealed, { credential: id, prf }));
  return withKeyring(entered(opened, null), keyring);
}

const withKeyring = ({ opened, start }: Pick<Entered, 'opened' | 'start'>, keyring: OpenedKeyring): Entered => ({
  opened,
  start: { ...start, names: keyring.names },
  secrets: keyring.secrets,
  keyring,
});

const entered = (opened: Opened, device: DeviceId | null): Pick<Entered, 'opened' | 'start'> => ({
  opened,
  start: {
    session: opened.session,
    token: opened.token,
    person: opened.person,
    device,
    idle: opened.idle,
    until: opened.until,
    unlockers: opened.keyring === null ? [] : parseKeyring(fromBase64url(opened.keyring)).header.unlockers,
    names: {},
  },
});

type Keyring = ReturnType<typeof parseKeyring>['keyring'];
async function unsealed(opened: Opened, open: (keyring: Keyring) => Promise<OpenedKeyring>): Promise<OpenedKeyring> {
  if (opened.keyring === null) throw clientError('no-key-here', 'the vault keeps no keyring for you');
  const { header, keyring } = parseKeyring(fromBase64url(opened.keyring));
  if (header.person !== opened.person) throw clientError('wrong-secret', 'the vault gave the keyring of somebody else');
  try {
    return await open(keyring);
  } catch (cause) {
    throw clientError('wrong-secret', 'this does not unlock your keys; check the passphrase or the passkey', { cause });
  }
}

/** Throws `client/wrong-secret`, `client/refused`, `client/offline`. */
export async function signIn(wire: Wire, proof: Proof): Promise<Session> {
  const { opened, start, secrets, keyring } = await enter(wire, proof, null);
  const session = await Session.begin(wire, start, secrets, opened.stage);
  // Best effort: whoever cannot put a keyring now (another window just did) does so at the next sign-in.
  if (keyring !== null) await dropEnded(session, keyring, opened.ended).catch(() => undefined);
  return session;
}

/** Brings a locked session back; the person, the session and what was on screen stay the same. */
export async function touch(session: Session, proof: Proof): Promise<void> {
  const { opened, start, secrets } = await enter(session.wire, proof, session);
  await session.unlock(start, secrets, opened.stage);
}

/**
 * The opened keyring itself, for a change of its unlockers: one fresh gesture, which also touches the session. Use it at once
 * and let it go. Throws `client/wrong-secret`, `client/refused`, `client/offline`.
 */
export async function openKeyring(session: Session, proof: Exclude<Proof, { by: 'key' }>): Promise<OpenedKeyring> {
  const { opened, start, secrets, keyring } = await enter(session.wire, proof, session);
  await session.unlock(start, secrets, opened.stage);
  if (keyring === null) throw clientError('no-key-here', 'the vault keeps no keyring for you');
  return keyring;
}
