import { DAY, type FactId, fromBase64url, HOUR, newId, plus, systemRandom, type TeamId } from '@ketenkluis/base';
import type {
  accessAnswer,
  heads as headsMessage,
  referrals as referralsMessage,
  releaseAnswer,
} from '@ketenkluis/protocol';
import {
  type Fact,
  type FactOf,
  type Statement,
  signStatement,
  statementsFromWire,
  statementsToWire,
  suite,
  webVerifier,
} from '@ketenkluis/seal';
import { openBundle, openPack } from '@ketenkluis/seal/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fsck } from './fsck.ts';
import {
  aboutDossier,
  befriend,
  deliverAll,
  empty,
  endFacts,
  endReferral,
  enrol,
  look,
  newDossier,
  type ReferOptions,
  referTo,
  sealInto,
  startPartner,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeOver,
  takeSnapshot,
  visit,
  withStates,
  writeMessage,
} from './testing.ts';

let world: TestWorld;
let partner: TestWorld;
type Looked = z.infer<typeof releaseAnswer>;
let agent: TestSession;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  partner = await startPartner(world);
  await befriend(world, partner);
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
});
afterAll(async () => {
  await world.close();
  await partner.close();
});

const enrolled = async (): Promise<TestDossier> => {
  const dossier = newDossier();
  const { into } = await enrol(world, dossier);
  expect((await deliverAll(world, agent, into)).text).toContain('receipt');
  expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
  return dossier;
};

/** How many versions of this dossier are wrapped for a team, and none without its grant. */
const grantsFor = (team: TeamId, dossier: TestDossier): Promise<number> =>
  world.running.vault.storage.read(async (tx) => {
    const granted = await tx
      .selectFrom('granted')
      .select('descriptor')
      .where('team', '=', team)
      .where('dossier', '=', dossier.id)
      .execute();
    const wraps = await tx
      .selectFrom('wrap')
      .innerJoin('handle', 'handle.descriptor', 'wrap.descriptor')
      .select('wrap.descriptor')
      .where('wrap.recipient', '=', team)
      .where('handle.dossier', '=', dossier.id)
      .execute();
    expect(wraps.length).toBe(granted.length);
    return granted.length;
  });

/** What the partner's own key opens of one released item. */
async function read(answer: z.infer<typeof releaseAnswer>, position: number): Promise<string> {
  const result = answer.results[position];
  if (result?.outcome !== 'permit') throw new Error(`denied: ${JSON.stringify(result)}`);
  const [descriptor, bundle] = statementsFromWire({
    statements: [result.descriptor, result.bundle],
    batches: answer.batches,
  }) as [Statement<'descriptor'>, Statement<'bundle'>];
  const key = await suite(1).kem.importPrivate(partner.practice.nurseTeam.seed);
  const c = await (await openBundle(bundle.payload, key)).unwrap({ ...result.wrap, ct: fromBase64url(result.wrap.ct) });
  const people = [world.practice.agent, world.practice.nurse, partner.practice.nurse];
  const opened = await openPack({
    pack: fromBase64url(result.pack) as never,
    shares: { c: c as never, h: fromBase64url(result.h) as never },
    descriptor: descriptor.payload,
    keyOf: (by) => people.find(({ id }) => id === by)?.signer.publicKey,
    verifier: webVerifier,
  });
  return new TextDecoder().decode(opened.content);
}

