/** What comes from outside a practice: answers of Mitz, sign-ons with Dezi, and the signed word of them at the vault. */

import { deziAdapter, type IdentityDesk, identityDesk, type MitzConfig, nodeSigner, openMitz } from '@ketenkluis/agent';
import {
  answerXml,
  type Bend,
  type BentToken,
  type MitzStub,
  mitzStub,
  podiatrist,
  type TestIssuer,
  testAuthority,
  testIssuer,
} from '@ketenkluis/agent/testing/outside';
import { fromBase64url, HOUR, KetenkluisError, newId, plus, systemClock, systemRandom } from '@ketenkluis/base';
import type { Session } from '@ketenkluis/client';
import { isBsn } from '@ketenkluis/fhir';
import { sessionIdentified } from '@ketenkluis/protocol';
import { type Assurance, signStatement, statementToWire } from '@ketenkluis/seal';
import { type Attack, codeAfter, succeeds } from './attack.ts';
import { keysOf, practiceOf } from './people.ts';
import type { Fork } from './world.ts';

const PATIENT = '999911120';
const OTHER_PATIENT = '999910218';

/** One question to a Mitz that answers as it is told; the reason for a no, undefined for a yes. */
async function asked(
  reply: MitzStub['reply'],
  more: (stub: MitzStub) => Promise<Partial<MitzConfig>> = async () => ({}),
): Promise<string | undefined> {
  const stub = await mitzStub();
  stub.reply = reply;
  const partner = podiatrist(newId('organisation', systemRandom));
  const config = stub.config([partner], await more(stub));
  const mitz = openMitz(config, systemRandom);
  try {
    if (!isBsn(PATIENT)) throw new Error('no test number');
    const { ura, type, uzi } = partner;
    const answer = await mitz.ask({
      bsn: PATIENT,
      holder: config.holder,
      consulter: { ura, type, ...uzi },
      data: config.data,
    });
    return answer.permit ? undefined : answer.why;
  } finally {
    mitz.close();
    await stub.close();
  }
}
const bent =
  (bend: Bend = {}): MitzStub['reply'] =>
  (echo) => ({ body: answerXml(echo, bend) });
const answers = async (bend: Bend = {}) => (await asked(bent(bend))) === undefined;

interface FromMitz {
  readonly name: string;
  readonly who: string;
  readonly does: string;
  readonly why: string;
  readonly without: string;
  play(): Promise<string | undefined>;
  twin(): Promise<boolean>;
}
const PERMIT_BY_ENTITY = '<!DOCTYPE a [<!ENTITY d "Permit">]>';
const FROM_MITZ: readonly FromMitz[] = [
  {
    name: 'answer-mitz-for-another-patient',
    who: 'Mitz, or whoever stands before it',
    does: "answers the question about one patient with another patient's permit",
    why: 'other-question',
    without: 'for the patient who was asked about the same permit is a yes',
    play: () => asked(bent({ bsn: OTHER_PATIENT })),
    twin: () => answers(),
  },
  {
    name: 'replay-a-permit-of-mitz',
    who: 'Mitz, or whoever stands before it',
    does: 'answers with a permit to an earlier question about the same patient and partner',
    why: 'other-question',
    without: 'as an answer to this question it is a yes',
    play: () => asked(bent({ message: 'urn:uuid:00000000-0000-4000-8000-000000000000' })),
    twin: () => answers(),
  },
  {
    name: 'let-mitz-be-silent',
    who: 'network',
    does: 'lets the question through and keeps the answer',
    why: 'timeout',
    without: 'the answer that was kept was a permit',
    play: () =>
      asked(
        () => 'silent',
        async () => ({ timeout: 250 }),
      ),
    twin: () => answers(),
  },
  {
    name: 'smuggle-a-permit-in-an-entity',
    who: 'Mitz, or whoever stands before it',
    does: 'answers with a document type that makes an entity say Permit',
    why: 'malformed',
    without: 'with the entity replaced, as a parser that follows it would, it is a yes',
    play: () => asked(bent({ prolog: PERMIT_BY_ENTITY, decision: '&d;' })),
    twin: () => answers({ decision: 'Permit' }),
  },
  {
    name: 'permit-with-an-obligation',
    who: 'Mitz',
    does: 'permits under an obligation that nobody here can fulfil',
    why: 'obligation',
    without: 'without the obligation it is a yes',
    play: () => asked(bent({ extra: '<Obligations><Obligation ObligationId="urn:x"/></Obligations>' })),
    twin: () => answers(),
  },
  {
    name: 'pretend-to-be-mitz',
    who: 'network',
    does: 'answers in place of Mitz with a certificate of another authority',
    why: 'no-connection',
    without: 'an agent that trusts that authority takes the answer',
    play: () =>
      asked(bent(), async ({ practice }) => ({ tls: { ...practice, ca: (await testAuthority('vreemd')).ca } })),
    twin: () => answers(),
  },
];

