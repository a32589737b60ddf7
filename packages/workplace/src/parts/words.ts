/** Dates, numbers and texts from data in the language of the screen. */

import { type Instant, type LocalDate, localDate } from '@ketenkluis/base';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Timed } from '../lib/due.ts';
import * as format from '../lib/format.ts';
import type { Text, Unlocker } from '../model.ts';

export function useWords() {
  const { t, i18n } = useTranslation();
  const language = i18n.language === 'en' ? 'en' : 'nl';
  return useMemo(() => {
    const near = (value: LocalDate, today: LocalDate) => {
      const { key, text } = format.nearDay(value, today, language);
      return key === null ? text : t(`common.${key}`);
    };
    const span = (days: number) => {
      const [unit, count] = format.span(days);
      return t(`common.${unit}`, { count });
    };
    return {
      language,
      span,
      text: (text: Text) => text[language],
      /** In the middle of a sentence; names such as HbA1c keep their capitals. */
      lower: (text: Text) => {
        const said = text[language];
        return /^\p{Lu}\p{Ll}/u.test(said) ? `${said[0]!.toLowerCase()}${said.slice(1)}` : said;
      },
      /** The day on which a moment falls in the Netherlands. */
      dayOf: (at: Instant) => format.day(localDate(at), language),
      day: (value: string) => format.day(value, language),
      weekday: (value: LocalDate) => format.weekday(value, language),
      shortDay: (value: string) => format.shortDay(value, language),
      moment: (at: Instant) => format.moment(at, language),
      /** "Sinds 3 maart 2026, laatst gebruikt 5 maart 2026". */
      wayIn: ({ since, used }: Pick<Unlocker, 'since' | 'used'>) => {
        const day = (at: Instant) => format.day(new Date(at).toISOString().slice(0, 10), language);
        const last = used === null ? t('settings.unused') : t('settings.used', { date: day(used) });
        return `${t('settings.since', { date: day(since) })}, ${last}`;
      },
      age: (birth: string | null, today: LocalDate) => {
        const found = format.age(birth, today);
        return found === null ? '?' : `${found.exact ? '' : '± '}${found.years}`;
      },
      number: (value: number) => format.number(value, language),
      bytes: (count: number) => format.bytes(count, language),
      near,
      /** "3 maanden te laat", or the day when it is still to come. */
      when: ({ item, state, late }: Timed, today: LocalDate) =>
        state === 'late' ? t('worklist.lateFor', { span: span(late) }) : near(item.due, today),
      due: ({ item, state, late }: Timed, today: LocalDate) => {
        const label = item.label[language];
        if (state === 'late') return t('worklist.lateBy', { label, span: span(late) });
        return t('worklist.soonBy', { label, date: near(item.due, today) });
      },
    } as const;
  }, [t, language]);
}
