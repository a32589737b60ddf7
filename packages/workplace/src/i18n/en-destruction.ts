/** English beside `nl-destruction.ts`. */

import type { destruction as dutch } from './nl-destruction.ts';

export const destruction: typeof dutch = {
  title: 'Destruction',
  lead: 'A patient may ask that everything be destroyed. It has to be done within three months, in every place. Who asked stands in the practice’s own register alone, under this number.',
  none: 'Nobody asked for destruction',
  noneBody: 'When a patient asks, the practice records it on the computer of its agent. Two people sign.',
  allDone: 'Everything that was asked for is gone',
  todo_one: '{{count}} place to go',
  todo_other: '{{count}} places to go',
  todoBody: 'The first has to be empty on {{date}}.',
  late_one: '{{count}} place is late',
  late_other: '{{count}} places are late',
  lateBody: 'The legal term is over. Call the place that is late, and tell the patient how things stand.',
  number: 'Request {{number}}',
  asked: 'Asked on {{date}}.',
  due: 'Done by {{date}} at the latest.',
  refused: {
    'other-person': 'Refused: keeping it matters much to somebody else.',
    'legal-duty': 'Refused: the law forbids it.',
  },
  copy: 'Place',
  state: 'State',
  copies: {
    vault: 'Vault: packs and keys',
    lists: 'Worklists',
    register: 'Register of the practice',
    keyholders: 'Keyholders',
    mirror: 'The practice’s own copy',
    own: 'My record: the patient’s access',
    petitions: 'What the patient asked, and the answers',
    partner: 'Another organisation',
    backups: 'Backups',
    log: 'Log',
  },
  isTodo: 'To do by {{date}}',
  isLate: 'Late: was due on {{date}}',
  isDone: 'Gone since {{date}}',
  declined: 'Refused on {{date}}; the reason stands in the register',
  stays: 'Stays, as the law asks. Its lines name nobody.',
};
