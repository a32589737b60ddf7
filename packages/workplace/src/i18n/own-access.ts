/** Words of who may look and of the patient's own word about it, with the screen that speaks them. Level B1. */

import type { Text } from '../model.ts';

const say = (nl: string, en: string): Text => ({ nl, en });

export const OWN_ACCESS = {
  title: say('Wie mag nu kijken?', 'Who may look now?'),
  lead: say(
    'Uw eigen toestel rekende deze lijst zelf uit. Er staan geen namen van medewerkers in.',
    'Your own device worked this list out by itself. It holds no names of staff.',
  ),
  notWhole: say('Deze lijst is misschien niet compleet', 'This list may not be complete'),
  notWholeBody: say(
    'Er staat iets in uw dossier dat hier niet wordt getoond. Bel de praktijk en zeg dat dit er staat.',
    'Something stands in your record that is not shown here. Call the practice and say that this stands here.',
  ),
  nobody: say('Niemand mag nu in uw dossier kijken.', 'Nobody may look in your record now.'),
  sees: say('Mag zien:', 'May see:'),
  until: say('Tot en met', 'Up to and including'),
  always: say('Zolang u meedoet.', 'As long as you take part.'),
  readers: say('Wie leest mee als patiënt of namens de patiënt?', 'Who reads as the patient, or for the patient?'),
  self: say('dat bent u', 'that is you'),
  overseen: say(
    'De privacyfunctionaris kan zien wie keek, maar niet wat er in uw dossier staat.',
    'The privacy officer can see who looked, and not what stands in your record.',
  ),
  unreviewed: say('Noodgeval nog niet nagekeken', 'Emergency not checked yet'),
  unreviewedBody: say(
    'Iemand keek in een noodgeval in uw dossier. De praktijk moet nog nakijken of dat klopte.',
    'Somebody looked in your record in an emergency. The practice must still check whether it was one.',
  ),
  said: say('Wat u wilt delen', 'What you want to share'),
  saidLead: say(
    'Iemand buiten de praktijk mag alleen kijken als u bent verwezen én toestemming gaf. U kunt dat hier zelf veranderen. Het geldt meteen. De praktijk kan zien wat u koos.',
    'Somebody outside the practice may look only if you were referred and agreed. You can change that here yourself. It counts at once. The practice can see what you chose.',
  ),
  seenStays: say('Wat iemand al zag, kunt u niet terughalen.', 'What somebody has seen you cannot take back.'),
  noPartners: say(
    'De praktijk werkt nog met niemand anders samen. Buiten de praktijk kijkt niemand.',
    'The practice does not work with others yet. Nobody outside looks.',
  ),
  yes: say('U gaf toestemming', 'You agreed'),
  yesAssumed: say('De praktijk neemt aan dat u het goed vindt', 'The practice takes it that you agree'),
  byDesk: say('De praktijk schreef het op.', 'The practice wrote it down.'),
  byOwn: say('U deed het zelf.', 'You did it yourself.'),
  no: say('U gaf geen toestemming', 'You did not agree'),
  isShut: say('afgesloten', 'shut'),
  notReferred: say(
    'U bent hier nu niet naar verwezen. Ook met toestemming kijkt daar dan niemand.',
    'You are not referred there now. Even with your consent nobody looks then.',
  ),
  agree: say('Toestemming geven', 'Agree'),
  agreeWhat: say('Wat mag deze zorgverlener zien?', 'What may they see?'),
  agreeNow: say('Ja, ik geef toestemming', 'Yes, I agree'),
  takeBack: say('Toestemming intrekken', 'Take consent back'),
  cancel: say('Toch niet', 'Never mind'),
  choose: say('Kies minstens één ding.', 'Choose at least one thing.'),
  agreed: say(
    'U gaf toestemming. Na de volgende levering (meestal morgen) kan er worden gekeken.',
    'You agreed. After the next delivery (usually tomorrow) they can look.',
  ),
  tookBack: say('De toestemming is ingetrokken. Dat geldt nu.', 'The consent was taken back. That counts now.'),
  shut: say('Wat u hebt afgesloten', 'What you have shut'),
  shutLead: say(
    'Wat afgesloten is, kan niemand openen voor wie u het sloot, ook niet met toestemming. Wilt u iets afsluiten voor iemand van de praktijk zelf? Vraag het aan de balie.',
    'What is shut nobody can open for whom you shut it, not even with consent. Do you want to shut something to somebody of the practice itself? Ask at the desk.',
  ),
  nothingShut: say('U hebt niets afgesloten.', 'You have shut nothing.'),
  everything: say('Alles', 'Everything'),
  for: say('voor', 'for'),
  bySelf: say('U deed dit zelf.', 'You did this yourself.'),
  byOther: say('Iemand anders die meeleest, deed dit.', 'Somebody else who reads along did this.'),
  atDesk: say('De praktijk schreef dit op.', 'The practice wrote this down.'),
  unshut: say('Weer openen', 'Open again'),
  unshutDone: say('Het is weer open voor wie toestemming heeft.', 'It is open again for who has consent.'),
  shutMore: say('Iets afsluiten', 'Shut something'),
  whom: say('Voor wie?', 'To whom?'),
  outside: say('Iedereen buiten de praktijk', 'Everybody outside the practice'),
  all: say('alle', 'all'),
  allNow: say('Wie er later bij komt, valt hier niet onder.', 'Who comes later is not covered by this.'),
  what: say('Wat?', 'What?'),
  some: say('Alleen wat ik aanvink', 'Only what I tick'),
  shutNow: say('Afsluiten', 'Shut'),
  shutDone: say('Het is afgesloten. Dat geldt nu.', 'It is shut. That counts now.'),
} as const;
