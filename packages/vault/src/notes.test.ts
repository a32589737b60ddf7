import { POLICY_VERSION } from '@ketenkluis/access';
import { HOUR, newId, systemRandom } from '@ketenkluis/base';
import { decodeEntry } from '@ketenkluis/ledger';
import type { auditAnswer } from '@ketenkluis/protocol';
import { type Payload, signStatement, statementToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  deliverAll,
  empty,
  enrol,
  look,
  newDossier,
  sealInto,
  startTestWorld,
  stepsOf,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  withdrawal,
  writeNote,
} from './testing.ts';

let world: TestWorld;
let dossier: TestDossier;
let agent: TestSession;
let nurse: TestSession;
let gp: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
  gp = await world.open(world.practice.gp);
  dossier = newDossier();
  expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
});
afterAll(() => world.close());

const lastLine = async () => {
  const { ledger } = world.running.vault.storage;
  const { size } = await ledger.state(world.log.origin);
  const [stored] = await ledger.entries(world.log.origin, size - 1, size);
  return decodeEntry(stored!.stored).entry;
};
const takeover = async (who: TestSession, handle: string) => {
  const annex = await world.annex();
  const items = [{ dossier: dossier.id, handle: handle as never, facts: [] }];
  const [step] = await stepsOf(world, who, { statements: [] }, [handle as never]);
  const none = { t: 'state' as const, v: 1 as const, suite: 1, practice: world.practice.id, dossier: dossier.id };
  const state = await signStatement(
    step ?? { ...none, by: who.person.id, after: 0, prev: null, state: annex.hash, at: world.time.clock() },
    who.person.signer,
  );
  const body = { state: statementToWire(state), annex: annex.text };
  return world.signed(who, 'takeover', body, { class: 'write', items, annex: annex.hash });
};

describe('notes', () => {
  it('are written under a handle, read by the team, and gone after take-over', async () => {
    const { reply, handle } = await writeNote(world, nurse, dossier, world.practice.nurseTeam);
    expect(reply.status).toBe(200);
    expect((await lastLine()).items.map(({ kind }) => kind)).toEqual(['head', 'grant', 'state']);
    const open = async () =>
      (await look(world, nurse, [{ dossier: dossier.id, handle }])).json<{ results: object[] }>().results[0];
    expect(await open()).toMatchObject({ outcome: 'permit', handle });
    const { states } = (await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }])).json<{
      states: object[];
    }>();
    expect(states[0]).toMatchObject({ notes: [handle] });
    expect((await takeover(gp, handle)).json()).toMatchObject({ type: 'vault/not-allowed', detail: 'no-relation' });
    expect((await takeover(nurse, handle)).status).toBe(200);
    expect(await open()).toMatchObject({ outcome: 'deny', reason: 'gone' });
    expect((await takeover(nurse, handle)).json()).toMatchObject({ type: 'vault/not-allowed', detail: 'gone' });
  });

  it('R15: are refused to a team without relation, and the refusal is a line', async () => {
    const before = world.running.vault.shares.list(world.practice.id).length;
    const { reply } = await writeNote(world, gp, dossier, world.practice.gpTeam);
    expect(reply.json()).toMatchObject({ type: 'vault/not-allowed', detail: 'no-relation' });
    expect((await lastLine()).common).toMatchObject({ event: 'write', outcome: 'refused', reason: 'no-relation' });
    expect(world.running.vault.shares.list(world.practice.id)).toHaveLength(before);
  });

  it('R15, R38: are refused to the agent and a trustee before what they signed is looked at, and the refusal is a line', async () => {
    for (const who of [agent, await world.open(world.practice.trustee)]) {
      const { reply } = await writeNote(world, who, dossier, world.practice.nurseTeam);
      expect(reply.json()).toMatchObject({ type: 'vault/not-allowed', detail: 'class-not-allowed' });
      const { common } = await lastLine();
      expect(common).toMatchObject({ event: 'write', actor: who.person.id, outcome: 'refused' });
      const gone = await takeover(who, (await writeNote(world, nurse, dossier, world.practice.nurseTeam)).handle);
      expect(gone.json()).toMatchObject({ type: 'vault/not-allowed', detail: 'class-not-allowed' });
      expect((await lastLine()).common).toMatchObject({
        event: 'taken-over',
        actor: who.person.id,
        outcome: 'refused',
      });
    }
  });

  it('hold to the writer classes: a colleague writes no source handle, takes none over, and no note stands for a source handle', async () => {
    const source = await writeNote(world, nurse, dossier, world.practice.nurseTeam, { class: 'source', parent: null });
    expect(source.reply.json()).toMatchObject({ type: 'vault/not-allowed' });
    const inbox = await writeNote(world, nurse, dossier, world.practice.nurseTeam, { class: 'inbox' });
    expect(inbox.reply.status).toBeGreaterThanOrEqual(400);
    expect((await takeover(nurse, dossier.handles[0]!)).json()).toMatchObject({
      type: 'vault/not-allowed',
      detail: 'writer-class',
    });
    const over = await writeNote(world, nurse, dossier, world.practice.nurseTeam, { handle: dossier.handles[1]! });
    expect(over.reply.status).toBeGreaterThanOrEqual(400);
    const note = await writeNote(world, nurse, dossier, world.practice.nurseTeam);
    const under = await writeNote(world, nurse, dossier, world.practice.nurseTeam, { parent: note.handle });
    expect(under.reply.status).toBeGreaterThanOrEqual(400);
  });

  it('an agent writes no work handle', async () => {
    const into = empty();
    into.expect.push({ dossier: dossier.id, seq: 0 });
    await sealInto(
      world,
      into,
      world.practice.agent,
      dossier.id,
      [{ handle: newDossier(1).handles[0]!, class: 'work', parent: dossier.handles[0]! }],
      [],
    );
    expect((await deliverAll(world, agent, into)).json()).toMatchObject({ type: 'vault/bad-statement' });
  });
});

