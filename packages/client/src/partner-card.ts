/**
 * A partner card (docs/spec/partners.md): what one organisation hands another so that both can compare it out of band. It holds public
 * keys, random ids and the organisation's own name; no secret and nobody's name.
 */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  type IdKind,
  idPattern,
  lengthPrefixed,
  type OrganisationId,
  parseCanonicalJson,
  type TeamId,
  utf8,
  type Verifier,
} from '@ketenkluis/base';
import { originFault, wireStatement } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  type Hash,
  type KeyDirectory,
  profile,
  sha256,
  statementFromWire,
  webVerifier,
} from '@ketenkluis/seal';
import { z } from 'zod';
import { clientError } from './errors.ts';
import { type DirectoryWire, readPartnerDirectory } from './partner-keys.ts';
import type { Pins } from './pins.ts';
import type { Session } from './session.ts';
import type { Place } from './wire.ts';

const id = (kind: IdKind) => z.string().regex(idPattern(kind));
const { ura, origin } = profile.shape;

/**
 * Is this a name that two people read alike? Latin letters, digits and signs, as they are seen: no letters of another script that look
 * like them, nothing that is not seen or turns the direction of what is.
 */
export const isPlainName = (text: string): boolean =>
  text === text.normalize('NFKC').trim() &&
  /^[\p{Script=Latin}\p{Script=Common}]+$/u.test(text) &&
  !/[\p{C}\p{M}\p{Zl}\p{Zp}]|\s\s/u.test(text);
const name = profile.shape.name.refine(isPlainName, 'a name in letters that look like others');
const teams = z.array(profile.shape.teams.element.extend({ name })).min(1).max(64);

const cardSchema = z.strictObject({
  v: z.literal(1),
  t: z.literal('partner-card'),
  organisation: id('organisation'),
  name,
  ura,
  origin,
  log: z.string().max(200),
  statements: z.array(wireStatement).min(1).max(5000),
  batches: z.array(wireStatement).max(500),
  teams,
});

/** A team on a card: its role is one of the catalogue's, or `log` for the team that a visitor's annexes are sealed to. */
export interface CardTeam {
  readonly team: TeamId;
  readonly role: string;
  readonly name: string;
}
/** On a card, but nobody is referred to it. */
export const LOG_ROLE = 'log';

export interface PartnerCard {
  readonly organisation: OrganisationId;
  readonly name: string;
  readonly ura: string;
  readonly origin: string;
  /** Verifier key of its log, C2SP signed-note. */
  readonly log: string;
  readonly teams: readonly CardTeam[];
  /** Hashes of its first and of its newest authority record. */
  readonly root: Hash;
  readonly authority: Hash;
  readonly keys: KeyDirectory;
  readonly wire: DirectoryWire;
  /** Twelve groups of four digits, to be compared by telephone. */
  readonly fingerprint: readonly string[];
}

const DIGITS = 48;
/** 20 bytes as a number modulo 10^48. */
export function partnerFingerprint(of: {
  readonly organisation: string;
  readonly authority: Hash;
  readonly log: string;
  readonly name: string;
  readonly ura: string;
  readonly teams: readonly CardTeam[];
}): string[] {
  const said = canonicalJson({ name: of.name, ura: of.ura, teams: of.teams });
  const parts = [utf8('ketenkluis.partner.v1'), utf8(of.organisation), fromBase64url(of.authority), utf8(of.log), said];
  const digest = sha256(lengthPrefixed(...parts)).subarray(0, 20);
  const number = digest.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) % 10n ** BigInt(DIGITS);
  return number.toString().padStart(DIGITS, '0').match(/.{4}/g)!;
}

/**
 * The own card, to hand to a partner. `teams` may be referred to; the team that reads the log is added, so that the partner's annexes
 * can be sealed.
 */
export async function partnerCard(
  session: Session,
  own: { readonly name: string; readonly ura: string; readonly teams: readonly CardTeam[] },
): Promise<string> {
  await session.people(true);
  const { origin: at, pins } = session.wire.place;
  const reads = { team: pins.logTeam as TeamId, role: LOG_ROLE, name: LOG_ROLE };
  const { statements, batches } = session.peopleWire;
  return base64url(
    canonicalJson(
      cardSchema.parse({
        ...{ v: 1, t: 'partner-card', organisation: session.practice, name: own.name, ura: own.ura, origin: at },
        ...{ log: pins.log.key, statements, batches },
        teams: [...own.teams.filter(({ role }) => role !== LOG_ROLE), reads],
      }),
    ),
  );
}

/** Reads a card and verifies the whole directory in it. Throws `client/bad-partner-card`. */
export async function readPartnerCard(text: string, verifier: Verifier = webVerifier): Promise<PartnerCard> {
  try {
    const card = cardSchema.parse(parseCanonicalJson(fromBase64url(text.replace(/\s/g, ''))));
    const fault = originFault(card.origin);
    if (fault !== null) throw clientError('insecure-origin', `the address on this card ${fault}`);
    const organisation = card.organisation as OrganisationId;
    const wire = { statements: card.statements, batches: card.batches };
    const keys = await readPartnerDirectory(organisation, wire, verifier);
    const teams = card.teams as readonly CardTeam[];
    const root = statementFromWire(card.statements[0], batchesFromWire(card.batches)).hash;
    const authority = keys.authorityHash;
    if (authority === undefined) throw new Error('no authority record');
    if (teams.some(({ team }) => keys.epochOf(team) === undefined)) throw new Error('a team without a key');
    const said = { organisation, name: card.name, ura: card.ura, log: card.log, teams };
    const fingerprint = partnerFingerprint({ ...said, authority });
    return { ...said, origin: card.origin, root, authority, keys, wire, fingerprint };
  } catch (cause) {
    throw clientError('bad-partner-card', 'this card is cut off, changed or not of this form; ask for it again', {
      cause,
    });
  }
}

/** Where a partner's own vault answers, and what its card says of its keys: enough to visit it. */
export function placeOf(of: {
  readonly organisation: OrganisationId;
  readonly origin: string;
  readonly log: string;
  readonly root: Hash;
  readonly teams: readonly CardTeam[];
}): Place {
  const logTeam = of.teams.find(({ role }) => role === LOG_ROLE)?.team;
  if (logTeam === undefined) throw clientError('bad-partner-card', 'this card names no team that reads the log');
  const log: Pins['log'] = { origin: of.log.slice(0, of.log.indexOf('+')), key: of.log };
  return { origin: of.origin, pins: { practice: of.organisation, authority: of.root, log, logTeam } };
}
