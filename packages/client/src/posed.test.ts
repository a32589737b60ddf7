/**
 * What is asked of a partner: "Wie was dit?" behind a look of its person, who alone it knows by name (docs/spec/petition.md), and to destroy
 * what it keeps (docs/spec/destruction.md).
 */

import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decideDestruction, mirroredLines, mirroredStatements, openState, verifyMirror } from '@ketenkluis/agent';
import { mirrorAt, sixYearsOn } from '@ketenkluis/agent/testing/erased';
import { base64url, localDate } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { dueDay } from '@ketenkluis/protocol';
import { encodeStatement, signStatement } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dossierOf,
  endOwn,
  type OwnDossier,
  openDossier,
  ownDossiersOf,
  ownersOf,
  ownLog,
  placeOf,
  referralsOf,
  type Session,
  visit,
  vouch,
} from './index.ts';
import {
  answerPetition,
  answerPosed,
  askName,
  askRight,
  common,
  mayAnswerThere,
  petitionsOf,
  posedTo,
  say,
  unreadAnswer,
} from './petitions.ts';
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
    await askName(me, own, await of(owner), 'Ik ben bang voor deze persoon.');
    const posed = (await posedTo(owner)).find(({ answer }) => answer === null)!;
    // Who answers there, but not for themselves: nor do the patient's words open for them.
    expect(posed.text).toBeNull();
    const refusal = { verdict: 'refused', name: null, text: 'Deze persoon vreest geweld. Daarom niet.' } as const;
    expect(await problem(answerPosed(owner, posed, refusal))).toBe('client/refused');
    const forged = { ...posed, payload: { ...posed.payload, whom: colleague.person } } as typeof posed;
    expect(await problem(answerPosed(owner, forged, refusal))).toBe('vault/bad-statement');
    gp = await two.practice.signIn('gp');
    const asked = (await petitionsOf(gp, null)).all.find(({ answer }) => answer === null)!;
    expect(asked).toMatchObject({
      payload: { organisation: owner.organisation },
      text: 'Ik ben bang voor deze persoon.',
    });
    await answerPetition(gp, asked, refusal);
    const read = await petitionsOf(me, await ownLog(me, own));
    expect(read.broken).toEqual([]);
    expect(read.all[1]).toMatchObject({ waiting: null, answer: { organisation: null, words: refusal } });
  });
});

