/**
 * Notes (`work` handles): sealed here, granted to the writer's own teams, kept until "overgenomen". And what a client declares
 * before it does it: search, print, export, copy (R38).
 */

import {
  base64url,
  canonicalJson,
  type DossierId,
  type FactId,
  fromBase64url,
  type HandleId,
  newId,
  type TeamId,
} from '@ketenkluis/base';
import {
  asShare,
  type BundleHeader,
  dossierState,
  type Grant,
  type Hash,
  type KeyDirectory,
  type Plaintext,
  payloadHash,
  type State,
  signBatch,
  signStatement,
  statementsToWire,
  statementToWire,
  wrapToWire,
} from '@ketenkluis/seal';
import { createBundle, describePack, sealPack } from '@ketenkluis/seal/open';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { release } from './look.ts';
import type { ProvedState } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

export interface NoteContent {
  readonly v: 1;
  readonly text: string;
}

/** Everything a note needs to reach: the writer's teams by their epochs, the vault, exit. */
async function bundles(session: Session, people: KeyDirectory, teams: readonly TeamId[]) {
  const { random } = session.wire.ports;
  const at = session.now();
  const authority = people.authority;
  const vault = people.cards(at).find(({ kind }) => kind === 'vault');
  if (authority === undefined || vault === undefined) {
    throw clientError('no-key-here', 'the practice has no authority record or no vault on record');
  }
  const common = { issuer: session.person, practice: session.practice, at, random };
  const toTeams = await Promise.all(
    teams.map(async (team) => {
      const epoch = people.epochOf(team)?.payload;
      if (epoch === undefined) throw clientError('no-key-here', 'one of your teams has no key yet');
      const bundle = await createBundle({
        ...common,
        to: 'team',
        recipient: team,
        epoch: epoch.number,
        recipientKey: fromBase64url(epoch.kem),
      });
      return { team, epoch: epoch.number, bundle };
    }),
  );
  const toVault = await createBundle({
    ...common,
    to: 'vault',
    recipient: vault.subject,
    epoch: null,
    recipientKey: fromBase64url(vault.kem),
  });
  const toExit = await createBundle({
    ...common,
    to: 'exit',
    recipient: null,
    epoch: null,
    recipientKey: fromBase64url(authority.exit.kem),
  });
  return { toTeams, toVault, toExit };
}

/** The signed step from what was proved of a dossier to what a change makes of it. */
const stepTo = (session: Session, { dossier, state, after }: ProvedState, live: readonly Hash[]): State => ({
  t: 'state',
  v: 1,
  suite: 1,
  practice: session.practice,
  dossier,
  by: session.person,
  after,
  prev: state,
  state: dossierState(dossier, live),
  at: session.now(),
});

const TRIES = 3;
const isConflict = (error: unknown): boolean =>
  clientError.is(error, 'refused') &&
  (error as { detail?: { problem?: unknown } }).detail?.problem === 'vault/conflict';

/** Where a colleague was first, the work looks again and starts over. */
async function again<T>(session: Session, dossier: DossierId, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= TRIES || !isConflict(error)) throw error;
      session.proved.delete(dossier);
    }
  }
}

/** What this person has proved of the dossier; looks for it where there is nothing yet. */
async function provedOf(session: Session, item: AskedItem & { readonly dossier: DossierId }): Promise<ProvedState> {
  if (!session.proved.has(item.dossier)) await release(session, { class: 'look', items: [item] });
  const proved = session.proved.get(item.dossier);
  if (proved === undefined) throw clientError('refused', 'this part of the dossier does not open for you now');
  return proved;
}

/**
 * Writes a note under a part of the dossier that this person may open. `teams` are the own teams that have a step there, each with
 * the step's fact id; `writeFact` lets the team write. Answers the new handle.
 */
