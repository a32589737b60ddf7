/** Who may state and end the facts of consent, restriction, partner, pool and substitute (docs/spec/fact.md). */

import { DAY, HOUR, newId, plus, systemRandom as random } from '@ketenkluis/base';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Fact, type FactOf, type Hash, hashOf, parsePayload, type Statement, signStatement } from './index.ts';
import {
  AT,
  cardOf,
  directoryOf,
  factOf,
  mandateOf,
  ownerSigners,
  person,
  type TestPerson,
  type World,
  world,
} from './testing.ts';

let made: World;
let locum: TestPerson;
let cards: Statement[];
let pool: FactOf<'pool'>;
const dossier = newId('dossier', random);
const handles = [newId('handle', random)];
const elsewhere = newId('organisation', random);

beforeAll(async () => {
  made = await world();
  locum = await person();
  const two = ownerSigners(made.owners.slice(0, 2));
  const card = await signStatement(cardOf(made.organisation, locum, 'professional'), two);
  pool = {
    ...factOf(made),
    kind: 'pool',
    until: plus(AT, 30 * DAY),
    team: made.team,
    person: locum.id,
    card: card.hash,
    activators: [made.nurse.id, locum.id],
  };
  cards = [card, await signStatement(pool, two)];
});

const place = (more: Partial<FactOf<'substitute'>> = {}): FactOf<'substitute'> => ({
  ...factOf(made),
  kind: 'substitute',
  until: plus(AT, DAY),
  pool: pool.id,
  team: made.team,
  person: locum.id,
  ...more,
});
const consent = (): FactOf<'consent'> => ({
  ...factOf(made),
  kind: 'consent',
  dossier,
  organisation: elsewhere,
  handles,
});
const restriction = (): FactOf<'restriction'> => ({
  ...factOf(made),
  kind: 'restriction',
  dossier,
  handles: null,
  excluded: 'outside',
});
const partner = (organisation = elsewhere): FactOf<'partner'> => ({
  ...factOf(made),
  kind: 'partner',
  organisation,
  authority: hashOf(Uint8Array.of(1)),
  profile: hashOf(Uint8Array.of(2)),
  log: 'ketenkluis.example/3f7c+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAB',
  teams: [newId('team', random)],
});
const withdrawalOf = (fact: Fact) => ({
  t: 'withdrawal' as const,
  v: 1 as const,
  suite: 1,
  practice: made.organisation,
  fact: fact.id,
  dossier: 'dossier' in fact ? fact.dossier : null,
  at: plus(AT, HOUR),
});
const full = (...more: Statement[]) => directoryOf(made.organisation, [...made.history, ...cards, ...more]);
const may = async (fact: Fact, ...by: string[]) => (await full()).maySign(fact, by, plus(AT, HOUR));
const mayEnd = async (fact: Fact, ...by: string[]) =>
  (await full()).maySign(withdrawalOf(fact), by, plus(AT, HOUR), fact);

