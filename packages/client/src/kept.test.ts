/** What a partner keeps of what it sent, and what both sides still list of referrals that have ended. */

import type { WorklistRow } from '@ketenkluis/care';
import { decodeEntry } from '@ketenkluis/ledger';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  endKept,
  endReferral,
  keptMessages,
  markSent,
  pastReferralsOf,
  type Referral,
  referralsOf,
  report,
  type Session,
  takeOverMessage,
  withdrawConsent,
} from './index.ts';
import { BY, makeTwo, said, type Two } from './testing/two.ts';

const REPORT = {
  ...{ message: 'Voeten bekeken.', last: true },
  soep: { s: 'Geen klachten', o: 'Simm’s 1', e: 'Diabetische voet', p: 'Over een jaar' },
  measurements: [
    { ...{ label: said('Simm’s', 'Simm’s'), nhg: '2206', value: '1', unit: null }, date: '2026-01-05' as never },
  ],
};

describe('what a partner keeps', () => {
  let two: Two;
  let nurse: Session;
  let guest: Session;
  let home: Session;
  let rows: readonly WorklistRow[];
  const of = (all: readonly Referral[], row: WorklistRow) => all.find(({ dossier }) => dossier === row.dossier);
  const received = async (row: WorklistRow) => of(await referralsOf(guest), row)!;
  const stored = () => two.feet.vault().vault.storage.read((tx) => tx.selectFrom('kept').selectAll().execute());
  const keeping = async () => {
    const log = await two.feet.vault().vault.storage.read((tx) => tx.selectFrom('practice').select('log').execute());
    const entries = await two.feet.vault().vault.storage.ledger.entries(log[0]!.log, 0, 10_000);
    return entries.map(({ stored: bytes }) => decodeEntry(bytes).entry).filter(({ common }) => common.event === 'keep');
  };
  /** The partner on a device that remembers nothing. */
  const anew = async () => {
    guest = await two.guest();
    home = guest.home!;
  };

  beforeAll(async () => {
    two = await makeTwo(4);
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
    rows = await two.rows(nurse);
    await anew();
  });
  afterAll(() => two.close());
  afterEach(() => {
    two.practice.net.between = null;
    two.feet.net.between = null;
  });

  it('the original stands in the own vault, sealed, and opens after the referral has closed and after a new sign-in, with a line', async () => {
    const row = rows[0]!;
    await two.send(nurse, row);
    await acceptReferral(guest, await received(row), BY);
    const sent = await report(guest, await received(row), BY, REPORT);
    const [plain] = (await stored()).filter(({ id }) => id === sent.kept);
    expect(plain!.sent).not.toBeNull();
    expect(plain!.size).toBe(plain!.sealed.length);
    // The host has ids, sizes and times.
    expect(Buffer.from(plain!.sealed).toString('latin1')).not.toContain('Voeten');
    expect(JSON.stringify({ ...plain, sealed: '' })).not.toContain(sent.handle);

    const mine = of(await referralsOf(nurse), row)!;
    await takeOverMessage(nurse, mine, sent.handle, row.facts);
    await anew();
    expect(of(await referralsOf(guest), row)).toBeUndefined();
    const before = await keeping();
    const { messages, next } = await keptMessages(home);
    expect(next).toBeNull();
    expect(messages.map(({ content }) => content?.message.kind)).toEqual(['reported', 'accepted']);
    expect(messages[0]!.content).toMatchObject({
      ...{ by: home.person, handle: sent.handle, dossier: row.dossier, patient: { name: 'J. Proef' } },
      ...{ to: { organisation: guest.practice, name: 'Praktijk De Proef' }, message: { soep: REPORT.soep } },
    });
    // The practice's letter, as it was accepted: the practice shows it no more, and B's own file still has it. It comes with that copy alone.
    expect(messages[1]!.content!.letter).toMatchObject({
      ...{ question: 'Graag screening van de voeten.', patient: { name: 'J. Proef' }, referral: mine.id },
      by: { name: 'C. Verpleger', practice: 'Praktijk De Proef' },
    });
    expect(messages[0]!.content!.letter).toBeUndefined();
    const [look, ...more] = (await keeping()).slice(before.length);
    expect(more).toEqual([]);
    expect(look).toMatchObject({ common: { action: 'R', actor: home.person, outcome: 'success' } });
    expect(look!.items.map(({ handle }) => handle)).toEqual(messages.map(({ id }) => id));
    // What was opened is not opened again.
    await keptMessages(home);
    expect((await keeping()).length).toBe(before.length + 1);
  });

  it('nothing is sent where the own vault does not keep it first; the same button then sends it, once', async () => {
    const row = rows[1]!;
    await two.send(nurse, row);
    const referral = await received(row);
    const count = (await stored()).length;
    two.feet.net.between = async (url, ask) => {
      if (url.endsWith('/kept')) throw new Error('no line');
      return await ask();
    };
    await expect(report(guest, referral, BY, REPORT)).rejects.toMatchObject({ code: 'client/offline' });
    expect((await received(row)).messages).toEqual([]);
    two.feet.net.between = null;
    await report(guest, referral, BY, REPORT);
    expect((await received(row)).messages.length).toBe(1);
    expect((await stored()).length).toBe(count + 1);
  });

  it.each([
    ['the request is lost on its way there', false],
    ['only the answer is lost', true],
  ])('kept and not known to be sent: %s; tried again nothing is lost or doubled', async (_, arrives) => {
    const row = rows[arrives ? 2 : 1]!;
    if (arrives) await two.send(nurse, row);
    const referral = await received(row);
    const [count, there] = [(await stored()).length, referral.messages.length];
    const said = { ...REPORT, message: `Nog een woord ${arrives}`, last: false };
    two.practice.net.between = async (url, ask) => {
      if (!url.endsWith('/writes')) return await ask();
      if (arrives) await ask();
      throw new Error('no line');
    };
    await expect(report(guest, referral, BY, said)).rejects.toMatchObject({ code: 'client/offline' });
    two.practice.net.between = null;
    const [lost] = (await keptMessages(home)).messages;
    expect(lost).toMatchObject({ sent: null, content: { message: { message: said.message } } });
    await report(guest, referral, BY, said);
    expect((await received(row)).messages.length).toBe(there + 1);
    expect((await stored()).length).toBe(count + 1);
    const [kept] = (await keptMessages(home)).messages;
    expect(kept!.sent).not.toBeNull();
  });

  it('a message that was taken over before its answer came is not sent a second time', async () => {
    const row = rows[2]!;
    const referral = await received(row);
    const there = referral.messages.length;
    const said = { ...REPORT, message: 'Snel overgenomen', last: false };
    two.practice.net.between = async (url, ask) => {
      if (!url.endsWith('/writes')) return await ask();
      await ask();
      throw new Error('no line');
    };
    await expect(report(guest, referral, BY, said)).rejects.toMatchObject({ code: 'client/offline' });
    two.practice.net.between = null;
    const mine = of(await referralsOf(nurse), row)!;
    const message = mine.messages.find(({ content }) => content.message === said.message)!;
    await takeOverMessage(nurse, mine, message.handle, row.facts);
    expect(await report(guest, referral, BY, said)).toMatchObject({ handle: message.handle, line: null });
    expect((await received(row)).messages.length).toBe(there);
  });

  it('what the own vault was not told is mended at the next listing, by what the practice shows', async () => {
    const row = rows[2]!;
    let calls = 0;
    two.feet.net.between = async (url, ask) => {
      if (url.endsWith('/kept') && ++calls === 2) throw new Error('no line');
      return await ask();
    };
    const sent = await report(guest, await received(row), BY, { ...REPORT, message: 'Stil', last: false });
    two.feet.net.between = null;
    await anew();
    const there = new Set((await received(row)).messages.map(({ handle }) => handle));
    const { messages } = await keptMessages(home);
    expect(messages.find(({ id }) => id === sent.kept)!.sent).toBeNull();
    const mended = await markSent(home, messages, there);
    expect(mended.find(({ id }) => id === sent.kept)!.sent).not.toBeNull();
    expect((await stored()).find(({ id }) => id === sent.kept)!.sent).not.toBeNull();
  });

  it('R22: only the own team opens it: not the practice, not another team, and not under another id', async () => {
    const { messages } = await keptMessages(home);
    const [one] = messages;
    await expect(keptMessages(guest)).rejects.toMatchObject({ code: 'client/refused' });
    // Of this practice's own people nobody has anything, and nobody is told of what is not theirs.
    expect(await keptMessages(nurse)).toEqual({ messages: [], next: null });
    await anew();
    two.feet.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.endsWith('/kept/open') || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as {
        results: { id: string; sealed: string }[];
      };
      const [a, b] = json.results;
      [a!.sealed, b!.sealed] = [b!.sealed, a!.sealed];
      const bytes = new TextEncoder().encode(JSON.stringify(json));
      return { ...answer, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
    };
    await expect(keptMessages(home)).rejects.toMatchObject({ code: 'client/wrong-entry' });
    two.feet.net.between = null;
    await expect(endKept(nurse, [one!.id])).rejects.toMatchObject({ code: 'client/refused' });
    // Their owner ends keeping it; the line stays.
    const count = (await stored()).length;
    await endKept(home, [one!.id]);
    expect((await stored()).length).toBe(count - 1);
    expect((await keeping()).at(-1)).toMatchObject({ common: { action: 'D' }, items: [{ handle: one!.id }] });
  });

  it('the practice still lists what has ended, and that something was taken over, after a new sign-in', async () => {
    const [first, second, third] = rows as [WorklistRow, WorklistRow, WorklistRow];
    // Of the third something was taken over, and it runs.
    nurse = await two.practice.signIn('poh-s');
    expect(of(await referralsOf(nurse), third)!.state).toBe('reported');
    for (const { handle, content } of of(await referralsOf(nurse), third)!.messages)
      if (content.kind === 'reported')
        await takeOverMessage(nurse, of(await referralsOf(nurse), third)!, handle, third.facts);
    await withdrawConsent(nurse, { dossier: second.dossier, partner: guest.organisation }, second.facts);
    two.practice.clock.move(1000);
    await endReferral(nurse, of(await referralsOf(nurse), second)!, second.facts);
    nurse = await two.practice.signIn('poh-s');
    expect(of(await referralsOf(nurse), third)!.state).toBe('taken-over');
    const { ended } = await pastReferralsOf(nurse);
    expect(ended.map(({ dossier, why }) => [dossier, why])).toEqual([
      [second.dossier, 'withdrawn'],
      [first.dossier, 'closed'],
    ]);
    expect(ended[0]).toMatchObject({ partner: guest.organisation, team: two.team });
    expect(ended[0]!.ended).toBeGreaterThanOrEqual(ended[0]!.from);
    // Fresh keys of none of the parts before the next delivery (after it: referral.test.ts).
    const { fresh } = await pastReferralsOf(nurse);
    expect(ended.map(({ id }) => fresh.get(id))).toEqual(
      ended.map(({ handles }) => ({ done: 0, total: handles.length })),
    );
    await expect(pastReferralsOf(guest)).rejects.toMatchObject({ code: 'client/refused' });
  });
});
