/** Words of signing on outside, with the screens that speak them. A name is what the practice calls it: "Dezi", "DigiD". */

import type { SignOnLevel, SignOnTrouble, Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });
export const named = (text: Text, name: string): Text => ({
  nl: text.nl.replaceAll('{name}', name),
  en: text.en.replaceAll('{name}', name),
});

export const LEVELS: Readonly<Record<SignOnLevel, Text>> = {
  low: say('laag', 'low'),
  substantial: say('substantieel', 'substantial'),
  high: say('hoog', 'high'),
};

export const SIGN_ON = {
  title: say('Laat zien wie u bent', 'Show who you are'),
  staff: say(
    'Uw sleutel klopt. Deze praktijk vraagt dat u zich ook van buiten aanmeldt voordat er iets opengaat.',
    'Your key is right. This practice asks you to sign on outside as well before anything opens.',
  ),
  citizen: say(
    'Uw sleutel klopt. Uw praktijk vraagt dat u zich ook hier aanmeldt. Zo kan niemand anders met uw toestel in uw dossier.',
    'Your key is right. Your practice asks you to sign on here as well. So nobody else can get into your record with your device.',
  ),
  level: say('Gevraagd niveau:', 'Level asked for:'),
  asking: say('Aanmelden klaarzetten', 'Getting ready'),
  go: say('Aanmelden met {name}', 'Sign on with {name}'),
  goTo: say('Opent een nieuw tabblad op', 'Opens a new tab at'),
  goHint: say(
    'Kijk of dit adres klopt. Laat dit tabblad open: hier gaat u daarna verder.',
    'Check this address. Leave this tab open: you go on here afterwards.',
  ),
  waiting: say('Meld u aan in het andere tabblad', 'Sign on in the other tab'),
  waitingBody: say(
    'Deze pagina gaat vanzelf verder als u klaar bent bij {name}.',
    'This page goes on by itself when you are done at {name}.',
  ),
  anew: say('Opnieuw beginnen', 'Start again'),
  checking: say('Uw aanmelding wordt gecontroleerd', 'Checking your sign-on'),
  stop: say('Niet aanmelden', 'Do not sign on'),
  again: say('Probeer opnieuw', 'Try again'),
  back: say('Terug naar het begin', 'Back to the start'),
  privacy: say(
    'Wie u aanmeldt hoort dat u dat bij deze praktijk doet, en niets over dossiers.',
    'Whoever signs you on hears that you do so at this practice, and nothing of records.',
  ),
} as const;

export const TROUBLES: Readonly<
  Record<SignOnTrouble, { readonly title: Text; readonly staff: Text; readonly citizen: Text }>
