/**
 * A colleague leaves (docs/spec/substitutes.md, "Leaver"): refused at once by one owner's word; then the owners give the teams a new
 * key, and a remaining member wraps what the team may open for it, opening nothing.
 */

import {
  type Bytes,
  base64url,
  type DossierId,
  fromBase64url,
  type HandleId,
  type Instant,
  type PersonId,
  type TeamId,
} from '@ketenkluis/base';
import {
  fresh as freshMessage,
  grantAnswer,
  MAX_ANEW,
  proposals as proposalsMessage,
  regrants as regrantsMessage,
} from '@ketenkluis/protocol';
import {
  addSignature,
  asEpochWraps,
  epochRecipients,
  expectType,
  type FactOf,
  type Grant,
  type Hash,
  hashOf,
  type KeyDirectory,
  payloadHash,
  type Statement,
  signBatch,
  signersOf,
  signStatement,
  statementFromWire,
  statementsToWire,
  verifyStatement,
  type Wrap,
  wrapToWire,
} from '@ketenkluis/seal';
import { createEpoch, openEpoch } from '@ketenkluis/seal/open';
import { poolCards, staying } from './admission.ts';
import { sealAnnex } from './annex.ts';
import { change } from './change.ts';
import { clientError } from './errors.ts';
import { believed, prepared } from './look.ts';
import { checkPart } from './parts.ts';
import { bad, isRenewal, type Open, proposeAll, send } from './proposing.ts';
import { checkAnswered, checkFrame, type ProvedState } from './release.ts';
import type { Session } from './session.ts';
import { again, bundleFor, stepTo } from './sharing.ts';

const submit = (session: Session, statements: readonly Statement[], wraps: readonly string[]) =>
  change(session, {
    ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
    body: { ...statementsToWire(statements), wraps },
  });

/**
 * Ends somebody's place in the teams (all, or one): refused from this line on. `leaves`: their card goes as well. Then the teams get
 * another key: at once where one owner is enough, else as a proposal to the other owners. Throws `client/refused` for an owner's own
 * place, which takes them or the owners together.
 */
export async function endMembership(
  session: Session,
  person: PersonId,
  options: { readonly leaves: boolean; readonly team?: TeamId },
): Promise<'renewed' | 'proposed'> {
  const before = await session.people(true);
  const at = session.now();
  const places = before
    .memberships(at)
    .filter((fact) => fact.person === person && (options.team === undefined || fact.team === options.team));
  return await endPlaces(session, places, options.leaves ? person : null);
}

/**
 * Withdraws memberships or approvals at once, then gives their teams another key and ends the card of `gone`: at once where one owner is
 * enough, else as a proposal to the other owners.
 */
export async function endPlaces(
  session: Session,
  places: readonly FactOf<'membership' | 'pool'>[],
  gone: PersonId | null,
): Promise<'renewed' | 'proposed'> {
  const at = session.now();
  const { signer } = session.keys();
  const ends = await Promise.all(
    places.map(({ id }) =>
      signStatement(
        { t: 'withdrawal', v: 1, suite: 1, practice: session.practice, fact: id, dossier: null, at },
        signer,
      ),
    ),
  );
  if (ends.length > 0) await submit(session, ends, []);
  const people = await session.people(true);
  const teams = [...new Set(places.map(({ team }) => team))];
  const { statements, wraps } = await draftRenewal(session, people, teams, gone);
  if (statements.length === 0) return 'renewed';
  const sealed = wraps.map((one) => base64url(one));
  if ((people.authority?.threshold ?? 0) < 2) {
    await submit(session, statements, sealed);
    return 'renewed';
  }
  await proposeAll(session, statements, { at: session.now(), join: null, names: [], wraps: sealed });
  return 'proposed';
}

/** A card that ends as it begins, and a new key for every team that somebody left. */
async function draftRenewal(session: Session, people: KeyDirectory, teams: readonly TeamId[], gone: PersonId | null) {
  const { signer } = session.keys();
  const { random } = session.wire.ports;
  const at = session.now();
  const { authority } = people;
  if (authority === undefined) throw clientError('wrong-practice', 'this practice shows no owners');
  const statements: Statement[] = [];
  const wraps: Bytes[] = [];
  const card = gone === null ? undefined : people.cardStatement(gone);
  if (card !== undefined) {
    statements.push(
      await signStatement({ ...card.payload, number: card.payload.number + 1, from: at, until: at }, signer),
    );
  }
  for (const team of teams) {
    const { before, cards, kept } = staying(people, team, at);
    if (kept || before === undefined) continue;
    const made = await createEpoch({
      ...{ organisation: session.practice, team, number: before.payload.number + 1, prev: before.hash, at, random },
      members: cards,
      pool: poolCards(people, team, at),
      recoveryKey: fromBase64url(authority.recovery.kem),
    });
    statements.push(await signStatement(made.payload, signer));
    wraps.push(made.wraps);
  }
  return { statements, wraps };
}

