/** English beside `nl-shut.ts`. */

import type { shut as dutch } from './nl-shut.ts';

export const shut: typeof dutch = {
  lead: 'What the patient had shut. You see what you recorded yourself; a practice owner sees all of it.',
  loading: 'Fetching restrictions: first the line',
  none: 'Nothing stands here for you',
  noneBody: 'You recorded nothing for this patient that still holds. Whether a colleague did you do not see here.',
  outside: 'Everybody outside the practice',
  outsideLower: 'everybody outside the practice',
  gone: 'Not known any more',
  whole: 'The whole dossier',
  whom: 'Shut to',
  what: 'What',
  who: 'Recorded by',
  lift: 'Open again',
  liftOf: 'Open again: {{whom}}',
  others: '{{by}} can lift this, or the practice owners together.',
  owners: 'The practice owners together can lift this.',
  until: 'until {{date}}',
  sure: 'Open again for {{whom}}?',
  sureBody: 'Only do this if the patient asks for it. Your name goes into the log; the patient can see it.',
  sureNow: 'It counts at once: what was allowed before is allowed again.',
  yes: 'Yes, the patient asks for this',
  done: 'Open again, from now on.',
};
