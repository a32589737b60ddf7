/**
 * Notes (`work` handles): sealed here, granted to the writer's own teams, kept until "overgenomen". And what a client declares
 * before it does it: search, print, export, copy (R38).
 */

import { base64url, type DossierId, type FactId, type HandleId } from '@ketenkluis/base';
import { signBatch, signStatement, statementsToWire, statementToWire, wrapToWire } from '@ketenkluis/seal';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { release } from './look.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';
import { again, liveOf, newHandle, payloadsOf, provedOf, type Recipient, stepTo, withReceipts } from './sharing.ts';

export interface NoteContent {
  readonly v: 1;
  readonly text: string;
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
    readonly teams: readonly Recipient[];
    readonly facts: readonly FactId[];
    readonly text: string;
    readonly about?: About;
  },
): Promise<{ readonly handle: HandleId; readonly line: ProvedLine }> {
  const { dossier, parent, facts, teams: to } = what;
  const content: NoteContent = { v: 1, text: what.text };
  const made = await newHandle(session, { dossier, parent, class: 'work', type: 'note', content, to });
  const { handle } = made;
  const line = await again(session, dossier, async () => {
    const proved = await provedOf(session, { dossier, handle: parent, facts });
    const live = [...proved.live, ...liveOf(made)];
    const step = stepTo(session, proved, live);
    const { statements } = await signBatch([...payloadsOf(made), step], {
      practice: session.practice,
      at: session.now(),
      signer: session.keys().signer,
    });
    const done = await change(session, {
      endpoint: 'write',
      class: 'write',
      event: 'write',
      items: [{ dossier, handle, facts }],
      about: { purpose: 'notitie', ...what.about },
      body: {
        ...statementsToWire(statements),
        wraps: made.wraps.map(wrapToWire),
        packs: [base64url(made.pack)],
        ...withReceipts(made),
      },
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
    /** Left out: content. `log`: who looked at these dossiers. */
    readonly of?: 'content' | 'log';
    readonly about?: About;
    /** The patient's own. */
    readonly class?: 'own';
  },
): Promise<ProvedLine> {
  const content = what.items.some(({ dossier }) => dossier !== null) ? 'look' : 'list';
  const { line } = await change(session, {
    endpoint: 'declaration',
    class: what.class ?? (what.of === 'log' ? 'audit' : content),
    event: what.event,
    declared: true,
    items: what.items,
    about: { purpose: what.event, ...what.about },
    body: { event: what.event },
  });
  return line;
}
