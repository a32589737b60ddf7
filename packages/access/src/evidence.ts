/**
 * From a question to what the policies weigh: of all facts, the combination that could carry a yes. The search proves nothing, as
 * the policies check every id, date and withdrawal in it again; the restrictions alone they take as they are found here.
 */

import { DAY, type FactId, plus, type TeamId } from '@ketenkluis/base';
import type { FactOf } from '@ketenkluis/seal';
import type { Attributes, PolicyCall, Value } from './engine.ts';
import {
  agreesFor,
  callHolds,
  isCalled,
  isLive,
  isOwn,
  type Known,
  type Place,
  placeHolds,
  placesOf,
  restrictionsOn,
  saidThrough,
  settingOf,
  stated,
} from './facts.ts';
import type { KnownFact, Question } from './question.ts';

/** What is put forward, and which facts that are. */
export interface Evidence {
  readonly call: PolicyCall;
  readonly facts: readonly FactId[];
  readonly relation: FactId | null;
  readonly step: FactId | null;
  readonly consent: FactId | null;
  readonly team: TeamId | null;
}
type Anything = Record<string, Value | undefined>;
/** Later than any date. */
const FOREVER = Number.MAX_SAFE_INTEGER;

const present = (values: Anything): Attributes =>
  Object.fromEntries(Object.entries(values).filter((pair): pair is [string, Value] => pair[1] !== undefined));
const ids = (values: readonly string[]): string[] => [...new Set(values)];
const shown = ({ fact, ended }: KnownFact, more: Attributes): Attributes => ({
  practice: fact.practice,
  from: fact.from,
  until: fact.until ?? FOREVER,
  withdrawn: ended !== null,
  ...more,
});

/** The one that grants most wishes, so the first that grants all if any does. Every wish is something the policy insists on. */
const best = <T>(list: readonly T[], ...wishes: readonly ((one: T) => boolean)[]): T | undefined => {
  const score = (one: T) => wishes.filter((wish) => wish(one)).length;
  return list.reduce<T | undefined>((so, one) => (so === undefined || score(one) > score(so) ? one : so), undefined);
};

const pick = <K extends KnownFact['fact']['kind']>(
  question: Question,
  kind: K,
  ...fits: readonly ((fact: FactOf<K>) => boolean)[]
): Known<K> | undefined =>
  best<Known<K>>(
    stated(question, kind),
    (known) => isLive(known, question.now),
    ...fits.map((fit) => (known: Known<K>) => fit(known.fact)),
  );

/** One step of the dossier with all that belongs to its team. */
interface Case {
  readonly step: Known<'step'> | undefined;
  readonly place: Place | undefined;
  readonly relation: Known<'relation'> | undefined;
  readonly write: Known<'write'> | undefined;
}

const placeIn = (question: Question, places: readonly Place[], team: TeamId | null): Place | undefined =>
  best(
    places.filter(({ known }) => known.fact.team === team),
    (place) => placeHolds(question, place),
  );

/** The consent that could carry this step's team. */
const consentFor = (
  question: Question,
  parts: readonly (string | null)[],
  team: TeamId | undefined,
): Known<'consent'> | undefined =>
  best<Known<'consent'>>(
    stated(question, 'consent'),
    (known) => isLive(known, question.now),
    ({ fact }) => fact.dossier === question.item.dossier,
    ({ fact }) => fact.organisation === question.actor.organisation,
    ({ fact }) => fact.handles.some((handle) => parts.includes(handle)),
    (known) => team !== undefined && agreesFor(question, known, team),
  );

