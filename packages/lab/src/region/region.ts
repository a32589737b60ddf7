/**
 * A region: two practices on two vaults and four organisations that they refer to, each on a vault of its own. Every step goes through
 * the same functions as a person's workplace; nothing is written into a database.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalDate, localDate, plus, SECOND, systemClock } from '@ketenkluis/base';
import type { ProgrammeId } from '@ketenkluis/care';
import {
  acceptReferral,
  accessOf,
  directoryContent,
  openEmergency,
  openList,
  type Partner,
  partnerCard,
  partnersOf,
  type Referral,
  readContent,
  referralsOf,
  report,
  restrict,
  type Session,
  withdrawConsent,
} from '@ketenkluis/client';
import { type NewPractice, newPractice, type Organisation } from '../demo/world.ts';
import { writePractice } from '../generate/index.ts';
import { freePort } from '../ports.ts';
import { LINDE, LOCUM, PARTNERS, type PartnerRole, WILG } from './cast.ts';
import { cardFrom, referOne, rowsOf, takeOn, visitOf } from './couple.ts';
import { approve, type Handed, type Locum, standIn } from './locum.ts';
import { type Checked, oversee, type Shown, showCounts } from './watch.ts';

export interface RegionOptions {
  readonly root: string;
  readonly asOf: LocalDate;
  /** Patients of the first practice and of the second, which is left out when it has none. */
  readonly patients: readonly [number, number];
  readonly workplace?: string;
  /** The partners that there are; all when left out. */
  readonly partners?: readonly PartnerRole[];
  readonly onStep?: (step: string) => void;
}

export interface Region {
  readonly linde: NewPractice;
  /** Null where it was to have no patients. */
  readonly wilg: NewPractice | null;
  readonly partners: Readonly<Partial<Record<PartnerRole, NewPractice>>>;
  /** Approved at the first practice. */
  readonly locum: Locum;
  /** The records of the first practice, for its next sync. */
  sync(): Promise<void>;
  /** The first practice's card, with which its partners' workplaces find it. */
  readonly card: string;
  close(): Promise<void>;
}

const ROLES = Object.keys(PARTNERS) as PartnerRole[];

async function vaults(options: RegionOptions) {
  const chosen = options.partners ?? ROLES;
  const all: readonly (readonly [string, Organisation])[] = [
    ['linde', LINDE],
    ...(options.patients[1] > 0 ? [['wilg', WILG] as const] : []),
    ...chosen.map((role) => [role, PARTNERS[role]] as const),
  ];
  const ports = new Map<string, number>();
  for (const [name] of all) ports.set(name, await freePort());
  const origins = all.map(([name, { host }]) => `http://${host}:${ports.get(name)}`);
  const made = new Map<string, NewPractice>();
  try {
    for (const [name, organisation] of all) {
      options.onStep?.(`${organisation.practice.name}: keys, people and a vault of its own`);
      const practice = await newPractice({
        vaultDir: join(options.root, name, 'vault'),
        agentDir: join(options.root, name, 'agent'),
        port: ports.get(name)!,
        organisation,
        partners: origins,
        ...(options.workplace === undefined ? {} : { workplace: options.workplace }),
      });
      made.set(name, practice);
    }
    return made;
  } catch (error) {
    for (const one of made.values()) await one.close();
    throw error;
  }
}

