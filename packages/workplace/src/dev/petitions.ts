/** Invented requests of patients: on the patient's own screen, and on the practice's. */

import { addMonths, DAY, type Instant, localDate, plus } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type { Asked, PatientRequest, PetitionSide, PosedRequest } from '../model.ts';

const FOOT = {
  ...({ verdict: 'refused', name: null } as const),
  text: 'Onze collega is bedreigd. Wij geven de naam daarom niet. De inzage hoorde bij uw voetcontrole.',
};
/** Another organisation answered, and sealed it to nobody who reads here. */
const DARK = { by: 'Podotherapie Het Spoor', words: null, unreadable: true };
const dark = <T extends Asked>(one: T, now: Instant): T => ({
  ...one,
  mayUnread: true,
  waiting: { due: addMonths(localDate(one.at), 1), late: false },
  answer: { ...DARK, at: plus(now, -2 * DAY) },
});
const lengthened = (one: Asked, now: Instant): Asked => {
  const until = addMonths(localDate(one.at), 3);
  const reason = { ground: 'number' as const, text: 'Wij zoeken tien jaar gegevens voor u na.' };
  return { ...one, waiting: { due: until, late: false }, longer: { at: plus(now, -DAY), until, reason } };
};
const posedOf = (now: Instant, scene: string): readonly PosedRequest[] => {
  const at = (days: number) => plus(now, -days * DAY);
  const of = { practice: 'Huisartsen De Kade', answer: null };
  const id = (letter: string) => letter.repeat(43) as PosedRequest['id'];
  return [
    {
      ...{ ...of, id: id('P'), about: 'name', at: at(33), due: localDate(at(2)), late: true, kept: null },
      ...{ text: 'Ik denk dat dit mijn oude buurman is.', whom: { name: 'Vera Vertrekker', me: false, alone: false } },
    },
    {
      ...{ ...of, id: id('Q'), about: 'erase', at: at(10), due: localDate(plus(now, 80 * DAY)), late: false },
      ...{ text: null, whom: null, kept: { patient: 'Mevrouw J. Proef', copies: 3, mayRemove: true } },
    },
    {
      ...{ ...of, id: id('R'), about: 'name', at: at(4), due: localDate(plus(now, 26 * DAY)), late: false },
      ...{ text: null, whom: { name: 'Tessa van Asselt', me: true, alone: scene === 'alone' }, kept: null },
    },
  ];
};

