/**
 * The log of one dossier as its patient reads it (R52, R54; docs/spec/own.md, "In words"): one sentence at level B1 for each line, equal ones
 * of a day together. Pure; who is meant by a role, a part and an organisation the caller says. Nobody is named.
 */

import { type HandleId, type Instant, type LocalDate, localDate, type OrganisationId } from '@ketenkluis/base';
import type { GROUNDS } from '@ketenkluis/ledger';
import type { AuditLine } from './audit.ts';
import type { ToldGround } from './own-access.ts';
import type { Language } from './review/index.ts';

export interface OwnWords {
  readonly language: Language;
  /** "uw bloedsuiker"; null for what is no part of this record. */
  readonly part: (handle: HandleId) => string | null;
  /** "de praktijkondersteuner". */
  readonly role: (text: string) => string;
  /** Of another organisation; null for the practice itself. */
  readonly organisation: (organisation: OrganisationId) => string | null;
  /** Persons who are programs of the practice. */
  readonly isProgram: (person: string) => boolean;
  /** What somebody who holds the reasons knows of a line: an appointment of that day, a referral; or what its looker said, proved or not. */
  readonly ground?: (line: AuditLine) => Ground | ToldGround | null;
}

export type Ground = (typeof GROUNDS)[number];

/** One sentence of one day. */
export interface ToldLine {
  readonly day: LocalDate;
  /** First and last of the day that this sentence stands for. */
  readonly from: Instant;
  readonly until: Instant;
  readonly count: number;
  readonly sentence: string;
  readonly emergency: boolean;
  readonly refused: boolean;
  /** This person, or who stands in for the patient. */
  readonly own: boolean;
  /** Every line behind it is proved. */
  readonly verified: boolean;
  /** Places in the log. */
  readonly lines: readonly number[];
}

type Say = (who: string, parts: string, why: string) => string;
interface Words {
  readonly and: string;
  readonly record: string;
  readonly program: string;
  readonly somebody: string;
  readonly of: (who: string, organisation: string) => string;
  readonly elsewhere: (organisation: string) => string;
  readonly patient: string;
  readonly representative: string;
  readonly refused: (who: string) => string;
  readonly unproved: string;
  readonly change: string;
  /** Said, and not to be proved here any more. */
  readonly claimed: string;
  readonly grounds: Readonly<Record<Ground | 'emergency', string>>;
  readonly events: Readonly<Record<string, Say>>;
}

const NL: Words = {
  and: 'en',
  record: 'uw dossier',
  program: 'de computer van de praktijk',
  somebody: 'een medewerker van de praktijk',
  of: (who, organisation) => `${who} van ${organisation}`,
  elsewhere: (organisation) => `iemand van ${organisation}`,
  patient: 'de patiënt zelf',
  representative: 'de vertegenwoordiger',
  refused: (who) => `${who} wilde iets doen met uw dossier. Dat mocht niet en is niet gebeurd.`,
  unproved: 'Deze regel kon niet worden gecontroleerd. Vraag de praktijk ernaar.',
  change: 'Er is iets veranderd aan uw dossier.',
  claimed: ' (zegt de praktijk)',
  grounds: {
    registration: ' omdat u hier patiënt bent',
    call: ' als vervanger van de praktijk',
    appointment: ' omdat u een afspraak had',
    referral: ' omdat u bent verwezen',
    message: ' omdat er een bericht over u was',
    recall: ' om u op te roepen voor een controle',
    emergency: ' omdat het een noodgeval was',
  },
  events: {
    release: (who, parts, why) => `${who} bekeek ${parts}${why}.`,
    emergency: (who, parts, why) => `${who} bekeek ${parts}${why}.`,
    write: (who) => `${who} schreef een notitie bij uw dossier.`,
    'taken-over': (who) => `${who} zette een notitie over naar het systeem van de huisarts.`,
    refer: (who) => `${who} verwees u naar een andere zorgverlener en deelde daarvoor een deel van uw dossier.`,
    end: (who) => `${who} sloot een verwijzing af.`,
    consent: (who) => `${who} schreef op wat u wel of niet wilt delen.`,
    call: (who) => `${who} droeg uw zorg voor korte tijd over aan een vervanger.`,
    told: (who) => `${who} schreef op hoe u hoorde dat er in een noodgeval is gekeken.`,
    review: (who) => `${who} keek na of het noodgeval klopte.`,
    access: (who) => `${who} bekeek wie uw dossier mag zien.`,
    'log-read': (who) => `${who} bekeek wie in uw dossier keek.`,
    petition: (who) => `${who} vroeg iets aan de praktijk.`,
    answer: (who) => `${who} reageerde op een vraag over uw dossier.`,
    print: (who) => `${who} maakte een afdruk van een deel van uw dossier.`,
    export: (who) => `${who} sloeg een deel van uw dossier op als bestand.`,
    copy: (who) => `${who} kopieerde een deel van uw dossier naar het systeem van de huisarts.`,
    search: (who) => `${who} zocht in uw dossier.`,
    commit: (who) => `${who} werkte uw gegevens bij.`,
    snapshot: (who) => `${who} werkte uw gegevens bij.`,
    regrant: (who) => `${who} vernieuwde de sleutels van uw dossier.`,
  },
};

