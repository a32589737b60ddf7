/**
 * One sync (docs/spec/sync.md): read, choose, minimise, compare, seal what changed, send, lists, snapshot, receipt. Killed anywhere
 * and run again it comes to the same end.
 */

import {
  type Clock,
  type DossierId,
  fromBase64url,
  type Instant,
  type LocalDate,
  localDate,
  type Random,
  type Signer,
} from '@ketenkluis/base';
import { type ProgrammeId, ROLES, type RoleId, type Selection } from '@ketenkluis/care';
import {
  type Alarm,
  clientError,
  type Fetch,
  type LogStanding,
  logStanding,
  namesOf,
  type ReceiptContent,
} from '@ketenkluis/client';
import type { KnownLine } from '@ketenkluis/ledger';
import type { KeyDirectory } from '@ketenkluis/seal';
import { alarmsOf } from './alarms.ts';
import { type Custodian, liveDescriptors, openCustodian } from './custody.ts';
import { type DestructionReport, destructionReport, forgetEnded, settleCopies } from './destroy/settle.ts';
import { endedLate } from './ending.ts';
import { holdSelection } from './enrol.ts';
import { agentError } from './errors.ts';
import { completeLegend } from './legend.ts';
import type { SecondAnnex } from './lines.ts';
import { COUNTERS_PER_RUN, type Link, openLink } from './link.ts';
import { restrictedIn } from './links.ts';
import { type MirrorResult, mirror } from './mirror.ts';
import { askedPatients, type MitzReport, type MitzUse, settleRound } from './mitz/settle.ts';
import type { Intent } from './monitor.ts';
import { bringNative, nodeSigner } from './native.ts';
import { ownsNow } from './own.ts';
import { type PetitionReport, readPetitions, settlePetitions } from './petitions.ts';
import { completeIds, type PartnerTeams } from './plan.ts';
import type { Post, PostTrouble } from './post/post.ts';
import { oneRound } from './post/round.ts';
import { readEnrolled } from './reading.ts';
import type { LiveDossier, Register } from './register.ts';
import { assumingNow } from './said.ts';
import { Sender, type Step } from './sender.ts';
import { type Sent, type SyncProgress, sendAll } from './sending.ts';
import { signSnapshot } from './snapshot.ts';
import type { Source } from './source/source.ts';
import type { AgentState } from './state.ts';
import { takeEpochs, takeNames, takePartners, takeUp } from './takeup.ts';
import { completeSlots } from './teams.ts';
import { bookedDays, settleRegister, type VisitReport } from './visits.ts';
import { mailWeek, type WeekReport } from './weekly.ts';

const TRIES = 3;
const MAX_GROUP = 64;

export interface SyncOptions {
  readonly state: AgentState;
  readonly source: Source;
  readonly asOf: LocalDate;
  readonly selection: Selection;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly acceptSelection?: boolean;
  /** Dossiers in one delivery; 64, which is also the most, when left out. */
  readonly group?: number;
  /** A folder of the practice that gets a copy of everything the vault holds. */
  readonly mirror?: string;
  /** Mail to patients who want to hear when somebody looked, and to doctors whose week is ready; without it nobody is written to. */
  readonly post?: Post;
  /** Mitz is asked about the patients whom the practice marked; without it nobody is asked and no answer stands. */
  readonly mitz?: MitzUse;
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Called at every point where a run may be cut off. */
  readonly onStep?: Step;
}

export interface SyncResult {
  readonly receipt: ReceiptContent;
  /** Dossiers sealed or ended, packs sent, bytes of packs. */
  readonly changed: number;
  readonly packs: number;
  readonly bytes: number;
  readonly lists: number;
  readonly ended: number;
  /** Of those: copies that stood longer than `ENDED_WITHIN` (R4). */
  readonly endedLate: number;
  readonly snapshot: { readonly number: number; readonly until: number };
  /** What appointments opened and closed. */
  readonly appointments: VisitReport;
  /** Null when Mitz is off. */
  readonly mitz: MitzReport | null;
  /** Keyholders, how many of them a look needs, and those without a piece of something; null where the practice names nobody. */
  readonly keyholders: { readonly holders: number; readonly need: number; readonly short: number } | null;
  /** Null when no mirror was asked for. */
  readonly mirror: MirrorResult | null;
  /** Who outside confirms the log. */
  readonly outside: LogStanding;
  /** What patients asked that waits for an answer; `late`: for more than a month. `told`: messages that somebody looked, null where none are sent. */
  readonly petitions: PetitionReport;
  /** Doctors told that the overview of last week is ready; null where no mail is set up. */
  readonly weekly: WeekReport | null;
  /** Why mail did not go, in one word; null where all went or none is set up. */
  readonly postTrouble: PostTrouble | null;
  /** Copies that patients asked to have destroyed (docs/spec/destruction.md). */
  readonly destructions: DestructionReport;
  /** Lines read at this sync that name the annex of an earlier one (alarm `annex`); each is told once. */
  readonly second: readonly SecondAnnex[];
  /** What is not right and stops nothing; what does, is an error (`alarmOf`). */
  readonly alarms: readonly Alarm[];
}

