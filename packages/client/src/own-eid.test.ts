/** R28: a patient whose practice asks for DigiD or the like: pinned by two people at the desk, asked for at every session. */

import { citizenOf, eidAdapter, type IdentityDesk, identityDesk, nodeSigner } from '@ketenkluis/agent';
import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { type TestIssuer, testIssuer } from '@ketenkluis/agent/testing/outside';
import { fromBase64url, HOUR, type OrganisationId, type PersonId, plus, type SessionId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { sessionIdentified } from '@ketenkluis/protocol';
import {
  type Assurance,
  type AssuranceLevel,
  type Hash,
  type StatementWire,
  signStatement,
  statementToWire,
} from '@ketenkluis/seal';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Asked,
  admitOwn,
  agree,
  demanded,
  eidOf,
  heldDesk,
  inviteOwn,
  openList,
  ownAccess,
  ownDossiersOf,
  proposeDemand,
  type Session,
  waitingProposals,
} from './index.ts';
import { settleOutward } from './proposals.ts';
import { type Joined, joinBy } from './testing/joining.ts';

const ACR = { 'urn:eid:two-factor': 'low', 'urn:eid:app': 'substantial', 'urn:eid:card': 'high' } as const;

describe('R28: a patient signs on at the level that the practice asks for', () => {
  let world: World;
  let issuer: TestIssuer;
  let desk: IdentityDesk;
  let gp: Session;
  let nurse: Session;
  let rows: readonly WorklistRow[];
  let patient: Joined;
  let pinned: Hash;

  /** Somebody signs on with what they are called at the provider. */
  const signsOn = async (
    { person, session }: { person: PersonId; session: SessionId },
    subject = 'pseudonym-of-the-patient',
    acr: string = 'urn:eid:app',
  ): Promise<StatementWire> => {
    Object.assign(issuer, { subject, idToken: { claims: { acr } } });
    const { url, secret } = await desk.begin({ means: 'eid', person, session });
    return statementToWire(await desk.finish({ callback: issuer.signOn(url), secret }));
  };
  const problem = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return 'it went through';
    } catch (error) {
      const { code, detail } = error as { code: string; detail?: { problem?: string } };
      return detail?.problem ?? code;
    }
  };
  const enter = (identity?: Parameters<Joined['enter']>[0]) => problem(patient.enter(identity));
  const asks = (practice: AssuranceLevel | null) => {
    const levels = world.vault().vault.assurance as unknown as Map<OrganisationId, AssuranceLevel>;
    if (practice === null) levels.clear();
    else levels.set(gp.practice as OrganisationId, practice);
  };

  beforeAll(async () => {
    world = await makeWorld(2, 2, { threshold: 1 });
    issuer = await testIssuer();
    await world.enrol();
    await world.sync();
    gp = await world.signIn('gp');
    nurse = await world.signIn('poh-s');
    rows = parseWorklist(((await openList(nurse, 'worklist')).content as { list: unknown }).list).rows;
    const { register } = world.init.state;
    desk = identityDesk({
      ...{ practice: register.practice.organisation, ura: register.practice.ura },
      ...{ personOf: () => undefined, roles: {}, citizen: citizenOf(register) },
      adapters: [eidAdapter(issuer.oidc({ levels: ACR }), world.clock.clock)],
      agent: nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) }),
      ...{ clock: world.clock.clock, random: world.random },
    });

    // At the desk: the patient signs on in the owner's session, and again in the second person's.
    const invited = await inviteOwn(gp);
    patient = await joinBy(world, gp, invited);
    const word = await signsOn({ person: patient.person, session: gp.id });
    const eid = await eidOf(gp, patient.person, word, 'substantial');
    const said = { dossier: rows[0]!.dossier, as: 'patient', checked: 'document', eid } as const;
    await admitOwn(gp, invited.id, { name: rows[0]!.name, role: 'patient' }, said);
    const [waiting] = await waitingProposals(nurse);
    expect(waiting).toMatchObject({ what: 'own', person: patient.person, eid });
    const again = await signsOn({ person: patient.person, session: nurse.id });
    expect(await eidOf(nurse, patient.person, again, 'substantial')).toEqual(eid);
    const colleague = await signsOn({ person: patient.person, session: nurse.id }, 'pseudonym-of-a-colleague');
    expect(await eidOf(nurse, patient.person, colleague, 'substantial')).not.toEqual(eid);
    // What was for another session or person, at a lower level, or brought later pins nothing.
    for (const [wire, about, least] of [
      [word, patient.person, 'substantial'],
      [again, gp.person, 'substantial'],
      [again, patient.person, 'high'],
    ] as const) {
      expect(await problem(eidOf(nurse, about, wire, least))).toBe('client/bad-proposal');
    }
    await agree(nurse, waiting!.hash);
    await settleOutward(gp);
    pinned = eid.subject;
    await world.sync();
  });
  afterAll(async () => {
    await issuer.close();
    await world.close();
  });
  beforeEach(() => asks(null));

  it('opens for the person who was pinned, and shows the patient what is asked of them', async () => {
    const session = await patient.enter(signsOn);
    const [own] = await ownDossiersOf(session);
    expect(own?.dossier).toBe(rows[0]!.dossier);
    expect((await session.people(true)).owns(session.now())).toMatchObject([
      { person: patient.person, eid: { level: 'substantial', subject: pinned } },
    ]);
    await session.close();
  });

  it('below that level nothing opens: not without a sign-on, by another subject or at a lower level', async () => {
    expect(await enter()).toBe('vault/identity-needed');
    expect(await enter((about) => signsOn(about, 'pseudonym-of-another'))).toBe('vault/refused');
    expect(await enter((about) => signsOn(about, undefined, 'urn:eid:two-factor'))).toBe('vault/refused');
    expect(await enter((about) => signsOn(about, undefined, 'urn:eid:password'))).toBe('agent/identity-refused');
    // The provider away.
    expect(
      await enter(async () => {
        throw new Error('nobody answers');
      }),
    ).not.toBe('it went through');
    // Nobody who works here is asked for it, and the patient's level is not theirs.
    expect(await problem(nurse.me())).toBe('it went through');
  });

  it('takes no other word of the agent, and ends with the one it took', async () => {
    const { register } = world.init.state;
    const agent = nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) });
    const brought = async (session: Session, bend: Partial<Assurance>, without?: 'subject') => {
      const at = world.clock.clock();
      const word = {
        ...{ t: 'assurance' as const, v: 1 as const, suite: 1 as const, practice: gp.practice as OrganisationId },
        ...{ person: session.person, session: session.id, level: 'substantial' as const, means: 'eid' as const },
        ...{ subject: pinned, by: register.agent.person, at, until: plus(at, HOUR), ...bend },
      };
      const { subject: _, ...bare } = word;
      const signed = await signStatement(without === undefined ? word : (bare as Assurance), agent);
      const body = { assurance: statementToWire(signed) };
      const { message } = await session.signed({ class: 'session', action: 'session-identity' }, body);
      return session.call('session-identity', sessionIdentified, message);
    };
    const session = await patient.enter(signsOn);
    // What the agent might say of others, or of what works for colleagues, raises no patient's session.
    for (const bend of [
      { person: gp.person },
      { session: gp.id },
      { subject: `${pinned.slice(1)}A` as Hash },
      { means: 'dezi' as const },
      { means: 'oidc' as const },
      { level: 'low' as const },
      // Made with a telephone at the desk: it says who somebody is, and opens nothing.
      { pin: true as const },
    ]) {
      expect(await problem(brought(session, bend))).toBe('vault/refused');
    }
    expect(await problem(brought(session, {}, 'subject'))).toBe('vault/refused');
    expect(await problem(brought(nurse, {}))).toBe('vault/refused');
    expect(await problem(brought(nurse, { means: 'eid' }, 'subject'))).toBe('vault/refused');
    expect(await problem(brought(nurse, { means: 'dezi', level: 'high' }))).toBe('vault/refused');

    await brought(session, { until: plus(world.clock.clock(), 5000) });
    expect(await problem(ownAccess(session, (await ownDossiersOf(session))[0]!))).toBe('it went through');
    world.clock.move(5000);
    expect(await problem(ownDossiersOf(session))).toBe('vault/identity-needed');
  });

  it('what the practice asks of everybody counts as well, whichever is higher', async () => {
    asks('high');
    expect(await enter(signsOn)).toBe('vault/identity-needed');
    expect(await enter((about) => signsOn(about, undefined, 'urn:eid:card'))).toBe('it went through');
  });

  describe('what the owners signed of it (docs/identity.md, "The demand")', () => {
    const DESK = 'https://balie.example';
    type Said = Record<string, unknown>;
    /** The host says something else, at this endpoint. */
    const lies = (path: string, bend: (said: Said) => Said) => {
      const { between } = world.net;
      world.net.between = async (url, ask) => {
        const answer = await (between === null ? ask() : between(url, ask));
        if (!new URL(url).pathname.endsWith(path)) return answer;
        const said = JSON.parse(new TextDecoder().decode(await answer.arrayBuffer())) as Said;
        const bytes = new TextEncoder().encode(JSON.stringify(bend(said)));
        return { ...answer, status: 200, arrayBuffer: async () => bytes.buffer as ArrayBuffer };
      };
    };
    const asked = async (by: Session, of: Partial<Asked>) => {
      const ways = [
        { means: 'eid' as const, issuer: issuer.oidc().issuer },
        { means: 'dezi' as const, issuer: 'https://dezi.example' },
      ];
      await proposeDemand(by, { desk: DESK, ways, staff: null, patients: null, ...of });
    };
    const high = (about: Parameters<typeof signsOn>[0]) => signsOn(about, undefined, 'urn:eid:card');
    beforeEach(() => {
      world.net.between = null;
    });

    it('R19, R26: one owner proposes it, a second person reads the same and signs; both stand under it', async () => {
      expect(await demanded(gp)).toBe(null);
      for (const wrong of [{ desk: 'http://balie.example' }, { desk: null }, { ways: [], staff: 'high' as const }])
        expect(await problem(asked(gp, wrong))).toBe('client/bad-proposal');
      expect(await problem(asked(nurse, {}))).not.toBe('it went through');
      await asked(gp, { patients: 'high' });
      const [waits] = await waitingProposals(nurse);
      expect(waits).toMatchObject({
        what: 'demand',
        before: null,
        threshold: 2,
        fact: { desk: DESK, patients: 'high' },
      });
      await agree(nurse, waits!.hash);
      expect((await gp.people(true)).demand).toBe(undefined);
      await settleOutward(gp);
      const found = await demanded(gp);
      expect(found).toMatchObject({ demand: { desk: DESK, patients: 'high', staff: null } });
      expect([...found!.signers].sort()).toEqual([gp.person, nurse.person].sort());
    });

    it('R28: what is asked of every patient counts beside what is in their own, and nobody is taken in below it', async () => {
      expect(await enter()).toBe('vault/identity-needed');
      // Held back by the person's own device, before the vault is asked.
      expect(await enter(signsOn)).toBe('client/asks-less');
      expect(await enter(high)).toBe('it went through');
      const invited = await inviteOwn(gp);
      const joined = await joinBy(world, gp, invited);
      const word = await high({ person: joined.person, session: gp.id });
      const desk = { dossier: rows[1]!.dossier, as: 'patient', checked: 'document' } as const;
      const takeIn = (eid?: Awaited<ReturnType<typeof eidOf>>) =>
        problem(admitOwn(gp, invited.id, { name: rows[1]!.name, role: 'patient' }, { ...desk, ...(eid && { eid }) }));
      expect(await takeIn()).toBe('client/bad-proposal');
      expect(await takeIn(await eidOf(gp, joined.person, word, 'substantial'))).toBe('client/bad-proposal');
      expect(await takeIn(await eidOf(gp, joined.person, word, 'high'))).toBe('it went through');
    });

    it('R28: a host that leaves the desk out, names another or asks for less is noticed, at the desk and at the door', async () => {
      expect(await heldDesk(gp)).toMatchObject({ origin: DESK, level: null, citizen: false });
      for (const origin of [null, 'https://balie.example.org']) {
        lies('/desk', (said) => ({ ...said, origin }));
        expect(await problem(heldDesk(gp))).toBe('client/desk-differs');
        expect(await enter(high)).toBe('client/desk-differs');
        world.net.between = null;
      }
      for (const level of [null, 'low', 'substantial']) {
        lies('/desk', (said) => ({ ...said, level }));
        expect(await enter(high)).toBe('client/asks-less');
        world.net.between = null;
      }
      // It asks for nothing at all, and opens the session: nothing is read with it.
      const lets = (said: Said) => ({
        ...{ session: said.session ?? patientSession, stage: 'open', idle: 900_000, until: gp.until },
      });
      let patientSession: unknown = null;
      lies('/sessions', (said) => {
        patientSession = said.session;
        return said;
      });
      lies('/sessions/confirm', lets);
      const honest = await patient.enter();
      expect(await problem(honest.people())).toBe('vault/identity-needed');
      lies('/desk', (said) => ({ ...said, level: null }));
      const silent = await patient.enter();
      expect(await problem(silent.people())).toBe('client/asks-less');
      // The twin: asked for it as the practice wants, the same person is in.
      world.net.between = null;
      expect(await problem((await patient.enter(high)).people())).toBe('it went through');
    });

    it('R26: who works here is held to their own level, from the moment that it is asked', async () => {
      await asked(gp, { patients: 'high', staff: 'substantial' });
      const waits = (await waitingProposals(nurse)).find((one) => 'what' in one && one.what === 'demand');
      expect(waits).toMatchObject({ what: 'demand', before: { staff: null }, fact: { staff: 'substantial' } });
      expect(await problem(agree(nurse, waits!.hash))).toBe('it went through');
      await settleOutward(gp).catch(() => 0);
      expect(await problem(nurse.people(true))).toBe('vault/identity-needed');
      expect(await problem(nurse.me(true))).toBe('vault/identity-needed');
      lies('/desk', (said) => ({ ...said, level: null }));
      expect(await problem(nurse.people(true))).toBe('client/asks-less');
    });
  });
});
