import { describe, expect, it } from 'vitest';
import { isBsn, readBsn } from './bsn.ts';
import { DATA_ABSENT_REASON, SYSTEM } from './codes.ts';

const bsn = (value: string) => [{ system: SYSTEM.bsn, value }];

describe('BSN', () => {
  it('R7: accepts nine digits that pass the 11-test, a leading zero included', () => {
    for (const good of ['111222333', '123456782', '999900006', '012345672']) expect(isBsn(good)).toBe(true);
  });

  it('R7: rejects a BSN that fails the 11-test, is 000000000 or is no nine digits', () => {
    for (const bad of ['111222334', '000000000', '12345672', '1234567820', '12345678a', '', 111222333, null]) {
      expect(isBsn(bad)).toBe(false);
    }
  });

  it('R7: changing any one digit of a good number is noticed', () => {
    const good = '123456782';
    for (let at = 0; at < 9; at++) {
      for (let digit = 0; digit < 10; digit++) {
        const changed = `${good.slice(0, at)}${digit}${good.slice(at + 1)}`;
        expect(isBsn(changed)).toBe(changed === good);
      }
    }
  });

  it('tells a number, a masked one, none and a fault apart', () => {
    expect(readBsn(bsn('012345672'))).toEqual({ kind: 'bsn', bsn: '012345672' });
    expect(readBsn([{ system: 'urn:oid:2.16.840.1.113883.2.4.6.3', value: '111222333' }])).toMatchObject({
      kind: 'bsn',
    });
    const masked = [{ url: DATA_ABSENT_REASON, valueCode: 'masked' }];
    expect(readBsn([{ system: SYSTEM.bsn, _value: { extension: masked } }])).toEqual({ kind: 'masked' });
    expect(readBsn([{ system: SYSTEM.bsn, extension: masked }])).toEqual({ kind: 'masked' });
    expect(readBsn(undefined)).toEqual({ kind: 'absent' });
    expect(readBsn([{ system: 'http://example.org', value: '1' }])).toEqual({ kind: 'absent' });
    expect(readBsn(bsn('12345672'))).toEqual({ kind: 'fault', fault: 'bsn-short' });
    expect(readBsn(bsn('111222334'))).toEqual({ kind: 'fault', fault: 'bsn-wrong' });
    expect(readBsn([...bsn('111222333'), ...bsn('123456782')])).toEqual({ kind: 'fault', fault: 'bsn-twice' });
    expect(readBsn([...bsn('111222333'), ...bsn('111222333')])).toMatchObject({ kind: 'bsn' });
  });
});
