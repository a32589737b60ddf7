/** A second organisation on a vault of its own, its word about its people, and their visits to the first. */

import {
  base64url,
  DAY,
  type FactId,
  fromBase64url,
  type HandleId,
  newId,
  plus,
  type SessionId,
  systemRandom,
} from '@ketenkluis/base';
import { type grantAnswer, sessionProofBytes, type vouched } from '@ketenkluis/protocol';
import {
  type Fact,
  type FactOf,
  type Hash,
  type Payload,
  type Statement,
  signBatch,
  signStatement,
  statementFromWire,
  statementsFromWire,
  statementsToWire,
  suite,
  wrapToWire,
} from '@ketenkluis/seal';
import { createBundle, openBundle } from '@ketenkluis/seal/open';
import type { z } from 'zod';
import { ORIGIN, type Reply, startTestWorld, type TestSession, type TestWorld } from '../testing.ts';
import { empty, type PackFields, type Prepared, sealInto, stepsOf, type TestDossier, withdrawal } from './delivery.ts';
import type { TestPerson, TestTeam } from './practice.ts';

const SUITE = { v: 1 as const, suite: 1 };

/** Partner B beside practice A: its nurse is the podiatrist P, its nurse team is T. Same clock. */
export const startPartner = (world: TestWorld): Promise<TestWorld> => startTestWorld({ time: world.time });

/** B's whole directory, as it stands in its own vault. */
export async function directoryOf(partner: TestWorld): Promise<Statement[]> {
  const owner = await partner.open(partner.practice.gp);
  const { entries, batches } = (await partner.call('directory', { token: owner.token })).json<{
    entries: { statement: unknown }[];
    batches: unknown[];
  }>();
  const known = new Map(
    batches.map((wire) => statementFromWire(wire) as Statement<'batch'>).map((batch) => [batch.hash, batch] as const),
  );
  return entries.map(({ statement }) => statementFromWire(statement, known));
}

export const partnerFact = (
  world: TestWorld,
  partner: TestWorld,
  more: Partial<FactOf<'partner'>> = {},
): FactOf<'partner'> => ({
  t: 'fact',
  ...SUITE,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
  kind: 'partner',
  organisation: partner.practice.id,
  authority: partner.practice.authority.hash,
  profile: partner.practice.authority.hash,
  log: partner.log.key,
  teams: [partner.practice.nurseTeam.id],
  ...more,
});

/** A's owners pin B and one of them brings its directory. */
export async function befriend(
  world: TestWorld,
  partner: TestWorld,
  more: Partial<FactOf<'partner'>> = {},
): Promise<FactOf<'partner'>> {
  const fact = partnerFact(world, partner, more);
  const owner = await world.open(world.practice.gp);
  const wire = statementsToWire([await signStatement(fact, world.practice.owners)]);
  const stated = await world.signed(owner, 'statements', { ...wire, wraps: [] }, { class: 'admin' });
  if (stated.status !== 200) throw new Error(`no partner: ${stated.text}`);
  const body = { organisation: partner.practice.id, ...statementsToWire(await directoryOf(partner)) };
  const brought = await world.signed(owner, 'partner-directory', body, { class: 'admin' });
  if (brought.status !== 200) throw new Error(`no directory: ${brought.text}`);
  return fact;
}

export const dayMembership = (
  partner: TestWorld,
  person: TestPerson,
  team: TestTeam,
  more: Partial<FactOf<'membership'>> = {},
): FactOf<'membership'> => ({
  t: 'fact',
  ...SUITE,
  id: newId('fact', systemRandom),
  practice: partner.practice.id,
  from: partner.time.clock(),
  until: plus(partner.time.clock(), DAY),
  kind: 'membership',
  team: team.id,
  person: person.id,
  ...more,
});

export type Vouched = z.infer<typeof vouched>;