/** New keys after somebody left, waiting for the other owners. */
export interface Renewal {
  readonly hash: Hash;
  readonly by: string;
  readonly teams: readonly TeamId[];
  /** Whose cards end. */
  readonly leave: readonly PersonId[];
  readonly stale: boolean;
}

/** What is proposed is exactly a new key for those who stay, and ends of cards of who is in no team. Null: it is something else. */
async function readRenewal(session: Session, people: KeyDirectory, open: Open) {
  const now = session.now();
  const proposal = expectType(statementFromWire(open.proposal), 'proposal');
  const { by, at, until } = proposal.payload;
  const statements = open.statements.map((one) => statementFromWire(one));
  if (!isRenewal(open)) return null;
  if (!(await people.verify(proposal, now)) || until <= now) throw bad('no owner of this practice proposes this now');
  if (statements.map(({ hash }) => hash).join() !== proposal.payload.statements.join())
    throw bad('these are not the statements that were proposed');
  const owners = new Set<string>(people.authority?.owners.map(({ person }) => person));
  for (const one of statements) {
    const holds = await verifyStatement(one, (signer) => people.keyOf(signer, now), session.verifier);
    if (!holds || !signersOf(one).includes(by) || !signersOf(one).every((signer) => owners.has(signer)))
      throw bad('a signature under this proposal does not hold');
  }
  const wraps = new Map(open.wraps.map((text) => [hashOf(fromBase64url(text)), fromBase64url(text)]));
  const { position } = people;
  const stale = position.count !== proposal.payload.people.count || position.digest !== proposal.payload.people.digest;
  const teams: TeamId[] = [];
  const leave: PersonId[] = [];
  for (const { payload } of statements) {
    if (payload.t === 'card') {
      const card = people.cardStatement(payload.subject)?.payload;
      const ends = card && { ...card, number: card.number + 1, from: payload.from, until: payload.from };
      const idle = ![...people.memberships(now), ...people.pools(now)].some(({ person }) => person === payload.subject);
      if (!stale && (!ends || !idle || payloadHash(ends) !== payloadHash(payload)))
        throw bad('this card would not end');
      leave.push(payload.subject);
    } else if (payload.t === 'epoch') {
      const sealed = wraps.get(payload.wraps);
      const { before, cards } = staying(people, payload.team, at);
      const members = cards.map((card) => ({ person: card.payload.subject, card: card.hash }));
      const waits = poolCards(people, payload.team, at).map((card) => card.payload.subject as string);
      const expected = { ...payload, number: (before?.payload.number ?? -1) + 1, prev: before?.hash ?? null, members };
      const to = sealed === undefined ? [] : epochRecipients(asEpochWraps(sealed)).map(String);
      const wanted = new Set([...members.map(({ person }) => person as string), ...waits, 'recovery']);
      const right = to.length === wanted.size && to.every((one) => wanted.has(one));
      const fresh = payload.kem !== before?.payload.kem;
      if (!stale && (payloadHash(expected) !== payloadHash(payload) || !right || !fresh || sealed === undefined))
        throw bad('this is not a new key for exactly those who stay');
      if (!stale && sealed !== undefined && members.some(({ person }) => person === session.person)) {
        const own = { wraps: asEpochWraps(sealed), epoch: payload, to: session.person, key: session.keys().kem };
        await openEpoch(own).catch((cause: unknown) => {
          throw bad('the team key in this proposal is not the one that it names', cause);
        });
      }
      teams.push(payload.team);
    }
  }
  const renewal: Renewal = { hash: proposal.hash, by, teams, leave, stale };
  return { renewal, open, statements };
}

/** For an owner: new keys that wait for a second signature. What does not hold is left out; refuse it with `disagree`. */
export async function waitingRenewals(session: Session): Promise<readonly Renewal[]> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  const people = await session.people(true);
  const read = await Promise.all(proposals.map((open) => readRenewal(session, people, open).catch(() => null)));
  return read.flatMap((one) => (one === null ? [] : [one.renewal]));
}

