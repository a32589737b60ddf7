/** Referrals from the practice's side, on the client. What was opened stays for this session; nothing is opened twice. */

import type { DossierId, FactId, HandleId } from '@ketenkluis/base';
import {
  compileSelection,
  PROGRAMME_IDS,
  PROGRAMMES,
  type ProgrammeId,
  SCOPES,
  standingScopes,
} from '@ketenkluis/care';
import {
  accessOf,
  type Referral as ClientReferral,
  declare,
  endReferral,
  type PastReferral,
  pastReferralsOf,
  refer,
  referralsOf,
  takeOverMessage,
  withdrawConsent,
} from '@ketenkluis/client';
import { referrals as referralsMessage } from '@ketenkluis/protocol';
import { workplaceError } from '../errors.ts';
import type { NewReferral, Referral, ReferralSide, ReferralState, Removal } from '../model.ts';
import { assumable } from './assumptions.ts';
import { referralChoices } from './choices.ts';
import { about, type Inside, roleText, UNNAMED } from './inside.ts';
import { letterView, messageView } from './letter.ts';
import { lists, rowOf } from './lists.ts';
import { choosable, partnerName, partnersSeen } from './partners.ts';
import type { Surroundings } from './people.ts';

/** What an owner switched off in the practice has no part here, so nobody can hand it on. */
const selection = compileSelection(PROGRAMME_IDS.map((id) => PROGRAMMES[id]));

interface Kept {
  readonly client: ClientReferral;
  readonly shown: Referral;
}
const known = new WeakMap<Inside, Map<FactId, Kept>>();
const keptBy = (inside: Inside): Map<FactId, Kept> => {
  const kept = known.get(inside) ?? new Map<FactId, Kept>();
  known.set(inside, kept);
  return kept;
};

/** The own facts that a request about this dossier stands on; none when the dossier is on no list of this person. */
async function ownFacts(inside: Inside, dossier: DossierId): Promise<readonly FactId[]> {
  const row = (await lists(inside)).rows.get(dossier);
  return row?.facts.slice(0, 16) ?? [];
}

function view(client: ClientReferral, other: string, removal: Removal | null): Referral {
  const { letter, consent } = client;
  if (letter === null) throw workplaceError('denied', 'no letter', { detail: { reason: 'no-grant' } });
  const state: ReferralState = consent === null ? 'withdrawn' : client.state;
  return {
    ...{ id: client.id, dossier: client.dossier, other, state, sent: client.from, until: client.until },
    removal: removal ?? (consent === null ? { refused: null, rewrapped: null, fresh: null } : null),
    ...{ patient: letter.content.patient.name, birthDate: letter.content.patient.birthDate },
    activity: letter.content.activity,
    waiting: state === 'withdrawn' ? 0 : client.waiting,
    letter: letterView(letter.content),
    messages: client.messages.map((one) => messageView(one)).reverse(),
    consent:
      consent === null || consent.until === null
        ? null
        : { from: consent.from, until: consent.until, assumed: consent.assumed !== undefined },
  };
}

async function listed(inside: Inside): Promise<readonly Referral[]> {
  const kept = keptBy(inside);
  // First who is a partner and what is set now, then the referrals by it.
  const partners = await partnersSeen(inside);
  const all = await referralsOf(inside.session, about(inside, 'verwijzingen'));
  const live = new Set(all.map(({ id }) => id));
  for (const client of all) {
    // Without its letter nobody knows whose it is: a colleague's, in a dossier that this person treats in another team.
    if (client.letter === null) continue;
    const other = partnerName(partners.find(({ organisation }) => organisation === client.partner));
    kept.set(client.id, { client, shown: view(client, other, kept.get(client.id)?.shown.removal ?? null) });
  }
  for (const [id, { client, shown }] of kept) {
    if (live.has(id) || shown.state === 'closed' || shown.state === 'withdrawn') continue;
    kept.set(id, { client, shown: { ...shown, state: 'closed', waiting: 0, consent: null } });
  }
  return [...kept.values()].map(({ shown }) => shown).sort((a, b) => b.sent - a.sent);
}

/** Of the patients on this person's worklist: state, dates and partner; the letter stays shut. */
async function pastOf(inside: Inside): Promise<readonly Referral[]> {
  const { ended, fresh } = await pastReferralsOf(inside.session);
  if (ended.length === 0) return [];
  const { rows } = await lists(inside);
  return ended.flatMap((one): Referral[] => {
    const row = rows.get(one.dossier);
    return row === undefined ? [] : [pastView(inside, one, row, fresh)];
  });
}

