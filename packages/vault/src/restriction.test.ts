/** What the patient shut, as the vault answers about it. */

import { type FactId, newId, systemRandom } from '@ketenkluis/base';
import { type FactOf, signBatch, signStatement, statementsFromWire, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stepsOf } from './testing/delivery.ts';
import { aboutDossier, withStates } from './testing/partner.ts';
import {
  deliverAll,
  empty,
  enrol,
  look,
  newDossier,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  withdrawal,
} from './testing.ts';

let world: TestWorld;
let agent: TestSession;
let nurse: TestSession;
let gp: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
  gp = await world.open(world.practice.gp);
});
afterAll(() => world.close());

interface Results {
  readonly results: readonly Record<string, unknown>[];
  readonly states: readonly unknown[];
  readonly commits?: readonly { readonly dossier: string; readonly seq: number }[];
}
const shutTo = (
  dossier: TestDossier,
  excluded: FactOf<'restriction'>['excluded'],
  handles: FactOf<'restriction'>['handles'] = null,
): FactOf<'restriction'> => ({
  t: 'fact',
  v: 1,
  suite: 1,
  id: newId('fact', systemRandom),
  practice: world.practice.id,
  from: world.time.clock(),
  until: null,
  kind: 'restriction',
  dossier: dossier.id,
  handles,
  excluded,
});
const seqOf = async (dossier: TestDossier): Promise<number> =>
  world.running.vault.storage.read(async (tx) => {
    const row = await tx.selectFrom('dossier').selectAll().where('dossier', '=', dossier.id).executeTakeFirstOrThrow();
    return row.changed;
  });
const deliver = async (dossier: TestDossier, ...payloads: ReturnType<typeof empty>['payloads']) => {
  const expected = [{ dossier: dossier.id, seq: await seqOf(dossier) }];
  const reply = await deliverAll(world, agent, { ...empty(), payloads, expect: expected });
  expect(reply.status).toBe(200);
};
const ask = async (who: TestSession, dossier: TestDossier, at = 0) =>
  (await look(world, who, [{ dossier: dossier.id, handle: dossier.handles[at]! }])).json<Results>();
const enrolled = async () => {
  const dossier = newDossier(2);
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
  return dossier;
};
/** What was asked is in the answer; all else must be alike. */
const alike = ({ results, states }: Results) => ({
  states,
  results: results.map(({ dossier: _, handle: __, ...rest }) => rest),
});

/** Recorded at the desk, by this person. */
const record = async (who: TestSession, dossier: TestDossier, excluded: FactOf<'restriction'>['excluded']) => {
  const fact = { ...shutTo(dossier, excluded), by: who.person.id };
  const reply = await aboutDossier(world, who, 'consent', dossier, { ...(await withStates(world, who, [fact])) });
  expect(reply.status).toBe(200);
  return fact.id;
};
const shownTo = async (who: TestSession, dossier: TestDossier): Promise<readonly string[]> => {
  const reply = await aboutDossier(world, who, 'restrictions', dossier, {});
  expect(reply.status).toBe(200);
  const { facts, batches } = reply.json<{ facts: unknown[]; batches: unknown[] }>();
  return statementsFromWire({ statements: facts, batches }).map(({ payload }) =>
    'id' in payload ? `${payload.id}` : '',
  );
};
/** `stands`: of which the state says that it goes; what is refused is refused before the state is looked at. */
const lift = async (who: TestSession, dossier: TestDossier, fact: FactId, stands = fact) => {
  const by = { practice: world.practice.id, at: world.time.clock(), signer: who.person.signer };
  const sign = async (id: FactId) => (await signBatch([withdrawal(world, id, dossier.id)], by)).statements;
  const steps = await stepsOf(world, who, { statements: await sign(stands) });
  const states = await Promise.all(steps.map((step) => signStatement(step, who.person.signer)));
  return said(
    await aboutDossier(world, who, 'consent', dossier, { ...statementsToWire([...(await sign(fact)), ...states]) }),
  );
};
/** All that an answer says but the number of the request. */
const said = ({ status, text }: { readonly status: number; readonly text: string }) => ({
  status,
  text: text.replace(/"requestId":"[^"]*"/, ''),
});

