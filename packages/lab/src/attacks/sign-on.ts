/** Sign-ons outside, in another tab or on a patient's telephone (docs/identity.md): somebody else's answer, and somebody else's number. */

import { eidAdapter, type IdentityDesk, identityDesk, nodeSigner } from '@ketenkluis/agent';
import { type TestIssuer, testIssuer } from '@ketenkluis/agent/testing/outside';
import { KetenkluisError, newId, systemClock, systemRandom } from '@ketenkluis/base';
import { hashOf } from '@ketenkluis/seal';
import type { Attack } from './attack.ts';

/** At a desk of its own; the reason for a refusal, undefined where it signed. */
async function atDesk(work: (desk: IdentityDesk, issuer: TestIssuer) => Promise<unknown>): Promise<string | undefined> {
  const issuer = await testIssuer();
  const subject = hashOf(systemRandom(32));
  const desk = identityDesk({
    practice: newId('organisation', systemRandom),
    ...{ ura: '00000001', personOf: () => undefined, citizen: () => subject, roles: {} },
    adapters: [eidAdapter({ ...issuer.oidc(), phone: 'https://balie.example' }, systemClock)],
    agent: nodeSigner({ by: newId('person', systemRandom), seed: systemRandom(32) }),
    ...{ clock: systemClock, random: systemRandom },
  });
  try {
    await work(desk, issuer);
    return undefined;
  } catch (error) {
    const why = error instanceof KetenkluisError && error.code === 'agent/identity-refused' ? error.detail.why : null;
    if (typeof why !== 'string') throw error;
    return why;
  } finally {
    await issuer.close();
  }
}
const somebody = () => ({ person: newId('person', systemRandom), session: newId('session', systemRandom) });

const planted = (wrong: boolean) =>
  atDesk(async (desk, issuer) => {
    const [attacker, victim] = [somebody(), somebody()];
    const [theirs, own] = [
      await desk.begin({ means: 'eid', ...attacker }),
      await desk.begin({ means: 'eid', ...victim }),
    ];
    await desk.finish({ callback: issuer.signOn((wrong ? theirs : own).url), secret: own.secret });
  });

const lured = (wrong: boolean) =>
  atDesk(async (desk, issuer) => {
    const { link, secret } = await desk.beginPhone(somebody());
    const phone = desk.takeTicket(link.slice(-10));
    const number = await desk.returned({ callback: issuer.signOn(phone.url), secret: phone.secret });
    const guess = String(((Number(number) - 99_999) % 900_000) + 100_000);
    await desk.finishPhone({ secret, number: wrong ? guess : number });
  });

export const signOn: readonly Attack[] = [
  {
    name: 'plant-an-answer-in-somebodys-sign-on',
    promise: 'P4',
    who: 'network',
    does: "sends the answer of an own sign-on into another's browser, or finishes it with their stolen secret",
    expect: ['sign-on'],
    without: 'with the answer of the sign-on that they began it counts',
    play: () => planted(true),
    twin: async () => (await planted(false)) === undefined,
  },
  {
    name: 'finish-a-telephones-sign-on-without-its-number',
    promise: 'P4',
    who: 'network',
    does: 'lures a patient into signing on for a link of the attacker’s, and guesses the number on their telephone',
    expect: ['flow'],
    without: 'with the number that the patient reads out at the desk it counts',
    play: () => lured(true),
    twin: async () => (await lured(false)) === undefined,
  },
];