function pastView(
  { names }: Inside,
  one: PastReferral,
  row: { readonly name: string; readonly birthDate?: string | undefined },
  fresh: Awaited<ReturnType<typeof pastReferralsOf>>['fresh'],
): Referral {
  const partner = names?.partners.find(({ organisation }) => organisation === one.partner);
  const role = partner?.teams.find(({ team }) => team === one.team)?.role;
  return {
    ...{ id: one.id, dossier: one.dossier, other: partner?.name ?? UNNAMED, state: one.why, waiting: 0 },
    ...{ patient: row.name, birthDate: row.birthDate ?? null, sent: one.from, until: one.until },
    activity: role === undefined ? { nl: 'zorg op verwijzing', en: 'care on referral' } : roleText(role),
    ...{ letter: null, messages: [], consent: null },
    removal: { refused: one.ended, rewrapped: null, fresh: fresh.get(one.id) ?? null },
  };
}

const past = new WeakMap<Inside, readonly Referral[]>();

async function found(inside: Inside, id: FactId): Promise<Kept> {
  if (!keptBy(inside).has(id)) await listed(inside);
  const kept = keptBy(inside).get(id);
  if (kept === undefined) throw workplaceError('denied', 'no such referral', { detail: { reason: 'gone' } });
  return kept;
}

/** Names of the parts that do not say more than they must: of identity only where there is nothing else to hang a letter under. */
const lead = (a: { readonly scope: string }, b: { readonly scope: string }): number =>
  Number(a.scope === 'identity') - Number(b.scope === 'identity');

async function send(inside: Inside, { dossier, choice, scopes, question, assumed }: NewReferral): Promise<FactId> {
  const row = await rowOf(inside, dossier);
  const { session, me } = inside;
  const parts = row.handles
    .filter(({ scope }) => scopes.includes(scope))
    .map(({ handle, scope }) => ({ handle, scope, name: { nl: SCOPES[scope].nl, en: SCOPES[scope].en } }))
    // The letter and the answers are read by who sees the first part: not by whom only the name is for.
    .sort(lead);
  const [first] = parts;
  if (first === undefined || parts.length !== scopes.length) {
    throw workplaceError('denied', 'a part of this is not there', { detail: { reason: 'step-without-handle' } });
  }
  const facts = row.facts.slice(0, 16);
  // Sealed to the patient as well: to whom stays to be read when the referral itself has gone.
  const partner = (await partnersSeen(inside)).find((one) => one.organisation === choice.organisation);
  const purpose = about(inside, `verwijzing naar ${partnerName(partner)}`);
  const access = await accessOf(session, { dossier, facts, about: purpose });
  const teams = access.seers
    .filter(({ partner, handles }) => partner === null && handles.includes(first.handle))
    .map(({ team, step }) => ({ team, step: step.id }));
  const [familyName, birthDate, gender] = [row.name, row.birthDate ?? null, genders.get(inside)?.get(dossier) ?? null];
  const done = await refer(session, {
    ...{ dossier, partner: choice.organisation, team: choice.team, parts, facts, teams, until: choice.until },
    ...(assumed === null ? {} : { assumed }),
    letter: {
      ...{ programme: choice.programme, step: choice.step, activity: choice.activity, question },
      patient: { name: familyName, birthDate, gender },
      by: { name: me.name, role: me.role, practice: me.practice },
    },
    about: purpose,
  });
  return done.referral;
}

/** As the dossier said when it was opened; the list does not know. */
const genders = new WeakMap<Inside, Map<DossierId, 'male' | 'female' | 'other'>>();
export function rememberGender(inside: Inside, dossier: DossierId, gender: 'male' | 'female' | 'other' | null): void {
  if (gender === null) return;
  const all = genders.get(inside) ?? new Map<DossierId, 'male' | 'female' | 'other'>();
  genders.set(inside, all.set(dossier, gender));
}

/** Ids of messages that only say "accepted": they wait for nobody. */
const quiet = (person: string) => `accepted:${person}`;

