/** A practice and a podiatrist's practice, each on a vault of its own, that know each other. */

import { makeWorld, type World } from '@ketenkluis/agent/testing';
import { DAY, type FactId, type HandleId, plus, type TeamId } from '@ketenkluis/base';
import { parseWorklist, type WorklistRow } from '@ketenkluis/care';
import {
  agree,
  couplePartners,
  type Fetch,
  openDossier,
  openList,
  type PartnerCard,
  partnerCard,
  placeOf,
  proposePartner,
  readPartnerCard,
  refer,
  type Session,
  visit,
  vouch,
  waitingProposals,
} from '../index.ts';

const FEET = 'http://voet.localhost:8443';
const PODIATRIST = {
  name: 'T. van Asselt',
  role: 'podiatrist',
  owner: true,
  passphrase: 'tien elf twaalf zes',
} as const;
const COLLEAGUE = { name: 'V. Vertrekker', role: 'podiatrist', passphrase: 'acht negen tien drie' } as const;
export const said = (nl: string, en: string) => ({ nl, en });
export const BY = { name: 'T. van Asselt', role: said('Podotherapeut', 'Podiatrist') };

export interface Two {
  readonly web: Map<string, Fetch>;
  readonly practice: World;
  readonly feet: World;
  /** The podiatrists. */
  readonly team: TeamId;
  ownCard(session: Session): Promise<PartnerCard>;
  theirCard(session: Session): Promise<PartnerCard>;
  /** The practice pins the podiatrist's organisation: two owners, and its keys. */
  couple(): Promise<void>;
  /** The podiatrist, vouched for, at the practice's vault. */
  guest(): Promise<Session>;
  rows(session: Session): Promise<readonly WorklistRow[]>;
  /** Refers by this colleague: the first `parts` of the row. */
  send(
    session: Session,
    row: WorklistRow,
    more?: { days?: number; parts?: number; to?: TeamId; assumed?: FactId },
  ): Promise<readonly HandleId[]>;
  close(): Promise<void>;
}

/** `colleague`: a second podiatrist, "V. Vertrekker". */
export async function makeTwo(patients = 5, { colleague = false } = {}): Promise<Two> {
  const web = new Map<string, Fetch>();
  const practice = await makeWorld(patients, 3, { web, threshold: 1 });
  const people = colleague ? [PODIATRIST, COLLEAGUE] : [PODIATRIST];
  const feet = await makeWorld(1, 1, { web, origin: FEET, clock: practice.clock, people });
  const session = await feet.signIn('podiatrist');
  const { logTeam } = session.wire.place.pins;
  const memberships = (await session.people()).memberships(session.now());
  const team = memberships.find((one) => one.team !== logTeam)!.team;
  await practice.enrol();
  await practice.sync();
  const two: Two = {
    ...{ web, practice, feet, team },
    ownCard: async (owner) =>
      readPartnerCard(await partnerCard(owner, { name: 'Praktijk De Proef', ura: '00000001', teams: [] })),
    theirCard: async (podiatrist) =>
      readPartnerCard(
        await partnerCard(podiatrist, {
          ...{ name: 'Podotherapie Het Spoor', ura: '90001234' },
          teams: [{ team, role: 'podiatrist', name: 'Voetzorg' }],
        }),
      ),
    async couple() {
      const podiatrist = await feet.signIn('podiatrist');
      const first = await practice.signIn('gp');
      const second = await practice.signIn('B. de Tweede');
      await proposePartner(first, await two.theirCard(podiatrist), { proof: 'gebeld op het nummer uit het LRZa' });
      const [waits] = await waitingProposals(second);
      await agree(second, waits!.hash);
      await couplePartners(first);
    },
    async guest() {
      const podiatrist = await feet.signIn('podiatrist');
      await vouch(podiatrist);
      const owner = await practice.signIn('gp');
      return await visit(podiatrist, placeOf(await two.ownCard(owner)));
    },
    async rows(nurse) {
      const { content } = await openList(nurse, 'worklist');
      return parseWorklist((content as { list: unknown }).list).rows;
    },
    async send(giver, row, { days = 90, parts = 1, to = team, assumed } = {}) {
      const { dossier, facts } = row;
      const chosen = row.handles.slice(0, parts);
      const handles = chosen.map(({ handle }) => handle);
      const [first] = (await openDossier(giver, { dossier, handles, facts })).parts;
      if (first?.outcome !== 'permit') throw new Error('the giver cannot open this part');
      await refer(giver, {
        ...{ dossier, partner: session.practice, team: to, facts, until: plus(giver.now(), days * DAY) },
        ...(assumed === undefined ? {} : { assumed }),
        teams: [{ team: first.grant.team, step: first.grant.fact! }],
        parts: chosen.map(({ handle, scope }) => ({ handle, scope, name: said(scope, scope) })),
        letter: {
          ...{ programme: 'diabetes', step: 'foot', activity: said('Voetzorg', 'Foot care') },
          question: 'Graag screening van de voeten.',
          patient: { name: 'J. Proef', birthDate: '1950-01-01', gender: 'male' },
          by: { name: 'C. Verpleger', role: said('POH', 'Nurse'), practice: 'Praktijk De Proef' },
        },
      });
      return handles;
    },
    async close() {
      await practice.close();
      await feet.close();
    },
  };
  return two;
}
