/** Words for what a patient shut, and opening it again. They come with the dossier (`late.ts`). */

export const shut = {
  lead: 'Wat de patiënt liet afsluiten. U ziet wat u zelf vastlegde; een praktijkhouder ziet alles.',
  loading: 'Beperkingen ophalen: eerst de logregel',
  none: 'Hier staat voor u niets',
  noneBody: 'U legde voor deze patiënt niets vast dat nog geldt. Of een collega dat deed, ziet u hier niet.',
  outside: 'Iedereen buiten de praktijk',
  gone: 'Niet meer bekend',
  whole: 'Het hele dossier',
  whom: 'Afgesloten voor',
  what: 'Wat',
  who: 'Vastgelegd door',
  lift: 'Weer openzetten',
  liftOf: 'Weer openzetten: {{whom}}',
  others: 'Dit kan {{by}} opheffen, of de praktijkhouders samen.',
  owners: 'Dit kunnen de praktijkhouders samen opheffen.',
  until: 'tot {{date}}',
  sure: 'Weer openzetten voor {{whom}}?',
  sureBody: 'Doe dit alleen als de patiënt het vraagt. Uw naam komt in het logboek; de patiënt kan het zien.',
  sureNow: 'Het geldt meteen: wat eerder mocht, mag weer.',
  yes: 'Ja, de patiënt vraagt dit',
  done: 'Weer open. Het geldt vanaf nu.',
};
