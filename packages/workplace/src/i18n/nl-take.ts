/** Words for taking along who looked. They come with the dossier (`late.ts`). */

export const take = {
  lead: 'Wat u meegeeft of afdrukt, komt eerst in het logboek. Collega’s staan er met naam in, een andere organisatie alleen als organisatie.',
  print: 'Afdrukken',
  kind: {
    csv: 'Bewaar als rekenblad (CSV)',
    xml: 'Bewaar als XML',
    fhir: 'Bewaar als FHIR',
  },
  done: 'Bewaard: {{name}}. U zorgt nu zelf dat niemand anders erbij kan.',
  failed: 'Niet meegegeven: er kon geen regel in het logboek',
};
