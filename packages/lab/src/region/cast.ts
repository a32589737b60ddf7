/** Who lives in the demo region: two practices and those they work with. Invented people; no generated patient has one of these surnames. */

import type { Organisation, Person } from '../demo/world.ts';

const person = (name: string, role: Person['role'], passphrase: string, owner = false): Person => ({
  name,
  role,
  passphrase,
  ...(owner ? { owner } : {}),
});

export const LINDE: Organisation = {
  host: 'linde.localhost',
  practice: { name: 'Huisartsenpraktijk De Linde', ura: '90000123', agb: '01999999' },
  staff: [
    person('Hanneke Wielinga', 'gp', 'duin-lantaarn-zeven', true),
    person('Youssef Benali', 'gp', 'molen-kastanje-drie', true),
    person('Sanne Kuipersma', 'poh-s', 'fiets-zonnebloem-vier'),
    person('Ilse Terwolde', 'assistant', 'brug-appeltaart-twee'),
    person('Marit Ruitenbeek', 'care-group', 'haven-druivenrank-negen'),
    person('Tjeerd Nauta', 'practice-manager', 'kade-peperkoek-zes'),
    { ...person('Greet Bosscha', 'privacy-officer', 'wad-zeekraal-acht'), logOfficer: true },
  ],
};

export const WILG: Organisation = {
  host: 'wilg.localhost',
  practice: { name: 'Huisartsenpraktijk De Wilg', ura: '90000124', agb: '01999998' },
  staff: [
    person('Annelies Oldersma', 'gp', 'toren-notenboom-acht', true),
    person('Rachid Aydin', 'gp', 'sluis-vlinderstruik-een', true),
    person('Joke Tamminga', 'poh-s', 'weide-klaproos-vijf'),
    person('Mirjam Smeenk', 'assistant', 'polder-dadelpalm-tien'),
  ],
};

const partner = (host: string, name: string, ura: string, agb: string, staff: readonly Person[]): Organisation => ({
  host,

  practice: { name, ura, agb },
  staff,
});

export const PARTNERS = {
  podiatrist: partner('voetenwerk.localhost', 'Podotherapie Voetenwerk', '90000201', '26999991', [
    person('Femke Zwaagman', 'podiatrist', 'strand-walnoot-elf', true),
    person('Bram Hoekzema', 'podiatrist', 'duinpan-lavendel-vier'),
  ]),
  dietitian: partner('goedeten.localhost', 'Diëtistenpraktijk Goed Eten', '90000202', '24999991', [
    person('Noor Lammerink', 'dietitian', 'akker-rozenbottel-drie', true),
  ]),
  optometrist: partner('scherpzicht.localhost', 'Optometrie Scherp Zicht', '90000203', '90999991', [
    person('Daan Kloosterziel', 'optometrist', 'gracht-sneeuwklok-twee', true),
  ]),
  pharmacist: partner('lindeapotheek.localhost', 'Apotheek Aan de Brink', '90000204', '02999991', [
    person('Amara Okafor', 'pharmacist', 'brink-kamperfoelie-zeven', true),
  ]),
} as const;
export type PartnerRole = keyof typeof PARTNERS;

/** Stands in at the first practice; two of its owners approve her, a nurse calls her in. */
export const LOCUM = { name: 'Wilma Eising', passphrase: 'veen-bosaardbei-drie' } as const;
