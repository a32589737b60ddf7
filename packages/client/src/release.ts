/**
 * Checking a release as a stranger would (docs/spec/snapshot.md, "What a client checks") and only then opening.
 * The first check that fails ends the look; nothing is shown.
 */

import { type DossierId, type FactId, fromBase64url, fromUtf8, type HandleId, type TeamId } from '@ketenkluis/base';
import type { releaseAnswer, released } from '@ketenkluis/protocol';
import {
  asShare,
  batchesFromWire,
  type Descriptor,
  type Hash,
  type Payload,
  type Sealed,
  type Statement,
  statementFromWire,
} from '@ketenkluis/seal';
import { type OpenedPack, openPack } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { checkAuthorship } from './authorship.ts';
import { inboxContent, readContent } from './contents.ts';
import type { Collected } from './custody.ts';
import { type Confirmation, checkDossierState, checkSnapshot } from './dossier-state.ts';
import { clientError } from './errors.ts';
import { checkList } from './lists.ts';
import type { ProvedLine } from './log.ts';
import { type Around, checkPart, type LookContext, Parts, signedAt } from './parts.ts';
import { checkPeople } from './people.ts';

export type ReleaseAnswer = z.infer<typeof releaseAnswer>;
type Released = z.infer<typeof released>;
type Permitted = Extract<Released, { outcome: 'permit' }>;

export interface OpenedItem {
  readonly outcome: 'permit';
  readonly handle: HandleId;
  readonly dossier: DossierId | null;
  readonly descriptor: Descriptor;
  readonly descriptorHash: Hash;
  /** The grant that opened it: to which team, on the ground of which step (null for a team's own list). */
  readonly grant: { readonly team: TeamId; readonly fact: FactId | null };
  /** Of a note: every grant that covers it and nothing else. */
  readonly grants: readonly Hash[];
  readonly opened: OpenedPack;
}
/** What was proved of a dossier: the base of the next change. */
export interface ProvedState {
  readonly dossier: DossierId;
  readonly state: Hash;
  readonly live: readonly Hash[];
  /** Number of the snapshot it was proved with; 0 for none. */
  readonly after: number;
}
export interface DeniedItem {
  readonly outcome: 'deny';
  readonly handle: HandleId | null;
  readonly dossier: DossierId | null;
  /** One of access's reasons; closed, an i18n key. */
  readonly reason: string;
}

export interface Look {
  readonly line: ProvedLine;
  readonly items: readonly (OpenedItem | DeniedItem)[];
  readonly confirmation: Confirmation;
  /** Dossiers that left the list since it was sealed. */
  readonly gone: readonly DossierId[];
  /** Live notes of the dossiers asked about, which may be asked for next. */
  readonly notes: readonly HandleId[];
  readonly states: readonly ProvedState[];
}

const EVENTS: Partial<Record<Payload<'request'>['class'], string>> = {
  look: 'release',
  list: 'list',
  emergency: 'emergency',
  own: 'release',
};

/** Is this line about this very request? Throws `client/wrong-entry`. */
export function checkOwnLine(line: ProvedLine, request: Statement<'request'>, event?: string): void {
  const { common } = line;
  const { proof, payload } = request;
  const signature = 'sigs' in proof ? proof.sigs[0]?.sig : undefined;
  const same =
    common !== null &&
    common.practice === payload.practice &&
    common.request === payload.id &&
    common.requestHash === request.hash &&
    common.signature === signature &&
    common.actor === payload.person &&
    common.organisation === payload.organisation &&
    common.class === payload.class &&
    common.declared === payload.declared &&
    (event === undefined || common.event === event);
  if (!same) throw clientError('wrong-entry', 'the vault shows another line than the one about this request');
}

type Framed = Pick<ReleaseAnswer, 'line' | 'checkpoint' | 'consistency' | 'states' | 'snapshot' | 'batches'>;

/** What every answer about dossiers has around its parts: own line, snapshot, states; all of it checked. */
export async function checkFrame(answer: Framed, context: LookContext, event: string | undefined, gone = 0) {
  const { request, people, log, storage, now, verifier } = context;
  const checkpoint = await log.accept(answer.checkpoint, answer.consistency, request.payload.checkpoint);
  const line = log.line(answer.line, checkpoint);
  checkOwnLine(line, request, event);
  const batches = batchesFromWire(answer.batches);
  const statement = answer.snapshot === null ? null : statementFromWire(answer.snapshot, batches);
  const { snapshot, confirmation } = await checkSnapshot({ statement, people, storage, now });
  if (snapshot !== null) checkPeople(people, snapshot);
  const said = new Map<string, string>();
  for (const shown of answer.states) {
    const brought = await checkDossierState({ shown, snapshot, batches, checkpoint, people, verifier });
    for (const [hash, by] of brought) said.set(hash, by);
  }
  const { states } = answer;
  const around: Around = { parts: new Parts(batches, context), line, snapshot, states, said, gone, context };
  const after = snapshot?.number ?? 0;
  const proved = states.map(({ dossier, state, live }): ProvedState => ({ dossier, state, live, after }));
  return { around, confirmation, proved };
}

