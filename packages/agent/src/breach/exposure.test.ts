import { type DossierId, type HandleId, type Instant, instant } from '@ketenkluis/base';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BreachWorld, type Exposed, exposureOf, type Incident, type Level } from './exposure.ts';

const END = 12;
const span = fc.tuple(fc.nat(END - 1), fc.option(fc.integer({ min: 1, max: END }))).map(([from, until]) => ({
  from,
  until: until === null ? null : Math.max(until, from),
}));
const one = (prefix: string, count: number) => fc.nat(count - 1).map((n) => `${prefix}${n}`);
const [team, person, org, device, kem] = [one('t', 3), one('p', 3), one('o', 2), one('d', 2), one('k', 2)];
const dossier = one('dos', 3) as fc.Arbitrary<DossierId>;
const handle = one('han', 3) as fc.Arbitrary<HandleId>;
const holder = one('h', 3);
const held = fc.option(
  fc.tuple(fc.uniqueArray(holder, { minLength: 1 }), fc.nat(2)).map(([people, n]) => ({
    need: 1 + (n % people.length),
    people,
  })),
  { freq: 2 },
);
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 6 });
const time = fc.nat(END).map(instant);

const world: fc.Arbitrary<BreachWorld> = fc.record({
  heads: list(
    fc.tuple(span, dossier, handle, held).map(([when, d, h, by]) => ({ ...when, dossier: d, handle: h, held: by })),
  ),
  steps: list(
    fc
      .tuple(span, team, dossier, fc.option(fc.uniqueArray(handle), { freq: 4 }))
      .map(([when, t, d, handles]) => ({ ...when, team: t, dossier: d, handles })),
  ),
  members: list(fc.tuple(span, person, team).map(([when, p, t]) => ({ ...when, person: p, team: t }))),
  keys: list(fc.tuple(span, team, kem).map(([when, t, k]) => ({ ...when, team: t, kem: k }))),
  reads: list(fc.record({ at: time, person, organisation: org, device: fc.option(device), dossier, handle })),
  partners: fc.array(fc.tuple(org, fc.uniqueArray(team)), { maxLength: 2 }).map((rows) => new Map(rows)),
  devices: fc.array(fc.tuple(device, fc.uniqueArray(person)), { maxLength: 2 }).map((rows) => new Map(rows)),
});
const incident: fc.Arbitrary<Incident> = fc
  .record(
    {
      from: time,
      until: time,
      accounts: fc.uniqueArray(person),
      devices: fc.uniqueArray(device),
      organisations: fc.uniqueArray(org),
      keys: fc.array(fc.record({ team, kem }), { maxLength: 2 }),
      backup: time,
      keyholders: fc.uniqueArray(holder),
      anybody: fc.boolean(),
    },
    { requiredKeys: ['from', 'until'] },
  )
  .map((of) => ({
    ...of,
    from: Math.min(of.from, of.until) as Instant,
    until: Math.max(of.from, of.until) as Instant,
  }));

/** Moment by moment, part by part: who held what just then. */
function twin(of: BreachWorld, what: Incident): Exposed[] {
  const out: Exposed[] = [];
  const has = (moment: number, s: { from: number; until: number | null }) =>
    moment >= s.from && (s.until === null || moment < s.until);
  for (const d of ['dos0', 'dos1', 'dos2'] as DossierId[]) {
    for (const h of ['han0', 'han1', 'han2'] as HandleId[]) {
      const levels = new Set<Level>();
      for (let now = 0; now <= END; now++) {
        const inWindow = now >= what.from && now < what.until;
        for (const line of of.reads) {
          if (line.at !== now || !inWindow || line.dossier !== d || line.handle !== h) continue;
          if (what.anybody) levels.add('read');
          if (what.accounts?.includes(line.person)) levels.add('read');
          if (what.organisations?.includes(line.organisation)) levels.add('read');
          if (line.device !== null && what.devices?.includes(line.device)) levels.add('read');
        }
        if (!of.heads.some((head) => head.dossier === d && head.handle === h && has(now, head))) continue;
        if (now === what.backup) levels.add('ciphertext');
        // Whose keyholders' pieces are at hand: enough of them, of a version that stood there at a moment of the window.
        const bare = of.heads.some((head) => {
          if (head.dossier !== d || head.handle !== h || !has(now, head)) return false;
          if (head.held === null) return true;
          const got = head.held.people.filter((x) => what.keyholders?.includes(x)).length;
          const moments = Array.from({ length: END + 1 }, (_, m) => m);
          const there = moments.some((m) => m >= what.from && m < what.until && has(m, head));
          return there && got >= head.held.need;
        });
        for (const step of of.steps) {
          if (step.dossier !== d || (step.handles !== null && !step.handles.includes(h)) || !has(now, step)) continue;
          if (inWindow) {
            const people = [...(what.accounts ?? []), ...(what.devices ?? []).flatMap((x) => of.devices.get(x) ?? [])];
            for (const p of people)
              if (of.members.some((m) => m.person === p && m.team === step.team && has(now, m)))
                levels.add('reachable');
            for (const o of what.organisations ?? [])
              if (of.partners.get(o)?.includes(step.team)) levels.add('reachable');
          }
          for (const stolen of what.keys ?? []) {
            if (stolen.team !== step.team) continue;
            const inForce = of.keys.some((key) => key.team === stolen.team && key.kem === stolen.kem && has(now, key));
            if (inForce && inWindow) levels.add('ciphertext');
            if (inForce && bare && now === what.backup) levels.add('reachable');
          }
        }
      }
      const level = (['read', 'reachable', 'ciphertext'] as const).find((x) => levels.has(x));
      if (level) out.push({ dossier: d, handle: h, level });
    }
  }
  return out;
}

