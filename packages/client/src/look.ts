/** Looking: a team's list, a dossier. Each opening is one signed request, one line, and one set of checks (release.ts). */

import { type DossierId, type FactId, fromUtf8, type HandleId, type TeamId } from '@ketenkluis/base';
import { releaseAnswer } from '@ketenkluis/protocol';
import type { RequestClass, Statement } from '@ketenkluis/seal';
import type { Envelope } from '@ketenkluis/seal/open';
import { type About, sealAnnex } from './annex.ts';
import { collect } from './custody.ts';
import type { Confirmation } from './dossier-state.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import type { LookContext, States } from './parts.ts';
import { type Look, openRelease } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

export type Slot = 'worklist' | 'directory' | 'receipt' | 'overview' | 'review';

/** What a colleague's card or a team's new key looks like to a client that has not heard of it yet. */
const MAY_BE_NEWS = ['not-signed', 'no-key-here', 'rolled-back', 'directory-hidden'] as const;

/** One release, checked. A colleague or epoch that this client has not heard of is looked up once. */
export async function release(
  session: Session,
  what: { readonly class: RequestClass; readonly items: readonly AskedItem[]; readonly about?: About },
): Promise<Look> {
  try {
    return await releaseOnce(session, what);
  } catch (error) {
    if (!clientError.is(error, 'holders-unknown')) throw error;
    await session.people(true);
    return await releaseOnce(session, what);
  }
}

async function releaseOnce(session: Session, what: Parameters<typeof release>[1]): Promise<Look> {
  const annex = await sealAnnex(session, what.about ?? {}, what.items);
  await prepared(session);
  const { hasKeyholders } = await session.people();
  const recipient = hasKeyholders ? { recipient: (await session.recipient()).hash } : {};
  const { answer, request } = await session.inTurn(async () => {
    const ask = {
      ...recipient,
      id: annex.id,
      class: what.class,
      action: 'release',
      items: what.items,
      annex: annex.hash,
    };
    const signed = await session.signed({ ...ask, checkpoint: await session.seen() }, { annex: annex.wire });
    return { answer: await session.call('release', releaseAnswer, signed.message), request: signed.request };
  });
  return await believed(session, request, answer.states, async (context) => {
    const look = await openRelease(answer, context);
    for (const state of look.states) session.proved.set(state.dossier, state);
    return look;
  });
}

/** Pointers to the own team keys, asked for before anything takes its turn; a guest brings keys along. */
export async function prepared(session: Session): Promise<void> {
  if (session.home === null) await session.me();
}

/** Reads an answer about dossiers; where somebody in it is unknown here, once more with the newest directory. */
export async function believed<T>(
  session: Session,
  request: Statement<'request'>,
  states: States,
  read: (context: LookContext) => Promise<T>,
): Promise<T> {
  const log = await session.log();
  await session.wire.ports.policy?.();
  const attempt = async (fresh: boolean) =>
    read({
      request,
      people: await session.people(fresh),
      asker: await session.asker(),
      log,
      storage: session.wire.ports.storage,
      verifier: session.verifier,
      now: session.now(),
      teamKey: (team, epoch) => session.teamKey(team, epoch),
      bundles: session.bundles,
      holders: (await session.people()).hasKeyholders ? (shown, facts) => collect(session, shown, facts) : null,
    });
  // What ended before a change stands before it in the log: a directory from before that line does not know it yet.
  const newest = Math.max(-1, ...states.flatMap(({ changes }) => changes.map(({ index }) => index)));
  try {
    return await attempt(newest >= session.peopleAt);
  } catch (error) {
    if (!MAY_BE_NEWS.some((code) => clientError.is(error, code))) throw error;
    session.forgetMe();
    await prepared(session);
    return await attempt(true);
  }
}

export interface OpenedList {
  readonly team: TeamId;
  readonly handle: HandleId;
  readonly version: number;
  readonly envelope: Envelope;
  /** Parsed JSON; its schema belongs to `care`. */
  readonly content: unknown;
  readonly confirmation: Confirmation;
  readonly gone: readonly DossierId[];
  readonly line: ProvedLine;
}

