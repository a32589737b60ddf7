/** What parts and roles are called to the patient: words at level B1, said to "you" (docs/spec/own.md, "In words"). */

import { type Names, ROLES, type RoleId, type ScopeId } from './catalogue.ts';

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

const PLAIN_ROLES: Readonly<Partial<Record<RoleId, Names>>> = {
  owner: { nl: 'de praktijkhouder', en: 'the practice owner' },
  gp: { nl: 'de huisarts', en: 'the GP' },
  locum: { nl: 'een vervangende huisarts', en: 'a stand-in GP' },
  'poh-s': { nl: 'de praktijkondersteuner', en: 'the practice nurse' },
  'poh-ggz': { nl: 'de praktijkondersteuner voor psychische klachten', en: 'the mental health nurse' },
  assistant: { nl: 'de doktersassistent', en: "the doctor's assistant" },
  'practice-manager': { nl: 'de praktijkmanager', en: 'the practice manager' },
  'privacy-officer': { nl: 'de privacyfunctionaris', en: 'the privacy officer' },
  'care-group': { nl: 'iemand van de zorggroep', en: 'somebody of the care group' },
};

/** A role as it stands in the log (its Dutch name in the catalogue, its id, or the practice's own word), with its article. */
export function plainRole(text: string): Names {
  const found = (Object.keys(ROLES) as RoleId[]).find((id) => id === text || ROLES[id].nl === text);
  const plain = found === undefined ? undefined : PLAIN_ROLES[found];
  if (plain !== undefined) return plain;
  if (found === undefined)
    return { nl: `een medewerker (${text.toLowerCase()})`, en: `somebody (${text.toLowerCase()})` };
  return { nl: `de ${ROLES[found].nl.toLowerCase()}`, en: `the ${ROLES[found].en.toLowerCase()}` };
}
