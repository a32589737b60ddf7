/** Every attack, in the order of the corruption matrix. */

import type { Attack } from './attack.ts';
import { hostKeys } from './host-keys.ts';
import { hostLog } from './host-log.ts';
import { hostPacks } from './host-packs.ts';

export const ATTACKS: readonly Attack[] = [...hostPacks, ...hostLog, ...hostKeys];
