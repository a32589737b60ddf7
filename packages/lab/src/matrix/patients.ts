/** Two who read one dossier each: a patient, and who stands in for one whose enrolment has ended (docs/spec/own.md). */

import { base64url, DAY, newId, plus, systemRandom } from '@ketenkluis/base';
import { type FactOf, type Statement, signStatement, statementsToWire, suite } from '@ketenkluis/seal';
import { createEpoch } from '@ketenkluis/seal/open';
import {
  newDossier,
  type TestDossier,
  type TestPerson,
  type TestSession,
  type TestTeam,
  type TestWorld,
  testPerson,
} from '@ketenkluis/vault/testing';
import { stated } from './circle.ts';

export interface Own {
  readonly person: TestPerson;
  readonly team: TestTeam;
  readonly fact: FactOf<'own'>;
  readonly dossier: TestDossier;
}

/** Card, `own` and key, as both owners sign them. */
export async function takeIn(
  world: TestWorld,
  owner: TestSession,
  as: FactOf<'own'>['as'],
  dossier: TestDossier = newDossier(2),
  eid?: FactOf<'own'>['eid'],
): Promise<Own> {
  const { practice } = world;
  const person = await testPerson();
  const id = newId('team', systemRandom);
  const card = await practice.card(person, 'patient');
  const at = world.time.clock();
  const fact = stated<'own'>(world, {
    ...{ kind: 'own', until: plus(at, 30 * DAY), dossier: dossier.id, team: id, person: person.id },
    ...{ card: card.hash, as, checked: 'document' },
    ...(eid && { eid }),
  });
  const { publicKey: recoveryKey } = await suite(1).kem.generate(systemRandom);
  const made = await createEpoch({
    ...{ organisation: practice.id, team: id, number: 0, prev: null, members: [card], recoveryKey, at },
    random: systemRandom,
  });
  const epoch = await signStatement(made.payload, practice.owners);
  const statements: Statement[] = [card, await signStatement(fact, practice.owners), epoch];
  const body = { ...statementsToWire(statements), wraps: [base64url(made.wraps)] };
  const reply = await world.signed(owner, 'statements', body, { class: 'admin' });
  if (reply.status !== 200) throw new Error(`the matrix could not take a patient in: ${reply.text}`);
  const { seed, publicKey } = made.keys;
  return { person, dossier, fact, team: { id, epoch, wraps: made.wraps, seed, publicKey, members: [person] } };
}
