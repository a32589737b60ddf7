import { base64url, DAY, newId, plus, systemRandom as random, type TeamId } from '@ketenkluis/base';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Payload,
  type Statement,
  signBatch,
  signStatement,
  suite,
  verifyAuthority,
  webVerifier,
} from './index.ts';
import { createEpoch, openEpoch } from './open.ts';
import {
  AT,
  authorityPayload,
  cardOf,
  directoryOf,
  factOf,
  later,
  mandateOf,
  ownerSigners,
  person,
  type TestPerson,
  type World,
  world,
} from './testing.ts';

let w: World;
let two: ReturnType<typeof ownerSigners>;
let stranger: TestPerson;
beforeAll(async () => {
  [w, stranger] = await Promise.all([world(), person()]);
  two = ownerSigners(w.owners.slice(0, 2));
});

/** The directory after its history and one statement more. */
const after = async (...more: (Statement | Promise<Statement>)[]) =>
  directoryOf(w.organisation, [...w.history, ...(await Promise.all(more))]);
const refuses = async (code: string, ...more: (Statement | Promise<Statement>)[]) =>
  expect(after(...more)).rejects.toMatchObject({ code: `seal/${code}` });
const authorityAfter = (more: Partial<Payload<'authority'>>): Payload<'authority'> => ({
  ...w.authority.payload,
  number: 1,
  prev: w.authority.hash,
  at: later(1),
  ...more,
});

describe('authority', () => {
  it('R19: m of n owners sign; one alone, one twice or a stranger does not do', async () => {
    const card = cardOf(w.organisation, stranger, 'professional');
    await expect(after(signStatement(card, two))).resolves.toBeDefined();
    await refuses('not-signed', signStatement(card, two[0]!));
    await refuses('not-signed', signStatement(card, stranger.signer));
    await refuses('not-signed', signStatement(card, [two[0]!, stranger.signer]));
    await refuses('not-signed', signStatement(card, [...two, stranger.signer]));
    await expect(signStatement(card, [two[0]!, two[0]!])).rejects.toMatchObject({ code: 'seal/not-signed' });
    // One owner under a second name: the key is looked up by name, so it must be an owner's.
    await refuses('not-signed', signStatement(card, [two[0]!, { ...two[0]!, by: w.owners[1]!.id }]));
    const batch = await signBatch([card], { practice: w.organisation, at: AT, signer: two[0]! });
    await refuses('not-signed', batch.statements[0]!);
  });

  it('a chain goes on only from its end, signed by the owners before', async () => {
    const added = [
      ...w.authority.payload.owners.slice(0, 2),
      { person: stranger.id, sign: base64url(stranger.sign), kem: base64url(stranger.kem.publicKey) },
    ];
    const next = await signStatement(authorityAfter({ owners: added }), two);
    expect((await verifyAuthority([w.authority, next], webVerifier)).hash).toBe(next.hash);
    for (const [why, payload, signers] of [
      ['a fork', authorityAfter({ prev: null }), two],
      ['a gap', authorityAfter({ number: 2 }), two],
      ['a repeat', authorityAfter({ number: 0, prev: null }), two],
      ['another organisation', authorityAfter({ organisation: newId('organisation', random) }), two],
      ['back in time', authorityAfter({ at: plus(AT, -1) }), two],
      ['new owners sign themselves in', authorityAfter({ owners: added }), [two[0]!, stranger.signer]],
      ['too few', authorityAfter({ threshold: 1 }), [two[0]!]],
      ['nobody could sign the next', authorityAfter({ threshold: 4 }), two],
    ] as const) {
      const wrong = await signStatement(payload, signers);
      await expect(verifyAuthority([w.authority, wrong], webVerifier), why).rejects.toMatchObject({
        code: 'seal/bad-authority',
      });
    }
    const rival = await signStatement(authorityAfter({ threshold: 1 }), two);
    await expect(verifyAuthority([w.authority, next, rival], webVerifier)).rejects.toThrow();
    await expect(verifyAuthority([], webVerifier)).rejects.toThrow();
    await expect(verifyAuthority([next], webVerifier)).rejects.toThrow();
  });

  it('refuses a record that contradicts itself', async () => {
    const good = authorityPayload(w.organisation, w.owners, 2, w.recovery, w.exit);
    const [a, b, c] = good.owners;
    for (const change of [
      { threshold: 4 },
      { owners: [a!, a!, b!] },
      { owners: [a!, b!, { ...c!, sign: a!.sign }] },
      { exit: good.recovery },
      { recovery: { ...good.recovery, n: 4 } },
      { recovery: { ...good.recovery, commitments: Array(3).fill(good.recovery.commitments[0]) } },
    ]) {
      const wrong = await signStatement({ ...good, ...change }, two);
      await expect(verifyAuthority([wrong], webVerifier)).rejects.toMatchObject({ code: 'seal/bad-authority' });
    }
  });

  it('R19: after a change the old owners sign nothing more', async () => {
    const fresh = await Promise.all([person(), person()]);
    const owners = fresh.map(({ id, sign, kem }) => ({
      person: id,
      sign: base64url(sign),
      kem: base64url(kem.publicKey),
    }));
    const next = signStatement(authorityAfter({ owners }), two);
    const card = cardOf(w.organisation, stranger, 'professional');
    await refuses('not-signed', next, signStatement(card, two));
    const directory = await after(next, signStatement(card, ownerSigners(fresh)));
    expect(directory.keyOf(w.owners[0]!.id, later(2))).toBeUndefined();
    expect(directory.keyOf(w.owners[0]!.id, AT)).toBeDefined();
    expect(directory.keyOf(fresh[0]!.id, AT)).toBeUndefined();
  });
});

