/** R11: a second suite is added beside the first; what the first sealed moves over without anybody opening it. */

import { newId, systemRandom as random, utf8 } from '@ketenkluis/base';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePackHeader, sealTo, signStatement, suite, suites, webVerifier } from './index.ts';
import { createBundle, describePack, openBundle, openPack, openSealed, resealPack, sealPack } from './open.ts';
import { AT, person, registerSuite2 } from './testing.ts';

let forget: () => void;
beforeAll(() => {
  expect(() => suite(2)).toThrow(expect.objectContaining({ code: 'seal/unknown-suite' }));
  forget = registerSuite2();
});
afterAll(() => forget());

describe('R11: crypto agility', () => {
  it('a share wrapped under suite 1 is re-wrapped to suite 2; the server never holds plaintext or a key', async () => {
    const agent = await person();
    const practice = newId('organisation', random);
    const team = newId('team', random);
    const sealed = await sealPack({
      handle: newId('handle', random),
      version: 1,
      content: utf8('inhoud'),
      author: agent.signer,
      random,
      envelope: {
        ...{ practice, dossier: newId('dossier', random), team: null, type: 'fhir', scope: 'lab', programmes: [] },
        ...{ selection: null, at: AT, asOf: null },
      },
    });
    const descriptor = describePack(sealed, {
      slot: null,
      prev: null,
      class: 'source',
      parent: null,
      writer: agent.id,
    });
    const { hash } = await signStatement(descriptor, agent.signer);
    const base = { to: 'team' as const, recipient: team, issuer: agent.id, practice, at: AT, random };
    const oldKeys = await suite(1).kem.generate(random);
    const oldBundle = await createBundle({ ...base, epoch: 0, recipientKey: oldKeys.publicKey });
    const oldWrap = await oldBundle.wrap('c', hash, sealed.shares.c);

    // A member's client: old epoch key in, new epoch key out. The pack itself is not touched, so nothing is opened.
    const newKeys = await suite(2).kem.generate(random);
    const newBundle = await createBundle({ ...base, suite: 2, epoch: 1, recipientKey: newKeys.publicKey });
    const oldKey = await suite(1).kem.importPrivate(oldKeys.seed);
    const c = await (await openBundle(oldBundle.payload, oldKey)).unwrap(oldWrap);
    const newWrap = await newBundle.wrap('c', hash, c);
    expect(newBundle.payload.suite).toBe(2);
    await signStatement(newBundle.payload, agent.signer);

    const newKey = await suite(2).kem.importPrivate(newKeys.seed);
    const again = await (await openBundle(newBundle.payload, newKey)).unwrap(newWrap);
    const input = { descriptor, keyOf: () => agent.sign, verifier: webVerifier, pack: sealed.pack };
    const opened = await openPack({ ...input, shares: { ...sealed.shares, c: again } });
    expect(opened.content).toEqual(utf8('inhoud'));

    // Suites do not mix: a key of one opens nothing of the other, and a header cannot be relabelled.
    await expect(openBundle(newBundle.payload, oldKey)).rejects.toMatchObject({ code: 'seal/bad-key' });
    await expect(openBundle({ ...newBundle.payload, suite: 1 }, oldKey)).rejects.toMatchObject({
      code: 'seal/cannot-open',
    });

    // Re-sealing, where content is at hand anyway, moves the pack itself.
    const moved = await resealPack(opened, { version: 2, random, suite: 2 });
    expect(parsePackHeader(moved.pack).suite).toBe(2);
  });

  it('blobs carry their suite too', async () => {
    const keys = await suite(2).kem.generate(random);
    const blob = await sealTo(keys.publicKey, 'annex', utf8('reden'), 2);
    expect(await openSealed(await suite(2).kem.importPrivate(keys.seed), 'annex', blob)).toEqual(utf8('reden'));
    expect(suites().map(({ id }) => id)).toEqual([1, 2]);
  });
});
