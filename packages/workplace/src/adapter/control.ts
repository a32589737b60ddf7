/** "Controle" on the client: the whole log read and judged here, findings and checks as the log holds them. */

import {
  addDays,
  DAY,
  type DossierId,
  type Instant,
  type LocalDate,
  localDate,
  type PersonId,
  plus,
} from '@ketenkluis/base';
import { controlsOf, openReviews, proposeControl } from '@ketenkluis/client';
import {
  type AboutFinding,
  assemble,
  coveredTo,
  type LogIndex,
  planOf,
  type Recorded,
  type RecordedFinding,
  readEvidence,
  readLog,
  readRecords,
  recordCheck,
  recordRights,
  type StandingFinding,
  type StepWords,
  sayStep,
  standing,
} from '@ketenkluis/client/overseer';
import { type Review, wordsOf } from '@ketenkluis/client/review';
import { workplaceError } from '../errors.ts';
import type {
  ControlSeen,
  ControlSide,
  FindingSeen,
  LookSeen,
  Progress,
  QuestionSeen,
  RightsSeen,
  StepSeen,
  Text,
} from '../model.ts';
import { coupled } from './duties.ts';
import { type Inside, nameOf, roleText, teamName, UNNAMED } from './inside.ts';
import { lists } from './lists.ts';
import type { Surroundings } from './people.ts';

const who = (inside: Inside, person: string): string => nameOf(inside.names, person as PersonId)?.name ?? UNNAMED;
/** Most looks of one finding that are shown and sealed with a question. */
const SHOWN = 200;

interface Read {
  readonly index: LogIndex;
  readonly recorded: Recorded;
  readonly review: Review;
  readonly findings: readonly StandingFinding[];
  readonly digest: ReturnType<typeof standing>['digest'];
  readonly assembled: ReturnType<typeof assemble>;
  readonly controls: Awaited<ReturnType<typeof controlsOf>>;
}
/** As read last; a step is said on what the person saw. */
const readBy = new WeakMap<Inside, Read>();

async function read(inside: Inside, progress: (progress: Progress) => void): Promise<Read> {
  const { session, me } = inside;
  const people = await session.people(true);
  if (!me.owner && !people.oversees(session.person, session.now()))
    throw workplaceError('denied', 'the log is read by who oversees it', { detail: { reason: 'not-overseer' } });
  // What a second person signed since goes into the log at the owner's look.
  await coupled(inside);
  const evidence = await readEvidence(session);
  const index = await readLog(session, (done, total) => progress({ done, total }));
  const assembled = assemble(index, evidence);
  const recorded = await readRecords(session, { index, subjects: assembled.input.subjects });
  const controls = await controlsOf(session);
  const made = standing(assembled, recorded, controls.at(-1)?.fact ?? null);
  const all = { index, recorded, assembled, controls, ...made };
  readBy.set(inside, all);
  return all;
}

/** Whoever treats the patient sees a name; every other reader a short number, the same each time. */
async function patientNames(inside: Inside): Promise<(dossier: DossierId | null) => string | null> {
  const rows = await lists(inside).then(
    (known) => known.rows,
    () => null,
  );
  return (dossier) => (dossier === null ? null : (rows?.get(dossier)?.name ?? dossier.slice(4, 10)));
}

const both = (nl: readonly string[], en: readonly string[]): Text[] => nl.map((one, i) => ({ nl: one, en: en[i]! }));

function lookSeen(
  inside: Inside,
  { review }: Read,
  patient: (dossier: DossierId | null) => string | null,
  i: number,
): LookSeen {
  const judged = review.judged(i);
  const { line, at, person, dossier, action } = judged.look;
  return {
    ...{ line, at, who: who(inside, person), patient: patient(dossier), dossier, action },
    why: both(wordsOf(judged, 'nl'), wordsOf(judged, 'en')),
  };
}

const stepsSeen = (inside: Inside, recorded: RecordedFinding | null): StepSeen[] =>
  (recorded?.steps ?? []).map(({ step, words }) => ({
    ...{ kind: step.kind as StepSeen['kind'], at: step.at, by: who(inside, step.by) },
    whom: step.kind === 'ask' ? who(inside, step.whom) : null,
    ...{ text: words?.text ?? null, verdict: words?.verdict ?? null, followUp: words?.followUp ?? null },
  }));

