/** Short hands for the chapters: days, counts, and what an event is called. */

import { type Instant, localDate } from '@ketenkluis/base';
import type { PaperBlock, PaperTable } from '@ketenkluis/client/pdf';
import type { Entry } from '@ketenkluis/ledger';

export const head = (text: string): PaperBlock => ({ kind: 'heading', level: 3, text });
export const say = (text: string): PaperBlock => ({ kind: 'text', text });
export const warn = (text: string): PaperBlock => ({ kind: 'text', text, tone: 'warning' });
export const quiet = (text: string): PaperBlock => ({ kind: 'text', text, tone: 'quiet' });
export const list = (...items: readonly string[]): PaperBlock => ({ kind: 'list', items });
export const pairs = (title: string, ...given: readonly (readonly [string, string | number])[]): PaperBlock => ({
  kind: 'pairs',
  title,
  pairs: given.map(([name, value]) => [name, String(value)]),
});
type Cell = string | number;
/** Columns that hold only numbers stand to the right. */
export function table(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  empty = 'Geen.',
): PaperTable {
  const right = (column: number) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number');
  return {
    ...{ kind: 'table', title, head: columns, empty },
    align: columns.map((_, column) => (right(column) ? 'right' : 'left')),
    rows: rows.map((row) => row.map(String)),
  };
}

/** A day in Amsterdam. */
export const day = (at: Instant | number): string => localDate(at as Instant);
export const count = (number: number, one: string, more: string): string => `${number} ${number === 1 ? one : more}`;

/** How many of each, most first. */
export const tally = <T>(all: readonly T[], of: (one: T) => string): (readonly [string, number])[] =>
  [...Map.groupBy(all, of)]
    .map(([name, group]) => [name, group.length] as const)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));

export const EVENT: Readonly<Record<Entry['common']['event'], string>> = {
  petition: 'verzoek van een patiënt',
  answer: 'antwoord op een verzoek',
  login: 'aangemeld',
  logout: 'afgemeld',
  're-touch': 'opnieuw bevestigd',
  identity: 'identiteit aangetoond, van buiten of met herstelbladen',
  attempt: 'poging zonder sessie',
  commit: 'afschrift geleverd',
  write: 'notitie geschreven',
  'taken-over': 'notitie overgenomen in het HIS',
  refer: 'verwezen',
  end: 'verwijzing of dossier beëindigd',
  merge: 'dossiers samengevoegd',
  split: 'dossier gesplitst',
  import: 'overgezet uit een andere kluis',
  move: 'verhuisd naar een andere kluis',
  erase: 'gewist na de bewaartermijn',
  drop: 'verwijderd',
  release: 'dossier geraadpleegd',
  list: 'werklijst geopend',
  grant: 'recht doorgegeven aan een partner',
  rotate: 'opnieuw verzegeld',
  emergency: 'noodtoegang',
  access: 'rechten op een dossier bekeken',
  search: 'gezocht',
  print: 'afgedrukt',
  export: 'bestand gemaakt',
  copy: 'afschrift voor de patiënt',
  card: 'kaart van een medewerker getekend',
  epoch: 'nieuwe sleutel van een team',
  authority: 'eigenaren vastgelegd',
  mandate: 'mandaat vastgelegd',
  invitation: 'uitnodiging',
  keyring: 'sleutelbos gewijzigd',
  proposal: 'voorstel aan een tweede ondertekenaar',
  partner: 'partner vastgelegd',
  fact: 'recht of beleid vastgelegd',
  vouch: 'partner bevestigde een medewerker',
  withdraw: 'recht ingetrokken',
  consent: 'toestemming vastgelegd',
  enrol: 'aangemeld voor een programma',
  unenrol: 'afgemeld van een programma',
  snapshot: 'stand getekend',
  receipt: 'leveringsbewijs',
  call: 'patiënt overgedragen aan een waarnemer',
  review: 'noodtoegang nagekeken',
  told: 'patiënt verteld over noodtoegang',
  control: 'controle van het logboek',
  regrant: 'sleutels opnieuw ingepakt',
  keep: 'eigen afschrift bewaard',
  'log-read': 'logboek gelezen',
  maintenance: 'onderhoud van de kluis',
  restore: 'kluis teruggezet',
  recovery: 'herstelbladen genoemd, om ze bij elkaar te leggen',
  clock: 'klok afgeweken',
};
export const OUTCOME = { success: '', refused: ', geweigerd', error: ', mislukt' } as const;
