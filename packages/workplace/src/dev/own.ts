/** An invented patient and the log of her dossier. */

import { addDays, HOUR, type Instant, localDate, plus } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type { DeskSide, OwnLook, OwnReader, OwnSide, OwnView } from '../model.ts';
import { ownAccess } from './own-access.ts';
import { dice, madeId } from './people.ts';
import { both } from './stage.ts';

const SENTENCES = [
  [
    'De praktijkondersteuner bekeek uw bloedsuiker omdat u een afspraak had.',
    'The practice nurse looked at your blood sugar because you had an appointment.',
  ],
  ['De patiënt zelf bekeek uw dossier.', 'The patient looked at your record.'],
  [
    'De huisarts bekeek uw samenvatting voor spoed omdat het een noodgeval was.',
    'The GP looked at your summary for emergencies because it was an emergency.',
  ],
  [
    'Iemand van een andere organisatie wilde iets doen met uw dossier. Dat mocht niet en is niet gebeurd.',
    'Somebody of another organisation wanted to do something with your record. That was not allowed and did not happen.',
  ],
  ['De computer van de praktijk werkte uw gegevens bij.', "The practice's computer brought your record up to date."],
] as const;

const looksIn = (language: 0 | 1, now: Instant): OwnLook[] =>
  SENTENCES.map((pair, place) => ({
    ...{
      day: localDate(plus(now, -place * 40 * HOUR)),
      until: plus(now, -place * 40 * HOUR),
      count: place === 1 ? 3 : 1,
    },
    lines: [place],
    ...{ sentence: pair[language], emergency: place === 2, refused: place === 3, verified: true },
  }));

export function ownSide(of: {
  readonly scene: string;
  readonly now: Instant;
  readonly reach: () => Promise<void>;
}): OwnSide {
  const { scene, now } = of;
  const asOf = addDays(localDate(now), -1);
  const { access, said } = ownAccess({ scene, now, reach: of.reach });
  const years = (few: readonly OwnLook[]): readonly OwnLook[] =>
    scene !== 'many'
      ? few
      : Array.from({ length: 10_000 }, (_, i): OwnLook => {
          const one = few[i % few.length]!;
          return { ...one, until: plus(now, -i * 6 * HOUR), sentence: `${one.sentence} (${i + 1})` };
        });
  return {
    async open(): Promise<OwnView> {
      await of.reach();
      if (scene === 'denied') throw workplaceError('denied', 'no dossier is yours', { detail: { reason: 'gone' } });
      const empty = scene === 'empty';
      return {
        as: scene === 'partly' ? 'representative' : 'patient',
        record:
          scene === 'stale'
            ? null
            : {
                ...{ asOf, name: 'Mevrouw J. de Wit-van der Heuvel' },
                problems: empty
                  ? []
                  : [{ name: both('Diabetes mellitus type 2', 'Type 2 diabetes'), more: both('2014', '2014') }],
                medication: empty ? [] : [{ name: both('metformine', 'metformin'), more: null }],
                allergies: [],
                measurements: empty
                  ? []
                  : [
                      {
                        name: both('HbA1c', 'HbA1c'),
                        more: both('mmol/mol', 'mmol/mol'),
                        value: both('54', '54'),
                        date: '2026-08-03',
                      },
                      {
                        name: both('Bloeddruk, bovendruk', 'Systolic blood pressure'),
                        more: both('mmHg', 'mmHg'),
                        value: both('138', '138'),
                        date: '2026-08-03',
                      },
                    ],
              },
        looks: { nl: empty ? [] : years(looksIn(0, now)), en: empty ? [] : years(looksIn(1, now)) },
        proved: scene !== 'unproved',
        access: scene === 'stale' ? null : access(),
        place: empty
          ? null
          : {
              ...{ operator: 'Kluisbeheer Noord', owner: { name: 'Stichting Zorgdata', country: 'NL' } },
              ...{ places: ['NL', 'DE'], law: 'Nederlands recht' },
              certificates: [{ norm: 'NEN 7510', by: 'Keurmeester BV', until: '2028-05-01' }],
            },
      };
    },
    declareCopy: () => of.reach(),
    ...said,
  };
}

export function deskSide(of: {
  readonly scene: string;
  readonly now: Instant;
  readonly owner: boolean;
  readonly reach: () => Promise<void>;
}): DeskSide {
  const { scene, now, owner, reach } = of;
  const roll = dice(5);
  const until = plus(now, 300 * 24 * HOUR);
  let readers: OwnReader[] =
    scene === 'empty'
      ? []
      : [
          { id: madeId('fact', roll), name: 'J. de Wit', role: 'Patiënt', as: 'patient', since: now, until, eid: null },
          {
            id: madeId('fact', roll),
            name: null,
            role: null,
            as: 'representative',
            since: now,
            until,
            eid: 'substantial',
          },
        ];
  let asked = 0;
  return {
    async open() {
      await reach();
      if (scene === 'denied') throw workplaceError('denied', 'on no list', { detail: { reason: 'gone' } });
      return { patient: 'Mevrouw J. de Wit-van der Heuvel', readers, owner };
    },
    async invite() {
      await reach();
      return {
        id: madeId('invitation', roll),
        link: `${location.origin}/#/uitnodiging/proef.${'abcdefgh'.repeat(12)}`,
      };
    },
    async code() {
      asked += 1;
      return { code: asked > 1 ? '123 456 789 012' : null, over: false };
    },
    admit: () => reach(),
    async end(id) {
      await reach();
      readers = readers.filter((one) => one.id !== id);
    },
    async paper() {
      await reach();
      return { looks: { nl: looksIn(0, now), en: looksIn(1, now) }, proved: true };
    },
  };
}
