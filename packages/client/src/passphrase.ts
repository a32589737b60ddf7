/**
 * Is this passphrase worth asking for? Length over composition (NIST SP 800-63B, 5.1.1.2): four words or fourteen characters, and
 * enough left of it once names, well-known words and keyboard runs are taken out. Argon2id and the device's key carry the rest.
 */

import { clientError } from './errors.ts';

export const PASSPHRASE_FAULTS = ['short', 'common', 'name'] as const;
export type PassphraseFault = (typeof PASSPHRASE_FAULTS)[number];

const WORDS = 4;
const LENGTH = 14;
/** Characters that must be left when all that can be foreseen is gone. */
const LEFT = 8;
const DISTINCT = 6;

/** What people reach for first, in Dutch and English; the name of the program and the place too. */
const KNOWN = [
  'wachtwoord wachtzin password passphrase passwoord paswoord geheim secret inloggen login welkom welcome hallo hello',
  'ketenkluis vault kluis praktijk huisartsenpraktijk huisarts dokter doctor assistente assistent zorg admin beheer',
  'januari februari maart april juni juli augustus september oktober november december lente zomer herfst winter',
  'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ajax feyenoord nederland amsterdam rotterdam',
  'ikhouvanjou iloveyou letmein mijnhond mijnkat mijn this dit is een the my van correct horse battery staple paard batterij nietje',
]
  .join(' ')
  .split(' ')
  .sort((a, b) => b.length - a.length);
const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'azerty', '1234567890'];

const plain = (text: string): string => text.normalize('NFKC').toLocaleLowerCase('nl').trim();
const wordsOf = (text: string): string[] => plain(text).split(/[^\p{L}\p{N}]+/u);

/** The next key on the keyboard or in the alphabet, or the same again. */
function follows(before: string, now: string): boolean {
  if (Math.abs(now.charCodeAt(0) - before.charCodeAt(0)) <= 1) return true;
  return ROWS.some((row) => row.includes(before + now) || row.includes(now + before));
}

/** What is left of it: each word once, without those that are known, and without runs. */
function unforeseen(words: readonly string[], known: readonly string[]): string {
  const text = known.reduce((rest, word) => rest.replaceAll(word, ''), [...new Set(words)].join(' '));
  return [...text.replaceAll(' ', '')].filter((now, i, all) => i === 0 || !follows(all[i - 1]!, now)).join('');
}

/** What is wrong with it, or null. `names` are those of the person, the practice and the like. */
export function passphraseFault(passphrase: string, names: readonly string[] = []): PassphraseFault | null {
  const words = wordsOf(passphrase);
  const several = new Set(words.filter((word) => word.length >= 3)).size >= WORDS;
  if (!several && plain(passphrase).length < LENGTH) return 'short';
  const enough = (known: readonly string[]): boolean => {
    const rest = unforeseen(words, known);
    return rest.length >= LEFT && new Set(rest).size >= DISTINCT;
  };
  if (!enough(KNOWN)) return 'common';
  const named = names.flatMap(wordsOf).filter((word) => word.length >= 3);
  return enough([...named, ...KNOWN]) ? null : 'name';
}

/** Before anything is sealed under it. Throws `client/weak-passphrase` with `detail.fault`. */
export function checkPassphrase(passphrase: string, names: readonly string[] = []): void {
  const fault = passphraseFault(passphrase, names);
  if (fault === null) return;
  throw clientError('weak-passphrase', 'take four words or fourteen characters that nobody can foresee', {
    detail: { fault },
  });
}