/** Throws `agent/widened`, `agent/vault-forked`, errors of `client` and `seal`, `agent/no-source`. */
export async function sync(options: SyncOptions): Promise<SyncResult> {
  const { state, clock } = options;
  const { register } = state;
  const step = options.onStep ?? (() => undefined);
  bringNative();
  const intents = [...(state.journal as Intent[])];
  for (let attempt = 1; ; attempt++) {
    const counter = Math.max(register.agent.counter, clock(), ...intents.map((intent) => intent.counter));
    register.agent.counter = counter + COUNTERS_PER_RUN;
    await state.note({ counter: register.agent.counter, dossiers: {}, heads: {} } satisfies Intent);
    await step('counted');
    const link = await openLink({ register, fetch: options.fetch, clock, random: options.random });
    try {
      return await run(options, link, intents, step);
    } catch (error) {
      if (attempt >= TRIES || !isConflict(error)) throw error;
    } finally {
      await link.session.close();
    }
  }
}

/** Somebody else changed a dossier meanwhile: start over from what the log says. */
const isConflict = (error: unknown): boolean =>
  clientError.is(error, 'refused') &&
  (error as { detail?: { problem?: unknown } }).detail?.problem === 'vault/conflict';

/** No patient of its own and nobody who treats one: nothing of a record leaves, so there is no choice for an owner to accept. */
const isPartner = ({ staff, patients }: Register): boolean =>
  Object.values(patients).every(({ enrolment }) => enrolment === null) &&
  staff.every(({ role }) => Object.hasOwn(ROLES, role) && ROLES[role as RoleId].organisation === 'partner');

async function run(options: SyncOptions, link: Link, intents: Intent[], step: Step): Promise<SyncResult> {
  const { state, selection, asOf, clock, random } = options;
  const { register } = state;
  const today = localDate(clock());
  if (!isPartner(register)) holdSelection(register, selection, options.acceptSelection ?? false);
  const since = { snapshot: register.snapshot?.at ?? null, size: register.vault.checkpoint?.size ?? 0 };
  const { lost, lines, second } = await takeUp(link, register, intents, today);
  // The snapshot of the run before stands in a line that this run has just read.
  const confirmed = register.snapshot?.at ?? null;
  completeSlots(register.teams, random);
  takeEpochs(register, await link.session.people());
  await takeNames(register, link.session);
  await takePartners(register, link.session);
  await step('explained');

  const report = options.onProgress ?? (() => undefined);
  const reading = await readEnrolled({
    register,
    source: options.source,
    asOf,
    selection,
    booked: bookedDays(clock()),
    restricted: async () => restrictedIn(register, await link.heads()),
    ...(options.mitz === undefined ? {} : { bsnOf: askedPatients(register) }),
    onFile: (done, total) => report({ step: 'read', done, total, secondsLeft: null }),
  });
  let sender: Sender | undefined;
  try {
    const owns = ownsNow(await link.session.people(), clock());
    const called = owns.of.size > 0 ? await namesOf(link.session) : new Map<string, { role: string }>();
    for (const { enrolment, live } of Object.values(register.patients)) {
      if (enrolment?.state !== 'enrolled') continue;
      completeLegend(enrolment.ids, live, owns, random);
      const programmes = enrolment.programmes as ProgrammeId[];
      completeIds(enrolment.ids, live, programmes, register.teams, selection, random);
    }
    await step('read');
    const live = liveOf(register);
    const mitz = await settleRound({
      ...{ register, selection, clock, random },
      use: options.mitz ?? null,
      bsns: reading.bsns,
      live: (dossier) => live.get(dossier) ?? null,
      people: await link.session.people(),
    });
    const appointments = settleRegister({
      ...{ register, selection, random, bookings: reading.bookings, at: clock() },
      live: (dossier) => live.get(dossier) ?? null,
    });
    // From here on every id that may be sent stands on disk.
    await state.save();
    await step('kept');
    const late = endedLate(register, clock());
    const agent = nodeSigner({ by: register.agent.person, seed: fromBase64url(register.agent.sign) });
    const partners = partnerTeams(await link.session.people(), clock());
    const custody = await openCustodian(link.session, register);
    const to = new Map([...partners, ...owns.keys]);
    sender = new Sender({ state, link, agent, clock, random, step, intents, partners: to, custody }, live);
    const done = await sendAll({
      ...{ register, reading, sender, selection, asOf, clock, lost, report, partners, owns, called },
      assuming: assumingNow(register, (dossier) => live.get(dossier) ?? null, await link.session.people(), clock()),
      afresh: custody.afresh,
      group: Math.min(options.group ?? MAX_GROUP, MAX_GROUP),
    });
    return await finish({
      ...{
        options,
        link,
        sender,
        agent,
        intents,
        step,
        done,
        mitz,
        appointments,
        custody,
        lines,
        since,
        confirmed,
        late,
        second,
      },
    });
  } finally {
    await sender?.stop();
    reading.close();
  }
}

