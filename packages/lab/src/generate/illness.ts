/**
 * How often what is seen in a Dutch practice, by age: percent at given ages, straight lines between. The figures are
 * rounded to what GP registrations report; they are meant to look right, not to be cited.
 */

import type { Sex } from './names.ts';

type Curve = readonly (readonly [age: number, percent: number])[];

const curve = (text: string): Curve =>
  text.split(' ').map((point) => {
    const [age, percent] = point.split(':').map(Number) as [number, number];
    return [age, percent];
  });

/** Percent at this age. */
export function percentAt(points: Curve, age: number): number {
  let before = points[0] as readonly [number, number];
  for (const point of points) {
    if (age <= point[0]) {
      const width = point[0] - before[0];
      return width === 0 ? point[1] : before[1] + ((point[1] - before[1]) * (age - before[0])) / width;
    }
    before = point;
  }
  return before[1];
}

export const CURVE = {
  diabetes: curve('25:0.1 35:0.8 45:2.7 55:6.4 65:12.4 75:18.6 85:19.5'),
  hypertension: curve('25:0.4 35:2.2 45:8 55:19 65:33 75:45 85:49'),
  vascular: curve('38:0.1 45:1 55:3.6 65:9.2 75:17 85:25'),
  lipids: curve('30:0.4 40:2.6 50:6.5 60:10.5 70:12.5 80:9 90:4'),
  kidney: curve('45:0.2 60:1.6 70:6 80:15 90:24'),
  copd: curve('38:0.1 50:1.6 60:4.4 70:7 80:7.4 90:5'),
  asthma: curve('2:1 8:6.2 15:7.2 30:7 60:7 80:5.6 95:3.5'),
  heartFailure: curve('50:0.1 65:1.3 75:4.5 85:12 95:20'),
  fibrillation: curve('45:0.2 60:2 70:6 80:13 90:19'),
  obesity: curve('15:1.5 30:6 50:11 70:10 90:4'),
} as const;

export interface Illness {
  readonly icpc: string;
  readonly title: string;
  readonly curve: Curve;
  readonly sex: Sex | undefined;
  /** Ends by itself after about this many days; undefined = the episode stays open. */
  readonly lasts: number | undefined;
}

/** Rows of: ICPC code, who has it (m, v or both), days it lasts, percent by age, title. */
function table(text: string): readonly Illness[] {
  return text
    .trim()
    .split('\n')
    .map((row) => {
      const cells = /^(\S+) +(\S) +(\S+) +((?:\d\S* )+) *(.+)$/.exec(row);
      const [icpc = '', who, days, percents = '', title = ''] = cells?.slice(1) ?? [];
      return {
        icpc,
        title,
        curve: curve(percents.trim()),
        sex: who === 'm' ? 'male' : who === 'v' ? 'female' : undefined,
        lasts: days === '-' ? undefined : Number(days),
      };
    });
}

/** What people come for that is on no programme's list: none of it leaves the practice. */
export const ORDINARY = table(`
L03    - 60   12:2 30:14 60:16 85:11                 Lage-rugpijn zonder uitstraling
R74    - 14   1:26 8:16 40:10 80:8                   Acute infectie bovenste luchtwegen
R81    - 30   1:2 30:1.4 65:4 85:9                   Pneumonie
H71    - 12   1:30 6:14 15:3 60:1                    Otitis media acuta
U71    v 10   5:3 25:13 60:16 85:26                  Cystitis/urineweginfectie
S88    - 120  5:7 40:6 80:5                          Contacteczeem
S87    - -    1:14 10:8 40:3 80:2                    Constitutioneel eczeem
S74    - 90   10:3 45:8 80:9                         Dermatomycose
D84    - -    20:1 50:5 80:8                         Refluxoesofagitis
L90    - -    45:1 65:8 85:16                        Gonartrose
L89    - -    50:1 70:6 88:11                        Coxartrose
L92    - 150  25:2 55:8 80:6                         Schoudersyndroom
L95    v -    50:0.6 65:5 80:14                      Osteoporose
N89    - -    10:2 35:8 60:5 85:2                    Migraine
N17    - 60   30:1 60:4 85:10                        Vertigo/duizeligheid
F92    - -    55:1 72:12 88:26                       Cataract
H84    - -    55:0.5 75:8 90:22                      Presbyacusis
T86    v -    25:0.8 50:4.4 80:7                     Hypothyreoïdie/myxoedeem
T92    m -    35:0.6 60:4.6 85:6                     Jicht
B80    v 200  15:2 35:4 80:4                         IJzergebreksanemie
K95    - -    30:1.6 60:7 85:9                       Varices benen
R97    - -    6:4 25:12 60:6 85:2                    Hooikoorts/allergische rinitis
Y85    m -    48:1 65:9 85:20                        Benigne prostaathypertrofie
X76    v -    38:0.2 60:3.6 80:6                     Maligniteit borst
Y77    m -    55:0.4 70:4 88:8                       Maligniteit prostaat
D75    - -    50:0.2 70:1.8 88:3                     Maligniteit colon/rectum
A05    - -    72:0.5 82:7 92:22                      Algehele achteruitgang (kwetsbaarheid)
S18    - 16   4:6 30:4 80:4                          Scheurwond/snijwond
D73    - 10   1:12 10:5 60:3                         Veronderstelde gastro-intestinale infectie
`);

