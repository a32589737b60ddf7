/**
 * The decision alone, without store or network: how many looks a second with the facts that a dossier has after some years, a list
 * of six hundred rows asked about row by row, and what a question costs whose shape was never seen before.
 */

import { decide, type KnownFact, type Question } from '@ketenkluis/access';
import { loadPolicy } from '@ketenkluis/access/node';
import {
  DAY,
  type HandleId,
  HOUR,
  instant,
  newId,
  type OrganisationId,
  plus,
  systemRandom,
  type TeamId,
} from '@ketenkluis/base';
import { type Fact, hashOf } from '@ketenkluis/seal';
import { type Measured, timed } from './figure.ts';
import type { Ground } from './ground.ts';

const ROWS = 600;
const ROUNDS = 10;
const UNSEEN = 500;
const NOW = instant(1_760_000_000_000);

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const KEY = hashOf(new Uint8Array(32));
const VKEY = 'log.example/1+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAB';

interface Place {
  readonly practice: OrganisationId;
  readonly partner: OrganisationId;
  readonly teams: readonly TeamId[];
}

/** A look at one part of a dossier that is in care with three teams and was referred twice; `outside`: by the partner. */
function lookAt({ practice, partner, teams }: Place, row: number, outside: boolean, parts = 12): Question {
  const person = newId('person', systemRandom);
  const dossier = newId('dossier', systemRandom);
  const handles: readonly HandleId[] = many(parts, () => newId('handle', systemRandom));
  const organisation = outside ? partner : practice;
  const team = teams[outside ? 3 : row % 3]!;
  const fact = (more: object, days: number | null = null, ended = false): KnownFact => {
    const from = plus(NOW, -(100 + row) * DAY);
    const until = days === null ? null : plus(NOW, days * DAY);
    const head = { t: 'fact', v: 1, suite: 1, id: newId('fact', systemRandom), practice, from, until };
    return { fact: { ...head, ...more } as Fact, ended: ended ? plus(NOW, -row * HOUR) : null };
  };
  const steps = teams.map((one) => fact({ kind: 'step', dossier, team: one, handles }, 90));
  const vouched = { from: plus(NOW, -HOUR), until: plus(NOW, HOUR), practice: partner };
  return {
    now: NOW,
    practice,
    actor: { person, organisation, session: 'open', owner: false },
    class: 'look',
    item: { dossier, handle: handles[row % parts]!, team: null, writerClass: 'source', parent: null, state: 'live' },
    facts: [
      fact({ kind: 'membership', team, person, ...(outside ? vouched : {}) }),
      fact({ kind: 'partner', organisation: partner, authority: KEY, log: VKEY, profile: KEY, teams }),
      fact({ kind: 'enrolment', dossier }),
      fact({ kind: 'relation', dossier, teams }, null, true),
      fact({ kind: 'relation', dossier, teams }),
      ...many(6, (i) => fact({ kind: 'step', dossier, team: teams[i % 3]!, handles }, -i)),
      ...steps,
      ...teams.map((one) => fact({ kind: 'write', dossier, team: one })),
      fact({ kind: 'consent', dossier, organisation: partner, handles }, 30),
      fact({ kind: 'restriction', dossier, handles: null, excluded: newId('person', systemRandom) }),
    ],
    card: {
      t: 'card',
      v: 1,
      suite: 1,
      organisation,
      subject: person,
      kind: 'professional',
      number: 0,
      sign: KEY,
      kem: KEY,
      from: plus(NOW, -DAY),
      until: plus(NOW, DAY),
    },
    grants: steps.map(({ fact: { id } }, i) => ({ team: teams[i]!, fact: id })),
    snapshot: { until: plus(NOW, DAY) },
    gone: 0,
  };
}

const decided = (questions: readonly Question[]): void => {
  for (const question of questions) {
    // Facts as they come from the database: a list that was never seen.
    const decision = decide({ ...question, facts: [...question.facts] });
    if (decision.outcome === 'deny') throw new Error(`a look that is allowed was refused: ${decision.reason}`);
  }
};

export async function access(_: Ground): Promise<readonly Measured[]> {
  const loading = await timed(loadPolicy);
  const place: Place = {
    practice: newId('organisation', systemRandom),
    partner: newId('organisation', systemRandom),
    teams: many(4, () => newId('team', systemRandom)),
  };
  const rows = many(ROWS, (row) => lookAt(place, row, false));
  const outside = many(ROWS, (row) => lookAt(place, row, true));
  const first = await timed(() => decided(rows));
  const again: number[] = [];
  const rates: number[] = [];
  let cpu = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const list = await timed(() => decided(rows));
    const both = await timed(() => decided([...rows, ...outside]));
    again.push(list.ms);
    cpu += both.cpu;
    rates.push((2 * ROWS * 1000) / both.ms);
  }
  // Every number of parts is a shape of its own.
  const unseen = many(UNSEEN, (i) => lookAt(place, 0, i % 2 === 1, 13 + (i >> 1)));
  const cold = await timed(() => decided(unseen));
  return [
    {
      work: 'decide(), looks inside and outside the practice',
      unit: '/s',
      runs: rates,
      bar: { on: 'figure', at: 'least', value: 5000 },
      note: `${rows[0]!.facts.length} facts each; ${((cpu * 1000) / (ROUNDS * 2 * ROWS)).toFixed(0)} microseconds of processor time`,
    },
    {
      work: `a list of ${ROWS} rows, decided row by row`,
      unit: 'ms',
      runs: again,
      bar: { on: 'figure', at: 'most', value: 100 },
      note: `${first.ms.toFixed(0)} ms right after the policy was loaded (${first.cpu.toFixed(0)} ms of processor time)`,
    },
    {
      work: 'decide(), each question of a shape not seen before',
      unit: '/s',
      runs: [(UNSEEN * 1000) / cold.ms],
      note: `${(cold.cpu / UNSEEN).toFixed(2)} ms of processor time each`,
    },
    { work: 'loading and checking the policy, once per process', unit: 'ms', runs: [loading.ms] },
  ];
}
