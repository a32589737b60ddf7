/** Every attack, in the order of the corruption matrix. */

import type { Attack } from './attack.ts';
import { hostPacks } from './host-packs.ts';

export const ATTACKS: readonly Attack[] = [...hostPacks];
