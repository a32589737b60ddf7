/** Brings the Dutch words about witnesses to the screens that use them: they are no part of the first bundle. */

import i18next from 'i18next';
import { outside } from './nl-outside.ts';

i18next.addResourceBundle('nl', 'words', outside, true, true);