> = {
  cancelled: {
    title: say('U bent gestopt met aanmelden', 'You stopped signing on'),
    staff: say(
      'Er is niets geopend. Meld u opnieuw aan als u verder wilt.',
      'Nothing was opened. Sign on again to go on.',
    ),
    citizen: say(
      'Er is niets geopend. Meld u opnieuw aan als u verder wilt.',
      'Nothing was opened. Sign on again to go on.',
    ),
  },
  expired: {
    title: say('Dit duurde te lang', 'This took too long'),
    staff: say(
      'U hebt tien minuten om u aan te melden. Begin opnieuw.',
      'You have ten minutes to sign on. Start again.',
    ),
    citizen: say(
      'U hebt tien minuten om u aan te melden. Begin opnieuw.',
      'You have ten minutes to sign on. Start again.',
    ),
  },
  refused: {
    title: say('Deze aanmelding telt hier niet', 'This sign-on does not count here'),
    staff: say(
      'Meld u aan als uzelf, met het middel dat de praktijk van u kent. Lukt het weer niet? Op de praktijkcomputer staat waarom. Bel wie dat beheert.',
      'Sign on as yourself, with what the practice knows you by. Still not? The computer of the practice says why. Call who looks after it.',
    ),
    citizen: say(
      'Meld u aan als uzelf, op de manier die uw praktijk vraagt. Lukt het weer niet? Bel uw praktijk. Alles kan ook op papier.',
      'Sign on as yourself, in the way that your practice asks for. Still not? Call your practice. Everything is on paper too.',
    ),
  },
  low: {
    title: say('Het niveau is te laag', 'The level is too low'),
    staff: say('Meld u opnieuw aan en kies een zekerder manier.', 'Sign on again and choose a safer way.'),
    citizen: say(
      'U meldde u aan op een manier die minder zeker is. Kies een zekerder manier, bijvoorbeeld de app met een controle van uw identiteitsbewijs.',
      'You signed on in a way that is less safe. Choose a safer way, such as the app with a check of your identity document.',
    ),
  },
  other: {
    title: say('Dit is iemand anders', 'This is somebody else'),
    staff: say(
      'Deze aanmelding hoort niet bij uw sleutel. Er is niets geopend; de poging staat in het logboek. Meld u aan als uzelf.',
      'This sign-on does not belong to your key. Nothing was opened; the attempt is in the log. Sign on as yourself.',
    ),
    citizen: say(
      'Deze aanmelding hoort niet bij dit toestel. Er is niets geopend; de poging staat in het logboek. Hebt u een eigen toegang? Gebruik dan uw eigen toestel. Weet u zeker dat u het zelf bent? Bel uw praktijk.',
      'This sign-on does not belong to this device. Nothing was opened; the attempt is in the log. Do you have access of your own? Then use your own device. Sure that it is you? Call your practice.',
    ),
  },
  away: {
    title: say('Aanmelden lukt nu niet', 'Signing on does not work now'),
    staff: say(
      'De computer waar u zich aanmeldt geeft geen antwoord. Probeer het zo weer. Werk tot dan in uw HIS.',
      'The computer where you sign on does not answer. Try again in a while. Work in the GP system until then.',
    ),
    citizen: say(
      'De computer waar u zich aanmeldt geeft geen antwoord. Probeer het later weer. Bij de balie krijgt u alles ook op papier.',
      'The computer where you sign on does not answer. Try again later. The desk gives you everything on paper too.',
    ),
  },
  none: {
    title: say('Hier is nog niets om u mee aan te melden', 'There is nothing to sign on with here yet'),
    staff: say(
      'De praktijk vraagt een aanmelding, maar er is geen manier ingesteld. Bel wie de praktijkcomputer beheert.',
      'The practice asks for a sign-on, but none was set up. Call who looks after the computer of the practice.',
    ),
    citizen: say(
      'Uw praktijk vraagt een aanmelding, maar er is nog geen manier ingesteld. Bel uw praktijk.',
      'Your practice asks for a sign-on, but none was set up yet. Call your practice.',
    ),
  },
  failed: {
    title: say('Er ging iets mis', 'Something went wrong'),
    staff: say(
      'Er is niets geopend. Ga terug en meld u opnieuw aan.',
      'Nothing was opened. Go back and sign in again.',
    ),
    citizen: say(
      'Er is niets geopend. Ga terug en meld u opnieuw aan.',
      'Nothing was opened. Go back and sign in again.',
    ),
  },
};

export const RETURNED = {
  title: say('Ga naar het tabblad waarin u begon', 'Go to the tab in which you began'),
  body: say(
    'Daar ziet u of het aanmelden lukte, en gaat u verder. Deze pagina bewaart niets.',
    'There you see whether you are signed on, and you go on. This page keeps nothing.',
  ),
  gone: say('Is dat tabblad weg? Dan begint u opnieuw.', 'Is that tab gone? Then you start again.'),
  taken: say('U kunt dit tabblad sluiten', 'You can close this tab'),
  takenBody: say('Ga verder in het tabblad waarin u begon.', 'Go on in the tab in which you began.'),
  nothing: say('Hier is niets te doen', 'There is nothing to do here'),
  nothingBody: say(
    'Op deze pagina komt u terug na het aanmelden. Begin bij de werkplek.',
    'You come back to this page after signing on. Start at the workplace.',
  ),
  start: say('Naar de werkplek', 'To the workplace'),
} as const;

