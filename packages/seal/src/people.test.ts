import { fromBase64url, HOUR, instant, newId, plus, systemRandom as random, utf8 } from '@ketenkluis/base';
import { describe, expect, it } from 'vitest';
import {
  checkShare,
  createInvitation,
  createJoin,
  generateSigningKey,
  joinCode,
  parseInvitationFragment,
  parseKeyring,
  parseShareSheet,
  shareSheet,
  signStatement,
  suite,
  verifyJoin,
  webSigner,
  webVerifier,
} from './index.ts';
import {
  addUnlocker,
  combineKey,
  createKeyring,
  createSplitKey,
  generateDeviceKey,
  openWithPassphrase,
  openWithPrf,
  removeUnlocker,
} from './open.ts';

const at = instant(1_750_000_000_000);
const cost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

describe('keyring', () => {
  it('R14: opens with either of two unlockers and never keeps fewer', async () => {
    const person = newId('person', random);
    const device = newId('device', random);
    const deviceKey = await generateDeviceKey();
    const prf = random(32);
    const secrets = { sign: random(32), kem: random(32) };
    const first = await createKeyring({
      person,
      secrets,
      random,
      unlockers: [{ kind: 'passkey', credential: 'abc', salt: random(32), prf }],
    });
    const opened = await openWithPrf(first, { credential: 'abc', prf });
    expect(opened.secrets).toEqual(secrets);
    const second = await addUnlocker(
      opened,
      { kind: 'passphrase', device, deviceKey, passphrase: 'paard batterij', cost },
      random,
    );
    expect(parseKeyring(second).header.number).toBe(2);
    const again = await openWithPassphrase(second, { device, deviceKey, passphrase: 'paard batterij' });
    expect(again.secrets).toEqual(secrets);
    await expect(openWithPassphrase(second, { device, deviceKey, passphrase: 'paard' })).rejects.toThrow();
    await expect(
      openWithPassphrase(second, { device, deviceKey: random(32), passphrase: 'paard batterij' }),
    ).rejects.toThrow();
    await expect(removeUnlocker(again, { credential: 'abc' }, random)).rejects.toMatchObject({
      code: 'seal/too-few-unlockers',
    });
  });
});

describe('invitation', () => {
  it('joins and shows one code on both sides', async () => {
    const owner = await generateSigningKey(random);
    const by = newId('person', random);
    const made = await createInvitation({
      organisation: newId('organisation', random),
      team: newId('team', random),
      by,
      at,
      random,
    });
    const invitation = await signStatement(made.payload, await webSigner({ by, seed: owner.seed }));
    const { seed, id } = parseInvitationFragment(`#${made.fragment}`);
    expect(id).toBe(made.payload.id);
    const keys = await generateSigningKey(random);
    const signer = await webSigner({ by: newId('person', random), seed: keys.seed });
    const kem = await suite(1).kem.generate(random);
    const join = await createJoin({
      invitation: made.payload,
      seed,
      signer,
      kem: kem.publicKey,
      at: plus(at, HOUR),
    });
    expect(await verifyJoin(made.payload, join, plus(at, HOUR), webVerifier)).toBe(true);
    expect(await verifyJoin(made.payload, join, plus(at, 73 * HOUR), webVerifier)).toBe(false);
    expect(await joinCode(invitation, join)).toMatch(/^\d{3} \d{3} \d{3} \d{3}$/);
  });
});

describe('recovery', () => {
  it('R14: splits, prints, types in and combines', async () => {
    const { record, shares } = await createSplitKey(2, 3, random);
    const organisation = newId('organisation', random);
    const sheet = shareSheet({ organisation, purpose: 'exit', index: 2, k: 2, n: 3, share: shares[1]! });
    const typed = parseShareSheet(sheet.toLowerCase().replaceAll('o', 'O'));
    expect(typed.share).toEqual(shares[1]);
    expect(checkShare(typed.share, record)).toBe(2);
    const { key } = await combineKey([typed.share, shares[0]!], record);
    const sealed = await suite(1).kem.seal(fromBase64url(record.kem), utf8('i'), utf8('a'), utf8('p'));
    expect(await suite(1).kem.open(key, sealed.enc, utf8('i'), utf8('a'), sealed.ct)).toEqual(utf8('p'));
  });
});
