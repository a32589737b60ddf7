import { base64url, HOUR, newId, plus, type Signer, systemRandom } from '@ketenkluis/base';
import {
  openCheckpoint,
  parseVkey,
  readCheckpoint,
  rootFromTiles,
  TILE_WIDTH,
  verifyInclusion,
} from '@ketenkluis/ledger';
import { type directory, type mirrorPage, sessionProofBytes } from '@ketenkluis/protocol';
import {
  createVerifier,
  decodeStatement,
  generateSigningKey,
  KeyDirectory,
  type Statement,
  signStatement,
  statementsFromWire,
  statementToWire,
  webSigner,
} from '@ketenkluis/seal';
import { createEpoch, createKeyring } from '@ketenkluis/seal/open';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  BOOTSTRAP,
  deliverAll,
  enrol,
  newDossier,
  ORIGIN,
  startTestWorld,
  type TestPerson,
  type TestSession,
  type TestWorld,
  testPerson,
  testPractice,
} from './testing.ts';

let world: TestWorld;
let gp: TestSession;
let nurse: TestSession;
let agent: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  gp = await world.open(world.practice.gp);
  nurse = await world.open(world.practice.nurse);
  agent = await world.open(world.practice.agent);
});
afterAll(() => world.close());

const post = (
  who: TestSession,
  statements: readonly Statement[],
  wraps: readonly Uint8Array[] = [],
  kind: 'admin' | 'sync' = 'admin',
) =>
  world.signed(
    who,
    'statements',
    { statements: statements.map(statementToWire), batches: [], wraps: wraps.map((bytes) => base64url(bytes)) },
    { class: kind },
  );

describe('the birth of a practice', () => {
  it('needs the bootstrap token, and happens once', async () => {
    const { keys } = world.running.vault;
    const other = await testPractice(world.time.clock(), {
      id: keys.id,
      sign: keys.signer.publicKey,
      kem: keys.kemPublic,
    });
    const body = (practice: typeof other, statements = practice.statements) => ({
      statements: statements.map(statementToWire),
      batches: [],
      wraps: practice.wraps.map((bytes) => base64url(bytes)),
    });
    expect((await world.call('practice-create', { body: body(other) })).status).toBe(404);
    expect(
      (await world.call('practice-create', { body: body(other), token: 'wrong-token-of-some-length' })).status,
    ).toBe(404);
    const unsigned = other.statements.map((statement) =>
      statement.payload.t === 'card'
        ? { ...statement, proof: { sigs: [(statement.proof as { sigs: object[] }).sigs[0]] } }
        : statement,
    );
    const refused = await world.call('practice-create', { token: BOOTSTRAP, body: body(other, unsigned as never) });
    expect(refused.json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await world.call('practice-create', { token: BOOTSTRAP, body: body(other) })).status).toBe(200);
    expect((await world.call('practice-create', { token: BOOTSTRAP, body: body(other) })).json()).toMatchObject({
      type: 'vault/already-there',
    });
  });

  it('puts the authority record at leaf 0, and everything verifies for whoever reads the directory', async () => {
    const reply = await world.call('directory', { token: nurse.token, query: '?from=1' });
    const { entries, batches, checkpoint, consistency, log } = reply.json<z.infer<typeof directory>>();
    expect(entries[0]!.line.index).toBe(0);
    expect(consistency?.length).toBeGreaterThan(0);
    const { size, root } = await openCheckpoint(checkpoint, { log: parseVkey(log.key) }, createVerifier());
    const keys = new KeyDirectory(world.practice.id, createVerifier());
    const statements = statementsFromWire({ statements: entries.map((entry) => entry.statement), batches });
    for (const [i, { line }] of entries.entries()) {
      const proof = line.path.map((step) => new Uint8Array(Buffer.from(step, 'base64url')));
      const included = verifyInclusion({
        index: line.index,
        size,
        root,
        proof,
        leaf: new Uint8Array(Buffer.from(line.leaf, 'base64url')),
      });
      expect(included).toBe(true);
      await keys.add(statements[i]!, { included, index: line.index });
    }
    expect(keys.authorityHash).toBe(world.practice.authority.hash);
    expect(keys.isMember(world.practice.nurse.id, world.practice.nurseTeam.id, world.time.clock())).toBe(true);
  });
});