const TYPES: Record<Slot, Envelope['type']> = {
  worklist: 'worklist',
  directory: 'directory',
  receipt: 'receipt',
  overview: 'overview',
  review: 'review',
};

/** Where a team's own list stands, for each team this person is in. */
export async function listHandles(session: Session, slot: Slot): Promise<{ team: TeamId; handle: HandleId }[]> {
  const { teams } = await session.me();
  return teams.flatMap(({ team, handles }) =>
    handles.filter((one) => one.slot === slot).map(({ handle }) => ({ team, handle })),
  );
}

/** Opens one list. Opening a list opens no dossier. Throws `client/denied` with the vault's reason. */
export async function openList(session: Session, slot: Slot, team?: TeamId, about: About = {}): Promise<OpenedList> {
  const own = (await listHandles(session, slot)).find((one) => team === undefined || one.team === team);
  if (own === undefined)
    throw clientError('denied', `none of your teams has a ${slot}`, { detail: { reason: 'no-list' } });
  const look = await release(session, {
    class: 'list',
    items: [{ dossier: null, handle: own.handle, facts: [] }],
    about: { objectName: slot, purpose: 'werklijst', ...about },
  });
  const item = look.items[0];
  if (item === undefined || item.outcome === 'deny') {
    throw clientError('denied', `the vault does not give this ${slot}`, {
      detail: { reason: item?.reason ?? 'unknown' },
    });
  }
  const { envelope, content } = item.opened;
  if (envelope.type !== TYPES[slot] || item.descriptor.slot !== slot || item.descriptor.team !== own.team) {
    throw clientError('wrong-item', `the vault gave something else than this team's ${slot}`);
  }
  return {
    ...own,
    version: item.descriptor.version,
    envelope,
    content: JSON.parse(fromUtf8(content)) as unknown,
    confirmation: look.confirmation,
    gone: look.gone,
    line: look.line,
  };
}

export type OpenedPart =
  | {
      readonly outcome: 'permit';
      readonly handle: HandleId;
      readonly envelope: Envelope;
      readonly content: unknown;
      /** Through which of the person's teams, on the ground of which step. */
      readonly grant: { readonly team: TeamId; readonly fact: FactId | null };
    }
  | { readonly outcome: 'deny'; readonly handle: HandleId | null; readonly reason: string };

export interface OpenedDossier {
  readonly dossier: DossierId;
  readonly parts: readonly OpenedPart[];
  /** Live notes of this dossier; each is opened like any other part. */
  readonly notes: readonly HandleId[];
  readonly confirmation: Confirmation;
  readonly line: ProvedLine;
}

const OF_DOSSIERS: ReadonlySet<Envelope['type']> = new Set(['fhir', 'note', 'referral', 'message', 'legend']);

/** Of a plain look: a partner's on a referral, a colleague's on the registration; whoever knows better says so. */
const groundFor = (session: Session, kind: RequestClass = 'look'): About =>
  kind === 'look' ? { ground: session.home === null ? 'registration' : 'referral' } : {};

/** Opens parts of one dossier; what is refused comes back with its reason, per part. */
export async function openDossier(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly handles: readonly HandleId[];
    readonly facts: readonly FactId[];
    readonly about?: About;
    /** `emergency`: without a relation, reviewed by somebody else (emergency.ts); `own`: the patient (own.ts). */
    readonly class?: 'look' | 'emergency' | 'own';
  },
): Promise<OpenedDossier> {
  const { dossier, handles, facts } = what;
  const look = await release(session, {
    class: what.class ?? 'look',
    items: handles.map((handle) => ({ dossier, handle, facts })),
    about: { ...groundFor(session, what.class), ...what.about },
  });
  const parts = look.items.map((item): OpenedPart => {
    if (item.outcome === 'deny') return item;
    const { envelope, content } = item.opened;
    if (!OF_DOSSIERS.has(envelope.type)) {
      throw clientError('wrong-item', 'the vault gave something that is no part of a dossier');
    }
    const { handle, grant } = item;
    return { outcome: 'permit', handle, grant, envelope, content: JSON.parse(fromUtf8(content)) as unknown };
  });
  return { dossier, parts, notes: look.notes, confirmation: look.confirmation, line: look.line };
}
