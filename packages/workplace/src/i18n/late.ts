/** Brings the words of what lies behind the door, with the frame that everything there stands in: the door itself stays small. */

import i18next from 'i18next';
import { late, more } from './late-words.ts';

i18next.addResourceBundle('nl', 'words', more, true);
for (const [language, words] of Object.entries(late)) {
  for (const [name, texts] of Object.entries(words)) i18next.addResourceBundle(language, name, texts);
}
