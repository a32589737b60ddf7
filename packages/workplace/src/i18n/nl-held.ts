/** Words for who keeps a piece of every key outside: loaded with the screens that show it. */

export const held = {
  held: {
    title: 'Sleutelhouders',
    lead: 'Een sleutelhouder is een buitenstaander die een stukje van elke sleutel bewaart. Dat stukje komt alleen mee als de raadpleging in het logboek staat.',
    loading: 'Sleutelhouders zoeken',
    none: 'Niemand van buiten bewaart een stukje van de sleutels',
    noneBody:
      'U vertrouwt erop dat de beheerder van uw kluis eerlijk is. Werkt hij samen met een collega, dan kan die collega kijken zonder dat het in het logboek komt.',
    some: 'Voor elke raadpleging zijn {{need}} van {{count}} sleutelhouders nodig',
    someBody_one: 'Is er één niet te bereiken, dan werkt alles gewoon door.',
    someBody_other: 'Zijn er {{count}} niet te bereiken, dan werkt alles gewoon door.',
    tightBody: 'Is er één niet te bereiken, dan gaat er niets open. Wijs er nog een aan.',
    change: 'Sleutelhouders aanwijzen',
    onlyOwner: 'Een eigenaar wijst sleutelhouders aan, samen met een tweede ondertekenaar.',
    changeBody:
      'Plak per sleutelhouder de kaart die u van hem kreeg. Na de volgende levering is alles opnieuw verzegeld en telt de keuze. Vraag de beheerder van uw kluis om de adressen toe te laten.',
    keep: 'Houd {{url}}',
    card: 'Kaart van sleutelhouder {{number}}',
    cardHint: 'Eén lange regel letters en cijfers.',
    more: 'Nog een sleutelhouder',
    need: 'Hoeveel moeten er antwoorden?',
    needHint: 'Minder dan er zijn: dan mag er een stilstaan.',
    propose: 'Stel voor',
    proposed: 'Voorgesteld. Een tweede ondertekenaar geeft akkoord bij Team.',
    proposal: '{{by}} wil dat {{need}} van {{count}} sleutelhouders bij elke raadpleging meewerken',
    proposalNone: '{{by}} wil dat geen sleutelhouder meer nodig is',
    proposalCompare: 'Bel de sleutelhouder zelf en vergelijk de cijfers.',
  },
};
