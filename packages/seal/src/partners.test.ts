import { DAY, HOUR, type Instant, newId, plus, systemRandom as random, type TeamId } from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Fact,
  type FactOf,
  guestMaySign,
  isDirectoryFact,
  isVouched,
  type KeyDirectory,
  type Payload,
  type Statement,
  signStatement,
} from './index.ts';
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

const LOG = 'ketenkluis.example/3f7c+0123abcd+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAB';
const dossier = newId('dossier', random);
const NOW = plus(AT, HOUR);
let home: World;
let other: World;
let locum: TestPerson;
let history: readonly Statement[];
let pinned: FactOf<'partner'>;

const partnerFact = (more: Partial<FactOf<'partner'>> = {}): FactOf<'partner'> => ({
  ...factOf(home),
  kind: 'partner',
  organisation: other.organisation,
  authority: other.authority.hash,
  profile: other.authority.hash,
  log: LOG,
  teams: [other.team],
  ...more,
});
const two = (of: World) => ownerSigners(of.owners.slice(0, 2));
const build = (...more: Statement[]): Promise<KeyDirectory> => directoryOf(home.organisation, [...history, ...more]);
const withPartner = async (...more: Statement[]): Promise<KeyDirectory> => {
  const directory = await build(...more);
  directory.addPartner(other.directory);
  return directory;
};
const step = (more: Partial<FactOf<'step'>> = {}): FactOf<'step'> => ({
  ...factOf(home),
  kind: 'step',
  dossier,
  team: other.team,
  handles: [newId('handle', random)],
  until: plus(AT, 90 * DAY),
  ...more,
});
const withdrawalOf = (fact: Fact) => ({
  t: 'withdrawal' as const,
  v: 1 as const,
  suite: 1,
  practice: home.organisation,
  fact: fact.id,
  dossier: 'dossier' in fact ? fact.dossier : null,
  at: NOW,
});

beforeAll(async () => {
  [home, other] = await Promise.all([world(), world()]);
  locum = await person();
  pinned = partnerFact();
  const epochless = mandateOf(other, ['membership']);
  const more = await signStatement(epochless, two(other));
  other = { ...other, directory: await directoryOf(other.organisation, [...other.history, more]) };
  history = [
    ...home.history,
    await signStatement(cardOf(home.organisation, locum, 'trustee'), two(home)),
    await signStatement(pinned, two(home)),
  ];
});

