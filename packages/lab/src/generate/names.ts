/**
 * Names, streets and places of a village that does not exist. Half of the households carry a frequent Dutch surname;
 * the others a composed one that no two households share, so that a search of the host for it means something.
 */

import type { Dice } from './dice.ts';

export interface Surname {
  readonly prefix: string;
  readonly name: string;
  /** Composed, and unique in this practice. */
  readonly unique: boolean;
}

/** Frequent surnames; the part before `|` is the prefix (tussenvoegsel). None of them is a staff name. */
const FREQUENT =
  `de|Jong;Jansen;de|Vries;van den|Berg;van|Dijk;Bakker;Janssen;Visser;Smit;Meijer;de|Boer;Mulder;de|Groot;Bos;Vos;Peters;Hendriks;van|Leeuwen;Dekker;Brouwer;de|Wit;Dijkstra;Smits;de|Graaf;van der|Meer;van der|Linden;Kok;Jacobs;de|Haan;Vermeulen;van den|Heuvel;van der|Veen;van den|Broek;de|Bruijn;de|Bruin;van der|Heijden;Schouten;van|Beek;Willems;van|Vliet;van de|Ven;Hoekstra;Maas;Verhoeven;Koster;van|Dam;van der|Wal;Prins;Blom;Huisman;Peeters;de|Jonge;Kuipers;van|Veen;Post;Kuiper;Veenstra;Kramer;van den|Brink;Scholten;van|Wijk;Postma;Martens;Vink;de|Ruiter;Timmermans;Groen;Gerritsen;Jonker;van|Loon;Boer;van der|Velde;Willemsen;Smeets;de|Lange;de|Vos;Bosch;van|Dongen;Schipper;de|Koning;van der|Laan;Koning;Bosman;Driessen;Hofman;van|Doorn;Evers;Zijlstra;Molenaar;Sanders;Wolters;Hermans;Schuurman;Verbeek;Kroon;Wiersma;Barends;van 't|Hof`
    .split(';')
    .map((entry): Surname => {
      const [prefix, name] = entry.includes('|') ? (entry.split('|') as [string, string]) : ['', entry];
      return { prefix, name, unique: false };
    });

const ONSET = 'B,Br,D,Dr,F,Fl,G,Gr,H,K,Kl,Kn,Kr,Kw,L,M,N,P,Pl,R,S,Schr,Sl,Sn,St,T,Tr,V,Vl,Vr,W,Wr,Z,Zw'.split(',');
const VOWEL = 'a,aa,e,ee,ei,eu,ie,ij,o,oe,oo,ou,u,uu'.split(',');
const CODA = 'b,ld,lf,lk,lm,lp,lv,m,mp,nd,nst,rf,rk,rp,rst,rv,sk,sp,st,v'.split(',');
const MIDDLE = 'el,er,en,ing'.split(',');
/** Patients and other people have their own endings, so that a name says in a search whose it is. */
const ENDING = {
  patient: 'stra,sma,huis,hoven,berg,dijk,veld,kamp,horst,laar,broek,meijer'.split(','),
  other: 'hof,beek,mans,boom,tuin,waard,zijl,brug,poort,kerk,schot,dael'.split(','),
} as const;

const SPACE = ONSET.length * VOWEL.length * CODA.length * MIDDLE.length * 12;

/** The n-th composed surname of a practice: a permutation, so no two `n` give the same name. */
export function composedSurname(n: number, offset: number, kind: keyof typeof ENDING): string {
  // 98,411 is a prime that does not divide SPACE, so the step visits every name once.
  let rest = ((n % SPACE) * 98_411 + (offset % SPACE)) % SPACE;
  const take = (list: readonly string[]): string => {
    const part = list[rest % list.length] as string;
    rest = Math.floor(rest / list.length);
    return part;
  };
  return take(ONSET) + take(VOWEL) + take(CODA) + take(MIDDLE) + take(ENDING[kind]);
}

/** `like` is a surname from the same region: couples mostly share it. */
export function drawSurname(d: Dice, household: number, offset: number, like?: Surname): Surname {
  const region =
    like === undefined ? (d.chance(0.07) ? d.int(0, ELSEWHERE.length - 1) : -1) : d.chance(0.9) ? origin(like) : -1;
  const elsewhere = ELSEWHERE[region];
  if (elsewhere !== undefined) return { prefix: '', name: d.pick(elsewhere.surnames), unique: false };
  if (d.chance(0.5)) return d.pick(FREQUENT);
  const prefix = d.weighted([
    ['', 82],
    ['van', 8],
    ['van der', 4],
    ['de', 3],
    ['ter', 3],
  ]);
  return { prefix, name: composedSurname(household, offset, 'patient'), unique: true };
}

