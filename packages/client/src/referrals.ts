/**
 * Referrals as both sides see them (docs/spec/partners.md): the facts that stand, the letter, the messages, and where it has come. A
 * member of the practice sees those of the dossiers that an own team treats; a guest those of the own teams.
 */

import {
  type DossierId,
  type FactId,
  fromUtf8,
  type HandleId,
  type Instant,
  MINUTE,
  type OrganisationId,
  type PersonId,
  type TeamId,
} from '@ketenkluis/base';
import { referrals as referralsMessage } from '@ketenkluis/protocol';
import {
  batchesFromWire,
  expectType,
  type FactOf,
  type KeyDirectory,
  type Statement,
  statementFromWire,
} from '@ketenkluis/seal';
import type { z } from 'zod';
import { isConsent } from './access.ts';
import type { About } from './annex.ts';
import { type InboxContent, inboxContent, type ReferralContent, readContent, referralContent } from './contents.ts';
import { release } from './look.ts';
import { signedAt } from './parts.ts';
import { pastReferralsOf, type Taken } from './past.ts';
import type { OpenedItem } from './release.ts';
import type { AskedItem } from './request.ts';
import type { Session } from './session.ts';

export type ReferralState = 'sent' | 'accepted' | 'declined' | 'reported' | 'taken-over' | 'closed' | 'overdue';

export interface ReferralMessage {
  readonly handle: HandleId;
  readonly content: InboxContent;
  readonly writer: PersonId;
  readonly at: Instant;
  readonly mine: boolean;
}
export interface Referral {
  /** The step that it stands on. */
  readonly id: FactId;
  readonly dossier: DossierId;
  readonly team: TeamId;
  readonly partner: OrganisationId;
  readonly from: Instant;
  readonly until: Instant;
  /** Live facts of it: what a request about it stands on, and what ends with it. */
  readonly facts: readonly FactOf<'relation' | 'step' | 'write' | 'consent'>[];
  readonly consent: FactOf<'consent'> | null;
  /** Parts that the step lists. */
  readonly handles: readonly HandleId[];
  readonly letter: {
    readonly handle: HandleId;
    readonly content: ReferralContent;
    readonly writer: PersonId;
    readonly at: Instant;
  } | null;
  /** Oldest first. */
  readonly messages: readonly ReferralMessage[];
  readonly state: ReferralState;
  /** Messages that nobody took over yet. */
  readonly waiting: number;
}

type Listed = z.infer<typeof referralsMessage>['referrals'][number];
type Standing = Pick<
  Referral,
  'id' | 'dossier' | 'team' | 'partner' | 'from' | 'until' | 'facts' | 'consent' | 'handles'
>;
/** A letter goes in the same line as its step. */
const TOGETHER = 5 * MINUTE;
/** Items that one release takes. */
const AT_ONCE = 128;

/** The id facts of a referral as requests name them, at most 16. */
export const factIds = ({ facts }: Pick<Referral, 'facts'>): FactId[] => facts.map(({ id }) => id).slice(0, 16);

async function verified(people: KeyDirectory, statements: readonly Statement[], now: Instant) {
  const good: Statement<'fact'>[] = [];
  for (const statement of statements) {
    if (await people.verify(statement, signedAt(statement, now))) good.push(expectType(statement, 'fact'));
  }
  return good.map(({ payload }) => payload);
}

/** Each step with what ends together with it. A step without relation, right to write or consent is no referral. */
function standing(people: KeyDirectory, listed: Listed, facts: readonly Statement<'fact'>['payload'][], now: Instant) {
  const { dossier, team } = listed;
  const live = facts.filter((one) => one.from <= now && one.until !== null && now < one.until);
  return live.flatMap((step): Standing[] => {
    if (step.kind !== 'step' || step.dossier !== dossier || step.team !== team || step.until === null) return [];
    const partner = people.partnerOf(team, now)?.organisation;
    if (partner === undefined) return [];
    const { until, from, handles } = step;
    const together = live.filter((one) => one.until === until && one.from === from);
    const relation = together.filter((one) => one.kind === 'relation' && one.teams.includes(team));
    const write = together.filter((one) => one.kind === 'write' && one.team === team);
    const covering = live.filter(
      (one) =>
        one.kind === 'consent' &&
        one.organisation === partner &&
        isConsent(people, one, team, now) &&
        handles.every((each) => one.handles.includes(each)),
    ) as FactOf<'consent'>[];
    const consent = covering.find((one) => one.until === until) ?? covering[0] ?? null;
    if (relation.length === 0) return [];
    const all = [...relation, step, ...write, ...(consent ? [consent] : [])] as Referral['facts'];
    return [{ id: step.id, dossier, team, partner, from, until, facts: all, consent, handles }];
  });
}

interface Seen {
  readonly standing: Standing;
  readonly listed: Listed;
}

const isLetter = ({ standing: { handles, from } }: Seen, one: Listed['handles'][number], guest: boolean) =>
  one.class === 'work' &&
  one.parent !== null &&
  handles.includes(one.parent) &&
  // Colleagues' notes hang there too.
  (guest || Math.abs(one.at - from) <= TOGETHER);
