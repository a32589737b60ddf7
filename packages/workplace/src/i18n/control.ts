/** Words of a part that the door does not wait for: added when its code comes. */

import i18next from 'i18next';
import { control } from './nl-control.ts';

if (!i18next.exists('control.title', { lng: 'nl' })) i18next.addResourceBundle('nl', 'words', control, true, true);
