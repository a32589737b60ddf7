import { describe, expect, it } from 'vitest';
import { longEnough } from './passphrase.ts';

describe('a passphrase', () => {
  it.each(['vier gewone losse woorden', 'abcdefghijklmnop', 'fiets zon boom huis'])('takes %s', (text) =>
    expect(longEnough(text)).toBe(true),
  );
  it.each(['', 'Welkom01!', 'a b c d', 'drie losse'])('refuses %s', (text) => expect(longEnough(text)).toBe(false));
});
