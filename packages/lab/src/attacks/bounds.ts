/** What one person alone may add to what everybody reads, without end: the directory is never shortened. */

import { HOUR, newId, plus, systemRandom } from '@ketenkluis/base';
import { type FactOf, signStatement, statementToWire, type Withdrawal } from '@ketenkluis/seal';
import { dayMembership, type Reply, writeMessage } from '@ketenkluis/vault/testing';
import type { Attack } from './attack.ts';
import { factOf, oneThing, type Pair, said, state } from './pair.ts';

const must = (reply: Reply): void => {
  if (reply.status !== 200) throw new Error(reply.text);
};

/** The nurse sends the locum home. */
async function sendHome({ world }: Pair, place: FactOf<'substitute'>['id']): Promise<Reply> {
  const { practice, time } = world;
  const payload: Withdrawal = {
    ...{ t: 'withdrawal', v: 1, suite: 1, practice: practice.id, fact: place, dossier: null, at: time.clock() },
  };
  const statement = statementToWire(await signStatement(payload, practice.nurse.signer));
  return world.signed(await world.open(practice.nurse), 'substitute', { statement }, { class: 'session' });
}

/** Hands the first patient to the locum. */
async function call(pair: Pair): Promise<Reply> {
  const { world, referred, base } = pair;
  const note = await world.annex();
  const until = plus(world.time.clock(), HOUR);
  const fact: FactOf<'call'> = {
    ...{ ...factOf(world), kind: 'call', until, dossier: referred.id, person: base.locum.id, note: note.hash },
  };
  const statement = statementToWire(await signStatement(fact, world.practice.nurse.signer));
  const annex = await world.annex();
  const items = [{ dossier: referred.id, handle: referred.handles[0]!, facts: [] }];
  const body = { statement, note: note.text, annex: annex.text };
  return world.signed(await world.open(world.practice.nurse), 'call', body, {
    class: 'grant',
    items,
    annex: annex.hash,
  });
}

/** The last of so many. */
async function times(count: number, work: () => Promise<Reply>): Promise<string | undefined> {
  for (let n = 1; n < count; n++) must(await work());
  return said(await work());
}

export const bounds: readonly Attack[] = [
  oneThing({
    name: 'call-in-without-end',
    who: 'member',
    does: 'calls the same substitute in again and again, so that the directory grows for everybody who reads it',
    expect: ['vault/too-many'],
    without: 'four places of one approval may stand',
    work: (pair, wrong) => times(wrong ? 5 : 4, () => pair.substitute()),
  }),
  oneThing({
    name: 'send-home-without-end',
    who: 'member',
    does: 'ends a place that has ended, once more, so that the directory grows',
    expect: ['vault/conflict'],
    without: 'the first time it ends',
    async work(pair, wrong) {
      const id = newId('fact', systemRandom);
      must(await pair.substitute({ id }));
      return times(wrong ? 2 : 1, () => sendHome(pair, id));
    },
  }),
  oneThing({
    name: 'end-an-approval-without-end',
    who: 'owner',
    does: 'ends an approval that has ended, once more, alone',
    expect: ['vault/conflict'],
    without: 'the first time it ends',
    work: (pair, wrong) => times(wrong ? 2 : 1, () => pair.endFact(pair.base.pool.id)),
  }),
  oneThing({
    name: 'hand-one-patient-over-without-end',
    who: 'member',
    does: 'hands the same patient to the same substitute again and again, so that nobody else finds a place on that list',
    expect: ['vault/too-many'],
    without: 'four calls of one patient may run',
    async work(pair, wrong) {
      must(await pair.substitute());
      return times(wrong ? 5 : 4, () => call(pair));
    },
  }),
  oneThing({
    name: 'vouch-without-end',
    who: 'owner',
    does: 'says for the thirty-third time today that the same colleague works there',
    expect: ['vault/too-many'],
    without: 'thirty-two times is as many as the devices of several owners say',
    async work({ world }, wrong) {
      const { gp, nurse, nurseTeam } = world.practice;
      const facts = Array.from({ length: wrong ? 33 : 32 }, () => dayMembership(world, nurse, nurseTeam));
      return said(await state(world, gp, await Promise.all(facts.map((fact) => signStatement(fact, gp.signer)))));
    },
  }),
  oneThing({
    name: 'fill-a-dossier-with-messages',
    who: 'partner',
    does: 'leaves messages in a dossier until an answer could not show them all and nobody opens it any more',
    expect: ['vault/too-large'],
    without: 'twenty between two deliveries are taken',
    async work(pair, wrong) {
      const guest = await pair.guest();
      const { world, theirs, referred, base } = pair;
      return times(
        wrong ? 21 : 20,
        async () => (await writeMessage(world, theirs, guest, referred, base.handed)).reply,
      );
    },
  }),
];