/** Checks everything and opens what was released. */
export async function openRelease(answer: ReleaseAnswer, context: LookContext): Promise<Look> {
  const { request } = context;
  checkAnswered(answer.results, request);
  const event = EVENTS[request.payload.class];
  const { around, confirmation, proved } = await checkFrame(answer, context, event, answer.gone.length);
  const collected = await askHolders(answer, around);
  const items = await Promise.all(
    answer.results.map((result) => (result.outcome === 'deny' ? result : openChecked(result, around, collected))),
  );
  return {
    line: around.line,
    items,
    confirmation,
    gone: answer.gone,
    notes: answer.states.flatMap(({ notes }) => notes ?? []),
    states: proved,
  };
}

/** Whoever holds pieces of what was released, asked at once; null when nobody does. Throws `client/holders-missing`. */
async function askHolders(answer: ReleaseAnswer, { context, parts }: Around): Promise<Collected | null> {
  const facts = new Set(
    answer.results.flatMap((result) => {
      const stated = result.outcome === 'permit' ? parts.read(result.descriptor).payload : undefined;
      return stated?.t === 'descriptor' && stated.holders !== undefined ? [stated.holders.fact] : [];
    }),
  );
  if (facts.size === 0) return null;
  const { line, checkpoint, consistency } = answer;
  const { request, holders } = context;
  if (holders === null || request.payload.recipient === undefined)
    throw clientError('holders-unknown', 'the practice has named keyholders since; look again');
  return await holders({ request, line, checkpoint, consistency }, facts);
}

/** Every item asked for is answered once, and nothing else is. Throws `client/vault-says-more`. */
export function checkAnswered(
  results: readonly { readonly dossier: DossierId | null; readonly handle: HandleId | null }[],
  request: Statement<'request'>,
): void {
  const asked = new Set(request.payload.items.map(({ dossier, handle }) => `${dossier} ${handle}`));
  const answered = results.map(({ dossier, handle }) => `${dossier} ${handle}`);
  const fits = answered.every((name) => asked.has(name)) && new Set(answered).size === answered.length;
  if (!fits || answered.length !== asked.size) {
    throw clientError('vault-says-more', 'the vault answers other items than were asked for');
  }
}

/** A partner's message: the one thing in a dossier that somebody outside the practice sealed. */
function isMessage(result: Permitted, { parts }: Around): boolean {
  const { payload } = parts.read(result.descriptor);
  return payload.t === 'descriptor' && payload.class === 'inbox';
}

/**
 * One closed union of errors, whatever layer found the fault. A message that its sender sealed so that it does not open is left out
 * alone: nobody outside makes a patient's dossier unreadable.
 */
async function openChecked(
  result: Permitted,
  around: Around,
  collected: Collected | null,
): Promise<OpenedItem | DeniedItem> {
  try {
    return await openOne(result, around, collected);
  } catch (cause) {
    const ours = clientError.is(cause);
    const broken = !ours || clientError.is(cause, 'wrong-item') || clientError.is(cause, 'bad-answer');
    if (broken && isMessage(result, around)) {
      return { outcome: 'deny', handle: result.handle, dossier: result.dossier, reason: 'unknown' };
    }
    if (ours) throw cause;
    throw clientError('wrong-item', 'what the vault gave does not open as it should', { cause });
  }
}

async function openOne(result: Permitted, around: Around, collected: Collected | null): Promise<OpenedItem> {
  const { people, now, verifier, storage } = around.context;
  const { descriptor, grant, grants, logged, c } = await checkPart(result, around);
  const stated = descriptor.payload;
  if (logged.version !== stated.version) {
    throw clientError('wrong-entry', 'the log does not say that this version was handed out');
  }
  if (result.dossier === null) {
    await checkList({ stated, hash: descriptor.hash, snapshot: around.snapshot, storage });
  }
  const { holders } = stated;
  const k = holders === undefined ? undefined : await collected?.secret(descriptor.hash, holders);
  const opened = await openPack({
    pack: fromBase64url(result.pack) as Sealed<'pack'>,
    shares: { c, h: asShare('h', fromBase64url(result.h)), ...(k === undefined ? {} : { k }) },
    descriptor: stated,
    keyOf: (by) => people.keyOf(by, signedAt(descriptor, now)),
    verifier,
  });
  const { writer } = opened.envelope;
  const at = signedAt(descriptor, now);
  checkAuthorship(stated, opened.envelope, people.cardOf(writer, at) ?? people.guestCardOf(writer, at));
  if (stated.class === 'inbox') readContent(inboxContent, JSON.parse(fromUtf8(opened.content)));
  return {
    outcome: 'permit',
    handle: result.handle,
    dossier: result.dossier,
    descriptor: stated,
    descriptorHash: descriptor.hash,
    grant: { team: grant.payload.team, fact: grant.payload.fact },
    grants: grants.map(({ hash }) => hash),
    opened,
  };
}
