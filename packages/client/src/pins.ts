/**
 * What a person's device was told about a practice by the practice itself, on paper or in a link, and not by the vault:
 * the root of its keys, its log and the team that reads the log. A device link also carries a new device's keys.
 */

import { type Bytes, base64url, canonicalJson, fromBase64url, idPattern, parseCanonicalJson } from '@ketenkluis/base';
import { hash } from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';

const id = (kind: 'organisation' | 'person' | 'team' | 'device') => z.string().regex(idPattern(kind));
const key = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const pinFields = {
  practice: id('organisation'),
  /** Hash of authority record 0, leaf 0 of the log. */
  authority: hash,
  log: z.strictObject({ origin: z.string(), key: z.string() }),
  /** Annexes are sealed to this team. */
  logTeam: id('team'),
};
export const pins = z.strictObject(pinFields);
export type Pins = z.infer<typeof pins>;

const deviceLink = z.strictObject({
  v: z.literal(1),
  ...pinFields,
  origin: z.string(),
  person: id('person'),
  device: id('device'),
  /** Seeds: Ed25519 for the door, HMAC for the passphrase unlocker. */
  sign: key,
  hmac: key,
});
export type DeviceLink = z.infer<typeof deviceLink>;

/** The text behind `#/apparaat/`: everything a browser needs to become this device. Whoever has it still lacks the passphrase. */
export const encodeDeviceLink = (link: DeviceLink): string => base64url(canonicalJson(deviceLink.parse(link)));

/** Throws `client/bad-device-link`. */
export function parseDeviceLink(text: string): DeviceLink {
  try {
    return deviceLink.parse(parseCanonicalJson(fromBase64url(text.slice(text.lastIndexOf('/') + 1))));
  } catch (cause) {
    throw clientError('bad-device-link', 'this device link is cut off or changed; ask for a new one', { cause });
  }
}

const practiceLink = z.strictObject({ v: z.literal(1), ...pinFields, origin: z.string() });
type PracticeLink = z.infer<typeof practiceLink>;

/** The text behind `#/praktijk/`: what a fresh browser must know of a practice before anybody signs in there. No secret is in it. */
export const encodePracticeLink = (pinned: Pins, origin: string): string =>
  base64url(canonicalJson(practiceLink.parse({ v: 1, ...pinned, origin })));

/** Throws `client/bad-device-link`. */
export function parsePracticeLink(text: string): PracticeLink {
  try {
    return practiceLink.parse(parseCanonicalJson(fromBase64url(text.slice(text.lastIndexOf('/') + 1))));
  } catch (cause) {
    throw clientError('bad-device-link', 'this link of the practice is cut off or changed; copy it again', { cause });
  }
}

export const keyBytes = (text: string): Bytes => fromBase64url(text);
