/** Looking as a client does, and as a reader would who leaves checks out: the twins' eyes. */

import { fromBase64url, fromUtf8, parseId, type Verifier } from '@ketenkluis/base';
import {
  type LogView,
  type Look,
  memoryStorage,
  type OpenedDossier,
  openDossier,
  openRelease,
  readDirectory,
  type Session,
} from '@ketenkluis/client';
import { readCheckpoint } from '@ketenkluis/ledger';
import { directory as directoryMessage, releaseAnswer } from '@ketenkluis/protocol';
import {
  asShare,
  batchesFromWire,
  expectType,
  type KeyDirectory,
  type Sealed,
  type Share,
  statementFromWire,
  wrapFromWire,
} from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import { type Loose, recorded } from './proxy.ts';
import type { Fork, Memory, Patient, Who } from './world.ts';

/** Believes every signature. */
export const LIAR: Verifier = { verify: async () => true };

export const NURSE = 'poh-s';
/** The handles that a team's steps list, first scope first. */
export function handlesFor(patient: Patient, need = NURSE) {
  const steps = patient.steps[need] ?? [];
  return { handles: steps.flatMap(({ handles }) => handles), facts: steps.map(({ fact }) => fact) };
}

/** One look at one scope (the first that the team may open, or the one named) or at `handles`. */
export async function lookAt(
  session: Session,
  patient: Patient,
  options: { readonly need?: string; readonly handles?: readonly Patient['handles'][string][] } = {},
): Promise<OpenedDossier> {
  const { handles, facts } = handlesFor(patient, options.need);
  return openDossier(session, { dossier: patient.dossier, handles: options.handles ?? handles.slice(0, 1), facts });
}

/** The reason of the first refused part; `undefined` when everything opened. */
export const refusalIn = (opened: OpenedDossier): string | undefined =>
  opened.parts.flatMap((part) => (part.outcome === 'deny' ? [part.reason] : []))[0];

/** Opens a recorded answer with the client's own checks, some of them replaced. */
export async function openWith(
  session: Session,
  answer: Loose,
  asked: Loose,
  replaced: { readonly people?: KeyDirectory; readonly log?: LogView; readonly fresh?: boolean } = {},
): Promise<Look> {
  return openRelease(releaseAnswer.parse(answer), {
    request: expectType(statementFromWire(asked.request), 'request'),
    people: replaced.people ?? (await session.people()),
    asker: await session.asker(),
    log: replaced.log ?? (await session.log()),
    storage: replaced.fresh ? memoryStorage() : session.wire.ports.storage,
    verifier: replaced.people ? LIAR : session.verifier,
    now: session.now(),
    holders: null,
    teamKey: (team, epoch) => session.teamKey(team, epoch),
    bundles: new Map(),
  });
}

/** A log view that takes every checkpoint and every line as it comes. */
export const gullibleLog = (session: Session): LogView => ({
  log: session.wire.place.pins.log,
  seen: () => null,
  note: () => null,
  evidence: () => null,
  contradicted: () => Promise.reject(new Error('nobody contradicts here')),
  accept: async (note) => readCheckpoint(note),
  line: (proof) => ({
    index: proof.index,
    common: proof.common && JSON.parse(fromUtf8(fromBase64url(proof.common.part))),
    count: proof.items.length,
    items: proof.items.map(({ position, part, salt }) => ({
      position,
      item: JSON.parse(fromUtf8(fromBase64url(part))),
      salt: fromBase64url(salt),
      hash: '',
    })),
  }),
});

/** The directory as somebody reads it who checks no signature. */
export async function gulliblePeople(session: Session, answer: Loose): Promise<KeyDirectory> {
  const parsed = directoryMessage.parse(answer);
  const { people } = await readDirectory({
    practice: session.practice,
    authority: session.wire.place.pins.authority,
    pages: [{ answer: parsed, checkpoint: readCheckpoint(parsed.checkpoint) }],
    verifier: LIAR,
  });
  return people;
}

/** The member's half, unwrapped, and the vault's. */
export async function sharesOf(
  session: Session,
  result: Loose,
  batches: Loose,
): Promise<{ readonly c: Share<'c'>; readonly h: Share<'h'> }> {
  const bundle = expectType(statementFromWire(result.bundle, batchesFromWire(batches)), 'bundle').payload;
  const key = await session.teamKey(parseId('team', bundle.recipient), bundle.epoch!);
  const c = await (await openBundle(bundle, key)).unwrap(wrapFromWire(result.wrap));
  return { c: c as Share<'c'>, h: asShare('h', fromBase64url(result.h)) };
}

/** Only the cryptography: unwraps and decrypts one released item, whatever it is and whoever wrote it. */
export async function decrypts(session: Session, result: Loose, batches: Loose): Promise<string> {
  const descriptor = expectType(statementFromWire(result.descriptor, batchesFromWire(batches)), 'descriptor');
  const opened = await openPack({
    pack: fromBase64url(result.pack) as Sealed<'pack'>,
    shares: await sharesOf(session, result, batches),
    descriptor: descriptor.payload,
    keyOf: () => new Uint8Array(32),
    verifier: LIAR,
  });
  return fromUtf8(opened.content);
}

/** An honest look, with what went over the wire. */
export async function recordedLook(
  fork: Fork,
  who: Who,
  patient: Patient,
  options: Parameters<typeof lookAt>[2] & { readonly memory?: Memory } = {},
): Promise<{ readonly session: Session; readonly asked: Loose; readonly answer: Loose; readonly directory: Loose }> {
  const looked = recorded('releases');
  const read = recorded('directory');
  fork.tamper(looked.rule, read.rule);
  const session = await fork.signIn(who, options.memory ? { memory: options.memory } : {});
  const opened = await lookAt(session, patient, options);
  fork.tamper();
  const refused = refusalIn(opened);
  if (refused !== undefined) throw new Error(`the honest look was refused: ${refused}`);
  return { session, asked: looked.asked.at(-1), answer: looked.answers.at(-1), directory: read.answers.at(-1) };
}
