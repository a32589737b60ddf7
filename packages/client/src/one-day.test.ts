/** What a referral goes through between two syncs, all on one day: the agent takes it up at once. */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  dossierOf,
  endReferral,
  openDossier,
  type Referral,
  referralsOf,
  report,
  type Session,
  takeOverMessage,
  withdrawConsent,
} from './index.ts';
import { BY, makeTwo, type Two } from './testing/two.ts';

const REPORT = {
  ...{ message: 'Voeten bekeken.', last: false, measurements: [] },
  soep: { s: 'Geen klachten', o: '', e: '', p: '' },
};

describe('a referral between two syncs', () => {
  let two: Two;
  let nurse: Session;
  let guest: Session;
  const sent = async (index: number) => {
    nurse = await two.practice.signIn('poh-s');
    const row = (await two.rows(nurse))[index]!;
    await two.send(nurse, row);
    guest = await two.guest();
    const of = async (session: Session): Promise<Referral> =>
      (await referralsOf(session)).find(({ dossier }) => dossier === row.dossier)!;
    return { row, of };
  };

  beforeAll(async () => {
    two = await makeTwo(4);
    await two.couple();
  });
  afterAll(() => two.close());

  it('accepted, answered and taken over', async () => {
    const { row, of } = await sent(0);
    await acceptReferral(guest, await of(guest), BY);
    const { handle } = await report(guest, await of(guest), BY, REPORT);
    await takeOverMessage(nurse, await of(nurse), handle, row.facts);
    // Nothing of the practice's own changed, so nothing is sealed again.
    expect((await two.practice.sync()).changed).toBe(0);
  });

  it.each([false, true])('R33: consent withdrawn and the referral ended, answered: %s', async (answered) => {
    const { row, of } = await sent(answered ? 1 : 2);
    if (answered) await report(guest, await of(guest), BY, REPORT);
    await withdrawConsent(nurse, { dossier: row.dossier, partner: guest.organisation }, row.facts);
    two.practice.clock.move(1000);
    await endReferral(nurse, await of(nurse), row.facts);
    await expect(two.practice.sync()).resolves.toBeDefined();
    expect((await two.practice.sync()).changed).toBe(0);
  });

  it('and its partner still opens it after a delivery whose journal is gone', async () => {
    const { row, of } = await sent(0);
    await report(guest, await of(guest), BY, REPORT);
    await two.practice.sync();
    two.practice.patients = two.practice.patients.map((one) => ({ ...one, hba1c: [...one.hba1c, 63] }));
    const cut = two.practice.sync({
      onStep(name) {
        if (name === 'delivered 1') throw new Error(name);
      },
    });
    await expect(cut).rejects.toThrow('delivered 1');
    rmSync(join(two.practice.dir, 'agent', 'journal.kkrj'), { force: true });
    expect((await two.practice.sync()).changed).toBeGreaterThan(0);
    expect((await two.practice.sync()).changed).toBe(0);
    guest = await two.guest();
    const again = await of(guest);
    expect(again.dossier).toBe(row.dossier);
    const { parts } = await openDossier(guest, dossierOf(again));
    expect(parts.map(({ outcome }) => outcome)).toEqual(['permit']);
    expect(again.messages).toHaveLength(1);
  });
});
