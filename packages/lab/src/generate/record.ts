/** One household becomes records: people, their problems, five years of care, and the marks in every field. */

import { ageAt, type Day, dutchDay, openDay, toDay, yearOf } from './calendar.ts';
import { otherCare, plan, programmeCare } from './course.ts';
import { type Care, LOOK_BACK, startOf } from './course-parts.ts';
import type { Dice } from './dice.ts';
import { drawEpisodes, lastDay } from './episodes.ts';
import { prescribe } from './medication.ts';
import type { Allergy, Episode, Letter, PatientRecord, Person, ProgrammeId, Register, Relative } from './model.ts';
import { drawBody, type Notebook, openNotebook } from './notebook.ts';
import { drawHousehold, type Supply } from './people.ts';
import { he, title } from './texts.ts';
import { candidateOf, runs } from './truth.ts';

const ALLERGIES = [
  ['atc', 'J01CA04', 'Amoxicilline', 30],
  ['atc', 'J01CE02', 'Feneticilline', 10],
  ['atc', 'M01AE01', 'Ibuprofen', 16],
  ['atc', 'C09AA02', 'Enalapril (kriebelhoest)', 14],
  ['atc', 'J01EE01', 'Co-trimoxazol', 8],
  ['snomed', '300916003', 'Latex', 5],
  ['snomed', '232350006', 'Huisstofmijt', 9],
  ['snomed', '91935009', 'Pinda', 5],
] as const;

const NOTES = [
  (mark: string) => `Diagnose gesteld door specialist, brief ${mark}.`,
  (mark: string) => `Op verzoek van patiënt niet met familie bespreken (${mark}).`,
  (mark: string) => `Overgenomen uit oude papieren kaart ${mark}.`,
];

function allergiesOf(book: Notebook): Allergy[] {
  const { d, person } = book;
  if (!d.chance(0.11)) return [];
  const [system, code, text] = d.weighted(ALLERGIES.map((row) => [row, row[3]] as const));
  const since = Math.max(person.born + 400, book.last - d.int(200, 7000));
  const note = d.chance(0.5)
    ? `Huiduitslag na eerste gift, gemeld door ${book.age < 25 ? book.text.other('moeder', 'female', 50) : book.text.other('partner', person.sex === 'male' ? 'female' : 'male', book.age)}, formulier ${book.plant('allergy-note')}.`
    : undefined;
  return [{ system, code, text, since, note }];
}

function lettersOf(book: Notebook, person: Person): Letter[] {
  const { d } = book;
  if (book.age < 18 || !d.chance(book.age > 55 ? 0.3 : 0.08)) return [];
  const day = openDay(book.last - d.int(10, LOOK_BACK - 100));
  if (day > book.last) return [];
  const [from, body] = d.pick([
    ['cardioloog', 'Inspannings-ECG zonder ischemie. Medicatie ongewijzigd. Controle over een jaar.'],
    ['internist', 'Op verwijzing gezien wegens vermoeidheid. Geen maligniteit gevonden. Terug naar huisarts.'],
    ['longarts', 'Spirometrie stabiel. Geen indicatie voor zuurstof. Advies longrevalidatie overwegen.'],
    ['neuroloog', 'MRI hersenen: oude lacunaire afwijkingen. Advies risicofactoren behandelen.'],
    ['orthopeed', 'Matige gonartrose rechts. Injectie gegeven. Bij aanhouden klachten protheseplaatsing bespreken.'],
  ]);
  const text = `Geachte collega, betreft ${title(person)} ${person.own.name}, geboren ${dutchDay(person.born)}. ${body} Patiënt kwam met ${book.text.other('partner', person.sex === 'male' ? 'female' : 'male', book.age)}. Met vriendelijke groet, brief ${book.plant('letter')}.`;
  return [{ day, title: `Brief ${from}`, text }];
}

function relativesOf(book: Notebook): Relative[] {
  const { d } = book;
  if (!d.chance(0.07)) return [];
  const [relation, sex, condition] = d.pick([
    ['vader', 'male', 'Hartinfarct op jonge leeftijd'],
    ['moeder', 'female', 'Borstkanker, BRCA1-mutatie'],
    ['broer', 'male', 'Familiaire hypercholesterolemie'],
    ['zus', 'female', 'Diabetes mellitus type 2'],
    ['opa', 'male', 'Ziekte van Huntington'],
  ] as const);
  const name = book.text.other(relation, sex, 60);
  return [{ relation, name, condition, note: `Volgens patiënt; genetisch onderzoek ${book.plant('family-history')}.` }];
}

function vaccinationsOf(book: Notebook, eligible: boolean): Day[] {
  const { d } = book;
  if (!eligible || !d.chance(0.68)) return [];
  const days: Day[] = [];
  for (let year = yearOf(book.today) - 5; year <= yearOf(book.today); year++) {
    const day = openDay(toDay(`${year}-10-15`) + d.int(0, 30));
    if (day <= book.last && day >= book.person.born && d.chance(0.88)) days.push(day);
  }
  return days;
}

