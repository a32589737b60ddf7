/** The log in overviews, and the doctor's week, on the client: names from the practice's own directory and lists, never of others' people. */

import {
  addDays,
  type DossierId,
  daysBetween,
  type Instant,
  type LocalDate,
  localDate,
  type PersonId,
} from '@ketenkluis/base';
import { digestOrder, overviewOf, type Seen, tableCsv } from '@ketenkluis/client/audit-record';
import { declareOverview, readLog, seenIn } from '@ketenkluis/client/overseer';
import type { Paper } from '@ketenkluis/client/pdf';
import { workplaceError } from '../errors.ts';
import type {
  OverviewForm,
  OverviewKind,
  OverviewsSide,
  PaperFile,
  Progress,
  SeenAction,
  SeenFilter,
  SeenFrame,
  SeenTable,
  Week,
  WeekLine,
} from '../model.ts';
import { about, type Inside, nameOf, roleText, UNNAMED } from './inside.ts';
import { lists } from './lists.ts';
import { overviewPaper, overviewRows, weekPaper } from './overview-paper.ts';
import { paperPdf, readyForPaper } from './paper.ts';
import type { Surroundings } from './people.ts';

export const EVENTS_OF: Readonly<Record<SeenAction, readonly Seen['event'][]>> = {
  look: ['release'],
  emergency: ['emergency'],
  list: ['list'],
  search: ['search'],
  taken: ['print', 'export', 'copy'],
  log: ['log-read', 'access'],
  care: ['write', 'taken-over', 'refer', 'end', 'consent', 'call', 'review', 'told'],
  session: ['login', 'logout', 're-touch', 'identity', 'attempt', 'recovery'],
};
/** More days than this are shown by week. */
const DAYS = 62;

const readBy = new WeakMap<Inside['session'], readonly Seen[]>();

async function read(inside: Inside, progress: (progress: Progress) => void): Promise<readonly Seen[]> {
  const { session, me, names } = inside;
  const people = await session.people(true);
  if (!me.owner && !people.oversees(session.person, session.now()))
    throw workplaceError('denied', 'the log is read by who oversees it', { detail: { reason: 'not-overseer' } });
  const { seen } = await readLog(session, (done, total) => progress({ done, total }));
  const rows = await lists(inside).then(
    (known) => known.rows,
    () => null,
  );
  const found = seenIn(seen, {
    person: (person) => {
      const known = names?.people.find((one) => one.person === person);
      return { name: known?.name ?? UNNAMED, role: known?.role ?? '' };
    },
    organisation: (organisation) => names?.partners.find((one) => one.organisation === organisation)?.name ?? null,
    // Whoever treats the patient sees a name; every other reader a short number, the same each time.
    patient: (dossier) => rows?.get(dossier as DossierId)?.name ?? dossier.slice(4, 10),
  });
  readBy.set(session, found);
  return found;
}

function known({ session }: Inside): readonly Seen[] {
  const found = readBy.get(session);
  if (found === undefined) throw workplaceError('conflict', 'the log was not read yet');
  return found;
}

async function frame(inside: Inside, progress: (progress: Progress) => void): Promise<SeenFrame> {
  const seen = await read(inside, progress);
  const today = localDate(inside.session.now());
  const roles = [...new Set(seen.flatMap(({ who }) => who.role || []))].sort();
  return {
    first: seen[0] === undefined ? today : localDate(seen[0].at),
    last: today,
    roles: roles.map((code) => ({ code, name: roleText(code) })),
  };
}

/** Shared with the invented practice: the same counting on other lines. */
export function tableOf(seen: readonly Seen[], kind: OverviewKind, filter: SeenFilter): SeenTable {
  const { from, until, role, action, outcome, who, dossier } = filter;
  const asked = {
    ...{ from, until },
    ...(role === null ? {} : { role }),
    ...(action === null ? {} : { events: EVENTS_OF[action] }),
    ...(outcome === null ? {} : { outcome }),
    ...(who === null ? {} : { who }),
    ...(dossier === null ? {} : { dossier }),
  };
  const people = new Map(seen.map(({ who: one }) => [one.key, one]));
  const rows = overviewOf(seen, kind, asked).map(({ first: _, ...row }) => {
    const person = kind === 'colleague' && row.key !== null ? people.get(row.key) : undefined;
    return { ...row, role: person?.role ? roleText(person.role) : null, elsewhere: person?.elsewhere ?? false };
  });
  // What names nobody comes last, however much it is.
  rows.sort((a, b) => Number(a.key === null) - Number(b.key === null));
  const days = kind === 'day' ? rows : overviewOf(seen, 'day', asked);
  const byDay = new Map(days.map((row) => [row.key, row]));
  const per = daysBetween(from, until) >= DAYS ? 'week' : 'day';
  const step = per === 'week' ? 7 : 1;
  const marks: SeenTable['marks'][number][] = [];
  for (let day = from; day <= until; day = addDays(day, step)) {
    const own = Array.from({ length: step }, (_, i) => byDay.get(addDays(day, i)));
    const sum = (pick: (one: (typeof days)[number]) => number) =>
      own.reduce((all, one) => all + (one ? pick(one) : 0), 0);
    marks.push({ from: day, lines: sum(({ lines }) => lines), refused: sum(({ refused }) => refused) });
  }
  const total = (pick: (one: (typeof days)[number]) => number) => days.reduce((all, one) => all + pick(one), 0);
  return {
    ...{ rows, per, marks },
    lines: total(({ lines }) => lines),
    looks: total(({ looks }) => looks),
    refused: total(({ refused }) => refused),
    emergencies: total(({ emergencies }) => emergencies),
    taken: total(({ taken }) => taken),
  };
}

