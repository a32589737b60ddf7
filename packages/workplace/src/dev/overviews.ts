/** An invented quarter of the log, counted by the same code as a real one. */

import { addDays, HOUR, type Instant, type LocalDate, localDate, plus } from '@ketenkluis/base';
import type { Seen } from '@ketenkluis/client/audit-record';
import { overviewPaper, overviewRows, weekPaper } from '../adapter/overview-paper.ts';
import { CSV_TYPE, PDF_TYPE, tableOf } from '../adapter/overviews.ts';
import { paperPdf, readyForPaper } from '../adapter/paper.ts';
import { workplaceError } from '../errors.ts';
import type { OverviewsSide, Week, WeekLine } from '../model.ts';
import { ago, type InventedPartner, roleName, type Stage } from './stage.ts';

const PEOPLE = [
  ['person-1', 'Sanne Terpstra', 'poh-s'],
  ['person-2', 'Noor Zijlstra', 'assistant'],
  ['person-3', 'Marleen Brugman', 'gp'],
  ['person-4', 'Joost Hofstede', 'gp'],
] as const;
const EVENTS = ['release', 'release', 'release', 'list', 'release', 'search', 'write', 'login'] as const;

function lines({ people, start, roll }: Stage, partners: readonly InventedPartner[]): Seen[] {
  const out: Seen[] = [];
  for (let back = 88; back >= 0; back--) {
    const day = plus(start, -back * 24 * HOUR);
    const weekend = [0, 6].includes(new Date(day).getUTCDay());
    for (let i = 0; i < (weekend ? 1 : 9 + Math.floor(roll() * 14)); i++) {
      const [key, name, role] = PEOPLE[Math.floor(roll() * PEOPLE.length)]!;
      const event =
        back % 29 === 3 && i === 0
          ? 'emergency'
          : i === 5 && back % 6 === 0
            ? 'export'
            : EVENTS[Math.floor(roll() * EVENTS.length)]!;
      const one = people[Math.floor(roll() ** 2 * Math.min(24, people.length))]?.row;
      const names = ['release', 'write', 'emergency', 'export'].includes(event) ? one : undefined;
      const partner = roll() < 0.04 ? partners[0] : undefined;
      out.push({
        ...{ line: out.length + 100, at: plus(day, -i * 0.4 * HOUR) as Instant, event },
        outcome: roll() < 0.03 ? 'refused' : 'success',
        who:
          partner === undefined
            ? { key, elsewhere: false, name, role }
            : { key: partner.organisation, elsewhere: true, name: partner.name, role: null },
        ...{ dossier: names?.dossier ?? null, patient: names?.name ?? null },
      });
    }
  }
  return out;
}

function weekOf({ people, start, me }: Stage, partners: readonly InventedPartner[]): Week {
  const monday = addDays(localDate(start), -((new Date(start).getUTCDay() + 6) % 7) - 7);
  const of = (
    which: number,
    who: string,
    role: WeekLine['role'],
    days: number[],
    marks: WeekLine['marks'] = [],
  ): WeekLine[] => {
    const row = people[which]?.row;
    if (row === undefined || who === me.name) return [];
    return [
      {
        dossier: row.dossier,
        patient: row.name,
        who,
        role,
        elsewhere: role === null,
        days: days.map((day) => addDays(monday, day)),
        marks,
      },
    ];
  };
  return {
    ...{ from: monday, until: addDays(monday, 6), unassigned: 2, read: false },
    lines: [
      ...of(1, 'Joost Hofstede', roleName('gp'), [2], ['emergency']),
      ...of(4, partners[0]!.name, null, [1, 3]),
      ...of(0, 'Noor Zijlstra', roleName('assistant'), [0], ['taken']),
      ...of(0, 'Sanne Terpstra', roleName('poh-s'), [0, 4]),
      ...of(2, 'Sanne Terpstra', roleName('poh-s'), [1]),
      ...of(3, 'Sanne Terpstra', roleName('poh-s'), [2, 3, 4]),
    ],
  };
}

export function overviewsSide(stage: Stage, partners: readonly InventedPartner[]): OverviewsSide {
  const { scene, me, start, reach } = stage;
  const seen = scene === 'empty' ? [] : lines(stage, partners);
  let read: LocalDate | null = null;
  const made = (language: 'nl' | 'en') => ({ language, at: start, of: me.practice, by: me.name, who: null });
  const declared = async () => {
    await reach(60);
    if (scene === 'shut-log') throw workplaceError('offline', 'the line could not be written');
  };
  const week = async () => {
    if (!me.owner || scene === 'empty') return null;
    const found = weekOf(stage, partners);
    return { ...found, read: read === found.until };
  };
  return {
    frame: async (progress) => {
      progress?.({ done: 600, total: 1400 });
      await reach();
      if (scene === 'denied') throw workplaceError('denied', 'no', { detail: { reason: 'not-overseer' } });
      if (scene === 'broken') throw workplaceError('failed', 'something broke');
      return {
        first: localDate(ago(stage, 88)),
        last: localDate(start),
        roles: (['assistant', 'gp', 'poh-s'] as const).map((code) => ({ code, name: roleName(code) })),
      };
    },
    table: async (kind, filter) => tableOf(seen, kind, filter),
    file: async (kind, filter, form, language) => {
      await readyForPaper();
      await declared();
      const table = tableOf(seen, kind, filter);
      const name = `overzicht-${localDate(start)}.${form}`;
      const { head, rows } = overviewRows(table, kind, language);
      const text = [head, ...rows].map((row) => row.join(';')).join('\r\n');
      if (form === 'csv') return { name, type: CSV_TYPE, bytes: new TextEncoder().encode(text) };
      const bytes = await paperPdf(overviewPaper(table, kind, filter, made(language)));
      return { name, type: PDF_TYPE, bytes: bytes as Uint8Array<ArrayBuffer> };
    },
    week,
    weekFile: async (language) => {
      await readyForPaper();
      await declared();
      const found = (await week())!;
      const bytes = await paperPdf(weekPaper(found, made(language)));
      return { name: `weekoverzicht-${found.until}.pdf`, type: PDF_TYPE, bytes: bytes as Uint8Array<ArrayBuffer> };
    },
    weekRead: async (until) => {
      read = until;
    },
  };
}