/** This owner signs as well, everything checked again; with enough signatures it goes into the log. */
export async function agreeRenewal(session: Session, hash: Hash): Promise<'renewed' | 'proposed'> {
  const { proposals } = await session.call('proposals', proposalsMessage);
  const people = await session.people(true);
  const open = proposals.find(({ proposal }) => statementFromWire(proposal).hash === hash);
  const found = open === undefined ? null : await readRenewal(session, people, open);
  if (found === null || found.renewal.stale)
    throw clientError('stale-proposal', 'cards or teams have changed since; the proposer must propose it anew');
  const { signer } = session.keys();
  const signed = await Promise.all(
    found.statements.map((one) => (signersOf(one).includes(session.person) ? one : addSignature(one, signer))),
  );
  if (signersOf(signed[0]!).length >= (people.authority?.threshold ?? 1)) {
    await submit(session, signed, found.open.wraps);
    return 'renewed';
  }
  await send(session, found.open, signed);
  return 'proposed';
}

export interface RewrapProgress {
  readonly done: number;
  readonly total: number;
}
/** Items of one request; it takes no more than 128. */
const ITEMS = 120;

/**
 * Wraps everything that the own teams may open for their newest keys, dossier by dossier. Can be stopped and begun again anywhere: what
 * is done is asked for no more. Answers how many dossiers were wrapped, and how many this person cannot wrap; those are sealed afresh at
 * the next sync. `most`: parts that one request names.
 */
export async function rewrap(
  session: Session,
  onProgress: (progress: RewrapProgress) => void = () => undefined,
  most: number = ITEMS,
): Promise<{ readonly done: number; readonly left: number }> {
  await session.people(true);
  await session.me(true);
  const { teams } = await session.call('regrants', regrantsMessage);
  const total = teams.reduce((sum, { dossiers }) => sum + dossiers.length, 0);
  let done = 0;
  let left = 0;
  onProgress({ done, total });
  for (const { team, dossiers } of teams) {
    for (const group of groups(dossiers, most)) {
      for (const parts of await askAll(session, team, group, most)) {
        const whole = isWhole(parts);
        if (whole) await putAll(session, team, parts, most);
        else left += 1;
        done += whole ? 1 : 0;
        onProgress({ done: done + left, total });
      }
    }
  }
  return { done, left };
}

/** Of the own teams that somebody left (an owner: all): of how many dossiers everything was sealed since their new key. */
export async function freshSince(
  session: Session,
): Promise<
  readonly { readonly team: TeamId; readonly since: Instant; readonly done: number; readonly total: number }[]
> {
  return (await session.call('fresh', freshMessage)).teams;
}

interface Wanted {
  readonly dossier: DossierId;
  readonly handles: readonly HandleId[];
}
/** As many dossiers as fit into one request; one that does not stands alone. */
function groups(all: readonly Wanted[], most: number): Wanted[][] {
  const out: Wanted[][] = [];
  let items = most;
  for (const one of all) {
    if (items + one.handles.length > most) {
      out.push([]);
      items = 0;
    }
    out.at(-1)!.push(one);
    items += one.handles.length;
  }
  return out;
}

interface Gotten {
  readonly asked: readonly HandleId[];
  readonly proved: ProvedState | undefined;
  readonly parts: readonly (Awaited<ReturnType<typeof checkPart>> & { readonly handle: HandleId })[];
}

/**
 * Everything asked for was given, and of every grant each pack that is live still. A grant names what it came with; of that, parts that have
 * had a version since stand under the grant of that version.
 */
function isWhole({ asked, parts, proved }: Gotten): boolean {
  const given = new Set<string>(parts.map(({ descriptor }) => descriptor.hash));
  const live = new Set<string>(proved?.live);
  const lacking = parts.some(({ grant }) => grant.payload.packs.some((pack) => live.has(pack) && !given.has(pack)));
  return parts.length === asked.length && parts.length > 0 && !lacking;
}

/** A dossier with more parts than one request names is asked for in several: a grant may name parts of more than one of them. */
async function askAll(
  session: Session,
  team: TeamId,
  group: readonly Wanted[],
  most: number,
): Promise<(Gotten & { dossier: DossierId })[]> {
  const [first] = group;
  if (first === undefined || group.length > 1 || first.handles.length <= most) return await ask(session, team, group);
  const { dossier, handles } = first;
  const all: Gotten[] = [];
  for (let from = 0; from < handles.length; from += most)
    all.push(...(await ask(session, team, [{ dossier, handles: handles.slice(from, from + most) }])));
  // The newest answer says where the dossier stands now.
  return [{ dossier, asked: handles, proved: all.at(-1)?.proved, parts: all.flatMap(({ parts }) => parts) }];
}

