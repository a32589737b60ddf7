/** English beside `nl-take.ts`. */

import type { take as dutch } from './nl-take.ts';

export const take: typeof dutch = {
  lead: 'What you hand over or print goes into the log first. Colleagues are in it by name, another organisation only as an organisation.',
  print: 'Print',
  kind: {
    csv: 'Save as a spreadsheet (CSV)',
    xml: 'Save as XML',
    fhir: 'Save as FHIR',
  },
  done: 'Saved: {{name}}. Keeping it from others is now up to you.',
  failed: 'Not handed over: no line could be written in the log',
};
