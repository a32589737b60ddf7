/** Words of the screens behind the door: they come with the frame around them, so that the door itself stays small. */

import i18next from 'i18next';
import { care } from './nl-care.ts';
import { told } from './nl-told.ts';

i18next.addResourceBundle('nl', 'words', { ...care, ...told }, true, true);
