/** The account for people. */

import type { Account } from './account.ts';
import type { World } from './world.ts';

const number = new Intl.NumberFormat('en');
const share = (part: number, whole: number) => (whole === 0 ? '0' : ((100 * part) / whole).toFixed(0));
const bytes = (count: number) => `${(count / 1024 / 1024).toFixed(1)} MiB`;

export function accountInWords(account: Account): string[] {
  const { practice, selected, fields, sealed, opened, ledger, hostScan, seconds, failed } = account;
  const programmes = Object.entries(selected.byProgramme).map(([id, count]) => `${id} ${count}`);
  const row = (label: string, text: string) => `  ${label.padEnd(10)}${text}`;
  return [
    '',
    row('practice', `${number.format(practice.patients)} patients`),
    row(
      'selected',
      `${number.format(selected.patients)} (${share(selected.patients, practice.patients)} %): ${programmes.join(', ')}`,
    ),
    row('fields', `${number.format(fields.kept)} left, ${number.format(fields.dropped)} stayed`),
    row('sealed', `${number.format(sealed.packs)} packs, ${bytes(sealed.bytes)}`),
    row('opened', `one dossier: ${opened.resources} records in ${opened.scopes.length} scopes`),
    row(
      'ledger',
      `${ledger.size} lines; inclusion ${ledger.inclusionVerified ? 'proved' : 'NOT proved'}, consistency ${ledger.consistencyVerified ? 'proved' : 'NOT proved'}`,
    ),
    row(
      'host scan',
      `${number.format(hostScan.tokens)} strings searched on disk and in ${bytes(hostScan.memory)} of memory: ${hostScan.hits} found`,
    ),
    row('time', `${seconds} s`),
    '',
    ...(failed.length === 0
      ? ['All promises that this version makes held.']
      : failed.map(({ promise, why }) => `FAILED ${promise}: ${why}`)),
    '',
  ];
}

const ROLE = { gp: 'GP', 'poh-s': 'nurse', assistant: 'assistant' } as const;

/** One link per role; the passphrase is the second factor, typed in the browser. */
export function signInLinks(world: World): string[] {
  const lines = ['Sign in (open a link, then type the passphrase):', ''];
  for (const role of Object.keys(ROLE) as (keyof typeof ROLE)[]) {
    const person = world.people.find((one) => one.role === role);
    if (person === undefined) continue;
    lines.push(
      `  ${ROLE[role]}, ${person.name}`,
      `    ${world.origin}/#/apparaat/${person.first.link}`,
      `    passphrase: ${person.first.passphrase}`,
      '',
    );
  }
  lines.push('Serving until Ctrl-C.');
  return lines;
}
