/** Words for a partner's ended referrals, from its own copies (`late.ts`). */

export const ended = {
  title: 'Afgelopen verwijzingen',
  lead: 'Uit uw eigen afschriften. De praktijk laat een afgelopen verwijzing niet meer zien.',
  noLetter: 'De brief van de praktijk staat hier niet. Wij bewaren die bij het aannemen van een verwijzing.',
  none: 'U stuurde niets over een verwijzing die voorbij is.',
  noCopy: 'Geen eigen afschrift gevonden',
  noCopyBody: 'Uw organisatie stuurde over deze verwijzing niets, of het afschrift is verwijderd.',
  toCopy: 'Bekijk wat u stuurde',
};