describe('a partner in the directory', () => {
  it('R19: the second signer is an owner, a trustee or a professional; an agent, a stranger or a partner is not', async () => {
    const directory = await withPartner();
    const [one, second] = home.owners;
    const may = (...by: string[]) => directory.maySign(partnerFact(), by, NOW);
    expect(may(one!.id, second!.id)).toBe(true);
    expect(may(one!.id, second!.id, locum.id)).toBe(true);
    expect(may(one!.id, second!.id, home.nurse.id)).toBe(true);
    expect(may(one!.id)).toBe(false);
    expect(may(one!.id, home.nurse.id)).toBe(false);
    expect(may(one!.id, second!.id, home.agent.id)).toBe(false);
    expect(may(one!.id, second!.id, other.nurse.id)).toBe(false);
  });

  it('R16: a professional states a step for a partner for a while, and never for a team of the practice', async () => {
    const directory = await withPartner();
    const may = (fact: Fact, by = home.nurse.id) => directory.maySign(fact, [by], NOW);
    const relation = (teams: TeamId[]): Fact => {
      const { team: _, handles: __, ...rest } = step();
      return { ...rest, kind: 'relation', teams };
    };
    expect(may(step())).toBe(true);
    expect(may(relation([other.team]))).toBe(true);
    expect(may(step({ until: null }))).toBe(false);
    expect(may(step({ team: home.team }))).toBe(false);
    expect(may(relation([other.team, home.team]))).toBe(false);
    expect(may(step({ team: newId('team', random) }))).toBe(false);
    expect(may(step(), locum.id)).toBe(false);
    expect(may(step(), other.nurse.id)).toBe(false);
    expect(directory.maySign(step(), [home.nurse.id], plus(AT, -1))).toBe(false);
  });

  it('R16: the same for every team, end and time, as a property', async () => {
    const directory = await withPartner();
    const stranger = newId('team', random);
    fc.assert(
      fc.property(
        fc.subarray([home.team, other.team, stranger], { minLength: 1 }),
        fc.option(fc.integer({ min: 1, max: 400 })),
        fc.integer({ min: -2, max: 300 }),
        fc.constantFrom(home.nurse.id, locum.id, other.nurse.id, home.owners[0]!.id),
        (teams, days, at, by) => {
          const until = days === null ? null : plus(AT, days * DAY);
          const { team: _, handles: __, ...rest } = step({ until });
          const fact: Fact = { ...rest, kind: 'relation', teams };
          const when = plus(AT, at * DAY);
          const expected =
            by === home.nurse.id && at >= 0 && until !== null && teams.length === 1 && teams[0] === other.team;
          expect(directory.maySign(fact, [by], when)).toBe(expected);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('R17: what stands for a partner is ended by any professional, an owner or the agent, also after the partner is none', async () => {
    const gone = await signStatement(withdrawalOf(pinned), ownerSigners([home.owners[0]!]));
    for (const directory of [await withPartner(), await withPartner(gone)]) {
      const fact = step();
      for (const { id } of [home.nurse, home.owners[2]!, home.agent])
        expect(directory.maySign(withdrawalOf(fact), [id], plus(NOW, 1), fact)).toBe(true);
      for (const { id } of [locum, other.nurse])
        expect(directory.maySign(withdrawalOf(fact), [id], plus(NOW, 1), fact)).toBe(false);
      const own = step({ team: home.team });
      expect(directory.maySign(withdrawalOf(own), [home.nurse.id], plus(NOW, 1), own)).toBe(false);
    }
    const ended = await withPartner(gone);
    expect(ended.maySign(step(), [home.nurse.id], plus(NOW, 1))).toBe(false);
    expect(ended.maySign(step(), [home.nurse.id], plus(NOW, -1))).toBe(true);
  });

  it('a team belongs to one organisation: no own team and no second partner can be named', async () => {
    const refused = async (fact: FactOf<'partner'>) =>
      expect(build(await signStatement(fact, two(home)))).rejects.toMatchObject({ code: 'seal/bad-statement' });
    await refused(partnerFact({ teams: [home.team] }));
    await refused(partnerFact({ organisation: newId('organisation', random) }));
  });

  it('a directory counts only when a live fact names it and its chain holds the record that was compared', async () => {
    const foreign = await world();
    const directory = await build();
    expect(() => directory.addPartner(foreign.directory)).toThrow(/no partner fact/);
    expect(() => directory.addPartner(home.directory)).toThrow();
    expect(directory.partnerAt(other.organisation, NOW)).toBeUndefined();
    directory.addPartner(other.directory);
    expect(directory.partnerAt(other.organisation, NOW)?.fact.id).toBe(pinned.id);
    expect(directory.partnerAt(other.organisation, plus(AT, -1))).toBeUndefined();
    const wrong = partnerFact({ authority: foreign.authority.hash });
    const mistaken = await directoryOf(home.organisation, [...home.history, await signStatement(wrong, two(home))]);
    mistaken.addPartner(other.directory);
    expect(mistaken.partnerAt(other.organisation, NOW)).toBeUndefined();
    expect(mistaken.keyOf(other.nurse.id, NOW)).toBeUndefined();
  });

  it('a longer directory that begins with the known one is taken; a shorter and a forked one are not', async () => {
    const directory = await withPartner();
    const shorter = await directoryOf(other.organisation, other.history.slice(0, -1));
    const [last] = other.history.slice(-1);
    const forked = await directoryOf(other.organisation, [...other.history.slice(0, -1), last!]);
    await forked.add(await signStatement(mandateOf(other), two(other)), { included: true, index: 99 });
    for (const wrong of [shorter, forked]) expect(() => directory.addPartner(wrong)).toThrow(/does not begin/);
    const late = await signStatement(mandateOf(other), two(other));
    const longer = await directoryOf(other.organisation, [...other.history]);
    expect(() => directory.addPartner(longer)).toThrow();
    const whole = await directoryOf(other.organisation, other.history);
    expect(whole.position.count).toBeLessThan(other.directory.position.count);
    await other.directory.add(late, { included: true, index: 99 });
    expect(() => directory.addPartner(other.directory)).not.toThrow();
  });
});

describe('guestMaySign', () => {
  const head = { v: 1 as const, suite: 1 };
  const descriptor = (writer: TestPerson, more: Partial<Payload<'descriptor'>> = {}): Payload<'descriptor'> => ({
    t: 'descriptor',
    ...head,
    practice: home.organisation,
    dossier,
    team: null,
    slot: null,
    handle: newId('handle', random),
    version: 1,
    prev: null,
    class: 'inbox',
    parent: newId('handle', random),
    writer: writer.id,
    pack: pinned.authority,
    size: 1,
    shares: { c: pinned.authority, h: pinned.authority, k: null },
    ...more,
  });

  it('R15: a message and what belongs to it, for that practice, by one professional; nothing else', async () => {
    const { nurse } = other;
    const may = (payload: Payload, ...by: string[]) =>
      guestMaySign(other.directory, home.organisation, payload, by.length > 0 ? by : [nurse.id], NOW);
    expect(may(descriptor(nurse))).toBe(true);
    expect(may(descriptor(nurse, { class: 'work' }))).toBe(false);
    expect(may(descriptor(nurse, { class: 'source' }))).toBe(false);
    expect(may(descriptor(nurse, { practice: other.organisation }))).toBe(false);
    expect(may(descriptor(nurse), nurse.id, other.owners[0]!.id)).toBe(false);
    expect(may(descriptor(other.agent), other.agent.id)).toBe(false);
    expect(may(descriptor(home.nurse), home.nurse.id)).toBe(false);
    expect(may(step())).toBe(false);
    expect(
      may({
        ...factOf(home),
        kind: 'consent',
        dossier,
        organisation: other.organisation,
        handles: [newId('handle', random)],
      }),
    ).toBe(false);
    expect(may(withdrawalOf(step()))).toBe(false);
    expect(guestMaySign(other.directory, other.organisation, descriptor(nurse), [nurse.id], NOW)).toBe(false);
  });

  it('R22: own and partner people never mix: each is judged by their own organisation alone', async () => {
    const directory = await withPartner();
    const signed = await signStatement(descriptor(other.nurse), other.nurse.signer);
    expect(await directory.verify(signed, NOW)).toBe(true);
    expect(await directory.verify(signed, plus(AT, -1))).toBe(false);
    expect(directory.cardOf(other.nurse.id, NOW)).toBeUndefined();
    expect(directory.guestCardOf(other.nurse.id, NOW)?.organisation).toBe(other.organisation);
    expect(directory.guestCardOf(home.nurse.id, NOW)).toBeUndefined();
    // Somebody with a card here signs nothing as a guest, whatever a partner says of that id.
    const own = await signStatement(descriptor(home.nurse), home.nurse.signer);
    expect(await directory.verify(own, NOW)).toBe(true);
    const gone = await signStatement(withdrawalOf(pinned), ownerSigners([home.owners[0]!]));
    const ended = await withPartner(gone);
    expect(await ended.verify(signed, plus(NOW, 1))).toBe(false);
    expect(await ended.verify(signed, plus(NOW, -1))).toBe(true);
  });
});

describe('a membership for a day', () => {
  const daily = (more: Partial<FactOf<'membership'>> = {}): FactOf<'membership'> => ({
    ...factOf(other),
    kind: 'membership',
    team: other.team,
    person: other.nurse.id,
    until: plus(AT, DAY),
    ...more,
  });

  it('R17: lives a day at most, and stands in no directory', () => {
    fc.assert(
      fc.property(fc.option(fc.integer({ min: -DAY, max: 3 * DAY })), (length) => {
        const fact = daily({ until: length === null ? null : (Math.max(0, AT + length) as Instant) });
        expect(isVouched(fact)).toBe(length !== null && length <= DAY);
        expect(isDirectoryFact(fact)).toBe(!isVouched(fact));
      }),
    );
  });

  it('R16: one owner or the agent says again what stands already; nobody makes a member alone', async () => {
    const { directory } = other;
    const may = (fact: Fact, ...by: string[]) => directory.maySign(fact, by, NOW);
    const [one, second] = other.owners;
    expect(may(daily(), one!.id)).toBe(true);
    expect(may(daily(), other.agent.id)).toBe(true);
    expect(may(daily(), other.nurse.id)).toBe(false);
    expect(may(daily({ until: plus(AT, DAY + 1) }), one!.id)).toBe(false);
    expect(may(daily({ until: plus(AT, DAY + 1) }), other.agent.id)).toBe(false);
    expect(may(daily({ person: one!.id }), one!.id)).toBe(false);
    expect(may(daily({ team: newId('team', random) }), other.agent.id)).toBe(false);
    expect(may(daily({ person: one!.id }), one!.id, second!.id)).toBe(true);
    expect(
      home.directory.maySign(
        daily({ practice: home.organisation, person: home.nurse.id, team: home.team }),
        [home.agent.id],
        NOW,
      ),
    ).toBe(false);
  });
});

describe('the setting for assumed consent', () => {
  const setting = (more: Partial<FactOf<'assumption'>> = {}): FactOf<'assumption'> => ({
    ...factOf(home),
    kind: 'assumption',
    ground: 'accepted-referral',
    teams: [other.team],
    explanation: home.authority.hash,
    until: plus(AT, 300 * DAY),
    ...more,
  });
  const consent = (assumed: FactOf<'assumption'>, more: Partial<FactOf<'consent'>> = {}): FactOf<'consent'> => ({
    ...factOf(home),
    ...{ kind: 'consent', dossier, organisation: other.organisation, handles: [newId('handle', random)] },
    ...{ until: plus(AT, 90 * DAY), assumed: assumed.id, ...more },
  });

  it('R19: two people put it in the log, an owner among them; one, an agent or a partner cannot', async () => {
    const directory = await withPartner();
    const [one, second] = home.owners;
    const may = (...by: string[]) => directory.maySign(setting(), by, NOW);
    expect(may(one!.id, second!.id)).toBe(true);
    expect(may(one!.id)).toBe(false);
    expect(may(home.nurse.id, locum.id)).toBe(false);
    expect(may(one!.id, second!.id, home.agent.id)).toBe(false);
    expect(may(one!.id, second!.id, other.nurse.id)).toBe(false);
    const signed = await signStatement(setting(), ownerSigners(home.owners.slice(0, 1)));
    await expect(withPartner(signed)).rejects.toMatchObject({ code: 'seal/not-signed' });
  });

  it('R35: it lists teams of partners of that time, ends within a year and a day, and nothing comes after it by itself', async () => {
    const stated = async (fact: FactOf<'assumption'>) => withPartner(await signStatement(fact, two(home)));
    const made = setting();
    const directory = await stated(made);
    expect(directory.assumptionAt(made.id, NOW)).toEqual(made);
    expect(directory.assumptionAt(made.id, made.until)).toBeUndefined();
    expect(directory.standing(NOW)).toContainEqual(made);
    for (const wrong of [
      { teams: [home.team] },
      { teams: [other.team, newId('team', random)] },
      { until: plus(AT, 367 * DAY) },
      { until: AT },
    ])
      await expect(stated(setting(wrong))).rejects.toMatchObject({ code: 'seal/bad-statement' });
  });

  it('R31, R35: only who refers assumes, only while it lives, only for an organisation that it lists; anyone who treats may end it', async () => {
    const made = setting();
    const said = await signStatement(made, two(home));
    const directory = await withPartner(said);
    const may = (fact: Fact, by = home.nurse.id, at = NOW) => directory.maySign(fact, [by], at);
    expect(may(consent(made))).toBe(true);
    expect(may(consent(made), home.agent.id)).toBe(false);
    expect(may(consent(made), locum.id)).toBe(false);
    expect(may(consent(made, { until: null }))).toBe(false);
    expect(may(consent(made, { organisation: newId('organisation', random) }))).toBe(false);
    expect(may(consent(setting()))).toBe(false);
    expect(may(consent(made), home.nurse.id, made.until)).toBe(false);
    const { assumed: _, ...asked } = consent(made);
    expect(may(asked)).toBe(true);

    const ended = await withPartner(
      said,
      await signStatement(withdrawalOf(made), ownerSigners(home.owners.slice(0, 1))),
    );
    const later = plus(NOW, 1);
    expect(ended.assumptionAt(made.id, later)).toBeUndefined();
    expect(ended.maySign(consent(made), [home.nurse.id], later)).toBe(false);
    const standing = consent(made);
    expect(ended.maySign(withdrawalOf(standing), [home.nurse.id], later, standing)).toBe(true);
    expect(ended.maySign(withdrawalOf(standing), [other.nurse.id], later, standing)).toBe(false);
  });
});
