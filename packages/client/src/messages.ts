/**
 * What a partner's people leave at the practice (docs/spec/partners.md, "States"): each an `inbox` handle under the letter's parent,
 * sealed to the own teams that the letter names and to the partner's team. The original stays with the partner, sealed to their team.
 */

import {
  base64url,
  canonicalJson,
  fromBase64url,
  type HandleId,
  parseCanonicalJson,
  type TeamId,
} from '@ketenkluis/base';
import { asSealedBlob, type Plaintext, sealTo, signBatch, statementsToWire, wrapToWire } from '@ketenkluis/seal';
import { openSealed } from '@ketenkluis/seal/open';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { type InboxContent, inboxContent, readContent } from './contents.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { factIds, type Referral } from './referrals.ts';
import type { Session } from './session.ts';
import { again, liveOf, newHandle, payloadsOf, provedOf, stepTo } from './sharing.ts';

export interface SentMessage {
  readonly handle: HandleId;
  readonly line: ProvedLine;
  /** The original, sealed to the own team: what the partner keeps (`openCopy`). */
  readonly copy: string;
}
type By = InboxContent['by'];
type Reported = Extract<InboxContent, { kind: 'reported' }>;

const copyInfo = (team: TeamId) => `message ${team}`;

async function send(guest: Session, referral: Referral, content: InboxContent, about: About): Promise<SentMessage> {
  const { home } = guest;
  const { dossier, team, id, letter } = referral;
  if (home === null || letter === null) throw clientError('refused', 'only who can read the letter answers it');
  const { parent, teams } = letter.content.reply;
  const facts = factIds(referral);
  const made = await newHandle(guest, {
    ...{ dossier, parent, class: 'inbox', type: 'message', content: readContent(inboxContent, content) },
    to: [...teams, { team, step: id }],
  });
  const { handle } = made;
  const line = await again(guest, dossier, async () => {
    const proved = await provedOf(guest, { dossier, handle: parent, facts });
    const live = [...proved.live, ...liveOf(made)];
    const step = stepTo(guest, proved, live);
    const { statements } = await signBatch([...payloadsOf(made), step], {
      ...{ practice: guest.practice, at: guest.now(), signer: guest.keys().signer },
    });
    const done = await change(guest, {
      ...{ endpoint: 'write', class: 'write', event: 'write', items: [{ dossier, handle, facts }] },
      about: { purpose: 'bericht aan de verwijzer', ...about },
      body: { ...statementsToWire(statements), wraps: made.wraps.map(wrapToWire), packs: [base64url(made.pack)] },
    });
    guest.proved.set(dossier, { ...proved, state: step.state, live });
    return done.line;
  });
  return { handle, line, copy: await keep(home, team, content) };
}

async function keep(home: Session, team: TeamId, content: InboxContent): Promise<string> {
  const epoch = (await home.people()).epochOf(team);
  if (epoch === undefined) throw clientError('no-key-here', 'this team has no key yet');
  const plain = canonicalJson(content) as Plaintext;
  return base64url(await sealTo(fromBase64url(epoch.payload.kem), copyInfo(team), plain));
}

/** Reads a kept original with the own team's key, newest epoch first. Throws `client/no-key-here`. */
export async function openCopy(home: Session, team: TeamId, copy: string): Promise<InboxContent> {
  const newest = (await home.people()).epochOf(team)?.payload.number ?? -1;
  const blob = asSealedBlob(fromBase64url(copy));
  for (let epoch = newest; epoch >= 0; epoch--) {
    let plain: Plaintext;
    try {
      plain = await openSealed(await home.teamKey(team, epoch), copyInfo(team), blob);
    } catch {
      // Sealed under an older key; the next may be it.
      continue;
    }
    return readContent(inboxContent, parseCanonicalJson(plain));
  }
  throw clientError('no-key-here', 'this was sealed for another team, or under a key that you do not have');
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
