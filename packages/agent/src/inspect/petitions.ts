/** What patients asked, counted for an inspector (R53, R57): no patient, no word. */

import { type Instant, localDate } from '@ketenkluis/base';
import { countWaiting, dueDay, extendsIt, standingAnswer } from '@ketenkluis/protocol';
import { type Payload, type PetitionAbout, payloadHash } from '@ketenkluis/seal';

const KINDS: Readonly<Record<PetitionAbout, string>> = {
  name: 'wie was dit?',
  paper: 'kopie op papier',
  correct: 'verbeteren',
  erase: 'vernietigen',
  other: 'iets anders',
};
type Asked = Extract<Payload<'petition'>, { kind: 'name' | 'ask' }>;

/** Rows: kind, asked, answered, of those after the day they were due, waiting, of those late, extended (AVG 12(3)). */
export function petitionRows(statements: readonly Payload[], now: Instant): readonly (readonly (string | number)[])[] {
  const all = statements.flatMap((one) => (one.t === 'petition' ? [one] : []));
  const asked = all.flatMap((one) => (one.kind === 'name' || one.kind === 'ask' ? [one] : []));
  const said = all
    .filter(({ kind }) => kind === 'answer' || kind === 'unread')
    .map((payload) => ({ hash: payloadHash(payload), payload }));
  const answerTo = (payload: Asked) => standingAnswer({ hash: payloadHash(payload), payload }, said)?.payload;
  const more = all.flatMap((one) => (one.kind === 'extend' ? [one] : []));
  const months = (payload: Asked): number =>
    more.find((one) => extendsIt({ hash: payloadHash(payload), payload }, one))?.months ?? 0;
  return (Object.keys(KINDS) as PetitionAbout[]).map((about) => {
    const of = asked.filter((one) => (one.kind === 'name' ? 'name' : one.about) === about);
    const done = of.flatMap((one) => {
      const answer = answerTo(one);
      return answer === undefined ? [] : [{ one, answer }];
    });
    const open = of.filter((one) => answerTo(one) === undefined);
    const after = done.filter(({ one, answer }) => localDate(answer.at) > dueDay(one.at, months(one))).length;
    const waits = open.map((one) => ({ at: one.at, extended: months(one) }));
    const longer = of.filter((one) => months(one) > 0).length;
    return [KINDS[about], of.length, done.length, after, open.length, countWaiting(waits, now).late, longer];
  });
}
