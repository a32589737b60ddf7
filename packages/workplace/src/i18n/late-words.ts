/** Words of screens that few people see, a namespace for each; `late.ts` hands them out. */

import { ended as endedEn } from './en-ended.ts';
import { oversight as oversightEn } from './en-oversight.ts';
import { shut as shutEn } from './en-shut.ts';
import { take as takeEn } from './en-take.ts';
import { ended } from './nl-ended.ts';
import { oversight } from './nl-oversight.ts';
import { shut } from './nl-shut.ts';
import { take } from './nl-take.ts';

export const late = {
  nl: { oversight, shut, ended, take },
  en: { oversight: oversightEn, shut: shutEn, ended: endedEn, take: takeEn },
};
export type Late = (typeof late)['nl'];
