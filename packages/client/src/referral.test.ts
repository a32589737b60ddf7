/** The walk "new partner": a practice and a podiatrist, each on a vault of its own. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { DAY, HOUR, plus, type TeamId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acceptReferral,
  agree,
  couplePartners,
  dossierOf,
  type Fetch,
  memoryStorage,
  openDossier,
  openList,
  partnerCard,
  partnersOf,
  placeOf,
  proposePartner,
  readPartnerCard,
  refer,
  referralsOf,
  type Session,
  visit,
  vouch,
  waitingProposals,
} from './index.ts';

const FEET = 'http://voet.localhost:8443';
const PODIATRIST = {
  name: 'T. van Asselt',
  role: 'podiatrist',
  owner: true,
  passphrase: 'tien elf twaalf zes',
} as const;
const role = (nl: string, en: string) => ({ nl, en });
const BY = { name: 'T. van Asselt', role: role('Podotherapeut', 'Podiatrist') };

export interface Two {
  readonly practice: World;
  readonly feet: World;
  readonly team: TeamId;
  close(): Promise<void>;
}

async function makeTwo(patients = 6): Promise<Two> {
  const web = new Map<string, Fetch>();
  const practice = await makeWorld(patients, 3, { web, threshold: 1 });
  const feet = await makeWorld(1, 1, { web, origin: FEET, clock: practice.clock, people: [PODIATRIST] });
  const session = await feet.signIn('podiatrist');
  const people = await session.people();
  const { logTeam } = session.wire.place.pins;
  const team = people.memberships(session.now()).find((one) => one.team !== logTeam)!.team;
  await session.close();
  return {
    practice,
    feet,
    team,
    close: async () => {
      await practice.close();
      await feet.close();
    },
  };
}

describe('a referral between two vaults', () => {
  let two: Two;
  let owner: Session;
  let nurse: Session;
  let feet: Session;
  let rows: readonly WorklistRow[];

  beforeAll(async () => {
    two = await makeTwo();
    await two.practice.enrol();
    await two.practice.sync();
    owner = await two.practice.signIn('gp');
    nurse = await two.practice.signIn('poh-s');
    feet = await two.feet.signIn('podiatrist');
    const { content } = await openList(nurse, 'worklist');
    rows = parseWorklist((content as { list: unknown }).list).rows;
  });
  afterAll(() => two.close());

  it('R19: two people pin a partner by its fingerprint', async () => {
    const text = await partnerCard(feet, {
      name: 'Podotherapie Het Spoor',
      ura: '90001234',
      teams: [{ team: two.team, role: 'podiatrist', name: 'Voetzorg' }],
    });
    const card = await readPartnerCard(text);
    expect(card.fingerprint).toHaveLength(12);
    expect(await proposePartner(owner, card, { proof: 'gebeld op het nummer uit het LRZa' })).toBe('proposed');
    const second = await two.practice.signIn('B. de Tweede');
    const [seen] = await waitingProposals(second);
    expect(seen).toMatchObject({ what: 'partner', fingerprint: card.fingerprint, profile: { ura: '90001234' } });
    expect(await agree(owner, seen!.hash)).toBe('proposed');
    expect(await agree(second, seen!.hash)).toBe('admitted');
    expect(await couplePartners(owner)).toBe(1);
    const [partner] = await partnersOf(owner);
    expect(partner).toMatchObject({ organisation: feet.practice, fingerprint: card.fingerprint });
    expect(new Set(partner!.signers)).toEqual(new Set([owner.person, second.person]));
    expect(partner!.keys).not.toBeNull();
  });

  it('refers, visits, opens', async () => {
    expect(await vouch(feet)).toBeGreaterThan(0);
    const row = rows[0]!;
    const { handles, facts } = row;
    const part = handles[0]!;
    const opened = await openDossier(nurse, { dossier: row.dossier, handles: [part.handle], facts });
    const [first] = opened.parts;
    const own = first?.outcome === 'permit' ? [{ team: first.grant.team, step: first.grant.fact! }] : [];
    const until = plus(nurse.now(), 90 * DAY);
    await refer(nurse, {
      ...{ dossier: row.dossier, partner: feet.practice, team: two.team, facts, teams: own, until },
      parts: [{ handle: part.handle, scope: part.scope, name: role('Deel', 'Part') }],
      letter: {
        ...{ programme: 'diabetes', step: 'foot', activity: role('Voetzorg', 'Foot care') },
        question: 'Graag screening van de voeten.',
        patient: { name: 'J. Proef', birthDate: '1950-01-01', gender: 'male' },
        by: { name: 'C. Verpleger', role: role('POH', 'Nurse'), practice: 'Praktijk De Proef' },
      },
    });
    const [sent] = await referralsOf(nurse);
    expect(sent).toMatchObject({ state: 'sent', partner: feet.practice, until });

    const theirs = await readPartnerCard(
      await partnerCard(owner, { name: 'Praktijk De Proef', ura: '00000001', teams: [] }),
    );
    const guest = await visit(feet, placeOf(theirs));
    const [received] = await referralsOf(guest);
    expect(received!.letter!.content.question).toContain('screening');
    const dossier = await openDossier(guest, dossierOf(received!));
    expect(dossier.parts).toHaveLength(1);
    expect(dossier.parts[0]!.outcome).toBe('permit');
    await acceptReferral(guest, received!, BY);
    const [accepted] = await referralsOf(nurse);
    expect(accepted!.state).toBe('accepted');
    expect(HOUR).toBeGreaterThan(0);
    memoryStorage();
  });
});