/** Notes on episodes; every sensitive one has one, with its own mark. */
function annotate(book: Notebook, episodes: readonly Episode[]): Episode[] {
  return episodes.map((episode) => {
    if (episode.sensitivity === 'mental')
      return {
        ...episode,
        note: `Besproken met ${he(book.person) === 'hij' ? 'hem' : 'haar'}, GGZ-notitie ${book.plant('mental-health')}.`,
      };
    if (episode.sensitivity === 'sexual')
      return { ...episode, note: `Vertrouwelijk, niet delen (${book.plant('sexual-health')}).` };
    return book.d.chance(0.12) ? { ...episode, note: book.d.pick(NOTES)(book.plant('episode-note')) } : episode;
  });
}

/** The marks of the identity: what stands in the Patient resource. */
function plantIdentity(book: Notebook): void {
  const { person, canaries } = book;
  for (const surname of [person.own, person.partner]) {
    if (surname?.unique) canaries.push({ token: surname.name, field: 'name' });
  }
  const { street, number, addition } = person.address;
  canaries.push({ token: `${street} ${number}${addition}`, field: 'address' });
  canaries.push({ token: person.phone.slice(3), field: 'phone' });
  if (person.mobile !== undefined) canaries.push({ token: person.mobile.slice(3), field: 'phone' });
  if (person.email !== undefined) canaries.push({ token: person.email, field: 'email' });
  if (person.bsn !== undefined) canaries.push({ token: person.bsn, field: 'bsn' });
  if (person.contact !== undefined) {
    canaries.push({ token: person.contact.name.slice(person.contact.name.indexOf(' ') + 1), field: 'contact-person' });
    canaries.push({ token: person.contact.phone.slice(3), field: 'contact-person' });
  }
}

function drawRecord(d: Dice, person: Person, supply: Supply): PatientRecord {
  const { today, offset } = supply;
  const last = lastDay(person, today);
  const age = ageAt(person.born, last);
  const bare = drawEpisodes(d, person, today);
  // Who died or moved had regular care up to then; nobody of them is a candidate today.
  const candidate =
    last < today ? candidateOf({ ...person, died: undefined }, bare, last - 1) : candidateOf(person, bare, today);
  const register = new Map<ProgrammeId, Register>(
    candidate.map((programme) => [
      programme,
      d.weighted<Register>([
        ['consented', programme === 'diabetes' ? 76 : programme === 'asthma' ? 52 : 64],
        ['not-asked', programme === 'asthma' ? 40 : 26],
        ['refused', 9],
      ]),
    ]),
  );
  const book = openNotebook(d, person, age, today, last, offset);
  plantIdentity(book);
  const episodes = annotate(book, bare);
  const open = (code: RegExp): boolean => episodes.some((one) => code.test(one.icpc) && one.abated === undefined);
  const body = drawBody(
    d,
    person,
    age,
    {
      diabetes: open(/^T90/),
      hypertension: open(/^K8[67]/),
      vascular: open(/^K(7[456]|89|9[0129])/),
      kidney: open(/^U99/),
      copd: open(/^R95/),
      obese: open(/^T82/),
    },
    today,
  );
  const care: Care = { book, body, episodes, register, nurse: d.chance(0.55) ? 'pohs1' : 'pohs2' };
  programmeCare(care, candidate);
  otherCare(care);
  plan(care, candidate, openDay, supply.booked);
  const treated = episodes
    .filter((one) => one.verification !== 'refuted' && one.verification !== 'entered-in-error')
    .map((episode) => ({
      episode,
      from: Math.min(last, startOf(episode, last - 900)),
      until: episode.abated === undefined ? undefined : Math.min(last, toDay(episode.abated)),
    }));
  const prescriptions = prescribe(d, treated, last, person.gp, () => book.plant('medication-note'));
  const flu =
    age >= 60 ||
    candidate.some((programme) => programme !== 'cvrm') ||
    episodes.some((one) => /^K7/.test(one.icpc) && runs(one, supply.asOf));
  return {
    person,
    episodes,
    prescriptions,
    allergies: allergiesOf(book),
    vaccinations: vaccinationsOf(book, flu),
    letters: lettersOf(book, person),
    relatives: relativesOf(book),
    measurements: [...book.measurements].sort((a, b) => a.day - b.day || a.minute - b.minute),
    visits: book.visits,
    appointments: [...book.appointments].sort((a, b) => a.day - b.day || a.minute - b.minute),
    register,
    narrative: book.plant('narrative'),
    namesEverywhere: d.chance(0.2),
    canaries: book.canaries,
  };
}

/** The records of one household, at most `room` of them. */
export function drawRecords(d: Dice, supply: Supply, household: number, first: number, room: number): PatientRecord[] {
  return drawHousehold(d, supply, household, first)
    .slice(0, room)
    .map((person) => drawRecord(d, person, supply));
}
