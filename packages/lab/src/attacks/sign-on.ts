/** Sign-ons outside, in another tab or on a patient's telephone (docs/identity.md): somebody else's answer, and somebody else's number. */

import { eidAdapter, type IdentityDesk, identityDesk, nodeSigner, oidcAdapter } from '@ketenkluis/agent';
import { type TestIssuer, testIssuer } from '@ketenkluis/agent/testing/outside';
import { KetenkluisError, newId, type PersonId, systemClock, systemRandom } from '@ketenkluis/base';
import { hashOf } from '@ketenkluis/seal';
import type { Attack } from './attack.ts';

/** At a desk of its own; the reason for a refusal, undefined where it signed. */
async function atDesk(
  work: (desk: IdentityDesk, issuer: TestIssuer) => Promise<unknown>,
  colleague?: PersonId,
): Promise<string | undefined> {
  const issuer = await testIssuer();
  const subject = hashOf(systemRandom(32));
  const desk = identityDesk({
    practice: newId('organisation', systemRandom),
    ...{ ura: '00000001', citizen: () => subject, roles: {} },
    personOf: () => colleague && { person: colleague, role: 'gp' },
    adapters: [
      eidAdapter({ ...issuer.oidc(), phone: 'https://balie.example' }, systemClock),
      oidcAdapter(issuer.oidc({ loopback: true }), systemClock),
    ],
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

/** The thief of a colleague's keys has their own command begin it, and sends the colleague the link. */
const sentOn = (readOut: boolean) => {
  const person = newId('person', systemRandom);
  return atDesk(async (desk, issuer) => {
    const session = newId('session', systemRandom);
    const { url, secret } = await desk.begin({ means: 'oidc', person, session, port: 50_000 });
    // The colleague signs on; their browser goes to their own machine, where nothing listens.
    const theirs = issuer.signOn(url);
    const guess = `http://127.0.0.1:50000/aangemeld?code=guess&state=${new URL(url).searchParams.get('state')}`;
    await desk.finish({ callback: readOut ? theirs : guess, secret });
  }, person);
};

export const signOn: readonly Attack[] = [
  {
    name: 'send-somebody-the-link-of-a-command',
    promise: 'P4',
    who: 'thief of a device',
    does: 'has a command of their own begin a colleague’s sign-on, has the colleague follow the link, and finishes it without the code',
    expect: ['sign-on'],
    without: 'a colleague who reads out the address at which their browser ended gives the code away',
    play: () => sentOn(false),
    twin: async () => (await sentOn(true)) === undefined,
  },
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
