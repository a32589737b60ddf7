/** The Dutch words that nobody needs before the door: they come with the frame (parts/shell.tsx). English has them all in `en.ts`. */

import i18next from 'i18next';
import { care } from './nl-care.ts';
import { told } from './nl-told.ts';

i18next.addResourceBundle('nl', 'words', { ...care, ...told }, true, true);
