import { instant, newId, systemRandom } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ConsentAsked, mayBeAssumed, type Party, type Said, settleConsent } from './index.ts';

const organisation = () => ({ organisation: newId('organisation', systemRandom) });
const [practice, podiatrist, stranger] = [organisation(), organisation(), organisation()];
const [gps, feet] = [{ category: 'huisartsen' }, { category: 'podotherapeuten' }];
const by = newId('person', systemRandom);
const asked: ConsentAsked = {
  holder: { ...practice, categories: [{ ...gps, told: instant(0) }] },
  data: 'diabetes',
  consulter: { ...podiatrist, categories: [{ ...feet, told: instant(0) }] },
};
const said = (
  answer: Said['answer'],
  holder: Party = gps,
  data: string | null = 'diabetes',
  consulter: Party = feet,
  at = 5,
): Said => ({ answer, holder, data, consulter, at: instant(at), channel: 'desk', by });

const party = (...list: Party[]) => fc.constantFrom<Party>(...list);
const anySaid = fc
  .record({
    answer: fc.constantFrom('consent' as const, 'objection' as const),
    holder: party(practice, gps, stranger),
    data: fc.constantFrom('diabetes', 'copd', null),
    consulter: party(podiatrist, feet, stranger),
    at: fc.integer({ min: 0, max: 9 }),
  })
  .map((one) => said(one.answer, one.holder, one.data, one.consulter, one.at));
const anything = fc.array(anySaid, { maxLength: 6 });

describe('what the patient said', () => {
  it('R31: nothing said is no; so is what was said about others or other data', () => {
    expect(settleConsent([], asked)).toBe(false);
    expect(settleConsent([said('consent', stranger)], asked)).toBe(false);
    expect(settleConsent([said('consent', gps, 'copd')], asked)).toBe(false);
    expect(settleConsent([said('consent', gps, 'diabetes', stranger)], asked)).toBe(false);
    expect(settleConsent([said('objection', gps, null, stranger)], asked)).toBe(false);
  });

  it('R30: a consent by category or by name covers who is meant', () => {
    expect(settleConsent([said('consent')], asked)).toBe(true);
    expect(settleConsent([said('consent', practice, null, podiatrist)], asked)).toBe(true);
  });

  it('R32: the more specific wins, in either direction', () => {
    expect(settleConsent([said('consent'), said('objection', gps, 'diabetes', podiatrist)], asked)).toBe(false);
    expect(settleConsent([said('objection'), said('consent', gps, 'diabetes', podiatrist)], asked)).toBe(true);
    expect(settleConsent([said('objection', gps, null), said('consent')], asked)).toBe(true);
  });

  it('R32: what cannot be compared is no', () => {
    const [narrowData, narrowParty] = [
      said('consent', gps, 'diabetes', feet),
      said('objection', gps, null, podiatrist),
    ];
    expect(settleConsent([narrowData, narrowParty], asked)).toBe(false);
  });

  it('a later answer to the same question replaces the earlier one', () => {
    const elements = [gps, 'diabetes', feet] as const;
    expect(settleConsent([said('objection', ...elements, 1), said('consent', ...elements, 2)], asked)).toBe(true);
    expect(settleConsent([said('consent', ...elements, 1), said('objection', ...elements, 2)], asked)).toBe(false);
  });

  it('R35: a category that a party came into later is not covered by an older consent, but by an older objection', () => {
    const later: ConsentAsked = {
      ...asked,
      consulter: { ...podiatrist, categories: [{ ...feet, told: instant(6) }] },
    };
    expect(settleConsent([said('consent')], later)).toBe(false);
    expect(settleConsent([said('consent', gps, 'diabetes', feet, 6)], later)).toBe(true);
    const named = said('consent', gps, null, podiatrist);
    expect(settleConsent([named, said('objection', gps, 'diabetes', feet, 1)], later)).toBe(false);
  });

  it('R32: at equal specificity the objection wins, in any order and whatever else was said', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(0, 1), (list, first) => {
        const objection = said('objection', practice, 'diabetes', podiatrist, 9);
        const consent = said('consent', practice, 'diabetes', podiatrist, 9);
        const both = first === 0 ? [objection, consent] : [consent, objection];
        expect(settleConsent([...both, ...list], asked)).toBe(false);
        expect(settleConsent([...list, ...both], asked)).toBe(false);
      }),
    );
  });

  it('R32: does not depend on the order', () => {
    fc.assert(
      fc.property(anything, (list) => {
        expect(settleConsent(list.toReversed(), asked)).toBe(settleConsent(list, asked));
      }),
    );
  });

  it('R32: one more objection never turns a no into a yes; R31: one consent fewer neither', () => {
    fc.assert(
      fc.property(anything, anySaid, (list, one) => {
        const more = [...list, { ...one, answer: 'objection' as const }];
        if (!settleConsent(list, asked)) expect(settleConsent(more, asked)).toBe(false);
      }),
    );
    fc.assert(
      fc.property(anything, (list) => {
        const none = list.filter(({ answer }) => answer === 'objection');
        expect(settleConsent(none, asked)).toBe(false);
      }),
    );
  });

  it('R32: nothing is assumed against an objection, however general; a consent in the same words takes it back', () => {
    expect(mayBeAssumed([], asked)).toBe(true);
    expect(mayBeAssumed([said('objection')], asked)).toBe(false);
    expect(mayBeAssumed([said('objection', gps, null)], asked)).toBe(false);
    expect(mayBeAssumed([said('objection', gps, 'copd')], asked)).toBe(true);
    expect(mayBeAssumed([said('objection', gps, 'diabetes', stranger)], asked)).toBe(true);
    expect(mayBeAssumed([said('objection'), said('consent', practice, 'diabetes', podiatrist)], asked)).toBe(false);
    expect(mayBeAssumed([said('objection'), said('consent', gps, 'diabetes', feet, 6)], asked)).toBe(true);
  });

  it('R32: one more objection never makes anything assumable, and what is settled as no by an objection is not assumed', () => {
    fc.assert(
      fc.property(anything, anySaid, (all, one) => {
        if (!mayBeAssumed(all, asked) && one.answer === 'objection')
          expect(mayBeAssumed([...all, one], asked)).toBe(false);
        const objected = all.some((each) => each.answer === 'objection');
        if (!objected) expect(mayBeAssumed(all, asked)).toBe(true);
        const least: Said = said('consent', gps, null, feet, 9);
        const mine = all.filter((each) => each.answer === 'objection' && each.at < 9);
        if (mayBeAssumed(mine, asked)) expect(settleConsent([...mine, least], asked)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
