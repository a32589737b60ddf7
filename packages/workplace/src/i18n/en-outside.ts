/** Words for who confirms the log from outside. */

import type { outside as dutch } from './nl-outside.ts';

export const outside: typeof dutch = {
  outside: {
    none: 'Nobody outside confirms this log',
    noneBody:
      'Whoever runs your vault cannot change the log unseen, but can show two people two logs. Two witnesses from outside make that impossible.',
    confirmed: 'Confirmed by {{count}} of {{named}} witnesses',
    confirmedBody: 'Outsiders saw the same log as you. They see no names and no patients.',
    pending: 'Confirmed by {{count}} of {{named}} witnesses, the newest lines follow',
    pendingBody: 'That usually takes a few seconds, and an hour at most.',
    degraded: 'Confirmed by {{count}} of {{named}} witnesses: too few or too long ago',
    degradedBody: 'Go on working. Have whoever runs your vault find out why the witnesses do not answer.',
    title: 'Witnesses of the log',
    lead: 'Witnesses are outsiders who see that the log only grows. They see no names and no patients.',
    loading: 'Asking the witnesses',
    witness: 'Witness',
    says: 'Confirmed last',
    lines: '{{count}} lines, {{moment}}',
    never: 'nothing yet',
    keys: 'Keys',
    words: {
      fresh: 'in time',
      old: 'too long ago',
      future: 'clock is ahead',
      none: 'no answer',
      false: 'signature does not hold',
      fork: 'contradiction',
    },
    faults: {
      offline: 'cannot be reached',
      refused: 'does not know this log',
      'bad-proof': 'refuses: the log is no continuation',
      ahead: 'saw more lines than this vault has',
      'bad-answer': 'gives an answer of no use',
      'not-allowed': 'the operator of the vault has not allowed this address yet',
    },
    change: 'Name witnesses',
    onlyOwner: 'An owner names witnesses, together with a second signer.',
    changeBody:
      'Give the address and the keys of each witness as you got them from the witness. Ask the operator of your vault to allow the address too.',
    keep: 'Keep {{name}}',
    url: 'Address of new witness {{number}}',
    vkeys: 'Keys of new witness {{number}}',
    vkeysHint: 'Two lines that begin with the name of the witness.',
    more: 'One more witness',
    quorum: 'How many must confirm?',
    quorumHint: 'Two at least, who do not belong to the operator of the vault.',
    propose: 'Propose',
    proposed: 'Proposed. A second signer agrees under Team.',
    proposal: '{{by}} wants {{quorum}} of {{count}} witnesses to confirm the log',
    proposalNone: '{{by}} wants nobody outside to confirm the log any more',
    proposalBefore: 'Now it is {{quorum}} of {{named}}.',
    proposalCompare: 'Compare the signs of the keys with what the witness gave on paper.',
  },
};
