/** Words of what lies behind the door: more of the first namespace, and a namespace for each screen that few people see. */

import { ended as endedEn } from './en-ended.ts';
import { oversight as oversightEn } from './en-oversight.ts';
import { seen as seenEn } from './en-seen.ts';
import { shut as shutEn } from './en-shut.ts';
import { take as takeEn } from './en-take.ts';
import { care } from './nl-care.ts';
import { control } from './nl-control.ts';
import { ended } from './nl-ended.ts';
import { held } from './nl-held.ts';
import { outside } from './nl-outside.ts';
import { oversight } from './nl-oversight.ts';
import { seen } from './nl-seen.ts';
import { shut } from './nl-shut.ts';
import { take } from './nl-take.ts';
import { told } from './nl-told.ts';

/** English brings these with all its other words. */
export const more = { ...care, ...control, ...held, ...outside, ...told };
export const late = {
  nl: { oversight, seen, shut, ended, take },
  en: { oversight: oversightEn, seen: seenEn, shut: shutEn, ended: endedEn, take: takeEn },
};
export type Late = (typeof late)['nl'];
