/** English beside `nl-ended.ts`. */

import type { ended as dutch } from './nl-ended.ts';

export const ended: typeof dutch = {
  title: 'Ended referrals',
  lead: 'From your own copies. The practice no longer shows a referral that ended.',
  noLetter: 'The letter of the practice is not here. We keep it when we accept a referral.',
  none: 'You sent nothing about a referral that is over.',
  noCopy: 'No own copy found',
  noCopyBody: 'Your organisation sent nothing about this referral, or the copy was removed.',
  toCopy: 'See what you sent',
};
