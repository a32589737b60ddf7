/** What patients ask: on their own screen and on the practice's. Fetched when somebody asks for it. */

import { localDate, type OrganisationId } from '@ketenkluis/base';
import {
  type CareRecord,
  PLAIN_SCOPES,
  type ProgrammeId,
  parseRecords,
  recordEntries,
  type ScopeId,
} from '@ketenkluis/care';
import { declare, openWhole, readContent, scopeContent } from '@ketenkluis/client';
import { copyBundle } from '@ketenkluis/client/audit-record';
import {
  answerPetition,
  askName,
  askRight,
  extendPetition,
  mayAnswerThere,
  petitionsOf,
  type ShownPetition,
  setAlert,
  unreadAnswer,
} from '@ketenkluis/client/petitions';
import { dueDay } from '@ketenkluis/protocol';
import type { Hash } from '@ketenkluis/seal';
import { workplaceError } from '../errors.ts';
import type { Asked, PatientRequest, PetitionSide } from '../model.ts';
import { type Inside, nameOf } from './inside.ts';
import { openedOwn, mine as ownOf } from './own.ts';
import { partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';
import { posedSide } from './posed.ts';

/** What organisations are called; one that nobody named is only said to be another. */
type Called = (organisation: OrganisationId) => string;
const asked = (one: ShownPetition, called: Called): Asked => {
  const { hash, about, at, text, waiting, answer, extension, unread, mayUnread } = one;
  return {
    ...{ id: hash, about, at, text, unread, mayUnread },
    waiting: waiting === null ? null : { due: waiting.due, late: waiting.late },
    answer:
      answer === null
        ? null
        : {
            ...{ at: answer.at, words: answer.words, unreadable: answer.unreadable },
            by: answer.organisation === null ? null : called(answer.organisation),
          },
    longer: extension === null ? null : { at: extension.at, until: extension.until, reason: extension.reason },
  };
};
const UNNAMED = 'een andere organisatie';

async function programsOf({ session }: Inside): Promise<ReadonlySet<string>> {
  const people = await session.people();
  const cards = people.cards(session.now());
  return new Set(
    cards.flatMap(({ kind, subject }) => (kind === 'professional' || kind === 'trustee' ? [] : [subject])),
  );
}

async function myRequests(inside: Inside) {
  const { own, log, called } = await openedOwn(inside);
  const { all, alert, broken } = await petitionsOf(inside.session, log);
  const programs = await programsOf(inside);
  const people = await inside.session.people();
  const now = inside.session.now();
  const named = log.lines.filter(
    ({ verified, who, organisation }) =>
      verified && who !== null && organisation !== null && who !== inside.session.person && !programs.has(who),
  );
  const elsewhere = named.filter(({ organisation }) => organisation !== inside.session.practice);
  const alone = new Set<number>();
  for (const { index, organisation, who } of elsewhere)
    if (!(await mayAnswerThere(inside.session, organisation!, who!))) alone.add(index);
  const agents = people
    .cards(now)
    .some(({ kind, subject }) => kind === 'agent' && people.mandatesOf(subject, now).length > 0);
  return {
    ...{ own, alone, all },
    asked: all.map((one) => asked(one, (organisation) => called?.get(organisation) ?? UNNAMED)).reverse(),
    askable: new Set(named.map(({ index }) => index)),
    elsewhere: new Set(elsewhere.map(({ index }) => index)),
    alert: agents ? (alert?.on ?? false) : null,
    broken: broken.length > 0,
  };
}

async function fhirCopy(inside: Inside) {
  const own = await ownOf(inside);
  const { session } = inside;
  const [handle = null] = own.handles;
  const items = [{ dossier: own.dossier, handle, facts: [own.own, ...own.facts] }];
  await declare(session, { event: 'export', items, class: 'own', about: { purpose: 'eigen afschrift' } });
  const records: CareRecord[] = [];
  const programmes = new Set<ProgrammeId>();
  const parts = new Map<(typeof own.handles)[number], string>();
  const { opened, log, whole } = await openWhole(session, own);
  if (!whole) throw workplaceError('not-proved', 'what was read may not be all there is');
  for (const part of opened?.parts ?? []) {
    if (part.outcome !== 'permit' || part.envelope.type !== 'fhir') continue;
    const content = readContent(scopeContent, part.content);
    parts.set(part.handle, PLAIN_SCOPES[content.scope as ScopeId].nl);
    if (content.scope === 'emergency') continue;
    for (const one of content.programmes) programmes.add(one as ProgrammeId);
    records.push(...parseRecords(content.records));
  }
  const bundle = copyBundle({
    ...{ practice: session.practice, at: session.now(), log },
    record: opened === null ? [] : recordEntries(records, [...programmes], () => crypto.randomUUID()),
    names: { reader: session.practice, people: new Map(), organisations: new Map(), patients: new Map(), parts },
  });
  return {
    name: 'mijn-dossier.fhir.json',
    type: 'application/fhir+json',
    text: `${JSON.stringify(bundle, null, 2)}\n`,
  };
}

/** Those that wait first, the next due on top. */
const inOrder = (a: PatientRequest, b: PatientRequest): number => {
  if ((a.waiting === null) !== (b.waiting === null)) return a.waiting === null ? 1 : -1;
  if (a.waiting !== null && b.waiting !== null && a.waiting.due !== b.waiting.due)
    return a.waiting.due < b.waiting.due ? -1 : 1;
  return a.waiting === null ? b.at - a.at : a.at - b.at;
};

async function requests(inside: Inside) {
  const found = await petitionsOf(inside.session, null);
  const list = inside.me.office === null && !inside.me.substitute ? await inside.lists?.catch(() => null) : null;
  const names = new Map(list?.view.rows.map(({ dossier, name }) => [dossier, name]) ?? []);
  const elsewhere = found.all.some(({ payload }) => payload.kind === 'name' && payload.organisation !== undefined);
  const partners = elsewhere ? await partnersSeen(inside) : [];
  const called: Called = (organisation) =>
    partners.find((one) => one.organisation === organisation)?.profile?.name ?? UNNAMED;
  const today = localDate(inside.session.now());
  const alone = new Set<Hash>();
  for (const { hash, payload } of found.all) {
    if (payload.kind !== 'name' || payload.organisation === undefined) continue;
    if (!(await mayAnswerThere(inside.session, payload.organisation, payload.whom))) alone.add(hash);
  }
  const shown = found.all.map((one): PatientRequest => {
    const { payload, waiting, extension, answer } = one;
    return {
      ...asked(one, called),
      patient: names.get(payload.dossier) ?? payload.dossier,
      whom:
        payload.kind === 'name'
          ? {
              name: nameOf(inside.names, payload.whom)?.name ?? null,
              ...{ line: payload.line, me: payload.whom === inside.session.person },
              partner: payload.organisation === undefined ? null : called(payload.organisation),
              alone: alone.has(one.hash),
            }
          : null,
      mayExtend: waiting !== null && answer === null && extension === null && today <= dueDay(one.at),
    };
  });
  return { view: { requests: shown.sort(inOrder), broken: found.broken }, all: found.all };
}

async function requestOf(inside: Inside, id: Hash): Promise<ShownPetition> {
  const found = (await requests(inside)).all.find(({ hash }) => hash === id);
  if (found === undefined) throw workplaceError('denied', 'no such request', { detail: { reason: 'gone' } });
  return found;
}

export const petitionSide = ({ open, ...around }: Surroundings): PetitionSide => ({
  mine: () =>
    open(async (now) => {
      const { own: _, all: __, ...shown } = await myRequests(now);
      return shown;
    }),
  askName: (lines, reason) =>
    open(async (now) => {
      const { own, log } = await openedOwn(now);
      const { askable } = await myRequests(now);
      const found = log.lines.filter(({ index }) => lines.includes(index) && askable.has(index));
      const people = new Map(found.map((line) => [line.who, line]));
      if (people.size === 0) throw workplaceError('denied', 'nobody to ask about', { detail: { reason: 'gone' } });
      for (const line of people.values()) await askName(now.session, own, line, reason);
    }),
  ask: (about, text) => open(async (now) => askRight(now.session, await ownOf(now), about, text)),
  askAgain: (id) =>
    open(async (now) => {
      const { own, all } = await myRequests(now);
      const found = all.find(({ hash }) => hash === id);
      if (found === undefined) throw workplaceError('denied', 'no such request', { detail: { reason: 'gone' } });
      await unreadAnswer(now.session, found, own);
    }),
  alert: (address) => open(async (now) => setAlert(now.session, await ownOf(now), address)),
  fhir: () => open(fhirCopy),
  waiting: () =>
    open(async (now) => {
      const { all } = await petitionsOf(now.session, null, false);
      const open = all.flatMap(({ waiting }) => waiting ?? []);
      return { open: open.length, late: open.filter(({ late }) => late).length };
    }),
  list: () => open(async (now) => (await requests(now)).view),
  answer: (id, { verdict, text, name }) =>
    open(async (now) => {
      const found = await requestOf(now, id);
      const { payload } = found;
      // Who works elsewhere nobody here can look up: the partner said it, or a message did.
      const said =
        payload.kind === 'name' && payload.organisation !== undefined ? name?.trim() || undefined : undefined;
      const whom = payload.kind === 'name' ? (said ?? nameOf(now.names, payload.whom)?.name) : undefined;
      if (verdict === 'given' && whom === undefined) throw workplaceError('failed', 'nobody here has this name');
      await answerPetition(now.session, found, { verdict, name: verdict === 'given' ? (whom ?? null) : null, text });
    }),
  extend: (id, more) => open(async (now) => extendPetition(now.session, await requestOf(now, id), more)),
  ...posedSide({ open, ...around }),
});
