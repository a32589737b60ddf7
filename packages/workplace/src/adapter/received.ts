/** Referrals from the partner's side: a visit to each practice that is known by its card, with the keys of the session at home. */

import type { FactId, HandleId, OrganisationId } from '@ketenkluis/base';
import { ROLES, type RoleId } from '@ketenkluis/care';
import {
  acceptReferral,
  type Referral as ClientReferral,
  type Session as ClientSession,
  declineReferral,
  dossierOf,
  endKept,
  type KeptMessage,
  keptMessages,
  markSent,
  openDossier,
  referralsOf,
  report,
  type SentMessage,
  visit,
} from '@ketenkluis/client';
import { workplaceError } from '../errors.ts';
import type {
  Dossier,
  Received,
  ReceivedSide,
  ReferralMessage,
  ReferralRow,
  Report,
  SentList,
  SentReferral,
} from '../model.ts';
import { reportableBy, reportedValue } from './choices.ts';
import { coupled, duties } from './duties.ts';
import { understood } from './errors.ts';
import { about, type Inside } from './inside.ts';
import { letterView, messageView } from './letter.ts';
import { openedView } from './opened.ts';
import { partnerName, partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';

interface Kept {
  readonly guest: ClientSession;
  readonly practice: string;
  readonly client: ClientReferral;
  shown: Received;
}
interface Visits {
  /** What the own vault keeps, as far as it was asked for; undefined: not yet. */
  sent?: { messages: readonly KeptMessage[]; next: number | null };
  readonly guests: Map<OrganisationId, ClientSession>;
  readonly referrals: Map<FactId, Kept>;
}
const visits = new WeakMap<Inside, Visits>();
const visitsOf = (inside: Inside): Visits => {
  const known = visits.get(inside) ?? { guests: new Map(), referrals: new Map() };
  visits.set(inside, known);
  return known;
};

/** The role in which this person reads: that of the team that was referred to. */
function roleOf({ names }: Inside, { team }: ClientReferral): RoleId | null {
  const role = names?.teams.find((one) => one.team === team)?.role ?? null;
  return role !== null && Object.hasOwn(ROLES, role) ? (role as RoleId) : null;
}

function rowOf({ client, practice }: Pick<Kept, 'client' | 'practice'>): ReferralRow {
  const { letter, state } = client;
  if (letter === null) throw workplaceError('denied', 'no letter', { detail: { reason: 'no-grant' } });
  return {
    ...{ id: client.id, dossier: client.dossier, other: practice, state, sent: client.from, until: client.until },
    ...{ patient: letter.content.patient.name, birthDate: letter.content.patient.birthDate },
    activity: letter.content.activity,
    waiting: state === 'sent' ? 1 : 0,
  };
}

function shownOf(inside: Inside, of: Pick<Kept, 'client' | 'practice'>): Received {
  return {
    row: rowOf(of),
    letter: letterView(of.client.letter!.content),
    dossier: null,
    messages: of.client.messages.map((one) => messageView(one)).reverse(),
    reportable: reportableBy(roleOf(inside, of.client) ?? ''),
  };
}

/** Only what the letter names, opened as one look. */
async function openParts(inside: Inside, { guest, client, shown }: Kept): Promise<Dossier> {
  const opened = await openDossier(guest, { ...dossierOf(client), about: about(inside, 'zorg na verwijzing') });
  const role = roleOf(inside, client);
  return openedView(opened, {
    ...{ dossier: client.dossier, name: shown.row.patient, birthDate: shown.row.birthDate },
    roles: role === null ? [] : [role],
    partName: (handle) => client.letter?.content.parts.find((part) => part.handle === handle)?.name ?? null,
  });
}

async function referredBy(inside: Inside, guest: ClientSession, practice: string): Promise<void> {
  const { referrals } = visitsOf(inside);
  for (const client of await referralsOf(guest, about(inside, 'verwijzingen'))) {
    if (client.letter === null) continue;
    const of = { guest, practice, client };
    const dossier = referrals.get(client.id)?.shown.dossier ?? null;
    referrals.set(client.id, { ...of, shown: { ...shownOf(inside, of), dossier } });
  }
}

/** By what the practices show now: what they show no more is over, unless they gave no answer. */
function sentList(inside: Inside): SentList {
  const { guests, referrals, sent } = visitsOf(inside);
  const messages = sent?.messages ?? [];
  const opened = messages.flatMap(({ id, sent: when, content }) => (content === null ? [] : [{ id, when, content }]));
  const state = (id: FactId, organisation: OrganisationId): SentReferral['state'] =>
    referrals.has(id) ? 'running' : guests.has(organisation) ? 'over' : 'unknown';
  return {
    referrals: [...Map.groupBy(opened, ({ content }) => content.message.referral)].map(([id, copies]): SentReferral => {
      const { to, patient, activity, from, until } = copies[0]!.content;
      return {
        ...{ id, practice: to.name, patient: patient.name, birthDate: patient.birthDate, activity, from, until },
        state: state(id, to.organisation),
        letter: copies.flatMap(({ content }) => (content.letter ? [letterView(content.letter)] : []))[0] ?? null,
        messages: copies.map(({ id: copy, when, content }) => ({
          ...messageView({
            ...{ handle: content.handle, content: content.message, writer: content.by, at: content.at },
            mine: content.by === inside.me.person,
          }),
          ...{ id: copy, sent: when },
        })),
      };
    }),
    shut: messages.length - opened.length,
    older: sent?.next != null,
    mayRemove: inside.me.owner,
  };
}

const RUNNING = new Set(['accepted', 'reported', 'taken-over']);

/** How much of what is asked of this organisation waits there. Makes no line. */
async function waitingAt({ me }: Inside, guest: ClientSession): Promise<number> {
  if (!me.answers) return 0;
  const { posedTo } = await import('@ketenkluis/client/petitions');
  try {
    return (await posedTo(guest)).filter(({ answer }) => answer === null).length;
  } catch (error) {
    // That practice does not know this person as one who answers yet: what was referred is shown all the same.
    if (workplaceError.is(understood(error), 'denied')) return 0;
    throw error;
  }
}

/** A visit to each practice that is known by its card; those that gave no answer, with why. */
export async function visitEach(
  inside: Inside,
  work: (guest: ClientSession, practice: string) => Promise<void>,
  progress?: Parameters<ReceivedSide['list']>[0],
): Promise<{ readonly practice: string; readonly error: unknown }[]> {
  const { guests } = visitsOf(inside);
  // An owner who works alone vouches for themselves first: without a word of today no practice lets anybody in.
  await duties(inside);
  await coupled(inside);
  const practices = (await partnersSeen(inside)).filter(({ place }) => place !== null);
  const away: { practice: string; error: unknown }[] = [];
  for (const [done, partner] of practices.entries()) {
    progress?.({ done, total: practices.length });
    const practice = partnerName(partner);
    try {
      const guest = guests.get(partner.organisation) ?? (await visit(inside.session, partner.place!));
      guests.set(partner.organisation, guest);
      await work(guest, practice);
    } catch (error) {
      guests.delete(partner.organisation);
      away.push({ practice, error: understood(error) });
    }
  }
  return away;
}

export function receivedSide({ open }: Surroundings): ReceivedSide {
  const found = async (inside: Inside, id: FactId): Promise<Kept> => {
    if (!visitsOf(inside).referrals.has(id)) await listed(inside);
    const kept = visitsOf(inside).referrals.get(id);
    if (kept === undefined) throw workplaceError('denied', 'no such referral', { detail: { reason: 'unknown' } });
    return kept;
  };
  const listed: (inside: Inside, progress?: Parameters<ReceivedSide['list']>[0]) => ReturnType<ReceivedSide['list']> =
    async (inside, progress) => {
      const { referrals } = visitsOf(inside);
      let posed = 0;
      const away = await visitEach(
        inside,
        async (guest, practice) => {
          for (const [id, kept] of referrals) if (kept.guest === guest) referrals.delete(id);
          await referredBy(inside, guest, practice);
          posed += await waitingAt(inside, guest);
        },
        progress,
      );
      return { referrals: [...referrals.values()].map(({ shown }) => shown.row), away, posed };
    };
  /** What was sent is put beside the rest without asking for it again. */
  const said = (
    inside: Inside,
    kept: Kept,
    { handle }: SentMessage,
    message: Omit<ReferralMessage, 'handle' | 'at'>,
  ) => {
    const state = message.kind;
    const at = kept.guest.now();
    const shown: Received = {
      ...kept.shown,
      row: { ...kept.shown.row, state, waiting: 0 },
      messages: [{ ...message, handle, at }, ...kept.shown.messages],
    };
    visitsOf(inside).referrals.set(kept.client.id, { ...kept, shown });
    // It stands in the own vault too; asked for anew when somebody looks there.
    delete visitsOf(inside).sent;
    return shown;
  };
  const withParts = async (inside: Inside, id: FactId): Promise<Received> => {
    const kept = await found(inside, id);
    if (kept.shown.dossier === null && RUNNING.has(kept.shown.row.state)) {
      kept.shown = { ...kept.shown, dossier: await openParts(inside, kept) };
    }
    return kept.shown;
  };
  /** A no from the practice: what is shown here stands no more, and is asked for anew. */
  const answering = async <T>(inside: Inside, id: FactId, work: (kept: Kept) => Promise<T>): Promise<T> => {
    const kept = await found(inside, id);
    try {
      return await work(kept);
    } catch (cause) {
      const error = understood(cause);
      if (workplaceError.is(error, 'denied')) visitsOf(inside).referrals.delete(id);
      throw error;
    }
  };
  const by = ({ me }: Inside) => ({ name: me.name, role: me.role });
  const mine = ({ me }: Inside) => ({ by: me.name, mine: true, soep: null, values: [] }) as const;
  return {
    list: (progress) => open((now) => listed(now, progress)),
    sent: (older) =>
      open(async (now) => {
        const visits = visitsOf(now);
        const { sent: known, referrals } = visits;
        if (known === undefined || older) {
          if (visits.guests.size === 0) await listed(now);
          const page = await keptMessages(now.session, known?.next ?? null, about(now, 'wat wij stuurden'));
          const there = new Set<HandleId>(
            [...referrals.values()].flatMap(({ client }) => client.messages.map(({ handle }) => handle)),
          );
          const messages = await markSent(now.session, page.messages, there);
          visits.sent = { messages: [...(known?.messages ?? []), ...messages], next: page.next };
        }
        return sentList(now);
      }),
    removeSent: (id) =>
      open(async (now) => {
        await endKept(now.session, [id]);
        const visits = visitsOf(now);
        const { messages, next } = visits.sent ?? { messages: [], next: null };
        visits.sent = { messages: messages.filter((one) => one.id !== id), next };
        return sentList(now);
      }),
    open: (id) => open((now) => withParts(now, id)),
    accept: (id) =>
      open((now) =>
        answering(now, id, async (kept) => {
          const more = { about: about(now, 'verwijzing aannemen') };
          const sent = await acceptReferral(kept.guest, kept.client, by(now), more);
          said(now, kept, sent, { ...mine(now), kind: 'accepted', text: '', last: false });
          return await withParts(now, id);
        }),
      ),
    decline: (id, text) =>
      open((now) =>
        answering(now, id, async (kept) => {
          const more = { message: text, about: about(now, 'verwijzing afwijzen') };
          const sent = await declineReferral(kept.guest, kept.client, by(now), more);
          return { ...said(now, kept, sent, { ...mine(now), kind: 'declined', text, last: true }), dossier: null };
        }),
      ),
    report: (id, { soep, values, last }: Report) =>
      open((now) =>
        answering(now, id, async (kept) => {
          const measurements = values.map((one) => reportedValue(kept.shown.reportable, one));
          const sent = await report(kept.guest, kept.client, by(now), {
            ...{ message: '', soep, measurements, last, about: about(now, 'bericht aan de verwijzer') },
          });
          return said(now, kept, sent, { ...mine(now), kind: 'reported', text: '', soep, values: measurements, last });
        }),
      ),
  };
}
