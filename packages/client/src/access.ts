/**
 * Who can see what of one dossier, on which facts, until when (docs/spec/partners.md): every fact and grant verified here and held
 * against the state that the log names. Restrictions are not shown; how many hashes stay unexplained is.
 */

import type { DossierId, FactId, HandleId, Instant, OrganisationId, TeamId } from '@ketenkluis/base';
import { accessAnswer } from '@ketenkluis/protocol';
import {
  expectType,
  type FactOf,
  type Grant,
  type Hash,
  type KeyDirectory,
  type Statement,
  signersOf,
  standingGrants,
} from '@ketenkluis/seal';
import { type About, sealAnnex } from './annex.ts';
import { checkSaid } from './dossier-state.ts';
import { clientError } from './errors.ts';
import type { ProvedLine } from './log.ts';
import { believed, prepared } from './look.ts';
import { checkFrame, type ProvedState } from './release.ts';
import type { Session } from './session.ts';

type DossierFact = Extract<Statement<'fact'>['payload'], { dossier: unknown }>;

/** One team that can open parts of the dossier now. */
export interface Seer {
  readonly team: TeamId;
  /** Null: a team of the practice itself. */
  readonly partner: OrganisationId | null;
  readonly step: FactOf<'step'>;
  readonly relation: FactOf<'relation'>;
  readonly consent: FactOf<'consent'> | null;
  /** Parts that this step lists and that are sealed for this team. */
  readonly handles: readonly HandleId[];
  readonly from: Instant;
  readonly until: Instant | null;
}

export interface Access {
  readonly dossier: DossierId;
  readonly seers: readonly Seer[];
  /** Every live fact that is shown, with who signed it. */
  readonly facts: readonly { readonly fact: DossierFact; readonly hash: Hash; readonly by: string }[];
  /** With the packs that each opens still; one of a newer grant's is the newer one's. */
  readonly grants: readonly { readonly grant: Grant; readonly hash: Hash }[];
  readonly handles: readonly {
    readonly handle: HandleId;
    readonly class: 'source' | 'work' | 'inbox';
    readonly parent: HandleId | null;
    readonly descriptor: Hash;
  }[];
  /** Live statements that are not shown: restrictions, if the vault is honest. */
  readonly hidden: number;
  readonly proved: ProvedState;
  readonly line: ProvedLine;
}

