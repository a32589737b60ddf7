/** Everybody who may knock, with a session as they would have it. */

import { base64url, MINUTE, newId, plus, systemRandom } from '@ketenkluis/base';
import { SESSION_IDLE } from '@ketenkluis/protocol';
import { type Payload, type Statement, signStatement, statementsToWire } from '@ketenkluis/seal';
import {
  type Reply,
  type TestPerson,
  type TestSession,
  type TestTeam,
  type TestWorld,
  testPerson,
  visit,
} from '@ketenkluis/vault/testing';
import { approval, befriended, type Circle, callIn, placeIn, sendHome } from './circle.ts';
import { type Own, takeIn } from './patients.ts';

export const ROLES = [
  'nurse',
  'owner',
  'trustee',
  'officer',
  'colleague',
  'left',
  'locum',
  'locum-over',
  'agent',
  'retired-agent',
  'locked',
  'keyring',
  'revoked',
  'guest',
  'guest-ended',
  'patient',
  'representative',
  'elsewhere',
  'stranger',
] as const;
export type Role = (typeof ROLES)[number];

/** What each of them is, for the table in the documentation. */
export const WHO: Readonly<Record<Role, string>> = {
  nurse: 'practice nurse, member of the treating team',
  owner: 'GP and owner, member of another team (the one for emergencies too) and log officer',
  trustee: 'outside trustee, owner without a team',
  officer: 'privacy officer: member of the log team, to which the owners gave oversight, and of no treating team',
  colleague: 'professional of the practice without a team (planning, finance)',
  left: 'professional whose membership of the treating team has ended',
  locum: 'substitute from the approved pool, called in for the treating team',
  'locum-over': 'the same, sent home after the patient was handed over',
  agent: 'the practice agent under its mandate',
  'retired-agent': 'an agent whose mandate has ended',
  locked: 'the nurse after sixteen minutes of silence',
  keyring: 'the nurse with a device, before her own key has signed',
  revoked: 'a professional whose card was revoked during the session',
  guest: "professional of a partner on a visit, member of the partner's team",
  'guest-ended': 'the same of another partner, which the practice has ended during the visit',
  patient: 'the patient of the dossier that is treated, with a key of their own',
  representative: 'who stands in for the patient whose enrolment has ended, likewise',
  elsewhere: 'somebody of another practice, with a session there',
  stranger: 'nobody: a token that was never given out',
};

export interface Asker {
  readonly role: Role;
  readonly session: TestSession;
  /** The team that a note of theirs would be sealed for. */
  readonly team: TestTeam;
  /** Of a guest: where they come from. */
  readonly home?: TestWorld;
}

const SUITE = { v: 1 as const, suite: 1 };
type Fact<K extends string> = Omit<Extract<Payload<'fact'>, { kind: K }>, 't' | 'v' | 'suite' | 'id' | 'practice'>;

/** What both owners sign, on its way through the front door. */
async function post(world: TestWorld, owner: TestSession, statements: readonly Statement[]): Promise<void> {
  const body = { ...statementsToWire(statements), wraps: [] };
  const reply = await world.signed(owner, 'statements', body, { class: 'admin' });
  if (reply.status !== 200) throw new Error(`the matrix could not set its people up: ${reply.text}`);
}

const fact = <K extends 'membership' | 'mandate' | 'oversight' | 'control'>(world: TestWorld, fields: Fact<K>) =>
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

