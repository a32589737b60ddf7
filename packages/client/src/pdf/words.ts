/** The few words that the sheet itself says. */

import type { Instant } from '@ketenkluis/base';
import type { PaperLanguage } from './paper.ts';

export interface PaperWords {
  readonly tag: string;
  readonly made: (at: string) => string;
  readonly mark: (print: string) => string;
  readonly page: (number: number, of: number) => string;
  readonly none: string;
}

export const PAPER_WORDS: Record<PaperLanguage, PaperWords> = {
  nl: {
    tag: 'nl-NL',
    made: (at) => `Gemaakt op ${at}`,
    mark: (print) => `Kenmerk ${print}`,
    page: (number, of) => `Bladzijde ${number} van ${of}`,
    none: 'geen waarde',
  },
  en: {
    tag: 'en-GB',
    made: (at) => `Made on ${at}`,
    mark: (print) => `Fingerprint ${print}`,
    page: (number, of) => `Page ${number} of ${of}`,
    none: 'no value',
  },
};

/** Date and time in Amsterdam, as people write it. */
export const paperTime = (at: Instant, { tag }: PaperWords): string =>
  new Intl.DateTimeFormat(tag, { dateStyle: 'long', timeStyle: 'short', timeZone: 'Europe/Amsterdam' }).format(at);

/** The first sixteen characters of a fingerprint, four by four: enough to compare two papers over the telephone. */
export const shortPrint = (print: string): string => print.slice(0, 16).match(/.{4}/g)!.join(' ');
