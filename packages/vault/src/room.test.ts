/** Nobody fills a dossier between two snapshots, and what takes away always has room (docs/spec/state.md, "Room"). */

import { DAY, newId, type OrganisationId, plus, systemRandom } from '@ketenkluis/base';
import { heads, MAX_CHANGES } from '@ketenkluis/protocol';
import { type Fact, type FactOf, signStatement, statementToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSaid, MAX_MESSAGES, MAX_SAID, ROOM, writerOf } from './room.ts';
import {
  aboutDossier,
  befriend,
  deliverAll,
  endReferral,
  enrol,
  look,
  newDossier,
  referTo,
  startPartner,
  startTestWorld,
  type TestSession,
  type TestWorld,
  takeOver,
  takeSnapshot,
  visit,
  withdrawal,
  withStates,
  writeMessage,
  writeNote,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

describe('the room of a dossier between two snapshots', () => {
  it('R17, R32: a partner or a colleague uses up their own and nobody else; ends, restrictions and looks go on', async () => {
    const dossier = newDossier();
    const agent = await world.open(world.practice.agent);
    expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    const nurse = await world.open(world.practice.nurse);
    const guest = await visit(world, partner);
    const { reply, handed } = await referTo(world, partner, nurse, dossier);
    expect(reply.status).toBe(200);

    const message = () => writeMessage(world, partner, guest, dossier, handed);
    const sent: Awaited<ReturnType<typeof message>>[] = [];
    for (let i = 0; i < ROOM.partner.one; i++) sent.push(await message());
    expect(sent.map((one) => one.reply.status)).toEqual(sent.map(() => 200));
    expect((await message()).reply.json()).toMatchObject({ type: 'vault/too-large' });
    // Taken over or not: it came since the snapshot.
    expect((await takeOver(world, nurse, dossier, sent[0]!.handle)).status).toBe(200);
    expect((await message()).reply.json()).toMatchObject({ type: 'vault/too-large' });

    const note = () => writeNote(world, nurse, dossier, world.practice.nurseTeam);
    // The referral brought relation, step, write, consent and letter.
    for (let i = 5; i < ROOM.colleague.one; i++) expect((await note()).reply.status).toBe(200);
    expect((await note()).reply.json()).toMatchObject({ type: 'vault/too-large' });
    const head = { t: 'fact', v: 1, suite: 1, practice: world.practice.id, from: world.time.clock() } as const;
    const state = async (who: TestSession, fact: object) =>
      aboutDossier(world, who, 'consent', dossier, {
        ...(await withStates(world, who, [
          { ...head, id: newId('fact', systemRandom), dossier: dossier.id, ...fact } as unknown as FactOf<'consent'>,
        ])),
      });
    const consent = { kind: 'consent', organisation: partner.practice.id, handles: [...dossier.handles] } as const;
    const given = await state(nurse, { ...consent, until: plus(world.time.clock(), DAY) });
    expect(given.json()).toMatchObject({ type: 'vault/too-large' });

    const shut = { kind: 'restriction', handles: null, until: null, by: world.practice.nurse.id } as const;
    expect((await state(nurse, { ...shut, excluded: partner.practice.id as OrganisationId })).status).toBe(200);
    expect((await endReferral(world, nurse, dossier, handed)).status).toBe(200);
    const opened = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    const { results, states } = opened.json<{ results: { outcome: string }[]; states: { changes: unknown[] }[] }>();
    expect(results).toMatchObject([{ outcome: 'permit' }]);
    expect(states[0]!.changes).toHaveLength(1 + ROOM.partner.one + 1 + ROOM.colleague.one - 5 + 2);

    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    expect((await note()).reply.status).toBe(200);
  });

  it('R17: counts what came by whom it came from, also when their card has ended since', async () => {
    const { nurse, agent } = world.practice;
    const people = (await world.running.vault.people.of(world.practice.id))!;
    const later = plus(world.time.clock(), 36_500 * DAY);
    expect(people.keys.cardOf(agent.id, later)).toBeUndefined();
    const from = { organisation: world.practice.id, class: 'sync' } as const;
    expect(writerOf(people, later, { ...from, person: agent.id })).toBeNull();
    expect(writerOf(people, later, { ...from, person: nurse.id })).toMatchObject({ kind: 'colleague' });
    const shut = (by: string) =>
      ({ kind: 'restriction', handles: ['part'], excluded: 'outside', by }) as unknown as Fact;
    const [theirs, another] = [Array.from({ length: 40 }, () => shut(nurse.id)), shut(newId('person', systemRandom))];
    expect(() => checkSaid(another, theirs, people, later, [])).not.toThrow();
    expect(() =>
      checkSaid(
        another,
        theirs.map(() => another),
        people,
        later,
        [],
      ),
    ).toThrow('holds no more');
  });

  it('R32: colleagues do not fill the places of consents: the owner, the agent and the patient have room left', async () => {
    const { nurse, agent, gp } = world.practice;
    const people = (await world.running.vault.people.of(world.practice.id))!;
    const at = world.time.clock();
    const [patient, stands] = (['patient', 'representative'] as const).map((as) => ({
      as,
      id: newId('fact', systemRandom),
    }));
    const keys = { owns: () => [patient, stands], cardStatement: people.keys.cardStatement.bind(people.keys) };
    const there = { ...people, keys } as unknown as typeof people;
    const consent = (through?: string) => ({ kind: 'consent', ...(through && { through }) }) as unknown as Fact;
    const standing: Fact[] = [];
    const fill = (by: string[], through?: string) => {
      for (let nth = 0; ; nth++) {
        try {
          checkSaid(consent(through), standing, there, at, by);
        } catch (error) {
          expect(error).toMatchObject({ code: 'vault/too-large' });
          return nth;
        }
        standing.push(consent(through));
      }
    };
    const { colleague, owner, representative, all } = MAX_SAID.consent;
    expect(fill([nurse.id])).toBe(colleague);
    expect(fill([newId('person', systemRandom)])).toBe(0);
    expect(fill([gp.id])).toBe(owner - colleague);
    expect(fill([newId('person', systemRandom)], stands!.id)).toBe(representative);
    expect(fill([newId('person', systemRandom)], patient!.id)).toBe(all - owner - representative);
    expect(all - owner - representative).toBeGreaterThanOrEqual(8);
    standing.length = colleague;
    expect(fill([agent.id])).toBe(all - colleague);
  });

  it('the agent reads where everything stands, also where the last change of each dossier was signed on its own', async () => {
    const dossier = newDossier();
    const { signer } = world.practice.nurse;
    const one = statementToWire(await signStatement(withdrawal(world, dossier.enrolment, dossier.id), signer));
    expect(heads.shape.batches.safeParse(Array.from({ length: 10_000 }, () => one)).success).toBe(true);
  });

  it('is enough for everybody at once, with the end of everything, within what an answer shows', () => {
    for (const { one, all } of Object.values(ROOM)) expect(one).toBeLessThanOrEqual(all);
    for (const kind of ['partner', 'colleague', 'representative'] as const)
      expect(ROOM[kind].one * 2).toBeLessThanOrEqual(ROOM[kind].all);
    const brought = Object.values(ROOM).reduce((sum, { all }) => sum + all, 0);
    // Of what stood before: consents, 32 referrals of three facts, 100 notes and the messages end; restrictions come.
    const said = Object.values(MAX_SAID.restriction).reduce((sum, most) => sum + most, 0);
    const before = MAX_SAID.consent.all + 32 * 3 + 100 + MAX_MESSAGES.all;
    expect(2 * brought + before + said).toBeLessThanOrEqual(MAX_CHANGES - 100);
  });
});
