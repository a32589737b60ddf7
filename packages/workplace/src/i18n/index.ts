/** Languages of the screen: Dutch is in the first bundle, English comes when asked for. */

import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Late } from './late-words.ts';
import { type Dutch, nl } from './nl.ts';

export type Language = 'nl' | 'en';
const KEPT = 'ketenkluis.language';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'words';
    resources: { words: Dutch } & Late;
  }
}

export const language = (): Language => (i18next.language === 'en' ? 'en' : 'nl');

export async function speak(next: Language): Promise<void> {
  if (next === 'en' && !i18next.hasResourceBundle('en', 'words')) {
    i18next.addResourceBundle('en', 'words', (await import('./en.ts')).en);
  }
  await i18next.changeLanguage(next);
  document.documentElement.lang = next;
  localStorage.setItem(KEPT, next);
}

export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'nl',
    fallbackLng: 'nl',
    defaultNS: 'words',
    ns: ['words'],
    resources: { nl: { words: nl } },
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = 'nl';
  if (localStorage.getItem(KEPT) === 'en') await speak('en');
}
