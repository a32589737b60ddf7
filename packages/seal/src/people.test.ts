import { fromBase64url, HOUR, newId, plus, systemRandom as random, utf8 } from '@ketenkluis/base';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  checkShare,
  createInvitation,
  createJoin,
  joinCode,
  type NewInvitation,
  parseInvitationFragment,
  parseKeyring,
  parseShareSheet,
  type Sealed,
  type Statement,
  sealTo,
  shareSheet,
  signStatement,
  unlockerId,
  verifyJoin,
  webVerifier,
} from './index.ts';
import {
  addUnlocker,
  combineKey,
  createKeyring,
  createSplitKey,
  generateDeviceKey,
  openSealed,
  openWithPassphrase,
  openWithPrf,
  removeUnlockers,
  type SplitKey,
} from './open.ts';
import { AT, flipBit, person, type TestPerson } from './testing.ts';

const cost = { memoryKiB: 19_456, passes: 2, lanes: 1 };

describe('keyring', () => {
  const who = newId('person', random);
  const device = newId('device', random);
  const prf = random(32);
  const secrets = { sign: random(32), kem: random(32) };
  const passphrase = 'correct paard batterij';
  let deviceKey: CryptoKey;
  let keyring: Sealed<'keyring'>;
  const passkey = { kind: 'passkey' as const, credential: 'abc', salt: random(32), prf };

  beforeAll(async () => {
    deviceKey = await generateDeviceKey();
    const unlockers = [passkey, { kind: 'passphrase' as const, device, deviceKey, passphrase, cost }];
    keyring = await createKeyring({ person: who, secrets, random, unlockers });
  });

  it('R14: a lost unlocker costs nothing: each of the others opens the same keys', async () => {
    expect((await openWithPrf(keyring, { credential: 'abc', prf })).secrets).toEqual(secrets);
    expect((await openWithPassphrase(keyring, { device, deviceKey, passphrase })).secrets).toEqual(secrets);
    expect(deviceKey.extractable).toBe(false);
  });

  it('a passphrase without its device opens nothing, nor the device without the passphrase', async () => {
    const shut = { code: 'seal/cannot-open' };
    await expect(
      openWithPassphrase(keyring, { device, deviceKey, passphrase: `${passphrase}!` }),
    ).rejects.toMatchObject(shut);
    await expect(openWithPassphrase(keyring, { device, deviceKey: random(32), passphrase })).rejects.toMatchObject(
      shut,
    );
    await expect(openWithPrf(keyring, { credential: 'abc', prf: random(32) })).rejects.toMatchObject(shut);
    const unknown = { code: 'seal/bad-keyring' };
    await expect(openWithPrf(keyring, { credential: 'abd', prf })).rejects.toMatchObject(unknown);
    await expect(
      openWithPassphrase(keyring, { device: newId('device', random), deviceKey, passphrase }),
    ).rejects.toMatchObject(unknown);
  });

  it('R8: any single bit of the stored object turned over is refused', async () => {
    for (let bit = 0; bit < keyring.length * 8; bit++) {
      const opened = await openWithPrf(flipBit(keyring, bit), { credential: 'abc', prf }).catch(() => undefined);
      expect(opened, `bit ${bit}`).toBeUndefined();
    }
  });

  it('two ways in stay, none is there twice, and the number grows', async () => {
    const opened = await openWithPrf(keyring, { credential: 'abc', prf });
    const few = { code: 'seal/too-few-unlockers' };
    await expect(removeUnlockers(opened, new Set(['abc']), random)).rejects.toMatchObject(few);
    await expect(removeUnlockers(opened, new Set([device]), random)).rejects.toMatchObject(few);
    await expect(addUnlocker(opened, passkey, random)).rejects.toMatchObject({ code: 'seal/bad-keyring' });
    const three = await addUnlocker(opened, { ...passkey, credential: 'phone', prf: secrets.sign }, random);
    expect(parseKeyring(three).header.number).toBe(2);
    const again = await openWithPrf(three, { credential: 'phone', prf: secrets.sign });
    await expect(removeUnlockers(again, new Set(['nobody']), random)).rejects.toMatchObject({
      code: 'seal/bad-keyring',
    });
    const two = await removeUnlockers(again, new Set(['abc']), random);
    expect(parseKeyring(two).header.unlockers.map(({ kind }) => kind)).toEqual(['passphrase', 'passkey']);
    await expect(openWithPrf(two, { credential: 'abc', prf })).rejects.toMatchObject({ code: 'seal/bad-keyring' });
    expect((await openWithPassphrase(two, { device, deviceKey, passphrase })).secrets).toEqual(secrets);
  });

  it('R14: after a loss one way in may stay, never none, and what was ended is not in the object any more', async () => {
    const opened = await openWithPrf(keyring, { credential: 'abc', prf });
    const one = await removeUnlockers(opened, new Set([device]), random, 1);
    expect(parseKeyring(one).header.unlockers.map(unlockerId)).toEqual(['abc']);
    await expect(openWithPassphrase(one, { device, deviceKey, passphrase })).rejects.toMatchObject({
      code: 'seal/bad-keyring',
    });
    const last = await openWithPrf(one, { credential: 'abc', prf });
    await expect(removeUnlockers(last, new Set(['abc']), random, 1)).rejects.toMatchObject({
      code: 'seal/too-few-unlockers',
    });
  });

  it('names of devices are sealed with the keys and go with their unlocker', async () => {
    const opened = await openWithPrf(keyring, { credential: 'abc', prf });
    expect(opened.names).toEqual({});
    const phone = { ...passkey, credential: 'phone', name: 'mijn telefoon' };
    const three = await addUnlocker(opened, phone, random);
    expect(new TextDecoder('latin1').decode(three)).not.toContain('telefoon');
    const again = await openWithPrf(three, { credential: 'phone', prf });
    expect(again.names).toEqual({ phone: 'mijn telefoon' });
    const two = await removeUnlockers(again, new Set(['phone']), random);
    expect((await openWithPrf(two, { credential: 'abc', prf })).names).toEqual({});
  });

  it('the Argon2id salt is drawn anew for every unlocker and stands in its parameters', async () => {
    const salts = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const unlocker = { kind: 'passphrase' as const, device, deviceKey, passphrase, cost };
      const made = await createKeyring({ person: who, secrets, random, unlockers: [unlocker] });
      salts.add(parseKeyring(made).header.unlockers[0]!.salt);
    }
    expect(salts.size).toBe(3);
  });

  it('a wrap moved in from another person’s keyring opens nothing', async () => {
    const other = await createKeyring({ person: newId('person', random), secrets, random, unlockers: [passkey] });
    const mine = parseKeyring(other).header;
    expect(mine.number).toBe(1);
    expect(parseKeyring(keyring).header.person).toBe(who);
    expect(() => parseKeyring(keyring.slice(0, -1))).not.toThrow();
    await expect(openWithPrf(keyring.slice(0, -1) as Sealed<'keyring'>, { credential: 'abc', prf })).rejects.toThrow();
    expect(() => parseKeyring(keyring.slice(0, 20))).toThrow();
  });
});

