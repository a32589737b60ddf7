/** Who may look, why and until when, and the patient's own word about it (docs/spec/own.md). Facts checked by the client; words made here. */

import { DAY, type FactId, type HandleId, type Instant, type OrganisationId, plus } from '@ketenkluis/base';
import { PLAIN_SCOPES, plainRole, ROLES, type RoleId, type ScopeId } from '@ketenkluis/care';
import {
  type Access,
  type Audit,
  agreeTo,
  type ConsentChange,
  type ConsentDeed,
  consentChanges,
  type LegendContent,
  liftOwn,
  mayLift,
  type Opener,
  type OwnDossier,
  openersOf,
  refuse,
  takeBack,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type { OwnAccess, OwnChange, OwnPartner, OwnShut, OwnWhom, Text } from '../model.ts';
import type { Inside } from './inside.ts';

const text = (nl: string, en: string): Text => ({ nl, en });
const capital = ({ nl, en }: Text): Text => {
  const up = (one: string) => one.charAt(0).toUpperCase() + one.slice(1);
  return { nl: up(nl), en: up(en) };
};
const roleName = (role: string): Text => plainRole(Object.hasOwn(ROLES, role) ? ROLES[role as RoleId].nl : role);

/** Names of ids: what the legend says, else what can be said without one. */
class Names {
  readonly legend: LegendContent | null;
  constructor(legend: LegendContent | null) {
    this.legend = legend;
  }
  partner(organisation: string): Text {
    const name = this.legend?.partners.find((one) => one.organisation === organisation)?.name;
    return name === undefined ? text('een andere organisatie', 'another organisation') : text(name, name);
  }
  team(team: string): Text | null {
    const own = this.legend?.teams.find((one) => one.team === team);
    const theirs = this.legend?.partners.flatMap(({ teams }) => teams).find((one) => one.team === team);
    const role = (own ?? theirs)?.role;
    return role === undefined ? null : roleName(role);
  }
  whom(excluded: string): Text {
    if (excluded === 'outside') return text('iedereen buiten de praktijk', 'everybody outside the practice');
    if (excluded.startsWith('org_')) return this.partner(excluded);
    const holder = this.legend?.partners.find(({ teams }) => teams.some(({ team }) => team === excluded));
    const role = this.team(excluded);
    if (role !== null && holder) return text(`${role.nl} van ${holder.name}`, `${role.en} of ${holder.name}`);
    return role ?? text('iemand van de praktijk', 'somebody of the practice');
  }
}

const WHY: Readonly<Record<Opener['ground'], Text>> = {
  registration: text(
    'Omdat u patiënt bent bij deze praktijk en meedoet aan het zorgprogramma.',
    'Because you are a patient of this practice and take part in the care programme.',
  ),
  appointment: text('Omdat u een afspraak hebt.', 'Because you have an appointment.'),
  referral: text(
    'Omdat u bent verwezen en daar toestemming voor gaf aan de praktijk.',
    'Because you were referred and agreed to it at the practice.',
  ),
  emergency: text(
    'Alleen in een noodgeval. Daarna kijkt iemand anders na of dat klopte.',
    'Only in an emergency. Afterwards somebody else checks whether it was one.',
  ),
};
const CONSENT: Readonly<Record<'assumed' | 'own', Text>> = {
  assumed: text(
    'Omdat u de verwijzing goed vond. De praktijk nam aan dat u ook het delen goed vindt; u kunt dat hier intrekken.',
    'Because you accepted the referral. The practice took it that you agree to the sharing too; you can take that back here.',
  ),
  own: text('Omdat u bent verwezen en zelf toestemming gaf.', 'Because you were referred and agreed to it yourself.'),
};
const SUBSTITUTE = text(
  ' Ook een vervanger, als de praktijk u aan die persoon overdraagt: hooguit een dag.',
  ' A stand-in too, when the practice hands you over to them: for a day at most.',
);

function openerOf(
  names: Names,
  opener: Opener,
  partOf: (handle: HandleId) => Text | null,
): OwnAccess['openers'][number] {
  const role = names.team(opener.team) ?? text('iemand', 'somebody');
  const at = opener.partner === null ? text('uw praktijk', 'your practice') : names.partner(opener.partner);
  const { ground, consent, substitutes, until, handles } = opener;
  const why = consent === 'assumed' || consent === 'own' ? CONSENT[consent] : WHY[ground];
  const more = substitutes > 0 ? SUBSTITUTE : text('', '');
  const parts = new Map(handles.flatMap((handle) => partOf(handle) ?? []).map((one) => [one.nl, one]));
  return {
    key: `${opener.team} ${ground} ${until} ${handles.join()}`,
    who: capital(text(`${role.nl} van ${at.nl}`, `${role.en} of ${at.en}`)),
    why: text(`${why.nl}${more.nl}`, `${why.en}${more.en}`),
    parts: [...parts.values()],
    until,
  };
}

const live = (at: Instant) => (fact: { readonly from: Instant; readonly until: Instant | null }) =>
  fact.from <= at && (fact.until === null || at < fact.until);

export async function accessView(
  inside: Inside,
  own: OwnDossier,
  of: {
    readonly access: Access;
    readonly legend: LegendContent | null;
    readonly scopes: ReadonlyMap<string, ScopeId>;
    readonly log: Audit;
  },
): Promise<OwnAccess> {
  const { session } = inside;
  const { access, legend, scopes, log } = of;
  const names = new Names(legend);
  const at = session.now();
  const partOf = (handle: HandleId): Text | null => {
    const scope = scopes.get(handle);
    return scope === undefined ? null : PLAIN_SCOPES[scope];
  };
  const { openers, readers, overseen } = await openersOf(session, access);
  const standing = access.facts.filter(({ fact }) => live(at)(fact));
  const shut = standing.flatMap(({ fact }): OwnShut[] => {
    if (fact.kind !== 'restriction') return [];
    const reader = readers.some(({ person }) => person === fact.by);
    return [
      {
        ...{ fact: fact.id, whom: names.whom(fact.excluded), mayOpen: mayLift(session, own, fact) },
        parts: fact.handles === null ? null : fact.handles.flatMap((handle) => partOf(handle) ?? []),
        by: fact.by === session.person ? 'self' : reader ? 'other' : 'desk',
      },
    ];
  });
  const people = await session.people();
  const partners = people.partners(at).map(({ organisation, teams }): OwnPartner => {
    const said = legend?.partners.find((one) => one.organisation === organisation);
    const seen = openers.find(({ partner }) => partner === organisation);
    const consents = standing.flatMap(({ fact }) =>
      fact.kind === 'consent' && fact.organisation === organisation ? [fact] : [],
    );
    const last = consents.at(-1);
    const shutTo = ({ fact }: Access['facts'][number]) =>
      fact.kind === 'restriction' &&
      (fact.excluded === 'outside' || fact.excluded === organisation || teams.some((team) => team === fact.excluded));
    return {
      organisation,
      ...{ name: capital(names.partner(organisation)), roles: (said?.teams ?? []).map(({ role }) => roleName(role)) },
      consent: last
        ? {
            until: last.until,
            by: seen?.consent === 'assumed' || last.assumed !== undefined ? 'assumed' : last.through ? 'own' : 'desk',
          }
        : null,
      shut: standing.some(shutTo),
      referred: standing.some(({ fact }) => fact.kind === 'step' && teams.includes(fact.team)),
    };
  });
  const roles = new Set((legend?.partners ?? []).flatMap(({ teams }) => teams.map(({ role }) => role)));
  const called = (id: FactId) => legend?.readers.find((one) => one.own === id)?.role ?? null;
  return {
    openers: openers.map((one) => openerOf(names, one, partOf)),
    readers: readers.map(({ id, person, as, until }) => {
      const role = called(id);
      const plain = as === 'patient' ? text('De patiënt', 'The patient') : text('Vertegenwoordiger', 'Representative');
      const who = as === 'patient' || role === null ? plain : text(`${plain.nl} (${role})`, `${plain.en} (${role})`);
      return { key: id, who, until, self: person === session.person };
    }),
    overseen,
    unreviewed: unreviewedIn(log),
    partners,
    categories: [...roles].map((role) => ({ role, name: capital(roleName(role)) })),
    shut,
    changes: await changesOf(inside, names, of),
    parts: [...scopes].flatMap(([handle, scope]) =>
      scope === 'emergency' ? [] : [{ handle: handle as HandleId, name: PLAIN_SCOPES[scope] }],
    ),
    whole: access.hidden === 0,
  };
}

const DEEDS: Readonly<Record<ConsentDeed, (who: Text, whom: Text) => Text>> = {
  asked: (who, whom) =>
    text(
      `${who.nl} verwees u, vroeg of er gedeeld mag worden met ${whom.nl}, en schreef uw ja op.`,
      `${who.en} referred you, asked whether to share with ${whom.en}, and wrote down your yes.`,
    ),
  assumed: (who, whom) =>
    text(
      `${who.nl} verwees u, en nam aan dat er gedeeld mag worden met ${whom.nl}.`,
      `${who.en} referred you, and took it that sharing with ${whom.en} is allowed.`,
    ),
  agreed: (who, whom) =>
    text(
      `${who.nl} schreef op dat er gedeeld mag worden met ${whom.nl}.`,
      `${who.en} wrote down that sharing with ${whom.en} is allowed.`,
    ),
  shut: (who, whom) =>
    text(`${who.nl} schreef op: niet delen met ${whom.nl}.`, `${who.en} wrote down: do not share with ${whom.en}.`),
  taken: (who) => text(`${who.nl} nam een eerdere keuze terug.`, `${who.en} took back an earlier choice.`),
  ended: (who) =>
    text(
      `${who.nl} sloot een verwijzing af of schreef op dat u niet meer deelt.`,
      `${who.en} closed a referral, or wrote down that you share no more.`,
    ),
  changed: (who) =>
    text(`${who.nl} schreef op wat u wel of niet wilt delen.`, `${who.en} wrote down what you do or do not share.`),
};
const BY: Readonly<Record<ConsentChange['by'], Text>> = {
  patient: text('De patiënt zelf', 'The patient'),
  representative: text('De vertegenwoordiger', 'The representative'),
  colleague: text('Een medewerker van de praktijk', 'Somebody of the practice'),
  program: text('De computer van de praktijk', "The practice's computer"),
};

/** Who asked and who changed (R37): roles, no names; the log has the same lines. */
async function changesOf(
  { session }: Inside,
  names: Names,
  { access, log }: { readonly access: Access; readonly log: Audit },
): Promise<OwnChange[]> {
  const people = await session.people();
  const programs = new Set<string>(
    people.cards(session.now()).flatMap(({ kind, subject }) => (kind === 'agent' ? [subject] : [])),
  );
  const changes = consentChanges(log.lines, access, (person) => programs.has(person));
  return changes.map((one, place): OwnChange => {
    const who = one.role === null ? BY[one.by] : capital(plainRole(one.role));
    const whom = one.whom === null ? text('een andere organisatie', 'another organisation') : names.whom(one.whom);
    const stated = one.deed !== 'taken' && one.deed !== 'ended';
    return {
      ...{ key: `${one.line} ${place}`, at: one.at, line: one.line, said: DEEDS[one.deed](who, whom) },
      purpose: one.whom === null && one.by === 'colleague' ? one.purpose : null,
      stands: stated ? one.whom !== null : null,
    };
  });
}

/** Each look in an emergency takes a review of its own. */
function unreviewedIn({ lines }: Audit): number {
  const done = (event: string) => lines.filter((one) => one.event === event && one.outcome === 'success').length;
  return Math.max(0, done('emergency') - done('review'));
}

const YEAR = 365 * DAY;

/** Until the end of the year, or of this person's way in, less a minute for clocks that differ. */
export async function agreeHere(
  { session }: Inside,
  own: OwnDossier,
  partner: OrganisationId,
  handles: readonly HandleId[],
): Promise<void> {
  const mine = (await session.people()).owns(session.now()).find(({ id }) => id === own.own);
  if (mine === undefined) throw workplaceError('denied', 'this way in has ended', { detail: { reason: 'gone' } });
  const until = Math.min(mine.until, plus(session.now(), YEAR)) as Instant;
  await agreeTo(session, own, { partner, handles, until });
}

export async function shutHere(
  { session }: Inside,
  own: OwnDossier,
  legend: LegendContent | null,
  whom: OwnWhom,
  handles: readonly HandleId[] | null,
): Promise<void> {
  const teams =
    typeof whom === 'object' && 'role' in whom
      ? (legend?.partners ?? []).flatMap((one) => one.teams.filter(({ role }) => role === whom.role))
      : [];
  const excluded =
    whom === 'outside' ? ['outside' as const] : 'role' in whom ? teams.map(({ team }) => team) : [whom.organisation];
  if (excluded.length === 0) throw workplaceError('failed', 'nobody has this role');
  await refuse(session, own, { handles, excluded });
}

export const takeBackHere = async ({ session }: Inside, own: OwnDossier, partner: OrganisationId): Promise<void> => {
  await takeBack(session, own, partner);
};
export const unshutHere = async ({ session }: Inside, own: OwnDossier, fact: FactId): Promise<void> => {
  await liftOwn(session, own, fact);
};
