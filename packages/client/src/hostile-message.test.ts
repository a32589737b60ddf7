/** A partner who leaves messages that do not open: nobody outside makes a patient's dossier, or the list of referrals, unreadable. */

import { base64url } from '@ketenkluis/base';
import type { WorklistRow } from '@ketenkluis/care';
import { signBatch, statementsToWire, type Wrap, wrapToWire } from '@ketenkluis/seal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { change } from './change.ts';
import { openDossier, type Referral, referralsOf, type Session } from './index.ts';
import { factIds } from './referrals.ts';
import { liveOf, newHandle, payloadsOf, provedOf, stepTo } from './sharing.ts';
import { makeTwo, type Two } from './testing/two.ts';

describe('a message that does not open', () => {
  let two: Two;
  let nurse: Session;
  let guest: Session;
  let rows: readonly WorklistRow[];
  beforeAll(async () => {
    two = await makeTwo(2);
    await two.couple();
    nurse = await two.practice.signIn('poh-s');
    rows = await two.rows(nurse);
    for (const row of rows.slice(0, 2)) await two.send(nurse, row);
    guest = await two.guest();
  });
  afterAll(() => two.close());

  /** As `messages.ts` sends it, with this content and these wraps. */
  async function leave(referral: Referral, content: unknown, bend: (wrap: Wrap) => Wrap = (wrap) => wrap) {
    const { dossier, team, id, letter } = referral;
    const { parent, teams } = letter!.content.reply;
    const facts = factIds(referral);
    const to = [...teams, { team, step: id }];
    const made = await newHandle(guest, { dossier, parent, class: 'inbox', type: 'message', content, to });
    const proved = await provedOf(guest, { dossier, handle: parent, facts });
    const live = [...proved.live, ...liveOf(made)];
    const payloads = [...payloadsOf(made), stepTo(guest, proved, live)];
    const by = { practice: guest.practice, at: guest.now(), signer: guest.keys().signer };
    const { statements } = await signBatch(payloads, by);
    const wraps = made.wraps.map((wrap) => wrapToWire(wrap.kind === 'c' ? bend(wrap) : wrap));
    await change(guest, {
      ...{ endpoint: 'write', class: 'write', event: 'write', items: [{ dossier, handle: made.handle, facts }] },
      about: { purpose: 'bericht aan de verwijzer' },
      body: { ...statementsToWire(statements), wraps, packs: [base64url(made.pack)] },
    });
    guest.proved.delete(dossier);
    return made.handle;
  }

  it('is left out alone, and waits: the dossier and the other referrals open as before', async () => {
    const [first] = rows as [WorklistRow];
    const mine = (await referralsOf(guest)).find(({ dossier }) => dossier === first.dossier)!;
    const strange = await leave(mine, { v: 1, kind: 'nothing that anybody knows' });
    const shut = await leave(mine, { v: 1 }, (wrap) => ({ ...wrap, ct: two.practice.random(wrap.ct.length) }));

    const seen = await referralsOf(nurse);
    expect(seen.length).toBe(2);
    const of = seen.find(({ dossier }) => dossier === first.dossier)!;
    expect(of).toMatchObject({ state: 'sent', messages: [], waiting: 2 });
    const { dossier, facts, handles } = first;
    const ids = [handles[0]!.handle, strange, shut];
    const { parts } = await openDossier(nurse, { dossier, handles: ids, facts: facts.slice(0, 16) });
    expect(parts.map(({ outcome }) => outcome)).toEqual(['permit', 'deny', 'deny']);
  });
});
