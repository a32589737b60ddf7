/** The practice's partners, on the client: pinned, compared, ended. */

import { ROLES, type RoleId } from '@ketenkluis/care';
import {
  type CardTeam,
  type PartnerCard as ClientCard,
  type Partner as ClientPartner,
  endPartner,
  partnerCard,
  partnersOf,
  proposePartner,
  readPartnerCard,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { PartnerCard, PartnerSide, PartnerTeam } from '../model.ts';
import { assume, assumptionsSeen, unassume } from './assumptions.ts';
import type { PartnerSeen } from './choices.ts';
import { coupled } from './duties.ts';
import { type Inside, nameOf, roleText, UNNAMED } from './inside.ts';
import type { Surroundings } from './people.ts';

/** Somebody treats patients in it. The team that reads the log stands on a card too; nobody is referred to it. */
export const isReferable = ({ role }: { readonly role: string }): boolean =>
  Object.hasOwn(ROLES, role) && ['standing', 'step', 'attached'].includes(ROLES[role as RoleId].mode);

const teamsOf = (teams: readonly CardTeam[]): PartnerTeam[] =>
  teams.filter(isReferable).map(({ team, name, role }) => ({ team, name, role: roleText(role) }));

export const partnersSeen = (inside: Inside): Promise<readonly ClientPartner[]> =>
  partnersOf(inside.session, inside.names?.partners ?? []);

export const partnerName = (partner: ClientPartner | undefined): string => partner?.profile?.name ?? UNNAMED;

/** As the choosing of a referral wants to know them: a team without a key here gets nothing. */
export const choosable = (partners: readonly ClientPartner[]): PartnerSeen[] =>
  partners.map(({ organisation, profile, keys, fact }) => ({
    organisation,
    name: profile?.name ?? organisation.slice(0, 9),
    teams: (profile?.teams ?? []).filter(isReferable).map(({ team, role }) => ({
      team,
      role,
      ready: fact.teams.includes(team) && keys !== null && keys.epochOf(team) !== undefined,
    })),
  }));

/** The own teams that a partner may refer to: all with a role of the catalogue. */
function ownTeams(inside: Inside): CardTeam[] {
  return (inside.names?.teams ?? []).flatMap(({ team, role, name }) =>
    role !== null && isReferable({ role }) ? [{ team, role, name }] : [],
  );
}

const cardView = (text: string, card: ClientCard, known: boolean): PartnerCard => ({
  ...{ card: text, organisation: card.organisation, name: card.name, ura: card.ura, origin: card.origin, known },
  teams: teamsOf(card.teams),
  fingerprint: card.fingerprint.join(' '),
});

export function partnerSide({ open }: Surroundings): PartnerSide {
  return {
    list: () =>
      open(async (now) => {
        await coupled(now);
        const partners = await partnersSeen(now);
        return {
          mayChange: now.me.owner,
          partners: partners.map(({ organisation, since, signers, profile, fingerprint, fact }) => ({
            ...{
              organisation,
              since,
              name: profile?.name ?? UNNAMED,
              ura: profile?.ura ?? '',
              proof: profile?.proof ?? '',
            },
            signed: signers.map((person) => nameOf(now.names, person)?.name ?? UNNAMED),
            fingerprint: fingerprint?.join(' ') ?? null,
            accepts: fact.accepts ?? [],
            teams: teamsOf(profile?.teams ?? []),
          })),
        };
      }),
    readCard: (text) =>
      open(async ({ session }) => {
        const card = await readPartnerCard(text);
        if (card.organisation === session.practice) throw workplaceError('bad-card', 'this is the own card');
        const known = (await session.people(true)).partners(session.now());
        return cardView(
          text,
          card,
          known.some(({ organisation }) => organisation === card.organisation),
        );
      }),
    propose: ({ card }, proof, accepts) =>
      open(async ({ session }) => await proposePartner(session, await readPartnerCard(card), { proof, accepts })),
    ownCard: () =>
      open(async (now) => {
        const practice = now.names?.practice;
        if (practice === undefined) throw workplaceError('failed', 'this practice has sealed no name of its own yet');
        const { name, ura } = practice;
        const card = await partnerCard(now.session, { name, ura, teams: ownTeams(now) });
        return { card, name, fingerprint: (await readPartnerCard(card)).fingerprint.join(' ') };
      }),
    end: (organisation) => open(({ session }) => endPartner(session, organisation)),
    assumptions: () => open(assumptionsSeen),
    assume: (setting) => open((now) => assume(now, setting)),
    endAssumption: (setting) => open((now) => unassume(now, setting)),
  };
}