export async function writeNote(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly parent: HandleId;
    readonly teams: readonly { readonly team: TeamId; readonly step: FactId }[];
    readonly facts: readonly FactId[];
    readonly text: string;
    readonly about?: About;
  },
): Promise<{ readonly handle: HandleId; readonly line: ProvedLine }> {
  const { dossier, parent, facts } = what;
  const { random } = session.wire.ports;
  const people = await session.people();
  const { signer } = session.keys();
  const at = session.now();
  const handle = newId('handle', random);
  const content: NoteContent = { v: 1, text: what.text };
  const sealed = await sealPack({
    handle,
    version: 1,
    envelope: {
      practice: session.practice,
      dossier,
      team: null,
      type: 'note',
      scope: null,
      programmes: [],
      selection: null,
      at,
      asOf: null,
    },
    content: canonicalJson(content) as Plaintext,
    author: signer,
    random,
  });
  const descriptor = describePack(sealed, { slot: null, prev: null, class: 'work', parent, writer: session.person });
  const named = payloadHash(descriptor);
  const { toTeams, toVault, toExit } = await bundles(
    session,
    people,
    what.teams.map(({ team }) => team),
  );
  const grants: Grant[] = toTeams.map(({ team, epoch }) => ({
    t: 'grant',
    v: 1,
    suite: 1,
    practice: session.practice,
    dossier,
    team,
    epoch,
    fact: what.teams.find((one) => one.team === team)!.step,
    issuer: session.person,
    packs: [named],
  }));
  const headers: BundleHeader[] = [...toTeams.map(({ bundle }) => bundle.payload), toVault.payload, toExit.payload];
  const wraps = await Promise.all([
    ...toTeams.map(({ bundle }) => bundle.wrap('c', named, sealed.shares.c)),
    toVault.wrap('h', named, sealed.shares.h),
    toExit.wrap('x', named, asShare('x', new Uint8Array(sealed.shares.h))),
  ]);
  const line = await again(session, dossier, async () => {
    const proved = await provedOf(session, { dossier, handle: parent, facts });
    const live = [...proved.live, named, ...grants.map(payloadHash)];
    const step = stepTo(session, proved, live);
    const { statements } = await signBatch([descriptor, ...grants, ...headers, step], {
      practice: session.practice,
      at,
      signer,
    });
    const done = await change(session, {
      endpoint: 'write',
      class: 'write',
      event: 'write',
      items: [{ dossier, handle, facts }],
      about: { purpose: 'notitie', ...what.about },
      body: { ...statementsToWire(statements), wraps: wraps.map(wrapToWire), packs: [base64url(sealed.pack)] },
    });
    session.proved.set(dossier, { ...proved, state: step.state, live });
    return done.line;
  });
  return { handle, line };
}

/** The note stands in the GP system now; at the vault it goes. */
export async function takeOver(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly handle: HandleId;
    readonly facts: readonly FactId[];
    readonly about?: About;
  },
): Promise<ProvedLine> {
  const { dossier, handle, facts } = what;
  return await again(session, dossier, async () => {
    // Looked at first: what goes with the note is what its own signed grants say.
    const { items } = await release(session, { class: 'look', items: [{ dossier, handle, facts }] });
    const [note] = items;
    const proved = session.proved.get(dossier);
    if (note?.outcome !== 'permit' || proved === undefined) {
      const reason = note?.outcome === 'deny' ? note.reason : 'unknown';
      throw clientError('refused', 'this note does not open for you now', { detail: { reason } });
    }
    const gone = new Set<string>([note.descriptorHash, ...note.grants]);
    const live = proved.live.filter((hash) => !gone.has(hash));
    const step = stepTo(session, proved, live);
    const { line } = await change(session, {
      endpoint: 'takeover',
      class: 'write',
      event: 'taken-over',
      items: [{ dossier, handle, facts }],
      about: { purpose: 'overgenomen in het HIS', ...what.about },
      body: { state: statementToWire(await signStatement(step, session.keys().signer)) },
    });
    session.proved.set(dossier, { ...proved, state: step.state, live });
    return line;
  });
}

/** Says what is about to happen on this screen, and returns only once the log has it. */
export async function declare(
  session: Session,
  what: {
    readonly event: 'search' | 'print' | 'export' | 'copy';
    readonly items: readonly AskedItem[];
    readonly about?: About;
  },
): Promise<ProvedLine> {
  const { line } = await change(session, {
    endpoint: 'declaration',
    class: what.items.some(({ dossier }) => dossier !== null) ? 'look' : 'list',
    event: what.event,
    declared: true,
    items: what.items,
    about: { purpose: what.event, ...what.about },
    body: { event: what.event },
  });
  return line;
}
