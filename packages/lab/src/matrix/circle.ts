/** Who comes from outside: people of partners on a visit, and substitutes from an approved pool. */

import {
  base64url,
  canonicalJson,
  DAY,
  type DossierId,
  type HandleId,
  HOUR,
  newId,
  plus,
  systemRandom,
} from '@ketenkluis/base';
import {
  type Fact,
  type FactOf,
  hashOf,
  type Plaintext,
  type Statement,
  sealTo,
  signStatement,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import {
  befriend,
  directoryOf,
  type Reply,
  type TestPerson,
  type TestSession,
  type TestTeam,
  type TestWorld,
  withdrawal,
} from '@ketenkluis/vault/testing';

const SUITE = { v: 1 as const, suite: 1 };

/** A place that the owners approved and a colleague gave out. */
interface StandIn {
  readonly person: TestPerson;
  readonly pool: FactOf<'pool'>;
}
export interface Circle {
  /** The one that stays a partner, and the one that the practice ends. */
  readonly partners: readonly [TestWorld, TestWorld];
  readonly facts: readonly [FactOf<'partner'>, FactOf<'partner'>];
  /** The first one's directory on the wire, as its own vault has it. */
  readonly directory: ReturnType<typeof statementsToWire>;
  readonly locum: StandIn;
  readonly former: StandIn;
}

/** What is only said of a practice: whoever signs it has its keys. */
export const stated = <K extends Fact['kind']>(
  world: TestWorld,
  fields: Omit<FactOf<K>, 't' | 'v' | 'suite' | 'id' | 'practice' | 'from'>,
): FactOf<K> =>
  ({
    t: 'fact' as const,
    ...SUITE,
    id: newId('fact', systemRandom),
    practice: world.practice.id,
    from: world.time.clock(),
    ...fields,
  }) as FactOf<K>;

export async function befriended(
  world: TestWorld,
  partners: Circle['partners'],
): Promise<Pick<Circle, 'partners' | 'facts' | 'directory'>> {
  const facts = [await befriend(world, partners[0]), await befriend(world, partners[1])] as const;
  return { partners, facts, directory: statementsToWire(await directoryOf(partners[0])) };
}

/** What the owners approve: this person on this card for this team, to be called in by these people. */
export async function approval(
  world: TestWorld,
  person: TestPerson,
  card: Statement<'card'>,
  team: TestTeam,
  activators: readonly TestPerson[],
): Promise<{ readonly standIn: StandIn; readonly statement: Statement }> {
  const pool = stated<'pool'>(world, {
    kind: 'pool',
    until: plus(world.time.clock(), 30 * DAY),
    team: team.id,
    person: person.id,
    card: card.hash,
    activators: activators.map(({ id }) => id),
  });
  return { standIn: { person, pool }, statement: await signStatement(pool, world.practice.owners) };
}

const said = async (world: TestWorld, who: TestSession, payload: Parameters<typeof signStatement>[0]) => {
  const statement = statementToWire(await signStatement(payload, who.person.signer));
  return world.signed(who, 'substitute', { statement }, { class: 'session' });
};

/** A place in the team of this pool, from now on. */
export const placeIn = (world: TestWorld, { pool }: StandIn): FactOf<'substitute'> =>
  stated<'substitute'>(world, {
    kind: 'substitute',
    until: plus(world.time.clock(), 10 * HOUR),
    pool: pool.id,
    team: pool.team,
    person: pool.person,
  });
export const callIn = (world: TestWorld, who: TestSession, place: FactOf<'substitute'>): Promise<Reply> =>
  said(world, who, place);
export const sendHome = (world: TestWorld, who: TestSession, place: FactOf<'substitute'>): Promise<Reply> =>
  said(world, who, withdrawal(world, place.id, null));

/** Hands the patient at the door to this substitute. */
export async function handOver(
  world: TestWorld,
  who: TestSession,
  { person }: StandIn,
  dossier: DossierId,
  handle: HandleId,
): Promise<Reply> {
  const word = canonicalJson({ v: 1, dossier, name: 'test', birthDate: null, reason: null }) as Plaintext;
  const note = await sealTo(person.kemPublic, 'call', word);
  const call = stated<'call'>(world, {
    kind: 'call',
    until: plus(world.time.clock(), 8 * HOUR),
    dossier,
    person: person.id,
    note: hashOf(note),
  });
  const annex = await world.annex();
  const statement = statementToWire(await signStatement(call, who.person.signer));
  return world.signed(
    who,
    'call',
    { statement, note: base64url(note), annex: annex.text },
    { class: 'grant', items: [{ dossier, handle, facts: [] }], annex: annex.hash },
  );
}