describe('R58: what an incident laid open', () => {
  it('is what a look at every moment and every part finds (brute-force twin, random worlds)', () => {
    fc.assert(
      fc.property(world, incident, (of, what) => {
        expect(exposureOf(of, what)).toEqual(twin(of, what));
      }),
      { numRuns: 1000 },
    );
  });

  it('a backup alone is ciphertext; with a key of that time its team is readable; a key alone opens nothing', () => {
    const [d, h, g] = ['dos0' as DossierId, 'han0' as HandleId, 'han1' as HandleId];
    const of: BreachWorld = {
      heads: [h, g].map((each) => ({ dossier: d, handle: each, from: 0, until: null, held: null })),
      steps: [{ team: 't', dossier: d, handles: [h], from: 0, until: null }],
      members: [{ person: 'p', team: 't', from: 0, until: 5 }],
      keys: [
        { team: 't', kem: 'old', from: 0, until: 5 },
        { team: 't', kem: 'new', from: 5, until: null },
      ],
      reads: [],
      partners: new Map(),
      devices: new Map(),
    };
    const when = { from: instant(0), until: instant(10) };
    const levels = (what: Partial<Incident>) => exposureOf(of, { ...when, ...what }).map(({ level }) => level);
    expect(levels({ backup: instant(8) })).toEqual(['ciphertext', 'ciphertext']);
    expect(levels({ backup: instant(8), keys: [{ team: 't', kem: 'new' }] })).toEqual(['reachable', 'ciphertext']);
    // A leaver's key against a later copy.
    expect(levels({ backup: instant(8), keys: [{ team: 't', kem: 'old' }] })).toEqual(['ciphertext', 'ciphertext']);
    expect(levels({ keys: [{ team: 't', kem: 'new' }] })).toEqual(['ciphertext']);
    expect(levels({ accounts: ['p'] })).toEqual(['reachable']);
    // With keyholders a key and a copy of the vault together are ciphertext, until enough of them are in the same hands.
    const two = { need: 2, people: ['h0', 'h1', 'h2'] };
    const split = { ...of, heads: of.heads.map((head) => ({ ...head, held: two })) };
    const stolen = { ...when, backup: instant(8), keys: [{ team: 't', kem: 'new' }] };
    const withHolders = (keyholders: readonly string[]) =>
      exposureOf(split, { ...stolen, keyholders }).map(({ level }) => level);
    expect(withHolders([])).toEqual(['ciphertext', 'ciphertext']);
    expect(withHolders(['h2'])).toEqual(['ciphertext', 'ciphertext']);
    expect(withHolders(['h0', 'h2'])).toEqual(['reachable', 'ciphertext']);
    expect(exposureOf(split, { ...when, keyholders: ['h0', 'h1', 'h2'] })).toEqual([]);
    // The patient's own team opens every part of one dossier.
    const own = { ...of, steps: [{ team: 'own', dossier: d, handles: null, from: 0, until: null }] };
    const patient = { ...own, members: [{ person: 'p', team: 'own', from: 0, until: null }] };
    expect(exposureOf(patient, { ...when, accounts: ['p'] }).map(({ level }) => level)).toEqual([
      ...['reachable', 'reachable'],
    ]);
    expect(exposureOf(of, { from: instant(5), until: instant(9), accounts: ['p'] })).toEqual([]);
  });
});
