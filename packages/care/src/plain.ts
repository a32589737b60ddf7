/** What parts and roles are called to the patient: words at level B1, said to "you" (docs/spec/own.md, "In words"). */

import type { Names, ScopeId } from './catalogue.ts';

export const PLAIN_SCOPES: Readonly<Record<ScopeId, Names>> = {
  identity: { nl: 'uw naam en gegevens', en: 'your name and details' },
  clinical: { nl: 'uw ziektes en uitslagen', en: 'your illnesses and results' },
  hba1c: { nl: 'uw bloedsuiker', en: 'your blood sugar' },
  nutrition: { nl: 'uw gewicht, cholesterol en voeding', en: 'your weight, cholesterol and diet' },
  'blood-pressure': { nl: 'uw bloeddruk', en: 'your blood pressure' },
  'kidney-heart': { nl: 'uw nieren en uw medicijnen voor hart en vaten', en: 'your kidneys and heart medicines' },
  'diabetes-medication': {
    nl: 'uw medicijnen voor suikerziekte en uw bloedverdunners',
    en: 'your diabetes medicines and blood thinners',
  },
  foot: { nl: 'uw voeten en of u rookt', en: 'your feet and whether you smoke' },
  eye: { nl: 'uw ogen', en: 'your eyes' },
  breathing: { nl: 'uw longen en hoeveel u beweegt', en: 'your lungs and how much you move' },
  'airway-allergy': { nl: 'uw longmedicijnen en allergieën', en: 'your lung medicines and allergies' },
  emergency: { nl: 'uw samenvatting voor spoed', en: 'your summary for emergencies' },
};

/** By the Dutch names of the catalogue, as the log has them; a test holds them to it. */
const PLAIN_ROLES: Readonly<Record<string, Names>> = {
  Huisarts: { nl: 'de huisarts', en: 'the GP' },
  Waarnemer: { nl: 'een vervangende huisarts', en: 'a stand-in GP' },
  'POH-S': { nl: 'de praktijkondersteuner', en: 'the practice nurse' },
  'POH-GGZ': { nl: 'de praktijkondersteuner voor psychische klachten', en: 'the mental health nurse' },
  Doktersassistent: { nl: 'de doktersassistent', en: "the doctor's assistant" },
  'Functionaris gegevensbescherming': { nl: 'de privacyfunctionaris', en: 'the privacy officer' },
  Zorggroep: { nl: 'iemand van de zorggroep', en: 'somebody of the care group' },
  Noodteam: { nl: 'iemand van het noodteam', en: 'somebody of the emergency team' },
};

/** A role as it stands in the log, with its article. */
export const plainRole = (text: string): Names =>
  (Object.hasOwn(PLAIN_ROLES, text) ? PLAIN_ROLES[text] : undefined) ?? {
    nl: `de ${text.toLowerCase()}`,
    en: `the ${text.toLowerCase()}`,
  };
export const plainRoles = (): readonly string[] => Object.keys(PLAIN_ROLES);