const GIVEN = {
  male: {
    old: 'Johannes:Jan,Cornelis:Kees,Hendrik:Henk,Willem:Wim,Pieter:Piet,Gerrit:Gerrit,Jacobus:Jaap,Antonius:Ton,Petrus:Peter,Johan:Joop,Wilhelmus:Wim,Adrianus:Ad,Theodorus:Theo,Franciscus:Frans,Leendert:Leen,Dirk:Dirk,Arie:Arie,Albertus:Bert,Lambertus:Bert,Martinus:Rien,Marinus:Rinus,Gijsbert:Gijs,Evert:Evert,Klaas:Klaas,Simon:Siem,Harmen:Harm,Teunis:Teun,Bernardus:Ben,Hermanus:Herman,Nicolaas:Nico',
    middle:
      'Marcel:Marcel,Ronald:Ron,Erik:Erik,Edwin:Edwin,Richard:Richard,Patrick:Patrick,Robert:Rob,Michel:Michel,Dennis:Dennis,Jeroen:Jeroen,Sander:Sander,Martijn:Martijn,Arjan:Arjan,Bas:Bas,Wouter:Wouter,Mark:Mark,Paul:Paul,René:René,Frank:Frank,Johan:Johan,Maarten:Maarten,Vincent:Vincent,Remco:Remco,Rutger:Rutger',
    young:
      'Daan:Daan,Sem:Sem,Lucas:Lucas,Levi:Levi,Finn:Finn,Noah:Noah,Milan:Milan,Bram:Bram,Jesse:Jesse,Luuk:Luuk,Thijs:Thijs,Lars:Lars,Tim:Tim,Thomas:Thomas,Ruben:Ruben,Stijn:Stijn,Jayden:Jayden,Sven:Sven,Niels:Niels,Teun:Teun,Gijs:Gijs,Mees:Mees,Olivier:Olivier,Hugo:Hugo',
  },
  female: {
    old: 'Johanna:Jo,Maria:Riet,Cornelia:Corrie,Wilhelmina:Willie,Hendrika:Henny,Elisabeth:Bets,Adriana:Adrie,Petronella:Nel,Catharina:Toos,Jacoba:Coby,Anna:Annie,Geertruida:Truus,Margaretha:Greet,Neeltje:Neeltje,Grietje:Griet,Aaltje:Alie,Jannetje:Jannie,Alida:Alie,Theodora:Door,Gerarda:Gerda,Francisca:Sis,Antonia:Tonny,Helena:Leny,Martha:Martha,Trijntje:Trijn',
    middle:
      'Monique:Monique,Sandra:Sandra,Ingrid:Ingrid,Esther:Esther,Petra:Petra,Saskia:Saskia,Marjolein:Marjolein,Wendy:Wendy,Mariska:Mariska,Linda:Linda,Karin:Karin,Angela:Angela,Nicole:Nicole,Ellen:Ellen,Brigitte:Brigitte,Jolanda:Jolanda,Astrid:Astrid,Daniëlle:Daniëlle,Bianca:Bianca,Yvonne:Yvonne,Manon:Manon,Suzanne:Suzanne,Marloes:Marloes,Femke:Femke',
    young:
      'Emma:Emma,Julia:Julia,Sophie:Sophie,Lotte:Lotte,Anna:Anna,Eva:Eva,Lisa:Lisa,Tess:Tess,Sara:Sara,Noor:Noor,Fleur:Fleur,Isa:Isa,Roos:Roos,Femke:Femke,Sanne:Sanne,Iris:Iris,Maud:Maud,Lieke:Lieke,Amber:Amber,Jasmijn:Jasmijn,Evi:Evi,Fenna:Fenna,Saar:Saar,Nina:Nina,Britt:Britt,Zoë:Zoë',
  },
} as const;

export type Sex = 'male' | 'female';

/** Families whose names did not grow here: surname with the given names that go with it. */
const ELSEWHERE: readonly {
  readonly surnames: readonly string[];
  readonly male: readonly string[];
  readonly female: readonly string[];
}[] = [
  {
    surnames: ['Aydin', 'Yilmaz', 'Kaya', 'Demirci'],
    male: ['Ahmet', 'Mustafa', 'Emre', 'Yusuf', 'Hakan'],
    female: ['Fatma', 'Aysel', 'Elif', 'Zeynep', 'Hatice'],
  },
  {
    surnames: ['Benali', 'Bouazza', 'Amrani'],
    male: ['Mohamed', 'Hassan', 'Bilal', 'Karim'],
    female: ['Rachida', 'Naima', 'Samira', 'Yasmina'],
  },
  {
    surnames: ['Ramdin', 'Sewpersad', 'Bhagwandin'],
    male: ['Radjesh', 'Sunil', 'Ravi', 'Anil'],
    female: ['Shanti', 'Indra', 'Sunita', 'Asha'],
  },
  {
    surnames: ['Kowalski', 'Nowak', 'Wisniewski'],
    male: ['Piotr', 'Marek', 'Tomasz'],
    female: ['Agnieszka', 'Ewa', 'Katarzyna'],
  },
  {
    surnames: ['Pinas', 'Martina', 'Nguyen'],
    male: ['Orlando', 'Clyde', 'Humphrey'],
    female: ['Muriel', 'Sherida', 'Ivonne'],
  },
];

