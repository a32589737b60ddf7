import { newId, systemRandom } from '@ketenkluis/base';
import { type Pins, pins } from '@ketenkluis/client';
import { describe, expect, it } from 'vitest';
import { workplaceError } from '../errors.ts';
import { encodeInvitation, parseInvitation } from './joining.ts';

const known: Pins = pins.parse({
  practice: newId('organisation', systemRandom),
  authority: 'A'.repeat(43),
  log: { origin: 'example/log', key: 'example/log+00000000+AAAA' },
  logTeam: newId('team', systemRandom),
});

describe('an invitation link', () => {
  const link = encodeInvitation('inv_x.seed', known);

  it('brings the practice along, so that a new browser knows whom to ask', () => {
    expect(parseInvitation(link)).toEqual({ fragment: 'inv_x.seed', pins: known });
  });

  it.each([link.slice(0, -1), link.slice(0, 12), `${link}~x`, '', 'inv_x.seed'])(
    'refuses a link that was cut or changed',
    (bad) => {
      let caught: unknown;
      try {
        parseInvitation(bad);
      } catch (error) {
        caught = error;
      }
      expect(workplaceError.is(caught, 'bad-link')).toBe(true);
    },
  );
});
