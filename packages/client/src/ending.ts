/**
 * Ending a referral, and withdrawing consent (docs/spec/partners.md, "Ending"): refused at once, grants dropped in the same line. What
 * was seen stays seen.
 */

import type { DossierId, FactId, HandleId, OrganisationId, TeamId } from '@ketenkluis/base';
import { type FactOf, type Hash, type Payload, signBatch, statementsToWire } from '@ketenkluis/seal';
import { type Access, accessOf } from './access.ts';
import type { About } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { takeOver } from './notes.ts';
import { factIds, type Referral } from './referrals.ts';
import type { Session } from './session.ts';
import { again, stepTo } from './sharing.ts';

type Ended = FactOf<'relation' | 'step' | 'write' | 'consent' | 'restriction'>;

/**
 * What is live once these facts are withdrawn, worked out as the vault does it: a step takes the grants on its ground along, a relation
 * those of teams that no other relation names, a consent those of that organisation's teams on its parts and what hangs under them.
 */
export function liveAfter(
  access: Access,
  ended: readonly Ended[],
  teamsOf: (partner: OrganisationId) => ReadonlySet<TeamId>,
): Hash[] {
  const gone = new Set<string>(ended.map(({ id }) => id));
  const left = access.facts.map(({ fact }) => fact).filter(({ id }) => !gone.has(id));
  const treated = new Set(left.flatMap((fact) => (fact.kind === 'relation' ? fact.teams : [])));
  const untreated = new Set(
    ended.flatMap((fact) => (fact.kind === 'relation' ? fact.teams.filter((team) => !treated.has(team)) : [])),
  );
  const shut = ended.flatMap((fact) => {
    if (fact.kind !== 'consent') return [];
    const others = left.flatMap((one) =>
      one.kind === 'consent' && one.organisation === fact.organisation ? one.handles : [],
    );
    const handles = new Set(fact.handles.filter((handle) => !others.includes(handle)));
    const parts = access.handles.filter(
      ({ handle, parent }) => handles.has(handle) || (parent !== null && handles.has(parent)),
    );
    return [{ teams: teamsOf(fact.organisation), packs: new Set(parts.map(({ descriptor }) => descriptor)) }];
  });
  const heads = new Set(access.handles.map(({ descriptor }) => descriptor));
  const stays = ({ fact, team, packs }: Access['grants'][number]['grant']) =>
    !(fact !== null && gone.has(fact)) &&
    !untreated.has(team) &&
    packs.some((pack) => heads.has(pack) && !shut.some((one) => one.teams.has(team) && one.packs.has(pack)));
  const dropped = new Set<string>([
    ...access.facts.filter(({ fact }) => gone.has(fact.id)).map(({ hash }) => hash),
    ...access.grants.filter(({ grant }) => !stays(grant)).map(({ hash }) => hash),
  ]);
  return access.proved.live.filter((hash) => !dropped.has(hash));
}

async function end(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly facts: readonly FactId[];
    readonly purpose: string;
    readonly about: About;
    readonly which: (access: Access) => readonly Ended[];
  },
): Promise<ProvedLine> {
  const { dossier, facts } = what;
  return await again(session, dossier, async () => {
    const access = await accessOf(session, { dossier, facts, about: { purpose: what.purpose, ...what.about } });
    const ended = what.which(access);
    if (ended.length === 0) throw clientError('refused', 'there is nothing here that stands for this partner now');
    const at = session.now();
    const withdrawals = ended.map(
      ({ id }): Payload<'withdrawal'> => ({
        ...{ t: 'withdrawal', v: 1, suite: 1, practice: session.practice, fact: id, dossier, at },
      }),
    );
    const people = await session.people();
    const live = liveAfter(access, ended, (partner) => people.teamsOfPartner(partner));
    const step = stepTo(session, access.proved, live);
    const { statements } = await signBatch([...withdrawals, step], {
      ...{ practice: session.practice, at, signer: session.keys().signer },
    });
    const { line } = await change(session, {
      ...{ endpoint: 'end', class: 'grant', event: 'end', items: [{ dossier, handle: null, facts }] },
      about: { purpose: what.purpose, ...what.about },
      body: { ...statementsToWire(statements) },
    });
    session.proved.set(dossier, { ...access.proved, state: step.state, live });
    return line;
  });
}

/** The step closes: relation, step, right to write and consent end together. `own`: the facts that the asker stands on. */
export const endReferral = (
  session: Session,
  referral: Pick<Referral, 'dossier' | 'facts'>,
  own: readonly FactId[] = [],
  about: About = {},
): Promise<ProvedLine> => {
  const ids = new Set<string>(referral.facts.map(({ id }) => id));
  return end(session, {
    ...{ dossier: referral.dossier, facts: own, purpose: 'verwijzing afsluiten', about },
    which: ({ facts }) => facts.flatMap(({ fact }) => (ids.has(fact.id) ? [fact as Ended] : [])),
  });
};

/** Everything of that organisation in this dossier is refused from this line on. */
export const withdrawConsent = (
  session: Session,
  what: { readonly dossier: DossierId; readonly partner: OrganisationId },
  own: readonly FactId[] = [],
  about: About = {},
): Promise<ProvedLine> =>
  end(session, {
    ...{ dossier: what.dossier, facts: own, purpose: 'toestemming ingetrokken', about },
    which: ({ facts }) =>
      facts.flatMap(({ fact }) => (fact.kind === 'consent' && fact.organisation === what.partner ? [fact] : [])),
  });

/** A message stands in the GP system now; here it goes, and with the partner's last word the referral too. */
export async function takeOverMessage(
  session: Session,
  referral: Referral,
  message: HandleId,
  own: readonly FactId[] = [],
  about: About = {},
): Promise<ProvedLine> {
  const said = referral.messages.find(({ handle }) => handle === message)?.content;
  const { dossier } = referral;
  const facts = own.length === 0 ? factIds(referral) : own;
  const line = await takeOver(session, { dossier, handle: message, facts, about });
  if (said?.kind === 'declined' || (said?.kind === 'reported' && said.last)) {
    await endReferral(session, referral, own, about);
  }
  return line;
}
