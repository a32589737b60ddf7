/** Words of what a practice asks of a sign-on: the card, the change, and what a second signer reads. */

import type { SignOnWay, Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const MEANS: Readonly<Record<SignOnWay['means'], Text>> = {
  dezi: say('Dezi, voor zorgverleners', 'Dezi, for professionals'),
  oidc: say('Het account van de praktijk, voor wie hier werkt', 'The practice’s account, for who works here'),
  eid: say('DigiD of iets als DigiD, voor patiënten', 'DigiD or the like, for patients'),
};

export const SETTINGS = {
  title: say('Aanmelden van buiten', 'Signing on outside'),
  lead: say(
    'Bovenop de eigen sleutel kan een praktijk vragen dat iemand van buiten zegt wie er is: Dezi, het eigen account van de praktijk, of DigiD voor patiënten.',
    'On top of the own key a practice can ask that somebody outside says who is there: Dezi, the practice’s own account, or DigiD for patients.',
  ),
  loading: say('Instellingen ophalen', 'Fetching settings'),
  staff: say('Wie hier werkt', 'Who works here'),
  asked: say('moet zich aanmelden, niveau', 'must sign on, level'),
  notAsked: say('hoeft dat niet', 'is not asked'),
  chosen: say('kan: u kiest het per patiënt aan de balie', 'can: you choose for each patient at the desk'),
  vouches: say('controle door', 'checked by'),
  patients: say('Elke patiënt met inzage', 'Every patient with access'),
  patientsNow: say('Patiënten met inzage nu', 'Patients with access now'),
  of: say('van', 'of'),
  patientsAsked: say('melden zich van buiten aan', 'sign on outside'),
  means: say('Manieren', 'Ways'),
  dezi: say('voor zorgverleners', 'for professionals'),
  oidc: say('voor wie hier werkt', 'for who works here'),
  eid: say('voor patiënten', 'for patients'),
  phone: say('ook met de eigen telefoon aan de balie', 'also with their own telephone at the desk'),
  noPhone: say('aan de balie op het scherm van de praktijk', 'at the desk on the screen of the practice'),
  desk: say('Aanmeldbalie', 'Desk'),
  noDesk: say('geen', 'none'),
  signed: say('Ondertekend door', 'Signed by'),
  since: say('sinds', 'since'),
  none: say('Uw praktijk vraagt dit niet', 'Your practice does not ask for this'),
  noneBody: say(
    'De eigen sleutel is genoeg. Wilt u meer vragen? Laat eerst de aanmeldbalie aanzetten op de praktijkcomputer. Daarna stelt een eigenaar het hier voor en tekent een tweede mee.',
    'The own key is enough. Do you want to ask more? First have the desk turned on, on the computer of the practice. Then an owner proposes it here and a second signer signs too.',
  ),
  hostAsks: say('Wie de kluis beheert vraagt meer dan uw praktijk', 'Who runs the vault asks more than your practice'),
  hostAsksBody: say(
    'Uw praktijk heeft dit niet ondertekend. Daardoor kan wie de kluis beheert het weglaten zonder dat iemand het merkt. Leg het hieronder vast.',
    'Your practice did not sign this. So who runs the vault can leave it out and nobody notices. Put it down below.',
  ),
  differs: say('De kluis houdt zich hier niet aan', 'The vault does not keep to this'),
  differsBody: say(
    'De kluis noemt een andere aanmeldbalie dan uw praktijk ondertekende, of vraagt minder. Meld u nergens aan en bel een eigenaar van de praktijk.',
    'The vault names another desk than your practice signed, or asks less. Sign on nowhere and call an owner of the practice.',
  ),
  shut: say('Niemand komt nu binnen', 'Nobody gets in now'),
  shutBody: say(
    'Er wordt een aanmelding gevraagd, maar de aanmeldbalie geeft geen antwoord of kent geen manier. Bel wie de praktijkcomputer beheert.',
    'A sign-on is asked for, but the desk does not answer or knows no way. Call who looks after the computer of the practice.',
  ),
  away: say('De aanmeldbalie geeft geen antwoord', 'The desk does not answer'),
  change: say('Wijzig wat wordt gevraagd', 'Change what is asked'),
  onlyOwner: say('Een eigenaar van de praktijk wijzigt dit.', 'An owner of the practice changes this.'),
} as const;

export const DEMAND = {
  body: say(
    'Wat u hier voorstelt geldt voor iedereen, zodra een tweede ondertekenaar heeft getekend. Wie dan niet genoeg aangemeld is, meldt zich eerst aan, ook u zelf.',
    'What you propose here holds for everybody as soon as a second signer has signed. Whoever has not signed on enough by then signs on first, you too.',
  ),
  cost: say('Denk vooraf aan een storing', 'Think of a failure beforehand'),
  costBody: say(
    'Is de praktijkcomputer weg, of stopt de aanbieder, dan komt niemand er meer in tot genoeg mensen hun herstelblad erbij leggen. Bewaar die bladen goed, zorg voor een reservekopie van die computer, en liefst voor twee manieren.',
    'If the practice computer is gone, or the provider stops, nobody gets in until enough people lay down their recovery sheets. Keep those sheets well, see to a backup of that computer, and to two ways if you can.',
  ),
  desk: say('Adres van de aanmeldbalie', 'Address of the desk'),
  deskHint: say(
    'Vraag het aan wie de praktijkcomputer beheert. Laat het leeg als er geen aanmeldbalie is.',
    'Ask who looks after the computer of the practice. Leave it empty where there is no desk.',
  ),
  look: say('Kijk wat daar kan', 'See what is there'),
  found: say('Hiermee kan men zich daar aanmelden', 'What people can sign on with there'),
  nothing: say('Daar is niets om u mee aan te melden', 'There is nothing to sign on with there'),
  old: say(
    'De aanmeldbalie is te oud: laat de praktijkcomputer bijwerken.',
    'The desk is too old: have the computer of the practice updated.',
  ),
  staff: say('Van wie hier werkt', 'Of who works here'),
  patients: say('Van elke patiënt met inzage', 'Of every patient with access'),
  no: say('Niets vragen', 'Ask nothing'),
  substantial: say('Niveau substantieel', 'Level substantial'),
  high: say('Niveau hoog', 'Level high'),
  patientsHint: say(
    'Niets vragen: aan de balie kiest u per patiënt. Wel vragen: wie zonder aanmelding toegang kreeg, komt er niet meer in tot u die opnieuw geeft.',
    'Ask nothing: at the desk you choose for each patient. Ask: whoever got access without a sign-on does not get in until you give it anew.',
  ),
  propose: say('Stel voor', 'Propose'),
  proposed: say('Voorgesteld. Een tweede ondertekenaar tekent mee.', 'Proposed. A second signer signs too.'),
  proposal: say(
    'wil wijzigen wat uw praktijk vraagt bij het aanmelden.',
    'wants to change what your practice asks of a sign-on.',
  ),
  before: say('Nu', 'Now'),
  after: say('Straks', 'Then'),
  never: say('nog nooit iets gevraagd', 'nothing asked so far'),
  lower: say('Dit vraagt minder dan nu', 'This asks less than now'),
  lowerBody: say(
    'Daarna komt iemand binnen met minder zekerheid over wie er is. Teken alleen als u weet waarom.',
    'Afterwards people get in with less certainty of who is there. Sign only if you know why.',
  ),
  shutOut: say('patiënten met inzage komen er niet meer in', 'patients with access do not get in any more'),
  shutOutOne: say('patiënt met inzage komt er niet meer in', 'patient with access does not get in any more'),
  shutOutBody: say(
    'Zij kregen toegang zonder aanmelding. Geef ze aan de balie opnieuw toegang.',
    'They got access without a sign-on. Give them access anew at the desk.',
  ),
  compare: say(
    'Vraag wie de praktijkcomputer beheert of dit adres en deze namen kloppen voordat u tekent.',
    'Ask who looks after the computer of the practice whether this address and these names are right before you sign.',
  ),
} as const;
