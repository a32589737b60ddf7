/** People of the practice, and those who were: beyond their task, alone against the rule of two, with old keys, with the agent's key. */

import type { Attack } from './attack.ts';
import { membersKeys } from './members-keys.ts';
import { membersRule } from './members-rule.ts';
import { membersTask } from './members-task.ts';

export const members: readonly Attack[] = [...membersTask, ...membersRule, ...membersKeys];
