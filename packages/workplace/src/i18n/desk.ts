/** Words of the desk, with the screen that speaks them. */

import type { Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const DESK = {
  title: say('Inzage voor de patiënt', 'The patient’s own access'),
  loading: say('Inzage ophalen', 'Fetching access'),
  lead: say(
    'De patiënt kan thuis het eigen dossier lezen, en zien wie erin keek. Ook iemand die de patiënt vertegenwoordigt kan dat, met een eigen toegang.',
    'The patient can read their own record at home, and see who looked in it. Somebody who represents the patient can too, with access of their own.',
  ),
  readers: say('Wie heeft toegang?', 'Who has access?'),
  none: say('Nog niemand.', 'Nobody yet.'),
  patient: say('Patiënt', 'Patient'),
  representative: say('Vertegenwoordiger', 'Representative'),
  unnamed: say('Naam is bij de praktijkhouders bekend', 'The owners know the name'),
  until: say('tot', 'until'),
  end: say('Beëindig', 'End'),
  endTitle: say('Toegang beëindigen?', 'End this access?'),
  endBody: say(
    'Deze persoon kan het dossier meteen niet meer openen. Terug kan alleen met een nieuwe uitnodiging.',
    'This person can no longer open the record, at once. Coming back takes a new invitation.',
  ),
  endYes: say('Ja, beëindig', 'Yes, end it'),
  ended: say('De toegang is beëindigd.', 'The access has ended.'),
  give: say('Geef toegang', 'Give access'),
  onlyOwner: say('Toegang geven kan een praktijkhouder.', 'An owner can give access.'),
  as: say('Voor wie?', 'For whom?'),
  name: say('Naam', 'Name'),
  role: say('Relatie tot de patiënt', 'Relation to the patient'),
  roleHint: say(
    'Bijvoorbeeld: moeder met gezag, mentor, gemachtigd.',
    'For example: mother with custody, mentor, authorised.',
  ),
  checked: say('Hoe weet u wie dit is?', 'How do you know who this is?'),
  document: say('Ik zag een geldig identiteitsbewijs', 'I saw a valid identity document'),
  known: say('Ik ken deze persoon al jaren in de praktijk', 'I have known this person in the practice for years'),
  makeLink: say('Maak een link', 'Make a link'),
  linkTitle: say(
    'Laat de patiënt deze link openen op het eigen toestel',
    'Have the patient open this link on their own device',
  ),
  linkBody: say(
    'De link geldt 72 uur. Geef hem alleen aan deze persoon.',
    'The link is valid for 72 hours. Give it to this person only.',
  ),
  copyLink: say('Kopieer link', 'Copy link'),
  waiting: say('Wachten tot de link is gebruikt', 'Waiting until the link is used'),
  over: say('Deze link geldt niet meer. Maak een nieuwe.', 'This link is not valid any more. Make a new one.'),
  codeBody: say(
    'Vraag de persoon aan de balie om de code op het eigen toestel. Ga alleen verder als die gelijk is.',
    'Ask the person at the desk for the code on their own device. Go on only if it is the same.',
  ),
  propose: say('De code is gelijk: stel voor', 'The code is the same: propose'),
  proposed: say(
    'Voorgesteld. Een tweede collega tekent mee bij Team. Na de volgende levering kan de patiënt lezen.',
    'Proposed. A second colleague signs as well under Team. After the next delivery the patient can read.',
  ),
  paper: say('Op papier: wie keek er?', 'On paper: who looked?'),
  paperBody: say(
    'Voor wie geen toestel heeft. Er staat voor iedere keer één zin. Namen van medewerkers staan er niet op.',
    'For who has no device. There is one sentence for each time. Names of staff are not on it.',
  ),
  make: say('Maak overzicht', 'Make overview'),
  print: say('Druk af', 'Print'),
  paperTitle: say('Wie keek er in uw dossier?', 'Who looked in your record?'),
  proved: say('Deze lijst is gecontroleerd: er ontbreekt niets.', 'This list was checked: nothing is missing.'),
  unproved: say('Niet iedere regel kon worden gecontroleerd.', 'Not every line could be checked.'),
  times: say('keer', 'times'),
  back: say('Terug naar het dossier', 'Back to the record'),
} as const;
