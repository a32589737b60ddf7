/** The setting for assumed consent, on the client: which partners' teams, on which ground, in whose words. */

import { type FactId, type Instant, localDate, plus, type TeamId } from '@ketenkluis/base';
import {
  ASSUMPTION_LIFE,
  assumptionsOf,
  type Partner as ClientPartner,
  endAssumption,
  proposeAssumption,
} from '@ketenkluis/client';
import type { AssumptionGround, Assumptions, NewAssumption } from '../model.ts';
import { coupled } from './duties.ts';
import { type Inside, roleText } from './inside.ts';
import { isReferable, partnerName, partnersSeen } from './partners.ts';

/** The kinds of partners that there are now, each with the teams that it means: what comes later is not in it (R35). */
function categoriesOf(partners: readonly ClientPartner[]) {
  const teams = partners.flatMap((partner) =>
    (partner.profile?.teams ?? [])
      .filter((one) => isReferable(one) && partner.fact.teams.includes(one.team))
      .map(({ team, role, name }) => ({ team, role, name: `${partnerName(partner)}, ${name}` })),
  );
  return Map.groupBy(teams, ({ role }) => role);
}

export async function assumptionsSeen(now: Inside): Promise<Assumptions> {
  await coupled(now);
  const partners = await partnersSeen(now);
  const all = [...categoriesOf(partners).values()].flat();
  const settings = await assumptionsOf(now.session);
  const at = now.session.now();
  return {
    mayChange: now.me.owner,
    settings: settings.map(({ fact, explanation }) => ({
      ...{ id: fact.id, ground: fact.ground, since: fact.from, until: fact.until, text: explanation?.text ?? null },
      teams: fact.teams.map((team) => all.find((one) => one.team === team)?.name ?? team.slice(0, 9)),
    })),
    categories: [...categoriesOf(partners)].map(([category, teams]) => ({
      ...{ category, name: roleText(category), teams: teams.map(({ name }) => name) },
    })),
    proposedEnd: localDate(plus(at, ASSUMPTION_LIFE - 2 * 86_400_000)),
    lastEnd: localDate(plus(at, ASSUMPTION_LIFE - 2 * 86_400_000)),
  };
}

export async function assume(now: Inside, { ground, categories, text, until }: NewAssumption): Promise<'proposed'> {
  const known = categoriesOf(await partnersSeen(now));
  const teams = categories.flatMap((category) => (known.get(category) ?? []).map(({ team }) => team));
  return await proposeAssumption(now.session, { ground, categories, text, until, teams });
}

export const unassume = ({ session }: Inside, id: FactId): Promise<void> => endAssumption(session, id);

/** For whom consent may be assumed now of a patient who objects to these, and by which setting: the one that lasts longest. */
export async function assumable(
  { session }: Inside,
  at: Instant,
  objected: readonly TeamId[],
): Promise<ReadonlyMap<TeamId, { readonly setting: FactId; readonly ground: AssumptionGround }>> {
  const live = [...(await session.people(true)).assumptions(at)].sort((a, b) => a.until - b.until);
  return new Map(
    live.flatMap(({ id, ground, teams }) =>
      teams.filter((team) => !objected.includes(team)).map((team) => [team, { setting: id, ground }] as const),
    ),
  );
}
