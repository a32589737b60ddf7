/** An invented log under review: findings in every stage, a policy, a quarter of rights. */

import { addDays, HOUR, type Instant, localDate, type PersonId, plus } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type { ControlSeen, ControlSide, FindingSeen, LookSeen, QuestionSeen, StepSeen, Text } from '../model.ts';
import { madeId } from './people.ts';
import { ago, both, roleName, type Stage } from './stage.ts';

const NONE = both(
  'Niets in agenda, dossier of berichten verklaart deze raadpleging.',
  'Nothing in agenda, record or messages explains this look.',
);
const STREET = both('De patiënt woont in dezelfde straat.', 'The patient lives in the same street.');
const NIGHT = both('Tussen 23 en 6 uur.', 'Between 23:00 and 06:00.');
const MANY = both('8 dossiers op deze dag zonder reden.', '8 files without a reason on this day.');
const REPEATS = both(
  'Op 4 dagen in een jaar zonder reden in dit dossier gekeken.',
  'Looked at this file without a reason on 4 days in a year.',
);

export function controlSide(stage: Stage): ControlSide {
  const { me, people } = stage;
  const person = () => madeId('person', () => stage.roll());
  const officer = { person: me.person as PersonId, name: me.name };
  const joke = { person: person(), name: 'Tim Overbeek' };
  const noor = { person: person(), name: 'Noor Zijlstra' };
  let line = 4100;
  const look = (who: string, back: number, which: number, why: readonly Text[], action = 'open'): LookSeen => ({
    ...{ line: line++, at: ago(stage, back), who, action, why },
    patient: people[which]?.row.name ?? null,
    dossier: people[which]?.row.dossier ?? null,
  });
  const finding = (
    who: typeof joke,
    points: number,
    stageOf: FindingSeen['stage'],
    looks: readonly LookSeen[],
    more: Partial<FindingSeen> = {},
  ): FindingSeen => ({
    ...{
      id: madeId('request', () => stage.roll()),
      points,
      alike: looks[0]!.why.map(({ nl }) => nl).join(' '),
      stage: stageOf,
      looks,
      steps: [],
      mayJudge: stageOf !== 'blocked',
    },
    who: [{ ...who, waiting: stageOf === 'asked', heard: stageOf === 'answered' || stageOf === 'decided' }],
    patients: [...new Set(looks.flatMap(({ patient }) => patient ?? []))],
    ...{ from: looks[0]!.at, until: looks.at(-1)!.at, why: looks[0]!.why },
    ...{ hearUntil: stageOf === 'answered' ? null : plus(stage.start, 9 * 24 * HOUR), decided: null, ...more },
  });
  const step = (kind: StepSeen['kind'], back: number, by: string, text: string, more: Partial<StepSeen> = {}) => ({
    ...{ kind, at: ago(stage, back), by, whom: null, text, verdict: null, followUp: null, ...more },
  });
  const question = step('ask', 2, me.name, 'Weet u nog waarom u dit dossier opende?', { whom: joke.name });
  let findings: FindingSeen[] =
    stage.scene === 'empty' || people.length < 6
      ? []
      : [
          finding(
            joke,
            70,
            'answered',
            [look(joke.name, 3.4, 1, [NONE, STREET, REPEATS]), look(joke.name, 6.1, 1, [NONE, STREET])],
            {
              steps: [
                question,
                step('answer', 1, joke.name, 'Zij belde over haar uitslag; de assistente had het al genoteerd.'),
              ],
            },
          ),
          finding(noor, 55, 'open', [look(noor.name, 1.4, 4, [NONE, NIGHT])]),
          // A year behind: as many of one kind as a practice of a hundred brings.
          ...Array.from({ length: stage.scene === 'many' ? 320 : 0 }, (_, i) =>
            finding(i % 3 === 0 ? noor : joke, 50, 'open', [
              look(i % 3 === 0 ? noor.name : joke.name, 1 + i / 9, i % people.length, [NONE, i < 300 ? MANY : NIGHT]),
            ]),
          ),
          finding(joke, 50, 'blocked', [look(joke.name, 8.2, 5, [NONE, STREET])]),
          finding(noor, 50, 'decided', [look(noor.name, 12.2, 2, [NONE, STREET])], {
            steps: [
              step('decide', 9, me.name, 'Telefonisch consult, staat in de agenda van die dag.', {
                verdict: 'justified',
                followUp: 'none',
              }),
            ],
            decided: { verdict: 'justified', byMe: false },
          }),
        ];
  let questions: QuestionSeen[] =
    stage.scene === 'empty' || me.owner || people.length < 6
      ? []
      : [
          {
            ...{ id: madeId('request', () => stage.roll()), by: noor.name, at: ago(stage, 1), waiting: true },
            text: 'Weet u nog waarom u dit dossier opende?',
            looks: [look(me.name, 3.4, 1, [])].map(({ why: _, ...one }) => one),
            steps: [step('ask', 1, noor.name, 'Weet u nog waarom u dit dossier opende?', { whom: me.name })],
          },
        ];
  let reviewedTo: Instant | null = stage.scene === 'empty' ? null : ago(stage, 5.2);
  let policy: ControlSeen['policy'] =
    stage.scene === 'empty'
      ? null
      : {
          ...{ number: 2, from: ago(stage, 60), board: officer.person, findingAt: 50, sampleSize: 10 },
          ...{ every: { review: 7, sample: 30, emergency: 7, rights: 91 }, answerDays: 14, decideDays: 30 },
          officers: [
            { ...officer, outside: false },
            { ...noor, outside: true },
          ],
        };
  const today = localDate(stage.start);
  let lastRights: Instant | null = null;
  const colleagues = [officer, joke, noor];
  const moved = async (id: string, change: (one: FindingSeen) => FindingSeen) => {
    await stage.reach(60);
    findings = findings.map((one) => (one.id === id ? change(one) : one));
  };
  return {
    status: async (progress = () => undefined) => {
      progress({ done: 1500, total: 4200 });
      await stage.reach();
      if (stage.scene === 'denied' || !me.owner)
        throw workplaceError('denied', 'no', { detail: { reason: 'not-overseer' } });
      if (stage.scene === 'broken') throw workplaceError('failed', 'something broke');
      if (stage.scene === 'unproved') throw workplaceError('not-proved', 'the lines do not give the checkpoint');
      const looks = stage.scene === 'empty' ? 0 : 2841;
      return {
        ...{ policy, mayChange: me.owner, isOfficer: policy !== null, colleagues, reviewedTo, findings, looks },
        unreviewed: reviewedTo === null ? looks : reviewedTo === stage.start ? 0 : 214,
        ...{ explained: Math.max(0, looks - 81 - findings.length), unexplained: looks === 0 ? 0 : 81 },
        sample: people.length < 6 ? [] : [0, 1, 2].map((i) => look([joke, noor, joke][i]!.name, 1 + i, i, [NONE])),
        plan:
          policy === null
            ? []
            : [
                { kind: 'review', due: addDays(today, -11), done: addDays(today, -10), late: 1 },
                { kind: 'review', due: addDays(today, -4), done: addDays(today, -5), late: 0 },
                { kind: 'emergency', due: addDays(today, -4), done: null, late: 4 },
                { kind: 'review', due: addDays(today, 3), done: null, late: 0 },
                { kind: 'sample', due: addDays(today, 9), done: null, late: 0 },
                { kind: 'rights', due: addDays(today, 31), done: null, late: 0 },
              ],
        weeks:
          looks === 0
            ? []
            : Array.from({ length: 13 }, (_, i) => ({
                week: addDays(today, -7 * (12 - i)),
                looks: 190 + ((i * 37) % 70),
                findings: [0, 1, 0, 2, 0, 0, 1, 3, 0, 1, 0, 1, 2][i]!,
              })),
        missing:
          looks === 0
            ? []
            : [
                { why: 'address', count: 312 },
                { why: 'partners', count: 48 },
                { why: 'lists', count: 401 },
              ],
        ...{ faults: stage.scene === 'partly' ? 1 : 0, emergencies: looks === 0 ? 0 : 2 },
      };
    },
    ask: (id, whom, text) =>
      moved(id, (one) => ({
        ...one,
        stage: 'asked',
        who: one.who.map((who) => (who.person === whom ? { ...who, waiting: true } : who)),
        steps: [
          ...one.steps,
          step('ask', 0, me.name, text, { whom: one.who.find((who) => who.person === whom)!.name }),
        ],
      })),
    decide: (id, verdict, followUp, text) =>
      moved(id, (one) => ({
        ...{ ...one, stage: 'decided', decided: { verdict, byMe: true } },
        steps: [...one.steps, step('decide', 0, me.name, text, { verdict, followUp })],
      })),
    justify: async (ids, text) => {
      for (const id of ids)
        await moved(id, (one) => ({
          ...{ ...one, stage: 'decided', decided: { verdict: 'justified', byMe: true } },
          steps: [...one.steps, step('decide', 0, me.name, text, { verdict: 'justified', followUp: 'none' })],
        }));
    },
    reopen: (id, text) =>
      moved(id, (one) => ({
        ...{ ...one, stage: 'open', decided: null },
        steps: [...one.steps, step('reopen', 0, me.name, text)],
      })),
    done: async () => {
      await stage.reach(60);
      reviewedTo = stage.start;
    },
    setPolicy: async (next) => {
      await stage.reach(60);
      const { officers, outside, ...rest } = next;
      policy = {
        ...{ ...rest, number: (policy?.number ?? 0) + 1, from: stage.start },
        officers: colleagues
          .filter((one) => officers.includes(one.person))
          .map((one) => ({ ...one, outside: outside.includes(one.person) })),
      };
      return 'proposed';
    },
    questions: async () => {
      await stage.reach();
      return questions;
    },
    answer: async (id, text) => {
      await stage.reach(60);
      questions = questions.map((one) =>
        one.id === id ? { ...one, waiting: false, steps: [...one.steps, step('answer', 0, me.name, text)] } : one,
      );
    },
    rights: async () => {
      await stage.reach();
      return {
        people: colleagues.map((one, i) => ({
          ...{ ...one, role: roleName(i === 1 ? 'poh-s' : 'gp'), owner: i === 0 },
          places: [
            { fact: madeId('fact', () => stage.roll()), team: 'Huisartsen', since: ago(stage, 200), until: null },
          ],
        })),
        ...{ mayConfirm: true, due: addDays(today, 31) },
        last: lastRights === null ? null : { at: lastRights, by: me.name },
      };
    },
    confirmRights: async () => {
      await stage.reach(60);
      lastRights = stage.start;
    },
  };
}
