/** English beside `nl-oversight.ts`. */

import type { oversight as dutch } from './nl-oversight.ts';

export const oversight: typeof dutch = {
  overview: {
    title: 'Overview',
    lead: 'Counts of {{practice}}. No name and no measurement ever stands here.',
    loading: 'Opening the overview',
    none: 'No counts yet',
    noneBody: 'The practice has not delivered anything yet. They stand here after the next delivery.',
    programmes: 'Care programmes',
    programme: 'Programme',
    enrolled: 'Enrolled',
    active: 'Takes part',
    look: 'At a glance',
    few: 'fewer than 10',
    close: 'slightly more than enrolled',
    explain:
      'Takes part: the GP system has them in this programme. Enrolled: was told, and the data may be shared with those who treat along.',
    small: 'Below ten no count stands here',
    smallBody:
      'Whoever knows the practice could guess who it is. That is also why it says “slightly more” where only a few differ.',
    picture: '{{programme}}: {{active}} take part, {{enrolled}} enrolled',
    referrals: 'Referrals',
    sent: 'Wait for an answer',
    answered: 'Answered, still running',
    ended: 'Ended in the last year',
  },
  officer: {
    title: 'Oversight',
    lead: 'You see who looked and why. What stands in a dossier you do not see.',
    toControl: 'Review all lines: Review',
    reviews: 'Emergencies: still to be reviewed',
    ask: 'Who looked at this dossier?',
    number: 'Dossier number',
    numberHint:
      'Starts with dos_. A colleague who treats the patient finds it in the dossier under “Who looked?” and can give it to you.',
    badNumber: 'This is no dossier number. Paste the whole number, or the address of the dossier.',
    show: 'Show who looked',
    logged: 'That you look here goes into the log too. The patient can see it.',
    loading: 'Opening the log: first the line, then what it holds',
    of: 'Dossier {{number}}',
    from: 'From',
    until: 'Up to and including',
    who: 'Who',
    everybody: 'Everybody',
    unknown: 'Not known',
    shown: '{{shown}} of {{all}} lines',
    nothing: 'No line on these days by this person',
    nothingBody: 'Choose other days or another person. Nothing was left out.',
    clear: 'Show all',
    again: 'Fetch again',
    toLog: 'Who else looked?',
    toLogOf: 'Who else looked at dossier {{number}}?',
    reason: 'Reason: {{reason}}',
    search: 'Searched for: {{search}}',
  },
};
