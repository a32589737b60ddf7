import { type HandleId, newId, systemRandom } from '@ketenkluis/base';
import { releaseAnswer } from '@ketenkluis/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { releaseText } from './answer-text.ts';
import { viewDossiers } from './changes.ts';
import { loadPermitted } from './permitted.ts';
import { readFor } from './questions.ts';
import { snapshotIn, statesOf } from './states.ts';
import { kept } from './storage/moments.ts';
import { keptBatchesFor, toWire } from './storage/statements.ts';
import type { Tx } from './storage/storage.ts';
import {
  deliverAll,
  empty,
  enrol,
  look,
  newDossier,
  sealInto,
  startTestWorld,
  type TestDossier,
  type TestSession,
  type TestWorld,
  takeSnapshot,
  withdrawal,
  writeNote,
} from './testing.ts';

let world: TestWorld;
let agent: TestSession;
let nurse: TestSession;
beforeAll(async () => {
  world = await startTestWorld();
  agent = await world.open(world.practice.agent);
  nurse = await world.open(world.practice.nurse);
});
afterAll(() => world.close());

/** All tables that a look is answered from. */
const KEPT = [
  ...(['dossier', 'dossier_item', 'handle', 'granted', 'fact', 'statement'] as const),
  ...(['snapshot', 'snapshot_row', 'wrap', 'pack'] as const),
];
const dossiers: TestDossier[] = [];
const notes: { dossier: TestDossier; handle: HandleId }[] = [];
/** Never enrolled: what is not there is kept as well. */
const nobody = newDossier(1);

const seqOf = ({ id }: TestDossier) =>
  world.running.vault.storage.write(
    async (tx) => (await viewDossiers(tx, world.practice.id, [id])).get(id)?.changed ?? 0,
  );
const deliver = async (dossier: TestDossier, into: Parameters<typeof deliverAll>[2]) => {
  into.expect.push({ dossier: dossier.id, seq: await seqOf(dossier) });
  return (await deliverAll(world, agent, into)).status;
};

const steps = {
  enrol: async () => {
    const dossier = newDossier(2);
    dossiers.push(dossier);
    return (await deliverAll(world, agent, (await enrol(world, dossier)).into)).status;
  },
  end: async (dossier: TestDossier, fact: 'enrolment' | 'step' | 'relation') =>
    deliver(dossier, { ...empty(), payloads: [withdrawal(world, dossier[fact], dossier.id)] }),
  note: async (dossier: TestDossier) => {
    const { reply, handle } = await writeNote(world, nurse, dossier, world.practice.nurseTeam);
    if (reply.status === 200) notes.push({ dossier, handle });
    return reply.status;
  },
  drop: (dossier: TestDossier) => steps.more(dossier, 'step', dossier.handles.slice(1)),
  more: async (dossier: TestDossier, _: unknown, drop: readonly HandleId[] = []) => {
    const into = empty();
    into.drop.push(...drop);
    const handle = dossier.handles[0]!;
    const [head] = await world.running.vault.storage.write((tx) =>
      tx.selectFrom('handle').select(['version', 'descriptor']).where('handle', '=', handle).execute(),
    );
    const fields = { handle, version: (head?.version ?? 0) + 1, prev: head?.descriptor ?? null };
    const grants = [{ team: world.practice.nurseTeam, fact: dossier.step }];
    await sealInto(world, into, world.practice.agent, dossier.id, [fields], grants);
    return deliver(dossier, into);
  },
  look: async (dossier: TestDossier) => {
    const reply = await look(world, nurse, [{ dossier: dossier.id, handle: dossier.handles[0]! }]);
    // From parts that stood in other answers already.
    z.decode(releaseAnswer, reply.json());
    return reply.status;
  },
  snapshot: async () => (await takeSnapshot(world, agent)).reply.status,
};

const step = fc.record({
  what: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
  which: fc.nat(),
  fact: fc.constantFrom('enrolment' as const, 'step' as const, 'relation' as const),
});

