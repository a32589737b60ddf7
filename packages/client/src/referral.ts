/**
 * Referring (docs/spec/partners.md, "Referral"): the giver's own client shares, asked for in the log first and opened by nobody else,
 * wrapped again for the partner's team; the facts that it stands on; the letter. One transaction at the vault.
 */

import {
  base64url,
  type DossierId,
  type FactId,
  type HandleId,
  type Instant,
  newId,
  type OrganisationId,
  type TeamId,
} from '@ketenkluis/base';
import { grantAnswer, referrals as referralsMessage } from '@ketenkluis/protocol';
import {
  type Fact,
  type Hash,
  payloadHash,
  type Share,
  signBatch,
  statementsToWire,
  wrapToWire,
} from '@ketenkluis/seal';
import { accessOf } from './access.ts';
import { type About, sealAnnex } from './annex.ts';
import { change } from './change.ts';
import type { ReferralContent } from './contents.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { believed, prepared } from './look.ts';
import { checkPart, type Given } from './parts.ts';
import { checkAnswered, checkFrame, type ProvedState } from './release.ts';
import type { Session } from './session.ts';
import {
  again,
  bundleFor,
  grantOf,
  liveOf,
  newHandle,
  payloadsOf,
  type Recipient,
  stepTo,
  withReceipts,
} from './sharing.ts';

export interface NewReferral {
  readonly dossier: DossierId;
  readonly partner: OrganisationId;
  /** The partner's team. */
  readonly team: TeamId;
  /** Exactly what it gets to see: what `issueStep` of care answered, with names for the letter. */
  readonly parts: ReferralContent['parts'];
  /** The own facts that the giver stands on. */
  readonly facts: readonly FactId[];
  /** Own teams that read the letter and the answers, each with its step on the first part. */
  readonly teams: readonly Recipient[];
  readonly until: Instant;
  /** Consent was not asked but assumed, by this setting of the practice; left out: the patient was asked and said yes. */
  readonly assumed?: FactId;
  readonly letter: Pick<ReferralContent, 'programme' | 'step' | 'activity' | 'question' | 'patient' | 'by'>;
  readonly about?: About;
}

/** What the giver holds of a part: the head's descriptor and its client share. */
export interface Held {
  readonly handle: HandleId;
  readonly descriptor: Hash;
  readonly c: Share<'c'>;
}

/**
 * Asks for the own client shares of these parts and checks the answer like a look; nothing is opened. Throws `client/denied` where one
 * of them may not be handed on, with the reason.
 */
export async function askGrant(
  session: Session,
  what: Pick<NewReferral, 'dossier' | 'facts' | 'about'> & { readonly handles: readonly HandleId[] },
): Promise<{ readonly held: readonly Held[]; readonly proved: ProvedState }> {
  const { dossier, facts, handles } = what;
  const annex = await sealAnnex(session, { purpose: 'verwijzing', ...what.about }, [what]);
  await prepared(session);
  const items = handles.map((handle) => ({ dossier, handle, facts }));
  const { answer, request } = await session.inTurn(async () => {
    const ask = { id: annex.id, class: 'grant' as const, action: 'grant-ask', items, annex: annex.hash };
    const signed = await session.signed({ ...ask, checkpoint: await session.seen() }, { annex: annex.wire });
    return { answer: await session.call('grant-ask', grantAnswer, signed.message), request: signed.request };
  });
  checkAnswered(answer.results, request);
  const denied = answer.results.find(({ outcome }) => outcome === 'deny');
  if (denied?.outcome === 'deny') {
    throw clientError('denied', 'a part of this dossier may not be handed on now', {
      detail: { reason: denied.reason },
    });
  }
  return await believed(session, request, answer.states, async (context) => {
    const { around, proved } = await checkFrame(answer, context, 'grant');
    const held = await Promise.all(
      answer.results.map(async (result): Promise<Held> => {
        const { descriptor, c } = await checkPart(result as Given, around);
        return { handle: result.handle!, descriptor: descriptor.hash, c };
      }),
    );
    const state = proved.find((one) => one.dossier === dossier);
    if (state === undefined) throw clientError('state-unexplained', 'the vault shows no state of this dossier');
    return { held, proved: state };
  });
}