/** Vaults, people, a first delivery of both practices, and partners that both sides know. Throws what agent and client throw. */
export async function buildRegion(options: RegionOptions): Promise<Region> {
  const { root, asOf, patients } = options;
  const say = options.onStep ?? (() => undefined);
  const made = await vaults(options);
  const close = async () => {
    for (const one of made.values()) await one.close();
  };
  try {
    const [linde, wilg] = [made.get('linde')!, made.get('wilg') ?? null];
    const practices = [
      { key: 'linde', practice: linde, of: LINDE },
      ...(wilg === null ? [] : [{ key: 'wilg', practice: wilg, of: WILG }]),
    ];
    for (const [i, { key, practice }] of practices.entries()) {
      say(`${key}: choosing, minimising, sealing, sending`);
      const source = join(root, key, 'source');
      writePractice({ patients: patients[i]!, seed: i + 11, asOf, booked: localDate(systemClock()), out: source });
      await practice.enrol(source, asOf);
    }
    const partners: Partial<Record<PartnerRole, NewPractice>> = {};
    for (const role of options.partners ?? ROLES) {
      const partner = made.get(role)!;
      partners[role] = partner;
      // No patients: only the names of its own people leave, sealed.
      const none = join(root, role, 'source');
      mkdirSync(none, { recursive: true });
      await partner.sync(none, asOf);
    }
    for (const { practice, of } of practices) {
      const [first, second] = [await practice.signIn(of.staff[0]!.name), await practice.signIn(of.staff[1]!.name)];
      for (const role of options.partners ?? ROLES) {
        const partner = partners[role]!;
        say(`${PARTNERS[role].practice.name}: two people compare its digits`);
        const owner = await partner.signIn(PARTNERS[role].staff[0]!.name);
        await takeOn(first, second, await cardFrom(owner, PARTNERS[role], partner.teams));
      }
    }
    for (const { key, practice } of practices) await practice.sync(join(root, key, 'source'), asOf);
    const owner = await linde.signIn(LINDE.staff[0]!.name);
    const { name, ura } = LINDE.practice;
    const teams = linde.teams.flatMap((one) =>
      one.role === null ? [] : [{ team: one.team, role: one.role, name: one.name }],
    );
    say('a locum: two owners approve');
    const [second, nurse] = [await linde.signIn(LINDE.staff[1]!.name), await linde.signIn('Sanne Kuipersma')];
    const team = linde.teams.find(({ need }) => need === 'poh-s')!.team;
    const locum = await approve(linde, { first: owner, second, team, by: nurse.person }, LOCUM);
    const sync = async () => {
      await linde.sync(join(root, 'linde', 'source'), asOf);
    };
    return { linde, wilg, partners, locum, sync, card: await partnerCard(owner, { name, ura, teams }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Row = Awaited<ReturnType<typeof rowsOf>>[number];

interface Ask {
  readonly role: PartnerRole;
  readonly programme: ProgrammeId;
  readonly step: string;
  readonly question: string;
  /** Seconds from now; the programme's own length when left out. */
  readonly seconds?: number;
}

/** What the demo shows: one referral in each state, on patients of their own. */
const STORY: Readonly<Record<'reported' | 'sent' | 'overdue' | 'withdrawn', Ask>> = {
  reported: {
    role: 'podiatrist',
    programme: 'diabetes',
    step: 'foot-care',
    question: 'Graag beoordeling van de voeten; drukplek bij het vorige onderzoek.',
  },
  sent: {
    role: 'dietitian',
    programme: 'diabetes',
    step: 'dietetics',
    question: 'Wil graag afvallen; gewicht stijgt sinds het voorjaar.',
  },
  overdue: {
    role: 'optometrist',
    programme: 'diabetes',
    step: 'fundus',
    question: 'Jaarlijkse fundusfoto.',
    seconds: 20,
  },
  withdrawn: {
    role: 'podiatrist',
    programme: 'diabetes',
    step: 'foot-care',
    question: 'Eeltvorming onder de voorvoet.',
  },
};

/** What was played: each referral by its name, and what else happened to whom. */
export interface Story {
  readonly referrals: Readonly<Record<string, string>>;
  readonly restricted: boolean;
  /** Resources that the emergency summary showed. */
  readonly emergency: number;
  readonly locum: Handed;
  readonly officer: Checked;
  readonly careGroup: Shown;
}

/** Plays the story in the first practice. Throws what the client throws. */
export async function playStory(region: Region): Promise<Story> {
  const nurse = await region.linde.signIn('Sanne Kuipersma');
  const directory = await openDirectory(nurse);
  const partners = await partnersOf(nurse, directory);
  const rows = (await rowsOf(nurse)).filter(({ programmes }) => programmes.includes('diabetes'));
  const told: Record<string, string> = {};
  for (const [i, [name, ask]] of Object.entries(STORY).entries()) {
    const home = region.partners[ask.role];
    if (home === undefined) continue;
    const partner = partnerOf(partners, home);
    const row = rows[i]!;
    const { referral } = await referOne(nurse, {
      ...ask,
      row,
      partner,
      by: { name: 'Sanne Kuipersma', role: 'poh-s' },
      ...(ask.seconds === undefined ? {} : { until: plus(nurse.now(), ask.seconds * SECOND) }),
    });
    told[name] = referral;
    if (name === 'reported') await answer(region, home, referral);
    if (name === 'withdrawn')
      await withdrawConsent(nurse, { dossier: row.dossier, partner: partner.organisation }, row.facts);
  }
  const restricted = await shut(nurse, rows.at(-1));
  const emergency = await breakGlass(region, rows.at(-2));
  const locum = await standIn(region.linde, nurse, region.locum, [rows.at(-3)!, rows.at(-4)!]);
  // What the care group is told is counted at a sync.
  await region.sync();
  return {
    ...{ referrals: told, restricted, emergency, locum },
    officer: await oversee(await region.linde.signIn('Greet Bosscha'), rows.at(-3)!),
    careGroup: await showCounts(await region.linde.signIn('Marit Ruitenbeek'), rows.at(-3)!),
  };
}

/** A patient shuts everything to everybody outside the practice. */
async function shut(nurse: Session, row: Row | undefined): Promise<boolean> {
  if (row === undefined) return false;
  const { dossier, facts } = row;
  await restrict(nurse, { dossier, facts, handles: null, excluded: 'outside', until: null });
  const { facts: shown } = await accessOf(nurse, { dossier, facts });
  return shown.every(({ fact }) => fact.kind !== 'restriction');
}

/** A GP breaks the glass; the review waits for somebody else. */
async function breakGlass(region: Region, row: Row | undefined): Promise<number> {
  if (row === undefined) return 0;
  const gp = await region.linde.signIn('Youssef Benali');
  const { parts } = await openEmergency(gp, row.dossier, 'onwel geworden in de wachtkamer');
  return parts.filter(({ outcome }) => outcome === 'permit').length;
}

const partnerOf = (partners: readonly Partner[], { place }: NewPractice): Partner => {
  const found = partners.find(({ organisation }) => organisation === place.pins.practice);
  if (found === undefined) throw new Error('this organisation is no partner of the practice');
  return found;
};

/** The podiatrist accepts, and reports what she found. */
async function answer(region: Region, practice: NewPractice, id: string): Promise<void> {
  const home = await practice.signIn(PARTNERS.podiatrist.staff[0]!.name);
  const guest = await visitOf(home, region.card);
  const by = { name: PARTNERS.podiatrist.staff[0]!.name, role: { nl: 'Podotherapeut', en: 'Podiatrist' } };
  const mine = async (): Promise<Referral> => (await referralsOf(guest)).find((one) => one.id === id)!;
  await acceptReferral(guest, await mine(), by);
  await report(guest, await mine(), by, {
    message: 'Voeten gezien, oude drukplek genezen. Simm’s classificatie 2.',
    soep: {
      s: 'Geen pijnklachten; draagt sinds kort ruimer schoeisel.',
      o: 'Links en rechts pulsaties voelbaar; monofilament afwezig onder MTP 1 links.',
      e: 'Verhoogd risico op een ulcus, Simm’s classificatie 2.',
      p: 'Controle over drie maanden; zolen aangepast.',
    },
    measurements: [],
    last: false,
  });
}

async function openDirectory(session: Session) {
  const list = await openList(session, 'directory');
  return readContent(directoryContent, list.content).partners;
}