/** Of every step of this dossier the one with most of what is needed. */
function bestCase(question: Question, places: readonly Place[], parts: readonly (string | null)[]): Case {
  const { item, now } = question;
  const under = item.writerClass === 'work' || item.writerClass === 'inbox' ? item.parent : null;
  const cases = stated(question, 'step')
    .filter(({ fact }) => fact.dossier === item.dossier)
    .map((step): Case => {
      const { team } = step.fact;
      const here = <F extends { readonly dossier: unknown }>(fact: F) => fact.dossier === item.dossier;
      const relation = pick(question, 'relation', here, (fact) => fact.teams.includes(team));
      const write = pick(question, 'write', here, (fact) => fact.team === team);
      return { step, place: placeIn(question, places, team), relation, write };
    });
  const holds = (known: KnownFact | undefined) => known !== undefined && isLive(known, now);
  const called = isCalled(question);
  const chosen = best(
    cases,
    ({ step }) => holds(step),
    ({ step }) => step!.fact.handles.some((handle) => handle === item.handle || handle === under),
    ({ place }) => place !== undefined && placeHolds(question, place),
    ({ place }) => place?.pool === null || called,
    ({ relation, step }) => holds(relation) && relation!.fact.teams.includes(step!.fact.team),
    ({ relation }) => relation?.fact.dossier === item.dossier,
    ({ write, step }) =>
      question.class !== 'write' ||
      (holds(write) && write!.fact.team === step!.fact.team && write!.fact.dossier === item.dossier),
    ({ step }) => {
      if (isOwn(question)) return true;
      const consent = consentFor(question, parts, step!.fact.team);
      return consent !== undefined && agreesFor(question, consent, step!.fact.team);
    },
    ({ step }) =>
      question.class === 'write' ||
      question.grants.some(({ team, fact }) => team === step!.fact.team && fact === step!.fact.id),
  );
  return chosen ?? { step: undefined, place: places[0], relation: undefined, write: undefined };
}

const membership = ({ known, pool }: Place): Attributes => {
  const approved = pool && shown(pool, { person: pool.fact.person, team: pool.fact.team });
  const { person, team } = known.fact;
  return {
    ...shown(known, { person, team, dayLater: plus(known.fact.from, DAY) }),
    ...(approved === null ? {} : { pool: approved }),
  };
};

function excluded(question: Question): Attributes {
  const { dossier, part } = restrictionsOn(question);
  const all = ids([...dossier, ...part].map((fact) => fact.excluded));
  const kind = (prefix: string) => all.filter((one) => one.startsWith(prefix));
  return {
    people: kind('per_'),
    teams: kind('tea_'),
    organisations: kind('org_'),
    outside: all.includes('outside'),
  };
}

const standing = (question: Question, places: readonly Place[]): string[] =>
  ids(places.filter((place) => placeHolds(question, place)).map(({ known }) => known.fact.team));

type Brought = Omit<Evidence, 'call'> & { readonly context: Attributes };
const bring = (context: Attributes, more: Partial<Omit<Brought, 'context'>> = {}): Brought => ({
  context,
  facts: [],
  relation: null,
  step: null,
  consent: null,
  team: null,
  ...more,
});
const idOf = (known: KnownFact | undefined): FactId | null => known?.fact.id ?? null;
const idsOf = (...known: readonly (KnownFact | null | undefined)[]): FactId[] =>
  known.flatMap((one) => (one ? [one.fact.id] : []));