/** The own team's wrapped shares of these dossiers, each checked as in a look. Nothing opens. */
async function ask(
  session: Session,
  team: TeamId,
  group: readonly Wanted[],
): Promise<(Gotten & { dossier: DossierId })[]> {
  const annex = await sealAnnex(session, { purpose: 'sleutel van het team vernieuwen' });
  const items = group.flatMap(({ dossier, handles }) => handles.map((handle) => ({ dossier, handle, facts: [] })));
  await prepared(session);
  const { answer, request } = await session.inTurn(async () => {
    const what = { id: annex.id, class: 'grant' as const, action: 'regrant-ask', items, annex: annex.hash };
    const signed = await session.signed({ ...what, checkpoint: await session.seen() }, { team, annex: annex.wire });
    return { answer: await session.call('regrant-ask', grantAnswer, signed.message), request: signed.request };
  });
  checkAnswered(answer.results, request);
  return await believed(session, request, answer.states, async (context) => {
    const { around, proved } = await checkFrame(answer, context, 'grant');
    return await Promise.all(
      group.map(async ({ dossier, handles }) => {
        const own = answer.results.flatMap((one) => (one.outcome === 'permit' && one.dossier === dossier ? [one] : []));
        const parts = await Promise.all(
          own.map(async (one) => ({ ...(await checkPart(one, around)), handle: one.handle })),
        );
        if (parts.some(({ grant }) => grant.payload.team !== team))
          throw clientError('wrong-item', "the vault gave another team's share than was asked for");
        return { dossier, asked: handles, proved: proved.find((state) => state.dossier === dossier), parts };
      }),
    );
  });
}

/** As many lines as it takes: each grant whole in one. */
async function putAll(session: Session, team: TeamId, whole: Gotten & { dossier: DossierId }, most: number) {
  const lines: Gotten['parts'][] = [];
  let [grants, items] = [MAX_ANEW, most];
  for (const parts of Map.groupBy(whole.parts, ({ grant }) => grant.hash).values()) {
    if (grants === MAX_ANEW || items + parts.length > most) {
      lines.push([]);
      [grants, items] = [0, 0];
    }
    lines[lines.length - 1] = [...lines.at(-1)!, ...parts];
    [grants, items] = [grants + 1, items + parts.length];
  }
  let { proved } = whole;
  for (const parts of lines) {
    await put(session, team, { ...whole, proved, parts });
    proved = session.proved.get(whole.dossier);
  }
}

/** New grants in place of the old ones, each whole, with the signed step of the dossier. */
async function put(session: Session, team: TeamId, { dossier, proved, parts }: Gotten & { dossier: DossierId }) {
  if (proved === undefined) throw clientError('state-unexplained', 'the vault does not show where a dossier stands');
  const { epoch, bundle } = await bundleFor(session, team);
  const old = Map.groupBy(parts, ({ grant }) => grant.hash);
  const grants = [...old.values()].map(([first, ...more]): Grant => {
    const packs = [first!, ...more].map(({ descriptor }) => descriptor.hash);
    return { ...first!.grant.payload, epoch, issuer: session.person, packs };
  });
  const wraps: Wrap[] = await Promise.all(parts.map(({ descriptor, c }) => bundle.wrap('c', descriptor.hash, c)));
  const live = [...proved.live.filter((hash) => !old.has(hash)), ...grants.map(payloadHash)];
  const step = stepTo(session, proved, live);
  const { statements } = await signBatch([...grants, bundle.payload, step], {
    ...{ practice: session.practice, at: session.now(), signer: session.keys().signer },
  });
  await again(session, dossier, async () => {
    await change(session, {
      ...{ endpoint: 'regrant', class: 'grant', event: 'regrant' },
      items: parts.map(({ handle }) => ({ dossier, handle, facts: [] })),
      about: { purpose: 'sleutel van het team vernieuwen' },
      body: { team, ...statementsToWire(statements), wraps: wraps.map(wrapToWire) },
    });
  });
  session.proved.set(dossier, { ...proved, state: step.state, live });
}
