/** Invented requests of patients: on the patient's own screen, and on the practice's. */

import { addMonths, DAY, type Instant, localDate, plus } from '@ketenkluis/base';
import { workplaceError } from '../errors.ts';
import type { Asked, PatientRequest, PetitionSide } from '../model.ts';

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
    return { id: `${number}`.repeat(43).slice(0, 43) as Asked['id'], about, at, text, waiting, answer };
  };
  const given = { verdict: 'given', name: 'Joost Hofstede', text: 'Dit was uw huisarts, bij uw controle.' } as const;
  let asked: Asked[] =
    scene === 'empty'
      ? []
      : [
          made('name', 12, 'Ik denk dat ik deze persoon ken.', { at: plus(now, -3 * DAY), words: given }),
          made('correct', 4, 'Ik rook niet meer sinds 2019.'),
        ];
  let alert = false;
  const whom = { name: 'Noor Zijlstra', line: 812, me: false };
  let requests: PatientRequest[] =
    scene === 'empty'
      ? []
      : [
          {
            ...made('name', 40, 'Ik denk dat mijn buurvrouw keek.'),
            patient: 'Mevrouw J. de Wit-van der Heuvel',
            whom,
          },
          { ...made('paper', 20, ''), patient: 'De heer K. Brands', whom: null },
          { ...made('name', 2, ''), patient: 'Mevrouw A. Bos', whom: { name: 'Marleen Brugman', line: 901, me: true } },
          {
            ...made('name', 60, '', {
              at: plus(now, -50 * DAY),
              words: { verdict: 'refused', name: null, text: 'De collega heeft hier geen rol in gehad.' },
            }),
            ...{ patient: 'De heer P. Smit', whom },
          },
        ];
  return {
    async mine() {
      await reach();
      return { asked, askable: new Set([0, 2]), alert: scene === 'stale' ? null : alert, broken: scene === 'unproved' };
    },
    async askName(_lines, reason) {
      await reach();
      asked = [made('name', 0, reason), ...asked];
    },
    async ask(about, text) {
      await reach();
      asked = [made(about, 0, text), ...asked];
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
    async answer(id, { verdict, text }) {
      await reach();
      requests = requests.map((one) =>
        one.id === id
          ? {
              ...{ ...one, waiting: null },
              answer: {
                at: now,
                words: { verdict, name: verdict === 'given' ? (one.whom?.name ?? null) : null, text },
              },
            }
          : one,
      );
    },
  };
}
