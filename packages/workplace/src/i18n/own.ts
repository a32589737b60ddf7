/** Words of "Mijn dossier", with the screen that speaks them: the page before the door stays small. Level B1. */

import type { Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const OWN = {
  help: say('Waar u terecht kunt', 'Where you can go'),
  helpAsk: say(
    'Wilt u weten wie er keek, of iets laten verbeteren of weghalen? Vraag het de praktijk. U krijgt binnen een maand antwoord, met uitleg.',
    'Do you want to know who looked, or have something put right or removed? Ask the practice. You get an answer within a month, with an explanation.',
  ),
  further: say(
    'Bent u het hier niet mee eens? Praat eerst met de praktijk. Komt u er samen niet uit? Ga dan naar de klachtenfunctionaris van de praktijk. Dat kost niets. U kunt ook klagen bij de Autoriteit Persoonsgegevens (autoriteitpersoonsgegevens.nl), of naar de rechter gaan.',
    'Do you not agree? Talk to the practice first. If that does not help, go to the complaints officer of the practice. It costs nothing. You can also complain to the data protection authority (autoriteitpersoonsgegevens.nl), or go to court.',
  ),
  title: say('Mijn dossier', 'My record'),
  loading: say('Uw dossier wordt geopend', 'Opening your record'),
  lead: say(
    'Dit is een kopie van een deel van uw dossier bij de huisarts. Klopt er iets niet? Bel dan de praktijk.',
    "This is a copy of a part of your record at the GP's. Is something wrong? Call the practice.",
  ),
  leadFor: say(
    'U leest dit dossier als vertegenwoordiger. Dit is een kopie van een deel van het dossier bij de huisarts.',
    "You read this record as a representative. This is a copy of a part of the record at the GP's.",
  ),
  asOf: say('Stand van', 'As of'),
  ended: say('De kopie van uw dossier is weg', 'The copy of your record is gone'),
  endedBody: say(
    'Uw deelname is gestopt. U kunt nog wel zien wie er keek.',
    'Your participation has ended. You can still see who looked.',
  ),
  record: say('Mijn gegevens', 'My details'),
  who: say('Wie keek er?', 'Who looked?'),
  problems: say('Ziektes', 'Illnesses'),
  since: say('sinds', 'since'),
  medication: say('Medicijnen die u nu gebruikt', 'Medicines that you use now'),
  allergies: say('Allergieën', 'Allergies'),
  measurements: say('Laatste metingen', 'Latest measurements'),
  none: say('Hier staat niets.', 'There is nothing here.'),
  whoLead: say(
    'Iedere keer dat iemand in uw dossier kijkt, komt hier een regel bij. Namen van medewerkers staan er niet. Wilt u een naam weten? Kies "Wie was dit?".',
    'Every time that somebody looks in your record, a line is added here. Names of staff are not shown. Do you want to know a name? Choose "Who was this?".',
  ),
  proved: say('Deze lijst is gecontroleerd: er ontbreekt niets', 'This list was checked: nothing is missing'),
  unproved: say('Deze lijst klopt misschien niet', 'This list may not be right'),
  unprovedBody: say(
    'Niet iedere regel kon worden gecontroleerd. Bel de praktijk en zeg dat dit er staat.',
    'Not every line could be checked. Call the practice and say that this stands here.',
  ),
  from: say('Vanaf', 'From'),
  until: say('Tot en met', 'Up to and including'),
  noLooks: say('In deze tijd keek er niemand.', 'Nobody looked in this time.'),
  emergency: say('noodgeval', 'emergency'),
  refused: say('geweigerd', 'refused'),
  times: say('keer', 'times'),
  where: say('Waar staan uw gegevens?', 'Where are your data?'),
  whereLead: say(
    'Uw gegevens staan op slot bij een kluis. De beheerder kan ze niet lezen. Dit zegt de praktijk over de beheerder:',
    'Your data are locked in a vault. Who runs it cannot read them. This is what the practice says about them:',
  ),
  whereNone: say(
    'De praktijk heeft nog niet opgeschreven wie de kluis beheert. Vraag het aan de praktijk.',
    'The practice has not written down yet who runs the vault. Ask the practice.',
  ),
  operator: say('Beheerder', 'Run by'),
  owner: say('Eigenaar van de beheerder', 'Owned by'),
  places: say('Land', 'Country'),
  law: say('Recht', 'Law'),
  certificates: say('Keurmerken', 'Certificates'),
  certified: say('door', 'by'),
  certifiedUntil: say('tot', 'until'),
  copy: say('Bewaar een kopie', 'Save a copy'),
  what: say('Wat', 'What'),
  value: say('Uitslag', 'Result'),
  day: say('Dag', 'Day'),
  copied: say('De kopie is bewaard.', 'The copy was saved.'),
} as const;
