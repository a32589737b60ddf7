/**
 * A breach as the practice keeps it (docs/spec/breach.md, R59): the 72-hour clock, what was laid open, the authority's questions in
 * its order, and letters. It stands in the register, which never leaves the practice in clear.
 */

import { HOUR, type Instant, isoInstant, plus } from '@ketenkluis/base';
import { z } from 'zod';
import type { Exposed, Incident } from './exposure.ts';
import type { PracticeWorld } from './world.ts';

/** AVG 33(1): from the moment of becoming aware. */
export const CLOCK = 72 * HOUR;

const at = z.custom<Instant>((value) => Number.isSafeInteger(value) && (value as number) >= 0, 'expected milliseconds');
const scopes = z.record(z.string(), z.enum(['read', 'reachable', 'ciphertext']));
export const breachFile = z.strictObject({
  id: z.string().regex(/^[0-9]{4}-[0-9]{1,4}$/),
  /** What happened, in words of the practice; stays here. */
  what: z.string().min(1).max(2000),
  aware: at,
  from: at,
  until: at,
  /** By patient id of the GP system: parts (or `note`) with what became of them. */
  patients: z.record(z.string(), scopes),
  reported: z.strictObject({ at, reference: z.string().max(60) }).nullable(),
  /** Added later; nothing that was written goes. */
  supplements: z.array(z.strictObject({ at, text: z.string().min(1).max(2000) })).max(200),
  closed: at.nullable(),
});
export type BreachFile = z.infer<typeof breachFile>;

export interface BreachCounts {
  readonly persons: number;
  /** Of whom at least one part could be or was read. */
  readonly readable: number;
  readonly read: number;
  /** Sealed bytes only. */
  readonly ciphertext: number;
  readonly parts: number;
}

const RANK = { ciphertext: 1, reachable: 2, read: 3 } as const;
type Level = keyof typeof RANK;
const worst = (levels: readonly Level[]): Level =>
  levels.reduce((most, one) => (RANK[one] > RANK[most] ? one : most), 'ciphertext');

/** By patient and part; a note counts as `note`. */
export function patientsOf({ parts, patients }: PracticeWorld, exposed: readonly Exposed[]): BreachFile['patients'] {
  const out: Record<string, Record<string, Level>> = {};
  for (const { dossier, handle, level } of exposed) {
    const patient = patients.get(dossier) ?? parts.get(handle)?.patient;
    if (patient === undefined) continue;
    const scope = parts.get(handle)?.scope ?? 'note';
    const before = out[patient]?.[scope];
    out[patient] = { ...out[patient], [scope]: before === undefined ? level : worst([before, level]) };
  }
  return out;
}

export function countsOf(patients: BreachFile['patients']): BreachCounts {
  const levels = Object.values(patients).map((parts) => worst(Object.values(parts)));
  const count = (of: (level: Level) => boolean) => levels.filter(of).length;
  return {
    persons: levels.length,
    readable: count((level) => level !== 'ciphertext'),
    read: count((level) => level === 'read'),
    ciphertext: count((level) => level === 'ciphertext'),
    parts: Object.values(patients).reduce((sum, parts) => sum + Object.keys(parts).length, 0),
  };
}

/** The next file of this year. */
export function openBreach(
  before: readonly BreachFile[],
  of: {
    readonly what: string;
    readonly aware: Instant;
    readonly incident: Incident;
    readonly patients: BreachFile['patients'];
  },
): BreachFile {
  const year = isoInstant(of.aware).slice(0, 4);
  const number = before.filter(({ id }) => id.startsWith(`${year}-`)).length + 1;
  const { from, until } = of.incident;
  const { what, aware, patients } = of;
  return { id: `${year}-${number}`, what, aware, from, until, patients, reported: null, supplements: [], closed: null };
}

/** Hours left of the clock; negative when it ran out; null when it was reported or closed without a report. */
export const hoursLeft = (file: BreachFile, now: Instant): number | null =>
  file.reported !== null || file.closed !== null ? null : Math.floor((plus(file.aware, CLOCK) - now) / HOUR);

export interface FormFacts {
  readonly practice: { readonly name: string; readonly ura: string; readonly agb: string };
  /** What a part is called; by scope id. */
  readonly nameOf: (scope: string) => string;
  readonly twoOwners: boolean;
}
const day = (moment: Instant): string => isoInstant(moment).slice(0, 16).replace('T', ' ');

