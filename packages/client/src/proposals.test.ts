/** Two owners of a practice that needs both take in a colleague, beside a host that changes what waits. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url, type InvitationId, MINUTE, plus, type TeamId } from '@ketenkluis/base';
import {
  addSignature,
  createInvitation,
  createJoin,
  joinCode,
  parseInvitationFragment,
  type Statement,
  signStatement,
  statementFromWire,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { testPerson } from '@ketenkluis/vault/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  admit,
  agree,
  change,
  directoryContent,
  disagree,
  keptDevices,
  memoryStorage,
  openList,
  parseDeviceLink,
  readContent,
  renew,
  type Session,
  signIn,
  takeDeviceLink,
  type Waiting,
  waitingProposals,
  wire,
} from './index.ts';

interface OnWire {
  readonly proposals: {
    proposal: ReturnType<typeof statementToWire>;
    statements: ReturnType<typeof statementToWire>[];
    wraps: string[];
    names: object[];
  }[];
}

describe('a proposal to the other owners', () => {
  let world: World;
  let first: Session;
  let second: Session;
  let team: TeamId;
  const MARLOES = { name: 'Marloes Bakker', role: 'poh-s' };

  const enter = async (name: string): Promise<Session> => {
    world.clock.move(1000);
    const person = world.init.people.find((one) => one.name === name)!;
    const link = parseDeviceLink(person.first.link);
    const storage = memoryStorage();
    await takeDeviceLink(storage, link);
    const [device] = await keptDevices(storage);
    const { practice, authority, log, logTeam } = link;
    const place = { origin: link.origin, pins: { practice, authority, log, logTeam } };
    const ports = { fetch: world.net.fetch, clock: world.clock.clock, random: world.random, storage };
    return await signIn(wire(place, ports), {
      by: 'passphrase',
      device: device!,
      passphrase: person.first.passphrase,
    });
  };

  /** An invitation by the first owner, answered. */
  async function answered(): Promise<{ id: InvitationId; person: string; code: string }> {
    const { random } = world;
    const at = first.now();
    const made = await createInvitation({ organisation: first.practice, team, by: first.person, at, random });
    const invitation = await signStatement(made.payload, first.keys().signer);
    await post(first, [invitation]);
    const her = await testPerson(random);
    const { seed } = parseInvitationFragment(made.fragment);
    const join = await createJoin({ invitation: made.payload, seed, signer: her.signer, kem: her.kemPublic, at });
    const unlocker = { kind: 'passkey' as const, credential: 'AAAA', salt: random(32), prf: random(32) };
    const secrets = { sign: her.signSeed, kem: her.kemSeed };
    const keyring = await createKeyring({ person: her.id, secrets, unlockers: [unlocker], random });
    await first.wire.call('join', z.unknown(), {
      path: `/v1/practices/${first.practice}/invitations/${made.payload.id}/join`,
      body: { join: statementToWire(join), keyring: base64url(keyring), device: null, passkey: null },
    });
    return { id: made.payload.id, person: her.id, code: await joinCode(invitation, join) };
  }
  const post = (session: Session, statements: readonly Statement[]) =>
    change(session, {
      endpoint: 'statements',
      class: 'admin',
      items: [],
      annexed: false,
      body: { ...statementsToWire(statements), wraps: [] },
    });
  const one = async (session: Session) => {
    const [waiting, ...more] = await waitingProposals(session);
    if (waiting === undefined || more.length > 0) throw new Error('not one proposal');
    return waiting;
  };
  const bend = (how: (answer: OnWire) => void | Promise<void>) => {
    world.net.between = async (url, ask) => {
      const answer = await ask();
      if (!url.endsWith('/proposals') || answer.status !== 200) return answer;
      const json = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer()));
      if (!('proposals' in json)) return { ...answer, arrayBuffer: async () => encode(json) };
      await how(json);
      return { ...answer, arrayBuffer: async () => encode(json) };
    };
  };
  const encode = (json: unknown) => new TextEncoder().encode(JSON.stringify(json)).buffer as ArrayBuffer;
  const isIn = async (session: Session, person: string) =>
    (await session.people(true)).cardOf(person, session.now()) !== undefined;

  beforeAll(async () => {
    world = await makeWorld(3, 3);
    first = await enter('A. de Eerste');
    second = await enter('B. de Tweede');
    const nurse = world.init.people.find(({ role }) => role === 'poh-s')!.person;
    team = (await first.people()).memberships(first.now()).find(({ person }) => person === nurse)!.team;
  });
  afterAll(() => world.close());
  afterEach(async () => {
    world.net.between = null;
    for (const { hash } of await waitingProposals(first)) await disagree(first, hash);
  });

  it('R19: one owner proposes, the other reads name and code, and with the second signature she is in', async () => {
    const { id, person, code } = await answered();
    expect(await admit(first, id, MARLOES)).toBe('proposed');
    expect(await isIn(first, person)).toBe(false);
    const seen = await one(second);
    expect(seen).toMatchObject({ by: first.person, person, team, code, stale: false, named: MARLOES });
    expect(seen).toMatchObject({ signers: [first.person], threshold: 2 });
    expect(
      JSON.stringify(await world.vault().vault.storage.read((tx) => tx.selectFrom('proposal').selectAll().execute())),
    ).not.toContain('Bakker');

    expect(await agree(second, seen.hash)).toBe('admitted');
    expect(await waitingProposals(second)).toEqual([]);
    const people = await first.people(true);
    expect(people.isMember(person, team, first.now())).toBe(true);
    const epoch = people.epochOf(team)!.payload;
    expect(epoch.members.map((member) => member.person)).toContain(person);
    // With the next sync everybody reads her name, which the host never saw.
    await world.sync({ acceptSelection: true });
    second.forgetMe();
    await second.people(true);
    const { content } = await openList(second, 'directory');
    expect(readContent(directoryContent, content).people).toContainEqual({ person, ...MARLOES });
    // The team kept its key, so that she reads at once.
    expect(epoch.kem).toBe(people.epochNumber(team, epoch.number - 1)!.kem);
  });

  it('one signature alone is refused by the log, and a colleague who is no owner sees nothing that waits', async () => {
    const { id } = await answered();
    await admit(first, id, MARLOES);
    const { hash } = await one(first);
    expect(await agree(first, hash)).toBe('proposed');
    const nurse = await enter('C. Verpleger');
    expect(await waitingProposals(nurse)).toEqual([]);
    await expect(disagree(nurse, hash)).rejects.toMatchObject({ code: 'client/refused' });
  });

  it('a host that puts its own key on the card, or swaps wraps, gets no signature', async () => {
    const { id, person } = await answered();
    await admit(first, id, MARLOES);
    const { hash } = await one(second);
    const other = await testPerson(world.random);
    // Its own card in place of the proposed one, signed by the host itself.
    bend(async ({ proposals: [open] }) => {
      const card = statementFromWire(open!.statements[0]!).payload as Statement<'card'>['payload'];
      const false_ = { ...card, sign: base64url(other.signer.publicKey), kem: base64url(other.kemPublic) };
      open!.statements[0] = statementToWire(await signStatement(false_, { ...other.signer, by: first.person }));
    });
    expect(await one(second)).toMatchObject({ broken: true });
    await expect(agree(second, hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
    // The statements that go with the new card are not those that the proposer named.
    bend(async ({ proposals: [open] }) => {
      open!.statements.reverse();
    });
    await expect(agree(second, hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
    bend(({ proposals: [open] }) => {
      open!.wraps = [];
    });
    await expect(agree(second, hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
    bend(({ proposals: [open] }) => {
      open!.names = [];
    });
    expect(await one(second)).toMatchObject({ named: null });
    world.net.between = null;
    expect(await isIn(first, person)).toBe(false);
  });

  it('a proposer whose card does not carry the keys of the join gets no second signature', async () => {
    const { id } = await answered();
    await admit(first, id, MARLOES);
    const other = await testPerson(world.random);
    // The first owner's own client is changed: everything is signed well, but with a key of somebody else.
    bend(async ({ proposals: [open] }) => {
      const { signer } = first.keys();
      const [card, ...rest] = open!.statements.map((wired) => statementFromWire(wired));
      const false_ = { ...(card!.payload as Statement<'card'>['payload']), kem: base64url(other.kemPublic) };
      const statements = [await signStatement(false_, signer), ...rest];
      const proposal = statementFromWire(open!.proposal).payload as Statement<'proposal'>['payload'];
      const named = { ...proposal, statements: statements.map(({ hash }) => hash) };
      open!.proposal = statementToWire(await signStatement(named, signer));
      open!.statements = statements.map(statementToWire);
    });
    const seen = await one(second);
    expect(seen).toMatchObject({ broken: true });
    await expect(agree(second, seen.hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
  });

  it('is stale once cards or teams changed, and its proposer makes it anew', async () => {
    const two = [await answered(), await answered()];
    for (const { id } of two) await admit(first, id, MARLOES);
    const [kept, gone] = await waitingProposals(second);
    await agree(second, kept!.hash);
    expect(await one(second)).toMatchObject({ hash: gone!.hash, stale: true });
    await expect(agree(second, gone!.hash)).rejects.toMatchObject({ code: 'client/stale-proposal' });
    await expect(renew(second, gone!.hash)).rejects.toMatchObject({ code: 'client/bad-proposal' });
    await renew(first, gone!.hash);
    const fresh = await one(second);
    expect(fresh).toMatchObject({ stale: false, named: MARLOES });
    expect(await agree(second, fresh.hash)).toBe('admitted');
    for (const { person } of two) expect(await isIn(first, person)).toBe(true);
  });

  it('goes when an owner says no, or after seven days', async () => {
    const { id, person } = await answered();
    await admit(first, id, MARLOES);
    const { hash } = await one(second);
    await disagree(second, hash);
    expect(await waitingProposals(first)).toEqual([]);
    await expect(agree(second, hash)).rejects.toMatchObject({ code: 'client/stale-proposal' });
    await admit(first, id, MARLOES);
    world.clock.move(7 * 24 * 60 * MINUTE);
    second = await enter('B. de Tweede');
    expect(await waitingProposals(second)).toEqual([]);
    first = await enter('A. de Eerste');
    expect(await isIn(first, person)).toBe(false);
  });

  it('the vault refuses a signature that does not hold, and a proposal that is none', async () => {
    const { id } = await answered();
    await admit(first, id, MARLOES);
    const stored: OnWire[] = [];
    bend((answer) => void stored.push(structuredClone(answer)));
    await waitingProposals(second);
    world.net.between = null;
    const [open] = stored[0]!.proposals;
    const send = (body: object) =>
      change(second, { endpoint: 'propose', class: 'admin', items: [], annexed: false, body: body as never });
    await expect(send(open!)).rejects.toMatchObject({ code: 'client/refused' });
    const statements = await Promise.all(
      open!.statements.map(async (wired) =>
        statementToWire(await addSignature(statementFromWire(wired), second.keys().signer)),
      ),
    );
    const [card, ...rest] = statements as [(typeof statements)[0], ...typeof statements];
    await expect(send({ ...open!, statements: [...rest, card] })).rejects.toMatchObject({ code: 'client/refused' });
    const payload = statementFromWire(open!.proposal).payload as Statement<'proposal'>['payload'];
    const long = { ...payload, by: second.person, until: plus(payload.until, MINUTE) };
    const late = statementToWire(await signStatement(long, second.keys().signer));
    await expect(send({ ...open!, statements, proposal: late })).rejects.toMatchObject({ code: 'client/refused' });
    await send({ ...open!, statements });
    expect(new Set(((await one(first)) as Waiting).signers)).toEqual(new Set([first.person, second.person]));
  });
});
