/**
 * Random questions for the comparison of policy, reference and twin. Each begins as one that is a yes; most are then spoiled in one
 * or a few places, and other facts lie around, so that yes, and every reason for no, comes often.
 */

import {
  DAY,
  type FactId,
  type HandleId,
  HOUR,
  type Id,
  type IdKind,
  instant,
  newId,
  type OrganisationId,
  type PersonId,
  plus,
  type TeamId,
} from '@ketenkluis/base';
import type { Card, Fact, Hash } from '@ketenkluis/seal';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { KnownFact, Question } from './index.ts';

let made = 0;
/** The nth id of a kind is the same in every run. */
const fixed = <K extends IdKind>(kind: K): Id<K> => {
  made++;
  return newId(kind, (length) => new Uint8Array(length).fill(made & 0xff).fill(made >> 8, 0, 1));
};
const pool = <K extends IdKind>(kind: K, count: number): readonly Id<K>[] =>
  Array.from({ length: count }, () => fixed(kind));

export const NOW = instant(1_760_000_000_000);
export const [practice, elsewhere, third] = pool('organisation', 3) as [OrganisationId, OrganisationId, OrganisationId];
export const people = pool('person', 3);
export const teams = pool('team', 3);
export const dossiers = pool('dossier', 2);
export const handles = pool('handle', 4);
export const ids: readonly FactId[] = pool('fact', 48);
const [me] = people as [PersonId];
const HASH = 'A'.repeat(43) as Hash;
const VKEY = 'log.example/1+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAB';

export const cardOf = (organisation: OrganisationId, kind: Card['kind'] = 'professional'): Card => ({
  t: 'card',
  v: 1,
  suite: 1,
  organisation,
  subject: me,
  kind,
  number: 0,
  sign: HASH,
  kem: HASH,
  from: plus(NOW, -DAY),
  until: plus(NOW, DAY),
});

