/** Two organisations that know each other's keys, as their people would make it so; and one referral, as a nurse makes it. */

import { DAY, type HandleId, type Instant, plus } from '@ketenkluis/base';
import {
  compileSelection,
  issueStep,
  PROGRAMMES,
  type ProgrammeId,
  parseWorklist,
  ROLES,
  type RoleId,
  SCOPES,
  type WorklistRow,
} from '@ketenkluis/care';
import {
  agree,
  couplePartners,
  openDossier,
  openList,
  type Partner,
  partnerCard,
  placeOf,
  proposePartner,
  readContent,
  readPartnerCard,
  refer,
  type Session,
  visit,
  vouch,
  waitingProposals,
  worklistContent,
} from '@ketenkluis/client';
import type { NewPractice } from '../demo/world.ts';
import { LINDE, type PARTNERS } from './cast.ts';

const SELECTION = compileSelection(Object.values(PROGRAMMES));

/** The card of a partner whose owner just signed in; what an owner vouches for today is vouched for. */
export async function cardFrom(
  owner: Session,
  of: (typeof PARTNERS)[keyof typeof PARTNERS],
  teams: NewPractice['teams'],
) {
  await vouch(owner);
  const { name, ura } = of.practice;
  return partnerCard(owner, {
    name,
    ura,
    teams: teams.flatMap(({ team, role, name: called }) => (role === null ? [] : [{ team, role, name: called }])),
  });
}

/** One owner proposes, another compares the same digits and signs; the keys of the card go to the vault. */
export async function takeOn(first: Session, second: Session, card: string): Promise<void> {
  await proposePartner(first, await readPartnerCard(card), {
    proof: 'overeenkomst en terugbellen op het nummer in Vektis',
  });
  for (const waiting of await waitingProposals(second)) if (!('broken' in waiting)) await agree(second, waiting.hash);
  await couplePartners(first);
}

/** A row of the nurse's list whose patient is in this programme. */
export async function rowsOf(session: Session): Promise<readonly WorklistRow[]> {
  const list = await openList(session, 'worklist');
  return parseWorklist(readContent(worklistContent, list.content).list).rows;
}

export interface Wish {
  readonly row: WorklistRow;
  readonly partner: Partner;
  readonly role: RoleId;
  readonly programme: ProgrammeId;
  readonly step: string;
  readonly question: string;
  readonly by: { readonly name: string; readonly role: RoleId };
  readonly until?: Instant;
}

/** Throws where the programme does not allow this step, as the dialog does not offer it. */
export async function referOne(nurse: Session, wish: Wish) {
  const { row, partner, role, programme, step } = wish;
  const answer = issueStep({ role, programme, step, evidence: ['referral'], programmes: row.programmes }, SELECTION);
  if (!answer.issue) throw new Error(`${role} ${step}: ${answer.why}`);
  const team = partner.profile?.teams.find((one) => one.role === role)?.team;
  if (team === undefined) throw new Error(`no team of role ${role}`);
  const handles = new Map(row.handles.map((one) => [one.scope, one.handle]));
  const parts = answer.scopes.flatMap(
    (scope): { handle: HandleId; scope: string; name: { nl: string; en: string } }[] => {
      const handle = handles.get(scope);
      return handle === undefined ? [] : [{ handle, scope, name: { nl: SCOPES[scope].nl, en: SCOPES[scope].en } }];
    },
  );
  const opened = await openDossier(nurse, {
    dossier: row.dossier,
    handles: parts.map(({ handle }) => handle),
    facts: row.facts,
    about: { purpose: 'controle' },
  });
  const own = opened.parts.flatMap((part) =>
    part.outcome === 'permit' && part.grant.fact !== null ? [{ team: part.grant.team, step: part.grant.fact }] : [],
  );
  const { activity, days } = answer.step;
  return refer(nurse, {
    dossier: row.dossier,
    partner: partner.organisation,
    team,
    parts,
    facts: row.facts,
    teams: own.slice(0, 1),
    until: wish.until ?? plus(nurse.now(), (days ?? 90) * DAY),
    letter: {
      programme,
      step,
      activity: { nl: activity.nl, en: activity.en },
      question: wish.question,
      patient: { name: row.name, birthDate: row.birthDate ?? null, gender: null },
      by: {
        name: wish.by.name,
        role: { nl: ROLES[wish.by.role].nl, en: ROLES[wish.by.role].en },
        practice: LINDE.practice.name,
      },
    },
  });
}

/** Somebody of the partner at the practice's vault, as the partner's workplace goes there with the practice's card. */
export async function visitOf(home: Session, card: string): Promise<Session> {
  return visit(home, placeOf(await readPartnerCard(card)));
}