function partnerTeams(people: KeyDirectory, at: Instant): PartnerTeams {
  return new Map(
    people.partners(at).flatMap(({ organisation, teams }) =>
      teams.flatMap((team) => {
        const epoch = people.epochFor(team, at)?.payload;
        if (epoch === undefined) return [];
        const first = people.partnerDirectory(organisation)?.epochNumber(team, 0)?.kem ?? epoch.kem;
        return [[team, { epoch: epoch.number, kem: epoch.kem, first }] as const];
      }),
    ),
  );
}

function liveOf(register: Register): Map<DossierId, LiveDossier> {
  return new Map(
    Object.values(register.patients).flatMap(({ enrolment, live }) =>
      enrolment !== null && 'ids' in enrolment && live ? [[enrolment.ids.dossier, live] as const] : [],
    ),
  );
}

/** Reads the log once more, holds it against what was sent, signs the snapshot and keeps everything. */
async function finish(of: {
  readonly options: SyncOptions;
  readonly link: Link;
  readonly sender: Sender;
  readonly agent: Signer;
  readonly intents: readonly Intent[];
  readonly step: Step;
  readonly done: Sent;
  readonly mitz: MitzReport | null;
  readonly appointments: VisitReport;
  /** Lines since the last run, and where that one stood. */
  readonly lines: readonly KnownLine[];
  readonly second: readonly SecondAnnex[];
  readonly since: { readonly snapshot: Instant | null; readonly size: number };
  /** When the snapshot before this run's was taken in. */
  readonly confirmed: Instant | null;
  /** Ended copies that stood too long. */
  readonly late: number;
  readonly custody: Custodian;
}): Promise<SyncResult> {
  const { options, link, sender, agent, intents, step, done, mitz, appointments, custody } = of;
  const { state, clock } = options;
  const { register } = state;
  await step('sent');
  const { snapshot: last, size: stood } = of.since;
  // Of the lines before the last run it is enough to know the newest, and that it is no younger than that run.
  const second = [...of.second];
  const known = [...(last === null ? [] : [{ index: stood - 1, at: last }]), ...of.lines];
  for (let attempt = 1; ; attempt++) {
    const { lost, lines: fresh, second: more } = await takeUp(link, register, intents, localDate(clock()));
    second.push(...more);
    if (lost.size > 0) throw agentError('vault-forked', 'the log holds a delivery that this agent did not send');
    known.push(...fresh);
    // A request of a patient that the vault hides is found before anything is signed.
    if (register.petitions !== undefined) await readPetitions(link.session, register);
    // A fork ends here: nothing is signed on it.
    const outside = await logStanding(link.session, known);
    const snapshot = await signSnapshot(register, await link.session.people(), agent, clock());
    await step('signed');
    try {
      await link.snapshot(snapshot);
    } catch (error) {
      // A colleague wrote a note meanwhile: read on and sign what is true now.
      if (attempt >= TRIES || !isConflict(error)) throw error;
      continue;
    }
    await step('confirmed');
    for (const team of register.teams) team.rekey = false;
    const keys = partnerTeams(await link.session.people(), clock());
    register.partnerKeys = Object.fromEntries([...keys].map(([team, { kem }]) => [team, kem]));
    register.deliveries = done.receipt.last;
    register.custody = custody.result();
    const today = localDate(clock());
    forgetEnded(register, today);
    await state.save();
    await step('saved');
    const kept = await custody.keep(liveDescriptors(register));
    await step('kept by holders');
    const post = options.post === undefined ? null : oneRound(options.post);
    const save = () => state.save();
    const petitions = await settlePetitions({ register, session: link.session, post, save });
    await state.save();
    const people = await link.session.people();
    const weekly = post && (await mailWeek({ register, week: done.week, people, now: clock(), post, save }));
    await step('told');
    const copied = options.mirror === undefined ? null : await mirror(options.mirror, link, register, outside);
    await step('mirrored');
    if (destructionReport(register, today).todo > 0) {
      const owns = ownsNow(await link.session.people(), clock());
      await settleCopies(register, { today, kept, mirror: options.mirror, owned: (dossier) => owns.of.has(dossier) });
      await state.save();
      await step('settled');
    }
    options.onProgress?.({ step: 'snapshot', done: 1, total: 1, secondsLeft: 0 });
    return {
      receipt: done.receipt,
      changed: sender.changed,
      packs: sender.packs,
      bytes: sender.bytes,
      lists: done.lists,
      ended: done.ended,
      endedLate: of.late,
      snapshot: { number: snapshot.payload.number, until: snapshot.payload.until },
      appointments,
      mitz,
      keyholders: custody.report(),
      mirror: copied,
      outside,
      petitions,
      weekly,
      postTrouble: post?.trouble() ?? null,
      destructions: destructionReport(register, today),
      second,
      alarms: alarmsOf({
        ...{ since: of.confirmed, days: register.intervalDays, known, outside, now: clock() },
        ...{ late: petitions.late, missing: (copied?.missing ?? 0) + second.length },
      }),
    };
  }
}