export function petitionSide(of: {
  readonly scene: string;
  readonly now: Instant;
  readonly reach: () => Promise<void>;
}): PetitionSide {
  const { scene, now, reach } = of;
  let number = 0;
  const made = (about: Asked['about'], days: number, text: string, answer: Asked['answer'] = null): Asked => {
    number += 1;
    const at = plus(now, -days * DAY);
    const due = addMonths(localDate(at), 1);
    const waiting = answer === null ? { due, late: localDate(now) > due } : null;
    const id = `${number}`.repeat(43).slice(0, 43) as Asked['id'];
    return { id, about, at, text, waiting, answer, longer: null, unread: 0, mayUnread: false };
  };
  const given = { verdict: 'given', name: 'Joost Hofstede', text: 'Dit was uw huisarts, bij uw controle.' } as const;
  let asked: Asked[] =
    scene === 'empty'
      ? []
      : [
          made('name', 12, 'Ik denk dat ik deze persoon ken.', {
            at: plus(now, -3 * DAY),
            by: null,
            words: given,
            unreadable: false,
          }),
          made('correct', 4, 'Ik rook niet meer sinds 2019.'),
          {
            ...made('name', 20, '', {
              ...{ at: plus(now, -9 * DAY), by: 'Podotherapie Het Spoor', words: FOOT, unreadable: false },
            }),
          },
          dark(made('name', 6, 'Wie belde mij?'), now),
          lengthened(made('other', 28, 'Wilt u alles van de laatste tien jaar uitzoeken?'), now),
        ];
  let alert = false;
  const whom = { name: 'Noor Zijlstra', line: 812, me: false, partner: null, alone: false };
  const foot = { name: null, me: false, partner: 'Podotherapie Het Spoor' };
  let requests: PatientRequest[] =
    scene === 'empty'
      ? []
      : [
          {
            ...made('name', 40, 'Ik denk dat mijn buurvrouw keek.'),
            patient: 'Mevrouw J. de Wit-van der Heuvel',
            ...{ whom, mayExtend: false },
          },
          { ...made('paper', 20, ''), patient: 'De heer K. Brands', whom: null, mayExtend: true },
          {
            ...made('name', 2, ''),
            patient: 'Mevrouw A. Bos',
            ...{ whom: { name: 'Marleen Brugman', line: 901, me: true, partner: null, alone: false }, mayExtend: true },
          },
          {
            ...made('name', 1, 'Ik ken iemand die daar werkt.'),
            patient: 'De heer H. van Loon',
            ...{ whom: { ...foot, line: 955, alone: true }, mayExtend: true },
          },
          dark(
            {
              ...made('name', 5, ''),
              ...{ patient: 'Mevrouw T. Vos', whom: { ...foot, line: 958, alone: false }, mayExtend: false },
            },
            now,
          ),
          {
            ...made('name', 60, '', {
              ...{ at: plus(now, -50 * DAY), by: null, unreadable: false },
              words: { verdict: 'refused', name: null, text: 'De collega heeft hier geen rol in gehad.' },
            }),
            ...{ patient: 'De heer P. Smit', whom, mayExtend: false },
          },
        ];
  let posed = posedOf(now, scene);
  return {
    async mine() {
      await reach();
      return {
        asked,
        askable: new Set([0, 2, 3]),
        elsewhere: new Set([3]),
        alone: new Set(scene === 'alone' ? [3] : []),
        alert: scene === 'stale' ? null : alert,
        broken: scene === 'unproved',
      };
    },
    async askName(_lines, reason) {
      await reach();
      asked = [made('name', 0, reason), ...asked];
    },
    async ask(about, text) {
      await reach();
      asked = [made(about, 0, text), ...asked];
    },
    async askAgain(id) {
      await reach();
      asked = asked.map((one) => (one.id === id ? { ...one, answer: null, unread: 1, mayUnread: false } : one));
    },
    async alert(address) {
      await reach();
      alert = address !== null;
    },
    async fhir() {
      await reach();
      return { name: 'mijn-dossier.fhir.json', type: 'application/fhir+json', text: '{"resourceType":"Bundle"}\n' };
    },
    async waiting() {
      await reach();
      const open = requests.flatMap(({ waiting }) => waiting ?? []);
      return { open: open.length, late: open.filter(({ late }) => late).length };
    },
    async list() {
      await reach();
      if (scene === 'denied') throw workplaceError('denied', 'not yours', { detail: { reason: 'class-not-allowed' } });
      return { requests, broken: scene === 'unproved' ? [17] : [] };
    },
    async extend(id, { months, ground, text }) {
      await reach();
      requests = requests.map((one) => {
        if (one.id !== id || one.waiting === null) return one;
        const until = addMonths(one.waiting.due, months);
        const longer = { at: now, until, reason: { ground, text } };
        return { ...one, longer, mayExtend: false, waiting: { due: until, late: false } };
      });
    },
    async posed() {
      await reach();
      return { requests: scene === 'empty' ? [] : posed, away: scene === 'offline-one' ? ['Huisartsen De Kade'] : [] };
    },
    async answerPosed(id, { verdict, text }) {
      await reach();
      posed = posed.map((one) =>
        one.id === id
          ? {
              ...one,
              late: false,
              kept: null,
              answer: { at: now, by: null, words: { verdict, name: null, text }, unreadable: false },
            }
          : one,
      );
    },
    async answer(id, { verdict, text, name }) {
      await reach();
      requests = requests.map((one) =>
        one.id === id
          ? {
              ...{ ...one, waiting: null },
              answer: {
                ...{ at: now, by: null, unreadable: false },
                words: { verdict, name: verdict === 'given' ? (name ?? one.whom?.name ?? null) : null, text },
              },
            }
          : one,
      );
    },
  };
}
