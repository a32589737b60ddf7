/** The people of the generated practice. None of their surnames is a patient's. */

export type StaffKey =
  | 'gp1'
  | 'gp2'
  | 'locum'
  | 'pohs1'
  | 'pohs2'
  | 'pohggz'
  | 'assistant1'
  | 'assistant2'
  | 'manager'
  | 'lab';

export interface StaffMember {
  readonly key: StaffKey;
  readonly name: string;
  readonly given: string;
  readonly initials: string;
  readonly prefix: string;
  readonly surname: string;
  readonly gender: 'male' | 'female';
  /** Dutch title on the door. */
  readonly role: string;
  /** The team of design section 2 that this person belongs to. */
  readonly team: 'gp' | 'locum' | 'poh-s' | 'poh-ggz' | 'assistant' | 'manager' | 'laboratory';
  /** Fictional numbers in the shape of BIG and AGB. */
  readonly big: string | undefined;
  readonly agb: string | undefined;
}

const member = (
  key: StaffKey,
  given: string,
  initials: string,
  prefix: string,
  surname: string,
  gender: 'male' | 'female',
  role: string,
  team: StaffMember['team'],
  big?: string,
  agb?: string,
): StaffMember => ({
  key,
  name: [given, prefix, surname].filter((part) => part !== '').join(' '),
  given,
  initials,
  prefix,
  surname,
  gender,
  role,
  team,
  big,
  agb,
});

const STAFF: readonly StaffMember[] = [
  member(
    'gp1',
    'Marijke',
    'M.E.',
    '',
    'Aalbersberg',
    'female',
    'huisarts, praktijkhouder',
    'gp',
    '99000000101',
    '01990001',
  ),
  member('gp2', 'Joris', 'J.P.', 'ten', 'Wolde', 'male', 'huisarts', 'gp', '99000000201', '01990002'),
  member('locum', 'Sanne', 'S.', '', 'Duyvestein', 'female', 'waarnemend huisarts', 'locum', '99000000301', '01990003'),
  member(
    'pohs1',
    'Anneke',
    'A.C.',
    '',
    'Hoogstraten',
    'female',
    'praktijkondersteuner somatiek',
    'poh-s',
    '99000000401',
  ),
  member('pohs2', 'Fatima', 'F.', 'el', 'Ouazzani', 'female', 'praktijkondersteuner somatiek', 'poh-s', '99000000501'),
  member('pohggz', 'Ruben', 'R.T.', '', 'Kloosterziel', 'male', 'praktijkondersteuner GGZ', 'poh-ggz', '99000000601'),
  member('assistant1', 'Chantal', 'C.M.', '', 'Bijleveld', 'female', 'doktersassistente', 'assistant'),
  member('assistant2', 'Denise', 'D.', '', 'Paardekooper', 'female', 'doktersassistente', 'assistant'),
  member('manager', 'Mirjam', 'M.J.', '', 'Oudshoorn', 'female', 'praktijkmanager', 'manager'),
  member('lab', 'Laboratorium', '', '', 'Streeklab Veenkant', 'female', 'huisartsenlaboratorium', 'laboratory'),
];

/** ISCO-08 occupations, where the practice's own software says one. */
export const OCCUPATION: Readonly<Partial<Record<StaffMember['team'], string>>> = {
  gp: '2211',
  'poh-s': '2221',
  assistant: '3256',
};

/** The professionals of the practice; the laboratory signs results but is nobody who logs in. */
export const staff = (): readonly StaffMember[] => STAFF.filter((one) => one.key !== 'lab');

export const staffMember = (key: StaffKey): StaffMember => STAFF.find((one) => one.key === key) as StaffMember;

export const PRACTICE = {
  id: 'org-lindewaarde',
  name: 'Huisartsenpraktijk De Linde',
  city: 'Lindewaarde',
  ura: '90000380',
  agb: '01059999',
  phone: '+31398100100',
} as const;
