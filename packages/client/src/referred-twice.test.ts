/** Referring twice to the same partner while parts of the first go on: what a newer grant takes the place of (docs/spec/partners.md). */

import type { WorklistRow } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dossierOf, endReferral, openDossier, referralsOf, type Session } from './index.ts';
import { makeTwo, type Two } from './testing/two.ts';

describe('the same partner twice', () => {
  let two: Two;
  let nurse: Session;
  let rows: readonly WorklistRow[];

  const enter = async () => {
    nurse = await two.practice.signIn('poh-s');
    rows = await two.rows(nurse);
  };
  beforeAll(async () => {
    two = await makeTwo(9);
    await two.couple();
    await enter();
  });
  afterAll(() => two.close());

  /** Brings other measurements of everybody; answers how many versions that took. */
  async function measured(): Promise<number> {
    const { patients } = two.practice;
    two.practice.patients = patients.map((one) => ({ ...one, systolic: one.systolic.map((value) => value + 1) }));
    const { changed, packs } = await two.practice.sync();
    expect(changed).toBeGreaterThan(0);
    await enter();
    return packs;
  }
  const at = (nth: number) => rows[nth]!;
  const only = (row: WorklistRow, ...scopes: string[]): WorklistRow => ({
    ...row,
    handles: scopes.map((scope) => row.handles.find((one) => one.scope === scope)!),
  });

  /** Everything that the partner may open in this dossier now, by how each part answered. */
  async function seen({ dossier }: WorklistRow): Promise<string[][]> {
    const guest = await two.guest();
    const own = (await referralsOf(guest)).filter((one) => one.dossier === dossier);
    const out: string[][] = [];
    for (const one of own) {
      const { parts } = await openDossier(guest, dossierOf(one));
      out.push(parts.map(({ outcome }) => outcome));
    }
    await enter();
    return out.sort((a, b) => a.length - b.length);
  }
  const BOTH = ['blood-pressure', 'hba1c'];

  it('R15: refers again after a part has had a version since, which the first referral goes on with', async () => {
    await two.send(nurse, only(at(0), ...BOTH), { parts: 2 });
    await measured();
    await two.send(nurse, only(at(0), ...BOTH), { parts: 2 });
    expect(await seen(at(0))).toEqual([
      ['permit', 'permit'],
      ['permit', 'permit'],
    ]);
    await measured();
  });

  it('R15: one part is referred again, then another: of the first grant nothing is left, and both sides know', async () => {
    await two.send(nurse, only(at(2), ...BOTH), { parts: 2 });
    await two.send(nurse, only(at(2), 'hba1c'), { parts: 1 });
    await two.send(nurse, only(at(2), 'blood-pressure'), { parts: 1 });
    expect(await seen(at(2))).toEqual([['permit'], ['permit'], ['permit', 'permit']]);
    await measured();
  });

  it('R15: of two referrals the part that only the first has gets a version: the practice goes on', async () => {
    await two.send(nurse, only(at(4), ...BOTH), { parts: 2 });
    await two.send(nurse, only(at(4), 'hba1c'), { parts: 1 });
    // The practice reads what stands as the vault does: nothing is sealed again for want of knowing.
    const packs = await measured();
    expect(await measured()).toBe(packs);
    expect(await seen(at(4))).toEqual([['permit'], ['permit', 'permit']]);
  });

  it('R17: of two referrals the newer one ends: what both had stays open to the older, from the next sync on', async () => {
    const [, , third] = rows.filter(({ handles }) => handles.some(({ scope }) => scope === 'hba1c'));
    await two.send(nurse, only(third!, 'hba1c'), { parts: 1 });
    await measured();
    const mine = (await referralsOf(nurse)).filter((one) => one.dossier === third!.dossier);
    const newest = mine.reduce((last, one) => (one.from > last.from ? one : last));
    await endReferral(nurse, newest, third!.facts);
    await measured();
    expect(await seen(third!)).toEqual([['permit'], ['permit', 'permit']]);
  });
});