/** Random choices from one seed. */
class Chance {
  readonly #next: () => number;
  constructor(seed: number) {
    // Neighbouring seeds begin alike; mixing sets them apart.
    const generator = xoroshiro128plus(Math.imul(seed ^ (seed >>> 15), 0x85ebca6b) ^ 0x5bd1e995);
    for (let skip = 0; skip < 4; skip++) generator.next();
    this.#next = () => (generator.next() >>> 0) / 2 ** 32;
  }
  below(count: number): number {
    return Math.floor(this.#next() * count);
  }
  often(part: number): boolean {
    return this.#next() < part;
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
/** A question under construction. */
interface Draft extends Writable<Omit<Question, 'actor' | 'item' | 'facts' | 'grants'>> {
  actor: Writable<Question['actor']>;
  item: Writable<Question['item']>;
  facts: Writable<KnownFact>[];
  grants: Question['grants'][number][];
}
type Kind = Fact['kind'];
type Loose = { readonly [name: string]: unknown };

class Maker {
  readonly chance: Chance;
  #ids = 0;
  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  /** A live fact; `more` is trusted to fit its kind. */
  fact(kind: Kind, more: Loose): Fact {
    const { chance } = this;
    const ends = ['mandate', 'pool', 'substitute', 'call', 'assumption', 'own'].includes(kind) || chance.often(0.5);
    const head = { t: 'fact', v: 1, suite: 1, id: ids[this.#ids++ % ids.length], practice, from: plus(NOW, -HOUR) };
    return { ...head, until: ends ? plus(NOW, HOUR) : null, kind, ...more } as Fact;
  }

  add(draft: Draft, kind: Kind, more: Loose): Fact {
    const fact = this.fact(kind, more);
    draft.facts.splice(this.chance.below(draft.facts.length + 1), 0, { fact, ended: null });
    return fact;
  }

  setting(listed: readonly TeamId[]): Loose {
    return { ground: 'accepted-referral', teams: listed, explanation: HASH };
  }

  own(team: TeamId, person: PersonId = me, dossier = dossiers[0]!): Loose {
    return { dossier, team, person, card: HASH, as: 'patient', checked: 'document' };
  }

  start(): Draft {
    const { chance } = this;
    const outside = chance.often(0.42);
    const classes = outside
      ? (['look', 'look', 'look', 'write', 'write', 'list'] as const)
      : ([
          'look',
          'look',
          'look',
          'write',
          'grant',
          'list',
          'audit',
          'sync',
          'admin',
          'session',
          'emergency',
          'own',
          'say',
        ] as const);
    const organisation = outside ? elsewhere : practice;
    const asked = chance.of<Question['class']>(classes);
    return {
      now: NOW,
      practice,
      actor: { person: me, organisation, session: 'open', owner: asked === 'admin' || chance.often(0.15) },
      class: asked,
      item: {
        dossier: dossiers[0]!,
        handle: handles[0]!,
        team: null,
        writerClass: 'source',
        parent: null,
        state: 'live',
      },
      facts: [],
      card: cardOf(
        organisation,
        asked === 'sync' ? 'agent' : asked === 'own' || asked === 'say' ? 'patient' : 'professional',
      ),
      grants: [],
      snapshot: { until: plus(NOW, chance.of([1, DAY])) },
      gone: 0,
    };
  }

  /** A question whose answer is yes (a list of another organisation apart). */
  good(): Draft {
    const { chance } = this;
    const draft = this.start();
    const outside = draft.actor.organisation !== practice;
    const team = chance.of(teams);
    const [dossier, handle] = [dossiers[0]!, handles[0]!];
    if (draft.class === 'sync') this.add(draft, 'mandate', { agent: me, responsible: people[1], kinds: [], teams: [] });
    if (draft.class === 'say') {
      this.add(draft, 'enrolment', { dossier });
      this.add(draft, 'own', this.own(team));
      draft.item = { ...draft.item, handle: null, writerClass: null };
      return draft;
    }
    if (draft.class === 'own') {
      this.add(draft, 'enrolment', { dossier });
      const own = this.add(draft, 'own', this.own(team));
      draft.grants.push({ team, fact: own.id });
      if (chance.often(0.4)) draft.item = { ...draft.item, handle: null, writerClass: null };
      return draft;
    }
    if (draft.class === 'list') {
      draft.item = { ...draft.item, dossier: null, team };
      draft.grants.push({ team, fact: null });
    }
    const urgent = draft.class === 'emergency';
    if (!outside && (draft.class === 'look' || draft.class === 'write' || urgent) && chance.often(0.4)) {
      const approved = this.fact('pool', { team, person: me, card: HASH, activators: [people[1]] });
      this.add(draft, 'substitute', { pool: approved.id, team, person: me });
      if (!urgent) this.add(draft, 'call', { dossier, person: me, note: HASH });
      draft.facts.push({ fact: approved, ended: null });
    } else {
      this.add(draft, 'membership', {
        team,
        person: me,
        practice: draft.actor.organisation,
        ...(outside ? { until: plus(NOW, HOUR) } : {}),
      });
    }
    const beneath = draft.class === 'write' || chance.often(0.2);
    if (beneath && draft.class !== 'sync' && draft.class !== 'list' && !urgent) {
      const writerClass = outside ? 'inbox' : 'work';
      draft.item = { ...draft.item, handle: handles[1]!, parent: handle, writerClass };
    }
    this.add(draft, 'enrolment', { dossier });
    if (draft.class === 'audit' && chance.often(0.5)) {
      this.add(draft, 'oversight', { team });
      return draft;
    }
    this.add(draft, 'relation', { dossier, teams: chance.often(0.5) ? [team] : [team, chance.of(teams)] });
    const step = this.add(draft, urgent ? 'emergency' : 'step', {
      dossier,
      team,
      handles: chance.often(0.5) ? [handle] : [handles[3], handle],
    });
    draft.grants.push({ team, fact: step.id });
    this.add(draft, 'write', { dossier, team });
    if (outside) {
      this.add(draft, 'partner', { organisation: elsewhere, authority: HASH, log: VKEY, profile: HASH, teams: [team] });
      const assumed = chance.often(0.5) ? this.add(draft, 'assumption', this.setting([team])) : null;
      const asked = { dossier, organisation: elsewhere, handles: handles.slice(0, 2) };
      const through = assumed === null && chance.often(0.4) ? this.add(draft, 'own', this.own(team, people[1])) : null;
      const said = through === null ? asked : { ...asked, through: through.id };
      this.add(draft, 'consent', assumed === null ? said : { ...asked, assumed: assumed.id });
    }
    return draft;
  }

  /** A fact that may or may not matter. */
  stray(draft: Draft): void {
    const { chance } = this;
    const dossier = chance.of(dossiers);
    const team = chance.of(teams);
    const some = handles.filter(() => chance.often(0.4));
    const organisation = chance.of([practice, elsewhere, third]);
    const stray: readonly (readonly [Kind, Loose])[] = [
      ['membership', { team, person: chance.of(people), practice: organisation }],
      ['mandate', { agent: chance.of(people), responsible: people[1], kinds: [], teams: [] }],
      ['enrolment', { dossier }],
      ['relation', { dossier, teams: [team] }],
      ['step', { dossier, team, handles: some }],
      ['write', { dossier, team }],
      ['oversight', { team }],
      ['own', this.own(team, chance.of(people), dossier)],
      ['emergency', { dossier, team, handles: some }],
      ['call', { dossier, person: chance.of(people), note: HASH }],
      ['consent', { dossier, organisation, handles: some }],
      ['consent', { dossier, organisation, handles: some, assumed: chance.of(ids) }],
      ['assumption', this.setting([team])],
      ['partner', { organisation, authority: HASH, log: VKEY, profile: HASH, teams: [team] }],
      ['pool', { team, person: chance.of(people), card: HASH, activators: [people[1]] }],
      ['substitute', { pool: chance.of(draft.facts)?.fact.id ?? ids[0], team, person: chance.of(people) }],
      ['restriction', { dossier: dossiers[1], handles: null, excluded: 'outside' }],
      ['restriction', { dossier, handles: [handles[2]], excluded: people[2] }],
    ];
    const [kind, more] = chance.of(stray);
    const fact = this.add(draft, kind, more);
    if (chance.often(0.2))
      this.wear(
        draft,
        draft.facts.findIndex((one) => one.fact === fact),
      );
  }

  /** Ends, delays or displaces one fact. */
  wear(draft: Draft, at: number): void {
    const { chance } = this;
    const known = draft.facts[at];
    if (known === undefined) return;
    const { fact } = known;
    const bent: readonly (() => void)[] = [
      () => draft.facts.splice(at, 1),
      () => draft.facts.splice(at, 1),
      () => (known.ended = plus(NOW, -1)),
      () => (known.ended = plus(NOW, -1)),
      () => (known.fact = { ...fact, until: NOW }),
      () => (known.fact = { ...fact, until: plus(NOW, 1) }),
      () => (known.fact = { ...fact, from: plus(NOW, chance.of([0, 1])) }),
      () => (known.fact = { ...fact, from: plus(NOW, -2 * DAY) }),
      () => (known.fact = { ...fact, practice: chance.of([practice, elsewhere, third]) }),
      () => (known.fact = { ...fact, ...('dossier' in fact ? { dossier: dossiers[1] } : {}) } as Fact),
      () => (known.fact = { ...fact, ...('team' in fact ? { team: chance.of(teams) } : {}) } as Fact),
      () => (known.fact = { ...fact, ...('teams' in fact ? { teams: [chance.of(teams)] } : {}) } as Fact),
      () => (known.fact = { ...fact, ...(fact.kind === 'consent' ? { assumed: chance.of(ids) } : {}) } as Fact),
      () => (known.fact = { ...fact, ...(fact.kind === 'consent' ? { through: chance.of(ids) } : {}) } as Fact),
      () => (known.fact = { ...fact, ...('handles' in fact ? { handles: [chance.of(handles)] } : {}) } as Fact),
    ];
    chance.of(bent)();
  }

  wearOne(draft: Draft, ...kinds: readonly Kind[]): void {
    const kind = this.chance.of(kinds);
    this.wear(
      draft,
      draft.facts.findIndex(({ fact }) => fact.kind === kind),
    );
  }

  /** Every fact of this kind ends. */
  end(draft: Draft, kind: Kind): void {
    const { chance } = this;
    for (const known of draft.facts) {
      if (known.fact.kind !== kind) continue;
      if (chance.often(0.5)) known.ended = plus(NOW, -1);
      else known.fact = { ...known.fact, until: NOW };
    }
  }

  drop(draft: Draft, kind: Kind): void {
    draft.facts = draft.facts.filter(({ fact }) => fact.kind !== kind);
  }

  /** Writes what others may write, or straight onto the part itself. */
  write(draft: Draft): void {
    if (draft.class !== 'write') return;
    const own = draft.actor.organisation === practice;
    const others = own ? (['inbox', 'source'] as const) : (['work', 'source'] as const);
    draft.item = { ...draft.item, handle: handles[0]!, writerClass: this.chance.of(others) };
  }

  shut(draft: Draft): void {
    const { chance } = this;
    const excluded = chance.of<string>([me, draft.actor.organisation, ...teams, 'outside', people[2]!]);
    const shut: (readonly HandleId[] | null)[] = [null, [handles[0]!], [handles[1]!, handles[2]!], [handles[3]!]];
    this.add(draft, 'restriction', { dossier: dossiers[0], handles: chance.of(shut), excluded });
  }

  /** One thing wrong, or at least different. */
  spoil(draft: Draft): void {
    const { chance } = this;
    const { actor, item } = draft;
    const outside = actor.organisation !== practice;
    const card = draft.card ?? cardOf(practice);
    const ways: readonly (() => void)[] = [
      () => (actor.session = chance.of(['none', 'keyring', 'locked'] as const)),
      () =>
        (draft.card = chance.of<Card | null>([
          null,
          { ...card, subject: people[1]! },
          { ...card, organisation: third },
        ])),
      () => (draft.card = chance.often(0.5) ? { ...card, until: NOW } : { ...card, from: plus(NOW, 1) }),
      () =>
        (draft.card = { ...card, kind: chance.of(['agent', 'trustee', 'professional', 'vault', 'patient'] as const) }),
      () => (actor.person = people[1]!),
      () => (actor.organisation = chance.of([practice, elsewhere, third])),
      () => (actor.owner = !actor.owner),
      () => this.wearOne(draft, 'membership', 'substitute', 'pool'),
      () => this.wearOne(draft, 'call', 'emergency', 'oversight'),
      () => this.wearOne(draft, 'own'),
      () => this.drop(draft, 'call'),
      () => this.drop(draft, 'call'),
      () => this.drop(draft, 'call'),
      () => this.drop(draft, 'call'),
      () => this.drop(draft, 'call'),
      () => this.drop(draft, 'call'),
      () => this.end(draft, 'call'),
      () => this.wearOne(draft, 'enrolment'),
      () => this.end(draft, 'enrolment'),
      () => this.drop(draft, 'enrolment'),
      () => this.wearOne(draft, 'relation'),
      () => this.drop(draft, 'relation'),
      () => this.drop(draft, 'step'),
      () => this.end(draft, 'relation'),
      () => this.wearOne(draft, 'step'),
      () => this.end(draft, 'step'),
      () => this.wearOne(draft, 'write', 'mandate'),
      () => outside && this.wearOne(draft, 'partner'),
      () => outside && this.end(draft, 'partner'),
      () => outside && this.drop(draft, 'partner'),
      () => outside && this.wearOne(draft, 'consent'),
      () => outside && this.wearOne(draft, 'assumption'),
      () => outside && this.end(draft, 'assumption'),
      () => outside && this.wearOne(draft, 'own'),
      () => outside && this.end(draft, 'own'),
      () => (item.handle = chance.of<Question['item']['handle']>([...handles, null])),
      () => (item.parent = chance.of<Question['item']['handle']>([...handles, null])),
      () => (item.dossier = chance.of<Question['item']['dossier']>([dossiers[1]!, null, dossiers[0]!])),
      () => (item.team = chance.of<TeamId | null>([...teams, null])),
      () => (item.state = 'gone'),
      () => (item.state = 'unknown'),
      () => (item.writerClass = chance.of(['source', 'work', 'inbox', null] as const)),
      () => (item.writerClass = draft.class === 'write' ? 'source' : item.writerClass),
      () => this.write(draft),
      () => this.write(draft),
      () => this.write(draft),
      () => this.write(draft),
      () => (draft.grants = []),
      () => (draft.grants = [{ team: chance.of(teams), fact: chance.of<FactId | null>([...ids.slice(0, 8), null]) }]),
      () => (draft.snapshot = chance.of<Question['snapshot']>([null, { until: NOW }])),
      () => (draft.snapshot = outside ? null : draft.snapshot),
      () => (draft.gone = 1),
      () =>
        (draft.class = chance.of([
          'look',
          'list',
          'write',
          'audit',
          'emergency',
          'own',
          'say',
          'rotate',
          'grant',
        ] as const)),
      () => this.shut(draft),
      () => this.shut(draft),
    ];
    chance.of(ways)();
  }
}

/** The question that belongs to this number. */
export function caseOf(seed: number): Question {
  const maker = new Maker(seed);
  const { chance } = maker;
  const draft = maker.good();
  for (let left = chance.below(4); left > 0; left--) maker.stray(draft);
  if (draft.class === 'list' && draft.actor.organisation !== practice && chance.often(0.5)) draft.gone = 1;
  const wrong = chance.often(0.05) ? 0 : chance.often(0.7) ? 1 : 2 + chance.below(3);
  for (let left = wrong; left > 0; left--) maker.spoil(draft);
  return draft;
}