/** B says of P, for a day, what it says standing; and what P fetches of it. */
export async function vouch(
  partner: TestWorld,
  person: TestPerson = partner.practice.nurse,
  team: TestTeam = partner.practice.nurseTeam,
): Promise<Vouched> {
  const owner = await partner.open(partner.practice.gp);
  const statement = await signStatement(dayMembership(partner, person, team), partner.practice.gp.signer);
  const body = { ...statementsToWire([statement]), wraps: [] };
  const stated = await partner.signed(owner, 'statements', body, { class: 'admin' });
  if (stated.status !== 200) throw new Error(`not vouched for: ${stated.text}`);
  const session = await partner.open(person);
  const reply = await partner.call('vouched', { token: session.token });
  if (reply.status !== 200) throw new Error(`no word of today: ${reply.text}`);
  return reply.json<Vouched>();
}

export interface GuestAsk {
  readonly person?: TestPerson;
  readonly vouched?: Vouched;
  readonly statements?: readonly Statement[];
  readonly after?: number;
  /** Touches this session instead of opening one. */
  readonly token?: string;
  /** Laid over the message before it is sent. */
  readonly change?: Record<string, unknown>;
}

/** P at A's door, as bytes and as an answer. */
export async function knock(world: TestWorld, partner: TestWorld, ask: GuestAsk = {}): Promise<Reply> {
  const person = ask.person ?? partner.practice.nurse;
  const { memberships, batches, checkpoint, assurance } = ask.vouched ?? (await vouch(partner, person));
  const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
  const message = sessionProofBytes(ORIGIN, world.practice.id, challenge, person.id);
  const wire = statementsToWire(ask.statements ?? (await directoryOf(partner)));
  const body = {
    by: 'guest',
    challenge,
    person: person.id,
    signature: base64url(await person.signer.sign(message)),
    organisation: partner.practice.id,
    after: ask.after ?? 0,
    statements: wire.statements,
    batches: [...wire.batches, ...batches],
    memberships,
    checkpoint,
    ...(assurance === null ? {} : { assurance }),
    ...ask.change,
  };
  return ask.token === undefined
    ? world.call('session-open', { body })
    : world.call('session-touch', { body, token: ask.token });
}

/** P signs in at A. */
export async function visit(world: TestWorld, partner: TestWorld, ask: GuestAsk = {}): Promise<TestSession> {
  const reply = await knock(world, partner, ask);
  if (reply.status !== 200) throw new Error(`no visit: ${reply.text}`);
  const { session, token } = reply.json<{ session: SessionId; token: string }>();
  return { person: ask.person ?? partner.practice.nurse, session, token, organisation: partner.practice.id };
}

export interface HandedOn {
  readonly relation: FactId;
  readonly step: FactId;
  readonly write: FactId;
  readonly consent: FactId;
  readonly letter: HandleId;
}

/** A request of class grant or audit about parts of a dossier, or (no handles) the dossier itself, with its annex. */
export async function aboutDossier(
  world: TestWorld,
  who: TestSession,
  name: 'grant-ask' | 'refer' | 'end' | 'consent' | 'access' | 'restrictions' | 'review-told' | 'review-close',
  dossier: TestDossier,
  body: Record<string, unknown>,
  handles: readonly HandleId[] = [],
  asks: 'audit' | 'grant' | 'own' | 'say' = name === 'access' || name === 'restrictions' || name.startsWith('review')
    ? 'audit'
    : 'grant',
): Promise<Reply> {
  const annex = await world.annex();
  const named = handles.length > 0 ? handles : [null];
  return world.signed(
    who,
    name,
    { ...body, annex: annex.text },
    {
      class: asks,
      items: named.map((handle) => ({ dossier: dossier.id, handle, facts: [] })),
      annex: annex.hash,
    },
  );
}

/** Signs these payloads, and the state that they come to, as this person. */
export async function withStates(
  world: TestWorld,
  who: TestSession,
  payloads: readonly Payload[],
  drop: readonly HandleId[] = [],
) {
  const by = { practice: world.practice.id, at: world.time.clock(), signer: who.person.signer };
  const first = payloads.length === 0 ? [] : (await signBatch(payloads, by)).statements;
  const steps = await stepsOf(world, who, { statements: first }, drop);
  const states = await Promise.all(steps.map((step) => signStatement(step, who.person.signer)));
  return statementsToWire([...first, ...states]);
}

