/** Who may look in the invented patient's dossier, and her own word about it. */

import { HOUR, type Instant, newId, type OrganisationId, plus } from '@ketenkluis/base';
import type { OwnAccess, OwnSide, OwnWhom, Text } from '../model.ts';
import { dice, madeId } from './people.ts';
import { both } from './stage.ts';

const DAY = 24 * HOUR;
const PARTS = [
  both('uw bloedsuiker', 'your blood sugar'),
  both('uw voeten en of u rookt', 'your feet and whether you smoke'),
  both('uw ziektes en uitslagen', 'your illnesses and results'),
] as const;

const changesAt = (now: Instant): OwnAccess['changes'] => {
  const of = { purpose: null, stands: null };
  return [
    {
      ...of,
      key: '4',
      at: plus(now, -2 * DAY),
      line: 940,
      said: both('De patiënt zelf nam een eerdere keuze terug.', 'The patient took back an earlier choice.'),
    },
    {
      ...{ ...of, key: '3', at: plus(now, -10 * DAY), line: 905, stands: true },
      said: both(
        'De praktijkondersteuner verwees u, vroeg of er gedeeld mag worden met Podotherapie Het Spoor, en schreef uw ja op.',
        'The practice nurse referred you, asked whether to share with Podotherapie Het Spoor, and wrote down your yes.',
      ),
    },
    {
      ...{ ...of, key: '2', at: plus(now, -200 * DAY), line: 411, stands: false },
      purpose: 'verwijzing naar Diëtistenpraktijk De Weegschaal',
      said: both(
        'De huisarts verwees u, vroeg of er gedeeld mag worden met een andere organisatie, en schreef uw ja op.',
        'The GP referred you, asked whether to share with another organisation, and wrote down your yes.',
      ),
    },
  ];
};

export function ownAccess(of: { readonly scene: string; readonly now: Instant; readonly reach: () => Promise<void> }): {
  readonly access: () => OwnAccess;
  readonly said: Pick<OwnSide, 'agree' | 'takeBack' | 'shut' | 'unshut'>;
} {
  const { scene, now, reach } = of;
  const roll = dice(9);
  const empty = scene === 'empty';
  const [feet, diet] = [madeId('organisation', roll), madeId('organisation', roll)];
  const handles = PARTS.map(() => madeId('handle', roll));
  const names: ReadonlyMap<string, Text> = new Map([
    [feet, both('Podotherapie Het Spoor', 'Podotherapie Het Spoor')],
    [diet, both('Diëtistenpraktijk De Weegschaal', 'Diëtistenpraktijk De Weegschaal')],
  ]);
  const agreed = new Map<string, NonNullable<OwnAccess['partners'][number]['consent']>>(
    empty ? [] : [[feet, { until: plus(now, 80 * DAY), by: 'desk' }]],
  );
  let shut: (OwnAccess['shut'][number] & { readonly whomId: OwnWhom })[] = empty
    ? []
    : [
        {
          ...{ fact: madeId('fact', roll), whom: names.get(diet)!, whomId: { organisation: diet } },
          ...{ parts: [PARTS[2]], by: 'desk', mayOpen: scene !== 'partly' },
        },
      ];
  const role = {
    podiatrist: both('de podotherapeut', 'the podiatrist'),
    dietitian: both('de diëtist', 'the dietitian'),
  };
  const isShut = (id: OrganisationId) =>
    shut.some(({ whomId }) => whomId === 'outside' || ('organisation' in whomId && whomId.organisation === id));
  const whomText = (whom: OwnWhom): Text => {
    if (whom === 'outside') return both('iedereen buiten de praktijk', 'everybody outside the practice');
    if ('role' in whom) return role[whom.role as keyof typeof role];
    return names.get(whom.organisation)!;
  };
  return {
    access: () => ({
      openers: [
        {
          key: '1',
          who: both('De huisarts van uw praktijk', 'The GP of your practice'),
          why: both(
            'Omdat u patiënt bent bij deze praktijk en meedoet aan het zorgprogramma.',
            'Because you are a patient of this practice and take part in the care programme.',
          ),
          ...{ parts: [...PARTS], until: null },
        },
        ...(agreed.has(feet) && !isShut(feet)
          ? [
              {
                key: '2',
                who: both('De podotherapeut van Podotherapie Het Spoor', 'The podiatrist of Podotherapie Het Spoor'),
                why: both(
                  'Omdat u bent verwezen en daar toestemming voor gaf aan de praktijk.',
                  'Because you were referred and agreed to it at the practice.',
                ),
                ...{ parts: [PARTS[0], PARTS[1]], until: plus(now, 80 * DAY) },
              },
            ]
          : []),
      ],
      readers: [
        { key: 'a', who: both('De patiënt', 'The patient'), until: plus(now, 300 * DAY), self: scene !== 'partly' },
        {
          key: 'b',
          who: both('Vertegenwoordiger (Dochter, gemachtigd)', 'Representative (Dochter, gemachtigd)'),
          until: plus(now, 200 * DAY),
          self: scene === 'partly',
        },
      ],
      ...{ overseen: true, unreviewed: empty ? 0 : 1, whole: scene !== 'unproved' },
      partners: [feet, diet].map((organisation) => ({
        ...{ organisation, name: names.get(organisation)!, consent: agreed.get(organisation) ?? null },
        ...{ roles: [organisation === feet ? role.podiatrist : role.dietitian], shut: isShut(organisation) },
        referred: organisation === feet,
      })),
      categories: [
        { role: 'podiatrist', name: both('De podotherapeut', 'The podiatrist') },
        { role: 'dietitian', name: both('De diëtist', 'The dietitian') },
      ],
      changes: empty ? [] : changesAt(now),
      shut,
      parts: PARTS.map((name, place) => ({ handle: handles[place]!, name })),
    }),
    said: {
      async agree(partner) {
        await reach();
        agreed.set(partner, { until: plus(now, 300 * DAY), by: 'own' });
      },
      async takeBack(partner) {
        await reach();
        agreed.delete(partner);
      },
      async shut(whom, parts) {
        await reach();
        const some = parts === null ? null : PARTS.filter((_, place) => parts.includes(handles[place]!));
        const fact = newId('fact', (length) => crypto.getRandomValues(new Uint8Array(length)));
        shut = [...shut, { fact, whom: whomText(whom), whomId: whom, parts: some, by: 'self', mayOpen: true }];
      },
      async unshut(fact) {
        await reach();
        shut = shut.filter((one) => one.fact !== fact);
      },
    },
  };
}