describe('a look', () => {
  it('R39: brings an annex of its own; one that a line names already is refused, also in another’s hands', async () => {
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]!, facts: [] }];
    const annex = await world.annex();
    const ask = () =>
      world.signed(nurse, 'release', { annex: annex.text }, { class: 'look', items, annex: annex.hash });
    expect((await ask()).status).toBe(200);
    expect((await ask()).json()).toMatchObject({ type: 'vault/bad-request' });
  });

  it('R39: needs its annex, and the line names it', async () => {
    const items = [{ dossier: dossier.id, handle: dossier.handles[0]!, facts: [] }];
    const none = await world.signed(nurse, 'release', { annex: null }, { class: 'look', items });
    expect(none.json()).toMatchObject({ type: 'vault/annex-missing' });
    const annex = await world.annex();
    const other = await world.signed(
      nurse,
      'release',
      { annex: annex.text },
      { class: 'look', items, annex: (await world.annex()).hash },
    );
    expect(other.json()).toMatchObject({ type: 'vault/bad-request' });
    await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    const { items: said, common } = await lastLine();
    expect(said[0]).toMatchObject({
      kind: 'release',
      outcome: 'success',
      checks: { authorisation: true, relation: true, consent: true, emergency: false },
      consent: 'own-organisation',
    });
    expect(said[0]!.annex).not.toBeNull();
    expect(common).toMatchObject({
      actor: nurse.person.id,
      responsible: nurse.person.id,
      policy: POLICY_VERSION,
      outcome: 'success',
    });
  });

  it('R15: an agent never gets a release', async () => {
    const reply = await look(world, agent, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    expect(reply.json<{ results: object[] }>().results[0]).toMatchObject({
      outcome: 'deny',
      reason: 'class-not-allowed',
    });
  });

  it('R38: a refused look is a line of that dossier, with the reason', async () => {
    await look(world, gp, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    const { common, items } = await lastLine();
    expect(common).toMatchObject({ event: 'release', outcome: 'refused', reason: 'no-relation' });
    expect(items[0]).toMatchObject({ outcome: 'refused', dossier: dossier.id });
    expect(items[0]!.seq).not.toBeNull();
  });

  it("brings the snapshot's row, and the lines of what changed since", async () => {
    const { reply } = await takeSnapshot(world, agent);
    expect(reply.status).toBe(200);
    const states = async () =>
      (await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }])).json<{
        states: { snapshot: object | null; changes: object[] }[];
      }>().states[0]!;
    expect(await states()).toMatchObject({ changes: [] });
    expect((await states()).snapshot).not.toBeNull();
    await writeNote(world, nurse, dossier, world.practice.nurseTeam);
    const { changes } = await states();
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ request: expect.any(String) });
  });

  it("goes on with a warning for the practice's own teams when the snapshot ran out", async () => {
    const fresh = await startTestWorld();
    const own = { agent: await fresh.open(fresh.practice.agent), dossier: newDossier(1) };
    await deliverAll(fresh, own.agent, (await enrol(fresh, own.dossier)).into);
    expect((await takeSnapshot(fresh, own.agent)).reply.status).toBe(200);
    fresh.time.move(15 * 24 * HOUR);
    const late = await fresh.open(fresh.practice.nurse);
    const reply = await look(fresh, late, [{ dossier: own.dossier.id, handle: own.dossier.handles[0]! }]);
    expect(reply.json<{ results: object[] }>().results[0]).toMatchObject({ outcome: 'permit' });
    await fresh.close();
  });
});

