/** Brings the Dutch words about witnesses to the screens that use them: they are no part of the first bundle. */

import i18next from 'i18next';
import { held } from './nl-held.ts';
import { outside } from './nl-outside.ts';

i18next.addResourceBundle('nl', 'words', { ...outside, ...held }, true, true);