export const origin = (surname: Surname): number => ELSEWHERE.findIndex((one) => one.surnames.includes(surname.name));
const cohort = (age: number): 'old' | 'middle' | 'young' => (age >= 62 ? 'old' : age >= 32 ? 'middle' : 'young');
const parsed = new Map<string, readonly (readonly [string, string])[]>();

function list(sex: Sex, age: number): readonly (readonly [string, string])[] {
  const from = GIVEN[sex][cohort(age)];
  let names = parsed.get(from);
  if (names === undefined) {
    names = from.split(',').map((entry) => entry.split(':') as [string, string]);
    parsed.set(from, names);
  }
  return names;
}

/** Given names of the passport (1-3) and the one people use. */
export function drawGiven(
  d: Dice,
  surname: Surname,
  sex: Sex,
  age: number,
): { readonly given: readonly string[]; readonly call: string } {
  const elsewhere = ELSEWHERE[origin(surname)];
  if (elsewhere !== undefined) {
    const name = d.pick(elsewhere[sex]);
    return { given: [name], call: name };
  }
  const names = list(sex, age);
  const [first, call] = d.pick(names);
  const given: string[] = [first];
  const more = d.weighted<number>([
    [0, 45],
    [1, 40],
    [2, 15],
  ]);
  for (let i = 0; i < more; i++) {
    const [next] = d.pick(list(sex, 80));
    if (!given.includes(next)) given.push(next);
  }
  return { given, call };
}

/** First name of somebody who is no patient here. */
export const drawCall = (d: Dice, sex: Sex, age: number): string => d.pick(list(sex, age))[1];

const STREET_ROOT =
  'Molen,Kerk,Dorps,School,Linden,Kastanje,Beuken,Eiken,Wilgen,Meidoorn,Berken,Merel,Lijster,Vinken,Zwaluw,Reiger,Spoor,Stations,Haven,Kanaal,Veen,Dijk,Polder,Brink,Tulpen,Rozen,Anjer,Wilhelmina,Juliana,Beatrix,Oranje,Nassau,Notaris,Burgemeester Hulst,Dokter Poll,Smeden,Wevers,Touwslagers,Zonnebloem,Klaproos,Vlier,Essen,Populieren,Kievit,Grutto,Ooievaar,Noorder,Zuider,Wester,Ooster'.split(
    ',',
  );
const STREET_KIND = 'straat,laan,weg,pad,hof,plein,singel,dreef'.split(',');

export interface Address {
  readonly street: string;
  readonly number: string;
  readonly addition: string;
  readonly postalCode: string;
  readonly city: string;
}

const CITIES = [
  ['Lindewaarde', '8397'],
  ['Oosterzijl', '8398'],
  ['Kleine Veenkamp', '8399'],
] as const;

/** Every household its own street and number: the line of the address is findable. */
export function drawAddress(d: Dice, household: number): Address {
  const slot = household % (STREET_ROOT.length * STREET_KIND.length);
  const street = `${STREET_ROOT[slot % STREET_ROOT.length]}${STREET_KIND[Math.floor(slot / STREET_ROOT.length)]}`;
  const row = Math.floor(household / (STREET_ROOT.length * STREET_KIND.length));
  const [city, code] =
    CITIES[
      d.weighted<0 | 1 | 2>([
        [0, 70],
        [1, 20],
        [2, 10],
      ])
    ];
  const letter = (): string => 'ABCDEGHJKLMNPRSTVWXZ'[d.int(0, 19)] as string;
  return {
    street,
    number: String(row * 12 + d.int(1, 12)),
    addition: d.chance(0.06) ? d.pick(['a', 'b', 'bis', 'hs', '2']) : '',
    postalCode: `${code} ${letter()}${letter()}`,
    city,
  };
}

/** `van der Meer`, or `Meer, van der` when sorted. */
export const surnameText = (surname: Pick<Surname, 'prefix' | 'name'>): string =>
  surname.prefix === '' ? surname.name : `${surname.prefix} ${surname.name}`;