/** Everything that a look is answered from. */
async function all(tx: Tx) {
  const { practice, running } = world;
  const asked = [...dossiers, nobody].flatMap((dossier) =>
    [...dossier.handles, ...notes.flatMap((one) => (one.dossier === dossier ? [one.handle] : []))].map((handle) => ({
      ...{ dossier: dossier.id, handle, facts: [] },
    })),
  );
  const reading = await readFor(tx, practice.id, asked);
  const ready = await loadPermitted(
    tx,
    practice.id,
    [...reading.handles.values()].map((handle, position) => ({
      ...{ position, handle, team: practice.nurseTeam.id },
      facts: (reading.facts.get(handle.dossier!) ?? []).map(({ hash }) => hash),
      granted: reading.granted.get(handle.descriptor) ?? [],
    })),
  );
  const known = [...reading.dossiers.keys()];
  const states = await statesOf(running.vault, tx, practice.id, known, new Set([practice.nurseTeam.id]));
  const snapshot = await snapshotIn(tx, practice.id, reading.snapshot);
  const rows = [...ready.flatMap(({ descriptor, grant, bundle }) => [descriptor, grant, bundle])];
  return {
    reading,
    ready,
    states,
    snapshot,
    batches: await keptBatchesFor(tx, practice.id, rows),
    rows: rows.map(toWire),
  };
}

describe('R41: what is kept for looks', () => {
  it('is what a new reading gives, after whatever was delivered, ended, written, looked at or signed', async () => {
    const { storage } = world.running.vault;
    expect([await steps.enrol(), await steps.enrol(), await steps.snapshot()]).toEqual([200, 200, 200]);
    const done = new Set<string>();
    // Of another practice on this vault: nothing of it is let go of.
    const [other, tables] = [newId('organisation', systemRandom), [...KEPT]];
    const theirs = kept<string>({ from: tables, size: () => 1, most: 10_000 });
    let reads = 0;
    const readOther = () =>
      storage.read((tx) =>
        theirs(tx, [`${other}/x`], async (missing) => {
          reads += 1;
          return new Map(missing.map((key) => [key, key]));
        }),
      );
    await readOther();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 14, maxLength: 14 }), async (sequence) => {
        for (const { what, which, fact } of sequence) {
          const dossier = dossiers[which % dossiers.length]!;
          if (dossiers.length < 5 || what !== 'enrol') if ((await steps[what](dossier, fact)) === 200) done.add(what);
          const before = await storage.read(all);
          expect(before).toEqual(await storage.read(all));
          // A writing transaction keeps nothing: it reads anew.
          expect(before).toEqual(await storage.write(all));
          await readOther();
          expect([what, reads]).toEqual([what, 1]);
        }
      }),
      { numRuns: 3, seed: 7 },
    );
    expect([...done].sort()).toEqual(Object.keys(steps).sort());
  });
});

describe('the text of an answer', () => {
  it('is what the schema gives, and is refused where the schema refuses', async () => {
    const dossier = newDossier(2);
    expect((await deliverAll(world, agent, (await enrol(world, dossier)).into)).status).toBe(200);
    await steps.snapshot();
    const { handle } = await writeNote(world, nurse, dossier, world.practice.nurseTeam).then((one) => one);
    const items = [...dossier.handles, handle, nobody.handles[0]!].map((one) => ({ dossier: dossier.id, handle: one }));
    const text = (await look(world, nurse, items)).text;
    const answer = (): z.infer<typeof releaseAnswer> => JSON.parse(text);
    expect(answer().results.map(({ outcome }) => outcome)).toEqual(['permit', 'permit', 'permit', 'deny']);
    expect(JSON.parse(releaseText(answer()))).toEqual(z.encode(releaseAnswer, answer()));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: everything outside ASCII
    expect(releaseText({ ...answer(), checkpoint: 'een\n— é' })).toMatch(/^[\x00-\x7f]*$/);

    const places: (readonly (string | number)[])[] = [];
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      places.push(path);
      if (Array.isArray(value)) for (const [i, one] of value.entries()) walk(one, [...path, i]);
      else if (typeof value === 'object' && value !== null)
        for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
    };
    walk(answer(), []);
    const wrong = fc.constantFrom<unknown>(null, undefined, -1, 1.5, '', '!', [], {}, { more: 1 }, 'extra');
    fc.assert(
      fc.property(fc.constantFrom(...places.filter((path) => path.length > 0)), wrong, (path, value) => {
        const one = answer();
        const holder = path.slice(0, -1).reduce<unknown>((at, key) => (at as never)[key], one) as Record<
          string,
          unknown
        >;
        if (value === 'extra' && !Array.isArray(holder)) holder.another = 1;
        else holder[path.at(-1)!] = value;
        const expected = z.safeEncode(releaseAnswer, one);
        if (expected.success) expect(JSON.parse(releaseText(one))).toEqual(JSON.parse(JSON.stringify(expected.data)));
        else expect(() => releaseText(one)).toThrow();
      }),
      { numRuns: 400 },
    );
  });
});
