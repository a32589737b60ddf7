/** "Wie was dit?" behind a look of a partner's person: asked of the practice and of the partner, who alone knows the name (docs/spec/petition.md). */

import type { WorklistRow } from '@ketenkluis/care';
import { dueDay } from '@ketenkluis/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dossierOf,
  type OwnDossier,
  openDossier,
  ownDossiersOf,
  ownLog,
  placeOf,
  referralsOf,
  type Session,
  visit,
  vouch,
} from './index.ts';
import { answerPetition, answerPosed, askName, petitionsOf, posedTo } from './petitions.ts';
import type { Joined } from './testing/joining.ts';
import { takeIn } from './testing/patient.ts';
import { makeTwo, type Two } from './testing/two.ts';

let two: Two;
let gp: Session;
let owner: Session;
let colleague: Session;
let patient: Joined;
let me: Session;
let own: OwnDossier;
let row: WorklistRow;

const problem = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'it went through';
  } catch (error) {
    const { code, detail } = error as { code: string; detail?: { problem?: string } };
    return detail?.problem ?? code;
  }
};
const visitBy = async (name: string) => {
  const home = await two.feet.signIn(name);
  return await visit(home, placeOf(await two.ownCard(gp)));
};
const look = async (guest: Session) => {
  const [referral] = await referralsOf(guest);
  await openDossier(guest, dossierOf(referral!));
};

beforeAll(async () => {
  two = await makeTwo(2, { colleague: true });
  await two.couple();
  gp = await two.practice.signIn('gp');
  const second = await two.practice.signIn('B. de Tweede');
  const nurse = await two.practice.signIn('poh-s');
  row = (await two.rows(nurse))[0]!;
  patient = await takeIn(two.practice, [gp, second], row, 'patient');
  await two.send(nurse, row);
  await two.practice.sync();
  const home = await two.feet.signIn('T. van Asselt');
  await vouch(home);
  owner = await visit(home, placeOf(await two.ownCard(gp)));
  colleague = await visitBy('V. Vertrekker');
  await look(owner);
  await look(colleague);
  me = await patient.enter();
  own = (await ownDossiersOf(me))[0]!;
});
afterAll(async () => two.close());

describe('R54: a name at another organisation', () => {
  const of = async (who: Session) =>
    (await ownLog(me, own)).lines.find(
      ({ who: by, event, organisation }) =>
        by === who.person && event === 'release' && organisation === owner.organisation,
    )!;

  it('is asked of both, and read by whoever answers there but not by whom it is about', async () => {
    const line = await of(colleague);
    expect(await problem(askName(me, own, { ...line, organisation: null }, 'x'))).toBe('vault/bad-statement');
    await askName(me, own, line, 'Ik denk dat dit mijn oude buurman is.');
    const [posed] = await posedTo(owner);
    expect(posed).toMatchObject({ text: 'Ik denk dat dit mijn oude buurman is.', late: false, answer: null });
    expect(posed!.due).toBe(dueDay(posed!.at));
    // Who answers for nobody gets what everybody gets who may not.
    expect(await problem(posedTo(colleague))).toBe('vault/refused');
    const said = {
      verdict: 'given',
      name: 'V. Vertrekker',
      text: 'Onze podotherapeut, voor uw voetcontrole.',
    } as const;
    expect(await problem(answerPosed(colleague, posed!, said))).toBe('client/refused');
    const forged = { ...posed!, payload: { ...posed!.payload, whom: owner.person } } as typeof posed;
    expect(await problem(answerPosed(colleague, forged!, said))).toBe('vault/refused');
    const other = { ...posed!, hash: 'A'.repeat(43) } as typeof posed;
    expect(await problem(answerPosed(owner, other!, said))).toBe('vault/refused');
  });

  it('is answered by the partner, signed and in the log, and reaches the patient and the practice sealed', async () => {
    const [posed] = await posedTo(owner);
    const said = {
      verdict: 'given',
      name: 'V. Vertrekker',
      text: 'Onze podotherapeut, voor uw voetcontrole.',
    } as const;
    await answerPosed(owner, posed!, said);
    expect(await problem(answerPosed(owner, posed!, said))).toBe('vault/conflict');
    me = await patient.enter();
    const log = await ownLog(me, own);
    const read = await petitionsOf(me, log);
    expect(read.broken).toEqual([]);
    const answer = { by: owner.person, organisation: owner.organisation, words: said };
    expect(read.all).toMatchObject([{ about: 'name', waiting: null, answer }]);
    expect((await petitionsOf(gp, null)).all).toMatchObject([{ answer }]);
    expect((await posedTo(owner))[0]!.answer?.words).toMatchObject(said);
    const lines = log.lines.filter(({ event }) => event === 'petition' || event === 'answer');
    expect(lines.map(({ event, outcome, organisation }) => [event, outcome, organisation])).toEqual([
      ['petition', 'success', gp.practice],
      ...[1, 2].map(() => ['answer', 'refused', owner.organisation]),
      ['answer', 'success', owner.organisation],
    ]);
    expect((await two.practice.sync()).petitions).toMatchObject({ open: 0, late: 0 });
  });

  it('is answered by the practice where it knows; of who answers there alone nobody else may, and the practice refuses with a reason', async () => {
    me = await patient.enter();
    await askName(me, own, await of(owner), '');
    const posed = (await posedTo(owner)).find(({ answer }) => answer === null)!;
    const refusal = { verdict: 'refused', name: null, text: 'Deze persoon vreest geweld. Daarom niet.' } as const;
    expect(await problem(answerPosed(owner, posed, refusal))).toBe('client/refused');
    const forged = { ...posed, payload: { ...posed.payload, whom: colleague.person } } as typeof posed;
    expect(await problem(answerPosed(owner, forged, refusal))).toBe('vault/bad-statement');
    gp = await two.practice.signIn('gp');
    const asked = (await petitionsOf(gp, null)).all.find(({ answer }) => answer === null)!;
    expect(asked.payload).toMatchObject({ organisation: owner.organisation });
    await answerPetition(gp, asked, refusal);
    const read = await petitionsOf(me, await ownLog(me, own));
    expect(read.broken).toEqual([]);
    expect(read.all[1]).toMatchObject({ waiting: null, answer: { organisation: null, words: refusal } });
  });
});