describe('facts of access', () => {
  it('R31: a consent names one organisation and its parts; no consent for everybody or everything can be written', () => {
    expect(parsePayload(consent())).toMatchObject({ organisation: elsewhere, handles });
    for (const wider of [{ organisation: null }, { handles: null }, { handles: [] }, { organisation: 'outside' }]) {
      expect(() => parsePayload({ ...consent(), ...wider })).toThrow();
    }
  });

  it('R34: a restriction shuts out a person, a team, an organisation or everybody outside', () => {
    for (const excluded of [made.nurse.id, made.team, elsewhere, 'outside']) {
      expect(parsePayload({ ...restriction(), excluded })).toMatchObject({ excluded });
    }
    expect(() => parsePayload({ ...restriction(), excluded: 'everybody' })).toThrow();
    expect(() => parsePayload({ ...restriction(), handles: [] })).toThrow();
  });

  it('consent and restriction are stated by who sits with the patient, or an agent whose mandate says so', async () => {
    for (const fact of [consent(), restriction()]) {
      expect(await may(fact, made.nurse.id)).toBe(true);
      expect(await may(fact, made.agent.id)).toBe(false);
      expect(await may(fact, newId('person', random))).toBe(false);
    }
    const kinds = ['consent', 'restriction'] as const;
    const wider = await signStatement(mandateOf(made, kinds), ownerSigners(made.owners.slice(0, 2)));
    const directory = await full(wider);
    expect(directory.maySign(consent(), [made.agent.id], plus(AT, HOUR))).toBe(true);
    expect(directory.maySign(withdrawalOf(restriction()), [made.agent.id], plus(AT, HOUR), restriction())).toBe(false);
    const shut = restriction();
    expect(directory.maySign(withdrawalOf(shut), [made.agent.id], plus(AT, HOUR), shut)).toBe(true);
  });

  it('R33: one professional or one owner ends a consent; R19: lifting a restriction takes the owners together', async () => {
    const [one, two] = made.owners;
    const given = consent();
    expect(await mayEnd(given, made.nurse.id)).toBe(true);
    expect(await mayEnd(given, one!.id)).toBe(true);
    const shut = restriction();
    expect(await mayEnd(shut, made.nurse.id)).toBe(false);
    expect(await mayEnd(shut, one!.id)).toBe(false);
    expect(await mayEnd(shut, one!.id, two!.id)).toBe(true);
    // Not with the signature of whom it shuts out.
    expect(await mayEnd({ ...shut, excluded: two!.id }, one!.id, two!.id)).toBe(false);
  });

  it('R34: who recorded a restriction lifts it, unless it shuts them out; nobody records in another name', async () => {
    const by = made.nurse.id;
    const shut = { ...restriction(), excluded: elsewhere, by };
    expect(await may(shut, by)).toBe(true);
    expect(await may(shut, made.owners[0]!.id)).toBe(false);
    expect(await mayEnd(shut, by)).toBe(true);
    expect(await mayEnd(shut, made.owners[0]!.id)).toBe(false);
    expect(await mayEnd({ ...shut, excluded: 'outside' }, by)).toBe(true);
    for (const excluded of [by, made.team, made.organisation])
      expect(await mayEnd({ ...shut, excluded }, by)).toBe(false);
    expect(() => parsePayload({ ...shut, by: 'outside' })).toThrow();
  });

  it('R19: partner and pool take as many owners as it takes', async () => {
    const [one, two] = ownerSigners(made.owners.slice(0, 2));
    await expect(full(await signStatement(partner(), [one!]))).rejects.toMatchObject({ code: 'seal/not-signed' });
    await expect(full(await signStatement({ ...pool, id: newId('fact', random) }, [one!]))).rejects.toMatchObject({
      code: 'seal/not-signed',
    });
    expect((await full(await signStatement(partner(), [one!, two!]))).organisation).toBe(made.organisation);
    await expect(full(await signStatement(partner(made.organisation), [one!, two!]))).rejects.toMatchObject({
      code: 'seal/bad-statement',
    });
    const other = { ...pool, id: newId('fact', random), card: 'A'.repeat(43) as Hash };
    await expect(full(await signStatement(other, [one!, two!]))).rejects.toMatchObject({ code: 'seal/bad-card' });
  });

  it('R18, R19: nobody is approved for a team of others or their own, or to be called in by a stranger, whoever signed', async () => {
    const approve = async (more: Partial<FactOf<'pool'>>) =>
      full(await signStatement({ ...pool, id: newId('fact', random), ...more }, ownerSigners(made.owners.slice(0, 2))));
    const refused = { code: 'seal/bad-statement' };
    await expect(approve({})).resolves.toBeDefined();
    await expect(approve({ team: newId('team', random) })).rejects.toMatchObject(refused);
    await expect(approve({ activators: [...pool.activators, newId('person', random)] })).rejects.toMatchObject(refused);
    const nurse = made.directory.cardStatement(made.nurse.id)!;
    await expect(approve({ person: made.nurse.id, card: nurse.hash })).rejects.toMatchObject(refused);
  });

  it('R18: one activator calls a substitute in, for that team and inside the pool; the substitute never', async () => {
    expect(await may(place(), made.nurse.id)).toBe(true);
    expect(await may(place(), locum.id)).toBe(false);
    expect(await may(place(), made.owners[0]!.id)).toBe(false);
    expect(await may(place({ until: plus(AT, 31 * DAY) }), made.nurse.id)).toBe(false);
    expect(await may(place({ from: plus(AT, -1) }), made.nurse.id)).toBe(false);
    expect(await may(place({ team: newId('team', random) }), made.nurse.id)).toBe(false);
    expect(await may(place({ person: made.nurse.id }), made.nurse.id)).toBe(false);
    expect(await may(place({ pool: newId('fact', random) }), made.nurse.id)).toBe(false);
    const [nurse] = ownerSigners([made.nurse]);
    const called = await signStatement(place(), [nurse!]);
    expect((await full(called)).organisation).toBe(made.organisation);
    const [self] = ownerSigners([locum]);
    await expect(full(await signStatement(place(), [self!]))).rejects.toMatchObject({ code: 'seal/not-signed' });
  });

  it('R18: after the pool has ended nobody is called in', async () => {
    const [one] = ownerSigners(made.owners);
    const directory = await full(await signStatement(withdrawalOf(pool), [one!]));
    expect(directory.maySign(place(), [made.nurse.id], plus(AT, 2 * HOUR))).toBe(false);
  });

  it('a fact of a dossier has no place in the directory', async () => {
    const [nurse] = ownerSigners([made.nurse]);
    await expect(full(await signStatement(consent(), [nurse!]))).rejects.toMatchObject({ code: 'seal/bad-statement' });
  });
});