export interface ReferOptions {
  /** Parts that go along; all of the dossier's when left out. */
  readonly handles?: readonly HandleId[];
  /** The facts as they will be signed: changed, left out or more. */
  readonly change?: (facts: readonly Fact[]) => readonly Fact[];
  /** What else is bent before it is signed. */
  readonly bend?: (into: Prepared) => void;
  readonly team?: TestTeam;
  readonly until?: ReturnType<TestWorld['time']['clock']> | null;
  readonly author?: TestPerson;
  /** The team whose key the giver holds; the nurses' when left out. */
  readonly from?: TestTeam;
  /** Sends the referral without the shares of the parts, as whoever can open none of them would have to. */
  readonly blind?: boolean;
  /** For whom the letter is sealed as well. */
  readonly more?: readonly { readonly team: TestTeam; readonly fact: FactId }[];
}

/** The facts of a referral to this team. */
export function referralFacts(
  world: TestWorld,
  partner: TestWorld,
  dossier: TestDossier,
  handed: HandedOn,
  { handles = dossier.handles, team = partner.practice.nurseTeam, until }: ReferOptions = {},
): Fact[] {
  const from = world.time.clock();
  const end = until === undefined ? plus(from, 90 * DAY) : until;
  const head = (id: FactId) => ({ t: 'fact' as const, ...SUITE, id, practice: world.practice.id, from, until: end });
  const [of, parts] = [dossier.id, [...handles]];
  return [
    { ...head(handed.relation), kind: 'relation', dossier: of, teams: [team.id] },
    { ...head(handed.step), kind: 'step', dossier: of, team: team.id, handles: parts },
    { ...head(handed.write), kind: 'write', dossier: of, team: team.id },
    { ...head(handed.consent), kind: 'consent', dossier: of, organisation: partner.practice.id, handles: parts },
  ];
}

/** A nurse of A refers the dossier to B's team: asks for the own shares, wraps them again, seals a letter, sends it all. */
export async function referTo(
  world: TestWorld,
  partner: TestWorld,
  who: TestSession,
  dossier: TestDossier,
  options: ReferOptions = {},
): Promise<{ readonly reply: Reply; readonly handed: HandedOn }> {
  const { practice, time } = world;
  const { handles = dossier.handles, team = partner.practice.nurseTeam, author = who.person } = options;
  const { from = practice.nurseTeam, blind = false } = options;
  const id = () => newId('fact', systemRandom);
  const letter = newId('handle', systemRandom);
  const handed = { relation: id(), step: id(), write: id(), consent: id(), letter };
  const asked = blind ? undefined : await aboutDossier(world, who, 'grant-ask', dossier, {}, handles);
  if (asked !== undefined && asked.status !== 200) return { reply: asked, handed };
  const { results, batches } = asked?.json<z.infer<typeof grantAnswer>>() ?? { results: [], batches: [] };
  const into = empty();
  const facts = referralFacts(world, partner, dossier, handed, options);
  into.payloads.push(...(options.change?.(facts) ?? facts));
  const readers = [{ team: from, fact: dossier.step }, { team, fact: handed.step }, ...(options.more ?? [])];
  const parent = handles[0]!;
  await sealInto(world, into, author, dossier.id, [{ handle: letter, class: 'work', parent }], readers);
  const bundle = await createBundle({
    to: 'team',
    recipient: team.id,
    epoch: 0,
    recipientKey: team.publicKey,
    issuer: author.id,
    practice: practice.id,
    at: time.clock(),
    random: systemRandom,
  });
  const key = await suite(1).kem.importPrivate(from.seed);
  const packs: Hash[] = [];
  for (const result of results) {
    if (result.outcome === 'deny') {
      // Sent all the same: the vault must refuse it.
      const row = await world.running.vault.storage.read((tx) =>
        tx.selectFrom('handle').select('descriptor').where('handle', '=', result.handle!).executeTakeFirst(),
      );
      if (!row) continue;
      into.wraps.push(await bundle.wrap('c', row.descriptor, systemRandom(32) as never));
      packs.push(row.descriptor);
      continue;
    }
    const [descriptor, header] = statementsFromWire({ statements: [result.descriptor, result.bundle], batches });
    const own = await openBundle((header as Statement<'bundle'>).payload, key);
    const share = await own.unwrap({ ...result.wrap, ct: fromBase64url(result.wrap.ct) });
    into.wraps.push(await bundle.wrap('c', descriptor!.hash, share as never));
    packs.push(descriptor!.hash);
  }
  into.payloads.push(bundle.payload);
  const grant = { t: 'grant' as const, ...SUITE, practice: practice.id, dossier: dossier.id, team: team.id, epoch: 0 };
  if (packs.length > 0) into.payloads.push({ ...grant, fact: handed.step, issuer: author.id, packs });
  options.bend?.(into);
  const body = {
    ...(await withStates(world, who, into.payloads)),
    wraps: into.wraps.map(wrapToWire),
    packs: into.packs.map(({ bytes }) => base64url(bytes)),
  };
  return { reply: await aboutDossier(world, who, 'refer', dossier, body, handles), handed };
}

