import { base64url, canonicalJson, concat, fromBase64url, newId, systemRandom as random, utf8 } from '@ketenkluis/base';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  addSignature,
  batchesFromWire,
  batchFromBytes,
  batchFromWire,
  batchToWire,
  decodeStatement,
  draft,
  encodeStatement,
  type Payload,
  parsePayload,
  pathBytes,
  payloadHash,
  type SignedBatch,
  type Statement,
  signBatch,
  signersOf,
  signStatement,
  statementFromWire,
  statementsFromWire,
  statementsToWire,
  statementToWire,
  verifyStatement,
  webVerifier,
} from './index.ts';
import { AT, flipBit, person, type TestPerson } from './testing.ts';

let alice: TestPerson;
let bob: TestPerson;
let single: Statement<'fact'>;
let batch: SignedBatch<'fact'>;
const practice = newId('organisation', random);
const fact = (): Payload<'fact'> => ({
  t: 'fact',
  v: 1,
  suite: 1,
  id: newId('fact', random),
  practice,
  from: AT,
  until: null,
  kind: 'enrolment',
  dossier: newId('dossier', random),
});
const keyOf = (by: string) => [alice, bob].find(({ id }) => id === by)?.sign;
const verify = (statement: Statement, threshold = 1) => verifyStatement(statement, keyOf, webVerifier, { threshold });

beforeAll(async () => {
  [alice, bob] = await Promise.all([person(), person()]);
  single = await signStatement(fact(), alice.signer);
  batch = await signBatch(Array.from({ length: 13 }, fact), { practice, at: AT, signer: alice.signer });
});

describe('statement', () => {
  it('is read from a header once: frozen, whoever changes its own copy, and never with another proof than its own', async () => {
    const wire = batchToWire(batch).batch;
    const [first, second] = [statementFromWire(wire), statementFromWire(wire)];
    expect(second.payload).toBe(first.payload);
    expect(Object.isFrozen(first.payload)).toBe(true);
    for (const { bytes } of [first, second]) bytes.fill(0);
    expect(await verify(statementFromWire(wire))).toBe(true);
    expect(await verify(first)).toBe(false);
    const other = statementFromWire({ ...wire, proof: { sigs: [{ ...wire.proof.sigs[0]!, by: bob.id }] } });
    expect(await verify(other)).toBe(false);
    for (const header of [`${wire.header}A`, `${wire.header}=`, ` ${wire.header}`, wire.header.slice(0, -1)])
      expect(() => statementFromWire({ ...wire, header })).toThrow();
    const own = statementToWire(single);
    expect(statementFromWire(own).payload).not.toBe(statementFromWire(own).payload);
    expect(statementFromWire(own).payload).toEqual(single.payload);
  });

  it('is named by the hash of its signed bytes and verifies', async () => {
    expect(single.hash).toBe(payloadHash(single.payload));
    expect(await verify(single)).toBe(true);
    expect(signersOf(single)).toEqual([alice.id]);
    expect(await verifyStatement(single, () => undefined, webVerifier)).toBe(false);
    expect(await verifyStatement(single, () => bob.sign, webVerifier)).toBe(false);
  });

  it('survives KKST and the wire', async () => {
    for (const statement of [single, batch.statements[5]!]) {
      expect(await verify(decodeStatement(encodeStatement(statement)))).toBe(true);
      const [read] = statementsFromWire(JSON.parse(JSON.stringify(statementsToWire([statement]))));
      expect(read!.hash).toBe(statement.hash);
      expect(await verify(read!)).toBe(true);
    }
    expect(() => statementFromWire(statementToWire(batch.statements[0]!))).toThrow(/batch that signs/);
  });

  it('fails with any single bit of its stored form turned over', async () => {
    for (const [stored, stride] of [
      [encodeStatement(single), 1],
      [encodeStatement(batch.statements[7]!), 3],
    ] as const) {
      for (let bit = 0; bit < stored.length * 8; bit += stride) {
        let good = false;
        try {
          good = await verify(decodeStatement(flipBit(stored, bit)));
        } catch {}
        expect(good, `bit ${bit}`).toBe(false);
      }
    }
  });

  it('refuses payloads that are not exactly of their type', () => {
    const good = fact();
    expect(() => parsePayload(good)).not.toThrow();
    for (const bad of [
      { ...good, extra: 1 },
      { ...good, v: 2 },
      { ...good, suite: 9 },
      { ...good, t: 'constructor' },
      { ...good, kind: 'admin' },
      { ...good, dossier: newId('team', random) },
      { ...good, from: -1 },
      { ...good, from: 1.5 },
      null,
      [],
    ]) {
      expect(() => parsePayload(bad)).toThrow();
    }
  });

  it('counts people, not signatures: the same owner twice is one', async () => {
    const twice = addSignature(single, alice.signer);
    await expect(twice).rejects.toMatchObject({ code: 'seal/not-signed' });
    const both = await addSignature(single, bob.signer);
    expect(await verify(both, 2)).toBe(true);
    expect(await verify(single, 2)).toBe(false);
    // Two names with one key are one person too.
    expect(await verifyStatement(both, () => alice.sign, webVerifier, { threshold: 2 })).toBe(false);
    const wire = statementToWire(single);
    const sigs = 'sigs' in wire.proof ? wire.proof.sigs : [];
    expect(() => statementFromWire({ ...wire, proof: { sigs: [...sigs, ...sigs] } })).toThrow();
    expect(() => statementFromWire({ ...wire, proof: { sigs: [] } })).toThrow();
  });

  it('needs every signature that stands on it to be good, and a threshold of at least one', async () => {
    const both = await addSignature(single, bob.signer);
    const wire = statementToWire(both);
    const sigs = 'sigs' in wire.proof ? wire.proof.sigs : [];
    const swapped = { ...wire, proof: { sigs: [sigs[0]!, { by: bob.id, sig: sigs[0]!.sig }] } };
    expect(await verify(statementFromWire(swapped))).toBe(false);
    expect(await verify(both, 0)).toBe(false);
  });

  it('belongs to whom its payload names: somebody else may not sign a descriptor, grant, bundle or request', async () => {
    const snapshot: Payload<'snapshot'> = {
      ...{ t: 'snapshot', v: 1, suite: 1, practice, number: 1, prev: null, by: alice.id, at: AT, until: AT },
      ...{ size: 0, root: single.hash, epochs: [], people: { count: 1, digest: single.hash }, lists: [] },
    };
    expect(await verify(await signStatement(snapshot, alice.signer))).toBe(true);
    expect(await verify(await signStatement(snapshot, bob.signer))).toBe(false);
    const inBatch = await signBatch([snapshot], { practice, at: AT, signer: bob.signer });
    expect(await verify(inBatch.statements[0]!)).toBe(false);
  });
});