describe('assumed consent', () => {
  const setting = (more: Partial<FactOf<'assumption'>> = {}): FactOf<'assumption'> => ({
    ...{ t: 'fact', v: 1, suite: 1, id: newId('fact', systemRandom), practice: world.practice.id },
    ...{ from: world.time.clock(), until: plus(world.time.clock(), 300 * DAY) },
    ...{ kind: 'assumption', ground: 'accepted-referral', teams: [partner.practice.nurseTeam.id] },
    explanation: world.practice.authority.hash,
    ...more,
  });
  const state = async (payload: FactOf<'assumption'> | ReturnType<typeof withdrawalOf>, by = world.practice.owners) => {
    const owner = await world.open(world.practice.gp);
    const wire = statementsToWire([await signStatement(payload, by)]);
    return world.signed(owner, 'statements', { ...wire, wraps: [] }, { class: 'admin' });
  };
  const withdrawalOf = (fact: FactOf<'assumption'>) => ({
    ...{ t: 'withdrawal' as const, v: 1 as const, suite: 1, practice: world.practice.id, fact: fact.id },
    ...{ dossier: null, at: world.time.clock() },
  });
  const assuming =
    (assumed: FactId, more: Partial<FactOf<'consent'>> = {}): NonNullable<ReferOptions['change']> =>
    (facts) =>
      facts.map((fact) => (fact.kind === 'consent' ? { ...fact, assumed, ...more } : fact));

  it('R19, R31, R35: opens by a setting of two people, and nothing from the line on that ends it', async () => {
    const dossier = await enrolled();
    const [first, second] = dossier.handles;
    const made = setting();
    expect((await state(made, world.practice.owners.slice(0, 1))).status).not.toBe(200);
    const without = await referTo(world, partner, nurse, dossier, { handles: [first!], change: assuming(made.id) });
    expect(without.reply.status).not.toBe(200);
    expect((await state(made)).text).toContain('line');

    const wrong: Partial<FactOf<'consent'>>[] = [
      { assumed: newId('fact', systemRandom) },
      { handles: [first!, second!] },
      { until: plus(world.time.clock(), 91 * DAY) },
    ];
    for (const more of wrong) {
      const change = assuming(made.id, more);
      const { reply } = await referTo(world, partner, nurse, dossier, { handles: [first!], change });
      expect(reply.status).not.toBe(200);
    }
    const { reply, handed } = await referTo(world, partner, nurse, dossier, {
      ...{ handles: [first!], change: assuming(made.id) },
    });
    expect(reply.text).toContain('line');
    const guest = await visit(world, partner);
    const looked = async () => {
      const reply = await look(world, guest, [{ dossier: dossier.id, handle: first! }]);
      return reply.json<Looked>();
    };
    const yes = await looked();
    expect(yes.results).toMatchObject([{ outcome: 'permit' }]);
    // The line names consent and setting.
    const item = new TextDecoder().decode(fromBase64url(yes.line.items[0]!.part));
    expect(JSON.parse(item)).toMatchObject({ consent: handed.consent, facts: expect.arrayContaining([made.id]) });
    // No other referral stands on it.
    const bare = await referTo(world, partner, nurse, dossier, {
      ...{ handles: [first!], change: (facts) => facts.filter(({ kind }) => kind !== 'consent') },
    });
    expect(bare.reply.status).not.toBe(200);

    const ended = await state(withdrawalOf(made) as never, world.practice.owners.slice(0, 1));
    expect(ended.text).toContain('line');
    expect((await looked()).results).toMatchObject([{ outcome: 'deny', reason: 'unknown' }]);
    const again = await referTo(world, partner, nurse, dossier, { handles: [first!], change: assuming(made.id) });
    expect(again.reply.status).not.toBe(200);
    // Who treats may still take the consent away, and the grants go with it.
    expect((await endReferral(world, nurse, dossier, handed)).text).toContain('line');
    expect(await grantsFor(partner.practice.nurseTeam.id, dossier)).toBe(0);
  });

  it('R31, R35: is never said outside a referral, nor by the agent, nor for a team that the setting does not list', async () => {
    const dossier = await enrolled();
    const made = setting();
    expect((await state(made)).status).toBe(200);
    const from = world.time.clock();
    const consent: FactOf<'consent'> = {
      ...{ t: 'fact', v: 1, suite: 1, id: newId('fact', systemRandom), practice: world.practice.id, kind: 'consent' },
      ...{ from, until: plus(from, DAY), dossier: dossier.id, organisation: partner.practice.id },
      ...{ handles: [dossier.handles[0]!], assumed: made.id },
    };
    const alone = await aboutDossier(world, nurse, 'consent', dossier, {
      ...(await withStates(world, nurse, [consent])),
    });
    expect(alone.status).not.toBe(200);
    const { assumed: _, ...asked } = consent;
    const said = await aboutDossier(world, nurse, 'consent', dossier, {
      ...(await withStates(world, nurse, [asked])),
    });
    expect(said.text).toContain('line');
    const other = setting({ teams: [partner.practice.gpTeam.id] });
    expect((await state(other)).status).not.toBe(200);
  });
});