export function referralSide({ open, storage }: Surroundings): ReferralSide {
  const quietOnes = async (inside: Inside): Promise<Set<unknown>> => {
    const kept = await storage.get(quiet(inside.me.person));
    return new Set(Array.isArray(kept) ? kept : []);
  };
  const all = async (inside: Inside) => {
    const shown = await listed(inside);
    const handles = [...keptBy(inside).values()].flatMap(({ client }) =>
      client.messages.flatMap(({ handle, content }) => (content.kind === 'accepted' ? [handle] : [])),
    );
    await storage.set(quiet(inside.me.person), handles);
    // What this session saw itself says more.
    const ended = (await pastOf(inside)).filter(({ id }) => !keptBy(inside).has(id));
    past.set(inside, ended);
    return [...shown, ...ended].sort((a, b) => b.sent - a.sent);
  };
  const ended = (inside: Inside, { client, shown }: Kept, state: 'closed' | 'withdrawn'): Referral => {
    const removal: Removal = { refused: inside.session.now(), rewrapped: null, fresh: null };
    const next: Referral = { ...shown, state, waiting: 0, consent: null, removal };
    keptBy(inside).set(client.id, { client, shown: next });
    return next;
  };
  return {
    choices: (dossier) =>
      open(async (now) => {
        const row = await rowOf(now, dossier);
        const programmes = row.programmes as readonly ProgrammeId[];
        const { roles } = await lists(now);
        const indication = {
          programmes,
          seen: roles.flatMap((role) => standingScopes(role, programmes, selection)),
          held: row.handles.map(({ scope }) => scope),
          now: now.session.now(),
        };
        const settings = await assumable(now, now.session.now(), row.objected ?? []);
        return referralChoices(choosable(await partnersSeen(now)), indication, selection, settings);
      }),
    refer: (referral) => open((now) => send(now, referral)),
    list: () => open(all),
    waiting: () =>
      open(async (now) => {
        const { referrals } = await now.session.call('referrals', referralsMessage);
        const silent = await quietOnes(now);
        const handles = referrals.flatMap((one) => one.handles.filter((each) => each.class === 'inbox'));
        return new Set(handles.map(({ handle }) => handle).filter((handle) => !silent.has(handle))).size;
      }),
    open: (id) =>
      open(async (now) => {
        if (!past.has(now) && !keptBy(now).has(id)) await all(now);
        return past.get(now)?.find((one) => one.id === id) ?? (await found(now, id)).shown;
      }),
    declareCopy: (id, message) =>
      open(async (now) => {
        const { client } = await found(now, id);
        const facts = await ownFacts(now, client.dossier);
        const items = [{ dossier: client.dossier, handle: message, facts }];
        await declare(now.session, { event: 'copy', items, about: about(now, 'bericht kopiëren naar het HIS') });
      }),
    takeOver: (id, message: HandleId) =>
      open(async (now) => {
        const kept = await found(now, id);
        const { client, shown } = kept;
        const facts = await ownFacts(now, client.dossier);
        await takeOverMessage(now.session, client, message, facts, about(now, 'overgenomen in het HIS'));
        const last = shown.messages.find(({ handle }) => handle === message)?.last === true;
        const messages = shown.messages.filter(({ handle }) => handle !== message);
        const waiting = messages.filter(({ kind }) => kind !== 'accepted').length;
        const state: ReferralState = waiting > 0 ? shown.state : 'taken-over';
        const rest = client.messages.filter(({ handle }) => handle !== message);
        const next: Kept = { client: { ...client, messages: rest }, shown: { ...shown, messages, waiting, state } };
        keptBy(now).set(id, next);
        return last ? ended(now, next, 'closed') : next.shown;
      }),
    close: (id) =>
      open(async (now) => {
        const kept = await found(now, id);
        const facts = await ownFacts(now, kept.client.dossier);
        await endReferral(now.session, kept.client, facts, about(now, 'verwijzing afsluiten'));
        return ended(now, kept, 'closed');
      }),
    fresh: (id) => open(async ({ session }) => (await pastReferralsOf(session)).fresh.get(id) ?? null),
    withdrawConsent: (id) =>
      open(async (now) => {
        const kept = await found(now, id);
        const { dossier, partner } = kept.client;
        const facts = await ownFacts(now, dossier);
        await withdrawConsent(now.session, { dossier, partner }, facts, about(now, 'toestemming ingetrokken'));
        return ended(now, kept, 'withdrawn');
      }),
  };
}
