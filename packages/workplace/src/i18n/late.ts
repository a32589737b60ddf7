/** Brings the words of screens that few people see: they come with the screen, not with the door. */

import i18next from 'i18next';
import { late } from './late-words.ts';

for (const [language, words] of Object.entries(late)) {
  for (const [name, texts] of Object.entries(words)) i18next.addResourceBundle(language, name, texts);
}
