/** R36, R32: what an answer of Mitz is worth, by itself and beside the practice's own book. */

import type { Said } from '@ketenkluis/access';
import { type HandleId, HOUR, type Instant, newId, type PersonId, plus, systemRandom } from '@ketenkluis/base';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MitzConsent } from '../register.ts';
import { agreed, type Settling, settleMitz } from './facts.ts';

const AT = Date.UTC(2026, 0, 5) as Instant;
const practice = newId('organisation', systemRandom);
const partner = newId('organisation', systemRandom);
const by = newId('person', systemRandom) as PersonId;
const handles = [newId('handle', systemRandom), newId('handle', systemRandom)];
const asking = (more: Partial<Settling> = {}): Settling => ({
  practice,
  organisation: partner,
  types: { holder: 'Z3', consulter: 'J8' },
  handles,
  permit: true,
  data: 'GGC002',
  at: AT,
  hours: 24,
  said: [],
  by,
  random: systemRandom,
  ...more,
});

describe('what an answer of Mitz is worth', () => {
  it('R36: a yes is one consent of at most 24 hours, whatever is configured', () => {
    const [made, ...more] = settleMitz([], asking({ hours: 1000 }));
    expect(more).toEqual([]);
    expect(made).toMatchObject({ organisation: partner, handles, from: AT, until: plus(AT, 24 * HOUR), over: false });
  });

  it('R36: no yes, or nothing to agree to, leaves no consent standing', () => {
    const given = settleMitz([], asking());
    for (const less of [{ permit: false }, { handles: [] }]) {
      expect(settleMitz(given, asking(less)).every(({ over }) => over)).toBe(true);
      expect(settleMitz([], asking(less))).toEqual([]);
    }
  });

  it('a sync that starts over keeps the fact; a later one, and other parts, get a new one', () => {
    const given = settleMitz([], asking());
    expect(settleMitz(given, asking({ at: plus(AT, 60_000) }))).toEqual(given);
    const later = settleMitz(given, asking({ at: plus(AT, 20 * HOUR) }));
    expect(later.map(({ over }) => over)).toEqual([true, false]);
    const fewer = settleMitz(given, asking({ handles: handles.slice(1) }));
    expect(fewer.map(({ over }) => over)).toEqual([true, false]);
    expect(fewer[1]!.handles).toEqual(handles.slice(1));
  });

  it('says nothing of another partner', () => {
    const other = settleMitz([], asking({ organisation: practice }));
    expect(settleMitz(other, asking({ permit: false }))).toEqual(other);
  });

  const objection = (more: Partial<Said>): Said => ({
    answer: 'objection',
    holder: { organisation: practice },
    data: null,
    consulter: { organisation: partner },
    at: AT,
    channel: 'desk',
    by,
    ...more,
  });
  const parties = fc.constantFrom<Said['consulter']>({ organisation: partner }, { category: 'J8' });
  const holders = fc.constantFrom<Said['holder']>({ organisation: practice }, { category: 'Z3' });

  it('R32: an objection in the own book that covers it wins, however it is put and whenever it was said', () => {
    fc.assert(
      fc.property(
        holders,
        parties,
        fc.constantFrom('GGC002', null),
        fc.integer({ min: 0, max: AT * 2 }),
        (holder, consulter, data, when) => {
          const said = [objection({ holder, consulter, data, at: when as Instant })];
          return !agreed(asking({ said })) && !settleMitz([], asking({ said })).some(({ over }) => !over);
        },
      ),
    );
  });

  it('R32, R36: an objection against others changes nothing, and no consent in the own book makes a yes of a no', () => {
    for (const said of [
      objection({ consulter: { category: 'A1' } }),
      objection({ consulter: { organisation: newId('organisation', systemRandom) } }),
      objection({ data: 'GGC007' }),
    ]) {
      expect(agreed(asking({ said: [said] }))).toBe(true);
    }
    expect(agreed(asking({ permit: false, said: [objection({ answer: 'consent' })] }))).toBe(false);
  });

  it('property: whatever was there before, at most one consent per partner stands, and none without a yes', () => {
    const entry = fc.record<MitzConsent>({
      organisation: fc.constantFrom(partner, practice),
      fact: fc.constant(null).map(() => newId('fact', systemRandom)),
      handles: fc.constantFrom(handles, handles.slice(1)) as fc.Arbitrary<HandleId[]>,
      from: fc.constant(AT),
      until: fc.integer({ min: 0, max: 48 }).map((hours) => plus(AT, hours * HOUR)),
      over: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), fc.boolean(), (known, permit) => {
        const standing = settleMitz(known, asking({ permit })).filter(
          (one) => one.organisation === partner && !one.over,
        );
        return standing.length === (permit ? 1 : 0) && standing.every(({ until }) => until <= plus(AT, 24 * HOUR));
      }),
    );
  });
});
