/**
 * What the patient says at the desk (docs/spec/access.md, "Consent", "Restriction"): one consent to one organisation, or one restriction,
 * stated by a professional who treats. Nothing is inherited: parts and receiver are named.
 */

import { type DossierId, type FactId, type HandleId, type Instant, newId, type OrganisationId } from '@ketenkluis/base';
import { type Fact, type FactOf, payloadHash, signBatch, statementsToWire } from '@ketenkluis/seal';
import { accessOf } from './access.ts';
import type { About } from './annex.ts';
import { change } from './change.ts';
import type { ProvedLine } from './log.ts';
import type { Session } from './session.ts';
import { again, stepTo } from './sharing.ts';

interface Saying {
  readonly dossier: DossierId;
  /** The own facts that the asker stands on. */
  readonly facts?: readonly FactId[];
  readonly about?: About;
}

async function say(session: Session, { dossier, facts = [], about = {} }: Saying, fact: Fact): Promise<ProvedLine> {
  return await again(session, dossier, async () => {
    const { proved } = await accessOf(session, { dossier, facts, about });
    const live = [...proved.live, payloadHash(fact)];
    const step = stepTo(session, proved, live);
    const { statements } = await signBatch([fact, step], {
      ...{ practice: session.practice, at: session.now(), signer: session.keys().signer },
    });
    const { line } = await change(session, {
      ...{ endpoint: 'consent', class: 'grant', event: 'consent', items: [{ dossier, handle: null, facts }] },
      about: { purpose: 'wat de patient zegt', ...about },
      body: { ...statementsToWire(statements) },
    });
    session.proved.set(dossier, { ...proved, state: step.state, live });
    return line;
  });
}

const head = (session: Session) => ({
  ...{ t: 'fact' as const, v: 1 as const, suite: 1, id: newId('fact', session.wire.ports.random) },
  ...{ practice: session.practice, from: session.now() },
});

/** These parts may be opened by this one organisation (R31, R35). */
export const consentTo = (
  session: Session,
  what: Saying & {
    readonly partner: OrganisationId;
    readonly handles: readonly HandleId[];
    readonly until: Instant;
  },
): Promise<ProvedLine> =>
  say(session, what, {
    ...{ ...head(session), kind: 'consent', dossier: what.dossier, organisation: what.partner },
    ...{ handles: [...what.handles], until: what.until },
  });

/** Shuts parts (null: everything) to somebody, whatever was consented to (R34). It is shown to nobody but the patient and the auditor. */
export const restrict = (
  session: Session,
  what: Saying & {
    readonly handles: readonly HandleId[] | null;
    readonly excluded: FactOf<'restriction'>['excluded'];
    readonly until: Instant | null;
  },
): Promise<ProvedLine> =>
  say(session, what, {
    ...{ ...head(session), kind: 'restriction', dossier: what.dossier, excluded: what.excluded },
    ...{ handles: what.handles === null ? null : [...what.handles], until: what.until },
  });