/** Throws `client/not-signed`, `client/state-unexplained`. */
export async function accessOf(
  session: Session,
  what: {
    readonly dossier: DossierId;
    readonly facts?: readonly FactId[];
    readonly about?: About;
    /** The patient's own: restrictions are shown to them. */
    readonly class?: 'own';
  },
): Promise<Access> {
  const { dossier } = what;
  const annex = await sealAnnex(session, { purpose: 'wie kan wat zien', ...what.about }, [what]);
  await prepared(session);
  const items = [{ dossier, handle: null, facts: what.facts ?? [] }];
  const { answer, request } = await session.inTurn(async () => {
    const ask = { id: annex.id, class: what.class ?? ('audit' as const), action: 'access', items, annex: annex.hash };
    const signed = await session.signed({ ...ask, checkpoint: await session.seen() }, { annex: annex.wire });
    return { answer: await session.call('access', accessAnswer, signed.message), request: signed.request };
  });
  return await believed(session, request, answer.states, async (context) => {
    const { around, proved } = await checkFrame(answer, context, 'access');
    const state = proved.find((one) => one.dossier === dossier);
    if (state === undefined || proved.length !== 1) {
      throw clientError('state-unexplained', 'the vault shows no state of this dossier');
    }
    const live = new Set<string>(state.live);
    const shown = async (wires: typeof answer.facts) => {
      const statements = wires.map((wire) => around.parts.read(wire));
      for (const one of statements) {
        if (!(await around.parts.verify(one)))
          throw clientError('not-signed', `a ${one.payload.t} is not signed by somebody who may`);
        if (!('dossier' in one.payload) || one.payload.dossier !== dossier || !live.has(one.hash))
          throw clientError('state-unexplained', `a ${one.payload.t} is not part of what is live in this dossier`);
        checkSaid(one, around.said);
      }
      return statements;
    };
    // The partner facts that it rests on are the directory's; there they were verified.
    const ofDossier = answer.facts.filter((wire) => 'dossier' in around.parts.read(wire).payload);
    const facts = (await shown(ofDossier)).map((one) => ({
      fact: expectType(one, 'fact').payload as DossierFact,
      hash: one.hash,
      by: signersOf(one)[0] ?? '',
    }));
    const granted = (await shown(answer.grants)).map((one) => ({
      grant: expectType(one, 'grant').payload,
      hash: one.hash,
    }));
    // In what order they came is the vault's word. What follows from it is held by the vault against the state that is signed next.
    const grants = standingGrants(granted, new Set(answer.handles.map(({ descriptor }) => descriptor)));
    if (answer.handles.some(({ descriptor }) => !live.has(descriptor))) {
      throw clientError('state-unexplained', 'a part is not part of what is live in this dossier');
    }
    const explained = new Set<string>([
      ...[...facts, ...grants].map(({ hash }) => hash),
      ...answer.handles.map(({ descriptor }) => descriptor),
    ]);
    const heads = new Map(answer.handles.map(({ handle, descriptor }) => [handle, descriptor]));
    return {
      ...{ dossier, facts, grants, proved: state, line: around.line },
      seers: seersOf({ facts, grants, heads, now: context.now }, context.people),
      handles: answer.handles,
      hidden: state.live.filter((hash) => !explained.has(hash)).length,
    };
  });
}

/**
 * An assumed consent is one while its setting lives and lists this team, one that the patient gave from their own device while that person
 * reads the dossier; one that was asked at the desk always is.
 */
export const isConsent = (people: KeyDirectory, consent: FactOf<'consent'>, team: TeamId, at: Instant): boolean =>
  (consent.assumed === undefined || people.assumptionAt(consent.assumed, at)?.teams.includes(team) === true) &&
  (consent.through === undefined ||
    people.owns(at).some(({ id, dossier }) => id === consent.through && dossier === consent.dossier));

/** A team sees what a live step lists and what is sealed for it on that step, while a relation names it. */
function seersOf(
  of: Pick<Access, 'facts' | 'grants'> & { readonly heads: ReadonlyMap<HandleId, Hash>; readonly now: Instant },
  people: KeyDirectory,
): Seer[] {
  const { now, heads } = of;
  const live = of.facts
    .map(({ fact }) => fact)
    .filter(({ from, until }) => from <= now && (until === null || now < until));
  return live.flatMap((step): Seer[] => {
    if (step.kind !== 'step') return [];
    const { team } = step;
    const relation = live.find((one) => one.kind === 'relation' && one.teams.includes(team)) as
      | FactOf<'relation'>
      | undefined;
    const packs = new Set<string>(
      of.grants.flatMap(({ grant }) => (grant.team === team && grant.fact === step.id ? grant.packs : [])),
    );
    const partner = people.partnerOf(team, now)?.organisation ?? null;
    const consents = live.filter(
      (one) => one.kind === 'consent' && one.organisation === partner && isConsent(people, one, team, now),
    ) as FactOf<'consent'>[];
    const agreed = (handle: HandleId) => partner === null || consents.some((one) => one.handles.includes(handle));
    const handles = step.handles.filter((handle) => packs.has(heads.get(handle) ?? '') && agreed(handle));
    if (relation === undefined || handles.length === 0) return [];
    const consent =
      consents.find((one) => handles.every((handle) => one.handles.includes(handle))) ?? consents[0] ?? null;
    const ends = [step.until, relation.until, consent?.until ?? null].filter((one) => one !== null);
    const until = ends.length === 0 ? null : (Math.min(...ends) as Instant);
    return [{ team, partner, step, relation, consent, handles, from: step.from, until }];
  });
}
