/** A colleague of the partner leaves, and the partner's team gets another key: what was referred stays open for who stays. */

import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { verifyMirror } from '@ketenkluis/agent';
import type { HandleId } from '@ketenkluis/base';
import type { BundleHeader, KemPrivateKey } from '@ketenkluis/seal';
import { openBundle } from '@ketenkluis/seal/open';
import { fsck } from '@ketenkluis/vault';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dossierOf, endMembership, openDossier, placeOf, referralsOf, type Session, visit, vouch } from './index.ts';
import { makeTwo, type Two } from './testing/two.ts';

describe('a partner whose team has another key', () => {
  let two: Two;
  let nurse: Session;
  beforeAll(async () => {
    two = await makeTwo(3, { colleague: true });
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
  });
  afterAll(() => two.close());
  const storage = () => two.practice.vault().vault.storage;

  /** Versions at the practice's vault that this key of the partner's team opens. */
  async function opensWith(key: KemPrivateKey): Promise<Set<string>> {
    return await storage().read(async (tx) => {
      const wraps = await tx
        .selectFrom('wrap')
        .selectAll()
        .where('kind', '=', 'c')
        .where('recipient', '=', two.team)
        .execute();
      const rows = await tx.selectFrom('statement').selectAll().where('type', '=', 'bundle').execute();
      const headers = new Map(
        rows.map(({ hash, header }) => [hash, JSON.parse(new TextDecoder().decode(header)) as BundleHeader]),
      );
      const found = new Set<string>();
      for (const { bundle, idx, descriptor, ct } of wraps) {
        const wrap = { bundle, index: idx, descriptor, kind: 'c' as const, ct };
        const opened = await openBundle(headers.get(bundle)!, key)
          .then((one) => one.unwrap(wrap))
          .catch(() => null);
        if (opened !== null) found.add(descriptor);
      }
      return found;
    });
  }
  const headOf = (handle: HandleId) =>
    storage().read((tx) =>
      tx.selectFrom('handle').select(['descriptor', 'version']).where('handle', '=', handle).executeTakeFirstOrThrow(),
    );

  it('R17: who stays opens old referrals and new versions; who left is refused once it is known, and an old key opens nothing sealed since', async () => {
    const row = (await two.rows(nurse))[0]!;
    const [handle] = (await two.send(nurse, row)) as [HandleId];
    const place = placeOf(await two.ownCard(await two.practice.signIn('gp')));
    const visitOf = async (name: string) => {
      await vouch(await two.feet.signIn('T. van Asselt'));
      const home = await two.feet.signIn(name);
      return { home, guest: await visit(home, place) };
    };
    const leaver = await visitOf('V. Vertrekker');
    const opened = async (guest: Session) => {
      const received = (await referralsOf(guest)).find(({ dossier }) => dossier === row.dossier);
      if (received === undefined) return 'nothing here';
      return (await openDossier(guest, dossierOf(received))).parts.map(({ outcome }) => outcome);
    };
    expect(await opened(leaver.guest)).toEqual(['permit']);
    const number = (await leaver.home.people()).epochOf(two.team)!.payload.number;
    const old = await leaver.home.teamKey(two.team, number);
    const before = await headOf(handle);
    expect(await opensWith(old)).toContain(before.descriptor);

    const owner = await two.feet.signIn('T. van Asselt');
    expect(await endMembership(owner, leaver.home.person, { leaves: true })).toBe('renewed');
    await expect(leaver.home.me(true)).rejects.toMatchObject({ code: 'client/refused' });

    // Who stays brings the new directory along: from then on the practice's vault knows it too.
    const stays = await visitOf('T. van Asselt');
    await expect(opened(leaver.guest)).rejects.toMatchObject({ code: 'client/refused' });
    expect(await opened(stays.guest)).toEqual(['permit']);
    expect((await stays.home.people()).epochOf(two.team)!.payload.number).toBeGreaterThan(number);

    // The next sync seals it for the new key, under fresh shares.
    const mirror = `${two.practice.dir}/mirror`;
    await two.practice.sync({ mirror });
    const after = await headOf(handle);
    expect(after.version).toBe(before.version + 1);
    const withOld = await opensWith(old);
    expect([withOld.has(after.descriptor), withOld.has(before.descriptor)]).toEqual([false, false]);
    const still = await visitOf('T. van Asselt');
    expect(await opened(still.guest)).toEqual(['permit']);
  });

  it('a broken directory of a partner is named with how to mend it, in the mirror and at the vault; nothing is copied from it', async () => {
    const mirror = `${two.practice.dir}/mirror`;
    const file = `${mirror}/partners.json`;
    expect((await verifyMirror(mirror)).faults).toEqual([]);
    const good = readFileSync(file, 'utf8');
    const [partner] = JSON.parse(good) as { organisation: string; statements: unknown[] }[];
    writeFileSync(file, JSON.stringify([{ ...partner, statements: partner!.statements.slice(1) }]));
    const named = { kind: 'partner', message: expect.stringContaining(`${partner!.organisation} does not hold; let`) };
    expect(await verifyMirror(mirror)).toMatchObject({ ok: false, faults: [named] });
    writeFileSync(file, 'none');
    expect((await verifyMirror(mirror)).faults).toMatchObject([{ kind: 'partner' }]);
    writeFileSync(file, good);

    await two.practice.vault().stop();
    const dir = `${two.practice.dir}/vault`;
    expect(await fsck(dir)).toMatchObject({ ok: true, faults: [] });
    const db = new DatabaseSync(`${dir}/vault.db`);
    db.exec('DELETE FROM partner_directory WHERE idx = 0');
    db.close();
    const { faults } = await fsck(dir);
    expect(faults).toContainEqual({
      ...{ code: 'partner-directory-invalid', where: partner!.organisation },
      mend: 'let somebody of that partner sign in again, or an owner bring its directory',
    });
    await two.practice.restartVault();
    await expect(two.practice.sync({ mirror })).rejects.toThrow();
    expect(readFileSync(file, 'utf8')).toBe(good);
  });
});
