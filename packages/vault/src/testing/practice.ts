/** People, teams and a practice with real keys, in the order of birth. */

import {
  type Bytes,
  base64url,
  DAY,
  type Instant,
  instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type Random,
  type Signer,
  systemRandom,
  type TeamId,
} from '@ketenkluis/base';
import {
  type Card,
  DOSSIER_FACT_KINDS,
  generateSigningKey,
  hashOf,
  type Statement,
  signStatement,
  suite,
  webSigner,
} from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';

const SUITE = { v: 1 as const, suite: 1 };

export interface TestPerson {
  readonly id: PersonId;
  readonly signer: Signer;
  readonly signSeed: Bytes;
  readonly kemSeed: Bytes;
  readonly kemPublic: Bytes;
}
export interface TestTeam {
  readonly id: TeamId;
  readonly epoch: Statement<'epoch'>;
  readonly wraps: Bytes;
  /** Private key of the team's epoch. */
  readonly seed: Bytes;
  readonly publicKey: Bytes;
  readonly members: readonly TestPerson[];
}

/** A clock that stands still until it is moved; it carries the vault's steady count along. */
export function fakeClock(start = 1_767_600_000_000) {
  let now = instant(start);
  let off = 0;
  return {
    clock: (): Instant => now,
    steady: (): number => now - off,
    /** The machine's clock is set wrong: the steady count does not follow. */
    jump: (milliseconds: number): void => {
      now = plus(now, milliseconds);
      off += milliseconds;
    },
    move: (milliseconds: number): void => {
      now = plus(now, milliseconds);
    },
  };
}
export type FakeClock = ReturnType<typeof fakeClock>;

export async function testPerson(random: Random = systemRandom): Promise<TestPerson> {
  const id = newId('person', random);
  const { seed } = await generateSigningKey(random);
  const kem = await suite(1).kem.generate(random);
  return { id, signer: await webSigner({ by: id, seed }), signSeed: seed, kemSeed: kem.seed, kemPublic: kem.publicKey };
}

export interface TestPractice {
  readonly id: OrganisationId;
  readonly gp: TestPerson;
  readonly trustee: TestPerson;
  readonly nurse: TestPerson;
  readonly agent: TestPerson;
  readonly owners: readonly Signer[];
  readonly gpTeam: TestTeam;
  readonly nurseTeam: TestTeam;
  /** Reads the annexes. */
  readonly officerTeam: TestTeam;
  readonly exitPublic: Bytes;
  /** What recovery sheets come to, when they are put together. */
  readonly recoverySeed: Bytes;
  readonly authority: Statement<'authority'>;
  readonly cards: ReadonlyMap<PersonId, Statement<'card'>>;
  readonly mandate: Statement<'fact'>;
  readonly memberships: readonly Statement<'fact'>[];
  /** In the order of birth, as `POST /v1/practices` takes them. */
  readonly statements: readonly Statement[];
  readonly wraps: readonly Bytes[];
  card(person: TestPerson, kind: Card['kind'], number?: number, until?: Instant): Promise<Statement<'card'>>;
}

const asOwners = (signers: readonly Signer[]) => signers;

export async function testPractice(
  at: Instant,
  vault: { readonly id: PersonId; readonly sign: Bytes; readonly kem: Bytes },
  random: Random = systemRandom,
  /** How long cards and the mandate live, in days, where that is longer than they ordinarily do. */
  days = 0,
): Promise<TestPractice> {
  const id = newId('organisation', random);
  const [gp, trustee, nurse, agent] = await Promise.all([1, 2, 3, 4].map(() => testPerson(random)));
  if (!gp || !trustee || !nurse || !agent) throw new Error('people are missing');
  const owners = asOwners([gp.signer, trustee.signer]);
  const { kem } = suite(1);
  const [recovery, exit] = [await kem.generate(random), await kem.generate(random)];
  const split = (publicKey: Bytes) => ({
    kem: base64url(publicKey),
    k: 2,
    n: 3,
    commitments: [1, 2, 3].map((i) => hashOf(new Uint8Array([...publicKey.subarray(0, 8), i]) as Bytes)),
  });
  const owner = (person: TestPerson) => ({
    person: person.id,
    sign: base64url(person.signer.publicKey),
    kem: base64url(person.kemPublic),
  });
  const authority = await signStatement(
    {
      t: 'authority' as const,
      ...SUITE,
      organisation: id,
      number: 0,
      prev: null,
      at,
      owners: [owner(gp), owner(trustee)],
      threshold: 2,
      recovery: split(recovery.publicKey),
      exit: split(exit.publicKey),
    },
    owners,
  );
  const cardFor = (
    subject: PersonId,
    kind: Card['kind'],
    sign: Bytes,
    kemPublic: Bytes,
    number = 0,
    until: Instant = plus(at, Math.max(days, 365) * DAY),
  ) =>
    signStatement(
      {
        t: 'card' as const,
        ...SUITE,
        organisation: id,
        subject,
        kind,
        number,
        sign: base64url(sign),
        kem: base64url(kemPublic),
        from: at,
        until,
      },
      owners,
    );
  const card: TestPractice['card'] = (person, kind, number = 0, until) =>
    cardFor(person.id, kind, person.signer.publicKey, person.kemPublic, number, until);
  const cards = await Promise.all([
    card(gp, 'professional'),
    card(trustee, 'trustee'),
    card(nurse, 'professional'),
    card(agent, 'agent'),
    cardFor(vault.id, 'vault', vault.sign, vault.kem),
  ]);
  const byPerson = new Map(cards.map((statement) => [statement.payload.subject, statement]));
  const team = async (members: readonly TestPerson[]): Promise<TestTeam> => {
    const teamId = newId('team', random);
    const made = await createEpoch({
      organisation: id,
      team: teamId,
      number: 0,
      prev: null,
      members: members.map((member) => byPerson.get(member.id)!),
      recoveryKey: recovery.publicKey,
      at,
      random,
    });
    const epoch = await signStatement(made.payload, owners);
    return { id: teamId, epoch, wraps: made.wraps, seed: made.keys.seed, publicKey: made.keys.publicKey, members };
  };
  const gpTeam = await team([gp]);
  const nurseTeam = await team([nurse]);
  const officerTeam = await team([gp]);
  const fact = { t: 'fact' as const, ...SUITE, practice: id, from: at };
  const membership = (member: TestPerson, of: TestTeam) =>
    signStatement(
      { ...fact, id: newId('fact', random), until: null, kind: 'membership' as const, team: of.id, person: member.id },
      owners,
    );
  const memberships = await Promise.all([
    membership(gp, gpTeam),
    membership(nurse, nurseTeam),
    membership(gp, officerTeam),
  ]);
  const mandate = await signStatement(
    {
      ...fact,
      id: newId('fact', random),
      until: plus(at, Math.max(days, 90) * DAY),
      kind: 'mandate' as const,
      agent: agent.id,
      responsible: gp.id,
      kinds: [...DOSSIER_FACT_KINDS],
      teams: [gpTeam.id, nurseTeam.id],
    },
    owners,
  );
  const epochs = [gpTeam, nurseTeam, officerTeam].map(({ epoch }) => epoch);
  return {
    id,
    gp,
    trustee,
    nurse,
    agent,
    owners,
    gpTeam,
    nurseTeam,
    officerTeam,
    exitPublic: exit.publicKey,
    recoverySeed: recovery.seed,
    authority,
    cards: byPerson,
    mandate,
    memberships,
    statements: [authority, ...cards, ...epochs, ...memberships, mandate],
    wraps: [gpTeam, nurseTeam, officerTeam].map(({ wraps }) => wraps),
    card,
  };
}