describe('changes of the directory', () => {
  it('R19: need the signatures of enough owners; one owner alone, or an agent, changes nothing', async () => {
    const stranger = await testPerson();
    const alone = await signStatement(
      (await world.practice.card(stranger, 'professional')).payload,
      world.practice.gp.signer,
    );
    expect((await post(gp, [alone])).json()).toMatchObject({ type: 'vault/bad-statement' });
    const both = await world.practice.card(stranger, 'professional');
    expect((await post(nurse, [both])).json()).toMatchObject({
      type: 'vault/not-allowed',
      detail: 'class-not-allowed',
    });
    expect((await post(agent, [both])).json()).toMatchObject({ type: 'vault/not-allowed' });
    expect((await post(gp, [both])).status).toBe(200);
    expect((await post(gp, [both])).json()).toMatchObject({ type: 'vault/bad-statement' });
    const session = await world.open(stranger);
    expect((await world.call('me', { token: session.token })).json()).toMatchObject({ teams: [] });
  });

  it('a new epoch comes with exactly its wraps, and its members find them', async () => {
    const team = world.practice.officerTeam;
    const made = await createEpoch({
      organisation: world.practice.id,
      team: team.id,
      number: 1,
      prev: team.epoch.hash,
      members: [world.practice.cards.get(world.practice.gp.id)!],
      recoveryKey: world.practice.exitPublic,
      at: world.time.clock(),
      random: systemRandom,
    });
    const epoch = await signStatement(made.payload, world.practice.owners);
    expect((await post(gp, [epoch])).json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await post(gp, [epoch], [team.wraps])).json()).toMatchObject({ type: 'vault/bad-statement' });
    expect((await post(gp, [epoch], [made.wraps])).status).toBe(200);
    const { teams } = (await world.call('me', { token: gp.token })).json<{
      teams: { team: string; wraps: string[] }[];
    }>();
    expect(teams.find((one) => one.team === team.id)!.wraps).toEqual(
      [made.wraps, team.wraps].map((bytes) => base64url(bytes)),
    );
  });

  it('of two at once that follow the same record one stands', async () => {
    const person = await testPerson();
    const cards = await Promise.all([
      world.practice.card(person, 'professional', 0),
      world.practice.card(person, 'professional', 0, plus(world.time.clock(), HOUR)),
    ]);
    const statuses = [];
    const replies = await Promise.all(cards.map((card) => post(gp, [card])));
    for (const { status } of replies) statuses.push(status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
  });

  it('R17: a membership that is withdrawn ends at once', async () => {
    const member = world.practice.memberships[1]!.payload;
    const statement = await signStatement(
      {
        t: 'withdrawal' as const,
        v: 1 as const,
        suite: 1,
        practice: world.practice.id,
        fact: member.id,
        dossier: null,
        at: world.time.clock(),
      },
      world.practice.gp.signer,
    );
    expect((await post(gp, [statement])).status).toBe(200);
    expect((await world.call('me', { token: nurse.token })).json()).toMatchObject({ teams: [] });
    const { entries } = (await world.call('directory', { token: gp.token })).json<z.infer<typeof directory>>();
    expect(entries.filter(({ ended }) => ended)).toHaveLength(1);
  });
});

describe('invitations', () => {
  const invite = async (hours = 72) => {
    const key = await generateSigningKey(systemRandom);
    const at = world.time.clock();
    const payload = {
      t: 'invitation' as const,
      v: 1 as const,
      suite: 1,
      id: newId('invitation', systemRandom),
      organisation: world.practice.id,
      team: world.practice.gpTeam.id,
      key: base64url(key.publicKey),
      by: world.practice.gp.id,
      at,
      until: plus(at, hours * HOUR),
    };
    const reply = await post(gp, [await signStatement(payload, world.practice.gp.signer)]);
    return { reply, id: payload.id, signer: await webSigner({ by: payload.id, seed: key.seed }) };
  };
  const joining = async (id: string, person: TestPerson, signers: Parameters<typeof signStatement>[1]) => {
    const join = await signStatement(
      {
        t: 'join' as const,
        v: 1 as const,
        suite: 1,
        invitation: id as never,
        person: person.id,
        sign: base64url(person.signer.publicKey),
        kem: base64url(person.kemPublic),
        at: world.time.clock(),
      },
      signers,
    );
    const keyring = await createKeyring({
      person: person.id,
      secrets: { sign: person.signSeed, kem: person.kemSeed },
      unlockers: [{ kind: 'passkey', credential: 'AAAA', salt: systemRandom(32), prf: systemRandom(32) }],
      random: systemRandom,
    });
    const key = await generateSigningKey(systemRandom);
    const device = newId('device', systemRandom);
    const vouched = await signStatement(
      {
        t: 'device' as const,
        ...{ v: 1 as const, suite: 1, id: device, person: person.id },
        ...{ sign: base64url(key.publicKey), at: world.time.clock() },
      },
      person.signer,
    );
    devices.set(person.id, { id: device, signer: await webSigner({ by: device, seed: key.seed }) });
    const reply = await world.running.app.inject({
      method: 'POST',
      url: `/v1/practices/${world.practice.id}/invitations/${id}/join`,
      payload: {
        join: statementToWire(join),
        keyring: base64url(keyring),
        device: statementToWire(vouched),
        passkey: null,
      },
    });
    return reply.statusCode;
  };
  const devices = new Map<string, { readonly id: string; readonly signer: Signer }>();
  const enter = async (person: TestPerson) => {
    const { id, signer } = devices.get(person.id)!;
    const { challenge } = (await world.call('challenge')).json<{ challenge: string }>();
    const signature = base64url(await signer.sign(sessionProofBytes(ORIGIN, world.practice.id, challenge, id)));
    return (await world.call('session-open', { body: { by: 'device', challenge, device: id, signature } })).status;
  };
  const stateOf = async (id: string) =>
    (await world.running.app.inject({ url: `/v1/practices/${world.practice.id}/invitations/${id}` })).json<{
      state: string;
      joins: object[];
    }>();

  it("let a new colleague join; nothing opens before an owner's card says so", async () => {
    const { reply, id, signer } = await invite();
    expect(reply.status).toBe(200);
    const person = await testPerson();
    expect(await joining(id, person, person.signer)).toBe(404);
    expect(await joining(id, person, signer)).toBe(404);
    expect(await stateOf(id)).toMatchObject({ state: 'open', joins: [] });
    expect(await joining(id, person, [signer, person.signer])).toBe(200);
    expect(await enter(person)).toBe(404);
    // A race is seen: both stand there, and the inviter compares the code.
    const second = await testPerson();
    expect(await joining(id, second, [signer, second.signer])).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: 'joined', joins: [{}, {}] });
    expect((await post(gp, [await world.practice.card(person, 'professional')])).status).toBe(200);
    expect(await stateOf(id)).toMatchObject({ state: 'confirmed' });
    expect(await enter(person)).toBe(200);
    expect(await enter(second)).toBe(404);
    // R23: a person's key alone is one factor, and opens nothing once there is a keyring.
    await expect(world.open(person)).rejects.toThrow('vault/refused');
    const third = await testPerson();
    expect(await joining(id, third, [signer, third.signer])).toBe(404);
  });

  it('do not let anybody take the place of somebody who is known', async () => {
    const { id, signer } = await invite();
    expect(await joining(id, world.practice.trustee, [signer, world.practice.trustee.signer])).toBe(404);
  });

  it('end after their time, and live at most 72 hours', async () => {
    expect((await invite(73)).reply.json()).toMatchObject({ type: 'vault/bad-statement' });
    const { id, signer } = await invite(1);
    world.time.move(HOUR);
    const person = await testPerson();
    expect(await joining(id, person, [signer, person.signer])).toBe(404);
    expect(await stateOf(id)).toMatchObject({ state: 'ended' });
    gp = await world.open(world.practice.gp);
    nurse = await world.open(world.practice.nurse);
    agent = await world.open(world.practice.agent);
  });
});

