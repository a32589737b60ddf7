/** Words of what patients ask, with the screens that speak them. Level B1. */

import type { LongerBy, PetitionAbout, PetitionVerdict, Text } from '../model.ts';
import { OWN } from './own.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const ASK = {
  who: say('Wie was dit?', 'Who was this?'),
  whoTitle: say('Vraag wie dit was', 'Ask who this was'),
  whoBody: say(
    'Namen van medewerkers staan niet in de lijst. De praktijk weegt uw vraag af: uw belang tegen dat van de medewerker. Binnen een maand krijgt u hier antwoord, met uitleg.',
    'Names of staff are not in the list. The practice weighs your question: your interest against that of the person. Within a month you get an answer here, with an explanation.',
  ),
  whoElsewhere: say(
    'Deze persoon werkt bij een andere organisatie. Uw vraag gaat naar uw praktijk én naar die organisatie. De persoon zelf leest uw vraag niet. Een van beide geeft binnen een maand antwoord, met uitleg. Het antwoord komt hier.',
    'This person works at another organisation. Your question goes to your practice and to that organisation. The person does not read your question. One of them answers within a month, with an explanation. The answer will be here.',
  ),
  longer: say('De praktijk heeft langer nodig. Nieuwe uiterste dag:', 'The practice needs longer. The new last day:'),
  whoAlone: say(
    'Deze persoon werkt bij een andere organisatie, en beantwoordt daar als enige zulke vragen. Niemand antwoordt over zichzelf. Daarom antwoordt uw praktijk, binnen een maand en met uitleg. Krijgt u de naam niet, dan leest u waar u verder terecht kunt.',
    'This person works at another organisation, and is the only one there who answers such questions. Nobody answers about themselves. So your practice answers, within a month and with an explanation. If you do not get the name, you read where else you can go.',
  ),
  again: say('Vraag om een nieuw antwoord', 'Ask for a new answer'),
  againBody: say(
    'Er is een antwoord, maar het kan niet worden gelezen. Uw vraag wacht dus nog. Vraag om een nieuw antwoord.',
    'There is an answer, but it cannot be read. So your question still waits. Ask for a new answer.',
  ),
  againSent: say(
    'De praktijk weet nu dat u het antwoord niet kunt lezen.',
    'The practice now knows that you cannot read the answer.',
  ),
  before: say('Een eerder antwoord kon niet worden gelezen.', 'An earlier answer could not be read.'),
  further: OWN.further,
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

export const LONGER_BY: Readonly<Record<LongerBy, Text>> = {
  complex: say('Uw vraag is lastig.', 'Your question is a hard one.'),
  number: say('Het zijn veel vragen of veel gegevens.', 'There are many questions, or much data.'),
};

/** A name that is not given is not something that was not done; `by`: another organisation answered. */
export function verdictOf(about: PetitionAbout, verdict: PetitionVerdict, by: string | null = null): Text {
  const kind = about === 'name' && verdict === 'refused' ? 'kept' : verdict;
  const said =
    kind === 'kept' ? say('De praktijk geeft de naam niet', 'The practice does not give the name') : VERDICT[verdict];
  if (by === null) return said;
  const name = by.charAt(0).toUpperCase() + by.slice(1);
  return { nl: said.nl.replace('De praktijk', name), en: said.en.replace('The practice', name) };
}

