/** Side doors: what one endpoint refuses, another one must not take; what a partner brings must not stop others. */

import { newId, plus, systemRandom } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import { type Fact, type FactOf, signBatch, signStatement, statementsToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { draftDossiers } from './draft.ts';
import { MAX_PARTNER, partnerDirectory } from './people.ts';
import { MAX_SAID } from './room.ts';
import {
  befriend,
  deliverAll,
  directoryOf,
  enrol,
  knock,
  newDossier,
  referralFacts,
  startPartner,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  visit,
  vouch,
  withdrawal,
  withStates,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
let agent: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
  agent = await world.open(world.practice.agent);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

const enrolled = async (): Promise<TestDossier> => {
  const dossier = newDossier();
  const { into } = await enrol(world, dossier);
  expect((await deliverAll(world, agent, into)).text).toContain('receipt');
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  return dossier;
};
const factsIn = (dossier: TestDossier) =>
  world.running.vault.storage.read((tx) =>
    tx.selectFrom('fact').select('kind').where('dossier', '=', dossier.id).where('ended', 'is', null).execute(),
  );

describe('the door for owners', () => {
  it('R15, R34: takes no fact of a dossier that a professional signed: those are weighed where they belong', async () => {
    const dossier = await enrolled();
    const before = await factsIn(dossier);
    const id = () => newId('fact', systemRandom);
    const handed = { relation: id(), step: id(), write: id(), consent: id(), letter: newId('handle', systemRandom) };
    const facts = referralFacts(world, partner, dossier, handed);
    const restriction: FactOf<'restriction'> = {
      ...{ t: 'fact', v: 1, suite: 1, id: id(), practice: world.practice.id, from: world.time.clock(), until: null },
      ...{ kind: 'restriction', dossier: dossier.id, handles: null, excluded: 'outside' },
    };
    const tries: readonly (readonly Fact[])[] = [facts, facts.filter(({ kind }) => kind === 'consent'), [restriction]];
    const owner = await world.open(world.practice.gp);
    for (const some of tries) {
      const body = { ...(await withStates(world, owner, some)), wraps: [] };
      expect((await world.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(422);
      expect(await factsIn(dossier)).toEqual(before);
    }
    // Of a dossier that goes on nothing ends here either; that it ends at all is one owner's still.
    for (const [fact, status] of [
      [dossier.step, 422],
      [dossier.enrolment, 200],
    ] as const) {
      const body = { ...(await withStates(world, owner, [withdrawal(world, fact, dossier.id)])), wraps: [] };
      expect((await world.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(status);
    }
  });
});

describe('what a partner brings of itself', () => {
  it('takes nobody of another partner along: a card in that name would make them nobody, and their messages too', async () => {
    const rival = await startPartner(world);
    await befriend(world, rival);
    const { nurse } = partner.practice;
    const owner = await rival.open(rival.practice.gp);
    const giveCard = async (card: Awaited<ReturnType<typeof rival.practice.card>>) => {
      const body = { ...statementsToWire([card]), wraps: [] };
      expect((await rival.signed(owner, 'statements', body, { class: 'admin' })).status).toBe(200);
    };
    // One vault may serve both.
    const { id } = partner.running.vault.keys;
    await giveCard(await rival.practice.card({ ...partner.practice.trustee, id }, 'vault', 0));
    expect((await knock(world, rival)).status).toBe(200);
    await giveCard(await rival.practice.card(nurse, 'professional'));
    expect((await knock(world, rival)).status).toBe(404);
    const boss = await world.open(world.practice.gp);
    const body = { organisation: rival.practice.id, ...statementsToWire(await directoryOf(rival)) };
    expect((await world.signed(boss, 'partner-directory', body, { class: 'admin' })).status).toBe(422);
    const people = await world.running.vault.people.of(world.practice.id);
    expect(people!.keys.guestCardOf(nurse.id, world.time.clock())?.organisation).toBe(partner.practice.id);
    expect((await knock(world, partner)).status).toBe(200);
    await rival.close();
  });

  it('has a size: more than can be shown to everybody is refused before it is verified', async () => {
    const { verifier } = world.running.vault;
    const [first] = await directoryOf(partner);
    const many = Array.from({ length: MAX_PARTNER.statements + 1 }, () => first!);
    await expect(partnerDirectory(partner.practice.id, many, verifier)).rejects.toMatchObject({
      code: 'vault/too-large',
    });
    const { id, gp } = partner.practice;
    const apart = await Promise.all(
      Array.from({ length: MAX_PARTNER.batches + 1 }, async (_, i) => {
        const by = { practice: id, at: plus(world.time.clock(), i), signer: gp.signer };
        return (await signBatch([first!.payload], by)).statements[0]!;
      }),
    );
    await expect(partnerDirectory(id, apart, verifier)).rejects.toMatchObject({ code: 'vault/too-large' });
  });
});

describe('what the patient said', () => {
  it('has a limit in one dossier, so that nobody makes it too large for the agent to read', async () => {
    const dossier = await enrolled();
    const people = await world.running.vault.people.of(world.practice.id);
    const at = world.time.clock();
    const said = (kind: 'consent' | 'restriction') => {
      const head = {
        t: 'fact' as const,
        v: 1 as const,
        suite: 1,
        id: newId('fact', systemRandom),
        from: at,
        until: null,
      };
      const of = { ...head, practice: world.practice.id, dossier: dossier.id, handles: [...dossier.handles] };
      const fact: Fact =
        kind === 'consent'
          ? { ...of, kind, organisation: partner.practice.id }
          : { ...of, kind, excluded: partner.practice.id };
      return signStatement(fact, world.practice.nurse.signer);
    };
    for (const kind of ['consent', 'restriction'] as const) {
      const most = kind === 'consent' ? MAX_SAID.consent.colleague : MAX_SAID.restriction.colleague;
      const all = await Promise.all(Array.from({ length: most + 1 }, () => said(kind)));
      await world.running.vault.storage.read(async (tx) => {
        const draft = await draftDossiers(tx, world.practice.id, people!, at, { dossiers: [dossier.id], handles: [] });
        for (const one of all.slice(0, -1)) draft.fact(one);
        expect(() => draft.fact(all.at(-1)!)).toThrow(expect.objectContaining({ code: 'vault/too-large' }));
        if (kind === 'consent') return;
        // That nobody outside sees anything of it is taken all the same, once.
        const everything = { ...all.at(-1)!.payload, handles: null, excluded: 'outside' } as FactOf<'restriction'>;
        const shut = () =>
          signStatement({ ...everything, id: newId('fact', systemRandom) }, world.practice.nurse.signer);
        const [first, second] = [await shut(), await shut()];
        draft.fact(first);
        expect(() => draft.fact(second)).toThrow(expect.objectContaining({ code: 'vault/too-large' }));
      });
    }
  });
});

describe('a visit that is refused', () => {
  it('R38: is an attempt in the log when somebody known tried, and nobody else makes a line', async () => {
    const attempts = async () => {
      const { log } = (await world.running.vault.people.of(world.practice.id))!;
      const { size } = await world.running.vault.storage.ledger.state(log);
      const stored = await world.running.vault.storage.ledger.entries(log, 0, size);
      return stored
        .map((one) => decodeEntry(one.stored).entry.common)
        .filter(({ event, organisation }) => event === 'attempt' && organisation === partner.practice.id)
        .map(({ actor, outcome, reason }) => [actor, outcome, reason]);
    };
    const vouched = await vouch(partner);
    const wrong = { signature: 'A'.repeat(86) };
    expect((await knock(world, partner, { vouched, change: wrong })).status).toBe(404);
    const nobody = { person: newId('person', systemRandom) };
    expect((await knock(world, partner, { vouched, change: nobody })).status).toBe(404);
    // Not waited for by the door; whatever comes behind it in the log is.
    await visit(world, partner, { vouched });
    expect(await attempts()).toEqual([[partner.practice.nurse.id, 'refused', 'not-authenticated']]);
  });
});