export const PIN = {
  title: say('Aanmelden met {name}', 'Sign on with {name}'),
  lead: say(
    'De patiënt meldt zich hier aan met {name}. Daarna vraagt het dossier dat bij elke keer, en kan niemand anders erin.',
    'The patient signs on here with {name}. From then on the record asks for it every time, and nobody else gets in.',
  ),
  with: say('Ja, met {name}', 'Yes, with {name}'),
  without: say('Nee, zonder', 'No, without'),
  use: say('Vraagt het dossier om {name}?', 'Does the record ask for {name}?'),
  withoutBody: say(
    'Kies dit als {name} nu niet werkt, of als deze persoon het niet heeft. De toegang is dan de sleutel op het eigen toestel. {name} later erbij: beëindig deze toegang en geef een nieuwe.',
    'Choose this if {name} does not work now, or this person does not have it. Access is then the key on their own device. {name} later: end this access and give a new one.',
  ),
  phone: say('Met de telefoon van de patiënt', 'With the patient’s telephone'),
  here: say('Op dit scherm', 'On this screen'),
  linkBody: say(
    'Laat de patiënt dit adres openen op de eigen telefoon, en zich daar aanmelden. Het geldt tien minuten en één keer.',
    'Have the patient open this address on their own telephone, and sign on there. It is valid for ten minutes, once.',
  ),
  link: say('Adres voor de telefoon', 'Address for the telephone'),
  copy: say('Kopieer adres', 'Copy address'),
  number: say('Getal op de telefoon', 'Number on the telephone'),
  numberHint: say('Zes cijfers. Vraag de patiënt het voor te lezen.', 'Six digits. Have the patient read it out.'),
  check: say('Controleer', 'Check'),
  hereBody: say(
    'De patiënt meldt zich aan in het andere tabblad en sluit dat daarna. Typt de patiënt een wachtwoord? Kijk dan even weg.',
    'The patient signs on in the other tab and closes it afterwards. Does the patient type a password? Then look away.',
  ),
  done: say('De patiënt is aangemeld met {name}', 'The patient signed on with {name}'),
  same: say('Het is dezelfde persoon', 'It is the same person'),
  sameBody: say('U kunt nu akkoord geven.', 'You can agree now.'),
  differs: say('Dit is iemand anders', 'This is somebody else'),
  differsBody: say(
    'Bij het voorstel meldde iemand anders zich aan. Teken niet. Vraag wie het voorstelde, of wijs het voorstel af.',
    'Somebody else signed on for the proposal. Do not sign. Ask who proposed it, or refuse it.',
  ),
  secondLead: say(
    'De patiënt meldde zich aan met {name}. Laat de patiënt dat bij u nog een keer doen voordat u tekent.',
    'The patient signed on with {name}. Have the patient do so once more with you before you sign.',
  ),
  secondPlain: say(
    'Deze toegang vraagt geen aanmelding van buiten: alleen de sleutel op het eigen toestel.',
    'This access asks for no sign-on outside: only the key on their own device.',
  ),
  always: say(
    'Uw praktijk vraagt dit van elke patiënt. Zonder kan niet; alles kan ook op papier.',
    'Your practice asks this of every patient. Without is not possible; everything is on paper too.',
  ),
  shutBody: say(
    'Uw praktijk vraagt van elke patiënt een aanmelding, en die lukt nu niet. Toegang geven kan pas als het weer werkt. Op papier kan wel.',
    'Your practice asks a sign-on of every patient, and that does not work now. Access can be given when it works again. Paper is possible.',
  ),
  away: say('Aanmelden van buiten lukt nu niet', 'Signing on outside does not work now'),
  awayBody: say(
    'De computer waar patiënten zich aanmelden geeft geen antwoord. U kunt wachten, of toegang geven zonder.',
    'The computer where patients sign on does not answer. You can wait, or give access without.',
  ),
  other: say(
    'Een andere telefoon maakt voor {name} niet uit. Is de sleutel weg? Beëindig dan de toegang en geef een nieuwe.',
    'Another telephone makes no difference to {name}. Is the key gone? Then end the access and give a new one.',
  ),
  reader: say('meldt zich van buiten aan, niveau', 'signs on outside, level'),
} as const;
export const PIN_TROUBLES = {
  cancelled: say(
    'De patiënt is gestopt. Begin opnieuw, of geef toegang zonder.',
    'The patient stopped. Start again, or give access without.',
  ),
  expired: say('Dit duurde langer dan tien minuten. Begin opnieuw.', 'This took more than ten minutes. Start again.'),
  refused: say(
    'Het getal klopt niet, of de aanmelding lukte niet. Vraag het getal nog een keer, of begin opnieuw.',
    'The number is not right, or the sign-on failed. Ask for the number once more, or start again.',
  ),
  low: say(
    'De patiënt meldde zich aan op een te laag niveau. Begin opnieuw en laat een zekerder manier kiezen.',
    'The patient signed on at too low a level. Start again and have them choose a safer way.',
  ),
  away: say('Er kwam geen antwoord. Probeer het zo weer.', 'No answer came. Try again in a while.'),
} as const;