describe('snapshots', () => {
  it('are taken only when they say what is here, follow the last one, and end within 14 days', async () => {
    const refused = async (fields: object) =>
      (await takeSnapshot(world, agent, fields)).reply.json<{ type?: string }>().type;
    expect(await refused({ root: 'A'.repeat(43) })).toBe('vault/conflict');
    expect(await refused({ number: 9 })).toBe('vault/conflict');
    expect(await refused({ prev: null })).toBe('vault/conflict');
    expect(await refused({ epochs: [] })).toBe('vault/conflict');
    expect(await refused({ people: { count: 1, digest: 'A'.repeat(43) } })).toBe('vault/conflict');
    expect(await refused({ people: { count: 10_000, digest: 'A'.repeat(43) } })).toBe('vault/conflict');
    const list = {
      team: world.practice.nurseTeam.id,
      handle: dossier.handles[0]!,
      version: 1,
      descriptor: 'A'.repeat(43),
    };
    expect(await refused({ lists: [list] })).toBe('vault/conflict');
    expect(await refused({ until: world.time.clock() + 15 * 24 * HOUR })).toBe('vault/bad-statement');
    expect(await refused({})).toBeUndefined();
  });

  it('are refused from somebody without a mandate', async () => {
    const { reply } = await takeSnapshot(world, nurse, {}, agent);
    expect(reply.json()).toMatchObject({ type: 'vault/not-allowed', detail: 'class-not-allowed' });
  });
});

