/** New people of a practice: their keys, their sealed keyring with two ways in, and the links that carry a device to them. */

import {
  base64url,
  type Instant,
  newId,
  type OrganisationId,
  type PersonId,
  type Random,
  type Signer,
} from '@ketenkluis/base';
import { encodeDeviceLink, type Pins, signIn, type Wire } from '@ketenkluis/client';
import { sessionState } from '@ketenkluis/protocol';
import { type Card, generateSigningKey, signStatement, statementToWire, suite, webSigner } from '@ketenkluis/seal';
import {
  type Argon2Cost,
  addUnlocker,
  createKeyring,
  type KeyringSecrets,
  openWithPassphrase,
} from '@ketenkluis/seal/open';
import { z } from 'zod';

export interface NewKeys {
  readonly person: PersonId;
  readonly secrets: KeyringSecrets;
  readonly sign: string;
  readonly kem: string;
  readonly signer: Signer;
}

/** Fresh signing and KEM keys for one person. */
export async function newKeys(random: Random): Promise<NewKeys> {
  const person = newId('person', random);
  const signing = await generateSigningKey(random);
  const kem = await suite(1).kem.generate(random);
  return {
    person,
    secrets: { sign: signing.seed, kem: kem.seed },
    sign: base64url(signing.publicKey),
    kem: base64url(kem.publicKey),
    signer: await webSigner({ by: person, seed: signing.seed, publicKey: signing.publicKey }),
  };
}

export const cardOf = (
  keys: Pick<NewKeys, 'person' | 'sign' | 'kem'>,
  fields: {
    readonly organisation: OrganisationId;
    readonly kind: Card['kind'];
    readonly from: Instant;
    readonly until: Instant;
  },
): Card => ({
  t: 'card',
  v: 1,
  suite: 1,
  organisation: fields.organisation,
  subject: keys.person,
  kind: fields.kind,
  number: 0,
  sign: keys.sign,
  kem: keys.kem,
  from: fields.from,
  until: fields.until,
});

/** A way in for a browser: the link makes it that device, the passphrase opens the keyring there. */
export interface WayIn {
  readonly link: string;
  readonly passphrase: string;
}

const WORDS = 'abcdefghjkmnpqrstuvwxyz23456789';
/** Twenty letters in groups of five, about 98 bits; read from paper, so no letter looks like another. */
export function recoveryCode(random: Random): string {
  let code = '';
  while (code.length < 20) {
    // Values past the last full round would make some letters likelier.
    for (const byte of random(32)) {
      if (byte < 248 && code.length < 20) code += WORDS[byte % 31];
    }
  }
  return code.match(/.{5}/g)!.join('-');
}

/**
 * Puts a person's keyring at the vault with two devices: the one they will use, with their passphrase, and one on paper, with a code.
 * The two links and the code are returned and kept nowhere.
 */
export async function giveKeyring(
  wired: Wire,
  keys: NewKeys,
  passphrase: string,
  origin: string,
  cost?: Argon2Cost,
): Promise<{ readonly first: WayIn; readonly second: WayIn }> {
  const { random, clock } = wired.ports;
  const session = await signIn(wired, { by: 'key', person: keys.person, signer: keys.signer, secrets: keys.secrets });
  const pins: Pins = wired.place.pins;
  const make = async (secret: string) => {
    const device = newId('device', random);
    const sign = await generateSigningKey(random);
    const hmac = random(32);
    const statement = await signStatement(
      { t: 'device', v: 1, suite: 1, id: device, person: keys.person, sign: base64url(sign.publicKey), at: clock() },
      keys.signer,
    );
    const link = encodeDeviceLink({
      v: 1,
      ...pins,
      origin,
      person: keys.person,
      device,
      sign: base64url(sign.seed),
      hmac: base64url(hmac),
    });
    const unlocker = {
      kind: 'passphrase' as const,
      device,
      deviceKey: hmac,
      passphrase: secret,
      ...(cost === undefined ? {} : { cost }),
    };
    return { device: statement, unlocker, wayIn: { link, passphrase: secret } };
  };
  const first = await make(passphrase);
  const second = await make(recoveryCode(random));
  const put = async (keyring: Uint8Array, device: typeof first.device) => {
    const body = { keyring: base64url(keyring), device: statementToWire(device) };
    const { message } = await session.signed({ class: 'session', action: 'keyring' }, body);
    await session.call('keyring', z.unknown(), message);
  };
  const one = await createKeyring({
    person: keys.person,
    secrets: keys.secrets,
    unlockers: [first.unlocker],
    random,
  });
  await put(one, first.device);
  const opened = await openWithPassphrase(one, first.unlocker);
  await put(await addUnlocker(opened, second.unlocker, random), second.device);
  await session.call('session-close', sessionState, {});
  return { first: first.wayIn, second: second.wayIn };
}