/** P leaves a message under a part, sealed for the own team and for the practice's nurses. */
export async function writeMessage(
  world: TestWorld,
  partner: TestWorld,
  guest: TestSession,
  dossier: TestDossier,
  handed: HandedOn,
  options: {
    readonly readers?: 'both' | 'own' | 'practice';
    readonly change?: Partial<PackFields>;
    /** Whoever is named as the writer; the guest signs. */
    readonly author?: TestPerson;
    readonly more?: readonly { readonly team: TestTeam; readonly fact: FactId }[];
  } = {},
): Promise<{ readonly reply: Reply; readonly handle: HandleId }> {
  const into = empty();
  const handle = newId('handle', systemRandom);
  const parent = dossier.handles[0]!;
  const readers = [
    { team: partner.practice.nurseTeam, fact: handed.step },
    { team: world.practice.nurseTeam, fact: dossier.step },
  ];
  const chosen = options.readers ?? 'both';
  await sealInto(
    world,
    into,
    options.author ?? guest.person,
    dossier.id,
    [{ handle, class: 'inbox', parent, ...options.change }],
    [...readers.filter((_, i) => chosen === 'both' || (chosen === 'own' ? i === 0 : i === 1)), ...(options.more ?? [])],
  );
  const annex = await world.annex();
  const body = {
    ...(await withStates(world, guest, into.payloads)),
    wraps: into.wraps.map(wrapToWire),
    packs: into.packs.map(({ bytes }) => base64url(bytes)),
    annex: annex.text,
  };
  const items = [{ dossier: dossier.id, handle: parent, facts: [] }];
  return { reply: await world.signed(guest, 'write', body, { class: 'write', items, annex: annex.hash }), handle };
}

/** The message stands in the GP system now. */
export async function takeOver(
  world: TestWorld,
  who: TestSession,
  dossier: TestDossier,
  handle: HandleId,
): Promise<Reply> {
  const { statements } = await withStates(world, who, [], [handle]);
  const annex = await world.annex();
  return world.signed(
    who,
    'takeover',
    { state: statements[0], annex: annex.text },
    { class: 'write', items: [{ dossier: dossier.id, handle, facts: [] }], annex: annex.hash },
  );
}

/** Withdraws these facts, with the state that it comes to. */
export async function endFacts(
  world: TestWorld,
  who: TestSession,
  dossier: TestDossier,
  facts: readonly FactId[],
): Promise<Reply> {
  const body = await withStates(
    world,
    who,
    facts.map((fact) => withdrawal(world, fact, dossier.id)),
  );
  return aboutDossier(world, who, 'end', dossier, { ...body });
}

/** Everything that a referral stands on. */
export const endReferral = (world: TestWorld, who: TestSession, dossier: TestDossier, handed: HandedOn) =>
  endFacts(world, who, dossier, [handed.relation, handed.step, handed.write, handed.consent]);
