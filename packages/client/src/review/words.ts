/** Why a look is a finding, in sentences for people; every number that the score used stands in one of them. */

import type { JudgedLook, Sign } from './review.ts';
import type { Feature, Pattern, Strength } from './rules.ts';
import type { ReasonKind } from './types.ts';

export type Language = 'nl' | 'en';
type Words = (sign: Sign) => string;

const plain =
  (text: string): Words =>
  () =>
    text;

const SIGNS: Readonly<Record<Language, Readonly<Record<Feature, Words>>>> = {
  nl: {
    'own-file': plain('Dit is het eigen dossier.'),
    'same-home': plain('De patiënt woont op hetzelfde adres.'),
    'same-street': plain('De patiënt woont in dezelfde straat.'),
    'same-surname': plain('De patiënt heeft dezelfde achternaam, en die komt weinig voor.'),
    'common-surname': plain('De patiënt heeft dezelfde achternaam; die komt vaker voor.'),
    colleague: plain('De patiënt is een collega.'),
    vip: plain('De praktijk heeft deze patiënt gemarkeerd als bekend persoon.'),
    crowd: ({ count }) => `In de week ervoor en erna keken ${count} mensen zonder sterke reden in dit dossier.`,
    repeats: ({ count }) => `Op ${count} dagen in een jaar zonder reden in dit dossier gekeken.`,
    volume: ({ count, usual }) =>
      `${count} dossiers op deze dag; gewoon zijn er ${usual?.own ?? 0}, en ${usual?.role ?? 0} bij collega's in deze rol.`,
    'many-unexplained': ({ count }) => `${count} dossiers op deze dag zonder reden.`,
    'search-only': plain('Gezocht, en binnen tien minuten niets geopend.'),
    night: plain('Tussen 23 en 6 uur.'),
    'off-hours': plain('Buiten werktijd: voor 7 uur, na 20 uur of in het weekend.'),
    'after-end': plain('De verwijzing, taak of waarneming was al voorbij.'),
    emergency: plain('Noodtoegang, en het dossier laat geen contact zien rond die tijd.'),
    'taken-along': plain('Afgedrukt, geëxporteerd of gekopieerd.'),
    'declared-often': ({ count }) =>
      `Op deze dag bij ${count} dossiers zelf een reden gekozen; dat telt niet meer mee.`,
    'declared-long': ({ count }) =>
      `In vier weken bij ${count} dossiers alleen een zelf gekozen reden; dat telt niet meer mee.`,
  },
  en: {
    'own-file': plain('This is their own file.'),
    'same-home': plain('The patient lives at the same address.'),
    'same-street': plain('The patient lives in the same street.'),
    'same-surname': plain('The patient has the same surname, and few people have it.'),
    'common-surname': plain('The patient has the same surname; more people have it.'),
    colleague: plain('The patient is a colleague.'),
    vip: plain('The practice marked this patient as a well-known person.'),
    crowd: ({ count }) => `In the week before and after, ${count} people looked at this file without a strong reason.`,
    repeats: ({ count }) => `Looked at this file without a reason on ${count} days in a year.`,
    volume: ({ count, usual }) =>
      `${count} files on this day; usually ${usual?.own ?? 0}, and ${usual?.role ?? 0} for colleagues in this role.`,
    'many-unexplained': ({ count }) => `${count} files without a reason on this day.`,
    'search-only': plain('Searched, and opened nothing within ten minutes.'),
    night: plain('Between 23:00 and 06:00.'),
    'off-hours': plain('Outside working hours: before 7, after 20 or at the weekend.'),
    'after-end': plain('The referral, task or substitution had ended.'),
    emergency: plain('Emergency access, and the file shows no contact around that time.'),
    'taken-along': plain('Printed, exported or copied.'),
    'declared-often': ({ count }) => `Chose a reason for ${count} files on this day; that no longer counts.`,
    'declared-long': ({ count }) =>
      `In four weeks ${count} files with nothing but a reason that they chose; that no longer counts.`,
  },
};

const REASON: Readonly<Record<Language, Readonly<Record<ReasonKind, string>>>> = {
  nl: {
    appointment: 'een afspraak',
    encounter: 'een contact',
    message: 'een bericht',
    result: 'een uitslag',
    recall: 'een oproep',
    due: 'de oproeplijst',
    step: 'een taak in het zorgpad',
    referral: 'een verwijzing',
    meeting: 'een teamoverleg',
    call: 'waarneming van deze patiënt',
    control: 'een lijst voor controle of declaratie',
    regular: 'de vaste behandelrelatie',
  },
  en: {
    appointment: 'an appointment',
    encounter: 'a contact',
    message: 'a message',
    result: 'a result',
    recall: 'a recall',
    due: 'the recall list',
    step: 'a task in the pathway',
    referral: 'a referral',
    meeting: 'a team meeting',
    call: 'substitution for this patient',
    control: 'a list for control or claims',
    regular: 'being the regular practitioner',
  },
};

const BECAUSE: Readonly<Record<Language, Readonly<Record<Strength, (reason: string) => string>>>> = {
  nl: {
    strong: (reason) => `Verklaard door ${reason}.`,
    weak: (reason) => `Mogelijk verklaard door ${reason}, van een collega of van langer geleden.`,
    none: () => 'Niets in agenda, dossier of berichten verklaart deze raadpleging.',
  },
  en: {
    strong: (reason) => `Explained by ${reason}.`,
    weak: (reason) => `Possibly explained by ${reason}, of a colleague or of some time ago.`,
    none: () => 'Nothing in agenda, record or messages explains this look.',
  },
};

const SEEN: Readonly<Record<Language, Readonly<Record<Pattern, string>>>> = {
  nl: {
    round: 'Mogelijk een overleg: collega’s keken tegelijk in dezelfde dossiers.',
    slip: 'Mogelijk een vergissing: binnen een minuut werd het goede dossier geopend.',
    phone: 'Zelf gezegd: telefonisch contact. Niemand legde het vast.',
    consultation: 'Zelf gezegd: overleg met een collega. Niemand legde het vast.',
  },
  en: {
    round: 'Possibly a meeting: colleagues looked at the same files at the same time.',
    slip: 'Possibly a mistake: the right file was opened within a minute.',
    phone: 'Said by themselves: a telephone call. Nobody recorded it.',
    consultation: 'Said by themselves: a talk with a colleague. Nobody recorded it.',
  },
};

/** First what explains the look, then one sentence per feature. */
export function wordsOf(judged: JudgedLook, language: Language): string[] {
  const { reason, pattern, strength, signs } = judged;
  const because =
    pattern === null
      ? BECAUSE[language][strength](reason === null ? '' : REASON[language][reason.kind])
      : SEEN[language][pattern];
  return [because, ...signs.map((sign) => SIGNS[language][sign.feature](sign))];
}