describe('cards', () => {
  it('only what the ledger proves to hold goes in, in its order and of this organisation', async () => {
    const directory = await after();
    const card = await signStatement(cardOf(w.organisation, stranger, 'professional'), two);
    for (const place of [
      { included: false, index: 99 },
      { included: true, index: 1 },
      { included: true, index: Number.NaN },
    ]) {
      await expect(directory.add(card, place)).rejects.toMatchObject({ code: 'seal/not-included' });
    }
    expect(directory.kemOf(stranger.id, AT)).toBeUndefined();
    const foreign = await signStatement(cardOf(newId('organisation', random), stranger, 'professional'), two);
    await expect(directory.add(foreign, { included: true, index: 99 })).rejects.toMatchObject({
      code: 'seal/bad-statement',
    });
    await directory.add(card, { included: true, index: 99 });
    expect(directory.kemOf(stranger.id, AT)).toEqual(stranger.kem.publicKey);
  });

  it('expire, and a newer card that ends at once revokes; an older one comes never back', async () => {
    const { nurse } = w;
    const directory = await after();
    expect(directory.keyOf(nurse.id, AT)).toEqual(nurse.sign);
    expect(directory.keyOf(nurse.id, plus(AT, 365 * DAY))).toBeUndefined();
    expect(directory.keyOf(nurse.id, plus(AT, -1))).toBeUndefined();
    const revoked = cardOf(w.organisation, nurse, 'professional', { number: 1, from: later(5), until: later(5) });
    const gone = await after(signStatement(revoked, two));
    expect(gone.keyOf(nurse.id, later(4))).toEqual(nurse.sign);
    expect(gone.keyOf(nurse.id, later(5))).toBeUndefined();
    expect(gone.isMember(nurse.id, w.team, later(5))).toBe(false);
    await refuses('replayed', signStatement(revoked, two), w.history[2]!);
    await refuses('replayed', signStatement(revoked, two), signStatement(revoked, two));
  });

  it('cannot be forged, changed in kind, or share a key with somebody else', async () => {
    const { organisation, nurse, owners } = w;
    await refuses('bad-card', signStatement(cardOf(organisation, nurse, 'agent', { number: 1 }), two));
    await refuses(
      'bad-card',
      signStatement(cardOf(organisation, stranger, 'professional', { sign: base64url(nurse.sign) }), two),
    );
    await refuses(
      'bad-card',
      signStatement(cardOf(organisation, stranger, 'professional', { until: plus(AT, -1) }), two),
    );
    await refuses(
      'bad-card',
      signStatement(cardOf(organisation, { ...stranger, id: owners[0]!.id }, 'professional'), two),
    );
    await expect(after(signStatement(cardOf(organisation, owners[0]!, 'professional'), two))).resolves.toBeDefined();
  });
});

