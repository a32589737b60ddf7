/** A practice with one owner: a colleague is the second pair of eyes over who may stand in (R18, R19). */

import { rmSync } from 'node:fs';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { base64url, DAY, type PersonId, plus, type TeamId } from '@ketenkluis/base';
import { proposals as proposalsMessage } from '@ketenkluis/protocol';
import {
  createInvitation,
  createJoin,
  parseInvitationFragment,
  signersOf,
  signStatement,
  statementFromWire,
  statementsToWire,
  statementToWire,
} from '@ketenkluis/seal';
import { createKeyring } from '@ketenkluis/seal/open';
import { testPerson } from '@ketenkluis/vault/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { admit, agree, change, couplePartners, endPool, extendPool, type Session, waitingProposals } from './index.ts';

const PEOPLE = [
  { name: 'A. de Enige', role: 'gp', owner: true, passphrase: 'een twee drie vier' },
  { name: 'D. Assistent', role: 'assistant', owner: false, passphrase: 'vijf zes zeven acht' },
] as const;

describe('a pool in a practice with one owner', () => {
  let world: World;
  let owner: Session;
  let assistant: Session;
  let team: TeamId;
  let person: PersonId;
  const pools = async () => (await owner.people(true)).pools(owner.now()).filter((one) => one.person === person);
  const one = async (session: Session) => {
    const [waiting, ...more] = await waitingProposals(session);
    if (waiting === undefined || more.length > 0) throw new Error('not one proposal');
    return waiting;
  };

  /** Somebody from outside who answered an invitation. */
  async function answered() {
    const { random } = world;
    const at = owner.now();
    const made = await createInvitation({ organisation: owner.practice, team, by: owner.person, at, random });
    const invitation = await signStatement(made.payload, owner.keys().signer);
    await change(owner, {
      ...{ endpoint: 'statements', class: 'admin', items: [], annexed: false },
      body: { ...statementsToWire([invitation]), wraps: [] },
    });
    const her = await testPerson(random);
    const { seed } = parseInvitationFragment(made.fragment);
    const join = await createJoin({ invitation: made.payload, seed, signer: her.signer, kem: her.kemPublic, at });
    const unlocker = { kind: 'passkey' as const, credential: 'AAAA', salt: random(32), prf: random(32) };
    const secrets = { sign: her.signSeed, kem: her.kemSeed };
    const keyring = await createKeyring({ person: her.id, secrets, unlockers: [unlocker], random });
    await owner.wire.call('join', z.unknown(), {
      path: `/v1/practices/${owner.practice}/invitations/${made.payload.id}/join`,
      body: { join: statementToWire(join), keyring: base64url(keyring), device: null, passkey: null },
    });
    return { id: made.payload.id, person: her.id };
  }

  beforeAll(async () => {
    world = await makeWorld(1, 0, { people: PEOPLE });
    owner = await world.signIn('gp');
    assistant = await world.signIn('assistant');
    const { logTeam } = owner.wire.place.pins;
    const mine = (await owner.people()).memberships(owner.now()).filter((fact) => fact.person === owner.person);
    team = mine.find((fact) => fact.team !== logTeam)!.team;
  });
  afterAll(async () => {
    await world.vault().stop();
    rmSync(world.dir, { recursive: true, force: true });
  });

  it('R19: the owner alone approves nobody; a colleague who sees who it is signs the approval and not the keys', async () => {
    const found = await answered();
    person = found.person;
    const as = { until: plus(owner.now(), 30 * DAY), activators: [assistant.person] };
    expect(await admit(owner, found.id, { name: 'W. Waarnemer', role: 'gp' }, as)).toBe('proposed');
    await couplePartners(owner);
    expect(await pools()).toEqual([]);
    await expect(agree(owner, (await one(owner)).hash)).resolves.toBe('proposed');
    expect(await pools()).toEqual([]);

    const waiting = await one(assistant);
    expect(waiting).toMatchObject({ what: 'colleague', substitute: as, threshold: 2, named: { name: 'W. Waarnemer' } });
    expect(await agree(assistant, waiting.hash)).toBe('signed');
    const { proposals } = await owner.call('proposals', proposalsMessage);
    const signed = proposals[0]!.statements.map((wire) => statementFromWire(wire));
    expect(signed.filter((each) => signersOf(each).includes(assistant.person)).map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ kind: 'pool' }),
    ]);
    // Whoever is no owner cannot put it there; the owner's next look does.
    expect(await pools()).toEqual([]);
    await couplePartners(owner);
    expect(await pools()).toMatchObject([{ person, team, until: as.until, activators: [assistant.person] }]);
  });

  it('R18: for longer takes two people again; whoever is a member of the team needs none', async () => {
    const until = plus(owner.now(), 90 * DAY);
    const as = { until, activators: [assistant.person] };
    await expect(extendPool(owner, { person: owner.person, team, substitute: as })).rejects.toMatchObject({
      code: 'client/refused',
    });
    const outsider = { until, activators: [person] };
    await extendPool(owner, { person, team, substitute: outsider });
    const broken = await one(assistant);
    expect(broken).toMatchObject({ broken: true });
    await change(owner, {
      ...{ endpoint: 'proposal-end', class: 'admin', items: [], annexed: false },
      body: { proposal: broken.hash },
    });
    expect(await extendPool(owner, { person, team, substitute: as })).toBe('proposed');
    await couplePartners(owner);
    expect(await pools()).toHaveLength(1);
    const waiting = await one(assistant);
    expect(waiting).toMatchObject({ what: 'place', person, team, substitute: as, threshold: 2 });
    await agree(assistant, waiting.hash);
    await couplePartners(owner);
    expect((await pools()).map((pool) => pool.until)).toContain(until);
    // The team's key stays: nobody left.
    const chain = (await owner.people(true)).epochOf(team)!.payload;
    expect(chain.members.map((member) => member.person)).not.toContain(person);
  });

  it('R18: an approval ends by one word; the card goes, and the team gets another key', async () => {
    const before = (await owner.people(true)).epochOf(team)!.payload;
    world.clock.move(1000);
    expect(await endPool(owner, { person, team })).toBe('renewed');
    expect(await pools()).toEqual([]);
    const people = await owner.people(true);
    expect(people.cardOf(person, owner.now())).toBeUndefined();
    expect(people.epochOf(team)!.payload.kem).not.toBe(before.kem);
    await expect(endPool(owner, { person, team })).rejects.toMatchObject({ code: 'client/refused' });
    await expect(
      extendPool(owner, { person, team, substitute: { until: plus(owner.now(), DAY), activators: [] } }),
    ).rejects.toMatchObject({ code: 'client/refused' });
  });
});