/** An organisation that practices refer to: what they and their patients ask of it. */
export const POSED = {
  title: say('Vragen van praktijken', 'Questions of practices'),
  lead: say(
    'Een praktijk die naar u verwijst, of een patiënt van die praktijk, vraagt u iets. U antwoordt namens uw organisatie. Het antwoord komt in het logboek van die praktijk.',
    'A practice that refers to you, or a patient of it, asks you something. You answer for your organisation. The answer is logged at that practice.',
  ),
  waits: say('Vragen van praktijken die op antwoord wachten', 'Questions of practices that wait for an answer'),
  ownAlone: say(
    'Dit gaat over u, en bij u mag niemand anders antwoorden. De praktijk geeft antwoord. U hoeft niets te doen.',
    'This is about you, and nobody else here may answer. The practice answers. You need not do anything.',
  ),
  loading: say('Praktijken bezoeken', 'Visiting practices'),
  none: say('Geen vragen', 'No questions'),
  noneBody: say(
    'Als een praktijk u iets vraagt, staat het hier.',
    'When a practice asks you something, it stands here.',
  ),
  away: say('Niet alles is opgehaald. Geen antwoord van', 'Not everything came. No answer from'),
  awayBody: say(
    'Kijk het later na. Duurt het lang, bel dan die praktijk.',
    'Look again later. If it takes long, call that practice.',
  ),
  name: say('Wie was dit?', 'Who was this?'),
  nameBody: say(
    'Een patiënt van deze praktijk wil weten wie van u in het dossier keek.',
    'A patient of this practice wants to know who of you looked in the record.',
  ),
  erase: say('Gegevens vernietigen', 'Destroy data'),
  eraseBody: say(
    'Een patiënt van deze praktijk heeft gevraagd om de eigen gegevens te vernietigen. De praktijk heeft dat gedaan, en vraagt u hetzelfde te doen met wat u bewaart.',
    'A patient of this practice asked that their data be destroyed. The practice has done so, and asks you to do the same with what you keep.',
  ),
  kept: say('Bewaard in deze werkplek', 'Kept in this workplace'),
  keptNone: say(
    'Niets. Kijk ook in uw eigen systeem. Weet u niet om wie het gaat? Bel dan de praktijk.',
    'Nothing. Look in your own system as well. If you do not know who it is about, call the practice.',
  ),
  keptOne: say('brieven en berichten', 'letters and messages'),
  unknown: say('een patiënt zonder naam', 'a patient without a name'),
  destroyed: say('Vernietigd', 'Destroyed'),
  destroyedBody: say(
    'Wat in deze werkplek bewaard is, gaat nu weg. Haal het zelf ook weg uit uw eigen systeem.',
    'What is kept in this workplace goes now. Remove it from your own system yourself.',
  ),
  notOwner: say('Alleen een eigenaar kan weghalen wat hier bewaard is.', 'Only an owner can remove what is kept here.'),
  we: say('uw organisatie', 'your organisation'),
  mayNot: say('Mag niet, want …', 'May not, because …'),
  why: say('Uitleg', 'Explanation'),
  sent: say('Het antwoord staat in het logboek van de praktijk.', 'The answer is logged at the practice.'),
} as const;

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
  somebody: say('iemand van', 'somebody of'),
  partnerAsked: say(
    'Deze organisatie weet wie dit is, en kan de vraag zelf beantwoorden. Gebeurt dat niet op tijd? Bel dan, en geef zelf antwoord. De termijn is van u.',
    'This organisation knows who it is, and can answer the question itself. If it does not do so in time, call them and answer yourself. The time limit is yours.',
  ),
  partnerAlone: say(
    'Deze organisatie kan niet zelf antwoorden: het gaat over de enige die daar antwoordt. Weeg de vraag zelf af. Kent u de naam, bijvoorbeeld uit een bericht, dan mag u die geven. Anders legt u uit waarom niet. De patiënt leest erbij waar hij verder terecht kan.',
    'This organisation cannot answer itself: it is about the only one who answers there. Weigh the question yourself. If you know the name, from a message for example, you may give it. Otherwise you explain why not. The patient also reads where else to go.',
  ),
  unread: say(
    'Dit antwoord kan niet worden gelezen. De vraag wacht dus nog.',
    'This answer cannot be read. So the question still waits.',
  ),
  unreadPartner: say(
    'Bel deze organisatie en vraag wat er stond. Geef daarna zelf antwoord.',
    'Call this organisation and ask what it said. Then answer yourself.',
  ),
  unreadOwn: say('Geef opnieuw antwoord.', 'Answer again.'),
  unreadCall: say(
    'Dit is al vaker gebeurd. Bel de patiënt, en laat de werkplek nakijken.',
    'This happened before. Call the patient, and have the workplace looked at.',
  ),
  notHere: say(
    'Dit antwoord is van voor u erbij kwam, en kan hier niet worden gelezen.',
    'This answer is from before you joined, and cannot be read here.',
  ),
  before: say('Een eerder antwoord kon niet worden gelezen.', 'An earlier answer could not be read.'),
  further: say(
    'Bij een weigering leest de patiënt waar hij verder terecht kan: de praktijk, de klachtenfunctionaris, de Autoriteit Persoonsgegevens of de rechter (AVG artikel 12 lid 4).',
    'With a refusal the patient reads where else to go: the practice, the complaints officer, the data protection authority or a court (GDPR article 12(4)).',
  ),
  partnerName: say('De naam, zoals u die al kent of hoorde', 'The name, as you already know or heard it'),
  extend: say('Langer de tijd nemen', 'Take longer'),
  extendBody: say(
    'Is het verzoek lastig, of zijn het er veel? Dan mag u één of twee maanden langer nemen. Dat kan één keer, en alleen in de eerste maand. De patiënt leest waarom (AVG artikel 12 lid 3).',
    'Is the request hard, or are there many? Then you may take one or two months longer. Once, and only in the first month. The patient reads why (GDPR article 12(3)).',
  ),
  months: say('Hoe lang?', 'How long?'),
  one: say('Eén maand langer', 'One month longer'),
  two: say('Twee maanden langer', 'Two months longer'),
  because: say('Waarom?', 'Why?'),
  complex: say('Het verzoek is lastig', 'The request is hard'),
  number: say('Het zijn veel verzoeken', 'There are many requests'),
  extended: say('Verlengd: de patiënt leest waarom.', 'Lengthened: the patient reads why.'),
  longer: say('Verlengd', 'Lengthened'),
  final: say('Een antwoord kunt u niet meer veranderen.', 'An answer cannot be changed.'),
  broken: say('Verzoeken die niet kloppen', 'Requests that do not hold'),
} as const;