describe('epochs', () => {
  const make = async (members: Statement<'card'>[], more: { number?: number; prev?: Statement<'epoch'> } = {}) =>
    createEpoch({
      organisation: w.organisation,
      team: w.team,
      number: more.number ?? 0,
      prev: more.prev?.hash ?? null,
      members,
      recoveryKey: await recoveryKey(),
      at: later(1),
      random,
    });
  const recoveryKey = async () => (await suite(1).kem.generate(() => new Uint8Array(32).fill(3))).publicKey;
  const nurseCard = () => w.history[2] as Statement<'card'>;

  it('R14: each member and the recovery key open the team key; nobody else, and no other wraps', async () => {
    const epoch = await make([nurseCard()]);
    const { kem } = suite(1);
    const input = { wraps: epoch.wraps, epoch: epoch.payload };
    const me = await kem.importPrivate(w.nurse.kem.seed);
    const opened = await openEpoch({ ...input, to: w.nurse.id, key: me });
    expect(opened.seed).toEqual(epoch.keys.seed);
    const { seed } = await kem.generate(() => new Uint8Array(32).fill(3));
    const recovered = await openEpoch({ ...input, to: 'recovery', key: await kem.importPrivate(seed) });
    expect(recovered.seed).toEqual(epoch.keys.seed);
    const other = await kem.importPrivate(stranger.kem.seed);
    await expect(openEpoch({ ...input, to: w.nurse.id, key: other })).rejects.toMatchObject({
      code: 'seal/cannot-open',
    });
    await expect(openEpoch({ ...input, to: stranger.id, key: other })).rejects.toMatchObject({
      code: 'seal/bad-epoch',
    });
    const second = await make([nurseCard()]);
    await expect(openEpoch({ ...input, wraps: second.wraps, to: w.nurse.id, key: me })).rejects.toMatchObject({
      code: 'seal/bad-epoch',
    });
    // The owners name another public key than the one inside the wraps: found at opening, not when sharing fails later.
    const split = { ...epoch.payload, kem: second.payload.kem };
    await expect(openEpoch({ ...input, epoch: split, to: w.nurse.id, key: me })).rejects.toMatchObject({
      code: 'seal/cannot-open',
    });
  });

  it('a joiner gets the current key; a record that leaves somebody out needs another', async () => {
    const first = await make([nurseCard()]);
    const signed = await signStatement(first.payload, two);
    const newcomer = await signStatement(cardOf(w.organisation, stranger, 'professional'), two);
    const base = { organisation: w.organisation, team: w.team, number: 1, prev: signed.hash, at: later(1), random };
    const recovery = await recoveryKey();
    const joined = await createEpoch({
      ...base,
      members: [nurseCard(), newcomer],
      recoveryKey: recovery,
      keys: first.keys,
    });
    expect(joined.payload.kem).toBe(first.payload.kem);
    const directory = await after(newcomer, signed, signStatement(joined.payload, two));
    expect(directory.epochOf(w.team)?.payload.members).toHaveLength(2);
    const swapped = await createEpoch({ ...base, members: [newcomer], recoveryKey: recovery, keys: first.keys });
    await refuses('bad-epoch', newcomer, signed, signStatement(swapped.payload, two));
  });

  it('a key that somebody left with never comes back', async () => {
    const first = await make([nurseCard()]);
    const signed = await signStatement(first.payload, two);
    const second = await make([], { number: 1, prev: signed });
    const next = await signStatement(second.payload, two);
    const third = await make([], { number: 2, prev: next });
    await expect(after(signed, next, signStatement(third.payload, two))).resolves.toBeDefined();
    await refuses('bad-epoch', signed, next, signStatement({ ...third.payload, kem: first.payload.kem }, two));
  });

  it('follow one another, with current cards only', async () => {
    const first = await make([nurseCard()]);
    const signed = await signStatement(first.payload, two);
    const second = await make([], { number: 1, prev: signed });
    const directory = await after(signed, signStatement(second.payload, two));
    expect(directory.epochOf(w.team)?.payload.number).toBe(1);
    expect(directory.epochNumber(w.team, 0)?.kem).toBe(first.payload.kem);
    await refuses('bad-epoch', signed, signed);
    await refuses('bad-epoch', signed, signStatement({ ...second.payload, prev: w.authority.hash }, two));
    await refuses('bad-epoch', signStatement(second.payload, two));
    await refuses('bad-epoch', signed, signStatement({ ...second.payload, kem: first.payload.kem }, two));
    await refuses('not-signed', signStatement(first.payload, two[0]!));
    const outsider = await signStatement(cardOf(w.organisation, stranger, 'professional'), two);
    await refuses('bad-epoch', signStatement((await make([outsider])).payload, two));
    const renewed = signStatement(cardOf(w.organisation, w.nurse, 'professional', { number: 1 }), two);
    await refuses('bad-epoch', renewed, signed);
  });
});