/** Never leaves, whatever the programme: mental health. */
export const MENTAL = table(`
P76    - -    15:1 30:6 55:8 85:5                    Depressie
P74    - -    12:1.4 30:5.4 60:4 85:3                Angststoornis/angsttoestand
P02    - 180  16:2 40:6 65:3                         Crisis/voorbijgaande stressreactie
P78    - 240  20:1.6 42:5 62:2                       Surmenage/neurasthenie
P06    - -    20:1.4 50:5 80:9                       Slapeloosheid/andere slaapstoornis
P15    - -    20:0.3 50:2.4 75:1.6                   Chronisch alcoholmisbruik
P82    - -    18:0.6 45:1.6 70:0.8                   Posttraumatische stressstoornis
P21    - -    6:3 14:6 30:2.4 50:0.8                 Overactief kind/ADHD
P80    - -    18:0.4 40:1.2 65:0.6                   Persoonlijkheidsstoornis
P73    - -    20:0.1 50:0.5 80:0.3                   Affectieve psychose
P72    - -    18:0.1 45:0.4 75:0.2                   Schizofrenie
P70    - -    66:0.2 80:6 92:19                      Seniele dementie/Alzheimer
P77    - 120  15:0.3 40:0.5 80:0.2                   Suïcide(poging)
`);

/** Never leaves either: sexual health, violence at home, and what else only the GP was told. */
export const SEXUAL = table(`
X92    v 30   16:1 24:4 45:0.6                       Chlamydia-infectie genitaal
Y99    m 30   17:0.8 26:3 50:0.6                     Chlamydia-urethritis
Y71    m 30   18:0.3 28:1.2 55:0.2                   Gonorroe
X90    v 40   18:0.5 35:1.6 65:0.5                   Herpes genitalis
Y07    m -    35:0.8 60:6 80:7                       Impotentie
P08    v -    25:0.6 45:1.8 70:1                     Seksuele dysfunctie
W83    v 45   17:0.4 26:2 42:0.6                     Abortus provocatus
B90    - -    22:0.1 45:0.5 70:0.2                   Hiv-infectie
Z25    - -    18:0.8 30:1.4 60:0.6                   Problemen door (seksueel) geweld
Z12    - -    22:1.4 42:4 68:1.4                     Relatieproblemen met partner
`);

/** The vascular diagnoses of the cvrm programme, with how often which. */
export const VASCULAR = [
  ['K74', 'Angina pectoris', undefined, 24],
  ['K75', 'Acuut myocardinfarct', undefined, 20],
  ['K76.01', 'Coronairsclerose', '414545008', 14],
  ['K76.02', 'Vroeger myocardinfarct (> 4 weken geleden)', undefined, 8],
  ['K89', 'Passagère cerebrale ischemie/TIA', '266257000', 14],
  ['K90.03', 'Cerebraal infarct', undefined, 12],
  ['K92.01', 'Claudicatio intermittens', undefined, 10],
  ['K99.01', 'Aneurysma aortae', undefined, 4],
  ['K91', 'Atherosclerose', undefined, 3],
] as const;
