/** What a patient shut and a colleague recorded who left since: the owners together open it again (docs/spec/access.md, "Restriction"). */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  agree,
  agreeToLift,
  audit,
  mayAskToLift,
  openDossier,
  openList,
  proposeLift,
  restrict,
  restrictionsOf,
  type Session,
  waitingProposals,
} from './index.ts';

describe('owners together', () => {
  let world: World;
  let nurse: Session;
  let one: Session;
  let two: Session;
  let row: WorklistRow;
  beforeAll(async () => {
    world = await makeWorld(3, 3);
    await world.enrol();
    await world.sync();
    nurse = await world.signIn('poh-s');
    one = await world.signIn('gp');
    two = await world.signIn('B. de Tweede');
    const { content } = await openList(nurse, 'worklist');
    row = parseWorklist((content as { list: unknown }).list).rows[0]!;
  });
  afterAll(() => world.close());

  it('R34, R19, R22: lift what a colleague recorded; one alone does not, and whom it shuts out hears of nothing', async () => {
    const { dossier, facts } = row;
    const of = { dossier, facts };
    const [handle] = row.handles.map((part) => part.handle);
    const looks = async (who: Session) =>
      (await openDossier(who, { dossier, handles: [handle!], facts })).parts[0]!.outcome;
    await restrict(nurse, { ...of, handles: null, excluded: nurse.person, until: null });
    expect(await looks(nurse)).toBe('deny');

    // One owner reads it, may not lift it alone, and asks.
    const [shut, ...more] = await restrictionsOf(one, of);
    expect([more, shut!.mayLift, await mayAskToLift(one, shut!), await mayAskToLift(nurse, shut!)]).toEqual([
      ...[[], false, true, false],
    ]);
    const { id } = shut!.fact;
    await expect(proposeLift(nurse, { ...of, fact: id })).rejects.toMatchObject({ code: 'client/refused' });
    expect(await proposeLift(one, { ...of, fact: id })).toBe('proposed');
    expect(await looks(nurse)).toBe('deny');

    // The other finds it among what waits, and signs it in the dossier only.
    const [waits] = await waitingProposals(two);
    expect(waits).toMatchObject({ what: 'lift', dossier, fact: id, by: one.person, complete: false, threshold: 2 });
    const lift = { ...of, proposal: waits!.hash };
    await expect(agree(two, waits!.hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
    expect(await waitingProposals(nurse)).toEqual([]);
    await expect(agreeToLift(nurse, lift)).rejects.toThrow();
    expect(await agreeToLift(two, lift)).toBe('lifted');
    expect(await restrictionsOf(one, of)).toEqual([]);
    expect(await looks(nurse)).toBe('permit');
    expect([await waitingProposals(one), await waitingProposals(two)]).toEqual([[], []]);
    await expect(agreeToLift(two, lift)).rejects.toMatchObject({ code: 'client/stale-proposal' });

    // What shuts out one of them the owners do not lift, and the proposal about it stays unseen.
    await restrict(nurse, { ...of, handles: null, excluded: two.person, until: null });
    const [theirs] = await restrictionsOf(one, of);
    expect(await proposeLift(one, { ...of, fact: theirs!.fact.id })).toBe('proposed');
    expect(await waitingProposals(two)).toEqual([]);
    const [mine] = await waitingProposals(one);
    await expect(agreeToLift(two, { ...of, proposal: mine!.hash })).rejects.toMatchObject({
      code: 'client/stale-proposal',
    });
    expect(await agreeToLift(one, { ...of, proposal: mine!.hash })).toBe('proposed');
    expect((await restrictionsOf(one, of)).length).toBe(1);

    // The whole dossier still adds up for who goes on with it, and every step stands in its log.
    expect(await looks(nurse)).toBe('permit');
    const { lines, complete } = await audit(one, { dossier });
    expect([complete, lines.filter(({ event }) => event === 'consent').length]).toEqual([true, 3]);
    await world.sync();
  });
});
