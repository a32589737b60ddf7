/** Patient.link: which records are used no more, and what stands in their place. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linksOf, type PatientLink, resolveLinks } from './links.ts';
import { shapeFault } from './shape.ts';

const link = (patient: string, type: PatientLink['type'], other: string): PatientLink => ({ patient, type, other });
const all = () => true;

describe('links between patient records', () => {
  it('a merge is read from either side, through a chain, and also where the old record is gone', () => {
    expect(resolveLinks([link('a', 'replaced-by', 'b')], all).replaced).toEqual(new Map([['a', ['b']]]));
    expect(resolveLinks([link('b', 'replaces', 'a')], (one) => one === 'b').replaced).toEqual(new Map([['a', ['b']]]));
    const chain = [link('a', 'replaced-by', 'b'), link('c', 'replaces', 'b')];
    expect(resolveLinks(chain, all).replaced.get('a')).toEqual(['c']);
  });

  it('two in the place of one is a split; none is what leads nowhere or in a circle', () => {
    const split = [link('b', 'replaces', 'a'), link('c', 'replaces', 'a')];
    expect(resolveLinks(split, all).replaced.get('a')).toEqual(['b', 'c']);
    expect(resolveLinks([link('a', 'replaced-by', 'x')], (one) => one !== 'x').replaced.get('a')).toEqual([]);
    const circle = resolveLinks([link('a', 'replaced-by', 'b'), link('b', 'replaced-by', 'a')], all);
    expect([...circle.replaced]).toEqual([
      ['a', []],
      ['b', []],
    ]);
  });

  it('whatever the links are, nothing that is replaced stands in the place of anything', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const types = fc.constantFrom('replaced-by' as const, 'replaces' as const, 'same' as const);
    fc.assert(
      fc.property(fc.array(fc.record({ patient: id, type: types, other: id }), { maxLength: 8 }), (links) => {
        const { replaced, same } = resolveLinks(links, (one) => one !== 'e');
        for (const places of replaced.values())
          expect(places.every((one) => !replaced.has(one) && one !== 'e')).toBe(true);
        for (const [one, other] of same) expect(one < other).toBe(true);
        const named = links.flatMap(({ patient, type, other }) =>
          type === 'same' ? [] : [type === 'replaces' ? other : patient],
        );
        expect(new Set(replaced.keys())).toEqual(new Set(named));
      }),
    );
  });

  it('are read from a resource by their four types; another word says no more than that they are one', () => {
    const types = ['replaced-by', 'replaces', 'seealso', 'refer', 'toString'];
    const read = linksOf({
      resourceType: 'Patient',
      link: [...types.map((type) => ({ type, other: { reference: 'Patient/2' } })), {}],
    });
    expect(read.map(({ type }) => type)).toEqual(['replaced-by', 'replaces', 'same', 'same', 'same', 'same']);
    expect(read.at(-1)!.reference).toBeUndefined();
    expect(shapeFault('Patient', { resourceType: 'Patient', link: { other: 1 } })).toEqual({
      code: 'wrong-shape',
      field: 'link',
    });
    expect(shapeFault('Patient', { resourceType: 'Patient', link: [{ type: 1 }] })?.code).toBe('wrong-shape');
  });
});
