/** English words for who keeps a piece of every key outside. */

import type { held as dutch } from './nl-held.ts';

export const held: typeof dutch = {
  held: {
    title: 'Keyholders',
    lead: 'A keyholder is an outsider who keeps a piece of every key. That piece comes along only when the look stands in the log.',
    loading: 'Looking for keyholders',
    none: 'Nobody outside keeps a piece of the keys',
    noneBody:
      'You trust that whoever runs your vault is honest. Together with a colleague they could let that colleague look without a line in the log.',
    some: 'Every look needs {{need}} of {{count}} keyholders',
    someBody_one: 'When one cannot be reached, everything goes on.',
    someBody_other: 'When {{count}} cannot be reached, everything goes on.',
    tightBody: 'When one cannot be reached, nothing opens. Name one more.',
    change: 'Name keyholders',
    onlyOwner: 'An owner names keyholders, together with a second signer.',
    changeBody:
      'Paste for each keyholder the card that they gave you. After the next delivery everything is sealed again and the choice counts. Ask whoever runs your vault to allow the addresses.',
    keep: 'Keep {{url}}',
    card: 'Card of keyholder {{number}}',
    cardHint: 'One long line of letters and digits.',
    more: 'One more keyholder',
    need: 'How many must answer?',
    needHint: 'Fewer than there are: then one may stand still.',
    propose: 'Propose',
    proposed: 'Proposed. A second signer agrees under Team.',
    proposal: '{{by}} wants {{need}} of {{count}} keyholders to take part in every look',
    proposalNone: '{{by}} wants no keyholder to be needed any more',
    proposalCompare: 'Call the keyholder yourself and compare the digits.',
  },
};