/** Signs on as the doctor whose number the practice knows; the reason for a refusal. */
async function signedOn(
  prepare: (issuer: TestIssuer) => void,
  take?: (desk: IdentityDesk, issuer: TestIssuer) => Promise<unknown>,
) {
  const issuer = await testIssuer();
  prepare(issuer);
  const person = newId('person', systemRandom);
  const desk = identityDesk({
    practice: newId('organisation', systemRandom),
    ura: '00000001',
    personOf: (from, subject) => (from === 'dezi' && subject === '900000009' ? { person, role: 'gp' } : undefined),
    roles: { gp: ['01.015'] },
    adapters: [deziAdapter(issuer.dezi(), systemClock)],
    agent: nodeSigner({ by: newId('person', systemRandom), seed: systemRandom(32) }),
    clock: systemClock,
    random: systemRandom,
  });
  const ask = { means: 'dezi' as const, person, session: newId('session', systemRandom) };
  try {
    if (take) await take(desk, issuer);
    else {
      const { url, secret } = await desk.begin(ask);
      await desk.finish({ callback: issuer.signOn(url), secret });
    }
    return undefined;
  } catch (error) {
    const why = error instanceof KetenkluisError && error.code === 'agent/identity-refused' ? error.detail.why : null;
    if (typeof why !== 'string') throw error;
    return why;
  } finally {
    await issuer.close();
  }
}
const attested = (token: BentToken) => (issuer: TestIssuer) => {
  issuer.attestation = token;
};

interface FromDezi {
  readonly name: string;
  readonly who: string;
  readonly does: string;
  readonly why: string;
  readonly without: string;
  prepare(issuer: TestIssuer): void;
}
const FROM_DEZI: readonly FromDezi[] = [
  {
    name: 'forge-a-dezi-attestation',
    who: 'network',
    does: 'puts an attestation signed with a key of its own into a sign-on',
    why: 'attestation',
    without: "signed with Dezi's key the same attestation counts",
    prepare: attested({ sign: 'stranger' }),
  },
  {
    name: 'bring-keys-to-an-attestation',
    who: 'network',
    does: "names keys of its own in the attestation's header",
    why: 'attestation',
    without: 'with the address of the settings the same attestation counts',
    prepare: attested({ header: { jku: 'https://evil.example/jwks' } }),
  },
  {
    name: 'confuse-the-algorithm-of-an-attestation',
    who: 'network',
    does: "signs an attestation with Dezi's public key as a shared secret",
    why: 'attestation',
    without: 'with the private key and its own algorithm the same attestation counts',
    prepare: attested({ sign: 'public' }),
  },
  {
    name: 'attest-for-another-organisation',
    who: 'member',
    does: 'signs on with an attestation that names another employer',
    why: 'other-organisation',
    without: "with this practice's URA the same attestation counts",
    prepare: attested({ claims: { abonnee_nummer: '00000002' } }),
  },
  {
    name: 'use-a-revoked-attestation',
    who: 'ex-member',
    does: 'signs on with an attestation that Dezi has revoked',
    why: 'revoked',
    without: 'while its status is valid the same attestation counts',
    prepare(issuer) {
      issuer.status = { body: '{"status":"ingetrokken"}' };
    },
  },
];

