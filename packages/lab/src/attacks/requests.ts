/** Requests and sessions: changed, replayed, aimed elsewhere, made in somebody's name, made by who is outside. */

import { requestFault } from '@ketenkluis/access';
import { endEnrolment } from '@ketenkluis/agent';
import { base64url, canonicalJson, MINUTE, newId, systemRandom } from '@ketenkluis/base';
import { type Ask, type Session, type Who as Signing, signedMessage } from '@ketenkluis/client';
import { challenge as challengeMessage, sessionOpened, sessionProofBytes, sessionState } from '@ketenkluis/protocol';
import { expectType, generateSigningKey, hashOf, statementFromWire, webSigner } from '@ketenkluis/seal';
import { type Attack, codeAfter, codeOf, succeeds } from './attack.ts';
import { handlesFor, lookAt, refusalIn } from './looks.ts';
import { keysOf, practiceOf } from './people.ts';
import { recorded } from './proxy.ts';
import { AS_OF, deviceOf, type Fork, ORIGIN } from './world.ts';

const ELSEWHERE = 'http://andere-praktijk.localhost:8443';
const CONFIRM: Ask = { class: 'session', action: 'session-confirm' };

/** One signed request, some of it bent before it is signed, and sent under this session's token. */
async function sends(
  session: Session,
  bent: { who?: Partial<Signing>; ask?: Partial<Ask>; ago?: number } = {},
): Promise<void> {
  const who = { ...session.who(), ...bent.who };
  const { ports } = session.wire;
  const clock = () => (ports.clock() - (bent.ago ?? 0)) as ReturnType<typeof ports.clock>;
  const { message } = await signedMessage(who, { ...ports, clock }, { ...CONFIRM, ...bent.ask }, {});
  await session.call('session-confirm', sessionState, message);
}
const nurse = async (fork: Fork): Promise<Session> => {
  await fork.up();
  return fork.signIn('nurse');
};
const first = (fork: Fork) => fork.base.patients[0]!;

interface Bent {
  readonly name: string;
  /** What the vault says of it to people of the practice. */
  readonly fault: string;
  readonly who: string;
  readonly does: string;
  bend(fork: Fork, session: Session): Promise<Parameters<typeof sends>[1]>;
}
/** Requests that differ from a good one in one thing; the twin is the good one. */
const BENT: readonly Bent[] = [
  {
    name: 'aim-a-request-at-another-vault',
    fault: 'wrong-audience',
    who: 'network',
    does: 'brings a request that was signed for another vault',
    bend: async () => ({ who: { audience: ELSEWHERE } }),
  },
  {
    name: 'sign-in-a-colleagues-name',
    fault: 'signature',
    who: 'member',
    does: "sends a request in a colleague's name, signed with the own key",
    bend: async (fork) => ({ who: { person: keysOf(fork, 'owner').person } }),
  },
  {
    name: 'use-a-stolen-token',
    fault: 'signature',
    who: 'network',
    does: "has a session's token and signs in the person's name with a key of its own",
    bend: async (_fork, session) => {
      const { seed } = await generateSigningKey(systemRandom);
      return { who: { signer: await webSigner({ by: session.person, seed }) } };
    },
  },
  {
    name: 'bring-a-request-late',
    fault: 'not-fresh',
    who: 'network',
    does: 'holds a request back for three minutes',
    bend: async () => ({ ago: 3 * MINUTE }),
  },
  {
    name: 'use-a-request-for-another-endpoint',
    fault: 'wrong-action',
    who: 'network',
    does: 'brings a request to another endpoint than it was signed for',
    bend: async () => ({ ask: { action: 'keyring' } }),
  },
  {
    name: 'ask-for-another-practice',
    fault: 'wrong-practice',
    who: 'network',
    does: 'brings a request that was signed for another practice of the same vault',
    bend: async () => ({ who: { practice: newId('organisation', systemRandom) } }),
  },
  {
    name: 'ask-under-another-session',
    fault: 'wrong-session',
    who: 'network',
    does: 'brings a request under the token of another session',
    bend: async () => ({ who: { session: newId('session', systemRandom) } }),
  },
];

/** What the vault found wrong with a signed request. */
async function faultAfter(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'vault/request-refused' || !(error instanceof Error)) throw error;
    return error.message.split(': ').at(-1);
  }
}

const openBy = async (fork: Fork, session: Session, audience: string, challenge?: string) => {
  const { device, signer } = await deviceOf(fork.base.people.nurse);
  const asked = challenge ?? (await session.wire.call('challenge', challengeMessage, { body: {} })).challenge;
  const signature = base64url(await signer.sign(sessionProofBytes(audience, practiceOf(fork), asked, device)));
  await session.wire.call('session-open', sessionOpened, {
    body: { by: 'device', challenge: asked, device, signature },
  });
  return asked;
};

