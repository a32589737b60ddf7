/** Everybody who may knock, with a session as they would have it. */

import { base64url, MINUTE, newId, plus, systemRandom } from '@ketenkluis/base';
import { SESSION_IDLE } from '@ketenkluis/protocol';
import { type Payload, type Statement, signStatement, statementsToWire } from '@ketenkluis/seal';
import {
  type TestPerson,
  type TestSession,
  type TestTeam,
  type TestWorld,
  testPerson,
} from '@ketenkluis/vault/testing';

export const ROLES = [
  'nurse',
  'owner',
  'trustee',
  'officer',
  'colleague',
  'left',
  'agent',
  'retired-agent',
  'locked',
  'keyring',
  'revoked',
  'elsewhere',
  'stranger',
] as const;
export type Role = (typeof ROLES)[number];

/** What each of them is, for the table in the documentation. */
export const WHO: Readonly<Record<Role, string>> = {
  nurse: 'practice nurse, member of the treating team',
  owner: 'GP and owner, member of another team and log officer',
  trustee: 'outside trustee, owner without a team',
  officer: 'log officer, member of no treating team',
  colleague: 'professional of the practice without a team (planning, finance)',
  left: 'professional whose membership of the treating team has ended',
  agent: 'the practice agent under its mandate',
  'retired-agent': 'an agent whose mandate has ended',
  locked: 'the nurse after sixteen minutes of silence',
  keyring: 'the nurse with a device, before her own key has signed',
  revoked: 'a professional whose card was revoked during the session',
  elsewhere: 'somebody of another practice at the same vault',
  stranger: 'nobody: a token that was never given out',
};

export interface Asker {
  readonly role: Role;
  readonly session: TestSession;
  /** The team that a note of theirs would be sealed for. */
  readonly team: TestTeam;
}

const SUITE = { v: 1 as const, suite: 1 };
type Fact<K extends string> = Omit<Extract<Payload<'fact'>, { kind: K }>, 't' | 'v' | 'suite' | 'id' | 'practice'>;

/** What both owners sign, on its way through the front door. */
async function post(world: TestWorld, owner: TestSession, statements: readonly Statement[]): Promise<void> {
  const body = { ...statementsToWire(statements), wraps: [] };
  const reply = await world.signed(owner, 'statements', body, { class: 'admin' });
  if (reply.status !== 200) throw new Error(`the matrix could not set its people up: ${reply.text}`);
}

const fact = <K extends 'membership' | 'mandate'>(world: TestWorld, fields: Fact<K>) =>
  signStatement(
    {
      t: 'fact' as const,
      ...SUITE,
      id: newId('fact', systemRandom),
      practice: world.practice.id,
      ...fields,
    } as Extract<Payload<'fact'>, { kind: K }>,
    world.practice.owners,
  );

const end = (world: TestWorld, { payload }: Statement<'fact'>) =>
  signStatement(
    {
      t: 'withdrawal' as const,
      ...SUITE,
      practice: world.practice.id,
      fact: payload.id,
      dossier: null,
      at: world.time.clock(),
    },
    world.practice.owners,
  );

async function setSession(
  world: TestWorld,
  { session }: TestSession,
  fields: { readonly stage?: 'keyring'; readonly active?: number },
): Promise<void> {
  await world.running.vault.storage.write((tx) =>
    tx
      .updateTable('session')
      .set(fields as never)
      .where('session', '=', session)
      .execute(),
  );
}

/** Makes the people that the small practice does not have, and a session for each role. */
export async function askersOf(world: TestWorld, other: TestWorld): Promise<Readonly<Record<Role, Asker>>> {
  const { practice } = world;
  const { gpTeam, nurseTeam, officerTeam } = practice;
  const [officer, colleague, left, revoked, retired] = (await Promise.all([1, 2, 3, 4, 5].map(() => testPerson()))) as [
    TestPerson,
    TestPerson,
    TestPerson,
    TestPerson,
    TestPerson,
  ];
  const owner = await world.open(practice.gp);
  const at = world.time.clock();
  const member = (person: TestPerson, team: TestTeam) =>
    fact<'membership'>(world, { kind: 'membership', from: at, until: null, team: team.id, person: person.id });
  const leaving = await member(left, nurseTeam);
  const mandate = await fact<'mandate'>(world, {
    kind: 'mandate',
    from: at,
    until: plus(at, MINUTE * 60 * 24),
    agent: retired.id,
    responsible: practice.gp.id,
    kinds: ['enrolment'],
    teams: [nurseTeam.id],
  });
  const professionals = [officer, colleague, left, revoked];
  const cards = await Promise.all([
    ...professionals.map((person) => practice.card(person, 'professional')),
    practice.card(retired, 'agent'),
  ]);
  await post(world, owner, [
    ...cards,
    await member(officer, officerTeam),
    leaving,
    await member(revoked, nurseTeam),
    mandate,
  ]);
  const open = async (person: TestPerson) => world.open(person);
  const sessions = {
    nurse: await open(practice.nurse),
    owner,
    trustee: await open(practice.trustee),
    officer: await open(officer),
    colleague: await open(colleague),
    left: await open(left),
    agent: await open(practice.agent),
    'retired-agent': await open(retired),
    locked: await open(practice.nurse),
    keyring: await open(practice.nurse),
    revoked: await open(revoked),
    elsewhere: await other.open(other.practice.nurse),
    stranger: { ...(await open(practice.nurse)), token: base64url(systemRandom(32)) },
  };
  await post(world, owner, [
    await end(world, leaving),
    await end(world, mandate),
    await practice.card(revoked, 'professional', 1, world.time.clock()),
  ]);
  await setSession(world, sessions.locked, { active: world.time.clock() - SESSION_IDLE - MINUTE });
  await setSession(world, sessions.keyring, { stage: 'keyring' });
  const teamOf = (role: Role) => (role === 'owner' ? gpTeam : role === 'officer' ? officerTeam : nurseTeam);
  return Object.fromEntries(
    ROLES.map((role) => [role, { role, session: sessions[role], team: teamOf(role) }]),
  ) as Readonly<Record<Role, Asker>>;
}