/** A vault that asks for high, a nurse who stands before it, and what she brings. */
async function brings(fork: Fork, bend: (session: Session) => Partial<Assurance>, by?: 'nurse'): Promise<void> {
  await fork.up();
  const session = await fork.signIn('nurse');
  const agent = await fork.withAgent(async ({ register }) => register.agent);
  const signer =
    by === undefined ? nodeSigner({ by: agent.person, seed: fromBase64url(agent.sign) }) : keysOf(fork, by).signer;
  const at = fork.time.clock();
  const word: Assurance = {
    t: 'assurance',
    v: 1,
    suite: 1,
    practice: practiceOf(fork),
    person: session.person,
    session: session.id,
    level: 'high',
    means: 'dezi',
    by: signer.by as Assurance['by'],
    at,
    until: plus(at, HOUR),
    ...bend(session),
  };
  const assurance = statementToWire(await signStatement(word, signer));
  const { message } = await session.signed({ class: 'session', action: 'session-identity' }, { assurance });
  await session.call('session-identity', sessionIdentified, message);
}
const ownWord = (fork: Fork) => succeeds(() => brings(fork, () => ({})));

export const outside: readonly Attack[] = [
  ...FROM_MITZ.map(
    ({ name, who, does, why, without, play, twin }): Attack => ({
      ...{ name, promise: 'P4', who, does, expect: [why], without },
      play,
      twin,
    }),
  ),
  ...FROM_DEZI.map(
    ({ name, who, does, why, without, prepare }): Attack => ({
      ...{ name, promise: 'P4', who, does, expect: [why], without },
      play: () => signedOn(prepare),
      twin: async () => (await signedOn(() => undefined)) === undefined,
    }),
  ),
  {
    name: 'replay-a-sign-on',
    promise: 'P4',
    who: 'network',
    does: "brings the answer of one sign-on to another: the nonce is another's",
    expect: ['sign-on'],
    without: 'to the sign-on that it belongs to the same answer counts',
    play: () =>
      signedOn(
        () => undefined,
        async (desk, issuer) => {
          const ask = {
            means: 'dezi' as const,
            person: newId('person', systemRandom),
            session: newId('session', systemRandom),
          };
          const [seen, own] = [await desk.begin(ask), await desk.begin(ask)];
          const state = new URL(own.url).searchParams.get('state');
          const callback = issuer.signOn(seen.url).replace(/state=[^&]*/, `state=${state}`);
          await desk.finish({ callback, secret: own.secret });
        },
      ),
    twin: async () => (await signedOn(() => undefined)) === undefined,
  },
  {
    name: 'use-a-colleagues-assurance',
    promise: 'P4',
    who: 'member',
    does: "brings the agent's word about a colleague into the own session",
    expect: ['vault/refused'],
    without: 'the word about the person of the session is taken',
    play: (fork) =>
      codeAfter(() => brings(fork, () => ({ person: keysOf(fork, 'owner').person as Assurance['person'] }))),
    twin: ownWord,
  },
  {
    name: 'vouch-for-oneself',
    promise: 'P4',
    who: 'member',
    does: 'signs the word about the own identity with the own key',
    expect: ['vault/refused'],
    without: 'signed by the agent the same word is taken',
    play: (fork) => codeAfter(() => brings(fork, () => ({}), 'nurse')),
    twin: ownWord,
  },
  {
    name: 'open-below-the-level-asked-for',
    promise: 'P4',
    who: 'member',
    does: 'signs in without any proof from outside at a vault where the practice asks for level high',
    expect: ['vault/identity-needed'],
    without: 'where the practice asks for nothing the same sign-in opens',
    play: (fork) =>
      codeAfter(async () => {
        await fork.up({ assurance: { [practiceOf(fork)]: 'high' } });
        await fork.signIn('nurse');
      }),
    twin: (fork) =>
      succeeds(async () => {
        await fork.up();
        await fork.signIn('nurse');
      }),
  },
];
