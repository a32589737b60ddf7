/** The host against what patients ask (docs/spec/petition.md; R53): an answer that stands nowhere, so that a month passes unnoticed. */

import type { Session } from '@ketenkluis/client';
import { ownDossiersOf } from '@ketenkluis/client';
import { answerPetition, askRight, listedPetitions, petitionsOf } from '@ketenkluis/client/petitions';
import { standingAnswer } from '@ketenkluis/protocol';
import { type Attack, codeAfter } from './attack.ts';
import { patientOf } from './patient-copies.ts';
import type { Loose } from './proxy.ts';
import type { Fork } from './world.ts';

/**
 * A patient asks for a copy on paper, an owner answers, and the host takes the signed answer off the wire: the vault never sees it. Every
 * list from then on shows it, in the line of the question.
 */
async function answerKept(fork: Fork): Promise<Session> {
  const patient = await patientOf(fork);
  await askRight(patient, (await ownDossiersOf(patient))[0]!, 'paper', 'Graag op papier.');
  const owner = await fork.signIn('owner');
  const asked = (await petitionsOf(owner, null)).all[0]!;
  let statement: Loose;
  fork.tamper({
    on: 'petitions',
    ask: (body) => {
      statement = body.body.statement;
      return {};
    },
  });
  const ends = await codeAfter(() =>
    answerPetition(owner, asked, { verdict: 'done', name: null, text: 'Ligt klaar aan de balie.' }),
  );
  if (ends === undefined) throw new Error('the vault was not to see this');
  fork.tamper({
    on: 'petitions',
    answer: (json) => ({
      ...json,
      petitions: [...json.petitions, { ...json.petitions.at(-1), statement, words: null }],
    }),
  });
  return owner;
}

export const hostAsked: readonly Attack[] = [
  {
    name: 'show-an-answer-that-no-line-holds',
    promise: 'P3',
    who: 'host',
    does: 'takes an owner’s signed answer off the wire, writes it down nowhere, and shows the practice that the request has its answer',
    expect: ['broken, and still waits'],
    without: 'an owner signed it and it fits what was asked: the request waits no more',
    async play(fork) {
      const { all, broken } = await petitionsOf(await answerKept(fork), null);
      return all[0]?.answer === null && all[0].waiting !== null && broken.length === 1
        ? 'broken, and still waits'
        : undefined;
    },
    async twin(fork) {
      const owner = await answerKept(fork);
      const people = await owner.people();
      const listed = await listedPetitions(owner);
      for (const { line, statement } of listed)
        if (!(await people.verify(statement, people.timeAt(statement.payload.at, line)))) return false;
      const all = listed.map(({ statement }) => statement);
      return standingAnswer(all[0]!, all) !== undefined;
    },
  },
];