export const CSV_TYPE = 'text/csv;charset=utf-8';
export const PDF_TYPE = 'application/pdf';

async function written(paper: Paper): Promise<Uint8Array<ArrayBuffer>> {
  return (await paperPdf(paper)) as Uint8Array<ArrayBuffer>;
}

async function file(
  inside: Inside,
  kind: OverviewKind,
  filter: SeenFilter,
  form: OverviewForm,
  language: 'nl' | 'en',
): Promise<PaperFile> {
  const seen = known(inside);
  // Fetched before the line is written: no line stands for a file that cannot be made.
  if (form === 'pdf') await readyForPaper();
  const table = tableOf(seen, kind, filter);
  const named = kind === 'patient' ? table.rows.flatMap(({ key }) => key ?? []) : [];
  const dossiers = [...named, ...(filter.dossier === null ? [] : [filter.dossier])] as DossierId[];
  const { session, me } = inside;
  await declareOverview(session, {
    event: 'export',
    dossiers,
    about: about(inside, 'overzicht van het logboek meegeven'),
  });
  const at = session.now();
  const name = `overzicht-${localDate(at)}.${form}`;
  const { head, rows } = overviewRows(table, kind, language);
  if (form === 'csv') return { name, type: CSV_TYPE, bytes: new TextEncoder().encode(tableCsv(head, rows)) };
  const who = seen.find((one) => one.who.key === filter.who)?.who.name ?? null;
  const paper = overviewPaper(table, kind, filter, { language, at, of: me.practice, by: me.name, who });
  return { name, type: PDF_TYPE, bytes: await written(paper) };
}

const READ = 'week-read';

async function week(inside: Inside, storage: Surroundings['storage']): Promise<Week | null> {
  const { session, names, me } = inside;
  if (me.office !== null || me.partner || me.substitute || me.patient) return null;
  const { week: found, rows } = await lists(inside);
  if (found === null) return null;
  const mine = found.lines.filter(
    ({ dossier, doctor, who }) =>
      (doctor === null || doctor === session.person) && who !== session.person && rows.has(dossier),
  );
  if (mine.length === 0) return null;
  const lines = mine.map(({ dossier, who, days, marks }): WeekLine => {
    const elsewhere = who.startsWith('org_');
    const colleague = elsewhere ? null : nameOf(names, who as PersonId);
    const organisation = elsewhere ? names?.partners.find((one) => one.organisation === who)?.name : undefined;
    return {
      ...{ dossier, patient: rows.get(dossier)!.name, who: colleague?.name ?? organisation ?? UNNAMED },
      ...{ role: colleague?.role ?? null, elsewhere, days, marks },
    };
  });
  const ordered = lines
    .map((line) => ({
      line,
      order: {
        ...{
          dossier: line.dossier,
          patient: line.patient,
          key: line.who,
          elsewhere: line.elsewhere,
          who: line.who,
          role: null,
        },
        days: line.days,
        emergency: line.marks.includes('emergency'),
        refused: line.marks.includes('refused'),
        taken: line.marks.includes('taken'),
      },
    }))
    .sort((a, b) => digestOrder(a.order, b.order))
    .map(({ line }) => line);
  const read = (await storage.get(`${READ}:${session.person}`)) === found.until;
  const unassigned = new Set(mine.flatMap(({ doctor, dossier }) => (doctor === null ? [dossier] : []))).size;
  return { from: found.from, until: found.until, lines: ordered, unassigned, read };
}

export function overviewsSide({ open, storage }: Surroundings): OverviewsSide {
  return {
    frame: (progress = () => undefined) => open((now) => frame(now, progress)),
    table: (kind, filter) => open(async (now) => tableOf(known(now), kind, filter)),
    file: (...said) => open((now) => file(now, ...said)),
    week: () => open((now) => week(now, storage)),
    weekFile: (language) =>
      open(async (now) => {
        const found = await week(now, storage);
        if (found === null) throw workplaceError('conflict', 'there is no week to take along');
        await readyForPaper();
        const dossiers = found.lines.map(({ dossier }) => dossier);
        await declareOverview(now.session, { event: 'export', dossiers, about: about(now, 'weekoverzicht meegeven') });
        const at: Instant = now.session.now();
        const paper = weekPaper(found, { language, at, of: now.me.practice, by: now.me.name, who: null });
        return { name: `weekoverzicht-${found.until}.pdf`, type: PDF_TYPE, bytes: await written(paper) };
      }),
    weekRead: (until: LocalDate) => open(({ session }) => storage.set(`${READ}:${session.person}`, until)),
  };
}