function onDossier(question: Question): Brought {
  const { item, actor, snapshot } = question;
  const own = isOwn(question);
  const writing = question.class === 'write';
  const places = placesOf(question);
  // A substitute hands nothing on.
  const fitting = question.class === 'grant' ? places.filter(({ pool }) => pool === null) : places;
  const above = item.writerClass === 'work' || item.writerClass === 'inbox' ? item.parent : null;
  const parts = writing ? [item.parent] : [item.handle, above];
  const { step, place, relation, write } = bestCase(question, fitting, parts);
  const call = place?.pool ? callOf(question) : undefined;
  const enrolment = pick(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  const partner = own ? undefined : pick(question, 'partner', (fact) => fact.organisation === actor.organisation);
  const consent = own ? undefined : consentFor(question, parts, step?.fact.team);
  const setting = consent && settingOf(question, consent);
  const said = consent && saidThrough(question, consent);
  const context = present({
    now: question.now,
    membership: place && membership(place),
    enrolment: enrolment && shown(enrolment, { dossier: enrolment.fact.dossier }),
    relation: relation && shown(relation, { dossier: relation.fact.dossier, teams: ids(relation.fact.teams) }),
    step:
      step &&
      shown(step, {
        fact: step.fact.id,
        dossier: step.fact.dossier,
        team: step.fact.team,
        handles: ids(step.fact.handles),
      }),
    write: writing && write ? shown(write, { dossier: write.fact.dossier, team: write.fact.team }) : undefined,
    call:
      call &&
      shown(call, { dossier: call.fact.dossier, person: call.fact.person, dayLater: plus(call.fact.from, DAY) }),
    consent:
      consent &&
      shown(consent, {
        dossier: consent.fact.dossier,
        organisation: consent.fact.organisation,
        handles: ids(consent.fact.handles),
        assumed: consent.fact.assumed !== undefined,
        ...(setting ? { assumption: shown(setting, { teams: ids(setting.fact.teams) }) } : {}),
        through: consent.fact.through !== undefined,
        ...(said ? { own: shown(said, { dossier: said.fact.dossier }) } : {}),
      }),
    partner: partner && shown(partner, { organisation: partner.fact.organisation }),
    confirmedUntil: snapshot?.until,
    grants: question.grants.flatMap(({ team, fact }) => (fact === null ? [] : [{ team, fact }])),
    teams: standing(question, places),
    excluded: excluded(question),
  });
  return bring(context, {
    facts: idsOf(
      place?.known,
      place?.pool,
      enrolment,
      relation,
      step,
      writing ? write : null,
      call,
      partner,
      consent,
      setting,
      said,
    ),
    relation: idOf(relation),
    step: idOf(step),
    consent: idOf(consent),
    team: place?.known.fact.team ?? null,
  });
}

const shownOwn = (known: Known<'own'>): Attributes => {
  const { id, dossier, team, person } = known.fact;
  return shown(known, { fact: id, dossier, team, person });
};

const callOf = (question: Question): Known<'call'> | undefined =>
  best(stated(question, 'call'), (known) => callHolds(question, known));

/** What was granted beforehand for an emergency: a place in that team and nothing of a relation. */
function emergency(question: Question): Brought {
  const { item, now, grants } = question;
  const places = placesOf(question);
  const pairs = stated(question, 'emergency')
    .filter(({ fact }) => fact.dossier === item.dossier)
    .map((beforehand) => ({ beforehand, place: placeIn(question, places, beforehand.fact.team) }));
  const pair = best(
    pairs,
    ({ beforehand }) => isLive(beforehand, now),
    ({ beforehand }) => beforehand.fact.handles.some((handle) => handle === item.handle),
    ({ place }) => place !== undefined && placeHolds(question, place),
    ({ beforehand: { fact } }) => grants.some((grant) => grant.team === fact.team && grant.fact === fact.id),
  );
  const enrolment = pick(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  const { beforehand, place } = pair ?? { beforehand: undefined, place: places[0] };
  const context = present({
    now,
    membership: place && membership(place),
    enrolment: enrolment && shown(enrolment, { dossier: enrolment.fact.dossier }),
    emergency:
      beforehand &&
      shown(beforehand, {
        fact: beforehand.fact.id,
        dossier: beforehand.fact.dossier,
        team: beforehand.fact.team,
        handles: ids(beforehand.fact.handles),
      }),
    grants: grants.flatMap(({ team, fact }) => (fact === null ? [] : [{ team, fact }])),
    teams: standing(question, places),
    excluded: excluded(question),
  });
  return bring(context, {
    facts: idsOf(place?.known, place?.pool, enrolment, beforehand),
    step: idOf(beforehand),
    team: place?.known.fact.team ?? null,
  });
}

function onTeam(question: Question): Brought {
  const { item, now, grants } = question;
  const members = placesOf(question).filter(({ pool }) => pool === null);
  const place = placeIn(question, members, item.team);
  const granted = ids(grants.flatMap(({ team, fact }) => (fact === null ? [team] : [])));
  const context = present({ now, membership: place && membership(place), grants: granted });
  return bring(context, { facts: idsOf(place?.known), team: item.team });
}

function audit(question: Question): Brought {
  const { item, now, actor } = question;
  const all = placesOf(question);
  const members = all.filter(({ pool }) => pool === null);
  const relations = stated(question, 'relation').filter(({ fact }) => fact.dossier === item.dossier);
  const pairs = relations.flatMap((relation) =>
    relation.fact.teams.flatMap((team) => {
      const place = placeIn(question, members, team);
      return place === undefined ? [] : [{ relation, oversight: undefined, place }];
    }),
  );
  const watched = stated(question, 'oversight').flatMap((oversight) => {
    const place = placeIn(question, members, oversight.fact.team);
    return place === undefined ? [] : [{ relation: undefined, oversight, place }];
  });
  const pair = best(
    [...pairs, ...watched],
    ({ relation, oversight }) => isLive(relation ?? oversight, now),
    ({ place }) => placeHolds(question, place),
  );
  const { relation, oversight } = pair ?? {};
  const context = present({
    now,
    membership: pair && membership(pair.place),
    relation: relation && shown(relation, { dossier: relation.fact.dossier, teams: ids(relation.fact.teams) }),
    oversight: oversight && shown(oversight, { team: oversight.fact.team }),
    teams: standing(question, all),
    excluded: excluded(question),
  });
  if (actor.owner) return bring(context);
  return bring(context, {
    facts: idsOf(pair?.place.known, relation, oversight),
    relation: idOf(relation),
    team: pair?.place.known.fact.team ?? null,
  });
}

/** The patient, or who stands in for them: what says so, and nothing of a relation. Their own log takes no more. */
function own(question: Question): Brought {
  const { item, actor, now, grants } = question;
  const part = item.handle !== null;
  const held = best<Known<'own'>>(
    stated(question, 'own'),
    (known) => isLive(known, now),
    ({ fact }) => fact.person === actor.person,
    ({ fact }) => fact.dossier === item.dossier,
    ({ fact }) => !part || grants.some((grant) => grant.team === fact.team && grant.fact === fact.id),
  );
  const enrolment = pick(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  const context = present({
    now,
    own: held && shownOwn(held),
    enrolment: part ? enrolment && shown(enrolment, { dossier: enrolment.fact.dossier }) : undefined,
    grants: part ? grants.flatMap(({ team, fact }) => (fact === null ? [] : [{ team, fact }])) : [],
  });
  return bring(context, {
    facts: idsOf(held, part ? enrolment : null),
    team: held?.fact.team ?? null,
  });
}

/** The patient's own word: who they are, and that the dossier is here. */
function say(question: Question): Brought {
  const { item, actor, now } = question;
  const held = best<Known<'own'>>(
    stated(question, 'own'),
    (known) => isLive(known, now),
    ({ fact }) => fact.person === actor.person,
    ({ fact }) => fact.dossier === item.dossier,
  );
  const enrolment = pick(question, 'enrolment', (fact) => fact.dossier === item.dossier);
  const context = present({
    now,
    own: held && shownOwn(held),
    enrolment: enrolment && shown(enrolment, { dossier: enrolment.fact.dossier }),
  });
  return bring(context, { facts: idsOf(held, enrolment), team: held?.fact.team ?? null });
}

function sync(question: Question): Brought {
  const mandate = pick(question, 'mandate', (fact) => fact.agent === question.actor.person);
  return bring(present({ now: question.now, mandate: mandate && shown(mandate, { agent: mandate.fact.agent }) }), {
    facts: idsOf(mandate),
  });
}

function broughtFor(question: Question): Brought {
  switch (question.class) {
    case 'look':
    case 'write':
    case 'grant':
      return onDossier(question);
    case 'emergency':
      return emergency(question);
    case 'list':
      return onTeam(question);
    case 'audit':
      return audit(question);
    case 'own':
      return own(question);
    case 'say':
      return say(question);
    case 'sync':
      return sync(question);
    default:
      return bring({ now: question.now });
  }
}

export function evidenceFor(question: Question): Evidence {
  const { actor, card, item, practice } = question;
  const { context, ...brought } = broughtFor(question);
  return {
    ...brought,
    call: {
      action: question.class === 'write' && !isOwn(question) ? 'inbox' : question.class,
      principal: {
        id: actor.person,
        attributes: present({
          person: actor.person,
          organisation: actor.organisation,
          session: actor.session,
          owner: actor.owner,
          card: card
            ? {
                subject: card.subject,
                organisation: card.organisation,
                kind: card.kind,
                from: card.from,
                until: card.until,
              }
            : undefined,
        }),
      },
      resource: {
        id: item.handle ?? item.dossier ?? practice,
        attributes: present({
          practice,
          dossier: item.dossier ?? undefined,
          handle: item.handle ?? undefined,
          team: item.team ?? undefined,
          state: item.state,
          writer: item.writerClass ?? undefined,
          parent: item.parent ?? undefined,
        }),
      },
      context,
    },
  };
}