/** The authority's questions in its order (chapters of the AP form), filled in as far as the program knows. Dutch, Markdown. */
export function apForm(file: BreachFile, facts: FormFacts): string {
  const counts = countsOf(file.patients);
  const level = (wanted: readonly Level[]) => [
    ...new Set(
      Object.values(file.patients).flatMap((parts) =>
        Object.entries(parts).flatMap(([scope, found]) => (wanted.includes(found) ? [facts.nameOf(scope)] : [])),
      ),
    ),
  ];
  const list = (names: readonly string[]) => (names.length === 0 ? 'geen' : names.toSorted().join(', '));
  const open = '*zelf invullen*';
  const tell =
    counts.readable > 0
      ? `Ja, ${counts.readable} betrokkenen: voor hen waren gegevens leesbaar. De brieven staan in deze map.`
      : 'Volgens de gegevens hieronder niet nodig (AVG 34 lid 3 a): alle gegevens waren versleuteld en de sleutels niet bij de ontvanger. De praktijk beslist.';
  return `# Melding datalek ${file.id}

Volgorde van het formulier van de Autoriteit Persoonsgegevens. Melden kan alleen via het formulier op autoriteitpersoonsgegevens.nl; aanvullen mag later.
De termijn van 72 uur eindigt op **${day(plus(file.aware, CLOCK))} UTC**.

## 1. Over de melding
- Soort melding: ${file.supplements.length === 0 ? 'eerste melding' : 'aanvulling'}${file.reported === null ? '' : ` op ${file.reported.reference}`}

## 2. Contact
- Verwerkingsverantwoordelijke: ${facts.practice.name} (URA ${facts.practice.ura}, AGB ${facts.practice.agb})
- Contactpersoon en functionaris gegevensbescherming: ${open}

## 3. Tijdlijn
- Inbreuk van ${day(file.from)} tot ${day(file.until)} UTC
- Ontdekt op ${day(file.aware)} UTC

## 4. De inbreuk
- ${file.what}
- Vertrouwelijkheid: ${counts.readable > 0 ? 'ja' : 'nee, alleen versleutelde gegevens'}. Beschikbaarheid en juistheid: ${open}

## 5. Persoonsgegevens
- Gezondheidsgegevens (bijzondere persoonsgegevens). Burgerservicenummers: nee, die staan niet in de kluis
- Leesbaar of gelezen: ${list(level(['read', 'reachable']))}
- Alleen versleuteld: ${list(level(['ciphertext']))}
- Aantal onderdelen van dossiers: ${counts.parts}

## 6. Groep betrokkenen
- Patiënten van de praktijk, aangemeld voor een zorgprogramma
- Aantal: ${counts.persons}. Daarvan ${counts.read} gelezen, ${counts.readable - counts.read} leesbaar zonder spoor van lezen, ${counts.ciphertext} alleen versleuteld

## 7. Maatregelen vooraf
- Versleuteling van elk onderdeel met een eigen sleutel (AES-256-GCM; sleuteloverdracht X25519 met ML-KEM-768), alleen bij de praktijk en haar teams
- Elke uitgifte van een sleutel staat vooraf in een logboek dat niet onopgemerkt te veranderen is
- Twee factoren bij elke aanmelding${facts.twoOwners ? '; rechten wijzigen met twee personen' : ''}

## 8. Gevolgen
- ${open} (bijvoorbeeld: inzage in gezondheidsgegevens door een onbevoegde)

## 9. Vervolgacties
- Betrokkenen informeren: ${tell}
- Maatregelen: ${open} (toegang beëindigd, sleutels vernieuwd, opnieuw verzegeld)
- Internationaal: ${open}

## 10. Overig
${file.supplements.map(({ at: moment, text }) => `- ${day(moment)} UTC: ${text}`).join('\n') || '- geen aanvullingen'}
`;
}

/** One letter (AVG 34): plain words, what of this patient was readable. `name` from the practice's own records. */
export function letter(file: BreachFile, patient: string, name: string, facts: FormFacts): string | null {
  const parts = Object.entries(file.patients[patient] ?? {}).filter(([, level]) => level !== 'ciphertext');
  if (parts.length === 0) return null;
  const read = parts.some(([, level]) => level === 'read');
  return `${facts.practice.name}

Aan ${name}

Beste ${name},

Er is iets misgegaan met uw gegevens. Wij leggen uit wat er is gebeurd.

Wat is er gebeurd?
${file.what}
Dit was tussen ${day(file.from)} en ${day(file.until)}.

Welke gegevens van u?
${parts.map(([scope]) => `- ${facts.nameOf(scope)}`).join('\n')}
${read ? 'Iemand heeft deze gegevens geopend.' : 'Iemand had deze gegevens kunnen openen. In ons logboek staat niet dat dit is gebeurd.'}

Wat kunt u doen?
Bel de praktijk als u vragen heeft. U mag zien wie uw dossier heeft geopend. Vraag ernaar aan de balie.
U kunt ook een klacht indienen bij de Autoriteit Persoonsgegevens.

${facts.practice.name}
`;
}