function findingSeen(
  inside: Inside,
  all: Read,
  patient: (dossier: DossierId | null) => string | null,
  one: StandingFinding,
): FindingSeen {
  const { finding, recorded, judges } = one;
  const me = inside.session.person;
  const looks = finding.looks.slice(0, SHOWN).map((i) => lookSeen(inside, all, patient, i));
  const state = recorded?.state ?? null;
  const term = (all.controls.at(-1)?.fact.answerDays ?? 0) * DAY;
  const heard = (person: PersonId) => state?.answered.has(person) ?? false;
  const since = (person: PersonId) => state?.waiting.get(person);
  const unheard = finding.people.filter((person) => !heard(person));
  const ends = unheard.map((person) => since(person)).map((at) => (at === undefined ? null : plus(at, term + 1)));
  const now = inside.session.now();
  const last = ends.some((at) => at === null)
    ? (Number.MAX_SAFE_INTEGER as Instant)
    : (Math.max(0, ...(ends as number[])) as Instant);
  const heaviest = finding.looks.find((i) => all.review.judged(i).points === finding.points) ?? finding.looks[0]!;
  return {
    alike: finding.features.join(' '),
    ...{ id: one.name, points: finding.points, looks, steps: stepsSeen(inside, recorded) },
    stage:
      recorded !== null && (recorded.fault !== null || state === null)
        ? 'broken'
        : judges.length === 0 && state?.state !== 'decided'
          ? 'blocked'
          : (state?.state ?? 'open'),
    who: finding.people.map((person) => ({
      ...{ person, name: who(inside, person), heard: heard(person), waiting: since(person) !== undefined },
    })),
    patients: finding.dossiers.map((dossier) => patient(dossier)!),
    from: all.review.judged(finding.looks[0]!).look.at,
    until: all.review.judged(finding.looks.at(-1)!).look.at,
    why: lookSeen(inside, all, patient, heaviest).why,
    mayJudge: judges.includes(me),
    hearUntil: unheard.length === 0 || last <= now ? null : last,
    decided: state?.decision == null ? null : { verdict: state.decision.verdict, byMe: state.decision.by === me },
  };
}

const RANK: Readonly<Record<FindingSeen['stage'], number>> = {
  ...{ answered: 0, broken: 1, open: 2, asked: 3, blocked: 4, decided: 5 },
};

