/** For tests only, behind no door: a small organisation, and a second suite that shows how one is added (R11). */

import {
  type Bytes,
  base64url,
  DAY,
  HOUR,
  instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  systemRandom as random,
  type Signer,
  type TeamId,
} from '@ketenkluis/base';
import { AEAD_ChaCha20Poly1305, KDF_HKDF_SHA384, KEM_MLKEM1024_P384 } from '@panva/hpke-noble';
import { CipherSuite } from 'hpke';
import { KeyDirectory } from './directory.ts';
import { hpkeKem } from './hpke.ts';
import {
  type Authority,
  type Card,
  type Fact,
  type FactKind,
  generateSigningKey,
  type Payload,
  type Statement,
  signStatement,
  suite,
  webSigner,
  webVerifier,
} from './index.ts';
import { createSplitKey, type SplitKey } from './recovery.ts';
import { addSuite, type Suite, suite1 } from './suite.ts';

export const AT = instant(1_750_000_000_000);

/** Another KEM, KDF and AEAD for everything that is wrapped; bodies stay AES-256-GCM. */
const suite2: Suite = {
  ...suite1,
  id: 2,
  name: 'test only: HPKE-MLKEM1024-P384-HKDF-SHA384-ChaCha20Poly1305',
  kem: hpkeKem(2, 1665, 32, async () => new CipherSuite(KEM_MLKEM1024_P384, KDF_HKDF_SHA384, AEAD_ChaCha20Poly1305)),
  algorithms: [],
};
export const registerSuite2 = () => addSuite(suite2);

export interface TestPerson {
  readonly id: PersonId;
  readonly signer: Signer;
  readonly sign: Bytes;
  readonly kem: { readonly seed: Bytes; readonly publicKey: Bytes };
}

export async function person(id = newId('person', random)): Promise<TestPerson> {
  const keys = await generateSigningKey(random);
  const kem = await suite(1).kem.generate(random);
  return { id, signer: await webSigner({ by: id, seed: keys.seed }), sign: keys.publicKey, kem };
}

export interface World {
  readonly organisation: OrganisationId;
  readonly team: TeamId;
  readonly owners: readonly TestPerson[];
  readonly agent: TestPerson;
  readonly nurse: TestPerson;
  readonly recovery: SplitKey;
  readonly exit: SplitKey;
  readonly authority: Statement<'authority'>;
  readonly directory: KeyDirectory;
  /** Statements in the order in which they went in. */
  readonly history: readonly Statement[];
}

export const ownerSigners = (owners: readonly TestPerson[]) => owners.map(({ signer }) => signer);

export const authorityPayload = (
  organisation: OrganisationId,
  owners: readonly TestPerson[],
  threshold: number,
  recovery: SplitKey,
  exit: SplitKey,
): Authority => ({
  t: 'authority',
  v: 1,
  suite: 1,
  organisation,
  number: 0,
  prev: null,
  at: AT,
  owners: owners.map(({ id, sign, kem }) => ({ person: id, sign: base64url(sign), kem: base64url(kem.publicKey) })),
  threshold,
  recovery: recovery.record,
  exit: exit.record,
});

export const cardOf = (
  organisation: OrganisationId,
  of: TestPerson,
  kind: Card['kind'],
  more: Partial<Card> = {},
): Card => ({
  t: 'card',
  v: 1,
  suite: 1,
  organisation,
  subject: of.id,
  kind,
  number: 0,
  sign: base64url(of.sign),
  kem: base64url(of.kem.publicKey),
  from: AT,
  until: plus(AT, 365 * DAY),
  ...more,
});

export const factOf = (world: Pick<World, 'organisation'>) => ({
  t: 'fact' as const,
  v: 1 as const,
  suite: 1,
  id: newId('fact', random),
  practice: world.organisation,
  from: AT,
  until: null,
});

export function mandateOf(
  world: Pick<World, 'organisation' | 'agent' | 'owners' | 'team'>,
  kinds: readonly FactKind[] = ['enrolment', 'relation', 'step', 'write'],
): Extract<Fact, { kind: 'mandate' }> {
  const { agent, owners, team } = world;
  const responsible = owners[0]!.id;
  return {
    ...factOf(world),
    kind: 'mandate',
    until: plus(AT, 90 * DAY),
    agent: agent.id,
    responsible,
    kinds: [...kinds],
    teams: [team],
  };
}

/** Three owners of whom two sign, an agent under a mandate, and a nurse in one team. */
export async function world(): Promise<World> {
  const organisation = newId('organisation', random);
  const team = newId('team', random);
  const owners = await Promise.all([person(), person(), person()]);
  const [agent, nurse] = await Promise.all([person(), person()]);
  const [recovery, exit] = await Promise.all([createSplitKey(2, 3, random), createSplitKey(2, 3, random)]);
  const two = ownerSigners(owners.slice(0, 2));
  const authority = await signStatement(authorityPayload(organisation, owners, 2, recovery, exit), two);
  const base = { organisation, team, owners, agent, nurse, recovery, exit, authority };
  const payloads: Payload[] = [
    cardOf(organisation, agent, 'agent'),
    cardOf(organisation, nurse, 'professional'),
    mandateOf(base),
    { ...factOf(base), kind: 'membership', team, person: nurse.id },
  ];
  const history: Statement[] = [
    authority,
    ...(await Promise.all(payloads.map((payload) => signStatement(payload, two)))),
  ];
  return { ...base, history, directory: await directoryOf(organisation, history) };
}

export async function directoryOf(organisation: OrganisationId, history: readonly Statement[]): Promise<KeyDirectory> {
  const directory = new KeyDirectory(organisation, webVerifier);
  for (const [index, statement] of history.entries()) await directory.add(statement, { included: true, index });
  return directory;
}

export const later = (hours: number) => plus(AT, hours * HOUR);

/** The same bytes with one bit turned over. */
export function flipBit<B extends Bytes>(bytes: B, bit: number): B {
  const out = bytes.slice() as B;
  out[bit >> 3]! ^= 1 << (bit & 7);
  return out;
}