describe('invitation', () => {
  let owner: TestPerson;
  let newcomer: TestPerson;
  let made: NewInvitation;
  let invitation: Statement<'invitation'>;
  let join: Statement<'join'>;
  const answer = (who: TestPerson, seed = parseInvitationFragment(made.fragment).seed, at = plus(AT, HOUR)) =>
    createJoin({ invitation: made.payload, seed, signer: who.signer, kem: who.kem.publicKey, at });

  beforeAll(async () => {
    [owner, newcomer] = await Promise.all([person(), person()]);
    const organisation = newId('organisation', random);
    made = await createInvitation({ organisation, team: newId('team', random), by: owner.id, at: AT, random });
    invitation = await signStatement(made.payload, owner.signer);
    join = await answer(newcomer);
  });

  it('is answered with the link’s key and the own key, within 72 hours', async () => {
    const check = (hours: number) => verifyJoin(made.payload, join, plus(AT, hours * HOUR), webVerifier);
    expect([await check(1), await check(71), await check(72), await check(-1)]).toEqual([true, true, false, false]);
    const long = { ...made.payload, until: plus(AT, 100 * HOUR) };
    expect(await verifyJoin(long, join, plus(AT, HOUR), webVerifier)).toBe(false);
  });

  it('a race: two joins on one link are both well-formed, and their codes tell them apart', async () => {
    const rival = await answer(await person());
    expect(await verifyJoin(made.payload, rival, plus(AT, HOUR), webVerifier)).toBe(true);
    const [mine, theirs, again] = await Promise.all([
      joinCode(invitation, join),
      joinCode(invitation, rival),
      joinCode(invitation, join),
    ]);
    expect(mine).toMatch(/^\d{3} \d{3} \d{3} \d{3}$/);
    expect(mine).toBe(again);
    expect(mine).not.toBe(theirs);
  });

  it('cannot be forged without the link, replayed on another, or signed once', async () => {
    await expect(answer(newcomer, random(32))).rejects.toMatchObject({ code: 'seal/bad-invitation' });
    const other = await createInvitation({ ...made.payload, random });
    expect(await verifyJoin(other.payload, join, plus(AT, HOUR), webVerifier)).toBe(false);
    const half = await signStatement(join.payload, newcomer.signer);
    expect(await verifyJoin(made.payload, half, plus(AT, HOUR), webVerifier)).toBe(false);
    for (const text of [
      '',
      made.fragment.slice(0, -1),
      `${made.fragment}.x`,
      made.fragment.replace('inv_', 'per_'),
      '#',
    ]) {
      expect(() => parseInvitationFragment(text)).toThrow(expect.objectContaining({ code: 'seal/bad-invitation' }));
    }
  });
});

