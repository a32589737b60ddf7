/** What must hold for every input, asked of as many as there is time for: `npm run test:long -- --cases N`. */

import { type Decision, decide, type Question, requestFault } from '@ketenkluis/access';
import {
  canonicalJson,
  equalBytes,
  fromUtf8,
  instant,
  newId,
  parseCanonicalJson,
  systemRandom,
} from '@ketenkluis/base';
import { memoryTree, verifyConsistency, verifyInclusion } from '@ketenkluis/ledger';
import {
  dossierState,
  type Fact,
  type Hash,
  hashOf,
  type Request,
  snapshotTree,
  verifySnapshotRow,
} from '@ketenkluis/seal';
import fc from 'fast-check';

interface Property {
  readonly name: string;
  /** Share of all cases. */
  readonly share: number;
  check(runs: number, seed: number): void;
}

const pool = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make);
const [people, teams, dossiers] = [
  pool(3, () => newId('person', systemRandom)),
  pool(3, () => newId('team', systemRandom)),
  pool(2, () => newId('dossier', systemRandom)),
];
const handles = pool(4, () => newId('handle', systemRandom));
const practices = pool(2, () => newId('organisation', systemRandom));
const factIds = pool(8, () => newId('fact', systemRandom));
const one = <T>(list: readonly T[]) => fc.constantFrom(...list);
const time = fc.integer({ min: 0, max: 10 }).map((value) => instant(value));
const orNull = <T>(made: fc.Arbitrary<T>) => fc.option(made, { nil: null });

const head = fc.record({
  t: fc.constant('fact' as const),
  v: fc.constant(1 as const),
  suite: fc.constant(1),
  id: one(factIds),
  practice: one(practices),
  from: time,
});
const until = orNull(time);
const fact: fc.Arbitrary<Fact> = fc.oneof(
  fc
    .tuple(head, until, one(teams), one(people))
    .map(([h, u, team, person]): Fact => ({ ...h, until: u, kind: 'membership', team, person })),
  fc.tuple(head, until, one(dossiers)).map(([h, u, dossier]): Fact => ({ ...h, until: u, kind: 'enrolment', dossier })),
  fc
    .tuple(head, until, one(dossiers), fc.uniqueArray(one(teams), { minLength: 1 }))
    .map(([h, u, dossier, list]): Fact => ({ ...h, until: u, kind: 'relation', dossier, teams: list })),
  fc
    .tuple(head, until, one(dossiers), one(teams), fc.uniqueArray(one(handles)))
    .map(([h, u, dossier, team, list]): Fact => ({ ...h, until: u, kind: 'step', dossier, team, handles: list })),
);
const question: fc.Arbitrary<Question> = fc
  .record({
    now: time,
    person: one(people),
    home: one(practices),
    practice: one(practices),
    session: fc.constantFrom('open' as const, 'keyring' as const, 'locked' as const, 'none' as const),
    kind: fc.constantFrom('professional' as const, 'agent' as const, 'vault' as const),
    cardFrom: time,
    cardUntil: time,
    dossier: one(dossiers),
    handle: one(handles),
    state: fc.constantFrom('live' as const, 'gone' as const, 'unknown' as const),
    facts: fc.array(fc.record({ fact, ended: orNull(time) }), { maxLength: 10 }),
    grants: fc.array(fc.record({ team: one(teams), fact: orNull(one(factIds)) }), { maxLength: 4 }),
  })
  .map(
    (made): Question => ({
      now: made.now,
      practice: made.practice,
      actor: {
        person: made.person,
        organisation: made.home,
        session: made.session,
        owner: false,
      },
      class: 'look',
      item: {
        dossier: made.dossier,
        handle: made.handle,
        team: null,
        writerClass: 'source',
        parent: null,
        state: made.state,
      },
      facts: made.facts,
      card: {
        t: 'card',
        v: 1,
        suite: 1,
        organisation: made.home,
        subject: made.person,
        kind: made.kind,
        number: 0,
        sign: 'A'.repeat(43),
        kem: 'A'.repeat(43),
        from: made.cardFrom,
        until: made.cardUntil,
      },
      grants: made.grants,
      snapshot: null,
      gone: 0,
    }),
  );

/** Why a look may be permitted, written down a second time and as plainly as it can be. */
function mayLook(asked: Question): boolean {
  const { actor, item, now, card } = asked;
  const live = asked.facts
    .filter(({ fact: { from, until: end }, ended }) => ended === null && from <= now && (end === null || now < end))
    .map((known) => known.fact);
  return (
    actor.session === 'open' &&
    actor.organisation === asked.practice &&
    card !== null &&
    card.kind === 'professional' &&
    card.from <= now &&
    now < card.until &&
    item.state === 'live' &&
    live.some((one) => one.kind === 'enrolment' && one.practice === asked.practice && one.dossier === item.dossier) &&
    live.some(
      (step) =>
        step.kind === 'step' &&
        step.practice === asked.practice &&
        step.dossier === item.dossier &&
        step.handles.some((handle) => handle === item.handle) &&
        asked.grants.some(({ team, fact: ground }) => team === step.team && ground === step.id) &&
        live.some(
          (one) =>
            one.kind === 'membership' &&
            one.practice === asked.practice &&
            one.person === actor.person &&
            one.team === step.team,
        ) &&
        live.some(
          (one) =>
            one.kind === 'relation' &&
            one.practice === asked.practice &&
            one.dossier === item.dossier &&
            one.teams.includes(step.team),
        ),
    )
  );
}

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => hashOf(new Uint8Array(bytes)) as Hash);
const json = fc.jsonValue({ maxDepth: 4 }).filter((value) => {
  try {
    canonicalJson(value);
    return true;
  } catch {
    return false;
  }
});