describe('a referral', () => {
  it('R15, R31: opens for the partner what the step and the consent name, and the letter', async () => {
    const dossier = await enrolled();
    const [first] = dossier.handles;
    const guest = await visit(world, partner);
    const before = await look(world, guest, [{ dossier: dossier.id, handle: first! }]);
    expect(before.json<z.infer<typeof releaseAnswer>>().results).toMatchObject([
      { outcome: 'deny', reason: 'unknown' },
    ]);
    const { reply, handed } = await referTo(world, partner, nurse, dossier, { handles: [first!] });
    expect(reply.text).toContain('line');
    const answer = (
      await look(
        world,
        guest,
        [...dossier.handles, handed.letter].map((handle) => ({ dossier: dossier.id, handle })),
      )
    ).json<z.infer<typeof releaseAnswer>>();
    expect(answer.results.map(({ outcome }) => outcome)).toEqual(['permit', 'deny', 'permit']);
    expect(await read(answer, 0)).toContain(first!);
    expect(await read(answer, 2)).toContain(handed.letter);
    expect(answer.line.items.map(({ position }) => position)).toEqual([0, 2]);
  });

  it('R16, R19, R31: refuses what goes beyond the giver, the partner, the patient and the time', async () => {
    const dossier = await enrolled();
    const later = (days: number) => plus(world.time.clock(), days * DAY);
    type Change = NonNullable<ReferOptions['change']>;
    const each =
      (kind: Fact['kind'], more: Partial<Record<string, unknown>>): Change =>
      (facts) =>
        facts.map((fact) => (fact.kind === kind ? ({ ...fact, ...more } as Fact) : fact));
    const elsewhere = newId('organisation', systemRandom);
    const changes: Record<string, Change> = {
      'no consent': (facts) => facts.filter(({ kind }) => kind !== 'consent'),
      'consent of another organisation': each('consent', { organisation: elsewhere }),
      'consent of fewer parts': each('consent', { handles: [dossier.handles[0]] }),
      'consent that ends before': each('consent', { until: later(30) }),
      'consent without an end': each('consent', { until: null }),
      'step without an end': each('step', { until: null }),
      'too long': (facts) => facts.map((fact) => ({ ...fact, until: later(367) }) as Fact),
      'ended before': (facts) => facts.map((fact) => ({ ...fact, from: later(-2), until: later(-1) }) as Fact),
      'begins later': (facts) => facts.map((fact) => ({ ...fact, from: later(1) }) as Fact),
      'relation of another length': each('relation', { until: later(80) }),
      'relation of more teams': each('relation', { teams: [partner.practice.nurseTeam.id, world.practice.gpTeam.id] }),
      'another dossier': each('write', { dossier: newId('dossier', systemRandom) }),
      'another practice': each('step', { practice: partner.practice.id }),
    };
    const told = new Set<string>();
    for (const [name, change] of Object.entries(changes)) {
      const { reply } = await referTo(world, partner, nurse, dossier, { change });
      expect({ name, ...reply.json() }).toMatchObject({ name, type: 'vault/bad-statement' });
      told.add(reply.json<{ title: string }>().title);
    }
    expect([...told].sort()).toEqual([
      'a referral begins now',
      'a referral is about one team in one dossier',
      'no consent of the patient covers this referral',
      'relation, step and write end together, at most a year ahead',
      'the consent ends, and not before the step',
      'the consent names this organisation and all these parts',
      'this fact is not signed by whoever sends it',
    ]);
    // A step for a team of the practice itself, by a professional: never.
    const own = await referTo(world, partner, nurse, dossier, { team: world.practice.gpTeam });
    expect(own.reply.json()).toMatchObject({ type: 'vault/bad-statement' });
    // Signed by somebody else than who sends it.
    const forged = await referTo(world, partner, nurse, dossier, { author: world.practice.gp });
    expect(forged.reply.status).toBe(422);
    expect((await referTo(world, partner, nurse, dossier)).reply.status).toBe(200);
  });

  it('R15: nobody hands on what they cannot open themselves', async () => {
    const dossier = await enrolled();
    const gp = await world.open(world.practice.gp);
    // The owner treats nobody here, and one of the nurse's parts is not there.
    const { reply } = await referTo(world, partner, gp, dossier);
    expect(reply.json()).toMatchObject({ type: 'vault/not-allowed' });
    const more = { ...dossier, handles: [...dossier.handles, newId('handle', systemRandom)] };
    const wider = await referTo(world, partner, nurse, more);
    expect(wider.reply.json()).toMatchObject({ type: 'vault/not-allowed' });
    expect(await grantsFor(partner.practice.nurseTeam.id, dossier)).toBe(0);
  });

  it('R17, R22: report, take over, end: then the partner is refused, and its grants are gone', async () => {
    const dossier = await enrolled();
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
    const { handed } = await referTo(world, partner, nurse, dossier);
    const guest = await visit(world, partner);
    const listed = (await world.call('referrals', { token: guest.token })).json<z.infer<typeof referralsMessage>>();
    const mine = listed.referrals.find((one) => one.dossier === dossier.id);
    expect(mine?.handles.map(({ handle }) => handle).sort()).toEqual([...dossier.handles, handed.letter].sort());
    expect(mine?.facts).toHaveLength(4);

    for (const readers of ['own', 'practice'] as const)
      expect((await writeMessage(world, partner, guest, dossier, handed, { readers })).reply.status).toBe(422);
    const note = await writeMessage(world, partner, guest, dossier, handed, { change: { class: 'work' } });
    expect(note.reply.status).toBe(404);
    const sent = await writeMessage(world, partner, guest, dossier, handed);
    expect(sent.reply.text).toContain('line');
    const message = [{ dossier: dossier.id, handle: sent.handle }];
    for (const who of [nurse, guest])
      expect((await look(world, who, message)).json<Looked>().results).toMatchObject([{ outcome: 'permit' }]);
    // The agent is told what professionals handed on.
    const heads = (await world.call('heads', { token: agent.token })).json<z.infer<typeof headsMessage>>();
    const given = heads.dossiers.find((one) => one.dossier === dossier.id)!.given;
    expect(given.length).toBeGreaterThanOrEqual(6);
    expect((await takeOver(world, nurse, dossier, sent.handle)).status).toBe(200);
    expect((await look(world, nurse, message)).json<Looked>().results).toMatchObject([{ outcome: 'deny' }]);

    expect((await endReferral(world, guest, dossier, handed)).status).toBe(404);
    const ended = await endReferral(world, nurse, dossier, handed);
    expect(ended.text).toContain('line');
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([
      { outcome: 'deny', reason: 'unknown' },
    ]);
    const late = await writeMessage(world, partner, guest, dossier, handed);
    expect(late.reply.status).toBe(404);
    expect(await grantsFor(partner.practice.nurseTeam.id, dossier)).toBe(0);
    expect((await world.call('referrals', { token: guest.token })).text).not.toContain(dossier.id);
    // Own people go on.
    expect((await look(world, nurse, items)).json<Looked>().results).toMatchObject([{ outcome: 'permit' }]);
  });

  it('R17: a withdrawn consent is refused at once, and every grant that rests on it goes in the same line', async () => {
    const dossier = await enrolled();
    const { handed } = await referTo(world, partner, nurse, dossier);
    const guest = await visit(world, partner);
    const items = dossier.handles.map((handle) => ({ dossier: dossier.id, handle }));
    expect(await grantsFor(partner.practice.nurseTeam.id, dossier)).toBe(3);
    expect((await endFacts(world, nurse, dossier, [handed.consent])).text).toContain('line');
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([
      { outcome: 'deny' },
      { outcome: 'deny' },
    ]);
    expect(await grantsFor(partner.practice.nurseTeam.id, dossier)).toBe(0);
    expect((await look(world, nurse, items)).json<Looked>().results).toMatchObject([
      { outcome: 'permit' },
      { outcome: 'permit' },
    ]);
  });

  it('R15: the agent seals the next version for the partner as long as the step stands, and for no other reason', async () => {
    const dossier = await enrolled();
    const { handed } = await referTo(world, partner, nurse, dossier);
    const guest = await visit(world, partner);
    const handle = dossier.handles[0]!;
    const next = async (fact: FactId | null) => {
      const heads = (await world.call('heads', { token: agent.token })).json<z.infer<typeof headsMessage>>();
      const known = heads.dossiers.find((one) => one.dossier === dossier.id)!;
      const head = known.handles.find((one) => one.handle === handle)!;
      const into = empty();
      into.expect.push({ dossier: dossier.id, seq: known.seq });
      const version = { handle, version: head.version + 1, prev: head.descriptor };
      await sealInto(
        world,
        into,
        world.practice.agent,
        dossier.id,
        [version],
        [
          { team: world.practice.nurseTeam, fact: dossier.step },
          { team: partner.practice.nurseTeam, fact },
        ],
      );
      return deliverAll(world, agent, into);
    };
    expect((await next(newId('fact', systemRandom))).status).toBe(422);
    expect((await next(dossier.step)).status).toBe(422);
    expect((await next(handed.step)).text).toContain('receipt');
    expect((await takeSnapshot(world, agent)).reply.status).toBe(200);
    const answer = (await look(world, guest, [{ dossier: dossier.id, handle }])).json<Looked>();
    expect(await read(answer, 0)).toContain(handle);
    expect((await endReferral(world, nurse, dossier, handed)).status).toBe(200);
    expect((await next(handed.step)).status).toBe(422);
  });

  it('R16: what own teams stand on does not end by this way', async () => {
    const dossier = await enrolled();
    const owner = await world.open(world.practice.gp);
    for (const fact of [dossier.step, dossier.relation, dossier.write, dossier.enrolment]) {
      const reply = await endFacts(world, owner, dossier, [fact]);
      expect(reply.json()).toMatchObject({ title: 'only what a partner stands on ends here' });
    }
  });

  it('R34, R22: a restriction shuts the partner out at once, and nobody is shown it', async () => {
    const dossier = await enrolled();
    await referTo(world, partner, nurse, dossier);
    const guest = await visit(world, partner);
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
    const restriction: FactOf<'restriction'> = {
      t: 'fact',
      v: 1,
      suite: 1,
      id: newId('fact', systemRandom),
      practice: world.practice.id,
      from: world.time.clock(),
      until: null,
      kind: 'restriction',
      dossier: dossier.id,
      handles: null,
      excluded: 'outside',
    };
    const said = await aboutDossier(world, nurse, 'consent', dossier, {
      ...(await withStates(world, nurse, [restriction])),
    });
    expect(said.text).toContain('line');
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([
      { outcome: 'deny', reason: 'unknown' },
    ]);
    expect((await world.call('referrals', { token: guest.token })).text).not.toContain(dossier.id);
    const shown = await aboutDossier(world, nurse, 'access', dossier, {});
    expect(shown.status).toBe(200);
    const { facts, grants } = shown.json<z.infer<typeof accessAnswer>>();
    const kinds = facts.map(({ header }) => JSON.parse(Buffer.from(header, 'base64url').toString()).kind);
    expect(kinds).not.toContain('restriction');
    expect(kinds).toEqual(expect.arrayContaining(['enrolment', 'relation', 'step', 'consent', 'partner']));
    expect(grants.length).toBeGreaterThan(1);
    // Who does not treat this patient is not told.
    const gp = await world.open(world.practice.gp);
    expect((await aboutDossier(world, gp, 'access', dossier, {})).status).toBe(200);
    const trustee = await world.open(world.practice.trustee);
    expect((await aboutDossier(world, trustee, 'access', dossier, {})).status).toBe(403);
  });

  it('R31: a consent outside a referral opens nothing by itself', async () => {
    const dossier = await enrolled();
    const guest = await visit(world, partner);
    const given = {
      t: 'fact' as const,
      v: 1 as const,
      suite: 1,
      id: newId('fact', systemRandom),
      practice: world.practice.id,
      from: world.time.clock(),
      until: null,
      kind: 'consent' as const,
      dossier: dossier.id,
      organisation: partner.practice.id,
      handles: [...dossier.handles],
    };
    const said = await aboutDossier(world, nurse, 'consent', dossier, { ...(await withStates(world, nurse, [given])) });
    expect(said.status).toBe(200);
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([{ outcome: 'deny' }]);
    // It carries the referral that comes after it.
    const change: ReferOptions['change'] = (facts) => facts.filter(({ kind }) => kind !== 'consent');
    expect((await referTo(world, partner, nurse, dossier, { change })).reply.status).toBe(200);
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([{ outcome: 'permit' }]);
  });

  it('two changes of one dossier at once: one stands, the other starts over', async () => {
    const dossier = await enrolled();
    const bodies = await Promise.all([
      referTo(world, partner, nurse, dossier),
      referTo(world, partner, nurse, dossier),
    ]);
    const statuses = bodies.map(({ reply }) => reply.status).sort();
    expect(statuses[0]).toBe(200);
    expect([200, 401, 409]).toContain(statuses[1]);
    expect(statuses[1]).not.toBe(200);
  });

  it('R17: the referral ends by itself', async () => {
    const dossier = await enrolled();
    await referTo(world, partner, nurse, dossier, { until: plus(world.time.clock(), HOUR) });
    const guest = await visit(world, partner);
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]! }];
    expect((await look(world, guest, items)).json<Looked>().results).toMatchObject([{ outcome: 'permit' }]);
    world.time.move(HOUR);
    const later = await visit(world, partner);
    expect((await look(world, later, items)).json<Looked>().results).toMatchObject([{ outcome: 'deny' }]);
  });

  it('fsck finds nothing to mend', async () => {
    // By itself every minute; this clock went on by hours.
    await world.running.upkeep();
    await world.running.stop();
    expect((await fsck(world.dir)).faults).toEqual([]);
  });
});