describe('recovery', () => {
  const organisation = newId('organisation', random);
  let split: SplitKey;
  beforeAll(async () => {
    split = await createSplitKey(2, 4, random);
  });

  it('R14: any two of the people, in any order, make the key; it opens what was sealed to it', async () => {
    const blob = await sealTo(fromBase64url(split.record.kem), 'register', utf8('wie is wie'));
    for (const [a, b] of [
      [0, 1],
      [3, 2],
      [1, 3],
    ] as const) {
      const { key } = await combineKey([split.shares[a]!, split.shares[b]!], split.record);
      expect(await openSealed(key, 'register', blob)).toEqual(utf8('wie is wie'));
      await expect(openSealed(key, 'annex', blob)).rejects.toMatchObject({ code: 'seal/cannot-open' });
    }
    const { key } = await combineKey([...split.shares], split.record);
    expect(await openSealed(key, 'register', blob)).toEqual(utf8('wie is wie'));
  });

  it('R14: one person alone, one share twice, and a bad share are named before anything is computed', async () => {
    const [a, b] = split.shares as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
    const wrong = { code: 'seal/bad-recovery-share' };
    await expect(combineKey([a], split.record)).rejects.toMatchObject(wrong);
    await expect(combineKey([], split.record)).rejects.toMatchObject(wrong);
    await expect(combineKey([a, a], split.record)).rejects.toThrow(/share 2 of those given was given before/);
    for (let bit = 0; bit < b.length * 8; bit++) {
      await expect(combineKey([a, flipBit(b, bit)], split.record)).rejects.toThrow(
        /share 2 of those given does not belong/,
      );
    }
    const other = await createSplitKey(2, 4, random);
    await expect(combineKey([a, other.shares[1]!], split.record)).rejects.toMatchObject(wrong);
    await expect(createSplitKey(1, 3, random)).rejects.toMatchObject({ code: 'seal/bad-key' });
    await expect(createSplitKey(4, 3, random)).rejects.toMatchObject({ code: 'seal/bad-key' });
  });

  it('R14: a printed sheet is typed back in, and a typing error is found in its line', async () => {
    for (const [i, share] of split.shares.entries()) {
      const text = shareSheet({ organisation, purpose: 'exit', index: i + 1, k: 2, n: 4, share });
      expect(parseShareSheet(text)).toEqual({ organisation, purpose: 'exit', index: i + 1, k: 2, n: 4, share });
      const typed = text
        .split('\n')
        .map((line) => line.toLowerCase().replace(/^(\d) +/, '$1 '))
        .join('\r\n');
      expect(checkShare(parseShareSheet(typed).share, split.record)).toBe(i + 1);
      const lines = text.split('\n');
      for (let line = 1; line <= 4; line++) {
        const letter = lines[line]![4]!;
        const slipped = `${lines[line]!.slice(0, 4)}${letter === 'A' ? 'B' : 'A'}${lines[line]!.slice(5)}`;
        const slip = lines.with(line, slipped).join('\n');
        expect(() => parseShareSheet(slip)).toThrow(`line ${line} has a typing error`);
        expect(() => parseShareSheet(lines.toSpliced(line, 1).join('\n'))).toThrow(`line ${line} is missing`);
      }
      const elsewhere = text.replaceAll(organisation, newId('organisation', random));
      expect(() => parseShareSheet(elsewhere)).toThrow(/do not belong together/);
    }
    expect(() => parseShareSheet('')).toThrow(expect.objectContaining({ code: 'seal/bad-recovery-share' }));
    expect(() => checkShare(random(33), split.record)).toThrow(/does not belong/);
  });
});
