import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { callersBehind } from './caller.ts';

const PROXIES = ['127.0.0.1', '2001:db8:ffff::1'];
const callerOf = callersBehind(PROXIES);
const asked = (remoteAddress: string | undefined, forwarded?: string): string =>
  callerOf({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  } as unknown as IncomingMessage);

const group = fc.integer({ min: 0, max: 0xffff }).map((part) => part.toString(16));
const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });

describe('who asks at the desk', () => {
  it('is whoever stands before the first that is no proxy of ours; what they claim about others counts for nothing', () => {
    expect(asked('127.0.0.1', '203.0.113.1, 198.51.100.2')).toBe('198.51.100.2');
    expect(asked('::ffff:127.0.0.1', '203.0.113.1, 198.51.100.2')).toBe('198.51.100.2');
    expect(asked('2001:DB8:FFFF:0::1', '198.51.100.2, 127.0.0.1')).toBe('198.51.100.2');
    expect(asked('198.51.100.3', '203.0.113.1')).toBe('198.51.100.3');
    expect(asked('::ffff:198.51.100.3')).toBe('198.51.100.3');
  });

  it('is the same caller at every port, where what stands in front writes ports down', () => {
    expect(asked('127.0.0.1', '203.0.113.1, 198.51.100.2:49152')).toBe('198.51.100.2');
    expect(asked('127.0.0.1', '[2001:db8:0:7::1]:443')).toBe(asked('127.0.0.1', '2001:db8:0:7::2'));
    expect(asked('127.0.0.1', '198.51.100.2:49152')).not.toBe(asked('127.0.0.1', '198.51.100.3:49152'));
  });

  it('is one for a whole IPv6 network of a subscriber, however it is written, and another for the next', () => {
    expect(asked('127.0.0.1', '2001:db8:0:7::1')).toBe(asked('127.0.0.1', '2001:0DB8::7:ffff:1:2:3'));
    expect(asked('fe80::1%eth0')).toBe(asked('fe80::2'));
    fc.assert(
      fc.property(groups(4), groups(4), groups(4), groups(4), (one, other, here, there) => {
        // Of ::ffff:0:0/96 every address is an IPv4 one.
        fc.pre(Number.parseInt(one.join(''), 16) > 0 && Number.parseInt(other.join(''), 16) > 0);
        const same = asked([...one, ...here].join(':')) === asked([...one, ...there].join(':'));
        const numbers = (of: readonly string[]) => of.map((part) => Number.parseInt(part, 16)).join();
        const next = asked([...one, ...here].join(':')) === asked([...other, ...here].join(':'));
        return same && next === (numbers(one) === numbers(other));
      }),
    );
  });

  it('is somebody unknown where there is no address, and never an error', () => {
    expect(asked(undefined)).toBe('unknown');
    expect(asked('127.0.0.1', 'somebody')).toBe('unknown');
    expect(asked('127.0.0.1', '1')).toBe(asked('127.0.0.1', '0.0.0.1'));
    fc.assert(fc.property(fc.string(), (text) => asked('127.0.0.1', text).length > 0));
  });
});
