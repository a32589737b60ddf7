/** Words of what patients ask, with the screens that speak them. Level B1. */

import type { PetitionAbout, PetitionVerdict, Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const ASK = {
  who: say('Wie was dit?', 'Who was this?'),
  whoTitle: say('Vraag wie dit was', 'Ask who this was'),
  whoBody: say(
    'Namen van medewerkers staan niet in de lijst. De praktijk weegt uw vraag af: uw belang tegen dat van de medewerker. Binnen een maand krijgt u hier antwoord, met uitleg.',
    'Names of staff are not in the list. The practice weighs your question: your interest against that of the person. Within a month you get an answer here, with an explanation.',
  ),
  why: say('Waarom wilt u het weten? (mag leeg blijven)', 'Why do you want to know? (may stay empty)'),
  send: say('Verstuur de vraag', 'Send the question'),
  sent: say('Uw vraag is verstuurd. Het antwoord komt hier.', 'Your question was sent. The answer will be here.'),
  title: say('Vragen aan de praktijk', 'Questions for the practice'),
  lead: say(
    'Wilt u iets laten verbeteren of weghalen? Of alles op papier? Vraag het hier. De praktijk moet binnen een maand antwoord geven.',
    'Do you want something put right or removed? Or everything on paper? Ask here. The practice must answer within a month.',
  ),
  what: say('Wat wilt u?', 'What do you want?'),
  text: say('Schrijf hier wat u vraagt', 'Write here what you ask'),
  none: say('U hebt nog niets gevraagd.', 'You have not asked anything yet.'),
  waits: say(
    'Wacht op antwoord. De praktijk moet antwoorden voor het einde van',
    'Waits for an answer. The practice must answer by the end of',
  ),
  late: say(
    'De praktijk is te laat met antwoorden. Bel de praktijk, of klaag bij de Autoriteit Persoonsgegevens. Uiterste dag:',
    'The practice is too late. Call the practice, or complain to the data protection authority. Last day:',
  ),
  answer: say('Antwoord', 'Answer'),
  unread: say(
    'Dit antwoord kan dit toestel niet lezen. Bel de praktijk.',
    'This device cannot read the answer. Call the practice.',
  ),
  broken: say('Niet alles wat u vroeg, kon worden gecontroleerd', 'Not everything that you asked could be checked'),
  brokenBody: say('Bel de praktijk en zeg dat dit er staat.', 'Call the practice and say that this stands here.'),
  loading: say('Uw vragen worden geopend', 'Opening your questions'),
  alert: say('Bericht als iemand keek', 'Message when somebody looked'),
  alertOn: say('Stuur mij een bericht als iemand keek', 'Send me a message when somebody looked'),
  alertBody: say(
    'U krijgt hooguit één e-mail per dag. Daarin staat alleen dat er is gekeken, niet door wie of naar wat.',
    'You get one e-mail a day at most. It says only that somebody looked, not who or at what.',
  ),
  alertIs: say('U krijgt een bericht als iemand keek.', 'You get a message when somebody looked.'),
  alertOff: say('Stop met berichten', 'Stop the messages'),
  address: say('Uw e-mailadres', 'Your e-mail address'),
  badAddress: say('Dit is geen e-mailadres.', 'This is no e-mail address.'),
  save: say('Bewaar', 'Save'),
  saved: say('Bewaard.', 'Saved.'),
  pdf: say('Kopie als pdf', 'Copy as PDF'),
  fhir: say('Kopie voor andere programma’s (FHIR)', 'Copy for other programs (FHIR)'),
  copyBody: say(
    'Een pdf kunt u zelf lezen en printen. Met FHIR kan een ander programma uw gegevens lezen. De kopie komt op dit toestel te staan. Andere mensen die dit toestel gebruiken, kunnen hem dan lezen.',
    'A PDF you can read and print yourself. With FHIR another program can read your data. The copy is saved on this device. Other people who use this device can then read it.',
  ),
  cancel: say('Terug', 'Back'),
} as const;

export const ABOUT: Readonly<Record<PetitionAbout, Text>> = {
  name: say('Wie was dit?', 'Who was this?'),
  paper: say('Een kopie op papier', 'A copy on paper'),
  correct: say('Iets laten verbeteren', 'Have something put right'),
  erase: say('Iets laten weghalen', 'Have something removed'),
  other: say('Iets anders', 'Something else'),
};
const VERDICT: Readonly<Record<PetitionVerdict, Text>> = {
  given: say('De praktijk geeft de naam', 'The practice gives the name'),
  refused: say('De praktijk doet het niet', 'The practice does not do it'),
  done: say('De praktijk heeft het gedaan', 'The practice has done it'),
};

/** A name that is not given is not something that was not done. */
export const verdictOf = (about: PetitionAbout, verdict: PetitionVerdict): Text =>
  about === 'name' && verdict === 'refused'
    ? say('De praktijk geeft de naam niet', 'The practice does not give the name')
    : VERDICT[verdict];

/** The practice's own screen. */
export const WORK = {
  title: say('Verzoeken van patiënten', 'Requests of patients'),
  lead: say(
    'Binnen een maand antwoord geven is een plicht (AVG artikel 12). Het antwoord komt in het logboek, en de patiënt leest het op het eigen scherm.',
    'Answering within a month is a duty (GDPR article 12). The answer is logged, and the patient reads it on their own screen.',
  ),
  loading: say('Verzoeken openen', 'Opening requests'),
  none: say('Geen verzoeken', 'No requests'),
  noneBody: say('Als een patiënt iets vraagt, staat het hier.', 'When a patient asks something, it stands here.'),
  waiting: say('Wacht op antwoord', 'Waits for an answer'),
  answered: say('Beantwoord', 'Answered'),
  due: say('Antwoord uiterlijk', 'Answer by'),
  late: say('te laat', 'too late'),
  whom: say('Gevraagd naar', 'Asks about'),
  line: say('logregel', 'log line'),
  unnamed: say('een collega zonder naam in de lijst', 'a colleague without a name in the list'),
  own: say('Dit gaat over u. Een ander moet antwoorden.', 'This is about you. Somebody else must answer.'),
  reply: say('Geef antwoord', 'Answer'),
  weigh: say(
    'Weeg af: heeft de patiënt de naam nodig om voor zijn rechten op te komen? Is er gevaar of schade voor de collega? (Hof van Justitie, C-579/21.) Schrijf op waarom.',
    'Weigh: does the patient need the name to use their rights? Is there danger or harm for the colleague? (Court of Justice, C-579/21.) Write down why.',
  ),
  decide: say('Besluit', 'Decision'),
  give: say('Geef de naam', 'Give the name'),
  refuse: say('Geef de naam niet', 'Do not give the name'),
  done: say('Gedaan', 'Done'),
  refused: say('Niet gedaan', 'Not done'),
  why: say('Uitleg aan de patiënt', 'Explanation for the patient'),
  send: say('Verstuur het antwoord', 'Send the answer'),
  sent: say(
    'Het antwoord staat in het logboek. De patiënt kan het lezen.',
    'The answer is logged. The patient can read it.',
  ),
  final: say('Een antwoord kunt u niet meer veranderen.', 'An answer cannot be changed.'),
  broken: say('Verzoeken die niet kloppen', 'Requests that do not hold'),
} as const;
