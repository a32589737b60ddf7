/** One round of questions to Mitz inside a sync: who is asked about, what becomes of the answers, and what people are told of it. */

import type { Said } from '@ketenkluis/access';
import type { Clock, DossierId, OrganisationId, Random } from '@ketenkluis/base';
import { type ProgrammeId, type Selection, scopesForRole } from '@ketenkluis/care';
import type { Bsn } from '@ketenkluis/fhir';
import type { KeyDirectory } from '@ketenkluis/seal';
import type { Enrolled } from '../plan.ts';
import type { LiveDossier, PatientRecord, Register } from '../register.ts';
import { saidBy } from '../said.ts';
import type { Answer, NoReason } from './answer.ts';
import type { Mitz } from './ask.ts';
import type { MitzConfig, MitzPartner } from './config.ts';
import { endMitz, settleMitz, withoutGone } from './facts.ts';

export interface MitzUse {
  readonly config: MitzConfig;
  readonly mitz: Mitz;
  /** What was written down of a patient beside the practice's own book. */
  readonly said?: (patient: string) => readonly Said[];
}

/** Counts only: nothing here says who. */
export interface MitzReport {
  readonly asked: number;
  readonly permitted: number;
  /** By reason; `not-asked`: no BSN, no partner of the practice, or Mitz did not answer several times in a row. */
  readonly refused: Readonly<Partial<Record<NoReason | 'not-asked', number>>>;
  /** False: the agent's mandate does not let it state consents, so nobody was asked. */
  readonly mandated: boolean;
}

/** After so many questions without any answer the rest of this round is no, too. */
const SILENT = 3;
const AT_ONCE = 4;

/** From now on Mitz is asked about this patient for this partner: written down when the patient is referred there. */
export function askMitz(register: Register, patient: string, organisation: OrganisationId): void {
  const record = register.patients[patient];
  if (record?.enrolment?.state !== 'enrolled') return;
  record.askMitz = [...new Set([...(record.askMitz ?? []), organisation])];
}
export function stopMitz(register: Register, patient: string, organisation: OrganisationId): void {
  const record = register.patients[patient];
  if (record?.askMitz) record.askMitz = record.askMitz.filter((one) => one !== organisation);
}

/** Patients about whom something is asked: of nobody else the BSN is kept, not even in memory. */
export const askedPatients = (register: Register): ReadonlySet<string> =>
  new Set(Object.keys(register.patients).filter((patient) => (register.patients[patient]!.askMitz ?? []).length > 0));

interface Job {
  readonly patient: string;
  readonly enrolment: Enrolled;
  readonly partner: MitzPartner;
}

const enrolledOf = (register: Register): (readonly [string, PatientRecord, Enrolled])[] =>
  Object.entries(register.patients).flatMap(([patient, record]) =>
    record.enrolment?.state === 'enrolled' ? [[patient, record, record.enrolment] as const] : [],
  );

/** Asks and writes the outcome into the register, in memory; the caller saves it before anything is sent. */
export async function settleRound(of: {
  readonly register: Register;
  readonly use: MitzUse | null;
  readonly bsns: ReadonlyMap<string, Bsn>;
  readonly live: (dossier: DossierId) => LiveDossier | null;
  readonly people: KeyDirectory;
  readonly selection: Selection;
  readonly clock: Clock;
  readonly random: Random;
}): Promise<MitzReport | null> {
  const { register, use, people, clock, random } = of;
  const at = clock();
  const partners = new Set(people.standing(at).flatMap((fact) => (fact.kind === 'partner' ? [fact.organisation] : [])));
  const mandated = people.mandatesOf(register.agent.person, at).some(({ kinds }) => kinds.includes('consent'));
  const usable = use !== null && mandated ? use : null;
  const jobs: Job[] = [];
  for (const [patient, record, enrolment] of enrolledOf(register)) {
    const { ids } = enrolment;
    const wanted = (usable?.config.partners ?? []).filter(({ organisation }) => record.askMitz?.includes(organisation));
    const known = endMitz(
      withoutGone(ids.mitz ?? [], of.live(ids.dossier)),
      new Set(wanted.map((one) => one.organisation)),
    );
    if (known.length > 0) ids.mitz = known;
    else delete ids.mitz;
    jobs.push(...wanted.map((partner) => ({ patient, enrolment, partner })));
  }
  if (use === null) return null;
  if (usable === null) return { asked: 0, permitted: 0, refused: {}, mandated: false };

  const refused: Partial<Record<NoReason | 'not-asked', number>> = {};
  let [asked, permitted, silent] = [0, 0, 0];
  const answerTo = async ({ patient, partner }: Job): Promise<Answer | null> => {
    const bsn = of.bsns.get(patient);
    if (bsn === undefined || !partners.has(partner.organisation) || silent >= SILENT) return null;
    asked += 1;
    const { config, mitz } = usable;
    const consulter = { ura: partner.ura, type: partner.type, ...partner.uzi };
    const answer = await mitz.ask({ bsn, holder: config.holder, consulter, data: config.data });
    silent = !answer.permit && (answer.why === 'timeout' || answer.why === 'no-connection') ? silent + 1 : 0;
    return answer;
  };
  const settle = (job: Job, answer: Answer | null): void => {
    const { patient, enrolment, partner } = job;
    const { ids } = enrolment;
    const scopes = scopesForRole(partner.role, enrolment.programmes as ProgrammeId[], of.selection);
    const permit = answer?.permit === true;
    if (permit) permitted += 1;
    else {
      const why = answer === null || answer.permit ? 'not-asked' : answer.why;
      refused[why] = (refused[why] ?? 0) + 1;
    }
    ids.mitz = settleMitz(ids.mitz ?? [], {
      practice: register.practice.organisation,
      organisation: partner.organisation,
      types: { holder: usable.config.holder.type, consulter: partner.type, role: partner.role },
      handles: scopes.flatMap((scope) => ids.handles[scope] ?? []),
      permit,
      data: usable.config.data,
      // The day that the answer came, not the day that the round began.
      at: clock(),
      hours: usable.config.hours,
      said: [...saidBy(register, patient), ...(usable.said?.(patient) ?? [])],
      by: register.agent.person,
      random,
    });
  };
  const waiting = jobs.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const job of waiting) settle(job, await answerTo(job));
    }),
  );
  return { asked, permitted, refused, mandated: true };
}