/** Monday of the week. */
const weekOf = (at: Instant): LocalDate => {
  const day = localDate(at);
  return addDays(day, -((new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7));
};
const WEEKS = 26;

async function status(inside: Inside, progress: (progress: Progress) => void): Promise<ControlSeen> {
  const all = await read(inside, progress);
  const { session, me } = inside;
  const { review, assembled, index, recorded, controls } = all;
  const patient = await patientNames(inside);
  const policy = controls.at(-1)?.fact ?? null;
  const reached = coveredTo(recorded);
  const { looks } = assembled.input;
  const reviewed = looks.filter(({ line }) => line < reached);
  const weeks = new Map<LocalDate, { looks: number; findings: number }>();
  const week = (at: Instant) => {
    const key = weekOf(at);
    const one = weeks.get(key) ?? { looks: 0, findings: 0 };
    weeks.set(key, one);
    return one;
  };
  for (const { at } of looks) week(at).looks++;
  const findings = all.findings.map((one) => findingSeen(inside, all, patient, one));
  for (const { from } of findings) week(from).findings++;
  const unexplained = looks.flatMap((_, i) => (review.outcomeOf[i] === 1 ? [i] : []));
  const people = await session.people();
  const reviews = await openReviews(session);
  const plan = planOf(controls, recorded, index, session.now());
  const { missing } = assembled;
  const why: readonly (readonly [string, number])[] = [
    ['looker', review.notJudged.looker],
    ['subject', review.notJudged.subject],
    ['address', review.notJudged.address],
    ['surname', review.notJudged.surname],
    ['before', missing.before],
    ['after', missing.after],
    ['unread', missing.unread],
    ['partners', missing.partners],
    ['lists', missing.lists],
  ];
  return {
    policy:
      policy === null
        ? null
        : {
            ...{ number: policy.number, from: policy.from, board: policy.board, findingAt: policy.findingAt },
            ...{ every: policy.every, sampleSize: policy.sampleSize },
            ...{ answerDays: policy.answerDays, decideDays: policy.decideDays },
            officers: policy.officers.map((person) => ({
              ...{ person, name: who(inside, person), outside: policy.outside.includes(person) },
            })),
          },
    mayChange: me.owner,
    isOfficer: policy?.officers.includes(session.person) ?? false,
    colleagues: people
      .cards(session.now())
      .filter(({ kind }) => kind === 'professional' || kind === 'trustee')
      .map(({ subject }) => ({ person: subject, name: who(inside, subject) })),
    unreviewed: looks.length - reviewed.length,
    reviewedTo: reviewed.at(-1)?.at ?? null,
    ...{ looks: looks.length, explained: review.outcomes.explained, unexplained: review.outcomes.unexplained },
    findings: findings.sort((a, b) => RANK[a.stage] - RANK[b.stage] || b.points - a.points),
    sample: drawn(unexplained, policy?.sampleSize ?? 0, index.size).map((i) => lookSeen(inside, all, patient, i)),
    plan: plan.map(({ kind, due, done, late }) => ({ kind, due, done, late })),
    weeks: [...weeks]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .slice(-WEEKS)
      .map(([key, counts]) => ({ week: key, ...counts })),
    missing: why.filter(([, count]) => count > 0).map(([one, count]) => ({ why: one, count })),
    faults: recorded.broken.length + recorded.hidden.length,
    emergencies: reviews.filter(({ closed }) => closed === null).length,
  };
}

/** Spread evenly over what nothing explains, from a place that the size of the log decides: nobody picks their own sample. */
function drawn(from: readonly number[], count: number, size: number): number[] {
  if (from.length <= count) return [...from];
  const step = from.length / count;
  return Array.from({ length: count }, (_, i) => from[Math.floor((i * step + (size % from.length)) % from.length)]!);
}

function found(inside: Inside, id: string): { readonly all: Read; readonly one: StandingFinding } {
  const all = readBy.get(inside);
  const one = all?.findings.find(({ name }) => name === id);
  if (all === undefined || one === undefined) throw workplaceError('conflict', 'this finding was not read yet');
  return { all, one };
}

function aboutOf({ all, one }: ReturnType<typeof found>): AboutFinding {
  const { finding, lines, recorded, name } = one;
  const { looks } = all.assembled.input;
  const about: StepWords['about'] = {
    ...{ points: finding.points, rules: finding.rules, features: [...finding.features] },
    looks: finding.looks.slice(0, SHOWN).map((i) => {
      const { line, at, person, dossier, action } = looks[i]!;
      return { line, at, person, dossier, action };
    }),
  };
  // What was spoken of keeps its lines and people, whatever came after.
  return {
    ...{ finding: name, about, before: recorded?.steps ?? [] },
    lines: recorded?.lines ?? lines,
    people: recorded?.people ?? finding.people,
  };
}

async function questions(inside: Inside): Promise<QuestionSeen[]> {
  const { session } = inside;
  const recorded = await readRecords(session, { index: null, subjects: [] });
  const mine = [...recorded.findings.values()].filter(({ steps }) =>
    steps.some(({ step }) => step.kind === 'ask' && step.whom === session.person),
  );
  if (mine.length === 0) return [];
  const patient = await patientNames(inside);
  return mine.flatMap((one): QuestionSeen[] => {
    const asked = one.steps.findLast(({ step }) => step.kind === 'ask' && step.whom === session.person);
    if (asked?.words?.about == null) return [];
    const answered = one.steps.some(
      ({ step }) => step.kind === 'answer' && step.by === session.person && step.number > asked.step.number,
    );
    const decided = one.steps.some(({ step }) => step.kind === 'decide' && step.number > asked.step.number);
    return [
      {
        ...{ id: one.finding, by: who(inside, asked.step.by), at: asked.step.at, text: asked.words.text },
        looks: asked.words.about.looks.map(({ line, at, person, dossier, action }) => ({
          ...{ line, at: at as Instant, who: who(inside, person), action },
          ...{ dossier: dossier as DossierId | null, patient: patient(dossier as DossierId | null) },
        })),
        steps: stepsSeen(inside, one),
        waiting: !answered && !decided,
      },
    ];
  });
}

async function rights(inside: Inside): Promise<RightsSeen> {
  const { session, names, me } = inside;
  const people = await session.people(true);
  const now = session.now();
  const policy = people.controlAt(now);
  const owners = new Set<string>((people.authority?.owners ?? []).map(({ person }) => person));
  const places = people
    .standing(now)
    .flatMap((fact) => (fact.kind === 'membership' || fact.kind === 'pool' ? [fact] : []));
  const recorded = await readRecords(session, { index: null, subjects: [] });
  const last = recorded.checks.filter(({ kind }) => kind === 'rights').at(-1);
  const due = policy && addDays(localDate(last?.at ?? policy.from), policy.every.rights);
  return {
    people: [...Map.groupBy(places, ({ person }) => person)].map(([person, own]) => ({
      ...{ person, name: who(inside, person), owner: owners.has(person) },
      role: nameOf(names, person)?.role ?? roleText('nog zonder naam'),
      places: own.map((fact) => ({
        ...{ fact: fact.id, team: teamName(names, fact.team), since: fact.from, until: fact.until },
      })),
    })),
    mayConfirm: policy !== undefined && (policy.officers.includes(me.person) || policy.board === me.person),
    last: last === undefined ? null : { at: last.at, by: who(inside, last.by) },
    due: due ?? null,
  };
}

export function controlSide({ open }: Surroundings): ControlSide {
  return {
    status: (progress = () => undefined) => open((now) => status(now, progress)),
    ask: (id, whom, text) => open((now) => sayStep(now.session, aboutOf(found(now, id)), { kind: 'ask', whom, text })),
    decide: (id, verdict, followUp, text) =>
      open((now) => sayStep(now.session, aboutOf(found(now, id)), { kind: 'decide', verdict, followUp, text })),
    justify: (ids, text) =>
      open(async (now) => {
        // One line each: whoever reads one of them later finds who decided it and why.
        for (const id of ids)
          await sayStep(now.session, aboutOf(found(now, id)), {
            ...({ kind: 'decide', verdict: 'justified', followUp: 'none', text } as const),
          });
      }),
    reopen: (id, text) => open((now) => sayStep(now.session, aboutOf(found(now, id)), { kind: 'reopen', text })),
    done: (check) =>
      open(async (now) => {
        const all = readBy.get(now);
        if (all === undefined) throw workplaceError('conflict', 'the log was not read yet');
        const size = all.controls.at(-1)?.fact.sampleSize ?? 0;
        const { unexplained } = all.review.outcomes;
        await recordCheck(now.session, {
          ...{ kind: 'check', check, lines: { from: 0, until: all.index.size }, rules: all.review.rules },
          ...{ looks: all.review.looks, explained: all.review.outcomes.explained },
          findings: { count: all.findings.length, digest: all.digest },
          unexplained,
          read: check === 'sample' ? Math.min(size, unexplained) : null,
        });
      }),
    setPolicy: (policy) =>
      open(({ session }) => {
        const { board, officers, outside, findingAt, every, sampleSize, answerDays, decideDays } = policy;
        const terms = { board, officers: [...officers], outside: [...outside], findingAt, every: { ...every } };
        return proposeControl(session, { ...terms, sampleSize, answerDays, decideDays });
      }),
    questions: () => open(questions),
    answer: (id, text) =>
      open(async ({ session }) => {
        const recorded = await readRecords(session, { index: null, subjects: [] });
        const one = [...recorded.findings.values()].find(({ finding }) => finding === id);
        if (one === undefined) throw workplaceError('conflict', 'this question is gone');
        const { finding, lines, people, steps } = one;
        await sayStep(session, { finding, lines, people, about: null, before: steps }, { kind: 'answer', text });
      }),
    rights: () => open(rights),
    confirmRights: (kept) =>
      open(async ({ session }) => {
        const recorded = await readRecords(session, { index: null, subjects: [] });
        const last = recorded.checks.filter(({ kind }) => kind === 'rights').at(-1)?.record;
        const standing = new Set((await session.people(true)).standing(session.now()).map(({ id }) => id));
        // What was kept the time before and stands no more was ended in between.
        const before = last?.kind === 'rights' ? last.kept : [];
        await recordRights(session, { kept: [...kept], ended: before.filter((id) => !standing.has(id)) });
      }),
  };
}