const isMessage = ({ standing: { handles } }: Seen, one: Listed['handles'][number]) =>
  one.class === 'inbox' && one.parent !== null && handles.includes(one.parent);

/** Opens what this session has not opened yet: one request, one item each. */
async function openLetters(session: Session, all: readonly Seen[], about: About): Promise<void> {
  const wanted = new Map<HandleId, AskedItem>();
  for (const seen of all) {
    const { dossier } = seen.standing;
    for (const one of seen.listed.handles) {
      if (session.letters.has(one.handle)) continue;
      if (!isLetter(seen, one, session.home !== null) && !isMessage(seen, one)) continue;
      wanted.set(one.handle, { dossier, handle: one.handle, facts: factIds(seen.standing) });
    }
  }
  const items = [...wanted.values()];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    const look = await release(session, {
      class: 'look',
      items: items.slice(from, from + AT_ONCE),
      about: { purpose: 'verwijzingen', ...about },
    });
    for (const item of look.items) if (item.outcome === 'permit') session.letters.set(item.handle, item);
  }
}

const json = (item: OpenedItem): unknown => JSON.parse(fromUtf8(item.opened.content)) as unknown;

function letterOf(session: Session, { standing: { id, handles }, listed }: Seen): Referral['letter'] {
  for (const { handle } of listed.handles) {
    const item = session.letters.get(handle);
    if (item?.opened.envelope.type !== 'referral') continue;
    const content = readContent(referralContent, json(item));
    if (content.referral !== id || !content.parts.every((part) => handles.includes(part.handle))) continue;
    return { handle, content, writer: item.opened.envelope.writer, at: item.opened.envelope.at };
  }
  return null;
}

/** Messages of this referral that this session has opened, whether they are still there or not. */
function messagesOf(session: Session, people: KeyDirectory, { standing: { id, dossier, partner } }: Seen) {
  return [...session.letters.values()].flatMap((item): ReferralMessage[] => {
    const { type, writer, at } = item.opened.envelope;
    if (item.dossier !== dossier || type !== 'message') return [];
    if (people.guestCardOf(writer, at)?.organisation !== partner) return [];
    const content = readContent(inboxContent, json(item));
    if (content.referral !== id) return [];
    return [{ handle: item.handle, content, writer, at, mine: writer === session.person }];
  });
}

/** `taken`: the vault says that something of it was taken over, maybe before this session. */
function stateOf(there: readonly ReferralMessage[], gone: readonly ReferralMessage[], taken: boolean): ReferralState {
  const has = (list: readonly ReferralMessage[], kind: InboxContent['kind']) =>
    list.some(({ content }) => content.kind === kind);
  if (has([...there, ...gone], 'declined')) return 'declined';
  if (has(there, 'reported')) return 'reported';
  if (taken || has(gone, 'reported')) return 'taken-over';
  return has([...there, ...gone], 'accepted') ? 'accepted' : 'sent';
}

const isOf = ({ dossier, partner, handles, from }: Standing, one: Taken[number]): boolean =>
  one.dossier === dossier && one.organisation === partner && handles.includes(one.parent) && one.at >= from;

/** All referrals that stand now, newest first; opens the letters and messages that were not opened yet. */
export async function referralsOf(session: Session, about: About = {}): Promise<readonly Referral[]> {
  const { referrals, batches: sent } = await session.call('referrals', referralsMessage);
  const batches = batchesFromWire(sent);
  const people = await session.people(true);
  const now = session.now();
  const all: Seen[] = [];
  for (const listed of referrals) {
    const statements = listed.facts.map((wire) => statementFromWire(wire, batches));
    const facts = await verified(people, statements, now);
    for (const one of standing(people, listed, facts, now)) all.push({ standing: one, listed });
  }
  await openLetters(session, all, about);
  const taken = session.home === null ? (await pastReferralsOf(session)).taken : [];
  return all
    .map((seen): Referral => {
      const there = new Set<string>(seen.listed.handles.map(({ handle }) => handle));
      const messages = messagesOf(session, people, seen);
      const here = messages.filter(({ handle }) => there.has(handle));
      const gone = messages.filter(({ handle }) => !there.has(handle));
      return {
        ...seen.standing,
        letter: letterOf(session, seen),
        messages: here.toSorted((a, b) => a.at - b.at),
        state: stateOf(
          here,
          gone,
          taken.some((one) => isOf(seen.standing, one)),
        ),
        // One that does not open waits too: somebody has to ask what it said.
        waiting:
          here.filter(({ content }) => content.kind !== 'accepted').length +
          seen.listed.handles.filter((one) => isMessage(seen, one) && !session.letters.has(one.handle)).length,
      };
    })
    .toSorted((a, b) => b.from - a.from);
}

/** How many referrals stand and how many messages wait: ids only, no line, nothing opened. */
export async function referralCounts(
  session: Session,
): Promise<{ readonly referrals: number; readonly messages: number }> {
  const { referrals } = await session.call('referrals', referralsMessage);
  const messages = new Set(
    referrals.flatMap(({ handles }) => handles.flatMap((one) => (one.class === 'inbox' ? [one.handle] : []))),
  );
  return { referrals: referrals.length, messages: messages.size };
}
