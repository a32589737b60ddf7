/**
 * What a partner's people leave at the practice (docs/spec/partners.md, "States"): each an `inbox` handle under the letter's parent,
 * sealed to the own teams that the letter names and to the partner's team. The original is kept at the partner's own vault first (kept.ts).
 */

import { base64url, canonicalJson, type HandleId, newId } from '@ketenkluis/base';
import { referrals as referralsMessage } from '@ketenkluis/protocol';
import { signBatch, statementsToWire, wrapToWire } from '@ketenkluis/seal';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { type InboxContent, inboxContent, type KeptContent, readContent } from './contents.ts';
import { clientError } from './errors.ts';
import { type Begun, keepCopy, sealCopy } from './kept.ts';
import type { ProvedLine } from './log.ts';
import { factIds, type Referral } from './referrals.ts';
import type { Session } from './session.ts';
import { again, liveOf, newHandle, payloadsOf, provedOf, stepTo, withReceipts } from './sharing.ts';

export interface SentMessage {
  readonly handle: HandleId;
  /** Null: it came at an earlier try whose answer was lost. */
  readonly line: ProvedLine | null;
  /** The original in the own vault (kept.ts). */
  readonly kept: HandleId;
}
type By = InboxContent['by'];
type Reported = Extract<InboxContent, { kind: 'reported' }>;

const same = (a: InboxContent, b: InboxContent): boolean => base64url(canonicalJson(a)) === base64url(canonicalJson(b));

/** What was begun before and did not come through goes on as it was; another text is another message. */
async function begin(home: Session, referral: Referral, practice: Session, message: InboxContent): Promise<Begun> {
  const { id: step, team, dossier, from, until, letter } = referral;
  const known = home.begun.get(step);
  if (known !== undefined && same(known.content.message, message)) return known;
  const { random } = home.wire.ports;
  const { patient, activity, by } = letter!.content;
  const content: KeptContent = {
    ...{ v: 1, to: { organisation: practice.practice, name: by.practice }, dossier, handle: newId('handle', random) },
    ...{
      patient: { name: patient.name, birthDate: patient.birthDate },
      activity,
      from,
      until,
      at: home.now(),
      message,
    },
    // Who accepts treats, and what a treatment began with belongs in the own file; who declines keeps nothing of it.
    ...(message.kind === 'accepted' ? { letter: letter!.content } : {}),
  };
  const id = newId('handle', random);
  const begun = { id, team, content, sealed: await sealCopy(home, team, id, content), kept: false, tried: false };
  home.begun.set(step, begun);
  return begun;
}

/** The own vault has it, then the practice's has it, then the own vault knows that. */
async function send(guest: Session, referral: Referral, message: InboxContent, about: About): Promise<SentMessage> {
  const { home } = guest;
  const { letter } = referral;
  if (home === null || letter === null) throw clientError('refused', 'only who can read the letter answers it');
  const begun = await begin(home, referral, guest, readContent(inboxContent, message));
  const { handle } = begun.content;
  if (!begun.kept) await keepCopy(home, begun, false, about);
  begun.kept = true;
  const line = begun.tried && (await isThere(guest, handle)) ? null : await put(guest, referral, letter, begun, about);
  home.begun.delete(referral.id);
  home.kept.set(begun.id, { ...begun.content, by: home.person, sealed: begun.sealed });
  // It is kept and it is sent; that the own vault does not know the second yet is mended when it is listed.
  await keepCopy(home, begun, true, about).catch(() => undefined);
  return { handle, line, kept: begun.id };
}

const isThere = async (guest: Session, handle: HandleId): Promise<boolean> =>
  (await guest.call('referrals', referralsMessage)).referrals.some(({ handles }) =>
    handles.some((one) => one.handle === handle),
  );

/** Null: the other vault says that it has had this message, and so it has. */
async function put(
  guest: Session,
  referral: Referral,
  letter: NonNullable<Referral['letter']>,
  begun: Begun,
  about: About,
): Promise<ProvedLine | null> {
  const { dossier, team, id } = referral;
  const { parent, teams } = letter.content.reply;
  const facts = factIds(referral);
  const { handle, message: content } = begun.content;
  begun.tried = true;
  const made = await newHandle(guest, {
    ...{ dossier, parent, class: 'inbox', type: 'message', content, handle },
    to: [...teams, { team, step: id }],
  });
  try {
    return await again(guest, dossier, async () => {
      const proved = await provedOf(guest, { dossier, handle: parent, facts });
      const live = [...proved.live, ...liveOf(made)];
      const step = stepTo(guest, proved, live);
      const { statements } = await signBatch([...payloadsOf(made), step], {
        ...{ practice: guest.practice, at: guest.now(), signer: guest.keys().signer },
      });
      const done = await change(guest, {
        ...{ endpoint: 'write', class: 'write', event: 'write', items: [{ dossier, handle, facts }] },
        about: { purpose: 'bericht aan de verwijzer', ...about },
        body: {
          ...statementsToWire(statements),
          wraps: made.wraps.map(wrapToWire),
          packs: [base64url(made.pack)],
          ...withReceipts(made),
        },
      });
      guest.proved.set(dossier, { ...proved, state: step.state, live });
      return done.line;
    });
  } catch (error) {
    const known =
      clientError.is(error, 'refused') &&
      (error as { detail?: { problem?: unknown } }).detail?.problem === 'vault/already-there';
    if (known) return null;
    throw error;
  }
}

export const acceptReferral = (
  guest: Session,
  referral: Referral,
  by: By,
  more: { readonly message?: string; readonly about?: About } = {},
): Promise<SentMessage> =>
  send(
    guest,
    referral,
    { v: 1, referral: referral.id, by, kind: 'accepted', message: more.message ?? '' },
    more.about ?? {},
  );

/** T ends it for its part; the practice closes it. */
export const declineReferral = (
  guest: Session,
  referral: Referral,
  by: By,
  more: { readonly message: string; readonly about?: About },
): Promise<SentMessage> =>
  send(guest, referral, { v: 1, referral: referral.id, by, kind: 'declined', message: more.message }, more.about ?? {});

export const report = (
  guest: Session,
  referral: Referral,
  by: By,
  what: Pick<Reported, 'message' | 'soep' | 'measurements' | 'last'> & { readonly about?: About },
): Promise<SentMessage> => {
  const { about, ...said } = what;
  return send(guest, referral, { v: 1, referral: referral.id, by, kind: 'reported', ...said }, about ?? {});
};

/** What the letter opens for the partner: for `openDossier`. */
export const dossierOf = (referral: Referral) => ({
  dossier: referral.dossier,
  handles: [...referral.handles],
  facts: factIds(referral),
});