describe('the log and the mirror', () => {
  const raw = (path: string, who: TestSession) =>
    world.running.app.inject({
      url: `/v1/practices/${world.practice.id}${path}`,
      headers: { authorization: `Bearer ${who.token}` },
    });

  it('R41: tiles give the root that the checkpoint signs', async () => {
    const note = (await raw('/log/checkpoint', agent)).body;
    const { size, root } = readCheckpoint(note);
    const computed = await rootFromTiles(size, async (level, index, width) => {
      const path = `/log/tile/${level}/${String(index).padStart(3, '0')}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
      return new Uint8Array((await raw(path, agent)).rawPayload);
    });
    expect(base64url(computed)).toBe(base64url(root));
    expect((await raw('/log/tile/0/999', agent)).statusCode).toBe(404);
    expect((await raw('/log/tile/../../secret', agent)).statusCode).toBe(404);
  });

  it('R38: reading the log is one line per session, and only for agent and owners', async () => {
    const size = async () => (await world.running.vault.storage.ledger.state(world.log.origin)).size;
    const fresh = await world.open(world.practice.agent);
    const before = await size();
    const read = async () => world.call('entries', { token: fresh.token });
    expect((await read()).json<{ entries: string[] }>().entries).toHaveLength(before + 1);
    await read();
    expect(await size()).toBe(before + 1);
    for (const name of ['entries', 'mirror', 'heads'] as const) {
      expect((await world.call(name, { token: nurse.token })).json()).toMatchObject({ type: 'vault/not-allowed' });
    }
  });

  it('P5: the mirror has everything live, page by page', async () => {
    const dossiers = [newDossier(2), newDossier(1)];
    for (const dossier of dossiers)
      expect((await deliverAll(world, agent, (await enrol(world, dossier, world.practice.gpTeam)).into)).status).toBe(
        200,
      );
    const objects: z.infer<typeof mirrorPage>['objects'] = [];
    for (let after: number | null = -1; after !== null; ) {
      const page: z.infer<typeof mirrorPage> = (
        await world.call('mirror', { token: agent.token, query: `?after=${after}` })
      ).json();
      objects.push(...page.objects);
      after = page.next;
    }
    const kinds = Map.groupBy(objects, ({ kind }) => kind);
    expect(kinds.get('pack')).toHaveLength(3);
    expect(kinds.get('shares')).toHaveLength(3);
    expect(kinds.get('wraps')!.length).toBeGreaterThanOrEqual(3);
    expect(new Set(objects.map(({ kind, name }) => `${kind}/${name}`)).size).toBe(objects.length);
    for (const { name, bytes } of kinds.get('statement')!)
      expect(decodeStatement(new Uint8Array(Buffer.from(bytes, 'base64url'))).hash).toBe(name);
  });
});
