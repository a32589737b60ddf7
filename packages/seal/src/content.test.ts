import { canonicalJson, instant, newId, systemRandom, utf8 } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import { generateSigningKey, signStatement, suite, verifyStatement, webSigner, webVerifier } from './index.ts';
import { createBundle, describePack, openBundle, openPack, resealPack, sealPack } from './open.ts';

const at = instant(1_750_000_000_000);

describe('pack', () => {
  it('seals, describes, wraps, unwraps and opens', async () => {
    const keys = await generateSigningKey(systemRandom);
    const person = newId('person', systemRandom);
    const author = await webSigner({ by: person, seed: keys.seed });
    const practice = newId('organisation', systemRandom);
    const dossier = newId('dossier', systemRandom);
    const handle = newId('handle', systemRandom);
    const content = canonicalJson({ hello: 'world' });
    const sealed = await sealPack({
      handle,
      version: 1,
      content,
      author,
      random: systemRandom,
      envelope: {
        practice,
        dossier,
        team: null,
        type: 'fhir',
        scope: 'lab',
        programmes: ['diabetes'],
        selection: null,
        at,
        asOf: null,
      },
    });
    const descriptor = describePack(sealed, { slot: null, prev: null, class: 'source', parent: null, writer: person });
    const statement = await signStatement(descriptor, author);
    const keyOf = (by: string) => (by === person ? keys.publicKey : undefined);
    expect(await verifyStatement(statement, keyOf, webVerifier)).toBe(true);

    const team = await suite(1).kem.generate(systemRandom);
    const bundle = await createBundle({
      to: 'team',
      recipient: newId('team', systemRandom),
      epoch: 0,
      recipientKey: team.publicKey,
      issuer: person,
      practice,
      at,
      random: systemRandom,
    });
    const wrap = await bundle.wrap('c', statement.hash, sealed.shares.c);
    const opened = await openBundle(bundle.payload, await suite(1).kem.importPrivate(team.seed));
    const c = await opened.unwrap(wrap);
    const pack = await openPack({
      pack: sealed.pack,
      shares: { ...sealed.shares, c },
      descriptor,
      keyOf,
      verifier: webVerifier,
    });
    expect(pack.content).toEqual(content);
    const again = await resealPack(pack, { version: 2, random: systemRandom });
    expect(again.envelope).toEqual(sealed.envelope);
    expect(utf8('x')).toBeDefined();
  });
});