describe('R38: the log', () => {
  const audit = async (who: TestSession, target = dossier) => {
    const annex = await world.annex();
    const items = [{ dossier: target.id, handle: null, facts: [] }];
    const body = { from: 0, until: world.time.clock(), annex: annex.text };
    return world.signed(who, 'audit', body, { class: 'audit', items, annex: annex.hash });
  };

  it('shows every item of a dossier with its annex, and reading it is an item too', async () => {
    const reply = await audit(nurse);
    const { lines } = reply.json<z.infer<typeof auditAnswer>>();
    const shown = lines.flatMap(({ items }) =>
      items.map(
        ({ part }) => JSON.parse(Buffer.from(part, 'base64url').toString()) as { seq: number; dossier: string },
      ),
    );
    expect(new Set(shown.map((one) => one.dossier))).toEqual(new Set([dossier.id]));
    expect(shown.map((one) => one.seq)).toEqual(shown.map((_, i) => i + 1));
    expect(lines.some(({ annex }) => annex !== null)).toBe(true);
    expect((await lastLine()).common).toMatchObject({ event: 'log-read', class: 'audit' });
    const again = (await audit(nurse)).json<z.infer<typeof auditAnswer>>();
    expect(again.lines.length).toBe(lines.length + 1);
  });

  it('is open to an owner, also of an ended dossier, and shut to who does not treat', async () => {
    const other = newDossier(1);
    const reply = await deliverAll(world, agent, (await enrol(world, other)).into);
    const { seq } = reply.json<{ dossiers: { seq: number }[] }>().dossiers[0]!;
    await deliverAll(world, agent, {
      ...empty(),
      payloads: [withdrawal(world, other.enrolment, other.id)],
      expect: [{ dossier: other.id, seq }],
    });
    expect((await audit(gp, other)).status).toBe(200);
    expect((await audit(nurse, other)).json()).toMatchObject({ type: 'vault/not-allowed' });
    expect((await audit(nurse, newDossier(1))).json()).toMatchObject({ type: 'vault/not-allowed', detail: 'unknown' });
  });

  it('holds what a client declares before it does it; what may not be looked at may not be printed', async () => {
    const declare = async (who: TestSession, event: string, items: object[] = [], declared = true) => {
      const annex = await world.annex();
      return world.signed(
        who,
        'declaration',
        { event, annex: annex.text },
        { class: 'look', items: items as never, annex: annex.hash, declared },
      );
    };
    const one = [{ dossier: dossier.id, handle: dossier.handles[0]!, facts: [] }];
    expect((await declare(nurse, 'print', one)).status).toBe(200);
    expect((await lastLine()).common).toMatchObject({ event: 'print', declared: true });
    expect((await declare(nurse, 'search')).status).toBe(200);
    expect((await declare(gp, 'export', one)).json()).toMatchObject({ type: 'vault/not-allowed' });
    expect((await declare(nurse, 'print', one, false)).json()).toMatchObject({ type: 'vault/bad-request' });
  });

  it('R38: who looked is taken along by who may read it, said before; a part or nothing at all is no dossier', async () => {
    const take = async (who: TestSession, items: object[]) => {
      const annex = await world.annex();
      const asked = { class: 'audit' as const, items: items as never, annex: annex.hash, declared: true };
      return world.signed(who, 'declaration', { event: 'export', annex: annex.text }, asked);
    };
    const whole = { dossier: dossier.id, handle: null, facts: [] };
    expect((await take(gp, [whole])).status).toBe(200);
    const { common, items } = await lastLine();
    expect(common).toMatchObject({ event: 'export', class: 'audit', declared: true, outcome: 'success' });
    expect(items).toMatchObject([{ kind: 'state', dossier: dossier.id, checks: { authorisation: true } }]);
    expect((await take(gp, [{ ...whole, dossier: newDossier(1).id }])).json()).toMatchObject({
      type: 'vault/not-allowed',
    });
    expect((await lastLine()).common).toMatchObject({ event: 'export', outcome: 'refused' });
    for (const items of [[], [{ ...whole, handle: dossier.handles[0]! }]])
      expect((await take(gp, items)).json()).toMatchObject({ type: 'vault/bad-request' });
  });
});

describe('a note by a colleague', () => {
  it('are sent by who wrote them: a note that a colleague signed is not taken from another', async () => {
    const membership = {
      ...world.practice.memberships[1]!.payload,
      id: newId('fact', systemRandom),
      person: gp.person.id,
    };
    const signed = await signStatement(membership as Payload<'fact'>, world.practice.owners);
    const body = { statements: [statementToWire(signed)], batches: [], wraps: [] };
    expect((await world.signed(gp, 'statements', body, { class: 'admin' })).status).toBe(200);
    const framed = await writeNote(world, nurse, dossier, world.practice.nurseTeam, {}, world.practice.gp);
    expect(framed.reply.json()).toMatchObject({ type: 'vault/bad-statement' });
    const own = await writeNote(world, gp, dossier, world.practice.nurseTeam);
    expect(own.reply.status).toBe(200);
  });
});