describe('a restriction', () => {
  it('R22: answers a colleague as if there were no such patient, from the moment its line stands', async () => {
    const dossier = await enrolled();
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
    await deliver(dossier, shutTo(dossier, nurse.person.id));
    expect(alike(await ask(nurse, dossier))).toEqual(alike(await ask(nurse, newDossier())));
  });

  it('R34: of one part leaves the other part open, and the part looks like none', async () => {
    const dossier = await enrolled();
    await deliver(dossier, shutTo(dossier, world.practice.nurseTeam.id, [dossier.handles[0]!]));
    expect((await ask(nurse, dossier, 1)).results[0]).toMatchObject({ outcome: 'permit' });
    const unknownPart = { ...dossier, handles: newDossier().handles };
    expect(alike(await ask(nurse, dossier))).toEqual(alike(await ask(nurse, unknownPart)));
  });

  it('R34: of somebody else or of everybody outside hinders no one here, and lifted it is over', async () => {
    const dossier = await enrolled();
    const shut = shutTo(dossier, nurse.person.id);
    await deliver(dossier, shutTo(dossier, gp.person.id), shutTo(dossier, 'outside'));
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
    await deliver(dossier, shut);
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'deny' });
    await deliver(dossier, withdrawal(world, shut.id, dossier.id));
    expect((await ask(nurse, dossier)).results[0]).toMatchObject({ outcome: 'permit' });
  });

  it('R34, R22: is shown to who recorded it and to owners, and to nobody whom it shuts out; all others are told of none', async () => {
    const [dossier, plain] = [await enrolled(), await enrolled()];
    const mine = await record(nurse, dossier, 'outside');
    const theirs = await record(gp, dossier, newId('organisation', systemRandom));
    const ofOwner = await record(nurse, dossier, gp.person.id);
    expect(await shownTo(nurse, dossier)).toEqual([mine, ofOwner]);
    expect(await shownTo(gp, dossier)).toEqual([mine, theirs]);
    // A colleague who treats the patient and recorded nothing hears what she hears of a dossier where nothing is shut.
    await record(gp, plain, 'outside');
    expect(await shownTo(nurse, plain)).toEqual([]);
    expect(await shownTo(nurse, await enrolled())).toEqual([]);
    // Shut out: as if there were no such patient.
    await record(gp, plain, nurse.person.id);
    const asked = async (one: TestDossier) => said(await aboutDossier(world, nurse, 'restrictions', one, {}));
    const none = await asked(newDossier());
    expect(none.status).toBe(403);
    expect(await asked(plain)).toEqual(none);
    const lines = await world.running.vault.storage.read((tx) =>
      tx.selectFrom('dossier_item').select('line').where('dossier', '=', dossier.id).execute(),
    );
    await shownTo(gp, dossier);
    const after = await world.running.vault.storage.read((tx) =>
      tx.selectFrom('dossier_item').select('line').where('dossier', '=', dossier.id).execute(),
    );
    expect(after.length).toBe(lines.length + 1);
  });

  it('R34: is lifted by who recorded it; what is not there, not shown or no restriction gets one refusal', async () => {
    const dossier = await enrolled();
    const mine = await record(nurse, dossier, 'outside');
    const theirs = await record(gp, dossier, 'outside');
    const answer = (who: TestSession, fact: FactId) => lift(who, dossier, fact, mine);
    const none = await answer(nurse, newId('fact', systemRandom));
    expect(none.status).toBe(422);
    for (const fact of [theirs, dossier.enrolment]) expect(await answer(nurse, fact)).toEqual(none);
    // An owner sees it and cannot lift it alone where two sign for the practice.
    expect((await lift(gp, dossier, mine, theirs)).status).toBe(422);
    expect((await answer(nurse, mine)).status).toBe(200);
    const other = await record(nurse, dossier, newId('organisation', systemRandom));
    expect(await shownTo(nurse, dossier)).toEqual([other]);
    expect(await lift(nurse, dossier, mine, other)).toEqual(none);
  });
});