const end = (world: TestWorld, { id }: Payload<'fact'>) =>
  signStatement(
    {
      t: 'withdrawal' as const,
      ...SUITE,
      practice: world.practice.id,
      fact: id,
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

export interface Cast {
  readonly askers: Readonly<Record<Role, Asker>>;
  readonly circle: Circle;
  /** Whose the treated dossier is, and who reads for whom of the ended one. */
  readonly owns: { readonly treated: Own; readonly 'enrolment-ended': Own };
  /** What ends only after dossiers were handed over: a substitute's place, and a partner. */
  end(): Promise<void>;
}

/** Makes the people that the small practice does not have, and a session for each role. */
export async function castOf(world: TestWorld, partners: Circle['partners']): Promise<Cast> {
  const { practice } = world;
  const { gpTeam, nurseTeam, officerTeam } = practice;
  const person = () => testPerson();
  const [officer, colleague, left, revoked, retired] = await Promise.all([
    person(),
    person(),
    person(),
    person(),
    person(),
  ]);
  const [locum, former] = await Promise.all([person(), person()]);
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
  const [locumCard, formerCard] = [
    await practice.card(locum, 'professional'),
    await practice.card(former, 'professional'),
  ];
  const approved = [
    await approval(world, locum, locumCard, nurseTeam, [practice.nurse]),
    await approval(world, former, formerCard, nurseTeam, [practice.nurse]),
  ] as const;
  await post(world, owner, [
    ...[...cards, locumCard, formerCard],
    ...approved.map(({ statement }) => statement),
    await member(officer, officerTeam),
    await fact<'oversight'>(world, { kind: 'oversight', from: at, until: null, team: officerTeam.id }),
    await fact<'control'>(world, {
      ...{ kind: 'control', from: at, until: null, number: 1, prev: null, board: practice.gp.id },
      ...{ officers: [officer.id], outside: [officer.id], findingAt: 50, sampleSize: 10, answerDays: 14 },
      ...{ decideDays: 30, every: { review: 7, sample: 30, emergency: 7, rights: 91 } },
    }),
    leaving,
    await member(revoked, nurseTeam),
    mandate,
  ]);
  const owns = {
    treated: await takeIn(world, owner, 'patient'),
    'enrolment-ended': await takeIn(world, owner, 'representative'),
  };
  const [standIn, gone] = [approved[0].standIn, approved[1].standIn];
  const circle: Circle = { ...(await befriended(world, partners)), locum: standIn, former: gone };
  const open = async (person: TestPerson) => world.open(person);
  const nurse = await open(practice.nurse);
  const places = [placeIn(world, standIn), placeIn(world, gone)] as const;
  for (const place of places) await done(callIn(world, nurse, place));
  const sessions = {
    nurse,
    owner,
    trustee: await open(practice.trustee),
    officer: await open(officer),
    colleague: await open(colleague),
    left: await open(left),
    locum: await open(locum),
    'locum-over': await open(former),
    agent: await open(practice.agent),
    'retired-agent': await open(retired),
    locked: await open(practice.nurse),
    keyring: await open(practice.nurse),
    revoked: await open(revoked),
    guest: await visit(world, partners[0]),
    'guest-ended': await visit(world, partners[1]),
    patient: await open(owns.treated.person),
    representative: await open(owns['enrolment-ended'].person),
    elsewhere: await partners[1].open(partners[1].practice.gp),
    stranger: { ...(await open(practice.nurse)), token: base64url(systemRandom(32)) },
  };
  await post(world, owner, [
    await end(world, leaving.payload),
    await end(world, mandate.payload),
    await practice.card(revoked, 'professional', 1, world.time.clock()),
  ]);
  await setSession(world, sessions.locked, { active: world.time.clock() - SESSION_IDLE - MINUTE });
  await setSession(world, sessions.keyring, { stage: 'keyring' });
  const homes: Partial<Record<Role, TestWorld>> = { guest: partners[0], 'guest-ended': partners[1] };
  const teamOf = (role: Role) =>
    homes[role]?.practice.nurseTeam ?? (role === 'owner' ? gpTeam : role === 'officer' ? officerTeam : nurseTeam);
  const asker = (role: Role): Asker => {
    const home = homes[role];
    return { role, session: sessions[role], team: teamOf(role), ...(home ? { home } : {}) };
  };
  return {
    askers: Object.fromEntries(ROLES.map((role) => [role, asker(role)])) as Readonly<Record<Role, Asker>>,
    circle,
    owns,
    end: async () => {
      await done(sendHome(world, nurse, places[1]));
      await post(world, owner, [await end(world, circle.facts[1])]);
    },
  };
}

async function done(asked: Promise<Reply>): Promise<void> {
  const reply = await asked;
  if (reply.status !== 200) throw new Error(`the matrix could not set its people up: ${reply.text}`);
}