export const PROPERTIES: readonly Property[] = [
  {
    name: 'a look is permitted exactly when membership, enrolment, relation, step and grant all hold',
    share: 0.45,
    check: (numRuns, seed) =>
      fc.assert(
        fc.property(question, (asked) => {
          const decision: Decision = decide(asked);
          return (decision.outcome === 'permit') === mayLook(asked);
        }),
        { numRuns, seed },
      ),
  },
  {
    name: 'canonical JSON has one text per value',
    share: 0.2,
    check: (numRuns, seed) =>
      fc.assert(
        fc.property(json, (value) => {
          const bytes = canonicalJson(value);
          return equalBytes(canonicalJson(parseCanonicalJson(bytes)), bytes) && fromUtf8(bytes).length > 0;
        }),
        { numRuns, seed },
      ),
  },
  {
    name: 'a request with one thing wrong is refused, and a good one is not',
    share: 0.15,
    check: (numRuns, seed) =>
      fc.assert(
        fc.property(time, fc.nat(100), fc.constantFrom(...REQUEST_FIELDS), (at, counter, field) => {
          const good = requestAt(at, counter);
          const expected = expectedAt(at, counter - 1);
          return (
            requestFault(good, expected) === undefined &&
            requestFault({ ...good, ...BENT[field] }, expected) !== undefined
          );
        }),
        { numRuns, seed },
      ),
  },
  {
    name: 'a state does not depend on order and changes with every part',
    share: 0.1,
    check: (numRuns, seed) =>
      fc.assert(
        fc.property(fc.uniqueArray(hash, { minLength: 1, maxLength: 8 }), (live) => {
          const state = dossierState(dossiers[0]!, live);
          return (
            dossierState(dossiers[0]!, live.toReversed()) === state &&
            dossierState(dossiers[0]!, live.slice(1)) !== state &&
            dossierState(dossiers[1]!, live) !== state
          );
        }),
        { numRuns, seed },
      ),
  },
  {
    name: 'inclusion and consistency hold for every tree, and for no changed leaf or row',
    share: 0.1,
    check: (numRuns, seed) =>
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 40 }), fc.nat(), fc.nat(), (size, place, before) => {
          const leaves = Array.from({ length: size }, (_, i) => Uint8Array.of(i, size));
          const tree = memoryTree(leaves);
          const index = place % size;
          const claim = { index, size, proof: tree.inclusion(index), root: tree.root };
          const oldSize = 1 + (before % size);
          const old = memoryTree(leaves.slice(0, oldSize));
          const row = { dossier: dossiers[0]!, seq: size, state: hashOf(Uint8Array.of(size)) };
          const rows = snapshotTree([row]);
          return (
            verifyInclusion({ ...claim, leaf: leaves[index]! }) &&
            !verifyInclusion({ ...claim, leaf: Uint8Array.of(index, size, 1) }) &&
            verifyConsistency({
              oldSize,
              size,
              oldRoot: old.root,
              root: tree.root,
              proof: tree.consistency(oldSize),
            }) &&
            verifySnapshotRow(row, rows.proof(row.dossier)!, rows) &&
            !verifySnapshotRow({ ...row, seq: size + 1 }, rows.proof(row.dossier)!, rows)
          );
        }),
        { numRuns, seed },
      ),
  },
];

const AUDIENCE = 'http://praktijk.localhost';
const session = newId('session', systemRandom);
const requestAt = (at: ReturnType<typeof instant>, counter: number): Request => ({
  t: 'request',
  v: 1,
  suite: 1,
  id: newId('request', systemRandom),
  practice: practices[0]!,
  audience: AUDIENCE,
  person: people[0]!,
  organisation: practices[0]!,
  device: null,
  session,
  class: 'look',
  action: 'release',
  at,
  counter,
  items: [],
  body: hashOf(Uint8Array.of(1)),
  annex: null,
  declared: false,
  checkpoint: null,
});
const expectedAt = (now: ReturnType<typeof instant>, counter: number): Parameters<typeof requestFault>[1] => ({
  practice: practices[0]!,
  audiences: [AUDIENCE],
  person: people[0]!,
  session,
  action: 'release',
  classes: ['look'],
  body: hashOf(Uint8Array.of(1)),
  now,
  counter,
});
const BENT = {
  practice: { practice: practices[1]! },
  audience: { audience: 'http://elders.localhost' },
  person: { person: people[1]! },
  session: { session: null },
  action: { action: 'write' },
  class: { class: 'write' as const },
  body: { body: null },
  at: { at: instant(10_000_000) },
  counter: { counter: -1 },
} as const;
const REQUEST_FIELDS = Object.keys(BENT) as (keyof typeof BENT)[];