describe('who may sign', () => {
  const relation = (teams = [w.team]): Payload<'fact'> => ({
    ...factOf(w),
    kind: 'relation',
    dossier: newId('dossier', random),
    teams,
  });
  const may = async (payload: Payload, who: TestPerson, at = later(1), directory = w.directory) =>
    directory.verify(await signStatement(payload, who.signer), at);

  it('R19: the agent signs only the fact kinds of its mandate, for its teams, while it lasts', async () => {
    expect(await may(relation(), w.agent)).toBe(true);
    expect(await may(relation([w.team, newId('team', random)]), w.agent)).toBe(false);
    expect(await may(relation(), w.agent, plus(AT, 90 * DAY))).toBe(false);
    expect(await may(relation(), w.agent, plus(AT, -1))).toBe(false);
    expect(await may(relation(), w.nurse)).toBe(false);
    expect(await may(relation(), w.owners[0]!)).toBe(false);
    expect(await may({ ...factOf(w), kind: 'membership', team: w.team, person: w.nurse.id }, w.agent)).toBe(false);
    expect(await may(mandateOf(w), w.agent)).toBe(false);
    expect(await may({ ...relation(), practice: newId('organisation', random) } as Payload, w.agent)).toBe(false);
    const narrow = await directoryOf(w.organisation, [
      ...w.history.slice(0, 3),
      await signStatement(mandateOf(w, ['enrolment']), two),
    ]);
    expect(await may(relation(), w.agent, later(1), narrow)).toBe(false);
    expect(
      await may({ ...factOf(w), kind: 'enrolment', dossier: newId('dossier', random) }, w.agent, later(1), narrow),
    ).toBe(true);
  });

  it('a revoked agent signs nothing, whatever its mandate says', async () => {
    const revoked = cardOf(w.organisation, w.agent, 'agent', { number: 1, from: later(3), until: later(3) });
    const directory = await after(signStatement(revoked, two));
    const ask = (hours: number) => directory.maySign(relation(), [w.agent.id], later(hours));
    expect([ask(2), ask(3)]).toEqual([true, false]);
    expect(directory.mandatesOf(w.agent.id, later(3))).toHaveLength(1);
  });

  it('a mandate needs an agent’s card, somebody who answers for it, and comes in once', async () => {
    await refuses('bad-card', signStatement({ ...mandateOf(w), agent: w.nurse.id }, two));
    await refuses('bad-card', signStatement({ ...mandateOf(w), responsible: stranger.id }, two));
    await refuses('replayed', w.history[3]!);
    await refuses(
      'bad-card',
      signStatement({ ...factOf(w), kind: 'membership', team: w.team, person: stranger.id }, two),
    );
    await refuses('bad-statement', signStatement(relation(), two));
  });

  it('one owner ends a mandate or membership; a stranger does not, and it stays ended', async () => {
    const mandate = w.history[3]!.payload as Payload<'fact'>;
    const end: Payload<'withdrawal'> = {
      ...{ t: 'withdrawal', v: 1, suite: 1, practice: w.organisation, fact: mandate.id, dossier: null, at: later(2) },
    };
    const directory = await after(signStatement(end, two[0]!));
    expect(directory.mandatesOf(w.agent.id, later(1))).toHaveLength(1);
    expect(directory.mandatesOf(w.agent.id, later(2))).toHaveLength(0);
    expect(await may(relation(), w.agent, later(2), directory)).toBe(false);
    await refuses('not-signed', signStatement(end, w.nurse.signer));
    await refuses('not-signed', signStatement(end, w.agent.signer));
    await refuses('replayed', signStatement(end, two[0]!), w.history[3]!);
    await refuses('bad-statement', signStatement({ ...end, fact: newId('fact', random) }, two[0]!));
  });

  it('sources are the agent’s, work is a professional’s, and a grant needs the issuer’s own membership', () => {
    const at = later(1);
    const descriptor = (writer: TestPerson, kind: 'source' | 'work' | 'inbox') =>
      w.directory.maySign(
        {
          t: 'descriptor',
          practice: w.organisation,
          writer: writer.id,
          class: kind,
          team: null,
        } as Payload<'descriptor'>,
        [writer.id],
        at,
      );
    expect([descriptor(w.agent, 'source'), descriptor(w.agent, 'work'), descriptor(w.agent, 'inbox')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([descriptor(w.nurse, 'source'), descriptor(w.nurse, 'work'), descriptor(w.nurse, 'inbox')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(descriptor(stranger, 'work')).toBe(false);
    const grant = (issuer: TestPerson, team = w.team) =>
      w.directory.maySign(
        { t: 'grant', practice: w.organisation, issuer: issuer.id, team } as Payload<'grant'>,
        [issuer.id],
        at,
      );
    expect([grant(w.agent), grant(w.nurse), grant(stranger), grant(w.nurse, newId('team', random))]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    // R19: a mandate reaches as far as the teams it names.
    const other = newId('team', random);
    const list = (team: TeamId) =>
      w.directory.maySign(
        {
          t: 'descriptor',
          practice: w.organisation,
          writer: w.agent.id,
          class: 'source',
          team,
        } as Payload<'descriptor'>,
        [w.agent.id],
        at,
      );
    const bundle = (to: 'team' | 'vault', recipient: string) =>
      w.directory.maySign(
        { t: 'bundle', practice: w.organisation, issuer: w.agent.id, to, recipient } as Payload<'bundle'>,
        [w.agent.id],
        at,
      );
    expect([list(w.team), list(other), grant(w.agent, other)]).toEqual([true, false, false]);
    expect([bundle('team', w.team), bundle('team', other), bundle('vault', w.nurse.id)]).toEqual([true, false, true]);
    const snapshot = (by: TestPerson) =>
      w.directory.maySign({ t: 'snapshot', practice: w.organisation, by: by.id } as Payload<'snapshot'>, [by.id], at);
    expect([snapshot(w.agent), snapshot(w.owners[2]!), snapshot(w.nurse)]).toEqual([true, true, false]);
    // Whoever signs must be whom the payload names.
    expect(
      w.directory.maySign(
        { t: 'snapshot', practice: w.organisation, by: w.agent.id } as Payload<'snapshot'>,
        [w.owners[2]!.id],
        at,
      ),
    ).toBe(false);
    expect(w.directory.maySign({ t: 'join' } as Payload<'join'>, [w.nurse.id], at)).toBe(false);
    expect(w.directory.maySign(w.authority.payload, [], at)).toBe(false);
  });
});