const EN: Words = {
  and: 'and',
  record: 'your record',
  program: "the practice's computer",
  somebody: 'somebody who works at the practice',
  of: (who, organisation) => `${who} of ${organisation}`,
  elsewhere: (organisation) => `somebody of ${organisation}`,
  patient: 'the patient',
  representative: 'the representative',
  refused: (who) => `${who} wanted to do something with your record. That was not allowed and did not happen.`,
  unproved: 'This line could not be checked. Ask the practice about it.',
  change: 'Something changed in your record.',
  claimed: ' (so the practice says)',
  grounds: {
    registration: ' because you are a patient here',
    call: ' standing in for the practice',
    appointment: ' because you had an appointment',
    referral: ' because you were referred',
    message: ' because there was a message about you',
    recall: ' to invite you for a check-up',
    emergency: ' because it was an emergency',
  },
  events: {
    release: (who, parts, why) => `${who} looked at ${parts}${why}.`,
    emergency: (who, parts, why) => `${who} looked at ${parts}${why}.`,
    write: (who) => `${who} wrote a note in your record.`,
    'taken-over': (who) => `${who} copied a note into the GP's own system.`,
    refer: (who) => `${who} referred you to somebody else and shared a part of your record for that.`,
    end: (who) => `${who} closed a referral.`,
    consent: (who) => `${who} wrote down what you do or do not want to share.`,
    call: (who) => `${who} handed your care to a stand-in for a short time.`,
    told: (who) => `${who} wrote down how you heard of a look in an emergency.`,
    review: (who) => `${who} checked whether the emergency was one.`,
    access: (who) => `${who} looked at who may see your record.`,
    'log-read': (who) => `${who} looked at who looked in your record.`,
    petition: (who) => `${who} asked the practice something.`,
    answer: (who) => `${who} responded to a question about your record.`,
    print: (who) => `${who} printed a part of your record.`,
    export: (who) => `${who} saved a part of your record as a file.`,
    copy: (who) => `${who} copied a part of your record into the GP's own system.`,
    search: (who) => `${who} searched in your record.`,
    commit: (who) => `${who} brought your record up to date.`,
    snapshot: (who) => `${who} brought your record up to date.`,
    regrant: (who) => `${who} renewed the keys of your record.`,
  },
};
const LANGUAGES: Readonly<Record<Language, Words>> = { nl: NL, en: EN };

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const listed = (all: readonly string[], and: string): string =>
  all.length < 2 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} ${and} ${all.at(-1)}`;

/** The person's own reading, or word, by what the vault checked: only a patient's request has these classes. */
export const isOwnReading = (line: Pick<AuditLine, 'class'>): boolean => line.class === 'own' || line.class === 'say';

function who(line: AuditLine, words: OwnWords): string {
  const say = LANGUAGES[words.language];
  if (line.who !== null && words.isProgram(line.who)) return say.program;
  if (isOwnReading(line)) return line.annex?.role.code === 'representative' ? say.representative : say.patient;
  const organisation = line.organisation === null ? null : words.organisation(line.organisation);
  const role = line.annex === null ? null : words.role(line.annex.role.text);
  if (organisation !== null) return role === null ? say.elsewhere(organisation) : say.of(role, organisation);
  return role ?? say.somebody;
}

/** One line in one sentence. */
export function sentenceOf(line: AuditLine, words: OwnWords): string {
  const say = LANGUAGES[words.language];
  if (!line.verified || line.event === null) return say.unproved;
  const subject = who(line, words);
  if (line.outcome !== 'success') return capital(say.refused(subject));
  const event = Object.hasOwn(say.events, line.event) ? say.events[line.event] : undefined;
  // What the agent asks of partners, or has erased, is no question of the patient's.
  if (event === undefined || (line.event === 'petition' && !isOwnReading(line))) return say.change;
  const parts = [...new Set(line.handles.flatMap((handle) => words.part(handle) ?? []))];
  const said = isOwnReading(line) ? null : (words.ground?.(line) ?? null);
  const told = typeof said === 'string' ? { ground: said, proved: true } : said;
  const ground = line.event === 'emergency' ? 'emergency' : told?.ground;
  const unsure = line.event !== 'emergency' && told?.proved === false;
  const why = ground === undefined ? '' : `${say.grounds[ground]}${unsure ? say.claimed : ''}`;
  return capital(event(subject, parts.length === 0 ? say.record : listed(parts, say.and), why));
}

/** Newest day first; within a day by the last time. `from` and `until` are whole days, both included. */
export function toldLines(
  lines: readonly AuditLine[],
  words: OwnWords,
  period: { readonly from?: LocalDate; readonly until?: LocalDate } = {},
): ToldLine[] {
  const told = new Map<string, ToldLine>();
  for (const line of lines) {
    const at = line.at ?? (0 as Instant);
    const day = localDate(at);
    if (line.at !== null && ((period.from && day < period.from) || (period.until && day > period.until))) continue;
    const sentence = sentenceOf(line, words);
    const key = `${day} ${sentence} ${line.verified}`;
    const before = told.get(key);
    told.set(key, {
      ...{ day, sentence, verified: line.verified, own: isOwnReading(line) },
      ...{ emergency: line.event === 'emergency', refused: line.outcome !== null && line.outcome !== 'success' },
      from: before === undefined || at < before.from ? at : before.from,
      until: before === undefined || at > before.until ? at : before.until,
      count: (before?.count ?? 0) + 1,
      lines: [...(before?.lines ?? []), line.index],
    });
  }
  return [...told.values()].sort((a, b) => (a.day === b.day ? b.until - a.until : a.day < b.day ? 1 : -1));
}
