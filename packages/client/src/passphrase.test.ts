import { describe, expect, it } from 'vitest';
import { checkPassphrase, passphraseFault } from './passphrase.ts';

const NAMES = ['Hanneke Wielinga', 'Huisartsenpraktijk De Wilgenhof'];

describe('a passphrase (NIST SP 800-63B: length over composition)', () => {
  it.each([
    'vier gewone losse woorden',
    'fiets zon boom huis',
    'duin-lantaarn-zeven',
    'brug-appeltaart-twee',
    'x9Fk2Lq8Vb4Tn7',
    'een twee drie vier',
    'de Wielinga-brug ligt in de regen te slapen',
  ])('takes %s', (text) => {
    expect(passphraseFault(text, NAMES)).toBeNull();
    expect(() => checkPassphrase(text, NAMES)).not.toThrow();
  });

  it.each([
    ['', 'short'],
    ['Welkom01!', 'short'],
    ['drie losse', 'short'],
    ['a b c d', 'short'],
    ['aaaaaaaaaaaaaaaaaa', 'common'],
    ['abcdefghijklmnop', 'common'],
    ['qwertyuiopasdfghjkl', 'common'],
    ['12345678901234567890', 'common'],
    ['kat kat kat kat kat', 'common'],
    ['Welkom2024Welkom2024', 'common'],
    ['WachtwoordWachtwoord!', 'common'],
    ['correct horse battery staple', 'common'],
    ['dit is mijn wachtwoord', 'common'],
    ['HannekeWielinga1', 'name'],
    ['hanneke  WIELINGA wilgenhof 1', 'name'],
    ['Huisartsenpraktijk De Wilgenhof', 'name'],
  ])('refuses %s as %s', (text, fault) => {
    expect(passphraseFault(text, NAMES)).toBe(fault);
    expect(() => checkPassphrase(text, NAMES)).toThrow(/four words/);
  });
});
