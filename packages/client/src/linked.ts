/**
 * Other practices in which the same person has a card: one sign-in at home opens them (docs/spec/contents.md, "Several practices"). What
 * the other vaults see is an ordinary sign-in with a device and a passphrase; the passphrase lies sealed to the key of home.
 */

import { base64url, canonicalJson, fromBase64url, type OrganisationId, parseCanonicalJson } from '@ketenkluis/base';
import { id } from '@ketenkluis/protocol';
import { asSealedBlob, type Plaintext, sealTo } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import { z } from 'zod';
import { forgetDevice, keptDevices, signIn, takeDeviceLink } from './door.ts';
import { clientError } from './errors.ts';
import { parseDeviceLink, pins } from './pins.ts';
import type { ClientStorage } from './ports.ts';
import type { Session } from './session.ts';
import { wire } from './wire.ts';

const kept = z.strictObject({ practice: id('organisation'), origin: z.string(), pins, sealed: z.string() });
const all = z.array(kept).max(200);
export type LinkedPractice = z.infer<typeof kept>;
const secret = z.strictObject({ v: z.literal(1), passphrase: z.string() });

const listName = (home: Session) => `linked:${home.person}`;
const info = (home: Session, practice: OrganisationId) => `linked ${home.person} ${practice}`;

/** A corner of this device for another practice: its device key is not among those of home. */
const corner = (storage: ClientStorage, home: Session, practice: OrganisationId): ClientStorage => {
  const name = (key: string) => `${listName(home)}:${practice}:${key}`;
  return {
    get: (key) => storage.get(name(key)),
    set: (key, value) => storage.set(name(key), value),
    delete: (key) => storage.delete(name(key)),
    // Of home's own memory, where its log stood and what waits to be sent, nothing goes with another practice's.
    clear: () => Promise.reject(clientError('refused', 'a linked practice is left with unlinkPractice')),
  };
};

/** On this device, in the order in which they were added. */
export const linkedPractices = async (home: Session): Promise<readonly LinkedPractice[]> =>
  all.parse((await home.wire.ports.storage.get(listName(home))) ?? []);

async function enter(home: Session, at: Pick<LinkedPractice, 'practice' | 'origin' | 'pins'>, passphrase: string) {
  const { identity: _, sheets: __, storage: whole, ...ports } = home.wire.ports;
  const storage = corner(whole, home, at.practice);
  const [device] = await keptDevices(storage);
  if (device === undefined) throw clientError('bad-device-link', 'this device knows no way into that practice');
  return await signIn(wire({ origin: at.origin, pins: at.pins }, { ...ports, storage }), {
    ...{ by: 'passphrase', device, passphrase },
  });
}

/**
 * Adds a practice by the device link and passphrase that it gave this person. Signs in there once: what does not open is not kept.
 * Throws `client/bad-device-link`, `client/wrong-secret`, `client/refused`, `client/offline`.
 */
export async function linkPractice(home: Session, text: string, passphrase: string): Promise<LinkedPractice> {
  const link = parseDeviceLink(text);
  const practice = link.practice as OrganisationId;
  const known = await linkedPractices(home);
  if (practice === home.practice || known.some((one) => one.practice === practice))
    throw clientError('bad-device-link', 'this practice is here already');
  const { origin, authority, log, logTeam } = link;
  const at = { practice, origin, pins: { practice, authority, log, logTeam } };
  const card = (await home.people()).cardOf(home.person, home.now());
  if (card === undefined) throw clientError('no-key-here', 'this person has no card at home');
  const whole = home.wire.ports.storage;
  await takeDeviceLink(corner(whole, home, practice), link);
  await (await enter(home, at, passphrase)).close();
  const plain = canonicalJson({ v: 1, passphrase }) as Plaintext;
  const sealed = base64url(await sealTo(fromBase64url(card.kem), info(home, practice), plain));
  const made: LinkedPractice = { ...at, sealed };
  await whole.set(listName(home), [...known, made]);
  return made;
}

/** Opens it with the keys of the session at home, works there, and closes it. */
export async function withLinked<T>(
  home: Session,
  at: LinkedPractice,
  work: (there: Session) => Promise<T>,
): Promise<T> {
  const blob = asSealedBlob(fromBase64url(at.sealed));
  const plain = await openSealed(home.keys().kem, info(home, at.practice), blob);
  const there = await enter(home, at, secret.parse(parseCanonicalJson(plain)).passphrase);
  try {
    return await work(there);
  } finally {
    await there.close();
  }
}

/** This device forgets the way in; the card there stays until an owner ends it. */
export async function unlinkPractice(home: Session, practice: OrganisationId): Promise<void> {
  const whole = home.wire.ports.storage;
  await whole.set(
    listName(home),
    (await linkedPractices(home)).filter((one) => one.practice !== practice),
  );
  const storage = corner(whole, home, practice);
  for (const { device } of await keptDevices(storage)) await forgetDevice(storage, device);
}