/** What the partner's team stands on, all of it from now until the same moment. */
function factsOf(session: Session, { dossier, partner, team, parts, until, assumed }: NewReferral) {
  const { random } = session.wire.ports;
  const from = session.now();
  const handles = parts.map(({ handle }) => handle);
  const fact = () => ({
    ...{ t: 'fact' as const, v: 1 as const, suite: 1, id: newId('fact', random), practice: session.practice },
    ...{ from, until, dossier },
  });
  const step: Fact = { ...fact(), kind: 'step', team, handles };
  const all: Fact[] = [
    { ...fact(), kind: 'relation', teams: [team] },
    step,
    { ...fact(), kind: 'write', team },
    {
      ...{ ...fact(), kind: 'consent', organisation: partner, handles },
      ...(assumed === undefined ? {} : { assumed }),
    },
  ];
  return { step: step.id, all };
}

/** A grant takes the place of the team's older one on the same version; where a referral runs already, the vault is asked for those. */
async function withoutOlder(
  session: Session,
  { dossier, team, facts, about }: NewReferral,
  proved: ProvedState,
  packs: readonly Hash[],
): Promise<readonly Hash[]> {
  const { referrals } = await session.call('referrals', referralsMessage);
  if (!referrals.some((one) => one.dossier === dossier && one.team === team)) return proved.live;
  const { grants } = await accessOf(session, { dossier, facts, ...(about === undefined ? {} : { about }) });
  const replaced = new Set<string>(
    grants
      .filter(({ grant }) => grant.team === team && grant.packs.every((pack) => packs.includes(pack)))
      .map(({ hash }) => hash),
  );
  return proved.live.filter((hash) => !replaced.has(hash));
}

/**
 * Refers. The patient said yes to exactly this organisation and these parts, and is there, or a setting lets it be assumed; the caller asked `issueStep` first. Answers
 * the step, which names the referral everywhere. Throws `client/denied`, `client/no-key-here` where the partner's key is not known.
 */
export async function refer(
  session: Session,
  referral: NewReferral,
): Promise<{ readonly referral: FactId; readonly letter: HandleId; readonly line: ProvedLine }> {
  const { dossier, team, parts, facts, until } = referral;
  const [first] = parts;
  if (first === undefined || referral.teams.length === 0) {
    throw clientError('denied', 'a referral names parts and who reads the answer', { detail: { reason: 'no-step' } });
  }
  const handles = parts.map(({ handle }) => handle);
  return await again(session, dossier, async () => {
    // The partner's newest key, and whether it is a partner still.
    await session.people(true);
    const { held, proved } = await askGrant(session, { ...referral, handles });
    const toTeam = await bundleFor(session, team);
    const stated = factsOf(session, referral);
    const content: ReferralContent = {
      ...{ v: 1, referral: stated.step, ...referral.letter, parts: [...parts], until },
      reply: { parent: first.handle, teams: referral.teams.map((one) => ({ ...one })) },
    };
    const letter = await newHandle(session, {
      ...{ dossier, parent: first.handle, class: 'work', type: 'referral', content },
      to: [{ team, step: stated.step }, ...referral.teams],
      bundles: new Map([[team, toTeam]]),
    });
    const packs = held.map(({ descriptor }) => descriptor);
    const grant = grantOf(session, dossier, { team, step: stated.step }, toTeam, packs);
    const wraps = await Promise.all(held.map(({ descriptor, c }) => toTeam.bundle.wrap('c', descriptor, c)));
    const before = await withoutOlder(session, referral, proved, packs);
    const live = [...before, ...stated.all.map(payloadHash), payloadHash(grant), ...liveOf(letter)];
    const step = stepTo(session, proved, live);
    const payloads = [...stated.all, grant, toTeam.bundle.payload, ...payloadsOf(letter), step];
    const { statements } = await signBatch(payloads, {
      ...{ practice: session.practice, at: session.now(), signer: session.keys().signer },
    });
    const { line } = await change(session, {
      ...{ endpoint: 'refer', class: 'grant', items: handles.map((handle) => ({ dossier, handle, facts })) },
      about: { purpose: 'verwijzing', ...referral.about },
      body: {
        ...statementsToWire(statements),
        wraps: [...wraps, ...letter.wraps].map(wrapToWire),
        ...withReceipts(letter),
        packs: [base64url(letter.pack)],
      },
    });
    session.proved.set(dossier, { ...proved, state: step.state, live });
    return { referral: stated.step, letter: letter.handle, line };
  });
}
