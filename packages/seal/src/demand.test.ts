/** What a practice asks of a sign-on, who signs it, and what follows for whom (docs/identity.md, "The demand"). */

import { systemRandom as random } from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ASSURANCE_LEVELS,
  type Demand,
  demandedOf,
  type Hash,
  hashOf,
  meetsDemand,
  parsePayload,
  reachesLevel,
  type Statement,
  signStatement,
  takesSecond,
} from './index.ts';
import { AT, cardOf, directoryOf, factOf, later, ownerSigners, person, type World, world } from './testing.ts';

let made: World;
let history: readonly Statement[];
let patient: Awaited<ReturnType<typeof person>>;
let card: Statement<'card'>;
const WAYS: Demand['ways'] = [
  { means: 'dezi', issuer: 'https://dezi.example' },
  { means: 'eid', issuer: 'https://digid.example' },
];
const demand = (more: Partial<Demand> = {}): Demand => ({
  ...{ ...factOf(made), kind: 'demand', desk: 'https://balie.example', ways: WAYS, staff: 'high' },
  ...{ patients: 'substantial', ...more },
});
const two = () => ownerSigners(made.owners.slice(0, 2));
const build = (...more: Statement[]) => directoryOf(made.organisation, [...history, ...more]);
const at = { included: true, index: 99 };

beforeAll(async () => {
  made = await world();
  const trustee = await person();
  patient = await person();
  card = await signStatement(cardOf(made.organisation, patient, 'patient'), two());
  history = [...made.history, await signStatement(cardOf(made.organisation, trustee, 'trustee'), two()), card];
});

describe('what a practice asks of a sign-on', () => {
  it('R26, R19: as many owners as it takes and two people at least say it; nobody ends it', async () => {
    const [first, second] = made.owners;
    const directory = await build();
    expect(takesSecond(demand())).toBe(true);
    const may = (...by: string[]) => directory.maySign(demand(), by, later(1));
    expect(may(first!.id, second!.id)).toBe(true);
    for (const by of [[first!.id], [first!.id, made.nurse.id], [made.agent.id], [patient.id]])
      expect(may(...by)).toBe(false);
    const before = await build(await signStatement(demand(), two()));
    const lower = demand({ staff: null, from: later(2) });
    const alone = await signStatement(lower, ownerSigners(made.owners.slice(0, 1)));
    await expect(before.add(alone, at)).rejects.toThrow('second person');
    const { id } = before.demand!;
    const end = { t: 'withdrawal', v: 1, suite: 1, practice: made.organisation, fact: id, dossier: null } as const;
    await expect(before.add(await signStatement({ ...end, at: later(2) }, two()), at)).rejects.toThrow('may not end');
    expect(before.demand?.staff).toBe('high');
    expect(before.demandedBy).toEqual([first!.id, second!.id]);
    // The twin: with the second signer the same statement counts.
    await before.add(await signStatement(lower, two()), at);
    expect(before.demand?.staff).toBe(null);
  });

  it('R26: what was said last counts; an older one that was held back never comes after', async () => {
    const old = await signStatement(demand({ staff: 'substantial', from: later(1) }), two());
    const next = await signStatement(demand({ from: later(2) }), two());
    const directory = await build(next);
    const same = await signStatement(demand({ staff: null, from: later(2) }), two());
    for (const stale of [old, same, next])
      await expect(directory.add(stale, at)).rejects.toMatchObject({ code: 'seal/replayed' });
    expect(directory.demand?.staff).toBe('high');
    expect((await build(old, next)).demand?.staff).toBe('high');
  });

  it('R26: what nobody can meet is refused, and so is anything beside it', async () => {
    const directory = await build();
    for (const bend of [
      { desk: null },
      { ways: [] },
      { ways: WAYS.slice(1) },
      { ways: WAYS.slice(0, 1) },
      { ways: [...WAYS, WAYS[0]!] },
      { ways: [{ means: 'dezi', issuer: 'nobody' }, WAYS[1]!] },
      { desk: 'http://balie.example' },
      { desk: 'https://balie.example/' },
      { desk: 'https://balie.example/x' },
      { desk: 'balie.example' },
      { until: later(9) },
    ] satisfies Partial<Demand>[])
      await expect(directory.add(await signStatement(demand(bend), two()), at)).rejects.toMatchObject({
        code: 'seal/bad-statement',
      });
    expect(() => parsePayload({ ...demand(), guests: 'low' })).toThrow();
    expect(() => parsePayload({ ...demand(), staff: 'low' })).toThrow();
    const nothing = { desk: null, ways: [], staff: null, patients: null };
    await directory.add(await signStatement(demand(nothing), two()), at);
    expect(directory.demandOf(made.nurse.id, later(1))).toBe(null);
  });

  it('R28, R26: each kind of person is asked their own level; whoever is taken in below it is not', async () => {
    const stated = await signStatement(demand({ from: later(1) }), two());
    const directory = await build(stated);
    expect(directory.demandOf(made.nurse.id, later(2))).toBe('high');
    expect(directory.demandOf(made.owners[0]!.id, later(2))).toBe('high');
    expect(directory.demandOf(patient.id, later(2))).toBe('substantial');
    expect(directory.demandOf(made.agent.id, later(2))).toBe(null);
    expect((await build()).demandOf(made.nurse.id, later(2))).toBe(null);
    const subject = hashOf(random(32)) as Hash;
    const own = (from: number, eid?: { level: 'substantial' | 'high'; subject: Hash }) =>
      signStatement(
        {
          ...{ ...factOf(made), kind: 'own' as const, dossier: 'dos_aaaaaaaaaaaaaaaaaaaaaaaaaa' as never },
          ...{ team: 'tea_aaaaaaaaaaaaaaaaaaaaaaaaaa' as never, person: patient.id as never, card: card.hash },
          ...{ as: 'patient' as const, checked: 'document' as const, from: later(from), until: later(from + 1000) },
          ...(eid && { eid }),
        },
        two(),
      );
    await expect(directory.add(await own(2), at)).rejects.toThrow('asks more');
    await directory.add(await own(2, { level: 'substantial', subject }), at);
    // Whoever was taken in before is not put out of the directory: the vault asks them what is asked of everybody.
    const before = await build(await own(0));
    await before.add(stated, at);
    expect(before.owns(later(2))).toHaveLength(1);
  });

  it('R26: never less than is demanded, for any level (property)', () => {
    const level = fc.constantFrom(...ASSURANCE_LEVELS);
    const asked = fc.constantFrom('substantial' as const, 'high' as const, null);
    fc.assert(
      fc.property(
        level,
        asked,
        asked,
        fc.constantFrom('professional', 'patient', 'trustee', undefined),
        (has, s, p, kind) => {
          const said = demand({ staff: s, patients: p });
          const wants = demandedOf(said, kind as 'patient' | undefined);
          expect(wants).toBe(kind === 'patient' ? p : s);
          if (has !== 'low') {
            const eid = { level: has, subject: hashOf(new Uint8Array(1)) };
            expect(meetsDemand({ eid }, said)).toBe(p === null || reachesLevel(has, p));
          }
          expect(meetsDemand({}, said)).toBe(p === null);
        },
      ),
    );
    expect(AT).toBeLessThan(later(1));
  });
});