/** What somebody outside gets for three questions: status, body, and headers that do not change by themselves. */
async function outsideAnswers(fork: Fork, token?: string): Promise<string[]> {
  const paths = [practiceOf(fork), newId('organisation', systemRandom)].flatMap((practice) => [
    `/v1/practices/${practice}/me`,
    `/v1/practices/${practice}/heads`,
    `/v1/practices/${practice}/invitations/${newId('invitation', systemRandom)}`,
  ]);
  const answers: string[] = [];
  for (const url of paths) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const reply = await fork.vault.app.inject({ method: 'GET', url, headers });
    const { date: _date, 'x-request-id': _id, ...rest } = reply.headers;
    answers.push(JSON.stringify([reply.statusCode, rest, reply.body]));
  }
  return answers;
}

export const requests: readonly Attack[] = [
  ...BENT.map(
    ({ name, fault, who, does, bend }): Attack => ({
      name,
      promise: 'P3',
      who,
      does,
      expect: [fault],
      without: 'the same request with that one thing right is answered',
      async play(fork) {
        const session = await nurse(fork);
        const bent = await bend(fork, session);
        return faultAfter(() => sends(session, bent));
      },
      twin: async (fork) => succeeds(async () => sends(await nurse(fork))),
    }),
  ),
  {
    name: 'change-a-body',
    promise: 'P3',
    who: 'network',
    does: 'changes what is sent with a signed request',
    expect: ['changed-body'],
    without: 'everything else of the request holds: only the hash of the body differs',
    async play(fork) {
      const session = await nurse(fork);
      fork.tamper({ on: 'releases', ask: (sent) => ({ ...sent, body: { annex: null } }) });
      return faultAfter(() => lookAt(session, first(fork)));
    },
    async twin(fork) {
      const session = await nurse(fork);
      const seen = recorded('releases');
      fork.tamper(seen.rule);
      await lookAt(session, first(fork));
      const request = expectType(statementFromWire(seen.asked[0].request), 'request').payload;
      const expected = {
        practice: session.practice,
        audiences: [ORIGIN],
        person: session.person,
        session: session.id,
        action: 'release',
        classes: ['look' as const],
        now: session.now(),
        counter: -1,
      };
      const changed = hashOf(canonicalJson({ annex: null }));
      const fault = requestFault({ ...request, body: changed }, { ...expected, body: changed });
      return fault === undefined && requestFault(request, { ...expected, body: changed }) === 'changed-body';
    },
  },
  {
    name: 'replay-a-request',
    promise: 'P3',
    who: 'network',
    does: 'sends a look once more, byte for byte',
    expect: ['replayed'],
    without: 'signed anew the same look is answered',
    async play(fork) {
      const session = await nurse(fork);
      const seen = recorded('releases');
      fork.tamper(seen.rule);
      await lookAt(session, first(fork));
      return faultAfter(() => session.call('release', sessionState, seen.asked[0]));
    },
    async twin(fork) {
      const session = await nurse(fork);
      await lookAt(session, first(fork));
      return refusalIn(await lookAt(session, first(fork))) === undefined;
    },
  },
  {
    name: 'relay-a-challenge',
    promise: 'P4',
    who: 'another vault',
    does: "a page of another vault has a person answer this vault's challenge",
    expect: ['vault/refused'],
    without: 'signed for this vault the same challenge opens a session',
    async play(fork) {
      const session = await nurse(fork);
      return codeAfter(() => openBy(fork, session, ELSEWHERE));
    },
    async twin(fork) {
      const session = await nurse(fork);
      return succeeds(() => openBy(fork, session, ORIGIN));
    },
  },
  {
    name: 'enter-with-one-factor',
    promise: 'P4',
    who: 'thief of a key',
    does: "signs in with a person's private key and no device of theirs",
    expect: ['vault/refused'],
    without: 'with the device of that person a session opens',
    async play(fork) {
      const session = await nurse(fork);
      const { signer, person } = keysOf(fork, 'nurse');
      const { challenge } = await session.wire.call('challenge', challengeMessage, { body: {} });
      const signature = base64url(await signer.sign(sessionProofBytes(ORIGIN, practiceOf(fork), challenge, person)));
      return codeAfter(() =>
        session.wire.call('session-open', sessionOpened, { body: { by: 'key', challenge, person, signature } }),
      );
    },
    async twin(fork) {
      const session = await nurse(fork);
      return succeeds(() => openBy(fork, session, ORIGIN));
    },
  },
  {
    name: 'answer-a-challenge-twice',
    promise: 'P4',
    who: 'network',
    does: 'opens a second session with an answer that it saw',
    expect: ['vault/refused'],
    without: 'the first time it opens one',
    async play(fork) {
      const session = await nurse(fork);
      const challenge = await openBy(fork, session, ORIGIN);
      return codeAfter(() => openBy(fork, session, ORIGIN, challenge));
    },
    async twin(fork) {
      const session = await nurse(fork);
      return succeeds(() => openBy(fork, session, ORIGIN));
    },
  },
  {
    name: 'call-from-another-origin',
    promise: 'P2',
    who: 'another vault',
    does: 'a script of another vault calls this one in the same browser',
    expect: ['no leave for other origins'],
    without: 'the same call from its own origin is answered',
    async play(fork) {
      await fork.up();
      const headers = { origin: ELSEWHERE, 'access-control-request-method': 'POST' };
      const url = `/v1/practices/${practiceOf(fork)}/releases`;
      const asked = await fork.vault.app.inject({ method: 'OPTIONS', url, headers });
      const read = await fork.vault.app.inject({ method: 'GET', url: '/v1/vault', headers });
      const leave = [asked, read].some((reply) => reply.headers['access-control-allow-origin'] !== undefined);
      const closed = String(read.headers['content-security-policy']).includes("connect-src 'self'");
      return !leave && closed ? 'no leave for other origins' : undefined;
    },
    async twin(fork) {
      await fork.up();
      return (await fork.vault.app.inject({ method: 'GET', url: '/v1/vault' })).statusCode === 200;
    },
  },
  {
    name: 'walk-up-to-an-unlocked-screen',
    promise: 'P4',
    who: 'stolen device',
    does: 'goes on in a session that was left open, a quarter of an hour later',
    expect: ['client/session-idle'],
    without: 'a minute earlier it goes on',
    async play(fork) {
      const session = await nurse(fork);
      fork.time.move(16 * MINUTE);
      return codeAfter(() => lookAt(session, first(fork)));
    },
    async twin(fork) {
      const session = await nurse(fork);
      fork.time.move(14 * MINUTE);
      return refusalIn(await lookAt(session, first(fork))) === undefined;
    },
  },
  {
    name: 'keep-a-session-alive-for-hours',
    promise: 'P4',
    who: 'stolen device',
    does: 'keeps a session busy past the hard limit of an hour',
    expect: ['client/session-ended'],
    without: 'within the hour it goes on',
    async play(fork) {
      const session = await nurse(fork);
      for (let i = 0; i < 5; i++) {
        fork.time.move(13 * MINUTE);
        await lookAt(session, first(fork));
      }
      return undefined;
    },
    async twin(fork) {
      const session = await nurse(fork);
      for (let i = 0; i < 4; i++) {
        fork.time.move(13 * MINUTE);
        await lookAt(session, first(fork));
      }
      return true;
    },
  },
  {
    name: 'probe-from-outside',
    promise: 'P4',
    who: 'outsider',
    does: 'asks for a practice that is here and one that is not, and compares the refusals byte by byte',
    expect: ['one constant refusal'],
    without: 'with a session of the practice the answers differ',
    async play(fork) {
      await fork.up();
      return new Set(await outsideAnswers(fork)).size === 1 ? 'one constant refusal' : undefined;
    },
    async twin(fork) {
      const { token } = await nurse(fork);
      return new Set(await outsideAnswers(fork, token)).size > 1;
    },
  },
  {
    name: 'look-after-the-enrolment-ended',
    promise: 'P4',
    who: 'member',
    does: 'asks for a patient whose enrolment ended, with the ids of an old list',
    expect: ['enrolment-ended', 'gone', 'relation-ended'],
    without: 'before it ended the same look opens',
    async play(fork) {
      await fork.up();
      fork.time.move(MINUTE);
      await fork.sync({ before: (state) => endEnrolment(state.register, first(fork).id, 'withdrawn', AS_OF) });
      return refusalIn(await lookAt(await fork.signIn('nurse'), first(fork)));
    },
    async twin(fork) {
      return refusalIn(await lookAt(await nurse(fork), first(fork))) === undefined;
    },
  },
  {
    name: 'crawl-by-one-request',
    promise: 'P3',
    who: 'member',
    does: 'asks for every part of every patient in one request, past the limit of 128',
    expect: ['seal/bad-header', 'seal/bad-statement', 'vault/bad-request'],
    without: 'up to the limit it is answered, each part with an item in the line',
    async play(fork) {
      const session = await nurse(fork);
      const handle = handlesFor(first(fork)).handles[0]!;
      const items = Array.from({ length: 129 }, () => ({ dossier: first(fork).dossier, handle, facts: [] }));
      return codeAfter(() => sends(session, { ask: { items } }));
    },
    async twin(fork) {
      const session = await nurse(fork);
      const handle = handlesFor(first(fork)).handles[0]!;
      const items = Array.from({ length: 128 }, () => ({ dossier: first(fork).dossier, handle, facts: [] }));
      return succeeds(() => sends(session, { ask: { items } }));
    },
  },
  {
    name: 'crawl-by-many-requests',
    promise: 'P3',
    who: 'member',
    does: 'opens one patient after the other as fast as it can',
    expect: ['vault/too-many'],
    without: 'a vault without a limit answers all of them',
    async play(fork) {
      await fork.up({ limits: { perMinute: 20, strictPerMinute: 20 } });
      const session = await fork.signIn('nurse');
      for (let i = 0; i < 30; i++) await sends(session);
      return undefined;
    },
    async twin(fork) {
      const session = await nurse(fork);
      for (let i = 0; i < 30; i++) await sends(session);
      return true;
    },
  },
];