describe('R53: an answer that nobody can read', () => {
  it('of a partner is named by patient and practice, waits on once one of them says so, and is answered anew', async () => {
    me = await patient.enter();
    own = (await ownDossiersOf(me))[0]!;
    const line = (await ownLog(me, own)).lines.find(
      ({ who, event, organisation }) =>
        who === colleague.person && event === 'release' && organisation === owner.organisation,
    )!;
    await askName(me, own, line, 'Wie was dit nu?');
    const mine = async (session = me) => (await petitionsOf(session, null)).all.at(-1)!;
    const asked = await mine();
    /** As a changed program says it: sealed to the partner's own eyes alone, which no vault can see. */
    const hidden = async () => {
      const { kem } = (await owner.home!.people()).cardOf(owner.person, owner.now())!;
      const of = { petition: asked.hash, about: 'name', whom: colleague.person } as const;
      const full = { ...common(owner, own.dossier), kind: 'answer', ...of, organisation: owner.organisation } as const;
      await say(owner, full, [kem], { v: 1, verdict: 'refused', name: null, text: 'Nee.' });
    };
    await hidden();
    expect((await posedTo(owner)).find(({ hash }) => hash === asked.hash)!.answer).not.toBeNull();
    gp = await two.practice.signIn('gp');
    me = await patient.enter();
    for (const session of [me, gp]) {
      const { broken } = await petitionsOf(session, session === me ? await ownLog(me, own) : null);
      expect(broken).toEqual([]);
      const shown = await mine(session);
      expect(shown).toMatchObject({ answer: { organisation: owner.organisation, words: null, unreadable: true } });
      expect(shown).toMatchObject({ waiting: { due: asked.waiting!.due, late: false }, unread: 0, mayUnread: true });
    }
    // The count on the practice's first screen says the same; the agent reads no words, and hears it from whoever does.
    expect((await petitionsOf(gp, null, false)).all.at(-1)!.waiting).not.toBeNull();
    expect((await two.practice.sync()).petitions).toMatchObject({ open: 0 });
    // Nobody says it of an answer that opens, of another's question, or of themselves.
    const before = (await petitionsOf(me, null)).all[0]!;
    expect(await problem(unreadAnswer(me, before, own))).toBe('client/refused');
    const lie = { ...before, answer: { ...before.answer!, unreadable: true, hash: (await mine()).answer!.hash } };
    expect(await problem(unreadAnswer(me, lie, own))).toBe('vault/bad-statement');
    const nurse = await two.practice.signIn('poh-s');
    expect(await problem(unreadAnswer(nurse, await mine(gp), null))).toBe('vault/not-allowed');
    expect(await problem(unreadAnswer(owner, await mine(gp), null))).toBe('vault/bad-statement');

    await unreadAnswer(me, await mine(), own);
    expect(await mine()).toMatchObject({ answer: null, unread: 1, waiting: { due: asked.waiting!.due } });
    expect((await posedTo(owner)).find(({ hash }) => hash === asked.hash)!.answer).toBeNull();
    expect((await two.practice.sync()).petitions).toMatchObject({ open: 1, late: 0 });
    // What the log holds of it may not be hidden: the month would stop with the answer that nobody can read.
    two.practice.net.between = async (url, answer) => {
      const reply = await answer();
      if (!url.includes('/petitions?')) return reply;
      const json = JSON.parse(new TextDecoder().decode(await reply.arrayBuffer())) as { petitions: { line: number }[] };
      json.petitions.pop();
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...reply, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    await expect(two.practice.sync()).rejects.toMatchObject({ code: 'agent/vault-forked', detail: { alarm: 'gap' } });
    two.practice.net.between = null;

    // The same once more: now the practice says it, in the one step in which it answers itself.
    await hidden();
    const said = { verdict: 'refused', name: null, text: 'De collega is in gevaar. Daarom niet.' } as const;
    await answerPetition(gp, await mine(gp), said);
    const read = await petitionsOf(me, await ownLog(me, own));
    expect(read.broken).toEqual([]);
    expect(read.all.at(-1)).toMatchObject({ waiting: null, unread: 2, answer: { organisation: null, words: said } });
    expect((await two.practice.sync()).petitions).toMatchObject({ open: 0, late: 0 });
    expect((await two.practice.sync()).petitions).toMatchObject({ open: 0, late: 0 });
  });
});

describe('R54: a partner of whom one person answers', () => {
  it('is known to the practice and to the patient before anybody waits for them', async () => {
    const { organisation } = owner;
    expect(await mayAnswerThere(gp, organisation, colleague.person)).toBe(true);
    expect(await mayAnswerThere(gp, organisation, owner.person)).toBe(false);
    expect(await mayAnswerThere(me, organisation, owner.person)).toBe(false);
  });
});

describe('R5: destruction at a partner, and of what was asked', () => {
  type Register = Awaited<ReturnType<typeof openState>>['register'];
  const onState = async <T>(work: (register: Register) => T | Promise<T>): Promise<T> => {
    const { dir, random, init } = two.practice;
    const state = await openState({ dir: `${dir}/agent`, random, keyStore: init.state.keyStore });
    try {
      const made = await work(state.register);
      await state.save();
      return made;
    } finally {
      await state.close();
    }
  };
  const copies = () =>
    onState(({ destructions }) =>
      Object.fromEntries(destructions![0]!.copies.map(({ what, ...copy }) => [what, copy])),
    );
  const wordsLeft = () =>
    two.practice
      .vault()
      .vault.storage.read((tx) =>
        tx
          .selectFrom('petition')
          .select('kind')
          .where('dossier', '=', own.dossier)
          .where('words', 'is not', null)
          .execute(),
      );

  const worded = (mirror: string) =>
    readdirSync(join(mirror, 'objects')).flatMap((name) =>
      readFileSync(join(mirror, 'objects', name), 'utf8')
        .trimEnd()
        .split('\n')
        .filter((line) => line.includes('"kind":"words"')),
    );

  it('reaches the partner by the workplace, who says what became of it; the words of what was asked go last, here and in the own copy', async () => {
    const mirror = join(two.practice.dir, 'mirror');
    await two.practice.sync({ mirror });
    const [statements, lines] = [await mirroredStatements(mirror), await mirroredLines(mirror)];
    const signer = (name: string) => two.practice.init.people.find((one) => one.name.startsWith(name))!.keys.signer;
    const now = two.practice.clock.clock();
    await onState((register) => {
      const [id] = Object.entries(register.patients).find(([, { enrolment }]) => {
        return enrolment?.state === 'enrolled' && enrolment.ids.dossier === own.dossier;
      })!;
      return decideDestruction({
        ...{ register, patient: id, asked: localDate(now), now, why: 'gevraagd op het scherm', statements, lines },
        ...{ decision: { what: 'destroy' }, signers: [signer('A.'), signer('B.')], own: () => true, keyholders: false },
      });
    });
    await two.practice.sync({ mirror });
    expect(await copies()).toMatchObject({ partner: { state: 'todo' }, petitions: { state: 'todo' } });
    await two.practice.sync({ mirror });
    const asked = (await posedTo(owner)).filter(({ payload }) => payload.kind === 'destroy');
    expect(asked).toMatchObject([{ late: false, answer: null, text: null, payload: { dossier: own.dossier } }]);
    const said = {
      verdict: 'refused',
      name: null,
      text: 'Wij behandelen zelf; ons dossier blijft twintig jaar.',
    } as const;
    const stray = await visitBy('V. Vertrekker');
    expect(await problem(answerPosed(stray, asked[0]!, said))).toBe('vault/refused');
    // The practice does not say it for them in this way: that is what the letter is for.
    expect((await petitionsOf(gp, null)).all.some(({ hash }) => hash === asked[0]!.hash)).toBe(false);
    await answerPosed(owner, asked[0]!, said);
    await two.practice.sync({ mirror });
    expect(await copies()).toMatchObject({
      partner: { state: 'refused', why: said.text },
      petitions: { state: 'todo' },
    });
    expect((await wordsLeft()).length).toBeGreaterThan(3);

    // A host that says it in the agent's place takes nothing from the practice's own copy.
    const folder = join(mirror, 'objects');
    const newest = join(folder, readdirSync(folder).sort().at(-1)!);
    const lie = await signStatement({ ...common(gp, own.dossier), kind: 'forget' }, gp.keys().signer);
    const bytes = base64url(encodeStatement(lie));
    appendFileSync(newest, `${JSON.stringify({ kind: 'statement', name: lie.hash, bytes })}\n`);
    const before = worded(mirror);
    await askRight(me, own, 'other', 'Is het al weg?');
    await two.practice.sync({ mirror });
    expect(worded(mirror).length).toBe(before.length + 1);
    const open = (await petitionsOf(gp, null)).all.find(({ answer }) => answer === null)!;
    await answerPetition(gp, open, { verdict: 'done', name: null, text: 'Bijna.' });
    gp = await two.practice.signIn('gp');
    const [reader] = await ownersOf(gp, own.dossier);
    await endOwn(gp, reader!);
    await two.practice.sync({ mirror });
    expect(await copies()).toMatchObject({ own: { state: 'done' }, petitions: { state: 'done' } });
    expect(await wordsLeft()).toEqual([]);
    expect(worded(mirror)).toEqual([]);
    expect((await posedTo(owner)).filter(({ payload }) => payload.kind === 'destroy')).toHaveLength(1);
  });

  it('R44: what was asked and answered goes with the year of its line, at the vault and in the own copy', async () => {
    const mirror = join(two.practice.dir, 'mirror');
    const asked = async () => (await mirroredStatements(mirror)).filter(({ t }) => t === 'petition').length;
    const { storage } = two.practice.vault().vault;
    const rows = () => storage.read((tx) => tx.selectFrom('petition').select(['kind', 'answered']).execute());
    expect(await asked()).toBe((await rows()).length);
    await sixYearsOn(two.practice);
    await two.practice.vault().upkeep();
    expect(await rows()).toEqual([]);
    expect(await storage.read((tx) => tx.selectFrom('posed').selectAll().execute())).toEqual([]);
    await mirrorAt(two.practice, mirror, two.practice.clock.clock());
    expect(await asked()).toBe(0);
    expect(await verifyMirror(mirror)).toMatchObject({ ok: true, faults: [] });
    // A line of that year that had stayed goes with the next year, once nothing of it stands: there, and in the own copy.
    const log = two.practice.init.state.register.vault.log.origin;
    const [stayed] = (await storage.ledger.entries(log, 0, 400)).flatMap(({ index, stored }) =>
      index > 0 && stored.length > 0 ? [index] : [],
    );
    const here = async () => (await mirroredLines(mirror)).some(({ index }) => index === stayed);
    expect(await here()).toBe(true);
    await storage.write((tx) => tx.deleteFrom('statement').where('line', '=', stayed!).execute());
    await sixYearsOn(two.practice);
    await two.practice.vault().upkeep();
    await mirrorAt(two.practice, mirror, two.practice.clock.clock());
    expect(await here()).toBe(false);
    expect(await verifyMirror(mirror)).toMatchObject({ ok: true, faults: [] });
  });
});
