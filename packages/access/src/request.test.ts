import { instant, newId, plus } from '@ketenkluis/base';
import type { Hash, Request } from '@ketenkluis/seal';
import { describe, expect, it } from 'vitest';
import { type Expected, REQUEST_FAULTS, REQUEST_WINDOW, type RequestFault, requestFault } from './index.ts';

let seed = 0;
const random = (length: number) => new Uint8Array(length).fill(++seed);
const NOW = instant(1_760_000_000_000);
const request: Request = {
  t: 'request',
  v: 1,
  suite: 1,
  id: newId('request', random),
  practice: newId('organisation', random),
  audience: 'http://vault.localhost:1',
  person: newId('person', random),
  organisation: newId('organisation', random),
  device: newId('device', random),
  session: newId('session', random),
  class: 'look',
  action: 'release',
  at: NOW,
  counter: 5,
  items: [],
  body: 'b'.repeat(42).concat('A') as Hash,
  annex: null,
  declared: false,
  checkpoint: null,
};
const expected: Expected = {
  practice: request.practice,
  audiences: [request.audience],
  person: request.person,
  session: request.session,
  action: 'release',
  classes: ['look', 'list'],
  body: request.body!,
  now: NOW,
  counter: 4,
};

describe('requestFault', () => {
  const cases: Record<RequestFault, Partial<Request>[]> = {
    'wrong-practice': [{ practice: newId('organisation', random) }],
    'wrong-audience': [{ audience: 'http://other.localhost:1' }],
    'wrong-person': [{ person: newId('person', random) }],
    'wrong-session': [{ session: null }, { session: newId('session', random) }],
    'wrong-action': [{ action: 'write' }],
    'wrong-class': [{ class: 'admin' }],
    'changed-body': [{ body: null }, { body: 'c'.repeat(42).concat('A') as Hash }],
    'not-fresh': [
      { at: plus(NOW, -REQUEST_WINDOW - 1) },
      { at: plus(NOW, REQUEST_WINDOW + 1) },
      { at: Number.NaN as Request['at'] },
    ],
    replayed: [{ counter: 4 }, { counter: 0 }, { counter: Number.NaN }],
  };
  it('R24: accepts a fresh request meant for this vault and these bytes', () => {
    expect(requestFault(request, expected)).toBeUndefined();
    expect(requestFault({ ...request, at: plus(NOW, -REQUEST_WINDOW) }, expected)).toBeUndefined();
  });
  for (const fault of REQUEST_FAULTS) {
    it(`R24: refuses with ${fault}`, () => {
      for (const change of cases[fault]) expect(requestFault({ ...request, ...change }, expected)).toBe(fault);
    });
  }
});