describe('batch', () => {
  it('verifies each of its statements under one signature', async () => {
    for (const statement of batch.statements) expect(await verify(statement)).toBe(true);
    expect(await verifyStatement(batch.statements[0]!, () => bob.sign, webVerifier)).toBe(false);
  });

  it('checks the batch signature once per key, and again for another key', async () => {
    let asked = 0;
    const counting = {
      verify: (...args: Parameters<typeof webVerifier.verify>) => {
        asked++;
        return webVerifier.verify(...args);
      },
    };
    const fresh = batchFromWire(batchToWire(batch));
    for (const statement of fresh.statements) expect(await verifyStatement(statement, keyOf, counting)).toBe(true);
    expect(asked).toBe(1);
    expect(await verifyStatement(fresh.statements[0]!, () => bob.sign, counting)).toBe(false);
    expect(asked).toBe(2);
  });

  it('never stands for several signers, another practice, or a batch', async () => {
    expect(await verify(batch.statements[0]!, 2)).toBe(false);
    const other = await signBatch([{ ...fact(), practice: newId('organisation', random) }], {
      practice,
      at: AT,
      signer: alice.signer,
    });
    expect(await verify(other.statements[0]!)).toBe(false);
    await expect(signBatch([batch.batch.payload], { practice, at: AT, signer: alice.signer })).rejects.toMatchObject({
      code: 'seal/bad-batch',
    });
    await expect(signBatch([], { practice, at: AT, signer: alice.signer })).rejects.toThrow();
  });

  it('in bulk refuses leaves that are missing, doubled, reordered or changed', () => {
    const wire = batchToWire(batch);
    expect(batchFromWire(wire).statements.map(({ hash }) => hash)).toEqual(batch.statements.map(({ hash }) => hash));
    const [a, b, ...rest] = wire.headers as [string, string, ...string[]];
    const other = base64url(canonicalJson(fact()));
    for (const headers of [[b, a, ...rest], [a, ...rest], [a, a, b, ...rest], [other, b, ...rest], []]) {
      expect(() => batchFromWire({ ...wire, headers })).toThrow();
    }
  });

  it('of drafts is the batch of their payloads; only what was drafted here is taken as checked', async () => {
    const payloads = Array.from({ length: 5 }, fact);
    const mixed = await signBatch(
      payloads.map((one, i) => (i % 2 === 0 ? draft(one) : one)),
      { practice, at: AT, signer: alice.signer },
    );
    expect(mixed.batch.hash).toBe((await signBatch(payloads, { practice, at: AT, signer: alice.signer })).batch.hash);
    for (const [i, statement] of mixed.statements.entries()) {
      expect(statement.hash).toBe(payloadHash(payloads[i]!));
      expect(statement.payload).toEqual(payloads[i]);
      expect(await verify(statement)).toBe(true);
    }
    const bad = { ...fact(), kind: 'nonsense' } as unknown as Payload<'fact'>;
    expect(() => draft(bad)).toThrow(expect.objectContaining({ code: 'seal/bad-header' }));
    const forged = { ...draft(fact()), payload: bad } as unknown as Payload<'fact'>;
    await expect(signBatch([forged], { practice, at: AT, signer: alice.signer })).rejects.toThrow();
  });

  it('gives the steps of a proof as bytes as they stand in its text, of what was made here and of what was read', () => {
    for (const statement of batch.statements) {
      const { batches } = statementsToWire([statement]);
      const again = statementFromWire(statementToWire(statement), batchesFromWire(batches));
      for (const { proof } of [statement, again]) {
        if (!('batch' in proof)) throw new Error('expected a batch proof');
        expect(pathBytes(proof)).toEqual(concat(...proof.path.map((step) => fromBase64url(step))));
      }
    }
  });

  it('in bulk takes headers as bytes, and refuses one that is too long', () => {
    const { batch: wire } = batchToWire(batch);
    const bytes = batch.statements.map((one) => one.bytes);
    expect(batchFromBytes(wire, bytes).statements.map(({ hash }) => hash)).toEqual(
      batch.statements.map(({ hash }) => hash),
    );
    for (const headers of [[], bytes.slice(1), [...bytes, utf8('x'.repeat(66_001))]])
      expect(() => batchFromBytes(wire, headers)).toThrow(expect.objectContaining({ code: 'seal/bad-batch' }));
    expect(() => batchFromBytes(statementToWire(batch.statements[0]!), bytes)).toThrow();
  });

  it('in bulk refuses a batch that states another size than it has', async () => {
    const { payload } = batch.batch;
    const signed = await signStatement({ ...payload, size: payload.size + 1 }, alice.signer);
    const wire = { ...batchToWire(batch), batch: statementToWire(signed) };
    expect(() => batchFromWire(wire)).toThrow(expect.objectContaining({ code: 'seal/bad-batch' }));
  });

  it('a path with anything changed proves nothing', async () => {
    const [statement] = batch.statements;
    const { batches } = statementsToWire([statement!]);
    const wire = statementToWire(statement!);
    if ('sigs' in wire.proof) throw new Error('expected a batch proof');
    const { path, index } = wire.proof;
    const bent = base64url(flipBit(fromBase64url(path[0]!), 3));
    for (const proof of [
      { ...wire.proof, index: index + 1 },
      { ...wire.proof, path: path.slice(1) },
      { ...wire.proof, path: [...path, path[0]!] },
      { ...wire.proof, path: [bent, ...path.slice(1)] },
    ]) {
      const [read] = statementsFromWire({ statements: [{ ...wire, proof }], batches });
      expect(await verify(read!)).toBe(false);
    }
  });

  it('hundreds of signatures of random batches verify and survive the wire', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 70 }), async (size) => {
        const made = await signBatch(Array.from({ length: size }, fact), { practice, at: AT, signer: alice.signer });
        const read = batchFromWire(JSON.parse(JSON.stringify(batchToWire(made))));
        const answers = await Promise.all(read.statements.map((statement) => verify(statement)));
        expect(answers.every(Boolean)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it('does not mix statements with other signed things', async () => {
    const loose = await alice.signer.sign(single.bytes);
    const wire = { header: base64url(single.bytes), proof: { sigs: [{ by: alice.id, sig: base64url(loose) }] } };
    expect(await verify(statementFromWire(wire))).toBe(false);
    expect(utf8('ketenkluis.statement.v1').length).toBe(23);
  });
});
